"""One id, one record."""

from __future__ import annotations

from collections.abc import Iterator

from llmlineage.checks.record import Record
from llmlineage.errors import Problem


def check_ids_across(record: Record) -> Iterator[Problem]:
    """No dataset and model share an id, since an edge of the graph names either."""
    datasets = {cells["id"]: row for row, cells in record.tables["datasets"]}
    file = record.package.tables["datasets"].file
    for row, cells in record.tables["models"]:
        id = cells["id"]
        if id in datasets:
            problem = f"is a dataset too ({file}:{datasets[id]})"
            yield record.problem(
                "models", row, "id", id, problem, "add the size or base of the model to its id"
            )


def check_hub_ids(record: Record) -> Iterator[Problem]:
    """No two records of a table have one Hub id but for case, since the Hub takes them for one."""
    for table, rows in record.with_rows():
        seen: dict[str, tuple[int, str]] = {}
        for row, cells in rows if "hub_id" in table.columns else ():
            hub_id = cells["hub_id"]
            earlier, spelt = seen.setdefault(hub_id.casefold(), (row, hub_id))
            if hub_id != spelt:
                problem = f"is {spelt} of line {earlier} but for case"
                suggestion = "the Hub takes them for one: correct or remove it"
                yield record.problem(table.name, row, "hub_id", hub_id, problem, suggestion)
