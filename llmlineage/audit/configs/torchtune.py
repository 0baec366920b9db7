"""torchtune (https://docs.pytorch.org/torchtune)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlineage.audit.configs import registry
from llmlineage.audit.configs.axolotl import LOADERS
from llmlineage.audit.configs.documents import Value, at, maps, text_at, texts
from llmlineage.audit.configs.model import Config, DatasetRole, DatasetUse, ModelRole, ModelUse
from llmlineage.audit.configs.source import Source

ROLES: tuple[tuple[str, ModelRole], ...] = (
    ("teacher", "teacher"),
    ("reward", "reward"),
    ("ref", "reference"),
    ("value", "critic"),
    ("", "base"),
)
TRAIN = ("dataset", "datasets", "dataset_train")
EVALUATION = ("dataset_val", "datasets_val", "val_dataset")
LOSSES = (("DPO", "dpo"), ("PPO", "ppo"), ("GRPO", "grpo"))


def recognises(documents: list[Value]) -> bool:
    first = documents[0]
    if not isinstance(first, dict):
        return False
    return any(
        (text_at(section, "_component_") or "").startswith("torchtune.")
        for value in first.values()
        for section in maps(value)
    )


def read(documents: list[Value], source: Source) -> Config:
    document = documents[0]
    return Config(
        file=source.file,
        framework="torchtune",
        datasets=(
            *(use for key in TRAIN for use in entries(at(document, key), "train")),
            *(use for key in EVALUATION for use in entries(at(document, key), "evaluation")),
        ),
        models=tuple(models(document, downloads(source.text))),
        trains=next(
            (name for mark, name in LOSSES if mark in (text_at(document, "loss._component_") or "")), None
        ),
        adapter=adapter(text_at(document, "model._component_") or ""),
    )


def entries(value: Value, role: DatasetRole) -> Iterator[DatasetUse]:
    """A builder with its arguments, or a list of them; without ``source`` it reads what it always reads."""
    for entry in maps(value):
        if at(entry, "datasets"):  # torchtune.datasets.ConcatDataset
            yield from entries(at(entry, "datasets"), role)
            continue
        component = text_at(entry, "_component_") or ""
        builder = component.rpartition(".")[2]
        loading = at(entry, "load_dataset_kwargs") or entry  # so those do that are read as streams
        subset, split = text_at(loading, "subset") or text_at(loading, "name"), text_at(loading, "split")
        for name in sources(loading, component):
            meaning = registry.one_stands_for("torchtune", builder) if name == component else None
            yield DatasetUse(name, subset, split, text_at(entry, "weight"), role, meaning)


def sources(entry: Value, component: str) -> Iterator[str]:
    """What is read: files, where the source is the loader for them, else the source, else the builder."""
    source = text_at(entry, "source") or text_at(entry, "path")
    files = list(texts(at(entry, "data_files")))
    yield from files if files and (source in LOADERS or not source) else filter(None, [source or component])


def models(value: Value, downloaded: dict[str, str]) -> Iterator[ModelUse]:
    """Each checkpointer's folder, wherever it stands, and the model that was downloaded to it."""
    if not isinstance(value, dict):
        return
    for key, section in value.items():
        folder = text_at(section, "checkpoint_dir")
        if key.endswith("checkpointer") and folder:
            role = next(role for mark, role in ROLES if key.startswith(mark))
            plain = folder.rstrip("/").removesuffix("/original")
            meaning = downloaded.get(plain) or downloaded.get(plain.rpartition("/")[2])
            yield ModelUse(folder, role=role, stands_for=meaning)
        else:
            yield from models(section, downloaded)


def downloads(text: str) -> dict[str, str]:
    """The models that the comments say to download, by the folder and by its last name.

    The config names nothing but a folder.
    """
    found: dict[str, str] = {}
    comments = (line.strip() for line in text.splitlines() if "tune download" in line)
    for line in comments:
        match = re.match(r"#.*\btune download\s+(\S+)(.*)", line)
        if match is None:
            continue
        arguments = re.search(r"--output[-_]dir[= ]+(\S+)", match[2])
        name = match[1]
        folder = (arguments[1] if arguments else f"/tmp/{name.rpartition('/')[2]}").rstrip("/")
        found[folder] = found[folder.rpartition("/")[2]] = found[name.rpartition("/")[2]] = name
    return found


def adapter(component: str) -> str | None:
    builder = component.rpartition(".")[2]
    return next((kind for kind in ("qlora", "lora", "dora") if builder.startswith(f"{kind}_")), None)
