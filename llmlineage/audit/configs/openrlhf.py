"""Launch scripts of OpenRLHF, with dotted flags and with those before them (https://github.com/OpenRLHF/OpenRLHF)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from llmlineage.audit.configs.model import Config, DatasetRole, DatasetUse, ModelRole, ModelUse
from llmlineage.audit.configs.ms_swift_script import folders, is_made
from llmlineage.audit.configs.shell import Command, flags
from llmlineage.audit.configs.source import Source

DATASETS: tuple[tuple[str, DatasetRole], ...] = (
    ("data.dataset", "train"), ("data.prompt_dataset", "train"), ("data.pretrain_dataset", "train"),
    ("dataset", "train"), ("prompt_data", "train"), ("pretrain_data", "train"),
    ("eval.dataset", "evaluation"), ("eval_dataset", "evaluation"),
)  # fmt: skip
SHARES = ("data.dataset_probs", "data.prompt_probs", "dataset_probs", "prompt_data_probs")
MODELS: tuple[tuple[str, ModelRole], ...] = (
    ("model.model_name_or_path", "base"), ("actor.model_name_or_path", "base"), ("pretrain", "base"),
    ("reward.model_name_or_path", "reward"), ("reward_pretrain", "reward"),
    ("critic.model_name_or_path", "critic"), ("critic_pretrain", "critic"),
    ("ref.model_name_or_path", "reference"), ("ref_pretrain", "reference"),
    ("teacher.model_name_or_path", "teacher"), ("teacher_model", "teacher"),
)  # fmt: skip
OUTPUTS = ("ckpt.output_dir", "save_path", "output_path")
_MODULE = re.compile(r"openrlhf[./]cli[./](\w+?)(?:\.py)?$")


def recognises(commands: Sequence[Command]) -> bool:
    return any(stage(command) for command in commands)


def stage(command: Command) -> str | None:
    """``openrlhf.cli.train_dpo`` trains by dpo."""
    for word in command:
        match = _MODULE.search(word)
        if match:
            return match[1].removeprefix("train_")
    return None


def read(commands: Sequence[Command], source: Source) -> Config:
    runs = [command for command in commands if stage(command)]
    made = folders(place for command in runs for key in OUTPUTS for place in flags(command).get(key, []))
    data = (use for command in runs for use in datasets(flags(command)))
    weights = dict.fromkeys(use for command in runs for use in models(flags(command)))
    return Config(
        file=source.file,
        framework="openrlhf",
        # What an earlier stage of the script wrote is no input of the script.
        datasets=tuple(dict.fromkeys(use for use in data if not is_made(use.name, made))),
        models=tuple(use for use in weights if not is_made(use.name, made)),
        trains=stage(runs[0]),
        adapter="lora" if any(has_lora(flags(command)) for command in runs) else None,
    )


def has_lora(given: dict[str, list[str]]) -> bool:
    ranks = [value for key in ("lora_rank", "lora.rank", "model.lora_rank") for value in given.get(key, [])]
    return any(rank not in ("0", "") for rank in ranks)


def datasets(given: dict[str, list[str]]) -> Iterator[DatasetUse]:
    for key, role in DATASETS:
        names = [
            name.strip() for value in given.get(key, [])[:1] for name in value.split(",") if name.strip()
        ]
        shares = [share for one in SHARES for value in given.get(one, [])[:1] for share in value.split(",")]
        for place, name in enumerate(names):
            share = shares[place] if role == "train" and len(shares) == len(names) else None
            id, _, folder = name.partition("@")
            yield DatasetUse(id, folder or None, weight=share, role=role)


def models(given: dict[str, list[str]]) -> Iterator[ModelUse]:
    for key, role in MODELS:
        for value in given.get(key, [])[:1]:
            for name in value.split(",") if role == "reward" else [value]:
                # batch_inference takes the model that scores as the one that would be trained.
                scores = role == "base" and given.get("eval_task") == ["rm"]
                yield ModelUse(name, role="reward" if scores else role)
