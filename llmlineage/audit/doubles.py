"""Rows that a config takes in more than once, by one way or another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmlineage.audit.configs import DatasetUse
from llmlineage.edition import Edition
from llmlineage.graph import lineage
from llmlineage.graph.lineage import Edge, Node
from llmlineage.graph.terms import Beside, beside_in, mixed_in, share_of
from llmlineage.graph.travel import arrivals

if TYPE_CHECKING:
    from llmlineage.audit import Named

# To share these is no double counting: they are the web, and what everybody writes from.
_GROUND = ("source", "pretraining")


@dataclass(frozen=True)
class DoubleCount:
    """Rows that come in twice: of a record that two entries hold, or of an entry that holds another.

    ``component`` is what they share: responses, or prompts alone. ``shares`` has for each entry of
    ``reached_by`` the part of that entry's rows that came from the record, None where no source counts
    them; ``ways`` how each is reached. ``whole`` where one of them holds all of it, so that the same
    rows do come twice; else each may have taken others.
    """

    id: str
    component: str
    reached_by: tuple[str, ...]
    shares: tuple[float | None, ...]
    ways: tuple[tuple[Edge, ...], ...]
    whole: bool = True


def double_counts(
    edition: Edition, trained: Sequence[Named], nodes: Mapping[str, Node]
) -> Iterator[DoubleCount]:
    """Records whose text comes unchanged by more than one entry: the nearest, not all that they come from."""
    yield from listed_twice(trained)
    entries = list(dict.fromkeys(one.id for one in trained if one.id))
    ways = {
        component: unchanged(edition, entries, component, nodes) for component in ("responses", "prompts")
    }
    said: set[str] = set()
    mixed = frozenset[str]().union(*(mixed_in(lineage.ancestry(edition, id)) for id in entries))
    beside = frozenset[Beside]().union(*(beside_in(lineage.ancestry(edition, id)) for id in entries))
    for component, by_record in ways.items():
        for id, reached in sorted(by_record.items()):
            # Where its child is shared by the same entries, the child says it all.
            below = {way[-1].child for way in reached.values() if way}
            if id in said or any(set(by_record.get(child, ())) >= set(reached) for child in below):
                continue
            said.add(id)
            shares = tuple(share_of(way, nodes, mixed, beside) if way else 1.0 for way in reached.values())
            ways_up = tuple(reached.values())
            whole = any(takes_all(way, nodes) for way in ways_up)
            yield DoubleCount(id, component, tuple(reached), shares, ways_up, whole)


def unchanged(
    edition: Edition, entries: Sequence[str], component: str, nodes: Mapping[str, Node]
) -> dict[str, dict[str, tuple[Edge, ...]]]:
    """The records of which a component comes unchanged by several entries, and by which ways."""
    found: dict[str, dict[str, tuple[Edge, ...]]] = {}
    for entry in entries:
        for one in arrivals(edition, entry):
            if one.takes == one.into == component and not one.altered:
                found.setdefault(one.id, {}).setdefault(entry, one.via)
    return {id: ways for id, ways in found.items() if len(ways) > 1 and nodes[id].kind not in _GROUND}


def takes_all(via: Sequence[Edge], nodes: Mapping[str, Node]) -> bool:
    """Whether, as far as is known, each step took all rows of its parent, or most."""
    return all(edge.part is None and edge.split in (None, "all") and takes_most(edge, nodes) for edge in via)


def takes_most(edge: Edge, nodes: Mapping[str, Node]) -> bool:
    whole, child = nodes[edge.parent].rows, nodes[edge.child].rows
    taken = edge.rows if edge.rows is not None else child
    if taken is None or whole is None:
        return edge.rows is None and edge.relation not in ("subset_of", "prompts_from")
    return taken > whole / 2


def listed_twice(trained: Sequence[Named]) -> Iterator[DoubleCount]:
    """A record that stands in the config more than once with the same part."""
    counts: dict[tuple[str, str | None, str | None], int] = {}
    for one in trained:
        if one.id and isinstance(one.use, DatasetUse):
            key = (one.id, one.use.subset, one.use.split)
            counts[key] = counts.get(key, 0) + 1
    for (id, _, _), count in counts.items():
        if count > 1:
            yield DoubleCount(id, "responses", (id,) * count, (1.0,) * count, ((),) * count)
