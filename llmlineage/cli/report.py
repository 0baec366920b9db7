"""``llmlineage report``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from llmlineage.cli import options
from llmlineage.cli.paint import put, write


@click.command()
@options.name_argument()
@click.option(
    "--format", "format", type=click.Choice(["html", "markdown"]),
    help="HTML by default; Markdown where the file's name ends in .md.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False),
    help="Write this file instead of stdout; it is there whole or not at all.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite the file.")
@click.pass_context
def command(ctx: click.Context, name: str, format: str | None, output: Path | None, force: bool) -> None:
    """One document to hand over: what NAME was made from, under which terms, and how that is known.

    NAME is a record, or the config with which a model is trained. Every statement has its source: title,
    address, place, the revision that was read and the day. What is not known is said.

    \b
    Examples:
      llmlineage report zephyr-7b-beta > report.html
      llmlineage report path/to/config.yml --format markdown
    """
    from llmlineage.files import check_output, replacing
    from llmlineage.report import html, markdown, of_config, of_record

    if output is not None:
        check_output(output, force=force)
    edition = options.open_from(ctx)
    if os.path.isfile(name):  # noqa: PTH113, which a name that is too long does not stop
        found = of_config(edition, Path(name))
    else:
        found = of_record(edition, options.resolve(edition, name).id)
    is_markdown = format == "markdown" or (format is None and output is not None and output.suffix == ".md")
    text = markdown.text(found) if is_markdown else html.text(found)
    if output is None:
        write(text)
        return
    with replacing(output) as temporary:
        temporary.write_text(text, encoding="utf-8")
    put([f"{output}: {found.title}, {len(found.documents):,} sources"])
