"""What a wrong value was probably meant to be."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cached_property

# Whoever has more wrong values of a kind has made one mistake, and not so many.
MOST_SEARCHES = 200
# How many of the known values are compared letter by letter, and to how many letters.
MOST_COMPARED = 20
LONGEST_COMPARED = 200
MOST_SHOWN = 12


class Nearest:
    """Known values, and for a wrong one the advice to write the one that it most resembles.

    Only those that share the most runs of letters with it are compared: a thousand wrong values
    beside a thousand known ones would take minutes otherwise.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(known)
        self._advice: dict[str, str] = {}

    def __contains__(self, value: str) -> bool:
        return value in self._known

    def __call__(self, value: str) -> str:
        if value not in self._advice:
            if len(self._advice) >= MOST_SEARCHES:
                return "add the record first"
            self._advice[value] = self._search(value[:LONGEST_COMPARED])
        return self._advice[value]

    def _search(self, value: str) -> str:
        shared = Counter(one for run in runs_of(value) for one in self._by_run.get(run, ()))
        most = sorted(shared, key=lambda one: (-shared[one], one))[:MOST_COMPARED]
        close = difflib.get_close_matches(value, most, n=1, cutoff=0.6)
        if close:
            return f"did you mean {close[0]}?"
        few = 0 < len(self._known) <= MOST_SHOWN
        return f"one of {', '.join(sorted(self._known))}" if few else "add the record first"

    @cached_property
    def _by_run(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for one in self._known:
            for run in runs_of(one[:LONGEST_COMPARED]):
                found[run].append(one)
        return found


def runs_of(value: str) -> set[str]:
    """Every two and every three letters that follow one another, with the ends of the value among them."""
    padded = f" {value.casefold()} "
    return {padded[at : at + size] for size in (2, 3) for at in range(len(padded) - size + 1)}
