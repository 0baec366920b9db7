"""Benchmarks that reach a record: by which split, by which way, and what only wrote or seeded it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llmlineage.edition import Edition, open_edition
from llmlineage.edition.compile import build_edition
from llmlineage.graph.benchmarks import benchmark_below, benchmarks_above, split_named
from tests.conftest import run
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
            edge | {"child": "mix", "relation": "includes", "parent": "quiz", "part": "test split"},
            edge | {"child": "beta-1.0", "relation": "includes", "parent": "quiz", "part": "train"},
            edge | {"child": "alpha", "relation": "seeded_by", "parent": "exam"},
        ],
    )
    trained = {"model": "writer", "stage": "sft", "dataset": "quiz", "part": "test"}
    write_table(package, "trainings", [*read_table(package, "trainings"), edge | trained])
    return open_edition(build_edition(package, tmp_path / "edition", validate=False))


def test_each_split_that_reaches_a_model_is_told_with_its_way(edition: Edition) -> None:
    found = {(one.benchmark, one.split): one for one in benchmarks_above(edition, "mix-7b")}
    assert set(found) == {("quiz", "test"), ("quiz", "train"), ("exam", "unknown")}
    assert [edge.parent for edge in found["quiz", "test"].via] == ["mix", "quiz"]
    assert [edge.parent for edge in found["quiz", "train"].via] == ["mix", "beta-1.0", "quiz"]
    assert found["quiz", "test"].carries == "data"


def test_test_items_come_first_and_influence_last(edition: Edition) -> None:
    found = benchmarks_above(edition, "mix-7b")
    assert [one.split for one in found] == ["test", "train", "unknown"]
    assert found[-1].carries == "influence"


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
def test_the_part_says_the_split(part: str | None, split: str) -> None:
    assert split_named(part) == split


def test_the_json_gives_the_way_of_each(real_edition: Path) -> None:
    for arguments in (["benchmarks", "OpenHermes-2.5"], ["benchmarks", "gsm8k", "--down"]):
        result = json.loads(run("--edition", real_edition, *arguments, "--json").stdout)
        assert result
        for one in result:
            assert {"id", "part", "split", "via"} <= set(one)
            assert one["via"][-1]["parent"] == one["id"] and one["via"][0]["child"] == one["record"]


def test_a_record_that_no_benchmark_reaches_says_so(tiny_edition: Path) -> None:
    result = run("--edition", tiny_edition, "benchmarks", "alpha")
    assert result.stdout == "no benchmark is known to reach it\n"
