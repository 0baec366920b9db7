"""mergekit: merges, mixtures of experts, evolutionary merges (https://github.com/arcee-ai/mergekit)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from llmlineage.audit.configs.documents import Value, at, maps, text_at, texts
from llmlineage.audit.configs.model import Config, ModelUse
from llmlineage.audit.configs.source import Source

# These take nothing of base_model, which then only lends its tokenizer or config.
WITHOUT_BASE = ("linear", "passthrough", "karcher")


def recognises(documents: list[Value]) -> bool:
    return any(
        text_at(document, "merge_method")
        or text_at(document, "genome.merge_method")
        or any("source_model" in expert for expert in maps(at(document, "experts")))
        for document in documents
    )


def read(documents: list[Value], source: Source) -> Config:
    # In a chain of documents, what one is called is an ingredient of the next.
    made = {text_at(document, "name") for document in documents}
    methods: dict[str, None] = {}
    found: dict[tuple[str, str | None, str], ModelUse] = {}
    for document in documents:
        genome = at(document, "genome")
        merge = genome if isinstance(genome, dict) else document
        method = text_at(merge, "merge_method") or "moe"
        methods[method] = None
        for use in parents(merge, method):
            key = (use.name, use.revision, use.role)
            if use.name in made:
                continue
            if key not in found or (use.weight and not found[key].weight):
                found[key] = use
    return Config(
        file=source.file,
        framework="mergekit",
        models=tuple(found.values()),
        trains="merge",
        merge="+".join(methods),
    )


def parents(merge: Value, method: str) -> Iterator[ModelUse]:
    general = weight_of(merge)
    modules = at(merge, "modules")
    for part in (merge, *maps(list(modules.values()) if isinstance(modules, dict) else None)):
        yield from ingredients(at(part, "models"), weight_of(part) or general)
        for slice in maps(at(part, "slices")):
            yield from ingredients(at(slice, "sources"), weight_of(slice) or general)
            if method not in WITHOUT_BASE:
                yield from references(at(slice, "base_model"), None)
    for key in ("experts", "shared_experts"):
        for expert in maps(at(merge, key)):
            yield from references(at(expert, "source_model"), None)
    if method not in WITHOUT_BASE:
        yield from references(at(merge, "base_model"), None)


def ingredients(value: Value, general: str | None) -> Iterator[ModelUse]:
    """``- model: X`` with its weight; in a genome and in old files the bare name."""
    for name in texts(value):
        yield from references(name, general)
    for entry in maps(value):
        yield from references(at(entry, "model"), weight_of(entry) or general)


def references(value: Value, weight: str | None) -> Iterator[ModelUse]:
    """``path``, ``path@revision``, ``path+adapter``, or the mapping {model: {path, revision}, lora: ...}."""
    if isinstance(value, str) and value.strip():
        model, _, adapter = value.strip().partition("+")
        yield reference(model, weight)
        if adapter:
            yield replace(reference(adapter, None), role="adapter")
    elif isinstance(value, dict):
        path, revision = text_at(value, "path"), text_at(value, "revision")
        if path:
            yield ModelUse(path, revision, weight)
        yield from references(at(value, "model"), weight)
        for adapter_use in references(at(value, "lora"), None):
            yield replace(adapter_use, role="adapter")


def reference(text: str, weight: str | None) -> ModelUse:
    path, _, revision = text.partition("@")
    return ModelUse(path.strip(), revision.strip() or None, weight)


def weight_of(part: Value) -> str | None:
    weight = at(part, "parameters.weight")
    return None if weight is None else written(weight)


def written(value: Value) -> str:
    """A weight is a number, a gradient over the layers, or numbers for parts of the model."""
    if isinstance(value, dict):
        return f"{written(value.get('filter') or '*')}: {written(value.get('value'))}"
    if isinstance(value, list):
        return f"[{', '.join(written(one) for one in value)}]"
    return value or ""
