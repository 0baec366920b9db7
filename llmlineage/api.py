"""The Python face of an edition: names in, frozen dataclasses and polars frames out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from llmlineage.edition import Edition
from llmlineage.graph import lineage, names, records
from llmlineage.graph.frames import Benchmarks, Hits, Ways
from llmlineage.graph.lineage import Direction, Trace
from llmlineage.graph.names import ALL_TABLES
from llmlineage.graph.records import Record
from llmlineage.graph.stats import Stats, stats

if TYPE_CHECKING:
    import polars as pl

    from llmlineage.audit import Audits
    from llmlineage.content.attribute import Attributed
    from llmlineage.content.compare import Asked, Report
    from llmlineage.content.identify import Identified
    from llmlineage.content.rows import Collection as Data
    from llmlineage.edition.tables import Rows
    from llmlineage.graph.compare import RecordComparison
    from llmlineage.graph.terms import Terms


@dataclass(frozen=True)
class Lineage:
    """An open edition. Every method takes names as people write them; see ``names.resolve``.

    What the methods return is frozen, and has ``to_polars()``: frames whose columns have the names and
    types of the edition's tables, so that they join. Threads may share it; sent to another process, it is
    opened there again.
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
        """What ``name`` is made of, or with ``direction="down"`` what is made of it; of a family, through
        its versions. As two frames, nodes and edges.

        Args:
            depth: how many edges to go at most; None for all.
            only: follow only edges that lead to datasets, or to models.
            relations: follow only these, of ``llmlineage.graph.lineage.RELATIONS``; empty for all.

        Raises:
            UnknownName: nothing is called so.
            ValueError: the direction, ``only`` or a relation is none; the message names those that are.
        """
        return lineage.trace(self.edition, self.resolve(name), direction, depth, only, relations)

    def reachable(self, name: str, direction: Direction = "up") -> Iterator[str]:
        """Ids of all ancestors (or descendants) of ``name``, in no order.

        Raises:
            UnknownName: nothing is called so.
            ValueError: the direction is none.
        """
        return lineage.reachable(self.edition, self.resolve(name), direction)

    def closure(self, name: str, direction: Direction = "up") -> pl.Series:
        """What ``reachable`` finds, as one column of ids in their order: of a million, much the faster.

        Raises:
            UnknownName: nothing is called so.
            ValueError: the direction is none.
        """
        return lineage.closure(self.edition, self.resolve(name), direction)

    def carries(self, name: str, ancestor: str) -> frozenset[str]:
        """What of ``ancestor`` arrives at ``name``: prompts, responses, labels, weights or outputs; nothing
        where it is no ancestor, was a mere seed or filter, or was left out on the way.

        Raises:
            UnknownName: nothing is called so.
        """
        above, root = self.resolve(ancestor), self.resolve(name)
        found = lineage.ancestry(self.edition, root)
        return found.carries(above) if any(node.id == above for node in found.nodes) else frozenset()

    def why(self, first: str, second: str) -> Ways:
        """Every shortest way from ``first`` up to ``second``, or else the other way round: each a tuple of
        edges, that nearest the later record first. As one frame, a row an edge.

        Raises:
            UnknownName: nothing is called so.
        """
        ways = lineage.why(self.edition, self.resolve(first), self.resolve(second))
        return Ways(tuple(way) for way in ways)

    def show(self, name: str) -> Record:
        """Everything known of one dataset, model, method, licence or organization. As a frame of one row.

        Raises:
            UnknownName: nothing is called so.
        """
        match = names.resolve(self.edition, name, ALL_TABLES)
        return records.record(self.edition, match.table, match.id)

    def search(self, text: str, limit: int = 20) -> Hits:
        """Records whose name, aliases, organization or summary hold every word of ``text``, the best first.

        Raises:
            QueryRefused: the text is longer than any that a person would search for.
        """
        return Hits(records.search(self.edition, text, limit=limit))

    def terms(self, name: str) -> Terms:
        """Licences and providers' terms that reach ``name`` along the graph. It is no legal advice.

        Raises:
            UnknownName: nothing is called so.
        """
        from llmlineage.graph.terms import terms

        return terms(self.edition, self.resolve(name))

    def benchmarks(self, name: str, direction: Direction = "up") -> Benchmarks:
        """Benchmarks that reach ``name``, or with ``direction="down"`` what benchmark ``name`` reaches.

        Raises:
            UnknownName: nothing is called so.
            ValueError: the direction is none.
        """
        from llmlineage.graph import benchmarks

        lineage.check_choices("direction", [direction], ("up", "down"))
        look = benchmarks.benchmarks_above if direction == "up" else benchmarks.benchmark_below
        return Benchmarks(look(self.edition, self.resolve(name)))

    def compare(self, first: str, second: str) -> RecordComparison:
        """Two records side by side: the ways between them, ancestors of both and of one alone, and what of
        parents, licences and terms, writers and benchmarks only one of them has.

        Raises:
            UnknownName: nothing is called so.
        """
        from llmlineage.graph.compare import compare_records

        return compare_records(self.edition, self.resolve(first), self.resolve(second))

    def audit(self, *paths: str | Path) -> Audits:
        """What training configs, cards or lists of names are about to inherit: ``audits``, one for each
        config of the files and folders, and ``failed``, an error for each file that could not be read
        beside others that could. As a frame, a row a finding. Nothing in them is executed or fetched, and
        no ``llmlineage.toml`` is read.

        Raises:
            ConfigError: none of the files can be read, or none names anything.
        """
        from llmlineage.audit import audit_all

        return audit_all(self.edition, [Path(path) for path in paths])

    def card(self, name: str | Path) -> str:
        """Front matter and a provenance section for the card of ``name`` on the Hub, as Markdown: of a
        record, or of the model that a config trains where ``name`` is the path of one.

        Raises:
            UnknownName: nothing is called so, and no file is.
            ConfigError: the config cannot be read, or the file holds several.
        """
        from llmlineage.render import card

        if is_file(name):
            return card.of_config(self.edition, Path(name))
        return card.of_record(self.edition, self.resolve(str(name)))

    def overlap(self, a: str | Data, b: str | Data, asked: Asked | None = None) -> Report:
        """Which rows of ``a`` are in ``b``, by prompt, by response and by both: files, folders, ``hub:``
        addresses or fingerprints, or either as a ``content.rows.Collection``, which says how it is read.
        ``asked`` (``content.compare.Asked``) wants more than the counts. As a frame, a row a field.

        Raises:
            MissingExtra: the extra ``content`` is not installed.
            DataError: rows cannot be read, or what is asked for needs the rows of a fingerprint.
            OutputRefused: ``asked.write`` may not be written, or cannot.
        """
        from llmlineage.content.compare import overlap_report

        return overlap_report(collection(a), collection(b), asked)

    def identify(self, data: str | Data, words: int | None = None) -> Identified:
        """Which known datasets the rows of ``data`` (as for ``overlap``) come from. ``words`` (8 or 13)
        looks for runs of so many words of benchmarks' items as well. As a frame, a row a match, best first.

        Raises:
            MissingExtra: the extra ``content`` is not installed.
            DataError: the data cannot be read, or has no rows where ``words`` needs them.
        """
        from llmlineage.content.identify import identify_rows

        return identify_rows(self.edition, collection(data), words)

    def attribute(
        self, data: str | Data, output: str | Path | None = None, against: Sequence[str | Data] = ()
    ) -> Attributed:
        """For every row of ``data`` (as for ``overlap``) the known datasets that hold it, and the likeliest
        origin; or among the data ``against`` which it is held. ``output`` writes them as parquet. As a
        frame, a row a row.

        Raises:
            MissingExtra: the extra ``content`` is not installed.
            DataError: rows cannot be read.
            OutputRefused: ``output`` may not be written, or cannot.
        """
        from llmlineage.content.attribute import attribute

        path = None if output is None else Path(output)
        return attribute(self.edition, collection(data), path, [collection(one) for one in against])

    def stats(self, top: int = 8) -> Stats:
        """What the record covers; lists of records name the ``top`` first. As a frame, a row a figure."""
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


def collection(data: str | Data) -> Data:
    """An address as rows that are read as their layout shows."""
    from llmlineage.content.rows import Collection

    return data if isinstance(data, Collection) else Collection(data)


def is_file(name: str | Path) -> bool:
    """Whether a file is called so; what no file can be called is none."""
    try:
        return Path(name).is_file()
    except (OSError, ValueError):
        return False
