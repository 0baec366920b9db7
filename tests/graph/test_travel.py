"""What travels: an edge takes components, and a way that took prompts never meets who wrote the answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmlineage.edition import Edition, open_edition
from llmlineage.edition.compile import build_edition
from llmlineage.graph.travel import Arrival, arrivals, departures
from tests.tiny import write_table, write_tiny

FIXED = {"basis": "stated", "source": "card"}
SETS = ("origin", "middle", "child")


def edition_of(
    folder: Path, *steps: tuple[str, str, str], kinds: dict[str, str] | None = None, **more: str
) -> Edition:
    """Three datasets and a model, with these derivations; ``more`` are further cells of the first."""
    package = write_tiny(folder / "package")
    row = {"status": "available", "upstream": "complete", "source": "card"}
    write_table(
        package,
        "datasets",
        [row | {"id": id, "name": id, "kind": (kinds or {}).get(id, "instruction")} for id in sorted(SETS)],
    )
    write_table(package, "models", [row | {"id": "writer", "name": "Writer", "kind": "instruct"}])
    edges = [
        FIXED | {"child": child, "relation": relation, "parent": parent} for child, relation, parent in steps
    ]
    edges[0] |= more
    write_table(package, "derivations", edges)
    write_table(
        package,
        "generations",
        [FIXED | {"dataset": "origin", "role": "wrote_responses", "model": "writer"}],
    )
    write_table(
        package, "trainings", [FIXED | {"model": "writer", "stage": "evaluation", "dataset": "child"}]
    )
    for table in ("adaptations", "aliases", "discrepancies", "fingerprints", "measurements", "ngrams"):
        write_table(package, table, [])
    return open_edition(build_edition(package, folder / "edition", validate=False))


def met(found: tuple[Arrival, ...], id: str) -> set[tuple[str, str, bool]]:
    return {(one.takes, one.into, one.altered) for one in found if one.id == id}


def test_prompts_do_not_bring_who_wrote_the_answers(tmp_path: Path) -> None:
    edition = edition_of(tmp_path, ("child", "prompts_from", "origin"))
    assert met(arrivals(edition, "child"), "origin") == {("prompts", "prompts", False)}
    assert met(arrivals(edition, "child"), "writer") == set()


def test_rows_bring_who_wrote_the_answers(tmp_path: Path) -> None:
    edition = edition_of(tmp_path, ("child", "includes", "origin"))
    assert met(arrivals(edition, "child"), "writer") == {("outputs", "responses", False)}


def test_an_edge_may_take_other_than_its_relation(tmp_path: Path) -> None:
    """s1K-1.1 took new questions' answers too, where prompts_from takes none."""
    edition = edition_of(tmp_path, ("child", "prompts_from", "origin"), takes="prompts;responses")
    assert met(arrivals(edition, "child"), "writer") == {("outputs", "responses", False)}


def test_a_set_of_prompts_holds_no_answers_however_it_was_made(tmp_path: Path) -> None:
    edition = edition_of(tmp_path, ("child", "includes", "origin"), kinds={"child": "prompts"})
    assert met(arrivals(edition, "child"), "writer") == set()


@pytest.mark.parametrize(("altered", "unchanged"), [("", False), ("false", True)])
def test_what_was_rewritten_once_stays_altered(tmp_path: Path, altered: str, unchanged: bool) -> None:
    steps = (("middle", "rewritten_from", "origin"), ("child", "includes", "middle"))
    edition = edition_of(tmp_path, *steps, altered=altered)
    assert met(arrivals(edition, "child"), "origin") == {
        ("prompts", "prompts", not unchanged),
        ("responses", "responses", not unchanged),
    }


def test_seeds_are_an_influence_and_so_is_all_above_them(tmp_path: Path) -> None:
    steps = (("child", "seeded_by", "middle"), ("middle", "includes", "origin"))
    found = arrivals(edition_of(tmp_path, *steps), "child")
    assert {one.into for one in found if one.id in ("middle", "origin", "writer")} == {"influence"}


def test_what_stands_there_is_never_called_an_influence(tmp_path: Path) -> None:
    steps = (
        ("child", "seeded_by", "origin"),
        ("child", "includes", "middle"),
        ("middle", "includes", "origin"),
    )
    found = arrivals(edition_of(tmp_path, *steps), "child")
    assert "influence" not in {one.into for one in found if one.id == "origin"}


def test_what_arrives_upward_departs_downward(tmp_path: Path) -> None:
    steps = (("middle", "rewritten_from", "origin"), ("child", "prompts_from", "middle"))
    edition = edition_of(tmp_path, *steps)
    up = {(one.id, one.takes, one.into, one.altered) for one in arrivals(edition, "child") if one.via}
    down = {
        (id, one.takes, one.into, one.altered)
        for id in ("origin", "middle", "writer")
        for one in departures(edition, id)
        if one.id == "child" and one.via
    }
    assert up == down == {("origin", "prompts", "prompts", True), ("middle", "prompts", "prompts", False)}
