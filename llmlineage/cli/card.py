"""``llmlineage card``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from llmlineage.cli import options
from llmlineage.cli.paint import put
from llmlineage.render import card


@click.command()
@options.name_argument()
@options.format_options("text", "json")
@click.pass_context
def command(ctx: click.Context, name: str, format: str) -> None:
    """Front matter and a provenance section for the card of NAME on the Hub, as Markdown.

    NAME is a record, or the config with which a model is trained: what the Hub's fields can hold
    goes to the front matter; direct parents, licences, writers, benchmarks and what is not known
    to a section, each with its source. No path of this machine stands in it.

    \b
    Examples:
      llmlineage card OpenHermes-2.5
      llmlineage card path/to/config.yml > README.md
    """
    edition = options.open_from(ctx)
    if os.path.isfile(name):  # noqa: PTH113, which a name that is too long does not stop
        text = card.of_config(edition, Path(name))
    else:
        text = card.of_record(edition, options.resolve(edition, name).id)
    if format == "json":
        options.echo_json({"card": text})
    else:
        put(text.split("\n"))
