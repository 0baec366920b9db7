"""Terms travel along the graph as rules.toml says, by the shortest way, and unknown is never fine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llmlineage.edition import Edition, open_edition
from llmlineage.edition.compile import build_edition
from llmlineage.graph.lineage import RELATIONS, Edge, Node, Source
from llmlineage.graph.rules import rules
from llmlineage.graph.terms import Terms, key_of, share_of, terms
from llmlineage.graph.terms.licences import Licence, in_force
from llmlineage.render.words import UP
from tests.conftest import run
from tests.tiny import read_table, write_table, write_tiny

LICENCES = [
    {"id": "free", "name": "Free", "kind": "permissive", "commercial": "yes", "share_alike": "no"},
    {"id": "nc", "name": "Not Commercial", "kind": "noncommercial", "commercial": "no"},
    {"id": "nd", "name": "No Derivatives", "kind": "noncommercial", "derivatives": "no", "commercial": "yes"},
    {"id": "sa", "name": "Share Alike", "kind": "copyleft", "share_alike": "yes", "commercial": "yes"},
    {
        "id": "weights", "name": "Community", "kind": "model_license", "commercial": "conditional",
        "restricts_outputs": "conditional",
    },
    {
        "id": "terms", "name": "Lab terms", "kind": "provider_terms", "organization": "lab",
        "restricts_outputs": "yes",
    },
    {
        "id": "terms-2023-02-01", "name": "Lab terms of February", "kind": "provider_terms",
        "organization": "lab", "effective": "2023-02-01", "restricts_outputs": "yes",
    },
    {
        "id": "terms-2023-06-01", "name": "Lab terms of June", "kind": "provider_terms",
        "organization": "lab", "effective": "2023-06-01", "restricts_outputs": "no",
    },
]  # fmt: skip


def compiled(folder: Path, licenses: dict[str, str], **changes: dict[str, str]) -> Edition:
    """The tiny package with these licences of its records, and rows of ``table`` with changed cells."""
    package = write_tiny(folder / "package")
    write_table(package, "licenses", [row | {"source": "card"} for row in LICENCES])
    for table in ("datasets", "models"):
        # Of nobody's, since nobody is bound by terms of its own.
        own = {"organization": ""} if table == "datasets" else {}
        rows = [row | own | {"license": licenses.get(row["id"], "")} for row in read_table(package, table)]
        write_table(package, table, [row | changes.get(row["id"], {}) for row in rows])
    return open_edition(build_edition(package, folder / "edition", validate=False))


def arrivals(found: Terms) -> set[tuple[str, str, str]]:
    return {(one.license.id, one.component, one.origin) for one in found.inherited}


def test_a_text_carries_its_licence_however_far(tmp_path: Path) -> None:
    found = terms(compiled(tmp_path, {"alpha": "nc", "beta-1.0": "free"}), "mix")
    assert {("nc", "prompts", "alpha"), ("nc", "responses", "alpha")} <= arrivals(found)
    assert ("free", "responses", "beta-1.0") in arrivals(found)
    ways = [[edge.relation for edge in one.via] for one in found.inherited if one.license.id == "nc"]
    assert set(map(tuple, ways)) == {("includes",)}, "the shortest of the two ways"


def test_a_model_inherits_the_licence_of_its_weights_and_sees_that_of_its_data(tmp_path: Path) -> None:
    found = terms(compiled(tmp_path, {"base-7b": "weights", "alpha": "nc"}), "mix-7b")
    assert ("weights", "weights", "base-7b") in arrivals(found)
    assert ("nc", "data", "alpha") in arrivals(found)


def test_seeds_influence_and_are_not_inherited(tmp_path: Path) -> None:
    found = terms(compiled(tmp_path, {"seeds": "sa"}), "mix")
    assert not any(one.license.id == "sa" for one in found.inherited)
    assert [(one.license.id, one.origin) for one in found.influences] == [("sa", "seeds")]
    assert not any(conflict.rule == "share-alike-dropped" for conflict in found.conflicts)
    assert "seeds" not in {one.id for one in found.unknown}


@pytest.mark.parametrize(
    ("released", "versions"),
    [
        ("2023-03-13", ["terms-2023-02-01"]),
        ("2023-06-01", ["terms-2023-06-01"]),
        ("2023-02", ["terms-2023-02-01"]),
        ("2023-06", ["terms-2023-06-01"]),
        ("2023-05", ["terms-2023-02-01"]),
        ("2024", ["terms-2023-06-01"]),
        ("2023", ["terms-2023-02-01", "terms-2023-06-01"]),
        ("2022-12-31", ["terms"]),
        ("", ["terms"]),
    ],
)
def test_outputs_come_under_the_terms_in_force_on_the_day_of_the_dataset(
    tmp_path: Path, released: str, versions: list[str]
) -> None:
    """A month or a year in which one version gave way to another names both, the earlier first."""
    found = terms(compiled(tmp_path, {}, alpha={"released": released}), "alpha")
    for arrived in found.inherited:
        assert [one.id for one in (arrived.license, *arrived.alternatives)] == versions
        assert (arrived.kind, arrived.brings) == ("provider terms", "outputs")
    assert {one.component for one in found.inherited} == {"prompts", "responses"}


def test_an_open_model_gives_its_outputs_under_its_own_licence(tmp_path: Path) -> None:
    found = terms(compiled(tmp_path, {"writer": "weights"}), "alpha")
    assert arrivals(found) == {("weights", "prompts", "writer"), ("weights", "responses", "writer")}
    assert not any(one.reading for one in found.inherited), "its text speaks of outputs"


def test_nobody_is_bound_by_terms_of_its_own(tmp_path: Path) -> None:
    found = terms(compiled(tmp_path, {}, alpha={"organization": "lab"}), "alpha")
    assert found.inherited == () and "writer" not in {one.id for one in found.unknown}


def test_a_licence_that_asks_nothing_of_outputs_leaves_them_free(tmp_path: Path) -> None:
    assert terms(compiled(tmp_path, {"writer": "sa"}), "alpha").inherited == ()


def test_a_noncommercial_licence_of_weights_reaches_outputs_as_a_reading_alone(tmp_path: Path) -> None:
    found = terms(compiled(tmp_path, {"writer": "nc"}), "alpha")
    assert {(one.license.id, one.reading) for one in found.inherited} == {("nc", True)}
    assert "noncommercial-relabelled" not in {one.rule for one in found.conflicts}


def test_what_a_writer_was_made_from_does_not_reach_what_it_wrote(tmp_path: Path) -> None:
    edition = compiled(tmp_path, {"base-7b": "nc", "writer": "free"})
    assert "base-7b" not in {one.origin for one in terms(edition, "mix").inherited}


@pytest.mark.parametrize(
    ("licenses", "record", "rule"),
    [
        ({"beta-1.0": "free", "alpha": "nc"}, "beta-1.0", "noncommercial-relabelled"),
        ({"mix-7b": "free", "alpha": "nc"}, "mix-7b", "trained-on-noncommercial"),
        ({"beta-1.0": "sa", "alpha": "nd"}, "beta-1.0", "no-derivatives-derived"),
        ({"beta-1.0": "free", "alpha": "sa"}, "beta-1.0", "share-alike-dropped"),
        ({"mix-7b": "free", "base-7b": "weights"}, "mix-7b", "model-licence-dropped"),
        ({"alpha": "free"}, "alpha", "outputs-limited"),
    ],
)
def test_licences_that_do_not_go_together_are_told_with_the_way(
    tmp_path: Path, licenses: dict[str, str], record: str, rule: str
) -> None:
    found = terms(compiled(tmp_path, licenses), record)
    (conflict,) = (one for one in found.conflicts if one.rule == rule)
    assert conflict.via[0].child == record
    assert "{" not in conflict.message


def test_one_licence_throughout_is_no_conflict(tmp_path: Path) -> None:
    edition = compiled(tmp_path, {"alpha": "nc", "beta-1.0": "nc", "mix": "nc", "writer": "free"})
    assert terms(edition, "mix").conflicts == ()


def test_what_is_not_known_is_listed_with_its_reason(tmp_path: Path) -> None:
    found = terms(compiled(tmp_path, {"alpha": "nc", "mix": "free"}), "mix")
    reasons = [(one.id, one.reason) for one in found.unknown]
    assert reasons == [("mix", "unreleased"), ("beta-1.0", "no licence looked up"), ("beta-1.0", "partial")]


@pytest.mark.parametrize("upstream", ["unread", "undisclosed"])
def test_what_was_not_read_is_told_from_what_makers_do_not_say(tmp_path: Path, upstream: str) -> None:
    edition = compiled(tmp_path, {"alpha": "nc", "beta-1.0": "nc"}, **{"beta-1.0": {"upstream": upstream}})
    assert ("beta-1.0", upstream) in {(one.id, one.reason) for one in terms(edition, "beta-1.0").unknown}


def test_the_share_is_the_product_of_the_counts_along_the_way(tmp_path: Path) -> None:
    found = terms(compiled(tmp_path, {"alpha": "nc"}, **{"beta-1.0": {"rows": "1000"}}), "beta-1.0")
    assert {one.share for one in found.inherited if one.license.id == "nc"} == {0.9}, "900 of 1,000 rows"
    assert terms(open_edition(tmp_path / "edition"), "mix").inherited[0].share is None


def test_the_version_without_a_date_stands_in_where_none_was_in_force() -> None:
    def version(id: str, effective: str | None) -> Licence:
        return Licence(
            id, id, "provider_terms", "lab", effective, None, None, None, None, None, None, None, None  # type: ignore[arg-type]
        )  # fmt: skip

    dated, plain = version("a", "2023-05"), version("b", None)
    assert in_force([dated, plain], "2023-04") == [plain]
    assert in_force([dated], "2023-04") == [], "later terms are not those under which it was written"
    assert in_force([dated], None) == [dated]


def test_terms_side_by_side_are_all_named() -> None:
    """A provider may have one text for people and one for companies; which applied is not known."""

    def version(id: str, effective: str) -> Licence:
        return Licence(
            id, id, "provider_terms", "lab", effective, None, None, None, None, None, None, None, None  # type: ignore[arg-type]
        )  # fmt: skip

    people, companies = version("people-2023-02-01", "2023-02-01"), version("companies-2023-04", "2023-04")
    assert in_force([companies, people], "2023-06-02") == [people, companies]


def test_every_kind_of_edge_has_a_rule() -> None:
    assert set(rules().steps) == set(UP)
    assert set(RELATIONS) - {"generated_by", "trained_on"} <= set(rules().steps)


def test_the_json_is_that_of_the_contract(real_edition: Path) -> None:
    result = json.loads(run("--edition", real_edition, "terms", "zephyr-7b-beta", "--json").stdout)
    assert {"root", "own", "inherited", "conflicts", "unknown"} <= set(result)
    for one in result["inherited"]:
        assert {"license", "kind", "component", "altered", "or", "via", "share"} <= set(one)
        assert one["component"] in ("prompts", "responses", "labels", "weights", "data")
        assert one["kind"] in ("licence", "provider terms")
        assert one["via"][0]["child"] == "zephyr-7b-beta" and one["via"][-1]["parent"] == one["origin"]
        steps = zip(one["via"], one["via"][1:], strict=False)
        assert all(lower["parent"] == upper["child"] for lower, upper in steps)
    assert all(isinstance(id, str) for id in result["unknown"])
    assert "no legal advice" in result["notice"]


def test_the_text_says_that_it_is_no_legal_advice(tiny_edition: Path) -> None:
    result = run("--edition", tiny_edition, "terms", "mix")
    assert result.exit_code == 0 and "no legal advice" in result.stdout.splitlines()[-2]


def test_a_share_is_said_only_where_the_counts_along_the_way_give_it() -> None:
    def node(id: str, rows: int | None, type: str = "dataset") -> Node:
        facts = {"name": id, "kind": "instruction", "hub_id": None, "released": None, "license": None}
        more = {"upstream": "complete", "status": "available", "organization": None, "depth": 0}
        return Node(id=id, type=type, rows=rows, **facts, **more)  # type: ignore[arg-type]

    def step(child: str, relation: str, parent: str, rows: int | None = None) -> Edge:
        source = Source("s", "S", "https://example.org")
        return Edge(child, relation, None, None, parent, None, rows, None, "stated", None, source, None)

    nodes = {one.id: one for one in (node("pick", 10), node("whole", 100), node("part", 50))}
    chosen, half = step("pick", "subset_of", "whole"), step("whole", "includes", "part", 50)
    assert share_of([half], nodes, ()) == 0.5
    assert share_of([chosen, half], nodes, ()) is None, "the ten may all be of the part, or none"
    assert share_of([half], nodes, (), {key_of(half)}) is None, "another part came by a step beside it"
    kept = nodes | {"pick": node("pick", 95)}
    assert share_of([chosen, half], kept, ()) == 0.5, "a cleaning changes little"


@pytest.mark.parametrize(
    ("record", "origin"), [("mathinstruct", "gpt-4"), ("orca-dpo-pairs", "gpt-3.5-turbo")]
)
def test_no_share_stands_for_several_that_come(real_edition: Path, record: str, origin: str) -> None:
    found = terms(open_edition(real_edition), record).inherited
    assert any(one.origin == origin or origin in one.also for one in found)
    assert all(one.share is None for one in found if one.also or one.origin == origin)
