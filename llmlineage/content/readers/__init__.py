"""Readers: one file a format. Each yields :class:`Part` objects, in the order of the rows.

A part is cheap to make and is parsed by :meth:`Part.parse`, so that several can be parsed at once.
Nothing is held whole: a part is some megabytes, or one row where a row is longer.
"""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

import polars as pl

from llmlineage.content import marks
from llmlineage.errors import DataError

SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet")
COMPRESSED = (".gz", ".zst")
FILE = "file://"
# A part holds about so many bytes of text: enough to keep the cores busy, few enough to hold some at once.
PART = 8 << 20
# A row longer than this is no text that anybody compares, and counts as broken.
LONGEST = 64 << 20
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
        from llmlineage.content.readers.values import column_of, not_utf8, text_bytes

        frame, height = self.frame, self.frame.height
        bad = {place: "not UTF-8" for name in schema for place in not_utf8(frame[name])}
        if height == 1 and text_bytes(frame) > LONGEST:
            bad = {0: f"longer than {LONGEST >> 20} MB"}
        if bad:
            frame = frame.filter(pl.Series([place not in bad for place in range(height)]))
        columns = [column_of(frame[name], dtype) for name, dtype in schema.items()]
        rows = [BadRow(place + 1, reason) for place, reason in sorted(bad.items())]
        return Parsed(pl.DataFrame(columns), rows, height)


def in_parts(rows: Iterable[Mapping[str, Any] | BadRow], most: int) -> Iterator[Rows]:
    """Rows, some at a time: at most so many, and of no more than ``PART`` bytes, but one at least."""
    kept: list[Mapping[str, Any]] = []
    bad: list[BadRow] = []
    held = 0
    for row in rows:
        if isinstance(row, BadRow):
            bad.append(row)
        else:
            kept.append(row)
            held += size_of(row)
        if len(kept) + len(bad) >= most or held >= PART:
            yield Rows(kept, bad)
            kept, bad, held = [], [], 0
    if kept or bad:
        yield Rows(kept, bad)


def size_of(row: Mapping[str, Any]) -> int:
    """Roughly the bytes of a row's texts: enough to tell a book from a sentence."""
    size, left = 0, [*row.values()]
    while left:
        value = left.pop()
        if isinstance(value, (str, bytes)):
            size += len(value)
        elif isinstance(value, (Mapping, list, tuple)):
            size += 8 * len(value)
            left.extend(value.values() if isinstance(value, Mapping) else value)
        else:
            size += 8
    return size


def readers(address: str, header: bool | None = None) -> list[Reader]:
    """The readers of a file, a folder, a glob, or ``hub:ORG/NAME[:config][@revision]#split``.

    ``header`` says whether CSV files have one; None lets their first row tell. Raises
    :class:`DataError` where nothing is there, a file's format is not known, or it is a fingerprint.
    """
    if address.startswith("hub:"):
        from llmlineage.content.readers.hub import HubReader

        return [HubReader.at(address)]
    return [file_reader(path, header) for path in files_at(address)]


def files_at(address: str) -> list[Path]:
    """The data files that an address names, sorted.

    Hidden files of a folder are passed over, and what this program itself wrote beside the data.
    """
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
        missing = f"holds no data file ({', '.join(SUFFIXES)}, also .gz and .zst)"
    elif address and path.exists():
        raise DataError(address, "is a pipe or a device; write its data to a file, and name that")
    else:
        matched = sorted(glob.glob(address, recursive=True))  # noqa: PTH207  Path.glob refuses absolute ones
        found = [Path(name) for name in matched if Path(name).is_file()]
        missing = "there is no such file or folder"
    data = [file for file in found if not marks.is_ours(file)]
    if not data:
        raise DataError(address, "holds fingerprints and matches, and no data" if found else missing)
    return data


def inputs_at(address: str) -> list[Path]:
    """Every file of this machine that reading an address may touch, for none of them to be overwritten."""
    if address.startswith("hub:"):
        return []
    path = unquote(address.removeprefix(FILE)) if address.startswith(FILE) else address
    try:
        if Path(path).is_dir():
            return [file for file in Path(path).rglob("*") if file.is_file() and not marks.is_ours(file)]
        return [Path(path), *map(Path, glob.glob(path, recursive=True))]  # noqa: PTH207
    except (OSError, ValueError):
        return []


def is_data(path: Path) -> bool:
    return bare_suffix(path) in SUFFIXES


def hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def bare_suffix(path: Path) -> str:
    """The suffix under a ``.gz`` or ``.zst``."""
    return Path(path.stem if path.suffix.lower() in COMPRESSED else path.name).suffix.lower()


def file_reader(path: Path, header: bool | None = None) -> Reader:
    """The reader of one file, by its suffix; ``.json`` may be an array or JSON Lines."""
    if marks.is_ours(path):
        raise DataError(path, "is a fingerprint, or a list of matches, and holds no rows of text")
    suffix = bare_suffix(path)
    if suffix == ".parquet":
        from llmlineage.content.readers.parquet import ParquetReader

        return ParquetReader(path)
    if suffix in (".csv", ".tsv"):
        from llmlineage.content.readers.table import TableReader

        return TableReader(path, header)
    if suffix in (".json", ".jsonl", ".ndjson"):
        from llmlineage.content.readers import json_array, json_lines

        before = json_array.rows_in_object(path)
        is_array = before or json_array.starts_array(path)
        return json_array.ArrayReader(path, before) if is_array else json_lines.LinesReader(path)
    raise DataError(path, f"the format is told by the suffix, and this is none of {', '.join(SUFFIXES)}")
