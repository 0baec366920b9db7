"""Validation of a data package: its files, then its schemas, then the rules of lineage."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from llmlineage.checks.beneath import Finding, check_beneath, merged, own
from llmlineage.checks.files import check_files
from llmlineage.checks.record import Tables
from llmlineage.checks.rules import check_lineage, sort_key
from llmlineage.checks.schemas import check_schemas
from llmlineage.errors import InvalidPackage, Problem
from llmlineage.package import Package, read_package, read_rows

__all__ = ["check_lineage", "check_schemas", "require_valid", "sort_key", "validate"]

# What is true of a cell, and says less than whatever else is.
VAGUE = ("does not have the form of the column", "is not one of the values")


def validate(path: str | Path, beneath: Finding | None = None) -> tuple[Package, list[Problem]]:
    """Check a package and return it with every problem found, in order of file and row.

    A file that cannot be read as a table is reported alone: what its rows say is judged
    only once all files are in order. A package that is laid over an edition is judged with what
    that holds (``beneath``), and only its own rows are told of.

    Raises:
        InvalidPackage: the descriptor or a schema is not in order, so no table can be judged.
        MissingExtra: frictionless is not installed.
    """
    package = read_package(path)
    problems = check_files(package)
    if not problems:
        tables = {name: list(read_rows(table)) for name, table in package.tables.items()}
        problems = one_a_cell(judged(package, tables, beneath))
    return package, sorted(set(problems))


def judged(package: Package, tables: Tables, beneath: Finding | None) -> list[Problem]:
    """What schemas and rules find in the rows of a package whose files are in order."""
    if beneath is None:
        refused = check_schemas(package, tables)
        return [*refused, *check_lineage(package, tables, refused)]
    found = beneath(tables)
    whole = merged(tables, found)
    refused = check_schemas(package, tables, whole)
    told = [*refused, *check_lineage(package, whole, refused, tables)]
    return [*check_beneath(package, tables, found), *filter(own, told)]


def one_a_cell(problems: Iterable[Problem]) -> list[Problem]:
    """Of several problems of one cell the most helpful: one mistake is one problem."""
    found: dict[tuple[object, ...], Problem] = {}
    for problem in problems:
        where = (problem.file, problem.row, problem.field)
        # What is wrong with a whole row or file stands beside what else is.
        key = where if problem.row and problem.field else (*where, problem.problem)
        found[key] = min(found.get(key, problem), problem, key=unhelpfulness)
    return list(found.values())


def unhelpfulness(problem: Problem) -> tuple[object, ...]:
    vague = problem.problem in VAGUE or problem.problem.startswith("is not of type")
    return problem.level != "error", not problem.suggestion.startswith("did you mean"), vague, problem


def require_valid(path: str | Path, beneath: Finding | None = None) -> Package:
    """The package at ``path``; raises InvalidPackage with all problems where it has errors."""
    package, problems = validate(path, beneath)
    errors = [problem for problem in problems if problem.level == "error"]
    if errors:
        raise InvalidPackage(errors)
    return package
