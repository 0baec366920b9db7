"""``llmlineage measure``."""

from __future__ import annotations

import click

from llmlineage.cli import options, reading
from llmlineage.cli.paint import paint


@click.command()
@options.name_argument("child", ("datasets",))
@click.argument("child_data")
@options.name_argument("parent", ("datasets",))
@click.argument("parent_data")
@reading.reading_options
@click.option("--prompt-parent", metavar="COLUMN", help="As --prompt, for PARENT_DATA where it differs.")
@click.option("--response-parent", metavar="COLUMN", help="As --response, for PARENT_DATA where it differs.")
@click.option(
    "--partial",
    is_flag=True,
    help="PARENT_DATA is a part of the parent: what is missing contradicts nothing.",
)
@click.option(
    "--relation", metavar="R", help="The relation to test, where the record states none or several."
)
@options.format_options("text", "json")
@click.pass_context
def command(
    ctx: click.Context,
    child: str,
    child_data: str,
    parent: str,
    parent_data: str,
    prompt: str | None,
    response: str | None,
    turns: bool,
    skip_bad_rows: bool,
    prompt_parent: str | None,
    response_parent: str | None,
    partial: bool,
    relation: str | None,
    format: str,
) -> None:
    """Do the rows bear out that CHILD was derived from PARENT?

    Compares what the stated relation lets one expect with what the rows show, and says confirms,
    contradicts, or cannot tell, with the figures. CHILD_DATA and PARENT_DATA are the rows of the two
    records, as for 'llmlineage overlap'.

    \b
    Examples:
      llmlineage measure alpaca-cleaned child.jsonl alpaca parent.jsonl
      llmlineage measure alpaca-cleaned child.jsonl alpaca parent.jsonl --partial
    """
    from llmlineage.content.claims import measure_records
    from llmlineage.render import content as render

    edition = options.open_from(ctx)
    child, parent = (options.resolve(edition, name, ("datasets",)).id for name in (child, parent))
    left = reading.collection(child_data, prompt, response, turns, skip_bad_rows)
    right = reading.collection(
        parent_data, prompt_parent or prompt, response_parent or response, turns, skip_bad_rows
    )
    results = measure_records(edition, (child, left), (parent, right), relation, not partial)
    reading.say_read(left, right)
    reading.show(
        format,
        [render.measurement_document(child, parent, one) for one in results],
        (line for one in results for line in render.measurement(child, parent, one, paint)),
    )
    if any(one.verdict == "contradicts" for one in results):
        ctx.exit(1)
