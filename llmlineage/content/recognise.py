"""Which layout rows have, told by the names of their columns and by what stands in them.

Names count in any case, and with a space or a hyphen for an underscore: ``Best Answer`` is ``best_answer``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from llmlineage.content.layouts import (
    Alternating,
    Columns,
    Dialogue,
    Exchanges,
    Layout,
    Preference,
    Renamed,
    Steps,
)
from llmlineage.content.paths import Path
from llmlineage.content.shapes import headless
from llmlineage.content.templates import COLUMNS, Chat, template_of

# Columns that are dialogues, and the pairs of keys of their turns: who speaks, and what is said.
DIALOGUES = (
    "messages", "conversations", "conversation", "dialogue", "dialog", "chat", "history", "trajectory",
)  # fmt: skip
# A prompt that is itself a list of turns.
PROMPTS = ("prompt", "prompts", "input", "context", "query", "question")
TURN_KEYS = (
    ("role", "content"), ("from", "value"), ("role", "value"), ("from", "content"), ("role", "text"),
    ("speaker", "text"), ("speaker", "content"), ("speaker", "utterance"), ("author", "content"),
    ("author", "text"), ("role", "message"),
)  # fmt: skip
# Exchanges: what was asked and what was answered, in one struct.
EXCHANGE_KEYS = (
    ("human", "assistant"), ("user", "assistant"), ("question", "answer"), ("prompt", "response"),
    ("input", "output"), ("instruction", "output"), ("user", "bot"), ("human", "bot"),
)  # fmt: skip
# Texts that alternate between user and assistant; and texts that are all the user's.
ALTERNATING, USER_TURNS = ("data",), ("turns", "questions", "prompts")
RESPONSES = (
    "output", "response", "completion", "answer", "solution", "generated_solution", "answers", "target",
    "targets", "std_answer", "output_text", "assistant", "generation", "canonical_solution",
    "reference_solution", "best_answer", "correct_answer", "ground_truth_answer", "gold_answer",
    "reference_answer", "ideal_answer", "final_answer", "human_answers", "model_answer", "model_response",
    "model_output", "chatgpt_answer", "gpt4_answer", "gpt_answer", "reference_code", "code", "ideal", "reply",
    "responses", "outputs", "completions", "generations", "expected_output", "output_1", "response_1",
    "answerkey", "chosen_response", "gold",
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
    "human/assistant": ("human", ("assistant", *RESPONSES)),
    "user_prompt/response": ("user_prompt", RESPONSES),
    "instructions/response": ("instructions", RESPONSES),
    "problem_statement/solution": ("problem_statement", RESPONSES),
    "goal/target": ("goal", ("target",)),
}
# Texts that are a prompt where an answer stands beside them, and plain text where none does.
BESIDE = {
    "text": (
        "answer",
        "code",
        "response",
        "completion",
        "output",
        "canonical_solution",
        "solution",
        "target",
    ),
    "document": ("summary",),
    "article": ("highlights", "summary", "abstract"),
    "dialogue": ("summary",),
    "premise": ("hypothesis",),
    "chat": ("response",),
    "title": ("answer",),
}
TEXTS = ("text", "content", "data", "document", "article", "passage", "sentence", "code", "body", "task")
# The better of two answers, where it has not the name ``chosen``.
CHOSEN = (
    "chosen",
    "chosen_messages",
    "chosen_response",
    "chosen_completion",
    "better_response",
    "preferred",
    "accepted",
    "win",
)
# A question in a struct: where its text stands.
QUESTION_KEYS = ("stem", "text", "problem", "question", "content")
# The names under which a row keeps what its answer thought before.
REASONING = (
    "reasoning", "reasoning_content", "thinking", "think", "thought", "deepseek_reasoning", "cot",
    "chain_of_thought", "complex_cot", "thinking_trajectory",
)  # fmt: skip


def recognise(rows: Sequence[Mapping[str, Any]]) -> Layout | None:
    """The layout of these first rows; None where none is known."""
    if without_names := headless(rows):
        return without_names
    written = values_by_column(rows)
    names = our_names(written)
    values = {names[name]: value for name, value in written.items() if name in names}
    ours = [{names[name]: value for name, value in row.items() if name in names} for row in rows]
    found = reasoned(named(ours, values), values)
    differ = tuple((theirs, name) for theirs, name in names.items() if theirs != name)
    return Renamed(found, differ) if found and any(name in found.schema for _, name in differ) else found


def named(rows: Sequence[Mapping[str, Any]], values: Mapping[str, Any]) -> Layout | None:
    texts = {name for name, value in values.items() if not isinstance(value, (list, Mapping))}
    return (
        preference(values, texts)
        or kto(values)
        or steps(values, texts)
        or dialogue(values, DIALOGUES)
        or exchanges(values)
        or seeds(values, texts)
        or chat(rows, texts)
        or alpaca(values, texts)
        or story(values, texts)
        or pair(values, texts)
        or dialogue(values, PROMPTS)
        or lists(values)
        or plain(texts)
    )


def reasoned(layout: Layout | None, values: Mapping[str, Any]) -> Layout | None:
    """The layout, with the column that holds what the answer thought before, where there is one."""
    if not isinstance(layout, Columns) or not layout.response:
        return layout
    taken = {path.column for path in (*layout.prompt, *layout.response)}
    column = next((name for name in REASONING if isinstance(values.get(name), str)), None)
    if column is None or column in taken:
        return layout
    return replace(layout, name=f"{layout.name}, {column} apart", reasoning=Path(column))


def our_names(names: Sequence[str] | Mapping[str, Any]) -> dict[str, str]:
    """Each column beside the name that it counts as; of several that count as one, the plainest."""
    found: dict[str, str] = {}
    for name in sorted(names, key=lambda name: name != plainly(name)):
        if plainly(name) not in found.values():
            found[name] = plainly(name)
    return found


def plainly(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def values_by_column(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A value of each column: the first that is not empty."""
    values: dict[str, Any] = {}
    for row in rows:
        for name, value in row.items():
            if values.get(name) in (None, "", []):
                values[name] = value
    return values


def preference(values: Mapping[str, Any], texts: set[str]) -> Layout | None:
    column = next((name for name in CHOSEN if name in values), None)
    if column is None:
        return None
    turns = dialogue(values, DIALOGUES) or dialogue(values, ("prompt",))
    chosen, value = Path(column), values[column]
    prompt = next(
        (Path(name) for name in ("prompt", "question", "instruction", "input", "query") if name in texts),
        None,
    )
    said = "chosen/rejected" if column == "chosen" else column
    if ends := dialogue(values, (column,)):
        name = f"{said} as messages ({ends.role}/{ends.text})"
        return Preference(name, chosen, prompt, None if prompt else turns or ends, ends)
    if isinstance(value, Mapping):
        key = next((text for _, text in TURN_KEYS if text in value), None)
        if key is None:
            return None
        chosen = Path(column, (key,))
    elif isinstance(value, list):
        return None
    if column != "chosen" and not (prompt or turns):
        return None
    return Preference(f"{said} as text", chosen, prompt, None if prompt else turns)


def kto(values: Mapping[str, Any]) -> Layout | None:
    """A prompt and a completion that are both turns: KTO with its label, and prompts with completions."""
    asked = dialogue(values, ("prompt",))
    if asked is None:
        return None
    for column in ("completion", "response", "answer"):
        if ends := dialogue(values, (column,)):
            said = "KTO" if "label" in values else "prompt/completion"
            return Preference(
                f"{said} as messages ({ends.role}/{ends.text})", Path(column), None, asked, ends
            )
    return None


def steps(values: Mapping[str, Any], texts: set[str]) -> Layout | None:
    """Step-wise reward data: a prompt, the steps of an answer, and a label for each."""
    prompt = next((name for name in ("prompt", "question", "problem", "instruction") if name in texts), None)
    for column, labels in (("completions", "labels"), ("steps", "labels"), ("steps", "ratings")):
        if prompt and is_texts(values.get(column)) and isinstance(values.get(labels), list):
            return Steps(f"steps of an answer with a label each ({prompt}/{column})", Path(prompt), column)
    question = values.get("question")
    if isinstance(question, Mapping) and "problem" in question and isinstance(values.get("label"), Mapping):
        said = "steps of an answer with a rating each (question.problem)"
        return Columns(said, (Path("question", ("problem",)),))
    return None


def is_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


def dialogue(values: Mapping[str, Any], names: Sequence[str]) -> Dialogue | None:
    for column in names:
        turns = values.get(column)
        if isinstance(turns, list) and turns and isinstance(turns[0], Mapping):
            for role, text in TURN_KEYS:
                if role in turns[0] and any(isinstance(turn, Mapping) and text in turn for turn in turns):
                    kind = {("role", "content"): "messages", ("from", "value"): "ShareGPT"}.get(
                        (role, text), "dialogue"
                    )
                    return Dialogue(f"{kind} ({column}: {role}/{text})", column, role, text)
    return None


def exchanges(values: Mapping[str, Any]) -> Exchanges | None:
    for column in (*DIALOGUES, "turns", "rounds", "examples", "qas"):
        turns = values.get(column)
        if isinstance(turns, list) and turns and isinstance(turns[0], Mapping):
            for user, assistant in EXCHANGE_KEYS:
                if user in turns[0] and assistant in turns[0]:
                    return Exchanges(f"exchanges ({column}: {user}/{assistant})", column, user, assistant)
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


def chat(rows: Sequence[Mapping[str, Any]], texts: set[str]) -> Chat | None:
    """A whole dialogue in one text, where no answer stands in a column of its own."""
    if texts & set(RESPONSES) - {"target", "code"} or "instruction" in texts:
        return None
    for column in COLUMNS:
        if column in texts:
            found = template_of(value for row in rows if isinstance(value := row.get(column), str))
            if found:
                return Chat(f"chats in one text ({column}: {found.name})", column, found.name)
    return None


def alpaca(values: Mapping[str, Any], texts: set[str]) -> Columns | None:
    if "instruction" not in texts:
        return None
    extra = next((name for name in ("input", "context") if name in texts), None)
    # GPT-4's answers under 'response' stand beside a copy of them under 'output' in some files.
    response = response_of(("output", *RESPONSES), values, texts)
    parts = ["instruction", *([extra] if extra else []), *([str(response)] if response else [])]
    return Columns(
        f"Alpaca ({'/'.join(parts)})",
        (Path("instruction"),),
        (response,) if response else (),
        Path(extra) if extra else None,
    )


def response_of(
    names: Sequence[str], values: Mapping[str, Any], texts: set[str], but: str = ""
) -> Path | None:
    """The first of these columns: a text, the first of a list of texts, or the texts of a struct."""
    for name in names:
        if name == but or name not in values:
            continue
        value = values[name]
        if name in texts:
            return Path(name)
        if is_texts(value):
            return Path(name, (0,))
        if isinstance(value, Mapping) and isinstance(value.get("text"), str):
            return Path(name, ("text",))
        if isinstance(value, Mapping) and is_texts(value.get("text")):
            return Path(name, ("text", 0))
    return None


def story(values: Mapping[str, Any], texts: set[str]) -> Columns | None:
    """A question below the story that it is about, as SVAMP has it."""
    if not {"body", "question"} <= texts:
        return None
    answer = response_of(RESPONSES, values, texts)
    said = "/".join(["body+question", *([str(answer)] if answer else [])])
    return Columns(said, (Path("body"), Path("question")), (answer,) if answer else ())


def pair(values: Mapping[str, Any], texts: set[str]) -> Columns | None:
    alone = None
    for name, (column, responses) in PAIRS.items():
        prompt = prompt_at(column, values, texts)
        if prompt is None:
            continue
        response = response_of(responses, values, texts, but=column)
        if response:
            exact = f"{prompt}/{response}"
            return Columns(exact if exact != name else name, (prompt,), (response,))
        alone = alone or prompt
    for column, responses in BESIDE.items():
        response = response_of(responses, values, texts) if column in texts and not alone else None
        if response:
            return Columns(f"{column}/{response}", (Path(column),), (response,))
    return Columns(f"prompts ({alone})", (alone,)) if alone else None


def prompt_at(column: str, values: Mapping[str, Any], texts: set[str]) -> Path | None:
    if column in texts:
        return Path(column)
    value = values.get(column)
    if isinstance(value, Mapping):
        key = next((key for key in QUESTION_KEYS if isinstance(value.get(key), str)), None)
        return Path(column, (key,)) if key else None
    return None


def lists(values: Mapping[str, Any]) -> Alternating | None:
    for names, answered in ((ALTERNATING, True), (USER_TURNS, False)):
        for column in names:
            value = values.get(column)
            if not isinstance(value, list) or not value:
                continue
            said = "user and assistant by turns" if answered else "turns of the user"
            if isinstance(value[0], str):
                return Alternating(f"{said} ({column})", column, answered)
            key = next((key for key in ("content", "text") if is_struct_of(value[0], key)), "")
            if key and not answered:
                return Alternating(f"{said} ({column}[].{key})", column, answered, key)
    return None


def is_struct_of(value: Any, key: str) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get(key), str)


def plain(texts: set[str]) -> Columns | None:
    name = next((one for one in TEXTS if one in texts), None)
    return Columns(f"plain text ({name})", (Path(name),)) if name else None
