"""What the columns of a table mean, from the schemas that every table obeys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from llmlineage.edition.derived import DERIVED
from llmlineage.edition.shape import PRECISION
from llmlineage.edition.tables import check_table
from llmlineage.package import EDGE_TABLES, EDTF, known_schema

PRECISIONS = ("year", "month", "day")
# The tables that a derived one is made of, whose schemas say what its columns may hold.
_PARTS: Mapping[str, Sequence[str]] = {"nodes": ("datasets", "models"), "edges": EDGE_TABLES, "ancestry": ()}
_OWN_TYPES = {"distance": "integer"}
_OWN_VALUES = {
    "table": EDGE_TABLES,
    **dict.fromkeys(("type", "child_type", "parent_type"), ("dataset", "model")),
}
# What stands in the one column where its tables have one of their own.
_MORE_VALUES = {
    "relation": ("generated_by", "trained_on"),
    # Of what cards on the Hub declare, which no table of a package may say.
    "basis": ("declared",),
    "stage": ("unspecified",),
    "status": ("unknown",),
    "kind": ("dataset",),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. ``values`` are all that it may hold, empty where it may hold others; where not
    ``in_sql``, it is in the parquet file alone."""

    name: str
    type: str
    required: bool
    values: tuple[str, ...]
    description: str
    in_sql: bool = True


@dataclass(frozen=True, slots=True)
class Description:
    """What a row of a table is, and its columns in the order of the table."""

    table: str
    description: str
    columns: tuple[Column, ...]


def describe(name: str) -> Description:
    """The columns of a table.

    Raises:
        UnknownName: ``name`` is not a table.
    """
    check_table(name)
    if name in DERIVED:
        fields = list(derived_fields(name))
        return Description(name, DERIVED[name].description, tuple(fields))
    schema = known_schema(name)
    columns = tuple(column for field in schema["fields"] for column in columns_of(field))
    return Description(name, str(schema["description"]), columns)


def columns_of(field: Mapping[str, Any]) -> Iterator[Column]:
    """The columns that a field of a schema is: of a date, how much of it is known too."""
    name, limits = str(field["name"]), field.get("constraints", {})
    type, values = type_of(field), tuple(map(str, limits.get("enum", ())))
    about = " ".join(str(field["description"]).split())
    yield Column(name, type, bool(limits.get("required")), values, about, in_sql=type != "bytes")
    if type == "date" and field.get("rdfType") == EDTF:
        yield precision_of(name)


def precision_of(name: str) -> Column:
    return Column(f"{name}{PRECISION}", "text", False, PRECISIONS, f"How much of {name} is known.")


def type_of(field: Mapping[str, Any]) -> str:
    """The type as people know it; what it is in SQL and parquet, ``notes`` says."""
    if field.get("rdfType") == EDTF:
        return "date"
    if field.get("format") == "binary":
        return "bytes"
    return {"string": "text"}.get(field["type"], str(field["type"]))


def derived_fields(name: str) -> Iterator[Column]:
    """The columns of a derived table, with the types and values of the tables that it is made of."""
    known: dict[str, list[Mapping[str, Any]]] = {}
    for part in _PARTS[name]:
        for field in known_schema(part)["fields"]:
            known.setdefault(field["name"], []).append(field)
    for column, _, about in DERIVED[name].columns:
        if column == f"released{PRECISION}":
            yield precision_of("released")
            continue
        same = known.get(column, [])
        type = type_of(same[0]) if same else _OWN_TYPES.get(column, "text")
        values = _OWN_VALUES.get(column) or values_of(same)
        yield Column(column, type, False, values + _MORE_VALUES.get(column, ()), about)


def values_of(fields: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """All that one of several fields may hold."""
    return tuple(
        dict.fromkeys(
            str(value) for field in fields for value in field.get("constraints", {}).get("enum", ())
        )
    )


def notes(one: Description) -> Iterator[str]:
    """How the types of a table are written where it can be asked."""
    types = {column.type for column in one.columns}
    if "date" in types:
        yield (
            "Dates are texts in SQL, as much as is known (2023, 2023-03, 2023-03-13), and in parquet the "
            "first day that is meant."
        )
    if "list" in types:
        yield "Lists are texts in SQL, their items separated by semicolons."
    if missing := [column.name for column in one.columns if not column.in_sql]:
        yield f"Bytes are in the parquet file alone, and not in SQL: {', '.join(missing)}."
