"""What a package that is laid over an edition may point at there, as the checks of packages ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from llmlineage.checks.beneath import FIRST, ID_TABLES, Beneath, Finding
from llmlineage.checks.record import NODE_TABLES, Tables
from llmlineage.edition import Edition
from llmlineage.package import Row, known_tables

# Of an edition with more records than this only those are read that the package names.
FEW_RECORDS = 50_000
_BATCH = 900


def finding(edition: Edition) -> Finding:
    """How to find in an edition what rows of a package point at."""
    return lambda tables: beneath(edition, tables)


def beneath(edition: Edition, tables: Tables) -> Beneath:
    """The rows of an edition that ``tables`` point at; of a small edition all, so that a wrong id can be
    told of with the nearest."""
    (count,) = edition.index.execute(
        "SELECT count(*) FROM (SELECT 1 FROM node LIMIT ?)", (FEW_RECORDS,)
    ).fetchone()
    wanted = None if count < FEW_RECORDS else cells_of(tables)
    rows = {name: list(enumerate(rows_of(edition, name, wanted), FIRST)) for name in ID_TABLES}
    return Beneath(title_of(edition), rows, lambda key: owner_of(edition, key))


def title_of(edition: Edition) -> str:
    """The name and version of an edition."""
    meta = dict(edition.index.execute("SELECT key, value FROM meta"))
    return f"{meta.get('name') or 'the edition beneath'} {edition.version}"


def cells_of(tables: Tables) -> set[str]:
    """All that may be an id in rows of a package."""
    return {
        part
        for rows in tables.values()
        for _, cells in rows
        for cell in cells.values()
        for part in cell.split(";")
        if part
    }


def rows_of(edition: Edition, name: str, wanted: Iterable[str] | None) -> Iterator[Row]:
    columns = known_tables()[name].columns
    query = f'SELECT {", ".join(f"{column!r}".replace(chr(39), chr(34)) for column in columns)} FROM "{name}"'
    if wanted is None:
        found = list(edition.index.execute(query))
    else:
        ids = sorted(wanted)
        found = [
            row
            for start in range(0, len(ids), _BATCH)
            for row in edition.index.execute(
                f"{query} WHERE id IN ({', '.join('?' * len(ids[start : start + _BATCH]))})",
                ids[start : start + _BATCH],
            )
        ]
    for row in found:
        yield dict(zip(columns, map(as_written, row), strict=True))


def as_written(value: object) -> str:
    """A value of the index as a CSV file has it."""
    return "" if value is None else str(value)


def owner_of(edition: Edition, key: str) -> tuple[str, str] | None:
    """The dataset or model that a name means first."""
    rows: Iterator[tuple[str, str]] = edition.index.execute(
        'SELECT "table", id FROM names WHERE key = ? AND "table" IN (?, ?) ORDER BY hit, rank, "table", id LIMIT 1',
        (key, *NODE_TABLES),
    )
    return next(iter(rows), None)


def numbers_of(edition: Edition, ids: Iterable[str]) -> Mapping[str, int]:
    """The numbers of those records among ``ids`` that the edition has."""
    wanted, found = sorted(set(ids)), dict[str, int]()
    for start in range(0, len(wanted), _BATCH):
        batch = wanted[start : start + _BATCH]
        found.update(
            edition.index.execute(
                f"SELECT id, n FROM node WHERE id IN ({', '.join('?' * len(batch))})", batch
            )
        )
    return found
