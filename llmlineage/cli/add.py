"""``llmlineage add``: a command a kind of row, its options made from the Table Schemas."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from llmlineage import curate
from llmlineage.checks import validate
from llmlineage.checks.beneath import Finding
from llmlineage.cli import Failure, options
from llmlineage.cli.paint import put, say
from llmlineage.cli.validate import problem_lines
from llmlineage.curate import Written, asking, columns
from llmlineage.curate.judging import to_come
from llmlineage.curate.rules import ENDS
from llmlineage.errors import MissingExtra, Problem, RowRefused
from llmlineage.package import read_package
from llmlineage.render import document
from llmlineage.visible import shorten

ABOUT = {
    "dataset": "A dataset, or a version of one.",
    "model": "A model, open or closed.",
    "edge": "That one record was made from another, or from several.",
    "alias": "Another name by which people ask for a record.",
    "source": "A document that was read.",
    "organization": "Who makes datasets or models.",
    "license": "A licence, or a provider's terms as of a date.",
    "method": "A technique.",
    "discrepancy": "A claim that was found and not accepted.",
}
EXAMPLES = {
    "dataset": "--name 'Tiny Mix' --kind instruction --status available --upstream complete --source ID",
    "model": "--name 'Tiny 1B' --kind instruct --status available --upstream partial --source ID",
    "edge": "--child tiny-mix --parent alpaca --parent gsm8k --relation includes --basis stated --source ID",
    "alias": "--alias TinyMix-v1 --table datasets --id tiny-mix --kind former --source ID",
    "source": "--url https://huggingface.co/datasets/example/tiny-mix",
}


class Kinds(click.Group):
    """The kinds of rows; the options of one are made when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(ABOUT)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return kind_command(cmd_name) if cmd_name in ABOUT else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Kinds"):
            formatter.write_dl(list(ABOUT.items()))


def kind_command(kind: str) -> click.Command:
    """The command for one kind of row."""
    own = [
        click.Option(
            ["--package"],
            type=click.Path(exists=True, path_type=Path),
            metavar="PATH",
            help="The data package. By default the one in this folder or above.",
        ),
        click.Option(["--no-validate"], is_flag=True, help="Do not check the whole package afterwards."),
        click.Option(["--json", "json"], is_flag=True, help="Print what was written as JSON."),
    ]
    example = f"\n\n\b\nExample:\n  llmlineage add {kind}{folded(EXAMPLES[kind])}" if kind in EXAMPLES else ""
    return click.Command(
        kind,
        callback=lambda package, no_validate, json, **given: run(kind, package, no_validate, json, given),
        params=[*map(option, columns.columns_of(kind)), *own],
        help=f"{ABOUT[kind]}\n\nOn a terminal, what is required and not given is asked for.{example}",
        short_help=ABOUT[kind],
    )


def folded(arguments: str) -> str:
    """Arguments on lines of the shell, an option each."""
    return "".join(f" \\\n    --{one.strip()}" for one in arguments.split("--")[1:])


def option(column: columns.Column) -> click.Option:
    return click.Option(
        [f"--{column.name.replace('_', '-')}", column.name],
        type=click.Choice(column.values) if column.values else None,
        metavar=None if column.flag else column.name.upper(),
        is_flag=column.flag or None,  # False would mean a value that may be left out
        multiple=column.many,
        help=("Required. " if column.required else "") + column.description,
    )


def run(kind: str, package: Path | None, no_validate: bool, json: bool, given: Mapping[str, Any]) -> None:
    """Add the row that the options describe, and say what was written."""
    path = package or found_package()
    options_given = {name: "true" if cell is True else cell for name, cell in given.items() if cell}
    answers = dict(options_given)
    beneath = options.beneath(click.get_current_context(), path)
    try:
        read, tables = curate.read_tables(path)
        known = curate.known_rows(read, tables, beneath, answers)
        rows = asking.additions(kind, read, known, answers, ask if on_terminal() else None)
        written = curate.add(path, rows, beneath)
    except (RowRefused, click.Abort) as error:
        if answers != options_given:
            say(f"Your answers so far: {command_line(kind, answers)}")
        if isinstance(error, click.Abort):
            raise Failure("stopped; nothing was written") from error
        raise
    report(path, written, None if no_validate else checked(path, beneath), json)


def found_package() -> Path:
    found = curate.find_package(Path.cwd())
    if found is None:
        raise Failure("no data package in this folder or above; name one: --package PATH")
    return Path(os.path.relpath(found))


def on_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def ask(question: asking.Question) -> str:
    """Ask on the terminal until the answer can be a cell of the column."""

    def check(answer: str) -> str:
        try:
            return question.check(answer.strip())
        except RowRefused as error:
            said = "; ".join(f"{shorten(answer)} {one.problem}; {one.suggestion}" for one in error.problems)
            raise click.UsageError(said) from error

    say(question.description)
    default = question.default or None
    return str(click.prompt(question.name, default=default, value_proc=check, err=True))


def command_line(kind: str, answers: Mapping[str, Any]) -> str:
    """The call that gives these answers at once."""
    words = ["llmlineage", "add", kind]
    for name, cell in answers.items():
        for one in [cell] if isinstance(cell, str) else cell:
            words += [f"--{name.replace('_', '-')}", *([] if name == "preferred" else [one])]
    return shlex.join(words)


def checked(path: Path, beneath: Finding | None) -> list[Problem] | None:
    """The problems of the whole package; None, and a message on stderr, where frictionless is missing."""
    try:
        return validate(path, beneath)[1]
    except MissingExtra as error:
        say(f"The row was checked, the package as a whole was not: {error}")
        return None


def report(path: Path, written: Sequence[Written], problems: Sequence[Problem] | None, json: bool) -> None:
    """What was written and where, what is still wrong or to come, and what usually follows."""
    steps = list(next_steps(path, written))
    if json:
        listed = None if problems is None else [document.problem(one) for one in problems]
        options.echo_json({"written": list(map(as_json, written)), "next": steps, "problems": listed})
        return
    lines = [line for one in written for line in (f"{one.file}:{one.row}", f"  {one.line}")]
    lines += [*found_lines(path, written, problems or []), "Next:", *(f"  {step}" for step in steps)]
    if problems is not None and all(problem.level == "warning" for problem in problems):
        lines.append(f"{path}: valid")
    put(lines)


def as_json(one: Written) -> dict[str, Any]:
    cells = {column: cell or None for column, cell in one.cells.items()}
    return {"table": one.table, "file": one.file, "row": one.row, "cells": cells}


def found_lines(path: Path, written: Sequence[Written], problems: Sequence[Problem]) -> Iterator[str]:
    """What rows to come will mend, apart from what is wrong; warnings of the new rows alone."""
    files = {name: table.file for name, table in read_package(path).tables.items()}
    coming = [one for one in problems if one.level == "error" and to_come(files, one)]
    if coming:
        yield "Still to come:"
        yield from map(str, coming)
    rows: dict[str, frozenset[int]] = dict.fromkeys(files.values(), frozenset())
    for one in written:
        rows[one.file] |= {one.row}
    yield from problem_lines([one for one in problems if one not in coming], rows, everything=False)


def next_steps(path: Path, written: Sequence[Written]) -> Iterator[str]:
    """The commands that usually follow, or the option that uses what was written."""
    one = written[0]
    look = f"llmlineage --edition {shlex.quote(str(path))}"
    id = one.cells.get("id", "")
    if one.table == "sources":
        yield f"cite it: --source {id}"
    elif one.table in ("datasets", "models"):
        yield f"llmlineage add edge --child {id} --parent ..."
        yield f"llmlineage add alias --table {one.table} --id {id} --alias ..."
        yield f"{look} trace {id}"
    elif one.table in ENDS:
        yield f"{look} trace {one.cells[ENDS[one.table][0]]}"
    elif one.table == "discrepancies":
        yield f"{look} show {id}" if one.cells["table"] not in ENDS else f"{look} trace {id}"
    elif one.table == "aliases":
        yield f"{look} show {shlex.quote(one.cells['alias'])}"
    else:
        yield f"use it: --{one.table.removesuffix('s')} {id}"


command = Kinds(
    "add",
    help="""Add a row to a data package, in its place, once it is known to be right.

    A row that breaks its schema, refers to nothing or stands there already is refused, and no file
    is touched. 'llmlineage add KIND -h' says what can be said of a kind of row.

    \b
    Examples:
      llmlineage add source --url https://huggingface.co/datasets/example/tiny-mix
      llmlineage add alias --alias a52k --table datasets --id alpaca --kind short
    """,
)
