"""``llmlineage search``."""

from __future__ import annotations

import click

from llmlineage.cli import options
from llmlineage.cli.paint import put, say, width
from llmlineage.graph import names, records
from llmlineage.render import document
from llmlineage.render.table import columns

# How many near names are offered where nothing is found.
NEAR = 5


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="TEXT")
@click.option("--limit", type=options.COUNT, default=20, show_default=True, help="How many records at most.")
@click.option("-q", "--quiet", is_flag=True, help="Print ids only, one a line.")
@options.format_options("text", "json", "csv")
@click.pass_context
def command(ctx: click.Context, words: tuple[str, ...], limit: int, quiet: bool, format: str) -> None:
    """Records whose name, aliases, organization or summary hold every word of TEXT.

    Words match from their start; the best match comes first. Where nothing is found, names that come
    near are named on stderr.

    \b
    Examples:
      llmlineage search math word problems
      llmlineage search nvidia preference --json
    """
    edition, typed = options.open_from(ctx), " ".join(words)
    hits = records.search(edition, typed, limit=limit)
    rows = [(hit.id, hit.table.removesuffix("s"), hit.name, round(hit.score, 4)) for hit in hits]
    if quiet:
        put(hit.id for hit in hits)
    elif format == "json":
        options.echo_json([document.hit(hit) for hit in hits])
    elif format == "csv":
        options.echo_csv(("id", "type", "name", "score"), rows)
    elif hits:
        put(columns(("id", "type", "name"), [row[:3] for row in rows], width(), "all of it: --format csv"))
    if not hits:
        near = names.closest(edition, typed, names.ALL_TABLES, NEAR, cutoff=0.6)
        say(f"nothing found; near: {', '.join(near)}" if near else "nothing found")
