"""``llmlineage build``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from llmlineage.cli import options
from llmlineage.cli.paint import put
from llmlineage.edition import DESCRIPTOR
from llmlineage.edition.compile import build_edition


@click.command()
@click.argument("package", type=click.Path(exists=True, path_type=Path))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder of the edition. An edition that stands there is replaced once the new one is whole.",
)
@click.option(
    "--no-validate",
    is_flag=True,
    help="Compile without checking, for a package that a program wrote and checked.",
)
@click.option(
    "--on-top",
    is_flag=True,
    help="Compile it over the published edition (or that of --edition), whose records its rows may point "
    "at and never change; as of itself where 'llmlineage new' wrote the package.",
)
@options.format_options("text", "json")
@click.pass_context
def command(
    ctx: click.Context, package: Path, output: Path, no_validate: bool, on_top: bool, format: str
) -> None:
    """Validate a data package and compile it to an edition: parquet and SQLite.

    \b
    Examples:
      llmlineage build . -o dist/edition
      llmlineage build my/datapackage.json --on-top -o my/edition
    """
    base = options.edition_beneath(ctx, package, on_top)
    if base:
        from llmlineage.edition.overlay import build_over

        folder = build_over(base, package, output, validate=not no_validate)
    else:
        folder = build_edition(package, output, validate=not no_validate)
    descriptor = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
    if format == "json":
        told = {key: descriptor[key] for key in ("name", "version", "commit", "rows")}
        options.echo_json({"edition": str(folder), **told})
        return
    nodes, edges = descriptor["rows"]["nodes"], descriptor["rows"]["edges"]
    title = f"{descriptor['name']} {descriptor['version']}"
    put([f"{folder}: {title}, {nodes:,} nodes, {edges:,} edges"])
