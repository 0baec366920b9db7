"""What travels by each kind of edge, and which terms do not go together, as rules.toml has it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from llmlineage.graph.lineage import Edge


@dataclass(frozen=True)
class Step:
    """What a relation, role or stage takes of the parent, and what that becomes in the child."""

    takes: tuple[str, ...]
    into: tuple[str, ...]
    altered: bool
    is_training: bool

    def becomes(self, taken: str) -> tuple[str, ...]:
        return self.into or (taken,)

    @property
    def is_influence(self) -> bool:
        return not self.takes


@dataclass(frozen=True)
class ConflictRule:
    """Holds where the own licence and the inherited one have the values of ``own`` and ``inherited``,
    and where what comes (``brings``) and what it becomes (``into``, empty for anything) are these."""

    rule: str
    own: Mapping[str, list[str]]
    inherited: Mapping[str, list[str]]
    brings: tuple[str, ...]
    into: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class Rules:
    steps: Mapping[str, Step]
    conflicts: tuple[ConflictRule, ...]

    def of(self, edge: Edge) -> Step:
        """What an edge takes and what that becomes: by its relation, unless its own row says otherwise."""
        step = self.steps[edge.role or edge.stage or edge.relation]
        if not edge.takes and not edge.into and edge.altered is None:
            return step
        altered = step.altered if edge.altered is None else edge.altered
        return Step(edge.takes or step.takes, edge.into or step.into, altered, step.is_training)


@cache
def rules() -> Rules:
    """The rules that come with this version."""
    text = Path(__file__).with_name("rules.toml").read_text(encoding="utf-8")
    document: dict[str, Any] = tomllib.loads(text)
    steps = {
        name: Step(
            tuple(step["takes"]),
            tuple(step.get("into", ())),
            step.get("altered", False),
            table == "trainings",
        )
        for table in ("derivations", "families", "generations", "adaptations", "trainings")
        for name, step in document[table]["steps"].items()
    }
    conflicts = tuple(
        ConflictRule(
            one["rule"],
            one["own"],
            one["inherited"],
            tuple(one["brings"]),
            tuple(one.get("into", ())),
            one["message"],
        )
        for one in document["conflicts"]
    )
    return Rules(steps, conflicts)
