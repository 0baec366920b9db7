"""Readers: one file a format. Each yields :class:`Part` objects, in the order of the rows.

A part is cheap to make and is parsed by :meth:`Part.parse`, so that several can be parsed at once.
Nothing is held whole: a part is some megabytes, or one row where a row is longer.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from llmlineage.errors import DataError

SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet")
COMPRESSED = (".gz", ".zst")
# The polars type of each column that a layout needs.
Schema = Mapping[str, Any]


@dataclass(frozen=True)
class BadRow:
    """A row that is not as it should be. ``line`` counts from 1; where a file has no lines, it is the row.

    ``kept`` says that what the row lacks or has too much of does not keep its texts from being read.
    """

    line: int
    reason: str
    kept: bool = False


@dataclass(frozen=True)
class Parsed:
    """``frame`` holds the needed columns of the rows that could be read, in order.

    Where ``lines`` is given, it counts the lines (of a table, the rows) of the part, from whose first
    one ``bad`` counts.
    """

    frame: pl.DataFrame
    bad: Sequence[BadRow] = ()
    lines: int = 0


class Part(Protocol):
    """Some consecutive rows of a file, not yet parsed."""

    def parse(self, schema: Schema) -> Parsed: ...


class Reader(Protocol):
    """One file or split."""

    @property
    def name(self) -> str: ...

    def sample(self) -> list[dict[str, Any]]:
        """The first rows, from which the layout is recognised."""

    def parts(self, columns: Sequence[str]) -> Iterator[Part]:
        """All rows; ``columns`` are those that will be asked for."""


@dataclass(frozen=True)
class Rows:
    """Rows already read as dictionaries: of a JSON array, a CSV file, a stream from the Hub."""

    rows: Sequence[Mapping[str, Any]]
    bad: Sequence[BadRow] = field(default=())

    def parse(self, schema: Schema) -> Parsed:
        from llmlineage.content.readers.values import frame_of

        return Parsed(frame_of(self.rows, schema), self.bad)


@dataclass(frozen=True)
class Frame:
    """Rows of a table that has types of its own."""

    frame: pl.DataFrame

    def parse(self, schema: Schema) -> Parsed:
        from llmlineage.content.readers.values import column_of, not_utf8

        broken = set().union(*(not_utf8(self.frame[name]) for name in schema))
        frame = self.frame
        if broken:
            frame = frame.filter(pl.Series([place not in broken for place in range(frame.height)]))
        columns = [column_of(frame[name], dtype) for name, dtype in schema.items()]
        bad = [BadRow(place + 1, "not UTF-8") for place in sorted(broken)]
        return Parsed(pl.DataFrame(columns), bad, self.frame.height)


def readers(address: str, header: bool | None = None) -> list[Reader]:
    """The readers of a file, a folder, a glob, or ``hub:ORG/NAME[:config][@revision]#split``.

    ``header`` says whether CSV files have one; None lets their first row tell. Raises
    :class:`DataError` where nothing is there or a file's format is not known.
    """
    if address.startswith("hub:"):
        from llmlineage.content.readers.hub import HubReader

        return [HubReader.at(address)]
    return [file_reader(path, header) for path in files_at(address)]


def files_at(address: str) -> list[Path]:
    """The data files that an address names, sorted; hidden files are passed over."""
    try:
        return found_at(address)
    except OSError as error:  # such as a name that is too long
        raise DataError(address, error.strerror or str(error)) from error


def found_at(address: str) -> list[Path]:
    path = Path(address)
    if path.is_file():
        return [path]
    if address and path.is_dir():
        found = [
            file
            for file in sorted(path.rglob("*"))
            if file.is_file() and is_data(file) and not hidden(file.relative_to(path))
        ]
        if not found:
            raise DataError(address, f"holds no data file ({', '.join(SUFFIXES)}, also .gz and .zst)")
        return found
    matched = sorted(glob.glob(address, recursive=True))  # noqa: PTH207  Path.glob refuses absolute patterns
    found = [Path(name) for name in matched if Path(name).is_file()]
    if not found:
        raise DataError(address, "there is no such file or folder")
    return found


def is_data(path: Path) -> bool:
    return bare_suffix(path) in SUFFIXES


def hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def bare_suffix(path: Path) -> str:
    """The suffix under a ``.gz`` or ``.zst``."""
    return Path(path.stem if path.suffix.lower() in COMPRESSED else path.name).suffix.lower()


def file_reader(path: Path, header: bool | None = None) -> Reader:
    """The reader of one file, by its suffix; ``.json`` may be an array or JSON Lines."""
    suffix = bare_suffix(path)
    if suffix == ".parquet":
        from llmlineage.content.readers.parquet import ParquetReader

        return ParquetReader(path)
    if suffix in (".csv", ".tsv"):
        from llmlineage.content.readers.table import TableReader

        return TableReader(path, header)
    if suffix in (".json", ".jsonl", ".ndjson"):
        from llmlineage.content.readers import json_array, json_lines

        is_array = json_array.starts_array(path)
        return json_array.ArrayReader(path) if is_array else json_lines.LinesReader(path)
    raise DataError(path, f"the format is told by the suffix, and this is none of {', '.join(SUFFIXES)}")
