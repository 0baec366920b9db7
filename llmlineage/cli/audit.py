"""``llmlineage audit``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from llmlineage import audit
from llmlineage.audit import Audit, Category, Finding, Named, ignores
from llmlineage.audit.configs import ModelUse
from llmlineage.audit.findings import CATEGORIES, GROUPS, categories_called
from llmlineage.audit.ignores import Ignore, Settings
from llmlineage.cli import options
from llmlineage.cli.paint import paint, put, put_commands, say, width
from llmlineage.edition import Edition
from llmlineage.errors import ConfigError
from llmlineage.graph import names
from llmlineage.graph.terms.licences import read_licences
from llmlineage.render import audit as render
from llmlineage.render import words
from llmlineage.visible import brief

# Configs with names without a record beyond so many are counted.
MOST_TOLD = 10


def parse_categories(_: click.Context, __: click.Parameter, value: str | None) -> frozenset[Category] | None:
    if value is None:
        return None
    try:
        return frozenset(categories_called(part.strip() for part in value.split(",") if part.strip()))
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def parse_sections(_: click.Context, __: click.Parameter, value: tuple[str, ...]) -> frozenset[str]:
    wanted = {part.strip() for one in value for part in one.split(",") if part.strip()}
    if unknown := sorted(wanted - set(render.SECTIONS)):
        raise click.BadParameter(f"{unknown[0]!r} is not one of {', '.join(render.SECTIONS)}")
    return frozenset(wanted)


def parse_ignores(_: click.Context, __: click.Parameter, value: tuple[str, ...]) -> tuple[Ignore, ...]:
    try:
        return tuple(map(ignores.parse, value))
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def parse_paths(_: click.Context, __: click.Parameter, paths: tuple[str, ...]) -> tuple[str, ...]:
    """The paths; an empty one is what is left of a variable that is not set, and no folder."""
    if "" in paths:
        raise click.BadParameter("the name of a config is empty; is a variable not set?")
    return paths


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="CONFIG...", callback=parse_paths)
@click.option(
    "--section",
    "sections",
    multiple=True,
    metavar="LIST",
    callback=parse_sections,
    help=f"Show what stands behind the verdict: {', '.join(render.SECTIONS)} (joined by commas).",
)
@click.option("--full", is_flag=True, help="Show every section, and long lists whole.")
@click.option(
    "--fail-on",
    metavar="LIST",
    callback=parse_categories,
    help=f"Exit with 1 where any of these is found: {', '.join((*CATEGORIES, *GROUPS))} (joined by commas).",
)
@click.option(
    "--ignore",
    "ignored",
    multiple=True,
    metavar="CATEGORY:ID=REASON",
    callback=parse_ignores,
    help="Leave a finding out of the verdict; it is still shown, with the reason. May be repeated.",
)
@click.option(
    "--hub",
    is_flag=True,
    help="Of names without a record, read the cards on the Hub, and what those name, until records are met.",
)
@click.option("--skip-others", is_flag=True, help="Pass over files that name no dataset and no model.")
@options.format_options("text", "json", "markdown", "sarif", "github")
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    sections: frozenset[str],
    full: bool,
    fail_on: frozenset[Category] | None,
    ignored: tuple[Ignore, ...],
    hub: bool,
    skip_others: bool,
    format: str,
) -> None:
    """What a training config is about to inherit, each line with its source.

    CONFIG is a file of a training framework, a script that trains (.py, .sh), a model or dataset
    card, a list of names (.txt), or a folder of them. Nothing in it is executed, and nothing is fetched
    but cards with --hub. It states what sources say and is no legal advice.

    An llmlineage.toml in this folder, or above it in its repository, may hold what fails and what is
    ignored: [audit] with fail-on, and an [[audit.ignore]] with category, id and reason for each.

    \b
    Examples:
      llmlineage audit path/to/config.yml
      llmlineage audit path/to/config.yml --fail-on noncommercial,benchmark-test
    """
    settings = settings_of(fail_on, ignored)
    edition = options.open_from(ctx)
    files, broken = audit.read_all([Path(path) for path in paths], skip_others)
    if hub:
        from llmlineage.cli.through_hub import with_cards

        edition = with_cards(ctx, edition, files)
    audits = [audit.audit(edition, config) for config in files]
    audits, used = ignore_all(audits, settings.ignores)
    if format == "json":
        from llmlineage.render.audit_document import report

        options.echo_json(report(edition.version, audits, broken))
    elif format == "text":
        if audits:
            options.put_facts(edition, as_text(edition, audits, sections, full))
    else:
        put_as(format, edition, audits, broken, settings)
    for error in broken:
        say(f"llmlineage: {error}")
    if not audits and not broken:
        say(f"llmlineage: none of {words.plural(len(paths), 'file')} names a dataset or model")
    failed = say_verdict(audits, settings, used)
    ctx.exit(2 if broken else 1 if failed else 0)


def settings_of(fail_on: frozenset[Category] | None, ignored: tuple[Ignore, ...]) -> Settings:
    """What the call says, over what ``llmlineage.toml`` says; ignores of both count."""
    path = ignores.settings_above(Path.cwd())
    written = ignores.read_settings(path) if path else Settings()
    chosen = written.fail_on if fail_on is None else tuple(one for one in CATEGORIES if one in fail_on)
    return Settings(chosen, (*ignored, *written.ignores))


def ignore_all(audits: Sequence[Audit], wanted: Sequence[Ignore]) -> tuple[list[Audit], set[Ignore]]:
    used: set[Ignore] = set()
    marked = []
    for one in audits:
        called = {each.name: each.id for each in (*one.models, *one.datasets) if each.id}
        findings, fitting = ignores.apply(one.findings, wanted, called)
        marked.append(replace(one, findings=findings))
        used |= fitting
    return marked, used


def as_text(edition: Edition, audits: Sequence[Audit], sections: frozenset[str], full: bool) -> Iterator[str]:
    """Each audit; of several, an empty line after each, and a line on all. One alone has near names."""
    few = len(audits) == 1
    licences = read_licences(edition)
    for one in audits:
        near = (lambda name: closest(edition, name)) if few else (lambda _: ())
        yield from render.text(one, licences, near, paint, width(), sections, full)
        if not few:
            yield ""
    if len(audits) > 1:
        yield render.summary(audits)


def put_as(
    format: str,
    edition: Edition,
    audits: Sequence[Audit],
    broken: Sequence[ConfigError],
    settings: Settings,
) -> None:
    from llmlineage.render import annotations, comment

    licences = read_licences(edition)
    if format == "markdown":
        put(comment.markdown(audits, broken, licences, settings.fail_on))
    elif format == "sarif":
        options.echo_json(annotations.sarif(audits, licences, settings.fail_on))
    else:
        put_commands(annotations.github(audits, licences, settings.fail_on))


def say_verdict(audits: Sequence[Audit], settings: Settings, used: set[Ignore]) -> bool:
    """On stderr: which names have no record, which ignores fitted nothing, what failed and where."""
    nameless = [one for one in audits if one.nameless]
    for one in nameless[:MOST_TOLD]:
        count = words.plural(len(one.nameless), "name")
        say(f"llmlineage: {one.config.file}: {count} without a record, of which nothing is known")
    if len(nameless) > MOST_TOLD:
        say(f"llmlineage: {len(nameless) - MOST_TOLD} more configs have names without a record")
    for ignore in settings.ignores:
        if ignore not in used and audits:
            say(f"llmlineage: nothing was found for the ignore {brief(str(ignore))} to fit")
    failed = [(one, category) for one in audits for category in settings.fail_on if counted(one, category)]
    for one, category in failed:
        first, *rest = counted(one, category)
        more = f" and {len(rest)} more" if rest else ""
        say(f"llmlineage: {one.config.file}: failed on {category}: {brief(first.id)}{more}")
    return bool(failed)


def counted(audit: Audit, category: Category) -> list[Finding]:
    """The findings of a category that are not ignored."""
    return [one for one in audit.findings if one.category == category and one.ignored is None]


def closest(edition: Edition, one: Named) -> list[str]:
    table = "models" if isinstance(one.use, ModelUse) else "datasets"
    return names.closest(edition, one.use.stands_for or one.name, (table,), cutoff=0.75)
