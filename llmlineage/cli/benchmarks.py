"""``llmlineage benchmarks``."""

from __future__ import annotations

import click

from llmlineage.cli import options
from llmlineage.cli.paint import paint, put, width
from llmlineage.graph import benchmarks
from llmlineage.render import benchmarks as render


@click.command()
@options.name_argument()
@click.option("--down", is_flag=True, help="NAME is a benchmark: what its items reach.")
@click.option(
    "--split",
    "splits",
    multiple=True,
    type=click.Choice(("test", "validation", "train", "unknown")),
    help="Only items of this split; unknown where no source says. May be repeated.",
)
@click.option("--full", is_flag=True, help="Every name, also of many that came the same way.")
@click.option("-q", "--quiet", is_flag=True, help="Print ids only, one a line.")
@options.format_options("text", "json")
@click.pass_context
def command(
    ctx: click.Context, name: str, down: bool, splits: tuple[str, ...], full: bool, quiet: bool, format: str
) -> None:
    """Benchmarks that reach NAME along the graph, by which split and which way.

    All splits together count as test, the gravest. What came the same way stands together.

    \b
    Examples:
      llmlineage benchmarks OpenHermes-2.5
      llmlineage benchmarks gsm8k --down
      llmlineage benchmarks gsm8k --down --split test --full
    """
    edition = options.open_from(ctx)
    id = options.resolve(edition, name).id
    look = benchmarks.benchmark_below if down else benchmarks.benchmarks_above
    found = [one for one in look(edition, id) if not splits or one.split in splits]
    if quiet:
        ids = dict.fromkeys(one.record if down else one.benchmark for one in found)
        put(ids)
    elif format == "json":
        options.echo_json(render.document(found))
    else:
        options.put_facts(edition, render.text(found, down, paint, width(), full, splits))
