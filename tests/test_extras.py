"""A missing extra is asked for in words that work from wherever the package was installed."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from llmlineage.errors import MissingExtra
from tests.tiny import ROOT

Installed = Callable[[object], None]
REQUIRES = ["click>=8", "rensa>=0.5; extra == 'content'", 'numpy>=1; extra == "content"', "x; extra == 'hub'"]


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Installed:
    """Says what the installer recorded; None where the package is not installed at all."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(tmp_path / ".venv" / "bin" / "python"))

    def record(origin: object) -> None:
        def distribution(_: str) -> SimpleNamespace:
            if origin is None:
                raise PackageNotFoundError
            text = origin if isinstance(origin, str) else json.dumps(origin)
            return SimpleNamespace(read_text=lambda _: text, requires=REQUIRES)

        monkeypatch.setattr(importlib.metadata, "distribution", distribution)

    return record


def asked() -> str:
    """What the message tells to run, without the pip of this Python."""
    return str(MissingExtra("rensa", "content")).partition(" -m pip install ")[2]


def local(path: Path, **others: Any) -> dict[str, Any]:
    return {"url": path.as_uri(), **others}


def test_an_index_is_asked_by_name(installed: Installed) -> None:
    for nothing in ("", "{}", "[]", "not JSON"):
        installed(nothing)
        assert asked() == "'llmlineage[content]'"


def test_a_clone_is_asked_from_within_and_from_elsewhere(
    installed: Installed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(local(tmp_path, dir_info={}))
    assert asked() == "'.[content]'"
    installed(local(tmp_path, dir_info={"editable": True}))
    assert asked() == "-e '.[content]'"
    clone = tmp_path / "my clone"
    clone.mkdir()
    installed(local(clone, dir_info={}))
    assert asked() == "'./my clone[content]'"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert asked() == f"'{clone}[content]'"


def test_a_wheel_is_asked_by_its_path(installed: Installed, tmp_path: Path) -> None:
    wheel = tmp_path / "dist" / "llmlineage-1-py3-none-any.whl"
    wheel.parent.mkdir()
    wheel.touch()
    installed(local(wheel, archive_info={}))
    assert asked() == "'./dist/llmlineage-1-py3-none-any.whl[content]'"


def test_where_the_clone_or_wheel_is_gone_the_libraries_are_named(
    installed: Installed, tmp_path: Path
) -> None:
    installed(local(tmp_path / "gone", dir_info={}))
    assert asked() == "'rensa>=0.5' 'numpy>=1'"


def test_a_repository_is_asked_at_the_revision_that_was_asked_for(installed: Installed) -> None:
    origin = {"url": "https://example.org/x.git", "vcs_info": {"vcs": "git", "commit_id": "0" * 40}}
    installed(origin)
    assert asked() == "'llmlineage[content] @ git+https://example.org/x.git'"
    origin["vcs_info"]["requested_revision"] = "v1"  # type: ignore[index]
    installed(origin | {"subdirectory": "py"})
    assert asked() == "'llmlineage[content] @ git+https://example.org/x.git@v1#subdirectory=py'"
    installed({"url": "file:///srv/x", "vcs_info": {"vcs": "git", "requested_revision": "v1"}})
    assert asked() == "'llmlineage[content] @ git+file://localhost/srv/x@v1'"


def test_an_archive_of_the_web_is_asked_by_its_address(installed: Installed) -> None:
    installed({"url": "https://example.org/x.whl", "archive_info": {}})
    assert asked() == "'llmlineage[content] @ https://example.org/x.whl'"


def test_a_checkout_that_runs_uninstalled_is_asked_by_its_path(installed: Installed) -> None:
    installed(None)
    assert asked() == f"'{ROOT}[content]'"


def test_the_python_that_runs_is_the_one_that_gets_it(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed("")
    assert str(MissingExtra("rensa", "content")).endswith(
        "rensa, which is not installed: .venv/bin/python -m pip install 'llmlineage[content]'"
    )
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert "uv pip install --python .venv/bin/python " in str(MissingExtra("rensa", "content"))


def test_the_message_outlives_a_pool_of_processes() -> None:
    error = MissingExtra("rensa", "content")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.extra) == (str(error), "content")


def test_nothing_of_it_is_imported_before_it_is_needed() -> None:
    script = "import sys, llmlineage.errors; print('llmlineage.extras' in sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout == "False\n"


def test_every_command_over_rows_says_what_is_missing(tmp_path: Path) -> None:
    """Whichever module is imported first, the message is ours."""
    script = (
        "import sys; sys.modules[{library!r}] = None; "
        "from llmlineage.cli import main; main(sys.argv[1:], prog_name='llmlineage')"
    )
    for library in ("datasketches", "polars_hash"):
        for call in (["fingerprint", "a.jsonl", "-o", "b.parquet"], ["overlap", "a", "b"], ["identify", "a"]):
            done = subprocess.run(
                [sys.executable, "-c", script.format(library=library), *call],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 2 and "content]" in done.stderr, (library, call, done.stderr)
