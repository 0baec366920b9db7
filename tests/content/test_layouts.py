"""Layouts recognised without being told, and those that the user names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llmlineage.content.layouts import ALONE, FOLDS, IN_TEMPLATE, INPUT_FIRST, columns_layout
from llmlineage.content.paths import Path as Place
from llmlineage.content.recognise import recognise
from llmlineage.content.rows import Collection, Options
from llmlineage.errors import DataError
from tests.content.rows import write


def turns(*said: tuple[str, Any], role: str = "role", text: str = "content") -> list[dict[str, Any]]:
    return [{role: who, text: what} for who, what in said]


ASKED = turns(
    ("system", "Be brief."), ("user", "Q1"), ("assistant", "A1"), ("user", "Q2"), ("assistant", "A2")
)
SHARED = turns(("human", "Q1"), ("gpt", "A1"), ("human", "Q2"), role="from", text="value")
PARTS: Any = [{"type": "text", "text": "Q1"}, {"type": "image"}, {"type": "text", "text": "more"}]
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
    ("HumanEval", {"task_id": "t", "prompt": "Q1", "canonical_solution": "A1", "test": "t"}, "Q1", "A1"),
    ("MBPP", {"text": "Q1", "code": "A1", "task_id": 1}, "Q1", "A1"),
    ("Arena-Hard", {"question_id": "x", "turns": [{"content": "Q1"}, {"content": "Q2"}]}, "Q1", None),
    ("WizardLM", {"idx": 1, "Skill": "Math", "Instruction": "Q1"}, "Q1", None),
    ("SVAMP", {"Body": "B1", "Question": "Q1", "Answer": 3.0, "Type": "x"}, "B1\nQ1", "3"),
    ("FLASK", {"question_id": 1, "text": "Q1", "task": "Self-instruct", "answer": "A1"}, "Q1", "A1"),
    ("TruthfulQA", {"Type": "x", "Question": "Q1", "Best Answer": "A1", "Source": "s"}, "Q1", "A1"),
    ("names in capitals", {"INSTRUCTION": "Q1", "RESPONSE": "A1", "SOURCE": "s"}, "Q1", "A1"),
    ("ShareGPT in capitals", {"Conversations": SHARED}, "Q1", "A1"),
    ("KTO", {"prompt": "Q1", "completion": "A1", "label": False}, "Q1", "A1"),
    ("KTO as messages", {"prompt": CHOSEN[:1], "completion": CHOSEN[1:], "label": True}, "Q1", "good"),
    ("steps", {"prompt": "Q1", "completions": ["A1", "A2"], "labels": [True, False]}, "Q1", "A1\nA2"),
    ("PRM800K", {"question": {"problem": "Q1"}, "label": {"steps": [1]}}, "Q1", None),
    ("ARC", {"question": {"stem": "Q1", "choices": [{"text": "x"}]}, "answerKey": "C"}, "Q1", "C"),
    ("HC3", {"question": "Q1", "human_answers": ["A1", "A2"], "chatgpt_answers": []}, "Q1", "A1"),
    ("xLAM", {"query": "Q1", "answers": '[{"name": "look"}]', "tools": "[]"}, "Q1", '[{"name": "look"}]'),
    ("MOSS", {"conversation": [{"human": "Q1", "assistant": "A1"}, {"human": "Q2"}]}, "Q1", "A1"),
    ("prompts of turns", {"prompt": ASKED[:2], "reward_model": {"ground_truth": "4"}}, "Q1", None),
    (
        "parts of a message",
        {"messages": turns(("user", PARTS), ("assistant", [{"type": "text", "text": "A1"}]))},
        "Q1\nmore",
        "A1",
    ),
    ("prompts alone", {"prompt": "Q1", "act": "Linux"}, "Q1", None),
    ("plain text", {"text": "Q1"}, "Q1", None),
]


@pytest.mark.parametrize(
    ("row", "prompt", "response"), [one[1:] for one in LAYOUTS], ids=[one[0] for one in LAYOUTS]
)
@pytest.mark.parametrize("suffix", ["jsonl", "json", "parquet"])
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


def test_nothing_is_made_of_columns_that_say_nothing() -> None:
    assert recognise([{"id": 1, "score": 0.5}]) is None
    assert recognise([{}]) is None


TOOLS: list[dict[str, Any]] = [
    {"role": "user", "content": "Q"},
    {"role": "assistant", "content": None, "tool_calls": [{"name": "look"}]},
    {"role": "tool", "content": "T"},
    {"role": "assistant", "content": "", "tool_calls": [{"name": "look"}]},
    {"role": "tool", "content": "T"},
    {"role": "assistant", "content": "A"},
    {"role": "user", "content": "R"},
    {"role": "assistant", "content": None, "tool_calls": [{"name": "look"}]},
]


@pytest.mark.parametrize("suffix", ["jsonl", "json", "parquet"])
def test_an_answer_is_what_was_said_not_the_call_of_a_tool(tmp_path: Path, suffix: str) -> None:
    file = write(tmp_path / f"rows.{suffix}", [{"messages": TOOLS}])
    (frame,) = Collection(str(file), Options(turns=True)).texts()
    assert frame.rows() == [(0, "Q", "A"), (0, "R", None)]


@pytest.mark.parametrize(
    ("row", "pairs"),
    [
        ({"data": ["Q1", "A1", "Q2", "A2"]}, [("Q1", "A1"), ("Q2", "A2")]),
        ({"data": ["Q1", "A1", "Q2"]}, [("Q1", "A1"), ("Q2", None)]),
        ({"turns": ["Q1", "Q2"]}, [("Q1", None), ("Q2", None)]),
        ({"conversations": SHARED}, [("Q1", "A1"), ("Q2", None)]),
        ({"conversations": SHARED[1:]}, [("Q2", None)]),
        ({"prompt": "Q1", "chosen": CHOSEN, "rejected": CHOSEN}, [("Q1", "good")]),
        ({"instruction": "Q1", "output": "A1"}, [("Q1", "A1")]),
    ],
)
def test_every_turn_of_the_user_goes_with_its_answer(
    tmp_path: Path, row: dict[str, Any], pairs: list[tuple[str, str | None]]
) -> None:
    (frame,) = Collection(str(write(tmp_path / "rows.jsonl", [row, row])), Options(turns=True)).texts()
    assert frame.rows() == [(number, *pair) for number in range(2) for pair in pairs]


@pytest.mark.parametrize("suffix", ["jsonl", "json", "parquet"])
@pytest.mark.parametrize(
    "row",
    [
        {"messages": ASKED},
        {"data": ["Q", "A"]},
        {"turns": ["Q"]},
        {"chosen": CHOSEN, "rejected": CHOSEN},
        {"instruction": "Q", "instances": [{"input": "i", "output": "A"}]},
    ],
    ids=lambda row: next(iter(row)),
)
def test_lists_that_are_empty_or_missing_hold_no_text(
    tmp_path: Path, row: dict[str, Any], suffix: str
) -> None:
    rows = [row, {name: [] if isinstance(value, list) else None for name, value in row.items()}]
    rows += [dict.fromkeys(row), row]
    collection = Collection(str(write(tmp_path / f"rows.{suffix}", rows)))
    found = [cells for frame in collection.texts() for cells in frame.rows()]
    full = [cells for cells in found if cells[0] in (0, 3)]
    assert len(full) == 2 and full[0][1:] == full[1][1:] and full[0][1] is not None
    assert all(cells[1:] == (None, None) for cells in found if cells not in full)
    assert collection.rows == 4


def test_turns_that_are_no_turns_are_passed_over(tmp_path: Path) -> None:
    strange: list[Any] = [
        None,
        3,
        "text",
        {"role": "user"},
        {"role": "USER", "content": "Q"},
        {"content": "x"},
    ]
    rows = [{"messages": CHOSEN}, {"messages": strange}, {"messages": "text"}, {"messages": {"role": "user"}}]
    (frame,) = Collection(str(write(tmp_path / "rows.jsonl", rows)), Options(turns=True)).texts()
    assert frame.rows() == [(0, "Q1", "good"), (1, None, None), (1, "Q", None)]


@pytest.mark.parametrize("way", FOLDS)
def test_an_input_is_folded_in_each_of_the_usual_ways(tmp_path: Path, way: str) -> None:
    rows = [{"instruction": "Do\nit", "input": "It", "output": "A"}, {"instruction": "Do", "output": "A"}]
    file = write(tmp_path / "rows.jsonl", rows)
    (frame,) = Collection(str(file), Options(folds=(way,))).normalised()
    head = "below is an instruction that describes a task"
    paired = f"{head}, paired with an input that provides further context"
    asked = "write a response that appropriately completes the request. ### instruction:"
    expected = {
        ALONE: ["do it", "do"],
        INPUT_FIRST: ["it do it", "do"],
        IN_TEMPLATE: [
            f"{paired}. {asked} do it ### input: it ### response:",
            f"{head}. {asked} do ### response:",
        ],
    }
    assert frame["prompt"].to_list() == ["do it it", "do"]
    assert frame[f"prompt:{way}"].to_list() == expected[way]


@pytest.mark.parametrize("suffix", ["jsonl", "json", "parquet"])
@pytest.mark.parametrize(
    "place", ["m[7].a", "m[99999999999999999999].a", "m.a", "m[0].b", "m[0].a.c", "n[0]", "n.a"]
)
def test_a_place_that_no_row_has_holds_no_text(tmp_path: Path, suffix: str, place: str) -> None:
    file = write(tmp_path / f"rows.{suffix}", [{"m": [{"a": "Q"}], "n": "Q"}] * 2)
    with pytest.raises(DataError, match="holds no text, in any row"):
        list(Collection(str(file), Options(place)).texts())


@pytest.mark.parametrize("suffix", ["jsonl", "json", "parquet"])
@pytest.mark.parametrize(
    ("prompt", "response"),
    [("m", "m[0].a"), ("m[0]", "m[1].a"), ("m.a", "m[0].a"), ("m[0].a+m", None), ("m[0].a", "m[0]")],
)
def test_places_of_which_one_is_part_of_the_other_are_refused(
    tmp_path: Path, suffix: str, prompt: str, response: str | None
) -> None:
    file = write(tmp_path / f"rows.{suffix}", [{"m": [{"a": "Q"}, {"a": "A"}]}])
    with pytest.raises(DataError, match="cannot both be texts of one row"):
        list(Collection(str(file), Options(prompt, response)).texts())


@pytest.mark.parametrize("suffix", ["jsonl", "json", "parquet"])
def test_places_in_one_column_are_read_side_by_side(tmp_path: Path, suffix: str) -> None:
    file = write(tmp_path / f"rows.{suffix}", [{"m": [{"a": "Q", "b": "more"}, {"a": "A", "b": ""}]}])
    (frame,) = Collection(str(file), Options("m[0].a+m[0].b", "m[1].a")).texts()
    assert frame.rows() == [(0, "Q\nmore", "A")]


@pytest.mark.parametrize("text", ["", "a..b", "a+", "a[", "a[]", "a[-1]", "a]", "[0].a", "a."])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        columns_layout(text, None, ["a"])


def test_a_column_of_that_very_name_comes_before_any_path() -> None:
    for name in ("a.b", "a+b", "a[0]", "+"):
        assert columns_layout(name, None, [name, "a"]).prompt == (Place(name),)


CHATS = {
    "ChatML": "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nQ1<|im_end|>\n"
    "<|im_start|>assistant\nA1<|im_end|>\n<|im_start|>user\nQ2<|im_end|>\n<|im_start|>assistant\nA2<|im_end|>",
    "Llama 3": "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
    "<|start_header_id|>user<|end_header_id|>\n\nQ1<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
    "A1<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nQ2<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\nA2<|eot_id|>",
    "Llama 2": "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nQ1 [/INST] A1 </s><s>[INST] Q2 [/INST] A2 </s>",
    "Mistral": "<s>[INST] Q1 [/INST] A1</s>[INST] Q2 [/INST] A2</s>",
    "Vicuna": "A chat between a user and an assistant. USER: Q1 ASSISTANT: A1</s>USER: Q2 ASSISTANT: A2</s>",
    "Guanaco": "### Human: Q1### Assistant: A1### Human: Q2### Assistant: A2",
    "Zephyr": "<|system|>\nBe brief.</s>\n<|user|>\nQ1</s>\n<|assistant|>\nA1</s>\n"
    "<|user|>\nQ2</s>\n<|assistant|>\nA2",
    "Gemma": "<bos><start_of_turn>user\nQ1<end_of_turn>\n<start_of_turn>model\nA1<end_of_turn>\n"
    "<start_of_turn>user\nQ2<end_of_turn>\n<start_of_turn>model\nA2<end_of_turn>",
    "Baize": "The conversation between human and AI.\n[|Human|] Q1\n[|AI|] A1\n[|Human|] Q2\n[|AI|] A2\n",
    "Glaive": "USER: Q1\n\n\nASSISTANT: A1 <|endoftext|>\n\n\nFUNCTION RESPONSE: {}\n\n\n"
    "USER: Q2\n\nASSISTANT: A2",
}


@pytest.mark.parametrize("chat", CHATS.values(), ids=CHATS)
def test_a_template_in_a_text_is_taken_apart_into_turns(tmp_path: Path, chat: str) -> None:
    file = write(tmp_path / "rows.jsonl", [{"text": chat}, {"text": chat}, {"text": "Q3"}])
    for option, pairs in ((False, [("Q1", "A1")]), (True, [("Q1", "A1"), ("Q2", "A2")])):
        (frame,) = Collection(str(file), Options(turns=option)).texts()
        expected = [(row, *pair) for row in range(2) for pair in pairs]
        assert frame.rows() == [*expected, (2, "Q3", None)]


def test_alpacas_template_in_a_text_gives_the_prompt_that_its_columns_give(tmp_path: Path) -> None:
    head = "Below is an instruction that describes a task.\n\n### Instruction:\nQ1\n\n"
    rows = [{"text": f"{head}### Input:\nmore\n\n### Response:\nA1"}, {"text": f"{head}### Response:\nA1"}]
    (frame,) = Collection(str(write(tmp_path / "rows.jsonl", rows))).texts()
    assert frame.rows() == [(0, "Q1\nmore", "A1"), (1, "Q1", "A1")]


@pytest.mark.parametrize("text", ["The user: he asked.", "A model of [INST] is this", "Plain words.", ""])
def test_texts_that_only_speak_of_templates_are_left_whole(tmp_path: Path, text: str) -> None:
    rows = [{"text": text or "x"}, {"text": "Some other words that say nothing."}, {"text": "And more."}]
    (frame,) = Collection(str(write(tmp_path / "rows.jsonl", rows))).texts()
    assert frame["prompt"].to_list() == [row["text"] for row in rows]


THOUGHTS = {
    "<think>": "<think>\nHm.\n</think>\n\nA1",
    "only its end": "Hm.\n</think>\n\nA1",
    "OpenThoughts": "<|begin_of_thought|>\n\nHm.\n\n<|end_of_thought|>\n\n<|begin_of_solution|>\n\nA1\n\n"
    "<|end_of_solution|>",
}


@pytest.mark.parametrize("said", THOUGHTS.values(), ids=THOUGHTS)
def test_what_an_answer_thought_before_is_a_field_of_its_own(tmp_path: Path, said: str) -> None:
    rows = [{"prompt": "Q1", "completion": said}, {"prompt": "Q2", "completion": "A2"}]
    file = write(tmp_path / "rows.jsonl", rows)
    (frame,) = Collection(str(file)).normalised()
    assert frame["response"].to_list() == ["a1", "a2"]
    assert frame["reasoning"].to_list() == ["hm.", None]
    (frame,) = Collection(str(file), Options("prompt", "completion")).texts()
    assert frame["response"].to_list() == [said, "A2"]  # as it was named


def test_a_column_of_thoughts_is_a_field_of_its_own(tmp_path: Path) -> None:
    rows = [{"Question": "Q1", "Complex_CoT": "Hm.", "Response": "A1"}]
    (frame,) = Collection(str(write(tmp_path / "rows.jsonl", rows))).normalised()
    assert frame.rows() == [(0, "q1", "a1", "hm.")]


MMLU = 'What is the square root of {n}?,one,"two, or so",three,four,{letter}\n'


def test_choices_without_a_header_are_told_by_their_shape(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("".join(MMLU.format(n=n, letter="ABCD"[n % 4]) for n in range(9)))
    collection = Collection(str(tmp_path / "rows.csv"))
    (frame,) = collection.texts()
    assert frame.row(2) == (2, "What is the square root of 2?", "C")
    assert collection.layouts == ["no header; by their shape col0 as the prompt, col5 as the response"]


def test_texts_without_a_header_are_told_by_their_shape(tmp_path: Path) -> None:
    line = "Does the thing number {n} swim?\tyes\tThe thing number {n} swims, since it was seen to.\n"
    (tmp_path / "rows.tsv").write_text("".join(line.format(n=n) for n in range(9)))
    (frame,) = Collection(str(tmp_path / "rows.tsv")).texts()
    assert frame.row(1) == (
        1,
        "Does the thing number 1 swim?",
        "The thing number 1 swims, since it was seen to.",
    )


def test_numbers_without_a_header_are_no_texts(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("1,2,3\n4,5,6\n")
    with pytest.raises(DataError, match="no known layout among the columns 'col0', 'col1', 'col2'"):
        list(Collection(str(tmp_path / "rows.csv")).texts())


@pytest.mark.parametrize("suffix", ["jsonl", "json", "parquet"])
def test_lists_of_lists_are_no_texts(tmp_path: Path, suffix: str) -> None:
    for row in ({"turns": [["Q1"]]}, {"messages": [["Q1", "A1"]]}, {"prompt": [["Q1"]], "chosen": [["A1"]]}):
        with pytest.raises(DataError, match="no known layout among the columns"):
            list(Collection(str(write(tmp_path / f"rows.{suffix}", [row] * 2))).texts())
