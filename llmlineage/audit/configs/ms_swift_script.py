"""Launch scripts of ms-swift (https://github.com/modelscope/ms-swift)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import pairwise

from llmlineage.audit.configs.model import Config, DatasetUse, ModelUse
from llmlineage.audit.configs.ms_swift import MODELS, dataset_use, model_use
from llmlineage.audit.configs.shell import Command, flags
from llmlineage.audit.configs.source import LONGEST_PATH, Source

PROGRAMS = ("swift", "megatron")
TASKS = (
    "sft", "pt", "rlhf", "infer", "export", "deploy", "sample", "eval", "app", "rollout", "merge-lora",
)  # fmt: skip
DATASETS = (
    ("dataset", "train"), ("cached_dataset", "train"), ("chord_sft_dataset", "train"),
    ("val_dataset", "evaluation"),
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


def read(commands: Sequence[Command], source: Source) -> Config:
    runs = [command for command in commands if task_of(command)]
    made = folders(folder for command in runs for folder in flags(command).get("output_dir", []))
    exported = any(command[0] == "export" and asks_for_hub(command) for command in commands)
    datasets = [use for command in runs for use in datasets_of(command, made, exported)]
    models = [use for command in runs for use in models_of(command, made, exported, alone=len(runs) == 1)]
    files = dict.fromkeys(file for command in runs for file in configs_of(command))
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
        file=source.file,
        framework="ms-swift",
        datasets=tuple(datasets),
        models=tuple(dict.fromkeys(models)),
        trains=next(iter((*kinds, *tasks)), None),
        adapter=next(iter(tuners), None),
        remarks=tuple(f"it runs with {file}, which is a config of its own" for file in files),
    )


def configs_of(command: Command) -> Iterator[str]:
    """``swift sft some.yaml``; what follows another flag is that flag's."""
    for word, following in pairwise(command):
        if following.endswith((".yaml", ".yml")) and (word in TASKS or word == "--config"):
            yield following


def on_hub(command: Command) -> bool:
    """Whether ids are the Hub's: ModelScope's are the default."""
    wanted = flags(command).get("use_hf", [])
    return bool(wanted and wanted[0].lower() in ("true", "1")) or asks_for_hub(command)


def asks_for_hub(command: Command) -> bool:
    return any(word.lower() in ("use_hf=1", "use_hf=true") for word in command)


def datasets_of(command: Command, made: Set[str], exported: bool = False) -> Iterator[DatasetUse]:
    given, hub = flags(command), exported or on_hub(command)
    for key, role in DATASETS:
        for text in given.get(key, []):
            for word in text.split():
                if not is_made(word, made):
                    yield dataset_use(word, "evaluation" if role == "evaluation" else "train", hub)


def models_of(command: Command, made: Set[str], exported: bool, alone: bool) -> Iterator[ModelUse]:
    given, hub = flags(command), exported or on_hub(command)
    for key, role in MODELS:
        for text in given.get(key.replace("-", "_"), []):
            for name in text.split():
                # What an earlier stage of the script wrote is no input of the script.
                if is_made(name, made) or (not alone and name.startswith(("output/", "megatron_output/"))):
                    continue
                yield model_use(name, role, hub)


def folders(names: Iterable[str]) -> frozenset[str]:
    """Folders that a script writes, by the form in which ``is_made`` looks for them."""
    return frozenset(name.removeprefix("./").rstrip("/") for name in names) - {""}


def is_made(name: str, made: Set[str]) -> bool:
    """Whether it is one of these folders or within one, with or without ``./`` before it."""
    plain = name.removeprefix("./")
    if not made or len(plain) > LONGEST_PATH:
        return False
    ends = (place for place, letter in enumerate(plain) if letter == "/")
    return plain in made or any(plain[:end] in made for end in ends)
