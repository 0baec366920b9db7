"""Whether each file is a whole, plain CSV table: UTF-8, LF, the schema's header, full rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice

from llmlineage.errors import Problem
from llmlineage.package import Field, Package, Table, read_bytes

LONGEST_CELL = 4_000
# Of base64; readers of CSV in Python refuse a cell over 131,072 characters unless told otherwise.
LONGEST_BINARY = 131_000
# A table is held in memory, with an object a cell.
LARGEST_FILE = 256_000_000
# What is told of one file: whoever breaks more than that has broken it by one cause.
MOST_PROBLEMS = 1_000
MOST_COLUMNS = 10
# How far the end of a cell with line breaks in it is looked for.
MOST_LINES_OF_A_CELL = 50

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
# RFC 4180, section 2: a cell is quoted as a whole, or has no quote in it.
_QUOTED = re.compile(r'"[^"]*+(?:""[^"]*+)*+"')
_PLAIN = re.compile(r'[^",]*+')


def check_files(package: Package) -> list[Problem]:
    """All problems that keep the package's files from being read as tables."""
    return [problem for table in package.tables.values() for problem in check_file(table)]


def check_file(table: Table) -> list[Problem]:
    try:
        content = read_bytes(table.path, LARGEST_FILE)
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
        return [
            Problem(table.file, 0, "", "", problem, "restore the file; it may be empty but for its header")
        ]
    damage = check_encoding(table.file, content)
    if damage:
        return damage
    problems = list(islice(check_rows(table, content.decode("utf-8")), MOST_PROBLEMS + 1))
    if len(problems) > MOST_PROBLEMS:
        told = f"has more problems than these {MOST_PROBLEMS:,}"
        problems[-1] = Problem(table.file, 0, "", "", told, "mend what they have in common, and check again")
    return problems


def check_encoding(file: str, content: bytes) -> list[Problem]:
    """Whether the bytes are a text of UTF-8 whose every line ends in LF alone."""
    problem, suggestion, place = "", "", 0
    if content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        problem, suggestion = "starts with a byte order mark", "save it as UTF-8 without BOM"
    elif content.count(0, 0, 1_000) > len(content[:1_000]) // 4:
        problem, suggestion = "is not UTF-8: every other byte is zero, as in UTF-16", "save it as UTF-8"
    elif (place := first_not_utf8(content)) >= 0:
        problem, suggestion = f"byte {place} is not UTF-8", "save it as UTF-8"
    elif (place := content.find(b"\r")) >= 0:
        problem, suggestion = "has a carriage return", "end lines with LF alone"
    elif not content:
        return [Problem(file, 0, "", "", "is empty", "write at least the header")]
    elif not content.endswith(b"\n"):
        place = len(content)
        problem, suggestion = "ends in the middle of a line", "the file may be cut; end it with LF"
    row = content.count(b"\n", 0, place) + 1
    return [Problem(file, row, "", "", problem, suggestion)] if problem else []


def first_not_utf8(content: bytes) -> int:
    """Where the first byte stands that is not UTF-8; -1 where there is none."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return -1


def check_rows(table: Table, text: str) -> Iterator[Problem]:
    """A row is one line: no cell has a line break, so a fault of one row never hides the next."""
    header, *lines = text.removesuffix("\n").split("\n")
    cells, quote = split_line(header)
    if quote:
        yield Problem(table.file, 1, "", "", quote, f"the header is {','.join(table.columns)}")
        return
    wrong = list(check_header(table, cells))
    yield from wrong
    if wrong:
        return
    at = 0
    while at < len(lines):
        cells, quote = split_line(lines[at])
        taken = lines_of_cell(lines, at, len(table.columns)) if quote else 1
        if taken > 1:
            cells, quote = split_line("\n".join(lines[at : at + taken]))
        yield from check_cells(table, at + 2, cells, quote)
        at += taken


def split_line(line: str) -> tuple[list[str], str]:
    """The cells of a line, and what is wrong with its quotes, if anything; then the cells end before it."""
    if '"' not in line:
        return line.split(","), ""
    cells: list[str] = []
    at = 0
    while True:
        quoted = line.startswith('"', at)
        match = (_QUOTED if quoted else _PLAIN).match(line, at)
        if match is None:
            return cells, "opens a quote that its line does not close"
        cells.append(match[0][1:-1].replace('""', '"') if quoted else match[0])
        at = match.end()
        if at == len(line):
            return cells, ""
        if line[at] != ",":
            cells.pop()
            return (
                cells,
                "has text after a closing quote" if quoted else "has a quote inside an unquoted cell",
            )
        at += 1


def lines_of_cell(lines: Sequence[str], at: int, columns: int) -> int:
    """How many lines the row at a line takes where a quoted cell has line breaks; else 1."""
    for end in range(at + 2, min(at + MOST_LINES_OF_A_CELL, len(lines)) + 1):
        if '"' in lines[end - 1]:
            cells, quote = split_line("\n".join(lines[at:end]))
            if not quote and len(cells) == columns:
                return end - at
    return 1


def check_header(table: Table, header: Sequence[str]) -> Iterator[Problem]:
    wanted, suggestion = list(table.columns), f"the header is {','.join(table.columns)}"
    missing = [column for column in wanted if column not in set(header)]
    unknown = list(dict.fromkeys(column for column in header if column not in table.columns))
    if len(missing) + len(unknown) > MOST_COLUMNS:
        problem = (
            f"is no header of this table: {len(missing)} columns are missing, {len(unknown):,} are unknown"
        )
        yield Problem(table.file, 1, "", "", problem, suggestion)
        return
    for column in missing:
        yield Problem(table.file, 1, column, "", "the column is missing", suggestion)
    for column in unknown:
        problem = "is not a column of this table"
        yield Problem(table.file, 1, column, "", problem, "remove it, or put it in the note")
    if sorted(header) == sorted(wanted) and list(header) != wanted:
        yield Problem(table.file, 1, "", "", "the columns are out of order", suggestion)
    if len(set(header)) < len(header):
        yield Problem(table.file, 1, "", "", "a column stands twice", suggestion)


def check_cells(table: Table, row: int, cells: Sequence[str], quote: str) -> Iterator[Problem]:
    """What is wrong with the cells of a row; ``quote`` says what is with the cell after them, if anything."""
    columns = table.columns
    if quote:
        column = columns[len(cells)] if len(cells) < len(columns) else ""
        suggestion = "quote the whole cell, close every quote, and write a quote inside a cell twice"
        yield Problem(table.file, row, column, "", f"is not CSV: {quote}", suggestion)
    elif cells == [""]:
        yield Problem(table.file, row, "", "", "is a blank line", "remove it")
    elif len(cells) != len(columns):
        problem = f"has {len(cells):,} cells where the header has {len(columns)}"
        yield Problem(table.file, row, "", "", problem, "a cell with a comma in it must be quoted")
    else:
        for field, cell in zip(table.fields, cells, strict=True):
            if cell and (fault := fault_of(field, cell)):
                yield Problem(table.file, row, field.name, cell, *fault)


def fault_of(field: Field, cell: str) -> tuple[str, str] | None:
    """What no cell of any table may be, and what would mend it."""
    longest = LONGEST_BINARY if field.binary else LONGEST_CELL
    if len(cell) > longest:
        return f"is over {longest:,} characters", "say it shorter"
    if not cell.isprintable():
        return "has a line break or control character", "use spaces"
    if cell != cell.strip():
        return "starts or ends with a space", "remove it"
    if cell[0] in "=+-@" and not _NUMBER.fullmatch(cell):
        return "a spreadsheet would run it as a formula", "start it with a letter"
    if not cell.isascii() and not unicodedata.is_normalized("NFC", cell):
        return "has letters taken apart into letter and accent", "write them in Unicode's form NFC"
    return None
