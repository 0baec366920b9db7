"""Tables that are measured, not curated: fingerprints, runs of words of benchmarks, derivations.

What is measured stands in the lists of ``build/rows``, one row a dataset or derivation, each with the
address of its data: ``hub:ORG/NAME[:config][@revision]#split``, read through ``datasets``; or a file or
folder of a GitHub repository at its commit, read from a folder that holds it as
``OWNER/REPO/COMMIT/PATH``. What cannot be read here keeps the rows that it has.
"""

from __future__ import annotations

import base64
import csv
import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import click

from llmlineage.content import claims, exact, filters, known, ngrams, sketches
from llmlineage.content.identity import HASH, NORMALISATION
from llmlineage.content.rows import Collection, Options
from llmlineage.errors import DataError
from llmlineage.files import replacing
from llmlineage.package import Package, read_package
from llmlineage.version import __version__

# Where the filters stand that the package brings, from its root.
FILTERS = Path("llmlineage", "content", "filters.parquet")
LISTS = Path(__file__).parent / "rows"
GITHUB = re.compile(
    r"https://github\.com/(?P<repo>[^/]+/[^/]+)/(blob|tree)/(?P<commit>[0-9a-f]{40})/(?P<path>.+)"
)
WORDS = (13, 8)


@dataclass(frozen=True)
class Data:
    """Where rows stand, under which revision, and where they are read from here."""

    address: str
    revision: str
    place: str

    @classmethod
    def at(cls, address: str, files: Path | None) -> Data:
        """Raises :class:`DataError` where an address has no revision, or its file is not here."""
        if address.startswith("hub:"):
            revision = re.search(r"@([^#]+)#", address)
            if revision is None:
                raise DataError(address, "has no @revision; what is measured must be found again")
            return cls(address, revision[1], address)
        match = GITHUB.fullmatch(address)
        if match is None:
            raise DataError(
                address, "is neither a file on GitHub at a commit nor hub:ORG/NAME@REVISION#SPLIT"
            )
        place = (files or Path()) / match["repo"] / match["commit"] / unquote(match["path"])
        if not place.exists():
            raise DataError(place, f"is not here; it is {address}")
        return cls(address, match["commit"], str(place))


def measure(package_path: Path, files: Path | None) -> None:
    """Measure what the lists name and can be read here, and write the three tables."""
    package = read_package(package_path)
    today = datetime.date.today().isoformat()
    tables: dict[str, Callable[[Mapping[str, str], Path | None], Iterator[dict[str, Any]]]] = {
        "fingerprints": fingerprint_rows,
        "ngrams": ngram_rows,
        "measurements": measurement_rows,
    }
    for table, rows_of in tables.items():
        listed = read(LISTS / f"{table}.csv")
        new = []
        for line in listed:
            try:
                new += [row | {"measured": today, **common(line)} for row in rows_of(line, files)]
            except DataError as error:
                click.echo(f"left as it was: {error}", err=True)
        count = write(package, table, new)
        click.echo(f"{table}: {len(new)} rows measured, {count} in the table")
    ours = (package.root / FILTERS).parent.is_dir()
    measure_filters(package, files, package.root / (FILTERS if ours else FILTERS.name))


def measure_filters(package: Package, files: Path | None, path: Path) -> None:
    """Write the filters of what the list of fingerprints names; what cannot be read keeps its filter."""
    licenses = {row["id"]: row["license"] for row in read(package.tables["datasets"].path)}
    kept = {(one.id, one.source.part): one for one in (filters.load(path) if path.exists() else [])}
    for line in read(LISTS / "fingerprints.csv"):
        try:
            data = Data.at(line["data"], files)
            source = filters.Source(
                line["dataset"], line["part"], data.address, data.revision, licenses.get(line["dataset"], "")
            )
            kept[line["dataset"], line["part"]] = filters.holder(collection(line, data), source)
        except DataError as error:
            click.echo(f"left as it was: {error}", err=True)
    if kept:
        filters.write(kept.values(), path)
        click.echo(f"filters: {len(kept)} datasets and parts, {path.stat().st_size / 1000:,.0f} kB")


def common(line: Mapping[str, str]) -> dict[str, str]:
    return {
        "normalisation": NORMALISATION,
        "tool": f"llmlineage {__version__}",
        "source": line["source"],
        "note": line["note"],
    }


def collection(line: Mapping[str, str], data: Data, side: str = "") -> Collection:
    options = Options(
        line.get(f"{side}prompt") or None, line.get(f"{side}response") or None, skip_bad_rows=True
    )
    return Collection(data.place, options)


def fingerprint_rows(line: Mapping[str, str], files: Path | None) -> Iterator[dict[str, Any]]:
    data = Data.at(line["data"], files)
    made = sketches.fingerprint(collection(line, data), revision=data.revision)
    for field, sketch in made.sketches.items():
        yield {
            "dataset": line["dataset"],
            "part": line["part"],
            "field": field,
            "rows": made.rows,
            "distinct": made.distinct(field),
            "layout": made.layout,
            "nominal_entries": made.nominal_entries,
            "hash": HASH,
            "sketch": base64.b64encode(sketch).decode(),
            "data": data.address,
            "revision": data.revision,
        }


def ngram_rows(line: Mapping[str, str], files: Path | None) -> Iterator[dict[str, Any]]:
    data = Data.at(line["data"], files)
    for words in WORDS:
        one = ngrams.read_benchmark(collection(line, data), words)
        for block, grams in enumerate(known.blocks(one)):
            yield {
                "benchmark": line["benchmark"],
                "part": line["part"],
                "words": words,
                "block": block,
                "items": one.items,
                "grams": grams,
                "data": data.address,
                "revision": data.revision,
            }


def measurement_rows(line: Mapping[str, str], files: Path | None) -> Iterator[dict[str, Any]]:
    child, parent = Data.at(line["child_data"], files), Data.at(line["parent_data"], files)
    result = claims.measure(
        line["relation"],
        exact.read_hashes(collection(line, child, "child_")),
        exact.read_hashes(collection(line, parent, "parent_")),
        whole=line["parent_whole"] == "yes",
    )
    for found in result.findings:
        yield {
            "child": line["child"],
            "parent": line["parent"],
            "relation": line["relation"],
            "field": found.field,
            "child_distinct": found.shared.a_distinct,
            "parent_distinct": found.shared.b_distinct,
            "shared": found.shared.shared,
            "wrapped": found.tiers.wrapped if found.tiers else "",
            "near": found.tiers.near if found.tiers else "",
            "verdict": result.verdict,
            "child_data": child.address,
            "child_revision": child.revision,
            "parent_data": parent.address,
            "parent_revision": parent.revision,
        }


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(package: Package, name: str, new: list[dict[str, Any]]) -> int:
    """Put new rows in the place of those with the same key; return how many rows there are."""
    table = package.tables[name]
    rows = {tuple(row[column] for column in table.primary_key): row for row in read(table.path)}
    fresh = {tuple(str(row[column]) for column in table.primary_key): row for row in new}
    # A set that was measured anew may have fewer fields, or blocks, than it had.
    heads = {key[:-1] for key in fresh}
    kept = {key: row for key, row in rows.items() if key[:-1] not in heads}
    merged = kept | fresh
    with replacing(table.path) as path, path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, table.columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(merged[key] for key in sorted(merged))
    return len(merged)
