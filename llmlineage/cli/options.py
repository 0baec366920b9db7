"""What the commands share: the NAME argument, the output formats, and the open edition."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import click

from llmlineage.cli.paint import say, write, writing
from llmlineage.edition import Edition, open_edition
from llmlineage.errors import LineageError
from llmlineage.graph import names
from llmlineage.visible import brief, visible_json

F = TypeVar("F", bound=Callable[..., Any])
# A number of things, as SQLite and Python can both count them.
COUNT = click.IntRange(min=1, max=2**31 - 1)


def open_from(ctx: click.Context) -> Edition:
    """The edition that the call names."""
    return open_edition(ctx.find_root().obj or ctx.find_root().params.get("edition"))


def resolve(edition: Edition, name: str, tables: Sequence[str] = names.NODE_TABLES) -> names.Match:
    """The record that is meant; the others it could be are named on stderr."""
    match = names.resolve(edition, name, tables)
    if match.others:
        others = ", ".join(f"{id} ({table})" for table, id in match.others[:5])
        more = f" and {len(match.others) - 5} more" if len(match.others) > 5 else ""
        say(f"{brief(name)} is taken as {match.id} ({match.table}); it can also mean {others}{more}")
    return match


def name_argument(name: str = "name", tables: Sequence[str] = names.NODE_TABLES) -> Callable[[F], F]:
    """The NAME of a record in one of ``tables``, completed by the shell."""

    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
        try:
            return names.completions(open_from(ctx), incomplete, tables)
        except (LineageError, sqlite3.Error):
            return []

    return click.argument(name, shell_complete=complete)


def format_options(*formats: str) -> Callable[[F], F]:
    """``--format`` among these, the first by default, and ``--json`` for short."""

    def decorate(function: F) -> F:
        function = click.option("--json", "format", flag_value="json", help="Short for --format json.")(
            function
        )
        return click.option(
            "--format",
            "format",
            type=click.Choice(formats),
            default=formats[0],
            show_default=True,
            help="How to print it.",
        )(function)

    return decorate


def echo_json(document: object) -> None:
    """One JSON document, UTF-8, keys in the order given."""
    import json  # as csv below: a trace as a tree needs neither

    write(visible_json(json.dumps(document, indent=2, ensure_ascii=False)) + "\n")


def echo_csv(header: Iterable[str], rows: Iterable[Sequence[object]]) -> None:
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    with writing():
        writer.writerow(header)
        writer.writerows(rows)
        sys.stdout.flush()  # here, where a reader that has gone away is no error
