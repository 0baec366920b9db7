"""The tree shows every step of a trace, a repeated subtree once, and says what it leaves out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmlineage.graph.lineage import Edge, Trace
from llmlineage.render import words
from llmlineage.render.marks import mark, unmarked
from llmlineage.render.tree import FEWEST_FOLDED, tree
from tests.render.traces import PRINTABLE, SOURCES, edge, node, traced, traces

HEADING = "Models that wrote, rated, filtered or translated text"
Shown = tuple[str, str, str]  # child, what the step says, parent


def body(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Level and text of every record's line, without the heading and the summary."""
    for line in lines[:-2]:
        if line and line != HEADING:
            lead = re.match(r"(?:(?:│  |   )*(?:├─ |└─ ))?", line)
            assert lead is not None
            yield len(lead[0]) // 3, line[lead.end() :]


def steps(lines: Sequence[str], direction: str = "up") -> Iterator[Shown]:
    """What an unfolded tree of plainly named records says: (child, words, parent)."""
    way: list[str] = []
    for level, said in body(lines):
        first, *rest = said.removesuffix(" (*)").split(" · ")
        step, _, name = first.rpartition(" ")
        del way[level:]
        if level:
            yield (way[-1], step, name) if direction == "up" else (name, step, way[-1])
        way.append(name)
        for segment in rest:
            makers = re.fullmatch(r"(\D+ by) (N\d+(?:, N\d+)*)", segment)
            if makers:
                yield from ((name, makers[1], maker) for maker in makers[2].split(", "))


def expected(edges: Sequence[Edge], direction: str = "up") -> set[Shown]:
    return {(one.child.upper(), words.step(one, direction), one.parent.upper()) for one in edges}


@given(traces(), st.booleans())
def test_the_tree_shows_every_step_of_the_trace_and_no_other(trace: Trace, dedupe: bool) -> None:
    lines = list(tree(trace, dedupe=dedupe, fold=False))
    assert set(steps(lines, trace.direction)) == expected(trace.edges, trace.direction)


@given(traces())
def test_a_subtree_stands_in_the_tree_once(trace: Trace) -> None:
    parsed = list(body(list(tree(trace, fold=False))))
    expanded = Counter(
        re.findall(r"N\d+", said)[0] for (level, said), (below, _) in pairwise(parsed) if below == level + 1
    )
    assert all(count == 1 for count in expanded.values())
    marked = {re.findall(r"N\d+", said)[0] for _, said in parsed if said.endswith("(*)")}
    written = {one.child.upper() for one in trace.edges if one.relation == "generated_by"}
    assert marked <= set(expanded) | written


@given(traces())
def test_without_dedupe_nothing_is_marked(trace: Trace) -> None:
    assert not any("(*)" in line for line in tree(trace, dedupe=False))


@given(traces(PRINTABLE))
def test_no_name_breaks_the_tree(trace: Trace) -> None:
    plain = Trace(
        trace.root,
        trace.direction,
        trace.edition,
        tuple(node(one.id, one.type, name=f"N{one.id[1:]}", depth=one.depth) for one in trace.nodes),
        trace.edges,
    )
    lines = list(tree(trace))
    assert len(lines) == len(list(tree(plain)))
    assert all("\n" not in line for line in lines)
    whole = "\n".join(lines)
    assert all(one.name in whole for one in trace.nodes)


@given(traces(PRINTABLE.map(lambda text: "".join(text.split()))), st.integers(20, 100), st.booleans())
def test_a_line_is_wider_than_the_terminal_only_where_it_holds_one_thing(
    trace: Trace, width: int, sources: bool
) -> None:
    lines = list(tree(trace, width=width, sources=sources))
    listed = lines.index("Sources") if sources else len(lines)
    wide = [line.removesuffix(" ·") for line in lines[:listed] if len(line) > width]
    assert not any(" · " in line or "steps up; " in line for line in wide)


@given(traces(), st.integers(20, 100))
def test_wrapped_lines_say_the_same_as_one_line(trace: Trace, width: int) -> None:
    def said(lines: Iterator[str]) -> str:
        return re.sub(r"[\s│]+", "", "".join(lines))

    assert said(tree(trace, width=width)) == said(tree(trace))


def chain(length: int) -> Trace:
    nodes = [node(f"n{place}", name=f"N{place}") for place in range(length + 1)]
    return traced("n0", nodes, [edge(f"n{place}", "includes", f"n{place + 1}") for place in range(length)])


def test_levels_end_the_tree_with_a_mark_where_it_goes_on() -> None:
    lines = [said for _, said in body(list(tree(chain(4), levels=2)))]
    assert lines == ["N0 · instruction", "includes N1 · instruction", "includes N2 · instruction · …"]
    assert not any("…" in line for line in tree(chain(2), levels=2))


def plain_sources(count: int, **changes: str) -> Trace:
    facts: dict[str, str] = {"kind": "task", "upstream": "root", "license": "mit"}
    tasks = [node(f"n{place}", **{"name": f"N{place}"} | facts | changes) for place in range(1, count + 1)]
    edges = [edge("n0", "includes", task.id, part="train" if task.id == "n1" else None) for task in tasks]
    return traced("n0", [node("n0", name="N0"), *tasks], edges)


def test_many_plain_sources_share_a_line_that_counts_them() -> None:
    lines = list(tree(plain_sources(FEWEST_FOLDED + 1)))
    assert lines[1] == "└─ includes 5 others: N1 (train; mit), N2 (mit), N3 (mit), N4 (mit), N5 (mit)"
    assert lines[3].startswith("5 datasets, 1 step up")


def test_few_plain_sources_and_unfolded_ones_have_a_line_each() -> None:
    assert len(list(body(list(tree(plain_sources(FEWEST_FOLDED)))))) == FEWEST_FOLDED + 1
    unfolded = list(body(list(tree(plain_sources(FEWEST_FOLDED + 1), fold=False))))
    assert [level for level, _ in unfolded] == [0, 1, 1, 1, 1, 1]


def test_a_source_of_which_more_is_known_is_not_folded() -> None:
    assert len(list(body(list(tree(plain_sources(5, kind="instruction")))))) == 6
    assert len(list(body(list(tree(plain_sources(5, upstream="partial")))))) == 6


def test_those_who_wrote_text_are_traced_below_the_tree_and_so_are_those_who_wrote_theirs() -> None:
    nodes = [
        node("n0", name="N0"),
        *(node(f"n{n}", "model", name=f"N{n}") for n in (1, 3)),
        node("n2", name="N2"),
    ]
    edges = [edge("n0", "wrote_both", "n1"), edge("n1", "sft", "n2"), edge("n2", "rated", "n3")]
    lines = list(tree(traced("n0", nodes, edges)))
    assert lines[:6] == [
        "N0 · instruction · text by N1",
        "",
        HEADING,
        "N1 · base model",
        "└─ trained on N2 · instruction · rated by N3",
        "N3 · base model",
    ]


def test_a_maker_whose_origin_stands_in_the_tree_already_is_marked() -> None:
    nodes = [
        node("n0", "model", name="N0"),
        node("n1", name="N1"),
        *(node(f"n{n}", "model", name=f"N{n}") for n in (2, 3)),
    ]
    edges = [edge("n0", "finetune_of", "n2"), edge("n2", "finetune_of", "n3")]
    edges += [edge("n0", "sft", "n1"), edge("n1", "wrote_both", "n2")]
    lines = list(tree(traced("n0", nodes, edges)))
    assert lines[lines.index(HEADING) + 1 :][:2] == ["N2 (*)", ""]


def test_sources_are_numbered_where_they_are_cited_and_listed_once() -> None:
    nodes = [node(f"n{place}", name=f"N{place}") for place in range(4)]
    edges = [
        edge("n0", "includes", "n1", source=SOURCES[2]),
        edge("n0", "includes", "n2", source=SOURCES[1]),
        edge("n0", "includes", "n3", source=SOURCES[2]),
    ]
    lines = list(tree(traced("n0", nodes, edges), sources=True))
    assert [re.findall(r"N\d \[\d\]", line) for line in lines[1:4]] == [["N1 [1]"], ["N2 [2]"], ["N3 [1]"]]
    assert lines[-5:] == [
        "Sources",
        "[1] Title 2",
        "    https://example.org/2",
        "[2] Title 1",
        "    https://example.org/1",
    ]


@given(traces())
def test_every_number_of_the_tree_is_listed_and_every_listed_number_is_cited(trace: Trace) -> None:
    lines = list(tree(trace, sources=True))
    listing = lines.index("Sources")
    cited = set(re.findall(r"\[\d+\]", "".join(lines[:listing])))
    assert {line.split()[0] for line in lines[listing + 1 :: 2]} == cited
    assert len(cited) == len({one.source for one in trace.edges})


@given(traces())
def test_the_summary_counts_what_the_trace_holds(trace: Trace) -> None:
    summary = list(tree(trace))[-1]
    for type_ in ("dataset", "model"):
        count = sum(one.type == type_ for one in trace.nodes[1:])
        assert (words.plural(count, type_) in re.split(" and |, ", summary)) == bool(count)
    if len(trace.nodes) == 1:
        assert summary == f"nothing recorded {'above' if trace.direction == 'up' else 'below'} it"
    else:
        deepest = max(one.depth for one in trace.nodes)
        assert f" {words.plural(deepest, 'step')} {trace.direction};" in summary


def test_an_empty_tree_of_a_narrowed_trace_does_not_say_that_nothing_is_recorded() -> None:
    assert list(tree(chain(0), narrowed=True))[-1] == "nothing above it within these limits"


def test_of_steps_to_one_record_the_weights_come_first_then_the_data_by_stage_and_size() -> None:
    nodes = [node("n0", "model"), node("n1", "model"), *(node(f"n{place}") for place in range(2, 6))]
    edges = [
        edge("n0", "rl", "n2"),
        edge("n0", "sft", "n3", rows=5),
        edge("n0", "sft", "n4", rows=50),
        edge("n0", "pretraining", "n5"),
        edge("n0", "finetune_of", "n1"),
    ]
    lines = list(tree(traced("n0", nodes, edges)))[1:6]
    assert [re.findall(r"n\d", line)[0] for line in lines] == ["n1", "n5", "n4", "n3", "n2"]


def test_colour_changes_neither_words_nor_where_lines_end() -> None:
    trace = plain_sources(9)
    painted = list(tree(trace, paint=mark, width=60))
    plain = list(tree(trace, width=60))
    assert painted != plain
    assert [unmarked(line) for line in painted] == plain


@pytest.mark.parametrize(
    ("status", "upstream", "ending"),
    [
        ("unreleased", "partial", "unreleased · partly disclosed"),
        ("withdrawn", "undisclosed", "withdrawn · undisclosed"),
        ("gated", "complete", "mit"),
    ],
)
def test_a_line_ends_with_what_is_wanting(status: str, upstream: str, ending: str) -> None:
    trace = traced("n0", [node("n0", status=status, upstream=upstream, license="mit")], [])
    assert next(tree(trace)).endswith(f"· {ending}")


def test_what_every_step_to_a_record_left_out_does_not_stand_below_it() -> None:
    nodes = [node("mix"), node("chats"), node("tests"), node("kept", "model"), node("cut", "model")]
    below = [edge("chats", "wrote_both", "kept"), edge("chats", "wrote_both", "cut"),
             edge("chats", "includes", "tests")]  # fmt: skip
    left_out = edge("mix", "includes", "chats", without=("cut", "tests"))
    lines = "\n".join(tree(traced("mix", nodes, [left_out, *below])))
    shown = lines.replace("without cut, tests", "")
    assert "text by kept" in shown and "by kept, cut" not in shown and "\ncut" not in shown
    assert "includes tests" not in shown
    whole = [edge("mix", "includes", "chats"), *below]
    assert "text by kept, cut" in "\n".join(tree(traced("mix", nodes, whole)))
