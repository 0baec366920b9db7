"""Results as plain text: aligned tables, a record, the ways between two records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

from llmlineage.graph.lineage import Edge, Source, Trace
from llmlineage.graph.records import Record
from llmlineage.render import words
from llmlineage.render.marks import length, unmarked
from llmlineage.render.tree import Paint, plain
from llmlineage.visible import visible

TRACE_COLUMNS = ("child", "relation", "parent", "part", "rows", "basis", "source")
# Edges of one kind beyond this many are counted, not listed.
MOST_EDGES = 12
# Of a table, the rows that its columns are measured by, and the width that a column may have.
MEASURED_ROWS, MEASURED_CHARACTERS = 10_000, 10_000_000
WIDEST = 1_000
# Columns that a wrapped text has at least, however deep it stands.
LEAST_ROOM = 10


def columns(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """An aligned table: numbers to the right, nothing cut.

    Rows are not held: their widths are those of the first of them, and a wider cell moves what
    stands right of it.
    """
    rows = iter(rows)
    first = sample(rows)
    shown = [list(map(visible, header)), *map(written, first)]
    widths = [min(max(len(row[place]) for row in shown), WIDEST) for place in range(len(header))]
    numeric = [
        bool(first) and all(isinstance(row[place], (int, type(None))) for row in first)
        for place in range(len(header))
    ]
    for row in chain(shown, map(written, rows)):
        padded = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        )
        yield "  ".join(padded).rstrip()


def sample(rows: Iterator[Sequence[object]]) -> list[Sequence[object]]:
    """The first rows, as many as may be held to measure them."""
    taken, size = list[Sequence[object]](), 0
    for row in islice(rows, MEASURED_ROWS):
        taken.append(row)
        size += sum(len(cell) for cell in row if isinstance(cell, str))
        if size > MEASURED_CHARACTERS:
            break
    return taken


def written(row: Sequence[object]) -> list[str]:
    """The cells of a row as they are read."""
    return [
        "" if cell is None else f"{cell:,}" if isinstance(cell, int) else visible(str(cell)) for cell in row
    ]


def trace_rows(trace: Trace) -> list[tuple[object, ...]]:
    """One row an edge, for the formats table and csv."""
    return [
        (edge.child, qualified(edge), edge.parent, edge.part, edge.rows, edge.basis, edge.source.url)
        for edge in trace.edges
    ]


def qualified(edge: Edge) -> str:
    """The relation with its role or stage: ``generated_by:rated``."""
    detail = edge.role or edge.stage
    return f"{edge.relation}:{detail}" if detail else edge.relation


def record(one: Record, paint: Paint = plain) -> Iterator[str]:
    """Everything known of a record, one fact a line."""
    facts = {name: value for name, value in one.columns.items() if value not in (None, "", [])}
    yield paint(str(facts.pop("name", one.id)), "root") + f"  {one.id} ({one.table.removesuffix('s')})"
    summary = facts.pop("summary", None)
    if summary:
        yield str(summary)
    yield ""
    width = max((len(name) for name in facts), default=0)
    for name, value in facts.items():
        yield f"  {paint(name.replace('_', ' ').ljust(width), 'step')}  {fact(value)}"
    if one.aliases:
        yield ""
        yield f"Also called {', '.join(map(str, one.aliases))}"
    yield from edges("Made from", one.parents, "up", paint)
    yield from edges("Made from it", one.children, "down", paint)
    if one.discrepancies:
        yield ""
        yield from (discrepancy(claim, paint) for claim in one.discrepancies)
    yield ""
    yield f"Source: {one.source.title}"
    yield f"        {one.source.url}"


def fact(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def edges(heading: str, these: Sequence[Edge], direction: str, paint: Paint) -> Iterator[str]:
    if not these:
        return
    yield ""
    yield paint(heading, "heading")
    shown = these if direction == "up" else these[:MOST_EDGES]
    for edge in shown:
        yield f"  {step(edge, direction, paint)}  {paint(edge.source.url, 'step')}"
    if len(shown) < len(these):
        yield f"  and {len(these) - len(shown)} more: llmlineage trace {these[0].parent} --down --depth 1"


def step(edge: Edge, direction: str, paint: Paint) -> str:
    """What one edge says, and of which record."""
    far = edge.parent if direction == "up" else edge.child
    part = f" ({edge.part})" if edge.part else ""
    rows = f", {edge.rows:,} rows" if edge.rows is not None else ""
    known = "" if edge.basis == "stated" else f", {edge.basis}"
    known += f", {words.measured(edge, figures=True)}" if edge.measured else ""
    said = f"{paint(words.step(edge, direction), 'step')} {paint(far, 'name')}"
    return f"{said}{part}{rows}{known}"


def discrepancy(claim: Mapping[str, object], paint: Paint) -> str:
    """A claim that was not accepted, who makes it, and what is accepted instead."""
    stated_by = claim["stated_by"]
    said_at = stated_by.url if isinstance(stated_by, Source) else stated_by
    accepted = f"accepted: {claim['accepted']}" if claim["accepted"] else "not accepted"
    return (
        f"{paint('Disputed', 'unknown')} {claim['attribute']}: {said_at} says {claim['stated']}; {accepted}"
    )


def ways(paths: Sequence[Sequence[Edge]], paint: Paint = plain, width: int | None = None) -> Iterator[str]:
    """Each way as steps from the later record up to the earlier one, with where each is written."""
    for place, path in enumerate(paths):
        if place:
            yield ""
        yield paint(path[0].child, "root")
        for depth, edge in enumerate(path):
            indent = "   " * depth
            yield f"{indent}└─ {step(edge, 'up', paint)}"
            yield f"{indent}      {paint(edge.source.url, 'step')}"
            if edge.locator or edge.note:
                remark = "; ".join(filter(None, (edge.locator, edge.note)))
                yield from indented(remark, indent + "      ", width)


def indented(text: str, indent: str, width: int | None) -> list[str]:
    """A text on as many lines as it needs; on one where no width is given.

    Only a word that is longer than a line is broken; what stands far to the right of a narrow
    terminal still has room for a word.
    """
    text = visible(text)
    if width is None:
        return [indent + text]
    room = max(width - len(indent), LEAST_ROOM)
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and length(lines[-1]) + 1 + length(word) <= room:
            lines[-1] += f" {word}"
        else:
            lines += broken(word, room)
    return [indent + line for line in lines if line]


def broken(word: str, room: int) -> list[str]:
    """A word in as many pieces as it needs; a marked one stays whole."""
    if len(word) <= room or unmarked(word) != word:
        return [word]
    return [word[place : place + room] for place in range(0, len(word), room)]
