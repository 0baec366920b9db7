"""``llmlineage fingerprint``."""

from __future__ import annotations

from pathlib import Path

import click

from llmlineage.cli import options, reading
from llmlineage.cli.paint import put


@click.command()
@click.argument("data", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The parquet file to write.",
)
@reading.reading_options
@click.option("--revision", default="", help="The commit or version of the data, to be kept with it.")
@click.option(
    "--entries",
    type=click.IntRange(16, 1 << 26),
    default=4096,
    show_default=True,
    help="Nominal entries of a sketch, a power of two: more of them make the bounds closer.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "spark"]),
    default="local",
    show_default=True,
    help="What reads the data.",
)
@click.option("--master", metavar="URL", help="The Spark master, such as local[4] or spark://host:7077.")
@options.format_options("text", "json")
def command(
    data: tuple[str, ...],
    output: Path,
    prompt: str | None,
    response: str | None,
    turns: bool,
    skip_bad_rows: bool,
    revision: str,
    entries: int,
    engine: str,
    master: str | None,
    format: str,
) -> None:
    """Write the fingerprint of DATA: a sketch of its prompts, responses, and both.

    A fingerprint holds no text, and tells what DATA shares with other data. Fingerprint files among
    several DATA are merged with the rest. DATA is a file (JSON Lines, JSON, CSV, TSV, parquet, also
    .gz and .zst), a folder or glob of them, or hub:ORG/NAME[:config][@revision]#split.

    \b
    Examples:
      llmlineage fingerprint child.jsonl -o child.fingerprint.parquet
      llmlineage fingerprint child.jsonl parent.jsonl -o both.fingerprint.parquet
    """
    from llmlineage.content import sketches
    from llmlineage.render import content as render

    log_entries = entries.bit_length() - 1
    if entries != 1 << log_entries:
        raise click.BadParameter(f"{entries} is not a power of two", param_hint="--entries")
    collections = [reading.collection(one, prompt, response, turns, skip_bad_rows) for one in data]
    if engine == "spark":
        from llmlineage.content import spark

        made = sketches.merge(
            [
                spark.fingerprint(one.address, one.options, master, log_entries, revision)
                for one in collections
            ]
        )
    else:
        made = sketches.of(collections, log_entries, revision)
    sketches.write(made, output)
    reading.say_read(*collections)
    if format == "json":
        options.echo_json(render.fingerprint_document(made))
    else:
        put(render.fingerprint(made, str(output)))
