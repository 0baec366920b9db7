"""Benchmarks that reach a record, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from llmlineage.graph.benchmarks import Reached
from llmlineage.graph.travel import INFLUENCE
from llmlineage.render import document as documents
from llmlineage.render.terms import way
from llmlineage.render.text import indented
from llmlineage.render.tree import Paint, plain

SPLITS = {
    "test": "Test items", "unknown": "Split not said: test items may be among them",
    "validation": "Validation items", "train": "Train items",
}  # fmt: skip
# Records alike beyond this many are counted, not listed; --full lists all.
MOST_ALIKE = 6


def text(
    these: Sequence[Reached],
    down: bool,
    paint: Paint = plain,
    width: int | None = None,
    full: bool = False,
    splits: Sequence[str] = (),
) -> Iterator[str]:
    """What ``llmlineage benchmarks`` prints: the gravest first, and what came alike together.

    Up, the benchmarks that entered the same dataset; down, the records that were reached through the
    same dataset. ``splits`` says that only items of these were looked at.
    """
    if not these:
        yield nothing(down, splits)
    folded = False
    heading = ""
    for group in alike(these):
        one = group[0]
        new = "Influence only: seeds and examples" if one.component == INFLUENCE else SPLITS[one.split]
        if new != heading:
            yield from (["", paint(new, "heading")] if heading else [paint(new, "heading")])
            heading = new
        shown = group if full else group[:MOST_ALIKE]
        folded = folded or len(shown) < len(group)
        names = [paint(each.record, "name") if down else named(each, paint) for each in shown]
        more = f" and {len(group) - len(shown)} more" if len(shown) < len(group) else ""
        yield from indented(f"{', '.join(names)}{more}", "  ", width)
        altered = " (rewritten)" if one.altered else ""
        yield from indented(f"by: {way(one.via)}{altered}", "    ", width)
        yield f"    {paint(one.via[-1].source.url, 'step')}"
    if folded:
        yield ""
        yield "--full names all"


def nothing(down: bool, splits: Sequence[str]) -> str:
    """That nothing is known, of what was looked at."""
    items = f" ({', '.join(splits)})" if splits else ""
    return (
        f"no benchmark item{items} is known to reach another record"
        if down
        else f"no benchmark{items} is known to reach it"
    )


def named(one: Reached, paint: Paint) -> str:
    return paint(one.benchmark, "name") + (f" ({one.part})" if one.part else "")


def alike(these: Sequence[Reached]) -> list[list[Reached]]:
    """Entries of one split that entered by one dataset, in the order of their first."""
    groups: dict[tuple[object, ...], list[Reached]] = {}
    for one in these:
        enters = one.via[-1]
        groups.setdefault((one.split, one.altered, one.component == INFLUENCE, enters.child), []).append(one)
    return list(groups.values())


def document(these: Sequence[Reached]) -> list[dict[str, Any]]:
    """What ``llmlineage benchmarks --json`` prints."""
    return [
        {
            "id": one.benchmark,
            "record": one.record,
            "part": one.part,
            "split": one.split,
            "component": one.component,
            "altered": one.altered,
            "via": [documents.edge(edge) for edge in one.via],
        }
        for one in these
    ]
