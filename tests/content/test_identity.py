"""When two texts are the same."""

from __future__ import annotations

import unicodedata

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llmlineage.content.identity import PAIR, characters, folded_further, hash_pairs, hashed, normalise


def plainly(text: str) -> str | None:
    """The normalisation in Python's own words."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()) or None


def test_every_character_is_normalised_as_python_does_it() -> None:
    """Alone, between letters, and before a combining accent; those that this Python knows."""
    known = [
        chr(code)
        for code in range(0x110000)
        if not 0xD800 <= code < 0xE000 and unicodedata.category(chr(code)) != "Cn"
    ]
    texts = [text for char in known for text in (char, f"A{char} b", f"x{char}\u0301y")]
    found = normalise(pl.Series(texts)).to_list()
    assert [text for text, one in zip(texts, found, strict=True) if one != plainly(text)] == []


# Characters that meet: sigma and what decides its form, Hangul, accents, white space of every kind.
TRICKY = "aΣς ßİı\u0301\u0307\u0345가\u1100\u1161\u11a8\x1c\x85\u00a0\u2028\u3000…½ﬁＡｶﾞ\n\t \u09be\u09c7"


@given(st.lists(st.text(st.one_of(st.sampled_from(TRICKY), st.characters(exclude_categories=["Cs", "Cn"])))))
@example(["ΑΣ", "ΑΣ\n", "Σ.", "ΑΣΑ", "  ", ""])
def test_every_text_is_normalised_as_python_does_it(texts: list[str]) -> None:
    assert normalise(pl.Series(texts, dtype=pl.String)).to_list() == [plainly(text) for text in texts]


def test_what_is_special_is_far_from_everything() -> None:
    """Else every text would take the slow way, and the fast one would be untested."""
    singles, _ = characters()
    assert singles["…"] == "..." and "é" not in singles and "“" not in singles
    assert "ß" in folded_further()
    beyond = [chr(code) for code in range(0xFFFF, 0x110000)]
    assert not [char for char in beyond if char.lower() == char != char.casefold()]


def test_hashes_are_those_of_xxh3() -> None:
    """Values of the reference implementation (xxhash 4.1, ``xxh3_64_intdigest``)."""
    assert hashed(pl.Series(["abc", None, "é", ""])).to_list() == [
        8696274497037089104,
        None,
        17839895020865391795,
        3244421341483603138,
    ]


def test_a_pair_is_not_its_reverse() -> None:
    one, other = pl.Series([5, 2**64 - 1], dtype=pl.UInt64), pl.Series([7, 3], dtype=pl.UInt64)
    assert hash_pairs(one, other).to_list() == [5 * PAIR % 2**64 + 7, ((2**64 - 1) * PAIR + 3) % 2**64]
    assert hash_pairs(one, other).to_list() != hash_pairs(other, one).to_list()
    assert hash_pairs(pl.Series([None], dtype=pl.UInt64), other.head(1)).to_list() == [None]


def test_nothing_is_left_of_white_space() -> None:
    assert normalise(pl.Series(["", " \n\t", None, "\u3000", "a"])).to_list() == [None, None, None, None, "a"]


def test_every_character_is_normalised_as_python_does_it_inside_a_word() -> None:
    known = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) not in ("Cn", "Cs")]
    texts = [f"a{char}b" for char in known]
    found = normalise(pl.Series(texts)).to_list()
    assert [text for text, one in zip(texts, found, strict=True) if one != plainly(text)] == []


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (0, 17839895020865391795),
        (1, 6197228638241585855),
        (6, 13600901984574879520),
        (14, 16593258520670067722),
        (15, 3944266608798545230),
        (126, 8688820467331686959),
        (127, 10390232010101978361),
        (238, 10094186306698560699),
        (239, 12283240394498137174),
        (5000, 6170683165994538427),
    ],
)
def test_texts_of_every_length_have_their_hash(length: int, expected: int) -> None:
    """XXH3 works in another way up to 3, 8, 16, 128, 240 bytes and beyond; values of xxhash 4.1."""
    assert hashed(pl.Series(["é" + "a" * length])).to_list() == [expected]


def test_no_texts_are_no_hashes() -> None:
    nothing = pl.Series("text", [], dtype=pl.String)
    assert normalise(nothing).to_list() == hashed(nothing).to_list() == []
    assert hash_pairs(hashed(nothing), hashed(nothing)).to_list() == []


def test_a_name_is_kept() -> None:
    assert normalise(pl.Series("prompt", ["A"])).name == hashed(pl.Series("prompt", ["A"])).name == "prompt"
