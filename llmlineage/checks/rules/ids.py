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
