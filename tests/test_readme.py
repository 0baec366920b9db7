"""The README shows what the program prints, and its commands are those that are tested."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.tiny import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(name: str) -> str:
    """The command between two markers of the README."""
    match = re.search(rf"<!-- {name} -->\n```sh\n(.+?)\n```\n<!-- /{name} -->", README, re.DOTALL)
    assert match is not None
    return match[1]


def test_readme_shows_what_the_program_prints(real_edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "build")
    from readme import refreshed

    assert refreshed(README, real_edition) == README, "run: python build readme"


def test_readme_python_example_runs(real_edition: Path) -> None:
    example = re.search(r"```python\n(import llmlineage.+?)```", README, re.DOTALL)
    assert example is not None
    script = example[1] + "print(trace.root, nodes.height, edges.height)"
    environment = {"LLMLINEAGE_EDITION": str(real_edition), "PATH": "", "PYTHONPATH": str(ROOT)}
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=False
    )
    assert result.stderr == ""
    assert result.stdout.startswith("openhermes-2-mistral-7b ")


def test_readme_test_command_is_what_runs_here() -> None:
    assert block("test").endswith("&& .venv/bin/pytest")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of what git tracks with the libraries that are here already."""
    folder = tmp_path_factory.mktemp("wheel")
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    for file in filter(None, tracked.split("\0")):
        target = folder / "source" / file
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / file).is_file():
            shutil.copy(ROOT / file, target)
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(folder),
        str(folder / "source"),
    ]
    # Not from the checkout: its folder build/ would stand before the package build.
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)
    return next(folder.glob("*.whl"))


def test_the_wheel_alone_traces(wheel: Path, tmp_path: Path) -> None:
    """Installed with its declared dependencies and no extras, in a new environment."""
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "-q", wheel], check=True, capture_output=True, timeout=300
    )
    command = [tmp_path / "env" / "bin" / "llmlineage", "trace", "OpenHermes-2"]
    traced = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert traced.stdout.startswith("OpenHermes 2 - Mistral 7B")
    table = "import llmlineage; print(llmlineage.table('derivations').collect().height)"
    assert int(
        subprocess.run([python, "-c", table], capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    )
    lacking = subprocess.run(
        [*command[:1], "validate", ROOT], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert lacking.returncode == 2
    assert "pip install 'llmlineage[curate]'" in lacking.stderr
    rows = subprocess.run(
        [*command[:1], "overlap", ROOT, ROOT], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert rows.returncode == 2
    assert "pip install 'llmlineage[content]'" in rows.stderr


def test_an_invalid_package_cannot_be_installed(tmp_path: Path) -> None:
    for folder in ("llmlineage", "schemas", "build", "data"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("_edition", "__pycache__")
        )
    for file in ("pyproject.toml", "datapackage.json", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, tmp_path)
    derivations = tmp_path / "data" / "derivations.csv"
    lines = derivations.read_text(encoding="utf-8").splitlines(keepends=True)
    derivations.write_text(
        "".join([lines[0], "nobody,includes,alpaca,,,,stated,,nowhere,\n", *lines[1:]]), encoding="utf-8"
    )
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tmp_path / "out"),
        str(tmp_path),
    ]
    result = subprocess.run(
        command, cwd=tmp_path.parent, capture_output=True, text=True, timeout=300, check=False
    )
    assert result.returncode != 0
    assert "data/derivations.csv:2 child nobody: is not an id of datasets" in result.stdout + result.stderr
    assert not list((tmp_path / "out").glob("*.whl"))
