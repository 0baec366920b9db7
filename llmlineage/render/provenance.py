"""The sections of a card that say what stands in it: parents, licences, writers, benchmarks, unknowns.

Every statement is Markdown on one line, with a link to the document that makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from llmlineage.audit import Arriving, Generator
from llmlineage.graph.benchmarks import Reached
from llmlineage.graph.lineage import Edge, Source
from llmlineage.graph.terms import NONE_STATED, NOTICE, Conflict, Inherited, Unknown
from llmlineage.graph.terms.licences import Licence
from llmlineage.graph.travel import INFLUENCE
from llmlineage.render import terms as render_terms
from llmlineage.render import words
from llmlineage.render.benchmarks import SPLITS
from llmlineage.render.markdown import cell, link, plain
from llmlineage.render.terms import asks, severity, way

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
# Names of one line beyond this many are counted.
MOST = 12
UPSTREAM = {
    "root": "It was written by people, or collected, and is made from no other dataset or model.",
    "complete": "Everything that it was made from directly is listed here.",
    "partial": "Not everything that it was made from is known; what is known is listed here.",
    "undisclosed": "What it was made from is not disclosed by its makers.",
    "unread": "What it was made from is not known here: no document of its makers was read yet.",
}
REASONS = {
    "no licence looked up": "licence not looked up yet",
    "unread": "no document of the makers was read yet",
    "undisclosed": "the makers do not say what it is made from",
    "partial": "what it is made from is known in part",
    "withdrawn": "withdrawn by the makers",
    "unreleased": "never released",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table of parents."""

    step: str
    what: str
    rows: str
    known: str
    source: str


@dataclass(frozen=True)
class Contents:
    """What a card tells beside the parents. ``entry`` is the record of the card, whose own name goes without
    saying in a way; None where a config names several. ``sources`` has for each record the document that it
    rests on."""

    entry: str | None
    own: Licence | None
    arriving: Sequence[Arriving]
    conflicts: Sequence[Conflict]
    generators: Sequence[Generator]
    benchmarks: Sequence[Reached]
    unknown: Sequence[Unknown]
    sources: Mapping[str, Source]
    nameless: Sequence[str] = ()


def provenance(
    upstream: str, steps: Sequence[Step], contents: Contents, further: Sequence[Step] = ()
) -> Iterator[str]:
    """The whole section; a part of which there is nothing to say is left out. ``further`` are steps that
    the makers state beside the direct ones, and that lead through one of these."""
    yield "## Provenance"
    yield ""
    yield UPSTREAM[upstream]
    for heading, lines in (
        ("Direct parents", list(parents(steps, further))),
        ("Licences and terms", list(licences(contents))),
        ("Models that wrote or judged its text", list(writers(contents))),
        ("Benchmarks whose items it holds", list(benchmarks(contents))),
        ("Not known", list(unknown(contents))),
    ):
        if lines:
            yield from ("", f"### {heading}", "", *lines)
    yield ""
    yield f"Recorded by [llmlineage](https://github.com/llmlineage/llmlineage). {NOTICE}"


def parents(steps: Sequence[Step], further: Sequence[Step]) -> Iterator[str]:
    if steps:
        yield "| | made from | rows | how it is known | source |"
        yield "|---|---|---:|---|---|"
    for one in steps:
        yield "| " + " | ".join(map(cell, (one.step, one.what, one.rows, one.known, one.source))) + " |"
    if further:
        yield ""
    for one in further:
        yield f"Through these, {one.step} {one.what}: {one.source}"


def licences(contents: Contents) -> Iterator[str]:
    """The own licence, then what comes with the parents and theirs, what asks most first."""
    if contents.entry:
        yield f"- Its own: {own(contents.own, contents.sources[contents.entry])}"
    found = sorted(
        (one for one in contents.arriving if one.inherited.component != INFLUENCE),
        key=lambda one: (severity(one.inherited.license), len(one.inherited.via), one.entry),
    )
    for group in grouped(found, lambda one: one.inherited.license.id).values():
        yield inherited(group, contents)
    for conflict in contents.conflicts:
        source = conflict.via[-1].source
        start = f"- Conflict: {plain(conflict.message)} ({plain(way(conflict.via))})"
        yield f"{start}, {link(source.title, source.url)}"


def own(licence: Licence | None, source: Source) -> str:
    if licence is None:
        return "not looked up yet"
    at = link(source.title, source.url)
    if licence.id == NONE_STATED:
        return f"its makers state none, {at}"
    return f"{named(licence)}, {at}"


def named(licence: Licence) -> str:
    asked = f" ({asks(licence)})" if asks(licence) else ""
    return (link(licence.name, licence.url) if licence.url else plain(licence.name)) + plain(asked)


def inherited(group: Sequence[Arriving], contents: Contents) -> str:
    """One licence: what it asks, and the nearest of what it comes with."""
    first = group[0]
    ways = grouped(group, lambda one: (one.entry, one.inherited.origin, one.inherited.brings))
    alike = next(iter(ways.values()))
    others = {
        id for one in group for id in (one.inherited.origin, *one.inherited.also)
    } - {first.inherited.origin}  # fmt: skip
    more = f"; and with {words.plural(len(others), 'more record')}" if others else ""
    came = coming(first.entry, [one.inherited for one in alike], contents)
    return f"- {named(first.inherited.license)}; {came}{more}"


def coming(entry: str, these: Sequence[Inherited], contents: Contents) -> str:
    """What comes with a licence and by which way, and the document that says so: of text and weights the
    one that the origin rests on, of what a model wrote the one that says that it did."""
    first = these[0]
    if not first.via:
        source = contents.sources[first.origin]
        return f"{plain(first.origin)}'s own, {link(source.title, source.url)}"
    last = first.via[-1].source
    source = last if first.brings == "outputs" else contents.sources.get(first.origin, last)
    # The whole of a parent goes without saying.
    bare = [replace(one, also=(), share=None if one.share == 1 else one.share) for one in these]
    said = as_data(render_terms.said(bare))
    return f"{plain(said)}{by(entry, first.via, contents)}, {link(source.title, source.url)}"


def as_data(said: str) -> str:
    """Of a model, what came by whatever stage of training: the way says whether it was tuned on
    preferences."""
    return said.replace("trained on what was written by", "data written by").replace(
        "trained on text of", "data of"
    )


def by(entry: str, via: Sequence[Edge], contents: Contents) -> str:
    """A way in brackets, from the record of the card, which goes without saying, or from what a config
    names."""
    start = () if entry == contents.entry else (entry,)
    said = ": ".join((*start, *filter(None, [way(via)])))
    return f" ({plain(said)})" if said else ""


def writers(contents: Contents) -> Iterator[str]:
    """Models that did the same with the same text on one line, with the way there."""
    alike = grouped(
        contents.generators,
        lambda one: (one.entry, one.components, one.via[:-1], one.via[-1].source.id),
    )
    for group in alike.values():
        first = group[0]
        source = first.via[-1].source
        names = ", ".join(plain(one.id) for one in group)
        start = by(first.entry, first.via[:-1], contents)
        yield f"- {made(first.components)} by {names}{start}, {link(source.title, source.url)}"


def made(components: Sequence[str]) -> str:
    """What models made of a dataset, or of what a model was trained on."""
    if {"prompts", "responses"} <= set(components):
        components = ["text", *(one for one in components if one not in ("prompts", "responses"))]
    called = {"labels": "judgements", "data": "training data"}
    return " and ".join(called.get(one, one) for one in components)


def benchmarks(contents: Contents) -> Iterator[str]:
    """Those that came by one dataset on one line, the gravest split first."""
    there = [one for one in contents.benchmarks if one.component != INFLUENCE]
    alike = grouped(there, lambda one: (one.split, one.altered, one.via[-1].child if one.via else one.record))
    for group in alike.values():
        first = group[0]
        names = ", ".join(plain(one.benchmark + (f" ({one.part})" if one.part else "")) for one in group)
        altered = ", rewritten" if first.altered else ""
        if not first.via:
            yield f"- {SPLITS[first.split]}: {names}, named in the config"
            continue
        read = dict.fromkeys(one.via[-1].source for one in group)
        sources = ", ".join(link(source.title, source.url) for source in read)
        start = by(first.record, first.via[:-1], contents)
        yield f"- {SPLITS[first.split]}{altered}: {names}{start}, {sources}"


def unknown(contents: Contents) -> Iterator[str]:
    """One line a reason with the records of which it holds, each with the document that it rests on."""
    for reason, group in grouped(contents.unknown, lambda one: one.reason).items():
        ids = list(dict.fromkeys(one.id for one in group))
        yield f"- {REASONS[reason]}: {few([cited(id, contents) for id in ids])}"
    if contents.nameless:
        yield f"- no record: {few([plain(name) for name in contents.nameless])}"


def few(names: Sequence[str]) -> str:
    """The nearest, and how many more there are."""
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return ", ".join(names[:MOST]) + more


def cited(id: str, contents: Contents) -> str:
    source = contents.sources.get(id)
    return link(id, source.url) if source else plain(id)


def grouped(these: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Those that are alike together, in the order of the first of each."""
    groups: dict[K, list[T]] = {}
    for one in these:
        groups.setdefault(key(one), []).append(one)
    return groups
