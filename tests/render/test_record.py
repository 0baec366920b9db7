"""A record as text: all its facts, who stands in it, and what they rest on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from llmlineage.graph.lineage import Node
from llmlineage.graph.records import Record
from llmlineage.render import record as render
from llmlineage.render.record import MOST_EDGES
from tests.render.traces import SOURCES, edge

RECORD = Record(
    id="alpha",
    table="datasets",
    columns={
        "name": "Alpha",
        "rows": 52002,
        "languages": ["en", "fr"],
        "hub_id": None,
        "summary": "One line.",
    },
    aliases=("first", "copy/alpha"),
    parents=(edge("alpha", "rated", "judge", part="train", rows=9, basis="inferred"),),
    children=(),
    discrepancies=(
        {"attribute": "rows", "stated": "52000", "stated_by": SOURCES[1], "accepted": "52002"},
        {"attribute": "license", "stated": "mit", "stated_by": SOURCES[1], "accepted": None},
    ),
    source=SOURCES[0],
)


def test_a_record_is_shown_with_what_is_known_and_nothing_else() -> None:
    assert list(render.record(RECORD)) == [
        "Alpha  alpha (dataset)",
        "One line.",
        "",
        "  rows       52,002",
        "  languages  en, fr",
        "",
        "Also called first, copy/alpha",
        "",
        "Made from",
        "  rated by judge (train), 9 rows, inferred [1]",
        "",
        "Disputed",
        "  rows: [2] says 52000; accepted: 52002",
        "  license: [2] says mit; not accepted",
        "",
        "Sources",
        "[1] Title 0",
        "    https://example.org/0",
        "[2] Title 1",
        "    https://example.org/1",
    ]


@pytest.mark.parametrize("more", [0, 3])
def test_of_many_children_the_first_are_shown_and_the_rest_counted(more: int) -> None:
    children = tuple(edge(f"child-{place}", "includes", "alpha") for place in range(MOST_EDGES + more))
    lines = list(render.record(replace(RECORD, children=children)))
    assert sum(line.startswith("  included in child-") for line in lines) == MOST_EDGES
    rest = [line for line in lines if " more: " in line]
    assert rest == ["  and 3 more: llmlineage trace alpha --down --depth 1"][: bool(more)]


def test_no_parent_is_left_out() -> None:
    parents = tuple(edge("alpha", "includes", f"parent-{place}") for place in range(MOST_EDGES + 3))
    lines = list(render.record(replace(RECORD, parents=parents)))
    assert sum(line.startswith("  includes parent-") for line in lines) == MOST_EDGES + 3


def shown(**columns: object) -> list[str]:
    return list(render.record(replace(RECORD, columns={"name": "Alpha", **columns})))


def test_a_licence_that_nobody_looked_up_is_none_that_the_makers_keep_to_themselves() -> None:
    assert "  license  not looked up" in shown(license=None)
    assert "  license  none stated by its makers" in shown(license="none-stated")
    assert not any("license  " in line for line in shown(license=None, kind="family"))


def test_what_was_not_read_is_not_called_undisclosed() -> None:
    assert "  upstream  no document of its makers was read yet" in shown(upstream="unread")
    assert "  upstream  not disclosed by its makers" in shown(upstream="undisclosed")


def test_rounded_rows_are_marked() -> None:
    assert "  rows  ~1,000,000" in shown(rows=1_000_000, rows_precision="rounded")
    assert "  rows  1,000,001" in shown(rows=1_000_001, rows_precision="exact")


def test_a_long_fact_wraps_under_itself() -> None:
    lines = list(render.record(replace(RECORD, columns={"name": "A", "note": "word " * 40}), width=40))
    told = lines[2 : lines.index("", 2)]
    assert told[0].startswith("  note  word") and len(told) > 4
    assert all(line.startswith("        word") and len(line) <= 40 for line in told[1:])


def member(id: str, released: str | None, **facts: object) -> Node:
    told: dict[str, object] = {"type": "model", "name": id, "kind": "base", "upstream": "partial"}
    told |= dict.fromkeys(("hub_id", "license", "rows", "organization", "parameters"))
    told |= {"status": "available", "depth": 1}
    return Node(id=id, released=released, **(told | facts))  # type: ignore[arg-type]


def test_a_family_shows_its_members_with_date_and_size() -> None:
    members = (
        member("one-7b", "2023-02", parameters=7_241_732_096, license="mit"),
        member("rows", "2023-03-01", rows=52_000, rows_precision="rounded"),
        member("unsaid", None),
    )
    lines = list(render.record(replace(RECORD, members=members)))
    place = lines.index("3 members")
    assert [line.split() for line in lines[place + 1 : place + 4]] == [
        ["one-7b", "2023-02", "7.2B", "mit"],
        ["rows", "2023-03-01", "~52,000", "rows"],
        ["unsaid", "no", "date"],
    ]


def test_a_method_shows_who_used_it_by_kind_each_once() -> None:
    method = replace(
        RECORD,
        id="dpo",
        table="methods",
        used_by=(
            edge("alpha", "rewritten_from", "beta"),
            *(edge(f"model-{place:02}", "sft", "mix") for place in range(MOST_EDGES + 2)),
            edge("model-00", "sft", "other", split="train", source=SOURCES[3], basis="inferred"),
        ),
        used_in=("big", "small"),
    )
    lines = list(render.record(method))
    place = lines.index(f"Models, trained on a dataset: {MOST_EDGES + 2}")
    assert lines[place + 1] == "  model-00: mix, other (train split), inferred [1] [2]"
    assert lines[place + MOST_EDGES + 1] == "  and 2 more"
    assert place < lines.index("Datasets, rewritten from a dataset: 1")
    assert "All steps: llmlineage tables edges --where \"method = 'dpo'\"" in lines
    assert lines[lines.index("Part of the architecture of 2 models") + 1] == "  big, small"
