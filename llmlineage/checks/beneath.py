"""A package that is laid over a published edition: its rows may point at what is there, and never change it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from llmlineage.checks.record import ENDS, NODE_TABLES, Tables
from llmlineage.errors import Problem
from llmlineage.keys import name_key
from llmlineage.package import Package, Row, Table

# Rows of the edition beneath are numbered from here, beyond any line of a file.
FIRST = 1_000_000_000
# The tables whose rows others point at by their id.
ID_TABLES = (*NODE_TABLES, "methods", "licenses", "organizations", "sources")
# Of the tables whose rows say something of a record: the column that has its id.
_SUBJECTS = {
    **{table: ends[0] for table, ends in ENDS.items()},
    "discrepancies": "id", "fingerprints": "dataset", "measurements": "child", "ngrams": "benchmark",
}  # fmt: skip


@dataclass(frozen=True)
class Beneath:
    """The edition beneath: its rows of ID_TABLES that the package may point at, numbered from FIRST, and
    which record of it, as table and id, a name key means."""

    title: str
    tables: Tables
    owner_of: Callable[[str], tuple[str, str] | None]


Finding = Callable[[Tables], Beneath]
"""What an edition holds that these rows point at, or may have meant."""


def merged(tables: Tables, beneath: Beneath) -> Tables:
    """The rows of both, those of the edition first: where either could be told of, the rules tell the later."""
    return {name: [*beneath.tables.get(name, ()), *rows] for name, rows in tables.items()}


def own(problem: Problem) -> bool:
    """Whether a problem is one of the package, and not of a row of the edition beneath."""
    return problem.row < FIRST


def check_beneath(package: Package, tables: Tables, beneath: Beneath) -> Iterator[Problem]:
    """No row redefines what is published, says something more of it, or takes a name that means it."""
    known = {table: {cells["id"] for _, cells in beneath.tables.get(table, ())} for table in ID_TABLES}
    addresses = {cells["url"]: cells["id"] for _, cells in beneath.tables.get("sources", ())}
    mine = {cells["id"] for table in NODE_TABLES for _, cells in tables[table]}
    for name, rows in tables.items():
        table = package.tables[name]
        for row, cells in rows:
            yield from check_row(table, row, cells, beneath, known, addresses, mine)


def check_row(
    table: Table,
    row: int,
    cells: Row,
    beneath: Beneath,
    known: Mapping[str, set[str]],
    addresses: Mapping[str, str],
    mine: set[str],
) -> Iterator[Problem]:
    if table.name in ID_TABLES and is_redefined(table.name, cells["id"], known):
        id, problem = cells["id"], f"is a record of {beneath.title}, which no package redefines"
        suggestion = "give yours an id of its own, or leave out the row and point at the published one"
        yield Problem(table.file, row, "id", id, problem, suggestion)
    elif table.name == "sources" and cells["url"] in addresses:
        problem = f"is a source of {beneath.title}"
        suggestion = f"leave out the row, and cite {addresses[cells['url']]}"
        yield Problem(table.file, row, "url", cells["url"], problem, suggestion)
    elif table.name in NODE_TABLES or table.name == "aliases":
        yield from check_names(table, row, cells, beneath)
    elif (column := _SUBJECTS.get(table.name)) and cells[column] not in mine:
        kinds = NODE_TABLES if cells.get("table", "datasets") in (*NODE_TABLES, *ENDS) else ID_TABLES
        if any(cells[column] in known[kind] for kind in kinds):
            problem = f"is a record of {beneath.title}, of which no package says more"
            suggestion = "make a record of your own that is made from it, and say it of that one"
            yield Problem(table.file, row, column, cells[column], problem, suggestion)


def is_redefined(table: str, id: str, known: Mapping[str, set[str]]) -> bool:
    kinds = NODE_TABLES if table in NODE_TABLES else (table,)
    return any(id in known[kind] for kind in kinds)


def check_names(table: Table, row: int, cells: Row, beneath: Beneath) -> Iterator[Problem]:
    """Whoever asks by a published name gets the published record, whatever is laid over it."""
    for column in ("id", "name", "hub_id") if table.name in NODE_TABLES else ("alias",):
        owner = beneath.owner_of(name_key(cells[column])) if cells[column] else None
        if owner:
            problem = f"is a name of {owner[1]} in {beneath.title}"
            suggestion = "name yours otherwise, since a published name keeps its meaning"
            yield Problem(table.file, row, column, cells[column], problem, suggestion)
            return
