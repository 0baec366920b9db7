"""A trace in the standards that others read, one file a format, all from one :class:`Picture`.

The same nodes and edges stand in every format, whatever a standard has words for: an edge that it cannot
name is kept whole in its extension point.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from llmlineage.export.picture import Picture

__all__ = ["FORMATS", "Format", "Picture", "export"]


@dataclass(frozen=True)
class Format:
    """A format: what it is, and the module of this folder that writes it."""

    module: str
    about: str
    function: str = "text"


FORMATS: dict[str, Format] = {
    "cyclonedx": Format("cyclonedx", "CycloneDX 1.7, a bill of materials for machine learning (JSON)"),
    "spdx": Format("spdx", "SPDX 3.0.1 with the AI and Dataset profiles (JSON-LD)"),
    "croissant": Format("croissant", "Croissant 1.1, metadata of one dataset with PROV terms (JSON-LD)"),
    "prov-json": Format("prov", "W3C PROV as PROV-JSON", "json"),
    "prov-n": Format("prov", "W3C PROV as PROV-N", "notation"),
    "prov-ttl": Format("prov", "W3C PROV as RDF (PROV-O in Turtle)", "turtle"),
    "graphml": Format("graphml", "GraphML, for igraph, networkx, Gephi, yEd"),
    "dot": Format("dot", "Graphviz"),
    "mermaid": Format("mermaid", "Mermaid, drawn by GitHub in Markdown"),
    "csv": Format("flat", "the edges, one a row", "csv"),
    "json": Format("flat", "what trace --json prints", "json"),
}


def export(picture: Picture, format: str) -> str:
    """The text of ``picture`` in one of FORMATS.

    Raises:
        ExportRefused: the format cannot hold it; the text says what would.
        MissingExtra: the format needs a library that is not installed.
        ValueError: there is no such format; the message names those that are.
    """
    if format not in FORMATS:
        raise ValueError(f"{format!r} is no format; it is one of {', '.join(FORMATS)}")
    chosen = FORMATS[format]
    module = import_module(f"llmlineage.export.{chosen.module}")
    write: Callable[[Picture], str] = getattr(module, chosen.function)
    return write(picture)
