"""``llmlineage why``."""

from __future__ import annotations

import click

from llmlineage.cli import options
from llmlineage.cli.paint import paint, width
from llmlineage.graph import lineage
from llmlineage.render import document, text


@click.command()
@options.name_argument("first")
@options.name_argument("second")
@options.format_options("text", "json")
@click.pass_context
def command(ctx: click.Context, first: str, second: str, format: str) -> None:
    """Every shortest way from FIRST up to SECOND, or from SECOND up to FIRST.

    Each step shows its source.

    \b
    Examples:
      llmlineage why OpenHermes-2.5 alpaca
      llmlineage why gsm8k zephyr-7b-beta --json
    """
    edition = options.open_from(ctx)
    start, goal = options.resolve(edition, first).id, options.resolve(edition, second).id
    paths = lineage.why(edition, start, goal)
    if format == "json":
        options.echo_json(document.why(start, goal, paths))
    elif paths:
        options.put_facts(edition, text.ways(paths, paint, width()))
    else:
        said = f"no way is recorded between {start} and {goal}, in either direction"
        options.put_facts(edition, [said])
