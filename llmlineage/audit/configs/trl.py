"""The TRL command line, and open-r1 (https://huggingface.co/docs/trl/clis)."""

from __future__ import annotations

from collections.abc import Iterator

from llmlineage.audit.configs.axolotl import LOADERS
from llmlineage.audit.configs.documents import Value, at, is_true, maps, text_at, texts
from llmlineage.audit.configs.model import Config, DatasetUse, ModelRole, ModelUse
from llmlineage.audit.configs.source import Source

# Arguments of the Hugging Face trainer, one of which every such config sets.
TRAINING = ("output_dir", "learning_rate", "per_device_train_batch_size", "max_steps", "num_train_epochs")
MODELS: tuple[tuple[str, ModelRole], ...] = (
    ("model_name_or_path", "base"),
    ("sft_model_path", "base"),
    ("reward_model_path", "reward"),
    ("reward_model_name_or_path", "reward"),
    ("teacher_model_name_or_path", "teacher"),
    ("ref_model_name_or_path", "reference"),
    ("adapter_name_or_path", "adapter"),
)


def recognises(documents: list[Value]) -> bool:
    first = documents[0]
    if not isinstance(first, dict):
        return False
    names_data = "dataset_name" in first or any("path" in entry for entry in maps(at(first, "datasets")))
    names_model = any(key in first for key, _ in MODELS)
    return (names_data and (names_model or any(key in first for key in TRAINING))) or (
        "model_name_or_path" in first and any(key in first for key in TRAINING)
    )


def read(documents: list[Value], source: Source) -> Config:
    document = documents[0]
    return Config(
        file=source.file,
        framework="trl",
        datasets=(*named(document), *listed(document)),
        models=models(document),
        trains=text_at(document, "loss_type"),
        adapter="lora" if is_true(document, "use_peft") else None,
    )


def named(document: Value) -> Iterator[DatasetUse]:
    name = text_at(document, "dataset_name")
    if name:
        split = text_at(document, "dataset_train_split") or text_at(document, "dataset_split")
        subset = text_at(document, "dataset_config") or text_at(document, "dataset_config_name")
        yield DatasetUse(name, subset, split)
        test = text_at(document, "dataset_test_split")
        if test:
            yield DatasetUse(name, subset, test, role="evaluation")


def listed(document: Value) -> Iterator[DatasetUse]:
    for entry in maps(at(document, "datasets")):
        path, data_files = text_at(entry, "path"), at(entry, "data_files")
        if isinstance(data_files, dict):
            data_files = [file for value in data_files.values() for file in texts(value)]
        files = list(texts(data_files)) if path in LOADERS else []
        for name in files or ([path] if path else []):
            weight = text_at(entry, "fraction") or text_at(entry, "weight")
            yield DatasetUse(name, text_at(entry, "name"), text_at(entry, "split"), weight)


def models(document: Value) -> tuple[ModelUse, ...]:
    found = []
    for key, role in MODELS:
        name = text_at(document, key)
        if name:
            revision = text_at(document, key.replace("name_or_path", "revision")) if "name" in key else None
            found.append(ModelUse(name, revision, role=role))
    return tuple(found)
