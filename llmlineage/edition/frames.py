"""The tables of a package as polars frames, and the frames that are derived from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from llmlineage.checks.files import check_file
from llmlineage.checks.rules import ENDS
from llmlineage.errors import InvalidPackage, Problem
from llmlineage.package import Package, Table

Frames = Mapping[str, pl.DataFrame]

NODE_COLUMNS = (
    "id", "type", "name", "kind", "family", "organization", "released", "rows", "rows_precision", "tokens",
    "languages", "parameters", "training_tokens", "architecture", "license", "hub_id", "url", "status",
    "upstream", "summary", "note", "source", "locator", "second_read",
)  # fmt: skip
EDGE_COLUMNS = (
    "table", "child", "relation", "role", "stage", "parent", "part", "split", "takes", "into",
    "without", "altered", "rows", "rows_precision", "weight", "method", "basis", "note", "source", "locator",
    "second_read",
)  # fmt: skip
_TYPES = {"integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean, "date": pl.Date}


def read_table(table: Table) -> pl.DataFrame:
    """A table with its numbers and truth values typed; dates and lists still as written.

    Raises:
        InvalidPackage: polars cannot read it; names the row and the field.
    """
    frame = read_text(table)
    casts = [
        pl.col(field.name) == "true"
        if field.type == "boolean"
        else pl.col(field.name).cast(_TYPES[field.type], strict=False)
        for field in table.fields
        if field.type in ("integer", "number", "boolean")
    ]
    return thin(whole(table, frame, frame.with_columns(casts)))


def thin(frame: pl.DataFrame) -> pl.DataFrame:
    """The same, where columns without a value take no memory: as text, each cell of them takes 16 bytes."""
    empty = [name for name in frame.columns if frame[name].null_count() == frame.height]
    return frame.with_columns(pl.lit(None, dtype=frame.schema[name]).alias(name) for name in empty)


def stacked(parts: Sequence[pl.DataFrame], by: Sequence[str]) -> pl.DataFrame:
    """The rows of several frames with the same columns, in order; what is empty in all is left out of it."""
    held = [name for name in parts[0].columns if any(part[name].null_count() < part.height for part in parts)]
    if not held:  # no rows at all; literals would make one of a frame without columns
        return parts[0].clear()
    some = pl.concat([part.select(held) for part in parts], how="vertical_relaxed")
    rows = some.sort([name for name in by if name in held], maintain_order=True)
    types = parts[0].schema
    return rows.with_columns(
        pl.lit(None, dtype=types[name]).alias(name) for name in types if name not in held
    ).select(parts[0].columns)


def read_text(table: Table) -> pl.DataFrame:
    """A table as texts."""
    try:
        frame = pl.read_csv(table.path, infer_schema=False, null_values=[""])
        reason = "has other columns than its schema"
    except pl.exceptions.PolarsError as error:
        frame, reason = pl.DataFrame(), f"cannot be read ({str(error).partition(chr(10))[0]})"
    if tuple(frame.columns) != table.columns:
        raise InvalidPackage(check_file(table) or [Problem(table.file, 0, "", "", reason)])
    return frame


def whole(table: Table, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """``after``, where every cell of ``before`` could be turned into what its column holds."""
    for field in table.fields:
        lost = after[field.name].is_null() & before[field.name].is_not_null()
        if lost.any():
            place = lost.arg_true()[0]
            kind = "base64" if field.binary else f"of type {field.type}"
            value = str(before[field.name][place])
            raise InvalidPackage([Problem(table.file, place + 2, field.name, value, f"is not {kind}")])
    return after


def typed(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """The published form: date32 with a precision column beside each partial date, lists as lists,
    base64 as the bytes that it stands for.

    Raises:
        InvalidPackage: a cell is none of these; names the row and the field.
    """
    columns: list[pl.Expr] = []
    for field in table.fields:
        column = pl.col(field.name)
        if field.partial_date:
            columns += [first_day(column), precision(column)]
        elif field.binary:
            columns.append(column.str.decode("base64", strict=False))
        elif field.type == "date":
            columns.append(column.str.to_date("%Y-%m-%d", strict=False))
        elif field.type == "list":
            columns.append(
                pl.when(column.is_not_null()).then(column.str.split(field.delimiter)).alias(field.name)
            )
        else:
            columns.append(column)
    return whole(table, frame, frame.select(columns))


def first_day(column: pl.Expr) -> pl.Expr:
    """The first day that a partial date may mean."""
    padding = pl.when(column.str.len_chars() == 4).then(pl.lit("-01-01")).when(column.str.len_chars() == 7)
    return (column + padding.then(pl.lit("-01")).otherwise(pl.lit(""))).str.to_date("%Y-%m-%d", strict=False)


def precision(column: pl.Expr) -> pl.Expr:
    """How much of a partial date is known: year, month or day."""
    length = column.str.len_chars()
    unit = pl.when(length == 4).then(pl.lit("year")).when(length == 7).then(pl.lit("month"))
    return unit.when(length == 10).then(pl.lit("day")).alias(f"{column.meta.output_name()}_precision")


def nodes_of(frames: Frames) -> pl.DataFrame:
    """Datasets and models in one frame of NODE_COLUMNS, by id."""
    parts = [
        with_columns(frames[table].with_columns(type=pl.lit(type_)), NODE_COLUMNS)
        for table, type_ in (("datasets", "dataset"), ("models", "model"))
    ]
    return stacked(parts, ["id"])


def edges_of(frames: Frames) -> pl.DataFrame:
    """The four edge tables in one frame of EDGE_COLUMNS, by child, relation and parent."""
    relations = {"generations": "generated_by", "trainings": "trained_on"}
    parts = []
    for table, (child, _, parent, _) in ENDS.items():
        frame = frames[table].rename({child: "child", parent: "parent"}).with_columns(table=pl.lit(table))
        if table in relations:
            frame = frame.with_columns(relation=pl.lit(relations[table]))
        parts.append(with_columns(frame, EDGE_COLUMNS))
    return stacked(parts, ["child", "relation", "role", "stage", "parent", "part"])


def with_columns(frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    types = {
        "rows": pl.Int64,
        "tokens": pl.Int64,
        "parameters": pl.Int64,
        "training_tokens": pl.Int64,
        "weight": pl.Float64,
        "altered": pl.Boolean,
    }
    missing = [
        pl.lit(None, dtype=types.get(name, pl.String)).alias(name)
        for name in columns
        if name not in frame.columns
    ]
    return frame.with_columns(missing).select(columns)


def numbered(package: Package, nodes: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """The edges with the positions (from 1) of their ends among the nodes, as ``c`` and ``p``."""
    numbers = nodes.select("id", n=pl.int_range(1, pl.len() + 1, dtype=pl.Int32))
    joined = edges.join(
        numbers.rename({"n": "c"}), left_on="child", right_on="id", how="left", maintain_order="left"
    ).join(numbers.rename({"n": "p"}), left_on="parent", right_on="id", how="left", maintain_order="left")
    for end, number in (("child", "c"), ("parent", "p")):
        lost = joined.filter(pl.col(number).is_null())
        if len(lost):
            table, value = lost.row(0, named=True)["table"], lost.row(0, named=True)[end]
            raise InvalidPackage(
                [Problem(package.tables[table].file, 0, end, value, "is not the id of a record", "add it")]
            )
    return joined


def ancestry_of(numbered_edges: pl.DataFrame) -> pl.DataFrame:
    """Every ancestor of every node and its distance in edges: Int32 columns ``c``, ``a``, ``distance``.

    Breadth first for all nodes at once: each round joins the pairs found last with the edges
    and keeps the pairs not seen before, so a pair is met first at its shortest distance.
    """
    pairs = numbered_edges.select("c", "p").unique()
    found = [pairs.rename({"p": "a"}).with_columns(distance=pl.lit(1, pl.Int32))]
    seen = found[0].select("c", "a")
    while len(found[-1]):
        step = found[-1].select("c", "a").join(pairs, left_on="a", right_on="c").select("c", a="p").unique()
        new = step.join(seen, on=["c", "a"], how="anti").with_columns(
            distance=pl.lit(len(found) + 1, pl.Int32)
        )
        seen = pl.concat([seen, new.select("c", "a")])
        found.append(new)
    return pl.concat(found).sort("c", "distance", "a")
