"""One record as text: what is known of it, its steps either way, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from llmlineage.graph.lineage import Edge, Node, Source
from llmlineage.graph.names import NODE_TABLES
from llmlineage.graph.records import Document, Record
from llmlineage.render import words
from llmlineage.render.table import columns
from llmlineage.render.text import step
from llmlineage.render.tree import Paint, plain
from llmlineage.render.wrapping import indented

# Edges of one kind beyond this many are counted, not listed, and so are the members of a family.
MOST_EDGES = 12
MOST_MEMBERS = 50
# Columns that are told in another place than among the facts.
ASIDE = ("name", "summary", "locator", "rows_precision")


@dataclass
class _Report:
    """How it is written, and the documents that were cited so far, by number."""

    paint: Paint
    width: int | None
    sources: dict[str, Source] = field(default_factory=dict)

    def lines(self, text: str, indent: str = "", hanging: str = "") -> list[str]:
        return indented(text, indent, self.width, hanging)

    def heading(self, text: str) -> Iterator[str]:
        yield ""
        yield self.paint(text, "heading")

    def cite(self, source: Source) -> str:
        """The number of a document; it is listed at the foot."""
        self.sources.setdefault(source.id, source)
        return self.paint(f"[{list(self.sources).index(source.id) + 1}]", "step")


def record(one: Record, paint: Paint = plain, width: int | None = None) -> Iterator[str]:
    """Everything known of a record; ``width`` wraps it."""
    report = _Report(paint, width)
    report.cite(one.source)
    name = paint(str(one.columns.get("name") or one.id), "root")
    yield from report.lines(f"{name}  {one.id} ({one.table.removesuffix('s')})")
    if one.columns.get("summary"):
        yield from report.lines(str(one.columns["summary"]))
    yield from facts(one, report)
    if one.aliases:
        yield ""
        yield from report.lines(f"Also called {', '.join(map(str, one.aliases))}", hanging="  ")
    yield from members(one, report)
    yield from steps("Made from", one.parents, "up", report)
    yield from steps("Made from it", one.children, "down", report)
    yield from used(one, report)
    if one.discrepancies:
        yield from report.heading("Disputed")
        for claim in one.discrepancies:
            yield from report.lines(discrepancy(claim, report), "  ", "  ")
    yield from sources(one, report)


def document(one: Document, paint: Paint = plain, width: int | None = None) -> Iterator[str]:
    """A source as it was read, and what rests on it."""
    report = _Report(paint, width)
    yield from report.lines(f"{paint(one.title, 'root')}  {one.id} ({one.kind.replace('_', ' ')})")
    yield from report.lines(one.url)
    yield ""
    for said, value in (("published", one.published), ("read on", one.accessed), ("as of", one.as_of)):
        if value:
            yield from report.lines(f"  {paint(said.ljust(9), 'step')}  {value}", hanging="             ")
    if one.records:
        yield from report.heading(words.plural(len(one.records), "record"))
        yield from report.lines(", ".join(one.records), "  ")
    if one.edges:
        yield from report.heading(words.plural(len(one.edges), "step"))
        for child, how, parent in one.edges:
            yield from report.lines(f"{child} {how.replace('_', ' ')} {parent}", "  ", "    ")


def facts(one: Record, report: _Report) -> Iterator[str]:
    """One fact a line, and a long one on as many as it needs."""
    told = {name: said for name in one.columns if name not in ASIDE and (said := fact(one, name, report))}
    wide = max(map(len, told), default=0)
    if told:
        yield ""
    for name, said in told.items():
        label = report.paint(name.replace("_", " ").ljust(wide), "step")
        first, *more = report.lines(said, " " * (wide + 4))
        yield f"  {label}  {first.lstrip(' ')}"
        yield from more


def fact(one: Record, name: str, report: _Report) -> str:
    """A column as a person says it; empty where it says nothing."""
    value = one.columns[name]
    if name == "license" and one.table in NODE_TABLES:
        return licence(one, report)
    if name == "upstream":
        said = words.UPSTREAM.get(str(value))
        return report.paint(said, "unknown") if said else str(value)
    if name == "rows" and isinstance(value, int):
        precision = one.columns.get("rows_precision")
        return words.count(value, None if precision is None else str(precision))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "" if value is None else str(value)


def licence(one: Record, report: _Report) -> str:
    """The licence; what nobody has looked up is told apart from what the makers do not state.

    A family has none of its own.
    """
    id = one.columns["license"]
    if id == words.NONE_STATED:
        return report.paint("none stated by its makers", "unknown")
    unknown = "" if one.columns.get("kind") == "family" else report.paint("not looked up", "unknown")
    return str(id) if id else unknown


def members(one: Record, report: _Report) -> Iterator[str]:
    """The versions of a family, each with its date, its size and its licence."""
    if not one.members:
        return
    yield from report.heading(words.plural(len(one.members), "member"))
    shown = one.members[:MOST_MEMBERS]
    rows = [(each.id, each.released or "no date", size_of(each), each.license) for each in shown]
    inner = None if report.width is None else report.width - 2
    _, *lines = columns(("", "", "", ""), rows, inner)
    yield from (f"  {line}" for line in lines)
    if len(shown) < len(one.members):
        more = len(one.members) - len(shown)
        yield from report.lines(
            f"and {more} more: llmlineage trace {one.id} --depth 1 --relation member", "  "
        )


def size_of(member: Node) -> str | None:
    if member.parameters is not None:
        return words.size(member.parameters)
    rows = words.count(member.rows, member.rows_precision)
    return f"{rows} rows" if rows else None


def steps(heading: str, these: Sequence[Edge], direction: str, report: _Report) -> Iterator[str]:
    """The steps to parents, all of them, or to children, the first of them."""
    if not these:
        return
    yield from report.heading(heading)
    shown = these if direction == "up" else these[:MOST_EDGES]
    for edge in shown:
        said = f"{step(edge, direction, report.paint)} {report.cite(edge.source)}"
        yield from report.lines(said, "  ", "    ")
    if len(shown) < len(these):
        more = len(these) - len(shown)
        yield from report.lines(
            f"and {more} more: llmlineage trace {these[0].parent} --down --depth 1", "  ", "  "
        )


def used(one: Record, report: _Report) -> Iterator[str]:
    """Who used a method: the steps that were made by it, by kind, and the models that are built so."""
    cut = False
    for kind, users in by_kind(one.used_by):
        yield from report.heading(f"{kind}: {len(users):,}")
        for edges in users[:MOST_EDGES]:
            yield from report.lines(use(edges, report), "  ", "    ")
        if len(users) > MOST_EDGES:
            cut = True
            yield f"  and {len(users) - MOST_EDGES:,} more"
    if cut:
        yield ""
        yield from report.lines(f"All steps: llmlineage tables edges --where \"method = '{one.id}'\"")
    if one.used_in:
        yield from report.heading(f"Part of the architecture of {words.plural(len(one.used_in), 'model')}")
        more = len(one.used_in) - MOST_EDGES
        named = ", ".join(report.paint(id, "name") for id in one.used_in[:MOST_EDGES])
        yield from report.lines(named + (f" and {more:,} more" if more > 0 else ""), "  ")
        if more > 0:
            yield from report.lines(
                "All models: llmlineage tables models --columns id,architecture "
                f"--where \"architecture LIKE '%{one.id}%'\"",
                "  ",
                "  ",
            )


def by_kind(these: Iterable[Edge]) -> list[tuple[str, list[list[Edge]]]]:
    """For each kind of step, those of each record that took it; kinds that most took come first."""
    found = [
        (kind, [list(edges) for _, edges in groupby(group, key=lambda edge: edge.child)])
        for kind, group in groupby(sorted(these, key=lambda one: (kind_of(one), one.child)), key=kind_of)
    ]
    return sorted(found, key=lambda pair: (-len(pair[1]), pair[0]))


def use(edges: Sequence[Edge], report: _Report) -> str:
    """One record and what it made from others by the method."""
    parents = ", ".join(f"{edge.parent}{words.along(edge)}" for edge in edges)
    bases = dict.fromkeys(edge.basis for edge in edges if edge.basis != "stated")
    cited = " ".join(dict.fromkeys(report.cite(edge.source) for edge in edges))
    known = f", {' and '.join(bases)}" if bases else ""
    return f"{report.paint(edges[0].child, 'name')}: {parents}{known} {cited}"


def kind_of(edge: Edge) -> str:
    """``Models, preference-tuned on a dataset``: what came later, the step, and what came before."""
    is_model = edge.stage is not None or edge.relation in words.BETWEEN_MODELS
    parent = "model" if edge.role or edge.relation in words.BETWEEN_MODELS else "dataset"
    return f"{'Models' if is_model else 'Datasets'}, {words.step(edge)} a {parent}"


def discrepancy(claim: Mapping[str, object], report: _Report) -> str:
    """A claim that was not accepted, who makes it, and what is accepted instead."""
    stated_by = claim["stated_by"]
    said_by = report.cite(stated_by) if isinstance(stated_by, Source) else stated_by
    accepted = f"accepted: {claim['accepted']}" if claim["accepted"] else "not accepted"
    return f"{report.paint(str(claim['attribute']), 'unknown')}: {said_by} says {claim['stated']}; {accepted}"


def sources(one: Record, report: _Report) -> Iterator[str]:
    """What the record and its steps rest on; the record itself rests on the first."""
    yield from report.heading("Sources" if len(report.sources) > 1 else "Source")
    for number, source in enumerate(report.sources.values(), start=1):
        yield from report.lines(f"[{number}] {source.title}", hanging="    ")
        yield f"    {source.url}"
        if number == 1 and one.columns.get("locator"):
            yield from report.lines(str(one.columns["locator"]), "    ")
