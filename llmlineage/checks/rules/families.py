"""``family`` leads to a record of kind family."""

from __future__ import annotations

from collections.abc import Iterator

from llmlineage.checks.record import NODE_TABLES, Record
from llmlineage.errors import Problem


def check_families(record: Record) -> Iterator[Problem]:
    for table in NODE_TABLES:
        kinds = {cells["id"]: cells["kind"] for _, cells in record.tables[table]}
        for row, cells in record.tables[table]:
            family = cells["family"]
            if family in kinds and kinds[family] != "family":
                problem = "is not a record of kind family"
                yield record.problem(
                    table, row, "family", family, problem, "name the family, or leave it empty"
                )
