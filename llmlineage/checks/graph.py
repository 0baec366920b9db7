"""Cycles in a directed graph, each as a list of nodes that ends where it began."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter


def find_cycles(edges: Iterable[tuple[str, str]]) -> Iterator[list[str]]:
    """One cycle of every knot of the graph, found by taking knots apart edge by edge.

    The standard library's sorter names one cycle at a time; the first edge of each is taken
    out and the search repeated, so that several independent mistakes show at once.
    """
    parents: dict[str, set[str]] = {}
    for child, parent in edges:
        parents.setdefault(child, set()).add(parent)
    while (cycle := first_cycle(parents)) is not None:
        yield cycle
        parents[cycle[0]].discard(cycle[1])


def first_cycle(parents: dict[str, set[str]]) -> list[str] | None:
    try:
        # The sorter follows sets in their order of hashing; sorted lists make its answer repeatable.
        TopologicalSorter({child: sorted(parents[child]) for child in sorted(parents)}).prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1][::-1]  # the sorter lists each node before its successor
        start = cycle.index(min(cycle))
        return cycle[start:-1] + cycle[: start + 1]
    return None
