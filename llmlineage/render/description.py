"""The columns of a table, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from llmlineage.edition.describe import Column, Description, notes
from llmlineage.render.tree import Paint, plain
from llmlineage.render.wrapping import indented

COLUMNS = ("name", "type", "required", "values", "description", "in_sql")


def text(one: Description, paint: Paint = plain, width: int | None = None) -> Iterator[str]:
    """What ``llmlineage tables NAME --describe`` prints."""
    yield from indented(f"{paint(one.table, 'root')}: {one.description}", "", width)
    yield ""
    longest = max(len(column.name) for column in one.columns)
    for column in one.columns:
        lead = f"{paint(column.name.ljust(longest), 'name')}  {paint(column.type.ljust(7), 'step')}  "
        first, *more = indented(said(column), " " * (longest + 11), width)
        yield lead + first.lstrip(" ")
        yield from more
    yield ""
    for note in notes(one):
        yield from indented(note, "", width)


def said(column: Column) -> str:
    values = f" One of: {', '.join(column.values)}." if column.values else ""
    return column.description + values + (" Never empty." if column.required else "")


def rows(one: Description) -> list[tuple[object, ...]]:
    """One row a column, for CSV."""
    return [
        (each.name, each.type, each.required, ";".join(each.values), each.description, each.in_sql)
        for each in one.columns
    ]


def document(one: Description) -> dict[str, Any]:
    """What ``--describe --json`` prints."""
    columns = [asdict(column) | {"values": list(column.values)} for column in one.columns]
    return {"table": one.table, "description": one.description, "columns": columns}
