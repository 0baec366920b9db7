"""From the names that cards declare to records: curated ones, repositories of the snapshot, or names alone."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from llmlineage.edition import Edition
from llmlineage.edition.extend import keys
from llmlineage.errors import DataError
from llmlineage.hub.snapshot import Snapshot

# Repositories that once had no owner and now stand under these, with redirects from the old names.
_LEGACY = (
    "openai-community", "google-bert", "FacebookAI", "distilbert", "google-t5", "albert", "xlnet", "facebook",
    "transfo-xl", "allenai", "stanfordnlp", "nyu-mll", "rajpurkar", "wikimedia", "Salesforce", "fancyzhx",
    "ylecun", "legacy-datasets", "cnn_dailymail", "abisee", "knkarthick", "mandarjoshi", "rowan", "google",
)  # fmt: skip
LONGEST_CHAIN = 10


def curated(edition: Edition) -> pl.DataFrame:
    """Which dataset or model each name key of an edition means first: ``type``, ``key``, ``id``."""
    query = (
        'SELECT substr("table", 1, length("table") - 1), key, id FROM names WHERE "table" IN '
        "('datasets', 'models') AND hit < 4 ORDER BY hit, rank, id"
    )
    schema = {"type": pl.String, "key": pl.String, "curated": pl.String}
    rows = edition.index.execute(query).fetchall()
    found = pl.DataFrame(rows, schema=schema, orient="row")
    return found.unique(["type", "key"], keep="first", maintain_order=True)


def licences(edition: Edition) -> pl.DataFrame:
    """The licence that each name key means: ``key`` and ``license``."""
    query = "SELECT key, id FROM names WHERE \"table\" = 'licenses' AND hit < 4 ORDER BY hit, rank, id"
    rows = edition.index.execute(query).fetchall()
    found = pl.DataFrame(rows, schema={"key": pl.String, "license": pl.String}, orient="row")
    return found.unique("key", keep="first", maintain_order=True)


def with_curated(frame: pl.DataFrame, names: pl.DataFrame, column: str) -> pl.DataFrame:
    """The frame with the record of the edition beneath that ``column`` names, in ``curated``, or null."""
    keyed = frame.with_columns(keys(frame[column]).alias("key"))
    return keyed.join(names, on=["type", "key"], how="left", maintain_order="left").drop("key")


def renames(path: Path | None) -> pl.DataFrame:
    """Former names of repositories from a CSV file of ``old,new``: ``name`` in small letters, and ``renamed``.

    Raises:
        DataError: the file cannot be read, or has other columns.
    """
    empty = pl.DataFrame(schema={"name": pl.String, "renamed": pl.String})
    if path is None:
        return empty
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(path, f"cannot be read as CSV ({str(error).splitlines()[0]})") from error
    if frame.columns != ["old", "new"]:
        raise DataError(path, "has other columns than old,new; write them in its first line")
    old = pl.col("old").str.strip_chars().str.to_lowercase()
    return (
        frame.select(name=old, renamed=pl.col("new").str.strip_chars())
        .drop_nulls()
        .unique("name", keep="last")
    )


def former(found: Snapshot) -> pl.DataFrame:
    """Names that changed while the snapshot was made, as ``renames`` has them: of repositories with one number
    of the Hub, the one changed last has the present name."""
    empty = pl.DataFrame(schema={"name": pl.String, "renamed": pl.String})
    parts = [empty]
    for one in (found.models, found.datasets):
        numbers = one.filter(pl.col("key").is_not_null()).select(number=pl.col("key").hash())
        seen = numbers.collect(engine="streaming")["number"]
        twice = seen.filter(seen.is_duplicated()).unique()
        if not len(twice):
            continue
        same = (
            one.filter(pl.col("key").hash().is_in(twice.implode())).select("key", "repo", "changed").collect()
        )
        last = same.sort("changed", nulls_last=False).group_by("key").agg(renamed=pl.col("repo").last())
        moved = same.join(last, on="key").filter(pl.col("repo") != pl.col("renamed"))
        parts.append(moved.select(name=pl.col("repo").str.to_lowercase(), renamed="renamed"))
    return pl.concat(parts).unique("name", keep="last", maintain_order=True)


def followed(names: pl.DataFrame, renamed: pl.DataFrame) -> pl.DataFrame:
    """``names`` with every former name replaced by the present one, through several renames; circles end."""
    if not len(renamed):
        return names
    for _ in range(LONGEST_CHAIN):
        low = names.with_columns(low=pl.col("name").str.to_lowercase())
        joined = low.join(renamed, left_on="low", right_on="name", how="left", maintain_order="left")
        if not joined["renamed"].is_not_null().any():
            break
        names = joined.with_columns(name=pl.coalesce("renamed", "name")).drop("low", "renamed")
    return names


def in_snapshot(names: pl.DataFrame, repositories: pl.DataFrame) -> pl.DataFrame:
    """``names`` with the ``id`` of the repository that each names, or null: in any case, and where it has no
    owner, of one of the owners under which such names went on.

    Args:
        repositories: ``type``, ``repo`` and ``id``, one row each.
    """
    repositories = repositories.select("type", "id", low=pl.col("repo").str.to_lowercase())
    low = names.with_columns(low=pl.col("name").str.to_lowercase())
    found = low.join(repositories, on=["type", "low"], how="left", maintain_order="left")
    owners = pl.DataFrame({"owner": [one.lower() for one in _LEGACY], "order": range(len(_LEGACY))})
    bare = low.filter(~pl.col("low").str.contains("/", literal=True)).select("type", "low").unique()
    moved = (
        bare.join(owners, how="cross").with_columns(bare="low", low=pl.col("owner") + "/" + pl.col("low"))
        .join(repositories, on=["type", "low"]).sort("order").unique(["type", "bare"], keep="first")
        .select("type", low="bare", moved="id")
    )  # fmt: skip
    return (
        found.join(moved, on=["type", "low"], how="left", maintain_order="left")
        .with_columns(id=pl.coalesce("id", "moved")).drop("moved")
    )  # fmt: skip
