"""``llmlineage trace``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import click

from llmlineage.cli import options
from llmlineage.cli.paint import paint, put, say, width
from llmlineage.graph import lineage
from llmlineage.render.tree import fitting, tree

MEMBERS = (lineage.MEMBER, lineage.MEMBER_OF)
MOST_CHARACTERS = 50_000_000


@click.command()
@options.name_argument()
@click.option("--down", is_flag=True, help="What is made of NAME, instead of what NAME is made of.")
@click.option(
    "--depth",
    type=click.IntRange(0, 2**31 - 1),
    metavar="N",
    help="Go at most N steps. By default all the way.",
)
@click.option(
    "--only",
    type=click.Choice(["datasets", "models"]),
    help="Follow only steps that lead to datasets, or to models.",
)
@click.option(
    "--relation",
    "relations",
    multiple=True,
    type=click.Choice((*lineage.RELATIONS, lineage.MEMBER)),
    metavar="R",
    help="Follow only this relation; may be repeated.",
)
@click.option(
    "--full", is_flag=True, help="The whole tree, however long; else as deep as a few screens hold."
)
@click.option("--sources", is_flag=True, help="Number every step of the tree and list its sources.")
@click.option(
    "--no-dedupe", is_flag=True, help="Repeat a subtree wherever it occurs, instead of marking it (*)."
)
@click.option(
    "--no-fold", is_flag=True, help="Give each plain source a line of its own, instead of one for all."
)
@click.option(
    "--hub",
    is_flag=True,
    help="Where NAME has no record, read its card on the Hub, and what that names, until records are met.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print ids only, one a line.")
@options.format_options("tree", "table", "json", "csv", "svg")
@click.pass_context
def command(
    ctx: click.Context,
    name: str,
    down: bool,
    depth: int | None,
    only: Literal["datasets", "models"] | None,
    relations: tuple[str, ...],
    full: bool,
    sources: bool,
    no_dedupe: bool,
    no_fold: bool,
    hub: bool,
    quiet: bool,
    format: str,
) -> None:
    """What NAME is made of, step by step up to its roots.

    NAME is an id, a name, an alias, a Hub id or an address, in any case.
    A repeated subtree is shown once and marked (*) after that; where a record
    has many plain sources, such as the tasks of FLAN, they share a line.

    \b
    Examples:
      llmlineage trace OpenHermes-2
      llmlineage trace alpaca --down --only models --json
    """
    edition = options.open_from(ctx)
    if hub:
        from llmlineage.cli.through_hub import with_card

        edition, name = with_card(ctx, edition, name)
    match = options.resolve(edition, name)
    result = lineage.trace(edition, match.id, "down" if down else "up", depth, only, relations)
    is_family = result.nodes[0].kind == "family" and depth != 0
    if is_family and not any(edge.relation in MEMBERS for edge in result.edges):
        say(f"{match.id} is a family, and no version of it has a record")
    if quiet:
        put(node.id for node in result.nodes)
    elif format == "json":
        from llmlineage.render import document

        options.echo_json(document.trace(result))
    elif format == "csv":
        from llmlineage.render import text

        options.echo_csv(text.TRACE_COLUMNS, text.trace_rows(result))
    elif format == "svg":
        from llmlineage.graph.terms.licences import read_licences
        from llmlineage.render.picture import picture

        put(picture(result, read_licences(edition), depth))
    elif format == "table":
        from llmlineage.render import text

        rows = text.trace_cells(result)
        put(text.columns(text.TRACE_COLUMNS, rows, width(), "all of it: --format csv"))
    else:
        narrowed = depth is not None or only is not None or bool(relations)
        how = (paint, width(), sources, not no_dedupe, not no_fold, narrowed)
        lines = bounded(tree(result, *how)) if full or depth is not None else fitting(result, *how)
        options.put_facts(edition, lines)


def bounded(lines: Iterator[str]) -> Iterator[str]:
    """Lines up to what anybody can read: subtrees that repeat, or stand far right, grow without end."""
    size = 0
    for line in lines:
        yield line
        size += len(line)
        if size > MOST_CHARACTERS:
            yield "… the tree is too long to go on; --format csv gives every step once"
            return
