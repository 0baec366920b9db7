"""Help: every command is listed and explained on 80 columns, and every example in it runs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from llmlineage.cli import COMMANDS
from tests.conftest import run
from tests.tiny import ROOT, TABLES, write_table

PAGES = ([], *([name] for name in COMMANDS))


def examples(page: list[str]) -> list[list[str]]:
    """The commands under "Examples:", each as words after the program's name."""
    shown = re.search(r"Examples:\n((?:    llmlineage .+\n)+)", run(*page, "--help").stdout)
    assert shown is not None
    return [shlex.split(line)[1:] for line in shown[1].splitlines()]


def test_every_command_has_a_file_and_every_file_is_a_command() -> None:
    shared = {"__init__", "options", "paint", "reading", "stream", "through_hub"}
    assert {path.stem for path in (ROOT / "llmlineage" / "cli").glob("*.py")} - shared == set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=" ".join)
def test_help_is_short_for_the_eye_and_says_what_each_option_does(page: list[str]) -> None:
    result = run(*page, "-h")
    assert result.exit_code == 0 and result.stdout == run(*page, "--help").stdout
    assert all(len(line) <= 80 for line in result.stdout.splitlines())
    assert result.stdout.startswith("Usage: ")
    options = result.stdout.partition("Options:\n")[2].partition("\n\n")[0]
    described = re.findall(r"^  (-\S.*?)(?:  +|\n +)(\S+)", options, re.MULTILINE)
    assert len(described) == len(re.findall(r"^  -", options, re.MULTILINE))


def test_the_list_of_commands_says_what_each_answers() -> None:
    listed = run("--help").stdout.partition("Commands:\n")[2]
    assert [line.split()[0] for line in listed.splitlines()] == list(COMMANDS)
    assert all(about in listed for about in COMMANDS.values())


@pytest.mark.parametrize("page", PAGES, ids=" ".join)
def test_every_page_has_two_examples(page: list[str]) -> None:
    assert len(examples(page)) >= 2


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page not in (["build"], ["add"], ["explore"])], ids=" ".join
)
def test_the_examples_run(
    page: list[str], real_edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.yml"
    config.write_text("base_model: a/b\nsequence_len: 8\ndatasets:\n  - path: c/d\n", encoding="utf-8")
    monkeypatch.setenv("LLMLINEAGE_EDITION", str(real_edition))
    monkeypatch.chdir(ROOT)
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(f'{{"prompt": "question {n}", "completion": "answer {n}"}}\n' for n in range(50)))
    places = {
        "child.jsonl": rows,
        "parent.jsonl": rows,
        "path/to/benchmark.jsonl": rows,
        "child.fingerprint.parquet": tmp_path / "child.parquet",
        "both.fingerprint.parquet": tmp_path / "both.parquet",
        "path/to/old/edition": real_edition,
        "path/to/new/edition": real_edition,
        "path/to/package": ROOT,
        "path/to/config.yml": config,
        "acme-lineage": tmp_path / "acme-lineage",
        "path/to/acme-lineage": tmp_path / "below" / "acme-lineage",
        "rows.parquet": tmp_path / "out.parquet",
        "path/to/cards": tmp_path / "cards",
        "path/to/hub-stats": tmp_path / "cards",
        "path/to/cards-edition": tmp_path / "cards-edition",
        "path/to/hub-edition": tmp_path / "hub-edition",
    }
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "one.md").write_text("---\nbase_model: a/b\n---\n", encoding="utf-8")
    for words in examples(page):
        own = [str(places.get(word, word)) for word in words]
        result = run(*own[: own.index(">") if ">" in own else None])  # what follows is for the shell
        assert result.exit_code == 0, (words, result.output)
        assert len(result.stdout.splitlines()) > 0
        assert result.stderr.count("\n") <= 3, "at most which record is meant, or how files were read"


def test_the_examples_of_build_run(
    package: Path, tiny_edition: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(package)
    build, on_top = examples(["build"])
    assert run(*build).exit_code == 0
    assert run("new", "my").exit_code == 0
    assert run("--edition", tiny_edition, *on_top).exit_code == 0


def test_the_examples_of_add_run(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alpaca = TABLES["datasets"][-1] | {"id": "alpaca", "name": "Alpaca"}
    write_table(package, "datasets", [*TABLES["datasets"], alpaca])
    assert run("validate", package, "--fix").exit_code == 0
    monkeypatch.chdir(package)
    for words in examples(["add"]):
        assert run(*words).exit_code == 0


@pytest.mark.parametrize("name", ["search", "stats"])
def test_an_answer_of_the_real_record_is_not_empty(real_edition: Path, name: str) -> None:
    for words in examples([name]):
        assert len(run("--edition", real_edition, *words).stdout.splitlines()) > 2


def test_the_versions_of_program_and_edition_are_printed(tiny_edition: Path, tmp_path: Path) -> None:
    from llmlineage.version import __version__

    program, edition = run("--edition", tiny_edition, "--version").stdout.splitlines()
    assert program == f"llmlineage {__version__}"
    assert re.fullmatch(r"edition \d\S+", edition)
    without = run("--edition", tmp_path, "--version")
    assert without.exit_code == 0 and without.stderr.startswith("no edition: ")
