"""A JSON array of objects, also one below a key of an object, read element by element."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from llmlineage.content.readers import LONGEST, BadRow, Rows, in_parts
from llmlineage.content.readers.stream import opened
from llmlineage.content.readers.values import half_decoded, object_of, whole_number
from llmlineage.errors import DataError

BLOCK = 1 << 20
ROWS = 4096
BLANK = re.compile(r"[ \t\r\n]*")
# A name such as -Infinity, or an escaped pair of surrogates.
LONGEST_TOKEN = 12
# The head of an object up to an array of objects, with nothing but texts, numbers and lists of them before.
TEXT = r'"(?:[^"\\]|\\.)*"'
BEFORE_ROWS = re.compile(
    rf"\s*\{{(?:\s*{TEXT}\s*:\s*(?:{TEXT}|[-+\d.eE]+|null|true|false|\[[^][{{}}]*\])\s*,)*\s*{TEXT}\s*:\s*(?=\[\s*\{{)"
)
HEAD = 1 << 16
DECODER = json.JSONDecoder(object_pairs_hook=object_of, parse_int=whole_number)


def starts_array(path: Path) -> bool:
    """Whether the first character that is not blank is ``[``."""
    with opened(path) as file:
        return file.read(BLOCK).removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"["


def rows_in_object(path: Path) -> int:
    """How many characters stand before the rows of a file that is one object, in several lines; else 0."""
    with opened(path) as file:
        head = file.read(HEAD).removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")
    match = BEFORE_ROWS.match(head)
    try:
        json.loads(head.lstrip().partition("\n")[0])
    except (ValueError, RecursionError):
        return match.end() if match else 0
    return 0  # a line that is whole by itself: JSON Lines


@dataclass(frozen=True)
class ArrayReader:
    """A file that holds one JSON array of objects, after ``before`` characters of the object it is in."""

    path: Path
    before: int = 0

    @property
    def name(self) -> str:
        return str(self.path)

    def sample(self) -> list[dict[str, Any]]:
        rows, bad = [], ""
        for row in self.elements():
            if isinstance(row, BadRow):
                bad = bad or f" (line {row.line}: {row.reason})"
            else:
                rows.append(row)
            if len(rows) == 200:
                break
        if not rows:
            raise DataError(self.path, f"the array holds no object{bad}")
        return rows

    def parts(self, columns: Sequence[str]) -> Iterator[Rows]:
        wanted = (
            row if isinstance(row, BadRow) else {name: row.get(name) for name in columns}
            for row in self.elements()
        )
        return in_parts(wanted, ROWS)

    def elements(self) -> Iterator[dict[str, Any] | BadRow]:
        """Each row. Raises :class:`DataError` with the line where the array is not JSON."""
        with opened(self.path) as file:
            yield from Elements(self.path, file, self.before)


class Elements:
    """Decodes an array from blocks of text, keeping only what is not yet decoded."""

    def __init__(self, path: Path, file: IO[bytes], before: int = 0) -> None:
        self.path, self.file, self.before = path, file, before
        self.decode = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape").decode
        self.text, self.at, self.line = "", 0, 1
        self.ended = self.is_utf8 = False

    def __iter__(self) -> Iterator[dict[str, Any] | BadRow]:
        if self.before:
            self.more()
            self.at = self.before
        self.expect("[")
        if self.peek() != "]":
            yield self.element()
            while self.peek() == ",":
                self.at += 1
                yield self.element()
        self.expect("]")
        if self.peek() and not self.before:
            raise self.broken("text after the end of the array")

    def element(self) -> dict[str, Any] | BadRow:
        self.peek()
        while True:
            try:
                value, end = DECODER.raw_decode(self.text, self.at)
            except RecursionError:
                raise self.broken("nested too deeply") from None
            except ValueError as error:
                if self.may_go_on(error) and self.more():
                    continue
                problem = getattr(error, "msg", str(error))
                self.at = getattr(error, "pos", self.at)
                raise self.broken(problem) from error
            # A number at the end of the text may go on in the next block.
            if end == len(self.text) and self.more():
                continue
            start, self.at = self.at, end
            if not isinstance(value, dict):
                return BadRow(self.place(), "not a JSON object")
            if not self.is_utf8 and half_decoded(self.text[start:end]):
                return BadRow(self.place(), "not UTF-8")
            return value

    def may_go_on(self, error: ValueError) -> bool:
        """Whether the text only ends too early: in a string, or in the token where the error is."""
        if not isinstance(error, json.JSONDecodeError):
            return False
        return error.msg.startswith("Unterminated") or error.pos + LONGEST_TOKEN > len(self.text)

    def peek(self) -> str:
        """The next character that is not blank; empty at the end of the file."""
        while True:
            self.at = BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]  # it matches nothing too
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def more(self) -> bool:
        """Read on, at least as much as is held; let go of what is decoded."""
        if self.ended:
            return False
        self.line += self.text.count("\n", 0, self.at)
        self.text, self.at = self.text[self.at :], 0
        if len(self.text) > LONGEST:
            raise self.broken(f"a row longer than {LONGEST >> 20} MB")
        block = self.file.read(max(BLOCK, len(self.text)))
        self.ended = not block
        self.text += self.decode(block, final=self.ended)
        self.is_utf8 = not half_decoded(self.text)
        return True

    def expect(self, character: str) -> None:
        found = self.peek()
        if found != character:
            raise self.broken(f"{character!r} expected, " + (repr(found) if found else "the file ends"))
        self.at += 1

    def broken(self, problem: str) -> DataError:
        return DataError(self.path, f"line {self.place()}: the array is broken: {problem}")

    def place(self) -> int:
        """The line that has been reached."""
        return self.line + self.text.count("\n", 0, self.at)
