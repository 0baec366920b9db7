"""What travels along the graph: a walk over pairs of a record and a component of it.

A dataset has prompts, responses and labels; a model has weights and gives outputs. An edge takes
some components of the parent into some of the child (rules.toml says which, and an edge may
say otherwise), so that a way which took prompts never meets who wrote the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from llmlineage.edition import Edition
from llmlineage.graph import lineage
from llmlineage.graph.lineage import Edge, Node, Trace
from llmlineage.graph.rules import rules

TEXT = ("prompts", "responses", "labels")
# What a dataset of a kind can hold, where that is not all of TEXT.
HOLDS = {"prompts": ("prompts", "labels")}
INFLUENCE = "influence"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One component of a record that came to another.

    ``id`` is the record at the far end of the walk. ``takes`` is what of the earlier record comes:
    prompts, responses, labels, weights or outputs. ``into`` is what it becomes in the later one: prompts,
    responses or labels of a dataset; weights of a model, or ``data`` where a model was trained on it;
    ``influence`` where nothing of it stands there, since it served as seeds or to filter. ``altered``
    says whether the text was changed on the way. ``via`` is the shortest way, the edge nearest the later
    record first; empty for the record itself. ``at`` is the component that the walk stands on.
    """

    id: str
    takes: str
    into: str
    altered: bool
    via: tuple[Edge, ...]
    at: str


@lru_cache(maxsize=256)
def arrivals(edition: Edition, id: str) -> tuple[Arrival, ...]:
    """Everything that arrives at record ``id``, nearest first: one entry for each component of a record,
    what it becomes, and whether it came unchanged; of a benchmark, for each edge by which it enters, since
    each may bring another split.

    Raises:
        UnknownName: ``id`` is not the id of a dataset or model.
    """
    return tuple(walk_up(lineage.ancestry(edition, id)))


def departures(edition: Edition, id: str) -> tuple[Arrival, ...]:
    """Everywhere that something of record ``id`` arrives, in the same form.

    Raises:
        UnknownName: ``id`` is not the id of a dataset or model.
    """
    return tuple(walk_down(lineage.trace(edition, id, "down")))


def walk_up(trace: Trace) -> Iterator[Arrival]:
    """As ``arrivals``, over a trace up from its root.

    Seeds and filters come last, so that what stands in the root is never taken for a mere influence.
    """
    graph = _Graph(trace)
    start = [Arrival(trace.root, own, own, False, (), own) for own in graph.inherits(trace.root)]
    return _walk(start, graph.up, graph.seeds_up, lambda one: barred(one.via), graph.enters)


def walk_down(trace: Trace) -> Iterator[Arrival]:
    """As ``departures``, over a trace down from its root."""
    graph = _Graph(trace)
    start = [Arrival(trace.root, own, own, False, (), own) for own in graph.gives(trace.root)]
    left_out = {id for edge in trace.edges for id in edge.without}

    def burden(one: Arrival) -> frozenset[str]:
        """The records on the way that some edge leaves out."""
        return frozenset({trace.root, *(edge.child for edge in one.via)} & left_out)

    return _walk(start, graph.down, graph.seeds_down, burden, lambda _: None)


def barred(via: Iterable[Edge]) -> frozenset[str]:
    """What the makers left out along a way."""
    return frozenset(id for edge in via for id in edge.without)


def _walk(
    start: list[Arrival],
    onward: Callable[[Arrival], Iterator[Arrival]],
    seeds: Callable[[Arrival], Iterator[Arrival]],
    burden: Callable[[Arrival], frozenset[str]],
    apart: Callable[[Arrival], object],
) -> Iterator[Arrival]:
    """Breadth first, first what is there and then what was a mere influence; of like arrivals the first
    alone is given, which is the nearest. ``apart`` keeps some unlike that are like in all else.

    One with another burden than those met before may lead further, and is walked too.
    """
    met: dict[tuple[object, ...], list[frozenset[str]]] = {}

    def spread(frontier: list[Arrival]) -> Iterator[Arrival]:
        while frontier:
            further: list[Arrival] = []
            for one in frontier:
                carried = burden(one)
                key = (one.id, one.takes, one.into, one.altered, one.at, apart(one))
                known = met.setdefault(key, [])
                if any(before <= carried for before in known):
                    continue
                if not known:
                    yield one
                known.append(carried)
                further += onward(one)
            frontier = further

    firm = list(spread(start))
    yield from firm
    there = {one.id for one in firm}
    weak = spread([seed for one in firm for seed in seeds(one)])
    yield from (one for one in weak if one.id not in there)


class _Graph:
    """The edges of a trace by either end, and the steps that components take along them."""

    def __init__(self, trace: Trace) -> None:
        self.nodes: dict[str, Node] = {node.id: node for node in trace.nodes}
        self.above: dict[str, list[Edge]] = {}
        self.below: dict[str, list[Edge]] = {}
        for edge in trace.edges:
            self.above.setdefault(edge.child, []).append(edge)
            self.below.setdefault(edge.parent, []).append(edge)

    def enters(self, one: Arrival) -> tuple[str, str | None, str | None] | None:
        """By which edge the items of a benchmark enter; nothing for other records."""
        if not one.via or self.nodes[one.id].kind != "benchmark":
            return None
        edge = one.via[-1]
        return edge.child, edge.part, edge.split

    def inherits(self, id: str) -> tuple[str, ...]:
        """What of a record can come from elsewhere."""
        node = self.nodes[id]
        return ("weights",) if node.type == "model" else HOLDS.get(node.kind, TEXT)

    def gives(self, id: str) -> tuple[str, ...]:
        """What can be taken from a record."""
        return ("weights", "outputs") if self.nodes[id].type == "model" else self.inherits(id)

    def up(self, one: Arrival) -> Iterator[Arrival]:
        """Each component of each parent that became this one; none became what a model writes."""
        left_out = barred(one.via)
        for edge in self.above.get(one.id, ()):
            step = rules().of(edge)
            for taken in step.takes:
                if (
                    edge.parent not in left_out
                    and one.at in step.becomes(taken)
                    and taken in self.gives(edge.parent)
                ):
                    into = "data" if step.is_training and one.into == "weights" else one.into
                    altered = one.altered or step.altered
                    yield Arrival(edge.parent, taken, into, altered, (*one.via, edge), taken)

    def seeds_up(self, one: Arrival) -> Iterator[Arrival]:
        """Each parent of which nothing stands in the child."""
        left_out = barred(one.via)
        for edge in self.above.get(one.id, ()) if one.at != "outputs" else ():
            if rules().of(edge).is_influence and edge.parent not in left_out:
                for component in self.gives(edge.parent):
                    yield Arrival(edge.parent, component, INFLUENCE, False, (*one.via, edge), component)

    def down(self, one: Arrival) -> Iterator[Arrival]:
        """Each component of each child that this one became."""
        for edge in self.below.get(one.id, ()):
            step = rules().of(edge)
            if one.at not in step.takes or self.leaves_out(edge, one):
                continue
            for became in step.becomes(one.at):
                if became in self.inherits(edge.child):
                    into = became if one.into not in ("data", INFLUENCE) else one.into
                    into = "data" if step.is_training and into == "weights" else into
                    altered = one.altered or step.altered
                    yield Arrival(edge.child, one.takes, into, altered, (edge, *one.via), became)

    def seeds_down(self, one: Arrival) -> Iterator[Arrival]:
        """Each child in which nothing of this one stands."""
        for edge in self.below.get(one.id, ()):
            if rules().of(edge).is_influence and not self.leaves_out(edge, one):
                for component in self.inherits(edge.child):
                    yield Arrival(edge.child, one.takes, INFLUENCE, False, (edge, *one.via), component)

    def leaves_out(self, edge: Edge, one: Arrival) -> bool:
        """Whether the makers left out a record on the way that leads here."""
        return bool(edge.without) and any(
            id in edge.without for id in (one.id, *(step.parent for step in one.via))
        )
