"""Dates are days of the calendar that have come, and nothing is older than what it is made from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from llmlineage.checks.record import NODE_TABLES, Level, Record
from llmlineage.errors import Problem
from llmlineage.package import Field

# Python and frictionless also read digits of other scripts, and 2026-1-3.
_PARTIAL = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_WHOLE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def check_dates(record: Record) -> Iterator[Problem]:
    """Dates are written whole, as days of the calendar, and none is later than today."""
    latest = latest_day(record)
    for table, rows in record.with_rows():
        for field in table.fields:
            for row, cells in rows if field.partial_date or field.type == "date" else ():
                cell = cells[field.name]
                if cell and (fault := fault_of(field, cell, latest)):
                    yield record.problem(table.name, row, field.name, cell, *fault)


def fault_of(field: Field, cell: str, latest: str) -> tuple[str, str] | None:
    """What is wrong with a date, and what would mend it."""
    if not (_PARTIAL if field.partial_date else _WHOLE).fullmatch(cell):
        return "is not a whole date", "write 2023-03-13 in plain digits"
    if not is_day(cell):
        return "is not a day of the calendar", "correct the date"
    if cell > latest:
        return "is in the future", "write when it was, not when it is meant to be"
    return None


def latest_day(record: Record) -> str:
    """Tomorrow, which it is already for those in the time zones ahead."""
    return (record.today + timedelta(days=1)).isoformat()


def is_day(text: str) -> bool:
    """Whether a text is a day, month or year of the calendar."""
    if not _PARTIAL.fullmatch(text):
        return False
    try:
        date.fromisoformat(text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text)
    except ValueError:
        return False
    return True


def is_before(one: str, other: str) -> bool:
    """Whether one date is before the other, as far as the precision of both tells."""
    shared = min(len(one), len(other))
    return one[:shared] < other[:shared]


def check_ages(record: Record) -> Iterator[Problem]:
    """No child is older than its parent, as far as the precision of both dates tells."""
    latest = latest_day(record)
    released = {
        cells["id"]: cells["released"]
        for name in NODE_TABLES
        for _, cells in record.tables[name]
        if is_day(cells["released"]) and cells["released"] <= latest  # else the date itself is told of
    }
    for edge in record.edges:
        child, parent = released.get(edge.child, ""), released.get(edge.parent, "")
        if is_before(child, parent):
            problem = f"{edge.child} ({child}) is older than {edge.parent} ({parent})"
            explained = bool(edge.cells["note"])
            suggestion = "explained in the note" if explained else "correct a date, or say why in the note"
            level: Level = "warning" if explained else "error"
            yield Problem(edge.file, edge.row, "", "", problem, suggestion, level)
