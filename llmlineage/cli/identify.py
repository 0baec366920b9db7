"""``llmlineage identify``."""

from __future__ import annotations

import click

from llmlineage.cli import options, reading
from llmlineage.cli.paint import paint, put


@click.command()
@click.argument("data")
@reading.reading_options
@click.option("--benchmarks", is_flag=True, help="Also benchmark items whose words stand in DATA.")
@click.option(
    "--words",
    type=click.Choice(["8", "13"]),
    default="13",
    show_default=True,
    help="How many words in a row a benchmark's item must share.",
)
@options.format_options("text", "json")
@click.pass_context
def command(
    ctx: click.Context,
    data: str,
    prompt: str | None,
    response: str | None,
    turns: bool,
    skip_bad_rows: bool,
    benchmarks: bool,
    words: str,
    format: str,
) -> None:
    """Which known datasets the rows of DATA come from, best first, with 95 % bounds.

    Compares with the fingerprints that the edition holds; nothing is fetched. A mix is explained by
    its parts, and a part by no mix that merely holds it too. DATA is a file, a folder, a glob, a Hub
    dataset (hub:ORG/NAME#split) or a fingerprint.

    \b
    Examples:
      llmlineage identify child.jsonl
      llmlineage identify child.jsonl --benchmarks --json
    """
    from llmlineage.content import identify, known, sketches
    from llmlineage.content.ngrams import contamination
    from llmlineage.render import content as render

    edition = options.open_from(ctx)
    collection = reading.collection(data, prompt, response, turns, skip_bad_rows)
    if benchmarks and sketches.is_fingerprint(data):
        raise click.UsageError("--benchmarks needs the rows; a fingerprint has none")
    fingerprint = sketches.of([collection], identify.LOG_ENTRIES)
    reading.say_read(collection)
    prints = known.fingerprints(edition)
    matches = identify.identify(edition, fingerprint, prints)
    found = contamination(collection, known.benchmarks(edition, int(words))) if benchmarks else None
    if format == "json":
        options.echo_json(render.identify_document(data, fingerprint.rows, matches, found))
    else:
        put(render.identify(fingerprint, matches, len({one.id for one in prints}), paint))
        if found is not None:
            put([""])
            put(render.contamination(found, paint))
