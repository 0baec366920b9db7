"""``llmlineage sql``."""

from __future__ import annotations

import math

import click

from llmlineage.cli import options
from llmlineage.cli.paint import put
from llmlineage.edition import tables
from llmlineage.errors import QueryRefused
from llmlineage.render import text


@click.command()
@click.argument("query")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="Stop the query after this long.",
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
    rows = (tuple(map(printable, row)) for row in result.rows)
    if format == "csv":
        options.echo_csv(result.columns, rows)
    elif format == "json":
        if len(set(result.columns)) < len(result.columns):
            raise QueryRefused("two columns have the same name; tell them apart with AS")
        options.echo_json([dict(zip(result.columns, row, strict=True)) for row in rows])
    else:
        put(text.columns(result.columns, list(rows)))


def printable(value: object) -> object:
    """A value as text and JSON can hold it: bytes in hexadecimal, no infinity."""
    if isinstance(value, bytes):
        return value.hex()
    return None if isinstance(value, float) and not math.isfinite(value) else value
