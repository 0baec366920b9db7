"""Benchmarks that reach a record: by which split, by which way, and what only wrote or seeded it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llmlineage.edition import Edition, open_edition
from llmlineage.edition.compile import build_edition
from llmlineage.graph.benchmarks import benchmark_below, benchmarks_above, split_named
from tests.conftest import run, told
from tests.tiny import read_table, write_table, write_tiny


@pytest.fixture
def edition(tmp_path: Path) -> Edition:
    """The tiny package with two benchmarks: the mix holds test items of one, alpha is seeded by the other."""
    package = write_tiny(tmp_path / "package")
    bench = {"kind": "benchmark", "status": "available", "upstream": "root", "source": "card"}
    more = [bench | {"id": "quiz", "name": "Quiz"}, bench | {"id": "exam", "name": "Exam"}]
    write_table(package, "datasets", [*read_table(package, "datasets"), *more])
    edge = {"basis": "stated", "source": "card"}
    write_table(
        package,
        "derivations",
        [
            *read_table(package, "derivations"),
            edge | {"child": "mix", "relation": "includes", "parent": "quiz", "split": "test"},
            edge | {"child": "beta-1.0", "relation": "includes", "parent": "quiz", "split": "train"},
            edge | {"child": "alpha", "relation": "seeded_by", "parent": "exam"},
        ],
    )
    trained = {"model": "writer", "stage": "sft", "dataset": "quiz", "split": "test"}
    write_table(package, "trainings", [*read_table(package, "trainings"), edge | trained])
    return open_edition(build_edition(package, tmp_path / "edition", validate=False))


def test_each_split_that_reaches_a_model_is_told_with_its_way(edition: Edition) -> None:
    found = {(one.benchmark, one.split): one for one in benchmarks_above(edition, "mix-7b")}
    assert set(found) == {("quiz", "test"), ("quiz", "train"), ("exam", "unknown")}
    assert [edge.parent for edge in found["quiz", "test"].via] == ["mix", "quiz"]
    assert [edge.parent for edge in found["quiz", "train"].via] == ["mix", "beta-1.0", "quiz"]
    assert found["quiz", "test"].component == "data"


def test_test_items_come_first_and_influence_last(edition: Edition) -> None:
    found = benchmarks_above(edition, "mix-7b")
    assert [one.split for one in found] == ["test", "train", "unknown"]
    assert found[-1].component == "influence"


def test_what_the_writer_was_trained_on_does_not_reach_its_text(edition: Edition) -> None:
    assert {one.benchmark for one in benchmarks_above(edition, "alpha")} == {"exam"}
    assert {one.benchmark for one in benchmarks_above(edition, "writer")} == {"quiz"}


def test_downward_every_record_is_named_once(edition: Edition) -> None:
    found = {one.record: one for one in benchmark_below(edition, "quiz")}
    assert set(found) == {"mix", "beta-1.0", "mix-7b", "writer"}
    assert [edge.child for edge in found["mix-7b"].via] == ["mix-7b", "mix"]
    assert found["mix-7b"].split == "test"


@pytest.mark.parametrize(
    ("part", "split"),
    [
        ("train", "train"), ("auxiliary_train", "train"), ("developer notes", "unknown"), ("test", "test"),
        ("train and test", "test"), ("validation split", "validation"), ("PoT", "unknown"), (None, "unknown"),
        ("latest", "unknown"),
    ],
)  # fmt: skip
def test_a_config_names_a_split_in_its_own_words(part: str | None, split: str) -> None:
    assert split_named(part) == split


def test_what_the_makers_left_out_does_not_reach_further(tmp_path: Path) -> None:
    """The way through the child that left it out is cut; another way that brings it stays."""
    package = write_tiny(tmp_path / "package")
    bench = {"kind": "benchmark", "status": "available", "upstream": "root", "source": "card"}
    write_table(
        package, "datasets", [*read_table(package, "datasets"), bench | {"id": "quiz", "name": "Quiz"}]
    )
    edge = {"basis": "stated", "source": "card", "relation": "includes", "child": "alpha", "parent": "quiz"}
    rows = [*read_table(package, "derivations"), edge | {"split": "test"}]
    write_table(package, "derivations", rows)
    before = open_edition(build_edition(package, tmp_path / "before", validate=False))
    assert [edge.child for edge in benchmarks_above(before, "mix")[0].via] == ["mix", "alpha"]
    assert {one.record for one in benchmark_below(before, "quiz")} == {"alpha", "beta-1.0", "mix", "mix-7b"}
    for row in rows:
        if (row["child"], row["parent"]) == ("mix", "alpha"):
            row["without"] = "quiz"
    write_table(package, "derivations", rows)
    cut = open_edition(build_edition(package, tmp_path / "cut", validate=False))
    assert [edge.child for edge in benchmarks_above(cut, "mix")[0].via] == ["mix", "beta-1.0", "alpha"]
    for row in rows:
        if row["parent"] == "alpha":
            row["without"] = "quiz"
    write_table(package, "derivations", rows)
    gone = open_edition(build_edition(package, tmp_path / "gone", validate=False))
    assert benchmarks_above(gone, "mix-7b") == ()
    assert {one.record for one in benchmark_below(gone, "quiz")} == {"alpha"}


def test_the_json_gives_the_way_of_each(real_edition: Path) -> None:
    for arguments in (["benchmarks", "OpenHermes-2.5"], ["benchmarks", "gsm8k", "--down"]):
        result = json.loads(run("--edition", real_edition, *arguments, "--json").stdout)
        assert result
        for one in result:
            assert {"id", "part", "split", "via"} <= set(one)
            assert one["via"][-1]["parent"] == one["id"] and one["via"][0]["child"] == one["record"]


def test_a_record_that_no_benchmark_reaches_says_so(tiny_edition: Path) -> None:
    result = run("--edition", tiny_edition, "benchmarks", "alpha")
    assert told(result.stdout) == ["no benchmark is known to reach it"]


def test_one_split_can_be_asked_for(real_edition: Path) -> None:
    def asked(*options: str) -> list[dict[str, str]]:
        call = ["benchmarks", "gsm8k", "--down", "--json", *options]
        found: list[dict[str, str]] = json.loads(run("--edition", real_edition, *call).stdout)
        return found

    tests = asked("--split", "test")
    assert tests and tests == [one for one in asked() if one["split"] == "test"]
    both = asked("--split", "test", "--split", "unknown")
    assert len(both) > len(tests) and {one["split"] for one in both} == {"test", "unknown"}


def test_many_that_came_the_same_way_are_counted_and_full_names_them(real_edition: Path) -> None:
    call = ["--edition", real_edition, "benchmarks", "gsm8k", "--down"]
    short, full = (run(*call, *options).stdout for options in ([], ["--full"]))
    assert " more\n" in short and told(short)[-1] == "--full names all"
    ids = set(run(*call, "-q").stdout.split())
    assert ids <= set(full.replace(",", "").split()) and not ids <= set(short.replace(",", "").split())


def test_that_nothing_of_a_split_is_known_is_said_of_that_split(real_edition: Path) -> None:
    call = ["benchmarks", "metamathqa", "--split", "test"]
    said = told(run("--edition", real_edition, *call).stdout)
    assert said == ["no benchmark (test) is known to reach it"]
