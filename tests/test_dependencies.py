"""What is imported is declared, and the oldest releases that are declared are those that CI tries."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.tiny import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CORE = PROJECT["project"]["dependencies"]
EXTRAS = PROJECT["project"]["optional-dependencies"]
# Of the folders: the extras that bring what their files import.
FOLDERS = {
    "llmlineage": ("content", "curate", "export", "hub", "picture", "spark"),
    "build": ("release", "test", "browser"),
    "tests": ("test", "spark", "browser"),
    "benchmarks": ("benchmark", "browser"),
}
# Modules whose distribution has another name.
DISTRIBUTIONS = {"yaml": "pyyaml", "huggingface_hub": "huggingface-hub", "polars_hash": "polars-hash",
                 "cyclonedx": "cyclonedx-python-lib", "spdx_python_model": "spdx-python-model",
                 "fast_sugiyama": "fast-sugiyama"}  # fmt: skip
OURS = {"llmlineage", "tests", *(path.stem for path in (ROOT / "build").glob("*.py"))}


def names(requirements: Iterable[str]) -> Iterator[str]:
    """The distributions that requirements ask for, extras of this package followed."""
    for requirement in requirements:
        if requirement.startswith("llmlineage["):
            for extra in re.findall(r"[a-z]+", requirement.partition("[")[2]):
                yield from names(EXTRAS[extra])
        else:
            yield re.split(r"[<>=]", requirement)[0]


def imports(folder: str) -> Iterator[tuple[str, Path]]:
    """The modules of others that the files of a folder import, anywhere in them."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            found = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            found += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            for module in {name.partition(".")[0] for name in found} - OURS - sys.stdlib_module_names:
                yield module, path.relative_to(ROOT)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_library_that_is_imported_is_declared(folder: str) -> None:
    declared = {*names(CORE), *(name for extra in FOLDERS[folder] for name in names(EXTRAS[extra]))}
    missing = {
        (module, path)
        for module, path in imports(folder)
        if DISTRIBUTIONS.get(module, module) not in declared
    }
    assert not missing


def test_an_import_is_seen_wherever_it_stands() -> None:
    assert {"click", "polars", "frictionless", "pyspark"} <= {module for module, _ in imports("llmlineage")}


def test_ci_tries_the_oldest_releases_that_are_allowed() -> None:
    every = [
        *CORE,
        *(one for extra in EXTRAS.values() for one in extra),
        *PROJECT["build-system"]["requires"],
    ]
    oldest = {one.replace(">=", "==") for one in every if not one.startswith("llmlineage[")}
    pinned = (ROOT / ".ci" / "oldest.txt").read_text(encoding="utf-8").splitlines()
    assert oldest == {line for line in pinned if not line.startswith("#")}


def test_every_requirement_has_one_lower_bound_and_no_upper_one() -> None:
    every = [*CORE, *(one for extra in EXTRAS.values() for one in extra)]
    for one in every:
        assert re.fullmatch(r"llmlineage\[[a-z,]+\]|[a-z0-9-]+>=\d+(\.\d+)*", one), one
    bounds = {one for one in every if not one.startswith("llmlineage[")}
    assert len(bounds) == len({one.partition(">=")[0] for one in bounds})
