"""Graphviz (https://graphviz.org/doc/info/lang.html): datasets are boxes, models ellipses."""

from __future__ import annotations

from collections.abc import Iterator

from llmlineage.export import shapes
from llmlineage.export.picture import Picture, Thing
from llmlineage.graph.lineage import Edge
from llmlineage.visible import visible


def text(picture: Picture) -> str:
    return "".join(f"{line}\n" for line in lines(picture))


def lines(picture: Picture) -> Iterator[str]:
    yield f"digraph {quoted(picture.trace.root)} {{"
    yield '  node [fontname="Helvetica" fontsize=11 style="rounded"];'
    yield '  edge [fontname="Helvetica" fontsize=9];'
    for thing in picture.things:
        yield f"  {quoted(thing.id)} [{' '.join(attributes(thing, picture.trace.root))}];"
    for edge in picture.trace.edges:
        yield f"  {quoted(edge.parent)} -> {quoted(edge.child)} [{' '.join(of_edge(edge))}];"
    yield "}"


def attributes(thing: Thing, root: str) -> Iterator[str]:
    yield "label=" + quoted(*shapes.label(thing))
    yield f"shape={'box' if thing.node.type == 'dataset' else 'ellipse'}"
    styles = [*(["rounded"] if thing.node.type == "dataset" else [])]
    styles += ["dashed"] if thing.node.upstream in shapes.UNKNOWN else []
    yield f'style="{",".join([*styles, *(["bold"] if thing.id == root else [])]) or "solid"}"'
    yield f"URL={quoted(thing.address)}"


def of_edge(edge: Edge) -> Iterator[str]:
    yield f"label={quoted(shapes.along(edge))}"
    yield f"URL={quoted(edge.source.url)}"
    yield f"tooltip={quoted(edge.source.title)}"
    if edge.basis in ("inferred", "reported", "declared"):
        yield "style=dashed"


def quoted(*lines: str) -> str:
    r"""Lines as one quoted text, in which nothing but the breaks between them is an escape."""
    safe = (visible(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines if line)
    return '"' + "\\n".join(safe) + '"'
