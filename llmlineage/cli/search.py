"""``llmlineage search``."""

from __future__ import annotations

import click

from llmlineage.cli import options
from llmlineage.cli.paint import put, say
from llmlineage.graph import records
from llmlineage.render import document, text


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="TEXT")
@click.option("--limit", type=options.COUNT, default=20, show_default=True, help="How many records at most.")
@click.option("-q", "--quiet", is_flag=True, help="Print ids only, one a line.")
@options.format_options("text", "json", "csv")
@click.pass_context
def command(ctx: click.Context, words: tuple[str, ...], limit: int, quiet: bool, format: str) -> None:
    """Records whose name, aliases, organization or summary hold every word of TEXT.

    Words match from their start; the best match comes first.

    \b
    Examples:
      llmlineage search math word problems
      llmlineage search nvidia preference --json
    """
    hits = records.search(options.open_from(ctx), " ".join(words), limit=limit)
    rows = [(hit.id, hit.table.removesuffix("s"), hit.name, round(hit.score, 4)) for hit in hits]
    if quiet:
        put(hit.id for hit in hits)
    elif format == "json":
        options.echo_json([document.hit(hit) for hit in hits])
    elif format == "csv":
        options.echo_csv(("id", "type", "name", "score"), rows)
    elif hits:
        put(text.columns(("id", "type", "name"), [row[:3] for row in rows]))
    else:
        say("nothing found")
