"""Licences and providers' terms that reach a record along the graph, and where they disagree.

What is found is what sources say. It is no legal advice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from llmlineage.edition import Edition
from llmlineage.graph import lineage
from llmlineage.graph.lineage import Edge, Node, Source, source_of
from llmlineage.graph.terms.rules import INFLUENCE, ConflictRule, rules

NOTICE = "This states what the cited sources say. It is no legal advice."
# Relations by which every row of the child comes from its one parent.
WHOLE = ("subset_of", "cleaned_from", "reformatted_from", "translated_from", "annotated_from", "prompts_from",
         "rewritten_from")  # fmt: skip


@dataclass(frozen=True)
class Licence:
    """A licence or a provider's terms; the columns of licenses.csv that say what it asks.

    ``commercial``, ``derivatives``, ``share_alike``, ``attribution`` and ``restricts_outputs`` are
    yes, no, conditional, or None where no source says.
    """

    id: str
    name: str
    kind: str
    organization: str | None
    effective: str | None
    url: str | None
    commercial: str | None
    derivatives: str | None
    share_alike: str | None
    attribution: str | None
    restricts_outputs: str | None
    summary: str | None
    source: Source


@dataclass(frozen=True)
class Inherited:
    """A licence that reaches a record.

    ``origin`` is the record whose licence it is, ``via`` the shortest way up to it (the edge nearest
    the record first), ``carries`` what of it arrives (see rules.toml), ``share`` the part of the
    record's rows that came this way, None where no source counts them, ``also`` the other records
    from which the same licence comes. ``undated`` is set where the day of generation is unknown, so
    that the version of a provider's terms is not known either.
    """

    license: Licence
    kind: Literal["licence", "provider terms"]
    origin: str
    carries: str
    via: tuple[Edge, ...]
    share: float | None
    also: tuple[str, ...] = ()
    undated: bool = False


@dataclass(frozen=True)
class Conflict:
    """Two licences that do not go together, in words, and the way by which they meet."""

    rule: str
    message: str
    via: tuple[Edge, ...]


@dataclass(frozen=True)
class Unknown:
    """An origin of which something is not known: ``reason`` says what, ``via`` how it is reached."""

    id: str
    reason: str
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


def terms(edition: Edition, id: str) -> Terms:
    """The terms that reach record ``id``, each by the shortest way.

    Raises:
        UnknownName: ``id`` is not the id of a dataset or model.
    """
    trace = lineage.ancestry(edition, id)
    nodes = {node.id: node for node in trace.nodes}
    licences = read_licences(edition)
    ways = shortest(id, trace.edges)
    found = [
        one
        for node_id, (via, carries) in ways.items()
        for one in arriving(nodes[node_id], via, carries, nodes, licences)
    ]
    own = licences.get(nodes[id].license or "")
    inherited = merged(one for one in found if one.carries != INFLUENCE)
    return Terms(
        root=id,
        own=own,
        inherited=inherited,
        influences=merged(one for one in found if one.carries == INFLUENCE),
        conflicts=tuple(conflicts(own, inherited)) if own else (),
        unknown=tuple(unknowns(id, nodes, ways, found)),
    )


def shortest(root: str, edges: Iterable[Edge]) -> dict[str, tuple[tuple[Edge, ...], str]]:
    """The shortest way to each record that something arrives from, and what arrives.

    Nothing arrives through a model's outputs but its provider's terms, so what a model was made
    from is left out there. A way by influence is taken only where there is no other.
    """
    above: dict[str, list[Edge]] = {}
    for edge in edges:
        above.setdefault(edge.child, []).append(edge)
    ways: dict[str, tuple[tuple[Edge, ...], str]] = {root: ((), "own")}
    for weak in (False, True):
        frontier = list(ways)
        while frontier:
            reached: list[str] = []
            for near in frontier:
                via, carried = ways[near]
                if carried in ("outputs", "labels") or (carried == INFLUENCE and not weak):
                    continue
                for edge in above.get(near, ()):
                    carries = rules().of(edge)
                    if edge.parent in ways or (carries == INFLUENCE and not weak):
                        continue
                    ways[edge.parent] = ((*via, edge), weakest(carried, carries))
                    reached.append(edge.parent)
            frontier = reached
    return ways


def weakest(before: str, carries: str) -> str:
    """What arrives by two steps: the first says what it is, outputs stay what they are."""
    if INFLUENCE in (before, carries):
        return INFLUENCE
    if before == "own" or carries in ("outputs", "labels"):
        return carries
    return "prompts" if (before, carries) == ("text", "prompts") else before


def arriving(
    node: Node,
    via: tuple[Edge, ...],
    carries: str,
    nodes: Mapping[str, Node],
    licences: Mapping[str, Licence],
) -> Iterator[Inherited]:
    """The licence of a record, or the terms under which a model's provider gave out its words."""
    if not via:
        return
    last, share = via[-1], share_of(via, nodes)
    own = licences.get(node.license or "")
    if own:
        is_provider = own.kind == "provider_terms"
        yield Inherited(own, "provider terms" if is_provider else "licence", node.id, carries, via, share)
    elif node.type == "model" and last.relation in ("generated_by", "distilled_from"):
        day = nodes[last.child].released
        provider = [
            one
            for one in licences.values()
            if one.kind == "provider_terms" and one.organization == node.organization
        ]
        version = as_of(provider, day)
        if version:
            undated = version.effective is None or day is None
            yield Inherited(version, "provider terms", node.id, carries, via, share, undated=undated)


def as_of(versions: Sequence[Licence], day: str | None) -> Licence | None:
    """The version of a provider's terms in force on a day; the one without a date where that is not known."""
    dated = sorted((one for one in versions if one.effective), key=lambda one: one.effective or "")
    in_force = [one for one in dated if day and (one.effective or "")[: len(day)] <= day]
    undated = [one for one in versions if not one.effective]
    return in_force[-1] if in_force else next(iter(undated or dated), None)


def share_of(via: Sequence[Edge], nodes: Mapping[str, Node]) -> float | None:
    """The part of the first child's rows that came all this way, from the counts of its edges."""
    share = 1.0
    for edge in via:
        if edge.relation == "trained_on" or nodes[edge.child].type == "model":
            return None
        rows = nodes[edge.child].rows
        if edge.rows is not None and rows:
            share *= min(1.0, edge.rows / rows)
        elif edge.relation not in WHOLE or edge.part:
            return None
    return share


def merged(found: Iterable[Inherited]) -> tuple[Inherited, ...]:
    """One entry a licence and kind of arrival, the shortest way first; the other origins named in it."""
    groups: dict[tuple[str, str], list[Inherited]] = {}
    for one in found:
        groups.setdefault((one.license.id, one.carries), []).append(one)
    entries = []
    for group in groups.values():
        first, *rest = sorted(group, key=lambda one: (len(one.via), one.origin))
        also = tuple(one.origin for one in rest)
        entries.append(replace(first, also=also))
    return tuple(sorted(entries, key=lambda one: (one.kind, one.license.id, one.carries)))


def conflicts(own: Licence, inherited: Iterable[Inherited]) -> Iterator[Conflict]:
    """Each inherited licence that the own one does not go with, by the first rule that says so."""
    for one in inherited:
        for rule in rules().conflicts:
            if one.license.id != own.id and fits(rule, own, one):
                message = rule.message.format(own=own.name, inherited=one.license.name)
                yield Conflict(rule.rule, message, one.via)
                break


def fits(rule: ConflictRule, own: Licence, one: Inherited) -> bool:
    return one.carries in rule.carries and all(
        getattr(licence, column) in values
        for licence, wanted in ((own, rule.own), (one.license, rule.inherited))
        for column, values in wanted.items()
    )


def unknowns(
    root: str,
    nodes: Mapping[str, Node],
    ways: Mapping[str, tuple[tuple[Edge, ...], str]],
    found: Iterable[Inherited],
) -> Iterator[Unknown]:
    """Records that something arrives from and of which the licence, or what they come from, is not known."""
    licensed = {one.origin for one in found}
    for id, (via, carries) in sorted(ways.items(), key=lambda item: (len(item[1][0]), item[0])):
        node = nodes[id]
        if carries == INFLUENCE:
            continue
        reasons = []
        if not (node.license if id == root else id in licensed):
            reasons.append("no licence known")
        if carries not in ("outputs", "labels") and node.upstream in ("partial", "undisclosed"):
            known = "not disclosed" if node.upstream == "undisclosed" else "disclosed in part"
            reasons.append(f"what it is made from is {known}")
        if node.status == "withdrawn":
            reasons.append("withdrawn by its makers")
        if reasons:
            yield Unknown(id, "; ".join(reasons), via)


@lru_cache(maxsize=8)
def read_licences(edition: Edition) -> dict[str, Licence]:
    """Every licence of the edition by its id."""
    columns = (
        "id, name, kind, organization, effective, url, commercial, derivatives, share_alike, attribution, "
        "restricts_outputs, summary, source"
    )
    rows = edition.index.execute(f"SELECT {columns} FROM licenses ORDER BY id").fetchall()
    return {row[0]: Licence(*(*row[:-1], source_of(edition, row[-1]))) for row in rows}
