"""``llmlineage tables``."""

from __future__ import annotations

import click

from llmlineage.cli import options, stream
from llmlineage.edition import tables


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
    stream.echo_rows(result, format)
