"""Every source is used by some fact."""

from __future__ import annotations

from collections.abc import Iterator

from llmlineage.checks.record import Record
from llmlineage.errors import Problem


def check_sources(record: Record) -> Iterator[Problem]:
    used = {
        cells[key.field]
        for table, rows in record.with_rows()
        for key in table.foreign_keys
        if key.table == "sources"
        for _, cells in rows
    }
    for row, cells in record.tables["sources"]:
        if cells["id"] not in used:
            yield record.problem(
                "sources", row, "id", cells["id"], "no fact cites it", "remove it, or cite it"
            )
