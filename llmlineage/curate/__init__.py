"""Writing rows into a data package: a row is judged before it is written, and no other byte changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmlineage.checks.beneath import Finding
from llmlineage.curate import judging, lines, rules
from llmlineage.edition.locks import locked
from llmlineage.errors import InvalidPackage, Problem, RowRefused
from llmlineage.package import DESCRIPTOR, Package, Row, Table, read_package, read_rows


@dataclass(frozen=True)
class Addition:
    """A row to be added to a table. Columns that ``cells`` lacks stay empty."""

    table: str
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Written:
    """A row that was added: the line of the file where it stands now, and its text there."""

    table: str
    file: str
    row: int
    cells: Row
    line: str


def find_package(start: Path) -> Path | None:
    """The nearest folder, from ``start`` upwards, that holds a data package."""
    return next((folder for folder in (start, *start.parents) if (folder / DESCRIPTOR).is_file()), None)


def read_tables(path: str | Path) -> tuple[Package, rules.Tables]:
    """A package whose files are in order, and its rows.

    Raises:
        RowRefused: the descriptor, a schema or a file is not in order, so that no row has its place.
    """
    try:
        package = read_package(path)
    except InvalidPackage as error:
        raise RowRefused(
            error.problems[:1], f"no row was added; first: llmlineage validate {path}"
        ) from error
    for table in package.tables.values():
        for problem in rules.check_file(table):
            raise RowRefused([problem], f"no row was added; first: llmlineage validate {path} --fix")
    return package, {name: list(read_rows(table)) for name, table in package.tables.items()}


def known_rows(
    package: Package, tables: rules.Tables, beneath: Finding | None, said: Mapping[str, Any]
) -> rules.Tables:
    """The rows that new ones may point at: those of the package, and of the edition beneath it all or those
    that it and what was ``said`` name."""
    if beneath is None:
        return tables
    texts = [text for one in said.values() for text in ([one] if isinstance(one, str) else one or ())]
    named = [(0, {str(place): text for place, text in enumerate(map(str, texts))})]
    return judging.whole(package, tables, beneath({**tables, "": named}))


def add(path: str | Path, additions: Sequence[Addition], beneath: Finding | None = None) -> list[Written]:
    """Put rows in their sorted places, all of them or none.

    Raises:
        RowRefused: the package is not in order; or a row breaks its schema, refers to nothing,
            stands there already, or breaks a rule of lineage that no further row can mend.
    """
    root = Path(path) if Path(path).is_dir() else Path(path).parent
    # Another that adds at the same time would put back the file as it was before these rows.
    with locked(root):
        package, tables = read_tables(path)
        rows = [(package.tables[one.table], whole(package.tables[one.table], one.cells)) for one in additions]
        judging.judge(package, tables, rows, beneath)
        return write(rows)


def write(rows: Sequence[tuple[Table, Row]]) -> list[Written]:
    """Write rows that were judged; every file is written aside before the first takes its place."""
    by_table: dict[str, list[tuple[Table, Row]]] = defaultdict(list)
    for table, cells in rows:
        by_table[table.name].append((table, cells))
    with ExitStack() as files:
        return [
            Written(table.name, table.file, row, cells, line)
            for these in by_table.values()
            for (table, cells), (row, line) in zip(these, lines.insert(files, these), strict=True)
        ]


def whole(table: Table, cells: Mapping[str, str]) -> Row:
    """Every column of the table, in its order; RowRefused where it has no such column."""
    strange = [
        Problem(table.file, 0, column, cells[column], "is not a column of this table", "leave it out")
        for column in cells
        if column not in table.columns
    ]
    if strange:
        raise RowRefused(strange)
    return {column: cells.get(column, "") for column in table.columns}
