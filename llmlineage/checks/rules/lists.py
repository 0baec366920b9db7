"""Lists name each thing once; architectures are methods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from llmlineage.checks.nearest import Nearest
from llmlineage.checks.record import Record
from llmlineage.errors import Problem

# Lists of ids, for which a Table Schema has no foreign key: the column and the table of the ids.
REFERENCES = {"architecture": "methods"}


def check_lists(record: Record) -> Iterator[Problem]:
    """At most one problem a cell, that of its first wrong item."""
    known = {column: Nearest(record.ids[table]) for column, table in REFERENCES.items()}
    for table, rows in record.with_rows():
        for field in table.fields:
            for row, cells in rows if field.type == "list" else ():
                items = cells[field.name].split(field.delimiter) if cells[field.name] else []
                if fault := fault_of(items, known.get(field.name), REFERENCES.get(field.name, "")):
                    yield record.problem(table.name, row, field.name, *fault)


def fault_of(items: Sequence[str], known: Nearest | None, table: str) -> tuple[str, str, str] | None:
    """The first wrong item of a list, what is wrong with it, and what would mend it."""
    for item, count in Counter(items).items():
        if not item:
            return ";".join(items), "has an empty item", "remove the mark that nothing stands behind"
        if count > 1:
            return item, "stands twice in the list", "name it once"
        if known and item not in known:
            return item, f"is not an id of {table}", known(item)
    return None
