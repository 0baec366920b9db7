"""LLaMA-Factory (https://github.com/hiyouga/LLaMA-Factory), the old form and v1."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from llmlineage.audit.configs import registry
from llmlineage.audit.configs.documents import Value, at, on_disk, parse, parts, read_text, text_at
from llmlineage.audit.configs.model import Config, DatasetRole, DatasetUse, ModelRole, ModelUse

MARKS = ("finetuning_type", "stage", "template", "cutoff_len", "export_dir", "dataset_dir")
MARKS_V1 = ("model_class", "kernel_config", "dist_config", "peft_config", "sample_backend", "cutoff_len")
MODELS: tuple[tuple[str, ModelRole], ...] = (
    ("model_name_or_path", "base"),
    ("adapter_name_or_path", "adapter"),
    ("ref_model", "reference"),
    ("ref_model_adapters", "adapter"),
    ("reward_model", "reward"),
    ("reward_model_adapters", "adapter"),
)
# Of an entry of dataset_info.json, the first of these keys says where the data are.
PLACES = ("hf_hub_url", "ms_hub_url", "om_hub_url", "script_url", "cloud_file_name", "file_name")


def recognises(documents: list[Value]) -> bool:
    first = documents[0]
    if not isinstance(first, dict):
        return False
    old = "model_name_or_path" in first and any(mark in first for mark in MARKS)
    return old or ("model" in first and any(mark in first for mark in MARKS_V1))


def read(documents: list[Value], path: Path) -> Config:
    document = documents[0]
    if "model" in document and "model_name_or_path" not in document:  # type: ignore[operator]
        return read_v1(document, path)
    tuning = text_at(document, "finetuning_type") or "lora"
    return Config(
        file=str(path),
        framework="llama-factory",
        datasets=(
            *entries(document, "dataset", "train", path),
            *entries(document, "eval_dataset", "evaluation", path),
        ),
        models=tuple(ModelUse(name, role=role) for key, role in MODELS for name in parts(at(document, key))),
        trains=text_at(document, "stage"),
        adapter=None if tuning in ("full", "freeze") else tuning,
    )


def entries(document: Value, key: str, role: DatasetRole, path: Path) -> Iterator[DatasetUse]:
    names = parts(at(document, key))
    weights = parts(at(document, "interleave_probs"))
    aligned = role == "train" and len(weights) == len(names)
    for place, name in enumerate(names):
        weight = weights[place] if aligned else None
        yield from meanings(name, document, weight, role, path)


def meanings(
    name: str, document: Value, weight: str | None, role: DatasetRole, path: Path
) -> Iterator[DatasetUse]:
    folder = text_at(document, "dataset_dir") or "data"
    info = at(document, "dataset_dir")
    if not isinstance(info, dict):
        info = info_on_disk(folder, path)
    entry = info.get(name) if isinstance(info, dict) else None
    if isinstance(entry, dict):
        place = next((place for place in PLACES if text_at(entry, place)), "")
        found = text_at(entry, place)
        meaning = f"{folder.rstrip('/')}/{found}" if found and place == "file_name" else found
        yield DatasetUse(name, text_at(entry, "subset"), text_at(entry, "split"), weight, role, meaning)
    elif "/" in name or folder == "ONLINE" or folder.startswith("REMOTE:"):
        yield DatasetUse(name, weight=weight, role=role)
    else:
        meaning = registry.one_stands_for("llama-factory", name)
        yield DatasetUse(name, weight=weight, role=role, stands_for=meaning)


def info_on_disk(folder: str, path: Path) -> Value:
    """The registry that the user wrote, which wins over the one that LLaMA-Factory ships."""
    file = None if ":" in folder else on_disk(f"{folder}/dataset_info.json", path)
    documents = parse(read_text(file), file) if file else []
    return documents[0] if documents else None


def read_v1(document: Value, path: Path) -> Config:
    base = text_at(document, "model")
    return Config(
        file=str(path),
        framework="llama-factory",
        datasets=(
            *entries_v1(text_at(document, "train_dataset"), "train", path),
            *entries_v1(text_at(document, "eval_dataset"), "evaluation", path),
        ),
        models=(ModelUse(base),) if base else (),
        adapter=text_at(document, "peft_config.name"),
    )


def entries_v1(name: str | None, role: DatasetRole, path: Path) -> Iterator[DatasetUse]:
    """A Hub id, a file of data, or a YAML file that lists data."""
    if not name:
        return
    file = on_disk(name, path) if name.endswith((".yaml", ".yml")) else None
    found = False
    for document in parse(read_text(file), file) if file else []:
        for entry in document.values() if isinstance(document, dict) else ():
            meaning = text_at(entry, "path")
            if meaning:
                found = True
                yield DatasetUse(name, None, text_at(entry, "split"), text_at(entry, "size"), role, meaning)
    if not found:
        for meaning in registry.stands_for("llama-factory", name) or (None,):
            yield DatasetUse(name, role=role, stands_for=meaning)
