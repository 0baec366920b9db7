"""The page that ships is what its source builds, and small."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from pathlib import Path

import pytest

from llmlineage.explorer import shell
from tests.tiny import ROOT

SOURCE = ROOT / "explorer"
VITE = SOURCE / "node_modules" / ".bin" / "vite"
SHIPPED = {"explorer.js", "explorer.css", "plain.css", "licences.txt"}


def test_the_page_holds_these_files_and_no_others() -> None:
    assert {path.name for path in shell.FOLDER.iterdir()} == SHIPPED


def test_the_page_is_small() -> None:
    packed = sum(len(gzip.compress(path.read_bytes())) for path in shell.FOLDER.iterdir())
    assert packed < 80_000


@pytest.mark.parametrize("library", ["preact", "minisearch", "@dagrejs/dagre"])
def test_the_licence_of_what_is_bundled_ships_with_it(library: str) -> None:
    text = shell.built("licences.txt")
    assert library in text and "Permission is hereby granted" in text


def test_a_script_cannot_end_its_own_element() -> None:
    assert "</script" not in shell.built("explorer.js").lower() and "<!--" not in shell.built("explorer.js")


@pytest.mark.skipif(not VITE.exists(), reason="what builds the page lacks: npm ci in explorer/")
@pytest.mark.skipif(shutil.which("node") is None, reason="node lacks")
def test_the_page_is_what_its_source_builds(tmp_path: Path) -> None:
    subprocess.run(
        [str(VITE), "build", "--outDir", str(tmp_path), "--logLevel", "error"],
        cwd=SOURCE,
        check=True,
        timeout=120,
    )
    for name in ("explorer.js", "explorer.css"):
        assert (tmp_path / name).read_bytes() == (shell.FOLDER / name).read_bytes(), (
            f"{name}: run 'npm run build'"
        )
    assert (SOURCE / "src" / "plain.css").read_bytes() == (shell.FOLDER / "plain.css").read_bytes()


@pytest.mark.skipif(not VITE.exists(), reason="what builds the page lacks: npm ci in explorer/")
def test_the_source_of_the_page_is_sound() -> None:
    done = subprocess.run(
        [str(VITE.with_name("tsc")), "--noEmit"],
        cwd=SOURCE,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout
