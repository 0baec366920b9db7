"""What the commands share: the NAME argument, the output formats, and the open edition."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from llmlineage.cli.paint import USUAL_WIDTH, paint, put, say, write, writing
from llmlineage.edition import Edition, open_edition
from llmlineage.errors import LineageError
from llmlineage.graph import names
from llmlineage.render.wrapping import indented
from llmlineage.visible import shorten, visible_json

if TYPE_CHECKING:
    from pathlib import Path

    from llmlineage.checks.beneath import Finding

F = TypeVar("F", bound=Callable[..., Any])
# Other meanings of a name beyond these are counted.
MOST_OTHERS = 5
# A number of things, as SQLite and Python can both count them.
COUNT = click.IntRange(min=1, max=2**31 - 1)


def open_from(ctx: click.Context) -> Edition:
    """The edition that the call names."""
    return open_edition(ctx.find_root().obj or ctx.find_root().params.get("edition"))


def edition_beneath(ctx: click.Context, package: Path, on_top: bool = False) -> Edition | None:
    """The edition that a package is laid over; None for one that stands alone.

    That of ``--edition``, else the one that came with the program: what LLMLINEAGE_EDITION and
    llmlineage.toml name is what the package becomes.
    """
    from llmlineage.edition import installed
    from llmlineage.edition.ondemand import is_on_top

    if not on_top and not is_on_top(package):
        return None
    root = ctx.find_root()
    return open_edition(root.obj or root.params.get("edition") or installed())


def beneath(ctx: click.Context, package: Path, on_top: bool = False) -> Finding | None:
    """How to find what the rows of a package may point at beneath it."""
    base = edition_beneath(ctx, package, on_top)
    if base is None:
        return None
    from llmlineage.edition.beneath import finding

    return finding(base)


def resolve(edition: Edition, name: str, tables: Sequence[str] = names.NODE_TABLES) -> names.Match:
    """The record that is meant; the others it could be are named on stderr."""
    match = names.resolve(edition, name, tables)
    if match.others or match.copy_of:
        for line in indented(meanings(name, match), "", USUAL_WIDTH, "  "):
            say(line)
    return match


def meanings(name: str, match: names.Match) -> str:
    """What a name is taken as, and what else it can mean; the kind of a record where it is another, or has
    the same id."""
    ids = {id for _, id in match.others}
    taken = f"{match.id} ({kind_of(match.table)})" if match.id in ids else match.id
    if match.copy_of:
        taken = f"a copy of {taken}"
    shown = [
        id if table == match.table else f"{id} ({kind_of(table)})" for table, id in match.others[:MOST_OTHERS]
    ]
    more = f" and {len(match.others) - MOST_OTHERS} more" if len(match.others) > MOST_OTHERS else ""
    also = f"; also {', '.join(shown)}{more}" if shown else ""
    return f"{shorten(name)} taken as {taken}{also}"


def kind_of(table: str) -> str:
    return {"licenses": "licence"}.get(table, table.removesuffix("s"))


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
        # A flag of its own: of two options with one name, click 8.2 and 8.3 take different defaults.
        @wraps(function)
        def called(*args: Any, format: str, as_json: bool, **kwargs: Any) -> Any:
            return function(*args, format="json" if as_json else format, **kwargs)

        json = click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
        return click.option(
            "--format",
            "format",
            type=click.Choice(formats),
            default=formats[0],
            show_default=True,
            help="How to print it.",
        )(json(cast(F, called)))

    return decorate


def put_facts(edition: Edition, lines: Iterable[str]) -> None:
    """Print a report that states facts; its last line says of which edition they are."""
    put(chain(lines, [paint(f"Edition {edition.version}", "step")]))


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
