"""A config that names records of the tiny package, and what an audit of one says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.conftest import run

CONFIG = """\
base_model: lab/base-7b
datasets:
  - path: lab/alpha
    split: train
  # - path: lab/dead
  - path: lab/Beta-1.0
    name: main
  - path: somebody/private
  - path: json
    data_files: ./own.jsonl
test_datasets:
  - path: lab/quiz
    split: test
adapter: qlora
sequence_len: 2048
"""
# A name that would act on a screen, on a CI system, in HTML, in Markdown and in front matter.
EVIL = "org/\x1b]0;x\x07\u202e\r\n\nModels\n::error::FORGED\n---\nlicense: mit\n<img src=x>[c](https://e.example)"


def audited(edition: Path, *arguments: str | Path) -> dict[str, Any]:
    (one,) = reported(edition, *arguments)["audits"]
    return dict(one)


def reported(edition: Path, *arguments: str | Path) -> dict[str, Any]:
    return dict(json.loads(run("--edition", edition, "audit", *arguments, "--json").stdout))


def written(path: Path, *names: str, base: str = "lab/base-7b") -> Path:
    """An axolotl config that names these datasets."""
    datasets = [{"path": name, "type": "alpaca"} for name in names]
    path.write_text(json.dumps({"base_model": base, "datasets": datasets}), encoding="utf-8")
    return path
