"""LitGPT (https://github.com/Lightning-AI/litgpt)."""

from __future__ import annotations

from collections.abc import Iterator

from llmlineage.audit.configs import registry
from llmlineage.audit.configs.documents import Value, text_at
from llmlineage.audit.configs.model import Config, DatasetUse, ModelUse
from llmlineage.audit.configs.source import Source

# Arguments of a data class that say what it reads.
SOURCES = ("repo_id", "json_path", "train_data_path", "data_path", "file_url")
# litgpt download writes here, one folder a model.
CHECKPOINTS = "checkpoints/"


def recognises(documents: list[Value]) -> bool:
    first = documents[0]
    if not isinstance(first, dict):
        return False
    if (text_at(first, "data.class_path") or "").startswith("litgpt."):
        return True
    trains = isinstance(first.get("train"), dict) and "out_dir" in first
    return trains and any(key in first for key in ("checkpoint_dir", "initial_checkpoint_dir", "model_name"))


def read(documents: list[Value], source: Source) -> Config:
    document = documents[0]
    lora, quantized = text_at(document, "lora_r"), text_at(document, "quantize")
    return Config(
        file=source.file,
        framework="litgpt",
        datasets=tuple(datasets(document)),
        models=tuple(models(document)),
        trains="finetuning" if text_at(document, "checkpoint_dir") else "pretraining",
        adapter=("qlora" if quantized else "lora") if lora else None,
    )


def datasets(document: Value) -> Iterator[DatasetUse]:
    """``data: TinyStories``, or the class with its arguments."""
    name = text_at(document, "data") or text_at(document, "data.class_path")
    for key in SOURCES:
        source = text_at(document, f"data.init_args.{key}")
        # data_path is where a class that has its own source keeps the download.
        if source and not (key == "data_path" and name and meanings(name)):
            yield DatasetUse(source)
            return
    if name:
        for meaning in meanings(name) or (None,):
            yield DatasetUse(name, stands_for=meaning)


def meanings(name: str) -> tuple[str, ...]:
    return registry.stands_for("litgpt", name.rpartition(".")[2])


def models(document: Value) -> Iterator[ModelUse]:
    """In pretraining, model_name is an architecture."""
    for key in ("checkpoint_dir", "initial_checkpoint_dir"):
        folder = text_at(document, key)
        if folder:
            id = folder.removeprefix(CHECKPOINTS).rstrip("/") if folder.startswith(CHECKPOINTS) else None
            yield ModelUse(folder, stands_for=id)
