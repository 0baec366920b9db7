"""Rows of any number on stdout, of which a few are held at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from llmlineage.cli import options
from llmlineage.cli.paint import pieces, put, width, write
from llmlineage.edition.tables import Rows
from llmlineage.render.table import columns
from llmlineage.visible import visible_json


def echo_rows(result: Rows, format: str, whole: str = "all of it: --format csv") -> None:
    """Print rows as text, CSV, or one JSON document; ``whole`` says how to see what a terminal cuts."""
    if format == "csv":
        options.echo_csv(result.columns, result.rows)
    elif format == "json":
        objects = (dict(zip(result.columns, row, strict=True)) for row in result.rows)
        for piece in pieces(as_json(objects)):
            write(piece)
    else:
        put(columns(result.columns, result.rows, width(), whole))


def as_json(objects: Iterator[Mapping[str, object]]) -> Iterator[str]:
    """The document of ``options.echo_json`` for a list of objects, in parts."""
    import json

    opening = "["
    for one in objects:
        document = json.dumps(one, indent=2, ensure_ascii=False)
        yield visible_json(f"{opening}\n  " + document.replace("\n", "\n  "))
        opening = ","
    yield "[]\n" if opening == "[" else "\n]\n"
