"""Fingerprints: Apache DataSketches theta sketches of the texts of a collection.

One sketch a field, of the hashes that ``identity`` gives, as signed 64-bit integers. A sketch keeps
the ``nominal_entries`` smallest of the integers' own hashes, so that sketches of parts merge to the
sketch of the whole, and two sketches tell how much their collections share, with bounds
(datasketches.apache.org, Theta Sketch Framework).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import polars as pl

from llmlineage.content import layouts, marks
from llmlineage.content.exact import FIELDS, Field, Shared
from llmlineage.content.fingerprints import (
    ALONE,
    LOG_ENTRIES,
    SKETCHED,
    Fingerprint,
    is_fingerprint,
    load,
    read,
    write,
)
from llmlineage.content.readers import inputs_at
from llmlineage.content.rows import Collection
from llmlineage.errors import MissingExtra
from llmlineage.files import check_output

try:
    import datasketches
except ImportError as error:
    raise MissingExtra("datasketches", "content") from error


# The seed of the library's hashes (datasketches.DEFAULT_SEED), and how many texts a sketch is given at once.
SEED, SLICE = 9001, 1 << 14
Numbers: TypeAlias = Any  # numpy's arrays, whose arithmetic it types loosely


def fingerprint(collection: Collection, log_entries: int = LOG_ENTRIES, revision: str = "") -> Fingerprint:
    """Read a collection once, in bounded memory. Raises :class:`DataError` where it cannot be read."""
    sketches: dict[str, datasketches.update_theta_sketch] = {}
    for batch in collection.hashes((layouts.ALONE,)):
        for field in SKETCHED:
            if field in batch.columns:
                sketch = sketches.get(field)
                if sketch is None:
                    sketch = sketches[field] = datasketches.update_theta_sketch(lg_k=log_entries)
                update(sketch, batch[field])
    return Fingerprint(
        collection.name,
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
    """Give a sketch the hashes that it may keep: of many texts, few, which is told of all at once."""
    values = hashes.drop_nulls().to_numpy()
    for start in range(0, len(values), SLICE):
        some = values[start : start + SLICE]
        for value in some[places(some) <= sketch.theta].view(np.int64).tolist():
            sketch.update(value)


def places(values: Numbers) -> Numbers:
    """Where the library's own hash of each number lies, from 0 to 1.

    MurmurHash3_x64_128 of its eight bytes with the library's seed, of which half is taken.
    """
    with np.errstate(over="ignore"):
        mixed = values * np.uint64(0x87C37B91114253D5)
        mixed = ((mixed << np.uint64(31)) | (mixed >> np.uint64(33))) * np.uint64(0x4CF5AD432745937F)
        second = np.uint64(SEED ^ 8)
        first = ((mixed ^ np.uint64(SEED)) ^ np.uint64(8)) + second
        whole = finished(first) + finished(second + first)
    return (whole >> np.uint64(1)).astype(np.float64) / 2.0**63


def finished(values: Numbers) -> Numbers:
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        values = (values ^ (values >> np.uint64(33))) * np.uint64(factor)
    return values ^ (values >> np.uint64(33))


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
        return Shared.counted(sizes[0], sizes[1], 0)
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


@dataclass(frozen=True)
class Making:
    """How a fingerprint is made: how close, of which revision, and by which engine."""

    log_entries: int = LOG_ENTRIES
    revision: str = ""
    engine: Literal["local", "spark"] = "local"
    master: str | None = None


def of(collections: Iterable[Collection], making: Making | None = None) -> Fingerprint:
    """The fingerprint of collections and of fingerprint files together. Raises :class:`DataError`."""
    return merge([made(one, making or Making()) for one in collections])


def made(one: Collection, making: Making) -> Fingerprint:
    if is_fingerprint(one.address):
        return load(one.address)
    if making.engine == "spark":
        from llmlineage.content import spark

        return spark.fingerprint(one.address, one.options, making.master, making.log_entries, making.revision)
    return fingerprint(one, making.log_entries, making.revision)


def make(
    collections: Sequence[Collection], output: Path, making: Making | None = None, force: bool = False
) -> Fingerprint:
    """Write the fingerprint of collections to a file, and return it.

    Raises:
        OutputRefused: the file may not be written, or cannot; ``force`` overwrites what is no input.
        DataError: the data cannot be read.
    """
    inputs = [path for one in collections for path in inputs_at(one.address)]
    check_output(output, inputs, force, marks.is_fingerprint)
    whole = of(collections, making)
    write(whole, output)
    return whole
