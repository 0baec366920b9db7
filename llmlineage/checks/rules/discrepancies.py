"""A rejected claim is about a record and differs from what is accepted."""

from __future__ import annotations

from collections.abc import Iterator

from llmlineage.checks.nearest import nearest
from llmlineage.checks.record import Record
from llmlineage.errors import Problem


def check_discrepancies(record: Record) -> Iterator[Problem]:
    for row, cells in record.tables["discrepancies"]:
        table, id = cells["table"], cells["id"]
        if id not in record.ids.get(table, ()):
            suggestion = nearest(id, sorted(record.ids.get(table, ())))
            yield record.problem("discrepancies", row, "id", id, f"is not an id of {table}", suggestion)
        if cells["stated"] == cells["accepted"]:
            yield record.problem(
                "discrepancies", row, "accepted", cells["accepted"], "is what was stated", "remove the row"
            )
