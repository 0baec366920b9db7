"""Filters: the hashes of a dataset's texts, cut short, by which each of its rows is known without the text.

A filter holds the first ``BITS`` bits of the hash of each distinct text, sorted and packed as Elias and Fano
do (Fano 1971; Elias 1974): some 22 bits a text for 50,000 texts. A text that the dataset does not hold is
found in it by chance in one of ``2**BITS / texts`` cases, one of 1.3 million at that size. A binary fuse
filter of 16 bits takes 18 bits a text for a chance of one in 65,536; but it needs a library, cannot be
merged, and is asked text by text, where sorted numbers of all datasets are joined with the data's at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from llmlineage.content import layouts, marks
from llmlineage.content.fingerprints import ALONE, SKETCHED
from llmlineage.content.identity import HASH, NORMALISATION
from llmlineage.content.rows import Collection
from llmlineage.errors import DataError
from llmlineage.files import write_parquet
from llmlineage.version import __version__

Numbers: TypeAlias = Any  # numpy's arrays, whose arithmetic it types loosely
BITS, WHOLE = 36, 64
# So many numbers are packed or unpacked at a time, a byte for each of their bits.
SLICE = 1 << 18
SCHEMA = {
    "dataset": pl.String, "part": pl.String, "field": pl.String, "rows": pl.Int64, "distinct": pl.Int64,
    "bits": pl.Int64, "normalisation": pl.String, "hash": pl.String, "data": pl.String, "revision": pl.String,
    "license": pl.String, "tool": pl.String, "filter": pl.Binary, "digest": pl.String,
}  # fmt: skip
# What the digest of a filter is made from, beside its bytes.
SEALED = tuple(name for name in SCHEMA if name not in ("filter", "digest"))
EMPTY_MAY_BE = ("part", "license", "revision")
REMEDY = "get the file again, or make it anew with 'python build measure'"


@dataclass(frozen=True)
class Source:
    """Where a filter's rows were read: the address, its revision, and the licence of the dataset."""

    dataset: str
    part: str = ""
    data: str = ""
    revision: str = ""
    license: str = ""


@dataclass(frozen=True)
class Holder:
    """The hashes of one dataset's texts, by field, each cut to ``bits``, sorted and without doubles."""

    source: Source
    rows: int
    hashes: Mapping[str, Numbers]
    bits: int = BITS

    @property
    def id(self) -> str:
        return self.source.dataset

    def chance(self, field: str) -> float:
        """How likely a text that is not among these is found among them."""
        return len(self.hashes.get(field, ())) / 2.0**self.bits


def holder(collection: Collection, source: Source, bits: int = BITS) -> Holder:
    """Read a collection to its end. Raises :class:`DataError` where it cannot be read."""
    found: dict[str, list[Numbers]] = {}
    for batch in collection.hashes((layouts.ALONE,)):
        for field in SKETCHED:
            if field in batch.columns:
                found.setdefault(field, []).append(cut(batch[field], bits))
    hashes = {field: np.unique(np.concatenate(parts)) for field, parts in found.items()}
    return Holder(source, collection.rows, {name: one for name, one in hashes.items() if len(one)}, bits)


def cut(hashes: pl.Series, bits: int) -> Numbers:
    """The first bits of each, sorted and without doubles."""
    return np.unique(hashes.drop_nulls().to_numpy() >> np.uint64(WHOLE - bits))


def merge(holders: Sequence[Holder], source: Source) -> Holder:
    """The filter of all the parts together. Raises ValueError where they are not cut alike."""
    (bits,) = {one.bits for one in holders}
    fields = dict.fromkeys(field for one in holders for field in one.hashes)
    hashes = {
        field: np.unique(
            np.concatenate([found for one in holders if (found := one.hashes.get(field)) is not None])
        )
        for field in fields
    }
    return Holder(source, sum(one.rows for one in holders), hashes, bits)


# --- packed


def low_bits(count: int, bits: int) -> int:
    """How many bits of each number are kept as they are; the others as the gaps between them."""
    return max(0, bits - max(count, 1).bit_length())


def packed(numbers: Numbers, bits: int) -> bytes:
    """Sorted numbers below ``2**bits``, without doubles: their low bits, then the high ones in unary."""
    low = low_bits(len(numbers), bits)
    high = (numbers >> np.uint64(low)).astype(np.int64) + np.arange(len(numbers))
    unary = np.zeros((1 << (bits - low)) + len(numbers), dtype=np.uint8)
    unary[high] = 1
    shifts = np.arange(low, dtype=np.uint64)
    parts = [
        np.packbits(
            (numbers[start : start + SLICE, None] >> shifts & np.uint64(1)).astype(np.uint8)
        ).tobytes()
        for start in range(0, len(numbers) if low else 0, SLICE)
    ]
    return b"".join([*parts, np.packbits(unary).tobytes()])


def unpacked(data: bytes, count: int, bits: int) -> Numbers:
    """What :func:`packed` made of ``count`` numbers. Raises ValueError where it made no such bytes."""
    low = low_bits(count, bits)
    sizes = [(min(SLICE, count - start) * low + 7) // 8 for start in range(0, count if low else 0, SLICE)]
    spread = (1 << (bits - low)) + count
    if len(data) != sum(sizes) + (spread + 7) // 8:
        raise ValueError("of another length")
    raw = np.frombuffer(data, dtype=np.uint8)
    places = np.flatnonzero(np.unpackbits(raw[sum(sizes) :], count=spread))
    if len(places) != count:
        raise ValueError("of another number of texts")
    numbers = (places - np.arange(count)).astype(np.uint64) << np.uint64(low)
    start, shifts = 0, np.arange(low, dtype=np.uint64)
    for place, size in enumerate(sizes):
        some = min(SLICE, count - place * SLICE)
        digits = np.unpackbits(raw[start : start + size], count=some * low).reshape(some, low)
        numbers[place * SLICE : place * SLICE + some] |= (digits.astype(np.uint64) << shifts).sum(
            axis=1, dtype=np.uint64
        )
        start += size
    if count > 1 and not (numbers[1:] > numbers[:-1]).all():
        raise ValueError("not in order")
    return numbers


# --- kept in files


def frame(holders: Iterable[Holder]) -> pl.DataFrame:
    """One row a dataset, part and field, as it is kept."""
    rows = []
    for one in holders:
        source = one.source
        for field, numbers in one.hashes.items():
            row = {
                "dataset": source.dataset, "part": source.part, "field": field, "rows": one.rows,
                "distinct": len(numbers), "bits": one.bits, "normalisation": NORMALISATION, "hash": HASH,
                "data": source.data, "revision": source.revision, "license": source.license,
                "tool": f"llmlineage {__version__}", "filter": packed(numbers, one.bits),
            }  # fmt: skip
            rows.append(row | {"digest": digest(row)})
    return pl.DataFrame(rows, schema=SCHEMA).sort("dataset", "part", "field")


def digest(row: Mapping[str, Any]) -> str:
    sealed = json.dumps([row[name] for name in SEALED], ensure_ascii=False).encode()
    return hashlib.sha256(sealed + b"\n" + row["filter"]).hexdigest()


def write(holders: Iterable[Holder], path: Path) -> None:
    """As parquet, whole or not at all. Raises :class:`OutputRefused`."""
    write_parquet(frame(holders), path)


def published() -> list[Holder]:
    """The filters that this package brings. Raises :class:`DataError` where they are damaged."""
    with as_file(files("llmlineage.content") / "filters.parquet") as path:
        return load(path)


def load(path: Path) -> list[Holder]:
    """The filters in a file. Raises :class:`DataError` where this version cannot compare with them."""
    try:
        with path.open("rb") as file:
            rows = pl.read_parquet(file)
    except OSError as error:
        raise DataError(path, error.strerror or str(error)) from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise DataError(path, f"not a whole parquet file ({str(error).splitlines()[0]}); {REMEDY}") from error
    problem = next(problems(rows), None)
    if problem:
        raise DataError(path, f"{problem}; {REMEDY}")
    return holders_of(rows, path)


def holders_of(rows: pl.DataFrame, path: Path) -> list[Holder]:
    found: dict[tuple[str, str], Holder] = {}
    for row in rows.iter_rows(named=True):
        source = Source(*(row[name] or "" for name in ("dataset", "part", "data", "revision", "license")))
        name = f"the filter of {source.dataset} ({row['field']})"
        if digest(row) != row["digest"]:
            raise DataError(path, f"{name} is not as it was made; {REMEDY}")
        try:
            numbers = unpacked(row["filter"], row["distinct"], row["bits"])
        except ValueError as error:
            raise DataError(path, f"{name} is damaged: {error}; {REMEDY}") from error
        one = found.setdefault((source.dataset, source.part), Holder(source, row["rows"], {}, row["bits"]))
        found[source.dataset, source.part] = Holder(
            one.source, one.rows, {**one.hashes, row["field"]: numbers}, one.bits
        )
    return list(found.values())


def problems(rows: pl.DataFrame) -> Iterator[str]:
    """What keeps a table from being filters that can be compared; later checks rely on earlier ones."""
    lacking = [name for name in SCHEMA if name not in rows.columns]
    if lacking:
        yield f"holds filters of another version, without {lacking[0]!r}"
    if not rows.height:
        yield "holds no filter"
    for name, dtype in SCHEMA.items():
        if rows.schema[name] != dtype:
            yield f"has {name!r} of the type {rows.schema[name]}, not {dtype()}"
        if name not in EMPTY_MAY_BE and rows[name].null_count():
            yield f"has a filter with {name!r} empty"
    for name, ours in (("normalisation", NORMALISATION), ("hash", HASH), ("bits", BITS)):
        theirs = [one for one in rows[name].unique().sort() if one != ours]
        if theirs:
            yield f"has filters with {name} {theirs[0]}, which cannot be compared with {ours}"
    if not set(rows["field"]) <= {*SKETCHED, ALONE}:
        yield "has a filter of a field that is none"
    if rows.select("dataset", "part", "field").is_duplicated().any():
        yield "has a filter twice"
    if ((rows["distinct"] < 1) | (rows["distinct"] > rows["rows"].cast(pl.Int64) * 1000)).any():
        yield "has a filter of more texts than rows can hold, or of none"


def is_filters(path: Path) -> bool:
    """Whether a file holds filters, of whatever version."""
    return marks.is_filters(path)
