"""What people read is made safe: what would act on a screen, or hide on it, is written out."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmlineage.visible import LONGEST_MESSAGE, brief, calm, is_text, shorten, visible, visible_json

ANY = st.text(st.characters(categories=None), max_size=20)


@pytest.mark.parametrize(
    "text",
    [
        "plain words, 100 % - (of it)", r"C:\new", "数据集　第二版", "مجموعة بيانات", "ערכת נתונים",
        "é ñ e\u0301", "a\xa0b",
        "👨‍👩‍👧 ❤️ 1️⃣ 👍🏽 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇫🇷", "می‌خواهم", "क्‍ष", "ന്‍", "葛󠄀", "├─ · …", "",
    ],
)  # fmt: skip
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("a\bb\x7f", r"a\x08b\x7f"),
        ("a\r\nb\tc\x85d\u2028e", r"a\r\nb\tc\x85d\u2028e"),
        ("\u202eabc\u202c \u2066x\u2069 \u200f", r"\u202eabc\u202c \u2066x\u2069 \u200f"),
        ("al\u200bp\u200da\ufeff\u00ad", r"al\u200bp\u200da\ufeff\xad"),
        ("alpaca\ufe0f \u3164 \U000e0061", r"alpaca\ufe0f \u3164 \U000e0061"),
        ("\ud800", r"\ud800"),
        ("\udcff.yml", r"\xff.yml"),
        ("\0", r"\x00"),
    ],
)
def test_what_acts_or_hides_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(ANY)
def test_nothing_that_acts_is_left_and_twice_is_as_once(text: str) -> None:
    shown = visible(text)
    assert visible(shown) == shown and is_text(shown)
    assert not any(unicodedata.category(one) in ("Cc", "Zl", "Zp", "Cs") for one in shown)
    assert len(shown.splitlines()) <= 1


@given(st.recursive(ANY, lambda inner: st.lists(inner) | st.dictionaries(ANY, inner), max_leaves=6))
def test_json_keeps_the_data_and_is_safe_to_print(value: object) -> None:
    document = visible_json(json.dumps(value, ensure_ascii=False, indent=2))
    assert json.loads(document) == json.loads(json.dumps(value))
    assert all(visible(line) == line for line in document.split("\n"))


def test_json_keeps_ordinary_text_readable() -> None:
    assert visible_json(json.dumps(["数据 é 👩‍🔬"], ensure_ascii=False)) == '["数据 é 👩‍🔬"]'


def test_json_holds_no_command_of_a_ci_system() -> None:
    document = visible_json(json.dumps("##[error]x ##vso[task] ## [1]"))
    assert "##[" not in document and "##vso" not in document
    assert json.loads(document) == "##[error]x ##vso[task] ## [1]"


@pytest.mark.parametrize(
    "line", ["::error::x", "  ::set-output name=a::b", "\u3000::warning::", "a ##[error]b"]
)
def test_no_line_is_a_command_of_a_ci_system(line: str) -> None:
    assert not calm(line).lstrip().startswith("::") and "##[" not in calm(line)


def test_other_lines_keep_their_colons() -> None:
    assert calm("std::vector ## heading") == "std::vector ## heading"


@pytest.mark.parametrize("message", ["x" * 120_000, "x " * 60_000, "\x1b" * 120_000, "\n" * 6000])
def test_a_message_is_cut_and_says_how_long_it_was(message: str) -> None:
    assert len(brief(message)) < LONGEST_MESSAGE + 100
    assert "characters]" in brief(message)
    assert "120,000" in brief("x" * 120_000)


def test_a_cut_message_keeps_its_end() -> None:
    assert brief(f"{'x' * 9000}.yml: is missing").endswith(".yml: is missing")


def test_a_cut_value_says_how_long_it_was() -> None:
    assert shorten("a" * 100) == "a" * 80 + "... (100 characters)"
    assert shorten("数" * 80) == "数" * 80
