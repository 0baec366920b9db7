"""Every table against its Table Schema, judged by frictionless and put in the project's words."""

from __future__ import annotations

import re
from typing import Any

from llmlineage.checks.nearest import nearest
from llmlineage.checks.record import Tables
from llmlineage.errors import MissingExtra, Problem
from llmlineage.package import DESCRIPTOR, Field, Package, Table


def check_schemas(package: Package, tables: Tables) -> list[Problem]:
    """What frictionless finds in the package's tables."""
    try:
        import frictionless
        from frictionless import system
    except ImportError as error:
        raise MissingExtra("frictionless", "curate") from error
    with system.use_context(trusted=True):  # paths were checked when the descriptor was read
        try:
            report = frictionless.validate(str(package.root / DESCRIPTOR), type="package")
        except RecursionError:
            return [Problem(DESCRIPTOR, 0, "", "", "is nested too deeply", "remove what is no descriptor")]
    problems = [Problem(DESCRIPTOR, 0, "", "", error.message) for error in report.errors]
    for task in report.tasks:
        table = package.tables[task.name]
        problems.extend(explain(table, error, tables) for error in task.errors)
    return problems


def explain(table: Table, error: Any, tables: Tables) -> Problem:
    """Turn an error of frictionless into a problem that says what would mend it."""
    row = getattr(error, "row_number", 0) or 0
    if error.type in ("constraint-error", "type-error", "unique-error"):
        field = next(field for field in table.fields if field.name == error.field_name)
        return explain_cell(table.file, row, field, error.cell or "", error.type)
    if error.type == "foreign-key":
        column = error.field_names[0]
        return explain_reference(table, row, column, error.field_cells[0], tables)
    if error.type == "primary-key":
        key = ", ".join(table.primary_key)
        return Problem(table.file, row, key, "", "the key stands on an earlier row too", "merge the two rows")
    return Problem(table.file, row, "", "", re.sub(r"\s+", " ", error.message))


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
            file, row, field.name, cell, "is not one of the values", nearest(cell, constraints["enum"])
        )
    if "minimum" in constraints and field.type in ("integer", "number"):
        return Problem(
            file, row, field.name, cell, f"is below {constraints['minimum']}", "correct the figure"
        )
    return Problem(file, row, field.name, cell, "does not have the form of the column", example_of(field))


def explain_reference(table: Table, row: int, column: str, cell: str, tables: Tables) -> Problem:
    target = next(key.table for key in table.foreign_keys if key.field == column)
    known = [other["id"] for _, other in tables[target]]
    return Problem(table.file, row, column, cell, f"is not an id of {target}", nearest(cell, known))


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
