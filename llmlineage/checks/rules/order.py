"""Rows stand in the order of their key, so that a diff shows facts and nothing else."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from llmlineage.checks.record import Record
from llmlineage.errors import Problem
from llmlineage.package import Row, Table


def sort_key(table: Table) -> Callable[[Row], tuple[str, ...]]:
    """By what the rows of a table are sorted: the cells of its key as texts, by code point."""
    columns = table.primary_key
    return lambda cells: tuple(cells[column] for column in columns)


def check_order(record: Record) -> Iterator[Problem]:
    """Of rows out of order, the fewest that would have to move."""
    for table in record.package.tables.values():
        key_of, field = sort_key(table), ", ".join(table.primary_key)
        rows = record.sound_rows(table.name)
        keys = [key_of(cells) for _, cells in rows]
        for place in misplaced(keys):
            shown = ", ".join(part for part in keys[place] if part)
            problem, suggestion = "is out of order", "sort the table by its key"
            yield record.problem(table.name, rows[place][0], field, shown, problem, suggestion)


def misplaced(keys: Sequence[tuple[str, ...]]) -> list[int]:
    """The places of the keys outside a longest run, with gaps, in which none is below the last.

    Found from the end, so that of two keys either of which could move, the later is named.
    """
    ranks = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    ends: list[int] = []  # of the runs of each length, the best rank at which one starts, and its place
    places: list[int] = []
    after = [-1] * len(keys)
    for place in reversed(range(len(keys))):
        rank = -ranks[keys[place]]
        length = bisect_right(ends, rank)
        after[place] = places[length - 1] if length else -1
        ends[length : length + 1], places[length : length + 1] = [rank], [place]
    kept = set[int]()
    place = places[-1] if places else -1
    while place >= 0:
        kept.add(place)
        place = after[place]
    return [place for place in range(len(keys)) if place not in kept]
