"""Compile a data package to an edition: parquet a table, an SQLite index, and a descriptor."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import polars as pl

from llmlineage.checks import require_valid
from llmlineage.edition import DESCRIPTOR, FORMAT, INDEX
from llmlineage.edition.frames import (
    Frames,
    ancestry_of,
    edges_of,
    first_day,
    nodes_of,
    numbered,
    precision,
    read_table,
    typed,
)
from llmlineage.edition.index import write_index
from llmlineage.edition.swap import replacing
from llmlineage.errors import InvalidPackage, Problem
from llmlineage.package import Package, read_package
from llmlineage.version import __version__


def build_edition(package_path: str | Path, folder: str | Path, validate: bool = True) -> Path:
    """Validate the package at ``package_path`` and compile it into ``folder``.

    The edition is written beside ``folder`` and renamed into its place when it is whole.
    ``validate=False`` is for packages that a program wrote and checked.

    Raises:
        InvalidPackage: the package has errors; nothing is written.
        InvalidEdition: ``folder`` holds something other than an edition.
    """
    package = require_valid(package_path) if validate else read_package(package_path)
    try:
        with replacing(Path(folder)) as new:
            write_edition(package, new)
    except pl.exceptions.PolarsError as error:  # only where nothing was validated
        reason = str(error).partition("\n")[0]
        problem = f"cannot be compiled ({reason})"
        raise InvalidPackage([Problem(str(package_path), 0, "", "", problem, "validate it first")]) from error
    return Path(folder)


def write_edition(package: Package, folder: Path) -> None:
    """Write every file of the edition into an empty folder."""
    frames = {name: read_table(table) for name, table in package.tables.items()}
    nodes = nodes_of(frames)
    edges = numbered(package, nodes, edges_of(frames))
    ancestry = ancestry_of(edges)
    commit, committed = commit_of(package.root)
    write_parquet(package, frames, nodes, edges, ancestry, folder)
    meta = {
        "name": package.name,
        "version": package.version,
        "commit": commit or "",
        "committed": committed or "",
    }
    write_index(folder / INDEX, package, frames, nodes, edges, ancestry, meta)
    descriptor = {
        "name": package.name,
        "title": package.title,
        "version": package.version,
        "commit": commit,
        "committed": committed,
        "format": FORMAT,
        "built_with": {"llmlineage": __version__, "polars": pl.__version__},
        "rows": {
            path.stem: pl.scan_parquet(path).select(pl.len()).collect().item()
            for path in sorted(folder.glob("*.parquet"))
        },
        "files": {
            path.name: {"bytes": path.stat().st_size, "sha256": sha256(path)}
            for path in sorted(folder.iterdir())
        },
    }
    (folder / DESCRIPTOR).write_text(json.dumps(descriptor, indent=2) + "\n", encoding="utf-8")


def write_parquet(
    package: Package,
    frames: Frames,
    nodes: pl.DataFrame,
    edges: pl.DataFrame,
    ancestry: pl.DataFrame,
    folder: Path,
) -> None:
    for name, table in package.tables.items():
        save(typed(table, frames[name]), folder, name)
    released = pl.col("released")
    summary = (
        "id",
        "type",
        "name",
        "kind",
        "family",
        "organization",
        "rows",
        "license",
        "hub_id",
        "status",
        "upstream",
    )
    save(nodes.select(*summary[:6], first_day(released), precision(released), *summary[6:]), folder, "nodes")
    types = nodes.select("id", "type")
    save(
        edges.drop("c", "p")
        .join(types.rename({"type": "child_type"}), left_on="child", right_on="id", maintain_order="left")
        .join(types.rename({"type": "parent_type"}), left_on="parent", right_on="id", maintain_order="left"),
        folder,
        "edges",
    )
    ids = nodes["id"]
    save(
        ancestry.select(
            node=ids.gather(ancestry["c"] - 1), ancestor=ids.gather(ancestry["a"] - 1), distance="distance"
        ),
        folder,
        "ancestry",
    )


def save(frame: pl.DataFrame, folder: Path, name: str) -> None:
    frame.write_parquet(folder / f"{name}.parquet", compression="zstd")


def commit_of(root: Path) -> tuple[str | None, str | None]:
    """The commit and its time at which the package stands; ``+changes`` where files differ from it."""

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(root), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    try:
        commit, committed = git("log", "-1", "--format=%H %cI", "--", ".").split()
        changed = git("status", "--porcelain", "--", "data", "schemas", "datapackage.json")
    except (OSError, subprocess.CalledProcessError, ValueError):
        return None, None
    return commit + ("+changes" if changed else ""), committed


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
