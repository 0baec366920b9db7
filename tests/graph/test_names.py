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
from llmlineage.graph.names import ALL_TABLES, closest, completions, resolve
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
    assert result.stderr == "Mixture is taken as mix-7b (models); it can also mean mix (datasets)\n"


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
