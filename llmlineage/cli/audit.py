"""``llmlineage audit``."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from llmlineage import audit
from llmlineage.audit import FINDINGS, Finding, Named, configs
from llmlineage.audit.configs import ModelUse
from llmlineage.cli import options
from llmlineage.cli.paint import paint, put, put_commands, say, width
from llmlineage.edition import Edition
from llmlineage.errors import ConfigError, NoConfig
from llmlineage.graph import names
from llmlineage.render import audit as render
from llmlineage.render import words


def parse_findings(_: click.Context, __: click.Parameter, value: str | None) -> frozenset[Finding]:
    wanted = [part.strip() for part in (value or "").split(",") if part.strip()]
    for part in wanted:
        if part not in FINDINGS:
            raise click.BadParameter(f"{part!r} is not one of {', '.join(FINDINGS)}")
    return frozenset(finding for finding in FINDINGS if finding in wanted)


def parse_paths(_: click.Context, __: click.Parameter, paths: tuple[str, ...]) -> tuple[str, ...]:
    """The paths; an empty one is what is left of a variable that is not set, and no folder."""
    if "" in paths:
        raise click.BadParameter("the name of a config is empty; is a variable not set?")
    return paths


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="CONFIG...", callback=parse_paths)
@click.option(
    "--fail-on",
    metavar="LIST",
    callback=parse_findings,
    help=f"Exit with 1 where any of these is found: {', '.join(FINDINGS)} (joined by commas).",
)
@click.option("--skip-others", is_flag=True, help="Pass over files that name no dataset and no model.")
@click.option("--full", is_flag=True, help="Show long lists whole.")
@options.format_options("text", "json", "sarif", "github")
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    fail_on: frozenset[Finding],
    skip_others: bool,
    full: bool,
    format: str,
) -> None:
    """What a training config is about to inherit, each line with its source.

    CONFIG is a file of a training framework, a model or dataset card, a list of names (.txt), or a
    folder of them. Nothing in it is executed or fetched. It states what sources say and is no
    legal advice.

    \b
    Examples:
      llmlineage audit path/to/config.yml
      llmlineage audit path/to/config.yml --fail-on noncommercial,benchmark-test
    """
    edition = options.open_from(ctx)
    files, broken = read_all(paths, skip_others)
    audits = [audit.audit(edition, config) for config in files]
    if format == "json":
        options.echo_json(render.report(edition.version, audits, broken))
    elif format in ("sarif", "github"):
        from llmlineage.render import annotations

        if format == "sarif":
            options.echo_json(annotations.sarif(audits, fail_on))
        else:
            put_commands(annotations.github(audits, fail_on))
    else:
        put(as_text(edition, audits, full))
    for error in broken:
        say(f"llmlineage: {error}")
    if broken:
        ctx.exit(2)
    if not audits:
        say(f"llmlineage: none of {words.plural(len(paths), 'file')} names a dataset or model")
    if any(finding in fail_on for one in audits for finding, _ in one.found()):
        ctx.exit(1)


def as_text(edition: Edition, audits: Sequence[audit.Audit], full: bool) -> Iterator[str]:
    """Each audit; of several, an empty line after each, and a line on all. One alone has near names."""
    few = len(audits) == 1
    for one in audits:
        near = (lambda name: closest(edition, name)) if few else (lambda _: ())
        yield from render.text(one, near, paint, width(), full)
        if not few:
            yield ""
    if len(audits) > 1:
        yield render.summary(audits)


def read_all(paths: Sequence[str], skip_others: bool) -> tuple[list[configs.Config], list[ConfigError]]:
    """Every config named or below a folder named; a file that cannot be read does not hide the others.

    Below a folder, files that name no dataset and no model are no configs, and are passed over; a
    folder without any config is told as a file without any would be.
    """
    found: list[configs.Config] = []
    broken: list[ConfigError] = []
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112, which a name that is too long does not stop
            inside, errors = read_below(Path(path))
        else:
            inside, errors = read_one(Path(path), skip_others)
        found += inside
        broken += errors
    return found, broken


def read_below(folder: Path) -> tuple[list[configs.Config], list[ConfigError]]:
    found: list[configs.Config] = []
    broken: list[ConfigError] = []
    files = list(configs.files_below(folder))
    for file in files:
        inside, errors = read_one(file, skip_others=True)
        found += inside
        broken += errors
    if not found and not broken:
        broken.append(NoConfig(folder, f"holds no config: {words.plural(len(files), 'file')} read"))
    return found, broken


def read_one(file: Path, skip_others: bool) -> tuple[list[configs.Config], list[ConfigError]]:
    try:
        return configs.read(file), []
    except NoConfig as error:
        return [], [] if skip_others else [error]
    except ConfigError as error:
        return [], [error]


def closest(edition: Edition, one: Named) -> list[str]:
    table = "models" if isinstance(one.use, ModelUse) else "datasets"
    return names.closest(edition, one.use.stands_for or one.name, (table,), cutoff=0.75)
