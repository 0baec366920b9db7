"""Fingerprints as they are kept: one row a field in a parquet file, checked when they are read.

A file comes from anywhere, so that each of its cells is checked before it is compared with anything.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from llmlineage.content import layouts, marks
from llmlineage.content.exact import FIELDS
from llmlineage.content.identity import HASH, NORMALISATION
from llmlineage.errors import DataError, MissingExtra
from llmlineage.files import write_parquet
from llmlineage.version import __version__

try:
    import datasketches
except ImportError as error:
    raise MissingExtra("datasketches", "content") from error

# What the library allows of nominal entries, as powers of two, and what is usual.
LEAST_LOG, MOST_LOG, LOG_ENTRIES = 5, 26, 12
# The instruction without its input, by which data in Alpaca's layout is met where the input was dropped.
ALONE = f"prompt:{layouts.ALONE}"
SKETCHED = (*FIELDS, ALONE)
SCHEMA = {
    "data": pl.String, "revision": pl.String, "layout": pl.String, "field": pl.String, "rows": pl.Int64,
    "distinct": pl.Int64, "nominal_entries": pl.Int64, "normalisation": pl.String, "hash": pl.String,
    "tool": pl.String, "sketch": pl.Binary,
}  # fmt: skip
# Cells that may be empty; and those that say the same in every row of one fingerprint.
OPTIONAL = ("revision", "tool")
COMMON = ("data", "revision", "layout", "rows", "nominal_entries", "tool")
REMEDY = "make the fingerprint again"


@dataclass(frozen=True)
class Fingerprint:
    """The sketches of one collection, serialized and compact, by field.

    ``rows`` counts the rows that were read. ``distinct`` of a field is exact up to
    ``nominal_entries`` texts, and an estimate beyond.
    """

    data: str
    layout: str
    rows: int
    sketches: dict[str, bytes]
    revision: str = ""
    nominal_entries: int = 1 << LOG_ENTRIES
    tool: str = f"llmlineage {__version__}"

    def distinct(self, field: str) -> int:
        return round(estimate(self.sketches[field]))

    def frame(self) -> pl.DataFrame:
        """One row a field, as it is written to parquet."""
        rows = [
            (self.data, self.revision, self.layout, field, self.rows, self.distinct(field),
             self.nominal_entries, NORMALISATION, HASH, self.tool, sketch)
            for field, sketch in self.sketches.items()
        ]  # fmt: skip
        return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def read(sketch: bytes) -> datasketches.compact_theta_sketch:
    return datasketches.compact_theta_sketch.deserialize(sketch)


def estimate(sketch: bytes | None) -> float:
    """How many different texts a sketch stands for."""
    return float(read(sketch).get_estimate()) if sketch else 0.0


def write(one: Fingerprint, path: Path) -> None:
    """As parquet, one row a field, whole or not at all. Raises :class:`OutputRefused`."""
    write_parquet(one.frame(), path)


def load(path: str | Path) -> Fingerprint:
    """The fingerprint in a file. Raises :class:`DataError` where this version cannot compare it."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            frame = pl.read_parquet(file)
    except OSError as error:
        raise DataError(path, error.strerror or str(error)) from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise DataError(path, f"not a whole parquet file ({str(error).splitlines()[0]})") from error
    more = [name for name in frame.columns if name not in SCHEMA]
    if more:
        raise DataError(path, f"is a fingerprint of another version, with {listed('column', more)}; {REMEDY}")
    return from_frame(frame, path)


def from_frame(frame: pl.DataFrame, place: str | Path) -> Fingerprint:
    """The fingerprint in these rows; columns that are none of ``SCHEMA`` are let be.

    Raises:
        DataError: a column or a cell is missing, or is not what a fingerprint holds.
    """
    problem = next(problems(frame), None)
    if problem:
        raise DataError(place, problem)
    first = frame.row(0, named=True)
    return Fingerprint(
        first["data"],
        first["layout"],
        first["rows"],
        dict(frame.select("field", "sketch").iter_rows()),
        first["revision"] or "",
        first["nominal_entries"],
        first["tool"] or "",
    )


def problems(frame: pl.DataFrame) -> Iterator[str]:
    """What keeps a table from being a fingerprint; later checks rely on earlier ones."""
    lacking = [name for name in SCHEMA if name not in frame.columns]
    if lacking:
        yield f"is a fingerprint of another version, without {listed('column', lacking)}; {REMEDY}"
    if not frame.height:
        yield "the fingerprint holds no field"
    yield from kinds_of_cells(frame)
    for column, ours in (("normalisation", NORMALISATION), ("hash", HASH)):
        theirs = frame[column].unique().to_list()
        if theirs != [ours]:
            yield f"{column} {', '.join(map(str, theirs))} cannot be compared with {ours}; {REMEDY}"
    yield from unlikely_cells(frame)
    for field, distinct, sketch in frame.select("field", "distinct", "sketch").iter_rows():
        if not is_sketch(sketch, distinct):
            yield f"the sketch is damaged, or is none ({field}); {REMEDY}"


def kinds_of_cells(frame: pl.DataFrame) -> Iterator[str]:
    for column, dtype in SCHEMA.items():
        found = frame.schema[column]
        if found != dtype and not (dtype == pl.Int64 and found.is_integer()):
            yield f"{column} of the fingerprint is of the type {found}, not {dtype()}; {REMEDY}"
        if column not in OPTIONAL and frame[column].null_count():
            yield f"{column} of the fingerprint is empty; {REMEDY}"


def unlikely_cells(frame: pl.DataFrame) -> Iterator[str]:
    for column in COMMON:
        if frame[column].n_unique() > 1:
            yield f"{column} of the fingerprint differs from field to field; {REMEDY}"
    unknown = [field for field in frame["field"] if field not in SKETCHED]
    if unknown:
        yield f"{unknown[0]!r} is no field of a fingerprint: {', '.join(SKETCHED)}"
    if frame["field"].is_duplicated().any():
        yield f"the fingerprint holds a field twice; {REMEDY}"
    rows, entries = frame["rows"][0], frame["nominal_entries"][0]
    if rows < 0:
        yield f"a fingerprint of {rows} rows; {REMEDY}"
    if entries not in (1 << log for log in range(LEAST_LOG, MOST_LOG + 1)):
        yield f"nominal_entries {entries} is no power of two from {1 << LEAST_LOG} on; {REMEDY}"


def is_sketch(sketch: bytes, distinct: int) -> bool:
    """Whether the bytes are a sketch, made with the seed of this library, of so many texts."""
    try:
        found = read(sketch)
        datasketches.theta_intersection().update(found)
        number = float(found.get_estimate())
    except (RuntimeError, ValueError, TypeError, IndexError, MemoryError):
        return False
    return math.isfinite(number) and abs(number - distinct) <= 1 + 1e-9 * distinct


def listed(noun: str, names: list[str]) -> str:
    shown = ", ".join(map(repr, names[:5])) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return f"the {noun}{'s' if len(names) > 1 else ''} {shown}"


def is_fingerprint(address: str) -> bool:
    """Whether an address is the file of a fingerprint, of whatever version."""
    return marks.is_fingerprint(Path(address))
