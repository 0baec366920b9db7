"""Fixtures: the tiny package, its edition, and the edition of the real record."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import settings

from llmlineage.cli import main
from llmlineage.edition.compile import build_edition
from tests.tiny import ROOT, write_tiny

# Workers of pytest-xdist have one, and what is piped is not to be folded to it.
os.environ.pop("COLUMNS", None)
# How long an example takes says more of the machine's other work than of the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A fresh copy of the tiny package."""
    return write_tiny(tmp_path / "package")


@pytest.fixture(scope="session")
def tiny_edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The edition of the tiny package."""
    folder = tmp_path_factory.mktemp("tiny")
    return build_edition(write_tiny(folder / "package"), folder / "edition")


@pytest.fixture(scope="session")
def real_edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The edition of the curated record in this repository."""
    return build_edition(ROOT, tmp_path_factory.mktemp("real") / "edition")


def told(text: str) -> list[str]:
    """The lines of a report, without the last, which names the edition."""
    lines = text.splitlines()
    return lines[:-1] if lines and lines[-1].startswith("Edition ") else lines


def run(*arguments: str | Path) -> Result:
    """Call the command line; stdout, stderr and exit status are on the result."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])
