"""Two records side by side: how they are related, in what they differ, what both come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import run, told


def compared(edition: Path, *arguments: str) -> list[str]:
    result = run("--edition", edition, "compare", *arguments)
    assert result.exit_code == 0, result.output
    return told(result.stdout)


def test_differences_come_before_ways_and_these_before_common_ancestors(tiny_edition: Path) -> None:
    lines = compared(tiny_edition, "mix", "alpha")
    assert lines[0] == "mix is made from alpha, 1 step up"
    assert ["released", "2023", "2023-03-13"] in [line.split() for line in lines]
    assert ["license", "not", "looked", "up", "nc"] in [line.split() for line in lines]
    places = [lines.index(one) for one in ("Made from", "Way", "2 common ancestors")]
    assert places == sorted(places)
    assert lines[places[0] + 1] == "  only mix: beta-1.0"
    assert lines[-1] == "  2 steps above mix, 1 above alpha: seeds, writer"


def test_what_only_a_shared_parent_brings_is_not_called_a_difference(real_edition: Path) -> None:
    """OpenHermes 2's model is one step further from the data that OpenHermes 2.5 names itself."""
    text = "\n".join(compared(real_edition, "openhermes-2-mistral-7b", "openhermes-2.5"))
    made_from = text.partition("Made from\n")[2].partition("\n\n")[0]
    assert "only openhermes-2-mistral-7b: mistral-7b-v0.1\n" in made_from
    assert "glaive-code-assistant" in made_from and "camel-math" not in made_from


@pytest.mark.parametrize("width", ["60", "80", "120"])
def test_a_comparison_fits_the_terminal(
    real_edition: Path, width: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    for pair in (("ultrafeedback", "ultrafeedback-binarized-cleaned"), ("alpaca", "alpaca-cleaned")):
        lines = compared(real_edition, *pair)
        assert all(len(line) <= int(width) or "https://" in line for line in lines)


def test_a_benchmark_that_was_taken_out_is_the_difference(real_edition: Path) -> None:
    lines = compared(real_edition, "ultrafeedback", "ultrafeedback-binarized-cleaned")
    assert lines[lines.index("Benchmarks") + 1] == "  only ultrafeedback: truthful-qa (test)"
    assert any(line.startswith("  and ") and line.endswith(" further up") for line in lines)
    assert lines[-1] == "--full names all"
