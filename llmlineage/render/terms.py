"""Terms as text and as a JSON document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from llmlineage.graph.lineage import Edge
from llmlineage.graph.terms import NOTICE, Conflict, Inherited, Licence, Terms, Unknown
from llmlineage.graph.terms.rules import INFLUENCE
from llmlineage.render import document as documents
from llmlineage.render import words
from llmlineage.render.text import indented
from llmlineage.render.tree import Paint, plain

# What each kind of arrival is called before the name of the record that it comes from.
CARRIES = {
    "text": "text of", "prompts": "prompts of", "labels": "judgements by", "outputs": "written by",
    "weights": "weights of", "data": "trained on text of", "influence": "seeds or filters by",
}  # fmt: skip
# Unknowns beyond this many are counted, not listed.
MOST_UNKNOWN = 10


def text(
    terms: Terms, name: str, paint: Paint = plain, width: int | None = None, full: bool = False
) -> Iterator[str]:
    """What ``llmlineage terms`` prints."""
    yield paint(name, "root")
    yield f"own licence: {terms.own.name}" if terms.own else paint("own licence: not known", "unknown")
    if terms.own and asks(terms.own):
        yield from indented(asks(terms.own), "    ", width)
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
            for one in sorted(these, key=severity):
                yield from arrival(one, paint, width)
    if terms.influences:
        yield ""
        yield paint("Influence only: nothing of these stands in it", "heading")
        for one in terms.influences:
            yield from arrival(one, paint, width)
    if terms.unknown:
        yield ""
        yield paint(
            f"Not known, so not counted as fine: {words.plural(len(terms.unknown), 'record')}", "heading"
        )
        shown = terms.unknown if full else terms.unknown[:MOST_UNKNOWN]
        for unknown in shown:
            yield from indented(f"{unknown.id}: {unknown.reason}", "  ", width)
        if len(shown) < len(terms.unknown):
            yield f"  and {len(terms.unknown) - len(shown)} more; --full lists them"
    yield ""
    yield NOTICE


def arrival(one: Inherited, paint: Paint, width: int | None) -> Iterator[str]:
    also = f" and {words.plural(len(one.also), 'more record')}" if one.also else ""
    share = f", {one.share:.1%} of the rows" if one.share is not None and one.carries != INFLUENCE else ""
    undated = "; which version was in force is not known" if one.undated else ""
    yield f"  {paint(one.license.name, 'name')}"
    if asked := asks(one.license):
        yield from indented(asked, "    ", width)
    yield from indented(f"{CARRIES[one.carries]} {one.origin}{also}{share}{undated}", "    ", width)
    yield from indented(f"by: {way(one.via)}", "    ", width)
    yield f"    {paint(one.via[-1].source.url, 'step')}"


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


def severity(one: Inherited) -> tuple[bool, ...]:
    """Sorts what asks most first."""
    licence = one.license
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
        "unknown": [one.id for one in terms.unknown],
        "unknown_reasons": [unknown(one) for one in terms.unknown],
        "notice": NOTICE,
    }


def inherited(one: Inherited) -> dict[str, Any]:
    return {
        "license": licence_document(one.license),
        "kind": one.kind,
        "origin": one.origin,
        "carries": one.carries,
        "via": [documents.edge(edge) for edge in one.via],
        "share": one.share,
        "also": list(one.also),
        "undated": one.undated,
    }


def conflict(one: Conflict) -> dict[str, Any]:
    return {"rule": one.rule, "message": one.message, "via": [documents.edge(edge) for edge in one.via]}


def unknown(one: Unknown) -> dict[str, Any]:
    return {"id": one.id, "reason": one.reason, "via": [documents.edge(edge) for edge in one.via]}


def licence_document(one: Licence) -> dict[str, Any]:
    columns = {name: value for name, value in vars(one).items() if name != "source"}
    return columns | {"source": documents.source(one.source)}
