"""Splitting a shell script into its words and signs as bash does, without reading what they mean.

A word stays as it is written, with its quotes and variables; shell.py fills them in.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from pathlib import Path
from typing import Literal, NamedTuple

from llmlineage.errors import ConfigError

# Of quotes, ${} and $() within one another.
DEEPEST = 50
_BLANK = re.compile(r"(?:[ \t]|\\\n)+|#[^\n]*")
_SIGN = re.compile(r"\n|;;&|;[;&]?|&&|&>>?|&|\|[|&]?|<<<|<<-?|<[&>(]?|>[>&|(]?|[()]")
_DESCRIPTOR = re.compile(r"\d(?=[<>])")
# What guides leave to be filled in looks like redirections: --host <address> --port <port>
_PLACEHOLDER = re.compile(r"<[A-Za-z][\w.-]*>(?![\w(])")
_ARRAY = re.compile(r"[A-Za-z_]\w*\+?=")
_HERE_WORD = re.compile(r"<<-?[ \t]*(['\"]?)([A-Za-z_]\w*)\1")
_DOLLAR_QUOTE = re.compile(r"\$'(?:[^'\\]|\\.)*'", re.DOTALL)
# What changes the state, by what is open: nothing, "", ${}, ${} within "", $() and ``.
_NEXT = {
    "": re.compile(r"[ \t\n\r\f\v;&|<>()'\"\\$`]"),
    '"': re.compile(r"[\"\\$`]"),
    "}": re.compile(r"[}'\"\\$`]"),
    '"}': re.compile(r"[}\"\\$`]"),
    ")": re.compile(r"[()'\"\\$`]|<<|(?<=\s)#"),
    "`": re.compile(r"[`\\]"),
}


class Token(NamedTuple):
    """``items`` are the words of an array; ``text`` is its name with the = sign."""

    kind: Literal["word", "sign", "array", "here", "here-quoted"]
    text: str
    items: tuple[str, ...] = ()


class Lines:
    """Where a line with exactly this text next stands, found without going through the script again."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: dict[str, list[int]] | None = None

    def next(self, line: str, start: int) -> int:
        """The offset of the line; the end of the text where there is none."""
        if self.starts is None:
            self.starts = {}
            offset = 0
            for one in self.text.split("\n"):
                self.starts.setdefault(one.strip("\t"), []).append(offset)
                offset += len(one) + 1
        found = self.starts.get(line, [])
        place = bisect_left(found, start)
        return found[place] if place < len(found) else len(self.text)


def split(text: str, path: Path) -> list[Token]:
    """The words and signs of a script; comments and continued lines are gone.

    Raises:
        ConfigError: a quote or bracket is not closed, or they are nested beyond reason.
    """
    return _Splitter(text.replace("\r\n", "\n"), path).tokens()


def closing(text: str, start: int, opened: str, lines: Lines | None = None) -> int:
    """The offset behind what closes ``opened`` (a key of _NEXT), -1 if nothing does; with "", behind a word.

    Raises:
        ValueError: it is nested beyond reason.
    """
    stack, place = [opened], start
    lines = lines or Lines(text)
    while found := _NEXT[stack[-1]].search(text, place):
        sign, place = found[0], found.start()
        if not stack[-1] and sign in " \t\n\r\f\v;&|<>()":
            mark = _PLACEHOLDER.match(text, place) if place == start or text[place - 1] in "/=_-" else None
            if not mark:
                return place
            place = mark.end()
        elif sign == stack[-1][-1:]:
            stack.pop()
            place += 1
            if not stack:
                return place
        else:
            place = _step(text, place, sign, stack, lines)
            if place < 0:
                return -1
            if len(stack) > DEEPEST:
                raise ValueError("nested too deeply")
    return len(text) if stack == [""] else -1


def _step(text: str, place: int, sign: str, stack: list[str], lines: Lines) -> int:
    """Behind one sign that opens something, or that makes what follows mean nothing."""
    top = stack[-1]
    if sign == "\\":
        if not top and text.startswith("\\\n--", place):
            return place + 1  # see _Splitter.word
        return place + 2
    if sign == "'":
        return text.find("'", place + 1) + 1 or -1
    if sign == "#":
        return (text.find("\n", place) + 1 or len(text) + 1) - 1
    if sign == "<<":
        return _behind_here(text, place, lines)
    if sign in '"`(':
        stack.append(")" if sign == "(" else sign)
        return place + 1
    if not top and (quoted := _DOLLAR_QUOTE.match(text, place)):
        return quoted.end()
    following = text[place + 1 : place + 2]
    if following == "(":
        stack.append(")")
    elif following == "{":
        stack.append('"}' if top in ('"', '"}') else "}")
    else:
        return place + 1
    return place + 2


def _behind_here(text: str, place: int, lines: Lines) -> int:
    """A quote within a here-document opens nothing."""
    word = _HERE_WORD.match(text, place)
    if not word:
        return place + 2
    end = lines.next(word[2], word.end())
    return end if end < len(text) else place + 2


class _Splitter:
    def __init__(self, text: str, path: Path) -> None:
        self.text = text
        self.path = path
        self.lines = Lines(text)
        self.place = 0
        self.found: list[Token] = []
        # The here-documents that begin on the next line: their place in found, and what ends them.
        self.pending: list[tuple[int, str, bool]] = []

    def tokens(self) -> list[Token]:
        while self.place < len(self.text):
            if blank := _BLANK.match(self.text, self.place):
                self.place = blank.end()
            elif not self.sign():
                self.word()
        return self.found

    def sign(self) -> bool:
        if descriptor := _DESCRIPTOR.match(self.text, self.place):
            self.place = descriptor.end()
        found = _SIGN.match(self.text, self.place)
        if not found or _PLACEHOLDER.match(self.text, self.place):
            return False
        if self.text.startswith("((", self.place):
            end = self.closed(self.place + 1, ")")
            self.found.append(Token("word", self.text[self.place : end]))
            self.place = end
        elif found[0] in ("<(", ">("):
            self.place = self.closed(found.end(), ")")
        elif found[0] in ("<<", "<<-"):
            self.here(found.end())
        else:
            self.place = found.end()
            self.found.append(Token("sign", found[0]))
            if found[0] == "\n" and self.pending:
                self.here_documents()
        return True

    def closed(self, start: int, opened: str) -> int:
        try:
            end = closing(self.text, start, opened, self.lines)
        except ValueError as error:
            raise ConfigError(self.path, "is nested too deeply to be a script", self.line()) from error
        if end < 0:
            raise ConfigError(self.path, "opens a quote or bracket that is never closed", self.line())
        return end

    def line(self) -> int:
        return self.text.count("\n", 0, self.place) + 1

    def word(self) -> None:
        end = self.closed(self.place, "")
        word = self.text[self.place : end]
        if end == self.place:  # no such sign is known
            end += 1
        # 1.0\ and on the next line, not indented, --flag: bash makes one word of it, which nobody means.
        if word.endswith("\\") and self.text.startswith("\n--", end):
            word, end = word[:-1], end + 1
        self.place = end
        if self.text.startswith("(", end) and _ARRAY.fullmatch(word):
            self.array(word)
        elif word:
            self.found.append(Token("word", word))

    def array(self, name: str) -> None:
        start, before = self.place, len(self.found)
        self.place += 1
        while self.place < len(self.text):
            if blank := _BLANK.match(self.text, self.place):
                self.place = blank.end()
            elif self.text[self.place] == ")":
                items = tuple(token.text for token in self.found[before:] if token.kind == "word")
                self.found[before:] = [Token("array", name, items)]
                self.place += 1
                return
            elif self.text[self.place] in "\n;&|<>(":
                self.place += 1
            else:
                self.word()
        self.place = start
        raise ConfigError(self.path, "opens a quote or bracket that is never closed", self.line())

    def here(self, start: int) -> None:
        blank = re.compile(r"[ \t]*").match(self.text, start)
        self.place = blank.end() if blank else start
        end = self.closed(self.place, "")
        raw = self.text[self.place : end]
        name = re.sub(r"['\"\\]", "", raw)
        self.place = max(end, self.place)
        self.pending.append((len(self.found), name, raw != name))
        self.found.append(Token("here", ""))

    def here_documents(self) -> None:
        for index, name, quoted in self.pending:
            end = self.lines.next(name, self.place)
            body = self.text[self.place : end]
            self.found[index] = Token("here-quoted" if quoted else "here", body)
            self.place = self.text.find("\n", end) + 1 or len(self.text)
        self.pending = []
