"""``llmlineage sql``."""

from __future__ import annotations

import math

import click

from llmlineage.cli import options, stream
from llmlineage.edition import tables
from llmlineage.errors import QueryRefused


def limit(_: click.Context, __: click.Parameter, seconds: float) -> float:
    """A time limit that is one: above 0, and neither infinite nor no number."""
    if not 0 < seconds < math.inf:
        raise click.BadParameter(f"{seconds:g} is not a number of seconds above 0")
    return seconds


@click.command()
@click.argument("query")
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
def command(ctx: click.Context, query: str, timeout: float, format: str) -> None:
    """Run one SELECT over the edition, which is opened read-only.

    The tables are those of 'llmlineage tables'; SQL is SQLite's.

    \b
    Examples:
      llmlineage sql "SELECT license, count(*) FROM datasets GROUP BY license"
      llmlineage sql "SELECT * FROM edges WHERE parent = 'alpaca'" --json
    """
    result = tables.query(options.open_from(ctx), query, timeout)
    if format == "json" and len(set(result.columns)) < len(result.columns):
        raise QueryRefused("two columns have the same name; tell them apart with AS")
    rows = (tuple(map(printable, row)) for row in result.rows)
    stream.echo_rows(tables.Rows(result.columns, rows), format)


def printable(value: object) -> object:
    """A value as text and JSON can hold it: bytes in hexadecimal, no infinity."""
    if isinstance(value, bytes):
        return value.hex()
    return None if isinstance(value, float) and not math.isfinite(value) else value
