"""``llmlineage show``."""

from __future__ import annotations

import click

from llmlineage.cli import options
from llmlineage.cli.paint import paint, put
from llmlineage.graph import records
from llmlineage.graph.names import ALL_TABLES
from llmlineage.render import document, text


@click.command()
@options.name_argument(tables=ALL_TABLES)
@options.format_options("text", "json")
@click.pass_context
def command(ctx: click.Context, name: str, format: str) -> None:
    """One record: its facts, its edges either way, its aliases and its source.

    NAME may be a dataset, model, method, licence or organization.

    \b
    Examples:
      llmlineage show ultrafeedback-binarized
      llmlineage show mistralai/Mistral-7B-v0.1 --json
    """
    edition = options.open_from(ctx)
    match = options.resolve(edition, name, ALL_TABLES)
    record = records.record(edition, match.table, match.id)
    if format == "json":
        options.echo_json(document.record(record))
    else:
        put(text.record(record, paint))
