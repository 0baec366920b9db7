"""Texts that match in part: whole inside a longer text, or the same but for small edits.

Holds some of the distinct texts of both sides in memory, and some 100 bytes a word beside them, however
many rows share a template (see :mod:`llmlineage.content.candidates`), however many texts there are.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from llmlineage.content.candidates import CROWD, SLICE, Texts, candidates, slices
from llmlineage.content.exact import Field, Hashes, Overlap
from llmlineage.content.rows import Collection
from llmlineage.errors import DataError

# A text shorter than this stands in others by chance.
WRAPPED_FROM = 20
THRESHOLD = 0.7
# So many bytes of B's texts are compared at once with twice as many of A's; each takes some thirty of memory.
BLOCK = 24 << 20
# So many bytes of texts are looked for at once, each of which takes some hundred bytes of memory.
PATTERNS = 1 << 19
# Of so few texts polars makes a table that takes time square in the length of a text that repeats itself
# ("aaaa..."): where there are no more, those that are longer than this many bytes are looked for one by one.
FEW, LONG = 100, 2_000


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


def read_texts(collection: Collection, column: str) -> Texts:
    """The distinct normalised texts of ``prompt`` or ``response``. Raises :class:`DataError`."""
    parts = [batch[column].drop_nulls().unique() for batch in collection.normalised()]
    return Texts(pl.concat(parts).unique(maintain_order=True))


def compare(a: Hashes, b: Hashes, found: Overlap, field: Field, threshold: float = THRESHOLD) -> Tiers:
    """The tiers of A's texts against B's, the collections being read again.

    Some of A's texts at a time meet all of B's, some at a time: these are kept on the disk where they are
    too many to be held. So much more is read and done as A has more texts than are held at once.
    """
    mine, theirs = a.frame[found.column("a", field)], b.frame[found.column("b", field)]
    first = firsts(mine)
    exact = first & mine.is_in(theirs.drop_nulls().unique().implode())
    wrapped = near = 0
    with tempfile.TemporaryDirectory(prefix="llmlineage-") as folder:
        blocks = kept(some_texts(b, found.column("b", field), firsts(theirs), BLOCK), Path(folder))
        for some in some_texts(a, found.column("a", field), first & ~exact, 2 * BLOCK):
            is_wrapped, is_near = matched(some, blocks, threshold)
            wrapped += int(is_wrapped.sum())
            near += int((is_near & ~is_wrapped).sum())
    distinct, same = int(first.sum()), int(exact.sum())
    return Tiers(distinct, same, wrapped, near, distinct - same - wrapped - near, threshold)


def matched(a: Texts, blocks: Iterable[Texts], threshold: float) -> tuple[np.ndarray, np.ndarray]:
    """Which texts of A hold a text of the blocks whole, and which are near one."""
    is_wrapped, is_near = (np.zeros(len(a.texts), dtype=bool) for _ in range(2))
    for block in blocks:
        # A text that is near may yet turn out to hold one whole, which counts first.
        left = np.flatnonzero(~is_wrapped)
        is_wrapped[left[holds_whole(a.some(left), block).to_numpy()]] = True
        left = np.flatnonzero(~is_wrapped & ~is_near)
        is_near[left[similar(a.some(left), block, threshold)["item"].to_numpy()]] = True
    return is_wrapped, is_near


def firsts(hashes: pl.Series) -> pl.Series:
    """Where each text stands first."""
    return hashes.is_first_distinct() & hashes.is_not_null()


def some_texts(side: Hashes, column: str, wanted: pl.Series, most: int) -> Iterator[Texts]:
    """The texts of a collection that are ``wanted`` of its rows, of about ``most`` bytes at a time.

    Raises :class:`DataError` where it is not as it was.
    """
    parts: list[pl.Series] = []
    held = start = 0
    for batch in again(side, column).normalised():
        rows = wanted.slice(start, batch.height)
        start += batch.height
        if len(rows) < batch.height:
            break
        part = batch[column].filter(rows)
        parts.append(part)
        held += int(part.str.len_bytes().sum())
        if held >= most:
            yield Texts(pl.concat(parts, rechunk=True))
            parts, held = [], 0
    if start != len(wanted):
        raise DataError(
            side.collection.address, "changed between two readings; read it again when it is complete"
        )
    if held:
        yield Texts(pl.concat(parts, rechunk=True))


def again(side: Hashes, column: str) -> Collection:
    """The collection, to be read once more, with its prompts folded as the column says."""
    fold = column.partition(":")[2]
    options = replace(side.collection.options, folds=(fold,) if fold else ())
    return Collection(side.collection.address, options)


@dataclass(frozen=True)
class Blocks:
    """Texts in blocks, each read when its turn comes; a single one is held."""

    paths: Sequence[Path]
    held: Texts | None = None

    def __iter__(self) -> Iterator[Texts]:
        if self.held:
            yield self.held
        for path in self.paths:
            yield Texts(pl.read_parquet(path).to_series())


def kept(blocks: Iterable[Texts], folder: Path) -> Blocks:
    first, paths = None, []
    for number, block in enumerate(blocks):
        if number == 0:
            first = block
            continue
        if first:
            paths.append(write_block(first, folder / "0.parquet"))
            first = None
        paths.append(write_block(block, folder / f"{number}.parquet"))
    return Blocks(paths, first)


def write_block(block: Texts, path: Path) -> Path:
    block.texts.to_frame("text").write_parquet(path, compression="lz4")
    return path


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
    that are then searched. Where even that one is common, as in rows of a template, and where there is
    none, many texts of B are looked for at once (Aho and Corasick 1975).
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
    led = rarest.filter(pl.col("count") <= CROWD)
    held = search(a, long, led.select("gram", b="item"))
    without = ~pl.int_range(len(long.texts), eager=True, dtype=pl.UInt32).is_in(
        inner["item"].unique().implode()
    )
    crowded = rarest.filter(pl.col("count") > CROWD)["item"].sort()
    return search_all(a, pl.concat([long.texts.filter(without), long.texts.gather(crowded)]), held)


def search(a: Texts, b: Texts, led: pl.DataFrame) -> np.ndarray:
    """Which texts of A hold a text of B, ``b``, that a run of words, ``gram``, leads to them from."""
    held = np.zeros(len(a.texts), dtype=bool)
    sets = a.sets.join(led, on="gram", how="semi")
    for part in led.iter_slices(SLICE // CROWD):
        pairs = sets.join(part, on="gram").select("item", "b")
        pairs = pairs.filter(~pl.Series(held[pairs["item"].to_numpy()], dtype=pl.Boolean))
        checked = pl.DataFrame(
            {"item": pairs["item"], "text": a.texts.gather(pairs["item"]), "part": b.texts.gather(pairs["b"])}
        ).filter(pl.col("text").str.contains(pl.col("part"), literal=True))
        held[checked["item"].to_numpy()] = True
    return held


def search_all(a: Texts, parts: pl.Series, held: np.ndarray) -> pl.Series:
    """Which texts of A are ``held`` already, or hold one of these parts."""
    sizes = a.texts.str.len_bytes().to_numpy()
    parts = parts.filter(parts.str.len_bytes() <= sizes.max(initial=0))
    for start, stop in slices(parts.str.len_bytes().to_numpy(), PATTERNS):
        these = parts.slice(start, stop - start)
        one_by_one = (these.str.len_bytes() > LONG) & (len(these) <= FEW)
        for part in these.filter(one_by_one):
            # In Python, whose search is linear; the one of polars is not.
            left = np.flatnonzero(~held & (sizes >= len(part.encode())))
            held[left[[part in text for text in a.texts.gather(left)]]] = True
        together = these.filter(~one_by_one)
        if len(together):
            left = np.flatnonzero(~held)
            held[left[a.texts.gather(left).str.contains_any(together.implode()).to_numpy()]] = True
    return pl.Series(held, dtype=pl.Boolean)


def similar(a: Texts, b: Texts, threshold: float) -> pl.DataFrame:
    """For each text of A that is near one of B: ``item``, ``b`` (place in B), ``similarity``.

    :func:`candidates` leads to pairs, whose similarity is then counted, not estimated. Of a text of A,
    the nearest that it leads to, but where so many are near that the search ended before.
    """
    settled = np.zeros(len(a.texts), dtype=bool)
    best = []
    for pairs in candidates(a, b, settled):
        for start, stop in slices(a.sizes[pairs["item"].to_numpy()], SLICE * 4):
            found = nearest(counted(a, b, pairs.slice(start, stop - start), threshold))
            settled[found["item"].to_numpy()] = True
            best.append(found)
    if not best:
        return pl.DataFrame(schema={"item": pl.UInt32, "b": pl.UInt32, "similarity": pl.Float64})
    return nearest(pl.concat(best))


def counted(a: Texts, b: Texts, pairs: pl.DataFrame, threshold: float) -> pl.DataFrame:
    """The pairs from ``threshold`` on, with their Jaccard ``similarity``."""
    mine, theirs = (
        side.sets_of(pairs[name].unique().sort().to_numpy()) for side, name in ((a, "item"), (b, "b"))
    )
    shared = (
        pairs.join(mine, on="item")
        .join(theirs.rename({"item": "b"}), on=["b", "gram"])
        .group_by("item", "b")
        .agg(shared=pl.len())
    )
    both = a.sizes[shared["item"].to_numpy()] + b.sizes[shared["b"].to_numpy()]
    ratio = pl.col("shared") / (pl.Series(both) - pl.col("shared"))
    return shared.select("item", "b", similarity=ratio).filter(pl.col("similarity") >= threshold)


def nearest(pairs: pl.DataFrame) -> pl.DataFrame:
    """Of each item, the pair of the highest similarity."""
    return pairs.sort("item", "similarity", "b", descending=[False, True, False]).unique(
        "item", keep="first", maintain_order=True
    )
