"""Imports run downwards: a module may use what stands below its own layer, never beside or above it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tiny import ROOT

PACKAGE = ROOT / "llmlineage"
# From the top: who talks to people, who puts it into words, what is asked, and what it is asked of.
LAYERS = (
    ("__main__",),
    ("cli",),
    ("__init__",),  # the package's face, which nothing within it may ask for
    ("api",),
    ("explorer", "export", "report"),  # documents, of the words that render has for relations and counts
    ("render",),
    ("hub",),  # which reads cards as audit does
    ("audit", "content"),
    ("graph",),
    ("curate",),
    ("edition",),
    ("checks",),
    ("package",),
)
# What any module may use, and which use nothing but one another.
COMMON = ("addresses", "errors", "extras", "files", "keys", "version", "visible")
RANKS = {name: rank for rank, layer in enumerate(reversed((*LAYERS, COMMON))) for name in layer}


def targets(path: Path, root: Path) -> Iterator[tuple[str, int]]:
    """The modules and wings of the package that a file imports, anywhere in it, with the line."""
    here = (root.name, *path.relative_to(root).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = list(here[: -node.level]) if node.level else []
            module = [*start, *(node.module.split(".") if node.module else [])]
            found = [[*module, alias.name] for alias in node.names]
        else:
            continue
        yield from ((wing_of(names, root), node.lineno) for names in found if names[0] == root.name)


def wing_of(names: list[str], root: Path) -> str:
    """The first part below the package; the face itself where a name of it is asked for."""
    below = names[1] if len(names) > 1 else "__init__"
    known = (root / f"{below}.py").is_file() or (root / below).is_dir()
    return below if known else "__init__"


def upward(root: Path) -> list[str]:
    """Every import that does not lead downwards, with its place."""
    wrong = []
    for path in sorted(root.rglob("*.py")):
        wing = path.relative_to(root).with_suffix("").parts[0]
        for target, line in targets(path, root):
            allowed = target == wing or RANKS[target] < RANKS[wing] or {wing, target} <= set(COMMON)
            if not allowed:
                wrong.append(f"{path.relative_to(root).as_posix()}:{line}: {wing} imports {target}")
    return wrong


def test_every_module_and_wing_has_a_layer() -> None:
    wings = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    assert wings | {path.stem for path in PACKAGE.glob("*.py")} <= set(RANKS)


def test_imports_run_downwards() -> None:
    assert upward(PACKAGE) == []


@pytest.mark.parametrize(
    ("file", "statement", "target"),
    [
        ("graph/names.py", "from llmlineage.cli import main", "cli"),
        ("graph/names.py", "def late():\n    from llmlineage import render", "render"),
        ("graph/names.py", "import llmlineage.audit.configs as configs", "audit"),
        ("graph/names.py", "from llmlineage import open", "__init__"),
        ("graph/names.py", "from ..render import tree", "render"),
        ("graph/names.py", "if TYPE_CHECKING:\n    from llmlineage.api import Lineage", "api"),
        ("audit/one.py", "import llmlineage.content", "content"),
        ("errors.py", "from llmlineage.package import TABLES", "package"),
        ("edition/one.py", "from llmlineage.graph.names import resolve", "graph"),
    ],
)
def test_an_import_that_runs_upwards_is_seen_however_it_is_written(
    tmp_path: Path, file: str, statement: str, target: str
) -> None:
    root = tmp_path / "llmlineage"
    for wing in ("audit", "cli", "content", "edition", "graph", "render"):
        (root / wing).mkdir(parents=True)
        (root / wing / "__init__.py").touch()
    for module in ("api", "package"):
        (root / f"{module}.py").touch()
    (root / file).write_text(f"{statement}\n", encoding="utf-8")
    (root / "cli" / "fine.py").write_text("from llmlineage.graph import names\nfrom . import other\n")
    wing = file.partition("/")[0].removesuffix(".py")
    (said,) = upward(root)
    assert said.startswith(f"{file}:") and said.endswith(f": {wing} imports {target}")
