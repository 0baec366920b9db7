"""JSON and CSV carry the same nodes and edges as the trace, whatever stands in the names."""

from __future__ import annotations

import contextlib
import csv
import io
import json

from hypothesis import given

from llmlineage.cli import options
from llmlineage.graph.lineage import Edge, Node, Trace
from llmlineage.render import document, text
from tests.render.traces import ANYTHING, SOURCES, edge, node, traced, traces


def printed(trace: Trace, format: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        if format == "json":
            options.echo_json(document.trace(trace))
        else:
            options.echo_csv(text.TRACE_COLUMNS, text.trace_rows(trace))
    return out.getvalue()


@given(traces(ANYTHING))
def test_json_reads_back_to_the_same_nodes_and_edges(trace: Trace) -> None:
    read = json.loads(printed(trace, "json"))
    hidden = {"status", "organization", "rows_precision", "family", "parameters"}
    expected = [{key: getattr(one, key) for key in Node._fields if key not in hidden} for one in trace.nodes]
    assert read["nodes"] == expected
    assert [step.pop("source")["url"] for step in read["edges"]] == [one.source.url for one in trace.edges]
    measured = [step.pop("measured", None) for step in read["edges"]]
    assert measured == [one.measured._asdict() if one.measured else None for one in trace.edges]
    optional = ("split", "takes", "into", "without", "altered", "rows_precision", "weight")
    aside = ("source", "measured", *optional)
    shown = [key for key in Edge._fields if key not in aside]
    assert read["edges"] == [{key: getattr(one, key) for key in shown} for one in trace.edges]


# Before Python 3.13 csv.writer leaves a carriage return bare; no package that is valid has one.
@given(traces(ANYTHING.map(lambda text: text.replace("\r", "\n"))))
def test_csv_reads_back_to_the_same_edges(trace: Trace) -> None:
    header, *rows = csv.reader(io.StringIO(printed(trace, "csv"), newline=""))
    assert header == ["child", "relation", "parent", "part", "rows", "basis", "source"]
    assert rows == [
        [
            one.child,
            ":".join(filter(None, (one.relation, one.role, one.stage))),
            one.parent,
            one.part or "",
            "" if one.rows is None else str(one.rows),
            one.basis,
            one.source.url,
        ]
        for one in trace.edges
    ]


def test_json_is_unescaped_utf_8() -> None:
    assert "漢é🙂" in printed(traced("a", [node("a", name="漢é🙂")], []), "json")


def test_a_source_is_its_id_title_and_address() -> None:
    step = edge("a", "includes", "b", source=SOURCES[2])
    assert document.edge(step)["source"] == {"id": "s2", "title": "Title 2", "url": "https://example.org/2"}
