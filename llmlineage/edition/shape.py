"""What an index must look like before anything is asked of it: an edition from elsewhere is input.

The index is sealed when it is built: its header, in which SQLite counts every later change, carries
its own checksum. That costs a look-up one read of 100 bytes, where a hash of the whole file would
cost a tenth of it. What the tables are is checked too, so that no view stands in place of a table
and none does more than the views that a build writes.
"""

from __future__ import annotations

import os
import sqlite3
from binascii import crc32

FORMAT = 3
# https://www.sqlite.org/fileformat.html#the_database_header
_MAGIC = b"SQLite format 3\0"
_HEADER = 100
_PAGE_SIZE, _PAGES, _FORMAT, _SEAL = slice(16, 18), slice(28, 32), slice(60, 64), slice(68, 72)

TABLES = (
    "meta", "node", "edge", "closure", "names", "methods", "licenses", "organizations", "aliases", "sources",
    "discrepancies", "fingerprints", "measurements", "ngrams",
)  # fmt: skip
SEARCH = (
    'CREATE VIRTUAL TABLE search USING fts5 (id UNINDEXED, "table" UNINDEXED, name, aliases, organization, '
    'summary, tokenize = "unicode61 remove_diacritics 2", detail = column)'
)
_ENDS = "JOIN node AS child ON child.n = {0}.c JOIN node AS parent ON parent.n = {0}.{1}"
_EDGES = f"edge {_ENDS.format('edge', 'p')}"
# What each view selects from.
VIEWS = {
    "nodes": "node",
    "datasets": "node WHERE type = 'dataset'",
    "models": "node WHERE type = 'model'",
    "edges": _EDGES,
    "derivations": f"{_EDGES} WHERE edge.\"table\" = 'derivations'",
    "generations": f"{_EDGES} WHERE edge.\"table\" = 'generations'",
    "trainings": f"{_EDGES} WHERE edge.\"table\" = 'trainings'",
    "adaptations": f"{_EDGES} WHERE edge.\"table\" = 'adaptations'",
    "ancestry": f"closure {_ENDS.format('closure', 'a')}",
}


# Ends the name of a column that says how much of the date in another is known: year, month or day.
PRECISION = "_precision"


def tells_precision(column: str) -> bool:
    """Whether a column says of a date how much is known; ``rows_precision`` is a fact of its own."""
    return column.endswith(PRECISION) and column != f"rows{PRECISION}"


def view(name: str, columns: str) -> str:
    """The statement that makes a view of these columns."""
    return f"CREATE VIEW {name} AS SELECT {columns} FROM {VIEWS[name]}"


def seal(index: str | os.PathLike[str]) -> None:
    """Write the checksum of a finished index into its header, as SQLite's application id."""
    with open(index, "r+b", buffering=0) as file:  # noqa: PTH123
        header = file.read(_HEADER)
        file.seek(_SEAL.start)
        file.write(_checksum(header))


def header_fault(index: str) -> str | None:
    """What the first bytes of an index say is wrong with it, or None."""
    with open(index, "rb", buffering=0) as file:  # noqa: PTH123
        header = file.read(_HEADER)
        size = os.fstat(file.fileno()).st_size
    if header and not header.startswith(_MAGIC):
        return "cannot be read (file is not a database); build it again"
    format_ = int.from_bytes(header[_FORMAT], "big")
    if format_ > FORMAT:
        return f"has format {format_} where this llmlineage reads {FORMAT}; install a later llmlineage"
    if format_ < FORMAT:
        return f"has format {format_} where this llmlineage reads {FORMAT}; build it again"
    if header[_SEAL] != _checksum(header) or size != _told_size(header):
        return "is damaged (it is not as it was built); build it again"
    return None


def _checksum(header: bytes) -> bytes:
    return crc32(header[: _SEAL.start] + header[_SEAL.stop :]).to_bytes(4, "big")


def _told_size(header: bytes) -> int:
    page = int.from_bytes(header[_PAGE_SIZE], "big")
    return int.from_bytes(header[_PAGES], "big") * (65_536 if page == 1 else page)


def schema_fault(connection: sqlite3.Connection) -> str | None:
    """Which table of an index is missing or other than a build writes it, or None."""
    found = set()
    for type_, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_schema"):
        if type_ != "index" and not _is_expected(type_, name, sql):
            return f"is damaged ({name} is not what it should be); build it again"
        found.add(name)
    missing = sorted({*TABLES, *VIEWS, "search"} - found)
    return f"is damaged ({missing[0]} is missing); build it again" if missing else None


def _is_expected(type_: str, name: str, sql: str) -> bool:
    if type_ == "view":
        columns = sql.removeprefix(f"CREATE VIEW {name} AS SELECT ").partition(" FROM ")[0]
        return name in VIEWS and "(" not in columns and sql == view(name, columns)
    if name == "search":
        return sql == SEARCH
    # A computed column could take for ever; it has brackets, and a build writes none but these.
    plain = sql.replace("KEY (", "KEY(").replace("PRIMARY KEY(", "").count("(") == 1
    return type_ == "table" and plain and not sql.startswith("CREATE VIRTUAL")
