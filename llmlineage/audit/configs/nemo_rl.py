"""NeMo-RL (https://github.com/NVIDIA-NeMo/RL), with the files that a config inherits from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from llmlineage.audit.configs import registry
from llmlineage.audit.configs.documents import (
    Value,
    at,
    interpolated,
    is_true,
    maps,
    parse,
    read_text,
    text_at,
    texts,
)
from llmlineage.audit.configs.model import Config, DatasetRole, DatasetUse, ModelRole, ModelUse
from llmlineage.errors import ConfigError

ALGORITHMS = ("grpo", "ppo", "dpo", "rm", "distillation", "sft")
# Names of readers: what they read stands in data_path or data_files.
READERS = (
    "ResponseDataset", "PreferenceDataset", "BinaryPreferenceDataset", "NemoGymDataset", "openai_format",
    "arrow_text", "general-conversation-jsonl",
)  # fmt: skip
MODELS: tuple[tuple[str, ModelRole], ...] = (
    ("policy.model_name", "base"),
    ("teacher.model_name", "teacher"),
    ("value.model_name", "critic"),
)
PARTS: tuple[tuple[str, DatasetRole], ...] = (("train", "train"), ("validation", "evaluation"))
MOST_PARENTS = 50


def recognises(documents: list[Value]) -> bool:
    first = documents[0]
    if not isinstance(first, dict):
        return False
    if text_at(first, "policy.model_name") or (text_at(first, "generation.model_name") and "eval" in first):
        return True
    # What inherits states only what differs. Hydra's lists of defaults name no files.
    return any(name.endswith((".yaml", ".yml")) for name in texts(first.get("defaults")))


def read(documents: list[Value], path: Path) -> Config:
    missing: list[str] = []
    own = documents[0]
    whole = interpolated(inherit(own, path, [path.resolve()], [], missing), path)
    own = interpolated(own, path, whole)
    own_names = {use.name for use in datasets(own)} | {use.name for use in models(own)}
    return Config(
        file=str(path),
        framework="nemo-rl",
        datasets=tuple(replace(use, inherited=use.name not in own_names) for use in datasets(whole)),
        models=tuple(replace(use, inherited=use.name not in own_names) for use in models(whole)),
        trains=next((name for name in ALGORITHMS if at(whole, name)), None),
        adapter="lora" if is_true(whole, "policy.dtensor_cfg.lora_cfg.enabled") else None,
        remarks=tuple(f"inherits {name}, which is not there" for name in missing),
    )


def inherit(document: Value, path: Path, open: list[Path], loaded: list[Path], missing: list[str]) -> Value:
    """The document laid over those that its ``defaults`` name, the later ones over the earlier."""
    if not isinstance(document, dict):
        return document
    merged: Value = {}
    for name in texts(document.get("defaults")):
        parent = parent_of(path, name)
        if parent is None:
            missing.append(name)
            continue
        loaded.append(parent)
        if parent in open or len(loaded) > MOST_PARENTS:
            problem = "inherits itself" if parent in open else f"inherits more than {MOST_PARENTS} files"
            raise ConfigError(path, f"{problem} by way of {name}")
        for one in parse(read_text(parent), parent)[:1]:
            merged = composed(merged, inherit(one, parent, [*open, parent], loaded, missing))
    return composed(merged, {key: value for key, value in document.items() if key != "defaults"})


def parent_of(path: Path, name: str) -> Path | None:
    try:
        parent = (path.parent / name).resolve()
        return parent if parent.is_file() else None
    except (OSError, ValueError):  # what the config says is no path
        return None


def composed(base: Value, child: Value) -> Value:
    """A child's section is laid over the inherited one; with ``_override_: true`` it replaces it."""
    if isinstance(base, dict) and isinstance(child, dict):
        replaced = [key for key, value in child.items() if is_true(value, "_override_")]
        base = {key: value for key, value in base.items() if key not in replaced}
    return laid_over(base, child)


def laid_over(base: Value, child: Value) -> Value:
    """Mappings are merged, as OmegaConf does; anything else replaces what was there."""
    if not isinstance(base, dict) or not isinstance(child, dict):
        return child
    return base | {key: laid_over(base.get(key), value) for key, value in child.items()}


def datasets(document: Value) -> Iterator[DatasetUse]:
    data = at(document, "data")
    default = at(data, "default")
    evaluates = text_at(document, "policy.model_name") is None and "eval" in (document or ())
    if text_at(data, "dataset_name") and not at(data, "train"):  # evaluation, and the form before 2026
        yield from entry_uses(data, "evaluation" if evaluates else "train")
    for key, role in PARTS:
        for entry in maps(at(data, key)):
            whole = laid_over(default, entry) if isinstance(default, dict) else entry
            yield from entry_uses(whole, role)


def entry_uses(entry: Value, role: DatasetRole) -> Iterator[DatasetUse]:
    name = text_at(entry, "dataset_name")
    paths = [text for key in ("data_path", "data_files", "train_data_path") for text in texts(at(entry, key))]
    known = meaning(name, text_at(entry, "split")) if name and name not in READERS else None
    if name and (known or not paths):
        yield use_of(entry, name, known, role)
    else:
        for path in paths:
            yield use_of(entry, path, registry.hub_id(path), role)


def meaning(name: str, split: str | None) -> str | None:
    """A few names stand for one dataset a split."""
    names = (f"{name}:{split}", name)
    return next(filter(None, (registry.one_stands_for("nemo-rl", one) for one in names)), None)


def use_of(entry: Value, name: str, known: str | None, role: DatasetRole) -> DatasetUse:
    return DatasetUse(name, text_at(entry, "subset"), text_at(entry, "split"), role=role, stands_for=known)


def models(document: Value) -> Iterator[ModelUse]:
    for key, role in MODELS:
        name = text_at(document, key)
        if name:
            yield ModelUse(name, role=role)
    if not at(document, "policy"):
        generator = text_at(document, "generation.model_name")
        if generator:
            yield ModelUse(generator)
    for teacher in maps(at(document, "teachers")):
        name = text_at(teacher, "model_name")
        if name:
            yield ModelUse(name, role="teacher")
    environments = at(document, "env")
    for key, environment in environments.items() if isinstance(environments, dict) else ():
        name = text_at(environment, "model_name")
        if name:
            yield ModelUse(name, role="reward" if "reward" in key else "judge")
