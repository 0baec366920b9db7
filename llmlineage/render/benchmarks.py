"""Benchmarks that reach a record, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from llmlineage.graph.benchmarks import Reached
from llmlineage.graph.terms.rules import INFLUENCE
from llmlineage.render import document as documents
from llmlineage.render.terms import way
from llmlineage.render.text import indented
from llmlineage.render.tree import Paint, plain

SPLITS = {
    "test": "Test items", "unknown": "Split not said: test items may be among them",
    "validation": "Validation items", "train": "Train items",
}  # fmt: skip


def text(
    these: Sequence[Reached], down: bool, paint: Paint = plain, width: int | None = None
) -> Iterator[str]:
    """What ``llmlineage benchmarks`` prints: one entry a benchmark and way, the gravest first."""
    if not these:
        yield (
            "no benchmark item is known to reach another record"
            if down
            else "no benchmark is known to reach it"
        )
    heading = ""
    for one in these:
        new = "Influence only: seeds and examples" if one.carries == INFLUENCE else SPLITS[one.split]
        if new != heading:
            yield from (["", paint(new, "heading")] if heading else [paint(new, "heading")])
            heading = new
        part = f" ({one.part})" if one.part else ""
        yield f"  {paint(one.record if down else one.benchmark, 'name')}{part}"
        yield from indented(f"by: {way(one.via)}", "    ", width)
        yield f"    {paint(one.via[0 if down else -1].source.url, 'step')}"


def document(these: Sequence[Reached]) -> list[dict[str, Any]]:
    """What ``llmlineage benchmarks --json`` prints."""
    return [
        {
            "id": one.benchmark,
            "record": one.record,
            "part": one.part,
            "split": one.split,
            "carries": one.carries,
            "via": [documents.edge(edge) for edge in one.via],
        }
        for one in these
    ]
