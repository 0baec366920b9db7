"""Parquet, read lazily: only the columns that are needed, a batch of rows at a time."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from llmlineage.content.readers import COMPRESSED, Frame
from llmlineage.content.readers.stream import opened
from llmlineage.content.readers.values import pieces, text_bytes
from llmlineage.errors import DataError

ROWS = 32_768
# Texts of a table are cheap to hand on, and cheaper in large parts.
PART = 16 << 20
# The first rows tell how long they are.
FIRST = 2_048


@dataclass(frozen=True)
class ParquetReader:
    """A parquet file."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path)

    def sample(self) -> list[dict[str, Any]]:
        with self.scan() as table:
            rows = next(pieces(table.head(200).collect(), PART)).to_dicts()
        if not rows:
            raise DataError(self.path, "holds no row")
        return rows

    def parts(self, columns: Sequence[str]) -> Iterator[Frame]:
        with self.scan() as table:
            for frame in slices(table.select(columns)):
                yield from map(Frame, pieces(frame, PART))

    @contextmanager
    def scan(self) -> Iterator[pl.LazyFrame]:
        """The table. Raises :class:`DataError` where it is no parquet file, or a damaged one."""
        with unpacked(self.path) as path:
            try:
                yield pl.scan_parquet(path, glob=False)
            except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
                reason = str(error).strip().splitlines()[0]
                raise DataError(self.path, f"not a whole parquet file ({reason})") from error


def slices(table: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    """The rows in order, so many at a time as make a part.

    A slice unpacks the pages that hold it; a stream of batches whole groups of rows, several at once,
    which may be a gigabyte.
    """
    height, start, rows = table.select(pl.len()).collect().item(), 0, min(ROWS, FIRST)
    while start < height:
        frame = table.slice(start, rows).collect()
        if not frame.height:
            raise pl.exceptions.ComputeError(f"it ends at row {start} of {height}")
        yield frame
        start += frame.height
        fitting = PART * frame.height // max(text_bytes(frame), 1)
        rows = min(max(fitting, 1), 4 * rows, ROWS)


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """The file itself, or an unpacked copy: parquet is read from its end."""
    if path.suffix.lower() not in COMPRESSED:
        with opened(path), utf8_name(path) as name:
            yield name
        return
    with tempfile.NamedTemporaryFile(suffix=".parquet") as copy:
        with opened(path) as file:
            shutil.copyfileobj(file, copy)
        copy.flush()
        yield Path(copy.name)


@contextmanager
def utf8_name(path: Path) -> Iterator[Path]:
    """The file by a name that polars takes: where its own is not UTF-8, by a link."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        with tempfile.TemporaryDirectory() as folder:
            link = Path(folder, "rows.parquet")
            link.symlink_to(path.resolve())
            yield link
    else:
        yield path
