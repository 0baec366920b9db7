"""Training configs: which datasets and models one names, one file a framework.

A framework's module has ``recognises(documents)`` and ``read(documents, source)``; a script's
takes its commands for documents. Modules are asked in the order of FRAMEWORKS, the most telling marks
first; what none recognises is read by shape.
"""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from llmlineage.audit.configs.documents import KeyTwice, Value, interpolated, parse
from llmlineage.audit.configs.model import MOST_NAMES, Config, DatasetUse, ModelUse
from llmlineage.audit.configs.source import SUFFIXES, Source, files_below, read_text, repository_of
from llmlineage.errors import ConfigError, NoConfig

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
# Text of these kinds is never YAML, though it may look so.
OTHERS = (
    ".toml",
    ".ini",
    ".cfg",
    ".ipynb",
    ".jsonl",
    ".csv",
    ".tsv",
    ".xml",
    ".html",
    ".rst",
    ".lock",
)
KINDS = "YAML (.yaml, .yml), JSON (.json), scripts (.sh, .py), cards (.md) and lists of names (.txt)"


def read(path: Path, within: Path | None = None) -> list[Config]:
    """What the config at ``path`` names; several where a file holds several runs.

    Files that it leads to are read within its repository, else within the folder ``within`` that the
    user asked about, else within its own folder; a remark of the config says what was beyond that.

    Raises:
        ConfigError: the file, or one that it leads to, cannot be read.
        NoConfig: it names no dataset and no model in any way that is known.
    """
    repository_of(path)
    suffix = path.suffix.lower()
    text = read_text(path)
    if suffix in OTHERS:
        raise NoConfig(path, f"is of a kind that is not read; what is read is {KINDS}")
    found = _read(Source(path, text, within), suffix)
    for config in found:
        if len(config.datasets) + len(config.models) > MOST_NAMES:
            raise ConfigError(path, f"names more than {MOST_NAMES:,} datasets and models")
    return found


def _read(source: Source, suffix: str) -> list[Config]:
    text, path = source.text, source.path
    if suffix == ".sh":
        return [_read_script(source)]
    if suffix == ".py":
        nothing = "names no dataset and no model"
        return [_naming(_module("python_script").read(source), source, nothing)]
    if suffix in (".md", ".txt"):
        return [_module("card" if suffix == ".md" else "names").read(source)]
    try:
        return [_read_documents(parse(text, path), source)]
    except KeyTwice:
        # Frameworks take the last; that is the reader's to judge, unless it makes no difference here.
        first, last = (_read_documents(parse(text, path, keep), source) for keep in ("first", "last"))
        if first == last:
            return [last]
        raise
    except ConfigError as error:
        if suffix in ("", *SUFFIXES):
            raise
        raise NoConfig(path, f"names nothing if taken for YAML; what is read is {KINDS}") from error


def _read_documents(documents: list[Value], source: Source) -> Config:
    if not documents:
        raise NoConfig(source.path, "is empty")
    filled = [interpolated(document, source.path) for document in documents]
    nothing = "names no dataset and no model in any way that is known"
    for name, words in FRAMEWORKS.items():
        if not any(word in source.text for word in words):
            continue
        module = _module(name)
        if module.recognises(filled):
            return _naming(module.read(filled, source), source, nothing)
    raise NoConfig(source.path, nothing)


def _read_script(source: Source) -> Config:
    from llmlineage.audit.configs.shell import TooMuch, commands

    try:
        found = commands(source.text)
    except TooMuch as error:
        raise ConfigError(source.path, str(error)) from error
    for name in SCRIPTS:
        module = _module(name)
        if module.recognises(found):
            return _naming(module.read(found, source), source, "names no dataset and no model")
    raise NoConfig(source.path, "runs nothing that is known to train a model")


def _naming(config: Config, source: Source, nothing: str) -> Config:
    """The config without names that are empty once their subset, revision or weight is taken off."""
    datasets = tuple(use for use in config.datasets if use.name.strip())
    models = tuple(use for use in config.models if use.name.strip())
    if datasets or models:
        return replace(config, datasets=datasets, models=models)
    raise NoConfig(source.path, "; ".join((nothing, *config.remarks)))


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"llmlineage.audit.configs.{name}")
