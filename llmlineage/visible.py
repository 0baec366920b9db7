r"""Text from anywhere, made safe to read: what would act on a screen or hide on it is written out.

Control characters, terminal escapes, line breaks, bidirectional overrides, invisible characters and
unpaired surrogates become codes such as ``\x1b``, ``\n`` or ``\u202e``. Every other character of every
script stays, also what is invisible alone but part of a word or an emoji.
"""

from __future__ import annotations

import re
from functools import cache

# Categories Cc, Zl, Zp and Cs, and what Unicode calls Default_Ignorable_Code_Point
# (https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt), in ranges of a regex.
_UNSEEN = (
    r"\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Those of them that Python calls printable all the same: letters and marks without a form.
_PRINTABLE_UNSEEN = frozenset(
    map(
        chr,
        (
            *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x3164, 0xFFA0),
            *range(0xFE00, 0xFE10),
            *range(0xE0100, 0xE01F0),
        ),
    )
)
_EMOJI = r"\xa9\xae\u203c-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_JOINING = r"\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u18aa"
_VIRAMA = r"\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca"
_HAN = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
# Where they are part of what is written: the look of an emoji, emoji that are joined, the flags of
# nations within a state, letters that are joined or kept apart, variants of Han characters.
_IN_PLACE = "|".join(
    (
        rf"(?<=[0-9#*{_EMOJI}])[\ufe0e\ufe0f]",
        rf"(?<=[\ufe0f{_EMOJI}])\u200d(?=[{_EMOJI}])",
        r"(?<=\U0001f3f4)[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f",
        rf"(?<=[{_JOINING}])[\u200c\u200d](?=[{_JOINING}])",
        rf"(?<=[{_VIRAMA}])[\u200c\u200d]",
        rf"(?<=[{_HAN}])[\ufe00-\ufe0f\U000e0100-\U000e01ef]",
    )
)
# Longer runs without a space, and longer messages, are cut: nobody reads them, and they hide the rest.
LONGEST_WORD = 300
LONGEST_MESSAGE = 2000


def visible(text: str) -> str:
    r"""The text with a code for each character that would act on a screen or hide on it.

    A byte that is no text, as a file name may hold, is shown as the byte: ``\xff``.
    """
    return text if is_harmless(text) else _pattern().sub(_code, text)


def is_harmless(text: str) -> bool:
    """Whether a quick look finds nothing that could be out of place."""
    return text.isprintable() and _PRINTABLE_UNSEEN.isdisjoint(text)


def visible_json(document: str) -> str:
    r"""A JSON text that says the same and acts on no screen; unpaired surrogates are ``\udXXX``."""
    lines = document.split("\n")  # between values; within one they are escaped already
    return "\n".join(
        line if is_harmless(line) else _pattern().sub(_json_code, line) for line in map(_calm, lines)
    )


def shorten(value: str, limit: int = 80) -> str:
    """Quote a cell for a message: on one line, and cut where it is very long."""
    shown = visible(value[: limit + 1])
    return shown if len(shown) <= limit else f"{shown[:limit]}... ({len(value):,} characters)"


def brief(message: str) -> str:
    """A message for people, whatever stands in it: on one line, its long words and its length cut."""
    shown = visible(message)
    if len(shown) <= LONGEST_WORD:
        return shown
    shown = re.sub(rf"\S{{{LONGEST_WORD + 1},}}", lambda word: _middle_out(word[0], 100, 100), shown)
    return _middle_out(shown, LONGEST_MESSAGE - 600, 500) if len(shown) > LONGEST_MESSAGE else shown


def is_text(value: str) -> bool:
    """Whether it can be written as UTF-8; unpaired surrogates cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _middle_out(text: str, head: int, tail: int) -> str:
    return f"{text[:head]}...[{len(text):,} characters]...{text[-tail:]}"


@cache  # not at import: most look-ups show nothing that needs it
def _pattern() -> re.Pattern[str]:
    return re.compile(f"(?P<kept>{_IN_PLACE})|[{_UNSEEN}]")


def _code(match: re.Match[str]) -> str:
    if match["kept"]:
        return match[0]
    number = ord(match[0])
    if 0xDC80 <= number <= 0xDCFF:  # how Python holds a byte that is not UTF-8 (PEP 383)
        return f"\\x{number - 0xDC00:02x}"
    return match[0].encode("unicode_escape").decode("ascii")


def _json_code(match: re.Match[str]) -> str:
    if match["kept"]:
        return match[0]
    units = match[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[place : place + 4]}" for place in range(0, len(units), 4))


def _calm(line: str) -> str:
    """A line of JSON in which no CI system finds a command of its own; see ``calm``."""
    return re.sub(r"##(?=\w*\[)", r"\\u0023#", line) if "##" in line else line


def calm(line: str) -> str:
    r"""A line in which no CI system finds a command: ``::error::`` at its start, ``##[error]`` anywhere.

    GitHub, Azure and TeamCity read what a program prints, stderr too, and obey such lines
    (https://docs.github.com/actions/reference/workflow-commands-for-github-actions).
    """
    if "##" in line:
        line = re.sub(r"##(?=\w*\[)", r"\\x23#", line)
    return line.replace("::", r"\x3a:", 1) if line.lstrip().startswith("::") else line
