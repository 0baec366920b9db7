"""A rejected claim is about a record and differs from what is accepted."""

from __future__ import annotations

from collections.abc import Iterator

from llmlineage.checks.nearest import Nearest
from llmlineage.checks.record import Record
from llmlineage.errors import Problem


def check_discrepancies(record: Record) -> Iterator[Problem]:
    known = {table: Nearest(ids) for table, ids in record.ids.items()}
    for row, cells in record.tables["discrepancies"]:
        table, id = cells["table"], cells["id"]
        if table in known and id not in known[table]:
            yield record.problem("discrepancies", row, "id", id, f"is not an id of {table}", known[table](id))
        if cells["stated"] == cells["accepted"]:
            problem, suggestion = "is what was stated", "remove the row"
            yield record.problem("discrepancies", row, "accepted", cells["accepted"], problem, suggestion)
