"""Which rows count as changed: those whose text the last commit does not have, wherever they stand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from llmlineage.curate.changes import changed_lines, changed_rows, is_changed
from llmlineage.errors import Problem
from llmlineage.package import read_package
from tests.curate.test_contributing import git


@pytest.fixture
def committed(package: Path) -> Path:
    git(package, "init", "-q")
    git(package, "add", "-A")
    git(package, "commit", "-qm", "first")
    return package


def edit(package: Path, table: str, old: str, new: str) -> None:
    path = package / "data" / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def changed(package: Path) -> dict[str, list[int]]:
    changes = changed_rows(read_package(package))
    assert changes is not None
    return {file: sorted(rows) for file, rows in changes.items() if rows}


def test_nothing_is_changed_after_a_commit(committed: Path) -> None:
    assert changed(committed) == {}


def test_rows_that_only_moved_are_not_changed(committed: Path) -> None:
    edit(
        committed,
        "datasets",
        "alpha,Alpha,",
        "aaa,Aaa,instruction,,,,,,,,,,available,root,,,card,\nalpha,Alpha,",
    )
    assert changed(committed) == {"data/datasets.csv": [2]}


def test_a_row_of_which_one_cell_differs_is_changed(committed: Path) -> None:
    edit(committed, "datasets", ",52002,", ",52003,")
    assert changed(committed) == {"data/datasets.csv": [2]}


def test_staged_rows_are_changed_until_they_are_committed(committed: Path) -> None:
    edit(committed, "datasets", ",52002,", ",52003,")
    git(committed, "add", "-A")
    assert changed(committed) == {"data/datasets.csv": [2]}
    git(committed, "commit", "-qm", "second")
    assert changed(committed) == {}


def test_a_second_copy_of_a_committed_row_is_changed() -> None:
    assert changed_lines(b"id\na\na\nb\n", b"id\na\nb\n") == {3}


def test_a_table_that_was_never_committed_is_changed_whole(committed: Path) -> None:
    git(committed, "rm", "-q", "--cached", "data/aliases.csv")
    git(committed, "commit", "-qm", "without")
    assert changed(committed) == {"data/aliases.csv": [1, 2, 3, 4, 5]}


def test_the_package_may_stand_below_the_top_of_its_repository(package: Path) -> None:
    git(package.parent, "init", "-q")
    git(package.parent, "add", "-A")
    git(package.parent, "commit", "-qm", "first")
    edit(package, "datasets", ",52002,", ",52003,")
    assert changed(package) == {"data/datasets.csv": [2]}


def test_a_hook_of_another_repository_does_not_mislead(
    committed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "-q", "other")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    assert changed(committed) == {}


def test_without_a_repository_a_commit_or_git_everything_is_changed(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warning = Problem("data/datasets.csv", 2, "", "", "", level="warning")
    assert changed_rows(read_package(package)) is None
    git(package, "init", "-q")
    assert changed_rows(read_package(package)) is None
    git(package, "add", "-A")
    git(package, "commit", "-qm", "first")
    assert not is_changed(warning, changed_rows(read_package(package)))
    monkeypatch.setitem(os.environ, "PATH", "/nonexistent")
    assert changed_rows(read_package(package)) is None
    assert is_changed(warning, None)


def test_a_program_that_the_repository_names_is_not_run(committed: Path) -> None:
    """The folder may come from anywhere, and its .git with it."""
    trap = committed / "ran"
    for key in ("core.fsmonitor", "core.pager", "diff.external", "diff.csv.textconv", "core.sshCommand"):
        git(committed, "config", key, f"touch {trap}")
    (committed / ".gitattributes").write_text("*.csv diff=csv\n", encoding="utf-8")
    edit(committed, "datasets", ",52002,", ",52003,")
    assert changed(committed) == {"data/datasets.csv": [2]}
    assert not trap.exists()
