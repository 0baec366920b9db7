"""Fingerprints: Apache DataSketches theta sketches of the texts of a collection.

One sketch a field, of the hashes that ``identity`` gives, as signed 64-bit integers. A sketch keeps
the ``nominal_entries`` smallest of the integers' own hashes, so that sketches of parts merge to the
sketch of the whole, and two sketches tell how much their collections share, with bounds
(datasketches.apache.org, Theta Sketch Framework).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from llmlineage.content import layouts
from llmlineage.content.exact import FIELDS, Field, Shared
from llmlineage.content.identity import HASH, NORMALISATION
from llmlineage.content.rows import Collection
from llmlineage.errors import DataError, MissingExtra
from llmlineage.files import replacing
from llmlineage.version import __version__

try:
    import datasketches
except ImportError as error:
    raise MissingExtra("datasketches", "content") from error

LOG_ENTRIES = 12
# The instruction without its input, by which data in Alpaca's layout is met where the input was dropped.
ALONE = f"prompt:{layouts.ALONE}"
SKETCHED = (*FIELDS, ALONE)
SCHEMA = {
    "data": pl.String, "revision": pl.String, "layout": pl.String, "field": pl.String, "rows": pl.Int64,
    "distinct": pl.Int64, "nominal_entries": pl.Int64, "normalisation": pl.String, "hash": pl.String,
    "tool": pl.String, "sketch": pl.Binary,
}  # fmt: skip


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


def fingerprint(collection: Collection, log_entries: int = LOG_ENTRIES, revision: str = "") -> Fingerprint:
    """Read a collection once, in bounded memory. Raises :class:`DataError` where it cannot be read."""
    sketches: dict[str, datasketches.update_theta_sketch] = {}
    collection = Collection(collection.address, replace(collection.options, folds=(layouts.ALONE,)))
    for batch in collection.hashes():
        for field in SKETCHED:
            if field in batch.columns:
                sketch = sketches.get(field)
                if sketch is None:
                    sketch = sketches[field] = datasketches.update_theta_sketch(lg_k=log_entries)
                update(sketch, batch[field])
    return Fingerprint(
        collection.address,
        "; ".join(collection.layouts),
        collection.rows,
        {field: compact(sketch) for field, sketch in sketches.items() if not sketch.is_empty()},
        revision,
        1 << log_entries,
    )


def compact(sketch: datasketches.update_theta_sketch) -> bytes:
    """The sketch as it is stored, with no more than its nominal entries, as Spark leaves it."""
    sketch.trim()
    return bytes(sketch.compact().serialize())


def update(sketch: datasketches.update_theta_sketch, hashes: pl.Series) -> None:
    for value in hashes.drop_nulls().reinterpret(signed=True).to_list():
        sketch.update(value)


def read(sketch: bytes) -> datasketches.compact_theta_sketch:
    return datasketches.compact_theta_sketch.deserialize(sketch)


def merge(fingerprints: Sequence[Fingerprint]) -> Fingerprint:
    """The fingerprint of all the collections together: of parts, of shards."""
    if len(fingerprints) == 1:
        return fingerprints[0]
    fields = [field for field in SKETCHED if any(field in one.sketches for one in fingerprints)]
    entries = min(one.nominal_entries for one in fingerprints)
    merged = {}
    for field in fields:
        union = datasketches.theta_union(lg_k=entries.bit_length() - 1)
        for one in fingerprints:
            # A layout with no input has its prompt, alone, as it stands.
            sketch = one.sketches.get(field) or (one.sketches.get("prompt") if field == ALONE else None)
            if sketch:
                union.update(read(sketch))
        merged[field] = union.get_result().serialize()
    return Fingerprint(
        " + ".join(one.data for one in fingerprints),
        "; ".join(dict.fromkeys(one.layout for one in fingerprints)),
        sum(one.rows for one in fingerprints),
        merged,
        " + ".join(dict.fromkeys(one.revision for one in fingerprints if one.revision)),
        entries,
    )


def compare(a: Fingerprint, b: Fingerprint) -> dict[Field, Shared]:
    """What two collections share, with the 95 % bounds of A's containment in B."""
    return {field: compare_sketches(*best_pair(a, b, field)) for field in FIELDS}


def best_pair(a: Fingerprint, b: Fingerprint, field: str) -> tuple[bytes | None, bytes | None]:
    """The sketches of a field; of prompts, those with or without the input, as the two sides allow."""
    plain = a.sketches.get(field), b.sketches.get(field)
    if field != "prompt" or (ALONE in a.sketches) == (ALONE in b.sketches) or None in plain:
        return plain
    alone = (a.sketches.get(ALONE) or plain[0], b.sketches.get(ALONE) or plain[1])
    return max((plain, alone), key=lambda pair: compare_sketches(*pair).shared)


def compare_sketches(a: bytes | None, b: bytes | None) -> Shared:
    """Containment from two serialized sketches.

    The share of A in B is the Jaccard similarity of A and its intersection with B, whose bounds the
    library gives at two standard deviations (95.4 %).
    """
    if a is None or b is None:
        sizes = [round(read(one).get_estimate()) if one else 0 for one in (a, b)]
        share = None if not sizes[0] else 0.0
        return Shared(sizes[0], sizes[1], 0, share, None if not sizes[1] else 0.0, share, share)
    left, right = read(a), read(b)
    both = datasketches.theta_intersection()
    both.update(left)
    both.update(right)
    shared = both.get_result()
    size_a, size_b = (round(one.get_estimate()) for one in (left, right))
    low, a_in_b, high = datasketches.theta_jaccard_similarity.jaccard(left, shared)
    _, b_in_a, _ = datasketches.theta_jaccard_similarity.jaccard(right, shared)
    exact = not (left.is_estimation_mode() or right.is_estimation_mode())
    # The share of the smaller side is known best.
    count = a_in_b * size_a if size_a <= size_b else b_in_a * size_b
    return Shared(size_a, size_b, round(count), a_in_b, b_in_a, low, high, exact)


def common(a: bytes | None, b: bytes | None) -> bytes | None:
    """The sketch of the texts that both have; None where a side has none."""
    if a is None or b is None:
        return None
    both = datasketches.theta_intersection()
    both.update(read(a))
    both.update(read(b))
    return bytes(both.get_result().serialize())


def without(a: bytes, b: bytes | None) -> bytes:
    """The sketch of A's texts that B does not have."""
    if b is None:
        return a
    return bytes(datasketches.theta_a_not_b().compute(read(a), read(b)).serialize())


def estimate(sketch: bytes | None) -> float:
    """How many different texts a sketch stands for."""
    return float(read(sketch).get_estimate()) if sketch else 0.0


def write(one: Fingerprint, path: Path) -> None:
    """As parquet, one row a field, whole or not at all."""
    with replacing(path) as new:
        one.frame().write_parquet(new)


def is_fingerprint(address: str) -> bool:
    """Whether an address is a file that :func:`write` wrote."""
    path = Path(address)
    if path.suffix != ".parquet" or not path.is_file():
        return False
    try:
        return set(pl.read_parquet_schema(path)) == set(SCHEMA)
    except pl.exceptions.PolarsError:
        return False


def load(path: str | Path) -> Fingerprint:
    """The fingerprint in a file. Raises :class:`DataError` where this version cannot compare it."""
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise DataError(path, f"not a whole parquet file ({str(error).splitlines()[0]})") from error
    return from_frame(frame, path)


def from_frame(frame: pl.DataFrame, place: str | Path) -> Fingerprint:
    if not frame.height:
        raise DataError(place, "the fingerprint holds no field")
    for column, ours in (("normalisation", NORMALISATION), ("hash", HASH)):
        theirs = frame[column].unique().to_list()
        if theirs != [ours]:
            found = ", ".join(map(str, theirs))
            raise DataError(
                place, f"{column} {found} cannot be compared with {ours}; make the fingerprint again"
            )
    sketches = dict(frame.select("field", "sketch").iter_rows())
    try:
        for sketch in sketches.values():
            read(sketch)
    except (RuntimeError, ValueError, TypeError, IndexError) as error:
        raise DataError(place, f"the sketch is damaged ({error})") from error
    first = frame.row(0, named=True)
    return Fingerprint(
        first["data"],
        first["layout"],
        first["rows"],
        sketches,
        first["revision"],
        first["nominal_entries"],
        first["tool"],
    )


def of(addresses: Iterable[Collection], log_entries: int = LOG_ENTRIES, revision: str = "") -> Fingerprint:
    """The fingerprint of collections and of fingerprint files together."""
    return merge(
        [
            load(one.address) if is_fingerprint(one.address) else fingerprint(one, log_entries, revision)
            for one in addresses
        ]
    )
