"""Records and steps by number: the page knows each by its place in columns, and ids are said once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from llmlineage.edition import Edition
from llmlineage.graph.lineage import MEMBER, MEMBER_OF, Edge
from llmlineage.graph.terms.licences import read_licences

Key = tuple[str, str, str | None, str | None, str, str | None, str | None]


@dataclass(frozen=True)
class Numbers:
    """``nodes`` and ``edges`` give the place of a record and of a step, from 0, in the order of the edition,
    ``licences`` that of a licence in the order of their ids.

    A step between a family and a version of it stands in no table: it has the number of the version, beyond
    the steps that do: first those up to a version, then those up to a family.
    """

    nodes: Mapping[str, int]
    edges: Mapping[Key, int]
    licences: Mapping[str, int]

    def edge(self, one: Edge) -> int:
        if one.relation == MEMBER:
            return len(self.edges) + self.nodes[one.parent]
        if one.relation == MEMBER_OF:
            return len(self.edges) + len(self.nodes) + self.nodes[one.child]
        return self.edges[key(one)]

    def way(self, via: Iterable[Edge]) -> list[int]:
        return [self.edge(one) for one in via]


def key(one: Edge) -> Key:
    return one.child, one.relation, one.role, one.stage, one.parent, one.part, one.split


@lru_cache(maxsize=4)
def numbers(edition: Edition) -> Numbers:
    """The numbers of all records and steps of an edition."""
    nodes = {id: n - 1 for n, id in edition.index.execute("SELECT n, id FROM node ORDER BY n")}
    rows = edition.index.execute(
        "SELECT e, child.id, relation, role, stage, parent.id, part, split FROM edge "
        "JOIN node AS child ON child.n = c JOIN node AS parent ON parent.n = p ORDER BY e"
    )
    edges: dict[Key, int] = {}
    for number, *columns in rows:
        edges.setdefault(tuple(columns), number - 1)
    return Numbers(nodes, edges, {id: place for place, id in enumerate(read_licences(edition))})
