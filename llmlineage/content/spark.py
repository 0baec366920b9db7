"""The same fingerprints from Spark: for corpora that outgrow one machine.

Spark reads the lines of JSON Lines and the columns of parquet, and joins the sketches
(``theta_sketch_agg``, Spark 4.1 and later). Rows are parsed, normalised and hashed by the very functions
of the local engine, over Arrow batches, so that both engines give the same sketch of the same rows.
Files that Spark cannot split (JSON arrays, CSV, .zst) are read by the readers of the local engine, a
task a file, where the workers see the same paths. On a cluster, with this package on every node::

    spark-submit --master spark://HOST:7077 \\
        $(python -c "import llmlineage.content.spark as s; print(s.__file__)") DATA FILE.parquet

or ``llmlineage fingerprint DATA -o FILE.parquet --engine spark --master spark://HOST:7077``. DATA is
a file, folder or glob; or an address that Spark reaches, such as ``s3a://bucket/folder/*.jsonl``.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial, reduce
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from llmlineage.content import fingerprints, layouts, readers
from llmlineage.content.fingerprints import Fingerprint
from llmlineage.content.layouts import Layout
from llmlineage.content.readers import Parsed
from llmlineage.content.readers.json_lines import Lines, parse_line
from llmlineage.content.rows import Collection, Job, Options, hash_columns
from llmlineage.errors import DataError, MissingExtra

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import DataFrame, SparkSession

    Batches = Iterator[pyarrow.RecordBatch]

REMOTE = re.compile(r"[a-z][a-z0-9+.-]+://")
SAMPLE = 200
# One row a batch says how many rows there were and how many were broken; the others hold hashes.
COLUMNS = ("rows", "broken", *fingerprints.SKETCHED)


def fingerprint(
    address: str,
    options: Options | None = None,
    master: str | None = None,
    log_entries: int = fingerprints.LOG_ENTRIES,
    revision: str = "",
) -> Fingerprint:
    """The fingerprint of what Spark reads at ``address``; as :func:`sketches.fingerprint` gives it.

    ``master`` is a Spark master; None leaves it to Spark's configuration (``local[*]`` by default).

    Raises:
        MissingExtra: pyspark is not installed.
        DataError: the data cannot be read, its layout is not known, or rows are broken.
    """
    options = options or Options()
    found = located(address, options)
    session = started(master)
    try:
        parts = found if isinstance(found, list) else remote(session, address, options)
        hashes = [hashed(session, path, layout, options) for path, layout in parts]
        return gathered(hashes, address, options, [layout for _, layout in parts], log_entries, revision)
    except DataError:
        raise
    except Exception as error:  # Spark's errors come from Java, of many kinds
        raise DataError(address, f"Spark could not read it ({first_line(error)})") from error


def located(address: str, options: Options) -> list[tuple[str, Layout]] | None:
    """Local files with their layouts; None where only Spark reaches the address."""
    if REMOTE.match(address):
        return None
    files = readers.files_at(address)
    one = Collection(address, options)
    return [(str(file.resolve()), one.layout_of(readers.file_reader(file, one.header()))) for file in files]


def remote(session: SparkSession, address: str, options: Options) -> list[tuple[str, Layout]]:
    """An address that only Spark reaches, with the layout of its first rows."""
    if is_parquet(address):
        sample = [row.asDict(recursive=True) for row in session.read.parquet(address).limit(SAMPLE).collect()]
    else:
        lines = [
            parse_line(row.value.encode(), 0) for row in session.read.text(address).limit(SAMPLE).collect()
        ]
        sample = [row for row in lines if isinstance(row, dict)]
    return [(address, Collection(address, options).layout_among(address, sample))]


def is_parquet(address: str) -> bool:
    return readers.bare_suffix(Path(address)) == ".parquet" and not address.endswith(readers.COMPRESSED)


def is_lines(address: str) -> bool:
    """Whether Spark can hand out the lines of an address: plain or gzip, and no array."""
    if REMOTE.match(address):
        return True
    path = Path(address)
    is_json = readers.bare_suffix(path) in (".json", ".jsonl", ".ndjson") and path.suffix != ".zst"
    return is_json and type(readers.file_reader(path)).__name__ == "LinesReader"


def hashed(session: SparkSession, path: str, layout: Layout, options: Options) -> DataFrame:
    """The hashes of the rows at a path, with the columns of ``COLUMNS``."""
    from pyspark.sql.functions import col

    work = Work(layout, options)
    types = ", ".join(f"`{name}` bigint" for name in COLUMNS)
    if is_parquet(path):
        return session.read.parquet(path).select(*layout.schema).mapInArrow(work.frames, types)
    if is_lines(path):
        lines = session.read.text(path).select(col("value").cast("binary").alias("value"))
        return lines.mapInArrow(work.lines, types)
    return session.createDataFrame([(path,)], "path string").mapInArrow(work.files, types)


class Work:
    """What each worker does with Arrow batches: the functions of the local engine."""

    def __init__(self, layout: Layout, options: Options) -> None:
        self.layout, self.options = layout, replace(options, folds=(layouts.ALONE,))

    def frames(self, batches: Batches) -> Batches:
        """Batches of the columns that the layout needs."""
        import pyarrow

        for batch in batches:
            frame = pl.DataFrame(pl.from_arrow(pyarrow.Table.from_batches([batch])))
            yield from self.hashes(readers.Frame(frame).parse(self.layout.schema))

    def lines(self, batches: Batches) -> Batches:
        """Batches of one column, ``value``: the bytes of a line."""
        for batch in batches:
            data = b"\n".join(batch.column("value").to_pylist())
            yield from self.hashes(Lines(data).parse(self.layout.schema))

    def files(self, batches: Batches) -> Batches:
        """Batches of one column, ``path``: files for the local engine's readers."""
        header = Collection("", self.options).header()
        for batch in batches:
            for path in batch.column("path").to_pylist():
                for part in readers.file_reader(Path(path), header).parts(list(self.layout.schema)):
                    yield from self.hashes(part.parse(self.layout.schema))

    def hashes(self, parsed: Parsed) -> Batches:
        done = Job(self.layout, self.options, partial(hash_columns, folds=self.options.folds)).finish(parsed)
        broken = sum(not row.kept for row in done.bad)
        signed = done.frame.select(
            pl.col(name).reinterpret(signed=True)
            for name in fingerprints.SKETCHED
            if name in done.frame.columns
        )
        for part in (pl.DataFrame({"rows": [done.rows], "broken": [broken]}), signed):
            nothing = pl.lit(None, dtype=pl.Int64)
            whole = part.select(
                pl.col(name) if name in part.columns else nothing.alias(name) for name in COLUMNS
            )
            yield from whole.to_arrow().to_batches()


def started(master: str | None) -> SparkSession:
    """The session of this process, or a new one. Raises :class:`MissingExtra`."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise MissingExtra("pyspark", "spark") from error
    # Workers on this machine need what this Python has, and Spark would look for any python3 on the path.
    if (master or "local").startswith("local") and "SPARK_ENV_LOADED" not in os.environ:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("llmlineage").config("spark.ui.enabled", "false")
    session = (builder.master(master) if master else builder).getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    return session


def gathered(
    hashes: Sequence[DataFrame],
    address: str,
    options: Options,
    found: Sequence[Layout],
    log_entries: int,
    revision: str,
) -> Fingerprint:
    """The counts and the sketches of all parts together."""
    from pyspark.sql import functions

    columns = [functions.sum(name).alias(name) for name in ("rows", "broken")]
    columns += [
        functions.theta_sketch_agg(functions.col(f"`{name}`"), log_entries).alias(name)
        for name in fingerprints.SKETCHED
    ]
    result = reduce(lambda a, b: a.union(b), hashes).agg(*columns).collect()[0].asDict()
    broken = int(result["broken"] or 0)
    if broken and not options.skip_bad_rows:
        raise DataError(address, f"{broken} rows are broken; --skip-bad-rows passes over them")
    made = {name: bytes(result[name]) for name in fingerprints.SKETCHED if result[name] is not None}
    made = {name: sketch for name, sketch in made.items() if fingerprints.estimate(sketch)}
    names = "; ".join(dict.fromkeys(layout.name for layout in found))
    if not made:
        raise DataError(
            address, f"no row holds a text as {names}; name the columns with --prompt and --response"
        )
    return Fingerprint(address, names, int(result["rows"] or 0), made, revision, 1 << log_entries)


def first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


if __name__ == "__main__":
    fingerprints.write(fingerprint(sys.argv[1]), Path(sys.argv[2]))
