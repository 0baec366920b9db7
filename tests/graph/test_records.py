"""One record with everything known of it, and the search for records."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmlineage.edition import Edition, open_edition
from llmlineage.edition.compile import build_edition
from llmlineage.errors import UnknownName
from llmlineage.graph import records
from tests.mutate import added, cell, together


@pytest.fixture(scope="module")
def edition(tiny_edition: Path) -> Edition:
    return open_edition(tiny_edition)


def test_a_record_holds_its_columns_aliases_edges_and_claims(edition: Edition) -> None:
    alpha = records.record(edition, "datasets", "alpha")
    assert alpha.columns["rows"] == 52_002 and alpha.columns["languages"] == ["en"]
    assert alpha.aliases == ("copy/alpha",)
    assert {edge.parent for edge in alpha.parents} == {"seeds", "writer"}
    assert {edge.child for edge in alpha.children} == {"beta-1.0", "mix"}
    assert alpha.source.url == "https://huggingface.co/datasets/lab/alpha"
    (claim,) = alpha.discrepancies
    assert (claim["stated"], claim["accepted"], claim["stated_by"].id) == ("52000", "52002", "press")  # type: ignore[attr-defined]


def test_a_record_without_a_list_has_an_empty_one(edition: Edition) -> None:
    assert records.record(edition, "datasets", "mix").columns["languages"] == []
    assert records.record(edition, "models", "base-7b").columns["architecture"] == ["transformer"]


@pytest.mark.parametrize("table", ["methods", "licenses", "organizations"])
def test_what_is_no_dataset_or_model_has_no_edges(edition: Edition, table: str) -> None:
    id = {"methods": "filtering", "licenses": "nc", "organizations": "lab"}[table]
    found = records.record(edition, table, id)
    assert found.columns["name"] and found.parents == () and found.children == ()


def test_a_method_names_the_steps_that_were_made_by_it(edition: Edition) -> None:
    filtering = records.record(edition, "methods", "filtering")
    assert [(edge.child, edge.relation, edge.parent) for edge in filtering.used_by] == [
        ("alpha", "generated_by", "writer"), ("beta-1.0", "cleaned_from", "alpha"),
    ]  # fmt: skip
    assert all(edge.source.url for edge in filtering.used_by) and filtering.used_in == ()
    transformer = records.record(edition, "methods", "transformer")
    assert transformer.used_in == ("base-7b",) and transformer.used_by == ()
    assert records.record(edition, "datasets", "alpha").used_by == ()


def test_a_family_has_its_versions_for_members_and_not_for_parents(edition: Edition) -> None:
    family = records.record(edition, "datasets", "beta-all")
    assert [node.id for node in family.members] == ["beta-1.0"]
    assert family.parents == family.children == ()


def test_dpo_was_used_by_zephyr(real_edition: Path) -> None:
    dpo = records.record(open_edition(real_edition), "methods", "dpo")
    assert "zephyr-7b-beta" in {edge.child for edge in dpo.used_by} and len(dpo.used_by) > 50


def test_records_that_are_asked_for_have_the_document_that_they_rest_on(edition: Edition) -> None:
    found = records.sources_of(edition, ["alpha", "writer", "nobody"])
    assert {id: source.id for id, source in found.items()} == {"alpha": "card", "writer": "card"}


def test_a_record_of_another_table_is_unknown(edition: Edition) -> None:
    with pytest.raises(UnknownName):
        records.record(edition, "models", "alpha")


def test_every_word_must_be_found_and_words_match_from_their_start(edition: Edition) -> None:
    assert next(hit.id for hit in records.search(edition, "bet")).startswith("beta")
    assert records.search(edition, "alpha nowhere") == []
    assert records.search(edition, "lpha") == []
    assert records.search(edition, "-- ") == []


def test_a_name_counts_more_than_an_alias_and_that_more_than_a_summary(package: Path, tmp_path: Path) -> None:
    together(
        cell("datasets", 2, "summary", "Quill"),
        cell("aliases", 2, "alias", "Quill"),
        cell("models", 4, "name", "A Quill of Many Words"),
    )(package)
    edition = open_edition(build_edition(package, tmp_path / "edition", validate=False))
    hits = records.search(edition, "quill")
    assert [hit.id for hit in hits] == ["mix-7b", "writer", "alpha"], "what is called just so comes first"
    assert hits[0].score >= hits[1].score > hits[2].score


def test_claims_about_the_edges_to_its_parents_are_shown_with_the_child_alone(
    package: Path, tmp_path: Path
) -> None:
    together(
        cell("licenses", 3, "id", "mix-7b"),
        added("discrepancies", table="trainings", id="mix-7b", attribute="rows", stated="1",
              stated_by="press", source="card"),
    )(package)  # fmt: skip
    edition = open_edition(build_edition(package, tmp_path / "edition", validate=False))
    (claim,) = records.record(edition, "models", "mix-7b").discrepancies
    assert (claim["table"], claim["stated"]) == ("trainings", "1")
    assert records.record(edition, "licenses", "mix-7b").discrepancies == ()


def test_the_limit_holds(edition: Edition) -> None:
    assert len(records.search(edition, "lab", limit=2)) == 2


def test_what_is_typed_is_never_a_query(edition: Edition) -> None:
    for text in ('"', "alpha OR mix", "name:alpha", "alp*", "NEAR(alpha mix)", "'; DROP TABLE node; --"):
        records.search(edition, text)
    assert records.search(edition, "alpha OR mix") == [], "OR is a word like any other"


def test_the_members_of_a_family_come_by_date_a_day_before_its_month(real_edition: Path) -> None:
    found = records.record(open_edition(real_edition), "models", "zephyr").members
    assert found[0].id == "zephyr-7b-alpha"
    assert all(one.parameters for one in found)


def test_how_much_of_a_date_is_known_is_no_fact_of_its_own(edition: Edition) -> None:
    columns = records.record(edition, "datasets", "alpha").columns
    assert "released_precision" not in columns and "rows_precision" in columns
