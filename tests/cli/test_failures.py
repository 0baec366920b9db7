"""A wrong call, name or edition: exit status 2, one clear message on stderr, never a traceback."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import llmlineage
from llmlineage.errors import InvalidEdition, UnknownName
from tests.conftest import run

QUERIES = (
    ["trace", "alpha"],
    ["show", "alpha"],
    ["why", "mix", "alpha"],
    ["search", "alpha"],
    ["tables"],
    ["tables", "derivations"],
    ["sql", "SELECT * FROM nodes"],
)


def assert_refused(result: Result, message: str) -> None:
    """Refused with this message alone."""
    assert isinstance(result.exception, SystemExit), result.exception
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert result.stderr.startswith("llmlineage: ") and result.stderr.count("\n") == 1


@pytest.fixture
def edition(tiny_edition: Path, tmp_path: Path) -> Path:
    """A copy of the tiny edition, to be spoilt."""
    return shutil.copytree(tiny_edition, tmp_path / "edition")


@pytest.mark.parametrize("command", [["trace"], ["show"], ["why", "gsm8k"]])
def test_an_unknown_name_is_refused_with_the_three_closest(real_edition: Path, command: list[str]) -> None:
    result = run("--edition", real_edition, *command, "teknium/OpenHermess-2.5")
    assert_refused(result, "no record is called 'teknium/OpenHermess-2.5'; closest: openhermes-2.5, ")
    closest = result.stderr.strip().partition("closest: ")[2].split(", ")
    assert len(set(closest)) == 3 and all(name.startswith("openhermes") for name in closest)


def test_a_near_miss_is_never_answered(tiny_edition: Path) -> None:
    assert_refused(run("--edition", tiny_edition, "trace", "alpah"), "closest: alpha")


@pytest.mark.parametrize("name", ["filtering", "nc", "lab"])
def test_what_has_no_lineage_can_be_shown_but_not_traced(tiny_edition: Path, name: str) -> None:
    assert run("--edition", tiny_edition, "show", name).exit_code == 0
    assert_refused(run("--edition", tiny_edition, "trace", name), f"no record is called {name!r}")


@pytest.mark.parametrize(
    "name", ["", " ", "%", "'; DROP TABLE node", "a" * 5000, "🙂", "https://", "(dataset)"]
)
def test_no_name_is_too_odd_to_be_refused(tiny_edition: Path, name: str) -> None:
    assert_refused(run("--edition", tiny_edition, "trace", name), "no record is called")


def test_a_name_that_is_not_utf_8_is_the_name_of_nothing(tiny_edition: Path) -> None:
    message = r"no record is called 'a\xffb'"
    assert_refused(run("--edition", tiny_edition, "trace", os.fsdecode(b"a\xffb")), message)


def test_a_query_that_is_not_utf_8_is_refused(tiny_edition: Path) -> None:
    query = os.fsdecode(b"SELECT '\xff'")
    assert_refused(run("--edition", tiny_edition, "sql", query), "the call is not UTF-8 text")


def missing(edition: Path) -> None:
    shutil.rmtree(edition)


def a_file(edition: Path) -> None:
    shutil.rmtree(edition)
    edition.write_bytes(b"")


def empty(edition: Path) -> None:
    shutil.rmtree(edition)
    edition.mkdir()


def a_folder_for_the_index(edition: Path) -> None:
    (edition / "lineage.sqlite").unlink()
    (edition / "lineage.sqlite").mkdir()


def an_empty_index(edition: Path) -> None:
    (edition / "lineage.sqlite").write_bytes(b"")


def no_database(edition: Path) -> None:
    (edition / "lineage.sqlite").write_text("version https://git-lfs.github.com/spec/v1\n" * 200)


def truncated(edition: Path) -> None:
    index = edition / "lineage.sqlite"
    index.write_bytes(index.read_bytes()[: index.stat().st_size // 2])


def spoilt(edition: Path) -> None:
    """The header and the schema are whole, the rest is not."""
    index = edition / "lineage.sqlite"
    content = index.read_bytes()
    index.write_bytes(content[:8192] + b"\xff" * (len(content) - 8192))


def of_another_format(edition: Path) -> None:
    with sqlite3.connect(edition / "lineage.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")


def without_tables(edition: Path) -> None:
    with sqlite3.connect(edition / "lineage.sqlite") as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("DELETE FROM sqlite_schema WHERE name <> 'meta'")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (missing, "holds no edition: lineage.sqlite is missing"),
        (a_file, "holds no edition: lineage.sqlite is missing"),
        (empty, "holds no edition: lineage.sqlite is missing"),
        (a_folder_for_the_index, "holds no edition: lineage.sqlite is missing"),
        (an_empty_index, "has format 0"),
        (no_database, "edition cannot be read ("),
        (truncated, "build it again"),
        (spoilt, "build it again"),
        (of_another_format, "has format 99"),
        (without_tables, ""),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
@pytest.mark.parametrize("query", QUERIES, ids=" ".join)
def test_an_edition_that_cannot_be_read_is_refused(
    edition: Path, spoil: Callable[[Path], None], message: str, query: list[str]
) -> None:
    spoil(edition)
    assert_refused(run("--edition", edition, *query), message)


def test_the_edition_is_that_of_the_option_else_of_the_variable(
    tiny_edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMLINEAGE_EDITION", str(tiny_edition))
    assert run("trace", "alpha", "-q").stdout.startswith("alpha\n")
    assert_refused(run("--edition", tmp_path, "trace", "alpha"), f"{tmp_path} holds no edition")
    monkeypatch.setenv("LLMLINEAGE_EDITION", str(tmp_path))
    assert_refused(run("trace", "alpha"), f"{tmp_path} holds no edition")
    assert run("--edition", tiny_edition / "lineage.sqlite", "trace", "alpha").exit_code == 0


def test_debug_shows_the_traceback(
    tmp_path: Path, tiny_edition: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMLINEAGE_DEBUG", "1")
    assert isinstance(run("--edition", tmp_path, "trace", "alpha").exception, InvalidEdition)
    assert isinstance(run("--edition", tiny_edition, "trace", "nobody").exception, UnknownName)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Usage: "),
        (["nothing"], "nothing"),
        (["trace"], "NAME"),
        (["trace", "alpha", "beta"], "beta"),
        (["trace", "alpha", "--depth", "-1"], "--depth"),
        (["trace", "alpha", "--only", "people"], "people"),
        (["trace", "alpha", "--relation", "likes"], "includes"),
        (["trace", "alpha", "--format", "xml"], "csv"),
        (["search"], "TEXT"),
        (["search", "x", "--limit", "0"], "--limit"),
        (["sql", "SELECT 1", "--timeout", "0"], "--timeout"),
        (["build", "."], "--output"),
        (["build", "nowhere", "-o", "x"], "nowhere"),
        (["validate", "nowhere"], "nowhere"),
    ],
)
def test_a_wrong_call_is_explained_with_status_2(arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_validate_exits_with_1_on_errors_and_0_on_warnings(package: Path) -> None:
    valid = run("validate", package)
    assert (valid.exit_code, valid.stdout) == (0, f"{package}: valid (0 errors, 0 warnings)\n")
    derivations = package / "data" / "derivations.csv"
    text = derivations.read_text(encoding="utf-8")
    derivations.write_text(text.replace("beta-1.0,cleaned_from", "beta-1.0,grown_from"), encoding="utf-8")
    invalid = run("validate", package)
    assert invalid.exit_code == 1 and invalid.stderr == ""
    assert "data/derivations.csv:3 relation grown_from: " in invalid.stdout
    assert invalid.stdout.endswith("invalid (1 error, 0 warnings)\n")
    derivations.write_text(text, encoding="utf-8")
    datasets = package / "data" / "datasets.csv"
    later = datasets.read_text(encoding="utf-8").replace("2022-12", "2024-12")
    datasets.write_text(later, encoding="utf-8")
    noted = text.replace(
        "alpha,seeded_by,seeds,,,,,,,,,stated,", "alpha,seeded_by,seeds,,,,,,,,,stated,Published late."
    )
    assert noted != text
    derivations.write_text(noted, encoding="utf-8")
    warned = run("validate", package)
    assert warned.exit_code == 0
    assert warned.stdout.startswith("Warnings:\n") and warned.stdout.endswith("valid (0 errors, 1 warning)\n")


def test_an_invalid_package_is_not_built(package: Path, tmp_path: Path) -> None:
    (package / "data" / "sources.csv").unlink()
    result = run("build", package, "-o", tmp_path / "out")
    assert result.exit_code == 2 and isinstance(result.exception, SystemExit)
    assert "data/sources.csv" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", ["nonsense\n", "id,name\nx,y,z\n", ""])
def test_a_package_that_cannot_be_compiled_unchecked_is_refused_too(
    package: Path, tmp_path: Path, content: str
) -> None:
    (package / "data" / "datasets.csv").write_text(content, encoding="utf-8")
    result = run("build", package, "-o", tmp_path / "out", "--no-validate")
    assert isinstance(result.exception, SystemExit) and result.exit_code == 2
    assert result.stderr.startswith("llmlineage: ")
    assert not (tmp_path / "out").exists()


def test_a_build_does_not_replace_what_is_no_edition(package: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("Words.", encoding="utf-8")
    assert_refused(run("build", package, "-o", tmp_path / "thesis"), "is not an edition and not empty")
    assert (tmp_path / "thesis" / "chapter.txt").read_text(encoding="utf-8") == "Words."
    assert_refused(run("build", package, "-o", tmp_path / "thesis" / "chapter.txt"), "is not an edition")
    under_a_file = tmp_path / "thesis" / "chapter.txt" / "out"
    assert_refused(run("build", package, "-o", under_a_file), str(under_a_file.parent))


def test_a_build_says_what_it_wrote(package: Path, tmp_path: Path) -> None:
    result = run("build", package, "-o", tmp_path / "out")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{tmp_path / 'out'}: llmlineage ")
    assert result.stdout.endswith(", 8 nodes, 7 edges\n")


def test_a_build_says_it_in_json_too(package: Path, tmp_path: Path) -> None:
    result = run("build", package, "-o", tmp_path / "out", "--json")
    told = json.loads(result.stdout)
    assert list(told) == ["edition", "name", "version", "commit", "rows"]
    assert (told["edition"], told["version"], told["commit"]) == (str(tmp_path / "out"), "0.1.0", None)
    assert told["rows"]["nodes"] == 8 and llmlineage.open(told["edition"]).version == "0.1.0"


def test_a_missing_library_is_named_with_the_extra_that_brings_it(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [name for name in sys.modules if name.partition(".")[0] == "frictionless"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.delitem(sys.modules, "llmlineage.checks.schemas", raising=False)
    monkeypatch.setitem(sys.modules, "frictionless", None)
    assert_refused(run("validate", package), "frictionless, which is not installed: ")


@pytest.mark.parametrize("home", ["/dev/null", "/nonexistent"])
def test_no_home_is_needed(tiny_edition: Path, home: str) -> None:
    environment = {"HOME": home, "PATH": os.environ["PATH"], "LLMLINEAGE_EDITION": str(tiny_edition)}
    command = [sys.executable, "-m", "llmlineage", "trace", "alpha", "-q"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "alpha\nseeds\nwriter\n", "")
