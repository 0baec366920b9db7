"""JSON Lines: one JSON object a line. Parsed by polars; what polars refuses, line by line."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import polars as pl

from llmlineage.content.readers import LONGEST, BadRow, Parsed, Schema
from llmlineage.content.readers.stream import opened
from llmlineage.content.readers.values import frame_of, leaves, object_of, whole_number
from llmlineage.errors import DataError

CHUNK = 8 << 20
SAMPLE = 1 << 20
LINE = re.compile(rb"[^\n]+")
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Lines:
    """Whole lines. Broken ones are numbered from the first of these."""

    data: bytes

    def parse(self, schema: Schema) -> Parsed:
        if self.data.isspace():
            return Parsed(frame_of([], schema), lines=self.count())
        if len(self.data) <= LONGEST and schema:
            try:
                frame = pl.read_ndjson(self.data, schema=dict(schema))
            except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
                pass  # the same rows, slower, with the line that is wrong
            else:
                if not any(is_doubtful(texts) for column in frame for texts in leaves(column)):
                    return Parsed(frame, lines=self.count())
        return self.parse_slowly(schema)

    def parse_slowly(self, schema: Schema) -> Parsed:
        rows, bad = self.rows()
        return Parsed(frame_of(rows, schema), bad, self.count())

    def rows(self) -> tuple[list[dict[str, Any]], list[BadRow]]:
        rows: list[dict[str, Any]] = []
        bad: list[BadRow] = []
        number, reached = 1, 0
        for match in LINE.finditer(self.data):  # passes over blank lines, of which there may be a billion
            number += self.data.count(b"\n", reached, match.start())
            reached = match.start()
            found = parse_line(match[0], number)
            if isinstance(found, BadRow):
                bad.append(found)
            elif found is not None:
                rows.append(found)
        return rows, bad

    def count(self) -> int:
        """How many lines, counted without holding up other threads."""
        ends = np.count_nonzero(np.frombuffer(self.data, dtype=np.uint8) == ord("\n"))
        return int(ends) + (not self.data.endswith(b"\n"))


def is_doubtful(texts: pl.Series) -> bool:
    """Whether polars may have made of some value what :func:`frame_of` does not.

    Half a surrogate pair, which is no text, it reads as U+0000 where it does not refuse it; and the
    parts of a message as their JSON.
    """
    parts = texts.filter(texts.str.starts_with("[{")).str.contains('"text": "', literal=True)
    return bool(parts.any() or texts.str.contains("\0", literal=True).any())


def parse_line(line: bytes, number: int) -> dict[str, Any] | BadRow | None:
    """The object of one line; None where it is blank."""
    if len(line) > LONGEST:
        return BadRow(number, f"longer than {LONGEST >> 20} MB")
    if not line.strip():
        return None
    try:
        value = json.loads(line.decode("utf-8"), object_pairs_hook=object_of, parse_int=whole_number)
    except UnicodeDecodeError as error:
        return BadRow(number, f"not UTF-8 at byte {error.start}")
    except RecursionError:
        return BadRow(number, "nested too deeply")
    except ValueError as error:
        return BadRow(number, f"not JSON: {error}")
    return value if isinstance(value, dict) else BadRow(number, "not a JSON object")


@dataclass(frozen=True)
class LinesReader:
    """A JSON Lines file."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path)

    def sample(self) -> list[dict[str, Any]]:
        lines, first_bad = 0, "no row"
        for chunk in self.chunks(SAMPLE):
            rows, bad = chunk.rows()
            if rows:
                return rows
            if bad and first_bad == "no row":
                first_bad = f"line {lines + bad[0].line}: {bad[0].reason}"
            lines += chunk.count()
        raise DataError(self.path, f"holds no JSON object a line ({first_bad})" if lines else "holds no row")

    def parts(self, columns: Sequence[str]) -> Iterator[Lines]:
        return self.chunks(CHUNK)

    def chunks(self, size: int) -> Iterator[Lines]:
        """Whole lines of about ``size`` bytes. Of a line that is too long, no more than shows that."""
        with opened(self.path) as file:
            first = True
            while data := whole_lines(file, size):
                yield Lines(data.removeprefix(BOM) if first else data)
                first = False
                if len(data) > LONGEST and not data.endswith(b"\n"):
                    skip_line(file)


def whole_lines(file: IO[bytes], size: int) -> bytes:
    """The next ``size`` bytes, and those to the end of their last line, but no more than 64 MB of it.

    Where the file can be sought in, its end of line is looked for first: one copy less.
    """
    if isinstance(file, io.BufferedReader) and file.seekable():
        start = file.tell()
        file.seek(start + size - 1)
        size += len(file.readline(LONGEST + 1)) - 1
        file.seek(start)
        return file.read(max(size, 1))
    block = file.read(size)
    return block if block.endswith(b"\n") or not block else block + file.readline(LONGEST + 1)


def skip_line(file: IO[bytes]) -> None:
    while (rest := file.readline(LONGEST)) and not rest.endswith(b"\n"):
        pass
