"""YAML texts as plain values, bounded in what aliases may make of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from llmlineage.audit.configs.documents import (
    DEEPEST,
    MOST_CHARACTERS,
    KeyTwice,
    Value,
    check_text,
    key_twice,
    maps,
)
from llmlineage.errors import ConfigError
from llmlineage.visible import shorten

# Aliases are followed, so a small file can stand for a huge document.
MOST_VALUES = 200_000
MOST_TAGS = 100
_NULLS = ("", "~", "null", "Null", "NULL")


def parse_yaml(text: str, path: Path, keep: Literal["first", "last"] | None = None) -> list[Value]:
    """Every document of a YAML text.

    Raises:
        ConfigError: it is not YAML, or is nested or repeated beyond reason.
    """
    if text.count("\n%TAG") > MOST_TAGS:
        raise ConfigError(path, f"has more than {MOST_TAGS} %TAG lines")  # each is held against all others
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


@dataclass(frozen=True)
class _Anchored:
    """What an alias stands for: the value, and how many values, characters and levels that is."""

    value: Value
    values: int
    letters: int
    levels: int


class _Builder:
    """Builds values from the events of a YAML stream, counting what aliases make of them."""

    def __init__(self, events: Iterator[Any], path: Path, keep: Literal["first", "last"] | None) -> None:
        self.events = events
        self.path = path
        self.keep = keep
        self.values = 0
        self.letters = 0
        self.repeated = 0  # letters that aliases stand for
        self.deepest = 0
        # Of each anchor of this document what it names; None while that is not at its end.
        self.anchors: dict[str, _Anchored | None] = {}

    def documents(self) -> Iterator[Value]:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.anchors = {}
                yield self.value(next(self.events), 0)

    def value(self, event: Any, depth: int) -> Value:
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event, depth)
        if not event.anchor:
            return self.plain(event, depth)
        values, letters, deepest = self.values, self.letters, self.deepest
        self.anchors[event.anchor], self.deepest = None, depth
        value = self.plain(event, depth)
        self.anchors[event.anchor] = _Anchored(
            value, self.values - values, self.letters - letters, self.deepest - depth
        )
        self.deepest = max(deepest, self.deepest)
        return value

    def plain(self, event: Any, depth: int) -> Value:
        self.counted(1)
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if depth >= DEEPEST:
            raise self.too_deep(event)
        self.deepest = max(self.deepest, depth + 1)
        is_list = isinstance(event, yaml.SequenceStartEvent)
        return self.sequence(depth + 1) if is_list else self.mapping(depth + 1)

    def scalar(self, event: Any) -> str | None:
        self.letters += len(event.value)
        if event.implicit[0] and event.value in _NULLS:
            return None
        if not event.value.isascii():
            check_text(event.value, self.path, _line(event.start_mark))
        return str(event.value)

    def too_deep(self, event: Any) -> ConfigError:
        return ConfigError(self.path, "is nested too deeply to be a config", _line(event.start_mark))

    def counted(self, values: int) -> None:
        self.values += values
        if self.values > MOST_VALUES:
            raise ConfigError(self.path, f"stands for more than {MOST_VALUES:,} values")

    def alias(self, event: Any, depth: int) -> Value:
        line, name = _line(event.start_mark), f"*{shorten(event.anchor)}"
        if event.anchor not in self.anchors:
            raise ConfigError(self.path, f"has the alias {name}, which stands for nothing", line)
        anchored = self.anchors[event.anchor]
        if anchored is None:
            raise ConfigError(self.path, f"holds the alias {name} inside itself", line)
        if depth + anchored.levels > DEEPEST:
            raise self.too_deep(event)
        self.deepest = max(self.deepest, depth + anchored.levels)
        self.letters += anchored.letters
        self.repeated += anchored.letters
        if self.repeated > MOST_CHARACTERS:
            raise ConfigError(self.path, f"repeats more than {MOST_CHARACTERS:,} characters by its aliases")
        self.counted(max(anchored.values, 1))
        return anchored.value

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
                self.merge(self.value(next(self.events), depth), merged)
                continue
            key_value = self.value(event, depth)
            key = event.value if isinstance(event, yaml.ScalarEvent) else str(key_value)
            if key in own and self.keep is None:
                raise KeyTwice(self.path, key_twice(key), _line(event.start_mark))
            value = self.value(next(self.events), depth)
            if not (key in own and self.keep == "first"):
                own[key] = value
        return merged | own

    def merge(self, value: Value, merged: dict[str, Value]) -> None:
        """Of several that are merged in, the first wins. In place: a copy for each takes minutes."""
        for one in maps(value):
            for key, inherited in one.items():
                merged.setdefault(key, inherited)
