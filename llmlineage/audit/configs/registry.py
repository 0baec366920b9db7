"""The Hub ids that frameworks give to names of their own, read in their repositories: registry.csv."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

_HUB_ADDRESS = re.compile(
    r"(?:hf://datasets/|https://(?:huggingface\.co|hf\.co)/datasets/)([\w.-]+/[\w.-]+)(?:/.*)?$"
)


def stands_for(framework: str, name: str) -> tuple[str, ...]:
    """What a name means to a framework: a Hub id, or a file of its repository; often nothing."""
    return _table().get((framework, name), ())


def one_stands_for(framework: str, name: str) -> str | None:
    """The same for a name that means one thing."""
    return next(iter(stands_for(framework, name)), None)


def within_path(framework: str, path: str) -> str | None:
    """What a folder or file name within a path means.

    A part of a name counts only if it has a digit: gsm8k in processed_gsm8k, but not math in my-math.
    """
    names = _names(framework)
    steps = [re.sub(r"\.(parquet|jsonl?|arrow)$", "", step) for step in path.lower().split("/")]
    for step in reversed(steps):
        if step in names:
            return names[step]
    for name, pattern in _telling(framework):
        if any(name in step and pattern.search(step) for step in steps):
            return names[name]
    return None


def hub_id(address: str) -> str | None:
    """The dataset id within an address on the Hub (``hf://datasets/ORG/NAME/...``)."""
    match = _HUB_ADDRESS.match(address)
    return match[1] if match else None


@cache
def _names(framework: str) -> dict[str, str]:
    return {name.lower(): ids[0] for (one, name), ids in _table().items() if one == framework}


@cache
def _telling(framework: str) -> list[tuple[str, re.Pattern[str]]]:
    """The names that count within others, the longest first."""
    names = (name for name in _names(framework) if any(letter.isdigit() for letter in name))
    return [
        (name, re.compile(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])"))
        for name in sorted(names, key=len, reverse=True)
    ]


@cache
def _table() -> dict[tuple[str, str], tuple[str, ...]]:
    table: dict[tuple[str, str], tuple[str, ...]] = {}
    with Path(__file__).with_name("registry.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = (row["framework"], row["name"])
            table[key] = (*table.get(key, ()), row["hub_id"])
    return table
