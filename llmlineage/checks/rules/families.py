"""``family`` leads to another record, of kind family, and not in a circle."""

from __future__ import annotations

from collections.abc import Iterator

from llmlineage.checks.graph import find_cycles
from llmlineage.checks.record import NODE_TABLES, Record
from llmlineage.errors import Problem


def check_families(record: Record) -> Iterator[Problem]:
    for table in NODE_TABLES:
        rows = record.tables[table]
        kinds = {cells["id"]: cells["kind"] for _, cells in rows}
        links = ((cells["id"], cells["family"]) for _, cells in rows if cells["family"])
        circles = {cycle[0]: " <- ".join(cycle) for cycle in find_cycles(links)}
        for row, cells in rows:
            id, family = cells["id"], cells["family"]
            if family and family == id:
                problem = "is its own family"
            elif family in kinds and kinds[family] != "family":
                problem = "is not a record of kind family"
            elif id in circles:
                problem = f"is part of a circle of families: {circles[id]}"
            else:
                continue
            suggestion = "name the family, or leave it empty"
            yield record.problem(table, row, "family", family, problem, suggestion)
