"""The walks over the graph, compared with brute force on random graphs and told on the tiny one."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from inspect import stack
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from llmlineage.edition import Edition, open_edition
from llmlineage.errors import UnknownName
from llmlineage.graph import lineage
from llmlineage.graph.lineage import Edge
from tests.graphs import Graph, Step, brute_force, edition_of, graphs, shortest_ways

# d3 reaches d1 in one step and, by way of d2, in two.
DETOUR = Graph(
    ("d0", "d1", "d2", "d3", "d4"),
    tuple(
        Step(child, "includes", "", parent, "")
        for child, parent in (("d1", "d0"), ("d2", "d1"), ("d3", "d1"), ("d3", "d2"), ("d4", "d3"))
    ),
)
few = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def edition(tiny_edition: Path) -> Edition:
    return open_edition(tiny_edition)


def as_step(edge: Edge) -> Step:
    return Step(edge.child, edge.relation, edge.role or edge.stage or "", edge.parent, edge.part or "")


def compiled(graph: Graph) -> Iterator[Edition]:
    with tempfile.TemporaryDirectory() as folder:
        edition = edition_of(graph, Path(folder))
        yield edition
        edition.index.close()


@few
@example(DETOUR)
@given(graphs())
def test_every_walk_finds_what_brute_force_finds(graph: Graph) -> None:
    for edition in compiled(graph):
        for root in graph.nodes:
            for direction in ("up", "down"):
                for depth in (None, 0, 1, 2):
                    distances, crossed = brute_force(graph.steps, root, direction == "up", depth)
                    trace = lineage.trace(edition, root, direction, depth)
                    assert [(node.depth, node.id) for node in trace.nodes] == sorted(
                        (distance, node) for node, distance in distances.items()
                    )
                    assert Counter(map(as_step, trace.edges)) == Counter(crossed)
                reached = list(lineage.reachable(edition, root, direction))
                assert lineage.closure(edition, root, direction).to_list() == sorted(reached)
                distances, _ = brute_force(graph.steps, root, direction == "up")
                assert sorted([root, *reached]) == sorted(distances)
            assert lineage.ancestry(edition, root) == lineage.trace(edition, root)


@few
@given(graphs(), st.data())
def test_filters_follow_only_what_they_name(graph: Graph, data: st.DataObject) -> None:
    for edition in compiled(graph):
        root = data.draw(st.sampled_from(graph.nodes))
        depth = data.draw(st.sampled_from([None, 1, 2]))
        for direction in ("up", "down"):
            for only, kind in (("datasets", "d"), ("models", "m")):
                kept = tuple(
                    step
                    for step in graph.steps
                    if (step.parent if direction == "up" else step.child).startswith(kind)
                )
                distances, crossed = brute_force(kept, root, direction == "up", depth)
                trace = lineage.trace(edition, root, direction, depth, only=only)
                assert {node.id: node.depth for node in trace.nodes} == distances
                assert set(map(as_step, trace.edges)) == crossed
            relations = data.draw(st.sets(st.sampled_from(lineage.RELATIONS), min_size=1))
            kept = tuple(step for step in graph.steps if step.relation in relations)
            distances, crossed = brute_force(kept, root, direction == "up", depth)
            trace = lineage.trace(edition, root, direction, depth, relations=relations)
            assert {node.id: node.depth for node in trace.nodes} == distances
            assert set(map(as_step, trace.edges)) == crossed


@few
@example(DETOUR)
@given(graphs(most=7))
def test_why_gives_every_shortest_way_and_no_other(graph: Graph) -> None:
    for edition in compiled(graph):
        for first in graph.nodes:
            for second in graph.nodes:
                found = lineage.why(edition, first, second)
                ways = shortest_ways(graph.steps, first, second) or shortest_ways(graph.steps, second, first)
                assert Counter(tuple(map(as_step, way)) for way in found) == Counter(ways)


@few
@given(graphs())
def test_ancestry_holds_every_ancestor_at_its_least_distance(graph: Graph) -> None:
    wanted = {
        (root, node, distance)
        for root in graph.nodes
        for node, distance in brute_force(graph.steps, root)[0].items()
        if distance
    }
    for edition in compiled(graph):
        rows = edition.index.execute("SELECT node, ancestor, distance FROM ancestry").fetchall()
        assert Counter(rows) == Counter(wanted)
        frame = pl.read_parquet(Path(edition.path) / "ancestry.parquet")
        assert Counter(frame.iter_rows()) == Counter(wanted)


@few
@given(graphs())
def test_down_is_the_reverse_of_up(graph: Graph) -> None:
    for edition in compiled(graph):
        up = {(one, other) for one in graph.nodes for other in lineage.reachable(edition, one, "up")}
        down = {(other, one) for one in graph.nodes for other in lineage.reachable(edition, one, "down")}
        assert up == down


def test_a_diamond_is_walked_once(edition: Edition) -> None:
    trace = lineage.trace(edition, "mix")
    assert [(node.id, node.depth) for node in trace.nodes] == [
        ("mix", 0), ("alpha", 1), ("beta-1.0", 1), ("seeds", 2), ("writer", 2),
    ]  # fmt: skip
    assert len(trace.edges) == 5


def test_edges_side_by_side_are_each_a_way(tmp_path: Path) -> None:
    steps = (Step("d1", "includes", "", "d0", "test"), Step("d1", "includes", "", "d0", "train"))
    edition = edition_of(Graph(("d0", "d1"), steps), tmp_path)
    assert [edge.part for edge in lineage.trace(edition, "d1").edges] == ["test", "train"]
    assert [[edge.part for edge in way] for way in lineage.why(edition, "d0", "d1")] == [["test"], ["train"]]


def test_what_is_looked_up_in_batches_is_all_found(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = lineage.trace(edition, "mix-7b"), lineage.why(edition, "mix-7b", "seeds")
    monkeypatch.setattr(lineage, "_BATCH", 2)
    assert (lineage.trace(edition, "mix-7b"), lineage.why(edition, "mix-7b", "seeds")) == at_once


def test_every_edge_carries_its_facts_and_source(edition: Edition) -> None:
    (edge,) = [one for one in lineage.trace(edition, "beta-1.0").edges if one.relation == "cleaned_from"]
    assert (edge.part, edge.rows, edge.method, edge.basis) == ("train", 900, "filtering", "inferred")
    assert edge.note == "The rows are alike."
    assert (edge.source.id, edge.source.title) == ("card", "Alpha")
    (written,) = [one for one in lineage.trace(edition, "alpha").edges if one.role]
    assert (written.relation, written.role, written.stage) == ("generated_by", "wrote_both", None)
    assert written.locator == "README"


def test_nothing_is_between_a_record_and_itself(edition: Edition) -> None:
    assert lineage.why(edition, "mix", "mix") == []
    assert lineage.why(edition, "base-7b", "seeds") == []


@pytest.mark.parametrize("walk", [lineage.trace, lineage.reachable, lineage.closure])
def test_a_walk_from_nowhere_is_an_error(edition: Edition, walk: object) -> None:
    with pytest.raises(UnknownName):
        list(walk(edition, "nowhere"))  # type: ignore[operator]


def test_a_relation_that_is_none_is_never_sql(edition: Edition) -> None:
    for relation in ("x') OR ('1'='1", "nonsense", "wrote_both", "sft", ""):
        with pytest.raises(ValueError, match=r"includes, subset_of, .*initialized_from, member"):
            lineage.trace(edition, "mix", relations=["includes", relation])


@pytest.mark.parametrize("walk", [lineage.trace, lineage.reachable, lineage.closure])
def test_a_direction_that_is_none_is_an_error(edition: Edition, walk: Callable[..., object]) -> None:
    with pytest.raises(ValueError, match="'sideways' is no direction; it is one of up, down"):
        walk(edition, "mix", "sideways")


def test_what_is_neither_datasets_nor_models_is_no_filter(edition: Edition) -> None:
    with pytest.raises(ValueError, match="datasets, models"):
        lineage.trace(edition, "mix", only="dataset")  # type: ignore[arg-type]


def test_a_chain_longer_than_the_stack_is_walked_to_its_end(tmp_path: Path) -> None:
    nodes = tuple(f"d{number:03}" for number in range(300))
    steps = tuple(Step(child, "includes", "", parent, "") for parent, child in pairwise(nodes))
    edition = edition_of(Graph(nodes, steps), tmp_path)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(stack()) + 100)
    try:
        trace = lineage.trace(edition, nodes[-1])
        (way,) = lineage.why(edition, nodes[0], nodes[-1])
    finally:
        sys.setrecursionlimit(limit)
    assert trace.nodes[-1].depth == len(way) == len(nodes) - 1
