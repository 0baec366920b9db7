"""Results as polars frames, with the columns and types of the edition's tables, so that they join."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from llmlineage.graph.lineage import MEMBER, MEMBER_OF, RELATIONS

if TYPE_CHECKING:
    import polars as pl

    from llmlineage.graph.benchmarks import Reached
    from llmlineage.graph.compare import RecordComparison
    from llmlineage.graph.lineage import Edge, Node
    from llmlineage.graph.records import Hit, Record
    from llmlineage.graph.stats import Stats

Ids = Sequence[str]
# The columns of the table ``nodes``, and how far from the root a node stands.
NODE_COLUMNS = (
    "id", "type", "name", "kind", "family", "organization", "released", "released_precision", "rows",
    "rows_precision", "parameters", "license", "hub_id", "status", "upstream", "depth",
)  # fmt: skip
# The columns of the table ``edges``, the document itself beside its id, and what was measured.
EDGE_COLUMNS = (
    "table", "child", "relation", "role", "stage", "parent", "part", "split", "takes", "into", "without",
    "altered", "rows", "rows_precision", "weight", "method", "basis", "note", "source", "locator",
    "child_type", "parent_type", "source_title", "source_url", "measured",
)  # fmt: skip
BENCHMARK_COLUMNS = ("benchmark", "record", "part", "split", "component", "altered", "via")
HIT_COLUMNS = ("id", "table", "name", "score")
COMPARISON_COLUMNS = ("aspect", "id", "in_first", "in_second", "from_first", "from_second")
STATS_COLUMNS = ("aspect", "value", "count")
# Partial dates have a column beside them that says how much of them is known.
_DATES = ("released", "introduced", "effective")
_PRECISIONS = {4: "year", 7: "month", 10: "day"}
# The table that an edge stands in and the types of its ends, by its relation.
_PLACES: dict[str, tuple[str | None, str | None, str | None]] = {
    **dict.fromkeys(RELATIONS[:10], ("derivations", "dataset", "dataset")),
    "generated_by": ("generations", "dataset", "model"),
    "trained_on": ("trainings", "model", "dataset"),
    **dict.fromkeys(RELATIONS[12:], ("adaptations", "model", "model")),
    **dict.fromkeys((MEMBER, MEMBER_OF), (None, None, None)),
}


class Ways(tuple["tuple[Edge, ...]", ...]):
    """Every shortest way between two records: each a tuple of edges, that nearest the later record first."""

    __slots__ = ()

    def to_polars(self) -> pl.DataFrame:
        """One row an edge, as ``edges_frame``, after the number of its ``way`` and of its ``step`` in that,
        both from 0."""
        numbered = ((way, step, edge) for way, edges in enumerate(self) for step, edge in enumerate(edges))
        rows = [{"way": way, "step": step, **edge_cells(edge)} for way, step, edge in numbered]
        return frame(rows, ("way", "step", *EDGE_COLUMNS))


class Benchmarks(tuple["Reached", ...]):
    """Benchmarks and the records that their items reach, the gravest first."""

    __slots__ = ()

    def to_polars(self) -> pl.DataFrame:
        """One row an entry, of BENCHMARK_COLUMNS; ``via`` is a list of structs, as ``way`` gives it."""
        rows = [cells(one, BENCHMARK_COLUMNS) | {"via": way(one.via)} for one in self]
        return frame(rows, BENCHMARK_COLUMNS)


class Hits(tuple["Hit", ...]):
    """Records that a search found, the best first."""

    __slots__ = ()

    def to_polars(self) -> pl.DataFrame:
        """One row a record, of HIT_COLUMNS."""
        return frame([cells(one, HIT_COLUMNS) for one in self], HIT_COLUMNS)


def nodes_frame(nodes: Iterable[Node]) -> pl.DataFrame:
    """One row a node, of NODE_COLUMNS; ``released`` is the first day that is meant."""
    return frame([node_cells(node) for node in nodes], NODE_COLUMNS)


def edges_frame(edges: Iterable[Edge]) -> pl.DataFrame:
    """One row an edge, of EDGE_COLUMNS; ``measured`` is a struct of the verdict and the shares.

    The step from a family to a version of it stands in no table: its ``table`` and the types of its ends
    are null.
    """
    return frame([edge_cells(edge) for edge in edges], EDGE_COLUMNS)


def record_frame(record: Record) -> pl.DataFrame:
    """One row, of the columns of the record's table."""
    found: dict[str, Any] = {"id": record.id}
    for name, value in record.columns.items():
        if name == "locator":
            found["source"] = record.source.id
        if name == "second_read":
            found[name] = partial_date(str(value) if value else None)["released"]
        elif name in _DATES:
            found |= partial_date(str(value) if value else None, name)
        else:
            found[name] = None if value == [] else value
    return frame([found], tuple(found))


def comparison_frame(comparison: RecordComparison) -> pl.DataFrame:
    """One row an aspect and id, of COMPARISON_COLUMNS: which of the two records has it and, of the aspect
    ancestors, at how many edges where both do. Benchmarks have their split behind the id."""
    distances = {("ancestors", one.id): (one.from_first, one.from_second) for one in comparison.shared}
    rows = (
        (aspect, id, *sides, *distances.get((aspect, id), (None, None)))
        for aspect, *lists in _aspects(comparison)
        for id, sides in _sides(*lists)
    )
    return frame([dict(zip(COMPARISON_COLUMNS, row, strict=True)) for row in rows], COMPARISON_COLUMNS)


def _aspects(comparison: RecordComparison) -> Iterator[tuple[str, Ids, Ids, Ids]]:
    shared = [one.id for one in comparison.shared]
    yield "ancestors", comparison.only_first, comparison.only_second, shared
    for one in comparison.differences:
        yield one.aspect, one.only_first, one.only_second, one.both


def _sides(first: Ids, second: Ids, both: Ids) -> list[tuple[str, tuple[bool, bool]]]:
    """Each id with whether the first and whether the second record has it, by id."""
    sides = {**dict.fromkeys(first, (True, False)), **dict.fromkeys(second, (False, True))}
    return sorted({**sides, **dict.fromkeys(both, (True, True))}.items())


def stats_frame(stats: Stats) -> pl.DataFrame:
    """One row a figure, of STATS_COLUMNS: an aspect (``datasets by kind``), a value of it and how often."""
    mappings = {
        "datasets by kind": stats.datasets,
        "datasets by upstream": stats.dataset_upstream,
        "models by kind": stats.models,
        "models by upstream": stats.model_upstream,
        "edges by relation": stats.edges,
        "edges by basis": stats.basis,
        "edges by kind of source": stats.edges_by_source,
        "sources by kind": stats.sources,
        "datasets by year": {str(one.year): one.datasets for one in stats.years if one.year},
        "models by year": {str(one.year): one.models for one in stats.years if one.year},
        "descendants": {one.id: one.descendants for one in stats.hubs},
        "descendants of roots": {one.id: one.descendants for one in stats.roots},
        "datasets written by": {one.id: one.datasets for one in stats.generators},
        **{
            f"{type} known, {name}": {one.kind: getattr(one, name) for one in known}
            for type, known in (("datasets", stats.known_datasets), ("models", stats.known_models))
            for name in ("records", "licence", "size", "released", "read", "second_read")
        },
        "edges read twice": {one.kind: one.second_read for one in stats.known_edges},
        "other": {
            "datasets traced to roots": stats.traced,
            "aliases": stats.aliases,
            "discrepancies": stats.discrepancies,
        },
    }
    figures = ((aspect, *figure) for aspect, counts in mappings.items() for figure in counts.items())
    return frame([dict(zip(STATS_COLUMNS, one, strict=True)) for one in figures], STATS_COLUMNS)


def frame(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> pl.DataFrame:
    """Rows as a frame with the types that these columns have, be there rows or none."""
    import polars as pl

    return pl.DataFrame([dict(row) for row in rows], schema={name: _type(name) for name in columns})


def cells(one: object, columns: Iterable[str]) -> dict[str, Any]:
    """The attributes of a result that are cells as they stand."""
    return {name: getattr(one, name) for name in columns}


def node_cells(node: Node) -> dict[str, Any]:
    found = cells(node, (name for name in NODE_COLUMNS if not name.startswith("released")))
    return found | partial_date(node.released)


def edge_cells(edge: Edge) -> dict[str, Any]:
    own = {name: getattr(edge, name, None) for name in EDGE_COLUMNS}
    table, child_type, parent_type = _PLACES[edge.relation]
    return own | {
        "table": table,
        "child_type": child_type,
        "parent_type": parent_type,
        "takes": list(edge.takes) or None,
        "into": list(edge.into) or None,
        "without": list(edge.without) or None,
        "source": edge.source.id,
        "source_title": edge.source.title,
        "source_url": edge.source.url,
        "measured": edge.measured._asdict() if edge.measured else None,
    }


def way(via: Iterable[Edge]) -> list[dict[str, str | None]]:
    """A way as a list of structs, the edge nearest the later record first."""
    return [
        {"child": edge.child, "relation": edge.role or edge.stage or edge.relation, "parent": edge.parent,
         "part": edge.part, "source": edge.source.id}
        for edge in via
    ]  # fmt: skip


def partial_date(written: str | None, name: str = "released") -> dict[str, Any]:
    """The first day that a partial date may mean, and how much of it is known."""
    from datetime import date

    if written is None:
        return {name: None, f"{name}_precision": None}
    first = written + "-01-01"[len(written) - 4 :] if len(written) < 10 else written
    return {name: date.fromisoformat(first), f"{name}_precision": _PRECISIONS[len(written)]}


def _type(name: str) -> pl.DataType:
    import polars as pl

    step = dict.fromkeys(("child", "relation", "parent", "part", "source"), pl.String())
    shares = {name: pl.Float64() for name in ("prompt", "response", "both")}
    types: dict[str, pl.DataType] = {
        "via": pl.List(pl.Struct(step)),
        "measured": pl.Struct({"verdict": pl.String(), **shares}),
        **dict.fromkeys(("rows", "tokens", "parameters", "training_tokens", "count"), pl.Int64()),
        **dict.fromkeys(("depth", "way", "step", "from_first", "from_second"), pl.Int32()),
        **dict.fromkeys(("share", "weight", "score"), pl.Float64()),
        **dict.fromkeys(("altered", "reading", "in_first", "in_second"), pl.Boolean()),
        **dict.fromkeys((*_DATES, "second_read"), pl.Date()),
        **dict.fromkeys(("takes", "into", "without", "also", "alternatives"), pl.List(pl.String())),
        **dict.fromkeys(("languages", "architecture"), pl.List(pl.String())),
    }  # fmt: skip
    return types.get(name, pl.String())
