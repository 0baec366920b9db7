"""Rows that two collections share, compared by the hashes of their normalised texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from llmlineage.content.layouts import FOLDS
from llmlineage.content.rows import Collection
from llmlineage.files import write_parquet

Field = Literal["prompt", "response", "both", "reasoning"]
FIELDS: tuple[Field, ...] = ("prompt", "response", "both")
# What answers thought before, which few data keep.
REASONING: Field = "reasoning"
# Shorter responses coincide by chance, and so do those that many rows share: "Yes.", a refusal.
SHORT, COMMON = 20, 5


@dataclass(frozen=True)
class Shared:
    """What two collections share in one field, in distinct texts.

    ``low`` and ``high`` bound ``a_in_b`` at 95 %; where ``exact``, they equal it. All shares are None
    where a side has no text in this field: nothing was compared.
    """

    a_distinct: int
    b_distinct: int
    shared: int
    a_in_b: float | None
    b_in_a: float | None
    low: float | None
    high: float | None
    exact: bool = True

    @classmethod
    def counted(cls, a: int, b: int, shared: int) -> Shared:
        if not (a and b):
            return cls(a, b, 0, None, None, None, None)
        return cls(a, b, shared, shared / a, shared / b, shared / a, shared / a)

    @property
    def compared(self) -> bool:
        """Whether both sides have texts in this field."""
        return bool(self.a_distinct and self.b_distinct)


@dataclass(frozen=True)
class Hashes:
    """The hashes of a whole collection: ``frame`` as :meth:`Collection.hashes` gives them."""

    collection: Collection
    frame: pl.DataFrame

    def distinct(self, column: str) -> pl.Series:
        if column not in self.frame.columns:
            return pl.Series(column, [], dtype=pl.UInt64)
        return self.frame[column].drop_nulls().unique()

    def folds(self) -> list[str]:
        return [name.partition(":")[2] for name in self.frame.columns if name.startswith("prompt:")]


@dataclass(frozen=True)
class Overlap:
    """What A and B share. ``a_fold`` and ``b_fold`` name how an instruction and its input were joined,
    where it was not the plain way (a line each)."""

    fields: Mapping[Field, Shared]
    a_fold: str = ""
    b_fold: str = ""

    def column(self, side: Literal["a", "b"], field: Field) -> str:
        """The column of :class:`Hashes` that was compared."""
        fold = self.a_fold if side == "a" else self.b_fold
        return f"{field}:{fold}" if fold and field in ("prompt", "both") else field


def read_hashes(collection: Collection) -> Hashes:
    """Read a collection to its end, keeping 8 bytes a text. Raises :class:`DataError`."""
    return Hashes(collection, pl.concat(collection.hashes(FOLDS), how="diagonal"))


def overlap(a: Hashes, b: Hashes) -> Overlap:
    """Distinct texts of A, of B, and shared, in each field.

    Where only one side has its instructions apart from their inputs, each usual way of joining them
    is tried, and the one that shares the most prompts is taken.
    """
    a_fold, b_fold = best_folds(a, b)
    result = Overlap({}, a_fold, b_fold)
    fields = {
        field: compare(a.distinct(result.column("a", field)), b.distinct(result.column("b", field)))
        for field in (*FIELDS, REASONING)
    }
    if not (fields[REASONING].a_distinct or fields[REASONING].b_distinct):
        del fields[REASONING]
    return Overlap(fields, a_fold, b_fold)


def best_folds(a: Hashes, b: Hashes) -> tuple[str, str]:
    a_folds, b_folds = a.folds(), b.folds()
    if bool(a_folds) == bool(b_folds):
        return "", ""
    tries = [("", ""), *((fold, "") for fold in a_folds), *(("", fold) for fold in b_folds)]

    def shared(folds: tuple[str, str]) -> int:
        columns = (f"prompt:{fold}" if fold else "prompt" for fold in folds)
        return len(common(*(side.distinct(name) for side, name in zip((a, b), columns, strict=True))))

    return max(tries, key=shared)  # the first of equals: the plain way


def compare(a: pl.Series, b: pl.Series) -> Shared:
    return Shared.counted(len(a), len(b), len(common(a, b)))


def common(a: pl.Series, b: pl.Series) -> pl.Series:
    """The hashes that stand in both; ``a`` holds no double."""
    small, large = (a, b) if len(a) < len(b) else (b, a)
    return small.filter(small.is_in(large.implode()))


def weighty(a: Hashes, b: Hashes) -> Shared:
    """What the two share of the responses that do not coincide by chance."""
    return compare(*(some_responses(side) for side in (a, b)))


def some_responses(side: Hashes) -> pl.Series:
    """Distinct responses of 20 normalised characters or more, in five rows at most."""
    long = side.frame.filter(pl.col("response_length") >= SHORT)
    return long.group_by("response").agg(rows=pl.len()).filter(pl.col("rows") <= COMMON)["response"]


def matches(a: Hashes, b: Hashes, found: Overlap) -> pl.DataFrame:
    """One line a row of A: ``a_row``, and the first row of B with the same text, by field.

    Columns ``b_row_prompt``, ``b_row_response``, ``b_row_both`` (Int64), null where nothing matches.
    """
    result = a.frame.select(a_row="row")
    for field in FIELDS:
        first = (
            b.frame.select(pl.col("row").alias(f"b_row_{field}"), hash=found.column("b", field))
            .drop_nulls()
            .unique("hash", keep="first", maintain_order=True)
        )
        column = a.frame.select(hash=found.column("a", field)).join(
            first, on="hash", how="left", maintain_order="left"
        )
        result = result.hstack(column.select(f"b_row_{field}"))
    return result


def write_matches(frame: pl.DataFrame, path: Path) -> None:
    """As parquet, whole or not at all. Raises :class:`OutputRefused`."""
    write_parquet(frame, path)


def examples(
    a: Hashes, b: Hashes, found: Overlap, field: Field, count: int
) -> Iterator[tuple[int, str, str]]:
    """The first ``count`` rows of A whose text is in B: row, prompt and response as written."""
    if not count:
        return
    shared = common(a.distinct(found.column("a", field)), b.distinct(found.column("b", field)))
    wanted = a.frame.filter(pl.col(found.column("a", field)).is_in(shared.implode()))
    rows = wanted["row"].head(count)
    again = Collection(a.collection.address, a.collection.options)
    left = count
    for batch in again.texts():
        these = batch.filter(pl.col("row").is_in(rows.implode())).head(left)
        for row, prompt, response in these.select("row", "prompt", "response").iter_rows():
            yield row, prompt or "", response or ""
        left -= these.height
        if left <= 0:
            return


def default_field(found: Overlap) -> Field:
    """The field that says most of where rows come from: prompts, or responses where there are none."""
    return "prompt" if found.fields["prompt"].a_distinct else "response"
