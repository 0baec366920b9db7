"""JSON values as polars columns of the types that a layout needs.

Follows what polars itself makes of JSON text, so that a row means the same whichever way it was
read: what is not text and stands where text is wanted becomes its JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl


def frame_of(rows: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]) -> pl.DataFrame:
    """One column a name of ``schema``; absent or unfitting values are null."""
    return pl.DataFrame(
        [
            pl.Series(name, [fitted(row.get(name), dtype) for row in rows], dtype=dtype)
            for name, dtype in schema.items()
        ]
    )


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
    return text_of(value)


def text_of(value: Any) -> str:
    """A text; the texts of a message's parts, a line each; or the JSON of anything else."""
    if isinstance(value, str):
        return value if value.isprintable() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list) and value and all(isinstance(part, Mapping) for part in value):
        texts = [part["text"] for part in value if isinstance(part.get("text"), str)]
        if texts:
            return "\n".join(text_of(text) for text in texts)
    return text_of(json.dumps(value, ensure_ascii=False))
