"""Names as people type them lead to the record that is meant, or to the nearest ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmlineage.edition import Edition, open_edition
from llmlineage.edition.compile import build_edition
from llmlineage.errors import UnknownName
from llmlineage.graph.names import (
    ALL_TABLES,
    NODE_TABLES,
    closest,
    completions,
    find_exactly,
    goes_on,
    resolve,
)
from llmlineage.keys import name_key
from tests.conftest import run
from tests.mutate import added, cell, together
from tests.tiny import TABLES, write_tiny

NAMES = [
    (table, row["id"], row[column])
    for table in ALL_TABLES
    for row in TABLES[table]
    for column in ("id", "name", "hub_id")
    if row.get(column)
]


@pytest.fixture(scope="module")
def edition(tiny_edition: Path) -> Edition:
    return open_edition(tiny_edition)


@pytest.mark.parametrize(
    ("typed", "id"),
    [
        ("alpha", "alpha"),
        ("ALPHA", "alpha"),
        (" alpha ", "alpha"),
        ("Beta 1.0", "beta-1.0"),
        ("beta1.0", "beta-1.0"),
        ("beta_1.0", "beta-1.0"),
        ("BETA-1.0", "beta-1.0"),
        ("be ta 1.0", "beta-1.0"),
        ("The Mix", "mix"),
        ("the-mix", "mix"),
        ("themix", "mix"),
        ("Mix 7b", "mix-7b"),
        ("mix7b", "mix-7b"),
        ("M7", "mix-7b"),
        ("m-7", "mix-7b"),
        ("copy/alpha", "alpha"),
        ("Copy/Alpha", "alpha"),
        ("lab/Alpha", "alpha"),
        ("LAB/beta-1.0", "beta-1.0"),
        ("lab/mix_7b", "mix-7b"),
        ("https://huggingface.co/datasets/lab/alpha", "alpha"),
        ("huggingface.co/datasets/lab/alpha", "alpha"),
        ("hf.co/datasets/LAB/alpha/", "alpha"),
        ("http://www.huggingface.co/datasets/lab/alpha", "alpha"),
        ("https://huggingface.co/datasets/lab/alpha?library=polars", "alpha"),
        ("https://huggingface.co/datasets/lab/alpha/tree/main", "alpha"),
        ("https://huggingface.co/datasets/lab/alpha/tree/main/data", "alpha"),
        ("https://huggingface.co/datasets/lab/alpha/blob/main/README.md#usage", "alpha"),
        ("https://huggingface.co/datasets/lab/alpha/viewer/default/train", "alpha"),
        ("https://huggingface.co/datasets/copy/alpha", "alpha"),
        ("https://huggingface.co/lab/Mix-7B", "mix-7b"),
        ("https://huggingface.co/lab/base-7b/discussions", "base-7b"),
    ],
)
def test_every_written_form_of_a_name_is_known(edition: Edition, typed: str, id: str) -> None:
    assert resolve(edition, typed).id == id


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(NAMES), st.data())
def test_a_mangled_name_still_leads_to_its_record(
    edition: Edition, named: tuple[str, str, str], data: st.DataObject
) -> None:
    table, id, name = named
    mangled = ""
    for letter in name:
        mark = data.draw(st.sampled_from(["", "", "", "-", "_", " "]))
        kept = data.draw(st.sampled_from(["-", "_", " ", ""])) if letter in "-_ " else letter
        mangled += mark + (kept.upper() if data.draw(st.booleans()) else kept.lower())
    assert resolve(edition, mangled, (table,)).id == id


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """An edition in which many records share names."""
    folder = tmp_path_factory.mktemp("crowded")
    package = write_tiny(folder / "package")
    together(
        cell("datasets", 2, "url", "https://github.com/lab/alpha"),
        cell("datasets", 3, "name", "Seeds"),  # the id of another
        cell("models", 2, "name", "Lab One"),
        cell("models", 4, "hub_id", "labone"),  # a hub id like the name of another
        cell("models", 4, "name", "Penman"),
        cell("datasets", 5, "name", "Penman"),  # a name of a model and a dataset
        cell("organizations", 2, "url", "https://lab.example.org"),
        added("sources", id="paper", kind="paper", url="https://arxiv.org/abs/2212.10560", title="P",
              accessed="2026-01-01"),
        cell("datasets", 6, "source", "paper"),
    )(package)  # fmt: skip
    return open_edition(build_edition(package, folder / "edition", validate=False))


def test_an_id_wins_over_a_name(crowded: Edition) -> None:
    match = resolve(crowded, "seeds")
    assert (match.id, match.others) == ("seeds", (("datasets", "beta-1.0"),))


def test_a_name_wins_over_a_hub_id(crowded: Edition) -> None:
    match = resolve(crowded, "lab-one")
    assert (match.id, match.others) == ("base-7b", (("models", "writer"),))


def test_of_one_name_the_record_that_most_is_made_from_wins(crowded: Edition) -> None:
    # The mix went into one model, the writer into one dataset: the tie goes by table.
    match = resolve(crowded, "penman")
    assert {match.id, *(id for _, id in match.others)} == {"mix", "writer"}


@pytest.mark.parametrize(
    ("typed", "id"),
    [
        ("https://www.github.com/Lab/alpha/tree/main?tab=readme", "alpha"),
        ("github.com/lab/alpha.git", "alpha"),
        ("https://arxiv.org/pdf/2212.10560v3", "seeds"),
        ("arxiv.org/abs/2212.10560", "seeds"),
    ],
)
def test_the_address_of_a_page_or_paper_is_a_name(crowded: Edition, typed: str, id: str) -> None:
    assert resolve(crowded, typed).id == id


def test_an_address_of_a_dataset_is_never_a_model(edition: Edition) -> None:
    with pytest.raises(UnknownName):
        resolve(edition, "https://huggingface.co/datasets/lab/mix-7b")


def test_a_shared_alias_gives_the_preferred_record_and_names_the_others(tiny_edition: Path) -> None:
    result = run("--edition", tiny_edition, "trace", "Mixture", "-q")
    assert result.exit_code == 0 and result.stdout.splitlines()[0] == "mix-7b"
    assert result.stderr == "Mixture taken as mix-7b; also mix (dataset)\n"


@pytest.mark.parametrize(
    ("typed", "id"),
    [("mixture (dataset)", "mix"), ("Mixture (Model)", "mix-7b"), ("mixture(dataset)", "mix")],
)
def test_a_word_in_brackets_says_which_record_is_meant(edition: Edition, typed: str, id: str) -> None:
    match = resolve(edition, typed)
    assert (match.id, match.others) == (id, ())


def test_a_word_in_brackets_never_leads_to_another_table(edition: Edition) -> None:
    with pytest.raises(UnknownName):
        resolve(edition, "Alpha (model)")


def test_a_plain_name_says_nothing_on_stderr(tiny_edition: Path) -> None:
    assert run("--edition", tiny_edition, "trace", "alpha").stderr == ""


@pytest.mark.parametrize(
    "typed", ["alpa", "alphaa", "lab/alpa", "Beta 1.1", "https://huggingface.co/datasets/lab/alpa"]
)
def test_a_near_miss_is_never_answered(tiny_edition: Path, typed: str) -> None:
    result = run("--edition", tiny_edition, "trace", typed)
    assert result.exit_code == 2 and result.stdout == ""
    assert result.stderr.startswith(f"llmlineage: no record is called {typed!r}; closest: ")


def test_the_closest_names_come_best_first_and_at_most_three(edition: Edition) -> None:
    assert closest(edition, "mix-7", ("datasets", "models"))[0] == "mix-7b"
    assert closest(edition, "base7bb", ("datasets", "models"))[0] == "base-7b"
    near = closest(edition, "bet-1.0", ("datasets", "models"))
    assert near[0] == "beta-1.0" and len(near) <= 3 and len(set(near)) == len(near)


def test_an_unknown_name_carries_the_closest(edition: Edition) -> None:
    with pytest.raises(UnknownName) as caught:
        resolve(edition, "alpa")
    assert caught.value.closest[0] == "alpha" and caught.value.name == "alpa"


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_is_a_name_or_unknown(edition: Edition, typed: str) -> None:
    try:
        assert resolve(edition, typed, ALL_TABLES).id
    except UnknownName as error:
        assert len(error.closest) <= 3


@pytest.mark.parametrize(
    "typed", ["", " ", "https://[", "https://", "huggingface.co/", "%00", "'; DROP TABLE node; --"]
)
def test_a_strange_name_is_unknown(edition: Edition, typed: str) -> None:
    with pytest.raises(UnknownName):
        resolve(edition, typed)


def test_only_show_knows_methods_licences_and_organizations(edition: Edition) -> None:
    assert resolve(edition, "the lab", ALL_TABLES).table == "organizations"
    assert resolve(edition, "Filtering", ALL_TABLES).id == "filtering"
    with pytest.raises(UnknownName):
        resolve(edition, "the lab")


@pytest.fixture(scope="module")
def world(real_edition: Path) -> Edition:
    return open_edition(real_edition)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """An edition with the repositories that others are copies of."""
    folder = tmp_path_factory.mktemp("copied")
    package = write_tiny(folder / "package")
    together(
        cell("models", 2, "hub_id", "meta/Base-7b"),
        cell("models", 3, "hub_id", "lab/Mix-7B-hf"),
        cell("models", 4, "hub_id", "lab/Penner-1B-Instruct"),
        cell("models", 4, "name", "Penner 1B Instruct"),
        cell("datasets", 2, "name", "Älphá"),
    )(package)
    return open_edition(build_edition(package, folder / "edition", validate=False))


@pytest.mark.parametrize(
    ("typed", "id", "original"),
    [
        ("meta/base-7b-hf", "base-7b", "meta/base-7b"),
        ("Base-7b-hf", "base-7b", "Base-7b"),
        ("lab/Mix-7B", "mix-7b", "lab/Mix-7B-hf"),
        ("https://huggingface.co/lab/Mix-7B/tree/main", "mix-7b", "lab/Mix-7B-hf"),
        ("hf.co/lab/Mix-7B", "mix-7b", "lab/Mix-7B-hf"),
        ("unsloth/Penner-1B-Instruct", "writer", "Penner-1B-Instruct"),
        ("unsloth/penner-1b-instruct-bnb-4bit", "writer", "penner-1b-instruct"),
        ("unsloth/Penner-1B-Instruct-unsloth-bnb-4bit", "writer", "Penner-1B-Instruct"),
        ("hf://unsloth/Penner-1B-Instruct-GGUF", "writer", "Penner-1B-Instruct"),
    ],
)
def test_a_converted_or_quantized_repository_is_its_original_and_that_is_said(
    copied: Edition, typed: str, id: str, original: str
) -> None:
    match = resolve(copied, typed)
    assert (match.id, match.copy_of) == (id, original)
    result = run("--edition", copied.path, "trace", typed, "-q")
    assert result.stdout.splitlines()[0] == id
    assert result.stderr == f"{typed} taken as a copy of {id}\n"


@pytest.mark.parametrize(
    "typed",
    [
        "unsloth/alpha", "unsloth/alpha-bnb-4bit", "datasets/unsloth/penner-1b-instruct", "other/base-7b-hf",
        "unsloth/base", "unsloth/", "/mix-7b", "unsloth/lab/mix-7b", "meta/base-7b-hf/x", "Penner-1B-hf",
    ],
)  # fmt: skip
def test_nothing_else_is_taken_for_a_copy(copied: Edition, typed: str) -> None:
    with pytest.raises(UnknownName):
        resolve(copied, typed)


def test_a_repository_of_its_own_is_no_copy(copied: Edition) -> None:
    assert resolve(copied, "lab/Mix-7B-hf").copy_of is None


@pytest.mark.parametrize("typed", ["Älphá", "alpha", "A\u0308lpha\u0301", "ÄLPHÁ", "älpha"])
def test_accents_do_not_matter(copied: Edition, typed: str) -> None:
    assert resolve(copied, typed).id == "alpha"


@pytest.mark.parametrize(
    "typed",
    [
        "datasets/lab/alpha", "hf://datasets/lab/alpha", "hf://datasets/lab/alpha@main/data/train.parquet",
        "hf://datasets/lab/alpha/data/*.parquet", "hf://datasets/copy/alpha@refs%2Fconvert%2Fparquet",
    ],
)  # fmt: skip
def test_short_addresses_of_the_hub_are_names(edition: Edition, typed: str) -> None:
    assert resolve(edition, typed).id == "alpha"


@pytest.mark.parametrize(
    "typed", ["hf://lab/alpha", "datasets/lab/mix-7b", "hf://datasets/lab/mix-7b", "hf://"]
)
def test_a_short_address_means_what_it_says(edition: Edition, typed: str) -> None:
    with pytest.raises(UnknownName):
        resolve(edition, typed)


PREPRINTS = (
    "{}", "{}v3", "arXiv:{}", "arxiv:{}v1", "arXiv: {}", "ARXIV {}", "arxiv.org/abs/{}", "https://arxiv.org/pdf/{}",
    "http://arxiv.org/pdf/{}v2.pdf", "https://arxiv.org/html/{}v1", "https://huggingface.co/papers/{}",
    "https://doi.org/10.48550/arXiv.{}", "10.48550/arXiv.{}", "https://ar5iv.org/abs/{}",
)  # fmt: skip


@pytest.mark.parametrize("written", PREPRINTS)
def test_a_preprint_is_known_however_its_number_is_written(crowded: Edition, written: str) -> None:
    assert resolve(crowded, written.format("2212.10560")).id == "seeds"
    with pytest.raises(UnknownName):
        resolve(crowded, written.format("2212.10561"))


def test_the_preprint_of_every_source_of_the_record_is_a_name(world: Edition) -> None:
    rows = world.index.execute("SELECT url FROM sources WHERE url LIKE 'https://arxiv.org/abs/%'")
    numbers = [url.rpartition("/")[2] for (url,) in rows]
    assert len(numbers) > 30
    for number in numbers:
        assert {resolve(world, form.format(number), ALL_TABLES).id for form in PREPRINTS[:6]}


@pytest.mark.parametrize(
    ("number", "id"),
    [
        ("2305.11206", "lima"), ("2212.10560", "self-instruct-52k"),
        ("2502.03387", "limo"), ("2310.06825", "mistral-7b-v0.1"), ("2309.05653", "mathinstruct"),
    ],
)  # fmt: skip
def test_the_preprint_of_a_thing_means_the_thing(world: Edition, number: str, id: str) -> None:
    assert resolve(world, number).id == id == resolve(world, number, ALL_TABLES).id


def test_every_command_answers_a_name_with_the_same_record(world: Edition) -> None:
    """Whatever is called so in any table: a dataset or model comes before all else."""
    keys = [key for (key,) in world.index.execute("SELECT DISTINCT key FROM names ORDER BY key")]
    told = 0
    for key in keys[::3]:
        traced, shown = find_exactly(world, key, NODE_TABLES), find_exactly(world, key, ALL_TABLES)
        if traced is None:
            assert shown is None or shown.table not in NODE_TABLES
            continue
        assert shown is not None and (shown.table, shown.id) == (traced.table, traced.id), key
        assert set(shown.others) == set(traced.others), key
        told += bool(traced.others)
    assert told > 20


@pytest.mark.parametrize(
    ("typed", "id", "others"),
    [
        ("Llama 2", "llama-2", {("licenses", "llama-2")}),
        ("Llama-2", "llama-2", {("licenses", "llama-2")}),
        ("MetaMath", "metamathqa", {("organizations", "meta-math")}),
        ("OpenThoughts", "openthoughts-114k", {("organizations", "open-thoughts")}),
        ("Evol-Instruct", "evol-instruct", {("methods", "evol-instruct")}),
        ("Magpie", "magpie", {("methods", "magpie")}),
        ("OpenHermes-2", "openhermes-2-mistral-7b", {("datasets", "openhermes-2-mix")}),
    ],
)
def test_a_licence_a_method_and_an_organization_come_after_data_and_models(
    world: Edition, typed: str, id: str, others: set[tuple[str, str]]
) -> None:
    for tables in (NODE_TABLES, ALL_TABLES):
        match = resolve(world, typed, tables)
        assert match.table in NODE_TABLES and match.id == id and others <= set(match.others)


@pytest.mark.parametrize("command", ["trace", "show", "terms", "card", "benchmarks"])
def test_each_other_meaning_is_said_by_every_command(tiny_edition: Path, command: str) -> None:
    result = run("--edition", tiny_edition, command, "mixture")
    assert result.exit_code == 0 and result.stderr == "mixture taken as mix-7b; also mix (dataset)\n"


def test_what_else_a_name_means_fits_a_terminal(world: Edition) -> None:
    for name in ("OpenHermes-2", "magpie", "Hermes 3", "vicuna 13b", "unsloth/llama-3-8b-bnb-4bit"):
        said = run("--edition", world.path, "trace", name, "-q").stderr.splitlines()
        assert said and all(len(line) <= 80 for line in said)
        assert len(said) == 1 or sum(map(len, said)) > 80
    kinds = run("--edition", world.path, "trace", "magpie", "-q").stderr
    assert kinds == "magpie taken as magpie (dataset); also magpie (method)\n"


def test_a_name_that_several_go_on_from_lists_them(world: Edition) -> None:
    for name, some in (("Magistral Small", {"magistral-small-2506", "magistral-small-2507"}),):
        with pytest.raises(UnknownName) as caught:
            resolve(world, name)
        assert caught.value.is_front and some & set(caught.value.closest)
        assert "names that begin so" in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("SmolLM3", "SmolLM3 3B"), ("s1", "s1K"), ("tulu", "Tülu 2"), ("Qwen", "Qwen2.5"),
        ("llama2", "Llama-2-7b"), ("Granite 4.0", "granite-4.0-8b"),
    ],
)  # fmt: skip
def test_a_name_goes_on_with_another_word_or_number(typed: str, name: str) -> None:
    assert goes_on(name_key(typed), name)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("SmolLM3", "SmolLM 360M"), ("Phi", "Philosophy"), ("Alpaca", "Alpaca"), ("mix", "Remix it"),
        ("Granite 4.0", "Granite 4.05"), ("llama2", "llama-2"),
    ],
)  # fmt: skip
def test_a_name_does_not_go_on_in_the_midst_of_a_word_or_number(typed: str, name: str) -> None:
    assert not goes_on(name_key(typed), name)


def test_words_in_another_order_are_near(world: Edition) -> None:
    assert closest(world, "GPT4 Alpaca", NODE_TABLES)[0] == "alpaca-gpt4"
    assert "llama-3.1-tulu-3-8b-dpo" in closest(world, "tulu 3 dpo", NODE_TABLES)
    assert "dolphin-2.5-mixtral-8x7b" in closest(world, "mixtral dolphin", NODE_TABLES)
    assert closest(world, "alpcaa", NODE_TABLES)[0] == "alpaca"
    for odd in ('" OR "', "a* b*", "{name} : x y", "NEAR(a b)", "'; DROP TABLE node; --"):
        assert len(closest(world, odd, NODE_TABLES)) <= 3


# What people type, and the one record that they mean; whoever knows the field can say of each.
TYPED = {
    "Mistral": "mistral-7b-v0.1", "mistral 7b": "mistral-7b-v0.1", "mixtral 8x7b": "mixtral-8x7b-v0.1",
    "qwen2.5 7b instruct": "qwen-2.5-7b-instruct", "Qwen3-8B": "qwen-3-8b", "QwQ": "qwq-32b",
    "Tülu 3": "tulu-3-sft-mixture", "Tulu V2 mix": "tulu-v2-sft-mixture", "tulu 3 8b": "llama-3.1-tulu-3-8b",
    "Zephyr": "zephyr", "zephyr beta": "zephyr-7b-beta", "OpenHermes 2.5": "openhermes-2.5",
    "OpenHermes": "openhermes", "Dolphin": "dolphin", "OpenOrca": "openorca", "slim orca": "slimorca",
    "orca dpo pairs": "orca-dpo-pairs", "UltraChat": "ultrachat", "ultrachat 200k": "ultrachat-200k",
    "UltraFeedback": "ultrafeedback", "ultrafeedback binarized": "ultrafeedback-binarized",
    "Alpaca": "alpaca", "stanford alpaca": "alpaca", "alpaca cleaned": "alpaca-cleaned",
    "alpaca-gpt4": "alpaca-gpt4", "Vicuna": "vicuna", "ShareGPT": "sharegpt", "WizardLM": "wizardlm",
    "evol instruct": "evol-instruct", "MetaMathQA": "metamathqa", "GSM8K": "gsm8k", "MATH": "hendrycks-math",
    "MMLU": "mmlu", "TruthfulQA": "truthful-qa", "llama 2 7b chat": "llama-2-7b-chat",
    "Llama-3.1-8B": "llama-3.1-8b", "phi 3 mini": "phi-3-mini-4k-instruct", "DeepSeek R1": "deepseek-r1",
    "R1 distill qwen 7b": "deepseek-r1-distill-qwen-7b", "gpt4": "gpt-4", "davinci 003": "text-davinci-003",
    "Flan v2": "flan-2022", "P3": "p3", "Super-NaturalInstructions": "super-natural-instructions",
    "dolly 15k": "dolly-15k", "oasst1": "oasst1", "Anthropic HH": "hh-rlhf", "LIMA": "lima", "LIMO": "limo",
    "s1K": "s1k", "open-r1": "openr1-math-220k", "NuminaMath": "numinamath-cot", "SmolTalk": "smoltalk",
    "Capybara": "capybara", "Airoboros": "airoboros", "open platypus": "open-platypus",
    "code alpaca 20k": "code-alpaca-20k", "no robots": "no-robots", "lmsys chat": "lmsys-chat-1m",
    "WildChat": "wildchat", "Nectar": "nectar", "HelpSteer2": "helpsteer2", "the pile": "the-pile",
    "SHP": "stanford-human-preferences", "neural chat": "neural-chat-7b-v3-1",
}  # fmt: skip


@pytest.mark.parametrize(("typed", "id"), TYPED.items())
def test_names_as_people_type_them_mean_what_people_mean(world: Edition, typed: str, id: str) -> None:
    assert resolve(world, typed).id == id == resolve(world, typed, ALL_TABLES).id


def test_ids_are_completed_from_what_was_typed(edition: Edition) -> None:
    assert completions(edition, "be") == ["beta-1.0", "beta-all"]
    assert completions(edition, "Mix") == ["mix", "mix-7b"]
    assert completions(edition, "zzz") == []


def test_the_names_of_an_edition_do_not_depend_on_its_place(tiny_edition: Path, tmp_path: Path) -> None:
    moved = shutil.copytree(tiny_edition, tmp_path / "an edition #1 50% ü?")
    assert resolve(open_edition(moved), "alpha").id == "alpha"


@pytest.mark.parametrize(
    "name", ["\ud800", "\udcff", "x" * 1_000_000, "https://arxiv.org/abs/" + "a" * 500_000], ids=len
)
def test_what_is_no_text_or_endless_is_the_name_of_nothing(edition: Edition, name: str) -> None:
    with pytest.raises(UnknownName) as caught:
        resolve(edition, name)
    assert caught.value.name == name and len(str(caught.value)) < 300
    assert completions(edition, name) == []
