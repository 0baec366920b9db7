"""Whole dialogues in one text: the templates of chats, taken apart into turns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from llmlineage.content.layouts import answered

# Stands before each turn, with the letter of who speaks, once markers are replaced: no text holds it.
BREAK = "\x1e"
USER, ASSISTANT, OTHER = (f"{BREAK}{letter}" for letter in "uao")
ROLES = {"u": "user", "a": "assistant"}


@dataclass(frozen=True)
class Template:
    """``marks`` are patterns, and what each becomes; ``sign`` is a pattern that texts of this kind hold."""

    name: str
    sign: str
    marks: tuple[tuple[str, str], ...]


def roles(
    start: str, end: str, user: str = "user", assistant: str = "assistant"
) -> tuple[tuple[str, str], ...]:
    """The marks of templates that name each turn's role between ``start`` and ``end``."""
    return (
        (rf"{start}(?:{user}){end}", USER),
        (rf"{start}(?:{assistant}){end}", ASSISTANT),
        (rf"{start}[a-zA-Z_]+{end}", OTHER),
    )


def headings(user: str, assistant: str, other: str = "") -> tuple[tuple[str, str], ...]:
    """The marks of templates that name each turn's role at the start of a line."""
    marks = ((rf"(?m)^[ \t]*(?:{user})", USER), (rf"(?m)^[ \t]*(?:{assistant})", ASSISTANT))
    return (*marks, (rf"(?m)^[ \t]*(?:{other})", OTHER)) if other else marks


TEMPLATES = (
    Template(
        "ChatML",
        r"<\|im_start\|>(?:user|human)",
        (*roles(r"<\|im_start\|>", r"\n?", "user|human"), (r"<\|im_end\|>", "")),
    ),
    Template(
        "Llama 3",
        r"<\|start_header_id\|>user<\|end_header_id\|>",
        (
            *roles(r"<\|start_header_id\|>", r"<\|end_header_id\|>"),
            (r"<\|(?:eot_id|begin_of_text|end_of_text|eom_id)\|>", ""),
        ),
    ),
    Template(
        "Llama 2 or Mistral",
        r"\[INST\]",
        (
            (r"(?s)<<SYS>>.*?<</SYS>>", ""),
            (r"\[INST\]", USER),
            (r"\[/INST\]", ASSISTANT),
            (r"</?s>", ""),
        ),
    ),
    Template(
        "Gemma",
        r"<start_of_turn>user",
        (*roles("<start_of_turn>", r"\n?", "user", "model|assistant"), (r"<end_of_turn>|<bos>|<eos>", "")),
    ),
    Template(
        "Zephyr",
        r"<\|(?:user|prompter)\|>",
        (*roles(r"<\|", r"\|>", "user|prompter"), (r"</s>|<\|endoftext\|>", "")),
    ),
    Template("Baize", r"\[\|Human\|\]", roles(r"\[\|", r"\|\]", "Human", "AI")),
    Template(
        "Alpaca template",
        r"(?m)^### ?Instruction:",
        (
            (r"(?m)\n+### ?Input:[ \t]*\n*", "\n"),
            *headings("### ?Instruction:", "### ?(?:Response|Output|Answer):"),
            (r"</s>|<\|endoftext\|>", ""),
        ),
    ),
    Template(
        "Guanaco",
        r"### ?(?:Human|User):",
        (
            *((rf"### ?(?:{who}):", mark) for who, mark in (("Human|User", USER), ("Assistant", ASSISTANT))),
            (r"</s>", ""),
        ),
    ),
    Template(
        "Vicuna",
        r"(?:^|\n|\. |</s>) *(?:USER|Human|User): ?(?s:.*)(?:ASSISTANT|Assistant|AI):",
        (
            (r"\s*\b(?:USER|User|Human):", USER),
            (r"\s*\b(?:ASSISTANT|Assistant|AI):", ASSISTANT),
            (r"(?m)^[ \t]*(?:FUNCTION RESPONSE|SYSTEM|System):", OTHER),
            (r"</s>|<\|endoftext\|>", ""),
        ),
    ),
)
# Where texts that a template was put around stand.
COLUMNS = (
    "text",
    "chat",
    "conversation",
    "conversations",
    "messages",
    "dialogue",
    "content",
    "input",
    "prompt",
)
MOST = 0.6


def template_of(texts: Iterable[str]) -> Template | None:
    """The template that most of these texts hold."""
    column = pl.Series(list(texts), dtype=pl.String).drop_nulls()
    if not len(column):
        return None
    for one in TEMPLATES:
        if float(column.str.contains(one.sign).mean() or 0) >= MOST:  # type: ignore[arg-type]
            return one
    return None


@dataclass(frozen=True)
class Chat:
    """A text in ``column`` that holds a whole dialogue in the template of that name."""

    name: str
    column: str
    template: str

    @property
    def schema(self) -> Mapping[str, Any]:
        return {self.column: pl.String()}

    def texts(self, rows: pl.DataFrame, turns: bool = False) -> pl.DataFrame:
        """Each user turn with its answer. A text without a mark of the template is all prompt."""
        (template,) = (one for one in TEMPLATES if one.name == self.template)
        texts = rows[self.column]
        marked = texts.str.contains(template.sign)
        whole = texts.str.replace_all(BREAK, " ", literal=True)
        for pattern, mark in template.marks:
            whole = whole.str.replace_all(pattern, mark)
        numbers = pl.Series("row", range(len(texts)), dtype=pl.Int64)
        said = (
            pl.DataFrame([numbers, whole.str.split(BREAK).alias("text")])
            .filter(marked.fill_null(False))
            .explode("text")
            .select(
                "row",
                role=pl.col("text")
                .str.head(1)
                .replace_strict(ROLES, default="other", return_dtype=pl.String),
                text=pl.col("text").str.slice(1).str.strip_chars(),
            )
        )
        # What stands before the first mark is nobody's.
        said = said.filter(~pl.col("row").is_first_distinct())
        plain = pl.DataFrame([numbers, texts.alias("prompt")]).filter(~marked.fill_null(False))
        plain = plain.with_columns(response=pl.lit(None, dtype=pl.String))
        return pl.concat([answered(said, turns), plain]).sort("row", maintain_order=True)
