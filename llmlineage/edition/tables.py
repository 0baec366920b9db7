"""The tables of an edition: as polars LazyFrames, and as rows for the command line."""

from __future__ import annotations

import difflib
import os
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmlineage.edition import Edition
from llmlineage.errors import InvalidEdition, QueryRefused, UnknownName
from llmlineage.package import TABLES

if TYPE_CHECKING:
    import polars as pl

DERIVED = ("nodes", "edges", "ancestry")
# A query may build values and sorts of this size, no more.
LARGEST_VALUE = 10_000_000
LARGEST_HEAP = 512_000_000


@dataclass(frozen=True)
class Rows:
    """Column names, and the rows as they come from the index."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[object, ...]]


def scan(folder: str, name: str) -> pl.LazyFrame:
    """The parquet file of a table, lazily.

    Raises:
        UnknownName: ``name`` is not a table.
        InvalidEdition: the folder has no such file.
    """
    import polars as pl

    check_table(name)
    path = os.path.join(folder, f"{name}.parquet")
    if not os.path.isfile(path):
        raise InvalidEdition(
            f"{folder} holds no edition: {name}.parquet is missing; build one with 'llmlineage build'"
        )
    return pl.scan_parquet(path)


def counts(edition: Edition) -> Rows:
    """The number of rows of each table of the edition."""
    names = (*TABLES, *DERIVED)
    rows = (edition.index.execute(f'SELECT ?, count(*) FROM "{name}"', (name,)).fetchone() for name in names)
    return Rows(("table", "rows"), rows)


def rows_of(edition: Edition, name: str) -> Rows:
    """All rows of a table, in the order of its key.

    Raises:
        UnknownName: ``name`` is not a table.
    """
    check_table(name)
    cursor = edition.index.execute(f'SELECT * FROM "{name}"')
    return Rows(tuple(column[0] for column in cursor.description), cursor)


def check_table(name: str) -> None:
    known = (*TABLES, *DERIVED)
    if name not in known:
        raise UnknownName(name, difflib.get_close_matches(name, known, n=3, cutoff=0) or known[:3])


def query(edition: Edition, sql: str, seconds: float) -> Rows:
    """Run one SELECT over the edition.

    The connection is read-only, may read the edition alone (no ATTACH, no PRAGMA that sets
    anything, no extension), and is interrupted after ``seconds``. Rows come as they are read.

    Raises:
        QueryRefused: on any of these, or where the SQL is not valid; also while rows are read.
    """
    connection = edition.index
    connection.execute(f"PRAGMA hard_heap_limit = {LARGEST_HEAP}")
    connection.set_authorizer(authorize)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_VALUE)
    deadline = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
    try:
        cursor = connection.execute(sql)
    except (sqlite3.Error, sqlite3.Warning, MemoryError) as error:
        raise refusal(error, seconds) from error
    if cursor.description is None:
        raise QueryRefused("the query is empty")
    columns = tuple(column[0] for column in cursor.description)
    return Rows(columns, guarded(cursor, seconds))


def guarded(cursor: sqlite3.Cursor, seconds: float) -> Iterator[tuple[object, ...]]:
    try:
        yield from cursor
    except (sqlite3.Error, MemoryError) as error:
        raise refusal(error, seconds) from error


def refusal(error: Exception, seconds: float) -> QueryRefused:
    text = str(error)
    if text == "interrupted":
        return QueryRefused(
            f"the query ran longer than {seconds:g} s; narrow it, or allow more with --timeout"
        )
    if "not authorized" in text or "prohibited" in text or "readonly" in text:
        return QueryRefused("the edition is read-only: only SELECT over its own tables is allowed")
    if isinstance(error, MemoryError) or "out of memory" in text or "too big" in text:
        return QueryRefused("the query needs too much memory; select fewer or smaller values")
    return QueryRefused(f"not a valid query: {text}")


def authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """Allow reading and pure functions; the codes are those of SQLite's authorizer."""
    allowed = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE)
    if action in allowed:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION and second != "load_extension":
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and first in ("table_info", "table_list", "data_version"):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY
