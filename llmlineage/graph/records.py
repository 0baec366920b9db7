"""One record with everything that is known of it, and the search for records."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llmlineage.edition import Edition
from llmlineage.errors import QueryRefused, UnknownName
from llmlineage.graph.lineage import Edge, Source, neighbours, source_of
from llmlineage.graph.names import ALL_TABLES, NODE_TABLES

# A search for more is none that a person would make, and SQLite cannot be stopped in the midst of it.
MOST_WORDS = 50
LONGEST_TEXT = 2000
LISTS = ("languages", "architecture")
# The tables of the edges from a record to its parents; a licence may have the id of a model.
EDGES_UP = {"datasets": ("derivations", "generations"), "models": ("trainings", "adaptations")}


@dataclass(frozen=True)
class Record:
    """A row of a table with its aliases, its edges either way and its rejected claims.

    ``columns`` holds every column of the table but ``id`` and ``source``; lists are lists.
    """

    id: str
    table: str
    columns: Mapping[str, object]
    aliases: tuple[str, ...]
    parents: tuple[Edge, ...]
    children: tuple[Edge, ...]
    discrepancies: tuple[Mapping[str, object], ...]
    source: Source


@dataclass(frozen=True)
class Hit:
    """A record that a search found; a higher ``score`` is a better match (BM25)."""

    id: str
    table: str
    name: str
    score: float


def record(edition: Edition, table: str, id: str) -> Record:
    """The record ``id`` of ``table``.

    Raises:
        UnknownName: the table has no such record.
    """
    cursor = edition.index.execute(f'SELECT * FROM "{table}" WHERE id = ?', (id,))
    row = cursor.fetchone()
    if row is None:
        raise UnknownName(id)
    columns = dict(zip((column[0] for column in cursor.description), row, strict=True))
    for name in LISTS:
        if name in columns:
            columns[name] = columns[name].split(";") if columns[name] else []
    source = source_of(edition, columns.pop("source"))
    del columns["id"]
    is_node = table in NODE_TABLES
    return Record(
        id=id,
        table=table,
        columns=columns,
        aliases=tuple(
            alias
            for (alias,) in edition.index.execute(
                'SELECT alias FROM aliases WHERE "table" = ? AND id = ? ORDER BY alias', (table, id)
            )
        ),
        parents=neighbours(edition, id, "up") if is_node else (),
        children=neighbours(edition, id, "down") if is_node else (),
        discrepancies=discrepancies(edition, table, id),
        source=source,
    )


def discrepancies(edition: Edition, table: str, id: str) -> tuple[Mapping[str, object], ...]:
    """Claims about a record, or about the edges to its parents, that were not accepted."""
    tables = (table, *EDGES_UP.get(table, ()))
    marks = ", ".join("?" * len(tables))
    cursor = edition.index.execute(
        'SELECT "table", id, attribute, stated, stated_by, accepted, source, locator, note '
        f'FROM discrepancies WHERE id = ? AND "table" IN ({marks}) ORDER BY "table", attribute, stated',
        (id, *tables),
    )
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor]
    for row in rows:
        for column in ("stated_by", "source"):
            row[column] = source_of(edition, row[column])
    return tuple(rows)


def search(edition: Edition, text: str, tables: Sequence[str] = ALL_TABLES, limit: int = 20) -> list[Hit]:
    """Records of whose name, aliases, organization and summary every word of ``text`` is a part.

    Words match from their start. Best first: a word in the name counts ten times one in the
    summary (weights of SQLite's bm25).

    Raises:
        QueryRefused: the text is longer than any that a person would search for.
    """
    if len(text) > LONGEST_TEXT:
        raise QueryRefused(f"a search of {len(text):,} characters; at most {LONGEST_TEXT:,} are looked for")
    words = re.findall(r"[^\W_]+", text)
    if not words:
        return []
    if len(words) > MOST_WORDS:
        raise QueryRefused(f"a search for {len(words):,} words; at most {MOST_WORDS} are looked for")
    marks = ", ".join("?" * len(tables))
    rows = edition.index.execute(
        'SELECT id, "table", name, -bm25(search, 0, 0, 10, 6, 3, 1) AS score FROM search '
        f'WHERE search MATCH ? AND "table" IN ({marks}) ORDER BY score DESC, id LIMIT ?',
        (" ".join(f'"{word}"*' for word in words), *tables, min(limit, 2**63 - 1)),
    )
    return [Hit(*row) for row in rows]
