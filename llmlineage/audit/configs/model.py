"""What a training config names: the datasets that it reads and the models that it starts from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeVar

from llmlineage.errors import ConfigError

DatasetRole = Literal["train", "evaluation"]
# A run of more parts is none, and to look up so many names takes longer than anybody waits.
MOST_NAMES = 100_000
ModelRole = Literal["base", "adapter", "reward", "teacher", "reference", "critic", "judge", "other"]


@dataclass(frozen=True)
class DatasetUse:
    """One entry of a config's data. ``name`` is as written once variables of the file are filled in.

    ``stands_for`` is the Hub id or file that the framework's own registry, or the file itself, gives
    to the name, where it does. ``weight`` is as written: a fraction, a count or a share, which only the
    framework can tell apart. ``inherited`` where the name stands in a file that this one builds upon.
    """

    name: str
    subset: str | None = None
    split: str | None = None
    weight: str | None = None
    role: DatasetRole = "train"
    stands_for: str | None = None
    inherited: bool = False


@dataclass(frozen=True)
class ModelUse:
    """A model that a config names; ``role`` base is what is trained or merged."""

    name: str
    revision: str | None = None
    weight: str | None = None
    role: ModelRole = "base"
    stands_for: str | None = None
    inherited: bool = False


@dataclass(frozen=True)
class Config:
    """What one config says. ``guessed`` where no framework is known to write such a file.

    ``trains`` is the stage or method that the config asks for, in the words of its framework
    (sft, dpo, lora ...), ``merge`` the method by which it merges models.
    """

    file: str
    framework: str
    datasets: tuple[DatasetUse, ...] = ()
    models: tuple[ModelUse, ...] = ()
    trains: str | None = None
    adapter: str | None = None
    merge: str | None = None
    license: str | None = None
    guessed: bool = False
    remarks: tuple[str, ...] = ()


Use = TypeVar("Use", DatasetUse, ModelUse)


def at_most(uses: Iterable[Use], file: str) -> tuple[Use, ...]:
    """All uses, where they are as many as a run can have: parts of a config that multiply each other.

    Raises:
        ConfigError: they are more.
    """
    found = tuple(islice(uses, MOST_NAMES + 1))
    if len(found) > MOST_NAMES:
        raise ConfigError(file, f"stands for more than {MOST_NAMES:,} datasets or models")
    return found
