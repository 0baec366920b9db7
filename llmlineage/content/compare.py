"""Which rows of one collection are in another: all that ``llmlineage overlap`` tells, as one report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import polars as pl

from llmlineage.content import exact, marks, sketches
from llmlineage.content.exact import Field, Hashes, Overlap, Shared
from llmlineage.content.fingerprints import is_fingerprint
from llmlineage.content.near import THRESHOLD, Tiers
from llmlineage.content.near import compare as compare_near
from llmlineage.content.ngrams import Contamination, contamination, read_benchmark
from llmlineage.content.readers import inputs_at
from llmlineage.content.rows import Collection
from llmlineage.errors import DataError
from llmlineage.files import check_output


@dataclass(frozen=True)
class Asked:
    """What is wanted beside the counts: ``near`` matches, some ``examples``, and the matches of each
    row, to ``write`` as parquet. ``force`` overwrites a file that is there."""

    near: bool = False
    threshold: float = THRESHOLD
    examples: int = 0
    write: Path | None = None
    force: bool = False

    def options(self) -> list[str]:
        """What needs the rows of both sides, as the command line says it."""
        wanted = {"--near": self.near, "--examples": self.examples, "--write": self.write}
        return [name for name, value in wanted.items() if value]


@dataclass(frozen=True)
class Report:
    """What two collections share. ``sides`` are the two as they were read; of a fingerprint, as given.

    ``weighty`` counts the responses that do not coincide by chance, ``tiers`` the texts of A that match
    in part, by field; ``examples`` are rows of A that are in B: row, prompt, response.
    """

    a: str
    b: str
    a_rows: int
    b_rows: int
    fields: Mapping[Field, Shared]
    weighty: Shared | None = None
    a_fold: str = ""
    b_fold: str = ""
    tiers: Mapping[str, Tiers] = field(default_factory=dict)
    examples: Sequence[tuple[int, str, str]] = ()
    sides: tuple[Collection, ...] = ()

    def to_polars(self) -> pl.DataFrame:
        """One row a field (prompt, response, both), with the counts and shares of ``Shared``; what is
        shared is null where a side has no text in the field."""
        rows = [
            {"field": name, **asdict(one), "shared": one.shared if one.compared else None}
            for name, one in self.fields.items()
        ]
        schema = {
            "field": pl.String(),
            **dict.fromkeys(("a_distinct", "b_distinct", "shared"), pl.Int64()),
            **dict.fromkeys(("a_in_b", "b_in_a", "low", "high"), pl.Float64()),
            "exact": pl.Boolean(),
        }
        return pl.DataFrame(rows, schema=schema)


@dataclass(frozen=True)
class Leaks:
    """Which items of a benchmark stand in the data."""

    data: str
    rows: int
    found: Sequence[Contamination]
    sides: tuple[Collection, ...] = ()


def overlap_report(a: Collection, b: Collection, asked: Asked | None = None) -> Report:
    """Which rows of A are in B. Either may be a fingerprint; the figures are then estimates.

    Raises:
        DataError: rows cannot be read, or what is asked for needs the rows of a fingerprint.
        OutputRefused: ``asked.write`` may not be written, or cannot.
    """
    asked = asked or Asked()
    if is_fingerprint(a.address) or is_fingerprint(b.address):
        need_rows(a, b, asked.options())
        return sketched(a, b)
    if asked.write:
        inputs = [*inputs_at(a.address), *inputs_at(b.address)]
        check_output(asked.write, inputs, asked.force, marks.is_matches)
    return counted(exact.read_hashes(a), exact.read_hashes(b), asked)


def benchmark_report(data: Collection, benchmark: Collection, words: int) -> Leaks:
    """Which items of a benchmark share a run of ``words`` words with the data. Raises :class:`DataError`."""
    need_rows(data, benchmark, ["--ngrams"])
    found = contamination(data, [read_benchmark(benchmark, words)])
    return Leaks(data.name, data.rows, found, (data, benchmark))


def need_rows(a: Collection, b: Collection, options: Sequence[str]) -> None:
    for side in (a, b):
        if options and is_fingerprint(side.address):
            raise DataError(side.address, f"is a fingerprint; {options[0]} needs the rows of both sides")


def sketched(a: Collection, b: Collection) -> Report:
    """Estimates, from the fingerprints of both sides."""
    left, right = (sketches.of([side]) for side in (a, b))
    return Report(a.name, b.name, left.rows, right.rows, sketches.compare(left, right), sides=(a, b))


def counted(a: Hashes, b: Hashes, asked: Asked) -> Report:
    """Counts, from the hashes of every row."""
    found = exact.overlap(a, b)
    tiers = near_tiers(a, b, found, asked.threshold) if asked.near else {}
    if asked.write:
        exact.write_matches(exact.matches(a, b, found), asked.write)
    return Report(
        a.collection.name,
        b.collection.name,
        a.collection.rows,
        b.collection.rows,
        found.fields,
        exact.weighty(a, b),
        found.a_fold,
        found.b_fold,
        tiers,
        list(exact.examples(a, b, found, exact.default_field(found), asked.examples)),
        (a.collection, b.collection),
    )


def near_tiers(a: Hashes, b: Hashes, found: Overlap, threshold: float) -> dict[str, Tiers]:
    fields: tuple[Field, ...] = ("prompt", "response")
    return {
        name: compare_near(a, b, found, name, threshold)
        for name in fields
        if found.fields[name].a_distinct and found.fields[name].b_distinct
    }
