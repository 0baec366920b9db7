"""Benchmark items whose words stand in the data: runs of 13 words (or 8) that both hold.

The measure of contamination of Brown et al. 2020 (arxiv.org/abs/2005.14165, appendix C) and, with 8,
of Chowdhery et al. 2022 (arxiv.org/abs/2204.02311, section 8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from llmlineage.content.rows import Collection
from llmlineage.content.shingles import shingles, words
from llmlineage.errors import DataError

WORDS = 13


@dataclass(frozen=True)
class Benchmark:
    """The runs of ``n`` words in the prompts of a benchmark's items.

    ``grams`` has ``item`` (UInt32, its row) and ``gram`` (UInt64), without doubles. ``items`` counts
    all items; those of fewer than ``n`` words have no run and cannot be checked.
    """

    name: str
    n: int
    items: int
    grams: pl.DataFrame

    @property
    def checked(self) -> int:
        return self.grams["item"].n_unique()


@dataclass(frozen=True)
class Contamination:
    """How many of a benchmark's items have a run of ``n`` words that stands in the data.

    ``share`` is ``found`` of ``checked``; None where no item could be checked. ``rows`` are the found
    items' rows in the benchmark, from 0.
    """

    benchmark: str
    n: int
    items: int
    checked: int
    found: int
    share: float | None
    rows: tuple[int, ...]


def read_benchmark(collection: Collection, n: int = WORDS, name: str | None = None) -> Benchmark:
    """The runs of words of a benchmark's prompts. Raises :class:`DataError`."""
    parts = []
    for batch in collection.normalised():
        asked = batch.filter(pl.col("prompt").is_not_null())
        grams = shingles(words(asked["prompt"]), n, short=False)
        rows = asked["row"].cast(pl.UInt32).gather(grams["item"])
        parts.append(pl.DataFrame({"item": rows, "gram": grams["gram"]}).unique())
    if not parts:
        raise DataError(collection.address, "holds no text")
    return Benchmark(name or collection.name, n, collection.rows, pl.concat(parts))


def contamination(data: Collection, benchmarks: Sequence[Benchmark]) -> list[Contamination]:
    """Read the data once, prompts and responses, and look for the runs of every benchmark.

    Raises :class:`DataError` where the data cannot be read.
    """
    sizes = sorted({one.n for one in benchmarks})
    wanted = {n: pl.concat([one.grams["gram"] for one in benchmarks if one.n == n]).unique() for n in sizes}
    met: dict[int, list[pl.Series]] = {n: [] for n in sizes}
    for batch in data.normalised():
        spoken = words(pl.concat([batch["prompt"], batch["response"].rename("prompt")]))
        for n in sizes:
            grams = shingles(spoken, n, short=False)["gram"]
            met[n].append(grams.filter(grams.is_in(wanted[n].implode())).unique())
    found = {n: pl.concat(parts).unique() for n, parts in met.items()}
    return [counted(one, found[one.n]) for one in benchmarks]


def counted(one: Benchmark, found: pl.Series) -> Contamination:
    hit = one.grams.filter(pl.col("gram").is_in(found.implode()))["item"].unique().sort()
    share = len(hit) / one.checked if one.checked else None
    return Contamination(one.name, one.n, one.items, one.checked, len(hit), share, tuple(hit.to_list()))
