"""Numbers are plain digits, as every reader of CSV understands them, and fit 64 bits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlineage.checks.record import Record
from llmlineage.errors import Problem

# Python and frictionless also read 52_002, +5, digits of other scripts and NaN as numbers.
_NUMBERS = {"integer": re.compile(r"-?[0-9]{1,18}"), "number": re.compile(r"-?[0-9]{1,18}(?:\.[0-9]+)?")}


def check_numbers(record: Record) -> Iterator[Problem]:
    for table, rows in record.with_rows():
        for field in table.fields:
            form = _NUMBERS.get(field.type)
            for row, cells in rows if form else ():
                cell = cells[field.name]
                if form and cell and is_number(cell, field.type) and not form.fullmatch(cell):
                    long = len(cell) > 19
                    problem = "is too large or too long" if long else "is not written in plain digits"
                    yield record.problem(table.name, row, field.name, cell, problem, "write it like 52002")


def is_number(cell: str, type: str) -> bool:
    """Whether Python takes a cell for a number; what is none, the schema reports."""
    try:
        int(cell) if type == "integer" else float(cell)
    except ValueError:
        return False
    return True
