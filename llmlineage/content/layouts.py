"""Layouts: which columns of a row hold the prompt, the response and the system prompt.

A layout is recognised from the first rows (:mod:`llmlineage.content.recognise`). Its :meth:`texts` turns a
batch of rows into a frame with the columns ``row`` (place in the batch), ``prompt`` and ``response``, and
``extra`` where a layout holds an input apart from its instruction; :func:`fold` joins the two in the usual
ways.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Protocol

import polars as pl

from llmlineage.content.paths import Path, joined, schema

USER = ("human", "user", "prompter", "question", "questioner", "instruction")
ASSISTANT = (
    "gpt", "assistant", "chatgpt", "bot", "bing", "bard", "model", "answer", "output", "ai", "gpt4",
    "chatbot", "moss",
)  # fmt: skip
# So many columns may be joined as one text; polars goes through them on the stack.
MOST_PARTS = 32
# The template that Stanford Alpaca was trained with (github.com/tatsu-lab/stanford_alpaca, train.py), in
# normalised pieces: its head without an input, its head with one, and the three headings.
TEMPLATE = (
    "below is an instruction that describes a task. write a response that appropriately completes the "
    "request.",
    "below is an instruction that describes a task, paired with an input that provides further context. "
    "write a response that appropriately completes the request.",
    "### instruction:",
    "### input:",
    "### response:",
)
# The other usual ways to write an instruction and its input as one prompt.
ALONE, INPUT_FIRST, IN_TEMPLATE = "without input", "input first", "Alpaca template"
FOLDS = (ALONE, INPUT_FIRST, IN_TEMPLATE)


class Layout(Protocol):
    """How the rows of a file are laid out. ``name`` says it to the user."""

    @property
    def name(self) -> str: ...

    @property
    def schema(self) -> Mapping[str, Any]: ...

    def texts(self, rows: pl.DataFrame, turns: bool = False) -> pl.DataFrame: ...


@dataclass(frozen=True)
class Columns:
    """Texts that stand in columns of their own. ``extra`` is Alpaca's input, folded into the prompt;
    ``reasoning`` what the answer thought before."""

    name: str
    prompt: tuple[Path, ...] = ()
    response: tuple[Path, ...] = ()
    extra: Path | None = None
    reasoning: Path | None = None

    @property
    def schema(self) -> Mapping[str, Any]:
        more = [path for path in (self.extra, self.reasoning) if path]
        return schema([*self.prompt, *self.response, *more])

    def texts(self, rows: pl.DataFrame, turns: bool = False) -> pl.DataFrame:
        nothing = pl.lit(None, dtype=pl.String)
        return rows.select(
            pl.int_range(pl.len(), dtype=pl.Int64).alias("row"),
            prompt=joined(self.prompt) if self.prompt else nothing,
            response=joined(self.response) if self.response else nothing,
            **({"extra": self.extra.expression()} if self.extra else {}),
            **({"reasoning": self.reasoning.expression()} if self.reasoning else {}),
        )


def fold(texts: pl.DataFrame, names: Sequence[str] = ()) -> pl.DataFrame:
    """Join normalised instructions and their inputs, ``prompt`` and ``extra``, as the prompt.

    The plain way, a line each; and each way in ``names`` as a column ``prompt:NAME``. Line breaks
    part the pieces, so that joining normalised pieces gives the normalised whole.
    """
    if "extra" not in texts.columns:
        return texts
    head, paired, instruction, given, response = map(pl.lit, TEMPLATE)
    prompt, extra = pl.col("prompt"), pl.col("extra")
    has_extra = extra.is_not_null()
    ways: dict[str, list[pl.Expr]] = {
        "": [prompt, extra],
        ALONE: [prompt],
        INPUT_FIRST: [extra, prompt],
        IN_TEMPLATE: [
            pl.when(has_extra).then(paired).otherwise(head),
            instruction,
            prompt,
            pl.when(has_extra).then(given),
            extra,
            response,
        ],
    }
    return texts.with_columns(
        pl.when(prompt.is_not_null() if name == ALONE else prompt.is_not_null() | has_extra)
        .then(pl.concat_str(ways[name], separator=" ", ignore_nulls=True))
        .alias(f"prompt:{name}" if name else "prompt")
        for name in ("", *names)
    ).drop("extra")


@dataclass(frozen=True)
class Dialogue:
    """A list of turns in ``column``, each a struct of who speaks and what is said.

    The first user turn and the answer to it; with ``turns`` every user turn with its answer. System
    prompts, the turns of tools, and the assistant's that only call them and say nothing are left out.
    """

    name: str
    column: str
    role: str
    text: str

    @property
    def schema(self) -> Mapping[str, Any]:
        return {self.column: pl.List(pl.Struct({self.role: pl.String(), self.text: pl.String()}))}

    def texts(self, rows: pl.DataFrame, turns: bool = False) -> pl.DataFrame:
        turn = pl.col("turn").struct
        said = (
            rows.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"), turn=self.column)
            .explode("turn")
            .select("row", role=turn.field(self.role).str.to_lowercase(), text=turn.field(self.text))
        )
        return answered(said, turns)


def answered(said: pl.DataFrame, turns: bool = False) -> pl.DataFrame:
    """Of what was said (``row``, ``role``, ``text``): each user turn with its answer, or the first."""
    spoken = (
        said.filter(pl.col("role").is_in([*USER, *ASSISTANT]))
        .with_columns(is_user=pl.col("role").is_in(USER))
        .filter(pl.col("is_user") | (pl.col("text") != ""))
    )
    follows = (pl.col("row").shift(-1) == pl.col("row")) & ~pl.col("is_user").shift(-1)
    asked = spoken.with_columns(answer=pl.when(follows).then(pl.col("text").shift(-1))).filter("is_user")
    if not turns:
        asked = asked.filter(pl.col("row").is_first_distinct())
    return asked.select("row", prompt="text", response="answer")


@dataclass(frozen=True)
class Exchanges:
    """A list of exchanges in ``column``, each a struct of what was asked and what was answered."""

    name: str
    column: str
    user: str
    assistant: str

    @property
    def schema(self) -> Mapping[str, Any]:
        return {self.column: pl.List(pl.Struct({self.user: pl.String(), self.assistant: pl.String()}))}

    def texts(self, rows: pl.DataFrame, turns: bool = False) -> pl.DataFrame:
        both = pl.col("both").struct
        said = (
            rows.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"), both=self.column)
            .explode("both")
            .select("row", prompt=both.field(self.user), response=both.field(self.assistant))
        )
        return said if turns else said.filter(pl.col("row").is_first_distinct())


@dataclass(frozen=True)
class Alternating:
    """A list of texts: the user's and the assistant's by turns, or the user's alone.

    ``key`` names the text where each stands in a struct of its own.
    """

    name: str
    column: str
    answered: bool
    key: str = ""

    @property
    def schema(self) -> Mapping[str, Any]:
        return {self.column: pl.List(pl.Struct({self.key: pl.String()}) if self.key else pl.String())}

    def texts(self, rows: pl.DataFrame, turns: bool = False) -> pl.DataFrame:
        said = (
            rows.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"), text=self.column)
            .explode("text")
            .with_columns(place=pl.int_range(pl.len()).over("row"))
        )
        if self.key:
            said = said.with_columns(pl.col("text").struct.field(self.key).alias("text"))
        if self.answered:
            follows = pl.col("row").shift(-1) == pl.col("row")
            said = said.with_columns(answer=pl.when(follows).then(pl.col("text").shift(-1)))
            said = said.filter(pl.col("place") % 2 == 0)
        else:
            said = said.with_columns(answer=pl.lit(None, dtype=pl.String))
        if not turns:
            said = said.filter(pl.col("place") == 0)
        return said.select("row", prompt="text", response="answer")


@dataclass(frozen=True)
class Steps:
    """An answer in steps, a list of texts in ``response``: joined, a line each."""

    name: str
    prompt: Path
    response: str

    @property
    def schema(self) -> Mapping[str, Any]:
        return schema([self.prompt]) | {self.response: pl.List(pl.String())}

    def texts(self, rows: pl.DataFrame, turns: bool = False) -> pl.DataFrame:
        steps = pl.col(self.response).list.join("\n", ignore_nulls=True)
        return rows.select(
            pl.int_range(pl.len(), dtype=pl.Int64).alias("row"),
            prompt=self.prompt.expression(),
            response=steps,
        )


@dataclass(frozen=True)
class Renamed:
    """A layout whose columns are written in another way here: ``columns`` has each name beside ours."""

    layout: Layout
    columns: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        return self.layout.name

    @property
    def schema(self) -> Mapping[str, Any]:
        found = {ours: theirs for theirs, ours in self.columns}
        return {found.get(name, name): dtype for name, dtype in self.layout.schema.items()}

    def texts(self, rows: pl.DataFrame, turns: bool = False) -> pl.DataFrame:
        ours = {theirs: name for theirs, name in self.columns if theirs in rows.columns}
        return self.layout.texts(rows.rename(ours), turns)


@dataclass(frozen=True)
class Preference:
    """A prompt and the answer that was preferred.

    ``dialogue`` reads the prompt from a list of turns; ``prompt`` from a column. Where the preferred
    text is a transcript (``Human: ... Assistant: ...``), its first question is the prompt and the
    whole transcript the response.
    """

    name: str
    chosen: Path
    prompt: Path | None = None
    dialogue: Dialogue | None = None
    ends: Dialogue | None = field(default=None)

    @property
    def schema(self) -> Mapping[str, Any]:
        needed = schema([path for path in (self.prompt, self.chosen) if path and not self.is_turns(path)])
        for turns in (self.dialogue, self.ends):
            needed |= turns.schema if turns else {}
        return needed

    def is_turns(self, path: Path) -> bool:
        return any(turns and turns.column == path.column for turns in (self.dialogue, self.ends))

    def texts(self, rows: pl.DataFrame, turns: bool = False) -> pl.DataFrame:
        prompts = self.prompts(rows)
        answers = self.ends_of(rows) if self.ends else self.chosen_of(rows)
        return answers.join(prompts, on="row", how="left", maintain_order="left").select(
            "row", "prompt", "response"
        )

    def prompts(self, rows: pl.DataFrame) -> pl.DataFrame:
        if self.dialogue:
            return self.dialogue.texts(rows).select("row", "prompt")
        if self.prompt:
            prompt = self.prompt.expression()
        else:
            prompt = self.chosen.expression().str.extract(r"(?s)Human:(.*?)(?:\n\nAssistant:|$)")
        return rows.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"), prompt=prompt)

    def chosen_of(self, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.select(
            pl.int_range(pl.len(), dtype=pl.Int64).alias("row"), response=self.chosen.expression()
        )

    def ends_of(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The last turn of the preferred dialogue."""
        assert self.ends is not None
        last = pl.col(self.ends.column).list.last().struct.field(self.ends.text)
        return rows.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"), response=last)


def columns_layout(prompt: str | None, response: str | None, columns: Sequence[str]) -> Columns:
    """The layout that ``--prompt`` and ``--response`` say. Raises ValueError on a bad path."""

    def parse(text: str | None) -> tuple[Path, ...]:
        if text is None:
            return ()
        if text in columns:
            return (Path(text),)
        parts = text.split("+")
        if len(parts) > MOST_PARTS:
            raise ValueError(f"a text is joined from {MOST_PARTS} columns at most, not {len(parts):,}")
        return tuple(Path.parse(part.strip(), columns) for part in parts)

    said = ", ".join(f"{name} {text}" for name, text in (("prompt", prompt), ("response", response)) if text)
    layout = Columns(said, parse(prompt), parse(response))
    for one, other in combinations([*layout.prompt, *layout.response], 2):
        if one.clashes(other):
            raise ValueError(f"{one} and {other} cannot both be texts of one row")
    return layout
