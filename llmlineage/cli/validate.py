"""``llmlineage validate``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from llmlineage.checks import validate
from llmlineage.cli import options
from llmlineage.cli.paint import put
from llmlineage.errors import InvalidPackage, Problem, listing
from llmlineage.render import document, words


@click.command()
@click.argument("package", type=click.Path(exists=True, path_type=Path))
@options.format_options("text", "json")
@click.pass_context
def command(ctx: click.Context, package: Path, format: str) -> None:
    """Check a data package: its files, its schemas, and the rules of lineage.

    PACKAGE is the folder of a datapackage.json. Every problem is printed on a line of its own;
    the exit status is 1 where there are errors, 0 where there are none or only warnings.

    \b
    Examples:
      llmlineage validate .
      llmlineage validate path/to/package --json
    """
    problems = problems_of(package)
    counts = Counter[str](problem.level for problem in problems)
    if format == "json":
        listed = [document.problem(problem) for problem in problems]
        options.echo_json({"package": str(package), "valid": not counts["error"], "problems": listed})
    else:
        for level, heading in (("error", "Errors"), ("warning", "Warnings")):
            if counts[level]:
                put([f"{heading}:"])
                put(listing(problem for problem in problems if problem.level == level))
        verdict = "invalid" if counts["error"] else "valid"
        found = f"{words.plural(counts['error'], 'error')}, {words.plural(counts['warning'], 'warning')}"
        put([f"{package}: {verdict} ({found})"])
    ctx.exit(1 if counts["error"] else 0)


def problems_of(package: Path) -> list[Problem]:
    try:
        return validate(package)[1]
    except InvalidPackage as error:
        return list(error.problems)
