"""SPDX 3.0.1 (https://spdx.github.io/spdx-spec/v3.0.1/) with the AI and Dataset profiles, as JSON-LD.

Each edge is a relationship of the type that says most (``trainedOn``, ``descendantOf``, ``generates``,
``testedOn``, ``contains``) with the record's own words in its comment. Programs that check a document
follow ``contains`` and ``dependsOn`` alone, so what each thing was made from stands as ``dependsOn`` too.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from llmlineage.export import shapes
from llmlineage.export.picture import HUB, Picture, Thing
from llmlineage.graph.lineage import Edge
from llmlineage.version import __version__
from llmlineage.visible import visible

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
CREATION = "_:creation"
BASE = "https://w3id.org/llmlineage/spdx/"
# How the record's status is called where SPDX has a word for it.
AVAILABILITY = {"available": "directDownload", "gated": "registration"}
# The type of a relationship by the relation of the edge, from the child to the parent.
TYPES = {"includes": "contains", "trained_on": "trainedOn"}
Element = dict[str, Any]


def text(picture: Picture) -> str:
    return json.dumps(document(picture), indent=2, ensure_ascii=False) + "\n"


def document(picture: Picture) -> dict[str, Any]:
    made = [
        *agents(picture),
        *(package(thing) for thing in picture.things),
        *license_elements(picture),
        *(relationship(number, edge) for number, edge in enumerate(picture.trace.edges)),
        *dependencies(picture),
    ]
    created = {
        "type": "CreationInfo",
        "@id": CREATION,
        "specVersion": "3.0.1",
        "created": picture.when,
        "createdBy": [BASE + "agent/llmlineage"],
    }
    return {"@context": CONTEXT, "@graph": [created, head(picture, made), *made]}


def head(picture: Picture, made: list[Element]) -> Element:
    """The document itself; it claims a profile where everything in it has what the profile asks for."""
    return element(
        "SpdxDocument",
        f"document/{quote(picture.trace.root)}",
        name=f"Lineage of {visible(picture.root.node.name)}",
        comment=(
            f"What {picture.trace.root} was made {'from' if picture.trace.direction == 'up' else 'into'}, as "
            f"edition {picture.trace.edition} of {picture.homepage} records it. No legal advice."
        ),
        profileConformance=["core", "software", "simpleLicensing"],
        rootElement=[of_thing(picture.trace.root)],
        element=[one["spdxId"] for one in made],
    )


def agents(picture: Picture) -> list[Element]:
    """Who wrote the document, and who made what stands in it."""
    tool = element("SoftwareAgent", "agent/llmlineage", name=f"llmlineage {__version__}")
    makers = sorted({one.organization for one in picture.things if one.organization})
    return [tool, *(element("Organization", of_maker(name), name=visible(name)) for name in makers)]


def package(thing: Thing) -> Element:
    node = thing.node
    maker = BASE + of_maker(thing.organization) if thing.organization else None
    common = {
        "name": visible(node.name),
        "summary": visible(thing.summary) if thing.summary else None,
        "comment": f"{node.kind}; origin {node.upstream}; {node.status}",
        "originatedBy": [maker] if maker else None,
        "suppliedBy": maker,
        "releaseTime": moment(node.released),
        "software_packageVersion": node.released,
        "software_homePage": thing.address or None,
        "software_downloadLocation": thing.address if thing.address.startswith(f"{HUB}/") else None,
        "software_sourceInfo": visible(thing.source.url) if thing.source else None,
        "externalIdentifier": identifiers(thing),
    }
    if node.type == "model":
        own = {
            "software_primaryPurpose": "model",
            "ai_typeOfModel": [visible(one) for one in thing.architecture] or None,
            "ai_informationAboutTraining": training(thing),
        }
        return element("ai_AIPackage", f"thing/{quote(thing.id)}", **common, **own)
    own = {
        "software_primaryPurpose": "data",
        "dataset_datasetType": ["text"],
        "dataset_datasetAvailability": AVAILABILITY.get(node.status),
        "dataset_dataCollectionProcess": "Its makers do not say." if node.upstream == "undisclosed" else None,
    }
    return element("dataset_DatasetPackage", f"thing/{quote(thing.id)}", **common, **own)


def identifiers(thing: Thing) -> list[Element] | None:
    if not thing.node.hub_id:
        return None
    if thing.node.type == "model":
        kind, identifier = "packageUrl", f"pkg:huggingface/{quote(thing.node.hub_id)}"
    else:
        kind, identifier = "other", thing.address
    return [{"type": "ExternalIdentifier", "externalIdentifierType": kind, "identifier": identifier}]


def training(thing: Thing) -> str | None:
    said = []
    if thing.node.parameters:
        said.append(f"{thing.node.parameters:,} parameters")
    if thing.training_tokens:
        said.append(f"{thing.training_tokens:,} training tokens")
    if thing.node.upstream in ("undisclosed", "unread"):
        said.append(
            "what it was trained on is not disclosed"
            if thing.node.upstream == "undisclosed"
            else "no document of its makers was read"
        )
    return "; ".join(said) or None


def license_elements(picture: Picture) -> list[Element]:
    """The licence that the makers of each thing declare; NOASSERTION where nobody has looked it up."""
    found: dict[str, Element] = {}
    declared = []
    for thing in picture.things:
        expression, words = "NOASSERTION", ""
        if thing.license and thing.license.id == "none-stated":
            expression = "NONE"
        elif thing.license:
            expression = thing.license.spdx_id or f"LicenseRef-{thing.license.id}"
            words = f"{thing.license.name}; {thing.license.url or 'no address'}"
        id = f"licence/{quote(expression)}"
        found.setdefault(
            id,
            element(
                "simplelicensing_LicenseExpression",
                id,
                simplelicensing_licenseExpression=expression,
                comment=visible(words) or None,
            ),
        )
        declared.append(
            element(
                "Relationship",
                f"declared/{quote(thing.id)}",
                **{"from": of_thing(thing.id)},
                relationshipType="hasDeclaredLicense",
                to=[BASE + id],
            )
        )
    return [*found.values(), *declared]


def relationship(number: int, edge: Edge) -> Element:
    """An edge, in the words of SPDX and in its own."""
    ends = {"from": of_thing(edge.child), "to": [of_thing(edge.parent)]}
    kind = TYPES.get(edge.relation, "descendantOf")
    if edge.stage == "evaluation":
        kind = "testedOn"
    if edge.relation == "generated_by":  # a model generates: it comes first
        ends, kind = {"from": of_thing(edge.parent), "to": [of_thing(edge.child)]}, "generates"
    part = f" ({visible(edge.part)})" if edge.part else ""
    rows = f", {edge.rows} rows" if edge.rows is not None else ""
    comment = f"{shapes.verb(edge)}{part}{rows}, {edge.basis}: {visible(edge.source.url)}"
    return element("Relationship", f"edge/{number}", **ends, relationshipType=kind, comment=comment)


def dependencies(picture: Picture) -> list[Element]:
    return [
        element(
            "Relationship",
            f"depends/{quote(id)}",
            **{"from": of_thing(id)},
            relationshipType="dependsOn",
            to=sorted({of_thing(edge.parent) for edge in edges}),
        )
        for id, edges in picture.parents().items()
        if edges
    ]


def element(kind: str, id: str, **values: Any) -> Element:
    """An element with what is known of it."""
    known = {name: value for name, value in values.items() if value is not None}
    return {"type": kind, "spdxId": BASE + id, "creationInfo": CREATION, **known}


def of_thing(id: str) -> str:
    return f"{BASE}thing/{quote(id)}"


def of_maker(name: str) -> str:
    return f"maker/{quote(name, safe='')}"


def moment(released: str | None) -> str | None:
    """The first moment that a date may mean; of a year or month alone, none is known."""
    return f"{released}T00:00:00Z" if released and len(released) == 10 else None
