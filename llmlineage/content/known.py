"""What the edition knows of rows: fingerprints of datasets, and benchmarks' runs of words."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from llmlineage.content.fingerprints import Fingerprint, from_frame
from llmlineage.content.ngrams import Benchmark
from llmlineage.edition import Edition
from llmlineage.edition.tables import scan
from llmlineage.errors import DataError

MOST_GRAMS = 10_000
FINGERPRINTS = {"dataset": pl.String, "part": pl.String}
NGRAMS = {
    "benchmark": pl.String, "part": pl.String, "words": pl.Int64, "block": pl.Int64, "items": pl.Int64,
    "grams": pl.Binary,
}  # fmt: skip
GRAMS = {"item": pl.UInt32, "gram": pl.UInt64}
REMEDY = "build the edition again, or fetch it anew"


@dataclass(frozen=True)
class Known:
    """The fingerprint of a dataset of the record, or of a part of it."""

    id: str
    part: str
    fingerprint: Fingerprint

    @property
    def name(self) -> str:
        return f"{self.id} ({self.part})" if self.part else self.id


def fingerprints(edition: Edition) -> list[Known]:
    """Every published fingerprint, by dataset and part. Raises :class:`DataError` where one is damaged."""
    return [
        Known(id, part, from_frame(rows, f"{edition.path}: the fingerprint of {id}"))
        for (id, part), rows in parts(table(edition, "fingerprints", FINGERPRINTS), "dataset")
    ]


def benchmarks(edition: Edition, n: int) -> list[Benchmark]:
    """Every benchmark whose runs of ``n`` words are published.

    Raises :class:`DataError` where they are damaged.
    """
    frame = table(edition, "ngrams", NGRAMS).filter(pl.col("words") == n).sort("benchmark", "part", "block")
    return [
        Benchmark(
            f"{id} ({part})" if part else id,
            n,
            rows["items"][0],
            pl.concat(runs(block, f"{edition.path}: the runs of words of {id}") for block in rows["grams"]),
        )
        for (id, part), rows in parts(frame, "benchmark")
    ]


def table(edition: Edition, name: str, columns: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    """A table of the edition, whole, with at least these columns and their types.

    Raises :class:`DataError` where it is damaged, or lacks a column.
    """
    place = f"{edition.path}: the table {name}"
    try:
        frame = scan(edition.path, name).collect()
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise DataError(place, f"is damaged ({first_line(error)}); {REMEDY}") from error
    lacking = [column for column in columns if column not in frame.columns]
    if lacking:
        raise DataError(place, f"has no column {lacking[0]!r}; {REMEDY}")
    for column, dtype in columns.items():
        if frame.schema[column] != dtype:
            found = frame.schema[column]
            raise DataError(place, f"has {column!r} of the type {found}, not {dtype.__name__}; {REMEDY}")
    return frame


def parts(frame: pl.DataFrame, by: str) -> Iterator[tuple[tuple[str, str], pl.DataFrame]]:
    """The rows of each record and part, in order."""
    found = frame.partition_by(by, "part", as_dict=True, maintain_order=True)
    return (((str(id), str(part or "")), rows) for (id, part), rows in found.items())


def runs(block: object, place: str) -> pl.DataFrame:
    """One block of a benchmark's runs: ``item`` and ``gram``, as :func:`blocks` wrote them."""
    try:
        found = pl.read_parquet(io.BytesIO(block)).select("item", "gram")  # type: ignore[arg-type]
    except (TypeError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise DataError(place, f"are damaged ({first_line(error)}); {REMEDY}") from error
    if found.schema != GRAMS or sum(found.null_count().row(0)):
        raise DataError(place, f"are none; {REMEDY}")
    return found


def first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def blocks(one: Benchmark) -> Sequence[str]:
    """A benchmark's runs as cells of the table ``ngrams``, of at most 10,000 runs each."""
    grams = one.grams.sort("item", "gram")
    cells = []
    for start in range(0, max(grams.height, 1), MOST_GRAMS):
        file = io.BytesIO()
        grams.slice(start, MOST_GRAMS).write_parquet(file, compression="zstd", statistics=False)
        cells.append(base64.b64encode(file.getvalue()).decode())
    return cells
