"""Ways to spoil a package: one cell, one line, one file, the descriptor or a schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.tiny import read_table, write_table

Mutation = Callable[[Path], object]


def together(*mutations: Mutation) -> Mutation:
    """Several changes, one after the other."""
    return lambda package: [mutation(package) for mutation in mutations]


def cell(table: str, line: int, column: str, value: str) -> Mutation:
    """Write a value into a cell; the header is line 1."""

    def mutate(package: Path) -> None:
        rows = read_table(package, table)
        rows[line - 2][column] = value
        write_table(package, table, rows)

    return mutate


def added(table: str, /, **cells: str) -> Mutation:
    """Add a row at the end."""
    return lambda package: write_table(package, table, [*read_table(package, table), cells])


def removed(table: str, line: int) -> Mutation:
    """Remove the row at a line."""
    return lambda package: write_table(
        package,
        table,
        [row for place, row in enumerate(read_table(package, table), start=2) if place != line],
    )


def content(file: str, change: Callable[[bytes], bytes]) -> Mutation:
    """Change the bytes of a file."""
    return lambda package: (package / file).write_bytes(change((package / file).read_bytes()))


def replaced(file: str, old: str, new: str) -> Mutation:
    """Replace a text that stands in a file."""

    def change(before: bytes) -> bytes:
        assert old.encode() in before
        return before.replace(old.encode(), new.encode(), 1)

    return content(file, change)


def document(file: str, change: Callable[[Any], object]) -> Mutation:
    """Change a JSON file in place."""

    def mutate(package: Path) -> None:
        value = json.loads((package / file).read_text(encoding="utf-8"))
        change(value)
        (package / file).write_text(json.dumps(value), encoding="utf-8")

    return mutate


def descriptor(change: Callable[[Any], object]) -> Mutation:
    return document("datapackage.json", change)


def resource(**properties: object) -> Mutation:
    """Set properties of the first resource, datasets."""
    return descriptor(lambda value: value["resources"][0].update(properties))


def schema(table: str, change: Callable[[Any], object]) -> Mutation:
    return document(f"schemas/{table}.json", change)


def field(value: dict[str, Any], name: str) -> dict[str, Any]:
    """A field of a schema."""
    return next(one for one in value["fields"] if one["name"] == name)
