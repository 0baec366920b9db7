"""Made-up rows, and files of them in every format."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.tiny import ROOT

Rows = Sequence[dict[str, Any]]
SAMPLES = ROOT.parent / "shared" / "samples" / "data"
needs_samples = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the sample data is not here: ../shared is absent"
)

ALPACA = [
    {
        "instruction": f"Describe thing {n}",
        "input": "" if n % 3 else f"Café №{n}",
        "output": f"Thing {n} is\n\nfine.",
    }
    for n in range(100)
]


def write(path: Path, rows: Rows) -> Path:
    """The rows in the format and compression that the name says."""
    *_, suffix = [part for part in path.suffixes if part not in (".gz", ".zst")]
    if suffix == ".parquet":
        buffer = io.BytesIO()
        pl.DataFrame(rows, infer_schema_length=None).write_parquet(buffer)
        data = buffer.getvalue()
    elif suffix in (".csv", ".tsv"):
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), delimiter="\t" if suffix == ".tsv" else ",")
        writer.writeheader()
        writer.writerows(rows)
        data = text.getvalue().encode()
    elif suffix == ".json":
        data = json.dumps(rows, ensure_ascii=False, indent=1).encode()
    else:
        data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    if path.suffix == ".gz":
        data = gzip.compress(data)
    if path.suffix == ".zst":
        import zstandard

        data = zstandard.compress(data)
    path.write_bytes(data)
    return path
