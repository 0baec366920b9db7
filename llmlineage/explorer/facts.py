"""Everything the page says of one record: its facts, its steps with their sources, and what reaches it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from llmlineage.audit import Audit, Generator, audit
from llmlineage.audit.configs import Config, DatasetUse
from llmlineage.audit.doubles import takes_all
from llmlineage.audit.findings import CATEGORIES, Estimate, categories, importance, of_benchmark, of_licence
from llmlineage.edition import Edition
from llmlineage.explorer.numbers import Numbers, numbers
from llmlineage.graph import lineage
from llmlineage.graph.benchmarks import Reached, benchmark_below
from llmlineage.graph.lineage import Edge, Node, Source
from llmlineage.graph.records import Record, record
from llmlineage.graph.terms import Conflict, Inherited, Unknown, mixed_in, terms
from llmlineage.graph.travel import arrivals
from llmlineage.render import words
from llmlineage.visible import visible

# Told in another place than among the facts, or by the page in its own way.
ASIDE = ("name", "summary", "note", "locator", "rows_precision", "second_read")
# To share these is no double counting; see audit.doubles.
GROUND = ("source", "pretraining")


class Cited:
    """The documents that one record's facts rest on, each said once."""

    def __init__(self) -> None:
        self.places: dict[Source, int] = {}

    def __call__(self, one: Source) -> int:
        return self.places.setdefault(one, len(self.places))

    def listed(self) -> list[list[str]]:
        return [[visible(one.title), one.url] for one in self.places]


def facts(edition: Edition, id: str) -> dict[str, Any]:
    """The facts of record ``id``; steps and records by their numbers, sources by their place in ``sources``.

    Raises:
        UnknownName: ``id`` is not the id of a dataset or model.
    """
    node = lineage.trace(edition, id, depth=0).nodes[0]
    one, cite, by = record(edition, f"{node.type}s", id), Cited(), numbers(edition)
    found = {
        "id": id,
        "source": cite(one.source),
        "locator": visible(str(one.columns.get("locator") or "")),
        "sentence": visible(sentence(node, maker_of(edition, node))),
        "summary": visible(str(one.columns.get("summary") or "")),
        "note": visible(str(one.columns.get("note") or "")),
        "second_read": one.columns.get("second_read"),
        "facts": [[name, visible(said)] for name in one.columns if (said := fact(one, name))],
        "aliases": [visible(alias) for alias in one.aliases],
        "members": [by.nodes[member.id] for member in one.members],
        "parents": [step(edge, cite, by) for edge in one.parents],
        "children": [step(edge, cite, by) for edge in one.children],
        "claims": [claim(each, cite) for each in one.discrepancies],
        **reaching(edition, id, node, by),
    }
    return found | {"sources": cite.listed()}


def sentence(node: Node, maker: str | None) -> str:
    """What it is, in a sentence: ``An instruction dataset of ~900,000 rows by Teknium, released 2023-09.``"""
    kind = words.kind(node).replace("_", " ")
    noun = kind if node.type == "model" or node.kind in ("family", "benchmark") else f"{kind} dataset"
    if node.kind in ("prompts", "source", "task"):
        noun = {"prompts": "set of prompts", "source": "source of text", "task": "task dataset"}[node.kind]
    article = "An" if noun[:1].lower() in "aeiou" else "A"
    many = words.count(node.rows, node.rows_precision)
    size = f" of {many} rows" if many else ""
    big = words.size(node.parameters)
    size = f" of {big} parameters" if big and node.type == "model" else size
    by = f" by {maker}" if maker else ""
    when = f", released {node.released}" if node.released else ""
    status = {
        "unreleased": ", never released",
        "withdrawn": ", withdrawn",
        "api_only": ", behind an API only",
    }
    return f"{article} {noun}{size}{by}{when}{status.get(node.status, '')}."


def maker_of(edition: Edition, node: Node) -> str | None:
    query = "SELECT name FROM organizations WHERE id = ?"
    row = edition.index.execute(query, (node.organization,)).fetchone()
    return row[0] if row else node.organization


def fact(one: Record, name: str) -> str:
    """A column as a person reads it; nothing where it says nothing or is told elsewhere."""
    value = one.columns[name]
    if name in ASIDE or value in (None, "", []):
        return "not looked up" if name == "license" and one.columns.get("kind") != "family" else ""
    if name == "license" and value == words.NONE_STATED:
        return "none stated by its makers"
    if name == "upstream":
        return words.UPSTREAM.get(str(value), str(value))
    if name == "rows" and isinstance(value, int):
        return words.count(value, str(one.columns.get("rows_precision") or "") or None)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def step(edge: Edge, cite: Cited, by: Numbers) -> dict[str, Any]:
    """One step as the page lists it; what says nothing is left out."""
    said = {
        "edge": by.edge(edge),
        "along": visible(words.along(edge)[2:-1]),
        "rows": words.count(edge.rows, edge.rows_precision),
        "method": edge.method,
        "basis": edge.basis if edge.basis != "stated" else None,
        "note": visible(edge.note or ""),
        "source": cite(edge.source),
        "locator": visible(edge.locator or ""),
        "measured": visible(words.measured(edge, figures=True)),
        "verdict": edge.measured.verdict if edge.measured else None,
    }
    return {key: value for key, value in said.items() if value not in (None, "")}


def claim(each: Mapping[str, object], cite: Cited) -> dict[str, Any]:
    """A claim that was found and not accepted."""
    texts = {
        key: visible(str(each[key] or "")) for key in ("attribute", "stated", "accepted", "locator", "note")
    }
    return texts | {key: cite(one) for key in ("stated_by", "source") if isinstance(one := each[key], Source)}


def reaching(edition: Edition, id: str, node: Node, by: Numbers) -> dict[str, Any]:
    """What reaches the record along the graph: the cases of an audit of it alone, in the parts from which
    the page puts together the audit of several, and the licences, conflicts and writers."""
    found = audit(edition, Config(file="", framework="names", datasets=(DatasetUse(name=id),)))
    said, origins = terms(edition, id), lineage.ancestry(edition, id)
    estimate = Estimate({each.id: each for each in origins.nodes}, mixed_in(origins))
    below = benchmark_below(edition, id) if node.kind == "benchmark" else ()
    return {
        "licences": licence_cases(found, by),
        "reached": [reached(one, by, estimate) for one in found.benchmarks],
        "unknown": [unknown(one, by, estimate, id) for one in found.unknown],
        "same": {each: unchanged(edition, id, each, estimate, by) for each in ("responses", "prompts")},
        "own": estimate.rows((), id),
        "writers": [writer(one, by) for one in found.generators],
        "inherited": [inherited(one, by) for one in said.inherited],
        "conflicts": [conflict(one, by) for one in said.conflicts],
        "holds": [holder(one, by) for one in below],
    }


def reached(one: Reached, by: Numbers, estimate: Estimate) -> list[Any]:
    """Benchmark, part, split, component, whether it was changed, the way, and the weight of the case."""
    weight = next((case.weight for case in of_benchmark(one, estimate)), 0)
    way = by.way(one.via)
    return [by.nodes[one.benchmark], one.part, one.split, one.component, int(one.altered), way, weight]


def unknown(one: Unknown, by: Numbers, estimate: Estimate, id: str) -> list[Any]:
    return [by.nodes[one.id], one.reason, by.way(one.via), estimate.rows(one.via, id)]


def writer(one: Generator, by: Numbers) -> list[Any]:
    return [by.nodes[one.id], list(one.components), by.way(one.via)]


def holder(one: Reached, by: Numbers) -> list[Any]:
    """A record that items of the benchmark reach, by which split and way."""
    return [by.nodes[one.record], one.split, one.component, int(one.altered), by.way(one.via)]


def licence_cases(found: Audit, by: Numbers) -> list[list[Any]]:
    """Category, record, way, reading, weight and licence of each case of a licence, the weightiest alone."""
    best: dict[tuple[str, str], list[Any]] = {}
    cases = [case for arrival in found.arriving for case in of_licence(arrival)]
    for one in sorted(cases, key=importance):
        row = [
            CATEGORIES.index(one.category),
            by.nodes[one.id],
            by.way(one.via),
            int(one.reading),
            one.weight,
        ]
        best.setdefault((one.category, one.id), [*row, by.licences[one.license or ""]])
    return list(best.values())


def unchanged(edition: Edition, id: str, component: str, estimate: Estimate, by: Numbers) -> list[list[Any]]:
    """Of which records a component stands here unchanged: the record, what was made from it on the way,
    the rows by an estimate, whether each step took all, and the steps; see audit.doubles."""
    found: dict[str, list[Any]] = {}
    for one in arrivals(edition, id):
        if (
            one.takes == one.into == component
            and not one.altered
            and estimate.nodes[one.id].kind not in GROUND
        ):
            child = by.nodes[one.via[-1].child] if one.via else -1
            whole = int(takes_all(one.via, estimate.nodes))
            found[one.id] = [by.nodes[one.id], child, estimate.rows(one.via, id), whole, len(one.via)]
    return list(found.values())


def inherited(one: Inherited, by: Numbers) -> list[Any]:
    """Licence, whether it is a provider's terms, what of the record it reaches, what it came with, origin,
    whether the text was changed, the way, the share, other origins, other versions, whether it is a reading,
    and the categories of an audit for which one must heed it."""
    return [
        by.licences[one.license.id],
        int(one.kind == "provider terms"),
        one.component,
        one.brings,
        by.nodes[one.origin],
        int(one.altered),
        by.way(one.via),
        one.share,
        [by.nodes[id] for id in one.also],
        [by.licences[each.id] for each in one.alternatives],
        int(one.reading),
        [CATEGORIES.index(category) for category in categories(one)],
    ]


def conflict(one: Conflict, by: Numbers) -> list[Any]:
    return [visible(one.message), by.way(one.via)]


def ids(edition: Edition) -> list[str]:
    """The ids of all records, in the order of their numbers."""
    return list(numbers(edition).nodes)


def shards(edition: Edition, size: int) -> Iterable[list[str]]:
    """The ids of the records of each file of facts."""
    them = ids(edition)
    return (them[start : start + size] for start in range(0, len(them), size))
