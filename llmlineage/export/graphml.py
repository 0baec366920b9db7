"""GraphML (http://graphml.graphdrawing.org): nodes and edges with all their columns as attributes.

Edges lead from the parent to the child, as text flows. Attributes are declared with types that igraph,
networkx, Gephi and yEd know.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from llmlineage.export.picture import Picture, Thing
from llmlineage.graph.lineage import Edge
from llmlineage.visible import visible

NODE_KEYS = {
    "name": "string", "type": "string", "kind": "string", "organization": "string", "released": "string",
    "rows": "long", "parameters": "long", "license": "string", "hub_id": "string", "status": "string",
    "upstream": "string", "address": "string", "depth": "int",
}  # fmt: skip
EDGE_KEYS = {
    "relation": "string", "role": "string", "stage": "string", "part": "string", "rows": "long",
    "method": "string", "basis": "string", "source": "string", "locator": "string",
}  # fmt: skip


def text(picture: Picture) -> str:
    return "".join(f"{line}\n" for line in lines(picture))


def lines(picture: Picture) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    for what, keys in (("node", NODE_KEYS), ("edge", EDGE_KEYS)):
        for name, type in keys.items():
            yield f'  <key id="{what}-{name}" for="{what}" attr.name="{name}" attr.type="{type}"/>'
    yield f'  <graph id={quoted(picture.trace.root)} edgedefault="directed">'
    for thing in picture.things:
        yield f"    <node id={quoted(thing.id)}>"
        yield from data("node", {name: of_thing(thing, name) for name in NODE_KEYS})
        yield "    </node>"
    for number, edge in enumerate(picture.trace.edges):
        yield f'    <edge id="e{number}" source={quoted(edge.parent)} target={quoted(edge.child)}>'
        yield from data("edge", {name: of_edge(edge, name) for name in EDGE_KEYS})
        yield "    </edge>"
    yield "  </graph>"
    yield "</graphml>"


def of_thing(thing: Thing, name: str) -> object:
    if name in ("organization", "address"):
        return getattr(thing, name)
    if name == "license":
        return thing.license.id if thing.license else None
    return getattr(thing.node, name)


def of_edge(edge: Edge, name: str) -> object:
    return edge.source.url if name == "source" else getattr(edge, name)


def data(what: str, values: dict[str, object]) -> Iterator[str]:
    for name, value in values.items():
        if value is not None:
            yield f'      <data key="{what}-{name}">{escape(visible(str(value)))}</data>'


def quoted(value: str) -> str:
    return quoteattr(visible(value))
