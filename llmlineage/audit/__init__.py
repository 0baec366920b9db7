"""What a training config is about to inherit from the datasets and models that it names.

What is found is what sources say. It is no legal advice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from llmlineage.audit import configs
from llmlineage.audit.configs import Config, DatasetUse, ModelUse
from llmlineage.audit.doubles import DoubleCount, double_counts
from llmlineage.audit.findings import CATEGORIES, Category, Estimate, Finding, findings, weight_of
from llmlineage.edition import Edition
from llmlineage.errors import ConfigError, NoConfig
from llmlineage.graph import benchmarks, lineage, names
from llmlineage.graph import terms as graph_terms
from llmlineage.graph.benchmarks import Reached
from llmlineage.graph.lineage import Edge, Node
from llmlineage.graph.terms import Conflict, Inherited, Unknown, conflicts, inheriting, mixed_in
from llmlineage.graph.terms.licences import Licence, provider_terms, read_licences
from llmlineage.graph.travel import INFLUENCE, arrivals

if TYPE_CHECKING:
    import polars as pl

__all__ = ["CATEGORIES", "Audit", "Audits", "Category", "Finding", "audit", "audit_all"]

# Where a name starts or ends so, it is a place on somebody's disk and the name of no record.
_PLACES = ("/", "./", "../", "~", "$", "s3://", "gs://", "oci://", "weka://", "local:")
_FILES = (".json", ".jsonl", ".parquet", ".csv", ".txt", ".arrow", ".gz", ".zst", ".pt", ".yaml")


@dataclass(frozen=True)
class Named:
    """A dataset or model that a config names, and its record: None where it has none.

    ``writers`` are the models that wrote text which stands in it, the nearest first.
    """

    use: DatasetUse | ModelUse
    node: Node | None
    writers: tuple[str, ...] = ()

    @property
    def id(self) -> str | None:
        return self.node.id if self.node else None

    @property
    def name(self) -> str:
        return self.use.name


@dataclass(frozen=True)
class Arriving:
    """A licence that comes with what a config names: ``entry`` is the record that brings it, ``weight`` an
    estimate of the rows that come under it, for order alone."""

    entry: str
    inherited: Inherited
    weight: float = 0


@dataclass(frozen=True)
class Generator:
    """A model whose words or judgements stand in what comes in: in which components, by which way."""

    id: str
    components: tuple[str, ...]
    entry: str
    via: tuple[Edge, ...]


@dataclass(frozen=True)
class Audit:
    """Everything that a config inherits; ``findings`` are the cases one may want to act on, by category,
    what is large or near first. ``declares`` is the licence that a card gives to what it is about."""

    config: Config
    models: tuple[Named, ...]
    datasets: tuple[Named, ...]
    arriving: tuple[Arriving, ...]
    conflicts: tuple[Conflict, ...]
    generators: tuple[Generator, ...]
    benchmarks: tuple[Reached, ...]
    double_counted: tuple[DoubleCount, ...]
    unknown: tuple[Unknown, ...]
    findings: tuple[Finding, ...]
    declares: Licence | None = None

    @property
    def nameless(self) -> tuple[str, ...]:
        named = (*self.models, *self.datasets)
        return tuple(dict.fromkeys(one.name for one in named if one.id is None))


@dataclass(frozen=True)
class Audits:
    """The audits of some files, in their order, and the errors of those that could not be read."""

    audits: tuple[Audit, ...]
    failed: tuple[ConfigError, ...] = ()

    def to_polars(self) -> pl.DataFrame:
        """One row a finding: ``file``, ``category``, the ``id`` at fault, the ``entry`` of the config that
        brings it, the ``license`` it is about, the way from the entry (``via``, a list of structs), and the
        reason for which it is ``ignored``."""
        from llmlineage.graph.frames import frame, way

        columns = ("file", "category", "id", "entry", "license", "via", "ignored")
        rows = [
            {**{name: getattr(one, name, None) for name in columns}, "file": each.config.file,
             "via": way(one.via)}
            for each in self.audits
            for one in each.findings
        ]  # fmt: skip
        return frame(rows, columns)


def audit_all(edition: Edition, paths: Sequence[Path]) -> Audits:
    """Audit every config of some files and folders; what cannot be read is told beside.

    Raises:
        ConfigError: none of them can be read; the error of the first.
    """
    found, failed = read_all(paths)
    if failed and not found:
        raise failed[0]
    return Audits(tuple(audit(edition, config) for config in found), tuple(failed))


def read_all(paths: Sequence[Path], skip_others: bool = False) -> tuple[list[Config], list[ConfigError]]:
    """Every config named or below a folder named; a file that cannot be read does not hide the others.

    Below a folder, files that name no dataset and no model are no configs, and are passed over; with
    ``skip_others`` those that are named are, too. A folder without any config is told as a file without
    any would be.
    """
    found: list[Config] = []
    broken: list[ConfigError] = []
    for path in paths:
        inside, errors = _read_below(path) if _is_folder(path) else _read_one(path, None, skip_others)
        found += inside
        broken += errors
    return found, broken


def _read_below(folder: Path) -> tuple[list[Config], list[ConfigError]]:
    found: list[Config] = []
    broken: list[ConfigError] = []
    files = list(configs.files_below(folder, broken.append))
    for file in files:
        inside, errors = _read_one(file, folder, skip_others=True)
        found += inside
        broken += errors
    if not found and not broken:
        broken.append(NoConfig(folder, f"holds no config: {_files_read(len(files))}"))
    return found, broken


def _files_read(count: int) -> str:
    return f"{count:,} file{'' if count == 1 else 's'} read"


def _read_one(file: Path, folder: Path | None, skip_others: bool) -> tuple[list[Config], list[ConfigError]]:
    try:
        return configs.read(file, folder), []
    except NoConfig as error:
        return [], [] if skip_others else [error]
    except ConfigError as error:
        return [], [error]


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # reading it tells why
        return False


def audit(edition: Edition, config: Config) -> Audit:
    """Follow everything that a config trains on or starts from up the graph."""
    # A plain list does not say which of the two a name is.
    either = ("datasets", "models") if config.framework == "names" else ("datasets",)
    models = tuple(named(edition, use, ("models",)) for use in config.models)
    datasets = tuple(named(edition, use, either) for use in config.datasets)
    # What is only evaluated on, or judges, leaves nothing in the model.
    trained = [one for one in datasets if one.use.role == "train"]
    started = [one for one in models if one.use.role in ("base", "adapter")]
    teachers = {one.id: one.node for one in models if one.use.role == "teacher" and one.id and one.node}
    ids = list(dict.fromkeys(one.id for one in (*started, *trained) if one.id))
    nodes = {node.id: node for id in ids for node in lineage.ancestry(edition, id).nodes}
    arriving = (*licences_arriving(edition, ids, nodes), *taught(edition, teachers.values()))
    mixed = frozenset[str]().union(*(mixed_in(lineage.ancestry(edition, id)) for id in ids))
    estimate = Estimate(teachers | nodes, mixed)
    arriving = tuple(replace(one, weight=weight_of(one, estimate)) for one in arriving)
    declares = licence_called(edition, config.license)
    reached = benchmarks_reached(edition, ids, nodes, trained)
    doubles = tuple(double_counts(edition, [one for one in trained if one.id], nodes))
    unknown = unknowns(edition, ids, nodes)
    nameless = dict.fromkeys(one.name for one in (*models, *datasets) if one.id is None)
    return Audit(
        config=config,
        models=models,
        datasets=datasets,
        arriving=arriving,
        conflicts=tuple(conflicts(declares, (one.inherited for one in arriving))) if declares else (),
        generators=generators(edition, ids),
        benchmarks=reached,
        double_counted=doubles,
        unknown=unknown,
        findings=findings(estimate, arriving, reached, doubles, unknown, nameless),
        declares=declares,
    )


def named(edition: Edition, use: DatasetUse | ModelUse, tables: Sequence[str]) -> Named:
    """What a config's name means; no record for a file or folder of somebody's disk."""
    id = record_of(edition, use, tables)
    if id is None:
        return Named(use, None)
    node = lineage.trace(edition, id, depth=0).nodes[0]
    return Named(use, node, writers(edition, id) if node.type == "dataset" else ())


def record_of(edition: Edition, use: DatasetUse | ModelUse, tables: Sequence[str]) -> str | None:
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


def writers(edition: Edition, id: str) -> tuple[str, ...]:
    """The models that wrote prompts or responses which stand in a dataset, the nearest first."""
    found = (
        one.id
        for one in arrivals(edition, id)
        if one.takes == "outputs" and one.into in ("prompts", "responses")
    )
    return tuple(dict.fromkeys(found))


def licences_arriving(edition: Edition, ids: Sequence[str], nodes: dict[str, Node]) -> tuple[Arriving, ...]:
    """Every licence and terms by each entry that brings them; an entry's own licence has no way."""
    licences = read_licences(edition)
    found: list[Arriving] = []
    for id in ids:
        own = licences.get(nodes[id].license or "")
        if own:
            found.append(Arriving(id, its_own(own, nodes[id])))
        found += [Arriving(id, one) for one in inheriting(edition, id) if one.component != INFLUENCE]
    return tuple(found)


def its_own(licence: Licence, node: Node) -> Inherited:
    """The licence of what a config names, in the form of what comes from further up."""
    if node.type == "model":
        return Inherited(licence, "licence", "weights", "weights", node.id, False, (), 1.0)
    return Inherited(licence, "licence", "responses", "text", node.id, False, (), 1.0)


def taught(edition: Edition, teachers: Iterable[Node]) -> Iterator[Arriving]:
    """What is asked of whoever trains on a teacher's outputs: of its weights and data nothing comes."""
    licences = read_licences(edition)
    for node in teachers:
        own = licences.get(node.license or "")
        for one in [own] if own else provider_terms(node, None, licences)[:1]:
            kind: Literal["licence", "provider terms"] = (
                "provider terms" if one.kind == "provider_terms" else "licence"
            )
            reading = one.restricts_outputs not in ("yes", "conditional") and one.commercial == "no"
            yield Arriving(
                node.id,
                Inherited(one, kind, "weights", "outputs", node.id, False, (), None, reading=reading),
            )


def licence_called(edition: Edition, name: str | None) -> Licence | None:
    match = names.find(edition, name, ("licenses",)) if name else None
    return read_licences(edition)[match.id] if match else None


def generators(edition: Edition, ids: Sequence[str]) -> tuple[Generator, ...]:
    """Models whose words or judgements stand in what comes in, each by the shortest way."""
    found: dict[str, Generator] = {}
    for id in ids:
        for one in arrivals(edition, id):
            if one.takes != "outputs" or one.into == INFLUENCE:
                continue
            known = found.get(one.id)
            components = tuple(dict.fromkeys((*(known.components if known else ()), one.into)))
            nearer = known is None or len(one.via) < len(known.via)
            entry, via = (id, one.via) if nearer or known is None else (known.entry, known.via)
            found[one.id] = Generator(one.id, components, entry, via)
    return tuple(sorted(found.values(), key=lambda one: (len(one.via), one.id)))


def benchmarks_reached(
    edition: Edition, ids: Sequence[str], nodes: dict[str, Node], trained: Sequence[Named]
) -> tuple[Reached, ...]:
    """Benchmarks that are named, and those above what is named; each split once, by the shortest way."""
    best: dict[tuple[str, str, str | None], Reached] = {}
    for one in trained:
        if one.id and nodes[one.id].kind == "benchmark" and isinstance(one.use, DatasetUse):
            split = benchmarks.split_named(one.use.split)
            best[one.id, split, one.use.split] = Reached(
                one.id, one.id, one.use.split, split, "responses", False, ()
            )
    for id in ids:
        for found in benchmarks.benchmarks_above(edition, id):
            key = (found.benchmark, found.split, found.part)
            if key not in best or benchmarks.order(found) < benchmarks.order(best[key]):
                best[key] = found
    return tuple(sorted(best.values(), key=benchmarks.order))


def unknowns(edition: Edition, ids: Sequence[str], nodes: Mapping[str, Node]) -> tuple[Unknown, ...]:
    """What is not known of what comes in, each by the shortest way; nearest first."""
    best: dict[tuple[str, str], Unknown] = {}
    for id in ids:
        licensed = {one.origin for one in inheriting(edition, id)}
        for one in graph_terms.unknowns(arrivals(edition, id), nodes, licensed):
            key = (one.id, one.reason)
            if key not in best or len(one.via) < len(best[key].via):
                best[key] = one
    return tuple(sorted(best.values(), key=lambda one: (len(one.via), one.id)))
