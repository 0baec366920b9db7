"""What instruction and preference datasets are made of, with a source for every step.

>>> import llmlineage
>>> lineage = llmlineage.open()
>>> trace = lineage.trace("OpenHermes-2")
>>> nodes, edges = trace.to_polars()
>>> llmlineage.table("derivations")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmlineage.errors import (
    InvalidEdition,
    InvalidPackage,
    LineageError,
    MissingExtra,
    Problem,
    QueryRefused,
    UnknownName,
)
from llmlineage.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from llmlineage.api import Lineage

__all__ = [
    "InvalidEdition",
    "InvalidPackage",
    "LineageError",
    "MissingExtra",
    "Problem",
    "QueryRefused",
    "UnknownName",
    "__version__",
    "open",
    "table",
]


def open(path: str | Path | None = None) -> Lineage:
    """Open an edition: the one in folder ``path``, else in LLMLINEAGE_EDITION, else the embedded one.

    Raises:
        InvalidEdition: there is no edition there.
    """
    from llmlineage.api import Lineage
    from llmlineage.edition import open_edition

    return Lineage(open_edition(path))


def table(name: str, path: str | Path | None = None) -> pl.LazyFrame:
    """A table of an edition (as for ``open``) as a polars LazyFrame: one of the curated
    tables, or ``nodes``, ``edges``, ``ancestry``.

    Raises:
        UnknownName: the edition has no such table.
        InvalidEdition: there is no edition there.
    """
    from llmlineage.edition import locate
    from llmlineage.edition.tables import scan

    return scan(locate(path), name)
