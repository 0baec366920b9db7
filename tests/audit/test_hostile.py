"""Names of files and of datasets that would pass for something else, and what cannot be read at all."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.audit.made import EVIL, audited, reported, written
from tests.conftest import run

FORMATS = ("text", "json", "sarif", "github", "markdown")


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
    half = written(tmp_path / "half.json", "org/\ud800x")
    result = run("--edition", edition, "audit", half, config, "--format", format)
    assert result.exit_code == 2 and "half.json" in result.stderr
    assert config.name in result.stdout
    if format in ("json", "sarif"):
        json.loads(result.stdout.encode())


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_name_that_is_no_text_hides_no_other_config(
    edition: Path, tmp_path: Path, config: Path, format: str
) -> None:
    odd = written(tmp_path / os.fsdecode(b"odd-\xff.json"), "org/x")
    result = run("--edition", edition, "audit", odd, config, "--format", format)
    assert result.exit_code == 0 and result.stderr.count("\n") == 2
    assert config.name in result.stdout and "odd-" in result.stdout
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
        assert sum("FORGED" in line for line in lines) == 2  # among the datasets, and as without a record


def test_a_name_forges_no_annotation(edition: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", EVIL)
    lines = run("--edition", edition, "audit", path, "--format", "github").stdout.splitlines()
    assert all(line.startswith("::notice file=") and "a.json,line=1,title=" in line for line in lines)
    document = json.loads(run("--edition", edition, "audit", path, "--format", "sarif").stdout)
    assert not any("](" in one["message"]["text"] for one in document["runs"][0]["results"])


def test_a_name_is_no_markup_in_a_comment(edition: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", EVIL, "a|b <!-- x", "@everyone", "`x` ~~y~~ $z$")
    reason = "no-record:@everyone=<b>because</b> [x](https://e.example) | @me"
    shown = run("--edition", edition, "audit", path, "--format", "markdown", "--ignore", reason).stdout
    outside_code = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", shown)
    for markup in ("<img", "<b>", "<!--", "e.example", "@", "$", "FORGED"):
        assert markup not in outside_code
    rows = [line for line in shown.splitlines() if line.startswith("|")]
    assert all(re.sub(r"\\\|", "", row).count("|") == 4 for row in rows)


def test_a_name_ends_neither_the_front_matter_nor_the_text_of_a_card(edition: Path, tmp_path: Path) -> None:
    import yaml

    path = written(tmp_path / "a.json", EVIL, "a|b ##[error]x", "no\x85n\u2028e")
    card = run("--edition", edition, "card", path).stdout
    front, body = card.removeprefix("---\n").split("\n---\n")
    read = yaml.safe_load(front)
    assert list(read) == ["base_model", "base_model_relation"], "what can be no Hub id stays out of it"
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
