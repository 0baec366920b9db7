"""Reading YAML and JSON as text and structure alone: no tag is constructed, nothing is evaluated.

A document becomes dicts, lists and strings. A scalar stays as it is written, since ``1`` and
``1.0`` mean different things to some frameworks; null becomes None.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

from llmlineage.errors import ConfigError
from llmlineage.visible import shorten

Value: TypeAlias = "dict[str, Value] | list[Value] | str | None"

# A config is read by people; what is deeper than this is none.
DEEPEST = 100
# Aliases and references are followed, so a small file can stand for a huge document.
MOST_CHARACTERS = 2_000_000
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
# A string is passed over whole, so that what stands in it is no bracket.
_BRACKETS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|([\[{]+)|([\]}]+)', re.DOTALL)
_REFERENCE = re.compile(r"\$\{([\w.-]+)\}")


class KeyTwice(ConfigError):
    """A key stands twice in one mapping, so that it must be told which one counts."""


def parse(text: str, path: Path, keep: Literal["first", "last"] | None = None) -> list[Value]:
    """Every document of a YAML text, or the one of a JSON text; the empty ones are left out.

    ``keep`` tells which one counts where a key stands twice in one mapping.

    Raises:
        KeyTwice: a key stands twice, and ``keep`` is not given.
        ConfigError: see parse_yaml and parse_json.
    """
    read = parse_json if path.suffix.lower() == ".json" else parse_yaml
    documents = read(text, path, keep)
    return [document for document in documents if document is not None]


def parse_json(text: str, path: Path, keep: Literal["first", "last"] | None = None) -> list[Value]:
    """The value of a JSON text, as the only document.

    Raises:
        ConfigError: it is not JSON, or is nested beyond reason.
    """

    def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        own: dict[str, Any] = {}
        for key, value in pairs:
            if key in own and keep is None:
                raise KeyTwice(path, key_twice(key))
            if not (key in own and keep == "first"):
                own[key] = value
        return own

    check_depth(text, path)
    try:
        value = json.loads(text, parse_int=str, parse_float=str, object_pairs_hook=mapping)
    except json.JSONDecodeError as error:
        raise ConfigError(path, f"is not JSON: {error.msg}", error.lineno) from error
    if _SURROGATE.search(text):
        check_text(json.dumps(value, ensure_ascii=False), path)
    return [_texts_only(value)]


def check_depth(text: str, path: Path) -> None:
    """Count the brackets of a JSON text before it is read, since its parser ends by the depth of the stack.

    Raises:
        ConfigError: it is nested beyond reason.
    """
    depth = 0
    for match in _BRACKETS.finditer(text):
        if match[1]:
            depth += len(match[1])
        elif match[2]:
            depth -= len(match[2])
        if depth > DEEPEST:
            line = text.count("\n", 0, match.start()) + 1
            raise ConfigError(path, "is nested too deeply to be a config", line)


def check_text(text: str, path: Path, line: int | None = None) -> None:
    """Half of a character, which escapes can write, is no text, and no name has it.

    Raises:
        ConfigError: there is one.
    """
    if half := re.search("[\ud800-\udfff]", text):
        raise ConfigError(path, f"holds \\u{ord(half[0]):x}, which is half of a character", line)


def key_twice(key: str) -> str:
    return f"has the key '{shorten(key)}' twice; keep the one that is meant"


def _texts_only(value: Any) -> Value:
    if isinstance(value, dict):
        return {key: _texts_only(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_texts_only(child) for child in value]
    return value if isinstance(value, str) or value is None else str(value).lower()


def parse_yaml(text: str, path: Path, keep: Literal["first", "last"] | None = None) -> list[Value]:
    """As in yaml_documents.py, which is imported for YAML alone: its library costs more than most scripts."""
    from llmlineage.audit.configs import yaml_documents

    return yaml_documents.parse_yaml(text, path, keep)


def interpolated(document: Value, path: Path, context: Value = None) -> Value:
    """The document with every ``${a.b}`` that names a value of it, or of ``context``, filled in.

    Anything else in ``${}`` (a resolver, an environment variable) stays as written.

    Raises:
        ConfigError: the references multiply beyond reason.
    """
    return _Interpolation(document if context is None else context, path).fill(document)


class _Interpolation:
    def __init__(self, context: Value, path: Path) -> None:
        self.context = context
        self.path = path
        self.left = MOST_CHARACTERS
        self.open: list[str] = []

    def fill(self, value: Value, depth: int = 0) -> Value:
        if self.open:
            self.left -= 1 + (len(value) if isinstance(value, str) else 0)
        if self.left < 0 or len(self.open) > DEEPEST or depth > DEEPEST:
            raise ConfigError(self.path, "has ${} references that multiply beyond reason")
        if isinstance(value, dict):
            return {key: self.fill(child, depth + 1) for key, child in value.items()}
        if isinstance(value, list):
            return [self.fill(child, depth + 1) for child in value]
        if not isinstance(value, str) or "${" not in value:
            return value
        whole = _REFERENCE.fullmatch(value.strip())
        if whole:
            return self.referred(whole, depth)
        return _REFERENCE.sub(lambda match: self.within_text(match, depth), value)

    def within_text(self, match: re.Match[str], depth: int) -> str:
        found = self.referred(match, depth)
        if found is None:
            return ""
        if not isinstance(found, str):
            return match[0]
        self.left -= len(found)
        return found

    def referred(self, match: re.Match[str], depth: int) -> Value:
        if match[1] in self.open or not _holds(self.context, match[1]):
            return match[0]
        found = at(self.context, match[1])
        self.open.append(match[1])
        try:
            return self.fill(found, depth)
        finally:
            self.open.pop()


def _holds(document: Value, dotted: str) -> bool:
    """Whether there is a value at ``a.b.c``, be it null."""
    above, _, key = dotted.rpartition(".")
    parent = at(document, above) if above else document
    return at(document, dotted) is not None or (isinstance(parent, dict) and key in parent)


def at(document: Value, dotted: str) -> Value:
    """The value at ``a.b.c``, where a number stands for a place in a list; None where there is none."""
    value = document
    for key in dotted.split("."):
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, list) and (place := _place(key)) < len(value):
            value = value[place]
        else:
            return None
    return value


def _place(key: str) -> int:
    """The place in a list that a key names; beyond any list where it names none."""
    # Python reads no number of thousands of digits.
    return int(key) if key.isdecimal() and len(key) < 10 else sys.maxsize


def text_at(document: Value, dotted: str) -> str | None:
    """The scalar at ``a.b.c``, stripped; None where there is none or it is empty."""
    value = at(document, dotted)
    return (value.strip() or None) if isinstance(value, str) else None


def is_true(document: Value, dotted: str) -> bool:
    """Whether the scalar at ``a.b.c`` says yes, in any of YAML's spellings."""
    return (text_at(document, dotted) or "").lower() in ("true", "yes", "on", "1")


def texts(value: Value) -> Iterator[str]:
    """A scalar, or the scalars of a list."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str) and one.strip():
            yield one.strip()


def parts(value: Value) -> list[str]:
    """The scalars of a list, or the parts of a scalar between commas."""
    return [part.strip() for text in texts(value) for part in text.split(",") if part.strip()]


def maps(value: Value) -> Iterator[dict[str, Value]]:
    """A mapping, or the mappings of a list."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield one
