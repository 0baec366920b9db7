"""What of a parent came along a step, in a few words."""

from __future__ import annotations

import pytest

from llmlineage.render import words
from tests.render.traces import edge, node


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, ""),
        ({"part": "GPT-4 answers only"}, " (GPT-4 answers only)"),
        ({"split": "train"}, " (train split)"),
        ({"split": "train", "part": "train"}, " (train split)"),
        ({"split": "train", "part": "train, CoT"}, " (train, CoT)"),
        ({"split": "train", "part": "gsm8k (train)"}, " (gsm8k (train))"),
        ({"split": "test", "part": "levels 3 to 5"}, " (levels 3 to 5, test split)"),
        ({"split": "all"}, " (all splits)"),
        ({"takes": ("prompts",)}, " (prompts only)"),
        ({"takes": ("prompts", "labels")}, " (prompts and labels only)"),
        ({"takes": ("none",)}, " (no text taken over)"),
        ({"into": ("prompts",)}, " (as prompts)"),
        ({"without": ("truthful-qa",)}, " (without truthful-qa)"),
        ({"altered": True}, " (text changed)"),
        ({"altered": False}, ""),
        (
            {"part": "code", "takes": ("prompts",), "without": ("a", "b"), "altered": True},
            " (code, prompts only, without a, b, text changed)",
        ),
    ],
)
def test_a_step_says_what_of_the_parent_came(facts: dict[str, object], said: str) -> None:
    assert words.along(edge("x", "includes", "y", **facts)) == said


def test_of_much_that_was_left_out_the_rest_is_counted() -> None:
    step = edge("x", "includes", "y", without=tuple("abcde"))
    assert words.along(step, most=3) == " (without a, b, c and 2 more)"


@pytest.mark.parametrize(
    "facts", [{"part": "answers"}, {"split": "train"}, {"without": ("z",)}], ids=["part", "split", "without"]
)
def test_the_rows_of_the_parent_are_never_those_of_a_part(facts: dict[str, object]) -> None:
    parent = node("y", rows=1_000_000)
    assert words.rows(edge("x", "includes", "y", **facts), parent) == "part of 1,000,000 rows"
    assert words.rows(edge("x", "includes", "y"), parent) == "1,000,000 rows"


@pytest.mark.parametrize(("rows", "said"), [(9, "9 of 12 rows"), (12, "12 rows"), (100, "100 rows")])
def test_no_more_rows_come_of_a_record_than_it_has(rows: int, said: str) -> None:
    assert words.rows(edge("x", "seeded_by", "y", rows=rows), node("y", rows=12)) == said


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        (7_241_732_096, "7.2B"), (7_000_000_000, "7B"), (124_000_000, "124M"), (1_000_000_000_000, "1T"),
        (None, ""),
    ],
)  # fmt: skip
def test_a_size_is_written_as_people_say_it(parameters: int | None, said: str) -> None:
    assert words.size(parameters) == said
