"""Training configs: which datasets and models one names, one file a framework.

A framework's module has ``recognises(documents)`` and ``read(documents, path)``. Modules are asked in
the order of FRAMEWORKS, the most telling marks first; what none recognises is read by shape.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from llmlineage.audit.configs.documents import KeyTwice, Value, interpolated, parse, read_text
from llmlineage.audit.configs.model import Config, DatasetUse, ModelUse
from llmlineage.errors import NoConfig

__all__ = ["Config", "DatasetUse", "ModelUse", "files_below", "read"]

# Each with words of which one stands in every such file, so that most are passed over unread.
FRAMEWORKS: dict[str, tuple[str, ...]] = {
    "mergekit": ("merge_method", "source_model"),
    "torchtune": ("_component_",),
    "litgpt": ("class_path", "out_dir"),
    "nemo_rl": ("policy", "generation", "defaults"),
    "verl": ("actor_rollout_ref", "train_files"),
    "llm_foundry": ("train_loader", "command"),
    "oumi": ("model_name", "data:", '"data"'),
    "distillkit": ("teacher",),
    "ludwig": ("input_features",),
    "unsloth": ("training",),
    "axolotl": ("",),
    "llama_factory": ("",),
    "ms_swift": ("",),
    "open_instruct": ("",),
    "alignment_handbook": ("",),
    "trl": ("",),
    "open_assistant": ("",),
    "guess": ("",),
}
SCRIPTS = ("open_instruct_script", "ms_swift_script", "verl_script", "openrlhf", "guess_script")
SUFFIXES = (".yaml", ".yml", ".json", ".sh", ".md", ".txt")


def read(path: Path) -> list[Config]:
    """What the config at ``path`` names; several where a file holds several runs.

    Raises:
        ConfigError: the file cannot be read.
        NoConfig: it names no dataset and no model in any way that is known.
    """
    text = read_text(path)
    suffix = path.suffix.lower()
    if suffix == ".sh":
        return [_read_script(text, path)]
    if suffix == ".md":
        return [_module("card").read(text, path)]
    if suffix == ".txt":
        return [_module("names").read(text, path)]
    try:
        return [_read_documents(parse(text, path), text, path)]
    except KeyTwice:
        # Frameworks take the last; that is the reader's to judge, unless it makes no difference here.
        first, last = (_read_documents(parse(text, path, keep), text, path) for keep in ("first", "last"))
        if first == last:
            return [last]
        raise


def files_below(folder: Path) -> Iterator[Path]:
    """The files of a folder that may be configs or cards, in order; links are not followed."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES and path.is_file() and not path.is_symlink():
            yield path


def _read_documents(documents: list[Value], text: str, path: Path) -> Config:
    if not documents:
        raise NoConfig(path, "is empty")
    filled = [interpolated(document, path) for document in documents]
    nothing = "names no dataset and no model in any way that is known"
    for name, words in FRAMEWORKS.items():
        if not any(word in text for word in words):
            continue
        module = _module(name)
        if module.recognises(filled):
            config: Config = module.read(filled, path)
            if config.datasets or config.models:
                return config
            raise NoConfig(path, "; ".join((nothing, *config.remarks)))
    raise NoConfig(path, nothing)


def _read_script(text: str, path: Path) -> Config:
    from llmlineage.audit.configs.shell import commands

    found = commands(text)
    for name in SCRIPTS:
        module = _module(name)
        if module.recognises(found):
            config: Config = module.read(found, path)
            if config.datasets or config.models:
                return config
            raise NoConfig(path, "; ".join(("names no dataset and no model", *config.remarks)))
    raise NoConfig(path, "runs nothing that is known to train a model")


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"llmlineage.audit.configs.{name}")
