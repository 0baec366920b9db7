"""The sdist holds what a wheel is made of, and the wheel alone, in an empty folder, answers."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from tests.tiny import ROOT

LICENCES = {"LICENSE", "LICENSE-data"}


def tracked(folder: Path) -> Path:
    """A copy of what git tracks here, with the changes of the checkout."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    for file in filter(None, listed.stdout.split("\0")):
        if (ROOT / file).is_file():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, folder / file)
    return folder


def build(source: Path, output: Path) -> subprocess.CompletedProcess[str]:
    """Make an sdist, and a wheel of what the sdist holds, with the libraries that are here already."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(output), str(source)]
    # Not from the checkout: its folder build/ would stand before the package build.
    return subprocess.run(
        command, cwd=source.parent, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("distributions")
    done = build(tracked(folder / "source"), folder / "made")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "made"


@pytest.fixture
def wheel(distributions: Path) -> Path:
    return next(distributions.glob("*.whl"))


def test_an_sdist_holds_what_a_wheel_is_made_of_and_nothing_else(distributions: Path) -> None:
    with tarfile.open(next(distributions.glob("*.tar.gz"))) as sdist:
        files = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"pyproject.toml", "README.md", "datapackage.json", "build/hook.py"} | LICENCES <= files
    assert {f"data/{path.name}" for path in ROOT.glob("data/*.csv")} <= files
    assert not {file for file in files if file.startswith((".ci", ".github", "benchmarks", "tests"))}


def test_a_wheel_holds_package_edition_schemas_and_licences(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        files = set(archive.namelist())
    assert {"llmlineage/_edition/lineage.sqlite", "llmlineage/_schemas/datasets.json"} <= files
    page = {"explorer.js", "explorer.css", "plain.css", "licences.txt"}
    assert {name for name in files if "/explorer/page/" in name} == {
        f"llmlineage/explorer/page/{n}" for n in page
    }
    assert {name.rpartition("/")[2] for name in files if "/licenses/" in name} == LICENCES
    assert not {name for name in files if not name.startswith(("llmlineage/", "llmlineage-"))}


def test_the_wheel_alone_answers_and_what_it_tells_to_install_works(wheel: Path, tmp_path: Path) -> None:
    """Installed with its declared dependencies and no extras, in a new environment, in an empty folder."""
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    folder = tmp_path / "empty"
    folder.mkdir()

    def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)

    assert run(python, "-m", "pip", "install", "-q", wheel).returncode == 0
    program = python.with_name("llmlineage")
    assert run(program, "trace", "OpenHermes-2").stdout.startswith("OpenHermes 2 - Mistral 7B")
    script = "import llmlineage as l; l.open(); print(l.table('derivations').collect().height)"
    assert int(run(python, "-c", script).stdout) > 1000
    lacking = run(program, "validate", ROOT)
    assert lacking.returncode == 2 and f"{python} -m pip install '{wheel}[curate]'" in lacking.stderr
    overlap = [program, "overlap", ROOT / "examples" / "child.jsonl", ROOT / "examples" / "parent.jsonl"]
    lacking = run(*overlap)
    assert lacking.returncode == 2
    told = lacking.stderr.strip().partition("not installed: ")[2]
    installed = run("bash", "-c", told)
    assert installed.returncode == 0, installed.stderr
    assert run(*overlap).returncode == 0


def test_an_invalid_package_cannot_be_installed(tmp_path: Path) -> None:
    derivations = tracked(tmp_path / "source") / "data" / "derivations.csv"
    lines = derivations.read_text(encoding="utf-8").splitlines(keepends=True)
    said = {"child": "nobody", "relation": "includes", "parent": "alpaca", "basis": "stated"}
    said["source"] = "nowhere"
    row = ",".join(said.get(column, "") for column in lines[0].strip().split(","))
    derivations.write_text("".join([lines[0], f"{row}\n", *lines[1:]]), encoding="utf-8")
    result = build(tmp_path / "source", tmp_path / "out")
    assert result.returncode != 0
    assert "data/derivations.csv:2 child nobody: is not an id of datasets" in result.stdout + result.stderr
    assert not list((tmp_path / "out").glob("*.whl"))
