"""A look-up imports nothing that costs more than the look-up itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tiny import ROOT

HEAVY = {"polars", "frictionless", "pyarrow", "datasets", "huggingface_hub", "yaml", "numpy", "pandas"}
QUERIES = [
    ["trace", "mix-7b"],
    ["trace", "nobody"],
    ["show", "alpha", "--json"],
    ["why", "mix", "alpha"],
    ["search", "alpha"],
    ["stats"],
    ["tables", "nodes", "--format", "csv"],
    ["sql", "SELECT 1"],
    ["--version"],
    ["--help"],
]


# What the program does, and then the modules that are there.
SCRIPT = """
import sys
from llmlineage.cli import main
try:
    main(sys.argv[1:], prog_name="llmlineage")
finally:
    print("\\nmodules", *sys.modules, file=sys.stderr)
"""


def imported(edition: Path, *arguments: str) -> set[str]:
    """The modules that a call of the program imports."""
    path = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": path, "LLMLINEAGE_EDITION": str(edition)}
    # Without site, which imports what the environment asks for at the start of any program.
    command = [sys.executable, "-S", "-c", SCRIPT, *arguments]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return set(result.stderr.splitlines()[-1].split()[1:])


@pytest.mark.parametrize("query", QUERIES, ids=" ".join)
def test_a_query_imports_no_heavy_library(tiny_edition: Path, query: list[str]) -> None:
    modules = imported(tiny_edition, *query)
    assert "llmlineage.cli" in modules
    assert not {module.partition(".")[0] for module in modules} & HEAVY


def test_a_trace_imports_no_other_command_and_no_other_format(tiny_edition: Path) -> None:
    modules = imported(tiny_edition, "trace", "mix-7b")
    commands = {module for module in modules if module.startswith("llmlineage.cli.")}
    assert commands == {"llmlineage.cli.trace", "llmlineage.cli.options", "llmlineage.cli.paint"}
    assert not modules & {"llmlineage.render.document", "json", "csv", "pathlib", "difflib"}


def test_the_list_of_commands_imports_none_of_them(tiny_edition: Path) -> None:
    modules = {module for module in imported(tiny_edition, "--help") if module.startswith("llmlineage.cli.")}
    assert modules == {"llmlineage.cli.paint"}


def test_heavy_libraries_are_seen_where_they_are_imported(package: Path, tiny_edition: Path) -> None:
    """So that the tests above can fail."""
    assert "polars" in imported(tiny_edition, "build", str(package), "-o", str(package / "out"))
