"""Configs written on the spot, and what is read from them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from pathlib import Path

from llmlineage.audit import configs
from llmlineage.audit.configs import Config, DatasetUse, ModelUse


def read(folder: Path, text: str, name: str = "config.yaml") -> Config:
    """The one config in a file of this text, where the folder is what was asked about."""
    return only(configs.read(write(folder, text, name), folder))


def write(folder: Path, text: str, name: str = "config.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def only(found: list[Config]) -> Config:
    assert len(found) == 1
    return found[0]


def names(uses: Iterable[DatasetUse] | Iterable[ModelUse], role: str | None = None) -> list[str]:
    return [use.name for use in uses if role is None or use.role == role]


def trained(config: Config) -> list[str]:
    return names(config.datasets, "train")


def evaluated(config: Config) -> list[str]:
    return names(config.datasets, "evaluation")


def bases(config: Config) -> list[str]:
    return names(config.models, "base")
