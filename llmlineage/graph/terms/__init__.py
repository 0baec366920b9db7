"""Licences and providers' terms that reach a record along the graph, and where they disagree.

What is found is what sources say. It is no legal advice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from llmlineage.edition import Edition
from llmlineage.graph import lineage
from llmlineage.graph.lineage import Edge, Node, Trace
from llmlineage.graph.rules import ConflictRule, rules
from llmlineage.graph.terms.licences import Licence, provider_terms, read_licences
from llmlineage.graph.travel import INFLUENCE, Arrival, arrivals

if TYPE_CHECKING:
    import polars as pl

NOTICE = "This states what the cited sources say. It is no legal advice."
# The record that stands for makers who were read and state no licence.
NONE_STATED = "none-stated"
# Relations by which every row of the child comes from its one parent.
WHOLE = ("subset_of", "cleaned_from", "reformatted_from", "translated_from", "annotated_from", "prompts_from",
         "rewritten_from")  # fmt: skip
# Relations of a dataset to what it holds rows of.
DERIVED = (*WHOLE, "includes", "revision_of")
Reason = Literal["no licence looked up", "unread", "undisclosed", "partial", "withdrawn", "unreleased"]


@dataclass(frozen=True)
class Inherited:
    """A licence or terms that reach a component of a record.

    ``component`` is what of the record they reach: prompts, responses, labels, weights, or ``data``
    where a model was trained on it; ``influence`` where nothing of it stands there. ``brings`` is what
    of the other record comes: text, weights or outputs. ``origin`` is the record whose licence it is,
    ``via`` the shortest way up to it (the edge nearest the record first), ``altered`` whether every way
    changed the text, ``share`` the part of the record's rows that came by ``via``, None where no source
    counts them, ``also`` the other records from which the same licence comes.

    ``alternatives`` are later versions of a provider's terms that may have been in force instead, where
    the dates known cannot choose. ``reading`` says that a licence of weights is taken to reach what the
    model writes, which its text does not settle.
    """

    license: Licence
    kind: Literal["licence", "provider terms"]
    component: str
    brings: Literal["text", "weights", "outputs"]
    origin: str
    altered: bool
    via: tuple[Edge, ...]
    share: float | None
    also: tuple[str, ...] = ()
    alternatives: tuple[Licence, ...] = ()
    reading: bool = False


@dataclass(frozen=True)
class Conflict:
    """Two licences that do not go together, in words, and the way by which they meet."""

    rule: str
    message: str
    via: tuple[Edge, ...]


@dataclass(frozen=True)
class Unknown:
    """Something that is not known of an origin, and how that is reached.

    ``reason`` tells our gaps (no licence looked up, unread) from the makers' silence (undisclosed,
    partial) and from what nobody can look into (withdrawn, unreleased).
    """

    id: str
    reason: Reason
    via: tuple[Edge, ...]


@dataclass(frozen=True)
class Terms:
    """What a record's own makers grant, and what it inherits. ``influences`` are licences of seeds and
    filters, of which nothing stands in the record."""

    root: str
    own: Licence | None
    inherited: tuple[Inherited, ...]
    influences: tuple[Inherited, ...]
    conflicts: tuple[Conflict, ...]
    unknown: tuple[Unknown, ...]

    def to_polars(self) -> pl.DataFrame:
        """What is inherited, one row a licence, component and kind of thing brought; ``license`` is the id,
        ``via`` a list of structs."""
        from llmlineage.graph.frames import frame, way

        columns = ("license", "kind", "component", "brings", "origin", "altered", "reading", "alternatives",
                   "also", "share", "via")  # fmt: skip
        rows = [
            {
                **{name: getattr(one, name) for name in columns},
                "license": one.license.id,
                "alternatives": [other.id for other in one.alternatives],
                "also": list(one.also),
                "via": way(one.via),
            }
            for one in self.inherited
        ]
        return frame(rows, columns)


def terms(edition: Edition, id: str) -> Terms:
    """The terms that reach record ``id``, each by the shortest way.

    Raises:
        UnknownName: ``id`` is not the id of a dataset or model.
    """
    nodes = {node.id: node for node in lineage.ancestry(edition, id).nodes}
    own = read_licences(edition).get(nodes[id].license or "")
    found = inheriting(edition, id)
    inherited = merged(one for one in found if one.component != INFLUENCE)
    return Terms(
        root=id,
        own=own,
        inherited=inherited,
        influences=merged(one for one in found if one.component == INFLUENCE),
        conflicts=tuple(conflicts(own, inherited)) if own else (),
        unknown=tuple(unknowns(arrivals(edition, id), nodes, {one.origin for one in found})),
    )


@lru_cache(maxsize=256)
def inheriting(edition: Edition, id: str) -> tuple[Inherited, ...]:
    """Each licence and terms from each record that brings them, by the shortest way; influences too.

    Raises:
        UnknownName: ``id`` is not the id of a dataset or model.
    """
    trace = lineage.ancestry(edition, id)
    nodes, mixed = {node.id: node for node in trace.nodes}, mixed_in(trace)
    beside, licences = beside_in(trace), read_licences(edition)
    return tuple(
        one
        for arrival in arrivals(edition, id)
        for one in brought(arrival, nodes, share_of(arrival.via, nodes, mixed, beside), licences)
    )


def brought(
    arrival: Arrival, nodes: Mapping[str, Node], share: float | None, licences: Mapping[str, Licence]
) -> Iterator[Inherited]:
    """The licence of a record, or the terms under which a model's provider gave out its words."""
    if not arrival.via or not licences:
        return
    node = nodes[arrival.id]
    own = licences.get(node.license or "")
    brings: Literal["text", "weights", "outputs"] = (
        "outputs" if arrival.takes == "outputs" else "weights" if arrival.takes == "weights" else "text"
    )
    one = Inherited(
        license=next(iter(licences.values())) if own is None else own,
        kind="licence",
        component=arrival.into,
        brings=brings,
        origin=node.id,
        altered=arrival.altered,
        via=arrival.via,
        share=share,
    )
    if brings != "outputs":
        if own:
            yield one
    elif own and own.kind != "provider_terms":
        # A licence that asks nothing of outputs leaves them free.
        if own.restricts_outputs in ("yes", "conditional"):
            yield one
        elif own.commercial == "no":
            yield replace(one, reading=True)
    elif not is_own_words(arrival, nodes):
        versions = [own] if own else provider_terms(node, nodes[arrival.via[-1].child].released, licences)
        if versions:
            first, *others = versions
            yield replace(one, license=first, kind="provider terms", alternatives=tuple(others))


def is_own_words(arrival: Arrival, nodes: Mapping[str, Node]) -> bool:
    """Whether a maker's own model wrote what it released: nobody is bound by terms of its own."""
    maker = nodes[arrival.id].organization
    if arrival.takes != "outputs" or maker is None:
        return False
    return nodes[arrival.via[-1].child].organization == maker


# What kept more of its parent than this is made up much as that is.
MOST = 0.9
Beside = tuple[str, str, str]


def share_of(
    via: Sequence[Edge],
    nodes: Mapping[str, Node],
    mixed: Collection[str],
    beside: Collection[Beside] = (),
) -> float | None:
    """The part of the first child's rows that came all this way, from the counts of its edges; ``mixed``
    are the datasets of several parents, of which a relation alone says nothing of how much, and ``beside``
    the steps that have others beside them between the same two records, so that one counts too few.

    What a selection took of a parent need not be made up as the parent is: no share is carried through one.
    """
    share, selected = 1.0, False
    for edge in via:
        if edge.relation == "trained_on" or nodes[edge.child].type == "model" or key_of(edge) in beside:
            return None
        rows = nodes[edge.child].rows
        if edge.rows is not None and rows:
            factor = min(1.0, edge.rows / rows)
        elif edge.relation not in WHOLE or edge.part or edge.child in mixed:
            return None
        else:
            factor = 1.0
        if selected and factor < 1:
            return None
        share *= factor
        came, held = edge.rows or rows, nodes[edge.parent].rows
        selected = selected or bool(edge.part or edge.without or (came and held and came < MOST * held))
    return share


def key_of(edge: Edge) -> Beside:
    return edge.child, edge.relation, edge.parent


def beside_in(trace: Trace) -> frozenset[Beside]:
    """The steps of a trace of which there are several, each of another part."""
    counts = Counter(map(key_of, trace.edges))
    return frozenset(key for key, count in counts.items() if count > 1)


def mixed_in(trace: Trace) -> frozenset[str]:
    """The datasets of a trace that were made from several."""
    made = {(edge.child, edge.parent) for edge in trace.edges if edge.relation in DERIVED}
    counts = Counter(child for child, _ in made)
    return frozenset(child for child, count in counts.items() if count > 1)


def merged(found: Iterable[Inherited]) -> tuple[Inherited, ...]:
    """One entry a licence, component and kind of thing brought, the shortest way first; the other origins
    named in it."""
    groups: dict[tuple[str, str, str], list[Inherited]] = {}
    for one in found:
        groups.setdefault((one.license.id, one.component, one.brings), []).append(one)
    entries = []
    for group in groups.values():
        first, *rest = sorted(group, key=lambda one: (one.altered, len(one.via), one.origin))
        also = tuple(dict.fromkeys(one.origin for one in rest if one.origin != first.origin))
        # Of several that come, the count of the nearest is not that of all.
        entries.append(replace(first, also=also, share=None if rest else first.share))
    return tuple(sorted(entries, key=lambda one: (one.kind, one.license.id, one.brings, one.component)))


def conflicts(own: Licence, inherited: Iterable[Inherited]) -> Iterator[Conflict]:
    """Each inherited licence that the own one does not go with, once, by the first rule that says so."""
    said: set[tuple[str, str]] = set()
    for one in sorted(inherited, key=lambda one: len(one.via)):
        for rule in rules().conflicts:
            if one.license.id != own.id and fits(rule, own, one):
                if (rule.rule, one.license.id) not in said:
                    message = rule.message.format(own=own.name, inherited=one.license.name)
                    yield Conflict(rule.rule, message, one.via)
                said.add((rule.rule, one.license.id))
                break


def fits(rule: ConflictRule, own: Licence, one: Inherited) -> bool:
    if one.brings not in rule.brings or (rule.into and one.component not in rule.into):
        return False
    return all(
        getattr(licence, column) in values
        for licence, wanted in ((own, rule.own), (one.license, rule.inherited))
        for column, values in wanted.items()
    )


def unknowns(arriving: Iterable[Arrival], nodes: Mapping[str, Node], licensed: set[str]) -> Iterator[Unknown]:
    """What is not known of each record that something arrives from, nearest first, one entry a reason."""
    said: set[tuple[str, str]] = set()
    for one in arriving:
        if one.into == INFLUENCE or is_own_words(one, nodes):
            continue
        for reason in reasons(one, nodes[one.id], licensed):
            if (one.id, reason) not in said:
                said.add((one.id, reason))
                yield Unknown(one.id, reason, one.via)


def reasons(one: Arrival, node: Node, licensed: set[str]) -> Iterator[Reason]:
    if not node.license and node.id not in licensed:
        yield "no licence looked up"
    if one.takes == "outputs":  # how a model came about does not matter to its words
        return
    if node.upstream == "unread":
        yield "unread"
    elif node.upstream == "undisclosed":
        yield "undisclosed"
    elif node.upstream == "partial":
        yield "partial"
    if node.status == "withdrawn":
        yield "withdrawn"
    elif node.status == "unreleased":
        yield "unreleased"
