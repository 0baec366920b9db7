"""``--hub``: an edition with the cards of what has no record, for as long as a command runs."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from llmlineage.addresses import canonical, hub_repository, is_address
from llmlineage.audit import is_place, record_of
from llmlineage.audit.configs import Config, DatasetUse, ModelUse
from llmlineage.cli.paint import say
from llmlineage.edition import Edition
from llmlineage.errors import NotReached
from llmlineage.graph import names
from llmlineage.hub import live
from llmlineage.hub.declared import REPOSITORY
from llmlineage.hub.live import Reading, Repository

# Names that were not reached, beyond so many, are counted.
MOST_TOLD = 10


def with_card(ctx: click.Context, edition: Edition, name: str) -> tuple[Edition, str]:
    """The edition with what the card of ``name`` leads to, and the name that it has there; both as they are
    where there is a record.

    Raises:
        NotReached: it has neither a record nor a card.
        MissingExtra: huggingface_hub is not installed.
    """
    if names.find(edition, name) is not None:
        return edition, name
    reading, wanted = Reading(), list(repositories_called(name))
    for one in wanted:
        reading = live.walk(edition, [one])
        if reading.cards:
            break
    if not reading.cards:
        reasons = dict.fromkeys(reading.unreached.get(one, "") for one in wanted)
        raise NotReached(name, "; ".join(filter(None, reasons)) or "this can be no name of a repository")
    root = one[1]
    return extended(ctx, edition, reading), reading.renamed.get(root.lower(), root)


def repositories_called(name: str) -> list[Repository]:
    """What a name can mean on the Hub: a model, else a dataset; an address says which."""
    address = names.as_address(name)
    if is_address(address):
        try:
            found = hub_repository(canonical(address))
        except ValueError:
            return []
        return [found] if found and re.fullmatch(REPOSITORY, found[1]) else []
    if not re.fullmatch(REPOSITORY, name.strip()):
        return []
    return [("model", name.strip()), ("dataset", name.strip())]


def with_cards(ctx: click.Context, edition: Edition, configs: Sequence[Config]) -> Edition:
    """The edition with what the cards of the names lead to that configs use and that have no record.

    Raises:
        MissingExtra: huggingface_hub is not installed.
    """
    wanted = list(dict.fromkeys(one for config in configs for one in nameless(edition, config)))
    if not wanted:
        return edition
    reading = live.walk(edition, wanted)
    if reading.cards:
        return extended(ctx, edition, reading)
    tell(reading)
    return edition


def nameless(edition: Edition, config: Config) -> list[Repository]:
    found: list[Repository] = []
    uses: tuple[ModelUse | DatasetUse, ...] = (*config.models, *config.datasets)
    for use in uses:
        type_ = "model" if isinstance(use, ModelUse) else "dataset"
        either = config.framework == "names"
        tables = ("datasets", "models") if either else (f"{type_}s",)
        name = use.stands_for or use.name
        known = is_place(name) or record_of(edition, use, tables) is not None
        if not known and re.fullmatch(REPOSITORY, name):
            found += [("model", name), ("dataset", name)] if either else [(type_, name)]
    return found


def extended(ctx: click.Context, edition: Edition, reading: Reading) -> Edition:
    folder = ctx.with_resource(tempfile.TemporaryDirectory(prefix="llmlineage-"))
    found = live.edition_of(edition, reading, Path(folder) / "edition")
    tell(reading)
    return found


def tell(reading: Reading) -> None:
    """On stderr, what was not reached, and what is as it was kept."""
    lines = list(live.told(reading))
    for line in lines[:MOST_TOLD]:
        say(f"llmlineage: {line}")
    if len(lines) > MOST_TOLD:
        say(f"llmlineage: and {len(lines) - MOST_TOLD:,} more")
