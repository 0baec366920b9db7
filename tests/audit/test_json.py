"""The JSON of an audit has one shape and one order, whatever was found, so that scripts can rely on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmlineage.audit import CATEGORIES
from tests.audit.made import audited, reported, written

AUDIT = ["file", "framework", "guessed", "base_models", "datasets", "merge", "verdict", "inherited",
         "benchmarks", "double_counted", "unknown", "no_record"]  # fmt: skip
DATASET = ["name", "subset", "split", "weight", "role", "id", "rows", "license", "writers"]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_json_has_one_shape_however_many_configs(edition: Path, tmp_path: Path, count: int) -> None:
    paths = [written(tmp_path / f"{number}.json", "lab/alpha", "no/where") for number in range(count)]
    result = reported(edition, *paths, tmp_path / "gone.yml")
    assert list(result) == ["edition", "audits", "failed", "findings"]
    assert [one["file"] for one in result["audits"]] == list(map(str, paths))
    assert [list(one) for one in result["failed"]] == [["file", "problem"]]
    for path in paths:
        found = [(one["category"], one["id"]) for one in result["findings"] if one["file"] == str(path)]
        assert ("noncommercial", "alpha") in found and ("no-record", "no/where") in found
    for one in result["findings"]:
        assert list(one) == ["category", "file", "id", "ignored"] and one["ignored"] is None


@pytest.mark.parametrize(
    "text",
    ["alpha\n", "no/where\n", "seeds\nalpha\nbeta-1.0\n", "---\nlicense: nc\nbase_model: lab/base-7b\n---\n"],
)
def test_each_audit_has_the_promised_keys_first_in_the_promised_order(
    edition: Path, tmp_path: Path, text: str
) -> None:
    path = tmp_path / ("card.md" if text.startswith("---") else "names.txt")
    path.write_text(text, encoding="utf-8")
    one = audited(edition, path)
    assert list(one)[: len(AUDIT)] == AUDIT
    assert list(one["verdict"]) == list(CATEGORIES)
    assert list(one["inherited"]) == ["root", "own", "inherited", "conflicts", "unknown"]
    for dataset in one["datasets"]:
        assert list(dataset) == DATASET
    assert (one["inherited"]["own"] or {}).get("id") == ("nc" if path.suffix == ".md" else None)


def test_the_verdict_counts_what_the_findings_list_and_names_the_first(edition: Path, config: Path) -> None:
    result = reported(edition, config)
    (one,) = result["audits"]
    for category, said in one["verdict"].items():
        found = [each["id"] for each in result["findings"] if each["category"] == category]
        assert said["count"] == len(found)
        assert (said["nearest"] or {}).get("id") == (found[0] if found else None)
    assert [step["child"] for step in one["verdict"]["benchmark-test"]["nearest"]["via"]] == ["beta-1.0"]


def test_what_was_rewritten_or_named_outright_has_its_way(edition: Path, config: Path) -> None:
    one = audited(edition, config)
    for each in (*one["benchmarks"], *one["inherited"]["inherited"]):
        assert "via" in each and "component" in each and "altered" in each
    assert {"id", "reason"} == set(one["unknown"][0])
