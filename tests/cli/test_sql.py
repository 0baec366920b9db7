"""``llmlineage sql`` answers one SELECT, and refuses all else with one message."""

from __future__ import annotations

import csv
import hashlib
import io
import time
from pathlib import Path

import pytest

from tests.conftest import run

READ_ONLY = "llmlineage: the edition is read-only: only SELECT over its own tables is allowed\n"


@pytest.mark.parametrize(
    "query",
    [
        "INSERT INTO licenses (id) VALUES ('x')",
        "UPDATE node SET name = 'x'",
        "DELETE FROM edge",
        "DROP TABLE node",
        "CREATE TABLE x (y)",
        "CREATE TEMP TABLE x (y)",
        "ALTER TABLE node ADD COLUMN x",
        "ATTACH '{outside}' AS other",
        "DETACH main",
        "BEGIN",
        "PRAGMA journal_mode = wal",
        "PRAGMA writable_schema = 1",
        "PRAGMA user_version = 9",
        "PRAGMA hard_heap_limit = 0",
        "SELECT load_extension('x')",
        "REINDEX",
        "ANALYZE",
    ],
)
def test_whatever_is_not_a_select_is_refused(tiny_edition: Path, tmp_path: Path, query: str) -> None:
    result = run("--edition", tiny_edition, "sql", query.format(outside=tmp_path / "outside"))
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", READ_ONLY)


@pytest.mark.parametrize("query", ["VACUUM", "VACUUM INTO '{outside}'", "ATTACH '{outside}' AS other"])
def test_no_query_touches_a_file(tiny_edition: Path, tmp_path: Path, query: str) -> None:
    before = hashlib.sha256((tiny_edition / "lineage.sqlite").read_bytes()).digest()
    result = run("--edition", tiny_edition, "sql", query.format(outside=tmp_path / "outside"))
    assert result.exit_code == 2
    assert not list(tmp_path.iterdir())
    assert hashlib.sha256((tiny_edition / "lineage.sqlite").read_bytes()).digest() == before


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("SELECT 1; SELECT 2", "not a valid query: "),
        ("SELECT 1; DROP TABLE node", "not a valid query: "),
        ("", "the query is empty"),
        ("  ", "the query is empty"),
        ("SELEC 1", "not a valid query: "),
        ("SELECT * FROM nowhere", "nowhere"),
        ("SELECT colour FROM nodes", "colour"),
        ("SELECT ?", "not a valid query: "),
        ("SELECT CAST(x'ff' AS TEXT)", "not a valid query: "),
        ("SELECT randomblob(1000000000)", "too much memory"),
        ("SELECT sum(n) OVER () FROM generate_series(1, 2)", "generate_series"),
    ],
)
def test_a_wrong_query_gets_one_message(tiny_edition: Path, query: str, reason: str) -> None:
    result = run("--edition", tiny_edition, "sql", query)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("llmlineage: ") and result.stderr.count("\n") == 1
    assert reason in result.stderr


def test_a_query_without_end_is_stopped(tiny_edition: Path) -> None:
    endless = "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"
    start = time.monotonic()
    result = run("--edition", tiny_edition, "sql", endless, "--timeout", "0.1")
    assert time.monotonic() - start < 60
    assert result.exit_code == 2
    assert result.stderr.startswith("llmlineage: the query ran longer than 0.1 s;")


def test_two_columns_of_one_name_are_no_json_object(tiny_edition: Path) -> None:
    result = run("--edition", tiny_edition, "sql", "SELECT 1 AS a, 2 AS a", "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "AS" in result.stderr
    assert run("--edition", tiny_edition, "sql", "SELECT 1 AS a, 2 AS a").stdout == "a  a\n1  2\n"


@pytest.mark.parametrize("query", ["SELECT 7 AS n;", "SELECT 7 AS n; -- done", "PRAGMA data_version"])
def test_a_query_that_only_reads_is_answered(tiny_edition: Path, query: str) -> None:
    assert run("--edition", tiny_edition, "sql", query).exit_code == 0


def test_the_tables_that_are_listed_can_be_queried(tiny_edition: Path) -> None:
    listed = run("--edition", tiny_edition, "tables", "--format", "csv").stdout
    counts = {row["table"]: row["rows"] for row in csv.DictReader(io.StringIO(listed))}
    assert len(counts) == 18
    for table, count in counts.items():
        answered = run("--edition", tiny_edition, "sql", f"SELECT count(*) FROM {table}", "--format", "csv")
        assert answered.stdout == f"count(*)\n{count}\n"


def test_csv_and_text_hold_the_same_cells(tiny_edition: Path) -> None:
    query = "SELECT id, rows, license FROM datasets WHERE rows > 500 ORDER BY id"
    shown = run("--edition", tiny_edition, "sql", query, "--format", "csv").stdout
    assert shown == "id,rows,license\nalpha,52002,nc\nbeta-1.0,1000,\n"
    assert run("--edition", tiny_edition, "sql", query).stdout.splitlines() == [
        "id          rows  license",
        "alpha     52,002  nc",
        "beta-1.0   1,000",
    ]


def test_an_unknown_table_is_answered_with_the_closest(tiny_edition: Path) -> None:
    result = run("--edition", tiny_edition, "tables", "derivation")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "derivations" in result.stderr
