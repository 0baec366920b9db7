"""The command line. Each command is one file of this folder, imported only when it is called."""

from __future__ import annotations

import errno
import importlib
import os
import sqlite3
import sys
from typing import Any

import click

from llmlineage.errors import LineageError
from llmlineage.version import __version__

# Help of the group, so that listing the commands imports none of them.
COMMANDS = {
    "trace": "What a dataset or model is made of, or what is made of it.",
    "show": "One record: its facts, edges, aliases and sources.",
    "why": "Every shortest way between two records.",
    "search": "Find records by name, alias, organization or summary.",
    "audit": "What a training config is about to inherit.",
    "terms": "Licences and providers' terms that reach a record.",
    "benchmarks": "Benchmarks that reach a record, or what a benchmark reaches.",
    "card": "Front matter and provenance for a card on the Hub.",
    "compare": "What two records share, or what changed between two editions.",
    "fingerprint": "Sketch the texts of a dataset, to compare them without the texts.",
    "overlap": "Which rows of one dataset are in another.",
    "identify": "Which known datasets the rows of a file come from.",
    "measure": "Whether the rows bear out a stated derivation.",
    "stats": "What the record covers, and how well it is known.",
    "tables": "The tables as text, CSV or JSON.",
    "sql": "Read-only SQL over the tables.",
    "add": "Add a row to a data package, in its place.",
    "validate": "Check a data package.",
    "build": "Compile a data package to an edition.",
}


class Failure(click.ClickException):
    """A wrong call or input: one message, exit status 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(f"llmlineage: {self.format_message()}", file=file, err=True)


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

    def invoke(self, ctx: click.Context) -> Any:
        if sys.stdout is None:
            raise Failure("stdout is closed")
        try:
            return super().invoke(ctx)
        except LineageError as error:
            if os.environ.get("LLMLINEAGE_DEBUG"):
                raise
            raise Failure(str(error)) from error
        except (OSError, UnicodeEncodeError, sqlite3.DatabaseError) as error:
            if os.environ.get("LLMLINEAGE_DEBUG") or getattr(error, "errno", None) == errno.EPIPE:
                raise
            drop_unwritten()
            raise Failure(explain(error)) from error


def drop_unwritten() -> None:
    """Let go of output that cannot be written, so that Python does not try again at its exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def explain(error: Exception) -> str:
    """What a user can do about an error of the machine: a path, a name, or a damaged file."""
    if isinstance(error, UnicodeEncodeError):
        if error.encoding == "utf-8":
            return "the call is not UTF-8 text"
        return f"the output holds characters that {error.encoding} lacks; set PYTHONIOENCODING=utf-8"
    if isinstance(error, sqlite3.DatabaseError):
        return f"the edition is damaged ({error}); build it again"
    return str(error)


def show_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    from llmlineage.edition import open_edition

    click.echo(f"llmlineage {__version__}")
    try:
        click.echo(f"edition {open_edition(ctx.params.get('edition')).version}")
    except LineageError as error:
        click.echo(f"no edition: {error}", err=True)
    ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.option(
    "--edition",
    metavar="PATH",
    is_eager=True,
    help="The edition to read: a folder that 'llmlineage build' wrote. "
    "By default LLMLINEAGE_EDITION, else the one that came with the package.",
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
