"""The texts of a collection, batch by batch, in order, parsed and normalised on every core."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import polars as pl

from llmlineage.content import layouts, readers
from llmlineage.content.identity import hash_pairs, hashed, normalise
from llmlineage.content.layouts import Layout, fold
from llmlineage.content.readers import BadRow, Parsed, Part, Reader
from llmlineage.content.recognise import recognise
from llmlineage.errors import DataError

# Broken rows beyond these are counted, not kept; a file with nothing else is given up early.
MOST_BAD = 100
# The marks that end what a response thought, up to them, and those around the answer that follows.
THOUGHT_ENDS = ["</think>", "<|end_of_thought|>", "</thinking>", "</thought>"]
THOUGHT = (
    r"(?s)^\s*(?:<(?:think|thinking|thought)>|<\|begin_of_thought\|>)?(.*?)"
    r"(?:</(?:think|thinking|thought)>|<\|end_of_thought\|>)\s*"
)
ANSWER_MARKS = r"<\|(?:begin|end)_of_solution\|>"
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Options:
    """How to read a collection.

    ``prompt`` and ``response`` name the columns; left out, the layout is recognised. ``turns`` takes
    every user turn of a dialogue with its answer. ``folds`` adds the other usual ways in which a
    layout's prompt is written, by their names. ``no_response`` leaves out what was recognised as
    the response.
    """

    prompt: str | None = None
    response: str | None = None
    turns: bool = False
    skip_bad_rows: bool = False
    folds: tuple[str, ...] = ()
    no_response: bool = False


@dataclass
class Collection:
    """The rows behind an address, and what reading them showed.

    Known once the batches have been read to the end: the ``layouts`` that were recognised; ``rows``,
    as read, those without text included; how many rows were ``bad``, and of these, and of rows that
    are ``odd`` but could be read, the first hundred; and what was ``held``: prompts, responses.
    """

    address: str
    options: Options = field(default_factory=Options)
    layouts: list[str] = field(default_factory=list)
    rows: int = 0
    bad: int = 0
    bad_rows: list[str] = field(default_factory=list)
    odd_rows: list[str] = field(default_factory=list)
    held: set[str] = field(default_factory=set)

    def texts(self) -> Iterator[pl.DataFrame]:
        """Batches of ``row`` (from 0), ``prompt`` and ``response``, as written.

        Raises :class:`DataError` where the layout is not known, where no row holds a text, and
        where rows are broken and ``skip_bad_rows`` is not set.
        """
        return self.batches(as_written)

    @property
    def name(self) -> str:
        """The address as text: of a file whose name is not UTF-8, with what can be read of it."""
        return os.fsencode(self.address).decode("utf-8", "replace")

    def hashes(self, folds: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """Batches as of ``hash_columns``, with the folds of the options where none are given."""
        return self.batches(partial(hash_columns, folds=self.options.folds if folds is None else folds))

    def normalised(self) -> Iterator[pl.DataFrame]:
        """Batches as of ``normalise_columns``."""
        return self.batches(partial(normalise_columns, folds=self.options.folds))

    def batches(self, work: Callable[[pl.DataFrame], pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """``work`` done on the texts of each batch, several at a time, handed out in order."""
        self.layouts, self.rows, self.bad, self.bad_rows, self.odd_rows = [], 0, 0, [], []
        self.held = set()
        for reader in readers.readers(self.address, self.header()):
            layout = self.layout_of(reader)
            if layout.name not in self.layouts:
                self.layouts.append(layout.name)
            job = Job(layout, self.options, work)
            parts = reader.parts(list(layout.schema))
            lines = 0
            for done in in_order(job.run, parts):
                self.count(reader, done.bad, lines)
                lines += done.lines
                frame = done.frame.with_columns(pl.col("row") + self.rows)
                self.rows += done.rows
                self.held |= done.held
                if frame.height:
                    yield frame
        if self.bad and not self.options.skip_bad_rows:
            raise DataError(self.address, self.broken())
        named = {"prompt": self.options.prompt, "response": self.options.response}
        for kind, column in named.items():
            if column and kind not in self.held:
                raise DataError(self.address, f"{column!r} holds no text, in any row")
        if not self.held:
            unread = f"no row holds a text as {self.layouts[0]}"
            raise DataError(self.address, f"{unread}; name the columns with --prompt and --response")

    def header(self) -> bool | None:
        """CSV files read by ``col0`` have no header; by a name, they have one."""
        named = [name for name in (self.options.prompt, self.options.response) if name]
        return (
            None if not named else not any(name.startswith("col") and name[3:4].isdigit() for name in named)
        )

    def layout_of(self, reader: Reader) -> Layout:
        """Raises :class:`DataError`, with the columns that are there, where no layout is recognised."""
        return self.layout_among(reader.name, reader.sample(), lambda: getattr(reader, "remark", ""))

    def layout_among(
        self, place: str, sample: Sequence[Mapping[str, Any]], remark: Callable[[], str] = str
    ) -> Layout:
        """The layout that the options say, or that these first rows show; ``place`` names them.

        ``remark`` says what else may be wrong, where none is known.
        """
        columns = list(dict.fromkeys(name for row in sample for name in row))
        prompt, response = self.options.prompt, self.options.response
        if prompt or response:
            try:
                layout: Layout | None = layouts.columns_layout(prompt, response, columns)
            except ValueError as error:
                raise DataError(place, str(error)) from error
            missing = [name for name in layout.schema if name not in columns] if layout else []
            if missing:
                raise DataError(place, f"has no column {missing[0]!r}; found {listed(columns)}")
        else:
            layout = recognise(sample)
        if layout is None:
            found = f"no known layout among the columns {listed(columns)}"
            found += f" ({remark()})" if remark() else ""
            raise DataError(place, f"{found}; name them with --prompt COLUMN and --response COLUMN")
        return layout

    def count(self, reader: Reader, bad: Sequence[BadRow], lines: int) -> None:
        for row in bad:
            kept, said = (
                (self.odd_rows if row.kept else self.bad_rows),
                f"{reader.name}:{lines + row.line}: {row.reason}",
            )
            self.bad += not row.kept
            if len(kept) < MOST_BAD:
                kept.append(said)
        if self.bad > MOST_BAD and not self.options.skip_bad_rows:
            raise DataError(self.address, self.broken("more than "))

    def broken(self, more: str = "") -> str:
        count = MOST_BAD if more else self.bad
        first = "\n".join(f"  {row}" for row in self.bad_rows[:5])
        rows = "row is" if count == 1 and not more else "rows are"
        return f"{more}{count} {rows} broken; --skip-bad-rows passes over them\n{first}"


@dataclass(frozen=True)
class Done:
    """One part, worked on: how many rows it had, and which kinds of texts."""

    frame: pl.DataFrame
    rows: int
    bad: Sequence[BadRow]
    lines: int
    held: set[str]


@dataclass(frozen=True)
class Job:
    """What is done with each part of a file."""

    layout: Layout
    options: Options
    work: Callable[[pl.DataFrame], pl.DataFrame]

    def run(self, part: Part) -> Done:
        return self.finish(part.parse(self.layout.schema))

    def finish(self, parsed: Parsed) -> Done:
        texts = self.layout.texts(parsed.frame, self.options.turns)
        if self.options.no_response:
            texts = texts.with_columns(response=pl.lit(None, dtype=pl.String))
        elif not self.options.response:
            texts = thoughts_apart(texts)
        held = {name for name in ("prompt", "response") if (texts[name] != "").any()}
        return Done(self.work(texts), parsed.frame.height, parsed.bad, parsed.lines, held)


def thoughts_apart(texts: pl.DataFrame) -> pl.DataFrame:
    """What a response thought before it answered as ``reasoning``, and the response without it.

    A template may hold the mark that opens, so that only the one that closes stands in the text.
    """
    thinks = texts["response"].str.contains_any(THOUGHT_ENDS).fill_null(False)
    if not thinks.any():
        return texts
    response = pl.col("response")
    kept = pl.col("reasoning") if "reasoning" in texts.columns else pl.lit(None, dtype=pl.String)
    thought = pl.when(pl.Series(thinks)).then(response.str.extract(THOUGHT, 1)).otherwise(kept)
    answer = response.str.replace(THOUGHT, "").str.replace_all(ANSWER_MARKS, "")
    return texts.with_columns(
        reasoning=thought, response=pl.when(pl.Series(thinks)).then(answer).otherwise(response)
    )


def in_order(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """``map`` with a few threads, which reads ahead no further than they need."""
    threads = os.cpu_count() or 1
    with ThreadPoolExecutor(threads) as pool:
        running: deque[Future[R]] = deque()
        try:
            for item in items:
                running.append(pool.submit(work, item))
                if len(running) > threads:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        finally:
            for future in running:
                future.cancel()


def as_written(texts: pl.DataFrame) -> pl.DataFrame:
    """An input below its instruction, a line each."""
    if "extra" not in texts.columns:
        return texts
    below = pl.when(pl.col("extra") != "").then("extra")
    whole = pl.concat_str("prompt", below, separator="\n", ignore_nulls=True)
    is_there = pl.col("prompt").is_not_null() | below.is_not_null()
    return texts.with_columns(prompt=pl.when(is_there).then(whole)).drop("extra")


def normalise_columns(texts: pl.DataFrame, folds: Sequence[str] = ()) -> pl.DataFrame:
    """Every text normalised, all in one go, and inputs joined to their instructions."""
    names = [name for name in texts.columns if name != "row"]
    whole = normalise(pl.concat([texts[name].rename("text") for name in names]))
    parts = {name: whole.slice(place * texts.height, texts.height) for place, name in enumerate(names)}
    return fold(pl.DataFrame({"row": texts["row"], **parts}), folds)


def hash_columns(texts: pl.DataFrame, folds: Sequence[str] = ()) -> pl.DataFrame:
    """The hash of each text; of a prompt with its response as ``both``, and as ``both:FOLD``.

    ``response_length`` (UInt32) counts the characters of the normalised response.
    """
    texts = normalise_columns(texts, folds)
    length = texts["response"].str.len_chars().alias("response_length")
    hashes = pl.DataFrame(
        [texts["row"], *(hashed(texts[name]) for name in texts.columns if name != "row"), length]
    )
    return hashes.with_columns(
        hash_pairs(hashes[name], hashes["response"]).alias(name.replace("prompt", "both", 1))
        for name in hashes.columns
        if name.startswith("prompt")
    )


def listed(columns: Sequence[str], most: int = 20) -> str:
    shown = ", ".join(map(repr, columns[:most]))
    return shown + (f" and {len(columns) - most} more" if len(columns) > most else "")
