"""Mending what nobody should do by hand: byte order marks, line ends, the order of rows. Cells stay."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmlineage.checks.files import LARGEST_FILE
from llmlineage.curate import rules
from llmlineage.curate.lines import rewriting
from llmlineage.edition.locks import locked
from llmlineage.package import Package, Table, read_bytes

_BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(r"[\r\n]+$")


class NoTable(Exception):
    """A file cannot be parsed as its table; the text says why."""


@dataclass(frozen=True)
class Fix:
    """What was changed in a file; or, where ``refused`` is not empty, why it was left as it is."""

    file: str
    changes: tuple[str, ...] = ()
    refused: str = ""


def fix(package: Package) -> list[Fix]:
    """Sort tables by their keys, strip byte order marks, and let every line end in LF.

    A file that is in order is not written; one that cannot be parsed as its table is left as it is.
    """
    with locked(package.root):
        fixes = [fix_file(table) for table in package.tables.values()]
    return [one for one in fixes if one.changes or one.refused]


def fix_file(table: Table) -> Fix:
    try:
        content = read_bytes(table.path, LARGEST_FILE)
        mended, changes = mend(table, content)
    except OSError as error:
        return Fix(table.file, refused=f"cannot be read ({error.strerror})")
    except NoTable as error:
        return Fix(table.file, refused=str(error))
    if changes:
        with rewriting(table.path, mended):
            pass
    return Fix(table.file, changes)


def mend(table: Table, content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The content of a file in order, and what was done for it."""
    try:
        text = content.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        raise NoTable(f"byte {error.start} is not UTF-8; save it as UTF-8") from error
    header, *rows = parsed(table, text)
    carriage_returns = sum("\r" in line for line, _ in (header, *rows))
    numbered = [(row, dict(zip(table.columns, cells, strict=True))) for row, (_, cells) in enumerate(rows, 2)]
    misplaced = rules.misplaced(table, numbered)
    # Python's sort is stable: rows of one key, which validation reports, keep their order.
    ordered = sorted(range(len(rows)), key=lambda place: rules.key_of(table, numbered[place][1]))
    lines = [header[0], *(rows[place][0] for place in ordered)]
    done = {
        "stripped the byte order mark": content.startswith(_BOM),
        f"folded line ends to LF ({carriage_returns:,})": carriage_returns,
        "added the last LF": not text.endswith(("\n", "\r")),
        f"sorted (rows out of order: {misplaced:,})": misplaced,
    }
    mended = "".join(_LINE_END.sub("", line) + "\n" for line in lines).encode()
    return mended, tuple(change for change, happened in done.items() if happened)


def parsed(table: Table, text: str) -> list[tuple[str, list[str]]]:
    """Of each row, the header first, its text as it stands in the file and its cells."""
    lines = list(io.StringIO(text, newline=""))
    usual = csv.field_size_limit(len(text) + 1)
    try:
        return list(rows_of(table, lines))
    except csv.Error as error:
        raise NoTable(f"is not CSV ({error}); close every quote, write one in a cell twice") from error
    finally:
        csv.field_size_limit(usual)  # the limit is the whole program's


def rows_of(table: Table, lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    if not lines:
        raise NoTable("is empty; write at least the header")
    reader = csv.reader(lines, strict=True)
    for row, (line, cells) in enumerate(zip(lines, reader, strict=False), start=1):
        if reader.line_num != row:
            # A quote that was never meant may have swallowed the lines between.
            raise NoTable(f"line {row} has a line break inside a cell; close the quote, or use a space")
        if row == 1 and cells != list(table.columns):
            raise NoTable(f"the header is not {','.join(table.columns)}")
        if len(cells) != len(table.columns):
            problem = f"line {row} has {len(cells)} cells where the header has {len(table.columns)}"
            mend = "a cell with a comma in it must be quoted" if cells else "remove the line"
            raise NoTable(f"{problem}; {mend}")
        yield line, cells
