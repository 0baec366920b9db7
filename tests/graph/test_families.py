"""A family stands for its versions: every question about it goes through them, and says so."""

from __future__ import annotations

import csv
import io
import json
from itertools import pairwise
from pathlib import Path

import pytest

from llmlineage.edition import Edition, open_edition
from llmlineage.edition.compile import build_edition
from llmlineage.graph import lineage, records
from llmlineage.graph.benchmarks import benchmarks_above
from llmlineage.graph.compare import compare_records
from llmlineage.graph.terms import terms
from llmlineage.graph.travel import departures
from llmlineage.package import TABLES
from llmlineage.render.document import EDGE_KEYS
from tests.conftest import run
from tests.tiny import TABLES as TINY
from tests.tiny import write_table, write_tiny

# Of each dataset: its kind, its family, when it was released and its licence.
DATASETS = {
    "quiz": ("benchmark", "", "2020", "free"),
    "family": ("family", "", "", ""),
    "v1": ("instruction", "family", "2023", "nc"),
    "v2": ("instruction", "family", "2022", ""),
    "branch": ("family", "family", "2024", ""),
    "twig": ("instruction", "branch", "2024", ""),
    "lonely": ("family", "", "", ""),
    "of-family": ("instruction", "", "2025", ""),
    "of-v1": ("instruction", "", "2025", ""),
    "of-twig": ("instruction", "", "2025", ""),
    "further": ("instruction", "", "2025", ""),
}
STEPS = (
    ("v1", "quiz"), ("v2", "v1"), ("twig", "v2"), ("of-family", "family"), ("of-v1", "v1"),
    ("of-twig", "twig"), ("further", "of-family"),
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("families")
    package = write_tiny(place / "package")
    for table in TABLES:
        write_table(package, table, TINY[table] if table in ("sources", "licenses") else [])
    shared = {"status": "available", "upstream": "complete"}
    rows = [
        {"id": id, "name": id.title(), "kind": kind, "family": family, "released": released,
         "license": license, "source": "press" if id == "v1" else "card", "locator": f"on {id}", **shared}
        for id, (kind, family, released, license) in DATASETS.items()
    ]  # fmt: skip
    write_table(package, "datasets", rows)
    edges = [
        {"child": child, "relation": "includes", "parent": parent, "basis": "stated", "source": "card",
         "split": "train" if parent == "quiz" else ""}
        for child, parent in STEPS
    ]  # fmt: skip
    write_table(package, "derivations", edges)
    return build_edition(package, place / "edition", validate=False)


@pytest.fixture(scope="module")
def edition(folder: Path) -> Edition:
    return open_edition(folder)


def steps(trace: lineage.Trace) -> set[tuple[str, str, str]]:
    return {(edge.child, edge.relation, edge.parent) for edge in trace.edges}


UP = {
    ("family", "member", "v1"), ("family", "member", "v2"), ("family", "member", "branch"),
    ("branch", "member", "twig"), ("v1", "includes", "quiz"), ("v2", "includes", "v1"),
    ("twig", "includes", "v2"),
}  # fmt: skip


def test_up_from_a_family_go_all_its_versions_and_what_they_are_made_of(edition: Edition) -> None:
    trace = lineage.trace(edition, "family")
    assert steps(trace) == UP
    assert [(node.id, node.depth) for node in trace.nodes] == [
        ("family", 0), ("branch", 1), ("v1", 1), ("v2", 1), ("quiz", 2), ("twig", 2),
    ]  # fmt: skip


def test_down_from_a_family_goes_what_names_it_and_what_names_a_version(edition: Edition) -> None:
    trace = lineage.trace(edition, "family", "down")
    assert steps(trace) == {
        ("v1", "member_of", "family"), ("v2", "member_of", "family"), ("branch", "member_of", "family"),
        ("twig", "member_of", "branch"), ("of-family", "includes", "family"), ("of-v1", "includes", "v1"),
        ("v2", "includes", "v1"), ("twig", "includes", "v2"), ("of-twig", "includes", "twig"),
        ("further", "includes", "of-family"),
    }  # fmt: skip


def test_a_family_that_is_met_on_the_way_is_not_opened(edition: Edition) -> None:
    assert steps(lineage.trace(edition, "further")) == {
        ("further", "includes", "of-family"), ("of-family", "includes", "family"),
    }  # fmt: skip
    assert {one.id for one in lineage.trace(edition, "quiz", "down").nodes} == {
        "quiz", "v1", "v2", "twig", "of-v1", "of-twig",
    }  # fmt: skip


@pytest.mark.parametrize("direction", ["up", "down"])
def test_what_is_reachable_from_a_family_is_what_its_trace_holds(
    edition: Edition, direction: lineage.Direction
) -> None:
    for id in DATASETS:
        traced = {node.id for node in lineage.trace(edition, id, direction).nodes} - {id}
        reached = list(lineage.reachable(edition, id, direction))
        assert lineage.closure(edition, id, direction).to_list() == sorted(reached)
        assert set(reached) == traced and len(reached) == len(traced)


def test_depth_counts_the_step_to_a_version(edition: Edition) -> None:
    by_depth = [{node.id for node in lineage.trace(edition, "family", depth=n).nodes} for n in range(3)]
    assert by_depth[0] == {"family"} and by_depth[1] == {"family", "branch", "v1", "v2"}
    assert by_depth[2] - by_depth[1] == {"quiz", "twig"}


def test_filters_pass_from_a_family_to_its_versions(edition: Edition) -> None:
    assert steps(lineage.trace(edition, "family", relations=["includes"])) == UP
    members = {step for step in UP if step[1] == "member"}
    assert steps(lineage.trace(edition, "family", relations=["member"])) == members
    assert steps(lineage.trace(edition, "family", only="models")) == members
    assert steps(lineage.trace(edition, "v1", relations=["member"])) == set()


def test_a_version_rests_on_its_own_source(edition: Edition) -> None:
    (edge,) = [one for one in lineage.trace(edition, "family", depth=1).edges if one.parent == "v1"]
    assert (edge.source.id, edge.locator, edge.basis) == ("press", "on v1", "stated")
    (down,) = [one for one in lineage.trace(edition, "family", "down", depth=1).edges if one.child == "v1"]
    assert (down.source.id, down.locator) == ("press", "on v1")


def ways(edition: Edition, first: str, second: str) -> list[list[str]]:
    return [
        [way[0].child, *(f"{edge.relation} {edge.parent}" for edge in way)]
        for way in lineage.why(edition, first, second)
    ]


def test_a_way_from_a_family_begins_with_the_version_that_has_one(edition: Edition) -> None:
    assert ways(edition, "family", "quiz") == [["family", "member v1", "includes quiz"]]
    assert ways(edition, "quiz", "family") == ways(edition, "family", "quiz")
    assert ways(edition, "family", "twig") == [["family", "member branch", "member twig"]]


def test_a_way_to_a_family_ends_with_the_version_that_was_used(edition: Edition) -> None:
    assert ways(edition, "of-v1", "family") == [["of-v1", "includes v1", "member_of family"]]
    assert sorted(ways(edition, "of-twig", "family")) == [
        ["of-twig", "includes twig", "includes v2", "member_of family"],
        ["of-twig", "includes twig", "member_of branch", "member_of family"],
    ]
    assert ways(edition, "of-family", "family") == [["of-family", "includes family"]]
    assert ways(edition, "v1", "family") == [["v1", "member_of family"]]
    for way in lineage.why(edition, "of-twig", "family"):
        assert all(one.parent == other.child for one, other in pairwise(way))


def test_terms_and_benchmarks_of_a_family_come_through_its_versions(edition: Edition) -> None:
    found = terms(edition, "family")
    assert {one.license.id for one in found.inherited} == {"nc", "free"}
    assert all(one.via[0].relation == "member" for one in found.inherited)
    (reached,) = benchmarks_above(edition, "family")
    assert (reached.benchmark, reached.split) == ("quiz", "train")
    assert [edge.parent for edge in reached.via] == ["v1", "quiz"]
    assert "twig" in {one.id for one in departures(edition, "family") if one.into == "prompts"}


def test_families_are_compared_through_their_versions(edition: Edition) -> None:
    found = compare_records(edition, "family", "of-v1")
    assert {one.id for one in found.shared} == {"quiz", "v1"}
    assert lineage.trace(edition, "family").carries("quiz") == {"prompts", "responses", "labels"}


def test_the_record_of_a_family_lists_its_versions_the_earliest_first(edition: Edition) -> None:
    family = records.record(edition, "datasets", "family")
    assert [node.id for node in family.members] == ["v2", "v1", "branch"]
    assert family.parents == () and [edge.child for edge in family.children] == ["of-family"]
    assert records.record(edition, "datasets", "v1").members == ()


@pytest.mark.parametrize("down", [[], ["--down"]])
def test_every_format_shows_the_versions(folder: Path, down: list[str]) -> None:
    def shown(*options: str) -> str:
        result = run("--edition", folder, "trace", "family", *down, *options)
        assert result.exit_code == 0
        return result.stdout

    document = json.loads(shown("--json"))
    members = [edge for edge in document["edges"] if edge["relation"].startswith("member")]
    assert len(members) == 4
    assert all(list(edge)[: len(EDGE_KEYS)] == list(EDGE_KEYS) and edge["source"] for edge in members)
    rows = list(csv.DictReader(io.StringIO(shown("--format", "csv"))))
    assert sum(row["relation"].startswith("member") for row in rows) == 4
    assert shown("--format", "table").count(" member") == 4
    assert len(shown("-q").split()) == len(document["nodes"])
    for tree in (shown(), shown("--no-dedupe"), shown("--sources"), shown("--depth", "9")):
        assert tree.startswith("Family · dataset family") and tree.count("member") == 4
        assert "member V1" in tree and "member Branch" in tree and "member Twig" in tree


def test_a_family_without_versions_says_so(folder: Path) -> None:
    result = run("--edition", folder, "trace", "lonely")
    assert "nothing recorded above it" in result.stdout
    assert result.stderr == "lonely is a family, and no version of it has a record\n"
    assert run("--edition", folder, "trace", "family").stderr == ""
    assert run("--edition", folder, "trace", "family", "--depth", "0").stderr == ""


@pytest.fixture(scope="module")
def world(real_edition: Path) -> Edition:
    return open_edition(real_edition)


def test_zephyr_is_alpha_beta_and_gemma(world: Edition) -> None:
    trace = lineage.trace(world, "zephyr")
    versions = {edge.parent for edge in trace.edges if edge.relation == "member"}
    assert versions == {"zephyr-7b-alpha", "zephyr-7b-beta", "zephyr-7b-gemma-v0.1"}
    assert {"ultrachat", "mistral-7b-v0.1", "gpt-4"} <= {node.id for node in trace.nodes}


def test_zephyr_was_tuned_on_ultrafeedback(world: Edition) -> None:
    found = lineage.why(world, "zephyr", "ultrafeedback")
    assert [[edge.relation for edge in way] for way in found] == [["member", "trained_on"]]
    assert found[0][1].stage == "preference_optimization"


def test_what_names_airoboros_and_what_names_a_version_of_it_are_below_it(world: Edition) -> None:
    below = set(lineage.reachable(world, "airoboros", "down"))
    assert {"openhermes-2.5", "openhermes-2-mix", "airoboros-2.2"} <= below


def test_the_versions_of_gpt_4_turbo_are_versions_of_gpt_4(world: Edition) -> None:
    found = lineage.trace(world, "gpt-4", relations=["member"])
    assert {"gpt-4-0613", "gpt-4-turbo", "gpt-4-1106-preview"} <= {node.id for node in found.nodes}
