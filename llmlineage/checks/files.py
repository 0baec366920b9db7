"""Whether each file is a whole, plain CSV table: UTF-8, LF, the schema's header, full rows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from llmlineage.errors import Problem
from llmlineage.package import Package, Table

LONGEST_CELL = 4_000
# Of base64; readers of CSV in Python refuse a cell over 131,072 characters unless told otherwise.
LONGEST_BINARY = 131_000
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")


def check_files(package: Package) -> list[Problem]:
    """All problems that keep the package's files from being read as tables."""
    return [problem for table in package.tables.values() for problem in check_file(table)]


def check_file(table: Table) -> list[Problem]:
    try:
        content = table.path.read_bytes()
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
        return [
            Problem(table.file, 0, "", "", problem, "restore the file; it may be empty but for its header")
        ]
    damage = check_encoding(table.file, content)
    if damage:
        return damage
    usual = csv.field_size_limit(len(content) + 1)
    try:
        return list(check_rows(table, content.decode("utf-8")))
    finally:
        csv.field_size_limit(usual)  # the limit is the whole program's


def check_encoding(file: str, content: bytes) -> list[Problem]:
    if content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return [Problem(file, 1, "", "", "starts with a byte order mark", "save it as UTF-8 without BOM")]
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        return [Problem(file, row, "", "", f"byte {error.start} is not UTF-8", "save it as UTF-8")]
    if b"\r" in content:
        row = content.count(b"\n", 0, content.index(b"\r")) + 1
        return [Problem(file, row, "", "", "has a carriage return", "end lines with LF alone")]
    if not content:
        return [Problem(file, 0, "", "", "is empty", "write at least the header")]
    if not content.endswith(b"\n"):
        row = content.count(b"\n") + 1
        return [
            Problem(file, row, "", "", "ends in the middle of a line", "the file may be cut; end it with LF")
        ]
    return []


def check_rows(table: Table, text: str) -> Iterator[Problem]:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(rows)
        yield from check_header(table, header)
        if header != list(table.columns):
            return
        for cells in rows:
            yield from check_cells(table, rows.line_num, cells)
    except csv.Error as error:
        suggestion = "close every quote, and write a quote inside a cell twice"
        yield Problem(table.file, rows.line_num, "", "", f"is not CSV ({error})", suggestion)


def check_header(table: Table, header: list[str]) -> Iterator[Problem]:
    wanted = list(table.columns)
    for column in wanted:
        if column not in header:
            yield Problem(
                table.file, 1, column, "", "the column is missing", f"the header is {','.join(wanted)}"
            )
    for column in header:
        if column not in wanted:
            yield Problem(
                table.file, 1, column, "", "is not a column of this table", "remove it, or put it in the note"
            )
    if sorted(header) == sorted(wanted) and header != wanted:
        yield Problem(
            table.file, 1, "", "", "the columns are out of order", f"the header is {','.join(wanted)}"
        )
    if len(set(header)) < len(header):
        yield Problem(table.file, 1, "", "", "a column stands twice", f"the header is {','.join(wanted)}")


def check_cells(table: Table, row: int, cells: list[str]) -> Iterator[Problem]:
    if len(cells) != len(table.columns):
        problem = f"has {len(cells)} cells where the header has {len(table.columns)}"
        yield Problem(table.file, row, "", "", problem, "a cell with a comma in it must be quoted")
        return
    for field, cell in zip(table.fields, cells, strict=True):
        column, longest = field.name, LONGEST_BINARY if field.binary else LONGEST_CELL
        if not cell:
            continue
        if len(cell) > longest:
            yield Problem(table.file, row, column, cell, f"is over {longest:,} characters", "say it shorter")
        elif not cell.isprintable():
            yield Problem(
                table.file, row, column, cell, "has a line break or control character", "use spaces"
            )
        elif cell != cell.strip():
            yield Problem(table.file, row, column, cell, "starts or ends with a space", "remove it")
        elif cell[0] in "=+-@" and not _NUMBER.fullmatch(cell):
            yield Problem(
                table.file,
                row,
                column,
                cell,
                "a spreadsheet would run it as a formula",
                "start it with a letter",
            )
