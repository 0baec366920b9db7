"""``llmlineage card``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from llmlineage.audit import Audit, audit, configs
from llmlineage.cli import options
from llmlineage.cli.paint import put
from llmlineage.edition import Edition
from llmlineage.errors import ConfigError
from llmlineage.graph import lineage, records
from llmlineage.graph.terms import read_licences
from llmlineage.render import card as render


@click.command()
@options.name_argument()
@options.format_options("text", "json")
@click.pass_context
def command(ctx: click.Context, name: str, format: str) -> None:
    """Front matter and a provenance section for the card of NAME on the Hub, as Markdown.

    NAME is a record, or the config with which a model is trained: what the Hub's fields can hold
    goes to the front matter, the rest to a table with a source for each row.

    \b
    Examples:
      llmlineage card OpenHermes-2.5
      llmlineage card path/to/config.yml > README.md
    """
    edition = options.open_from(ctx)
    is_config = os.path.isfile(name)  # noqa: PTH113, which a name that is too long does not stop
    if is_config:
        text = of_config(edition, Path(name))
    else:
        text = of_record(edition, options.resolve(edition, name).id)
    if format == "json":
        options.echo_json({"card": text})
    else:
        put(text.split("\n"))


def of_record(edition: Edition, id: str) -> str:
    trace = lineage.trace(edition, id, depth=1)
    nodes = {node.id: node for node in trace.nodes}
    record = records.record(edition, f"{nodes[id].type}s", id)
    return render.card(record, nodes, read_licences(edition).get(nodes[id].license or ""))


def of_config(edition: Edition, path: Path) -> str:
    found = configs.read(path)
    if len(found) != 1:
        raise ConfigError(path, f"holds {len(found)} configs; a card is for one")
    result = audit(edition, found[0])
    return render.config_card(result, nodes_of(edition, result))


def nodes_of(edition: Edition, found: Audit) -> dict[str, lineage.Node]:
    """The records of everything that a config names."""
    ids = sorted({one.id for one in (*found.models, *found.datasets) if one.id})
    return {id: lineage.trace(edition, id, depth=0).nodes[0] for id in ids}
