"""Random pictures: a random trace, and of each thing in it what an edition might hold."""

from __future__ import annotations

from hypothesis import strategies as st

from llmlineage.export.picture import License, Picture, Thing
from llmlineage.graph.lineage import Trace
from tests.render.traces import SOURCES, traces

LICENSES = (
    License("mit", "MIT License", "MIT", "https://spdx.org/licenses/MIT.html"),
    License("llama-2", "Llama 2 Community License", None, "https://example.org/llama"),
    License("none-stated", "None stated", None, None),
)


@st.composite
def pictures(draw: st.DrawFn, names: st.SearchStrategy[str] = st.just("")) -> Picture:  # noqa: B008
    trace: Trace = draw(traces(names))
    optional = st.none() | names
    things = tuple(
        Thing(
            node=node,
            organization=draw(optional) or None,
            license=draw(st.none() | st.sampled_from(LICENSES)),
            url=draw(st.sampled_from([None, "https://example.org/page"])),
            summary=draw(optional) or None,
            note=None,
            languages=draw(st.sampled_from([(), ("en", "zh")])),
            tokens=draw(st.sampled_from([None, 12])),
            training_tokens=None,
            architecture=(),
            source=draw(st.sampled_from(SOURCES)),
        )
        for node in trace.nodes
    )
    return Picture(trace, things, "https://example.org", None, None, "2026-11-25")
