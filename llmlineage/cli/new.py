"""``llmlineage new``."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from llmlineage.cli import options
from llmlineage.cli.paint import put
from llmlineage.curate.new import new_package


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="NAME")
@options.format_options("text", "json")
def command(folder: Path, format: str) -> None:
    """Start a data package of one's own over the published record.

    NAME is the name of the package and of the new folder, or the path of one. It holds a descriptor, the
    schemas, an empty table of each kind, and a README with the commands that come next.

    \b
    Examples:
      llmlineage new acme-lineage
      llmlineage new path/to/acme-lineage
    """
    written = new_package(folder)
    steps = [
        f"cd {shlex.quote(str(written))}",
        "llmlineage add source --url https://...",
        "llmlineage add dataset --name ... --source ...",
        "llmlineage add edge --child ... --parent ... --source ...",
        "llmlineage validate . && llmlineage build . -o edition",
    ]
    if format == "json":
        options.echo_json({"package": str(written), "next": steps})
        return
    put([f"{written}: an empty package over the published record", "Next:", *(f"  {one}" for one in steps)])
