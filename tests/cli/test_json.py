"""The JSON that others script against: keys, their order and their types, as the contract has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import run
from tests.tiny import ROOT

Value = dict[str, Any]
Types = dict[str, tuple[type, ...]]

NULL = type(None)
TEXT: tuple[type, ...] = (str, NULL)
COUNT: tuple[type, ...] = (int, NULL)
SOURCE: Types = {"id": (str,), "title": (str,), "url": (str,)}
NODE: Types = {
    "id": (str,),
    "type": (str,),
    "name": (str,),
    "kind": (str,),
    "hub_id": TEXT,
    "released": TEXT,
    "license": TEXT,
    "rows": COUNT,
    "upstream": (str,),
    "depth": (int,),
}
EDGE: Types = {
    "child": (str,),
    "relation": (str,),
    "role": TEXT,
    "stage": TEXT,
    "parent": (str,),
    "part": TEXT,
    "rows": COUNT,
    "method": TEXT,
    "basis": (str,),
    "note": TEXT,
    "source": (dict,),
    "locator": TEXT,
}
# What an edge says only where it differs from its relation, or is known.
SOMETIMES = ("split", "takes", "into", "without", "altered", "rows_precision", "weight")
SHARE: tuple[type, ...] = (float, NULL)
MEASURED: Types = {"verdict": (str,), "prompt": SHARE, "response": SHARE, "both": SHARE}
TRACE: Types = {"root": (str,), "direction": (str,), "edition": (str,), "nodes": (list,), "edges": (list,)}
HIT: Types = {"id": (str,), "type": (str,), "name": (str,), "score": (float,)}
WHY: Types = {"from": (str,), "to": (str,), "paths": (list,)}
VERDICT: Types = {"package": (str,), "valid": (bool,), "fixed": (list,), "problems": (list,)}
PROBLEM: Types = {
    "level": (str,),
    "file": (str,),
    "row": COUNT,
    "field": TEXT,
    "value": TEXT,
    "problem": (str,),
    "suggestion": TEXT,
    "changed": (bool,),
}
RECORD_END: Types = {
    "aliases": (list,),
    "parents": (list,),
    "children": (list,),
    "discrepancies": (list,),
    "source": (dict,),
}


def answer(*arguments: str | Path, exit_code: int = 0) -> Any:
    """The one JSON document on stdout; no fact in it is the empty string."""
    result = run(*arguments, "--json")
    assert result.exit_code == exit_code, result.output
    document = json.loads(result.stdout)
    assert '""' not in result.stdout
    return document


def check(value: Value, types: Types) -> None:
    assert list(value) == list(types)
    wrong = {key: cell for key, cell in value.items() if type(cell) not in types[key]}
    assert not wrong


def check_edges(edges: list[Value]) -> None:
    assert edges
    for edge in edges:
        if "measured" in edge:
            check(edge["measured"], MEASURED)
        check({key: cell for key, cell in edge.items() if key not in ("measured", *SOMETIMES)}, EDGE)
        check(edge["source"], SOURCE)


@pytest.mark.parametrize("direction", ["up", "down"])
def test_trace(real_edition: Path, direction: str) -> None:
    down = ["--down"] if direction == "down" else []
    trace = answer("--edition", real_edition, "trace", "alpaca", *down)
    check(trace, TRACE)
    assert (trace["root"], trace["direction"]) == ("alpaca", direction)
    for node in trace["nodes"]:
        check({key: value for key, value in node.items() if key != "rows_precision"}, NODE)
    assert {node["type"] for node in trace["nodes"]} == {"dataset", "model"}
    check_edges(trace["edges"])
    order = [(node["depth"], node["id"]) for node in trace["nodes"]]
    assert order == sorted(order) and order[0] == (0, "alpaca")


def test_role_and_stage_stand_only_where_they_belong(real_edition: Path) -> None:
    for edge in answer("--edition", real_edition, "trace", "zephyr-7b-beta")["edges"]:
        assert (edge["role"] is not None) == (edge["relation"] == "generated_by")
        assert (edge["stage"] is not None) == (edge["relation"] == "trained_on")


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("alpaca", "datasets"),
        ("mistral-7b-v0.1", "models"),
        ("dpo", "methods"),
        ("apache-2.0", "licenses"),
        ("stanford", "organizations"),
    ],
)
def test_show_has_every_column_of_the_table(real_edition: Path, name: str, table: str) -> None:
    record = answer("--edition", real_edition, "show", name)
    schema = json.loads((ROOT / "schemas" / f"{table}.json").read_text(encoding="utf-8"))
    columns = [field["name"] for field in schema["fields"] if field["name"] not in ("id", "source")]
    used = [key for key in ("used_by", "used_in") if record.get(key)]
    assert list(record) == ["id", "type", *columns, *RECORD_END, *used]
    assert (record["id"], record["type"]) == (name, table.removesuffix("s"))
    check({key: record[key] for key in RECORD_END}, RECORD_END)
    check(record["source"], SOURCE)
    lists = [field["name"] for field in schema["fields"] if field["type"] == "list"]
    assert all(isinstance(record[key], list) for key in lists)
    if table in ("datasets", "models"):
        check_edges(record["parents"] or record["children"])


def test_show_lists_claims_with_who_made_them(tiny_edition: Path) -> None:
    (claim,) = answer("--edition", tiny_edition, "show", "alpha")["discrepancies"]
    assert (claim["attribute"], claim["stated"], claim["accepted"]) == ("rows", "52000", "52002")
    check(claim["stated_by"], SOURCE)
    check(claim["source"], SOURCE)


def test_why(real_edition: Path) -> None:
    why = answer("--edition", real_edition, "why", "alpaca", "OpenHermes-2.5")
    check(why, WHY)
    assert (why["from"], why["to"]) == ("alpaca", "openhermes-2.5")
    for path in why["paths"]:
        check_edges(path)
        assert (path[0]["child"], path[-1]["parent"]) == ("openhermes-2.5", "alpaca")


def test_why_without_a_way_has_no_paths(tiny_edition: Path) -> None:
    assert answer("--edition", tiny_edition, "why", "base-7b", "seeds") == {
        "from": "base-7b",
        "to": "seeds",
        "paths": [],
    }


def test_search(real_edition: Path) -> None:
    hits = answer("--edition", real_edition, "search", "alpaca")
    for hit in hits:
        check(hit, HIT)
    scores = [hit["score"] for hit in hits]
    assert len(scores) > 1 and scores == sorted(scores, reverse=True)
    assert answer("--edition", real_edition, "search", "no-such-word-anywhere") == []


def test_tables(tiny_edition: Path) -> None:
    counts = answer("--edition", tiny_edition, "tables")
    assert {"table": "datasets", "rows": 5} in counts
    assert {tuple(count) for count in counts} == {("table", "rows")}
    rows = answer("--edition", tiny_edition, "tables", "derivations")
    assert [row["parent"] for row in rows] == ["seeds", "alpha", "alpha", "beta-1.0"]
    assert rows[1]["rows"] == 900 and rows[0]["part"] is None


def test_sql(tiny_edition: Path) -> None:
    query = (
        "SELECT id, rows, 0.5 AS half, x'00ff' AS bytes, 9e999 AS endless FROM datasets WHERE id = 'alpha'"
    )
    assert answer("--edition", tiny_edition, "sql", query) == [
        {"id": "alpha", "rows": 52002, "half": 0.5, "bytes": "00ff", "endless": None}
    ]


def test_validate(package: Path) -> None:
    assert answer("validate", package) == {
        "package": str(package),
        "valid": True,
        "fixed": [],
        "problems": [],
    }
    (package / "data" / "methods.csv").write_text("id,name\n", encoding="utf-8")
    verdict = answer("validate", package, exit_code=1)
    check(verdict, VERDICT)
    assert verdict["valid"] is False and verdict["problems"]
    for problem in verdict["problems"]:
        check(problem, PROBLEM)
        assert problem["level"] in ("error", "warning")
