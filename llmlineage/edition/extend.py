"""An edition over an edition: records that were added beside those that it has, which stay as they are.

The index of the edition beneath is copied and rows are appended, so that nothing that is there is read
row by row, and every answer of the edition beneath stays what it was.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import polars as pl

from llmlineage.checks.rules import ENDS
from llmlineage.edition import DESCRIPTOR, FORMAT, INDEX, Edition
from llmlineage.edition.beneath import numbers_of
from llmlineage.edition.compile import LISTS, naming, sha256
from llmlineage.edition.frames import (
    EDGE_COLUMNS,
    NODE_COLUMNS,
    Frames,
    ancestry_of,
    first_day,
    precision,
    typed,
)
from llmlineage.edition.index import (
    HIT_ADDRESS,
    HIT_ALIAS,
    HIT_HUB_ID,
    HIT_ID,
    HIT_NAME,
    INDEXES,
    LAST_RANK,
    MOST_OF_ONE_SOURCE,
    insert,
    insert_frame,
    other_names,
    published,
)
from llmlineage.edition.shape import seal
from llmlineage.edition.swap import replacing
from llmlineage.errors import InvalidEdition, InvalidPackage, Problem
from llmlineage.keys import name_key
from llmlineage.package import Table, known_tables
from llmlineage.version import __version__

# So many new records are quicker inserted without the indexes, which are made anew after.
MANY = 100_000
# Records of an edition over another come after all of those beneath where a name means both.
LATER = 2 * LAST_RANK
MOST_AT_ONCE = 500_000
_TYPES = {"rows": pl.Int64, "tokens": pl.Int64, "parameters": pl.Int64, "training_tokens": pl.Int64,
          "weight": pl.Float64, "altered": pl.Boolean}  # fmt: skip


@dataclass(frozen=True)
class Extension:
    """What is laid over an edition. ``nodes`` and ``edges`` have columns of NODE_COLUMNS and EDGE_COLUMNS
    (those without a value may be missing; dates and lists as written), ``tables`` the frames of the other
    tables as ``read_table`` gives them; ids of nodes are new, and edges have new nodes for children."""

    name: str
    version: str
    title: str
    nodes: pl.DataFrame
    edges: pl.DataFrame
    tables: Frames = field(default_factory=dict)
    commit: str | None = None
    committed: str | None = None
    listed: bool = False
    """Whether the nodes are a listing of millions: then they are found by their Hub id and by their id as it
    is written, and searched for by their words only where an edge leads to or from them."""


def extend(base: Edition, extension: Extension, folder: str | Path, tables: bool = True) -> Path:
    """Write the edition of ``base`` and ``extension`` to ``folder``; what stands there is replaced when
    the new one is whole. Without ``tables`` it is an index alone, for look-ups.

    Raises:
        InvalidPackage: an edge leads to a record that neither has.
        InvalidEdition: ``folder`` holds something other than an edition, or ``base`` has the extension already.
        OSError: ``folder`` cannot be written.
    """
    layers = layers_without(base, extension.name)
    nodes = extension.nodes.sort("id")
    edges, ancestry = placed(base, nodes, extension.edges)
    with naming(folder), replacing(Path(folder)) as new:
        meta = {
            "name": extension.name,
            "version": version_over(base, extension),
            "commit": extension.commit or "",
            "committed": extension.committed or "",
            "layers": json.dumps([*layers, extension.name]),
        }
        write_index(base, new / INDEX, nodes, edges, ancestry, extension, meta)
        if tables:
            write_parquet(base, new, nodes, edges, ancestry, extension.tables)
        write_descriptor(base, extension, new, meta["version"])
    return Path(folder)


def layers_of(edition: Edition) -> list[str]:
    """The names of the packages that an edition was made from, the lowest first."""
    meta = dict(edition.index.execute("SELECT key, value FROM meta"))
    return list(json.loads(meta["layers"])) if "layers" in meta else [str(meta.get("name", ""))]


def layers_without(base: Edition, name: str) -> list[str]:
    """``layers_of`` an edition that does not hold what is to be laid over it."""
    layers = layers_of(base)
    if name in layers:
        raise InvalidEdition(
            f"{base.path} holds {name} already; name the edition that lies beneath it: --edition PATH"
        )
    return layers


def version_over(base: Edition, extension: Extension) -> str:
    """The version beneath, and what was laid over it as its build (https://semver.org, 10)."""
    mark = "." if "+" in base.version else "+"
    build = f"{extension.name}.{extension.version}"
    return base.version + mark + "".join(one if one.isalnum() and one.isascii() else "." for one in build)


def placed(base: Edition, nodes: pl.DataFrame, edges: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The edges with the numbers of their ends, and the ancestry of the new nodes."""
    (last,) = base.index.execute("SELECT max(n) FROM node").fetchone()
    first = (last or 0) + 1
    numbers = nodes.select("id", n=pl.int_range(first, first + pl.len(), dtype=pl.Int32))
    order = [
        name for name in ("child", "relation", "role", "stage", "parent", "part") if name in edges.columns
    ]
    joined = (
        edges.sort(order)
        .join(numbers.rename({"n": "c"}), left_on="child", right_on="id", how="left", maintain_order="left")
        .join(numbers.rename({"n": "p"}), left_on="parent", right_on="id", how="left", maintain_order="left")
    )
    outside = joined.filter(pl.col("p").is_null())["parent"].unique().to_list()
    found = numbers_of(base, outside)
    beneath = pl.DataFrame(
        {"parent": list(found), "q": list(found.values())}, schema={"parent": pl.String, "q": pl.Int32}
    )
    joined = (
        joined.join(beneath, on="parent", how="left", maintain_order="left")
        .with_columns(pl.coalesce("p", "q").alias("p"))
        .drop("q")
    )
    for end, number in (("child", "c"), ("parent", "p")):
        lost = joined.filter(pl.col(number).is_null())
        if len(lost):
            one = lost.row(0, named=True)
            problem = (
                "is not the id of a record that is laid over the edition"
                if end == "child"
                else "is not the id of a record"
            )
            raise InvalidPackage([Problem(f"{one['table']}.csv", 0, end, str(one[end]), problem, "add it")])
    return joined, ancestry_over(base, joined, sorted(found.values()))


def ancestry_over(base: Edition, edges: pl.DataFrame, parents: list[int]) -> pl.DataFrame:
    """Every ancestor of the new nodes and its shortest distance, through the ancestry that lies beneath."""
    own = ancestry_of(edges)
    query = "SELECT c, a, distance FROM closure WHERE c IN (SELECT value FROM json_each(?))"
    schema = {"a": pl.Int32, "b": pl.Int32, "further": pl.Int32}
    rows = base.index.execute(query, (str(parents),)).fetchall()
    further = pl.DataFrame(rows, schema=schema, orient="row")
    if not len(further):
        return own
    return pl.concat([own.clear(), *(through(part, further) for part in by_nodes(own))])


def by_nodes(own: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The rows in parts, each with all of the nodes that it has: what is joined at once must fit in memory."""
    starts = own["c"].gather_every(MOST_AT_ONCE).unique().sort()
    places = [*own["c"].search_sorted(starts, side="left").to_list(), len(own)]
    for start, end in pairwise(places):
        yield own[start:end]


def through(own: pl.DataFrame, further: pl.DataFrame) -> pl.DataFrame:
    """Ancestors with those of theirs that lie beneath, each at its shortest distance."""
    more = own.join(further, on="a").select("c", a="b", distance=pl.col("distance") + pl.col("further"))
    return (
        pl.concat([own, more]).group_by("c", "a").agg(pl.col("distance").min())
        .select("c", "a", "distance").sort("c", "distance", "a")
    )  # fmt: skip


def write_index(
    base: Edition,
    path: Path,
    nodes: pl.DataFrame,
    edges: pl.DataFrame,
    ancestry: pl.DataFrame,
    extension: Extension,
    meta: Mapping[str, str],
) -> None:
    tables = extension.tables
    shutil.copyfile(base.connections.file, path)
    with appending(path, many=len(nodes) > MANY) as connection:
        connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", sorted(meta.items()))
        (last,) = connection.execute("SELECT coalesce(max(n), 0) FROM node").fetchone()
        (last_edge,) = connection.execute("SELECT coalesce(max(e), 0) FROM edge").fetchone()
        insert_frame(connection, "node", nodes.with_row_index("n", offset=last + 1))
        own = [name for name in edges.columns if name not in ("child", "parent")]
        insert_frame(connection, "edge", edges.select(own).with_row_index("e", offset=last_edge + 1))
        insert_frame(connection, "closure", ancestry)
        for name, frame in tables.items():
            append_table(connection, known_tables()[name], frame)
        for frame in names_of(nodes, edges, tables, by_id=not extension.listed):
            insert_frame(connection, "names", frame)
        if extension.listed:
            ends = pl.concat([edges.select(id="child"), edges.select(id="parent")]).unique()
            nodes = nodes.join(ends, on="id", how="semi", maintain_order="left")
        append_search(connection, nodes, tables)
    seal(path)


@contextmanager
def appending(path: Path, many: bool) -> Iterator[sqlite3.Connection]:
    """The index open for rows to be added; ``many`` without the indexes meanwhile."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;"
        )
        connection.execute("BEGIN")
        for name in INDEXES if many else ():
            connection.execute(f"DROP INDEX {name}")
        yield connection
        for statement in INDEXES.values() if many else ():
            connection.execute(statement)
        connection.execute("COMMIT")
        connection.execute("ANALYZE")
    finally:
        connection.close()


def append_table(connection: sqlite3.Connection, table: Table, frame: pl.DataFrame) -> None:
    fields = [one for one in table.fields if not one.binary]
    dates = [precision(pl.col(one.name)) for one in fields if one.partial_date]
    columns = [name for one in fields for name in published(one)]
    insert_frame(connection, table.name, frame.with_columns(dates).select(columns))


def names_of(nodes: pl.DataFrame, edges: pl.DataFrame, tables: Frames, by_id: bool) -> Iterator[pl.DataFrame]:
    """Every written form of the names of what is new, after whatever means the same beneath; in parts."""
    record = ranked(nodes, edges, tables)
    if by_id:
        yield named(record, "id", HIT_ID)
    yield named(record.filter(~pl.col("name").eq_missing(pl.col("hub_id"))), "name", HIT_NAME)
    yield named(record, "hub_id", HIT_HUB_ID)
    if len(aliases := tables.get("aliases", pl.DataFrame())):
        yield named(aliased(aliases, record), "alias", HIT_ALIAS)
    if "url" in nodes.columns:
        yield named(record, "url", HIT_ADDRESS)
        if len(sources := tables.get("sources", pl.DataFrame())):
            few = record.filter(pl.len().over("source") <= MOST_OF_ONE_SOURCE)
            cited = few.join(sources.select(source="id", address="url"), on="source")
            yield named(cited.with_columns(pl.col("rank") + 1), "address", HIT_ADDRESS)


def ranked(nodes: pl.DataFrame, edges: pl.DataFrame, tables: Frames) -> pl.DataFrame:
    """What is new and has a name, with its rank: of equals, what more is made from comes first."""
    counts = edges.group_by("parent").agg(children=pl.len().cast(pl.Int64))
    columns = [name for name in ("id", "name", "hub_id", "url", "source") if name in nodes.columns]
    records = [nodes.select(*columns, table=pl.col("type").cast(pl.String) + "s")]
    empty = pl.lit(None, dtype=pl.String)
    for table in ("methods", "licenses", "organizations"):
        if len(frame := tables.get(table, pl.DataFrame())):
            hub_id = pl.col("hub_id") if "hub_id" in frame.columns else empty.alias("hub_id")
            records.append(frame.select("id", "name", hub_id, "url", "source", table=pl.lit(table)))
    return (
        pl.concat(records).join(counts, left_on="id", right_on="parent", how="left")
        .with_columns(rank=LATER - pl.col("children").fill_null(0)).drop("children")
    )  # fmt: skip


def named(record: pl.DataFrame, column: str, hit: int) -> pl.DataFrame:
    """Rows of the table of names, in its order."""
    rows = record.filter(pl.col(column).is_not_null())
    return (
        rows.select(keys(rows[column]).alias("key"), pl.lit(hit, pl.Int64).alias("hit"), "rank", "table", "id")
        .unique().sort("key", "hit", "rank", "table", "id")
    )  # fmt: skip


def keys(names: pl.Series) -> pl.Series:
    """``name_key`` of each; in Python where a name has other letters than ASCII."""
    plain = names.str.to_lowercase().str.replace_all(r"[-_\s]+", "")
    strange = names.str.contains(r"[^\x00-\x7f]")
    if not strange.any():
        return plain
    return pl.select(
        pl.when(strange).then(names.map_elements(name_key, return_dtype=pl.String)).otherwise(plain)
    ).to_series()


def aliased(aliases: pl.DataFrame, record: pl.DataFrame) -> pl.DataFrame:
    """Aliases with the rank of what they stand for: of a record beneath, that of any."""
    joined = aliases.join(record.select("table", "id", "rank"), on=["table", "id"], how="left")
    meant = pl.when(pl.col("preferred").fill_null(False)).then(pl.lit(LAST_RANK + 3))
    return joined.with_columns(rank=meant.otherwise(pl.col("rank").fill_null(LATER)).cast(pl.Int64))


def append_search(connection: sqlite3.Connection, nodes: pl.DataFrame, tables: Frames) -> None:
    organizations = dict(connection.execute("SELECT id, name FROM organizations"))
    aliases: dict[tuple[str, str], list[str]] = {}
    if len(known := tables.get("aliases", pl.DataFrame())):
        for table, id, alias in known.select("table", "id", "alias").iter_rows():
            aliases.setdefault((table, id), []).append(alias)
    frames = [
        ("", nodes),
        *((name, tables[name]) for name in ("methods", "licenses", "organizations") if name in tables),
    ]
    for table, frame in frames:
        rows = documents(table, frame, organizations, aliases)
        insert(connection, "search", rows, 6)


def documents(
    table: str,
    frame: pl.DataFrame,
    organizations: Mapping[str, str],
    aliases: Mapping[tuple[str, str], list[str]],
) -> Iterator[tuple[object, ...]]:
    columns = ("hub_id", "organization", "summary")
    missing = [pl.lit(None).alias(name) for name in columns if name not in frame.columns]
    kind = pl.lit(table) if table else pl.col("type").cast(pl.String) + "s"
    for id, name, hub, by, about, of in (
        frame.with_columns(*missing, of=kind).select("id", "name", *columns, "of").iter_rows()
    ):
        hidden = "" if name == hub and not aliases else other_names(id, hub, aliases.get((of, id)))
        yield id, of, name, hidden, organizations.get(by), about


def write_parquet(
    base: Edition,
    folder: Path,
    nodes: pl.DataFrame,
    edges: pl.DataFrame,
    ancestry: pl.DataFrame,
    tables: Frames,
) -> None:
    """Each parquet file of the edition beneath, and the new rows after its own."""
    for name, table in known_tables().items():
        join(base, folder, name, own_rows(table, nodes, edges, tables))
    complete = whole_columns(nodes.lazy(), NODE_COLUMNS)
    released, place = pl.col("released"), NODE_COLUMNS.index("released")
    join(
        base, folder, "nodes",
        complete.select(
            *NODE_COLUMNS[:place], first_day(released), precision(released), *NODE_COLUMNS[place + 1 :]
        ).with_columns(pl.col(LISTS["nodes"]).str.split(";")),
    )  # fmt: skip
    types = pl.concat(
        [
            nodes.lazy().select("id", pl.col("type").cast(pl.String)),
            pl.scan_parquet(Path(base.path) / "nodes.parquet").select("id", "type"),
        ]
    )
    join(
        base, folder, "edges",
        whole_columns(edges.lazy(), EDGE_COLUMNS)
        .with_columns(pl.col(LISTS["edges"]).str.split(";"))
        .join(types.rename({"type": "child_type"}), left_on="child", right_on="id", maintain_order="left")
        .join(types.rename({"type": "parent_type"}), left_on="parent", right_on="id", maintain_order="left"),
    )  # fmt: skip
    ids = ids_over(base, nodes)
    join(
        base, folder, "ancestry",
        ancestry.lazy()
        .join(ids.rename({"id": "node"}), left_on="c", right_on="n", maintain_order="left")
        .join(ids.rename({"id": "ancestor"}), left_on="a", right_on="n", maintain_order="left")
        .select("node", "ancestor", "distance"),
    )  # fmt: skip


def ids_over(base: Edition, nodes: pl.DataFrame) -> pl.LazyFrame:
    """The numbers and ids of all nodes."""
    schema = {"n": pl.Int32, "id": pl.String}
    beneath = pl.DataFrame(
        base.index.execute("SELECT n, id FROM node").fetchall(), schema=schema, orient="row"
    )
    (last,) = base.index.execute("SELECT coalesce(max(n), 0) FROM node").fetchone()
    new = nodes.select(n=pl.int_range(last + 1, last + 1 + pl.len(), dtype=pl.Int32), id="id")
    return pl.concat([beneath, new]).lazy()


def own_rows(table: Table, nodes: pl.DataFrame, edges: pl.DataFrame, tables: Frames) -> pl.LazyFrame | None:
    """The new rows of a table as they are published; None where there are none."""
    if table.name in ("datasets", "models"):
        frame = nodes.lazy().filter(pl.col("type") == table.name.removesuffix("s"))
    elif table.name in ENDS:
        child, _, parent, _ = ENDS[table.name]
        frame = edges.lazy().filter(pl.col("table") == table.name).rename({"child": child, "parent": parent})
    elif table.name in tables:
        return typed(table, tables[table.name]).lazy()
    else:
        return None
    return typed_lazily(table, whole_columns(frame, table.columns))


def typed_lazily(table: Table, frame: pl.LazyFrame) -> pl.LazyFrame:
    """As ``typed`` has it, of rows that a program has made."""
    columns: list[pl.Expr] = []
    for one in table.fields:
        column = pl.col(one.name)
        if one.partial_date:
            columns += [first_day(column), precision(column)]
        elif one.type == "date":
            columns.append(column.str.to_date("%Y-%m-%d", strict=False))
        elif one.type == "list":
            columns.append(
                pl.when(column.is_not_null()).then(column.str.split(one.delimiter)).alias(one.name)
            )
        else:
            columns.append(column)
    return frame.select(columns)


def whole_columns(frame: pl.LazyFrame, columns: Iterable[str]) -> pl.LazyFrame:
    """The frame with these columns, empty where it has none; lazily, since empty columns cost as full ones."""
    known = frame.collect_schema().names()
    return frame.select(
        pl.col(name) if name in known else pl.lit(None, dtype=_TYPES.get(name, pl.String)).alias(name)
        for name in columns
    )


def join(base: Edition, folder: Path, name: str, rows: pl.LazyFrame | None) -> None:
    old, new = Path(base.path) / f"{name}.parquet", folder / f"{name}.parquet"
    if rows is None:
        shutil.copyfile(old, new)
        return
    schema = pl.read_parquet_schema(old)
    same = rows.select(pl.col(column).cast(dtype) for column, dtype in schema.items())
    pl.concat([pl.scan_parquet(old), same]).sink_parquet(new, compression="zstd")


def write_descriptor(base: Edition, extension: Extension, folder: Path, version: str) -> None:
    descriptor = {
        "name": extension.name,
        "title": extension.title,
        "version": version,
        "commit": extension.commit,
        "committed": extension.committed,
        "format": FORMAT,
        "built_with": {"llmlineage": __version__, "polars": pl.__version__},
        "over": {"name": layers_of(base)[-1], "version": base.version},
        "rows": {
            path.stem: pl.scan_parquet(path).select(pl.len()).collect().item()
            for path in sorted(folder.glob("*.parquet"))
        },
        "files": {
            path.name: {"bytes": path.stat().st_size, "sha256": sha256(path)}
            for path in sorted(folder.iterdir())
        },
    }
    (folder / DESCRIPTOR).write_text(json.dumps(descriptor, indent=2) + "\n", encoding="utf-8")
