"""``validate``: whose warnings are shown, and what ``--fix`` says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import run
from tests.curate.test_contributing import git

OLDER = "seeds,Seeds,prompts,,,2022-12,"


@pytest.fixture
def warned(package: Path) -> Path:
    """A committed package with one standing warning: a child older than its parent, as a note explains."""
    replace(package, "datasets", OLDER, OLDER.replace("2022-12", "2024-12"))
    replace(package, "derivations", "seeds,,,,,,,,,stated,,", "seeds,,,,,,,,,stated,Published late.,")
    git(package, "init", "-q")
    git(package, "add", "-A")
    git(package, "commit", "-qm", "first")
    return package


def replace(package: Path, table: str, old: str, new: str) -> None:
    path = package / "data" / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_standing_warning_is_counted_and_shown_when_all_are_asked_for(warned: Path) -> None:
    quiet = run("validate", warned)
    assert quiet.exit_code == 0
    assert quiet.stdout == f"{warned}: valid (0 errors, 0 warnings in your changes, 1 more: --all)\n"
    full = run("validate", warned, "--all")
    assert full.stdout.startswith("Warnings:\ndata/derivations.csv:2: alpha")
    assert full.stdout.endswith("valid (0 errors, 1 warning)\n")


def test_a_new_warning_stands_alone_among_standing_ones(warned: Path) -> None:
    replace(
        warned,
        "derivations",
        "beta-1.0,cleaned_from,alpha,train,,,,,900,exact,",
        "beta-1.0,cleaned_from,alpha,train,,,,,901,exact,",
    )
    replace(
        warned,
        "datasets",
        "beta-1.0,Beta 1.0,instruction,beta-all,,2023-06",
        "beta-1.0,Beta 1.0,instruction,beta-all,,2022-06",
    )
    result = run("validate", warned)
    assert [line[:23] for line in result.stdout.splitlines()] == [
        "Warnings:", "data/derivations.csv:3:", f"{warned}: valid"[:23],
    ]  # fmt: skip
    assert result.stdout.endswith("valid (0 errors, 1 warning in your changes, 1 more: --all)\n")


def test_an_error_is_shown_whoever_made_it(warned: Path) -> None:
    replace(warned, "datasets", "alpha,Alpha,instruction", "alpha,Alpha,instructions")
    git(warned, "commit", "-qam", "wrong")
    result = run("validate", warned)
    assert result.exit_code == 1
    assert "data/datasets.csv:2 kind instructions: " in result.stdout


def test_json_has_every_problem_and_says_which_are_of_changed_rows(warned: Path) -> None:
    def changed() -> list[bool]:
        return [
            problem["changed"] for problem in json.loads(run("validate", warned, "--json").stdout)["problems"]
        ]

    assert changed() == [False]
    replace(warned, "derivations", "Published late.", "Published later.")
    assert changed() == [True]


def test_fix_sorts_and_says_so_once(package: Path) -> None:
    path = package / "data" / "datasets.csv"
    ordered = path.read_bytes()
    header, *rows = ordered.splitlines(keepends=True)
    path.write_bytes(b"\xef\xbb\xbf" + b"".join([header, *reversed(rows)]).replace(b"\n", b"\r\n"))
    assert run("validate", package).exit_code == 1
    result = run("validate", package, "--fix")
    assert result.exit_code == 0 and path.read_bytes() == ordered
    assert result.stdout.startswith(
        "Fixed:\ndata/datasets.csv: stripped the byte order mark, folded line ends"
    )
    again = run("validate", package, "--fix")
    assert (again.exit_code, again.stdout) == (0, f"{package}: valid (0 errors, 0 warnings)\n")


def test_fix_leaves_what_is_no_table_and_says_why(package: Path) -> None:
    path = package / "data" / "datasets.csv"
    path.write_bytes(path.read_bytes() + b'"open,\n')
    broken = path.read_bytes()
    result = run("validate", package, "--fix", "--json")
    assert result.exit_code == 1 and path.read_bytes() == broken
    (fix,) = json.loads(result.stdout)["fixed"]
    assert (fix["file"], fix["changes"]) == ("data/datasets.csv", [])
    assert fix["refused"].startswith("is not CSV")


def test_fix_touches_no_package_whose_descriptor_is_not_in_order(package: Path) -> None:
    (package / "datapackage.json").write_text("{}", encoding="utf-8")
    result = run("validate", package, "--fix")
    assert result.exit_code == 1 and "Fixed" not in result.stdout
