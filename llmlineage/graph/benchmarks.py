"""Which benchmarks reach a record along the graph, by which split and which way; and the reverse."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from llmlineage.edition import Edition
from llmlineage.graph import lineage
from llmlineage.graph.lineage import Edge
from llmlineage.graph.terms.rules import INFLUENCE, rules

Split = Literal["test", "validation", "train", "unknown"]
# The words that makers use for the splits of a benchmark, the gravest first: a part that names
# several is as grave as the gravest.
_WORDS: tuple[tuple[Split, str], ...] = (
    ("test", r"test|evaluation|eval|held.?out"),
    ("validation", r"validation|valid|dev|development"),
    ("train", r"train|training|auxiliary"),
)


@dataclass(frozen=True)
class Reached:
    """A benchmark and a record that its items reach.

    ``part`` is the part of the benchmark that was taken, as its edge says, and ``split`` what that
    is; unknown where the edge names none, so that test items may be among them. ``carries`` is
    what arrives (see terms/rules.toml); ``via`` the way, the edge nearest the later record first.
    """

    benchmark: str
    record: str
    part: str | None
    split: Split
    carries: str
    via: tuple[Edge, ...]


def benchmarks_above(edition: Edition, id: str) -> tuple[Reached, ...]:
    """The benchmarks whose items stand in record ``id`` or in what it was trained on.

    One entry for each edge by which a benchmark enters, by the shortest way there; seeds and
    examples, of which nothing stands in the record, come with ``carries`` influence.

    Raises:
        UnknownName: ``id`` is not the id of a dataset or model.
    """
    trace = lineage.ancestry(edition, id)
    kinds = {node.id: node.kind for node in trace.nodes}
    edges = [edge for edge in trace.edges if passes(edge)]
    ways = shortest(id, edges, up=True)
    entries = [
        entry((*ways[edge.child], edge), edge)
        for edge in edges
        if kinds[edge.parent] == "benchmark" and edge.child in ways and kinds[edge.child] != "benchmark"
    ]
    return tuple(sorted(entries, key=order))


def benchmark_below(edition: Edition, id: str) -> tuple[Reached, ...]:
    """The datasets and models that items of benchmark ``id`` reach, each by the shortest way.

    Raises:
        UnknownName: ``id`` is not the id of a dataset or model.
    """
    edges = [edge for edge in lineage.trace(edition, id, "down").edges if passes(edge)]
    ways = shortest(id, edges, up=False)
    return tuple(sorted((entry(way, way[-1]) for way in ways.values() if way), key=order))


def passes(edge: Edge) -> bool:
    """Whether rows go along an edge: what a model writes is not what it was trained on."""
    return rules().of(edge) not in ("outputs", "labels") and edge.stage != "evaluation"


def entry(via: tuple[Edge, ...], enters: Edge) -> Reached:
    weak = any(rules().of(edge) == INFLUENCE for edge in via)
    carries = INFLUENCE if weak else rules().of(via[0])
    return Reached(enters.parent, via[0].child, enters.part, split_named(enters.part), carries, via)


def split_named(part: str | None) -> Split:
    """The split that the name of a part means."""
    for split, words in _WORDS:
        if part and re.search(rf"(?<![a-z])(?:{words})(?![a-z])", part, re.IGNORECASE):
            return split
    return "unknown"


def shortest(root: str, edges: Iterable[Edge], up: bool) -> dict[str, tuple[Edge, ...]]:
    """The shortest way between the root and each record, always from the later record up."""
    leaving: dict[str, list[Edge]] = {}
    for edge in edges:
        leaving.setdefault(edge.child if up else edge.parent, []).append(edge)
    ways: dict[str, tuple[Edge, ...]] = {root: ()}
    frontier = [root]
    while frontier:
        reached = []
        for edge in (edge for near in frontier for edge in strongest_first(leaving.get(near, ()))):
            far, near = (edge.parent, edge.child) if up else (edge.child, edge.parent)
            if far not in ways:
                ways[far] = (*ways[near], edge) if up else (edge, *ways[near])
                reached.append(far)
        frontier = reached
    return ways


def strongest_first(edges: Iterable[Edge]) -> Iterator[Edge]:
    """Of edges side by side, one that carries rows before one that does not."""
    return iter(sorted(edges, key=lambda edge: rules().of(edge) == INFLUENCE))


def order(one: Reached) -> tuple[bool, int, str, str, str]:
    grave = ("test", "unknown", "validation", "train").index(one.split)
    return (one.carries == INFLUENCE, grave, one.benchmark, one.record, one.part or "")
