"""The tables that are measured: written from the lists, keeping what cannot be read here."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from llmlineage.checks import validate
from tests.content.rows import write
from tests.tiny import ROOT, read_table, write_tiny

COMMIT = "0123456789abcdef0123456789abcdef01234567"
PLACE = f"https://github.com/lab/data/blob/{COMMIT}"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A copy of the pipeline with lists of its own, a package, and the files that the lists name."""
    for name in ("build", "llmlineage"):
        (tmp_path / name).symlink_to(ROOT / name)
    write_tiny(tmp_path / "package")
    files = tmp_path / "files" / "lab" / "data" / COMMIT
    files.mkdir(parents=True)
    seeds = [
        {"text": f"ask how many apples and pears there are in box {n} of the old cellar"} for n in range(9)
    ]
    write(files / "seeds.jsonl", seeds)
    write(files / "alpha.jsonl", [{"prompt": f"other {n}", "completion": f"text {n}"} for n in range(50)])
    return tmp_path


LISTS = {
    "fingerprints": [
        {"dataset": "alpha", "part": "", "data": f"{PLACE}/alpha.jsonl", "source": "card"},
        {"dataset": "mix", "part": "", "data": f"{PLACE}/nowhere.jsonl", "source": "card"},
    ],
    "ngrams": [{"benchmark": "seeds", "part": "", "data": f"{PLACE}/seeds.jsonl", "source": "card"}],
    "measurements": [
        {
            "child": "alpha", "relation": "seeded_by", "parent": "seeds",
            "child_data": f"{PLACE}/alpha.jsonl",
            "parent_data": f"{PLACE}/seeds.jsonl", "parent_whole": "yes", "source": "card",
        },
    ],
}  # fmt: skip


def test_what_is_listed_is_measured_and_the_rest_is_kept(workspace: Path) -> None:
    lists = workspace / "lists"
    lists.mkdir()
    for name, rows in LISTS.items():
        own = ROOT / "build" / "rows" / f"{name}.csv"
        header = own.read_text(encoding="utf-8").splitlines()[0].split(",")
        with (lists / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header, restval="")
            writer.writeheader()
            writer.writerows(rows)
    script = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'build')!r}]\n"
        "from pathlib import Path; import measured; "
        f"measured.LISTS = Path({str(lists)!r}); "
        f"measured.measure(Path({str(workspace / 'package')!r}), Path({str(workspace / 'files')!r}))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "nowhere.jsonl: is not here; it is https://github.com/lab/data" in result.stderr
    package = workspace / "package"
    prints = read_table(package, "fingerprints")
    assert [(row["dataset"], row["field"], row["rows"]) for row in prints] == [
        ("alpha", "both", "50"), ("alpha", "prompt", "50"), ("alpha", "response", "50"),
        ("seeds", "prompt", "175"),
    ]  # fmt: skip
    assert prints[0]["revision"] == COMMIT
    grams = [(row["words"], row["block"], row["items"]) for row in read_table(package, "ngrams")]
    assert grams == [("13", "0", "9"), ("8", "0", "9")]
    (measurement,) = read_table(package, "measurements")
    assert (measurement["shared"], measurement["verdict"]) == ("0", "cannot tell")
    assert [problem for problem in validate(package)[1] if problem.level == "error"] == []


def test_the_lists_of_this_repository_name_records_and_revisions() -> None:
    sys.path.insert(0, str(ROOT / "build"))
    from measured import GITHUB, LISTS

    known = {row["id"] for row in csv.DictReader((ROOT / "data" / "datasets.csv").open(encoding="utf-8"))}
    sources = {row["id"] for row in csv.DictReader((ROOT / "data" / "sources.csv").open(encoding="utf-8"))}
    for path in LISTS.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                assert {
                    row[name] for name in ("dataset", "benchmark", "child", "parent") if name in row
                } <= known
                assert row["source"] in sources
                for name in ("data", "child_data", "parent_data"):
                    assert name not in row or GITHUB.fullmatch(row[name]) or row[name].startswith("hub:")
