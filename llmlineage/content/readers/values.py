"""JSON values as polars columns of the types that a layout needs.

Follows what polars itself makes of JSON text, so that a row means the same whichever way it was
read: what is not text and stands where text is wanted becomes its JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl

# Types whose cast to text is what ``text_of`` makes of their values, beside the integers.
PLAIN = (pl.Boolean, pl.Categorical, pl.Enum, pl.Null)
# Python refuses more than 4,300 digits, or fewer where it is told so.
LONGEST_INT = 600
ESCAPES = str.maketrans({'"': '\\"', "\n": "\\n", "\r": "\\r"})


class Repeated(dict[str, Any]):
    """An object that names a key more than once: its first value counts, its text holds all."""

    def __init__(self, pairs: Sequence[tuple[str, Any]]) -> None:
        super().__init__(reversed(pairs))
        self.pairs = pairs


class Digits(str):
    """A whole number of more digits than Python turns into one; its text is what it is."""


def whole_number(digits: str) -> int | Digits:
    """For ``parse_int`` of :mod:`json`."""
    return int(digits) if len(digits) <= LONGEST_INT else Digits(digits)


def object_of(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """For ``object_pairs_hook`` of :mod:`json`."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else Repeated(pairs)


def frame_of(rows: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]) -> pl.DataFrame:
    """One column a name of ``schema``; absent or unfitting values are null."""
    return pl.DataFrame(
        [series(name, [row.get(name) for row in rows], dtype) for name, dtype in schema.items()]
    )


def series(name: str, values: Sequence[Any], dtype: Any) -> pl.Series:
    return pl.Series(name, [fitted(value, dtype) for value in values], dtype=dtype)


def column_of(column: pl.Series, dtype: Any) -> pl.Series:
    """A column of a table that has types of its own, as :func:`frame_of` would read its values."""
    if fits(column.dtype, dtype):
        return column
    if dtype == pl.String and (column.dtype.is_integer() or column.dtype in PLAIN):
        return column.cast(pl.String)
    return series(column.name, column.to_list(), dtype)


def fits(found: Any, wanted: Any) -> bool:
    """Whether a layout can read the texts of a column as it is."""
    if isinstance(wanted, pl.List):
        return isinstance(found, pl.List) and fits(found.inner, wanted.inner)
    if isinstance(wanted, pl.Struct):
        types = {field.name: field.dtype for field in getattr(found, "fields", ())}
        return all(field.name in types and fits(types[field.name], field.dtype) for field in wanted.fields)
    return bool(found == wanted)


def text_bytes(frame: pl.DataFrame) -> int:
    """The bytes of a table's texts, each counted as often as it stands there, though it is kept once."""
    return sum(leaf_bytes(leaf) for column in frame for leaf in leaves(column))


def leaf_bytes(leaf: pl.Series) -> int:
    if leaf.dtype == pl.String:
        sizes = leaf.str.len_bytes()
    elif leaf.dtype == pl.Binary:
        sizes = leaf.bin.size()
    elif leaf.dtype in (pl.Categorical, pl.Enum):
        sizes = leaf.cat.len_bytes()
    else:
        return 8 * len(leaf)
    return int(sizes.cast(pl.UInt64).sum())


def pieces(frame: pl.DataFrame, most: int) -> Iterator[pl.DataFrame]:
    """The rows in order, in tables of at most ``most`` bytes of text, or of one row."""
    if frame.height <= 1 or text_bytes(frame) <= most:
        yield frame
        return
    half = frame.height // 2
    yield from pieces(frame.slice(0, half), most)
    yield from pieces(frame.slice(half), most)


def not_utf8(column: pl.Series) -> set[int]:
    """The places of bytes that are no text."""
    if column.dtype != pl.Binary:
        return set()
    lossy = [(value or b"").decode("utf-8", "surrogateescape") for value in column]
    return {place for place, text in enumerate(lossy) if half_decoded(text)}


def half_decoded(text: str) -> bool:
    """Whether a text that was decoded with ``surrogateescape`` was not UTF-8."""
    if text.isascii():
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def leaves(column: pl.Series) -> Iterator[pl.Series]:
    """The texts in a column of texts, lists and structs."""
    if isinstance(column.dtype, pl.List):
        yield from leaves(column.explode())
    elif isinstance(column.dtype, pl.Struct):
        for field in column.struct.unnest():
            yield from leaves(field)
    else:
        yield column


def fitted(value: Any, dtype: Any) -> Any:
    """``value`` as polars can store it in a column of ``dtype``; None where it does not fit."""
    if value is None:
        return None
    if isinstance(dtype, pl.List):
        return [fitted(item, dtype.inner) for item in value] if isinstance(value, list) else None
    if isinstance(dtype, pl.Struct):
        if not isinstance(value, Mapping):
            return None
        return {field.name: fitted(value.get(field.name), field.dtype) for field in dtype.fields}
    try:
        return text_of(value)
    except RecursionError:  # nested a thousand deep: no text
        return None


def text_of(value: Any) -> str:
    """A text; the texts of a message's parts, a line each; or the JSON of anything else."""
    if isinstance(value, list) and value and all(isinstance(part, Mapping) for part in value):
        texts = [part["text"] for part in value if isinstance(part.get("text"), str)]
        if texts:
            return "\n".join(map(encodable, texts))
    return encodable(value if isinstance(value, str) else json_of(value))


def encodable(text: str) -> str:
    return text if text.isprintable() else text.encode("utf-8", "replace").decode("utf-8")


def json_of(value: Any) -> str:
    """The JSON of a value as polars writes it, which escapes little; of a date or bytes, the text."""
    if isinstance(value, Mapping):
        pairs = value.pairs if isinstance(value, Repeated) else value.items()
        return "{" + ", ".join([f'"{name}": {json_of(inner)}' for name, inner in pairs]) + "}"
    if isinstance(value, list):
        return "[" + ", ".join([json_of(inner) for inner in value]) + "]"
    if isinstance(value, Digits):
        return value
    if isinstance(value, str):
        return '"' + value.translate(ESCAPES) + '"'
    if isinstance(value, float) and abs(value) < float("inf"):
        return plain_number(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return json.dumps(value) if value is None or isinstance(value, (bool, int, float)) else str(value)


def plain_number(value: float) -> str:
    """The shortest digits that are this number, with no exponent and no ``.0``."""
    digits = format(Decimal(repr(value)), "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
