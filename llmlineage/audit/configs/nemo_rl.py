"""NeMo-RL (https://github.com/NVIDIA-NeMo/RL), with the files that a config inherits from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from llmlineage.audit.configs import registry
from llmlineage.audit.configs.documents import Value, at, interpolated, is_true, maps, text_at, texts
from llmlineage.audit.configs.model import Config, DatasetRole, DatasetUse, ModelRole, ModelUse, at_most
from llmlineage.audit.configs.source import Source, exists
from llmlineage.errors import ConfigError
from llmlineage.visible import shorten

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
# Of a section that the others are laid over, what names data.
PLACES = ("data_path", "data_files", "train_data_path")
DATA = ("dataset_name", "split", "subset", *PLACES)
MOST_PARENTS = 50


def recognises(documents: list[Value]) -> bool:
    first = documents[0]
    if not isinstance(first, dict):
        return False
    if text_at(first, "policy.model_name") or (text_at(first, "generation.model_name") and "eval" in first):
        return True
    # What inherits states only what differs. Hydra's lists of defaults name no files.
    return any(name.endswith((".yaml", ".yml")) for name in texts(first.get("defaults")))


def read(documents: list[Value], source: Source) -> Config:
    parents = _Parents(source)
    own = documents[0]
    whole = interpolated(parents.inherit(own, source.path, source.folder, [source.target]), source.path)
    own = interpolated(own, source.path, whole)
    own_data, data = (at_most(datasets(one), source.file) for one in (own, whole))
    own_names = {use.name for use in own_data} | {use.name for use in models(own)}
    return Config(
        file=source.file,
        framework="nemo-rl",
        datasets=tuple(replace(use, inherited=use.name not in own_names) for use in data),
        models=tuple(replace(use, inherited=use.name not in own_names) for use in models(whole)),
        trains=next((name for name in ALGORITHMS if at(whole, name)), None),
        adapter="lora" if is_true(whole, "policy.dtensor_cfg.lora_cfg.enabled") else None,
        remarks=tuple(parents.remarks),
    )


@dataclass
class _Parents:
    """The files that a config inherits from, as far as they may be read for it."""

    source: Source
    followed: int = 0
    remarks: list[str] = field(default_factory=list)

    def inherit(self, document: Value, path: Path, folder: Path, open: list[Path]) -> Value:
        """The document laid over those that its ``defaults`` name, the later ones over the earlier."""
        if not isinstance(document, dict):
            return document
        merged: Value = {}
        for name in texts(document.get("defaults")):
            self.followed += 1
            if self.followed > MOST_PARENTS:
                raise ConfigError(path, f"inherits more than {MOST_PARENTS} files by way of {shorten(name)}")
            parent = self.parent(name, folder)
            if parent is None:
                continue
            if parent in open:
                raise ConfigError(path, f"inherits itself by way of {shorten(name)}")
            for one in self.source.documents(parent)[:1]:
                merged = composed(merged, self.inherit(one, parent, parent.parent, [*open, parent]))
        return composed(merged, {key: value for key, value in document.items() if key != "defaults"})

    def parent(self, name: str, folder: Path) -> Path | None:
        """The file that a name stands for; whether one is there is not even asked beyond what may be read."""
        place = self.source.place(name, folder)
        if place and not self.source.may_read(place):
            problem = self.source.outside
        elif place is None or not exists(place):
            problem = "not there"
        elif place.suffix.lower() not in (".yaml", ".yml"):
            problem = (
                "no YAML file and is not read"  # a repository holds more than its configs, .git not least
            )
        else:
            return place
        self.remarks.append(f"inherits {shorten(name, 200)}, which is {problem}")
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
    # Not the whole of it, which would be copied for each entry.
    default = {key: default[key] for key in DATA if key in default} if isinstance(default, dict) else {}
    evaluates = text_at(document, "policy.model_name") is None and "eval" in (document or ())
    if text_at(data, "dataset_name") and not at(data, "train"):  # evaluation, and the form before 2026
        yield from entry_uses(data, "evaluation" if evaluates else "train")
    for key, role in PARTS:
        for entry in maps(at(data, key)):
            yield from entry_uses(default | entry, role)


def entry_uses(entry: Value, role: DatasetRole) -> Iterator[DatasetUse]:
    name = text_at(entry, "dataset_name")
    paths = [text for key in PLACES for text in texts(at(entry, key))]
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
