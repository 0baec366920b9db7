"""Layouts: which columns of a row hold the prompt, the response and the system prompt.

A layout is recognised from the first rows. Its :meth:`texts` turns a batch of rows into a frame with
the columns ``row`` (place in the batch), ``prompt`` and ``response``, and ``extra`` where a layout holds
an input apart from its instruction; :func:`fold` joins the two in the usual ways.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Protocol

import polars as pl

from llmlineage.content.paths import Path, joined, schema

USER = ("human", "user", "prompter", "question", "questioner", "instruction")
ASSISTANT = ("gpt", "assistant", "chatgpt", "bot", "bing", "bard", "model", "answer", "output", "ai")
# Columns that are dialogues, and the pairs of keys of their turns: who speaks, and what is said.
DIALOGUES = ("messages", "conversations", "conversation", "dialogue", "dialog", "chat")
TURN_KEYS = (("role", "content"), ("from", "value"), ("role", "value"), ("from", "content"), ("role", "text"))
# Texts that alternate between user and assistant; and texts that are all the user's.
ALTERNATING, USER_TURNS = ("data",), ("turns",)
RESPONSES = (
    "output", "response", "completion", "answer", "solution", "generated_solution", "answers", "target",
    "targets", "std_answer", "output_text", "assistant", "generation",
)  # fmt: skip
# Pairs of columns by name; the first one there is taken.
PAIRS = {
    "prompt/completion": ("prompt", ("completion", *RESPONSES)),
    "question/answer": ("question", ("answer", *RESPONSES)),
    "query/response": ("query", ("response", *RESPONSES)),
    "problem/solution": ("problem", ("generated_solution", "solution", *RESPONSES)),
    "input/output": ("input", RESPONSES),
    "inputs/targets": ("inputs", ("targets", *RESPONSES)),
    "message_1/message_2": ("message_1", ("message_2",)),
    "user/assistant": ("user", ("assistant", *RESPONSES)),
}
# So many columns may be joined as one text; polars goes through them on the stack.
MOST_PARTS = 32
TEXTS = ("text", "content", "data")
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
    """Texts that stand in columns of their own. ``extra`` is Alpaca's input, folded into the prompt."""

    name: str
    prompt: tuple[Path, ...] = ()
    response: tuple[Path, ...] = ()
    extra: Path | None = None

    @property
    def schema(self) -> Mapping[str, Any]:
        return schema([*self.prompt, *self.response, *([self.extra] if self.extra else [])])

    def texts(self, rows: pl.DataFrame, turns: bool = False) -> pl.DataFrame:
        nothing = pl.lit(None, dtype=pl.String)
        return rows.select(
            pl.int_range(pl.len(), dtype=pl.Int64).alias("row"),
            prompt=joined(self.prompt) if self.prompt else nothing,
            response=joined(self.response) if self.response else nothing,
            **({"extra": self.extra.expression()} if self.extra else {}),
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
        spoken = (
            rows.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"), turn=self.column)
            .explode("turn")
            .select("row", role=turn.field(self.role).str.to_lowercase(), text=turn.field(self.text))
            .filter(pl.col("role").is_in([*USER, *ASSISTANT]))
            .with_columns(is_user=pl.col("role").is_in(USER))
            .filter(pl.col("is_user") | (pl.col("text") != ""))
        )
        answered = (pl.col("row").shift(-1) == pl.col("row")) & ~pl.col("is_user").shift(-1)
        asked = spoken.with_columns(answer=pl.when(answered).then(pl.col("text").shift(-1))).filter("is_user")
        if not turns:
            asked = asked.filter(pl.col("row").is_first_distinct())
        return asked.select("row", prompt="text", response="answer")


@dataclass(frozen=True)
class Alternating:
    """A list of texts: the user's and the assistant's by turns, or the user's alone."""

    name: str
    column: str
    answered: bool

    @property
    def schema(self) -> Mapping[str, Any]:
        return {self.column: pl.List(pl.String())}

    def texts(self, rows: pl.DataFrame, turns: bool = False) -> pl.DataFrame:
        said = (
            rows.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"), text=self.column)
            .explode("text")
            .with_columns(place=pl.int_range(pl.len()).over("row"))
        )
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


def recognise(rows: Sequence[Mapping[str, Any]]) -> Layout | None:
    """The layout of these first rows; None where none is known."""
    values = values_by_column(rows)
    texts = {name for name, value in values.items() if not isinstance(value, (list, Mapping))}
    return (
        preference(values, texts)
        or dialogue(values, DIALOGUES)
        or seeds(values, texts)
        or alpaca(texts)
        or pair(texts)
        or lists(values)
        or plain(texts)
    )


def values_by_column(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A value of each column: the first that is not empty."""
    values: dict[str, Any] = {}
    for row in rows:
        for name, value in row.items():
            if values.get(name) in (None, "", []):
                values[name] = value
    return values


def preference(values: Mapping[str, Any], texts: set[str]) -> Layout | None:
    if "chosen" not in values:
        return None
    turns = dialogue(values, DIALOGUES) or dialogue(values, ("prompt",))
    chosen, value = Path("chosen"), values["chosen"]
    prompt = next(
        (Path(name) for name in ("prompt", "question", "instruction", "input") if name in texts), None
    )
    if ends := dialogue(values, ("chosen",)):
        name = f"chosen/rejected as messages ({ends.role}/{ends.text})"
        return Preference(name, chosen, prompt, None if prompt else turns or ends, ends)
    if isinstance(value, Mapping):
        key = next((text for _, text in TURN_KEYS if text in value), None)
        if key is None:
            return None
        chosen = Path("chosen", (key,))
    elif isinstance(value, list):
        return None
    return Preference("chosen/rejected as text", chosen, prompt, None if prompt else turns)


def dialogue(values: Mapping[str, Any], names: Sequence[str]) -> Dialogue | None:
    for column in names:
        turns = values.get(column)
        if isinstance(turns, list) and turns and isinstance(turns[0], Mapping):
            for role, text in TURN_KEYS:
                if role in turns[0] and text in turns[0]:
                    kind = {("role", "content"): "messages", ("from", "value"): "ShareGPT"}.get(
                        (role, text), "dialogue"
                    )
                    return Dialogue(f"{kind} ({column}: {role}/{text})", column, role, text)
    return None


def seeds(values: Mapping[str, Any], texts: set[str]) -> Columns | None:
    """Self-Instruct's seed tasks: an instruction and a list of instances."""
    instances = values.get("instances")
    is_seeds = isinstance(instances, list) and instances and isinstance(instances[0], Mapping)
    if "instruction" not in texts or not is_seeds:
        return None
    return Columns(
        "Self-Instruct seeds (instruction, instances[0])",
        (Path("instruction"),),
        (Path("instances", (0, "output")),),
        Path("instances", (0, "input")),
    )


def alpaca(texts: set[str]) -> Columns | None:
    if "instruction" not in texts:
        return None
    extra = next((name for name in ("input", "context") if name in texts), None)
    # GPT-4's answers under 'response' stand beside a copy of them under 'output' in some files.
    response = next((name for name in ("output", *RESPONSES) if name in texts), None)
    parts = [name for name in ("instruction", extra, response) if name]
    return Columns(
        f"Alpaca ({'/'.join(parts)})",
        (Path("instruction"),),
        (Path(response),) if response else (),
        Path(extra) if extra else None,
    )


def pair(texts: set[str]) -> Columns | None:
    for name, (prompt, responses) in PAIRS.items():
        response = next((one for one in responses if one in texts and one != prompt), None)
        if prompt in texts and response:
            exact = f"{prompt}/{response}"
            return Columns(exact if exact != name else name, (Path(prompt),), (Path(response),))
    prompt_alone = next((one for one, _ in PAIRS.values() if one in texts), None)
    return Columns(f"prompts ({prompt_alone})", (Path(prompt_alone),)) if prompt_alone else None


def lists(values: Mapping[str, Any]) -> Alternating | None:
    for names, answered in ((ALTERNATING, True), (USER_TURNS, False)):
        for column in names:
            value = values.get(column)
            if isinstance(value, list) and value and isinstance(value[0], str):
                said = "user and assistant by turns" if answered else "turns of the user"
                return Alternating(f"{said} ({column})", column, answered)
    return None


def plain(texts: set[str]) -> Columns | None:
    name = next((one for one in TEXTS if one in texts), None)
    return Columns(f"plain text ({name})", (Path(name),)) if name else None
