"""Which known datasets the rows of a file come from, by their published fingerprints alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from llmlineage.content import known, sketches
from llmlineage.content.exact import Field, Shared
from llmlineage.content.fingerprints import Fingerprint, estimate, is_fingerprint
from llmlineage.content.known import Known
from llmlineage.content.ngrams import Contamination, contamination
from llmlineage.content.rows import Collection
from llmlineage.edition import Edition
from llmlineage.errors import DataError

# The sketch of the user's own data is finer than the published ones, whose error then decides.
LOG_ENTRIES = 16
# Fewer shared texts, or a smaller share, are chance.
FEWEST, LEAST = 5, 0.001
# Responses coincide where prompts do not. Data without prompts is told by its responses from here on.
LEAST_RESPONSES = 0.05
# A dataset adds nothing where others cover so much of what it shares.
COVERED = 0.95


@dataclass(frozen=True)
class Match:
    """A known dataset that shares texts with the data.

    ``shared.a_in_b`` is the share of the data's texts that the dataset holds. ``explained_by`` names
    the datasets that it was made from, where they hold nearly all that it shares; ``through`` the
    datasets made from it that hold that and more.
    """

    id: str
    part: str
    field: Field
    shared: Shared
    explained_by: tuple[str, ...] = ()
    through: tuple[str, ...] = ()


@dataclass(frozen=True)
class Identified:
    """Where the rows of some data come from: ``data`` is its fingerprint, ``known`` counts the datasets
    that it was compared with, ``benchmarks`` are those whose items were looked for in it."""

    data: Fingerprint
    matches: Sequence[Match]
    known: int
    benchmarks: Sequence[Contamination] | None = None

    def to_polars(self) -> pl.DataFrame:
        """One row a match, the best first: the dataset's ``id``, ``part`` and ``field``, what share of the
        data it holds (``contained``, between ``low`` and ``high``), and ``explained_by`` and ``through``."""
        rows = [
            (one.id, one.part or None, one.field, one.shared.a_in_b, one.shared.low, one.shared.high,
             list(one.explained_by), list(one.through))
            for one in self.matches
        ]  # fmt: skip
        schema = {
            **dict.fromkeys(("id", "part", "field"), pl.String()),
            **dict.fromkeys(("contained", "low", "high"), pl.Float64()),
            **dict.fromkeys(("explained_by", "through"), pl.List(pl.String())),
        }
        return pl.DataFrame(rows, schema=schema, orient="row")


def identify_rows(edition: Edition, data: Collection, words: int | None = None) -> Identified:
    """The known datasets that rows, or a fingerprint, come from.

    ``words`` looks for runs of so many words of benchmarks' items as well, which needs rows. Raises
    :class:`DataError` where the data cannot be read, or the edition's fingerprints are damaged.
    """
    if words and is_fingerprint(data.address):
        raise DataError(data.address, "--benchmarks needs the rows; a fingerprint has none")
    prints = known.fingerprints(edition)
    items = known.benchmarks(edition, words) if words else []
    fingerprint = sketches.of([data], sketches.Making(LOG_ENTRIES))
    matches = identify(edition, fingerprint, prints)
    found = contamination(data, items) if words else None
    return Identified(fingerprint, matches, len({one.id for one in prints}), found)


def identify(edition: Edition, data: Fingerprint, prints: Sequence[Known]) -> list[Match]:
    """The datasets that share texts with the data: those that explain it first, best first.

    One match a dataset, part and field. A dataset that shares responses alone is no match, unless the
    data has no prompts.
    """
    found: list[tuple[Known, dict[Field, Shared]]] = []
    for one in prints:
        fields = sketches.compare(data, one.fingerprint)
        if is_match(fields):
            found.append((one, fields))
    matched = [one for one, _ in found]
    makers = {one.name: explained_by(edition, data, one, matched) for one in matched}
    unexplained = [one for one in matched if not makers[one.name]]
    wholes = {one.name: through(edition, data, one, unexplained) for one in unexplained}
    matches = [
        Match(one.id, one.part, field, shared, makers[one.name], wholes.get(one.name, ()))
        for one, fields in found
        for field, shared in fields.items()
        if shared.shared
    ]
    return sorted(matches, key=rank)


def rank(match: Match) -> tuple[object, ...]:
    return (
        bool(match.explained_by or match.through),
        match.field != "prompt",
        -(match.shared.a_in_b or 0),
        -(match.shared.b_in_a or 0),
        match.id,
        match.part,
        match.field,
    )


def is_match(fields: dict[Field, Shared]) -> bool:
    for field in ("prompt", "both"):
        shared = fields[field]
        if shared.shared >= min(FEWEST, shared.b_distinct) > 0 and (shared.a_in_b or 0) >= LEAST:
            return True
    responses = fields["response"]
    only = not fields["prompt"].a_distinct
    return only and responses.shared >= FEWEST and (responses.a_in_b or 0) >= LEAST_RESPONSES


def explained_by(edition: Edition, data: Fingerprint, one: Known, found: Sequence[Known]) -> tuple[str, ...]:
    """The ancestors of a match that hold nearly all that it shares with the data."""
    up, _ = relatives(edition, one.id)
    return covering(held(data, one), [other for other in found if other.id in up])


def through(edition: Edition, data: Fingerprint, one: Known, found: Sequence[Known]) -> tuple[str, ...]:
    """The descendants of a match that hold nearly all that it shares with the data, and more of it."""
    _, down = relatives(edition, one.id)
    mine = held(data, one)
    least = estimate(mine) / COVERED
    return covering(
        mine, [other for other in found if other.id in down and estimate(held(data, other)) > least]
    )


def covering(mine: bytes | None, others: Sequence[Known]) -> tuple[str, ...]:
    """The others that hold some of ``mine``, most first; none where they do not hold nearly all."""
    whole = estimate(mine)
    if not whole or mine is None:
        return ()
    left = mine
    chosen: list[str] = []
    for other in sorted(others, key=lambda other: -estimate(sketches.common(mine, sketch_of(other)))):
        rest = sketches.without(left, sketch_of(other))
        if estimate(rest) < estimate(left):
            left = rest
            chosen.append(other.name)
    return tuple(chosen) if estimate(left) <= (1 - COVERED) * whole else ()


def relatives(edition: Edition, id: str) -> tuple[set[str], set[str]]:
    """The ancestors and the descendants of a record."""
    up = edition.index.execute("SELECT ancestor FROM ancestry WHERE node = ?", (id,))
    ancestors = {row[0] for row in up}
    down = edition.index.execute("SELECT node FROM ancestry WHERE ancestor = ?", (id,))
    return ancestors, {row[0] for row in down}


def sketch_of(one: Known) -> bytes | None:
    return one.fingerprint.sketches.get("prompt") or one.fingerprint.sketches.get("response")


def held(data: Fingerprint, one: Known) -> bytes | None:
    """The texts of the data that a known dataset holds."""
    field = "prompt" if "prompt" in data.sketches else "response"
    mine, theirs = sketches.best_pair(data, one.fingerprint, field)
    return sketches.common(mine, theirs) if mine and theirs else None
