"""What is said to be measured was, and what was measured is said of an edge."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlineage.checks.record import Record
from llmlineage.errors import Problem

KEY = ("child", "relation", "parent")


def check_bases(record: Record) -> Iterator[Problem]:
    """An edge that is known by measuring has a row of measurements, or its figures in the note."""
    measured = {tuple(cells[name] for name in KEY) for _, cells in record.tables["measurements"]}
    for edge in record.edges:
        if edge.cells["basis"] != "measured" or re.search("[0-9]", edge.cells["note"]):
            continue
        if tuple(edge.cells.get(name, "") for name in KEY) not in measured:
            problem = "but no figures are given"
            suggestion = "write them in the note, add a row of measurements, or write another basis"
            yield Problem(edge.file, edge.row, "basis", "measured", problem, suggestion)


def check_measurements(record: Record) -> Iterator[Problem]:
    """What is measured is a derivation that is stated."""
    if not record.is_sound("derivations"):
        return  # the row that is missed may be the one that is misspelt
    stated = {tuple(cells[name] for name in KEY) for _, cells in record.tables["derivations"]}
    for row, cells in record.sound_rows("measurements"):
        if tuple(cells[name] for name in KEY) not in stated:
            problem = f"{cells['relation']} {cells['parent']} is no row of derivations"
            suggestion = "add the derivation, or remove the row"
            yield record.problem("measurements", row, "child", cells["child"], problem, suggestion)
