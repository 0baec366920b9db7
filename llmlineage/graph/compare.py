"""What two records share, and what changed between two editions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmlineage.edition import Edition
from llmlineage.edition.shape import tells_precision
from llmlineage.graph import lineage
from llmlineage.graph.benchmarks import benchmarks_above
from llmlineage.graph.lineage import Edge, Node
from llmlineage.graph.terms import terms
from llmlineage.graph.travel import INFLUENCE, arrivals

if TYPE_CHECKING:
    import polars as pl

# The columns by which a row of each table is the same row in another edition; those of the schemas.
KEYS: Mapping[str, tuple[str, ...]] = {
    "datasets": ("id",),
    "models": ("id",),
    "derivations": ("child", "relation", "parent", "part"),
    "generations": ("dataset", "role", "model", "part"),
    "trainings": ("model", "stage", "dataset", "part"),
    "adaptations": ("child", "relation", "parent", "part"),
    "methods": ("id",),
    "licenses": ("id",),
    "organizations": ("id",),
    "aliases": ("alias", "table", "id"),
    "sources": ("id",),
    "discrepancies": ("table", "id", "attribute", "stated_by", "stated"),
    "fingerprints": ("dataset", "part", "field"),
    "measurements": ("child", "relation", "parent", "field"),
    "ngrams": ("benchmark", "part", "words", "block"),
}
Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Shared:
    """An ancestor of both records, with its distance in edges from each."""

    id: str
    type: str
    from_first: int
    from_second: int


# In what two records are compared besides their ancestors.
ASPECTS = ("parents", "licences and terms", "writers", "benchmarks")


@dataclass(frozen=True, slots=True)
class Difference:
    """What only one of two records has of an aspect (one of ASPECTS), and how much both have."""

    aspect: str
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    both: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordComparison:
    """Two records side by side.

    ``ways`` leads from one up to the other where one is made from the other; ``measured`` holds the
    edges between the two that were found by comparing rows; ``differences`` is what one acts on: direct
    parents, licences and terms that reach it, models that wrote its text, benchmarks whose items are there.
    ``nodes`` are the two themselves.
    """

    first: str
    second: str
    ways: tuple[tuple[Edge, ...], ...]
    measured: tuple[Edge, ...]
    shared: tuple[Shared, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    differences: tuple[Difference, ...]
    nodes: tuple[Node, Node]

    def to_polars(self) -> pl.DataFrame:
        """One row an aspect and id, with ``in_first`` and ``in_second``: the ancestors, and ASPECTS. For
        ancestors of both, ``from_first`` and ``from_second`` count the edges up to them."""
        from llmlineage.graph.frames import comparison_frame

        return comparison_frame(self)


@dataclass(frozen=True, slots=True)
class Changed:
    """A row that both editions have under one key, with its old and new value in each changed column."""

    key: tuple[str, ...]
    columns: Mapping[str, tuple[object, object]]


@dataclass(frozen=True, slots=True)
class TableChanges:
    """What became of one table; rows are known by their keys."""

    table: str
    added: tuple[tuple[str, ...], ...]
    removed: tuple[tuple[str, ...], ...]
    changed: tuple[Changed, ...]


def compare_records(edition: Edition, first: str, second: str) -> RecordComparison:
    """Ancestors that two records share, and those that only one of them has.

    Raises:
        UnknownName: one of the two is not the id of a dataset or model.
    """
    traces = [lineage.ancestry(edition, id) for id in (first, second)]
    above = [{node.id: node for node in trace.nodes if node.depth} for trace in traces]
    ways = tuple(tuple(way) for way in lineage.why(edition, first, second))
    both = [
        Shared(id, node.type, node.depth, above[1][id].depth)
        for id, node in above[0].items()
        if id in above[1]
    ]
    return RecordComparison(
        first,
        second,
        ways,
        tuple(edge for way in ways for edge in way if len(way) == 1 and edge.basis == "measured"),
        tuple(sorted(both, key=lambda one: (one.from_first + one.from_second, one.id))),
        tuple(sorted(above[0].keys() - above[1].keys() - {second})),
        tuple(sorted(above[1].keys() - above[0].keys() - {first})),
        tuple(differences(edition, first, second)),
        (traces[0].nodes[0], traces[1].nodes[0]),
    )


def differences(edition: Edition, first: str, second: str) -> Iterator[Difference]:
    one, other = aspects(edition, first), aspects(edition, second)
    for aspect in ASPECTS:
        both = one[aspect] & other[aspect]
        yield Difference(
            aspect,
            tuple(sorted(one[aspect] - both)),
            tuple(sorted(other[aspect] - both)),
            tuple(sorted(both)),
        )


def aspects(edition: Edition, id: str) -> dict[str, set[str]]:
    """Of each aspect, the ids that a record has; benchmarks with the split."""
    found = terms(edition, id)
    own = {found.own.id} if found.own else set()
    reached = benchmarks_above(edition, id)
    return {
        "parents": {edge.parent for edge in lineage.neighbours(edition, id, "up")},
        "licences and terms": own | {one.license.id for one in found.inherited},
        "writers": {
            one.id
            for one in arrivals(edition, id)
            if one.takes == "outputs" and one.into in ("prompts", "responses", "data")
        },
        "benchmarks": {f"{one.benchmark} ({one.split})" for one in reached if one.component != INFLUENCE},
    }


def compare_editions(old: Edition, new: Edition) -> tuple[TableChanges, ...]:
    """Rows added, removed and changed from ``old`` to ``new``, for each table that has any."""
    found = (table_changes(table, rows_by_key(old, table), rows_by_key(new, table)) for table in KEYS)
    return tuple(one for one in found if one.added or one.removed or one.changed)


def table_changes(
    table: str, old: Mapping[tuple[str, ...], Row], new: Mapping[tuple[str, ...], Row]
) -> TableChanges:
    changed = []
    for key in sorted(old.keys() & new.keys()):
        before, after = old[key], new[key]
        columns = {
            name: (before.get(name), after.get(name))
            for name in dict.fromkeys([*before, *after])
            if before.get(name) != after.get(name) and not tells_precision(name)
        }
        if columns:
            changed.append(Changed(key, columns))
    return TableChanges(
        table, tuple(sorted(new.keys() - old.keys())), tuple(sorted(old.keys() - new.keys())), tuple(changed)
    )


def rows_by_key(edition: Edition, table: str) -> dict[tuple[str, ...], Row]:
    cursor = edition.index.execute(f'SELECT * FROM "{table}"')
    names = [column[0] for column in cursor.description]
    rows = (dict(zip(names, row, strict=True)) for row in cursor)
    return {tuple(str(row[name] or "") for name in KEYS[table]): row for row in rows}
