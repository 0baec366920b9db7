"""A Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html), as GitHub draws it in Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from llmlineage.errors import ExportRefused
from llmlineage.export import shapes
from llmlineage.export.picture import Picture, Thing
from llmlineage.graph.lineage import Edge
from llmlineage.render.words import plural
from llmlineage.visible import visible

# Beyond these Mermaid draws an error (its settings maxEdges and maxTextSize).
MOST_EDGES = 500
MOST_CHARACTERS = 50_000


def text(picture: Picture) -> str:
    """The flowchart.

    Raises:
        ExportRefused: Mermaid would not draw it.
    """
    drawn = "".join(f"{line}\n" for line in lines(picture))
    edges = len(picture.trace.edges)
    if edges > MOST_EDGES or len(drawn) > MOST_CHARACTERS:
        raise ExportRefused(
            f"Mermaid draws at most {MOST_EDGES} edges and {MOST_CHARACTERS:,} characters, and this has "
            f"{plural(edges, 'edge')} and {len(drawn):,}; ask for fewer steps with --depth, or for dot"
        )
    return drawn


def lines(picture: Picture) -> Iterator[str]:
    numbers = {thing.id: f"n{number}" for number, thing in enumerate(picture.things)}
    yield "flowchart TD"
    for thing in picture.things:
        yield f"  {numbers[thing.id]}{shape(thing)}"
    for edge in picture.trace.edges:
        yield f"  {numbers[edge.parent]} {arrow(edge)} {numbers[edge.child]}"
    broken = [numbers[one.id] for one in picture.things if one.node.upstream in shapes.UNKNOWN]
    if broken:
        yield "  classDef unknown stroke-dasharray: 4 3"
        yield f"  class {','.join(broken)} unknown"
    yield f"  style {numbers[picture.trace.root]} stroke-width:3px"


def shape(thing: Thing) -> str:
    opening, closing = ("[", "]") if thing.node.type == "dataset" else ("([", "])")
    return f'{opening}"{"<br/>".join(escaped(line) for line in shapes.label(thing) if line)}"{closing}'


def arrow(edge: Edge) -> str:
    line = "-.->" if edge.basis in ("inferred", "reported", "declared") else "-->"
    return f'{line}|"{escaped(shapes.along(edge))}"|'


def escaped(text: str) -> str:
    """Text of which Mermaid reads nothing: a code for each character that it, Markdown or HTML would."""
    return "".join(
        character if character.isalnum() or character in " .,:/()+-_·~" else f"#{ord(character)};"
        for character in visible(text)
    )
