"""``llmlineage overlap``."""

from __future__ import annotations

from pathlib import Path

import click

from llmlineage.cli import options, reading
from llmlineage.cli.paint import paint, put


@click.command()
@click.argument("a")
@click.argument("b")
@reading.reading_options
@click.option("--prompt-b", metavar="COLUMN", help="As --prompt, for B where it differs.")
@click.option("--response-b", metavar="COLUMN", help="As --response, for B where it differs.")
@click.option(
    "--near", is_flag=True, help="Also rows that match in part: inside a template, or after small edits."
)
@click.option(
    "--threshold",
    type=click.FloatRange(0.3, 1),
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
@click.option("--examples", type=options.COUNT, metavar="N", help="Show N rows of A that are in B.")
@click.option(
    "--write",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write, for each row of A, the row of B that it matches, as parquet.",
)
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
    near: bool,
    threshold: float,
    ngrams: int | None,
    examples: int | None,
    write: Path | None,
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
    from llmlineage.content import exact, sketches
    from llmlineage.render import content as render

    left = reading.collection(a, prompt, response, turns, skip_bad_rows)
    right = reading.collection(b, prompt_b or prompt, response_b or response, turns, skip_bad_rows)
    sketched = sketches.is_fingerprint(a) or sketches.is_fingerprint(b)
    wanted = {"--near": near, "--ngrams": ngrams, "--examples": examples, "--write": write}
    for option in wanted if sketched else ():
        if wanted[option]:
            raise click.UsageError(f"{option} needs the rows of both sides; a fingerprint has none")
    if ngrams:
        from llmlineage.content.ngrams import contamination, read_benchmark

        found = contamination(left, [read_benchmark(right, ngrams)])
        reading.say_read(left, right)
        if format == "json":
            options.echo_json(render.contamination_document(a, left.rows, found))
        else:
            put(render.contamination(found, paint))
        return
    if sketched:
        prints = [sketches.of([one]) for one in (left, right)]
        result = render.Report(a, b, prints[0].rows, prints[1].rows, sketches.compare(*prints))
        reading.say_read(left, right)
        show(result, format)
        return
    hashes = exact.read_hashes(left), exact.read_hashes(right)
    left, right = (side.collection for side in hashes)
    reading.say_read(left, right)
    overlap = exact.overlap(*hashes)
    tiers = {}
    if near:
        from llmlineage.content import near as nearby

        tiers = {
            field: nearby.compare(*hashes, overlap, field, threshold)
            for field in ("prompt", "response")
            if overlap.fields[field].a_distinct and overlap.fields[field].b_distinct
        }
    if write:
        exact.write_matches(exact.matches(*hashes, overlap), write)
    shown = list(exact.examples(*hashes, overlap, exact.default_field(overlap), examples)) if examples else []
    show(
        render.Report(
            a,
            b,
            left.rows,
            right.rows,
            overlap.fields,
            exact.weighty(*hashes),
            overlap.a_fold,
            overlap.b_fold,
            tiers,
            shown,
        ),
        format,
    )


def show(report: object, format: str) -> None:
    from llmlineage.render import content as render

    assert isinstance(report, render.Report)
    if format == "json":
        options.echo_json(render.overlap_document(report))
    else:
        put(render.overlap(report, paint))
