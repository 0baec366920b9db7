"""Which benchmarks reach a record along the graph, by which split and which way; and the reverse."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from llmlineage.edition import Edition
from llmlineage.graph import lineage
from llmlineage.graph.lineage import Edge
from llmlineage.graph.travel import INFLUENCE, arrivals, departures

Split = Literal["test", "validation", "train", "unknown"]
# The words that configs use for the splits of a benchmark, the gravest first: a name that holds
# several is as grave as the gravest.
_WORDS: tuple[tuple[Split, str], ...] = (
    ("test", r"test|evaluation|eval|held.?out"),
    ("validation", r"validation|valid|dev|development"),
    ("train", r"train|training|auxiliary"),
)


@dataclass(frozen=True)
class Reached:
    """A benchmark and a record that its items reach.

    ``part`` is the part of the benchmark that was taken and ``split`` which split that is, as the edge
    by which it enters says: all splits count as test, unknown where no source says. ``component`` is
    what of the record its items are in, and ``altered`` whether they were rewritten on the way; for
    seeds, of which nothing stands there, it is influence. ``via`` is the way, the edge nearest the
    later record first.
    """

    benchmark: str
    record: str
    part: str | None
    split: Split
    component: str
    altered: bool
    via: tuple[Edge, ...]


def benchmarks_above(edition: Edition, id: str) -> tuple[Reached, ...]:
    """The benchmarks whose items stand in record ``id`` or in what it was trained on.

    One entry for each edge by which a benchmark enters, by the shortest way there. Edges between
    benchmarks (one made from another) lead on to where the items come from; they enter by the first.

    Raises:
        UnknownName: ``id`` is not the id of a dataset or model.
    """
    kinds = {node.id: node.kind for node in lineage.ancestry(edition, id).nodes}
    found: dict[tuple[str, str, str | None, str], Reached] = {}
    for one in arrivals(edition, id):
        if kinds[one.id] != "benchmark" or not one.via or one.takes == "labels":
            continue
        enters = one.via[-1]
        if kinds[enters.child] == "benchmark" and enters.child != id:
            continue
        key = (one.id, enters.child, enters.part, "influence" if one.into == INFLUENCE else "items")
        entry = Reached(one.id, id, enters.part, split_of(enters), one.into, one.altered, one.via)
        if key not in found or (found[key].altered and not one.altered):
            found[key] = entry
    return tuple(sorted(found.values(), key=order))


def benchmark_below(edition: Edition, id: str) -> tuple[Reached, ...]:
    """The datasets and models that items of benchmark ``id`` reach, each by the shortest way.

    Raises:
        UnknownName: ``id`` is not the id of a dataset or model.
    """
    found: dict[str, Reached] = {}
    for one in departures(edition, id):
        if not one.via or one.takes in ("labels", "outputs"):
            continue
        enters = one.via[-1]
        entry = Reached(id, one.id, enters.part, split_of(enters), one.into, one.altered, one.via)
        if one.id not in found or order(entry) < order(found[one.id]):
            found[one.id] = entry
    return tuple(sorted(found.values(), key=order))


def split_of(edge: Edge) -> Split:
    """The gravest split that came along an edge."""
    match edge.split:
        case "train" | "validation" | "test":
            return edge.split
        case "all":
            return "test"
        case _:
            return "unknown"


def split_named(name: str | None) -> Split:
    """The split that a config means by its own name for it."""
    for split, words in _WORDS:
        if name and re.search(rf"(?<![a-z])(?:{words})(?![a-z])", name, re.IGNORECASE):
            return split
    return "unknown"


def order(one: Reached) -> tuple[bool, int, bool, int, str, str, str]:
    """Items before influences, the gravest split first, the nearest way first."""
    grave = ("test", "unknown", "validation", "train").index(one.split)
    weak = one.component == INFLUENCE
    return (weak, grave, one.altered, len(one.via), one.benchmark, one.record, one.part or "")
