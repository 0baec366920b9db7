"""``llmlineage sql`` answers one SELECT, and refuses all else with one message."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import llmlineage
from llmlineage.errors import QueryRefused
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


SLOW = "SELECT instr(zeroblob(9000000), zeroblob(4000000) || x'01')"


LIKE = "SELECT hex(zeroblob(4000000)) LIKE '%' || hex(zeroblob(20000)) || '1'"


@pytest.mark.parametrize("query", [SLOW, LIKE])
def test_a_query_is_ended_within_one_call_of_a_function(tiny_edition: Path, query: str) -> None:
    start = time.monotonic()
    result = run("--edition", tiny_edition, "sql", query, "--timeout", "0.5")
    assert time.monotonic() - start < 20
    assert result.exit_code == 2 and "ran longer than 0.5 s" in result.stderr


def test_an_interrupted_query_ends_at_once_and_says_so(tiny_edition: Path) -> None:
    command = [sys.executable, "-m", "llmlineage", "--edition", tiny_edition, "sql", SLOW]
    asking = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(2)
    asking.send_signal(signal.SIGINT)
    shown, said = asking.communicate(timeout=20)
    assert (shown, said.strip()) == ("", "Aborted!")


def test_the_process_of_a_query_ends_with_whoever_asked(tiny_edition: Path) -> None:
    script = (
        "import sys, threading, time, llmlineage\n"
        "from llmlineage.edition import tables\n"
        "started = tables.subprocess.Popen\n"
        "def start(*arguments, **options):\n"
        "    child = started(*arguments, **options)\n"
        "    print(child.pid, flush=True)\n"
        "    return child\n"
        "tables.subprocess.Popen = start\n"
        "llmlineage.open(sys.argv[1]).sql(sys.argv[2], 100)\n"
    )
    asking = subprocess.Popen(
        [sys.executable, "-c", script, tiny_edition, SLOW], stdout=subprocess.PIPE, text=True
    )
    assert asking.stdout
    child = int(asking.stdout.readline())
    time.sleep(0.5)
    asking.kill()
    asking.communicate()
    deadline = time.monotonic() + 20
    while runs(child) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not runs(child)


def runs(process: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


@pytest.mark.parametrize("seconds", ["nan", "inf", "-inf", "1e400", "-1", "0"])
def test_a_time_limit_is_a_number_of_seconds(tiny_edition: Path, seconds: str) -> None:
    result = run("--edition", tiny_edition, "sql", "SELECT 1", "--timeout", seconds)
    assert (result.exit_code, result.stdout) == (2, "") and "--timeout" in result.stderr
    with pytest.raises(QueryRefused):
        llmlineage.open(tiny_edition).sql("SELECT 1", float(seconds))


def test_a_very_long_limit_is_one_too(tiny_edition: Path) -> None:
    assert run("--edition", tiny_edition, "sql", "SELECT 1 AS n", "--timeout", "1e300").stdout == "n\n1\n"


@pytest.mark.parametrize("format", ["text", "csv", "json"])
def test_rows_are_printed_as_they_come_and_not_held(tiny_edition: Path, format: str) -> None:
    """160 MB in all, by a process that may have 150 MB."""
    query = (
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 40) "
        "SELECT i, hex(zeroblob(2000000)) AS x FROM n"
    )
    script = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (150_000_000, resource.RLIM_INFINITY))\n"
        "from llmlineage.cli import main\n"
        "main(sys.argv[1:])\n"
    )
    call = [
        sys.executable, "-c", script, "--edition", tiny_edition, "sql", query, "--format", format,
        "--timeout", "500",
    ]  # fmt: skip
    asking = subprocess.Popen(call, stdout=subprocess.PIPE)
    assert asking.stdout
    size = sum(len(piece) for piece in iter(lambda: asking.stdout.read(1_000_000), b""))
    assert asking.wait() == 0 and size > 160_000_000


def test_json_of_rows_is_one_document_as_ever(tiny_edition: Path) -> None:
    query = "SELECT 1 AS n, 'two\nlines \"quoted\"' AS t, NULL AS z UNION ALL SELECT 2, 'é', 0.5"
    shown = run("--edition", tiny_edition, "sql", query, "--json").stdout
    rows = [{"n": 1, "t": 'two\nlines "quoted"', "z": None}, {"n": 2, "t": "é", "z": 0.5}]
    assert shown == json.dumps(rows, indent=2, ensure_ascii=False) + "\n"
    assert run("--edition", tiny_edition, "sql", "SELECT 1 AS n WHERE 0", "--json").stdout == "[]\n"


def test_a_row_without_bounds_is_refused(tiny_edition: Path) -> None:
    many = ", ".join(["x"] * 500)
    query = f"WITH one AS MATERIALIZED (SELECT hex(zeroblob(4000000)) AS x) SELECT {many} FROM one"
    result = run("--edition", tiny_edition, "sql", query, "--format", "csv")
    assert (result.exit_code, result.stdout) == (2, "") and "memory" in result.stderr


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


def test_a_query_may_stand_on_stdin(tiny_edition: Path) -> None:
    from click.testing import CliRunner

    from llmlineage.cli import main

    call = ["--edition", str(tiny_edition), "sql", "-", "--format", "csv"]
    result = CliRunner().invoke(main, call, input="SELECT id FROM models\nORDER BY id -- all\n")
    assert result.stdout == "id\nbase-7b\nmix-7b\nwriter\n"


@pytest.mark.parametrize(
    ("query", "parameters", "found"),
    [
        ("SELECT id FROM datasets WHERE license = :one", ["one=nc"], "id\nalpha\n"),
        ("SELECT count(*) AS n FROM datasets HAVING count(*) > :least", ["least=4"], "n\n5\n"),
        ("SELECT :a || :b AS x", ["a=' OR 1 --", "b==;"], "x\n' OR 1 --=;\n"),
        ("SELECT typeof(:a) AS a, typeof(:b) AS b, typeof(:c) AS c", ["a=7", "b=0.5", "c=007"],
         "a,b,c\ninteger,real,text\n"),
    ],
)  # fmt: skip
def test_values_are_bound_and_never_read_as_sql(
    tiny_edition: Path, query: str, parameters: list[str], found: str
) -> None:
    options = [word for one in parameters for word in ("--param", one)]
    result = run("--edition", tiny_edition, "sql", query, *options, "--format", "csv")
    assert result.stdout == found, result.stderr


@pytest.mark.parametrize("given", [["x"], ["=1"], ["a b=1"], ["n=1", "n=2"], ["other=1"]])
def test_a_value_for_nothing_is_refused(tiny_edition: Path, given: list[str]) -> None:
    options = [word for one in given for word in ("--param", one)]
    result = run("--edition", tiny_edition, "sql", "SELECT :n AS n", *options)
    assert (result.exit_code, result.stdout) == (2, "") and isinstance(result.exception, SystemExit)


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("SELECT licence FROM datasets", "did you mean license?"),
        ("SELECT d.Licence FROM datasets AS d", "did you mean license?"),
        ("SELECT colour FROM nodes", "columns of nodes: id, type, name, "),
        ("SELECT * FROM dataset", "did you mean datasets?"),
        ("SELECT * FROM nowhere_near", "tables: datasets, models, "),
    ],
)
def test_a_wrong_name_is_answered_with_the_near_one(tiny_edition: Path, query: str, hint: str) -> None:
    result = run("--edition", tiny_edition, "sql", query)
    assert (result.exit_code, result.stdout) == (2, "") and hint in result.stderr


def test_of_a_table_some_columns_and_rows_can_be_asked(tiny_edition: Path) -> None:
    call = ["tables", "datasets", "--columns", "rows, id", "--where", "rows > 500 -- many", "--format", "csv"]
    assert run("--edition", tiny_edition, *call).stdout == "rows,id\n52002,alpha\n1000,beta-1.0\n"
    assert run("--edition", tiny_edition, *call, "--limit", "1").stdout == "rows,id\n52002,alpha\n"
    one = run("--edition", tiny_edition, "tables", "models", "--limit", "1", "--columns", "id")
    assert one.stdout == "id\nbase-7b\n"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--columns", "licence"], "did you mean license?"),
        (["--columns", ""], "no such column"),
        (["--where", "licence = 'nc'"], "did you mean license?"),
        (["--where", "1); DROP TABLE node; --"], "not a valid query"),
        (["--where", "1 = (SELECT load_extension('x'))"], "read-only"),
        (["--limit", "0"], "--limit"),
    ],
)
def test_a_table_is_asked_in_the_guarded_way_alone(
    tiny_edition: Path, options: list[str], reason: str
) -> None:
    result = run("--edition", tiny_edition, "tables", "datasets", *options)
    assert (result.exit_code, result.stdout) == (2, "") and isinstance(result.exception, SystemExit)
    assert reason in result.stderr


def test_without_a_table_there_is_nothing_to_choose_from(tiny_edition: Path) -> None:
    for options in (["--columns", "id"], ["--where", "1"], ["--limit", "1"], ["--describe"]):
        assert run("--edition", tiny_edition, "tables", *options).exit_code == 2


def test_columns_are_described_in_every_format(tiny_edition: Path) -> None:
    call = ["--edition", tiny_edition, "tables", "derivations", "--describe"]
    described = json.loads(run(*call, "--json").stdout)
    relation = next(column for column in described["columns"] if column["name"] == "relation")
    assert relation["required"] is True and "includes" in relation["values"] and relation["description"]
    listed = run(*call, "--format", "csv").stdout
    assert [row["name"] for row in csv.DictReader(io.StringIO(listed))] == [
        column["name"] for column in described["columns"]
    ]
    shown = run("--edition", tiny_edition, "tables", "fingerprints", "--describe").stdout
    assert "and not in SQL: sketch" in shown
