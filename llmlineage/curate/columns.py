"""What may be said of each kind of row, read from the Table Schemas so that it never drifts from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from llmlineage.curate import rules
from llmlineage.curate.edges import DETAILS
from llmlineage.curate.judging import KINDS as KIND_OF_TABLE
from llmlineage.package import EDGE_TABLES, Field, as_field, known_schema

# Of each kind of row that people write, the tables that it may go to.
KINDS: dict[str, tuple[str, ...]] = {
    "dataset": ("datasets",),
    "model": ("models",),
    "edge": EDGE_TABLES,
    **{kind: (table,) for table, kind in KIND_OF_TABLE.items() if kind not in ("dataset", "model")},
}
_DEFAULTS = {
    "id": "By default made from the name, or from the address of a source.",
    "accessed": "By default today.",
}


@dataclass(frozen=True)
class Column:
    """One thing that can be said of a row. ``values`` are those allowed, where they are few."""

    name: str
    description: str
    values: tuple[str, ...]
    required: bool
    flag: bool = False
    many: bool = False


def columns_of(kind: str) -> list[Column]:
    """The columns of a kind of row, those that it must have first."""
    columns = edge_columns() if kind == "edge" else [column_of(field) for field in fields_of(*KINDS[kind])]
    return sorted(columns, key=lambda column: not column.required)


def fields_of(table: str) -> list[Field]:
    """The columns that whoever writes a row may fill."""
    fields = map(as_field, known_schema(table)["fields"])
    return [field for field in fields if field.name != "second_read"]  # that is for somebody else


def column_of(field: Field) -> Column:
    values = tuple(field.constraints.get("enum", ()))
    said = [field.description, _DEFAULTS.get(field.name, "")]
    if any(value not in field.description for value in values):
        said.append(f"One of {', '.join(values)}.")
    required = bool(field.constraints.get("required")) and field.name not in _DEFAULTS
    if "a key of sources" in field.description:
        said.append("Its address will do.")
    return Column(field.name, " ".join(filter(None, said)), values, required, field.type == "boolean")


def edge_columns() -> Iterator[Column]:
    """The columns of all edge tables as one: their ends are called child and parent in each."""
    yield Column("child", "What came later: the id of a dataset or model.", (), True)
    yield Column(
        "parent",
        "What it was made from: the id of a dataset or model. Given several times, it makes several rows.",
        (),
        True,
        many=True,
    )
    merged: dict[str, Column] = {}
    for table in EDGE_TABLES:
        child, _, parent, _ = rules.ENDS[table]
        for column in map(column_of, fields_of(table)):
            if column.name in (child, parent):
                continue
            known = merged.setdefault(column.name, column)
            values = (*known.values, *(value for value in column.values if value not in known.values))
            merged[column.name] = replace(known, values=values)
    for column in merged.values():
        yield described(column) if column.name in DETAILS else column


def described(column: Column) -> Column:
    """What an edge is called, with the words that go with each pair of ends."""
    said = []
    for (child, parent), table in rules.JOINING.items():
        for field in fields_of(table):
            if field.name == column.name:
                values = ", ".join(field.constraints["enum"])
                said.append(f"Of a {KIND_OF_TABLE[child]} and a {KIND_OF_TABLE[parent]}: {values}.")
    return replace(column, description=" ".join(said), required=False)
