"""A table of the published package that has lost all its rows."""

from __future__ import annotations

from collections.abc import Iterator

from llmlineage.checks.record import Record
from llmlineage.errors import Problem

PUBLISHED = "llmlineage"


def check_losses(record: Record) -> Iterator[Problem]:
    """Packages of one's own may leave tables empty; in the published one none is."""
    for table, rows in record.with_rows():
        if not rows and record.package.name == PUBLISHED:
            problem = "has no rows, where the published package has some"
            suggestion = "restore them, or give a package of your own a name of its own"
            yield record.problem(table.name, 0, "", "", problem, suggestion, "warning")
