"""Which edge table a row belongs to: what its two ends are decides, and how it is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from llmlineage.curate import rules
from llmlineage.curate.judging import allowed, no_such_id
from llmlineage.errors import Problem, RowRefused
from llmlineage.package import Package, Table

NODE_TABLES = ("datasets", "models")
DETAILS = ("relation", "role", "stage")
_WORDS = {"datasets": "a dataset", "models": "a model"}


@dataclass(frozen=True)
class Choice:
    """The edge table that joins two records, and its columns for them and for what they are."""

    table: Table
    child: str
    parent: str
    detail: str


def detail_of(table: Table) -> str:
    """The column that says what the edge is: ``relation``, ``role`` or ``stage``."""
    child, _, parent, _ = rules.ENDS[table.name]
    return next(column for column in table.primary_key if column not in (child, parent, "part"))


def choose(package: Package, tables: rules.Tables, child: str, parent: str) -> Choice:
    """The table of edges from ``child`` up to ``parent``.

    Raises:
        RowRefused: one of them is neither a dataset nor a model.
    """
    ends = [table_of(tables, column, id) for column, id in (("child", child), ("parent", parent))]
    name = rules.JOINING[ends[0], ends[1]]
    table = package.tables[name]
    return Choice(table, rules.ENDS[name][0], rules.ENDS[name][2], detail_of(table))


def table_of(tables: rules.Tables, column: str, id: str) -> str:
    """The table in which an end of an edge stands."""
    for table in NODE_TABLES:
        if any(cells["id"] == id for _, cells in tables[table]):
            return table
    raise RowRefused([Problem("edge", 0, column, id, *no_such_id(tables, NODE_TABLES, id))])


def row_of(choice: Choice, cells: Mapping[str, str]) -> dict[str, str]:
    """The cells under the names that the table has for them.

    Raises:
        RowRefused: what the edge is called is missing, or is a word for edges of another kind.
    """
    named = {"child": choice.child, "parent": choice.parent}
    strange = [column for column in DETAILS if column != choice.detail and cells.get(column)]
    value = cells.get(choice.detail, "")
    field = next(field for field in choice.table.fields if field.name == choice.detail)
    if strange or (value and value not in field.constraints["enum"]):
        raise RowRefused([misnamed(choice, cells, strange[0] if strange else choice.detail)])
    return {named.get(column, column): cell for column, cell in cells.items()}


def misnamed(choice: Choice, cells: Mapping[str, str], column: str) -> Problem:
    field = next(field for field in choice.table.fields if field.name == choice.detail)
    _, child, _, parent = rules.ENDS[choice.table.name]
    problem = f"does not fit, as {cells['child']} is {_WORDS[child]} and {cells['parent']} {_WORDS[parent]}"
    return Problem(
        choice.table.file, 0, column, cells[column], problem, f"give a {choice.detail}, {allowed(field)}"
    )
