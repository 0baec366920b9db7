"""What the drawn formats share: how a kind looks, what stands on a node and along an edge."""

from __future__ import annotations

from llmlineage.export.picture import Thing
from llmlineage.graph.lineage import Edge
from llmlineage.render import words

# Where the origin of a thing is not known, its outline is broken.
UNKNOWN = ("unread", "undisclosed", "partial")


def label(thing: Thing) -> list[str]:
    """The lines that stand on a node: its name, then what one asks first."""
    count = words.count(thing.node.rows, thing.node.rows_precision)
    size = f"{count} rows" if count else ""
    if thing.node.parameters:
        size = f"{words.size(thing.node.parameters)} parameters"
    licence = thing.license.id if thing.license else ""
    return [thing.node.name, " · ".join(one for one in (thing.node.kind, size, licence) if one)]


def verb(edge: Edge) -> str:
    """What an edge is called: the role or stage where it has one."""
    return edge.role or edge.stage or edge.relation


def along(edge: Edge) -> str:
    """What stands along an edge."""
    said = verb(edge).replace("_", " ")
    return f"{said}: {edge.part}" if edge.part else said
