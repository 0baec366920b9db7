"""``llmlineage validate``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from llmlineage.checks import validate
from llmlineage.checks.beneath import Finding
from llmlineage.cli import options
from llmlineage.cli.paint import put, width
from llmlineage.curate.changes import Changes, changed_rows, is_changed
from llmlineage.curate.fix import Fix, fix
from llmlineage.errors import InvalidPackage, Problem, listing
from llmlineage.package import read_package
from llmlineage.render import document, words
from llmlineage.render.wrapping import indented


@click.command()
@click.argument("package", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--all", "everything", is_flag=True, help="Show the warnings of rows too that the last commit has."
)
@click.option(
    "--fix",
    "mend",
    is_flag=True,
    help="First sort the tables by their keys, strip byte order marks and let lines end in LF. "
    "Cells stay as they are, and so does a file that is no table.",
)
@click.option(
    "--on-top",
    is_flag=True,
    help="Check it beside the published edition, whose records its rows may point at; as of itself where "
    "'llmlineage new' wrote the package.",
)
@options.format_options("text", "json")
@click.pass_context
def command(
    ctx: click.Context, package: Path, everything: bool, mend: bool, on_top: bool, format: str
) -> None:
    """Check a data package: its files, its schemas, and the rules of lineage.

    PACKAGE is the folder of a datapackage.json. Every error is printed on a line of its own, and,
    in a git repository, the warnings of rows that were changed since the last commit. The exit
    status is 1 where there are errors, 0 where there are none or only warnings.

    \b
    Examples:
      llmlineage validate .
      llmlineage validate path/to/package --all --json
    """
    fixes = fixes_of(package) if mend else []
    problems, changes = judged(package, options.beneath(ctx, package, on_top))
    valid = not any(problem.level == "error" for problem in problems)
    if format == "json":
        options.echo_json(as_json(package, problems, changes, fixes))
    else:
        put(wrapped([*fix_lines(fixes), *problem_lines(problems, changes, everything)]))
        put(wrapped([verdict(package, problems, changes, everything)]))
    ctx.exit(0 if valid else 1)


def wrapped(lines: Iterable[str]) -> Iterator[str]:
    """Lines on as many as the terminal needs, those after the first of each further in."""
    for line in lines:
        yield from indented(line, "", width(), "    ")


def judged(path: Path, beneath: Finding | None = None) -> tuple[list[Problem], Changes | None]:
    """All problems of a package, and which rows were changed since the last commit, if known."""
    try:
        package, problems = validate(path, beneath)
    except InvalidPackage as error:
        return list(error.problems), None
    return problems, changed_rows(package)


def fixes_of(path: Path) -> list[Fix]:
    """What ``--fix`` did; nothing where the descriptor or a schema names no tables to be mended."""
    try:
        return fix(read_package(path))
    except InvalidPackage:
        return []


def fix_lines(fixes: Sequence[Fix]) -> Iterator[str]:
    if fixes:
        yield "Fixed:"
    for one in fixes:
        yield f"{one.file}: " + (f"left as it is, {one.refused}" if one.refused else ", ".join(one.changes))


def problem_lines(problems: Sequence[Problem], changes: Changes | None, everything: bool) -> Iterator[str]:
    """Every error, and the warnings of changed rows or ``everything``, under a heading each."""
    shown = [one for one in problems if everything or one.level == "error" or is_changed(one, changes)]
    for level, heading in (("error", "Errors"), ("warning", "Warnings")):
        these = [problem for problem in shown if problem.level == level]
        if these:
            yield f"{heading}:"
            yield from listing(these)


def verdict(package: Path, problems: Sequence[Problem], changes: Changes | None, everything: bool) -> str:
    errors = [problem for problem in problems if problem.level == "error"]
    warnings = [problem for problem in problems if problem.level == "warning"]
    found = words.plural(len(warnings), "warning")
    hidden = 0 if everything else sum(not is_changed(problem, changes) for problem in warnings)
    if hidden:
        mine = words.plural(len(warnings) - hidden, "warning")
        found = f"{mine} in your changes, {hidden:,} more: --all"
    return f"{package}: {'invalid' if errors else 'valid'} ({words.plural(len(errors), 'error')}, {found})"


def as_json(
    package: Path, problems: Sequence[Problem], changes: Changes | None, fixes: Sequence[Fix]
) -> dict[str, Any]:
    listed = [document.problem(one) | {"changed": is_changed(one, changes)} for one in problems]
    mended = [
        {"file": one.file, "changes": list(one.changes), "refused": one.refused or None} for one in fixes
    ]
    valid = not any(problem.level == "error" for problem in problems)
    return {"package": str(package), "valid": valid, "fixed": mended, "problems": listed}
