"""The shell completes commands, options and the names of records."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from llmlineage.cli import COMMANDS, main


def completed(*words: str) -> list[str]:
    """What the shell offers for the last of the words."""
    complete = BashComplete(main, {}, "llmlineage", "_LLMLINEAGE_COMPLETE")
    return [item.value for item in complete.get_completions(list(words[:-1]), words[-1])]


@pytest.fixture(autouse=True)
def tiny(tiny_edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMLINEAGE_EDITION", str(tiny_edition))


def test_commands_are_completed() -> None:
    assert completed("") == list(COMMANDS)
    assert completed("tr") == ["trace"]


@pytest.mark.parametrize("command", [["trace"], ["why"], ["why", "mix"], ["show"]])
def test_names_are_completed_in_any_case(command: list[str]) -> None:
    assert completed(*command, "Bet") == ["beta-1.0", "beta-all"]
    assert completed(*command, "mix") == ["mix", "mix-7b"]


def test_only_names_that_the_command_takes_are_offered() -> None:
    assert completed("trace", "f") == []
    assert completed("show", "f") == ["filtering", "free"]


def test_values_of_options_are_completed() -> None:
    assert completed("trace", "mix", "--only", "") == ["datasets", "models"]
    assert completed("trace", "mix", "--format", "") == ["tree", "table", "json", "csv", "svg"]
    assert completed("trace", "mix", "--relation", "clean") == ["cleaned_from"]


def test_the_edition_on_the_line_is_the_one_that_completes(tmp_path: Path, tiny_edition: Path) -> None:
    assert completed("--edition", str(tmp_path), "trace", "al") == []
    assert completed("--edition", str(tiny_edition), "trace", "al") == ["alpha"]


def test_without_a_readable_edition_nothing_is_offered_and_nothing_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with sqlite3.connect(tmp_path / "lineage.sqlite") as connection:
        connection.execute("PRAGMA user_version = 1")
        connection.execute("CREATE TABLE meta (key, value)")
        connection.execute("INSERT INTO meta VALUES ('version', '1.0')")
    assert completed("--edition", str(tmp_path), "trace", "al") == []
    assert completed("--edition", str(tmp_path / "none"), "trace", "al") == []
    assert capsys.readouterr().err == ""
