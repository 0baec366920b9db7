"""``llmlineage show``."""

from __future__ import annotations

import click

from llmlineage.cli import options
from llmlineage.cli.paint import paint, put, width
from llmlineage.graph import records
from llmlineage.graph.names import ALL_TABLES
from llmlineage.render import document
from llmlineage.render import record as render


@click.command()
@options.name_argument(tables=ALL_TABLES)
@options.format_options("text", "json")
@click.pass_context
def command(ctx: click.Context, name: str, format: str) -> None:
    """One record: its facts, its edges either way, its aliases and its source.

    NAME may be a dataset, model, method, licence or organization. A family shows its members,
    a method who used it.

    \b
    Examples:
      llmlineage show ultrafeedback-binarized
      llmlineage show mistralai/Mistral-7B-v0.1 --json
      llmlineage show dpo
    """
    edition = options.open_from(ctx)
    match = options.resolve(edition, name, ALL_TABLES)
    record = records.record(edition, match.table, match.id)
    if format == "json":
        options.echo_json(document.record(record))
    else:
        put(render.record(record, paint, width()))
