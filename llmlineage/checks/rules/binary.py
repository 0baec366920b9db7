"""Binary cells are whole base64 (RFC 4648)."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from llmlineage.checks.record import Record
from llmlineage.errors import Problem


def check_binary(record: Record) -> Iterator[Problem]:
    for table, rows in record.with_rows():
        for field in table.fields:
            for row, cells in rows if field.binary else ():
                cell = cells[field.name]
                try:
                    base64.b64decode(cell, validate=True)
                except ValueError as error:
                    problem = f"is not base64 ({error})"
                    yield record.problem(
                        table.name, row, field.name, cell, problem, "write it with llmlineage"
                    )
