"""The cases of an audit that one may want to act on, by category, what is large or near first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from llmlineage.audit.doubles import DoubleCount
from llmlineage.graph.benchmarks import Reached, Split
from llmlineage.graph.lineage import Edge, Node
from llmlineage.graph.terms import NONE_STATED, WHOLE, Inherited, Unknown
from llmlineage.graph.travel import INFLUENCE

if TYPE_CHECKING:
    from llmlineage.audit import Arriving

Category = Literal[
    "noncommercial", "no-derivatives", "share-alike", "provider-terms", "model-licence", "no-licence",
    "benchmark-test", "benchmark-train", "double-counted", "unreleased", "unread", "undisclosed", "no-record",
]  # fmt: skip
CATEGORIES: tuple[Category, ...] = (
    "noncommercial", "no-derivatives", "share-alike", "provider-terms", "model-licence", "no-licence",
    "benchmark-test", "benchmark-train", "double-counted", "unreleased", "unread", "undisclosed", "no-record",
)  # fmt: skip
# Words that stand for several of them, where a gate is set.
GROUPS: dict[str, tuple[Category, ...]] = {
    "benchmark": ("benchmark-test", "benchmark-train"),
    "unknown": ("no-licence", "unreleased", "unread", "undisclosed", "no-record"),
}
_UNKNOWN: dict[str, Category] = {
    "no licence looked up": "unread", "unread": "unread", "undisclosed": "undisclosed",
    "partial": "undisclosed", "withdrawn": "unreleased", "unreleased": "unreleased",
}  # fmt: skip
# Licences of these kinds are written for weights, or may be.
_OF_WEIGHTS = ("model_license", "noncommercial", "custom")
# Where the weights come from is of more weight than any rows.
WEIGHTS = 1e12
# The splits of a benchmark, the gravest first.
_GRAVE: tuple[Split, ...] = ("test", "unknown", "validation", "train")


@dataclass(frozen=True)
class Finding:
    """One case. ``id`` is the record at fault (the one whose licence it is, the model that wrote, the
    benchmark, the origin that is unknown), or a name without a record; ``entry`` the record that the
    config names, ``via`` the way from there, ``weight`` an estimate of the rows concerned, for order
    alone. ``license`` is the licence's id where it is about one, and ``reading`` says that it is taken to
    reach what a model writes; ``split`` is that of a benchmark. What comes twice has ``entries``, all that
    bring it, and in ``shares`` what they share. ``ignored`` is the reason for which whoever audits ignores
    it."""

    category: Category
    id: str
    entry: str | None
    via: tuple[Edge, ...]
    weight: float
    license: str | None = None
    reading: bool = False
    split: Split | None = None
    entries: tuple[str, ...] = ()
    shares: str | None = None
    ignored: str | None = None


@dataclass(frozen=True)
class Estimate:
    """About how many rows of an entry came by a way: for order alone, never for show. ``mixed`` are the
    datasets that were made from several."""

    nodes: Mapping[str, Node]
    mixed: frozenset[str]

    def rows(self, via: Sequence[Edge], entry: str) -> float:
        """What models were trained on weighs less than any data."""
        node = self.nodes[entry]
        found = float(node.rows or 1_000) if node.type == "dataset" else 1.0
        for edge in via:
            found = self.along(edge, found)
        return found

    def along(self, edge: Edge, rows: float) -> float:
        """Where no source counts a step that took some of a parent, all of a smaller parent is assumed, and
        a tenth of what comes before it of a larger one."""
        whole = self.nodes[edge.parent].rows
        if edge.rows is not None:
            return min(rows, edge.rows)
        all_of_child = edge.relation in WHOLE and edge.child not in self.mixed
        if all_of_child or edge.relation == "generated_by":
            return min(rows, whole or rows)
        return whole if whole is not None and whole < rows else rows / 10


def categories_called(names: Iterable[str]) -> tuple[Category, ...]:
    """The categories that words for them or for groups of them mean, in their order.

    Raises:
        ValueError: a word is neither.
    """
    wanted: set[str] = set()
    for name in names:
        if name not in CATEGORIES and name not in GROUPS:
            raise ValueError(f"{name!r} is not one of {', '.join((*CATEGORIES, *GROUPS))}")
        wanted.update(GROUPS.get(name, (name,)))
    return tuple(one for one in CATEGORIES if one in wanted)


def findings(
    estimate: Estimate,
    arriving: Iterable[Arriving],
    reached: Iterable[Reached],
    doubles: Iterable[DoubleCount],
    unknown: Iterable[Unknown],
    nameless: Iterable[str],
) -> tuple[Finding, ...]:
    """Each case once, by its weightiest way, in the order of CATEGORIES."""
    found = [
        *(one for arrival in arriving for one in of_licence(arrival)),
        *(one for entry in reached for one in of_benchmark(entry, estimate)),
        *(of_double(one, estimate) for one in doubles),
        *(of_unknown(one, estimate) for one in unknown),
        *(Finding("no-record", name, None, (), 0) for name in nameless),
    ]
    best: dict[tuple[str, str], Finding] = {}
    for one in sorted(found, key=importance):
        best.setdefault((one.category, one.id), one)
    alike = Counter((one.category, one.license) for one in best.values())

    def order(one: Finding) -> tuple[object, ...]:
        """Of what weighs the same, what comes under the licence that is met most often is first."""
        *before, id = importance(one)
        return (CATEGORIES.index(one.category), *before, -alike[one.category, one.license], id)

    return tuple(sorted(best.values(), key=order))


def importance(one: Finding) -> tuple[int, float, int, str]:
    """What is surely so comes first, then what is large, then what is near."""
    grave = _GRAVE.index(one.split) if one.split else int(one.reading)
    return (grave, -one.weight, len(one.via), one.id)


def of_licence(arrival: Arriving) -> Iterator[Finding]:
    one = arrival.inherited
    for category in categories(one):
        yield Finding(
            category, one.origin, arrival.entry, one.via, arrival.weight, one.license.id, one.reading
        )


def weight_of(arrival: Arriving, estimate: Estimate) -> float:
    """What the weights that one starts from ask comes before what any of the data does, and a text before
    a judgement of it."""
    one = arrival.inherited
    if one.component == "weights" and one.brings != "text":
        return WEIGHTS
    rows = estimate.rows(one.via, arrival.entry)
    return rows / 10 if one.component == "labels" else rows


def categories(one: Inherited) -> Iterator[Category]:
    """What a licence asks that one must heed, by the way it comes."""
    licence = one.license
    if licence.id == NONE_STATED:
        yield "no-licence"
    if one.brings == "outputs":
        if licence.restricts_outputs in ("yes", "conditional"):
            yield "provider-terms"
        if one.reading:
            yield "noncommercial"
        return
    if licence.commercial == "no":
        yield "noncommercial"
    if licence.derivatives == "no":
        yield "no-derivatives"
    if licence.share_alike == "yes":
        yield "share-alike"
    if one.brings == "weights" and licence.kind in _OF_WEIGHTS and not licence.id.startswith("cc-"):
        yield "model-licence"


def of_benchmark(one: Reached, estimate: Estimate) -> Iterator[Finding]:
    if one.component != INFLUENCE:
        category: Category = "benchmark-train" if one.split == "train" else "benchmark-test"
        weight = estimate.rows(one.via, one.record)
        yield Finding(category, one.benchmark, one.record, one.via, weight, split=one.split)


def of_double(one: DoubleCount, estimate: Estimate) -> Finding:
    weight = max(estimate.rows(way, entry) for entry, way in zip(one.reached_by, one.ways, strict=True))
    shares = one.component if one.whole else f"{one.component}, not surely the same"
    return Finding(
        "double-counted",
        one.id,
        one.reached_by[0],
        one.ways[0],
        weight,
        entries=one.reached_by,
        shares=shares,
    )


def of_unknown(one: Unknown, estimate: Estimate) -> Finding:
    entry = one.via[0].child if one.via else one.id
    return Finding(_UNKNOWN[one.reason], one.id, entry, one.via, estimate.rows(one.via, entry))
