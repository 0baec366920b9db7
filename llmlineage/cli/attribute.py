"""``llmlineage attribute``."""

from __future__ import annotations

from pathlib import Path

import click

from llmlineage.cli import options, reading
from llmlineage.cli.paint import paint


@click.command()
@click.argument("data")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write, for each row, its likeliest origin and all that hold it, as parquet.",
)
@click.option(
    "--against",
    multiple=True,
    metavar="DATA",
    help="Among these data, and not the known datasets; may be given again. Also a file of filters.",
)
@reading.reading_options
@reading.force_option
@options.format_options("text", "json")
@click.pass_context
def command(
    ctx: click.Context,
    data: str,
    output: Path | None,
    against: tuple[str, ...],
    prompt: str | None,
    response: str | None,
    turns: bool,
    skip_bad_rows: bool,
    force: bool,
    format: str,
) -> None:
    """For every row of DATA, the known datasets that hold its prompt, its response, and both.

    The likeliest origin of a text is, of the datasets that hold it, one from which the others have it by
    the graph, and of several the earliest. The filters that this package brings hold hashes and no text,
    so that nothing is fetched. DATA is a file, a folder, a glob, or a Hub dataset (hub:ORG/NAME#split).

    \b
    Examples:
      llmlineage attribute child.jsonl -o rows.parquet
      llmlineage attribute child.jsonl --against parent.jsonl --json
    """
    from llmlineage.content.attribute import attribute
    from llmlineage.render import content as render

    edition = options.open_from(ctx)
    collection = reading.collection(data, prompt, response, turns, skip_bad_rows)
    others = [reading.collection(one, None, None, turns, skip_bad_rows) for one in against]
    found = attribute(edition, collection, output, others, force)
    reading.say_read(collection, *others)
    reading.show(format, render.attribution_document(found), render.attribution(found, paint))
