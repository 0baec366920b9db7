"""A launch script of no framework that is known: the flags that most trainers share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from llmlineage.audit.configs.model import Config, DatasetRole, DatasetUse, ModelRole, ModelUse
from llmlineage.audit.configs.shell import Command, flags
from llmlineage.audit.configs.source import Source

PROGRAMS = (
    "python", "python3", "torchrun", "accelerate", "deepspeed", "trl", "axolotl", "llamafactory-cli", "tune",
    "uv", "srun", "litgpt",
)  # fmt: skip
DATASETS: tuple[tuple[str, DatasetRole], ...] = (
    ("dataset_name", "train"), ("dataset", "train"), ("train_dataset", "train"), ("data_path", "train"),
    ("train_file", "train"), ("train_file_path", "train"), ("train_data", "train"),
    ("train_data_path", "train"), ("dataset_path", "train"),
    ("eval_dataset", "evaluation"), ("validation_file", "evaluation"), ("eval_data_path", "evaluation"),
)  # fmt: skip
MODELS: tuple[tuple[str, ModelRole], ...] = (
    ("model_name_or_path", "base"), ("base_model", "base"), ("model_name", "base"), ("model", "base"),
    ("pretrained_model_name_or_path", "base"), ("reward_model_path", "reward"),
    ("reward_model_name_or_path", "reward"), ("teacher_model_name_or_path", "teacher"),
    ("ref_model", "reference"), ("adapter_name_or_path", "adapter"),
)  # fmt: skip


def recognises(commands: Sequence[Command]) -> bool:
    return any(is_run(command) for command in commands)


def is_run(command: Command) -> bool:
    runs = any(word.rpartition("/")[2] in PROGRAMS for word in command)
    given = flags(command)
    named = [key for key, _ in (*DATASETS, *MODELS) if given.get(key)]
    return runs and (bool(named) or bool(configs_of(command)))


def configs_of(command: Command) -> list[str]:
    """Files of configuration that a command hands on; they are named, not followed."""
    return [word for word in command if word.endswith((".yaml", ".yml")) and not word.startswith("-")]


def read(commands: Sequence[Command], source: Source) -> Config:
    runs = [command for command in commands if is_run(command)]
    files = dict.fromkeys(file for command in runs for file in configs_of(command))
    return Config(
        file=source.file,
        framework="trl" if any("trl" in command[:2] for command in runs) else "script",
        datasets=tuple(dict.fromkeys(use for command in runs for use in datasets(flags(command)))),
        models=tuple(dict.fromkeys(use for command in runs for use in models(flags(command)))),
        guessed=True,
        remarks=tuple(f"it runs with {file}, which is a config of its own" for file in files),
    )


def datasets(given: dict[str, list[str]]) -> Iterator[DatasetUse]:
    splits = given.get("dataset_train_split") or given.get("dataset_split") or [""]
    subset = next(iter(given.get("dataset_config") or given.get("dataset_config_name") or []), None)
    for key, role in DATASETS:
        for value in given.get(key, []):
            for name in value.split(","):
                if name:
                    yield DatasetUse(
                        name, subset, (splits[0] or None) if role == "train" else None, role=role
                    )


def models(given: dict[str, list[str]]) -> Iterator[ModelUse]:
    revision = next(iter(given.get("model_revision", [])), None)
    for key, role in MODELS:
        for name in given.get(key, [])[:1]:
            yield ModelUse(name, revision if role == "base" else None, role=role)
