"""README.md and docs/ show what the program prints, and their commands are those that are tested."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmlineage.cli import COMMANDS
from tests.tiny import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/README.md")]
PAGES += sorted((ROOT / "docs").glob("*.md"))


def block(name: str) -> str:
    """The command between two markers of the README."""
    match = re.search(rf"<!-- {name} -->\n```sh\n(.+?)\n```\n<!-- /{name} -->", README, re.DOTALL)
    assert match is not None
    return match[1]


def test_pages_show_what_the_program_prints(real_edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "build")
    monkeypatch.chdir(ROOT)
    from readme import pages, refreshed

    assert ROOT / "README.md" in pages(ROOT) and len(pages(ROOT)) > 1
    for page in pages(ROOT):
        text = page.read_text(encoding="utf-8")
        assert refreshed(text, real_edition) == text, "run: python build readme"


def test_a_block_may_show_the_beginning_of_an_output(
    tiny_edition: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT / "build")
    from readme import refreshed

    stale = "<!-- output: llmlineage trace alpha -q | head -2 -->\nold\n<!-- /output -->"
    assert refreshed(stale, tiny_edition).splitlines()[1:-1] == [
        "```console",
        "$ llmlineage trace alpha -q | head -2",
        "alpha",
        "seeds",
        "```",
    ]


def test_readme_is_read_in_one_go() -> None:
    assert len(README.splitlines()) < 400


def test_every_command_is_in_the_readme() -> None:
    table = README.partition("\n## Ask\n")[2].partition("\n\nA NAME")[0]
    assert set(re.findall(r"(?:`|, `)(?:llmlineage )?([a-z]+)", table)) >= set(COMMANDS)


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


def links(page: Path) -> Iterator[str]:
    """Where the links of a page lead, as written, outside of what is code."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    yield from re.findall(r"\]\(([^)\s]+)\)", text)


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_to_this_repository_lead_somewhere(page: Path) -> None:
    for link in links(page):
        place, _, anchor = link.partition("#")
        if ":" in place:
            continue
        target = (page.parent / place).resolve() if place else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_a_link_that_leads_nowhere_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A heading, of words\n[a](#a-heading-of-words) `[b](none)` [c](gone.md#x)\n")
    assert (list(links(page)), anchors(page)) == (
        ["#a-heading-of-words", "gone.md#x"],
        {"a-heading-of-words"},
    )


@pytest.mark.parametrize("extra", re.findall(r"^\| `([a-z]+)` \|", README, re.MULTILINE))
def test_an_extra_of_the_readme_is_one_of_the_package(extra: str) -> None:
    assert f"\n{extra} = [" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
