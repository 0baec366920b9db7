"""Licences, and which version of a provider's terms was in force when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from llmlineage.edition import Edition
from llmlineage.graph.lineage import Node, Source, source_of


@dataclass(frozen=True)
class Licence:
    """A licence or a provider's terms; the columns of licenses.csv that say what it asks.

    ``commercial``, ``derivatives``, ``share_alike``, ``attribution`` and ``restricts_outputs`` are
    yes, no, conditional, or None where no source says.
    """

    id: str
    name: str
    kind: str
    organization: str | None
    effective: str | None
    url: str | None
    commercial: str | None
    derivatives: str | None
    share_alike: str | None
    attribution: str | None
    restricts_outputs: str | None
    summary: str | None
    source: Source


@lru_cache(maxsize=8)
def read_licences(edition: Edition) -> dict[str, Licence]:
    """Every licence of the edition by its id."""
    columns = (
        "id, name, kind, organization, effective, url, commercial, derivatives, share_alike, attribution, "
        "restricts_outputs, summary, source"
    )
    rows = edition.index.execute(f"SELECT {columns} FROM licenses ORDER BY id").fetchall()
    return {row[0]: Licence(*(*row[:-1], source_of(edition, row[-1]))) for row in rows}


def provider_terms(node: Node, day: str | None, licences: Mapping[str, Licence]) -> list[Licence]:
    """The terms under which a provider's model wrote what was released on ``day``: the versions that may
    have been in force, the earlier first."""
    versions = [
        one
        for one in licences.values()
        if one.kind == "provider_terms" and one.organization == node.organization
    ]
    # Terms for Europe alone would stand before those for all others by their date.
    return in_force([one for one in versions if "-europe" not in one.id] or versions, day)


def in_force(versions: Sequence[Licence], day: str | None) -> list[Licence]:
    """The versions in force on a day, the earlier first: several where the day is a month or a year in
    which one gave way to another, or where a provider has terms side by side (for people, for companies).

    Without a day, and before the first version known, the one that stands for a version not said.
    """
    undated = [one for one in versions if not one.effective]
    if not day:
        return undated[:1] or sorted(versions, key=by_date)
    series: dict[str, list[Licence]] = {}
    for one in sorted(versions, key=by_date):
        if one.effective and earliest(one.effective) <= latest(day):
            series.setdefault(one.id.removesuffix(f"-{one.effective}"), []).append(one)
    found: list[Licence] = []
    for these in series.values():
        before = [one for one in these if latest(one.effective or "") <= earliest(day)]
        found += [*before[-1:], *(one for one in these if one not in before)]
    return sorted(found, key=by_date) or undated[:1]


def by_date(one: Licence) -> str:
    return one.effective or ""


def earliest(day: str) -> str:
    """The first day that a partial ISO date may mean."""
    return day + "-01-01"[len(day) - 4 :] if len(day) < 10 else day


def latest(day: str) -> str:
    """The last day that a partial ISO date may mean; every month is given 31, which compares well."""
    return day + "-12-31"[len(day) - 4 :] if len(day) < 10 else day
