"""What the commands over rows share: how DATA is read, what is said of it, and how answers are shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from llmlineage.cli import options
from llmlineage.cli.paint import put, say
from llmlineage.render.words import plural
from llmlineage.visible import brief, shorten

if TYPE_CHECKING:
    from llmlineage.content.rows import Collection

F = TypeVar("F", bound=Callable[..., Any])
MOST_EXAMPLES = 10_000


class Share(click.FloatRange):
    """A number between two others; what is no number lies between none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        found = super().convert(value, param, ctx)
        if math.isnan(found):
            self.fail(f"{value} is no number", param, ctx)
        return found


def force_option(function: F) -> F:
    """``--force``."""
    return click.option(
        "--force", is_flag=True, help="Overwrite a file that is there, unless it is one of the inputs."
    )(function)


def reading_options(function: F) -> F:
    """``--prompt``, ``--response``, ``--turns`` and ``--skip-bad-rows``."""
    for option in reversed(
        (
            click.option(
                "--prompt", metavar="COLUMN", help="The prompt's column, or a path: turns[0].text, a+b."
            ),
            click.option("--response", metavar="COLUMN", help="The response's column, or a path to it."),
            click.option(
                "--turns", is_flag=True, help="Every user turn of a dialogue with its answer, not the first."
            ),
            click.option(
                "--skip-bad-rows", is_flag=True, help="Pass over rows that cannot be read, and count them."
            ),
        )
    ):
        function = option(function)
    return function


def collection(
    address: str,
    prompt: str | None,
    response: str | None,
    turns: bool,
    skip_bad_rows: bool,
    no_response: bool = False,
) -> Collection:
    from llmlineage.content.rows import Collection, Options

    return Collection(address, Options(prompt, response, turns, skip_bad_rows, no_response=no_response))


def say_read(*collections: Collection) -> None:
    """On stderr: the layout that was recognised, and the rows that were not as they should be."""
    for one in collections:
        if not one.layouts:
            continue
        lacking = "" if "prompt" in one.held else ", no prompt in any row"
        layouts = shorten("; ".join(one.layouts), 500)
        say(f"{brief(one.address)}: {plural(one.rows, 'row')}, {layouts}{lacking}")
        for rows, count, said in (
            (one.bad_rows, one.bad, "could not be read, left out"),
            (one.odd_rows, len(one.odd_rows), "with more cells than columns, the rest left out"),
        ):
            if rows:
                say(f"  {plural(count, 'row')} {said}, the first: {brief(str(rows[0]))}")


def show(format: str, document: object, lines: Iterable[str]) -> None:
    """The answer on stdout: as one JSON document, or as text."""
    if format == "json":
        options.echo_json(document)
    else:
        put(lines)
