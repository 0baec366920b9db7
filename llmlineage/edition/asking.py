"""Runs one query in a process of its own, which can be ended within one call of SQLite.

Started by ``tables.query`` as a script, without site and this package, so it costs a few
milliseconds. Reads a request from stdin, writes parts to stdout: each is its length in four bytes
and what marshal makes of a tuple.

    ("columns", names)  ("rows", [row, ...])  ("error", text)  ("end",)
"""

from __future__ import annotations

import _thread
import marshal
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from typing import IO, Any

# A part is sent when it holds so many bytes or rows, or is so old.
PART_BYTES = 1_000_000
PART_ROWS = 5_000
PART_SECONDS = 0.2
EMPTY = "the query is empty"


def main() -> None:
    requests, parts = sys.stdin.buffer, sys.stdout.buffer
    uri, sql, parameters, largest_value, largest_heap, largest_row = receive(requests)
    # Nothing more is sent: what is read is the end of whoever asked, and a call of SQLite lets it through.
    _thread.start_new_thread(end_with, (requests,))
    bound_memory(2 * largest_heap)
    try:
        connection = sqlite3.connect(uri, uri=True)
        connection.execute(f"PRAGMA hard_heap_limit = {largest_heap}")
        connection.set_authorizer(authorize)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, largest_value)
        for part in answer(connection, sql, parameters, largest_row):
            send(parts, part)
    except (sqlite3.Error, sqlite3.Warning, ValueError) as error:  # ValueError: no text that SQLite takes
        send(parts, ("error", str(error)))
    except MemoryError:
        send(parts, ("error", "out of memory"))


def answer(
    connection: sqlite3.Connection, sql: str, parameters: dict[str, Any], largest_row: int
) -> Iterator[tuple[Any, ...]]:
    cursor = connection.execute(sql, parameters)
    if cursor.description is None:
        yield ("error", EMPTY)
        return
    yield ("columns", [column[0] for column in cursor.description])
    rows: list[tuple[Any, ...]] = []
    size, started = 0, time.monotonic()
    for row in cursor:
        width = sum(len(cell) if isinstance(cell, (str, bytes)) else 8 for cell in row)
        if width > largest_row:
            raise MemoryError
        rows.append(row)
        size += width
        if size > PART_BYTES or len(rows) >= PART_ROWS or time.monotonic() - started > PART_SECONDS:
            yield ("rows", rows)
            rows, size, started = [], 0, time.monotonic()
    yield ("rows", rows)
    yield ("end",)


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


def bound_memory(most: int) -> None:
    """Let this process have no more memory than this, where the system can be told so."""
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    except (OSError, ValueError):
        return


def end_with(requests: IO[bytes]) -> None:
    requests.read()
    os._exit(0)


def send(file: IO[bytes], part: tuple[Any, ...]) -> None:
    content = marshal.dumps(part)
    file.write(len(content).to_bytes(4, "big"))
    file.write(content)
    file.flush()


def receive(file: IO[bytes]) -> tuple[Any, ...]:
    """The next part, or an empty one where the other side has ended."""
    size = file.read(4)
    wanted = int.from_bytes(size, "big")
    content = file.read(wanted)
    return marshal.loads(content) if size and len(content) == wanted else ()


if __name__ == "__main__":
    main()
