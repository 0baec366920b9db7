"""action.yml and .pre-commit-hooks.yaml, read and run as their platforms would."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import run
from tests.tiny import ROOT

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
CONFIG = ROOT / "examples" / "axolotl.yml"


def test_every_input_is_described_and_used() -> None:
    used = re.findall(r"inputs\.([a-z-]+)", json.dumps(ACTION["runs"]))
    assert set(used) == set(ACTION["inputs"])
    for settings in ACTION["inputs"].values():
        assert settings["description"].endswith(".")
        assert settings["required"] or settings["default"] == ""


def test_no_script_of_the_action_has_an_input_pasted_into_it() -> None:
    """A workflow may take an input from a pull request; as a variable it is never run."""
    assert not [step for step in ACTION["runs"]["steps"] if "${{" in step.get("run", "")]


def test_the_action_pins_a_python_that_the_package_takes() -> None:
    (setup,) = [step for step in ACTION["runs"]["steps"] if "uses" in step]
    assert isinstance(setup["with"]["python-version"], str)  # 3.10 as a number would be 3.1


@pytest.fixture
def act(tmp_path: Path, real_edition: Path) -> Any:
    """Run the last step with these inputs, as a runner does once the step before has installed us."""
    program = tmp_path / "temp" / "llmlineage" / "bin" / "llmlineage"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m llmlineage "$@"\n')
    program.chmod(0o755)
    given = {"RUNNER_TEMP": str(tmp_path / "temp"), "LLMLINEAGE_EDITION": str(real_edition)}
    given["GITHUB_STEP_SUMMARY"] = str(tmp_path / "summary.md")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **given}
    step = ACTION["runs"]["steps"][-1]
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]

    def start(**inputs: str) -> subprocess.CompletedProcess[str]:
        names = {name: re.findall(r"[a-z]+-?[a-z]+(?= )", value)[-1] for name, value in step["env"].items()}
        given = {name: inputs.get(put.replace("-", "_"), "") for name, put in names.items()}
        return subprocess.run(
            shell, cwd=tmp_path, env=environment | given, capture_output=True, text=True, check=False
        )

    return start


def test_the_action_annotates_and_fails_only_on_what_it_is_told(act: Any) -> None:
    told = act(configs=str(CONFIG), fail_on="noncommercial")
    assert told.returncode == 1 and "::error file=" in told.stdout
    untold = act(configs=str(CONFIG))
    assert untold.returncode == 0 and "::error" not in untold.stdout and "::notice file=" in untold.stdout


def test_the_action_writes_sarif_where_it_is_asked_to(act: Any, tmp_path: Path) -> None:
    assert act(configs=f"{CONFIG} {CONFIG.parent}", sarif="found.sarif").returncode == 0
    assert json.loads((tmp_path / "found.sarif").read_text())["version"] == "2.1.0"


def test_the_action_passes_over_what_was_judged_before(act: Any) -> None:
    judged = "noncommercial:yahma/alpaca-cleaned=research only\n\nnoncommercial:nothing=x\n"
    told = act(configs=str(CONFIG), fail_on="noncommercial", ignore=judged)
    assert told.returncode == 0 and "noncommercial:nothing" in told.stderr


def test_the_action_writes_the_verdicts_for_a_comment_and_for_the_page_of_the_job(
    act: Any, tmp_path: Path
) -> None:
    told = act(configs=str(CONFIG), fail_on="noncommercial", comment="comment.md")
    assert told.returncode == 1 and "failed on noncommercial" in told.stderr
    comment = (tmp_path / "comment.md").read_text(encoding="utf-8")
    assert "| **non-commercial: fails** |" in comment
    assert (tmp_path / "summary.md").read_text(encoding="utf-8") == comment


def test_the_action_takes_what_fails_from_the_settings_of_the_repository(act: Any, tmp_path: Path) -> None:
    (tmp_path / "llmlineage.toml").write_text('[audit]\nfail-on = ["provider-terms"]\n', encoding="utf-8")
    assert act(configs=str(CONFIG)).returncode == 1


def test_the_action_fails_where_a_config_cannot_be_read(act: Any) -> None:
    told = act(configs="gone.yml", sarif="found.sarif")
    assert told.returncode == 2 and told.stderr.count("gone.yml: cannot be read") == 1


def test_the_hook_runs_a_command_that_is_there_on_the_files_it_names(real_edition: Path) -> None:
    program, *arguments = [*shlex.split(HOOK["entry"]), *HOOK["args"]]
    assert program == "llmlineage" and HOOK["language"] == "python"
    for file in ("configs/axolotl.yml", "train.sh", "train.py"):
        assert re.search(HOOK["files"], file)
    found = run("--edition", real_edition, *arguments, CONFIG, ROOT / ".pre-commit-hooks.yaml")
    assert found.exit_code == 1
    assert run("--edition", real_edition, *arguments, ROOT / "action.yml").exit_code == 0
