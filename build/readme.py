"""Rewrite the outputs that README.md and docs/ show, so that they never show what is not printed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

_BLOCK = re.compile(
    r"<!-- output: llmlineage (?P<command>.+?)(?: \| head -(?P<lines>\d+))? -->\n.*?<!-- /output -->",
    re.DOTALL,
)


def pages(root: Path) -> list[Path]:
    """Every page that may show outputs."""
    return [root / "README.md", *sorted((root / "docs").glob("*.md"))]


def refreshed(text: str, edition: Path) -> str:
    """The page with every ``<!-- output: COMMAND -->`` block holding what COMMAND prints now.

    The output is that of an 80-column terminal without colour; ``COMMAND | head -N`` shows its beginning.
    """
    return _BLOCK.sub(lambda block: render(block["command"], block["lines"], edition), text)


def render(command: str, lines: str | None, edition: Path) -> str:
    from click.testing import CliRunner

    from llmlineage.cli import main

    arguments = ["--edition", str(edition), *shlex.split(command)]
    result = CliRunner(env={"COLUMNS": "80"}).invoke(main, arguments, catch_exceptions=False)
    if result.exit_code:
        raise RuntimeError(f"llmlineage {command} fails: {result.stderr}")
    asked = f"{command} | head -{lines}" if lines else command
    output = "\n".join(result.stdout.rstrip().split("\n")[: int(lines) if lines else None])
    shown = f"```console\n$ llmlineage {asked}\n{output}\n```"
    return f"<!-- output: llmlineage {asked} -->\n{shown}\n<!-- /output -->"
