"""CycloneDX 1.7 (https://cyclonedx.org/docs/1.7/json/): a bill of materials with true parents.

Models are components with a model card, datasets are data components. ``dependsOn`` names what each was
made from, ``pedigree`` the ancestors whose weights or text it holds, and the properties
``llmlineage:made-from`` each edge whole, in words: relation, role or stage, parent, part, source.
"""

from __future__ import annotations

import json
import uuid
from typing import Any
from urllib.parse import quote

from llmlineage.export import shapes
from llmlineage.export.picture import HUB, Picture, Thing
from llmlineage.graph.lineage import Edge
from llmlineage.version import __version__
from llmlineage.visible import visible

SCHEMA = "http://cyclonedx.org/schema/bom-1.7.schema.json"
EDGE = "llmlineage:made-from"
# What a thing holds of these parents is theirs, altered or not; of others it was taught or judged alone.
PEDIGREE = (
    "finetune_of", "continued_from", "merge_of", "adapter_of", "quantized_from", "upscaled_from",
    "initialized_from", "subset_of", "cleaned_from", "reformatted_from", "annotated_from", "rewritten_from",
    "translated_from", "revision_of", "includes",
)  # fmt: skip
# What a reader must know where the origin of a thing is not known to the roots.
LIMITATIONS = {
    "undisclosed": "Its makers do not disclose what it was made from.",
    "partial": "What it was made from is known in part.",
    "unread": "No document of its makers was read.",
}
# How a model learns in a stage, as CycloneDX names it.
APPROACH = {"rl": "reinforcement-learning", "sft": "supervised", "pretraining": "self-supervised"}


def text(picture: Picture) -> str:
    return json.dumps(document(picture), indent=2, ensure_ascii=False) + "\n"


def document(picture: Picture) -> dict[str, Any]:
    parents, things = picture.parents(), picture.by_id()
    made = {id: component(things[id], edges, things) for id, edges in parents.items()}
    root = picture.root.id
    depends = [
        {"ref": ref(id), "dependsOn": sorted({ref(edge.parent) for edge in edges})}
        for id, edges in parents.items()
    ]
    bom = {
        "$schema": SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.7",
        "version": 1,
        "metadata": metadata(picture, made[root]),
        "components": [made[thing.id] for thing in picture.things if thing.id != root],
        "dependencies": depends,
    }
    # Of what stands in it, so that the same trace of the same edition is the same document.
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(bom, sort_keys=True))
    return {**bom, "serialNumber": f"urn:uuid:{serial}"}


def metadata(picture: Picture, root: dict[str, Any]) -> dict[str, Any]:
    tool = {
        "type": "application",
        "name": "llmlineage",
        "version": __version__,
        "externalReferences": [{"type": "website", "url": picture.homepage}],
    }
    return known({
        "timestamp": picture.when,
        "lifecycles": [{"phase": "post-build"}],
        "tools": {"components": [tool]},
        "component": root,
        "properties": [
            {"name": "llmlineage:edition", "value": picture.trace.edition},
            *([{"name": "llmlineage:commit", "value": picture.commit}] if picture.commit else []),
            {"name": "llmlineage:direction", "value": picture.trace.direction},
            *at_a_glance(picture),
        ],
    })  # fmt: skip


def at_a_glance(picture: Picture) -> list[dict[str, str]]:
    """Of a model what the AI bill of materials of OWASP asks first, by the names that it gives them
    (https://github.com/GenAI-Security-Project/aibom-generator)."""
    root, parents = picture.root, picture.parents()[picture.trace.root]
    if root.node.type != "model":
        return []
    things = picture.by_id()
    steps = [f"{shapes.along(edge).replace('_', ' ')} {things[edge.parent].node.name}" for edge in parents]
    facts = {
        "primaryPurpose": purpose(root),
        "suppliedBy": root.organization,
        "typeOfModel": ", ".join(root.architecture) or None,
        "informationAboutTraining": "; ".join(steps) or None,
        "technicalLimitations": LIMITATIONS.get(root.node.upstream),
    }
    return [{"name": name, "value": visible(value)} for name, value in facts.items() if value]


def purpose(thing: Thing) -> str:
    return "text-classification" if thing.node.kind == "reward" else "text-generation"


def component(thing: Thing, edges: list[Edge], things: dict[str, Thing]) -> dict[str, Any]:
    is_model = thing.node.type == "model"
    ancestors = [bare(things[edge.parent]) for edge in edges if edge.relation in PEDIGREE]
    return known({
        "type": "machine-learning-model" if is_model else "data",
        "bom-ref": ref(thing.id),
        **identity(thing),
        "description": shown(thing.summary),
        "licenses": licenses(thing),
        "pedigree": {"ancestors": ancestors} if ancestors else None,
        "externalReferences": references(thing),
        "modelCard": model_card(thing, edges, things) if is_model else None,
        "data": None if is_model else [data(thing)],
        "properties": properties(thing, edges),
    })  # fmt: skip


def bare(thing: Thing) -> dict[str, Any]:
    """A thing as an ancestor: it stands in the list of components itself."""
    kind = "machine-learning-model" if thing.node.type == "model" else "data"
    return known({"type": kind, **identity(thing)})


def identity(thing: Thing) -> dict[str, Any]:
    maker = {"name": visible(thing.organization)} if thing.organization else None
    return known({
        "supplier": maker,
        "manufacturer": maker,
        "group": visible(thing.node.hub_id.partition("/")[0]) if thing.node.hub_id else None,
        "name": visible(thing.node.name),
        "version": thing.node.released,
        "purl": purl(thing),
    })  # fmt: skip


def purl(thing: Thing) -> str | None:
    """The package URL of a model on the Hub (https://github.com/package-url/purl-spec, type huggingface);
    the specification has no such for datasets."""
    if thing.node.type != "model" or not thing.node.hub_id:
        return None
    return f"pkg:huggingface/{quote(thing.node.hub_id)}"


def licenses(thing: Thing) -> list[dict[str, Any]] | None:
    if thing.license is None or thing.license.id == "none-stated":
        return None
    one = thing.license
    named = {"id": one.spdx_id} if one.spdx_id else {"name": visible(one.name)}
    return [{"license": known({**named, "url": one.url, "acknowledgement": "declared"})}]


def references(thing: Thing) -> list[dict[str, str]]:
    found = []
    if thing.address:
        found.append({"type": "website", "url": thing.address})
        if thing.address.startswith(f"{HUB}/") and thing.node.status in ("available", "gated"):
            found.append({"type": "distribution", "url": thing.address})
    if thing.source:
        found.append(
            {"type": "documentation", "url": thing.source.url, "comment": visible(thing.source.title)}
        )
    return found


def model_card(thing: Thing, edges: list[Edge], things: dict[str, Thing]) -> dict[str, Any]:
    """What trained it and how. Datasets stand inline, though a reference would do: lib4sbom and sbom2dot stop
    at a reference."""
    stages = [edge.stage for edge in edges if edge.stage]
    approach = next((APPROACH[stage] for stage in ("rl", "sft", "pretraining") if stage in stages), None)
    trained_on = dict.fromkeys(edge.parent for edge in edges if edge.relation == "trained_on")
    parameters = known({
        "approach": {"type": approach} if approach else None,
        "task": purpose(thing),
        "architectureFamily": ", ".join(thing.architecture) or None,
        "datasets": [data(things[id]) for id in trained_on] or None,
    })  # fmt: skip
    return known({"modelParameters": parameters, "considerations": considerations(thing)})


def considerations(thing: Thing) -> dict[str, Any] | None:
    unknown = LIMITATIONS.get(thing.node.upstream)
    return {"technicalLimitations": [unknown]} if unknown else None


def data(thing: Thing) -> dict[str, Any]:
    owner = {"organization": {"name": visible(thing.organization)}} if thing.organization else None
    return known({
        "type": "dataset",
        "name": visible(thing.node.name),
        "contents": {"url": thing.address} if thing.address else None,
        "classification": "public" if thing.node.status in ("available", "gated") else thing.node.status,
        "description": shown(thing.summary),
        "governance": {"owners": [owner]} if owner else None,
    })  # fmt: skip


def properties(thing: Thing, edges: list[Edge]) -> list[dict[str, str]]:
    node = thing.node
    facts = {
        "id": node.id, "kind": node.kind, "released": node.released, "status": node.status,
        "upstream": node.upstream, "rows": node.rows, "parameters": node.parameters, "tokens": thing.tokens,
        "training-tokens": thing.training_tokens, "languages": " ".join(thing.languages) or None,
        "licence": thing.license.id if thing.license else None,
    }  # fmt: skip
    found = [
        {"name": f"llmlineage:{name}", "value": visible(str(value))}
        for name, value in facts.items()
        if value is not None
    ]
    return [*found, *({"name": EDGE, "value": whole(edge)} for edge in edges)]


def whole(edge: Edge) -> str:
    """An edge as one line: what its role is, which parent, which part, and the address of its source."""
    part = f" ({visible(edge.part)})" if edge.part else ""
    rows = f", {edge.rows} rows" if edge.rows is not None else ""
    return f"{shapes.verb(edge)} {edge.parent}{part}{rows}, {edge.basis}: {edge.source.url}"


def ref(id: str) -> str:
    return f"llmlineage/{id}"


def shown(text: str | None) -> str | None:
    return visible(text) if text else None


def known(values: dict[str, Any]) -> dict[str, Any]:
    """Without what is not known."""
    return {name: value for name, value in values.items() if value is not None}
