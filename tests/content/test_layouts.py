"""Layouts recognised without being told, and those that the user names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llmlineage.content.layouts import recognise
from llmlineage.content.paths import Path as Place
from llmlineage.content.rows import Collection, Options
from llmlineage.errors import DataError
from tests.content.rows import write


def turns(*said: tuple[str, str], role: str = "role", text: str = "content") -> list[dict[str, str]]:
    return [{role: who, text: what} for who, what in said]


ASKED = turns(
    ("system", "Be brief."), ("user", "Q1"), ("assistant", "A1"), ("user", "Q2"), ("assistant", "A2")
)
SHARED = turns(("human", "Q1"), ("gpt", "A1"), ("human", "Q2"), role="from", text="value")
CHOSEN = turns(("user", "Q1"), ("assistant", "good"))
HUMAN = "\n\nHuman: Q1\n\nAssistant: A1\n\nHuman: Q2\n\nAssistant: A2"

LAYOUTS: list[tuple[str, dict[str, Any], str | None, str | None]] = [
    ("Alpaca", {"instruction": "Q1", "input": "more", "output": "A1"}, "Q1\nmore", "A1"),
    ("Alpaca without input", {"instruction": "Q1", "output": "A1"}, "Q1", "A1"),
    ("Dolly", {"instruction": "Q1", "context": "more", "response": "A1", "category": "x"}, "Q1\nmore", "A1"),
    (
        "seeds",
        {"instruction": "Q1", "instances": [{"input": "i", "output": "A1"}], "name": "n"},
        "Q1\ni",
        "A1",
    ),
    ("prompt/completion", {"prompt": "Q1", "completion": "A1"}, "Q1", "A1"),
    ("question/answer", {"question": "Q1", "answer": "A1", "id": 3}, "Q1", "A1"),
    ("Orca", {"system_prompt": "Be brief.", "question": "Q1", "response": "A1"}, "Q1", "A1"),
    ("query/response", {"query": "Q1", "response": "A1", "original_question": "Q0"}, "Q1", "A1"),
    ("problem/solution", {"problem": "Q1", "solution": "A1"}, "Q1", "A1"),
    ("FLAN", {"inputs": "Q1", "targets": "A1", "task": "t"}, "Q1", "A1"),
    ("CAMEL", {"message_1": "Q1", "message_2": "A1", "role_1": "x"}, "Q1", "A1"),
    ("ShareGPT", {"conversations": SHARED, "id": "x"}, "Q1", "A1"),
    ("messages", {"messages": ASKED}, "Q1", "A1"),
    ("UltraChat", {"data": ["Q1", "A1", "Q2", "A2"], "id": "0"}, "Q1", "A1"),
    ("MT-bench", {"turns": ["Q1", "Q2"], "question_id": 81}, "Q1", None),
    ("pairs as messages", {"prompt": "Q1", "chosen": CHOSEN, "rejected": CHOSEN}, "Q1", "good"),
    ("pairs as messages alone", {"chosen": CHOSEN, "rejected": CHOSEN}, "Q1", "good"),
    ("pairs as text", {"prompt": "Q1", "chosen": "good", "rejected": "bad"}, "Q1", "good"),
    (
        "pairs after messages",
        {"prompt": ASKED[:2], "chosen": CHOSEN[1:], "rejected": CHOSEN[1:]},
        "Q1",
        "good",
    ),
    ("transcripts", {"chosen": HUMAN, "rejected": HUMAN}, "Q1", HUMAN),
    (
        "pair below a dialogue",
        {"conversations": SHARED, "chosen": {"from": "gpt", "value": "good"}},
        "Q1",
        "good",
    ),
    ("prompts alone", {"prompt": "Q1", "act": "Linux"}, "Q1", None),
    ("plain text", {"text": "Q1"}, "Q1", None),
]


@pytest.mark.parametrize(
    ("row", "prompt", "response"), [one[1:] for one in LAYOUTS], ids=[one[0] for one in LAYOUTS]
)
@pytest.mark.parametrize("suffix", ["jsonl", "json"])
def test_a_layout_is_recognised(
    tmp_path: Path, row: dict[str, Any], prompt: str | None, response: str | None, suffix: str
) -> None:
    (frame,) = Collection(str(write(tmp_path / f"rows.{suffix}", [row, row]))).texts()
    found = [
        tuple(text.strip() if text and text != HUMAN else text for text in cells)
        for cells in frame.select("prompt", "response").iter_rows()
    ]
    assert found == [(prompt, response)] * 2


@pytest.mark.parametrize(
    ("messages", "first", "all_turns"),
    [
        (ASKED, [("Q1", "A1")], [("Q1", "A1"), ("Q2", "A2")]),
        (ASKED[2:], [("Q2", "A2")], [("Q2", "A2")]),
        (ASKED[:2], [("Q1", None)], [("Q1", None)]),
        (turns(("user", "Q"), ("tool", "T"), ("assistant", "A")), [("Q", "A")], [("Q", "A")]),
        (turns(("user", "Q"), ("user", "R"), ("assistant", "A")), [("Q", None)], [("Q", None), ("R", "A")]),
        ([], [], []),
        (None, [], []),
    ],
)
def test_a_user_turn_goes_with_the_answer_to_it(
    tmp_path: Path, messages: Any, first: list[tuple[str, str]], all_turns: list[tuple[str, str]]
) -> None:
    file = write(tmp_path / "rows.jsonl", [{"messages": messages}, {"messages": CHOSEN}])
    for option, expected in ((False, first), (True, all_turns)):
        (frame,) = Collection(str(file), Options(turns=option)).texts()
        rows = [cells[1:] for cells in frame.select("row", "prompt", "response").iter_rows() if cells[0] == 0]
        assert rows == expected


def test_an_unknown_layout_lists_the_columns(tmp_path: Path) -> None:
    file = write(tmp_path / "rows.jsonl", [{"foo": "Q", "bar": {"deep": ["A"]}}])
    with pytest.raises(DataError, match="columns 'foo', 'bar'; name them with --prompt COLUMN"):
        list(Collection(str(file)).texts())
    (frame,) = Collection(str(file), Options("foo", "bar.deep[0]")).texts()
    assert frame.rows() == [(0, "Q", "A")]


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        ("baz", "has no column 'baz'; found 'foo'"),
        ("[0]", "names no column"),
        ("foo[x", "is no column and no path"),
    ],
)
def test_a_column_that_is_not_there_is_refused(tmp_path: Path, prompt: str, message: str) -> None:
    file = write(tmp_path / "rows.jsonl", [{"foo": "Q"}])
    with pytest.raises(DataError) as caught:
        list(Collection(str(file), Options(prompt)).texts())
    assert message in str(caught.value)


def test_a_named_column_of_nulls_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "rows.jsonl", [{"foo": None, "output": "A"}] * 3)
    with pytest.raises(DataError, match="'foo' holds no text, in any row"):
        list(Collection(str(file), Options("foo", "output")).texts())


def test_columns_are_joined_by_a_plus(tmp_path: Path) -> None:
    file = write(
        tmp_path / "rows.jsonl", [{"a": "Q", "b": "more"}, {"a": "Q", "b": ""}, {"a": None, "b": None}]
    )
    (frame,) = Collection(str(file), Options("a+b")).texts()
    assert frame["prompt"].to_list() == ["Q\nmore", "Q", None]


def test_a_path_is_written_as_it_is_read() -> None:
    for text in ("output", "instances[0].input", "a.b.c", "turns[1]"):
        assert str(Place.parse(text)) == text
    assert Place.parse("a.b", ["a.b"]) == Place("a.b")
    assert Place.parse("a[1].b").find({"a": [{}, {"b": 3}]}) == 3


def test_nothing_is_made_of_columns_that_say_nothing() -> None:
    assert recognise([{"id": 1, "score": 0.5}]) is None
    assert recognise([{}]) is None
