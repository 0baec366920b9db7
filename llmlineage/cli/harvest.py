"""``llmlineage harvest``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from llmlineage.cli import options
from llmlineage.cli.paint import put
from llmlineage.edition import installed, open_edition
from llmlineage.hub.harvest import Harvest, harvest

MOST_TOLD = 5


@click.command()
@click.argument("snapshot", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder of the edition. An edition that stands there is replaced once the new one is whole.",
)
@click.option(
    "--renames",
    type=click.Path(path_type=Path),
    metavar="CSV",
    help="Former names of repositories, as columns old,new; declared names are followed through them.",
)
@options.format_options("text", "json")
@click.pass_context
def command(ctx: click.Context, snapshot: Path, output: Path, renames: Path | None, format: str) -> None:
    """An edition of what the Hub's metadata declares, under the curated one.

    SNAPSHOT is a parquet file of the Hub's listing (columns id, cardData, tags, createdAt ...), a folder of
    them, such as models.parquet and datasets.parquet of hub-stats, or a folder of cards (NAME.md,
    ORG/NAME/README.md). Curated records stay as they are; every edge that a card declares has the basis
    'declared', which no curated edge has.

    \b
    Examples:
      llmlineage harvest path/to/hub-stats -o path/to/hub-edition
      llmlineage harvest path/to/cards -o path/to/cards-edition --json
    """
    root = ctx.find_root()
    base = open_edition(root.obj or root.params.get("edition") or installed())
    found = harvest(base, snapshot, output, renames)
    if format == "json":
        counts = {key.replace(" ", "_"): count for key, count in found.counts.items()}
        cut = [{"child": child, "parent": parent} for child, parent in found.cut]
        broken = [{"card": card, "problem": problem} for card, problem in found.broken]
        options.echo_json({"edition": str(output), **counts, "cut": cut, "broken": broken})
        return
    put(lines(found))


def lines(found: Harvest) -> Iterator[str]:
    counts = found.counts
    yield f"{found.folder}: {counts['repositories']:,} repositories, {counts['edges']:,} declared edges"
    told = (
        ("dangling", "names of no repository here, kept as names"),
        ("itself", "cards that name themselves, left out"),
        ("cut in circles", "edges that closed a circle, cut"),
        ("no name", "texts that name nothing (a path, a placeholder), left out"),
        ("empty", "empty entries"),
    )
    for key, what in told:
        if counts.get(key):
            yield f"  {counts[key]:,} {what}"
    for child, parent in found.cut[:MOST_TOLD]:
        yield f"  cut: {child} from {parent}"
    if found.broken:
        yield f"  {len(found.broken):,} cards that could not be read"
    for card, problem in found.broken[:MOST_TOLD]:
        yield f"  {card}: {problem}"
