"""Croissant 1.1 (https://docs.mlcommons.org/croissant/): metadata of one dataset, and what it was made from.

What a dataset was derived from stands as ``prov:wasDerivedFrom``, which Croissant 1.1 recommends; the
namespace is written out, since the short form stops mlcroissant (mlcommons/croissant, issue 1018).
"""

from __future__ import annotations

import json
from typing import Any

from llmlineage.errors import ExportRefused
from llmlineage.export import shapes
from llmlineage.export.picture import Picture, Thing
from llmlineage.graph.lineage import Edge
from llmlineage.visible import visible

CONFORMS_TO = "http://mlcommons.org/croissant/1.1"
PROV = "http://www.w3.org/ns/prov#"
THINGS = "https://w3id.org/llmlineage/thing/"
CONTEXT = {
    "@language": "en", "@vocab": "https://schema.org/", "citeAs": "cr:citeAs", "column": "cr:column",
    "conformsTo": "dct:conformsTo", "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/", "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty", "samplingRate": "cr:samplingRate",
    "examples": {"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract", "field": "cr:field",
    "fileProperty": "cr:fileProperty", "fileObject": "cr:fileObject", "fileSet": "cr:fileSet",
    "format": "cr:format", "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath", "key": "cr:key", "md5": "cr:md5", "parentField": "cr:parentField",
    "path": "cr:path", "recordSet": "cr:recordSet", "references": "cr:references", "regex": "cr:regex",
    "repeated": "cr:repeated", "replace": "cr:replace", "sc": "https://schema.org/",
    "separator": "cr:separator", "source": "cr:source", "subField": "cr:subField",
    "transform": "cr:transform",
}  # fmt: skip


def text(picture: Picture) -> str:
    """The metadata of the root.

    Raises:
        ExportRefused: the root is a model, or the trace leads down.
    """
    if picture.root.node.type != "dataset" or picture.trace.direction != "up":
        raise ExportRefused(
            f"Croissant describes one dataset and what it was made from, and {picture.trace.root} is asked "
            f"for {'as a model' if picture.root.node.type != 'dataset' else 'with --down'}; "
            "cyclonedx and spdx describe models"
        )
    return json.dumps(document(picture), indent=2, ensure_ascii=False) + "\n"


def document(picture: Picture) -> dict[str, Any]:
    """The root, with all that it was made from: each is told of once, and named after that."""
    things, parents = picture.by_id(), picture.parents()
    told = {picture.trace.root}
    return {
        "@context": CONTEXT,
        **described(picture.root),
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "isBasedOn": sorted({address(things[edge.parent]) for edge in parents[picture.trace.root]}),
        **origin(picture.root, things, parents, told),
    }


def origin(
    thing: Thing, things: dict[str, Thing], parents: dict[str, list[Edge]], told: set[str]
) -> dict[str, Any]:
    """What a thing was derived from, plain and with each step's words and source."""
    steps = parents[thing.id]
    if not steps:
        return {}
    derived = []
    for id in dict.fromkeys(edge.parent for edge in steps):
        parent = things[id]
        if id in told:
            derived.append({"@id": address(parent)})
            continue
        told.add(id)
        derived.append({**described(parent), **origin(parent, things, parents, told)})
    return {
        f"{PROV}wasDerivedFrom": derived,
        f"{PROV}qualifiedDerivation": [
            {
                "@type": f"{PROV}Derivation",
                f"{PROV}entity": {"@id": address(things[edge.parent])},
                "description": shapes.along(edge),
                "citation": visible(edge.source.url),
            }
            for edge in steps
        ],
    }


def described(thing: Thing) -> dict[str, Any]:
    """A thing as an entity of PROV: only what the document is about is a sc:Dataset in it, since readers take
    any other for that."""
    node = thing.node
    maker = {"@type": "sc:Organization", "name": visible(thing.organization)} if thing.organization else None
    values = {
        "@type": f"{PROV}Entity",
        "@id": address(thing),
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


def address(thing: Thing) -> str:
    """An address of its own, which two parts of one page do not share."""
    return f"{THINGS}{thing.id}"


def license_of(thing: Thing) -> str | None:
    if thing.license is None or thing.license.id == "none-stated":
        return None
    return thing.license.url or visible(thing.license.name)
