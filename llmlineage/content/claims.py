"""What a stated relation lets one expect of the rows, and whether they bear it out.

The expectations are those of ``llmlineage/content/expectations.toml``. The texts of a field that
carry weight are those that do not coincide by chance: responses of 20 characters or more that no more
than five rows share, and every prompt.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from llmlineage.content import exact, near
from llmlineage.content.exact import Field, Hashes, Shared
from llmlineage.content.near import Tiers
from llmlineage.content.rows import Collection
from llmlineage.edition import Edition
from llmlineage.errors import LineageError

Verdict = Literal["confirms", "contradicts", "cannot tell"]
# Fewer texts than these say nothing of a relation.
FEWEST = 20


@dataclass(frozen=True)
class Expectation:
    """The share of the child's texts that should be found in the parent.

    From ``confirms`` on, the rows confirm the relation; below ``contradicts_below``, or above
    ``contradicts_above``, they contradict it. A bound that is None cannot be reached: that a
    translation shares nothing with its parent confirms nothing.
    """

    confirms: float | None = None
    contradicts_below: float | None = None
    contradicts_above: float | None = None
    loosely: bool = False


@dataclass(frozen=True)
class Finding:
    """One field of one derivation: the figures, those that carry weight, and what they say."""

    field: Field
    shared: Shared
    weighty: Shared
    tiers: Tiers | None
    verdict: Verdict


@dataclass(frozen=True)
class Measurement:
    """A derivation held against the rows. ``verdict`` joins those of the fields."""

    relation: str
    findings: tuple[Finding, ...]
    verdict: Verdict


@cache
def expectations() -> Mapping[str, Mapping[str, Expectation]]:
    """Of each relation and field, what to expect."""
    text = files("llmlineage.content").joinpath("expectations.toml").read_text("utf-8")
    return {
        relation: {field: Expectation(**bounds) for field, bounds in fields.items()}
        for relation, fields in tomllib.loads(text).items()
    }


def measure(
    relation: str, child: Hashes, parent: Hashes, whole: bool = True, tiers: bool = True
) -> Measurement:
    """Hold a relation against the rows of child and parent.

    ``whole`` says that the parent's rows are all there: what is missing from a part contradicts
    nothing. ``tiers`` looks for texts that match in part as well. Raises KeyError on an unknown
    relation.
    """
    expected = expectations()[relation]
    found = exact.overlap(child, parent)
    findings = []
    for field in exact.FIELDS:
        shared = found.fields[field]
        if not shared.a_distinct or not shared.b_distinct:
            continue
        weighty = exact.weighty(child, parent) if field == "response" else shared
        split = near.compare(child, parent, found, field) if tiers and field != "both" else None
        verdict = judge(expected[field], weighty, split, whole) if field in expected else "cannot tell"
        findings.append(Finding(field, shared, weighty, split, verdict))
    return Measurement(relation, tuple(findings), joined([one.verdict for one in findings]))


def measure_records(
    edition: Edition,
    child: tuple[str, Collection],
    parent: tuple[str, Collection],
    relation: str | None = None,
    whole: bool = True,
) -> list[Measurement]:
    """Hold what the record says of two datasets against their rows, each given as id and rows.

    One measurement a relation: the one named, or those that the record states. Raises
    :class:`LineageError` where there is none, or it is unknown, or rows cannot be read.
    """
    relations = [relation] if relation else stated(edition, child[0], parent[0])
    if not relations:
        raise LineageError(
            f"the record states no derivation of {child[0]} from {parent[0]}; name one with --relation"
        )
    unknown = [one for one in relations if one not in expectations()]
    if unknown:
        raise LineageError(f"the relation {unknown[0]!r} is none of {', '.join(expectations())}")
    left, right = exact.read_hashes(child[1]), exact.read_hashes(parent[1])
    return [measure(one, left, right, whole) for one in relations]


def stated(edition: Edition, child: str, parent: str) -> list[str]:
    """The relations that the record states between two datasets."""
    rows = edition.index.execute(
        "SELECT DISTINCT relation FROM derivations WHERE child = ? AND parent = ? ORDER BY relation",
        (child, parent),
    )
    return [row[0] for row in rows]


def judge(expected: Expectation, shared: Shared, tiers: Tiers | None, whole: bool) -> Verdict:
    """What one field says. ``loosely`` counts wrapped and near texts as found."""
    if min(shared.a_distinct, shared.b_distinct) < FEWEST:
        return "cannot tell"
    found = shared.shared
    if expected.loosely and tiers:
        found = max(found, tiers.exact + tiers.wrapped + tiers.near)
    share = found / shared.a_distinct
    if expected.contradicts_above is not None and (shared.a_in_b or 0.0) > expected.contradicts_above:
        return "contradicts"
    if expected.confirms is not None and share >= expected.confirms and found >= FEWEST:
        return "confirms"
    if whole and expected.contradicts_below is not None and share < expected.contradicts_below:
        return "contradicts"
    return "cannot tell"


def joined(verdicts: list[Verdict]) -> Verdict:
    """One contradiction outweighs what else is found."""
    if "contradicts" in verdicts:
        return "contradicts"
    return "confirms" if "confirms" in verdicts else "cannot tell"
