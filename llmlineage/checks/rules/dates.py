"""Dates are days of the calendar, written whole, and nothing is older than what it is made from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from llmlineage.checks.record import NODE_TABLES, Level, Record
from llmlineage.errors import Problem


def check_dates(record: Record) -> Iterator[Problem]:
    """Partial dates are days of the calendar; whole dates have all their digits (not 2026-1-3)."""
    for table, rows in record.with_rows():
        for field in table.fields:
            for row, cells in rows if field.partial_date or field.type == "date" else ():
                cell = cells[field.name]
                if field.type == "date" and len(cell) < 10 and cell.count("-") == 2:
                    problem, suggestion = "is not a whole date", "write 2023-03-13"
                elif field.partial_date and cell and not is_day(cell):
                    problem, suggestion = "is not a day of the calendar", "correct the date"
                else:
                    continue
                yield record.problem(table.name, row, field.name, cell, problem, suggestion)


def is_day(text: str) -> bool:
    padded = text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text
    try:
        date.fromisoformat(padded)
    except ValueError:
        return False
    return True


def check_ages(record: Record) -> Iterator[Problem]:
    """No child is older than its parent, as far as the precision of both dates tells."""
    released = {cells["id"]: cells["released"] for name in NODE_TABLES for _, cells in record.tables[name]}
    for edge in record.edges:
        child, parent = released.get(edge.child, ""), released.get(edge.parent, "")
        shared = min(len(child), len(parent))
        if child[:shared] < parent[:shared]:
            problem = f"{edge.child} ({child}) is older than {edge.parent} ({parent})"
            explained = bool(edge.cells["note"])
            suggestion = "explained in the note" if explained else "correct a date, or say why in the note"
            level: Level = "warning" if explained else "error"
            yield Problem(edge.file, edge.row, "", "", problem, suggestion, level)
