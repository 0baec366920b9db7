"""The dates of licences agree with their ids, and those of versions with their order."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from llmlineage.checks.record import Level, Record
from llmlineage.checks.rules.dates import is_before
from llmlineage.errors import Problem
from llmlineage.package import Row

_DATED = re.compile(r".+-((?:19|20)[0-9]{2}(?:-[0-9]{2}){0,2})")
# llama-3.1: a stem, a version, and what may follow it (exaone-1.1-nc).
_VERSION = re.compile(r"(.+?)-v?([0-9]{1,4}(?:\.[0-9]{1,4})*)(-[a-z].*)?")

Version = tuple[tuple[int, ...], int, Row]
"""The numbers of a version, and the row and cells of its licence."""


def check_licenses(record: Record) -> Iterator[Problem]:
    versions: dict[tuple[str, str], list[Version]] = defaultdict(list)
    for row, cells in record.tables["licenses"]:
        id, effective = cells["id"], cells["effective"]
        if not effective:
            continue
        if dated := _DATED.fullmatch(id):
            if is_before(dated[1], effective) or is_before(effective, dated[1]):
                problem, suggestion = f"but {id} is of {dated[1]}", "correct the date or the id"
                yield record.problem("licenses", row, "effective", effective, problem, suggestion)
        elif version := _VERSION.fullmatch(id):
            numbers = tuple(map(int, version[2].split(".")))
            versions[version[1], version[3] or ""].append((numbers, row, cells))
    for those in versions.values():
        yield from check_versions(record, sorted(those, key=lambda one: one[:2]))


def check_versions(record: Record, versions: Sequence[Version]) -> Iterator[Problem]:
    """A later version took effect later, unless the note says why it did not."""
    for (_, _, earlier), (_, row, later) in pairwise(versions):
        if is_before(later["effective"], earlier["effective"]):
            problem = f"is before {earlier['id']} took effect ({earlier['effective']})"
            level: Level = "warning" if later["note"] else "error"
            suggestion = "correct a date, or say why in the note"
            yield record.problem("licenses", row, "effective", later["effective"], problem, suggestion, level)
