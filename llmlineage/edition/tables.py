"""The tables of an edition: as polars LazyFrames, and as rows for the command line."""

from __future__ import annotations

import difflib
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from llmlineage.edition import Edition, asking
from llmlineage.errors import InvalidEdition, QueryRefused, UnknownName
from llmlineage.package import TABLES
from llmlineage.visible import is_text

if TYPE_CHECKING:
    import polars as pl

DERIVED = ("nodes", "edges", "ancestry")
# A query may build values, rows and sorts of so many bytes, no more.
LARGEST_VALUE = 10_000_000
LARGEST_ROW = 50_000_000
LARGEST_HEAP = 512_000_000


@dataclass(frozen=True)
class Rows:
    """Column names, and the rows as they come from the index."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[object, ...]]

    def to_polars(self) -> pl.DataFrame:
        """The rows as a frame, each column of the type that its values have; they can be read only once.

        Raises:
            QueryRefused: two columns have the same name, or the query fails while its rows are read.
        """
        import polars as pl

        if len(set(self.columns)) < len(self.columns):
            raise QueryRefused("two columns have the same name; tell them apart with AS")
        return pl.DataFrame(
            list(self.rows), schema=list(self.columns), orient="row", infer_schema_length=None, strict=False
        )


def scan(folder: str, name: str) -> pl.LazyFrame:
    """The parquet file of a table, lazily.

    Raises:
        UnknownName: ``name`` is not a table.
        InvalidEdition: the folder has no such file, or it is damaged.
    """
    import polars as pl

    check_table(name)
    path = os.path.join(folder, f"{name}.parquet")
    if not os.path.isfile(path):
        raise InvalidEdition(
            f"{folder} holds no edition: {name}.parquet is missing; build one with 'llmlineage build'"
        )
    try:
        frame = pl.scan_parquet(path)
        frame.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InvalidEdition(f"{path} is damaged; build the edition again") from error
    return frame


def counts(edition: Edition) -> Rows:
    """The number of rows of each table of the edition."""
    names = (*TABLES, *DERIVED)
    rows = (edition.index.execute(f'SELECT ?, count(*) FROM "{name}"', (name,)).fetchone() for name in names)
    return Rows(("table", "rows"), rows)


def rows_of(
    edition: Edition,
    name: str,
    columns: Sequence[str] = (),
    where: str = "",
    limit: int | None = None,
    seconds: float = 10.0,
) -> Rows:
    """Rows of a table: all in the order of its key, or those for which a condition of SQL holds.

    A condition is asked as ``query`` asks.

    Raises:
        UnknownName: ``name`` is not a table.
        QueryRefused: one of ``columns`` is none of its columns, or the condition cannot be asked.
    """
    check_table(name)
    known = columns_of(edition, name)
    for column in columns:
        if column not in known:
            raise QueryRefused(no_column(column, {name: known}))
    selected = ", ".join(f'"{column}"' for column in columns) or "*"
    statement = f'SELECT {selected} FROM "{name}"'
    if where:
        statement += f" WHERE (\n{where}\n)"
    if limit is not None:
        statement += f" LIMIT {limit:d}"
    if where:
        return query(edition, statement, seconds)
    cursor = edition.index.execute(statement)
    return Rows(tuple(column[0] for column in cursor.description), cursor)


def columns_of(edition: Edition, name: str) -> tuple[str, ...]:
    """The columns of a table, as SQL knows them."""
    check_table(name)
    cursor = edition.index.execute(f'SELECT * FROM "{name}" LIMIT 0')
    return tuple(column[0] for column in cursor.description)


def check_table(name: str) -> None:
    known = (*TABLES, *DERIVED)
    if name not in known:
        raise UnknownName(name, difflib.get_close_matches(name, known, n=3, cutoff=0) or known[:3])


def no_column(column: str, tables: Mapping[str, Sequence[str]]) -> str:
    """What to write instead of a column that none of these tables has."""
    known = dict.fromkeys(name for columns in tables.values() for name in columns)
    near = difflib.get_close_matches(column.casefold(), known, n=1)
    holders = [name for name in near for name, columns in tables.items() if near[0] in columns]
    hint = f"; did you mean {near[0]}?" if holders else ""
    listed = (f"columns of {name}: {', '.join(columns)}" for name, columns in tables.items())
    return f"no such column: {column}{hint}; {'; '.join(listed)}"


def query(edition: Edition, sql: str, seconds: float, parameters: Mapping[str, object] | None = None) -> Rows:
    """Run one SELECT over the edition, in a process of its own. ``parameters`` are bound to ``:name``.

    It may read the edition alone (no ATTACH, no PRAGMA that sets anything, no extension), and is
    ended when its rows have been waited for longer than ``seconds`` together, be it within one call
    of SQLite. Rows come as they are read.

    Raises:
        QueryRefused: on any of these, or where the SQL is not valid; also while rows are read.
    """
    if not 0 < seconds < float("inf"):
        raise QueryRefused(f"a time limit of {seconds:g} s is none; give a number of seconds above 0")
    if not is_text(sql):
        raise QueryRefused("the call is not UTF-8 text")
    bound = dict(parameters or {})
    for name in bound:
        if not re.search(rf"[:@$]{re.escape(name)}\b", sql):
            raise QueryRefused(f"the query has no :{name}")
    request = (edition.uri(), sql, bound, LARGEST_VALUE, LARGEST_HEAP, LARGEST_ROW)
    parts = answers(request, seconds)
    try:
        _, names = next(parts)
        first = next(parts)  # so that a query which fails at once fails before anything is printed
    except QueryRefused as error:
        raise advised(edition, sql, error) from None
    rows = (row for part in chain((first,), parts) for row in part[1])
    return Rows(tuple(names), rows)


def advised(edition: Edition, sql: str, error: QueryRefused) -> QueryRefused:
    """The error, with what was probably meant where a table or column is not known."""
    unknown = re.search(r"no such (column|table): (\S+)", str(error))
    if not unknown:
        return error
    kind, name = unknown[1], unknown[2].rpartition(".")[2]
    known = (*TABLES, *DERIVED)
    if kind == "table":
        near = difflib.get_close_matches(name.casefold(), known, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        return QueryRefused(f"{error}; {hint}tables: {', '.join(known)}")
    used = [table for table in known if re.search(rf"\b{table}\b", sql, re.IGNORECASE)]
    told = no_column(name, {table: columns_of(edition, table) for table in used}) if used else str(error)
    return QueryRefused(f"not a valid query: {told}" if used else told)


def answers(request: tuple[object, ...], seconds: float) -> Iterator[tuple[str, list[Any]]]:
    """What the process that runs a query sends: the names of its columns, then rows."""
    command = [sys.executable, "-I", "-S", asking.__file__]
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert child.stdin and child.stdout
    try:
        asking.send(child.stdin, request)
        left = seconds
        while True:
            started = time.monotonic()
            kind, *content = next_part(child, left)
            left -= time.monotonic() - started
            if kind == "end":
                return
            if kind not in ("columns", "rows"):
                raise refusal(content[0] if content else "", seconds, ran_out=left <= 0)
            yield kind, content[0]
    finally:
        child.kill()
        child.stdin.close()
        child.stdout.close()
        child.wait()


def next_part(child: subprocess.Popen[bytes], seconds: float) -> tuple[Any, ...]:
    """The next part that a process sends; it is ended where that takes longer than ``seconds``."""
    assert child.stdout
    timer = threading.Timer(min(max(seconds, 0), threading.TIMEOUT_MAX), child.kill)
    timer.daemon = True
    timer.start()
    try:
        return asking.receive(child.stdout) or ("none",)
    finally:
        timer.cancel()


def refusal(text: str, seconds: float, ran_out: bool = False) -> QueryRefused:
    if ran_out:
        return QueryRefused(
            f"the query ran longer than {seconds:g} s; narrow it, or allow more with --timeout"
        )
    if "not authorized" in text or "prohibited" in text or "readonly" in text:
        return QueryRefused("the edition is read-only: only SELECT over its own tables is allowed")
    if not text or "out of memory" in text or "too big" in text:
        return QueryRefused("the query needs too much memory; select fewer or smaller values")
    return QueryRefused(text if text == asking.EMPTY else f"not a valid query: {text}")
