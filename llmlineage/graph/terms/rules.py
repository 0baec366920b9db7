"""The rules by which terms travel, read from rules.toml beside this file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from llmlineage.graph.lineage import Edge

INFLUENCE = "influence"


@dataclass(frozen=True)
class ConflictRule:
    """Holds where the own licence and the inherited one have the values of ``own`` and ``inherited``."""

    rule: str
    own: Mapping[str, list[str]]
    inherited: Mapping[str, list[str]]
    carries: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class Rules:
    """``carries`` maps a relation, role or stage to what of the parent it brings to the child."""

    carries: Mapping[str, str]
    conflicts: tuple[ConflictRule, ...]

    def of(self, edge: Edge) -> str:
        return self.carries[edge.role or edge.stage or edge.relation]


@cache
def rules() -> Rules:
    """The rules that come with this version."""
    text = Path(__file__).with_name("rules.toml").read_text(encoding="utf-8")
    document: dict[str, Any] = tomllib.loads(text)
    tables = ("derivations", "generations", "adaptations", "trainings")
    carries = {step: what for table in tables for step, what in document[table]["carries"].items()}
    conflicts = tuple(
        ConflictRule(one["rule"], one["own"], one["inherited"], tuple(one["carries"]), one["message"])
        for one in document["conflicts"]
    )
    return Rules(carries, conflicts)
