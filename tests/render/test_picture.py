"""A trace as a picture: the records and steps of it, and nothing that the data could do to a page."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from llmlineage.edition import open_edition
from llmlineage.graph.lineage import Trace, trace
from llmlineage.graph.terms.licences import read_licences
from llmlineage.render.picture import MOST, picture, scene
from tests.conftest import run

pytest.importorskip("fast_sugiyama")
SVG = "{http://www.w3.org/2000/svg}"


def drawn(
    edition: Path, id: str, direction: str = "up", depth: int | None = None
) -> tuple[Trace, ElementTree.Element]:
    opened = open_edition(edition)
    found = trace(opened, id, "down" if direction == "down" else "up")
    return found, ElementTree.fromstring("\n".join(picture(found, read_licences(opened), depth)))


def test_a_picture_names_every_record_of_a_small_trace(tiny_edition: Path) -> None:
    found, svg = drawn(tiny_edition, "mix", depth=99)
    names = {text.text for text in svg.iter(f"{SVG}text") if text.get("class") == "name"}
    assert names == {node.name for node in found.nodes}


def test_what_came_before_stands_to_the_left(real_edition: Path) -> None:
    _, svg = drawn(real_edition, "zephyr-7b-beta", depth=1)
    groups = [group for group in svg.iter(f"{SVG}g") if group.find(f"{SVG}text[@class='name']") is not None]
    at = {
        group.findtext(f"{SVG}text[@class='name']"): float((group.get("transform") or "")[10:].split()[0])
        for group in groups
    }
    (root,) = [name for name in at if name == "Zephyr 7B Beta"]
    assert all(x < at[root] for name, x in at.items() if name != root)


@pytest.mark.parametrize(
    ("id", "direction"), [("openhermes-2.5", "up"), ("gpt-4", "down"), ("wikipedia", "down")]
)
def test_leaves_are_folded_and_counted(real_edition: Path, id: str, direction: str) -> None:
    found, svg = drawn(real_edition, id, direction)
    boxes, _ = scene(found, 1)
    assert len(boxes) <= MOST and sum(box.folded for box in boxes) > 0
    assert any(" more of " in (text.text or "") for text in svg.iter(f"{SVG}text"))


def test_one_record_alone_is_marked_as_the_one_that_was_asked_for(real_edition: Path) -> None:
    _, svg = drawn(real_edition, "zephyr-7b-beta")
    assert sum("asked" in (path.get("class") or "").split() for path in svg.iter(f"{SVG}path")) == 1


def test_a_record_with_no_step_is_a_picture_too(real_edition: Path) -> None:
    _, svg = drawn(real_edition, "wikipedia")
    assert svg.get("role") == "img" and svg.find(f"{SVG}g") is not None


def test_the_command_prints_it(tiny_edition: Path) -> None:
    result = run("--edition", tiny_edition, "trace", "mix", "--format", "svg")
    assert result.exit_code == 0 and ElementTree.fromstring(result.stdout).tag == f"{SVG}svg"
