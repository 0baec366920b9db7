"""Nothing is made from itself; every cycle is shown whole, at its first edge."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from llmlineage.checks.graph import find_cycles
from llmlineage.checks.record import Record
from llmlineage.errors import Problem


def check_cycles(record: Record) -> Iterator[Problem]:
    places = {(edge.child, edge.parent): edge for edge in reversed(record.edges)}
    for cycle in find_cycles([(edge.child, edge.parent) for edge in record.edges]):
        edge = min((places[step] for step in pairwise(cycle)), key=lambda one: (one.file, one.row))
        problem = f"is part of a cycle: {' <- '.join(cycle)}"
        suggestion = "make each iteration a record of its own, or remove the wrong edge"
        yield Problem(edge.file, edge.row, "", "", problem, suggestion)
