"""What a training config is about to inherit from the datasets and models that it names.

What is found is what sources say. It is no legal advice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from llmlineage.audit.configs import Config, DatasetUse, ModelUse
from llmlineage.edition import Edition
from llmlineage.graph import benchmarks, lineage, names
from llmlineage.graph.benchmarks import Reached
from llmlineage.graph.lineage import Edge, Node
from llmlineage.graph.terms import (
    Conflict,
    Inherited,
    Licence,
    Unknown,
    conflicts,
    read_licences,
    share_of,
    terms,
)
from llmlineage.graph.terms.rules import INFLUENCE, rules

Finding = Literal["noncommercial", "benchmark", "benchmark-test", "unknown", "double-counted"]
FINDINGS: tuple[Finding, ...] = ("noncommercial", "benchmark", "benchmark-test", "unknown", "double-counted")
# Where a name starts or ends so, it is a place on somebody's disk and the name of no record.
_PLACES = ("/", "./", "../", "~", "$", "s3://", "gs://", "oci://", "weka://", "local:")
_FILES = (".json", ".jsonl", ".parquet", ".csv", ".txt", ".arrow", ".gz", ".zst", ".pt", ".yaml")
# To share these is no double counting: they are the web, and what everybody writes from.
_GROUND = ("source", "pretraining")


@dataclass(frozen=True)
class Named:
    """A dataset or model that a config names, and its record: None where it has none."""

    use: DatasetUse | ModelUse
    id: str | None

    @property
    def name(self) -> str:
        return self.use.name


@dataclass(frozen=True)
class Arrival:
    """A licence that comes with what a config names: ``entry`` is the record that brings it."""

    entry: str
    inherited: Inherited


@dataclass(frozen=True)
class Generator:
    """A model that wrote or judged text that comes with the config, and by which way."""

    id: str
    roles: tuple[str, ...]
    via: tuple[Edge, ...]


@dataclass(frozen=True)
class DoubleCount:
    """Rows that come in twice: a record that two entries hold, or an entry that holds another.

    ``shares`` has for each entry of ``reached_by`` the part of its rows that came from the record,
    None where no source counts them; ``carries`` is prompts where only prompts are shared.
    """

    id: str
    reached_by: tuple[str, ...]
    shares: tuple[float | None, ...]
    carries: str


@dataclass(frozen=True)
class Unavailable:
    """A record in the ancestry that cannot be had (again), so that what stands in it cannot be checked."""

    id: str
    status: str
    via: tuple[Edge, ...]


@dataclass(frozen=True)
class Audit:
    """Everything that a config inherits. ``unknown`` holds records of which something is not known,
    ``nameless`` the names that have no record."""

    config: Config
    models: tuple[Named, ...]
    datasets: tuple[Named, ...]
    arrivals: tuple[Arrival, ...]
    conflicts: tuple[Conflict, ...]
    generators: tuple[Generator, ...]
    benchmarks: tuple[Reached, ...]
    double_counted: tuple[DoubleCount, ...]
    unavailable: tuple[Unavailable, ...]
    unknown: tuple[Unknown, ...]

    @property
    def nameless(self) -> tuple[str, ...]:
        named = (*self.models, *self.datasets)
        return tuple(dict.fromkeys(one.name for one in named if one.id is None))

    def found(self) -> list[tuple[Finding, str]]:
        """Everything that a gate can fail on: what was found, and the record or name that brings it."""
        own = self.config.license
        licences = [(one.inherited.origin, one.inherited.license) for one in self.arrivals]
        benchmarks = [one for one in self.benchmarks if one.carries != INFLUENCE]
        by_finding: dict[Finding, list[str]] = {
            "noncommercial": [id for id, one in licences if one.commercial == "no" and one.id != own],
            "benchmark": [one.benchmark for one in benchmarks],
            "benchmark-test": [one.benchmark for one in benchmarks if one.split != "train"],
            "unknown": [*self.nameless, *(one.id for one in self.unknown)],
            "double-counted": [one.id for one in self.double_counted],
        }
        return [(finding, id) for finding, ids in by_finding.items() for id in dict.fromkeys(ids)]


def audit(edition: Edition, config: Config) -> Audit:
    """Follow everything that a config trains on or starts from up the graph."""
    # A plain list does not say which of the two a name is.
    either = ("datasets", "models") if config.framework == "names" else ("datasets",)
    models = tuple(Named(use, record_of(edition, use, ("models",))) for use in config.models)
    datasets = tuple(Named(use, record_of(edition, use, either)) for use in config.datasets)
    # What is only evaluated on, or judges, leaves nothing in the model.
    trained = [one for one in datasets if one.use.role == "train"]
    started = [one for one in models if one.use.role in ("base", "adapter", "teacher")]
    ids = list(dict.fromkeys(one.id for one in (*started, *trained) if one.id))
    traces = {id: lineage.ancestry(edition, id) for id in ids}
    nodes = {node.id: node for trace in traces.values() for node in trace.nodes}
    arrivals, unknown = arriving(edition, ids, nodes)
    return Audit(
        config=config,
        models=models,
        datasets=datasets,
        arrivals=arrivals,
        conflicts=conflicting(edition, config, arrivals),
        generators=generators(traces.values()),
        benchmarks=benchmarks_named(edition, ids, nodes, trained),
        double_counted=tuple(double_counts(edition, trained, nodes)),
        unavailable=unavailable(traces.values()),
        unknown=unknown,
    )


def record_of(edition: Edition, use: DatasetUse | ModelUse, tables: Sequence[str]) -> str | None:
    """The record that a config's name means; none for a file or folder of somebody's disk."""
    for name in (use.stands_for, use.name):
        if not name or is_place(name):
            continue
        match = names.find(edition, name, tables)
        if match:
            return match.id
    return None


def is_place(name: str) -> bool:
    """Whether a name is a file or folder of somebody's disk."""
    return name.startswith(_PLACES) or name.lower().endswith(_FILES)


def arriving(
    edition: Edition, ids: Sequence[str], nodes: dict[str, Node]
) -> tuple[tuple[Arrival, ...], tuple[Unknown, ...]]:
    """Every licence once, by the entry that brings it over the fewest steps; its own licence is none."""
    licences = read_licences(edition)
    arrivals: list[Arrival] = []
    unknown: dict[str, Unknown] = {}
    for id in ids:
        found = terms(edition, id)
        own = licences.get(nodes[id].license or "")
        carries = "weights" if nodes[id].type == "model" else "text"
        if own:
            arrivals.append(Arrival(id, Inherited(own, "licence", id, carries, (), None)))
        arrivals += [Arrival(id, one) for one in found.inherited]
        for one in found.unknown:
            if one.id not in unknown or len(one.via) < len(unknown[one.id].via):
                unknown[one.id] = one
    best: dict[tuple[str, str], Arrival] = {}
    for arrival in arrivals:
        key = (arrival.inherited.license.id, arrival.inherited.carries)
        if key not in best or len(arrival.inherited.via) < len(best[key].inherited.via):
            best[key] = arrival
    return tuple(best.values()), tuple(sorted(unknown.values(), key=lambda one: (len(one.via), one.id)))


def conflicting(edition: Edition, config: Config, arrivals: Iterable[Arrival]) -> tuple[Conflict, ...]:
    """What the licence that a card declares for itself does not go with."""
    own = licence_called(edition, config.license)
    return tuple(conflicts(own, (one.inherited for one in arrivals))) if own else ()


def licence_called(edition: Edition, name: str | None) -> Licence | None:
    match = names.find(edition, name, ("licenses",)) if name else None
    return read_licences(edition)[match.id] if match else None


def generators(traces: Iterable[lineage.Trace]) -> tuple[Generator, ...]:
    """Models whose words or judgements stand in what comes in, each by the shortest way."""
    found: dict[str, Generator] = {}
    for trace in traces:
        edges = [
            edge for edge in trace.edges if not (edge.relation == "generated_by" and edge.role == "filtered")
        ]
        ways = benchmarks.shortest(
            trace.root,
            [edge for edge in edges if rules().of(edge) not in ("outputs", "labels", INFLUENCE)],
            True,
        )
        for edge in edges:
            if edge.relation != "generated_by" or edge.child not in ways:
                continue
            via, known = (*ways[edge.child], edge), found.get(edge.parent)
            roles = tuple(dict.fromkeys((*(known.roles if known else ()), edge.role or "")))
            nearer = known is None or len(via) < len(known.via)
            found[edge.parent] = Generator(edge.parent, roles, via if nearer or known is None else known.via)
    return tuple(sorted(found.values(), key=lambda one: (len(one.via), one.id)))


def benchmarks_named(
    edition: Edition, ids: Sequence[str], nodes: dict[str, Node], trained: Sequence[Named]
) -> tuple[Reached, ...]:
    """Benchmarks that are named, and those above what is named; each split once, by the shortest way."""
    best: dict[tuple[str, str, str | None], Reached] = {}
    for one in trained:
        if one.id and nodes[one.id].kind == "benchmark" and isinstance(one.use, DatasetUse):
            split = benchmarks.split_named(one.use.split)
            best[one.id, split, one.use.split] = Reached(one.id, one.id, one.use.split, split, "text", ())
    for id in ids:
        for found in benchmarks.benchmarks_above(edition, id):
            key = (found.benchmark, found.split, found.part)
            if key not in best or len(found.via) < len(best[key].via):
                best[key] = found
    return tuple(sorted(best.values(), key=benchmarks.order))


def double_counts(
    edition: Edition, trained: Sequence[Named], nodes: dict[str, Node]
) -> Iterator[DoubleCount]:
    """Records whose rows come in by more than one entry: the nearest ones, not all that they come from."""
    ways: dict[str, dict[str, tuple[Edge, ...]]] = {}
    entries = list(dict.fromkeys(one.id for one in trained if one.id))
    for id in entries:
        above = lineage.ancestry(edition, id).edges
        edges = [edge for edge in above if rules().of(edge) in ("text", "prompts")]
        for ancestor, via in benchmarks.shortest(id, edges, True).items():
            ways.setdefault(ancestor, {})[id] = via
    yield from listed_twice(trained)
    shared = {
        id: reached for id, reached in ways.items() if len(reached) > 1 and nodes[id].kind not in _GROUND
    }
    for id, reached in sorted(shared.items()):
        # Where its child is shared by the same entries, the child says it all.
        below = {edge[-1].child for edge in reached.values() if edge}
        if any(set(shared.get(child, ())) == set(reached) for child in below):
            continue
        kinds = {weakest(via) for via in reached.values()}
        shares = tuple(share_of(via, nodes) if via else 1.0 for via in reached.values())
        yield DoubleCount(id, tuple(reached), shares, "prompts" if "prompts" in kinds else "text")


def listed_twice(trained: Sequence[Named]) -> Iterator[DoubleCount]:
    """A record that stands in the config more than once with the same part."""
    counts: dict[tuple[str, str | None, str | None], int] = {}
    for one in trained:
        if one.id and isinstance(one.use, DatasetUse):
            key = (one.id, one.use.subset, one.use.split)
            counts[key] = counts.get(key, 0) + 1
    for (id, _, _), count in counts.items():
        if count > 1:
            yield DoubleCount(id, (id,) * count, (1.0,) * count, "text")


def weakest(via: Sequence[Edge]) -> str:
    return "prompts" if any(rules().of(edge) == "prompts" for edge in via) else "text"


def unavailable(traces: Iterable[lineage.Trace]) -> tuple[Unavailable, ...]:
    """Datasets that nobody outside can look into: never released, or taken back."""
    found: dict[str, Unavailable] = {}
    for trace in traces:
        hidden = [
            node
            for node in trace.nodes
            if node.type == "dataset" and node.status in ("unreleased", "withdrawn")
        ]
        if hidden:
            edges = [edge for edge in trace.edges if rules().of(edge) not in ("outputs", "labels", INFLUENCE)]
            ways = benchmarks.shortest(trace.root, edges, True)
            for node in hidden:
                if node.id in ways and node.id not in found:
                    found[node.id] = Unavailable(node.id, node.status, ways[node.id])
    return tuple(sorted(found.values(), key=lambda one: (len(one.via), one.id)))
