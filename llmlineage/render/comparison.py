"""Two records or two editions side by side, as text, JSON and Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from llmlineage.graph.compare import RecordComparison, TableChanges
from llmlineage.render import document as documents
from llmlineage.render import markdown, words
from llmlineage.render.text import columns, indented, ways
from llmlineage.render.tree import Paint, plain

# Rows of one list beyond this many are counted, not shown.
MOST = 25


def records(
    result: RecordComparison, paint: Paint = plain, width: int | None = None, full: bool = False
) -> Iterator[str]:
    """What ``llmlineage compare`` prints of two records."""
    first, second = result.first, result.second
    if result.ways:
        later = result.ways[0][0].child
        yield paint(f"{later} is made from {second if later == first else first}", "root")
        yield from ways(result.ways, paint, width)
    else:
        yield paint(f"Neither of {first} and {second} is made from the other", "root")
    for edge in result.measured:
        yield f"measured on the rows: {edge.note or edge.source.url}"
    yield ""
    yield paint(words.plural(len(result.shared), "common ancestor"), "heading")
    shared = [(one.id, one.type, one.from_first, one.from_second) for one in result.shared]
    yield from cut(
        list(columns(("", "", f"steps from {first}", f"from {second}"), shared)), full, heading=True
    )
    for id, only in ((first, result.only_first), (second, result.only_second)):
        yield ""
        yield paint(f"Only {id} comes from: {words.plural(len(only), 'record')}", "heading")
        yield from (line for line in cut(indented(", ".join(only), "  ", width) if only else [], full))


def cut(lines: Sequence[str], full: bool, heading: bool = False) -> Iterator[str]:
    most = MOST + heading
    yield from lines if full or len(lines) <= most else lines[:most]
    if not full and len(lines) > most:
        yield f"  and {len(lines) - most} more lines; --full shows them"


def record_document(result: RecordComparison) -> dict[str, Any]:
    return {
        "a": result.first,
        "b": result.second,
        "ways": [[documents.edge(edge) for edge in way] for way in result.ways],
        "measured": [documents.edge(edge) for edge in result.measured],
        "shared": [
            {"id": one.id, "type": one.type, "from_a": one.from_first, "from_b": one.from_second}
            for one in result.shared
        ],
        "only_a": list(result.only_first),
        "only_b": list(result.only_second),
    }


def editions(old: str, new: str, changes: Sequence[TableChanges]) -> Iterator[str]:
    """What changed between two editions, as the Markdown of a changelog."""
    yield f"## Data {markdown.plain(new)}, from {markdown.plain(old)}"
    if not changes:
        yield ""
        yield "No fact changed."
    for one in changes:
        yield ""
        counts = f"{len(one.added):,} added, {len(one.removed):,} removed, {len(one.changed):,} changed"
        yield f"### {markdown.plain(one.table)}: {counts}"
        yield ""
        yield from (f"- added {key(row)}" for row in one.added)
        yield from (f"- removed {key(row)}" for row in one.removed)
        for row in one.changed:
            told = "; ".join(
                f"{name}: {value(old)} -> {value(new)}" for name, (old, new) in row.columns.items()
            )
            yield f"- changed {key(row.key)}: {told}"


def key(parts: Sequence[str]) -> str:
    return markdown.code(" ".join(part for part in parts if part))


def value(cell: object) -> str:
    return "nothing" if cell is None else markdown.plain(str(cell))


def edition_document(old: str, new: str, changes: Sequence[TableChanges]) -> dict[str, Any]:
    return {
        "old": old,
        "new": new,
        "tables": {
            one.table: {
                "added": [list(row) for row in one.added],
                "removed": [list(row) for row in one.removed],
                "changed": [
                    {
                        "key": list(row.key),
                        "columns": {
                            name: {"old": old, "new": new} for name, (old, new) in row.columns.items()
                        },
                    }
                    for row in one.changed
                ],
            }
            for one in changes
        },
    }
