"""``llmlineage compare``."""

from __future__ import annotations

import os

import click

from llmlineage.cli import options
from llmlineage.cli.paint import paint, put, width
from llmlineage.edition import open_edition
from llmlineage.graph import compare
from llmlineage.render import comparison


@click.command()
@options.name_argument("first")
@options.name_argument("second")
@click.option("--full", is_flag=True, help="Show long lists whole.")
@options.format_options("text", "json")
@click.pass_context
def command(ctx: click.Context, first: str, second: str, full: bool, format: str) -> None:
    """What FIRST and SECOND share: two records, or two editions (folders, the older first).

    Of two records, the ancestors of both and those of one alone. Of two editions, the rows added,
    removed and changed, as the Markdown of a changelog.

    \b
    Examples:
      llmlineage compare OpenHermes-2.5 SlimOrca
      llmlineage compare path/to/old/edition path/to/new/edition
    """
    # Not of pathlib, which a name that is too long stops.
    if os.path.isdir(first) and os.path.isdir(second):  # noqa: PTH112
        old, new = open_edition(first), open_edition(second)
        changes = compare.compare_editions(old, new)
        if format == "json":
            options.echo_json(comparison.edition_document(old.version, new.version, changes))
        else:
            put(comparison.editions(old.version, new.version, changes))
        return
    edition = options.open_from(ctx)
    result = compare.compare_records(
        edition, options.resolve(edition, first).id, options.resolve(edition, second).id
    )
    if format == "json":
        options.echo_json(comparison.record_document(result))
    else:
        options.put_facts(edition, comparison.records(result, paint, width(), full))
