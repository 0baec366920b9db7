"""``llmlineage show``."""

from __future__ import annotations

import click

from llmlineage.cli import options
from llmlineage.cli.paint import paint, width
from llmlineage.edition import Edition
from llmlineage.errors import UnknownName
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

    NAME may be a dataset, model, method, licence or organization, or the id of a source. A family
    shows its members, a method who used it, a source what rests on it.

    \b
    Examples:
      llmlineage show ultrafeedback-binarized
      llmlineage show mistralai/Mistral-7B-v0.1 --json
      llmlineage show dpo
    """
    edition = options.open_from(ctx)
    try:
        match = options.resolve(edition, name, ALL_TABLES)
    except UnknownName:
        if not show_source(edition, name, format):
            raise
        return
    record = records.record(edition, match.table, match.id)
    if format == "json":
        options.echo_json(document.record(record))
    else:
        options.put_facts(edition, render.record(record, paint, width()))


def show_source(edition: Edition, id: str, format: str) -> bool:
    """Show the document whose id this is; whether there is one."""
    found = records.document(edition, id)
    if found is None:
        return False
    if format == "json":
        options.echo_json(document.document(found))
    else:
        options.put_facts(edition, render.document(found, paint, width()))
    return True
