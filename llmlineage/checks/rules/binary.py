"""Binary cells are whole base64 (RFC 4648) of what their column says that they are."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator, Mapping

from llmlineage.checks.record import Record
from llmlineage.errors import Problem

# Of a compact theta sketch as Apache DataSketches writes it: bytes 1 and 2 of its preamble, a flag of byte 5.
_SKETCH_VERSIONS, _SKETCH_FAMILY, _SKETCH_EMPTY = (3, 4), 3, 0x04


def check_binary(record: Record) -> Iterator[Problem]:
    for table, rows in record.with_rows():
        for field in table.fields:
            for row, cells in rows if field.binary else ():
                cell = cells[field.name]
                if cell and (fault := fault_of(cell, CONTENTS.get(field.name))):
                    suggestion = "write it with llmlineage"
                    yield record.problem(table.name, row, field.name, cell, fault, suggestion)


def fault_of(cell: str, content: Callable[[bytes], str] | None) -> str:
    """What is wrong with a binary cell; empty where nothing is."""
    try:
        decoded = base64.b64decode(cell, validate=True)
    except ValueError as error:
        return f"is not base64 ({error})"
    if base64.b64encode(decoded).decode() != cell:  # other readers refuse what Python passes over
        return "is not base64 (its last character has bits that stand for nothing)"
    return content(decoded) if content else ""


def fault_of_sketch(content: bytes) -> str:
    if len(content) < 8 or content[1] not in _SKETCH_VERSIONS or content[2] != _SKETCH_FAMILY:
        return "is not a compact theta sketch"
    if content[1] != 3:  # version 4 packs its hashes: their number says nothing of the length
        return ""
    longs = content[0] & 0x3F
    hashes = 0 if content[5] & _SKETCH_EMPTY else 1
    if longs > 1:
        hashes = int.from_bytes(content[8:12], "little")
    return "" if len(content) == 8 * (longs + hashes) else "is a theta sketch that was cut"


def fault_of_grams(content: bytes) -> str:
    import polars as pl

    try:
        schema = pl.read_parquet_schema(io.BytesIO(content))
    except (pl.exceptions.PolarsError, OSError):
        return "is not a parquet table"
    if list(schema) != ["item", "gram"] or not all(type.is_integer() for type in schema.values()):
        return "is not a parquet table of item and gram"
    return ""


CONTENTS: Mapping[str, Callable[[bytes], str]] = {"sketch": fault_of_sketch, "grams": fault_of_grams}
