"""Tables without a header: which column is the prompt and which the response, told by their shape."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from llmlineage.content.layouts import Columns
from llmlineage.content.paths import Path

NUMBERED = re.compile(r"col\d+")
CHOICES = re.compile(r"[A-Ha-h1-8]")
# A text has as many characters as this, and mostly a space; and few of them repeat.
LEAST, SPACED, DIFFERENT = 12, 0.5, 0.3


@dataclass(frozen=True)
class Shape:
    """What the cells of a column look like: their mean length, and the shares with a space, of their own."""

    column: str
    length: float
    spaced: float
    different: float
    is_choice: bool

    @property
    def is_text(self) -> bool:
        return self.length >= LEAST and self.spaced >= SPACED and self.different >= DIFFERENT


def headless(rows: Sequence[Mapping[str, Any]]) -> Columns | None:
    """The layout of a table whose columns have no names; None where they have, or none holds texts."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    if not names or not all(map(NUMBERED.fullmatch, names)):
        return None
    shapes = [shape(name, [str(row.get(name) or "") for row in rows]) for name in names]
    prompt = next((one for one in shapes if one.is_text), None)
    if prompt is None:
        return None
    response = answer(prompt, shapes)
    said = f"no header; by their shape {prompt.column} as the prompt"
    if response is None:
        return Columns(said, (Path(prompt.column),))
    return Columns(
        f"{said}, {response.column} as the response", (Path(prompt.column),), (Path(response.column),)
    )


def shape(column: str, cells: Sequence[str]) -> Shape:
    return Shape(
        column,
        fmean(map(len, cells)),
        fmean(" " in cell.strip() for cell in cells),
        len(set(cells)) / len(cells),
        all(CHOICES.fullmatch(cell.strip()) for cell in cells),
    )


def answer(prompt: Shape, shapes: Sequence[Shape]) -> Shape | None:
    """The letter of the right choice, after the choices; else the longest of the texts that follow.

    Of two columns, the other one.
    """
    rest = shapes[shapes.index(prompt) + 1 :]
    if len(rest) >= 3 and rest[-1].is_choice:
        return rest[-1]
    texts = [one for one in rest if one.is_text]
    if texts:
        return max(texts, key=lambda one: one.length)
    return rest[0] if len(shapes) == 2 and rest else None
