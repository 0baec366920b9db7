"""The ways between two records as text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from llmlineage.render import text
from tests.render.traces import SOURCES, edge


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
