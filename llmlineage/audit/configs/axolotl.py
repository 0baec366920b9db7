"""Axolotl (https://docs.axolotl.ai/docs/config-reference.html)."""

from __future__ import annotations

from collections.abc import Iterator

from llmlineage.audit.configs.documents import Value, at, is_true, maps, text_at, texts
from llmlineage.audit.configs.model import Config, DatasetRole, DatasetUse, ModelUse
from llmlineage.audit.configs.source import Source

# As a path, these name the reader; the data stand in data_files.
LOADERS = ("json", "jsonl", "text", "parquet", "csv", "arrow", "webdataset")
# Keys that no other framework writes beside base_model.
MARKS = (
    "sequence_len", "micro_batch_size", "val_set_size", "sample_packing", "num_epochs", "datasets",
    "pretraining_dataset", "dataset_prepared_path", "rl", "nemo_gym_datasets", "test_datasets",
)  # fmt: skip


def recognises(documents: list[Value]) -> bool:
    first = documents[0]
    return isinstance(first, dict) and "base_model" in first and any(mark in first for mark in MARKS)


def read(documents: list[Value], source: Source) -> Config:
    document = documents[0]
    base = text_at(document, "base_model")
    adapter_of = text_at(document, "lora_model_dir")
    return Config(
        file=source.file,
        framework="axolotl",
        datasets=(
            *entries(at(document, "datasets"), "train"),
            *entries(at(document, "pretraining_dataset"), "train"),
            *entries(at(document, "nemo_gym_datasets"), "train"),
            *entries(at(document, "test_datasets"), "evaluation"),
        ),
        models=(
            *([ModelUse(base, text_at(document, "revision_of_model"))] if base else ()),
            *([ModelUse(adapter_of, role="adapter")] if adapter_of else ()),
        ),
        trains=stage(document),
        adapter=text_at(document, "adapter"),
    )


def stage(document: Value) -> str:
    rl = text_at(document, "rl")
    if rl:
        return rl
    for key, name in (("reward_model", "reward model"), ("process_reward_model", "process reward model")):
        if is_true(document, key):
            return name
    return "pretraining" if at(document, "pretraining_dataset") else "sft"


def entries(value: Value, role: DatasetRole) -> Iterator[DatasetUse]:
    """A string, a mapping, or a list of them."""
    for name in texts(value):
        yield DatasetUse(name, role=role)
    for entry in maps(value):
        path, split = text_at(entry, "path"), text_at(entry, "split")
        if text_at(entry, "type") == "_synthetic":
            continue  # random tokens, for measuring speed
        files = list(texts(at(entry, "data_files")))
        names = files if files and (path in LOADERS or not path) else [path] if path else []
        for name in names:
            yield DatasetUse(name, text_at(entry, "name"), split, role=role)
