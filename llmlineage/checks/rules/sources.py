"""Every source is used by some fact, and was read when it was there to be read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlineage.checks.record import ENDS, NODE_TABLES, Record
from llmlineage.checks.rules.dates import is_before, is_day
from llmlineage.errors import Problem
from llmlineage.package import Row

# The tables whose rows are read a second time.
SECOND_READ = (*NODE_TABLES, *ENDS)
# A date at the start of ``as_of``, which may also be a revision or words.
_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?(?=$|[ ;,(])")


def check_sources(record: Record) -> Iterator[Problem]:
    citing = [
        (table.name, key.field)
        for table in record.package.tables.values()
        for key in table.foreign_keys
        if key.table == "sources"
    ]
    if not record.is_sound(*(table for table, _ in citing)):
        return  # a source may be cited where its id is misspelt
    used = {cells[column] for table, column in citing for _, cells in record.tables[table]}
    for row, cells in record.tables["sources"]:
        if cells["id"] not in used:
            problem, suggestion = "no fact cites it", "remove it, or cite it"
            yield record.problem("sources", row, "id", cells["id"], problem, suggestion)


def check_readings(record: Record) -> Iterator[Problem]:
    """Nothing is read before it is published, and no copy is later than its reading."""
    for row, cells in record.tables["sources"]:
        if fault := fault_of(cells):
            column, problem = fault
            yield record.problem("sources", row, column, cells[column], problem, "correct a date")


def check_second_readings(record: Record) -> Iterator[Problem]:
    """Nobody agrees with a row before its source was first read: a source that was replaced is read anew."""
    accessed = {cells["id"]: cells["accessed"] for _, cells in record.tables["sources"]}
    for table in SECOND_READ:
        for row, cells in record.sound_rows(table):
            day, first = cells["second_read"], accessed.get(cells["source"], "")
            if is_day(day) and is_day(first) and is_before(day, first):
                problem = f"is before its source was read ({first})"
                suggestion = "read the row once more, or empty it"
                yield record.problem(table, row, "second_read", day, problem, suggestion)


def fault_of(cells: Row) -> tuple[str, str] | None:
    """Which of a source's dates cannot be true beside the others, and why."""
    found = _DATE.match(cells["as_of"])
    published, copy, accessed = cells["published"], found[0] if found else "", cells["accessed"]
    if not all(is_day(one) for one in (published, copy, accessed) if one):
        return None
    if is_before(accessed, published):
        return "accessed", f"is before it was published ({published})"
    if is_before(accessed, copy):
        return "as_of", f"is after it was read ({accessed})"
    if copy and is_before(copy, published):
        return "as_of", f"is before it was published ({published})"
    return None
