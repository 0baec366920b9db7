"""Launch scripts of open-instruct and of OLMo-core's SFT (https://github.com/allenai/open-instruct)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from llmlineage.audit.configs.model import Config, DatasetRole, DatasetUse, ModelRole, ModelUse
from llmlineage.audit.configs.open_instruct import alternating, mixed
from llmlineage.audit.configs.shell import Command, flags
from llmlineage.audit.configs.source import Source

LISTS: tuple[tuple[str, DatasetRole], ...] = (
    ("dataset_mixer_list", "train"),
    ("mixer_list", "train"),
    ("dataset_mixer_eval_list", "evaluation"),
)
NAMES = ("dataset_name", "train_file", "dataset_path")
MODELS: tuple[tuple[str, ModelRole], ...] = (
    ("model_name_or_path", "base"),
    ("reward_model_path", "reward"),
    ("llm_judge_model", "judge"),
)
# The trainer of OLMo-core takes the checkpoint as a word of its own: SCRIPT launch RUN CHECKPOINT CLUSTER.
_OLMO_CORE = re.compile(r"src/scripts/train/(?:sft/)?[\w.-]+\.py$")
# How a judge is served stands before its id.
_SERVED = re.compile(r"^hosted_vllm/")


def recognises(commands: Sequence[Command]) -> bool:
    return any(is_run(command) for command in commands)


def is_run(command: Command) -> bool:
    return any(
        word.startswith("open_instruct/") or "/open_instruct/" in word or _OLMO_CORE.search(word)
        for word in command
    ) or any(word.partition("=")[0] in ("--dataset_mixer_list", "--dataset_mixer") for word in command)


def read(commands: Sequence[Command], source: Source) -> Config:
    runs = [command for command in commands if is_run(command)]
    datasets = [use for command in runs for use in datasets_of(command, source.path)]
    models = [use for command in runs for use in models_of(command)]
    return Config(
        file=source.file,
        framework="open-instruct",
        datasets=tuple(dict.fromkeys(datasets)),
        models=tuple(dict.fromkeys(models)),
        trains=next((stage for command in runs if (stage := stage_of(command))), None),
        adapter="lora" if any("use_lora" in flags(command) for command in runs) else None,
        remarks=tuple(
            f"it starts from the checkpoint {place}" for command in runs for place in checkpoints(command)
        ),
    )


def stage_of(command: Command) -> str | None:
    """The trainer, whose name says what it does."""
    for word in command:
        name = word.rpartition("/")[2]
        for mark in ("grpo", "dpo", "ppo", "reward_modeling", "finetune", "sft"):
            if name.endswith(".py") and mark in name.lower():
                return {"finetune": "sft", "reward_modeling": "reward model"}.get(mark, mark)
    return None


def datasets_of(command: Command, path: Path) -> Iterator[DatasetUse]:
    given = flags(command)
    for key, role in LISTS:
        words = [word for value in given.get(key, []) for word in value.split()]
        splits = [word for value in given.get(f"{key}_splits", []) for word in value.split()]
        yield from alternating(list(live(words)), splits, role)
    for text in given.get("dataset_mixer", []):
        yield from mixed(text, path)
    for key in NAMES:
        for name in given.get(key, [])[:1]:
            yield DatasetUse(name)


def live(words: Sequence[str]) -> Iterator[str]:
    """The words up to the first that is commented out within its quotes."""
    for word in words:
        if word.startswith("#"):
            return
        yield word.rstrip("\\")


def models_of(command: Command) -> Iterator[ModelUse]:
    given = flags(command)
    revision = next(iter(given.get("model_revision", [])), None)
    for key, role in MODELS:
        for name in given.get(key, [])[:1]:
            yield ModelUse(_SERVED.sub("", name), revision if role == "base" else None, role=role)


def checkpoints(command: Command) -> Iterator[str]:
    """Where OLMo-core's trainer starts: a place on a disk of its makers, which names no model."""
    for place, word in enumerate(command):
        if _OLMO_CORE.search(word) and command[place + 1 : place + 2] in (["launch"], ["train"]):
            checkpoint = command[place + 3 : place + 4]
            if checkpoint and not checkpoint[0].startswith("-"):
                yield checkpoint[0]
