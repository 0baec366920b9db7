"""The Python face of an edition: names in, frozen dataclasses and polars frames out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from llmlineage.edition import Edition
from llmlineage.graph import lineage, names, records
from llmlineage.graph.lineage import Direction, Edge, Trace
from llmlineage.graph.names import ALL_TABLES
from llmlineage.graph.records import Hit, Record
from llmlineage.graph.stats import Stats, stats

if TYPE_CHECKING:
    import polars as pl

    from llmlineage.edition.tables import Rows
    from llmlineage.graph.benchmarks import Reached
    from llmlineage.graph.terms import Terms


@dataclass(frozen=True)
class Lineage:
    """An open edition. Every method takes names as people write them; see ``names.resolve``.

    Threads may share it; sent to another process, it is opened there again.
    """

    edition: Edition

    @property
    def version(self) -> str:
        """The version of the data."""
        return self.edition.version

    def resolve(self, name: str) -> str:
        """The id of the dataset or model that is called ``name``.

        Raises:
            UnknownName: nothing is; carries the closest names.
        """
        return names.resolve(self.edition, name).id

    def trace(
        self,
        name: str,
        direction: Direction = "up",
        depth: int | None = None,
        only: Literal["datasets", "models"] | None = None,
        relations: Collection[str] = (),
    ) -> Trace:
        """What ``name`` is made of, or with ``direction="down"`` what is made of it.

        Raises:
            UnknownName: nothing is called so.
        """
        return lineage.trace(self.edition, self.resolve(name), direction, depth, only, relations)

    def reachable(self, name: str, direction: Direction = "up") -> Iterator[str]:
        """Ids of all ancestors (or descendants) of ``name``, in no order.

        Raises:
            UnknownName: nothing is called so.
        """
        return lineage.reachable(self.edition, self.resolve(name), direction)

    def why(self, first: str, second: str) -> list[list[Edge]]:
        """Every shortest way from ``first`` up to ``second``, or else the other way round.

        Raises:
            UnknownName: nothing is called so.
        """
        return lineage.why(self.edition, self.resolve(first), self.resolve(second))

    def show(self, name: str) -> Record:
        """Everything known of one dataset, model, method, licence or organization.

        Raises:
            UnknownName: nothing is called so.
        """
        match = names.resolve(self.edition, name, ALL_TABLES)
        return records.record(self.edition, match.table, match.id)

    def search(self, text: str, limit: int = 20) -> list[Hit]:
        """Records whose name, aliases, organization or summary hold every word of ``text``."""
        return records.search(self.edition, text, limit=limit)

    def terms(self, name: str) -> Terms:
        """Licences and providers' terms that reach ``name`` along the graph. It is no legal advice.

        Raises:
            UnknownName: nothing is called so.
        """
        from llmlineage.graph.terms import terms

        return terms(self.edition, self.resolve(name))

    def benchmarks(self, name: str, direction: Direction = "up") -> tuple[Reached, ...]:
        """Benchmarks that reach ``name``, or with ``direction="down"`` what benchmark ``name`` reaches.

        Raises:
            UnknownName: nothing is called so.
        """
        from llmlineage.graph import benchmarks

        look = benchmarks.benchmarks_above if direction == "up" else benchmarks.benchmark_below
        return look(self.edition, self.resolve(name))

    def stats(self, top: int = 8) -> Stats:
        """What the record covers; lists of records name the ``top`` first."""
        return stats(self.edition, top)

    def sql(self, query: str, seconds: float = 10.0) -> Rows:
        """The names of the columns and, as they are read, the rows of one SELECT over the tables.

        Raises:
            QueryRefused: the query does more than read, is not valid, or takes longer than ``seconds``.
        """
        from llmlineage.edition import tables

        return tables.query(self.edition, query, seconds)

    def table(self, name: str) -> pl.LazyFrame:
        """A table of the edition as a polars LazyFrame.

        Raises:
            UnknownName: the edition has no such table.
        """
        from llmlineage.edition.tables import scan

        return scan(self.edition.path, name)
