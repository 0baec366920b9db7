"""An audit tells what a config inherits, each with its way, and can fail a build on it."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import run
from tests.tiny import read_table, write_table, write_tiny

CONFIG = """\
base_model: lab/base-7b
datasets:
  - path: lab/alpha
    split: train
  # - path: lab/dead
  - path: lab/Beta-1.0
    name: main
  - path: somebody/private
  - path: json
    data_files: ./own.jsonl
test_datasets:
  - path: lab/quiz
    split: test
adapter: qlora
sequence_len: 2048
"""


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny package with a benchmark that stands in beta, and a licence on beta itself."""
    folder = tmp_path_factory.mktemp("audit")
    package = write_tiny(folder / "package")
    datasets = read_table(package, "datasets")
    for row in datasets:
        row["license"] = {"alpha": "nc", "beta-1.0": "free"}.get(row["id"], row["license"])
    quiz = {"id": "quiz", "name": "Quiz", "kind": "benchmark", "hub_id": "lab/quiz", "status": "available"}
    datasets.append(quiz | {"upstream": "root", "source": "card"})
    write_table(package, "datasets", datasets)
    edge = {"child": "beta-1.0", "relation": "includes", "parent": "quiz", "part": "test"}
    edges = [*read_table(package, "derivations"), edge | {"basis": "stated", "source": "card"}]
    write_table(package, "derivations", edges)
    result = run("build", package, "-o", folder / "edition", "--no-validate")
    assert result.exit_code == 0
    return folder / "edition"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


def audited(edition: Path, *arguments: str | Path) -> dict[str, Any]:
    (one,) = reported(edition, *arguments)["audits"]
    return dict(one)


def reported(edition: Path, *arguments: str | Path) -> dict[str, Any]:
    return dict(json.loads(run("--edition", edition, "audit", *arguments, "--json").stdout))


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
    assert result["unknown"] == ["somebody/private", "./own.jsonl"]
    assert "dead" not in json.dumps(result)


def test_licences_come_with_the_entry_that_brings_them(edition: Path, config: Path) -> None:
    inherited = audited(edition, config)["inherited"]["inherited"]
    found = {(one["license"]["id"], one["entry"], one["origin"]) for one in inherited}
    assert ("nc", "alpha", "alpha") in found and ("free", "beta-1.0", "beta-1.0") in found
    assert {one["kind"] for one in inherited} <= {"licence", "provider terms"}


def test_benchmarks_come_with_their_way_and_those_evaluated_on_do_not(edition: Path, config: Path) -> None:
    (quiz,) = (one for one in audited(edition, config)["benchmarks"])
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
    assert [(one["id"], one["roles"]) for one in result["generators"]] == [("writer", ["wrote_both"])]
    assert [(one["id"], one["status"]) for one in result["unavailable"]] == [("mix", "unreleased")]


@pytest.mark.parametrize(
    ("findings", "status"),
    [
        ("noncommercial", 1), ("benchmark", 1), ("benchmark-test", 1), ("unknown", 1), ("double-counted", 1),
        ("noncommercial,double-counted", 1), ("", 0),
    ],
)  # fmt: skip
def test_a_gate_fails_on_what_it_names(edition: Path, config: Path, findings: str, status: int) -> None:
    assert run("--edition", edition, "audit", config, "--fail-on", findings).exit_code == status


def test_a_gate_passes_where_nothing_is_found(edition: Path, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("seeds\n", encoding="utf-8")
    gate = "noncommercial,benchmark,benchmark-test,unknown,double-counted"
    assert run("--edition", edition, "audit", path, "--fail-on", gate).exit_code == 0


def test_a_finding_that_is_none_is_refused(edition: Path, config: Path) -> None:
    result = run("--edition", edition, "audit", config, "--fail-on", "noncomercial")
    assert result.exit_code == 2 and "noncommercial" in result.stderr


def test_sarif_points_at_the_line_that_brings_it(edition: Path, config: Path) -> None:
    result = run("--edition", edition, "audit", config, "--format", "sarif", "--fail-on", "noncommercial")
    document = json.loads(result.stdout)
    assert document["version"] == "2.1.0" and result.exit_code == 1
    (sarif,) = document["runs"]
    rules = [rule["id"] for rule in sarif["tool"]["driver"]["rules"]]
    found = {}
    for one in sarif["results"]:
        assert rules[one["ruleIndex"]] == one["ruleId"]
        place = one["locations"][0]["physicalLocation"]
        found[one["ruleId"], one["message"]["text"].split()[0]] = (place["region"]["startLine"], one["level"])
    assert found["noncommercial", "Not"] == (3, "error")
    assert found["benchmark-test", "quiz"] == (6, "note")
    assert found["unknown", "somebody/private"] == (8, "note")


def test_github_annotations_are_escaped_lines(edition: Path, tmp_path: Path) -> None:
    path = tmp_path / "50%,a.txt"
    path.write_text("alpha\n", encoding="utf-8")
    out = run("--edition", edition, "audit", path, "--format", "github", "--fail-on", "noncommercial").stdout
    assert all(line.startswith(("::error file=", "::notice file=")) for line in out.splitlines())
    assert "50%25%2Ca.txt,line=1,title=llmlineage%3A noncommercial::Not Commercial" in out


def test_the_text_names_every_group_and_its_sources(edition: Path, config: Path) -> None:
    result = run("--edition", edition, "audit", config)
    for heading in ("Models", "Datasets", "Licences and terms", "Benchmarks that reach it", "Counted twice"):
        assert heading in result.stdout
    assert "no record" in result.stdout and "https://" in result.stdout
    assert "no legal advice" in result.stdout.splitlines()[-1]


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
    assert len(result["datasets"]) == 10_000 and len(result["unknown"]) == 9_999
    shown = run("--edition", edition, "audit", path).stdout
    assert "and 9,950 more; --full lists them" in shown and len(shown.splitlines()) < 100
    whole = run("--edition", edition, "audit", path, "--full").stdout
    assert whole.count("no record") == 9_999
    notices = run("--edition", edition, "audit", path, "--format", "github").stdout
    assert f"line={9_998 + 4}," in notices.splitlines()[-1] or "data-9998 has no record" in notices
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


EVIL = "org/\x1b]0;x\x07\u202e\r\n\nModels\n::error::FORGED\n---\nlicense: mit\n<img src=x>[c](https://e.example)"
FORMATS = ("text", "json", "sarif", "github")


def written(path: Path, *names: str) -> Path:
    """An axolotl config that names these datasets."""
    datasets = [{"path": name, "type": "alpaca"} for name in names]
    path.write_text(json.dumps({"base_model": "lab/base-7b", "datasets": datasets}), encoding="utf-8")
    return path


@pytest.mark.parametrize("count", [0, 1, 2])
def test_json_has_one_shape_however_many_configs(edition: Path, tmp_path: Path, count: int) -> None:
    paths = [written(tmp_path / f"{number}.json", "lab/alpha", "no/where") for number in range(count)]
    result = reported(edition, *paths, tmp_path / "gone.yml")
    assert list(result) == ["edition", "audits", "failed", "findings"]
    assert [one["file"] for one in result["audits"]] == list(map(str, paths))
    assert [list(one) for one in result["failed"]] == [["file", "problem"]]
    for path in paths:
        found = [(one["category"], one["id"]) for one in result["findings"] if one["file"] == str(path)]
        assert ("noncommercial", "alpha") in found and ("unknown", "no/where") in found
    assert all(
        list(one) == ["category", "file", "id", "ignored"] and not one["ignored"]
        for one in result["findings"]
    )


def test_the_line_of_a_config_that_cannot_be_read_is_told(edition: Path, tmp_path: Path) -> None:
    (tmp_path / "half.yml").write_text("a: [", encoding="utf-8")
    (failed,) = reported(edition, tmp_path / "half.yml")["failed"]
    assert failed["file"] == str(tmp_path / "half.yml") and failed["problem"].startswith(
        "line 1: is not YAML"
    )


@pytest.mark.parametrize("gate", [[], ["--fail-on", "unknown"]])
@pytest.mark.parametrize("format", FORMATS)
def test_where_there_is_no_config_none_has_passed(
    edition: Path, tmp_path: Path, gate: list[str], format: str
) -> None:
    empty, others = tmp_path / "empty", tmp_path / "others"
    empty.mkdir()
    others.mkdir()
    (others / "ci.yml").write_text("on: push\n", encoding="utf-8")
    for folder, said in ((empty, "holds no config: 0 files"), (others, "holds no config: 1 file read")):
        result = run("--edition", edition, "audit", folder, "--format", format, *gate)
        assert result.exit_code == 2 and said in result.stderr and str(folder) in result.stderr
    unset = run("--edition", edition, "audit", "", "--format", format, *gate)
    assert unset.exit_code == 2 and "is empty" in unset.stderr


def test_the_hook_says_that_it_found_no_config(edition: Path, tmp_path: Path) -> None:
    other = tmp_path / "ci.yml"
    other.write_text("on: push\n", encoding="utf-8")
    result = run("--edition", edition, "audit", other, other, "--skip-others")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "llmlineage: none of 2 files names a dataset or model\n"


@pytest.mark.parametrize("format", FORMATS)
def test_half_a_character_hides_no_other_config(
    edition: Path, tmp_path: Path, config: Path, format: str
) -> None:
    half = written(tmp_path / os.fsdecode(b"half-\xff.json"), "org/\ud800x")
    result = run("--edition", edition, "audit", half, config, "--format", format)
    assert result.exit_code == 0 and result.stderr == ""
    assert config.name in result.stdout
    assert {"sarif": "half-%FF", "json": r"half-\udcff"}.get(format, r"half-\xff") in result.stdout
    assert {"sarif": r"org/\\ud800x"}.get(format, r"org/\ud800x") in result.stdout
    if format in ("json", "sarif"):
        json.loads(result.stdout.encode())


def test_a_file_that_cannot_be_read_is_named_whatever_its_name(edition: Path, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"a\n::error::FORGED-\xff.yml")
    path.write_text("a: [", encoding="utf-8")
    result = run("--edition", edition, "audit", path, "--format", "github")
    assert result.exit_code == 2 and result.stderr.count("\n") == 1
    assert r"a\n::error::FORGED-\xff.yml:1: is not YAML" in result.stderr


def test_a_name_forges_no_line_of_a_report(edition: Path, tmp_path: Path) -> None:
    for name in (EVIL, "::error::FORGED", "x ##[error]FORGED"):
        shown = run("--edition", edition, "audit", written(tmp_path / "a.json", name)).stdout
        lines = shown.splitlines()
        assert lines.count("Models") == 1
        assert not any(line.lstrip().startswith("::") or "##[" in line for line in lines)
        assert sum("FORGED" in line for line in lines) == 1


def test_a_name_forges_no_annotation(edition: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", EVIL)
    lines = run("--edition", edition, "audit", path, "--format", "github").stdout.splitlines()
    assert all(line.startswith("::notice file=") and "a.json,line=1,title=" in line for line in lines)
    document = json.loads(run("--edition", edition, "audit", path, "--format", "sarif").stdout)
    assert not any("](" in one["message"]["text"] for one in document["runs"][0]["results"])


def test_a_name_ends_neither_the_front_matter_nor_the_text_of_a_card(edition: Path, tmp_path: Path) -> None:
    import yaml

    path = written(tmp_path / "a.json", EVIL, "a|b ##[error]x", "no\x85n\u2028e", "org/\ud800x")
    card = run("--edition", edition, "card", path).stdout
    front, body = card.removeprefix("---\n").split("\n---\n")
    read = yaml.safe_load(front)
    assert list(read) == ["base_model", "base_model_relation", "datasets"]
    assert read["datasets"] == [EVIL, "a|b ##[error]x", "no\x85n\u2028e", "org/\ud800x"]
    outside_code = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", body)
    assert "<img" not in outside_code and "e.example" not in outside_code and "\nlicense" not in body
    assert json.loads(run("--edition", edition, "card", path, "--json").stdout)["card"].startswith("---\n")


def test_a_name_of_a_megabyte_is_cut_and_quick(edition: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", "x" * 1_000_000)
    for format in ("text", "github", "sarif"):
        result = run("--edition", edition, "audit", path, "--format", format)
        assert "1,000,000" in result.stdout and len(result.stdout) < 10_000
    assert len(audited(edition, path)["datasets"][0]["name"]) == 1_000_000


@pytest.mark.parametrize("command", ["audit", "card"])
def test_a_name_too_long_for_a_file_is_no_error_of_the_machine(edition: Path, command: str) -> None:
    result = run("--edition", edition, command, "x" * 10_000)
    assert result.exit_code == 2 and isinstance(result.exception, SystemExit)
    assert len(result.stderr) < 500
