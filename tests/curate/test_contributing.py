"""The commands that CONTRIBUTING.md shows do what it says, in a fresh clone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from llmlineage.cli.validate import judged
from tests.tiny import ROOT

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def block(name: str) -> str:
    """The commands between two markers."""
    match = re.search(rf"<!-- {name} -->\n```sh\n(.+?)\n```\n<!-- /{name} -->", CONTRIBUTING, re.DOTALL)
    assert match is not None
    return match[1]


def git(folder: Path, *arguments: str) -> str:
    own = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", *own, "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The record in a repository of its own, with one commit."""
    for folder in ("data", "schemas"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "datapackage.json", tmp_path)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "the record")
    return tmp_path


def shell(script: str, folder: Path) -> str:
    """Run commands as a contributor would, stopping at the first that fails."""
    program = f'llmlineage() {{ "{sys.executable}" -m llmlineage "$@"; }}\n'
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(folder / ".cache")}
    environment.pop("LLMLINEAGE_EDITION", None)
    result = subprocess.run(
        ["bash", "-eu", "-c", program + script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_a_dataset_with_three_parents_and_an_alias_is_added_as_shown(clone: Path) -> None:
    said = shell(block("commands"), clone)
    assert said.splitlines()[-1].startswith(".: valid (0 errors, 0 warnings")
    assert git(clone, "diff", "--numstat").split() == [
        *("1", "0", "data/aliases.csv"),
        *("1", "0", "data/datasets.csv"),
        *("3", "0", "data/derivations.csv"),
        *("1", "0", "data/sources.csv"),
    ]
    problems, _ = judged(clone)
    assert not [problem for problem in problems if problem.level == "error"]


def test_the_set_up_brings_what_validate_needs() -> None:
    assert block("setup").endswith("pip install -q -e '.[curate]'")


def test_the_five_minutes_come_first() -> None:
    headings = re.findall(r"^## (.+)$", CONTRIBUTING, re.MULTILINE)
    assert headings[0] == "Add a dataset in five minutes"


def test_the_new_record_is_to_be_seen_at_once(clone: Path) -> None:
    said = shell(f"{block('commands')}\n{block('see')}", clone)
    traced = said.partition(".: valid (")[2]
    assert all(f"includes {parent}" in traced for parent in ("Alpaca", "GSM8K", "databricks-dolly-15k"))
