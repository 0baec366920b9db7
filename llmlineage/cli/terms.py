"""``llmlineage terms``."""

from __future__ import annotations

import click

from llmlineage.cli import options
from llmlineage.cli.paint import paint, width
from llmlineage.graph.terms import terms
from llmlineage.render import terms as render


@click.command()
@options.name_argument()
@click.option("--full", is_flag=True, help="List every record of which something is not known.")
@options.format_options("text", "json")
@click.pass_context
def command(ctx: click.Context, name: str, full: bool, format: str) -> None:
    """Licences and providers' terms that reach NAME along the graph, each by the shortest way.

    Says where they disagree, and of which records something is not known. It states what sources
    say and is no legal advice.

    \b
    Examples:
      llmlineage terms zephyr-7b-beta
      llmlineage terms OpenHermes-2.5 --json
    """
    edition = options.open_from(ctx)
    id = options.resolve(edition, name).id
    result = terms(edition, id)
    if format == "json":
        options.echo_json(render.document(result))
    else:
        options.put_facts(edition, render.text(result, id, paint, width(), full))
