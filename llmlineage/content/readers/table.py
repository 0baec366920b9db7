"""CSV and TSV, with a header or without one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from llmlineage.content.readers import BadRow, Rows, bare_suffix
from llmlineage.content.readers.stream import opened
from llmlineage.errors import DataError

ROWS = 4096
LONGEST = 64 << 20
# What a heading looks like: a short name, no sentence and no number.
HEADING = re.compile(r"[^\W\d][\w .:/-]{0,39}")


@dataclass(frozen=True)
class TableReader:
    """A CSV or TSV file. ``header`` None: the first row is one where every cell looks like a name.

    Columns of a file with no header are called ``col0``, ``col1`` and so on.
    """

    path: Path
    header: bool | None = None

    @property
    def name(self) -> str:
        return str(self.path)

    def sample(self) -> list[dict[str, Any]]:
        rows = [row for row in islice(self.rows(), 200) if isinstance(row, dict)]
        if not rows:
            raise DataError(self.path, "holds no row")
        return rows

    def parts(self, columns: Sequence[str]) -> Iterator[Rows]:
        rows: list[dict[str, Any]] = []
        bad: list[BadRow] = []
        for row in self.rows():
            if isinstance(row, BadRow):
                bad.append(row)
            else:
                rows.append(row)
            if len(rows) + len(bad) == ROWS:
                yield Rows(rows, bad)
                rows, bad = [], []
        if rows or bad:
            yield Rows(rows, bad)

    def rows(self) -> Iterator[dict[str, str] | BadRow]:
        with opened(self.path) as file:
            yield from self.cells(io.TextIOWrapper(file, encoding="utf-8-sig", newline=""))

    def cells(self, text: io.TextIOWrapper) -> Iterator[dict[str, str] | BadRow]:
        csv.field_size_limit(LONGEST)
        lines = csv.reader(text, delimiter="\t" if bare_suffix(self.path) == ".tsv" else ",")
        line, names = 1, None
        while True:
            try:
                cells = next(lines, None)
            except UnicodeDecodeError as error:
                raise DataError(self.path, f"not UTF-8 after line {line} ({error.reason})") from error
            except csv.Error as error:
                raise DataError(self.path, f"line {lines.line_num}: {error}") from error
            if cells is None:
                return
            if cells and names is None:
                if self.header or (self.header is None and looks_like_header(cells)):
                    names, cells = cells, []
                else:
                    names = [f"col{place}" for place in range(len(cells))]
            if cells and names is not None:
                if len(cells) != len(names):
                    kept = len(cells) > len(names)
                    yield BadRow(line, f"{len(cells)} cells where {len(names)} are expected", kept)
                if len(cells) >= len(names):
                    yield dict(zip(names, cells, strict=False))
            line = lines.line_num + 1


def looks_like_header(cells: Sequence[str]) -> bool:
    return len(set(cells)) == len(cells) and all(HEADING.fullmatch(cell.strip()) for cell in cells)
