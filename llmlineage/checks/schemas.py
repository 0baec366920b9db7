"""Every table against its Table Schema, judged by frictionless and put in the project's words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from llmlineage.checks.nearest import Nearest
from llmlineage.checks.record import Tables
from llmlineage.errors import MissingExtra, Problem
from llmlineage.package import DESCRIPTOR, Field, Package, Row, Table
from llmlineage.visible import shorten

# What is told of one table, as frictionless has it.
MOST_PROBLEMS = 1_000


def check_schemas(package: Package, tables: Tables, known: Tables | None = None) -> list[Problem]:
    """What frictionless finds in the package's tables, and which references lead nowhere: to no row of
    ``known``, where more can be referred to than the tables hold."""
    try:
        import frictionless
        from frictionless import system
    except ImportError as error:
        raise MissingExtra("frictionless", "curate") from error
    with system.use_context(trusted=True):  # paths were checked when the descriptor was read
        try:
            described = frictionless.Package(str(package.root / DESCRIPTOR))
            for resource in described.resources:
                # It would read the table that is referred to once for each column that refers to it.
                resource.schema.foreign_keys = []
            report = described.validate(limit_errors=MOST_PROBLEMS)
        except RecursionError:
            return [Problem(DESCRIPTOR, 0, "", "", "is nested too deeply", "remove what is no descriptor")]
        except frictionless.FrictionlessException as error:
            reasons = error.reasons or [error.error]
            return [Problem(DESCRIPTOR, 0, "", "", one_line(reason.message)) for reason in reasons]
    problems = [Problem(DESCRIPTOR, 0, "", "", one_line(error.message)) for error in report.errors]
    for task in report.tasks:
        table = package.tables[task.name]
        problems += at_most(table, (explain(table, error) for error in task.errors))
    return problems + check_references(package, tables, tables if known is None else known)


def check_references(package: Package, tables: Tables, known: Tables) -> list[Problem]:
    """Every foreign key is an id of its table."""
    problems: list[Problem] = []
    targets = {key.table for table in package.tables.values() for key in table.foreign_keys}
    ids = {name: Nearest(cells["id"] for _, cells in known[name]) for name in targets}
    for table in package.tables.values():
        problems += at_most(table, dangling(table, tables[table.name], ids))
    return problems


def dangling(
    table: Table, rows: Sequence[tuple[int, Row]], known: Mapping[str, Nearest]
) -> Iterator[Problem]:
    for key in table.foreign_keys:
        ids, problem = known[key.table], f"is not an id of {key.table}"
        for row, cells in rows:
            cell = cells[key.field]
            if cell and cell not in ids:
                yield Problem(table.file, row, key.field, cell, problem, ids(cell))


def at_most(table: Table, problems: Iterable[Problem]) -> list[Problem]:
    """The first thousand problems of a table, and that there may be more."""
    told = list(islice(problems, MOST_PROBLEMS))
    if len(told) == MOST_PROBLEMS:
        problem = f"has {MOST_PROBLEMS:,} problems of a kind and perhaps more"
        suggestion = "mend what they have in common, and check again"
        told.append(Problem(table.file, 0, "", "", problem, suggestion))
    return told


def explain(table: Table, error: Any) -> Problem:
    """Turn an error of frictionless into a problem that says what would mend it."""
    row = getattr(error, "row_number", 0) or 0
    if error.type in ("constraint-error", "type-error", "unique-error"):
        field = next(field for field in table.fields if field.name == error.field_name)
        return explain_cell(table.file, row, field, error.cell or "", error.type)
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
