"""Launch scripts of ms-swift (https://github.com/modelscope/ms-swift)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from llmlineage.configs.model import Config, DatasetUse, ModelUse
from llmlineage.configs.ms_swift import MODELS, dataset_use, model_use
from llmlineage.configs.shell import Command, flags

PROGRAMS = ("swift", "megatron")
TASKS = (
    "sft", "pt", "rlhf", "infer", "export", "deploy", "sample", "eval", "app", "rollout", "merge-lora",
)  # fmt: skip
# Stages that train or change weights, as against those that only run them.
TRAINS = ("sft", "pt", "rlhf")


def recognises(commands: Sequence[Command]) -> bool:
    return any(task_of(command) for command in commands)


def task_of(command: Command) -> str | None:
    """``swift sft``, ``megatron rlhf``, ``python .../swift/cli/sft.py``."""
    for word, following in zip(command, [*command[1:], ""], strict=True):
        if word.rpartition("/")[2] in PROGRAMS and following in TASKS:
            return following
        folder, _, file = word.rpartition("/")
        if folder.endswith(("swift/cli", "swift/cli/_megatron")) and file.removesuffix(".py") in TASKS:
            return file.removesuffix(".py")
    return None


def read(commands: Sequence[Command], path: Path) -> Config:
    runs = [command for command in commands if task_of(command)]
    made = [folder for command in runs for folder in flags(command).get("output_dir", [])]
    datasets = [use for command in runs for use in datasets_of(command, made)]
    models = [use for command in runs for use in models_of(command, made, alone=len(runs) == 1)]
    tasks = [task for command in runs if (task := task_of(command)) in TRAINS]
    kinds = [kind for command in runs for kind in flags(command).get("rlhf_type", [])]
    tuners = [
        kind
        for command in runs
        for key in ("tuner_type", "train_type")
        for kind in flags(command).get(key, [])
        if kind != "full"
    ]
    return Config(
        file=str(path),
        framework="ms-swift",
        datasets=tuple(datasets),
        models=tuple(dict.fromkeys(models)),
        trains=next(iter((*kinds, *tasks)), None),
        adapter=next(iter(tuners), None),
    )


def on_hub(command: Command) -> bool:
    """Whether ids are the Hub's: ModelScope's are the default."""
    wanted = flags(command).get("use_hf", [])
    return bool(wanted and wanted[0].lower() in ("true", "1")) or "USE_HF=1" in command


def datasets_of(command: Command, made: Sequence[str]) -> Iterator[DatasetUse]:
    given = flags(command)
    for key, role in (("dataset", "train"), ("cached_dataset", "train"), ("val_dataset", "evaluation")):
        for text in given.get(key, []):
            for word in text.split():
                if not is_made(word, made):
                    yield dataset_use(
                        word, "evaluation" if role == "evaluation" else "train", on_hub(command)
                    )


def models_of(command: Command, made: Sequence[str], alone: bool) -> Iterator[ModelUse]:
    given = flags(command)
    for key, role in MODELS:
        for text in given.get(key.replace("-", "_"), []):
            for name in text.split():
                # What an earlier stage of the script wrote is no input of the script.
                if is_made(name, made) or (not alone and name.startswith(("output/", "megatron_output/"))):
                    continue
                yield model_use(name, role, on_hub(command))


def is_made(name: str, made: Sequence[str]) -> bool:
    return any(name == folder or name.startswith(folder.rstrip("/") + "/") for folder in made if folder)
