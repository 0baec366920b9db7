"""No count is above the whole that it is a part of."""

from __future__ import annotations

from collections.abc import Iterator

from llmlineage.checks.record import Record
from llmlineage.errors import Problem


def check_shares(record: Record) -> Iterator[Problem]:
    """No more rows come from a dataset than it has."""
    sizes = {
        cells["id"]: int(cells["rows"]) for _, cells in record.tables["datasets"] if cells["rows"].isdecimal()
    }
    for edge in record.edges:
        if edge.table != "derivations" or not edge.cells["rows"].isdecimal():
            continue
        rows, size = int(edge.cells["rows"]), sizes.get(edge.parent)
        if size is not None and rows > size and not edge.cells["note"]:
            problem = f"but {edge.parent} has {size} rows"
            suggestion = "correct a figure, or say why in the note"
            yield Problem(edge.file, edge.row, "rows", str(rows), problem, suggestion, "warning")


def check_measurements(record: Record) -> Iterator[Problem]:
    """What is measured is a derivation that is stated, and no count is above the whole."""
    ends = ("child", "relation", "parent")
    stated = {tuple(cells[name] for name in ends) for _, cells in record.tables["derivations"]}
    for row, cells in record.tables["measurements"]:
        if tuple(cells[name] for name in ends) not in stated:
            problem = f"{cells['relation']} {cells['parent']} is no row of derivations"
            suggestion = "add the derivation, or remove the row"
            yield record.problem("measurements", row, "child", cells["child"], problem, suggestion)
        wholes = [cells[name] for name in ("child_distinct", "parent_distinct")]
        if all(part.isascii() and part.isdigit() for part in [*wholes, cells["shared"]]):
            least = min(map(int, wholes))
            if int(cells["shared"]) > least:
                problem = f"is above the {least:,} texts of one side"
                yield record.problem("measurements", row, "shared", cells["shared"], problem, "measure again")
