"""Reading YAML and JSON as text and structure alone: no tag is constructed, nothing is evaluated.

A document becomes dicts, lists and strings. A scalar stays as it is written, since ``1`` and
``1.0`` mean different things to some frameworks; null becomes None.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

import yaml

from llmlineage.errors import ConfigError

Value: TypeAlias = "dict[str, Value] | list[Value] | str | None"

# A config is read by people; what is larger or deeper than this is none.
LARGEST_FILE = 5_000_000
DEEPEST = 100
# Aliases and references are followed, so a small file can stand for a huge document.
MOST_VALUES = 200_000
MOST_CHARACTERS = 2_000_000
_NULLS = ("", "~", "null", "Null", "NULL")
_REFERENCE = re.compile(r"\$\{([\w.-]+)\}")


class KeyTwice(ConfigError):
    """A key stands twice in one mapping, so that it must be told which one counts."""


def read_text(path: Path) -> str:
    """The text of a config.

    Raises:
        ConfigError: it cannot be read, is not text, or is too large to be a config.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ConfigError(path, "is not a file")
        if status.st_size > LARGEST_FILE:
            size = f"{status.st_size / 1e6:,.0f} MB"
            raise ConfigError(path, f"has {size}; a config of more than 5 MB is not read")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(path, f"is not UTF-8 text (byte {error.start})") from error
    except (OSError, ValueError) as error:  # ValueError: the path itself has a null character
        raise ConfigError(path, f"cannot be read: {getattr(error, 'strerror', None) or error}") from error


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
                raise KeyTwice(path, _twice(key))
            if not (key in own and keep == "first"):
                own[key] = value
        return own

    try:
        return [_texts_only(json.loads(text, parse_int=str, parse_float=str, object_pairs_hook=mapping))]
    except json.JSONDecodeError as error:
        raise ConfigError(path, f"is not JSON: {error.msg}", error.lineno) from error
    except RecursionError as error:
        raise ConfigError(path, "is nested too deeply to be a config") from error


def _twice(key: str) -> str:
    return f"has the key {key!r} twice; keep the one that is meant"


def _texts_only(value: Any) -> Value:
    if isinstance(value, dict):
        return {key: _texts_only(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_texts_only(child) for child in value]
    return value if isinstance(value, str) or value is None else str(value).lower()


def parse_yaml(text: str, path: Path, keep: Literal["first", "last"] | None = None) -> list[Value]:
    """Every document of a YAML text.

    Raises:
        ConfigError: it is not YAML, or is nested or repeated beyond reason.
    """
    # libyaml composes by recursion in C, which a deep file overruns: so events, and a count of depth.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return list(_Builder(yaml.parse(text, Loader=loader), path, keep).documents())
    except yaml.MarkedYAMLError as error:
        # At its end, libyaml counts a line more than there is.
        line = min(_line(error.problem_mark or error.context_mark) or 1, text.count("\n") + 1)
        raise ConfigError(path, f"is not YAML: {error.problem or error.context}", line) from error
    except (yaml.YAMLError, ValueError) as error:  # a character that YAML does not allow
        raise ConfigError(path, f"is not YAML: {str(error).splitlines()[0]}") from error


def _line(mark: Any) -> int | None:
    return mark.line + 1 if mark else None


class _Builder:
    """Builds values from the events of a YAML stream, counting what aliases make of them."""

    def __init__(self, events: Iterator[Any], path: Path, keep: Literal["first", "last"] | None) -> None:
        self.events = events
        self.path = path
        self.keep = keep
        self.count = 0
        # Of each anchor of this document its value and how many values that is; None while it is open.
        self.anchors: dict[str, tuple[Value, int] | None] = {}

    def documents(self) -> Iterator[Value]:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.anchors = {}
                yield self.value(next(self.events), 0)

    def value(self, event: Any, depth: int) -> Value:
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        before = self.counted(1)
        if isinstance(event, yaml.ScalarEvent):
            null = event.implicit[0] and event.value in _NULLS
            value: Value = None if null else str(event.value)
        elif depth >= DEEPEST:
            raise ConfigError(self.path, "is nested too deeply to be a config", _line(event.start_mark))
        else:
            if event.anchor:
                self.anchors[event.anchor] = None
            is_list = isinstance(event, yaml.SequenceStartEvent)
            value = self.sequence(depth + 1) if is_list else self.mapping(depth + 1)
        if event.anchor:
            self.anchors[event.anchor] = (value, self.count - before)
        return value

    def counted(self, values: int) -> int:
        before = self.count
        self.count += values
        if self.count > MOST_VALUES:
            raise ConfigError(self.path, f"stands for more than {MOST_VALUES:,} values")
        return before

    def alias(self, event: Any) -> Value:
        line = _line(event.start_mark)
        if event.anchor not in self.anchors:
            raise ConfigError(self.path, f"has the alias *{event.anchor}, which stands for nothing", line)
        anchored = self.anchors[event.anchor]
        if anchored is None:
            raise ConfigError(self.path, f"holds the alias *{event.anchor} inside itself", line)
        self.counted(anchored[1])
        return anchored[0]

    def sequence(self, depth: int) -> list[Value]:
        values = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            values.append(self.value(event, depth))
        return values

    def mapping(self, depth: int) -> dict[str, Value]:
        merged: dict[str, Value] = {}
        own: dict[str, Value] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if isinstance(event, yaml.ScalarEvent) and event.implicit[0] and event.value == "<<":
                # Of several that are merged in, the first wins.
                for one in maps(self.value(next(self.events), depth)):
                    merged = one | merged
                continue
            key_value = self.value(event, depth)
            key = event.value if isinstance(event, yaml.ScalarEvent) else str(key_value)
            if key in own and self.keep is None:
                raise KeyTwice(self.path, _twice(key), _line(event.start_mark))
            value = self.value(next(self.events), depth)
            if not (key in own and self.keep == "first"):
                own[key] = value
        return merged | own


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

    def fill(self, value: Value) -> Value:
        if self.open:
            self.left -= 1 + (len(value) if isinstance(value, str) else 0)
            if self.left < 0 or len(self.open) > DEEPEST:
                raise ConfigError(self.path, "has ${} references that multiply beyond reason")
        if isinstance(value, dict):
            return {key: self.fill(child) for key, child in value.items()}
        if isinstance(value, list):
            return [self.fill(child) for child in value]
        if not isinstance(value, str) or "${" not in value:
            return value
        whole = _REFERENCE.fullmatch(value.strip())
        return self.referred(whole) if whole else _REFERENCE.sub(self.within_text, value)

    def within_text(self, match: re.Match[str]) -> str:
        found = self.referred(match)
        if found is None:
            return ""
        if not isinstance(found, str):
            return match[0]
        self.left -= len(found)
        return found

    def referred(self, match: re.Match[str]) -> Value:
        if match[1] in self.open or not _holds(self.context, match[1]):
            return match[0]
        found = at(self.context, match[1])
        self.open.append(match[1])
        try:
            return self.fill(found)
        finally:
            self.open.pop()


def _holds(document: Value, dotted: str) -> bool:
    """Whether there is a value at ``a.b.c``, be it null."""
    above, _, key = dotted.rpartition(".")
    parent = at(document, above) if above else document
    return at(document, dotted) is not None or (isinstance(parent, dict) and key in parent)


def on_disk(name: str, path: Path) -> Path | None:
    """The file that a config names relative to the folder where its framework is started.

    That folder is not known: it is looked for from the config's own folder upwards.
    """
    try:
        for folder in path.absolute().parents[:6]:
            if (folder / name).is_file():
                return folder / name
    except (OSError, ValueError):  # what the config says is no path
        pass
    return None


def at(document: Value, dotted: str) -> Value:
    """The value at ``a.b.c``, where a number stands for a place in a list; None where there is none."""
    value = document
    for key in dotted.split("."):
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


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
