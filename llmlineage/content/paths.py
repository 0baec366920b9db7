"""Where a text stands in a row: ``output``, ``instances[0].input``, ``instruction+input``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import polars as pl

# More steps than rows are nested deep; polars goes down a path step by step on the stack.
MOST_STEPS, MOST_DIGITS = 32, 20
STEP = re.compile(r"\[(\d+)\]|\.?([^.\[\]]+)")


@dataclass(frozen=True)
class Path:
    """A column, and the steps from it to a text: places of a list, names of a struct."""

    column: str
    steps: tuple[int | str, ...] = ()

    @classmethod
    def parse(cls, text: str, columns: Iterable[str] = ()) -> Path:
        """The path that ``text`` writes; a column of that very name comes first. Raises ValueError."""
        if text in columns:
            return cls(text)
        steps: list[int | str] = []
        place = 0
        while place < len(text):
            match = STEP.match(text, place)
            if match is None:
                raise ValueError(f"{text!r} is no column and no path such as messages[0].content")
            if match[1] and len(match[1]) > MOST_DIGITS:
                raise ValueError(f"a place in a list has {MOST_DIGITS} digits at most, not {len(match[1]):,}")
            steps.append(int(match[1]) if match[1] else match[2])
            if len(steps) > MOST_STEPS:
                raise ValueError(f"a path of a column has {MOST_STEPS} steps at most")
            place = match.end()
        if not steps or not isinstance(steps[0], str):
            raise ValueError(f"{text!r} names no column")
        return cls(steps[0], tuple(steps[1:]))

    def __str__(self) -> str:
        return self.column + "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in self.steps)

    def clashes(self, other: Path) -> bool:
        """Whether one asks for a text where the other asks for a list or a struct, or one for each."""
        if self == other or self.column != other.column:
            return False
        for step, its in zip(self.steps, other.steps, strict=False):
            if isinstance(step, int) != isinstance(its, int):
                return True
            if isinstance(step, str) and step != its:
                return False
        return len(self.steps) != len(other.steps)

    def expression(self) -> pl.Expr:
        """The text as a polars expression over columns of :func:`schema`."""
        found = pl.col(self.column)
        for step in self.steps:
            if isinstance(step, int):
                found = found.list.get(step, null_on_oob=True)
            else:
                found = found.struct.field(step)
        return found.cast(pl.String)


def schema(paths: Iterable[Path]) -> dict[str, Any]:
    """The polars type of each column that the paths start from, with no more in it than they need."""
    needed: dict[str, Any] = {}
    for path in paths:
        node = needed.setdefault(path.column, {})
        for step in path.steps:
            node = node.setdefault("[]" if isinstance(step, int) else step, {})
    return {column: dtype(node) for column, node in needed.items()}


def dtype(node: Mapping[str, Any]) -> Any:
    if not node:
        return pl.String()
    if "[]" in node:
        return pl.List(dtype(node["[]"]))
    return pl.Struct({name: dtype(inner) for name, inner in node.items()})


def joined(paths: Iterable[Path]) -> pl.Expr:
    """The texts that are there, a line each; null where none is."""
    texts = [path.expression() for path in paths]
    if len(texts) == 1:
        return texts[0]
    whole = pl.concat_str(
        [pl.when(text != "").then(text) for text in texts], separator="\n", ignore_nulls=True
    )
    return pl.when(reduce(lambda a, b: a | b, [text.is_not_null() for text in texts])).then(whole)
