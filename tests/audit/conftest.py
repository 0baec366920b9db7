"""The tiny package with a benchmark of which the test split stands in beta, and a licence on beta itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.audit.made import CONFIG
from tests.conftest import run
from tests.tiny import read_table, write_table, write_tiny


@pytest.fixture(scope="session")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("audit")
    package = write_tiny(folder / "package")
    datasets = read_table(package, "datasets")
    for row in datasets:
        row["license"] = {"alpha": "nc", "beta-1.0": "free"}.get(row["id"], row["license"])
    quiz = {"id": "quiz", "name": "Quiz", "kind": "benchmark", "hub_id": "lab/quiz", "status": "available"}
    datasets.append(quiz | {"upstream": "root", "source": "card"})
    write_table(package, "datasets", datasets)
    edge = {"child": "beta-1.0", "relation": "includes", "parent": "quiz", "part": "test", "split": "test"}
    edges = [*read_table(package, "derivations"), edge | {"basis": "stated", "source": "card"}]
    write_table(package, "derivations", edges)
    result = run("build", package, "-o", folder / "edition", "--no-validate")
    assert result.exit_code == 0
    return folder / "edition"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yml"
    path.write_text(CONFIG, encoding="utf-8")
    return path
