"""``llmlineage overlap``."""

from __future__ import annotations

from pathlib import Path

import click

from llmlineage.cli import options, reading
from llmlineage.cli.paint import paint


@click.command()
@click.argument("a")
@click.argument("b")
@reading.reading_options
@click.option("--prompt-b", metavar="COLUMN", help="As --prompt, for B where it differs.")
@click.option("--response-b", metavar="COLUMN", help="As --response, for B where it differs.")
@click.option("--no-response-b", is_flag=True, help="B has no responses, whatever its columns look like.")
@click.option(
    "--near", is_flag=True, help="Also rows that match in part: inside a template, or after small edits."
)
@click.option(
    "--threshold",
    type=reading.Share(0.3, 1),
    default=0.7,
    show_default=True,
    help="The Jaccard similarity of word 3-shingles from which rows are near.",
)
@click.option(
    "--ngrams",
    type=click.IntRange(1, 100),
    metavar="N",
    help="B is a benchmark: which of its prompts share a run of N words with A (13 and 8 are usual).",
)
@click.option(
    "--examples",
    type=click.IntRange(1, reading.MOST_EXAMPLES),
    metavar="N",
    help=f"Show N rows of A that are in B, {reading.MOST_EXAMPLES:,} at most.",
)
@click.option(
    "--write",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write, for each row of A, the row of B that it matches, as parquet.",
)
@reading.force_option
@options.format_options("text", "json")
def command(
    a: str,
    b: str,
    prompt: str | None,
    response: str | None,
    turns: bool,
    skip_bad_rows: bool,
    prompt_b: str | None,
    response_b: str | None,
    no_response_b: bool,
    near: bool,
    threshold: float,
    ngrams: int | None,
    examples: int | None,
    write: Path | None,
    force: bool,
    format: str,
) -> None:
    """Which rows of A are in B, by prompt, by response, and by both.

    A and B are each a file (JSON Lines, JSON, CSV, TSV, parquet, also .gz and .zst), a folder or glob
    of them, hub:ORG/NAME[:config][@revision]#split, or a fingerprint. Texts are the same when they are
    after Unicode NFKC, case folding, and white space made even. Rows are numbered from 0. With a
    fingerprint on either side the figures are estimates, with 95 % bounds.

    \b
    Examples:
      llmlineage overlap child.jsonl parent.jsonl --near
      llmlineage overlap child.jsonl path/to/benchmark.jsonl --ngrams 13
    """
    from llmlineage.content import compare
    from llmlineage.render import content as render

    left = reading.collection(a, prompt, response, turns, skip_bad_rows)
    if no_response_b and response_b:
        raise click.UsageError("--response-b names what --no-response-b says is not there; leave out one")
    answer_b = None if no_response_b else response_b or response
    right = reading.collection(b, prompt_b or prompt, answer_b, turns, skip_bad_rows, no_response_b)
    asked = compare.Asked(near, threshold, examples or 0, write, force)
    if ngrams:
        if asked.options():
            raise click.UsageError(f"--ngrams looks for runs of words alone; leave out {asked.options()[0]}")
        leaks = compare.benchmark_report(left, right, ngrams)
        reading.say_read(*leaks.sides)
        document, lines = render.contamination_document(leaks), render.contamination(leaks.found, paint)
    else:
        report = compare.overlap_report(left, right, asked)
        reading.say_read(*report.sides)
        document, lines = render.overlap_document(report), render.overlap(report, paint)
    reading.show(format, document, lines)
