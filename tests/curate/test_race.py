"""Two that add at the same time each keep their row."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.tiny import ROOT, read_table


def test_rows_added_at_once_are_all_there(package: Path) -> None:
    calls = [
        subprocess.Popen(
            [
                sys.executable, "-m", "llmlineage", "add", "source", "--package", str(package),
                "--no-validate",
                "--kind", "paper", "--title", f"Race {number}", "--url", f"https://example.org/race{number}",
            ],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        for number in range(6)
    ]  # fmt: skip
    assert [call.wait(timeout=120) for call in calls] == [0] * 6
    titles = {row["title"] for row in read_table(package, "sources")}
    assert {f"Race {number}" for number in range(6)} <= titles
