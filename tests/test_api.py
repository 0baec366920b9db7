"""The Python face: names in, frozen dataclasses and polars frames out."""

from __future__ import annotations

import dataclasses
import pickle
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest

import llmlineage
from llmlineage import edition
from llmlineage.api import Lineage
from tests.conftest import run


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


def test_a_checkout_without_an_edition_takes_the_one_that_is_installed(
    tiny_edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where Python starts in a clone: the checkout comes first on the path, the installation later."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LLMLINEAGE_EDITION", raising=False)
    monkeypatch.setattr(edition, "EMBEDDED", str(tmp_path / "clone" / "llmlineage" / "_edition"))
    installed = tmp_path / "site-packages"
    monkeypatch.setattr(sys, "path", ["", str(tmp_path / "clone"), str(tmp_path / "missing"), str(installed)])
    with pytest.raises(llmlineage.InvalidEdition, match=r"pip install \."):
        llmlineage.open()
    shutil.copytree(tiny_edition, installed / "llmlineage" / "_edition")
    assert llmlineage.open().resolve("mix") == "mix"
    assert llmlineage.table("nodes").collect().height == 8
    assert run("trace", "alpha", "-q").stdout == "alpha\nseeds\nwriter\n"


def test_threads_share_an_edition(lineage: Lineage) -> None:
    def ask(_: int) -> tuple[object, ...]:
        rows = tuple(lineage.sql("SELECT id FROM datasets ORDER BY id").rows)
        return rows, lineage.trace("mix-7b"), lineage.terms("mix"), lineage.why("mix", "seeds")

    expected = ask(0)
    with ThreadPoolExecutor(8) as pool:
        assert all(answer == expected for answer in pool.map(ask, range(24)))


def test_what_one_thread_began_to_read_another_reads_on(lineage: Lineage) -> None:
    with ThreadPoolExecutor(1) as pool:
        assert set(pool.submit(lineage.reachable, "mix").result()) == {
            "alpha", "beta-1.0", "seeds", "writer",
        }  # fmt: skip


def test_a_thread_never_reads_another_edition_than_was_opened(tiny_edition: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_edition, tmp_path / "edition")
    lineage = llmlineage.open(folder)
    shutil.rmtree(folder)
    shutil.copytree(tiny_edition, folder)
    assert lineage.trace("alpha").root == "alpha", "what is open stays open"
    with ThreadPoolExecutor(1) as pool, pytest.raises(llmlineage.InvalidEdition, match="open it again"):
        pool.submit(lineage.trace, "alpha").result()


def test_an_edition_is_opened_again_where_it_is_sent_to(
    lineage: Lineage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = pickle.dumps(lineage)
    monkeypatch.chdir(tmp_path)
    assert pickle.loads(sent).trace("mix") == lineage.trace("mix")


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
