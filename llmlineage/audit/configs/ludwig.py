"""Ludwig (https://ludwig.ai), whose data are named on the command line."""

from __future__ import annotations

from llmlineage.audit.configs.documents import Value, at, maps, text_at
from llmlineage.audit.configs.model import Config, ModelUse
from llmlineage.audit.configs.source import Source


def recognises(documents: list[Value]) -> bool:
    first = documents[0]
    return isinstance(first, dict) and "input_features" in first and "output_features" in first


def read(documents: list[Value], source: Source) -> Config:
    document = documents[0]
    base = text_at(document, "base_model")
    encoders = (
        text_at(feature, "encoder.pretrained_model_name_or_path")
        for feature in maps(at(document, "input_features"))
    )
    weights = text_at(document, "adapter.pretrained_adapter_weights")
    return Config(
        file=source.file,
        framework="ludwig",
        models=(
            *(ModelUse(name) for name in (base, *encoders) if name),
            *([ModelUse(weights, role="adapter")] if weights else ()),
        ),
        trains=text_at(document, "trainer.type"),
        adapter=text_at(document, "adapter.type"),
    )
