"""LLaMA-Factory (https://github.com/hiyouga/LLaMA-Factory), the old form and v1."""

from __future__ import annotations

from collections.abc import Iterator

from llmlineage.audit.configs import registry
from llmlineage.audit.configs.documents import Value, at, parts, text_at
from llmlineage.audit.configs.model import Config, DatasetRole, DatasetUse, ModelRole, ModelUse
from llmlineage.audit.configs.source import Source
from llmlineage.visible import shorten

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


def read(documents: list[Value], source: Source) -> Config:
    document = documents[0]
    if "model" in document and "model_name_or_path" not in document:  # type: ignore[operator]
        return read_v1(document, source)
    tuning = text_at(document, "finetuning_type") or "lora"
    own, remarks = own_registry(document, source)
    return Config(
        file=source.file,
        framework="llama-factory",
        datasets=(
            *entries(document, "dataset", "train", own),
            *entries(document, "eval_dataset", "evaluation", own),
        ),
        models=tuple(ModelUse(name, role=role) for key, role in MODELS for name in parts(at(document, key))),
        trains=text_at(document, "stage"),
        adapter=None if tuning in ("full", "freeze") else tuning,
        remarks=remarks,
    )


def own_registry(document: Value, source: Source) -> tuple[dict[str, Value], tuple[str, ...]]:
    """The user's own registry, which wins over the one that LLaMA-Factory ships, and what to say of it."""
    written = at(document, "dataset_dir")
    if isinstance(written, dict):
        return written, ()
    folder = folder_of(document)
    if ":" in folder or folder == "ONLINE":
        return {}, ()
    name = f"{folder}/dataset_info.json"
    place = source.on_disk(name)
    if place:
        first = next(iter(source.documents(place)), None)
        return first if isinstance(first, dict) else {}, ()
    return {}, tuple(unread(name, source) if written else ())


def unread(name: str, source: Source) -> Iterator[str]:
    """That a file which the config names is not looked for wherever its framework would find it."""
    if not source.places(name):
        yield f"names {shorten(name, 200)}, which is {source.outside}"
    elif not source.repository:
        yield f"names {shorten(name, 200)}, which is not in its folder; beyond that only a repository is read"


def folder_of(document: Value) -> str:
    return text_at(document, "dataset_dir") or "data"


def entries(document: Value, key: str, role: DatasetRole, own: dict[str, Value]) -> Iterator[DatasetUse]:
    names = parts(at(document, key))
    weights = parts(at(document, "interleave_probs"))
    aligned = role == "train" and len(weights) == len(names)
    for place, name in enumerate(names):
        weight = weights[place] if aligned else None
        yield meaning(name, folder_of(document), own.get(name), weight, role)


def meaning(name: str, folder: str, entry: Value, weight: str | None, role: DatasetRole) -> DatasetUse:
    if isinstance(entry, dict):
        place = next((place for place in PLACES if text_at(entry, place)), "")
        found = text_at(entry, place)
        if found and place == "file_name":
            found = f"{folder.rstrip('/')}/{found}"
        return DatasetUse(name, text_at(entry, "subset"), text_at(entry, "split"), weight, role, found)
    if "/" in name or folder == "ONLINE" or folder.startswith("REMOTE:"):
        return DatasetUse(name, weight=weight, role=role)
    return DatasetUse(
        name, weight=weight, role=role, stands_for=registry.one_stands_for("llama-factory", name)
    )


def read_v1(document: Value, source: Source) -> Config:
    base = text_at(document, "model")
    train, evaluation = (text_at(document, key) for key in ("train_dataset", "eval_dataset"))
    return Config(
        file=source.file,
        framework="llama-factory",
        datasets=(*entries_v1(train, "train", source), *entries_v1(evaluation, "evaluation", source)),
        models=(ModelUse(base),) if base else (),
        adapter=text_at(document, "peft_config.name"),
        remarks=tuple(
            remark
            for name in (train, evaluation)
            if name and is_list(name) and not source.on_disk(name)
            for remark in unread(name, source)
        ),
    )


def is_list(name: str) -> bool:
    return name.endswith((".yaml", ".yml"))


def entries_v1(name: str | None, role: DatasetRole, source: Source) -> Iterator[DatasetUse]:
    """A Hub id, a file of data, or a YAML file that lists data."""
    if not name:
        return
    file = source.on_disk(name) if is_list(name) else None
    found = False
    for document in source.documents(file) if file else []:
        for entry in document.values() if isinstance(document, dict) else ():
            path = text_at(entry, "path")
            if path:
                found = True
                yield DatasetUse(name, None, text_at(entry, "split"), text_at(entry, "size"), role, path)
    if not found:
        for meaning in registry.stands_for("llama-factory", name) or (None,):
            yield DatasetUse(name, role=role, stands_for=meaning)
