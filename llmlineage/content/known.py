"""What the edition knows of rows: fingerprints of datasets, and benchmarks' runs of words."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from llmlineage.content.ngrams import Benchmark
from llmlineage.content.sketches import Fingerprint, from_frame
from llmlineage.edition import Edition
from llmlineage.edition.tables import scan

MOST_GRAMS = 10_000


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
    """Every published fingerprint, by dataset and part."""
    frame = scan(edition.path, "fingerprints").collect()
    return [
        Known(str(id), str(part or ""), from_frame(rows, f"the fingerprint of {id}"))
        for (id, part), rows in frame.partition_by(
            "dataset", "part", as_dict=True, maintain_order=True
        ).items()
    ]


def benchmarks(edition: Edition, n: int) -> list[Benchmark]:
    """Every benchmark whose runs of ``n`` words are published."""
    frame = (
        scan(edition.path, "ngrams").filter(pl.col("words") == n).sort("benchmark", "part", "block").collect()
    )
    return [
        Benchmark(
            f"{id} ({part})" if part else str(id),
            n,
            rows["items"][0],
            pl.concat(pl.read_parquet(io.BytesIO(grams)) for grams in rows["grams"]),
        )
        for (id, part), rows in frame.partition_by(
            "benchmark", "part", as_dict=True, maintain_order=True
        ).items()
    ]


def blocks(one: Benchmark) -> Sequence[str]:
    """A benchmark's runs as cells of the table ``ngrams``, of at most 10,000 runs each."""
    grams = one.grams.sort("item", "gram")
    cells = []
    for start in range(0, max(grams.height, 1), MOST_GRAMS):
        file = io.BytesIO()
        grams.slice(start, MOST_GRAMS).write_parquet(file, compression="zstd", statistics=False)
        cells.append(base64.b64encode(file.getvalue()).decode())
    return cells
