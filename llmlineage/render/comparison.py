"""Two records or two editions side by side, as text, JSON and Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from llmlineage.graph.compare import Difference, RecordComparison, TableChanges
from llmlineage.graph.lineage import Node
from llmlineage.render import document as documents
from llmlineage.render import markdown, words
from llmlineage.render.table import columns
from llmlineage.render.text import ways
from llmlineage.render.tree import Paint, plain
from llmlineage.render.wrapping import indented

# Of one list so many names are shown, and so many ways; the rest is counted.
MOST_NAMES = 25
MOST_WAYS = 3
# What is said of each of the two, where they differ in it.
FACTS = ("type", "kind", "organization", "released", "rows", "license", "status", "upstream")


@dataclass(frozen=True)
class _Report:
    """How a comparison is written, and the ids of the two."""

    result: RecordComparison
    paint: Paint
    width: int | None
    full: bool

    @property
    def ids(self) -> tuple[str, str]:
        return self.result.first, self.result.second

    def heading(self, text: str) -> Iterator[str]:
        yield ""
        yield self.paint(text, "heading")

    def line(self, lead: str, names: Sequence[str]) -> Iterator[str]:
        """Names after what they have in common; many are counted."""
        shown = names if self.full else names[:MOST_NAMES]
        more = f" and {len(names) - len(shown):,} more" if len(shown) < len(names) else ""
        yield from indented(f"{lead}: {', '.join(shown)}{more}", "  ", self.width, "  ")


def records(
    result: RecordComparison, paint: Paint = plain, width: int | None = None, full: bool = False
) -> Iterator[str]:
    """What ``llmlineage compare`` prints of two records: how they are related, in what they differ, by which
    ways one comes from the other, and what both come from."""
    report = _Report(result, paint, width, full)
    yield from indented(paint(verdict(result), "root"), "", width)
    yield from facts(report)
    for one in result.differences:
        if one.aspect != "parents":
            yield from difference(one, report)
    yield from origins(report)
    yield from alike(report)
    yield from known_ways(report)
    yield from common(report)
    if not full and is_cut(result):
        yield ""
        yield "--full names all"


def verdict(result: RecordComparison) -> str:
    """How the two are related, in one line."""
    first, second = result.first, result.second
    if not result.ways:
        return f"Neither of {first} and {second} is made from the other"
    way = result.ways[0]
    later, earlier = (first, second) if way[0].child == first else (second, first)
    return f"{later} is made from {earlier}, {words.plural(len(way), 'step')} up"


def facts(report: _Report) -> Iterator[str]:
    """What is said of each of the two, where it is not the same."""
    one, other = report.result.nodes
    rows = [(name, told(one, name), told(other, name)) for name in FACTS]
    differing = [row for row in rows if row[1] != row[2]]
    if differing:
        yield ""
        yield from columns(("", *report.ids), differing, report.width)


def told(node: Node, name: str) -> str:
    """A fact of a record in words."""
    if name == "rows":
        return words.count(node.rows, node.rows_precision) or "not said"
    if name == "license" and node.kind != "family":
        return node.license or "not looked up"
    if name == "upstream":
        return words.unknown(node) or node.upstream
    return getattr(node, name) or "not said"


def difference(one: Difference, report: _Report) -> Iterator[str]:
    """What only one of the two has of an aspect."""
    if not one.only_first and not one.only_second:
        return
    yield from report.heading(one.aspect.capitalize())
    for id, only in zip(report.ids, (one.only_first, one.only_second), strict=True):
        if only:
            yield from report.line(f"only {report.paint(id, 'name')}", only)
    if one.both:
        yield from report.line("both", one.both)


def origins(report: _Report) -> Iterator[str]:
    """What only one of the two comes from: its direct parents by name, what is above these after them."""
    result = report.result
    (parents,) = (one for one in result.differences if one.aspect == "parents")
    sides = (
        (result.first, result.only_first, parents.only_first),
        (result.second, result.only_second, parents.only_second),
    )
    if not any(only for _, only, _ in sides):
        return
    yield from report.heading("Made from")
    for id, only, direct in sides:
        near = [name for name in only if name in direct]
        far = [name for name in only if name not in direct]
        if near:
            yield from report.line(f"only {report.paint(id, 'name')}", near)
        if far:
            through = "through these" if near else f"only {report.paint(id, 'name')}, further up"
            yield from report.line(through, far)


def alike(report: _Report) -> Iterator[str]:
    """The aspects in which the two do not differ."""
    same = [
        f"{one.aspect} ({len(one.both)})"
        for one in report.result.differences
        if one.aspect != "parents" and one.both and not one.only_first and not one.only_second
    ]
    if same:
        yield ""
        yield from indented(f"The same in both: {', '.join(same)}", "", report.width, "  ")


def known_ways(report: _Report) -> Iterator[str]:
    """The shortest ways from the later to the earlier, and what was measured between the two."""
    result = report.result
    if not result.ways:
        return
    shown = result.ways if report.full else result.ways[:MOST_WAYS]
    yield from report.heading("Way" if len(result.ways) == 1 else "Shortest ways")
    yield from ways(shown, report.paint, report.width)
    if len(shown) < len(result.ways):
        more = len(result.ways) - len(shown)
        yield f"and {more:,} more: llmlineage why {' '.join(report.ids)}"
    for edge in result.measured:
        yield from indented(f"measured on the rows: {edge.note or edge.source.url}", "", report.width, "  ")


def common(report: _Report) -> Iterator[str]:
    """What both come from: how much, and the nearest."""
    shared = report.result.shared
    yield from report.heading(words.plural(len(shared), "common ancestor"))
    for far, group in groupby(shared, key=lambda one: (one.from_first, one.from_second)):
        ids = [one.id for one in group]
        lead = f"{words.plural(far[0], 'step')} above {report.ids[0]}, {far[1]} above {report.ids[1]}"
        yield from report.line(lead, ids)
        if not report.full and len(shared) > MOST_NAMES:
            yield f"  and {len(shared) - len(ids):,} further up"
            return


def is_cut(result: RecordComparison) -> bool:
    """Whether anything is counted that ``--full`` names."""
    lists = [result.only_first, result.only_second]
    lists += [each for one in result.differences for each in (one.only_first, one.only_second, one.both)]
    return any(len(each) > MOST_NAMES for each in [*lists, result.shared])


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
        "differences": {
            one.aspect: {
                "only_a": list(one.only_first),
                "only_b": list(one.only_second),
                "both": list(one.both),
            }
            for one in result.differences
        },
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
