"""The Python face: names in, frozen dataclasses and polars frames out."""

from __future__ import annotations

import json
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
from llmlineage.graph.lineage import Direction
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


@pytest.fixture(scope="module")
def real(real_edition: Path) -> Lineage:
    return llmlineage.open(real_edition)


@pytest.mark.parametrize("name", ["OpenHermes-2", "zephyr-7b-beta", "NeuralBeagle14-7B"])
@pytest.mark.parametrize("direction", ["up", "down"])
def test_the_frames_of_a_trace_join_with_the_tables(real: Lineage, name: str, direction: Direction) -> None:
    trace = real.trace(name, direction)
    for frame, table in zip(trace.to_polars(), (real.table("nodes"), real.table("edges")), strict=True):
        shared = [column for column in table.collect_schema() if column in frame.columns]
        assert {"id", "kind", "license"} <= set(shared) or {"child", "relation", "parent"} <= set(shared)
        assert {one: frame.schema[one] for one in shared} == {
            one: table.collect_schema()[one] for one in shared
        }
        joined = frame.join(table.collect(), on=shared, how="inner", nulls_equal=True)
        assert joined.height == frame.height, "every row is one of the table, in all its cells"


def test_a_step_to_a_version_is_a_row_of_no_table(real: Lineage) -> None:
    _, edges = real.trace("zephyr").to_polars()
    members = edges.filter(relation="member")
    assert members.height >= 3 and members["table"].null_count() == members.height
    assert edges.filter(pl.col("table").is_null()).height == members.height


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("datasets", "OpenHermes-2.5"), ("datasets", "airoboros"), ("models", "zephyr-7b-beta"),
        ("methods", "DPO (method)"), ("licenses", "apache-2.0"), ("organizations", "Teknium"),
    ],
)  # fmt: skip
def test_the_frame_of_a_record_is_its_row(real: Lineage, table: str, name: str) -> None:
    record = real.show(name)
    assert record.table == table
    row = real.table(table).filter(id=record.id).collect()
    assert record.to_polars().equals(row) and record.to_polars().schema == row.schema


def test_every_result_has_a_frame_be_there_rows_or_none(lineage: Lineage, tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("lab/alpha\nno/where\n")
    many_and_few = (
        (lineage.why("mix", "seeds"), lineage.why("mix", "base-7b")),
        (lineage.benchmarks("seeds", "down"), lineage.benchmarks("mix")),
        (lineage.search("alpha"), lineage.search("nowhere at all")),
        (lineage.terms("mix-7b"), lineage.terms("seeds")),
        (lineage.stats(), lineage.stats(top=1)),
    )
    for many, few in many_and_few:
        assert many.to_polars().height > few.to_polars().height
        assert many.to_polars().schema == few.to_polars().schema
    ways = lineage.why("mix", "seeds").to_polars()
    assert ways.select("way", "step", "child", "parent").rows()[:2] == [
        (0, 0, "mix", "alpha"), (0, 1, "alpha", "seeds"),
    ]  # fmt: skip


def test_results_that_are_many_are_tuples(lineage: Lineage) -> None:
    for result in (lineage.why("mix", "seeds"), lineage.benchmarks("mix"), lineage.search("alpha")):
        assert isinstance(result, tuple) and pickle.loads(pickle.dumps(result)) == result
        with pytest.raises(AttributeError):
            result.more = 1  # type: ignore[union-attr]


def test_a_comparison_says_which_of_the_two_has_what(lineage: Lineage) -> None:
    frame = lineage.compare("beta-1.0", "mix").to_polars()
    above = frame.filter(aspect="ancestors").drop("aspect").rows()
    assert above == [
        ("alpha", True, True, 1, 1), ("seeds", True, True, 2, 2), ("writer", True, True, 2, 2),
    ]  # fmt: skip
    parents = frame.filter(aspect="parents").select("id", "in_first", "in_second").rows()
    assert parents == [("alpha", True, True), ("beta-1.0", False, True)]


def test_an_audit_takes_files_and_folders_and_tells_what_it_could_not_read(
    lineage: Lineage, tmp_path: Path
) -> None:
    (tmp_path / "names.txt").write_text("lab/alpha\nno/where\n")
    (tmp_path / "half.yml").write_text("a: [")
    found = lineage.audit(tmp_path / "names.txt", str(tmp_path / "half.yml"))
    assert [one.config.file for one in found.audits] == [str(tmp_path / "names.txt")]
    assert [one.file for one in found.failed] == [str(tmp_path / "half.yml")]
    findings = found.to_polars()
    assert ("no-record", "no/where") in findings.select("category", "id").rows()
    assert ("noncommercial", "alpha") in findings.select("category", "id").rows()
    written = findings.filter(category="undisclosed", id="writer")["via"].to_list()
    assert all(way[-1]["relation"] == "wrote_both" for way in written)
    for nothing in (tmp_path / "half.yml", tmp_path / "gone.yml"):
        with pytest.raises(llmlineage.LineageError):
            lineage.audit(nothing)


def test_a_card_is_of_a_record_or_of_a_config(lineage: Lineage, tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text("base_model: lab/base-7b\ndatasets: [{path: lab/alpha, type: alpaca}]\n")
    assert "pretty_name: The Mix" in lineage.card("the mix")
    assert "- lab/alpha" in lineage.card(config) and str(tmp_path) not in lineage.card(str(config))
    with pytest.raises(llmlineage.UnknownName):
        lineage.card(tmp_path / "gone.yml")


def test_rows_of_a_query_become_a_frame(lineage: Lineage) -> None:
    frame = lineage.sql("SELECT id, rows FROM datasets ORDER BY id").to_polars()
    assert frame.schema == {"id": pl.String(), "rows": pl.Int64()}
    assert frame.row(0) == ("alpha", 52_002) and frame.height == 5
    assert lineage.sql("SELECT id FROM datasets WHERE rows > 1e9").to_polars().columns == ["id"]
    mixed = lineage.sql("SELECT 1 AS x UNION ALL SELECT 'b' UNION ALL SELECT 2.5").to_polars()
    assert mixed.height == 3
    with pytest.raises(llmlineage.QueryRefused, match="AS"):
        lineage.sql("SELECT 1 AS x, 2 AS x").to_polars()


def test_rows_are_compared_and_identified(lineage: Lineage, tmp_path: Path) -> None:
    for name, count in (("a", 3), ("b", 2)):
        rows = [{"prompt": f"Question {one}?", "response": f"Answer {one}."} for one in range(count)]
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    report = lineage.overlap(str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl"))
    (prompts,) = report.to_polars().filter(field="prompt").rows(named=True)
    assert (prompts["a_distinct"], prompts["shared"], prompts["b_in_a"]) == (3, 2, 1.0)
    found = lineage.identify(str(tmp_path / "a.jsonl"))
    assert found.known == 1 and found.to_polars().columns[:4] == ["id", "part", "field", "contained"]


def test_rows_without_the_extra_say_which_to_install(
    lineage: Lineage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [name for name in sys.modules if name.startswith("llmlineage.content")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "polars_hash", None)
    for call in (lambda: lineage.overlap("a", "b"), lambda: lineage.identify("a")):
        with pytest.raises(llmlineage.MissingExtra, match="content"):
            call()


def test_what_is_returned_cannot_be_changed(lineage: Lineage) -> None:
    trace = lineage.trace("mix")
    for one in (trace, trace.nodes[0], trace.edges[0], trace.edges[0].source):
        with pytest.raises(AttributeError):
            setattr(one, type(one)._fields[0], "other")


def test_a_trace_becomes_two_typed_frames(lineage: Lineage) -> None:
    nodes, edges = lineage.trace("mix").to_polars()
    assert nodes["id"].to_list()[0] == "mix" and nodes["depth"].to_list() == [0, 1, 1, 2, 2]
    assert len(edges) == 5 and edges["source_url"].n_unique() == 1
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
    assert lineage.carries("M7", "Alpha") == {"prompts", "responses", "labels"}
    assert lineage.carries("alpha", "M7") == lineage.carries("M7", "Seeds") == frozenset()
    assert lineage.compare("Beta 1.0", "M7").ways[0][0].child == "mix-7b"
    assert lineage.benchmarks("M7") == () and lineage.benchmarks("seeds", "down")[0].record == "alpha"
    with pytest.raises(llmlineage.UnknownName):
        lineage.terms("alpa")
