"""``llmlineage tables``."""

from __future__ import annotations

import click

from llmlineage.cli import options, stream
from llmlineage.cli.paint import paint, put, width
from llmlineage.edition import tables

WHOLE = "all of it: --format csv; some of it: --columns A,B"


@click.command()
@click.argument("table", required=False)
@click.option("--columns", metavar="A,B", help="Only these columns, in this order.")
@click.option("--where", metavar="CONDITION", default="", help="Only rows of which this SQL condition holds.")
@click.option("--limit", type=options.COUNT, metavar="N", help="At most N rows.")
@click.option("--describe", is_flag=True, help="What the columns of TABLE mean, instead of its rows.")
@options.format_options("text", "csv", "json")
@click.pass_context
def command(
    ctx: click.Context,
    table: str | None,
    columns: str | None,
    where: str,
    limit: int | None,
    describe: bool,
    format: str,
) -> None:
    """The rows of TABLE; without TABLE, the tables and how many rows each has.

    \b
    Examples:
      llmlineage tables
      llmlineage tables datasets --columns id,rows --where "license = 'mit'"
      llmlineage tables derivations --describe
      llmlineage tables derivations --format csv > derivations.csv
    """
    edition = options.open_from(ctx)
    if table is None:
        if columns is not None or where or limit or describe:
            raise click.UsageError("--columns, --where, --limit and --describe need a TABLE")
        stream.echo_rows(tables.counts(edition), format)
    elif describe:
        echo_description(table, format)
    else:
        named = [column.strip() for column in columns.split(",")] if columns is not None else []
        stream.echo_rows(tables.rows_of(edition, table, named, where, limit), format, WHOLE)


def echo_description(table: str, format: str) -> None:
    from llmlineage.edition.describe import describe
    from llmlineage.render import description

    found = describe(table)
    if format == "json":
        options.echo_json(description.document(found))
    elif format == "csv":
        options.echo_csv(description.COLUMNS, description.rows(found))
    else:
        put(description.text(found, paint, width()))
