"""Pairs of texts that may be near: what MinHash signatures lead to, however many texts share a template.

Texts whose signatures agree in a band share a bucket (Broder 1997; Leskovec, Rajaraman and Ullman, Mining
of Massive Datasets, 3.4). Rows of one template share nearly all buckets, and every pair of a bucket would
be a square of their number. So a bucket of more than ``CROWD`` texts of B is thinned, without loss:

- A run of words that more than ``CROWD`` of these texts hold is common, any other rare. Of the texts of a
  bucket that hold the same common runs, the shortest is at least as near as the others to every text of A
  that shares no rare run with them: as much is shared, of fewer. It stands for them all.
- The texts that do share a rare run are found by that run, which leads to ``CROWD`` texts at most.

What is still crowded is met in turns of ``CROWD`` texts, and a text of A that was found to be near takes
no further turn. Pairs are handed out some at a time, so that memory grows with the texts and not with
their pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from llmlineage.content.identity import hashed
from llmlineage.content.shingles import shingles, words
from llmlineage.errors import MissingExtra

try:
    from rensa import RMinHash
except ImportError as error:
    raise MissingExtra("rensa", "content") from error

SHINGLE = 3
# 32 bands of 4 rows find a pair of similarity 0.7 with probability 1 - (1 - 0.7**4)**32 > 0.999.
BANDS, ROWS, SEED = 32, 4, 1
CROWD = 64
# So many rows are joined at a time, and texts of so many bytes cut into words.
SLICE, CHUNK = 500_000, 8 << 20
MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Texts:
    """Distinct normalised texts, and their shingles. ``item`` is a text's place."""

    texts: pl.Series

    @cached_property
    def hashes(self) -> pl.Series:
        return hashed(self.texts)

    @cached_property
    def grams(self) -> pl.DataFrame:
        """``item``, ``place`` and ``gram`` of every run of words."""
        parts = []
        for start, stop in slices(self.texts.str.len_bytes().to_numpy(), CHUNK):
            part = shingles(words(self.texts.slice(start, stop - start)), SHINGLE)
            parts.append(part.with_columns(item=pl.col("item") + pl.lit(start, dtype=pl.UInt32)))
        return pl.concat(parts) if parts else shingles(words(self.texts), SHINGLE)

    @cached_property
    def sets(self) -> pl.DataFrame:
        """``item`` and ``gram``, without doubles, by item."""
        return self.grams.select("item", "gram").unique().sort("item")

    @cached_property
    def ends(self) -> np.ndarray:
        """Where the runs of each item begin in ``sets``, and where the last ones end."""
        return np.searchsorted(self.sets["item"].to_numpy(), np.arange(len(self.texts) + 1))

    @property
    def sizes(self) -> np.ndarray:
        return np.diff(self.ends)

    def sets_of(self, items: np.ndarray) -> pl.DataFrame:
        """The rows of ``sets`` of these items, which are in order and without doubles."""
        sizes = self.sizes[items]
        before = np.repeat(self.ends[items] - np.concatenate([[0], sizes.cumsum()[:-1]]), sizes)
        return self.sets[before + np.arange(len(before))]

    def some(self, items: np.ndarray) -> Texts:
        """Those at some places; itself where they are all, which keeps what is known of them."""
        return self if len(items) == len(self.texts) else Texts(self.texts.gather(items))

    def filter(self, kept: pl.Series) -> Texts:
        return Texts(self.texts.filter(kept))


def slices(sizes: np.ndarray, most: int) -> Iterator[tuple[int, int]]:
    """Runs of places whose sizes sum to about ``most``, or of one place: where each begins and ends."""
    reached = np.cumsum(sizes, dtype=np.int64)
    start = 0
    while start < len(sizes):
        before = int(reached[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(reached, before + most, side="right")))
        yield start, stop
        start = stop


def candidates(a: Texts, b: Texts, settled: np.ndarray) -> Iterator[pl.DataFrame]:
    """Pairs ``item``, ``b`` that agree in a band of their signatures, some at a time.

    All pairs, but for those that are no nearer than others that are there; and those of items that the
    caller has marked as ``settled`` meanwhile, of crowded buckets.
    """
    keys_a, keys_b = signatures(a), signatures(b)
    bands_b = bands(b, keys_b).rename({"item": "b"})
    bands_a = bands(a, keys_a).join(bands_b, on="key", how="semi", maintain_order="left")
    bands_b = bands_b.join(bands_a, on="key", how="semi", maintain_order="left")
    crowded = bands_b.group_by("key").len().filter(pl.col("len") > CROWD).select("key")
    met = thinned(b, bands_b, crowded).with_columns(turn=pl.int_range(pl.len()).over("key") // CROWD)
    for turn in met["turn"].unique().sort():
        these = met.filter(pl.col("turn") == turn).select("key", "b")
        if turn:
            bands_a = bands_a.filter(~pl.Series(settled[bands_a["item"].to_numpy()]))
            bands_a = bands_a.join(these, on="key", how="semi", maintain_order="left")
        yield from joined(bands_a, these)
        if not turn and crowded.height:
            yield from by_rare_runs(a, b, (keys_a, keys_b), bands_a, bands_b, crowded)


def joined(bands_a: pl.DataFrame, bands_b: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The pairs of the same buckets, all of an item at once."""
    counts = bands_b.group_by("key").len()
    sizes = bands_a.join(counts, on="key").group_by("item", maintain_order=True).agg(pl.col("len").sum())
    for start, stop in slices(sizes["len"].to_numpy(), SLICE):
        items = sizes["item"].slice(start, stop - start)
        here = bands_a.filter(pl.col("item").is_in(items.implode()))
        yield here.join(bands_b, on="key").select("item", "b").unique()


def thinned(b: Texts, bands_b: pl.DataFrame, crowded: pl.DataFrame) -> pl.DataFrame:
    """``key`` and ``b``, the texts of crowded buckets being those that stand for others, shortest first."""
    rest = bands_b.join(crowded, on="key", how="anti")
    inside = bands_b.join(crowded, on="key", how="semi")
    if not inside.height:
        return rest
    items = inside["b"].unique().sort()
    common = b.sets_of(items.to_numpy()).join(common_runs(b, items), on="gram", how="semi")
    alike = common.group_by("item").agg(alike=(pl.col("gram") * pl.lit(MIX)).bitwise_xor())
    sizes = pl.DataFrame({"b": items, "size": b.sizes[items.to_numpy()]})
    described = sizes.join(alike.rename({"item": "b"}), on="b", how="left")
    first = (
        inside.join(described, on="b")
        .sort("size", "b")
        .unique(["key", "alike"], keep="first", maintain_order=True)
        .select("key", "b")
    )
    return pl.concat([rest, first.select(rest.columns)])


def common_runs(b: Texts, items: pl.Series) -> pl.DataFrame:
    counts = b.sets_of(items.to_numpy()).group_by("gram").len()
    return counts.filter(pl.col("len") > CROWD).select("gram")


def by_rare_runs(
    a: Texts,
    b: Texts,
    keys: tuple[np.ndarray, np.ndarray],
    bands_a: pl.DataFrame,
    bands_b: pl.DataFrame,
    crowded: pl.DataFrame,
) -> Iterator[pl.DataFrame]:
    """Pairs of crowded buckets that share a run of words which few texts of B hold."""
    items_a, items_b = (
        side.join(crowded, on="key", how="semi")[name].unique().sort()
        for side, name in ((bands_a, "item"), (bands_b, "b"))
    )
    rare = (
        b.sets_of(items_b.to_numpy())
        .join(common_runs(b, items_b), on="gram", how="anti")
        .rename({"item": "b"})
    )
    for start, stop in slices(a.sizes[items_a.to_numpy()], SLICE // CROWD):
        here = a.sets_of(items_a.slice(start, stop - start).to_numpy())
        pairs = here.join(rare, on="gram").select("item", "b").unique()
        item, other = pairs["item"].to_numpy(), pairs["b"].to_numpy()
        agree = [(keys[0][item, band] == keys[1][other, band]) for band in range(BANDS)]
        yield pairs.filter(pl.Series(np.logical_or.reduce(agree), dtype=pl.Boolean))


def signatures(side: Texts) -> np.ndarray:
    """A key a band of each text, 32 of them; zeros where a text has no word."""
    keys = np.zeros((len(side.texts), BANDS), dtype=np.uint64)
    items = np.flatnonzero(side.sizes)
    grams = side.sets["gram"].to_numpy()
    for start in range(0, len(items), 10_000):
        these = items[start : start + 10_000]
        # Items without a run take no place in ``sets``: those between two others do not part them.
        offsets = np.append(side.ends[these], side.ends[these[-1] + 1]).astype(np.uint64)
        here = grams[int(offsets[0]) : int(offsets[-1])]
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(here, offsets - offsets[0], BANDS * ROWS, SEED)
        rows = np.array(matrix.to_rows(), dtype=np.uint32).reshape(-1, BANDS, ROWS)
        halves = np.ascontiguousarray(rows).view(np.uint64)
        mixed = (halves[:, :, 0] * MIX + halves[:, :, 1]) * MIX
        keys[these] = mixed + np.arange(BANDS, dtype=np.uint64)
    return keys


def bands(side: Texts, keys: np.ndarray) -> pl.DataFrame:
    """``item`` and ``key``, by item, of the texts that have a word."""
    items = np.flatnonzero(side.sizes).astype(np.uint32)
    return pl.DataFrame({"item": np.repeat(items, BANDS), "key": keys[items].reshape(-1)})
