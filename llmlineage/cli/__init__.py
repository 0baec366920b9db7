"""The command line. Each command is one file of this folder, imported only when it is called."""

from __future__ import annotations

import errno
import importlib
import os
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from llmlineage.cli.paint import put, say, writing
from llmlineage.errors import LineageError
from llmlineage.version import __version__
from llmlineage.visible import brief, calm, is_text

# Help of the group, so that listing the commands imports none of them.
COMMANDS = {
    "trace": "What a dataset or model is made of, or what is made of it.",
    "show": "One record: its facts, edges, aliases and sources.",
    "why": "Every shortest way between two records.",
    "explore": "See where a record came from, in a browser.",
    "search": "Find records by name, alias, organization or summary.",
    "audit": "What a training config is about to inherit.",
    "terms": "Licences and providers' terms that reach a record.",
    "benchmarks": "Benchmarks that reach a record, or what a benchmark reaches.",
    "card": "Front matter and provenance for a card on the Hub.",
    "report": "One document to hand over, every statement with its source.",
    "export": "A trace as CycloneDX, SPDX, Croissant, PROV, GraphML, Mermaid ...",
    "compare": "What two records share, or what changed between two editions.",
    "fingerprint": "Sketch the texts of a dataset, to compare them without the texts.",
    "overlap": "Which rows of one dataset are in another.",
    "identify": "Which known datasets the rows of a file come from.",
    "attribute": "For every row, the known datasets that hold it.",
    "measure": "Whether the rows bear out a stated derivation.",
    "stats": "What the record covers, and how well it is known.",
    "tables": "The tables as text, CSV or JSON.",
    "sql": "Read-only SQL over the tables.",
    "new": "Start a data package of one's own, over the published record.",
    "add": "Add a row to a data package, in its place.",
    "validate": "Check a data package.",
    "build": "Compile a data package to an edition.",
    "harvest": "An edition of what the Hub's metadata declares, under the curated one.",
}

# Where the words of the call are kept, for messages about them.
CALL = "llmlineage.call"


class Failure(click.ClickException):
    """A wrong call or input: one message, exit status 2. Its lines are safe to print already."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        first, *more = self.format_message().split("\n")
        say(f"llmlineage: {first}")
        for line in more:
            say(line)


class LazyGroup(click.Group):
    """A group that imports a command when it is called, and turns errors into messages."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"llmlineage.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        call = tuple(args)  # click takes words off the list as it reads them
        with messages(call), writing():  # help and version are all that happens here
            ctx = super().make_context(info_name, args, parent, **extra)
        ctx.meta[CALL] = call
        return ctx

    def invoke(self, ctx: click.Context) -> Any:
        with messages(ctx.meta.get(CALL, ())):
            return super().invoke(ctx)


@contextmanager
def messages(call: Sequence[str]) -> Iterator[None]:
    """Turn every error that a user can mend into one safe message."""
    if sys.stdout is None:
        raise Failure("stdout is closed")
    try:
        yield
    except click.UsageError as error:
        error.message = calm(brief(error.message))  # type: ignore[misc]  # click makes it safe nowhere
        raise
    except LineageError as error:
        if os.environ.get("LLMLINEAGE_DEBUG"):
            raise
        raise Failure(str(error)) from error
    except (OSError, UnicodeEncodeError, sqlite3.DatabaseError) as error:
        if os.environ.get("LLMLINEAGE_DEBUG") or getattr(error, "errno", None) == errno.EPIPE:
            raise
        drop_unwritten()
        raise Failure(brief(explain(error, call))) from error


def drop_unwritten() -> None:
    """Let go of output that cannot be written, so that Python does not try again at its exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def explain(error: Exception, call: Sequence[str] = ()) -> str:
    """What a user can do about an error of the machine: a place, a name, or a damaged file.

    ``call`` holds the words of the command line.
    """
    if isinstance(error, UnicodeEncodeError):
        return explain_encoding(error, call)
    if isinstance(error, sqlite3.DatabaseError):
        name = getattr(error, "sqlite_errorname", None) or ""
        if name.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY")):
            return f"the disk of the edition, or of temporary files, cannot be read or written ({error})"
        return f"the edition is damaged ({error}); build it again"
    if isinstance(error, OSError) and error.strerror:
        place = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else ""
        return f"{place}: {error.strerror}" if place else error.strerror
    return str(error)


def explain_encoding(error: UnicodeEncodeError, call: Sequence[str]) -> str:
    if error.encoding != "utf-8":
        return f"the output holds characters that {error.encoding} lacks; set PYTHONIOENCODING=utf-8"
    if not all(map(is_text, call)):
        return "the call is not UTF-8 text"
    return f"a text holds {error.object[error.start]!r}, half of a character, which is no UTF-8"


def show_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    from llmlineage.edition import open_edition

    put([f"llmlineage {__version__}"])
    try:
        put([f"edition {open_edition(ctx.params.get('edition')).version}"])
    except LineageError as error:
        say(f"no edition: {error}")
    ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.option(
    "--edition",
    metavar="PATH",
    is_eager=True,
    help="The edition to read: a folder that 'llmlineage build' wrote, or a data package. "
    "By default LLMLINEAGE_EDITION, else that of llmlineage.toml, else the one that came with the package.",
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    callback=show_version,
    help="Print the versions of the program and the edition.",
)
@click.pass_context
def main(ctx: click.Context, edition: str | None) -> None:
    """What instruction and preference datasets are made of, with a source for every step.

    \b
    Examples:
      llmlineage trace OpenHermes-2
      llmlineage why OpenHermes-2.5 alpaca
    """
    ctx.obj = edition
