"""Nothing is made from itself; every cycle is shown at its first edge."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise

from llmlineage.checks.graph import find_cycles
from llmlineage.checks.record import Record
from llmlineage.errors import Problem

# Whoever has made more circles than these has turned a table around.
MOST_CYCLES = 50
LONGEST_WAY = 20


def check_cycles(record: Record) -> Iterator[Problem]:
    places = {(edge.child, edge.parent): edge for edge in reversed(record.edges)}
    cycles = find_cycles((edge.child, edge.parent) for edge in record.edges)
    for cycle in islice(cycles, MOST_CYCLES):
        edge = min((places[step] for step in pairwise(cycle)), key=lambda one: (one.file, one.row))
        shown = cycle if len(cycle) <= LONGEST_WAY else [*cycle[:LONGEST_WAY], "...", cycle[-1]]
        problem = f"is part of a cycle: {' <- '.join(shown)}"
        suggestion = "make each iteration a record of its own, or remove the wrong edge"
        yield Problem(edge.file, edge.row, "", "", problem, suggestion)
