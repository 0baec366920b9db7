"""Errors: each survives a process pool, and none prints more or other than it should."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator

import pytest

from llmlineage.audit.configs.documents import KeyTwice
from llmlineage.errors import (
    MOST_ALIKE,
    MOST_PROBLEMS,
    ConfigError,
    DataError,
    ExportRefused,
    InvalidEdition,
    InvalidPackage,
    LineageError,
    MissingExtra,
    NoConfig,
    OutputRefused,
    Problem,
    QueryRefused,
    RowRefused,
    UnknownName,
    listing,
)

EVIL = "a\x1b]0;x\x07\u202e\r\n::error::x\ud800"
ERRORS = [
    LineageError("x"),
    UnknownName("nobody at all", ["a", "b"]),
    InvalidEdition("x"),
    QueryRefused("x"),
    ConfigError("a.yml", "is odd", 3),
    NoConfig("a.yml", "is empty"),
    KeyTwice("a.yml", "has a key twice"),
    DataError("a.jsonl", "is odd"),
    MissingExtra("polars", "content"),
    InvalidPackage([Problem("data/a.csv", 2, "id", "x", "is odd")]),
    ExportRefused("holds too much"),
    OutputRefused("out.parquet", "is there"),
    RowRefused([Problem("data/a.csv", 2, "id", "x", "is odd")], "look again"),
]


def kinds(of: type[LineageError] = LineageError) -> Iterator[type[LineageError]]:
    yield of
    for kind in of.__subclasses__():
        yield from kinds(kind)


def test_every_error_is_tried_here() -> None:
    assert {kind for kind in kinds() if kind.__module__.startswith("llmlineage.")} <= set(map(type, ERRORS))


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_comes_whole_out_of_a_process_pool(error: LineageError) -> None:
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(other) is type(error) and str(other) == str(error)
        assert vars(other) == vars(error) and other.args == error.args


@pytest.mark.parametrize("name", [EVIL, EVIL * 20_000], ids=["short", "long"])
def test_no_message_acts_on_a_terminal_or_is_endless(name: str) -> None:
    errors = [
        LineageError(name), UnknownName(name, [name] * 3), ConfigError(name, name), DataError(name, name),
        InvalidPackage([Problem(name, 1, name, name, name, name)]),
    ]  # fmt: skip
    for error in errors:
        assert str(error).isascii() and str(error).isprintable()
        assert len(str(error)) < 2500


def test_a_problem_shows_field_file_and_value_on_one_line() -> None:
    shown = str(Problem(EVIL, 1, EVIL, EVIL, "is odd"))
    assert shown.count(r"\x1b]0;x\x07\u202e\r\n::error::x\ud800") == 3 and "\n" not in shown


def problems(count: int, file: str = "a.csv", said: str = "is odd", field: str = "id") -> list[Problem]:
    return [Problem(file, row, field, "x", said) for row in range(count)]


def test_a_few_problems_are_listed_whole() -> None:
    few = problems(MOST_ALIKE) + problems(MOST_ALIKE, said="is even")
    assert list(listing(few)) == [str(one) for one in few]


def test_of_many_alike_the_rest_is_counted_and_hides_no_other() -> None:
    lines = list(listing([*problems(100_000), *problems(1, said="is even"), *problems(2, "b.csv")]))
    assert len(lines) == MOST_ALIKE + 1 + 2 + 1
    assert lines[MOST_ALIKE].endswith("is even") and lines[-1] == "a.csv: and 99,950 more: is odd"


@pytest.mark.parametrize("differ", ["field", "said"])
def test_a_million_that_differ_are_counted_too(differ: str) -> None:
    many = [one for number in range(20_000) for one in problems(1, **{differ: f"c{number}"})]
    assert len(list(listing(many))) <= MOST_PROBLEMS + MOST_ALIKE + 1
    assert str(InvalidPackage(many)).count("\n") < MOST_PROBLEMS + MOST_ALIKE + 1


def test_nothing_is_left_out_of_the_count() -> None:
    lines = list(listing([one for number in range(5000) for one in problems(1, said=f"is {number}")]))
    assert lines[-1] == f"and {5000 - MOST_PROBLEMS - MOST_ALIKE:,} other problems"
