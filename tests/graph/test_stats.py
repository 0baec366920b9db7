"""The coverage of an edition, counted here from the tables in another way."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

import llmlineage
from llmlineage.graph.stats import Generator, Hub, Year
from tests.conftest import run
from tests.tiny import read_table, write_table


def test_the_tiny_package_is_counted(tiny_edition: Path) -> None:
    stats = llmlineage.open(tiny_edition).stats()
    assert stats.datasets == {"instruction": 2, "dialogue": 1, "family": 1, "prompts": 1}
    assert stats.models == {"instruct": 2, "base": 1}
    assert stats.edges["includes"] == 2 and stats.edges["generated_by"] == 1
    assert stats.dataset_upstream == {"complete": 2, "partial": 2, "root": 1}
    assert stats.basis == {"stated": 5, "inferred": 1, "reported": 1}
    assert stats.sources == {"article": 1, "dataset_card": 1}
    assert stats.edges_by_source == {"dataset_card": 7}
    assert (stats.aliases, stats.discrepancies) == (4, 1)


def test_a_year_counts_what_was_released_in_it_and_what_leads_up_from_that(tiny_edition: Path) -> None:
    assert llmlineage.open(tiny_edition).stats().years == (
        Year(2022, datasets=1, models=1, edges=0),
        Year(2023, datasets=3, models=2, edges=7),
        Year(None, datasets=1, models=0, edges=0),
    )


def test_a_dataset_leads_to_roots_alone_unless_something_above_it_is_unknown(package: Path) -> None:
    def traced() -> int:
        assert run("build", package, "-o", package / "out", "--no-validate").exit_code == 0
        return llmlineage.open(package / "out").stats().traced

    assert traced() == 2, "alpha and its seeds; the mix holds beta, which is known in part"
    datasets = read_table(package, "datasets")
    write_table(package, "datasets", [row | {"upstream": "complete"} for row in datasets])
    assert traced() == 5
    for unknown in ("undisclosed", "unread"):
        datasets[-1]["upstream"] = unknown
        rest = [{**row, "upstream": "complete"} for row in datasets[:-1]]
        write_table(package, "datasets", [*rest, datasets[-1]])
        assert traced() == 1, "all but the family come from the seeds"


def test_hubs_come_by_what_descends_from_them(tiny_edition: Path) -> None:
    stats = llmlineage.open(tiny_edition).stats(top=3)
    assert stats.hubs == (
        Hub("seeds", "dataset", "Seeds", children=1, descendants=4),
        Hub("writer", "model", "Writer", children=1, descendants=4),
        Hub("alpha", "dataset", "Alpha", children=2, descendants=3),
    )
    assert [root.id for root in stats.roots] == ["seeds"]
    assert stats.generators == (Generator("writer", "Writer", datasets=1),)


def test_the_record_is_counted_as_polars_counts_it(real_edition: Path) -> None:
    lineage = llmlineage.open(real_edition)
    stats, edges = lineage.stats(top=5), lineage.table("edges").collect()
    assert stats.edges == Counter(edges["relation"])
    wrote = edges.filter(pl.col("role").is_in(["wrote_prompts", "wrote_responses", "wrote_both"]))
    counts = wrote.group_by("parent").agg(pl.col("child").n_unique()).sort("child", descending=True)
    assert [one.datasets for one in stats.generators] == counts["child"][:5].to_list()
    below = lineage.table("ancestry").group_by("ancestor").len().sort("len", descending=True).collect()
    assert [hub.descendants for hub in stats.hubs] == below["len"][:5].to_list()
    assert sum(year.edges for year in stats.years) == len(edges)


def test_what_is_known_of_each_kind_is_counted_over_what_can_be_had(package: Path) -> None:
    datasets = read_table(package, "datasets")
    read_twice = {"second_read": "2026-11-25", "license": "mit", "rows": "", "released": ""}
    write_table(
        package,
        "datasets",
        [datasets[0] | read_twice, *datasets[1:-1], datasets[-1] | {"status": "unreleased", "kind": "task"}],
    )
    edges = read_table(package, "derivations")
    write_table(package, "derivations", [edges[0] | {"second_read": "2026-11-25"}, *edges[1:]])
    assert run("build", package, "-o", package / "out", "--no-validate").exit_code == 0
    stats = llmlineage.open(package / "out").stats()
    known = {one.kind: one for one in stats.known_datasets}
    assert "family" not in known and "task" not in known, "no record of its own, and not to be had"
    ((kind, one),) = ((kind, one) for kind, one in known.items() if one.second_read)
    same = [row for row in datasets[:-1] if row["kind"] == kind]
    assert (one.records, one.second_read) == (len(same), 1)
    assert one.licence == sum(bool(row["license"]) for row in same if row is not datasets[0]) + 1
    assert one.size == sum(bool(row["rows"]) for row in same if row is not datasets[0])
    assert one.released == sum(bool(row["released"]) for row in same if row is not datasets[0])
    assert {one.kind: one.second_read for one in stats.known_edges}["derivations"] == 1


@pytest.mark.parametrize("arguments", [["stats"], ["stats", "--top", "1"]])
def test_the_text_fits_a_terminal(real_edition: Path, arguments: list[str]) -> None:
    lines = run("--edition", real_edition, *arguments).stdout.splitlines()
    assert max(map(len, lines)) <= 80


def test_the_json_holds_every_figure_of_the_text(tiny_edition: Path) -> None:
    result = json.loads(run("--edition", tiny_edition, "stats", "--json").stdout)
    assert set(result) == {
        "edition", "datasets", "models", "edges", "years", "sources", "aliases", "discrepancies", "known",
        "most_depended_on", "roots", "generators",
    }  # fmt: skip
    assert result["datasets"]["total"] == 5 and result["datasets"]["traced_to_roots"] == 2
    assert result["years"][-1] == {"year": None, "datasets": 1, "models": 0, "edges": 0}
    assert result["most_depended_on"][0]["descendants"] == 4
