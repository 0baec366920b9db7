"""Steps as plain text: those of a trace as rows, and the ways between two records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from llmlineage.graph.lineage import Edge, Trace
from llmlineage.render import words
from llmlineage.render.table import columns
from llmlineage.render.tree import Paint, plain
from llmlineage.render.wrapping import indented

__all__ = ["TRACE_COLUMNS", "columns", "indented", "qualified", "step", "trace_cells", "trace_rows", "ways"]

TRACE_COLUMNS = ("child", "relation", "parent", "part", "rows", "basis", "source")


def trace_rows(trace: Trace) -> list[tuple[object, ...]]:
    """One row an edge, for CSV."""
    return [
        (edge.child, qualified(edge), edge.parent, edge.part, edge.rows, edge.basis, edge.source.url)
        for edge in trace.edges
    ]


def trace_cells(trace: Trace) -> list[tuple[object, ...]]:
    """One row an edge, to be read: the shortest word for the step, what of the parent came along in one
    cell, rounded rows marked."""
    return [
        (
            edge.child,
            edge.role or edge.stage or edge.relation,
            edge.parent,
            words.along(edge)[2:-1],
            words.count(edge.rows, edge.rows_precision) if edge.rows_precision == "rounded" else edge.rows,
            edge.basis,
            edge.source.url,
        )
        for edge in trace.edges
    ]


def qualified(edge: Edge) -> str:
    """The relation with its role or stage: ``generated_by:rated``."""
    detail = edge.role or edge.stage
    return f"{edge.relation}:{detail}" if detail else edge.relation


def step(edge: Edge, direction: str, paint: Paint) -> str:
    """What one edge says, and of which record."""
    far = edge.parent if direction == "up" else edge.child
    rows = f", {words.count(edge.rows, edge.rows_precision)} rows" if edge.rows is not None else ""
    known = "" if edge.basis == "stated" else f", {edge.basis}"
    known += f", {words.measured(edge, figures=True)}" if edge.measured else ""
    said = f"{paint(words.step(edge, direction), 'step')} {paint(far, 'name')}"
    return f"{said}{words.along(edge)}{rows}{known}"


def ways(paths: Sequence[Sequence[Edge]], paint: Paint = plain, width: int | None = None) -> Iterator[str]:
    """Each way as steps from the later record up to the earlier one, with where each is written."""
    for place, path in enumerate(paths):
        if place:
            yield ""
        yield paint(path[0].child, "root")
        for depth, edge in enumerate(path):
            indent = "   " * depth
            yield from indented(f"└─ {step(edge, 'up', paint)}", indent, width, "      ")
            yield f"{indent}      {paint(edge.source.url, 'step')}"
            if edge.locator or edge.note:
                remark = "; ".join(filter(None, (edge.locator, edge.note)))
                yield from indented(remark, indent + "      ", width)
