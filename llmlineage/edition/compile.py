"""Compile a data package to an edition: parquet a table, an SQLite index, and a descriptor."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
from llmlineage.package import Package, read_package
from llmlineage.version import __version__

# The columns of derived tables that hold lists.
LISTS = {"nodes": ("languages", "architecture"), "edges": ("takes", "into", "without")}


@dataclass(frozen=True)
class Content:
    """What an edition holds: the tables as read, and what is derived from them.

    Their published form is made anew when it is written: both at once take twice the memory.
    """

    frames: Frames
    nodes: pl.DataFrame
    edges: pl.DataFrame
    ancestry: pl.DataFrame


def build_edition(package_path: str | Path, folder: str | Path, validate: bool = True) -> Path:
    """Validate the package at ``package_path`` and compile it into ``folder``.

    The edition is written beside ``folder`` and renamed into its place when it is whole.
    ``validate=False`` is for packages that a program wrote and checked.

    Raises:
        InvalidPackage: the package has errors; nothing is written.
        InvalidEdition: ``folder`` holds something other than an edition.
        OSError: ``folder`` cannot be written.
    """
    package = require_valid(package_path) if validate else read_package(package_path)
    content = content_of(package)
    with naming(folder), replacing(Path(folder)) as new:
        write_edition(package, content, new)
    return Path(folder)


@contextmanager
def naming(folder: str | Path) -> Iterator[None]:
    """Whatever fails while an edition is written, is told of its folder: the package is no cause of it."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(folder)) from error
    except (pl.exceptions.PolarsError, sqlite3.Error) as error:
        reason = str(error).strip().splitlines()[-1]
        code = re.search(r"\(os error (\d+)\)", reason)
        number = int(code[1]) if code else errno.ENOSPC if "is full" in reason else errno.EIO
        text = os.strerror(number) if code else reason
        raise OSError(number, text, str(folder)) from error


def content_of(package: Package) -> Content:
    """Read a package whole, so that what is wrong with it is known before anything is written."""
    frames = {name: read_table(table) for name, table in package.tables.items()}
    for name, table in package.tables.items():
        typed(table, frames[name])  # raises what is wrong
    nodes = nodes_of(frames)
    edges = numbered(package, nodes, edges_of(frames))
    return Content(frames, nodes, edges, ancestry_of(edges))


def write_edition(package: Package, content: Content, folder: Path) -> None:
    """Write every file of the edition into an empty folder."""
    commit, committed = commit_of(package.root)
    write_parquet(package, content, folder)
    meta = {
        "name": package.name,
        "version": package.version,
        "commit": commit or "",
        "committed": committed or "",
    }
    write_index(folder / INDEX, package, content.frames, content.nodes, content.edges, content.ancestry, meta)
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


def write_parquet(package: Package, content: Content, folder: Path) -> None:
    for name, table in package.tables.items():
        save(typed(table, content.frames[name]), folder, name)
    nodes, edges, ancestry = content.nodes, content.edges, content.ancestry
    released = pl.col("released")
    place = nodes.columns.index("released")
    save(
        nodes.select(
            *nodes.columns[:place], first_day(released), precision(released), *nodes.columns[place + 1 :]
        ).with_columns(pl.col(LISTS["nodes"]).str.split(";")),
        folder,
        "nodes",
    )
    types = nodes.select("id", "type")
    save(
        edges.drop("c", "p")
        .with_columns(pl.col(LISTS["edges"]).str.split(";"))
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
