"""Rows stand in the order of their key, so that a diff shows facts and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from llmlineage.checks.record import Record
from llmlineage.errors import Problem
from llmlineage.package import Row, Table


def sort_key(table: Table) -> Callable[[Row], tuple[str, ...]]:
    """By what the rows of a table are sorted: the cells of its key as texts, by code point."""
    columns = table.primary_key
    return lambda cells: tuple(cells[column] for column in columns)


def check_order(record: Record) -> Iterator[Problem]:
    for table, rows in record.with_rows():
        key_of, previous = sort_key(table), tuple[str, ...]()
        field = ", ".join(table.primary_key)
        for row, cells in rows:
            key = key_of(cells)
            if key < previous:
                shown = ", ".join(part for part in key if part)
                yield record.problem(
                    table.name, row, field, shown, "is out of order", "sort the table by its key"
                )
            previous = max(key, previous)
