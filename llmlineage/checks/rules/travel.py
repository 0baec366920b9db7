"""What travels along an edge: the columns in which a row differs from its relation."""

from __future__ import annotations

from collections.abc import Iterator

from llmlineage.checks.record import Edge, Record
from llmlineage.errors import Problem

# What can be taken of the earlier end, and what of the later one it can become.
TAKEN = {
    "derivations": ("prompts", "responses", "labels", "none"),
    "trainings": ("prompts", "responses", "labels", "none"),
    "adaptations": ("weights", "outputs", "none"),
}
BECOME = ("prompts", "responses", "labels")


def check_travel(record: Record) -> Iterator[Problem]:
    """Components that the earlier end can give, and ids that are known."""
    for edge in record.edges:
        yield from components(edge, "takes", TAKEN.get(edge.table, ()))
        yield from components(edge, "into", BECOME)
        yield from left_out(record, edge)


def components(edge: Edge, column: str, allowed: tuple[str, ...]) -> Iterator[Problem]:
    for one in listed(edge, column):
        if one not in allowed:
            suggestion = f"one of {', '.join(allowed)}"
            yield Problem(edge.file, edge.row, column, one, "is nothing that comes this way", suggestion)


def left_out(record: Record, edge: Edge) -> Iterator[Problem]:
    known = record.ids["datasets"] | record.ids["models"]
    for one in listed(edge, "without"):
        if one not in known:
            problem, suggestion = "is not the id of a dataset or model", "add the record first"
            yield Problem(edge.file, edge.row, "without", one, problem, suggestion)
        elif one == edge.parent:
            problem, suggestion = "is the parent itself", "leave out the edge"
            yield Problem(edge.file, edge.row, "without", one, problem, suggestion)


def listed(edge: Edge, column: str) -> list[str]:
    return [one for one in edge.cells.get(column, "").split(";") if one]


def check_precision(record: Record) -> Iterator[Problem]:
    """Whether rows is rounded is said of counts alone, and should be said of each."""
    for table in ("datasets", "derivations", "generations", "trainings"):
        for row, cells in record.sound_rows(table):
            rows, precision = cells["rows"], cells["rows_precision"]
            if precision and not rows:
                problem, suggestion = "is said where there is no count", "leave it empty, or add rows"
                yield record.problem(table, row, "rows_precision", precision, problem, suggestion)
            elif rows.isascii() and rows and not precision:
                problem = "is not said of rows"
                suggestion = "exact where rows was counted, rounded where its source rounds"
                yield record.problem(table, row, "rows_precision", "", problem, suggestion, "warning")
