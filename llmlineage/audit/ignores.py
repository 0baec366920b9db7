"""Findings that whoever audits has judged, and ignores with a reason."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from llmlineage import edition
from llmlineage.audit.configs.source import read_text
from llmlineage.audit.findings import CATEGORIES, Category, Finding, categories_called
from llmlineage.errors import ConfigError


@dataclass(frozen=True)
class Ignore:
    """Findings of ``category`` about ``id``: the record or licence at fault, or the record or name in the
    config that brings it. ``reason`` stands beside each wherever it is shown."""

    category: Category
    id: str
    reason: str

    def fits(self, one: Finding, called: Mapping[str, str]) -> bool:
        """Whether it is about a finding; ``called`` has the record of each name that the config uses."""
        id = called.get(self.id, self.id)
        return one.category == self.category and id in (one.id, one.entry, one.license, *one.entries)

    def __str__(self) -> str:
        return f"{self.category}:{self.id}"


@dataclass(frozen=True)
class Settings:
    """What an ``llmlineage.toml`` says of audits."""

    fail_on: tuple[Category, ...] = ()
    ignores: tuple[Ignore, ...] = ()


def parse(text: str) -> Ignore:
    """An ignore as typed: ``CATEGORY:ID=reason``.

    Raises:
        ValueError: it is not of that form, or gives no reason; the message says how to write it.
    """
    what, _, reason = text.partition("=")
    category, _, id = what.partition(":")
    if not id or not reason.strip():
        raise ValueError(f"{text!r} is not CATEGORY:ID=reason")
    return ignore(category.strip(), id.strip(), reason.strip())


def ignore(category: str, id: str, reason: str) -> Ignore:
    for known in CATEGORIES:
        if category == known:
            return Ignore(known, id, reason)
    raise ValueError(f"{category!r} is not one of {', '.join(CATEGORIES)}")


def apply(
    findings: Iterable[Finding], ignores: Sequence[Ignore], called: Mapping[str, str]
) -> tuple[tuple[Finding, ...], frozenset[Ignore]]:
    """The findings, those that are ignored marked with the reason, and the ignores that fitted any."""
    used: set[Ignore] = set()
    marked = []
    for one in findings:
        fitting = [each for each in ignores if each.fits(one, called)]
        used.update(fitting)
        marked.append(replace(one, ignored=fitting[0].reason) if fitting else one)
    return tuple(marked), frozenset(used)


def settings_above(folder: Path) -> Path | None:
    """The ``llmlineage.toml`` for a call from a folder."""
    found = edition.settings_above(str(folder))
    return Path(found) if found else None


def read_settings(path: Path) -> Settings:
    """The settings of an ``llmlineage.toml``.

    ::

        [audit]
        fail-on = ["noncommercial"]

        [[audit.ignore]]
        category = "noncommercial"
        id = "alpaca-cleaned"
        reason = "a research model, never sold"

    Raises:
        ConfigError: it cannot be read, or says something that is not known.
    """
    try:
        document = tomllib.loads(read_text(path))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(path, f"is not TOML: {error}") from error
    if unknown := sorted(document.keys() - {"audit", "edition"}):
        raise ConfigError(path, f"has {', '.join(unknown)}; it takes edition and the table audit")
    audit = document.get("audit", {})
    if not isinstance(audit, dict) or (unknown := sorted(audit.keys() - {"fail-on", "ignore"})):
        said = f"[audit] has {', '.join(unknown)}" if isinstance(audit, dict) else "audit is no table"
        raise ConfigError(path, f"{said}; it takes fail-on and ignore")
    return Settings(fail_on_of(path, audit.get("fail-on", [])), ignores_of(path, audit.get("ignore", [])))


def fail_on_of(path: Path, wanted: object) -> tuple[Category, ...]:
    if not isinstance(wanted, list) or not all(isinstance(one, str) for one in wanted):
        raise ConfigError(path, "fail-on is not a list of texts")
    try:
        return categories_called(wanted)
    except ValueError as error:
        raise ConfigError(path, f"fail-on: {error}") from error


def ignores_of(path: Path, entries: object) -> tuple[Ignore, ...]:
    found = []
    for entry in entries if isinstance(entries, list) else [entries]:
        keys = ("category", "id", "reason")
        if not isinstance(entry, dict) or entry.keys() != set(keys):
            raise ConfigError(path, "an [[audit.ignore]] has category, id and reason, and nothing else")
        values = [entry[key] for key in keys]
        if not all(isinstance(value, str) and value.strip() for value in values):
            raise ConfigError(path, "category, id and reason of an [[audit.ignore]] are texts")
        try:
            found.append(ignore(*values))
        except ValueError as error:
            raise ConfigError(path, f"[[audit.ignore]]: {error}") from error
    return tuple(found)
