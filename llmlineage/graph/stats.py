"""How much of the field the record covers, and how well it is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmlineage.edition import Edition

if TYPE_CHECKING:
    import polars as pl

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Year:
    """What was first released in a year, and the edges up from it; no ``year`` where no date is known."""

    year: int | None
    datasets: int
    models: int
    edges: int


@dataclass(frozen=True)
class Hub:
    """A record that others come from: those made from it directly, and all that descend from it."""

    id: str
    type: str
    name: str
    children: int
    descendants: int


@dataclass(frozen=True)
class Generator:
    """A model that wrote text, and the number of datasets that hold what it wrote."""

    id: str
    name: str
    datasets: int


@dataclass(frozen=True)
class Known:
    """Of how many ``records`` of a kind each fact is known: those that can be had, gated ones included.

    ``licence`` counts those whose makers state none, ``size`` is ``rows`` of a dataset and ``parameters``
    of a model, ``read`` leaves out those whose own document nobody has read, and ``second_read`` is what a
    second reader agreed with. Of edges (``kind`` is their table) only the last is counted.
    """

    kind: str
    records: int
    licence: int | None
    size: int | None
    released: int | None
    read: int | None
    second_read: int


@dataclass(frozen=True)
class Stats:
    """Coverage of an edition; each mapping holds the largest count first.

    ``traced`` is the number of datasets of which every parent, and every parent of those, is
    known up to roots: neither they nor a dataset above them is ``partial``, ``undisclosed`` or ``unread``.
    ``edges_by_source`` counts edges by the kind of the document that they rest on.
    """

    edition: str
    datasets: Counts
    models: Counts
    edges: Counts
    years: tuple[Year, ...]
    dataset_upstream: Counts
    model_upstream: Counts
    traced: int
    known_datasets: tuple[Known, ...]
    known_models: tuple[Known, ...]
    known_edges: tuple[Known, ...]
    basis: Counts
    sources: Counts
    edges_by_source: Counts
    aliases: int
    discrepancies: int
    hubs: tuple[Hub, ...]
    roots: tuple[Hub, ...]
    generators: tuple[Generator, ...]

    def to_polars(self) -> pl.DataFrame:
        """One row a figure: ``aspect`` (as ``datasets by kind``), a ``value`` of it, and its ``count``."""
        from llmlineage.graph.frames import stats_frame

        return stats_frame(self)


def stats(edition: Edition, top: int = 8) -> Stats:
    """Count the edition; of hubs, roots and generators the ``top`` first."""
    return Stats(
        edition=edition.version,
        datasets=counted(edition, "kind", "node WHERE type = 'dataset'"),
        models=counted(edition, "kind", "node WHERE type = 'model'"),
        edges=counted(edition, "relation", "edge"),
        years=years(edition),
        dataset_upstream=counted(edition, "upstream", "node WHERE type = 'dataset'"),
        model_upstream=counted(edition, "upstream", "node WHERE type = 'model'"),
        traced=traced(edition),
        known_datasets=known(edition, "dataset", "rows"),
        known_models=known(edition, "model", "parameters"),
        known_edges=known_edges(edition),
        basis=counted(edition, "basis", "edge"),
        sources=counted(edition, "kind", "sources"),
        edges_by_source=counted(edition, "kind", "edge JOIN sources ON sources.id = edge.source", "sources."),
        aliases=total(edition, "aliases"),
        discrepancies=total(edition, "discrepancies"),
        hubs=hubs(edition, top, ("root", "complete", "partial", "undisclosed")),
        roots=hubs(edition, top, ("root",)),
        generators=generators(edition, top),
    )


def counted(edition: Edition, column: str, rows: str, table: str = "") -> Counts:
    """How often each value of a column stands in ``rows``, the commonest first."""
    column = f"{table}{column}"
    query = f"SELECT {column}, count(*) FROM {rows} GROUP BY 1 ORDER BY 2 DESC, 1"
    return dict(edition.index.execute(query))


def total(edition: Edition, table: str) -> int:
    (count,) = edition.index.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(count)


def years(edition: Edition) -> tuple[Year, ...]:
    query = """
        WITH dated AS (SELECT n, type, CAST(substr(released, 1, 4) AS INTEGER) AS year FROM node)
        SELECT year, sum(type = 'dataset'), sum(type = 'model'), sum(edges)
        FROM (SELECT year, type, (SELECT count(*) FROM edge WHERE c = n) AS edges FROM dated)
        GROUP BY year ORDER BY year IS NULL, year
    """
    return tuple(Year(*row) for row in edition.index.execute(query))


def traced(edition: Edition) -> int:
    """The number of datasets that lead to roots alone, however many steps up."""
    query = """
        WITH RECURSIVE dark (n) AS (
            SELECT n FROM node WHERE type = 'dataset' AND upstream IN ('partial', 'undisclosed', 'unread')
            UNION
            SELECT edge.c FROM dark JOIN edge ON edge.p = dark.n WHERE edge."table" = 'derivations')
        SELECT count(*) FROM node WHERE type = 'dataset' AND n NOT IN (SELECT n FROM dark)
    """
    (count,) = edition.index.execute(query).fetchone()
    return int(count)


def known(edition: Edition, type: str, size: str) -> tuple[Known, ...]:
    """Of each kind, the commonest first; families are no records that can be had."""
    query = f"""
        SELECT kind, count(*), count(license), count({size}), count(released), sum(upstream <> 'unread'),
               count(second_read)
        FROM node WHERE type = ? AND status IN ('available', 'gated') AND kind <> 'family'
        GROUP BY kind ORDER BY 2 DESC, 1
    """
    return tuple(Known(*row) for row in edition.index.execute(query, (type,)))


def known_edges(edition: Edition) -> tuple[Known, ...]:
    query = """
        SELECT "table", count(*), NULL, NULL, NULL, NULL, count(second_read)
        FROM edge GROUP BY 1 ORDER BY 2 DESC, 1
    """
    return tuple(Known(*row) for row in edition.index.execute(query))


def hubs(edition: Edition, top: int, upstream: Sequence[str]) -> tuple[Hub, ...]:
    """The records of such ``upstream`` that most others descend from."""
    query = f"""
        SELECT node.id, node.type, node.name,
               (SELECT count(DISTINCT c) FROM edge WHERE p = node.n), count(*) AS descendants
        FROM closure JOIN node ON node.n = closure.a
        WHERE node.upstream IN ({", ".join("?" * len(upstream))})
        GROUP BY closure.a ORDER BY descendants DESC, node.id LIMIT ?
    """
    return tuple(Hub(*row) for row in edition.index.execute(query, (*upstream, top)))


def generators(edition: Edition, top: int) -> tuple[Generator, ...]:
    query = """
        SELECT node.id, node.name, count(DISTINCT edge.c) AS datasets
        FROM edge JOIN node ON node.n = edge.p
        WHERE edge.role IN ('wrote_prompts', 'wrote_responses', 'wrote_both')
        GROUP BY node.n ORDER BY datasets DESC, node.id LIMIT ?
    """
    return tuple(Generator(*row) for row in edition.index.execute(query, (top,)))
