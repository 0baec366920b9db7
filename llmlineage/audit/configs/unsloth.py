"""Unsloth's command line and studio (https://github.com/unslothai/unsloth)."""

from __future__ import annotations

from llmlineage.audit.configs.documents import Value, at, text_at, texts
from llmlineage.audit.configs.model import Config, DatasetUse, ModelUse
from llmlineage.audit.configs.source import Source


def recognises(documents: list[Value]) -> bool:
    first = documents[0]
    names_data = text_at(first, "data.dataset") or at(first, "data.local_dataset")
    trains = text_at(first, "training.training_type") or isinstance(at(first, "lora"), dict)
    return bool(
        (text_at(first, "model") or names_data) and trains and isinstance(at(first, "training"), dict)
    )


def read(documents: list[Value], source: Source) -> Config:
    document = documents[0]
    base = text_at(document, "model")
    names = (*texts(at(document, "data.dataset")), *texts(at(document, "data.local_dataset")))
    kind = text_at(document, "training.training_type") or "lora"
    return Config(
        file=source.file,
        framework="unsloth",
        datasets=tuple(DatasetUse(name) for name in names),
        models=(ModelUse(base),) if base else (),
        trains="sft",
        adapter=None if kind == "full" else kind,
    )
