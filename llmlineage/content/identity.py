"""When two texts are the same: one normalisation and one hash, for every engine.

``nfkc-casefold-space/1``: Unicode NFKC, full case folding, runs of white space (as Python's
``str.split`` sees it) as one space, both ends stripped. The hash is XXH3-64 of the UTF-8 bytes
(github.com/Cyan4973/xxHash); of a prompt with its response, see ``hash_pairs``. Two different texts
share a hash with a chance of 2**-64: among a hundred million texts, a pair does with a chance of 1 in
3,700.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache

import polars as pl

from llmlineage.errors import MissingExtra

try:
    import polars_hash  # noqa: F401  registers Expr.nchash
except ImportError as error:
    raise MissingExtra("polars-hash", "content") from error

NORMALISATION = "nfkc-casefold-space/1"
HASH = "xxh3-64"
# An odd number, from the golden ratio, as in multiplicative hashing (Knuth, TAOCP 6.4).
PAIR = 0x9E3779B97F4A7C15
Work = Callable[[pl.Series], pl.Series]
# White space beside the plain space, with what often stands beside it, the longest first: each as one space.
SPACES = [
    "\n\n ", "\n\n", "\n ", "\n", "\r\n\r\n", "\r\n", "\r", "\t\t", "\t",
    "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f",
]  # fmt: skip
# Characters that texts of this process held and that are replaced one by one: some, for speed alone.
RECENT: set[str] = set()
MOST_RECENT = 48
OTHER_SPACE_BEYOND_ASCII = "\x85\u1680\u2028\u2029"


def normalise(texts: pl.Series) -> pl.Series:
    """Each text in the one form in which texts are compared; null where nothing is left of it.

    What a text does not ask for is not done to it: few of those beyond ASCII ask for more than lower case,
    and few have more than one space in a row once line breaks are spaces. To look is a tenth of doing it.
    """
    filled = texts.fill_null("").rename("text")
    beyond_ascii = filled.str.len_bytes() != filled.str.len_chars()
    found = spaced(split(filled, beyond_ascii, lowered, accented))
    return found.to_frame().select(pl.when(pl.col("text") != "").then("text")).to_series().rename(texts.name)


def lowered(texts: pl.Series) -> pl.Series:
    """Texts that are in NFKC, and whose case folding is lower case."""
    return texts.str.to_lowercase()


def accented(texts: pl.Series) -> pl.Series:
    """Texts beyond ASCII, of which few ask for more than lower case.

    What earlier texts asked for is done at once, since the same few characters return.
    """
    alone = one_by_one(texts, sorted(RECENT))
    return where(alone, asking(), replaced, lowered)


def one_by_one(texts: pl.Series, found: list[str]) -> pl.Series:
    singles, _ = characters()
    return texts.str.replace_many(found, [singles[char] for char in found]) if found else texts


def replaced(texts: pl.Series) -> pl.Series:
    """Texts that hold characters that ask for more: those that are replaced one by one, and others."""
    found = set(texts.str.extract_all(asking()).explode().unique().to_list())
    singles, _ = characters()
    here = sorted(found & singles.keys())
    RECENT.update(here[: max(0, MOST_RECENT - len(RECENT))])
    alone, special = one_by_one(texts, here), found - singles.keys()
    return where(alone, f"[{ranges_of(sorted(special))}]", uncommon, lowered) if special else lowered(alone)


def uncommon(texts: pl.Series) -> pl.Series:
    composed = texts.str.normalize("NFKC").str.to_lowercase()
    folded = where(composed, f"[{folded_further()}]", casefold)
    return folded.str.replace_all(f"[{OTHER_SPACE_BEYOND_ASCII}]", " ")


def casefold(texts: pl.Series) -> pl.Series:
    return pl.Series("text", [text.casefold() for text in texts], dtype=pl.String)


def spaced(texts: pl.Series) -> pl.Series:
    """Every run of ASCII white space as one space, none at the ends."""
    flat = texts.str.replace_many(SPACES, [" "] * len(SPACES), leftmost=True)
    runs = flat.str.contains("  ", literal=True)
    flat = split(flat, runs, lambda rest: rest, lambda some: some.str.replace_all("  +", " "))
    at_ends = flat.str.starts_with(" ") | flat.str.ends_with(" ")
    return flat.str.strip_chars(" ") if at_ends.any() else flat


def where(texts: pl.Series, pattern: str, work: Work, rest: Work = lambda rest: rest) -> pl.Series:
    """``work`` done on the texts that hold ``pattern``, which is faster to look for, ``rest`` on others."""
    return split(texts, texts.str.contains(pattern), rest, work)


def split(texts: pl.Series, chosen: pl.Series, rest: Work, work: Work) -> pl.Series:
    """``work`` done on the chosen texts and ``rest`` on the others, in the order that they had."""
    if not chosen.any():
        return rest(texts)
    if chosen.all():
        return work(texts)
    order = pl.concat([(~chosen).arg_true(), chosen.arg_true()]).arg_sort()
    # In one chunk: to gather from several takes twenty times as long.
    return pl.concat([rest(texts.filter(~chosen)), work(texts.filter(chosen))], rechunk=True).gather(order)


@cache
def folded_further() -> str:
    """The characters that case folding changes and lower case leaves, such as the German sharp s.

    Lower case first and then these gives the full case folding, character by character.
    """
    return "".join(char for char in below_ffff() if char.lower() == char != char.casefold())


@cache
def characters() -> tuple[dict[str, str], str]:
    """The characters that ask for more than lower case and plain white space, in two kinds.

    Those that NFKC replaces one by one, such as the ellipsis and full-width letters, with what takes
    their place. And a pattern of those that depend on what stands beside them, or that case folding
    changes beyond lower case: a text with none of these is in NFKC (Unicode Standard Annex 15, section
    9), for nothing in it decomposes, combines, or is composed with what stands before. Characters that
    this Python does not know, and those from U+FFFF on, are taken to be of the second kind.
    """
    joins = {chr(int(parts[1], 16)) for parts in map(decomposed, below_ffff()) if len(parts) == 2}
    joins |= {chr(code) for code in (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))}  # Hangul
    changed = {char: unicodedata.normalize("NFKC", char) for char in below_ffff()}
    inert = {chr(code) for code in range(0x80)} | {
        char
        for char in below_ffff()
        if changed[char] == char
        and char not in joins
        and char not in OTHER_SPACE_BEYOND_ASCII
        and char.casefold() == char.lower()
        and char != "\u03a3"  # sigma, whose lower case depends on where it stands
        and not unicodedata.combining(char)
        and unicodedata.category(char) != "Cn"
    }
    singles = {
        char: text
        for char, text in changed.items()
        if text != char and inert.issuperset(text) and not unicodedata.combining(char) and char not in joins
    }
    rest = [char for char in below_ffff() if char not in inert and char not in singles]
    return singles, f"[{ranges_of(rest)}\\x{{FFFF}}-\\x{{10FFFF}}]"


@cache
def asking() -> str:
    """A pattern of the characters that ask for more than lower case and plain white space."""
    singles, special = characters()
    return f"[{ranges_of(singles)}{special[1:]}"


def ranges_of(characters: Iterable[str]) -> str:
    """The inside of a pattern's class of characters."""
    return "".join(f"\\x{{{first:X}}}-\\x{{{last:X}}}" for first, last in ranges([*map(ord, characters)]))


def decomposed(char: str) -> list[str]:
    parts = unicodedata.decomposition(char)
    return [] if parts.startswith("<") else parts.split()


def below_ffff() -> list[str]:
    """Every character from U+0080 on that UTF-8 can hold."""
    return [chr(code) for code in range(0x80, 0xFFFF) if not 0xD800 <= code < 0xE000]


def ranges(codes: list[int]) -> Iterator[tuple[int, int]]:
    """Runs of consecutive numbers, first and last."""
    first = 0
    for place in range(1, len(codes) + 1):
        if place == len(codes) or codes[place] != codes[place - 1] + 1:
            yield codes[first], codes[place - 1]
            first = place


def hashed(texts: pl.Series) -> pl.Series:
    """XXH3-64 of each text, as UInt64; null where the text is."""
    return texts.to_frame("text").select(pl.col("text").nchash.xxh3_64()).to_series().alias(texts.name)  # type: ignore[attr-defined]


def hash_pairs(prompts: pl.Series, responses: pl.Series) -> pl.Series:
    """The hash of each prompt with its response, from the hashes of both; null where either is missing.

    ``prompt * PAIR + response`` modulo 2**64, which is as even as the two are.
    """
    return prompts * pl.Series([PAIR], dtype=pl.UInt64) + responses
