"""``llmlineage search``, ``why`` and ``tables``: what their options and texts promise."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from llmlineage.edition.shape import tells_precision
from tests.conftest import run, told
from tests.tiny import TABLES


def out(edition: Path, *arguments: str) -> list[str]:
    result = run("--edition", edition, *arguments)
    assert result.exit_code == 0, result.output
    return told(result.stdout)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["alpha"], ["alpha"]),
        (["copy/alpha"], ["alpha"]),
        (["ALP"], ["alpha"]),
        (["written", "instructions"], ["alpha"]),
        (["lab", "writer"], ["writer"]),
        (["filtering"], ["filtering"]),
        (["alpha", "writer"], []),
        (["pha"], []),
        (["!!!"], []),
        (['"', "OR", "alpha*"], []),
    ],
)
def test_a_search_finds_records_that_hold_every_word(
    tiny_edition: Path, words: list[str], found: list[str]
) -> None:
    assert out(tiny_edition, "search", "-q", "--", *words) == found


def test_a_search_ends_at_its_limit_with_the_best_first(real_edition: Path) -> None:
    best = out(real_edition, "search", "alpaca", "-q", "--limit", "3")
    assert len(best) == 3
    assert out(real_edition, "search", "alpaca", "-q")[:3] == best
    assert len(out(real_edition, "search", "a", "-q")) == 20


def test_a_search_says_the_same_in_every_format(tiny_edition: Path) -> None:
    shown = out(tiny_edition, "search", "mix")
    assert shown[0].split() == ["id", "type", "name"]
    ids = [line.split()[0] for line in shown[1:]]
    assert set(ids) == {"mix", "mix-7b"}
    rows = csv.DictReader(io.StringIO("\n".join(out(tiny_edition, "search", "mix", "--format", "csv"))))
    assert [row["id"] for row in rows] == ids == out(tiny_edition, "search", "mix", "--quiet")


def test_a_search_without_a_hit_says_so_on_stderr(tiny_edition: Path) -> None:
    result = run("--edition", tiny_edition, "search", "nothing-like-it")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "nothing found\n")


@pytest.mark.parametrize("options", [[], ["--json"], ["-q"]])
def test_a_search_that_finds_nothing_names_what_is_near(real_edition: Path, options: list[str]) -> None:
    result = run("--edition", real_edition, "search", "alpca", *options)
    assert result.exit_code == 0 and result.stdout in ("", "[]\n")
    assert result.stderr.startswith("nothing found; near: alpaca, ")


@pytest.mark.parametrize(("words", "first"), [("deepseek r1", "deepseek-r1"), ("tulu 3", "tulu-3")])
def test_the_record_that_is_called_so_comes_first(real_edition: Path, words: str, first: str) -> None:
    assert out(real_edition, "search", "-q", words)[0].startswith(first)


def test_why_reads_the_same_from_either_end(tiny_edition: Path) -> None:
    ways = out(tiny_edition, "why", "mix-7b", "alpha")
    assert ways == out(tiny_edition, "why", "alpha", "mix-7b")
    assert ways == [
        "mix-7b",
        "└─ trained on mix",
        "      https://huggingface.co/datasets/lab/alpha",
        "   └─ includes alpha",
        "         https://huggingface.co/datasets/lab/alpha",
    ]


@pytest.mark.parametrize("pair", [("base-7b", "seeds"), ("alpha", "alpha")])
def test_why_says_where_no_way_is_recorded(tiny_edition: Path, pair: tuple[str, str]) -> None:
    assert out(tiny_edition, "why", *pair) == [
        f"no way is recorded between {pair[0]} and {pair[1]}, in either direction"
    ]


@pytest.mark.parametrize("table", [table for table in TABLES if TABLES[table]])
def test_a_table_is_printed_as_it_was_written(tiny_edition: Path, table: str) -> None:
    """All but bytes, which say nothing to the eye, and what is told of dates."""
    lines = out(tiny_edition, "tables", table, "--format", "csv")
    printed = [
        {name: cell for name, cell in row.items() if cell and not tells_precision(name)}
        for row in csv.DictReader(io.StringIO("\n".join(lines)))
    ]
    written = [row | ({"preferred": "1"} if "preferred" in row else {}) for row in TABLES[table]]
    written = [{name: row[name] for name in row if name not in ("sketch", "grams")} for row in written]

    def key(row: dict[str, str]) -> list[tuple[str, str]]:
        return sorted(row.items())

    assert sorted(map(key, printed)) == sorted(map(key, written))


@pytest.mark.parametrize(
    "words", ["ab " * 400_000, "x" * 1_000_000, "ab " * 60], ids=["words", "word", "many"]
)
def test_a_search_for_more_than_a_person_types_is_refused(tiny_edition: Path, words: str) -> None:
    result = run("--edition", tiny_edition, "search", words)
    assert result.exit_code == 2 and isinstance(result.exception, SystemExit)
    assert "are looked for" in result.stderr and len(result.stderr) < 200


@pytest.mark.parametrize(
    "call",
    [
        ["search", "alpha", "--limit"],
        ["stats", "--top"],
        ["trace", "alpha", "--depth"],
        ["overlap", "a", "b", "--examples"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("number", [str(10**30), "9" * 5000])
def test_a_number_too_large_to_count_with_is_refused(
    tiny_edition: Path, call: list[str], number: str
) -> None:
    result = run("--edition", tiny_edition, *call, number)
    assert result.exit_code == 2 and isinstance(result.exception, SystemExit)
    assert call[-1] in result.stderr and len(result.stderr) < 1000
