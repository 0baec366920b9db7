"""What people see: the one way out for text, its colours, and the width of the terminal.

Colour is for terminals only, and never where NO_COLOR is set (https://no-color.org).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import click

from llmlineage.render.marks import mark, replaced
from llmlineage.visible import calm, visible

_STYLES = {
    "root": "\x1b[1m",
    "heading": "\x1b[1m",
    "name": "\x1b[36m",
    "maker": "\x1b[35m",
    "step": "\x1b[2m",
    "unknown": "\x1b[33m",
}
_PLAIN = "\x1b[0m"
# Columns that a terminal is taken to have where it says 0, as those of CI systems and containers do.
USUAL_WIDTH = 80
# Characters that are written at once.
PIECE = 1_000_000
NARROWEST, WIDEST = 20, 10_000


def put(lines: Iterable[str]) -> None:
    """Print the lines of a report on stdout.

    Each is one line, whatever its data hold: what would act on a terminal is written out, and
    only what ``paint`` marked becomes colour.
    """
    for text in pieces(f"{styled(calm(visible(line)))}\n" for line in lines):
        write(text)


def put_commands(lines: Iterable[str]) -> None:
    """Print lines that a CI system is meant to obey on stdout."""
    write("".join(f"{visible(line)}\n" for line in lines))


def pieces(texts: Iterable[str]) -> Iterator[str]:
    """Texts joined to pieces that are worth a call of the system, and are all that is held."""
    taken, size = list[str](), 0
    for text in texts:
        taken.append(text)
        size += len(text)
        if size > PIECE:
            yield "".join(taken)
            taken, size = [], 0
    yield "".join(taken)


def say(message: str) -> None:
    """Print one line on stderr: a remark beside the result, or what went wrong."""
    try:
        click.echo(calm(visible(message)), err=True)
    except OSError:  # nobody can be told that nobody can be told
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def write(text: str) -> None:
    """Write to stdout what is safe already."""
    with writing():
        click.echo(text, nl=False)


@contextmanager
def writing() -> Iterator[None]:
    """Say of an error of writing that it was stdout which could not be written."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or "stdout"
        raise


def styled(line: str) -> str:
    return replaced(line, _STYLES.__getitem__, _PLAIN)


def wants_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, role: str) -> str:
    """Mark a text by the part it plays, where colour is wanted."""
    return mark(text, role) if wants_colour() else text


def width() -> int | None:
    """Columns to wrap to: those of COLUMNS, or of the terminal; None where output is piped."""
    said = os.environ.get("COLUMNS", "")
    columns = int(said.lstrip("0")[:6] or 0) if said.isascii() and said.isdecimal() else 0
    if not columns:
        try:
            columns = os.get_terminal_size(sys.stdout.fileno()).columns or USUAL_WIDTH
        except (OSError, ValueError):  # not a terminal, or not a file at all
            return None
    return max(NARROWEST, min(columns, WIDEST))
