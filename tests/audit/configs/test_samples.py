"""Real configs, which are not in this repository, are read as a careful reader read them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from llmlineage.audit import configs
from llmlineage.errors import ConfigError
from tests.tiny import ROOT

SAMPLES = ROOT.parent / "shared" / "samples" / "configs"


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    manifest = SAMPLES / "MANIFEST.csv"
    if not manifest.exists():
        pytest.skip(f"{manifest} is not there: the samples are other people's files and are not published")
    with manifest.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if "shared_parent" not in row["note"]]


def test_real_configs_are_read_right(rows: list[dict[str, str]]) -> None:
    present = [
        row for row in rows if row["file"].endswith((".yaml", ".yml")) and (SAMPLES / row["file"]).exists()
    ]
    assert len(present) > 50
    columns = ("datasets", "base_models", "datasets_resolved", "base_models_resolved")
    right, found, expected = (dict.fromkeys(columns, 0) for _ in range(3))
    for row in present:
        extracted = extract(SAMPLES / row["file"])
        for column in columns:
            wanted = {part.strip() for part in row[column].split(";") if part.strip()}
            right[column] += len(wanted & extracted[column])
            found[column] += len(extracted[column])
            expected[column] += len(wanted)
    for column, mark in zip(columns, (0.99, 0.99, 0.95, 0.95), strict=True):
        assert right[column] >= mark * found[column], f"precision of {column}"
        assert right[column] >= mark * expected[column], f"recall of {column}"


def extract(path: Path) -> dict[str, set[str]]:
    try:
        found = configs.read(path, SAMPLES)
    except ConfigError:
        found = []
    datasets = [use for config in found for use in config.datasets if use.role == "train"]
    models = [use for config in found for use in config.models if use.role == "base"]
    return {
        "datasets": {use.name for use in datasets if not use.inherited},
        "base_models": {use.name for use in models if not use.inherited},
        "datasets_resolved": {use.stands_for or use.name for use in datasets},
        "base_models_resolved": {use.stands_for or use.name for use in models},
    }
