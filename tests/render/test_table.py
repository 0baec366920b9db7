"""Aligned tables: whole in a pipe; on a terminal never wider than it, and with a word on what was cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from llmlineage.render.table import columns
from llmlineage.visible import visible

CELL = st.none() | st.integers() | st.text(st.characters(categories=["L", "N", "P"]), max_size=9)


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=6)
    )
)
def test_a_table_lines_up_and_cuts_nothing(rows: list[list[object]]) -> None:
    header = [f"column-{place}" for place in range(len(rows[0]))]
    lines = list(columns(header, rows))
    starts = [0]
    for place, name in enumerate(header):
        written = [f"{row[place]:,}" if isinstance(row[place], int) else row[place] or "" for row in rows]
        cells = [visible(str(cell)) for cell in written]
        width = max(map(len, [name, *map(str, cells)]))
        shown = [line[starts[-1] :][:width].strip() for line in lines]
        assert shown == [name, *(str(cell) for cell in cells)]
        starts.append(starts[-1] + width + 2)


def test_numbers_stand_to_the_right_and_words_to_the_left() -> None:
    rows = [("alpha", 52002, "x"), ("b", None, "yy"), ("c", 7, None)]
    assert list(columns(("id", "rows", "z"), rows)) == [
        "id       rows  z",
        "alpha  52,002  x",
        "b              yy",
        "c           7",
    ]


def test_a_table_without_rows_is_its_header() -> None:
    assert list(columns(("id", "rows"), [])) == ["id  rows"]


@given(
    st.integers(1, 7).flatmap(
        lambda wide: st.lists(
            st.lists(st.none() | st.text("abc", max_size=40), min_size=wide, max_size=wide), max_size=6
        )
    ),
    st.integers(20, 100),
)
def test_no_line_is_wider_than_the_terminal_and_what_is_cut_is_named(
    rows: list[list[object]], width: int
) -> None:
    header = [f"name-{place}" for place in range(len(rows[0]) if rows else 1)]
    lines = list(columns(header, rows, width, "see --format csv"))
    assert all(len(line) <= width for line in lines)
    shown, told = lines[: len(rows) + 1], " ".join(lines[len(rows) + 1 :])
    for place, name in enumerate(header):
        cells = [str(row[place] or "") for row in rows]
        is_whole = all(cell in line for cell, line in zip(cells, shown[1:], strict=True))
        assert is_whole or name in told
    assert "…" not in "".join(shown) or told.endswith("see --format csv")


def test_a_number_is_never_cut() -> None:
    rows = [("a" * 50, 123_456_789, "b" * 50)]
    _, line, *_ = columns(("id", "rows", "note"), rows, 60)
    assert "123,456,789" in line and line.count("…") == 2 and len(line) <= 60


def test_columns_without_room_or_content_are_listed() -> None:
    header = [f"column-{place}" for place in range(12)]
    rows = [["x" * 30, None, *["y" * 30] * 10]]
    lines = list(columns(header, rows, 60, "all of it: --format csv"))
    assert "column-1 " not in lines[0] and "column-2" in lines[0]
    foot = " ".join(lines[3:])
    assert foot.startswith("cut (…): column-0, column-2") and "not shown: column-1, " in foot
    assert foot.endswith("column-11; all of it: --format csv")


def test_what_fits_is_not_cut_and_nothing_is_said_of_it() -> None:
    rows = [("alpha", 1)]
    assert list(columns(("id", "rows"), rows, 60, "see")) == list(columns(("id", "rows"), rows))


def test_a_rounded_number_stands_to_the_right_with_the_others() -> None:
    assert list(columns(("id", "rows"), [("a", "~900,000"), ("b", 7)])) == [
        "id      rows",
        "a   ~900,000",
        "b          7",
    ]
