"""``llmlineage measure``."""

from __future__ import annotations

import click

from llmlineage.cli import options, reading
from llmlineage.cli.paint import paint, put
from llmlineage.edition import Edition


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
    from llmlineage.content import claims, exact
    from llmlineage.render import content as render

    edition = options.open_from(ctx)
    child, parent = (options.resolve(edition, name, ("datasets",)).id for name in (child, parent))
    relations = [relation] if relation else stated(edition, child, parent)
    for one in relations:
        if one not in claims.expectations():
            raise click.BadParameter(
                f"{one!r} is none of {', '.join(claims.expectations())}", param_hint="--relation"
            )
    if not relations:
        raise click.UsageError(
            f"the record states no derivation of {child} from {parent}; name one with --relation"
        )
    left = exact.read_hashes(reading.collection(child_data, prompt, response, turns, skip_bad_rows))
    right = exact.read_hashes(
        reading.collection(
            parent_data, prompt_parent or prompt, response_parent or response, turns, skip_bad_rows
        )
    )
    reading.say_read(left.collection, right.collection)
    results = [claims.measure(one, left, right, whole=not partial) for one in relations]
    if format == "json":
        options.echo_json([render.measurement_document(child, parent, one) for one in results])
    else:
        for result in results:
            put(render.measurement(child, parent, result, paint))
    if any(one.verdict == "contradicts" for one in results):
        ctx.exit(1)


def stated(edition: Edition, child: str, parent: str) -> list[str]:
    rows = edition.index.execute(
        "SELECT DISTINCT relation FROM derivations WHERE child = ? AND parent = ? ORDER BY relation",
        (child, parent),
    )
    return [row[0] for row in rows]
