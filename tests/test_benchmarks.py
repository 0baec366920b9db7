"""The benchmarks run: each script at a small size, so that none is found broken when it is needed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from llmlineage.checks import validate
from llmlineage.edition.compile import build_edition
from llmlineage.package import TABLES
from tests.tiny import ROOT


def benchmark(name: str, *arguments: str | Path) -> str:
    """What a script prints."""
    command = [sys.executable, ROOT / "benchmarks" / f"{name}.py", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("data/*.csv")}


@pytest.mark.parametrize("nodes", [40, 2_000])
def test_a_generated_package_is_whole_at_any_size(tmp_path: Path, nodes: int) -> None:
    package = tmp_path / "package"
    benchmark("generate", package, "--nodes", str(nodes))
    assert contents(package).keys() == {f"{table}.csv" for table in TABLES}
    assert validate(package)[1] == []
    assert (build_edition(package, tmp_path / "edition") / "nodes.parquet").is_file()


def test_a_generated_package_is_the_same_every_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        benchmark("generate", tmp_path / name, "--nodes", "600")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_look_ups_and_pipeline_are_measured(tmp_path: Path) -> None:
    table = benchmark("run", "--runs", "1", "--nodes", "2000", "--keep", tmp_path / "kept")
    for row in ("import polars", "trace OpenHermes-2", "audit", "validate", "python build", "closure of"):
        assert row in table


def test_commands_over_rows_are_measured(tmp_path: Path) -> None:
    parts = ("fingerprint", "memory", "exact", "near")
    table = benchmark("rows", *parts, "--runs", "1", "--scale", "0.001", "--keep", tmp_path)
    assert table.count("| llmlineage |") == 2 and "| llmlineage --near |" in table
    # Nothing that is no near match is called one, whatever of them is found among so few.
    assert "recall against every pair of 200 rows: " in table and "found beyond them: 0" in table


def test_configs_are_held_against_a_list(tmp_path: Path) -> None:
    shutil.copy(ROOT / "examples" / "axolotl.yml", tmp_path)
    named = "yahma/alpaca-cleaned; meta-math/MetaMathQA; openai/gsm8k,meta-llama/Llama-3.1-8B"
    (tmp_path / "MANIFEST.csv").write_text(
        "file,framework,datasets,base_models,datasets_resolved,base_models_resolved,note\n"
        f"axolotl.yml,axolotl,{named},{named},\n"
        f"gone.yml,axolotl,{named},{named},\n"
    )
    said = benchmark("configs", tmp_path)
    assert "| all | 1 | 100.0% / 100.0% | 100.0% / 100.0% | 100.0% / 100.0% | 100.0% / 100.0% |" in said
    assert "1 files of the manifest are not in the folder" in said


def test_names_that_lead_to_a_record_are_counted(
    tmp_path: Path, real_edition: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMLINEAGE_EDITION", str(real_edition))
    shutil.copy(ROOT / "examples" / "axolotl.yml", tmp_path)
    assert f"| {tmp_path.name}, datasets | 3 | 100.0% | 100.0% of 3 |" in benchmark("mentions", tmp_path)
