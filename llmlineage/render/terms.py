"""Terms as text and as a JSON document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from llmlineage.graph.lineage import Edge
from llmlineage.graph.terms import NOTICE, Conflict, Inherited, Terms, Unknown
from llmlineage.graph.terms.licences import Licence
from llmlineage.render import document as documents
from llmlineage.render import words
from llmlineage.render.text import indented
from llmlineage.render.tree import Paint, plain

# Unknowns beyond this many are counted, not listed.
MOST_UNKNOWN = 10
# What is not known, in words: what nobody has looked up, and what makers keep to themselves.
REASONS = {
    "no licence looked up": "its licence was not looked up yet",
    "unread": "no document of its makers was read yet",
    "undisclosed": "its makers do not say what it is made from",
    "partial": "what it is made from is known in part",
    "withdrawn": "withdrawn by its makers",
    "unreleased": "never released",
}


def text(
    terms: Terms, name: str, paint: Paint = plain, width: int | None = None, full: bool = False
) -> Iterator[str]:
    """What ``llmlineage terms`` prints."""
    yield paint(name, "root")
    own = terms.own
    yield f"own licence: {own.name}" if own else paint("own licence: not looked up yet", "unknown")
    if own and asks(own):
        yield from indented(asks(own), "    ", width)
    if terms.conflicts:
        yield ""
        yield paint("Conflicts", "heading")
        for conflict in terms.conflicts:
            yield from indented(f"! {conflict.message}", "  ", width)
            yield from indented(f"by: {way(conflict.via)}", "    ", width)
    for heading, kind in (("Inherited licences", "licence"), ("Providers' terms", "provider terms")):
        these = [one for one in terms.inherited if one.kind == kind]
        if these:
            yield ""
            yield paint(heading, "heading")
            yield from arrivals(these, paint, width)
    if terms.influences:
        yield ""
        yield paint("Influence only: nothing of these stands in it", "heading")
        yield from arrivals(terms.influences, paint, width)
    if terms.unknown:
        yield ""
        records = len({one.id for one in terms.unknown})
        yield paint(f"Not known, so not counted as fine: {words.plural(records, 'record')}", "heading")
        yield from unknowns(terms.unknown, width, None if full else MOST_UNKNOWN)
    yield ""
    yield NOTICE


def arrivals(these: Sequence[Inherited], paint: Paint, width: int | None) -> Iterator[str]:
    """One entry a licence, what asks most first; below it, each thing that it reaches."""
    groups: dict[str, list[Inherited]] = {}
    for one in sorted(these, key=lambda one: (severity(one.license), len(one.via))):
        groups.setdefault(one.license.id, []).append(one)
    for group in groups.values():
        licence = group[0].license
        yield f"  {paint(licence.name, 'name')}"
        if asked := asks(licence):
            yield from indented(asked, "    ", width)
        for alike in same_way(group):
            yield from indented(said(alike), "    ", width)
            yield from indented(f"by: {way(alike[0].via)}", "      ", width)
            yield f"      {paint(alike[0].via[-1].source.url, 'step')}"


def same_way(group: Iterable[Inherited]) -> list[list[Inherited]]:
    """Entries that come by one way, such as prompts and responses together."""
    ways: dict[tuple[object, ...], list[Inherited]] = {}
    for one in group:
        ways.setdefault((one.origin, one.brings, *map(id, one.via)), []).append(one)
    return list(ways.values())


def said(these: Sequence[Inherited]) -> str:
    """What comes, from which record, and what is not sure of it."""
    one = these[0]
    components = list(dict.fromkeys(each.component for each in these))
    also = f" and {words.plural(len(one.also), 'more record')}" if one.also else ""
    share = f", {one.share:.1%} of the rows" if one.share is not None and one.via else ""
    altered = ", rewritten" if all(each.altered for each in these) else ""
    later = ", ".join(other.name for other in one.alternatives)
    or_later = f"; or, by the dates known, {later}" if later else ""
    reading = "; a reading: the licence is of the weights" if one.reading else ""
    return f"{what(one, components)} {one.origin}{also}{altered}{share}{or_later}{reading}"


def what(one: Inherited, components: Sequence[str]) -> str:
    """What comes with a licence, before the name of the record that it comes from."""
    parts = "text" if {"prompts", "responses"} <= set(components) else " and ".join(components)
    if one.brings == "weights":
        return "weights of"
    if one.brings == "outputs":
        if components == ["labels"]:
            return "judgements by"
        wrote = "translated by" if one.via[-1].role == "translated" else "written by"
        return f"trained on what was {wrote}" if "data" in components else f"{parts} {wrote}"
    if "data" in components:
        return "trained on text of"
    return "seeds or filters by" if "influence" in components else f"{parts} of"


def unknowns(these: Sequence[Unknown], width: int | None, most: int | None) -> Iterator[str]:
    """One line a record with all that is not known of it."""
    reasons: dict[str, list[str]] = {}
    for one in these:
        reasons.setdefault(one.id, []).append(REASONS[one.reason])
    shown = list(reasons.items())[:most]
    for id, why in shown:
        yield from indented(f"{id}: {'; '.join(why)}", "  ", width)
    if len(shown) < len(reasons):
        yield f"  and {len(reasons) - len(shown)} more; --full lists them"


def way(via: Sequence[Edge]) -> str:
    """The steps from the record up, on one line."""
    return " > ".join(f"{words.step(edge)} {edge.parent}" for edge in via)


def asks(one: Licence) -> str:
    """What a licence asks or forbids, in a few words each; what it allows freely is left out."""
    words_for = (
        ("commercial", {"no": "no commercial use", "conditional": "commercial use on conditions"}),
        ("derivatives", {"no": "no derivatives", "conditional": "derivatives on conditions"}),
        ("share_alike", {"yes": "share-alike", "conditional": "its terms go with derivatives"}),
        ("attribution", {"yes": "attribution"}),
        (
            "restricts_outputs",
            {"yes": "limits training on outputs", "conditional": "conditions for training on outputs"},
        ),
    )
    said = (meaning.get(getattr(one, column) or "") for column, meaning in words_for)
    return ", ".join(filter(None, said))


def severity(licence: Licence) -> tuple[bool, ...]:
    """Sorts what asks most first."""
    return (
        licence.commercial != "no",
        licence.restricts_outputs != "yes",
        licence.derivatives != "no",
        licence.share_alike != "yes",
        licence.commercial == "yes",
    )


def document(terms: Terms) -> dict[str, Any]:
    """What ``llmlineage terms --json`` prints."""
    return {
        "root": terms.root,
        "own": licence_document(terms.own) if terms.own else None,
        "inherited": [inherited(one) for one in terms.inherited],
        "influences": [inherited(one) for one in terms.influences],
        "conflicts": [conflict(one) for one in terms.conflicts],
        "unknown": list(dict.fromkeys(one.id for one in terms.unknown)),
        "unknown_reasons": [unknown(one) for one in terms.unknown],
        "notice": NOTICE,
    }


def inherited(one: Inherited) -> dict[str, Any]:
    return {
        "license": licence_document(one.license),
        "kind": one.kind,
        "component": one.component,
        "brings": one.brings,
        "altered": one.altered,
        "or": [licence_document(other) for other in one.alternatives],
        "reading": one.reading,
        "origin": one.origin,
        "also": list(one.also),
        "via": [documents.edge(edge) for edge in one.via],
        "share": one.share,
    }


def conflict(one: Conflict) -> dict[str, Any]:
    return {"rule": one.rule, "message": one.message, "via": [documents.edge(edge) for edge in one.via]}


def unknown(one: Unknown) -> dict[str, Any]:
    return {"id": one.id, "reason": one.reason, "via": [documents.edge(edge) for edge in one.via]}


def licence_document(one: Licence) -> dict[str, Any]:
    columns = {name: value for name, value in vars(one).items() if name != "source"}
    return columns | {"source": documents.source(one.source)}
