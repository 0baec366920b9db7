"""Texts that match in part: whole inside a longer text, or the same but for small edits.

Holds the distinct texts of both sides in memory, and some 100 bytes a word beside them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from llmlineage.content.exact import Field, Hashes, Overlap
from llmlineage.content.identity import hashed
from llmlineage.content.rows import Collection
from llmlineage.content.shingles import shingles, words
from llmlineage.errors import MissingExtra

try:
    from rensa import RMinHash
except ImportError as error:
    raise MissingExtra("rensa", "content") from error

# A text shorter than this stands in others by chance.
WRAPPED_FROM = 20
THRESHOLD = 0.7
SHINGLE = 3
# 32 bands of 4 rows find a pair of similarity 0.7 with probability 1 - (1 - 0.7**4)**32 > 0.999.
BANDS, ROWS, SEED = 32, 4, 1
SLICE = 200_000


@dataclass(frozen=True)
class Tiers:
    """The distinct texts of A, each in the first tier that fits: their numbers sum to ``distinct``.

    ``exact``: in B. ``wrapped``: holds a text of B of at least 20 characters whole. ``near``: has a
    Jaccard similarity of word 3-shingles of at least ``threshold`` with a text of B.
    """

    distinct: int
    exact: int
    wrapped: int
    near: int
    unmatched: int
    threshold: float = THRESHOLD


@dataclass(frozen=True)
class Texts:
    """Distinct normalised texts, and their shingles. ``item`` is a text's place."""

    texts: pl.Series

    @cached_property
    def hashes(self) -> pl.Series:
        return hashed(self.texts)

    @cached_property
    def grams(self) -> pl.DataFrame:
        return shingles(words(self.texts), SHINGLE)

    @cached_property
    def sets(self) -> pl.DataFrame:
        """``item`` and ``gram``, without doubles, by item."""
        return self.grams.select("item", "gram").unique().sort("item")

    def filter(self, kept: pl.Series) -> Texts:
        return Texts(self.texts.filter(kept))


def read_texts(collection: Collection, column: str) -> Texts:
    """The distinct normalised texts of ``prompt`` or ``response``. Raises :class:`DataError`."""
    parts = [batch[column].drop_nulls().unique() for batch in collection.normalised()]
    return Texts(pl.concat(parts).unique(maintain_order=True))


def compare(a: Hashes, b: Hashes, found: Overlap, field: Field, threshold: float = THRESHOLD) -> Tiers:
    """The tiers of A's texts against B's, the collections being read again."""
    return tiers(read_field(a, found.column("a", field)), read_field(b, found.column("b", field)), threshold)


def read_field(side: Hashes, column: str) -> Texts:
    field, _, fold = column.partition(":")
    options = side.collection.options
    again = Collection(
        side.collection.address, type(options)(**{**vars(options), "folds": (fold,) if fold else ()})
    )
    return read_texts(again, f"{field}:{fold}" if fold else field)


def tiers(a: Texts, b: Texts, threshold: float = THRESHOLD) -> Tiers:
    is_exact = a.hashes.is_in(b.hashes.implode())
    rest = a.filter(~is_exact)
    is_wrapped = holds_whole(rest, b)
    last = rest.filter(~is_wrapped)
    near = similar(last, b, threshold)
    exact, wrapped = int(is_exact.sum()), int(is_wrapped.sum())
    return Tiers(len(a.texts), exact, wrapped, len(near), len(last.texts) - len(near), threshold)


def holds_whole(a: Texts, b: Texts, shortest: int = WRAPPED_FROM) -> pl.Series:
    """Whether each text of A holds some text of B, of ``shortest`` characters or more, whole.

    A text that is held whole brings all its words but the first and the last, which may be parts of
    longer words there. Of the runs of these, the one that is rarest in A leads to the few texts of A
    that are then searched.
    """
    long = b.filter(b.texts.str.len_chars() >= shortest)
    inner = long.grams.join(long.grams.group_by("item").agg(last=pl.col("place").max()), on="item").filter(
        (pl.col("place") >= 1) & (pl.col("place") < pl.col("last"))
    )
    counts = a.sets.group_by("gram").agg(count=pl.len())
    rarest = (
        inner.join(counts, on="gram", how="left")
        .group_by("item")
        .agg(
            count=pl.col("count").min(),
            met=pl.col("count").is_not_null().all(),
            gram=pl.col("gram").sort_by("count").first(),
        )
        .filter("met")
    )
    held = search(a, long, a.sets.join(rarest.select("gram", b="item"), on="gram").select("item", "b"))
    # Texts with too few words to have a run inside are few, and are looked for directly.
    without = ~pl.int_range(len(long.texts), eager=True, dtype=pl.UInt32).is_in(
        inner["item"].unique().implode()
    )
    few = long.texts.filter(without)
    if len(few) and len(a.texts):
        held = held | a.texts.str.contains_any(few.implode())
    return held


def search(a: Texts, b: Texts, pairs: pl.DataFrame) -> pl.Series:
    """Which texts of A hold, of the texts of B that they are paired with, at least one."""
    held = np.zeros(len(a.texts), dtype=bool)
    for start in range(0, pairs.height, SLICE):
        these = pairs.slice(start, SLICE)
        these = these.filter(~pl.Series(held[these["item"].to_numpy()]))
        checked = pl.DataFrame(
            {"item": these["item"], "text": a.texts.gather(these["item"]), "part": b.texts.gather(these["b"])}
        ).filter(pl.col("text").str.contains(pl.col("part"), literal=True))
        held[checked["item"].to_numpy()] = True
    return pl.Series(held, dtype=pl.Boolean)


def similar(a: Texts, b: Texts, threshold: float) -> pl.DataFrame:
    """For each text of A that is near one of B: ``item``, ``b`` (place in B), ``similarity``.

    MinHash signatures, in bands, lead to pairs (Broder 1997; Leskovec, Rajaraman and Ullman, Mining of
    Massive Datasets, 3.4), whose similarity is then counted, not estimated.
    """
    sizes_a, sizes_b = (side.sets.group_by("item").agg(size=pl.len()) for side in (a, b))
    best = []
    for pairs in candidates(a, b):
        shared = (
            pairs.join(a.sets, on="item")
            .join(b.sets.rename({"item": "b"}), on=["b", "gram"])
            .group_by("item", "b")
            .agg(shared=pl.len())
        )
        counted = shared.join(sizes_a, on="item").join(
            sizes_b.rename({"item": "b", "size": "size_b"}), on="b"
        )
        ratio = pl.col("shared") / (pl.col("size") + pl.col("size_b") - pl.col("shared"))
        best.append(counted.select("item", "b", similarity=ratio).filter(pl.col("similarity") >= threshold))
    if not best:
        return pl.DataFrame(schema={"item": pl.UInt32, "b": pl.UInt32, "similarity": pl.Float64})
    return (
        pl.concat(best)
        .sort("item", "similarity", "b", descending=[False, True, False])
        .unique("item", keep="first", maintain_order=True)
    )


def candidates(a: Texts, b: Texts) -> Iterator[pl.DataFrame]:
    """Pairs ``item``, ``b`` that agree in a band of their signatures, some at a time."""
    bands_a, bands_b = bands(a), bands(b)
    pairs = bands_a.join(bands_b.rename({"item": "b"}), on=["band", "key"]).select("item", "b").unique()
    for start in range(0, pairs.height, SLICE):
        yield pairs.slice(start, SLICE)


def bands(side: Texts) -> pl.DataFrame:
    """``item``, ``band`` and ``key``, 32 of them a text."""
    counts = side.sets.group_by("item", maintain_order=True).len()
    ends = np.concatenate([[0], counts["len"].cum_sum().to_numpy()]).astype(np.uint64)
    grams = side.sets["gram"].to_numpy()
    parts = []
    for start in range(0, counts.height, 10_000):
        offsets = ends[start : start + 10_001]
        here = grams[int(offsets[0]) : int(offsets[-1])]
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(here, offsets - offsets[0], BANDS * ROWS, SEED)
        rows = np.array(matrix.to_rows(), dtype=np.uint32).reshape(-1, BANDS, ROWS)
        keys = np.ascontiguousarray(rows).view(np.uint64)
        parts.append((keys[:, :, 0] * np.uint64(0x9E3779B97F4A7C15) + keys[:, :, 1]).reshape(-1))
    if not parts:
        return pl.DataFrame(schema={"item": pl.UInt32, "band": pl.UInt8, "key": pl.UInt64})
    return pl.DataFrame(
        {
            "item": np.repeat(counts["item"].to_numpy(), BANDS),
            "band": np.tile(np.arange(BANDS, dtype=np.uint8), counts.height),
            "key": np.concatenate(parts),
        }
    )
