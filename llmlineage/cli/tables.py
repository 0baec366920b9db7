"""``llmlineage tables``."""

from __future__ import annotations

import click

from llmlineage.cli import options
from llmlineage.cli.paint import put
from llmlineage.edition import tables
from llmlineage.render import text


@click.command()
@click.argument("table", required=False)
@options.format_options("text", "csv", "json")
@click.pass_context
def command(ctx: click.Context, table: str | None, format: str) -> None:
    """The rows of TABLE; without TABLE, the tables and how many rows each has.

    \b
    Examples:
      llmlineage tables
      llmlineage tables derivations --format csv > derivations.csv
    """
    edition = options.open_from(ctx)
    result = tables.rows_of(edition, table) if table else tables.counts(edition)
    if format == "csv":
        options.echo_csv(result.columns, result.rows)
    elif format == "json":
        options.echo_json([dict(zip(result.columns, row, strict=True)) for row in result.rows])
    else:
        put(text.columns(result.columns, list(result.rows)))
