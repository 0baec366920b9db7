"""``llmlineage stats``."""

from __future__ import annotations

import click

from llmlineage.cli import options
from llmlineage.cli.paint import paint, put, width
from llmlineage.graph.stats import stats
from llmlineage.render import coverage


@click.command()
@click.option(
    "--top", type=options.COUNT, default=8, show_default=True, help="How many records a list names."
)
@options.format_options("text", "json")
@click.pass_context
def command(ctx: click.Context, top: int, format: str) -> None:
    """What the record covers, how well it is known, and what most of it depends on.

    \b
    Examples:
      llmlineage stats
      llmlineage stats --top 50 --json
    """
    result = stats(options.open_from(ctx), top)
    if format == "json":
        options.echo_json(coverage.document(result))
    else:
        put(coverage.text(result, paint, width()))
