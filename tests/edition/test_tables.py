"""Tables as polars LazyFrames, as rows, and through SQL that can only read."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import llmlineage
from llmlineage.edition import Edition, open_edition, tables
from llmlineage.edition.describe import describe
from llmlineage.errors import InvalidEdition, QueryRefused, UnknownName
from llmlineage.package import TABLES
from tests.tiny import TABLES as TINY


@pytest.fixture
def edition(tiny_edition: Path) -> Edition:
    return open_edition(tiny_edition)


@pytest.mark.parametrize("name", [*TABLES, "nodes", "edges", "ancestry"])
def test_every_table_is_a_lazy_frame(tiny_edition: Path, name: str) -> None:
    frame = llmlineage.table(name, tiny_edition)
    assert isinstance(frame, pl.LazyFrame)
    if name in TINY:
        assert frame.collect().height == len(TINY[name])


def test_an_unknown_table_carries_the_closest(tiny_edition: Path) -> None:
    with pytest.raises(UnknownName) as caught:
        llmlineage.table("derivation", tiny_edition)
    assert caught.value.closest[0] == "derivations"


def test_a_folder_without_the_table_is_no_edition(tmp_path: Path) -> None:
    with pytest.raises(InvalidEdition, match=r"datasets\.parquet is missing"):
        llmlineage.table("datasets", tmp_path)


def test_rows_come_in_the_order_of_the_key(edition: Edition) -> None:
    result = tables.rows_of(edition, "datasets")
    ids = [row[result.columns.index("id")] for row in result.rows]
    assert ids == sorted(ids) and len(ids) == 5


def test_counts_name_every_table(edition: Edition) -> None:
    counts = dict(tables.counts(edition).rows)
    assert counts["derivations"] == 4 and counts["edges"] == 7 and set(TABLES) < set(counts)


def test_a_query_reads(edition: Edition) -> None:
    result = tables.query(edition, "SELECT child, parent FROM derivations ORDER BY 1, 2", seconds=5)
    assert result.columns == ("child", "parent")
    assert next(iter(result.rows)) == ("alpha", "seeds")


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM node", "DROP TABLE node", "INSERT INTO meta VALUES ('a', 'b')",
        "ATTACH 'other.db' AS other", "PRAGMA writable_schema = 1", "CREATE TABLE mine (a)", "VACUUM",
        "SELECT load_extension('x')", "SELECT 1; SELECT 2", "", "-- nothing", "SELEC 1",
        "UPDATE node SET id = 'x'", "BEGIN",
        "PRAGMA journal_mode = OFF", "PRAGMA hard_heap_limit = 600000000",
    ],
)  # fmt: skip
def test_what_does_more_than_read_is_refused(edition: Edition, sql: str) -> None:
    with pytest.raises(QueryRefused):
        list(tables.query(edition, sql, seconds=5).rows)


def test_a_query_that_never_ends_is_stopped(edition: Edition) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(QueryRefused, match="longer than"):
        list(tables.query(edition, endless, seconds=0.2).rows)


@pytest.mark.parametrize("size", [9_000_000, 900_000_000])
def test_a_value_without_bounds_is_refused(edition: Edition, size: int) -> None:
    with pytest.raises(QueryRefused, match="memory"):
        list(tables.query(edition, f"SELECT hex(zeroblob({size}))", seconds=10).rows)


@pytest.mark.parametrize("name", [*TABLES, "nodes", "edges", "ancestry"])
def test_sql_and_parquet_have_the_same_columns_and_all_are_described(edition: Edition, name: str) -> None:
    """But for bytes, which are in parquet alone, as the description says."""
    published = llmlineage.table(name, edition.path).collect_schema()
    described = describe(name).columns
    assert [column.name for column in described] == list(published)
    assert [column.name for column in described if column.in_sql] == list(tables.columns_of(edition, name))
    assert {name for name, type_ in published.items() if type_ == pl.Binary} == {
        column.name for column in described if not column.in_sql
    }


def test_sql_says_how_much_of_a_date_is_known_as_parquet_does(edition: Edition) -> None:
    for name in ("nodes", "datasets", "models", "methods", "sources"):
        frame = llmlineage.table(name, edition.path).collect()
        (date,) = [column for column in ("released", "introduced", "published") if column in frame.columns]
        asked = tables.rows_of(edition, name, ["id", f"{date}_precision"])
        assert dict(asked.rows) == dict(frame.select("id", f"{date}_precision").iter_rows())


def test_an_edge_says_what_its_ends_are(edition: Edition) -> None:
    asked = tables.rows_of(edition, "edges", ["child_type", "parent_type"], "\"table\" = 'trainings'")
    assert set(asked.rows) == {("model", "dataset")}
