"""No count is above the whole that it is a part of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from llmlineage.checks.record import Edge, Record
from llmlineage.errors import Problem
from llmlineage.package import Row

# Of the edge tables that count rows: the column of the dataset that has no fewer.
WHOLES = {"derivations": "parent", "generations": "dataset", "trainings": "dataset"}
# By how much what a sketch estimates may be above what it estimates.
ESTIMATE = 1.2


def count_of(cells: Row, column: str) -> int | None:
    """A count, where there is one that can be read."""
    cell = cells[column]
    return int(cell) if cell.isascii() and cell.isdigit() and len(cell) <= 18 else None


def check_shares(record: Record) -> Iterator[Problem]:
    """No more rows come from a dataset than it has, unless a note says why."""
    sizes = {cells["id"]: count_of(cells, "rows") for _, cells in record.tables["datasets"]}
    for edge in record.edges:
        if edge.table in WHOLES:
            yield from check_share(edge, edge.cells[WHOLES[edge.table]], sizes)


def check_share(edge: Edge, whole: str, sizes: Mapping[str, int | None]) -> Iterator[Problem]:
    rows, size = count_of(edge.cells, "rows"), sizes.get(whole)
    if rows is not None and size is not None and rows > size and not edge.cells["note"]:
        problem, suggestion = f"but {whole} has {size} rows", "correct a figure, or say why in the note"
        yield Problem(edge.file, edge.row, "rows", str(rows), problem, suggestion, "warning")


def check_shared(record: Record) -> Iterator[Problem]:
    """A measurement counts each text of the child once: as shared, else as wrapped, else as near."""
    for row, cells in record.tables["measurements"]:
        for column, most, whole in limits_of(cells):
            count = count_of(cells, column)
            if count is not None and count > most:
                problem = f"is above the {most:,} texts {whole}"
                yield record.problem("measurements", row, column, str(count), problem, "measure again")
                break


def limits_of(cells: Row) -> Iterator[tuple[str, int, str]]:
    """Of each count of a measurement: how many there can be, of what."""
    child, parent = count_of(cells, "child_distinct"), count_of(cells, "parent_distinct")
    if child is None or parent is None:
        return
    yield "shared", min(child, parent), "of one side"
    left = child - (count_of(cells, "shared") or 0)
    yield "wrapped", left, "of the child that are not shared"
    yield "near", left - (count_of(cells, "wrapped") or 0), "of the child that are left"


def check_fingerprints(record: Record) -> Iterator[Problem]:
    """Rows hold no more different texts than they are."""
    for row, cells in record.tables["fingerprints"]:
        rows, distinct, kept = (count_of(cells, name) for name in ("rows", "distinct", "nominal_entries"))
        if rows is None or distinct is None or kept is None:
            continue
        # Beyond what a sketch keeps, the number of different texts is an estimate.
        if distinct > (rows * ESTIMATE if distinct > kept else rows):
            problem = f"is above the {rows:,} rows"
            yield record.problem("fingerprints", row, "distinct", str(distinct), problem, "measure again")
