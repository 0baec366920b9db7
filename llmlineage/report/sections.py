"""The sections of a report, in its order; each says outright where nothing is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from llmlineage.audit import Arriving, Audit
from llmlineage.audit.doubles import DoubleCount, double_counts
from llmlineage.edition import Edition
from llmlineage.graph import lineage, records
from llmlineage.graph.lineage import MEMBER, Edge, Node
from llmlineage.graph.terms import NONE_STATED
from llmlineage.graph.terms.licences import read_licences
from llmlineage.graph.travel import INFLUENCE
from llmlineage.render import words
from llmlineage.render.audit import QUESTIONS, case
from llmlineage.render.benchmarks import SPLITS
from llmlineage.render.provenance import REASONS, UPSTREAM, grouped, made
from llmlineage.render.terms import asks, said, severity, way
from llmlineage.report import Cell, Section, Sources

HUB = "https://huggingface.co"
# What a reader must know of how an edge is known.
BASIS = (
    "stated: by its makers; reported: by others; inferred: by the curators, for the reason given; "
    "measured: on the rows themselves."
)


def sections(edition: Edition, found: Audit, id: str | None, sources: Sources) -> Iterator[Section]:
    nodes, edges = all_above(edition, found)
    if id:
        yield overview(edition, id, sources)
    else:
        yield named(found)
    yield glance(edition, found)
    if id:
        yield parents(id, nodes, edges, sources)
    yield further(id, nodes, edges, sources)
    yield licences(found, edition, sources)
    yield conflicts(found, id, sources)
    yield writers(found, sources)
    yield benchmarks(found, sources)
    yield doubles(edition, found, id, nodes, sources)
    yield measured(edges, sources)
    yield unknown(found, edition, sources)
    yield disputed(edition, nodes, sources)


def all_above(edition: Edition, found: Audit) -> tuple[dict[str, Node], list[Edge]]:
    """Every record above what is named, nearest first, and every edge between them once."""
    nodes: dict[str, Node] = {}
    edges: dict[tuple[object, ...], Edge] = {}
    for one in (*found.models, *found.datasets):
        trace = lineage.ancestry(edition, one.id) if one.id else None
        for node in trace.nodes if trace else ():
            if node.id not in nodes or node.depth < nodes[node.id].depth:
                nodes[node.id] = node
        for edge in trace.edges if trace else ():
            edges.setdefault((edge.child, edge.relation, edge.role, edge.stage, edge.parent, edge.part), edge)
    return nodes, list(edges.values())


def overview(edition: Edition, id: str, sources: Sources) -> Section:
    node = lineage.trace(edition, id, depth=0).nodes[0]
    record = records.record(edition, f"{node.type}s", id)
    place = (sources.cite(record.source, str(record.columns.get("locator") or "") or None),)
    cited = (sources.cite(record.source),)
    facts = record.columns
    organization = edition.index.execute(
        "SELECT name FROM organizations WHERE id = ?", (facts.get("organization"),)
    ).fetchone()
    size = words.count(node.rows, node.rows_precision)
    told = {
        "Name": node.name,
        "What it is": facts.get("summary"),
        "Kind": f"{node.kind} {node.type}" if node.kind != node.type else node.type,
        "Made by": organization[0] if organization else None,
        "First released": node.released,
        "Size": f"{size} rows" if size else None,
        "Parameters": f"{node.parameters:,}" if node.parameters else None,
        "Training tokens": number(facts.get("training_tokens")),
        "Tokens": number(facts.get("tokens")),
        "Languages": ", ".join(map(str, languages(facts.get("languages")))) or None,
        "Licence": licence_words(edition, node),
        "To be had": node.status,
        "Where": hub_address(node) or facts.get("url"),
        "Remarks": facts.get("note"),
    }  # fmt: skip
    rows = [
        (
            Cell(name),
            Cell(str(value), str(value) if name == "Where" else None, place if name == "Name" else cited),
        )
        if value
        else (Cell(name), Cell("not known"))
        for name, value in told.items()
        if value or name in ("Made by", "First released", "Licence")
    ]
    return Section("What it is", UPSTREAM[node.upstream], ("", ""), tuple(rows))


def hub_address(node: Node) -> str | None:
    if not node.hub_id:
        return None
    return f"{HUB}/{'datasets/' if node.type == 'dataset' else ''}{node.hub_id}"


def languages(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def number(value: object) -> str | None:
    return f"{value:,}" if isinstance(value, int) else None


def licence_words(edition: Edition, node: Node) -> str:
    if not node.license:
        return "not looked up yet"
    if node.license == NONE_STATED:
        return "its makers state none"
    found = read_licences(edition).get(node.license)
    return f"{found.name}{f' ({asks(found)})' if asks(found) else ''}" if found else node.license


def named(found: Audit) -> Section:
    """What a config trains on and starts from."""
    rows = []
    for one in (*found.models, *found.datasets):
        what = one.node.name if one.node else "no record"
        rows.append((
            Cell(one.name),
            Cell(what),
            Cell(words.count(one.node.rows, one.node.rows_precision) if one.node else ""),
            Cell((one.node.license or "not looked up") if one.node else "not known"),
            Cell(", ".join(one.writers)),
        ))  # fmt: skip
    lead = f"A config of {found.config.framework}; its own rows and weights are taken as it names them."
    return Section(
        "What is trained, and on what",
        lead,
        ("named", "record", "rows", "licence", "written by"),
        tuple(rows),
    )


def glance(edition: Edition, found: Audit) -> Section:
    """The verdict of the audit, counted."""
    licences = read_licences(edition)
    rows, clear = [], []
    for question, category in QUESTIONS:
        these = [one for one in found.findings if one.category == category and one.ignored is None]
        if these:
            rows.append((Cell(question), Cell(f"{len(these):,}"), Cell(case(these, licences))))
        elif category != "no-record":
            clear.append(question)
    lead = "What comes with it that one may have to act on, the weightiest case of each."
    if clear:
        lead += f" None found of: {', '.join(clear)}."
    return Section("At a glance", lead, ("", "cases", "the weightiest"), tuple(rows))


def parents(id: str, nodes: dict[str, Node], edges: Sequence[Edge], sources: Sources) -> Section:
    direct = [edge for edge in edges if edge.child == id]
    lead = f"{UPSTREAM[nodes[id].upstream]} How it is known: {BASIS}"
    return Section("Made from", lead, STEPS[1:], tuple(step(edge, nodes, sources)[1:] for edge in direct))


STEPS = ("record", "how", "from", "rows", "known", "source")


def step(edge: Edge, nodes: dict[str, Node], sources: Sources) -> tuple[Cell, ...]:
    parent = nodes[edge.parent]
    part = f" ({edge.part})" if edge.part else ""
    left_out = f", without {', '.join(edge.without)}" if edge.without else ""
    known = f"{edge.basis}: {edge.note}" if edge.note and edge.basis != "stated" else edge.basis
    return (
        Cell(nodes[edge.child].name),
        Cell(words.step(edge) + (f", {edge.split} split" if edge.split else "")),
        Cell(parent.name + part + left_out, hub_address(parent)),
        Cell(words.count(edge.rows, edge.rows_precision)),
        Cell(known),
        Cell("", None, (sources.of_edge(edge),)),
    )


def further(id: str | None, nodes: dict[str, Node], edges: Sequence[Edge], sources: Sources) -> Section:
    """Every step further up, nearest first, to the roots."""
    steps = [edge for edge in edges if edge.child != id and edge.relation != MEMBER]
    steps.sort(key=lambda edge: (nodes[edge.child].depth, edge.child))
    roots = sum(node.upstream == "root" for node in nodes.values())
    dark = sum(node.upstream in ("undisclosed", "partial", "unread") for node in nodes.values())
    lead = (
        f"{words.plural(len(nodes) - bool(id), 'record')} in {words.plural(len(edges), 'step')}; "
        f"{words.plural(roots, 'root')}, and {dark} of which the origin is not known or only in part."
    )
    return Section(
        "Further up, to the roots", lead, STEPS, tuple(step(edge, nodes, sources) for edge in steps)
    )


def licences(found: Audit, edition: Edition, sources: Sources) -> Section:
    """One row a licence with the nearest of what it comes with, and the names of all the others."""
    arriving = sorted(
        (one for one in found.arriving if one.inherited.component != INFLUENCE),
        key=lambda one: (severity(one.inherited.license), len(one.inherited.via), one.entry),
    )
    documents = records.sources_of(edition, {one.inherited.origin for one in arriving})
    rows = []
    for group in grouped(arriving, lambda one: one.inherited.license.id).values():
        first = group[0].inherited
        own = (sources.cite(documents[first.origin]),) if first.origin in documents else ()
        rows.append((
            Cell(first.license.name, first.license.url or None),
            Cell(asks(first.license) or "nothing that is recorded"),
            Cell(said([first]) + rest(group)),
            Cell(way(first.via) or "its own", None, sources.of_way(first.via) or own),
        ))  # fmt: skip
    lead = (
        "Of everything that it holds or was trained on, the licence of its makers and, of what models wrote, "
        "the terms of their providers as of the time; by the nearest way."
    )
    return Section("Licences and terms", lead, ("licence", "asks", "comes with", "by"), tuple(rows))


def rest(group: Sequence[Arriving]) -> str:
    first = group[0].inherited.origin
    others = dict.fromkeys(
        id for one in group for id in (one.inherited.origin, *one.inherited.also) if id != first
    )
    return f"; also with {', '.join(others)}" if others else ""


def conflicts(found: Audit, id: str | None, sources: Sources) -> Section:
    from llmlineage.graph.terms import terms

    these = terms(sources.edition, id).conflicts if id else found.conflicts
    rows = [(Cell(one.message), Cell(way(one.via), None, sources.of_way(one.via))) for one in these]
    lead = (
        "Where what it inherits asks for something that its own licence does not say, or forbids."
        if rows
        else "None was found; where its own licence is not known, none can be."
    )
    return Section("Conflicts", lead, ("conflict", "by"), tuple(rows))


def writers(found: Audit, sources: Sources) -> Section:
    rows = [
        (Cell(made(one.components)), Cell(one.id), Cell(way(one.via), None, sources.of_way(one.via)))
        for one in found.generators
    ]
    lead = (
        "Models whose words or judgements stand in it."
        if rows
        else "No model is known to have written or judged any of it."
    )
    return Section("Who wrote the text", lead, ("what", "model", "by"), tuple(rows))


def benchmarks(found: Audit, sources: Sources) -> Section:
    rows = [
        (
            Cell(SPLITS[one.split] if one.component != INFLUENCE else "seeds or examples only"),
            Cell(
                one.benchmark
                + (f" ({one.part})" if one.part else "")
                + (", rewritten" if one.altered else "")
            ),
            Cell(way(one.via) or "named", None, sources.of_way(one.via)),
        )
        for one in found.benchmarks
    ]
    lead = (
        "Benchmarks whose items reach it, the gravest split first."
        if rows
        else "No benchmark is known to reach it."
    )
    return Section("Benchmarks", lead, ("split", "benchmark", "by"), tuple(rows))


def doubles(
    edition: Edition, found: Audit, id: str | None, nodes: dict[str, Node], sources: Sources
) -> Section:
    """Rows that come in by more than one of what is named, or of its direct parents."""
    these: Iterable[DoubleCount] = found.double_counted
    if id:
        from llmlineage.audit import named as named_of
        from llmlineage.audit.configs import DatasetUse

        direct = lineage.trace(edition, id, depth=1, only="datasets").nodes[1:]
        entries = [named_of(edition, DatasetUse(node.id), ("datasets",)) for node in direct]
        these = list(double_counts(edition, entries, nodes)) if len(entries) > 1 else []
    rows = [
        (
            Cell(one.id),
            Cell(one.component + ("" if one.whole else ", not surely the same rows")),
            Cell(
                "; ".join(way(via) or entry for entry, via in zip(one.reached_by, one.ways, strict=True)),
                None,
                tuple(dict.fromkeys(cited for via in one.ways for cited in sources.of_way(via))),
            ),
        )
        for one in these
    ]  # fmt: skip
    lead = (
        "Records whose text comes in by more than one way." if rows else "Nothing is known to come in twice."
    )
    return Section("Counted twice", lead, ("record", "what", "by"), tuple(rows))


def measured(edges: Sequence[Edge], sources: Sources) -> Section:
    rows = [
        (
            Cell(f"{edge.child} {words.step(edge)} {edge.parent}"),
            Cell(edge.measured.verdict),
            Cell(shares(edge), None, (sources.of_edge(edge),)),
        )
        for edge in edges
        if edge.measured
    ]
    lead = (
        "Steps that were checked on the rows: the share of the child found in the parent."
        if rows
        else "No step above was checked on the rows."
    )
    return Section("Measured on the rows", lead, ("step", "verdict", "found in the parent"), tuple(rows))


def shares(edge: Edge) -> str:
    if edge.measured is None:
        return ""
    told = {"prompts": edge.measured.prompt, "responses": edge.measured.response, "both": edge.measured.both}
    return ", ".join(f"{name} {share:.1%}" for name, share in told.items() if share is not None)


def unknown(found: Audit, edition: Edition, sources: Sources) -> Section:
    documents = records.sources_of(edition, {one.id for one in found.unknown})
    rows = [
        (
            Cell(REASONS[one.reason]),
            Cell(one.id, None, (sources.cite(documents[one.id]),) if one.id in documents else ()),
            Cell(way(one.via) or "itself"),
        )
        for one in found.unknown
    ]
    rows += [(Cell("no record"), Cell(name), Cell("named")) for name in found.nameless]
    lead = (
        "Where this report is silent because nobody said, or nobody has looked."
        if rows
        else "Nothing that is listed here is unknown."
    )
    return Section("Not known", lead, ("what", "record", "by"), tuple(rows))


def disputed(edition: Edition, nodes: dict[str, Node], sources: Sources) -> Section:
    """Claims about anything above that were found and not accepted."""
    rows = [
        (
            Cell(f"{node.id}: {claim['attribute']}"),
            Cell(str(claim["stated"]), None, cite_claim(claim.get("stated_by"), sources)),
            Cell(str(claim["accepted"] or "not known"), None, cite_claim(claim.get("source"), sources)),
            Cell(str(claim.get("note") or "")),
        )
        for node in nodes.values()
        for claim in records.discrepancies(edition, f"{node.type}s", node.id)
    ]
    lead = (
        "Where sources disagree: what one says, and what is taken."
        if rows
        else "No source is known to disagree."
    )
    return Section("Disputed", lead, ("of", "stated", "taken", "remark"), tuple(rows))


def cite_claim(source: object, sources: Sources) -> tuple:  # type: ignore[type-arg]
    return (sources.cite(source),) if isinstance(source, lineage.Source) else ()
