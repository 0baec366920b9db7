"""open-instruct's YAML configs (https://github.com/allenai/open-instruct)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from llmlineage.audit.configs.documents import Value, at, is_true, parse_json, text_at, texts
from llmlineage.audit.configs.model import Config, DatasetRole, DatasetUse, ModelRole, ModelUse
from llmlineage.audit.configs.source import Source
from llmlineage.errors import ConfigError

MARKS = ("dataset_mixer_list", "use_slow_tokenizer", "train_file", "dataset_mix_dir")
LISTS: tuple[tuple[str, DatasetRole], ...] = (
    ("dataset_mixer_list", "train"),
    ("dataset_mixer_eval_list", "evaluation"),
)
MODELS: tuple[tuple[str, ModelRole], ...] = (
    ("model_name_or_path", "base"),
    ("reward_model_path", "reward"),
    ("llm_judge_model", "judge"),
)


def recognises(documents: list[Value]) -> bool:
    first = documents[0]
    if not isinstance(first, dict) or "dataset_splits" in first:
        return False
    return "dataset_mixer" in first or ("model_name_or_path" in first and any(key in first for key in MARKS))


def read(documents: list[Value], source: Source) -> Config:
    document = documents[0]
    return Config(
        file=source.file,
        framework="open-instruct",
        datasets=tuple(datasets(document, source.path)),
        models=tuple(models(document)),
        adapter="lora" if is_true(document, "use_lora") else None,
    )


def datasets(document: Value, path: Path) -> Iterator[DatasetUse]:
    yield from mixed(at(document, "dataset_mixer"), path)
    for key, role in LISTS:
        splits = list(texts(at(document, f"{key}_splits")))
        yield from alternating(list(words(at(document, key))), splits, role)
    for key in ("dataset_name", "train_file"):
        name = text_at(document, key)
        if name:
            yield DatasetUse(
                name, text_at(document, "dataset_config_name") if key == "dataset_name" else None
            )


def words(value: Value) -> Iterator[str]:
    for text in texts(value):
        yield from text.split()


def mixed(value: Value, path: Path) -> Iterator[DatasetUse]:
    """A mapping of names to numbers, or its JSON; what is none names nothing.

    A weight stays as it is written: with a point it is a fraction, without it a number of samples.
    """
    if isinstance(value, str):
        try:
            value = parse_json(value, path, "last")[0]
        except ConfigError:
            return
    if isinstance(value, dict):
        for name, weight in value.items():
            yield DatasetUse(name, weight=weight if isinstance(weight, str) else None)


def alternating(tokens: Sequence[str], splits: Sequence[str], role: DatasetRole) -> Iterator[DatasetUse]:
    """``NAME 1.0 NAME 500``; of the splits there is one for all, or one for each."""
    for place in range(0, len(tokens), 2):
        weight = tokens[place + 1] if place + 1 < len(tokens) else None
        split = splits[place // 2] if place // 2 < len(splits) else splits[0] if splits else None
        yield DatasetUse(tokens[place], split=split, weight=weight, role=role)


def models(document: Value) -> Iterator[ModelUse]:
    for key, role in MODELS:
        name = text_at(document, key)
        if name:
            revision = text_at(document, "model_revision") if role == "base" else None
            # The prefix tells the client who serves the model.
            yield ModelUse(name.removeprefix("hosted_vllm/"), revision, role=role)
