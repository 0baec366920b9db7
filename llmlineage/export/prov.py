"""W3C PROV (https://www.w3.org/TR/prov-overview): entities, who made them, and what each was derived from.

Every edge is a derivation with its relation, part and source as attributes. The prov library writes a
derivation that has attributes in its qualified form alone, in which a query for ``prov:wasDerivedFrom``
finds no ancestor: so each is written plain too.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from llmlineage.errors import MissingExtra
from llmlineage.export import shapes
from llmlineage.export.picture import Picture, Thing
from llmlineage.visible import visible

if TYPE_CHECKING:
    from prov.model import ProvDocument

THINGS = "https://w3id.org/llmlineage/thing/"
TERMS = "https://w3id.org/llmlineage/terms#"


def json(picture: Picture) -> str:
    return serialized(picture, "json", indent=2) + "\n"


def notation(picture: Picture) -> str:
    return document(picture).get_provn() + "\n"


def turtle(picture: Picture) -> str:
    try:
        import rdflib  # noqa: F401
    except ImportError as error:
        raise MissingExtra("rdflib", "export") from error
    return serialized(picture, "rdf", rdf_format="turtle")


def serialized(picture: Picture, format: str, **how: Any) -> str:
    out = io.StringIO()
    document(picture).serialize(out, format=format, **how)
    return out.getvalue()


def document(picture: Picture) -> ProvDocument:
    """The trace as a PROV document.

    Raises:
        MissingExtra: the prov library is not installed.
    """
    try:
        from prov.model import ProvDocument
    except ImportError as error:
        raise MissingExtra("prov", "export") from error
    found = ProvDocument()
    found.add_namespace("thing", THINGS)
    found.add_namespace("ll", TERMS)
    found.add_namespace("dct", "http://purl.org/dc/terms/")
    for thing in picture.things:
        found.entity(f"thing:{thing.id}", described(thing))
    for place, name in enumerate(sorted({one.organization for one in picture.things if one.organization})):
        agent = found.agent(
            f"thing:organization-{place}", {"prov:type": "prov:Organization", "prov:label": visible(name)}
        )
        for thing in picture.things:
            if thing.organization == name:
                found.wasAttributedTo(f"thing:{thing.id}", agent)
    for number, edge in enumerate(picture.trace.edges):
        ends = (f"thing:{edge.child}", f"thing:{edge.parent}")
        found.wasDerivedFrom(*ends)
        told = {
            "ll:relation": edge.relation, "ll:role": edge.role, "ll:stage": edge.stage, "ll:part": edge.part,
            "ll:rows": edge.rows, "ll:method": edge.method, "ll:basis": edge.basis,
            "dct:source": edge.source.url, "ll:locator": edge.locator,
        }  # fmt: skip
        told = safe({"prov:label": shapes.along(edge)} | told)
        found.wasDerivedFrom(*ends, identifier=f"thing:step-{number}", other_attributes=told)
    return found


def described(thing: Thing) -> dict[str, Any]:
    node = thing.node
    return safe({
        "prov:label": node.name, "prov:type": f"ll:{node.type}", "ll:kind": node.kind,
        "dct:issued": node.released, "dct:license": thing.license.id if thing.license else None,
        "dct:description": thing.summary, "prov:location": thing.address or None, "ll:rows": node.rows,
        "ll:parameters": node.parameters, "ll:upstream": node.upstream, "ll:status": node.status,
    })  # fmt: skip


def safe(values: dict[str, Any]) -> dict[str, Any]:
    """What is known, its texts without what acts on a screen or in XML."""
    return {
        name: visible(value) if isinstance(value, str) else value
        for name, value in values.items()
        if value is not None
    }
