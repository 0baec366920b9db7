"""The Python face: names in, frozen dataclasses and polars frames out."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import polars as pl
import pytest

import llmlineage
from llmlineage.api import Lineage


@pytest.fixture
def lineage(tiny_edition: Path) -> Lineage:
    return llmlineage.open(tiny_edition)


def test_names_are_resolved_everywhere(lineage: Lineage) -> None:
    assert lineage.resolve("The Mix") == "mix"
    assert lineage.trace("M7").root == "mix-7b"
    assert set(lineage.reachable("Beta 1.0")) == {"alpha", "seeds", "writer"}
    assert lineage.show("Not Commercial").id == "nc"
    assert [edge.parent for edge in lineage.why("seeds", "the mix")[0]] == ["alpha", "seeds"]
    assert lineage.search("alpha")[0].id == "alpha"


@pytest.mark.parametrize("call", ["resolve", "trace", "show"])
def test_an_unknown_name_carries_the_closest(lineage: Lineage, call: str) -> None:
    with pytest.raises(llmlineage.UnknownName) as caught:
        getattr(lineage, call)("alpa")
    assert caught.value.name == "alpa" and caught.value.closest[0] == "alpha"


def test_what_a_name_means_most_often_is_answered(lineage: Lineage) -> None:
    assert lineage.resolve("mixture") == "mix-7b"
    assert lineage.resolve("mixture (dataset)") == "mix"


def test_a_trace_may_be_turned_shortened_and_narrowed(lineage: Lineage) -> None:
    def steps(*arguments: object, **filters: object) -> list[tuple[str, str]]:
        edges = lineage.trace("alpha", *arguments, **filters).edges  # type: ignore[arg-type]
        return sorted((edge.child, edge.parent) for edge in edges)

    assert steps() == [("alpha", "seeds"), ("alpha", "writer")]
    assert steps(only="models") == [("alpha", "writer")]
    assert steps(relations=["seeded_by"]) == [("alpha", "seeds")]
    assert steps("down", 1) == [("beta-1.0", "alpha"), ("mix", "alpha")]
    assert set(lineage.reachable("alpha", "down")) == {"beta-1.0", "mix", "mix-7b"}


def test_every_error_is_of_one_kind(lineage: Lineage, tmp_path: Path) -> None:
    for call in (
        lambda: llmlineage.open(tmp_path),
        lambda: lineage.why("mix", "alpa"),
        lambda: lineage.table("edge"),
    ):
        with pytest.raises(llmlineage.LineageError):
            call()


def test_an_unknown_name_is_an_error_before_the_first_is_asked_for(lineage: Lineage) -> None:
    with pytest.raises(llmlineage.UnknownName):
        lineage.reachable("alpa")


def test_what_is_returned_cannot_be_changed(lineage: Lineage) -> None:
    trace = lineage.trace("mix")
    for one in (trace, trace.nodes[0], trace.edges[0], trace.edges[0].source):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(one, dataclasses.fields(one)[0].name, "other")


def test_a_trace_becomes_two_typed_frames(lineage: Lineage) -> None:
    nodes, edges = lineage.trace("mix").to_polars()
    assert nodes["id"].to_list()[0] == "mix" and nodes.schema["rows"] == pl.Int64()
    assert len(edges) == 5 and edges["source"].struct.field("url").n_unique() == 1
    alone_nodes, alone_edges = lineage.trace("seeds").to_polars()
    assert (alone_nodes.schema, alone_edges.schema) == (nodes.schema, edges.schema)


def test_the_edition_is_found_by_argument_then_variable_then_in_the_package(
    tiny_edition: Path, real_edition: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMLINEAGE_EDITION", str(tiny_edition))
    assert llmlineage.open().resolve("mix") == "mix"
    assert llmlineage.open(real_edition).resolve("alpaca") == "alpaca"
    monkeypatch.delenv("LLMLINEAGE_EDITION")
    assert llmlineage.open().resolve("OpenHermes-2") == "openhermes-2-mistral-7b"


def test_a_folder_without_an_edition_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(llmlineage.InvalidEdition, match="llmlineage build"):
        llmlineage.open(tmp_path)


def test_tables_and_stats_are_at_hand(lineage: Lineage, tiny_edition: Path) -> None:
    assert lineage.table("nodes").collect().height == 8
    assert llmlineage.table("nodes", tiny_edition).collect().equals(lineage.table("nodes").collect())
    assert lineage.stats().datasets["instruction"] == 2
    assert len(lineage.search("lab", limit=2)) == 2
    assert len(lineage.stats(top=1).hubs) == 1 < len(lineage.stats().hubs)
    assert lineage.version == "0.1.0"


def test_terms_and_benchmarks_take_names_too(lineage: Lineage) -> None:
    assert lineage.terms("The Mix").root == "mix"
    assert lineage.benchmarks("M7") == () and lineage.benchmarks("seeds", "down")[0].record == "alpha"
    with pytest.raises(llmlineage.UnknownName):
        lineage.terms("alpa")
