"""Whether a row may be written: by its schema, by what it refers to, and by the rules of lineage.

The schema is judged here in plain Python: who writes a row need not have frictionless.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial

from llmlineage.addresses import is_address
from llmlineage.checks.beneath import Beneath, Finding, check_beneath, merged, own
from llmlineage.curate import rules
from llmlineage.errors import Problem, RowRefused
from llmlineage.keys import name_key
from llmlineage.package import Field, Package, Row, Table

_NUMBERS = {"integer": r"-?[0-9]{1,18}", "number": r"-?[0-9]{1,18}(?:\.[0-9]+)?"}
# What the next row mends: a source that no fact cites yet, a record whose parents are still to come.
_TO_COME = {("sources", "id"), ("datasets", "upstream"), ("models", "upstream")}
# The name of the command that adds a row to the table.
KINDS = {
    "datasets": "dataset", "models": "model", "aliases": "alias", "sources": "source",
    "organizations": "organization", "licenses": "license", "methods": "method",
    "discrepancies": "discrepancy",
}  # fmt: skip

NewRow = tuple[Table, Row]


def judge(
    package: Package, tables: rules.Tables, rows: Sequence[NewRow], beneath: Finding | None = None
) -> None:
    """Raise RowRefused with all that is wrong with ``rows``, were they added to ``tables``, and, of a
    package that is laid over an edition, to what that holds."""
    if beneath:
        grown = with_rows(tables, rows)
        found = beneath(grown)
        if changes := [one for one in check_beneath(package, grown, found) if not one.row]:
            raise RowRefused(changes)
        tables = whole(package, tables, found)
    problems = [problem for table, cells in rows for problem in row_problems(tables, table, cells)]
    problems += repetitions(rows)
    if not problems:
        files = {name: table.file for name, table in package.tables.items()}
        problems = [one for one in consequences(package, tables, rows) if not to_come(files, one)]
    if problems:
        raise RowRefused(problems)


def whole(package: Package, tables: rules.Tables, beneath: Beneath) -> rules.Tables:
    """The rows of a package and of the edition beneath it, in the order in which one package had them."""
    return {
        name: sorted(rows, key=partial(placed, package.tables[name]))
        for name, rows in merged(tables, beneath).items()
    }


def placed(table: Table, row: tuple[int, Row]) -> tuple[str, ...]:
    return rules.key_of(table, row[1])


def row_problems(tables: rules.Tables, table: Table, cells: Row) -> Iterator[Problem]:
    for field in table.fields:
        yield from cell_problems(tables, table, field, cells[field.name])
    key = rules.key_of(table, cells)
    for row, other in tables[table.name]:
        if rules.key_of(table, other) == key:
            shown = ", ".join(filter(None, key))
            key_columns = ", ".join(table.primary_key)
            yield Problem(table.file, row, key_columns, shown, "stands there already", "change that row")


def repetitions(rows: Sequence[NewRow]) -> Iterator[Problem]:
    counts = Counter((table.file, rules.key_of(table, cells)) for table, cells in rows)
    for (file, key), count in counts.items():
        if count > 1:
            yield Problem(file, 0, "", ", ".join(filter(None, key)), "is given twice", "name it once")


def cell_problems(tables: rules.Tables, table: Table, field: Field, cell: str) -> Iterator[Problem]:
    """What is wrong with one cell of a row that does not stand in ``table`` yet."""
    if not cell:
        if field.constraints.get("required"):
            yield Problem(table.file, 0, field.name, "", "is required", allowed(field) or field.description)
        return
    damage = rules.damage_of(table, field.name, cell) or list(reference_problems(tables, table, field, cell))
    if damage or not has_form(field, cell):
        yield from damage or [wrong_form(table, field, cell)]
    elif field.constraints.get("unique") and field.name not in table.primary_key:
        for row, other in tables[table.name]:
            if other[field.name] == cell:
                owner = ", ".join(rules.key_of(table, other))
                problem = f"is that of {owner} already"
                yield Problem(table.file, row, field.name, cell, problem, "each must be different")


def wrong_form(table: Table, field: Field, cell: str) -> Problem:
    if field.constraints.get("enum"):
        return Problem(table.file, 0, field.name, cell, "is not one of the values", allowed(field))
    is_text = field.type == "string"
    return rules.explain_cell(table.file, 0, field, cell, "constraint-error" if is_text else "type-error")


def allowed(field: Field) -> str:
    values = field.constraints.get("enum")
    return f"one of {', '.join(values)}" if values else ""


def has_form(field: Field, cell: str) -> bool:
    """Whether a cell has the type of its column and meets the constraints that look at it alone."""
    constraints = field.constraints
    if "enum" in constraints and cell not in constraints["enum"]:
        return False
    if "pattern" in constraints and not re.fullmatch(constraints["pattern"], cell, re.ASCII):
        return False
    if len(cell) < constraints.get("minLength", 0):
        return False
    if field.type in _NUMBERS:
        digits = re.fullmatch(_NUMBERS[field.type], cell)
        return bool(digits) and float(cell) >= constraints.get("minimum", float("-inf"))
    if field.type == "date":
        return bool(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell)) and is_day(cell)
    return field.type != "boolean" or cell in ("true", "false")


def is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def reference_problems(tables: rules.Tables, table: Table, field: Field, cell: str) -> Iterator[Problem]:
    for key in table.foreign_keys:
        if key.field == field.name and not any(other["id"] == cell for _, other in tables[key.table]):
            yield Problem(table.file, 0, field.name, cell, *no_such_id(tables, (key.table,), cell))


def no_such_id(tables: rules.Tables, targets: Sequence[str], cell: str) -> tuple[str, str]:
    """That a cell is no id of these tables, and which ids come near or how to add one."""
    near = nearest_ids(tables, targets, cell)
    kinds = " or ".join(KINDS[target] for target in targets)
    address = f" --url {cell}" if is_address(cell) else ""
    advice = f"did you mean {', '.join(near)}?" if near else f"first: llmlineage add {kinds}{address}"
    return f"is not an id of {' or '.join(targets)}", advice


def nearest_ids(tables: rules.Tables, targets: Sequence[str], cell: str, limit: int = 3) -> list[str]:
    """Ids of what is called so, by name, Hub id or alias; else the ids that look most alike."""
    called = [
        row["id"]
        for target in targets
        for _, row in tables[target]
        if name_key(cell) in {name_key(row[column]) for column in ("id", "name", "hub_id") if row.get(column)}
    ]
    called += [
        row["id"]
        for _, row in tables["aliases"]
        if row["table"] in targets and name_key(row["alias"]) == name_key(cell)
    ]
    known = [row["id"] for target in targets for _, row in tables[target]]
    alike = [] if is_address(cell) else difflib.get_close_matches(cell.casefold(), known, limit, 0.6)
    return list(dict.fromkeys([*called, *alike]))[:limit]


def consequences(package: Package, tables: rules.Tables, rows: Sequence[NewRow]) -> list[Problem]:
    """The errors that the package would have with ``rows`` and has not without, wherever they stand.

    A problem of a new row has the line 0.
    """
    before = set(rules.check_lineage(package, tables))
    after = rules.check_lineage(package, with_rows(tables, rows))
    return sorted(filter(own, {one for one in after if one.level == "error"} - before))


def with_rows(tables: rules.Tables, rows: Sequence[NewRow]) -> rules.Tables:
    grown = {name: list(these) for name, these in tables.items()}
    for table, cells in rows:
        these = grown[table.name]
        keys = (rules.key_of(table, other) for _, other in these)
        these.insert(place_of(rules.key_of(table, cells), keys), (0, cells))
    return grown


def place_of(key: tuple[str, ...], keys: Iterator[tuple[str, ...]]) -> int:
    """The place of ``key`` among ``keys``: before the first that is greater, be they sorted or not."""
    place = -1
    for place, other in enumerate(keys):
        if other > key:
            return place
    return place + 1


def to_come(files: Mapping[str, str], problem: Problem) -> bool:
    """Whether a row that is still to come can mend it. ``files`` has the file of each table."""
    return (problem.file, problem.field) in {(files[name], field) for name, field in _TO_COME}
