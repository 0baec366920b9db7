"""Text: tables that line up, a record with all its facts, and the ways between two records."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmlineage.graph.records import Record
from llmlineage.render import text
from llmlineage.render.text import MOST_EDGES
from tests.render.traces import SOURCES, edge

CELL = st.none() | st.integers() | st.text(st.characters(categories=["L", "N", "P"]), max_size=9)


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=6)
    )
)
def test_a_table_lines_up_and_cuts_nothing(rows: list[list[object]]) -> None:
    header = [f"column-{place}" for place in range(len(rows[0]))]
    lines = list(text.columns(header, rows))
    starts = [0]
    for place, name in enumerate(header):
        cells = [f"{row[place]:,}" if isinstance(row[place], int) else row[place] or "" for row in rows]
        width = max(map(len, [name, *map(str, cells)]))
        shown = [line[starts[-1] :][:width].strip() for line in lines]
        assert shown == [name, *(str(cell) for cell in cells)]
        starts.append(starts[-1] + width + 2)


def test_numbers_stand_to_the_right_and_words_to_the_left() -> None:
    rows = [("alpha", 52002, "x"), ("b", None, "yy"), ("c", 7, None)]
    assert list(text.columns(("id", "rows", "z"), rows)) == [
        "id       rows  z",
        "alpha  52,002  x",
        "b              yy",
        "c           7",
    ]


def test_a_table_without_rows_is_its_header() -> None:
    assert list(text.columns(("id", "rows"), [])) == ["id  rows"]


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
    assert list(text.record(RECORD)) == [
        "Alpha  alpha (dataset)",
        "One line.",
        "",
        "  rows       52,002",
        "  languages  en, fr",
        "",
        "Also called first, copy/alpha",
        "",
        "Made from",
        "  rated by judge (train), 9 rows, inferred  https://example.org/0",
        "",
        "Disputed rows: https://example.org/1 says 52000; accepted: 52002",
        "Disputed license: https://example.org/1 says mit; not accepted",
        "",
        "Source: Title 0",
        "        https://example.org/0",
    ]


@pytest.mark.parametrize("more", [0, 3])
def test_of_many_children_the_first_are_shown_and_the_rest_counted(more: int) -> None:
    children = tuple(edge(f"child-{place}", "includes", "alpha") for place in range(MOST_EDGES + more))
    lines = list(text.record(replace(RECORD, children=children)))
    assert sum(line.startswith("  included in child-") for line in lines) == MOST_EDGES
    rest = [line for line in lines if " more: " in line]
    assert rest == ["  and 3 more: llmlineage trace alpha --down --depth 1"][: bool(more)]


def test_no_parent_is_left_out() -> None:
    parents = tuple(edge("alpha", "includes", f"parent-{place}") for place in range(MOST_EDGES + 3))
    lines = list(text.record(replace(RECORD, parents=parents)))
    assert sum(line.startswith("  includes parent-") for line in lines) == MOST_EDGES + 3


def test_every_step_of_a_way_is_shown_with_its_source_locator_and_note() -> None:
    steps = [
        edge("c", "sft", "b", source=SOURCES[2], locator="Table 1", note="They say so."),
        edge("b", "includes", "a", part="train", rows=1200),
    ]
    assert list(text.ways([steps, steps[:1]])) == [
        "c",
        "└─ trained on b",
        "      https://example.org/2",
        "      Table 1; They say so.",
        "   └─ includes a (train), 1,200 rows",
        "         https://example.org/0",
        "",
        "c",
        "└─ trained on b",
        "      https://example.org/2",
        "      Table 1; They say so.",
    ]


@given(st.text("ab -", min_size=1), st.integers(20, 60))
def test_remarks_wrap_to_the_width_without_loss(note: str, width: int) -> None:
    way = [edge("b", "includes", "a", note=note)]
    remark = list(text.ways([way], width=width))[3:]
    assert all(len(line) <= width for line in remark)
    assert "".join(remark).replace(" ", "") == note.replace(" ", "")
