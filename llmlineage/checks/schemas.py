"""Every table against its Table Schema, judged by frictionless and put in the project's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from llmlineage.checks.nearest import Nearest
from llmlineage.checks.record import Tables
from llmlineage.errors import MissingExtra, Problem, shorten
from llmlineage.package import DESCRIPTOR, Field, Package, Table

# What frictionless tells of one table at most, unless asked for more.
MOST_PROBLEMS = 1_000


def check_schemas(package: Package, tables: Tables) -> list[Problem]:
    """What frictionless finds in the package's tables."""
    try:
        import frictionless
        from frictionless import system
    except ImportError as error:
        raise MissingExtra("frictionless", "curate") from error
    with system.use_context(trusted=True):  # paths were checked when the descriptor was read
        try:
            report = frictionless.validate(
                str(package.root / DESCRIPTOR), type="package", limit_errors=MOST_PROBLEMS
            )
        except RecursionError:
            return [Problem(DESCRIPTOR, 0, "", "", "is nested too deeply", "remove what is no descriptor")]
    problems = [Problem(DESCRIPTOR, 0, "", "", one_line(error.message)) for error in report.errors]
    targets = {key.table for table in package.tables.values() for key in table.foreign_keys}
    known = {name: Nearest(cells["id"] for _, cells in tables[name]) for name in targets}
    for task in report.tasks:
        table = package.tables[task.name]
        problems.extend(explain(table, error, known) for error in task.errors)
        if len(task.errors) >= MOST_PROBLEMS:
            problem = f"has {MOST_PROBLEMS:,} problems and perhaps more"
            suggestion = "mend what they have in common, and check again"
            problems.append(Problem(table.file, 0, "", "", problem, suggestion))
    return problems


def explain(table: Table, error: Any, known: Mapping[str, Nearest]) -> Problem:
    """Turn an error of frictionless into a problem that says what would mend it."""
    row = getattr(error, "row_number", 0) or 0
    if error.type in ("constraint-error", "type-error", "unique-error"):
        field = next(field for field in table.fields if field.name == error.field_name)
        return explain_cell(table.file, row, field, error.cell or "", error.type)
    if error.type == "foreign-key":
        column, cell = error.field_names[0], error.field_cells[0]
        target = next(key.table for key in table.foreign_keys if key.field == column)
        return Problem(table.file, row, column, cell, f"is not an id of {target}", known[target](cell))
    if error.type == "primary-key":
        key = ", ".join(table.primary_key)
        return Problem(table.file, row, key, "", "the key stands on an earlier row too", "merge the two rows")
    return Problem(table.file, row, "", "", one_line(error.message))


def one_line(message: str) -> str:
    """The words of frictionless, which quotes whole cells and descriptors, cut where they are very long."""
    return shorten(re.sub(r"\s+", " ", message), 500)


def explain_cell(file: str, row: int, field: Field, cell: str, kind: str) -> Problem:
    constraints = field.constraints
    if kind == "unique-error":
        return Problem(file, row, field.name, cell, "stands on an earlier row too", "each must be different")
    if kind == "type-error":
        return Problem(file, row, field.name, cell, f"is not of type {field.type}", example_of(field))
    if not cell:
        return Problem(file, row, field.name, cell, "is required", field.description)
    if "enum" in constraints and cell not in constraints["enum"]:
        return Problem(
            file, row, field.name, cell, "is not one of the values", Nearest(constraints["enum"])(cell)
        )
    if "minimum" in constraints and field.type in ("integer", "number"):
        return Problem(
            file, row, field.name, cell, f"is below {constraints['minimum']}", "correct the figure"
        )
    return Problem(file, row, field.name, cell, "does not have the form of the column", example_of(field))


def example_of(field: Field) -> str:
    if field.partial_date or field.type == "date":
        return "write 2023-03-13" + (", 2023-03 or 2023" if field.partial_date else "")
    if field.type in ("integer", "number"):
        return "write digits alone, such as 52002"
    if field.type == "boolean":
        return "write true or nothing"
    if field.constraints.get("pattern", "").startswith("^https"):
        return "write an https address"
    return field.description
