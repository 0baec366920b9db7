"""An audit tells what a config inherits, each with its way."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.audit.made import CONFIG, audited
from tests.conftest import run


def test_each_name_has_its_record_or_none(edition: Path, config: Path) -> None:
    result = audited(edition, config)
    assert result["framework"] == "axolotl"
    assert result["base_models"] == [{"name": "lab/base-7b", "id": "base-7b"}]
    assert [(one["name"], one["id"], one["role"]) for one in result["datasets"]] == [
        ("lab/alpha", "alpha", "train"),
        ("lab/Beta-1.0", "beta-1.0", "train"),
        ("somebody/private", None, "train"),
        ("./own.jsonl", None, "train"),
        ("lab/quiz", "quiz", "evaluation"),
    ]
    assert result["datasets"][0]["split"] == "train" and result["datasets"][1]["subset"] == "main"
    assert result["no_record"] == ["somebody/private", "./own.jsonl"]
    assert "dead" not in json.dumps(result)


def test_licences_come_with_the_entry_that_brings_them(edition: Path, config: Path) -> None:
    inherited = audited(edition, config)["inherited"]["inherited"]
    found = {(one["license"]["id"], one["entry"], one["origin"]) for one in inherited}
    assert ("nc", "alpha", "alpha") in found and ("free", "beta-1.0", "beta-1.0") in found
    assert {one["kind"] for one in inherited} <= {"licence", "provider terms"}


def test_benchmarks_come_with_their_way_and_those_evaluated_on_do_not(edition: Path, config: Path) -> None:
    (quiz,) = audited(edition, config)["benchmarks"]
    assert (quiz["id"], quiz["part"], quiz["split"]) == ("quiz", "test", "test")
    assert [step["child"] for step in quiz["via"]] == ["beta-1.0"]


def test_rows_that_come_in_twice_are_told(edition: Path, config: Path, tmp_path: Path) -> None:
    (double,) = audited(edition, config)["double_counted"]
    assert (double["id"], set(double["reached_by"])) == ("alpha", {"alpha", "beta-1.0"})
    assert dict(zip(double["reached_by"], double["shares"], strict=True)) == {"alpha": 1.0, "beta-1.0": 0.9}
    twice = tmp_path / "twice.yml"
    twice.write_text("base_model: lab/base-7b\ndatasets:\n" + "  - path: lab/alpha\n" * 2, encoding="utf-8")
    (double,) = audited(edition, twice)["double_counted"]
    assert double["reached_by"] == ["alpha", "alpha"]


def test_two_splits_of_one_dataset_are_not_counted_twice(edition: Path, tmp_path: Path) -> None:
    path = tmp_path / "splits.yml"
    entries = "".join(f"  - path: lab/alpha\n    split: {split}\n" for split in ("train", "extra"))
    path.write_text(f"base_model: lab/base-7b\ndatasets:\n{entries}", encoding="utf-8")
    assert audited(edition, path)["double_counted"] == []


def test_writers_and_unreleased_parts_are_named(edition: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.txt"
    path.write_text("The Mix\n", encoding="utf-8")
    result = audited(edition, path)
    assert [(one["id"], one["components"]) for one in result["writers"]] == [
        ("writer", ["prompts", "responses"])
    ]
    assert {"id": "mix", "reason": "unreleased"} in result["unknown"]


def test_a_folder_is_read_whole_and_what_is_no_config_is_passed_over(edition: Path, tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "b.txt").write_text("alpha\n", encoding="utf-8")
    (tmp_path / "c.yml").write_text("just: settings\n", encoding="utf-8")
    (tmp_path / "loop").symlink_to(tmp_path)
    result = run("--edition", edition, "audit", tmp_path, "--json")
    assert [Path(one["file"]).name for one in json.loads(result.stdout)["audits"]] == ["a.yml", "b.txt"]
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("half.yml", "base_model: [a, b\n", "is not YAML"),
        ("tabs.yml", "base_model: a\n\tdatasets: b\n", "is not YAML"),
        ("object.yml", "base_model: !!python/object/apply:os.system ['true']\n", "names no dataset"),
        ("empty.yml", "", "is empty"),
        ("text.yml", "just a sentence\n", "names no dataset"),
        ("card.md", "---\nbase_model: [a\n---\n", "YAML"),
        ("twice.yml", "base_model: a/b\nbase_model: c/d\nsequence_len: 1\n", "twice"),
        ("bytes.yml", b"\xff\xfe\x00", "UTF-8"),
        ("bomb.yml", "a: &a [x, x, x, x, x, x, x, x, x]\n"
         + "".join(f"{n}: &{n} [*{p}, *{p}, *{p}, *{p}, *{p}, *{p}, *{p}, *{p}, *{p}]\n"
                   for p, n in zip("abcdefgh", "bcdefghi", strict=True)), "values"),
        ("huge.yml", "a" * 6_000_000, "MB"),
    ],
)  # fmt: skip
def test_bad_input_is_one_message(
    edition: Path, tmp_path: Path, name: str, content: str | bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    result = run("--edition", edition, "audit", path)
    assert result.exit_code == 2
    assert said in result.stderr and name in result.stderr and len(result.stderr.splitlines()) == 1


def test_what_cannot_be_read_does_not_hide_the_rest(edition: Path, config: Path, tmp_path: Path) -> None:
    result = run("--edition", edition, "audit", config, tmp_path / "gone.yml", "--json")
    document = json.loads(result.stdout)
    assert len(document["audits"]) == 1 and result.exit_code == 2
    (failed,) = document["failed"]
    assert failed["file"] == str(tmp_path / "gone.yml") and failed["problem"].startswith("cannot be read")
    assert "gone.yml: cannot be read" in result.stderr


def test_the_hook_passes_over_files_that_are_no_config(edition: Path, config: Path, tmp_path: Path) -> None:
    other = tmp_path / "ci.yml"
    other.write_text("on: push\n", encoding="utf-8")
    assert run("--edition", edition, "audit", other).exit_code == 2
    assert run("--edition", edition, "audit", other, config, "--skip-others").exit_code == 0
    gate = ("--skip-others", "--fail-on", "noncommercial")
    assert run("--edition", edition, "audit", other, config, *gate).exit_code == 1


def test_ten_thousand_datasets_are_audited(edition: Path, tmp_path: Path) -> None:
    started = time.monotonic()
    path = tmp_path / "many.yml"
    entries = "".join(f"  - path: org/data-{number}\n" for number in range(9_999))
    path.write_text(f"base_model: lab/base-7b\ndatasets:\n  - path: lab/alpha\n{entries}", encoding="utf-8")
    result = audited(edition, path)
    assert len(result["datasets"]) == 10_000 and len(result["no_record"]) == 9_999
    shown = run("--edition", edition, "audit", path).stdout
    assert "more; --full lists them" in shown and len(shown.splitlines()) < 40
    assert run("--edition", edition, "audit", path, "--full").stdout.count("no record") >= 9_999
    assert time.monotonic() - started < 60  # it took minutes


def test_a_card_that_a_config_writes_names_its_inputs(edition: Path, config: Path) -> None:
    card = run("--edition", edition, "card", config).stdout
    assert card.startswith(
        "---\nbase_model:\n- lab/base-7b\nbase_model_relation: adapter\ndatasets:\n- lab/alpha\n"
    )
    assert "lab/quiz" not in card and "## Provenance" in card


def test_the_card_of_a_record_holds_what_the_hub_can_and_the_rest_as_a_table(edition: Path) -> None:
    card = run("--edition", edition, "card", "beta-1.0").stdout
    front = card.split("---\n")[1]
    assert "pretty_name: Beta 1.0" in front and "- lab/alpha" in front and "n<1K" not in front
    assert "1K<n<10K" in front and "language:\n- en\n- fr" in front
    assert (
        "| cleaned from | [Alpha](https://huggingface.co/datasets/lab/alpha) (train) | 900 | inferred |"
        in card
    )
