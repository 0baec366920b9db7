"""Croissant 1.1 (https://docs.mlcommons.org/croissant/): metadata of one dataset, and what it was made from.

What a dataset was derived from stands as ``prov:wasDerivedFrom``, which Croissant 1.1 recommends; the
namespace is written out, since the short form stops mlcroissant (mlcommons/croissant, issue 1018).
"""

from __future__ import annotations

import json
from typing import Any

from llmlineage.errors import LineageError
from llmlineage.export import shapes
from llmlineage.export.picture import Picture, Thing
from llmlineage.graph.lineage import Edge
from llmlineage.visible import visible

CONFORMS_TO = "http://mlcommons.org/croissant/1.1"
DERIVED = "http://www.w3.org/ns/prov#wasDerivedFrom"
CONTEXT = {
    "@language": "en", "@vocab": "https://schema.org/", "citeAs": "cr:citeAs", "column": "cr:column",
    "conformsTo": "dct:conformsTo", "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/", "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract", "field": "cr:field",
    "fileProperty": "cr:fileProperty", "fileObject": "cr:fileObject", "fileSet": "cr:fileSet",
    "format": "cr:format", "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath", "key": "cr:key", "md5": "cr:md5", "parentField": "cr:parentField",
    "path": "cr:path", "recordSet": "cr:recordSet", "references": "cr:references", "regex": "cr:regex",
    "repeated": "cr:repeated", "replace": "cr:replace", "sc": "https://schema.org/", "separator": "cr:separator",
    "source": "cr:source", "subField": "cr:subField", "transform": "cr:transform",
}  # fmt: skip


def text(picture: Picture) -> str:
    """The metadata of the root.

    Raises:
        LineageError: the root is a model, or the trace leads down.
    """
    if picture.root.node.type != "dataset" or picture.trace.direction != "up":
        raise LineageError(
            f"Croissant describes one dataset and what it was made from, and {picture.trace.root} is asked "
            f"for {'as a model' if picture.root.node.type != 'dataset' else 'with --down'}; "
            "cyclonedx and spdx describe models"
        )
    return json.dumps(document(picture), indent=2, ensure_ascii=False) + "\n"


def document(picture: Picture) -> dict[str, Any]:
    root, things, parents = picture.root, picture.by_id(), picture.parents()
    origin = [derived(edge, things, parents, (root.id,)) for edge in parents[root.id]]
    return {
        "@context": CONTEXT,
        **described(root),
        "conformsTo": CONFORMS_TO,
        **({DERIVED: origin} if origin else {}),
        "isBasedOn": sorted(
            {things[edge.parent].address for edge in parents[root.id] if things[edge.parent].address}
        ),
    }


def described(thing: Thing) -> dict[str, Any]:
    node = thing.node
    maker = {"@type": "sc:Organization", "name": visible(thing.organization)} if thing.organization else None
    values = {
        "@type": "sc:Dataset" if node.type == "dataset" else "sc:SoftwareApplication",
        "@id": thing.address or node.id,
        "name": visible(node.name),
        "description": visible(thing.summary) if thing.summary else None,
        "url": thing.address or None,
        "license": license_of(thing),
        "creator": maker,
        "datePublished": node.released,
        "inLanguage": list(thing.languages) or None,
        "size": f"{node.rows} rows" if node.rows is not None else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def license_of(thing: Thing) -> str | None:
    if thing.license is None or thing.license.id == "none-stated":
        return None
    return thing.license.url or visible(thing.license.name)


def derived(
    edge: Edge, things: dict[str, Thing], parents: dict[str, list[Edge]], above: tuple[str, ...]
) -> dict[str, Any]:
    """A parent with its own parents; each step's words and source stand with it."""
    parent = things[edge.parent]
    further = [
        derived(step, things, parents, (*above, parent.id))
        for step in parents[parent.id]
        if step.parent not in above
    ]
    return {
        **described(parent),
        "disambiguatingDescription": shapes.along(edge),
        "citation": visible(edge.source.url),
        **({DERIVED: further} if further else {}),
    }
