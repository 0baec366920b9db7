"""Every report that states facts says of which edition they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import run
from tests.tiny import ROOT

CALLS = [
    ["trace", "zephyr-7b-beta"],
    ["show", "zephyr-7b-beta"],
    ["show", "card-dataset-berkeley-nest-nectar"],
    ["why", "zephyr-7b-beta", "mistral-7b-v0.1"],
    ["terms", "limo"],
    ["benchmarks", "limo"],
    ["compare", "openhermes-2.5", "slimorca"],
    ["audit", str(ROOT / "examples" / "axolotl.yml")],
]


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_the_last_line_names_the_edition(real_edition: Path, call: list[str]) -> None:
    lines = run("--edition", real_edition, *call).stdout.splitlines()
    assert lines[-1].startswith("Edition ") and not any(line.startswith("Edition ") for line in lines[:-1])


def test_what_programs_read_is_without_it(real_edition: Path) -> None:
    ids = run("--edition", real_edition, "trace", "limo", "-q").stdout
    assert "Edition" not in ids
