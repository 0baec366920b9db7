"""Each constraint of each schema is broken by a row that differs in that alone from a good one."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from llmlineage.checks import check_schemas, validate
from llmlineage.errors import Problem
from llmlineage.package import TABLES as NAMES
from llmlineage.package import read_package, read_rows
from tests import tiny
from tests.tiny import ROOT, write_table, write_tiny

SCHEMAS = {name: json.loads((ROOT / "schemas" / f"{name}.json").read_text("utf-8")) for name in NAMES}
# Texts that some pattern must refuse: those that each pattern does refuse are tried on it.
NEAR_MISSES = (
    "Not-A-Slug", "under_score", "-slug", "slug-", "two--hyphens", "ümlaut", "a/b/c", "/a", "a b",
    "23-01-01", "2023-13", "2023-3", "2023-01-32", "1899", "2023-01-01T00", "http://example.org/a",
    "https://", "https://example.org/a b", "usa", "gb", "G",
)  # fmt: skip
WRONG_TYPE = {"integer": "many", "number": "much", "boolean": "perhaps", "date": "2023-02-30"}
ANY_TEXT = ("string", "list")
SCHEMA_KEYS = {"$schema", "title", "description", "fields", "missingValues", "primaryKey", "foreignKeys"}


@dataclass(frozen=True)
class Breach:
    """One row that must be refused: the cells that break it, and what is said of them."""

    table: str
    column: str
    kind: str
    cells: dict[str, str]
    message: str

    def __str__(self) -> str:
        value = "|".join(self.cells.values()) if self.kind == "pattern" else ""
        return f"{self.table}-{self.column}-{self.kind}-{value}"


def bad_cells(field: dict[str, Any], base: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """For each thing a field demands: its kind, a cell that breaks it, and the message."""
    name = field["name"]
    if field["type"] not in ANY_TEXT:
        yield "type", WRONG_TYPE[field["type"]], f"is not of type {field['type']}"
    for kind, value in field.get("constraints", {}).items():
        match kind:
            case "required":
                yield kind, "", "is required"
            case "unique":
                yield kind, base[name], "stands on an earlier row too"
            case "pattern":
                for miss in NEAR_MISSES:
                    if not re.fullmatch(value, miss):
                        yield kind, miss, "does not have the form of the column"
            case "enum":
                yield kind, f"{value[0]}s", "is not one of the values"
            case "minimum":
                yield kind, str(value - 1), f"is below {value}"
            case "minLength":
                assert value == 1, "an empty cell is the only text that is too short"
                yield kind, "", "is required"
            case _:
                raise NotImplementedError(f"{name}: no row breaks {kind}; write one")


def breaches() -> Iterator[Breach]:
    for table, schema in SCHEMAS.items():
        base = tiny.TABLES[table][0]
        for field in schema["fields"]:
            for kind, cell, message in bad_cells(field, base):
                yield Breach(table, field["name"], kind, {field["name"]: cell}, message)
        key = schema["primaryKey"]
        same = {column: base.get(column, "") for column in key}
        yield Breach(table, ", ".join(key), "primaryKey", same, "the key stands on an earlier row too")
        for reference in schema.get("foreignKeys", ()):
            (column,) = reference["fields"]
            target = reference["reference"]["resource"] or table
            yield Breach(table, column, "foreignKey", {column: "nowhere"}, f"is not an id of {target}")


BREACHES = {table: [one for one in breaches() if one.table == table] for table in SCHEMAS}


def good_row(table: str, number: int) -> dict[str, str]:
    """A row like the first of the tiny package, with a key and unique cells of its own."""
    row = dict(tiny.TABLES[table][0])
    schema = SCHEMAS[table]
    for field in schema["fields"]:
        rules = field.get("constraints", {})
        if rules.get("unique"):
            row[field["name"]] = f"https://example.org/{number}" if rules.get("required") else ""
    free = [name for name in schema["primaryKey"] if name == "id" or not constraints(schema, name)]
    if free:
        row[free[0]] = f"row-{number}"
    else:
        row |= combination(schema, number)
    return row


def combination(schema: dict[str, Any], number: int) -> dict[str, str]:
    """The key of a table whose every column is an id or one of some values: one of all there can be."""
    ids = [one["id"] for one in tiny.TABLES["datasets"]]
    values = {one["name"]: one.get("constraints", {}).get("enum", ids) for one in schema["fields"]}
    cells = {}
    for column in schema["primaryKey"]:
        number, place = divmod(number, len(values[column]))
        cells[column] = values[column][place]
    return cells


def constraints(schema: dict[str, Any], column: str) -> set[str]:
    field = next(one for one in schema["fields"] if one["name"] == column)
    return field.get("constraints", {}).keys() & {"pattern", "enum"}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], list[Problem]]:
    """By file and line, what is found where every breach is one row, after one more good row."""
    folder = write_tiny(tmp_path_factory.mktemp("breaches") / "package")
    for table in SCHEMAS:
        rows = [*tiny.TABLES[table], good_row(table, 0)]
        rows += [good_row(table, number + 1) | breach.cells for number, breach in enumerate(BREACHES[table])]
        write_table(folder, table, rows)
    package = read_package(folder)
    tables = {name: list(read_rows(table)) for name, table in package.tables.items()}
    problems = defaultdict[tuple[str, int], list[Problem]](list)
    for problem in check_schemas(package, tables):
        problems[problem.file, problem.row].append(problem)
    return problems


@pytest.mark.parametrize(
    ("breach", "line"),
    [
        pytest.param(breach, line, id=str(breach))
        for table in SCHEMAS
        for line, breach in enumerate(BREACHES[table], start=2 + len(tiny.TABLES[table]) + 1)
    ],
)
def test_a_row_that_breaks_a_constraint_is_refused(
    breach: Breach, line: int, found: dict[tuple[str, int], list[Problem]]
) -> None:
    said = found[f"data/{breach.table}.csv", line]
    assert any(one.field == breach.column and breach.message in one.problem for one in said), said
    assert all(one.level == "error" and one.suggestion for one in said)


@pytest.mark.parametrize("table", SCHEMAS)
def test_a_good_row_is_not_refused(table: str, found: dict[tuple[str, int], list[Problem]]) -> None:
    for line in range(2, 2 + len(tiny.TABLES[table]) + 1):
        assert found[f"data/{table}.csv", line] == []


@pytest.mark.parametrize("table", SCHEMAS)
def test_a_schema_uses_nothing_that_frictionless_ignores(table: str) -> None:
    schema = SCHEMAS[table]
    assert schema.keys() <= SCHEMA_KEYS
    for field in schema["fields"]:
        assert field["title"] and field["description"].endswith(".")
        assert not field.keys() & {"categories", "categoriesOrdered"}


def test_a_wrong_reference_is_answered_with_the_nearest_id(package: Path) -> None:
    rows = tiny.read_table(package, "derivations")
    rows[0]["parent"] = "seed"
    write_table(package, "derivations", rows)
    (problem,) = [one for one in validate(package)[1] if one.field == "parent"]
    assert str(problem) == "data/derivations.csv:2 parent seed: is not an id of datasets; did you mean seeds?"


def test_the_tiny_package_has_no_problem(package: Path) -> None:
    assert validate(package)[1] == []


def test_the_stock_frictionless_command_accepts_the_package(package: Path) -> None:
    command = [sys.executable, "-m", "frictionless", "validate", "datapackage.json"]
    done = subprocess.run(command, cwd=package, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (package / "data" / "sources.csv").write_text("id\n", encoding="utf-8")
    assert subprocess.run(command, cwd=package, capture_output=True, check=False).returncode != 0
