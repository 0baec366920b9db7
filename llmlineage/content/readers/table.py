"""CSV and TSV, with a header or without one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmlineage.content.readers import LONGEST, BadRow, Rows, bare_suffix, in_parts
from llmlineage.content.readers.stream import opened
from llmlineage.content.readers.values import half_decoded
from llmlineage.errors import DataError

ROWS = 4096
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
        rows, bad = [], ""
        for row in self.rows():
            if isinstance(row, BadRow):
                bad = bad or f" that can be read (line {row.line}: {row.reason})"
            else:
                rows.append(row)
            if len(rows) == 200:
                break
        if not rows:
            raise DataError(self.path, f"holds no row{bad}")
        return rows

    @property
    def remark(self) -> str:
        """What was done with the first row, where that may not be what was meant."""
        with opened(self.path) as file:
            text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
            _, cells, _ = next(self.cells(text), (0, [], ""))
        why = no_header(cells) if self.header is None else ""
        return f"the first row is taken for data, since {why}" if why else ""

    def parts(self, columns: Sequence[str]) -> Iterator[Rows]:
        wanted = (
            row if isinstance(row, BadRow) else {name: row.get(name) for name in columns}
            for row in self.rows()
        )
        return in_parts(wanted, ROWS)

    def rows(self) -> Iterator[dict[str, str] | BadRow]:
        with opened(self.path) as file:
            text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
            names: list[str] = []
            for line, cells, problem in self.cells(text):
                if not names and problem and self.header is not False:
                    raise DataError(self.path, f"line {line}: {problem}")
                if not names and self.is_header(cells):
                    names = [cell.strip() for cell in cells]
                    continue
                names = names or [f"col{place}" for place in range(len(cells))]
                wrong = mismatch(len(cells), len(names))
                if problem or len(cells) < len(names):
                    yield BadRow(line, problem or wrong)
                    continue
                if len(cells) > len(names):
                    yield BadRow(line, wrong, kept=True)
                yield dict(zip(names, cells, strict=False))

    def cells(self, text: io.TextIOWrapper) -> Iterator[tuple[int, list[str], str]]:
        """The line of each row, its cells, and why they cannot be read; nothing of blank lines."""
        csv.field_size_limit(LONGEST)
        lines = Lines(text)
        rows = csv.reader(lines, delimiter="\t" if bare_suffix(self.path) == ".tsv" else ",")
        line = 1
        try:
            for cells in rows:
                problem = "a quote that is opened here is never closed" if lines.ended else lines.problem
                if cells:
                    yield line, cells, problem
                line, lines.problem = rows.line_num + 1, ""
        except csv.Error as error:
            raise DataError(self.path, f"line {line}: {error}") from error

    def is_header(self, cells: Sequence[str]) -> bool:
        return looks_like_header(cells) if self.header is None else self.header


class Lines:
    """Lines of a text. A row that is still open when they have ``ended`` lacks its closing quote.

    ``problem`` stays set from a line that is not UTF-8 on, until the reader of rows clears it.
    """

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.text, self.ended, self.problem = text, False, ""

    def __iter__(self) -> Iterator[str]:
        while line := self.text.readline(LONGEST + 1):
            if len(line) > LONGEST:
                raise csv.Error(f"longer than {LONGEST >> 20} MB")
            if half_decoded(line):
                self.problem = "not UTF-8"
            yield line
        self.ended = True


def mismatch(found: int, expected: int) -> str:
    cells = f"{found:,} {'cell' if found == 1 else 'cells'}"
    return f"{cells} where {expected:,} {'is' if expected == 1 else 'are'} expected"


def no_header(cells: Sequence[str]) -> str:
    """Why a first row is taken for data; empty where it is a header."""
    if looks_like_header(cells):
        return ""
    names = [cell.strip() for cell in cells]
    twice = next((name for place, name in enumerate(names) if name and name in names[:place]), None)
    if twice is not None:
        return f"{twice[:40]!r} stands in it twice"
    odd = next((name for name in names if not HEADING.fullmatch(name)), "")
    return f"{odd[:40]!r} is no name of a column"


def looks_like_header(cells: Sequence[str]) -> bool:
    """Names, all different; the first may lack one, as that of an index that pandas wrote does."""
    names = [cell.strip() for cell in cells]
    named = names[1:] if len(names) > 1 and not names[0] else names
    return len(set(names)) == len(names) and all(map(HEADING.fullmatch, named))
