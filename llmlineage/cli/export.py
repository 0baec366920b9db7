"""``llmlineage export``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from llmlineage.cli import options
from llmlineage.cli.paint import put, write
from llmlineage.export import FORMATS
from llmlineage.graph import lineage


@click.command()
@options.name_argument()
@click.option(
    "--format", "-f", "format", required=True, metavar="FORMAT", type=click.Choice(list(FORMATS)),
    help=f"One of {', '.join(FORMATS)}.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False),
    help="Write this file instead of stdout; it is there whole or not at all.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite the file.")
@click.option("--down", is_flag=True, help="What is made of NAME, instead of what NAME is made of.")
@click.option("--depth", type=click.IntRange(0, 2**31 - 1), metavar="N", help="Go at most N steps.")
@click.option(
    "--only", type=click.Choice(["datasets", "models"]), help="Follow only steps that lead to these."
)
@click.option(
    "--relation", "relations", multiple=True, type=click.Choice((*lineage.RELATIONS, lineage.MEMBER)),
    metavar="R", help="Follow only this relation; may be repeated.",
)  # fmt: skip
@click.pass_context
def command(
    ctx: click.Context,
    name: str,
    format: str,
    output: Path | None,
    force: bool,
    down: bool,
    depth: int | None,
    only: Literal["datasets", "models"] | None,
    relations: tuple[str, ...],
) -> None:
    """The trace of NAME in a standard that other programs read.

    \b
    cyclonedx  a bill of materials for machine learning, CycloneDX 1.7
    spdx       SPDX 3.0.1, AI and Dataset profiles
    croissant  Croissant 1.1, for a dataset
    prov-json, prov-n, prov-ttl            W3C PROV (extra: export)
    graphml, dot, mermaid, csv, json       for graphs, pictures and scripts

    \b
    Examples:
      llmlineage export zephyr-7b-beta --format cyclonedx > bom.json
      llmlineage export OpenHermes-2.5 --format mermaid --depth 1
    """
    from llmlineage.export import export
    from llmlineage.export.picture import picture
    from llmlineage.files import check_output, replacing

    if output is not None:
        check_output(output, force=force)
    edition = options.open_from(ctx)
    match = options.resolve(edition, name)
    trace = lineage.trace(edition, match.id, "down" if down else "up", depth, only, relations)
    text = export(picture(edition, trace), format)
    if output is None:
        write(text)
        return
    with replacing(output) as temporary:
        temporary.write_text(text, encoding="utf-8")
    size = f"{len(trace.nodes):,} records and {len(trace.edges):,} steps"
    put([f"{output}: {FORMATS[format].about} of {match.id}, {size}"])
