"""Whatever ``validate`` accepts, ``build`` builds, and every record of it can be asked about."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import llmlineage
from llmlineage.checks import validate
from llmlineage.edition.compile import build_edition
from llmlineage.package import TABLES
from tests.tiny import write_tiny

# What readers of CSV, numbers, dates and texts differ on, among what they agree on.
CELLS = [
    "", "alpha", "seeds", "card", "Ünïcode, with a comma", 'said "so"', '"', '""', "a\nb", "\x00", "\x1b[2J",
    "\u202e", "\ufeff", "\u2028", "\x85", " x", "x ", "=1", "-5", "0", "1", "007", "5e3", "1_000", "\u0663",
    "2023-0\u0663-01", "2026-1-3", "2023", "2023-02-30", "2999-01-01", "true", "True", "false", "NA",
    "null", "NaN", "inf", "1.5", "9" * 18, "9" * 19, "https:///x", "https://[x", "https://example.org/a",
    "https://example.org/a?utm_source=b", "en", "en;en", "xx", "zh-Hant", "AgMDAAA=", "e\u0301", "x" * 3_000,
    "#", "\\", "'",
]  # fmt: skip
PIECES = ['"', '""', ",", "\n", "\r", "\x00", "\x1b", "\u0663", "\ufeff", " ", "#", "x", "1", ";", "-"]
Place = st.integers(0, 10_000)
CHANGE = st.one_of(
    st.tuples(st.just("cell"), Place, Place, st.sampled_from(CELLS)),
    st.tuples(st.just("piece"), Place, Place, st.sampled_from(PIECES)),
    st.tuples(st.sampled_from(["remove", "repeat", "swap", "cut"]), Place, Place, st.just("")),
)


def changed(text: str, kind: str, one: int, other: int, new: str) -> str:
    """A table, changed in one place."""
    if kind in ("piece", "cut"):
        at = one % (len(text) + 1)
        return text[:at] + new + text[at:] if kind == "piece" else text[:at]
    rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    if not rows:
        return text
    row = rows[one % len(rows)]
    if kind == "cell":
        row[other % len(row)] = new
    elif kind == "swap":
        first, second = other % len(row), one % len(row)
        row[first], row[second] = row[second], row[first]
    elif kind == "remove":
        rows.remove(row)
    elif kind == "repeat":
        rows.insert(other % (len(rows) + 1), row)
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("promise")
    write_tiny(folder / "sound")
    yield folder
    shutil.rmtree(folder)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(changes=st.lists(st.tuples(st.sampled_from(TABLES), CHANGE), min_size=1, max_size=3))
def test_what_is_accepted_is_built_and_answers(
    place: Path, changes: list[tuple[str, tuple[str, int, int, str]]]
) -> None:
    package = place / "package"
    shutil.rmtree(package, ignore_errors=True)
    shutil.copytree(place / "sound", package)
    for table, change in changes:
        file = package / "data" / f"{table}.csv"
        try:
            text = changed(file.read_bytes().decode(), *change)
        except csv.Error:  # what an earlier change has broken is broken further by others alone
            continue
        file.write_bytes(text.encode())
    if any(problem.level == "error" for problem in validate(package)[1]):
        return
    edition = build_edition(package, place / "edition", validate=False)
    lineage = llmlineage.open(edition)
    for id in lineage.table("nodes").collect()["id"]:
        assert lineage.trace(id).nodes
        assert lineage.trace(id, "down").nodes
        lineage.terms(id)
        lineage.show(id)
