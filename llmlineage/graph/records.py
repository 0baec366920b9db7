"""One record with everything that is known of it, and the search for records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmlineage.edition import Edition
from llmlineage.edition.shape import tells_precision
from llmlineage.errors import QueryRefused, UnknownName
from llmlineage.graph.lineage import (
    MEMBER,
    MEMBER_OF,
    Edge,
    Node,
    Source,
    edges_at,
    ids_of,
    members_of,
    neighbours,
    nodes_at,
    number_of,
    source_of,
)
from llmlineage.graph.names import ALL_TABLES, NODE_TABLES, find_exactly

if TYPE_CHECKING:
    import polars as pl

# A search for more is none that a person would make, and SQLite cannot be stopped in the midst of it.
MOST_WORDS = 50
LONGEST_TEXT = 2000
LISTS = ("languages", "architecture")
# The tables of the edges from a record to its parents; a licence may have the id of a model.
EDGES_UP = {"datasets": ("derivations", "generations"), "models": ("trainings", "adaptations")}


@dataclass(frozen=True)
class Record:
    """A row of a table with its aliases, its edges either way and its rejected claims.

    ``columns`` holds every column of the table but ``id`` and ``source``; lists are lists. ``members`` are
    the versions of a family, the earliest first. ``used_by`` has for a method the edges that were made by it,
    and ``used_in`` the ids of the models whose architecture has it.
    """

    id: str
    table: str
    columns: Mapping[str, object]
    aliases: tuple[str, ...]
    parents: tuple[Edge, ...]
    children: tuple[Edge, ...]
    discrepancies: tuple[Mapping[str, object], ...]
    source: Source
    members: tuple[Node, ...] = ()
    used_by: tuple[Edge, ...] = ()
    used_in: tuple[str, ...] = ()

    def to_polars(self) -> pl.DataFrame:
        """One row, with the columns and types of the record's table."""
        from llmlineage.graph.frames import record_frame

        return record_frame(self)


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
    columns = {
        column: cell
        for (column, *_), cell in zip(cursor.description, row, strict=True)
        if not tells_precision(column)
    }
    for name in LISTS:
        if name in columns:
            columns[name] = columns[name].split(";") if columns[name] else []
    source = source_of(edition, columns.pop("source"))
    del columns["id"]
    is_node = table in NODE_TABLES
    up = neighbours(edition, id, "up") if is_node else ()
    down = neighbours(edition, id, "down") if is_node else ()
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
        parents=tuple(edge for edge in up if edge.relation != MEMBER),
        children=tuple(edge for edge in down if edge.relation != MEMBER_OF),
        discrepancies=discrepancies(edition, table, id),
        source=source,
        members=members(edition, id) if columns.get("kind") == "family" else (),
        used_by=edges_by(edition, id) if table == "methods" else (),
        used_in=models_with(edition, id) if table == "methods" else (),
    )


def members(edition: Edition, id: str) -> tuple[Node, ...]:
    """The versions of a family, the earliest first."""
    numbers = [version for *_, version in members_of(edition, [number_of(edition, id)])]
    # Of a month alone it is not known that it was before any day of it.
    found = nodes_at(edition, dict.fromkeys(numbers, 1))
    return tuple(sorted(found, key=lambda node: ((node.released or "").ljust(10, "~"), node.id)))


def sources_of(edition: Edition, ids: Iterable[str]) -> dict[str, Source]:
    """The document that each of these datasets and models rests on."""
    import json  # few reports need it

    rows = edition.index.execute(
        "SELECT node.id, sources.id, title, sources.url FROM json_each(?) JOIN node ON node.id = value "
        "JOIN sources ON sources.id = node.source",
        (json.dumps(list(ids)),),
    )
    return {id: Source(*source) for id, *source in rows}


def edges_by(edition: Edition, method: str) -> tuple[Edge, ...]:
    """The edges that were made by a method."""
    rows = edition.index.execute("SELECT e, c, p FROM edge WHERE method = ? ORDER BY e", (method,)).fetchall()
    ids = dict(ids_of(edition, {number for _, *ends in rows for number in ends}))
    return tuple(edges_at(edition, [number for number, *_ in rows], ids))


def models_with(edition: Edition, method: str) -> tuple[str, ...]:
    """The models of whose architecture a method is a part."""
    rows = edition.index.execute(
        "SELECT id FROM node WHERE ';' || architecture || ';' LIKE '%;' || ? || ';%' ORDER BY id", (method,)
    )
    return tuple(id for (id,) in rows)


@dataclass(frozen=True)
class Document:
    """A source, with what rests on it: records, and edges by their ends, and rejected claims."""

    id: str
    kind: str
    url: str
    title: str
    published: str | None
    accessed: str
    as_of: str | None
    records: tuple[str, ...]
    edges: tuple[tuple[str, str, str], ...]


def document(edition: Edition, id: str) -> Document | None:
    """The source with this id, None where there is none."""
    row = edition.index.execute(
        "SELECT id, kind, url, title, published, accessed, as_of FROM sources WHERE id = ?", (id,)
    ).fetchone()
    if row is None:
        return None
    tables = ("node", "methods", "licenses", "organizations")
    query = " UNION ALL ".join(f"SELECT id FROM {table} WHERE source = ?" for table in tables)
    rests = tuple(one for (one,) in edition.index.execute(query, (id,) * len(tables)))
    steps = edition.index.execute(
        "SELECT child, coalesce(role, stage, relation), parent FROM edges WHERE source = ? ORDER BY 1, 3",
        (id,),
    )
    source, kind, url, title, published, accessed, as_of = row
    return Document(source, kind, url, title, published, accessed, as_of, rests, tuple(steps))


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
    exact = find_exactly(edition, text, tables)
    marks = ", ".join("?" * len(tables))
    rows = edition.index.execute(
        'SELECT id, "table", name, -bm25(search, 0, 0, 10, 6, 3, 1) AS score FROM search '
        f'WHERE search MATCH ? AND "table" IN ({marks}) ORDER BY score DESC, id LIMIT ?',
        (" ".join(f'"{word}"*' for word in words), *tables, min(limit, 2**63 - 1)),
    )
    hits = [Hit(*row) for row in rows]
    if exact is None:
        return hits
    # bm25 counts words; a name typed whole is meant before longer ones that hold it.
    row = edition.index.execute(f'SELECT name FROM "{exact.table}" WHERE id = ?', (exact.id,)).fetchone()
    if row is None:  # a name without its record, as a damaged edition may have it
        return hits
    first = Hit(exact.id, exact.table, row[0], max((one.score for one in hits), default=0.0))
    others = [one for one in hits if (one.table, one.id) != (first.table, first.id)]
    return [first, *others][:limit]
