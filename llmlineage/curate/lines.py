"""Files as lines of bytes: a row is put in its place and every other line stays as it is."""

from __future__ import annotations

import csv
import io
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from llmlineage.curate import rules
from llmlineage.curate.judging import NewRow, place_of
from llmlineage.files import replacing
from llmlineage.package import read_rows


def insert(files: ExitStack, rows: Sequence[NewRow]) -> list[tuple[int, str]]:
    """Put rows of one table where they belong; of each, the line where it stands then, and its text.

    The file is replaced when ``files`` is closed. Its rows must each be one line that ends in LF,
    as ``check_file`` makes sure.
    """
    table = rows[0][0]
    lines = table.path.read_bytes().splitlines(keepends=True)
    keys = [rules.key_of(table, cells) for _, cells in read_rows(table)]
    quoting = quoting_of(lines)
    for _, cells in rows:
        key = rules.key_of(table, cells)
        place = place_of(key, iter(keys))
        keys.insert(place, key)
        lines.insert(place + 1, text_of(list(cells.values()), quoting))
    files.enter_context(rewriting(table.path, b"".join(lines)))
    places = [keys.index(rules.key_of(table, cells)) + 1 for _, cells in rows]
    return [(place + 1, lines[place].decode().rstrip("\n")) for place in places]


def text_of(cells: Sequence[str], quoting: int) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n", quoting=quoting).writerow(cells)  # type: ignore[arg-type]
    return buffer.getvalue().encode()


def quoting_of(lines: Sequence[bytes]) -> int:
    """Whether a file quotes every cell, or, as most do, those alone that need it."""
    rows = list(csv.reader(line.decode() for line in lines))
    everything = (text_of(cells, csv.QUOTE_ALL) == line for cells, line in zip(rows, lines, strict=True))
    return csv.QUOTE_ALL if all(everything) else csv.QUOTE_MINIMAL


@contextmanager
def rewriting(path: Path, content: bytes) -> Iterator[None]:
    """Write ``content`` aside; it takes the place of ``path``, with the rights of that, at the end."""
    target = path.resolve()  # a symbolic link goes on leading there
    rights = stat.S_IMODE(target.stat().st_mode)
    with replacing(target) as new:
        new.write_bytes(content)
        yield
    target.chmod(rights)
