"""``llmlineage sql``."""

from __future__ import annotations

import math
import sys
from contextlib import suppress

import click

from llmlineage.cli import options, stream
from llmlineage.edition import tables
from llmlineage.errors import QueryRefused


def limit(_: click.Context, __: click.Parameter, seconds: float) -> float:
    """A time limit that is one: above 0, and neither infinite nor no number."""
    if not 0 < seconds < math.inf:
        raise click.BadParameter(f"{seconds:g} is not a number of seconds above 0")
    return seconds


def bound(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str | int | float]:
    """Values by their names; what is written as a number is one."""
    found: dict[str, str | int | float] = {}
    for one in given:
        name, is_given, value = one.partition("=")
        if not is_given or not name.isidentifier():
            raise click.BadParameter(f"'{one}' is not NAME=VALUE")
        if name in found:
            raise click.BadParameter(f"'{name}' is given twice")
        found[name] = as_number(value)
    return found


def as_number(text: str) -> str | int | float:
    """A number, where it is written as one is printed, and SQLite holds it."""
    with suppress(ValueError):
        if str(int(text)) == text and abs(int(text)) < 2**63:
            return int(text)
    with suppress(ValueError):
        if str(float(text)) == text and math.isfinite(float(text)):
            return float(text)
    return text


def statement(query: str) -> str:
    """The query, which may stand on stdin; what is no UTF-8 there is refused as in a call."""
    if query != "-":
        return query
    return sys.stdin.buffer.read().decode("utf-8", "surrogateescape") if sys.stdin else ""


@click.command()
@click.argument("query")
@click.option(
    "--param",
    "parameters",
    multiple=True,
    callback=bound,
    metavar="NAME=VALUE",
    help="The value of :NAME in the query; may be repeated.",
)
@click.option(
    "--timeout",
    type=float,
    callback=limit,
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="End the query when its rows have been waited for this long.",
)
@options.format_options("text", "csv", "json")
@click.pass_context
def command(
    ctx: click.Context, query: str, parameters: dict[str, str | int | float], timeout: float, format: str
) -> None:
    """Run one SELECT over the edition, which is opened read-only.

    The tables are those of 'llmlineage tables', whose columns 'llmlineage tables TABLE --describe' explains;
    SQL is SQLite's. A QUERY of - is read from stdin.

    \b
    Examples:
      llmlineage sql "SELECT license, count(*) FROM datasets GROUP BY license"
      llmlineage sql "SELECT * FROM edges WHERE parent = 'alpaca'" --json
      llmlineage sql "SELECT child FROM edges WHERE parent = :id" --param id=gsm8k
    """
    result = tables.query(options.open_from(ctx), statement(query), timeout, parameters)
    if format == "json" and len(set(result.columns)) < len(result.columns):
        raise QueryRefused("two columns have the same name; tell them apart with AS")
    rows = (tuple(map(printable, row)) for row in result.rows)
    stream.echo_rows(tables.Rows(result.columns, rows), format)


def printable(value: object) -> object:
    """A value as text and JSON can hold it: bytes in hexadecimal, no infinity."""
    if isinstance(value, bytes):
        return value.hex()
    return None if isinstance(value, float) and not math.isfinite(value) else value
