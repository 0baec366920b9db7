"""The SQLite index of an edition: every fact once, found from either end of an edge.

Nodes and edges are tables keyed by small integers; the tables of the package are views on them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

import polars as pl

from llmlineage.checks.rules import ENDS
from llmlineage.edition.frames import EDGE_COLUMNS, NODE_COLUMNS, Frames, precision
from llmlineage.edition.shape import FORMAT, PRECISION, SEARCH, seal, tells_precision, view
from llmlineage.keys import name_key
from llmlineage.package import Field, Package, Table

# How a name was hit: a lower number wins.
HIT_ID, HIT_NAME, HIT_ALIAS, HIT_HUB_ID, HIT_ADDRESS = range(5)
# Ranks order records that share a name; rank 0 is kept for what aliases.csv prefers.
LAST_RANK = 1_000_000_000
# A document that more records than this rest on is a catalogue, and its address a name of none.
MOST_OF_ONE_SOURCE = 20
NAMED_TABLES = ("datasets", "models", "methods", "licenses", "organizations")

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE node (n INTEGER PRIMARY KEY, {node_columns});
CREATE TABLE edge (e INTEGER PRIMARY KEY, c INTEGER NOT NULL, p INTEGER NOT NULL, {edge_columns});
CREATE TABLE closure (c INTEGER, distance INTEGER, a INTEGER, PRIMARY KEY (c, distance, a)) WITHOUT ROWID;
CREATE TABLE names (key TEXT, hit INTEGER, rank INTEGER, "table" TEXT, id TEXT,
                    PRIMARY KEY (key, hit, rank, "table", id)) WITHOUT ROWID;
{search};
"""
INDEXES = {
    "node_id": "CREATE UNIQUE INDEX node_id ON node (id)",
    "node_family": "CREATE INDEX node_family ON node (family) WHERE family IS NOT NULL",
    "edge_up": "CREATE INDEX edge_up ON edge (c, p)",
    "edge_down": "CREATE INDEX edge_down ON edge (p, c)",
}
_EDGE_OWN = tuple(column for column in EDGE_COLUMNS if column not in ("child", "parent"))


def write_index(
    path: Path,
    package: Package,
    frames: Frames,
    nodes: pl.DataFrame,
    numbered_edges: pl.DataFrame,
    ancestry: pl.DataFrame,
    meta: Mapping[str, str],
) -> None:
    """Write ``lineage.sqlite`` to ``path``; the same input gives the same bytes."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        # The file is new and is renamed into place when whole: no journal is needed.
        connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;"
        )
        connection.execute("BEGIN")
        for statement in _SCHEMA.format(
            node_columns=declare(nodes, NODE_COLUMNS),
            edge_columns=declare(numbered_edges, _EDGE_OWN),
            search=SEARCH,
        ).split(";\n"):
            connection.execute(statement)
        insert(connection, "meta", sorted(meta.items()), 2)
        write_nodes(connection, nodes)
        write_edges(connection, numbered_edges)
        insert_frame(connection, "closure", ancestry)
        for table in package.tables.values():
            if table.name in frames and table.name not in ("datasets", "models", *ENDS):
                write_table(connection, table, frames[table.name])
        write_views(connection, package)
        for statement in INDEXES.values():
            connection.execute(statement)
        write_names(connection)
        write_search(connection, frames)
        connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.execute("COMMIT")
        connection.execute("ANALYZE")
    finally:
        connection.close()
    seal(path)


def write_nodes(connection: sqlite3.Connection, nodes: pl.DataFrame) -> None:
    insert_frame(connection, "node", nodes.with_row_index("n", offset=1))


def write_edges(connection: sqlite3.Connection, numbered_edges: pl.DataFrame) -> None:
    frame = numbered_edges.with_row_index("e", offset=1).select("e", "c", "p", *_EDGE_OWN)
    insert_frame(connection, "edge", frame)


def write_table(connection: sqlite3.Connection, table: Table, frame: pl.DataFrame) -> None:
    key = (
        f", PRIMARY KEY ({', '.join(map(quote, table.primary_key))})" if table.primary_key == ("id",) else ""
    )
    # Bytes are read from the parquet files; here they would only be in the way.
    fields = [field for field in table.fields if not field.binary]
    dates = [precision(pl.col(field.name)) for field in fields if field.partial_date]
    columns = tuple(name for field in fields for name in published(field))
    frame = frame.with_columns(dates).select(columns)
    connection.execute(f"CREATE TABLE {quote(table.name)} ({declare(frame, columns)}{key})")
    insert_frame(connection, table.name, frame)


def published(field: Field) -> Iterator[str]:
    """The columns of a field: of a date, how much of it is known too, as in the parquet files."""
    yield field.name
    if field.partial_date:
        yield f"{field.name}{PRECISION}"


def write_views(connection: sqlite3.Connection, package: Package) -> None:
    """The package's node and edge tables, and nodes, edges and ancestry with ids for numbers."""
    for name in ("datasets", "models"):
        fields = package.tables[name].fields
        connection.execute(view(name, ", ".join(map(of_node, chain(*map(published, fields))))))
    columns = list(NODE_COLUMNS)
    columns.insert(columns.index("released") + 1, f"released{PRECISION}")
    connection.execute(view("nodes", ", ".join(map(of_node, columns))))
    for name, (child, _, parent, _) in ENDS.items():
        own = (end_or_own(column, child, parent) for column in package.tables[name].columns)
        connection.execute(view(name, ", ".join(own)))
    ends = [end_or_own(column, "child", "parent") for column in EDGE_COLUMNS]
    types = [f"{end}.type AS {end}_type" for end in ("child", "parent")]
    connection.execute(view("edges", ", ".join([*ends, *types])))
    connection.execute(view("ancestry", "child.id AS node, parent.id AS ancestor, distance"))


def of_node(column: str) -> str:
    """A column of a view of nodes; how much is known of a date can be told from its form."""
    date = column.removesuffix(PRECISION)
    if not tells_precision(column):
        return quote(column)
    return (
        f"CASE WHEN {quote(date)} LIKE '____' THEN 'year' WHEN {quote(date)} LIKE '____-__' THEN 'month' "
        f"WHEN {quote(date)} LIKE '____-__-__' THEN 'day' END AS {quote(column)}"
    )


def end_or_own(column: str, child: str, parent: str) -> str:
    if column == child:
        return f"child.id AS {quote(child)}"
    if column == parent:
        return f"parent.id AS {quote(parent)}"
    return f"edge.{quote(column)}"


def write_names(connection: sqlite3.Connection) -> None:
    """Every written form of every record's name; of equals, a lower rank is meant more often."""
    connection.create_function("name_key", 1, name_key, deterministic=True)
    connection.execute('CREATE TEMP TABLE record ("table", id, name, hub_id, url, source, rank)')
    # Of equals, the dataset or model that most others are made from comes first.
    connection.execute(
        "INSERT INTO record SELECT type || 's', id, name, hub_id, url, source, "
        f"{LAST_RANK} - (SELECT count(*) FROM edge WHERE p = n) FROM node"
    )
    for table, hub_id in (("methods", "NULL"), ("licenses", "NULL"), ("organizations", "hub_id")):
        connection.execute(
            f"INSERT INTO record SELECT '{table}', id, name, {hub_id}, url, source, {LAST_RANK + 1} "
            f"FROM {table}"
        )
    forms = ((HIT_ID, "id"), (HIT_NAME, "name"), (HIT_HUB_ID, "hub_id"), (HIT_ADDRESS, "url"))
    selects = [
        f'SELECT name_key({column}), {hit}, rank, "table", id FROM record WHERE {column} IS NOT NULL'
        for hit, column in forms
    ]
    selects.append(
        f'SELECT name_key(alias), {HIT_ALIAS}, iif(preferred, 0, rank), "table", id '
        'FROM aliases JOIN record USING ("table", id)'
    )
    selects.append(
        f'SELECT name_key(sources.url), {HIT_ADDRESS}, rank + 1, "table", record.id '
        "FROM record JOIN sources ON sources.id = record.source WHERE record.source IN "
        f"(SELECT source FROM record GROUP BY source HAVING count(*) <= {MOST_OF_ONE_SOURCE})"
    )
    union = " UNION ALL ".join(selects)
    connection.execute(f"INSERT OR IGNORE INTO names {union} ORDER BY 1, 2, 3, 4, 5")
    name_papers(connection)
    connection.execute("DROP TABLE record")


def name_papers(connection: sqlite3.Connection) -> None:
    """The address of a paper means the record that its title opens with (``UltraFeedback: Boosting ...``),
    or else whatever was made as the paper says."""
    connection.create_function("title_key", 1, lambda title: name_key(title.partition(":")[0]))
    papers = "FROM sources AS paper JOIN {} WHERE paper.url LIKE 'https://arxiv.org/abs/%'"
    titled = papers.format("names AS titled ON titled.key = title_key(paper.title)")
    made = papers.format("edge ON edge.source = paper.id JOIN node ON node.n = edge.c")
    connection.execute(
        f'INSERT OR IGNORE INTO names SELECT name_key(paper.url), {HIT_ADDRESS}, titled.hit, titled."table", '
        f"titled.id {titled} AND titled.hit < {HIT_HUB_ID}"
    )
    connection.execute(
        f"INSERT OR IGNORE INTO names SELECT name_key(paper.url), {HIT_ADDRESS}, {LAST_RANK + 2}, "
        f"type || 's', node.id {made} GROUP BY paper.url, node.id"
    )


def write_search(connection: sqlite3.Connection, frames: Frames) -> None:
    """The words of every record, for the full-text search."""
    organizations = dict(frames["organizations"].select("id", "name").iter_rows())
    aliases: dict[tuple[str, str], list[str]] = {}
    for table, id, alias in frames["aliases"].select("table", "id", "alias").iter_rows():
        aliases.setdefault((table, id), []).append(alias)
    for table in NAMED_TABLES:
        frame = frames[table]
        missing = [name for name in ("hub_id", "organization", "summary") if name not in frame.columns]
        rows = frame.with_columns(pl.lit(None).alias(name) for name in missing).select(
            "id", "name", "hub_id", "organization", "summary"
        )
        documents = (
            (id, table, name, other_names(id, hub, aliases.get((table, id))), organizations.get(by), about)
            for id, name, hub, by, about in rows.iter_rows()
        )
        insert(connection, "search", documents, 6)


def other_names(id: str, hub_id: str | None, aliases: list[str] | None) -> str:
    """What else a record is called; an id whose words stand in the hub id would add none."""
    known = (hub_id,) if hub_id and id in hub_id.lower() else (id, hub_id or "")
    return " ".join((*known, *(aliases or ())))


def declare(frame: pl.DataFrame, columns: Iterable[str]) -> str:
    kinds = {pl.Int64: "INTEGER", pl.Float64: "REAL", pl.Boolean: "BOOLEAN"}
    return ", ".join(
        f"{quote(name)} {next((k for t, k in kinds.items() if frame.schema[name] == t), 'TEXT')}"
        for name in columns
    )


def quote(name: str) -> str:
    return f'"{name}"'


def insert_frame(connection: sqlite3.Connection, table: str, frame: pl.DataFrame) -> None:
    """Insert the rows of a frame; a column without a value is left out, which saves binding it."""
    columns = [column for column in frame.columns if frame[column].null_count() < len(frame)]
    if columns:
        names = ", ".join(map(quote, columns))
        statement = f"INSERT INTO {quote(table)} ({names}) VALUES ({', '.join('?' * len(columns))})"
        connection.executemany(statement, frame.select(columns).iter_rows())


def insert(
    connection: sqlite3.Connection, table: str, rows: Iterable[tuple[object, ...]], width: int
) -> None:
    connection.executemany(f"INSERT INTO {quote(table)} VALUES ({', '.join('?' * width)})", rows)
