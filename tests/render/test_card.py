"""A card tells what a record or a config comes from, each statement with its document, and no more."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import llmlineage
from llmlineage.api import Lineage
from llmlineage.render.card import front_matter, is_local, size_category
from tests.conftest import run
from tests.tiny import ROOT

SECTIONS = (
    "Direct parents", "Licences and terms", "Models that wrote or judged its text",
    "Benchmarks whose items it holds", "Not known",
)  # fmt: skip


@pytest.fixture(scope="module")
def world(real_edition: Path) -> Lineage:
    return llmlineage.open(real_edition)


def front(card: str) -> dict[str, Any]:
    read = yaml.safe_load(card.split("---\n")[1])
    assert isinstance(read, dict)
    return read


def section(card: str, heading: str) -> list[str]:
    """The lines below a heading, up to the next or the notice."""
    _, _, rest = card.partition(f"\n### {heading}\n\n")
    return [line for line in re.split(r"\n### |\nRecorded by ", rest)[0].splitlines() if line]


def steps(card: str) -> list[tuple[str, str]]:
    """How and from what, of each row of the table of parents."""
    rows = [line.split(" | ") for line in section(card, "Direct parents") if line.startswith("| ")]
    return [(row[0].removeprefix("| "), re.sub(r"\[(.*?)\]\(.*?\)", r"\1", row[1])) for row in rows[1:]]


@pytest.mark.parametrize(
    "name", ["OpenHermes-2.5", "ultrafeedback-binarized", "zephyr-7b-beta", "limo", "tulu-3-sft-mixture"]
)
def test_every_statement_of_a_card_has_its_document(world: Lineage, name: str) -> None:
    card = world.card(name)
    assert [heading for heading in SECTIONS if f"### {heading}\n" in card] == list(SECTIONS)
    for heading in SECTIONS:
        for line in section(card, heading):
            told = line.startswith(("| | made from", "|---")) or "not looked up yet" in line[:60]
            assert told or "](http" in line, line
    assert card.endswith("It is no legal advice.")


def test_a_card_names_direct_parents_and_no_others_as_such(world: Lineage) -> None:
    card = world.card("zephyr-7b-beta")
    assert steps(card) == [
        ("finetune of", "Mistral 7B SFT beta"),
        ("trained on", "UltraChat 200k"),
        ("preference-tuned on", "UltraFeedback Binarized (first version)"),
    ]
    assert "Through these, finetune of [Mistral 7B v0.1]" in card
    assert front(card)["base_model"] == ["HuggingFaceH4/mistral-7b-sft-beta"]
    parents = {edge.parent for edge in world.trace("OpenHermes-2.5", depth=1).edges}
    assert len(steps(world.card("OpenHermes-2.5"))) == len(parents)


def test_the_text_of_a_card_is_that_of_the_record(world: Lineage) -> None:
    card = world.card("limo")
    made = "\n".join(section(card, "Models that wrote or judged its text"))
    assert "prompts by gpt-4o" in made and "responses by" not in made, "LIMO took the questions alone"
    beta = world.card("ultrafeedback-binarized")
    assert "- text and judgements by gpt-4 (reformatted from ultrafeedback)" in beta
    assert "truthful-qa" not in beta, "it was left out of this version"


def test_what_a_model_was_tuned_on_is_not_called_what_it_was_trained_on(world: Lineage) -> None:
    for line in section(world.card("zephyr-7b-beta"), "Licences and terms"):
        assert "trained on text" not in line and "trained on what" not in line
    assert any(
        "data written by" in line for line in section(world.card("zephyr-7b-beta"), "Licences and terms")
    )


def test_a_licence_stands_once_with_what_asks_most_first(world: Lineage) -> None:
    lines = section(world.card("zephyr-7b-beta"), "Licences and terms")
    assert lines[0].startswith("- Its own: [MIT License]")
    named = [re.match(r"- \[(.+?)\]\(", line) for line in lines]
    names = [match[1] for match in named if match]
    assert len(names) == len(set(names)) > 5
    assert "no commercial use" in lines[1] and "no commercial use" not in lines[len(names)]


CONFIG = """\
base_model: {base}
rl: {stage}
datasets:
  - path: argilla/dpo-mix-7k
    split: train
  - path: {data}
"""


def written(folder: Path, base: str, data: str, stage: str = "dpo") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "config.yml"
    path.write_text(CONFIG.format(base=base, data=data, stage=stage), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "place",
    [
        "/home/somebody/checkpoints/sft", "./outputs/sft", "../sft", "~/sft", "data/private/sft", "sft.jsonl",
        "s3://bucket/sft", "C:\\models\\sft", "\\\\host\\share\\sft", "${HOME}/sft",
    ],
)  # fmt: skip
def test_no_place_on_a_disk_stands_in_a_card(world: Lineage, tmp_path: Path, place: str) -> None:
    path = written(tmp_path / "secret", f"'{place}'", f"'{place}'")
    card = world.card(path)
    for told in (place, "sft", "secret", "config.yml", str(tmp_path), str(Path.home()), str(Path.cwd())):
        assert told not in card
    assert front(card) == {"datasets": ["argilla/dpo-mix-7k"]}
    assert steps(card)[0] == ("finetune of", "weights on a disk")
    assert "Not everything that it was made from is known" in card


def test_a_folder_beside_the_config_is_no_name_of_the_hub(
    world: Lineage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    card = world.card(written(tmp_path, "mine", "somebody/theirs"))
    assert "mine" not in card and front(card)["datasets"] == ["argilla/dpo-mix-7k", "somebody/theirs"]
    assert "- no record: somebody/theirs" in card


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        ("dpo", "preference-tuned on"), ("kto", "preference-tuned on"), ("simpo", "preference-tuned on"),
        ("grpo", "RL on"), ("sft", "trained on"),
    ],
)  # fmt: skip
def test_data_are_described_as_what_the_config_does_with_them(
    world: Lineage, tmp_path: Path, stage: str, said: str
) -> None:
    card = world.card(written(tmp_path, "mistralai/Mistral-7B-v0.1", "a/b", stage))
    assert steps(card)[1:] == [(said, "Argilla DPO Mix 7K (train)"), (said, "a/b")]


def test_a_script_of_openrlhf_says_what_it_trains(world: Lineage, tmp_path: Path) -> None:
    for module, said in (("train_rm", "reward model trained on"), ("train_dpo", "preference-tuned on")):
        path = tmp_path / f"{module}.sh"
        path.write_text(
            f"deepspeed --module openrlhf.cli.{module} --pretrain mistralai/Mistral-7B-v0.1 "
            "--dataset argilla/dpo-mix-7k\n"
        )
        assert steps(world.card(path))[-1] == (said, "Argilla DPO Mix 7K")


def test_preferences_without_a_stage_are_no_texts_to_train_on(world: Lineage, tmp_path: Path) -> None:
    path = tmp_path / "trl.yaml"
    path.write_text(
        "model_name_or_path: mistralai/Mistral-7B-v0.1\ndataset_name: argilla/dpo-mix-7k\noutput_dir: o\n"
        "learning_rate: 1.0e-6\nper_device_train_batch_size: 1\n"
    )
    assert steps(world.card(path))[-1][0] == "preference-tuned on"


def test_of_a_split_no_rows_are_claimed_that_may_be_in_another(world: Lineage) -> None:
    card = run("card", ROOT / "examples" / "axolotl.yml").stdout
    assert re.search(r"GSM8K\]\(.*\) \(main, train\) \| up to 8,792 \|", card)
    card = world.card("openhermes-2-mistral-7b")
    assert "| ~900,000 |" in card or "| 900,000 |" in card
    assert "1,000,000" not in world.card("openhermes-2-mix"), "a part is not the whole of its parent"


def test_json_holds_the_same_card(world: Lineage, real_edition: Path) -> None:
    result = run("--edition", real_edition, "card", "limo", "--json")
    assert json.loads(result.stdout) == {"card": world.card("limo")}


def test_the_front_matter_is_yaml_whatever_stands_in_it() -> None:
    evil = "org/\x1b]0;x\x07\u202e\r\n---\nlicense: mit\n<img src=x>"
    text = front_matter({"pretty_name": evil, "datasets": [evil, "a|b ##[error]x", "no\x85n\u2028e"]})
    assert text.count("\n---") == 1 and "\nlicense" not in text
    read = yaml.safe_load(text.strip().strip("-"))
    assert read == {"pretty_name": evil, "datasets": [evil, "a|b ##[error]x", "no\x85n\u2028e"]}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (817, "n<1K"), (1000, "1K<n<10K"), (5 * 10**9, "1B<n<10B"), (10**11, "100B<n<1T"), (10**12, "n>1T"),
    ],
)  # fmt: skip
def test_sizes_are_those_that_the_hub_knows(rows: int, said: str) -> None:
    assert size_category(rows) == said


@pytest.mark.parametrize("name", ["org/name", "gsm8k", "a.b/c-d_e.f"])
def test_a_name_of_the_hub_is_no_place(name: str) -> None:
    assert not is_local(name)


def test_every_card_of_the_record_can_be_written_and_read(world: Lineage) -> None:
    ids = [id for (id,) in world.sql("SELECT id FROM nodes ORDER BY id").rows][::25]
    for id in ids:
        card = world.card(id)
        for key, value in front(card).items() if not card.startswith("---\n{}") else ():
            assert isinstance(value, (str, list)) and value, (id, key)
