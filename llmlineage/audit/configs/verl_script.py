"""Launch scripts of verl: Hydra's overrides as words (https://github.com/volcengine/verl)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from llmlineage.audit.configs.model import Config, DatasetRole, DatasetUse, ModelUse
from llmlineage.audit.configs.shell import Command
from llmlineage.audit.configs.source import Source
from llmlineage.audit.configs.verl import MODELS, dataset_use, given

FILES: tuple[tuple[str, DatasetRole], ...] = (("data.train_files", "train"), ("data.val_files", "evaluation"))
_OVERRIDE = re.compile(r"\+{0,2}([A-Za-z_][\w.@/-]*)=(.*)", re.DOTALL)
_ITEM = re.compile(r"""[^\[\],'"\s]+""")


def recognises(commands: Sequence[Command]) -> bool:
    return any(is_run(command) for command in commands)


def is_run(command: Command) -> bool:
    """A module of verl, or overrides that only verl has."""
    return any(re.match(r"(?:verl|recipe)\.[\w.]+$", word) for word in command) or any(
        word.lstrip("+").startswith(("data.train_files=", "actor_rollout_ref.")) for word in command
    )


def read(commands: Sequence[Command], source: Source) -> Config:
    settings: dict[str, str] = {}
    for command in commands:
        if is_run(command):
            settings |= overrides(command)
    rank = settings.get("actor_rollout_ref.model.lora_rank") or settings.get("model.lora_rank")
    return Config(
        file=source.file,
        framework="verl",
        datasets=tuple(datasets(settings)),
        models=tuple(
            ModelUse(name, role=role) for key, role in MODELS if (name := given(settings.get(key) or None))
        ),
        trains=settings.get("algorithm.adv_estimator"),
        adapter="lora" if rank not in (None, "0") else None,
    )


def overrides(command: Command) -> dict[str, str]:
    """``key=value``, where the last of a key counts."""
    found: dict[str, str] = {}
    for word in command:
        match = _OVERRIDE.fullmatch(word)
        if match and "." in match[1]:
            found[match[1]] = match[2].strip("'\"")
    return found


def datasets(settings: dict[str, str]) -> Iterator[DatasetUse]:
    for key, role in FILES:
        value = settings.get(key, "")
        for name in _ITEM.findall(value) if value.startswith("[") else [value]:
            if given(name) and name:
                yield dataset_use(name, role)
