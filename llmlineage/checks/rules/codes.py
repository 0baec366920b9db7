"""Languages and countries are named by the codes of the standards."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from llmlineage.checks.record import Record
from llmlineage.errors import Problem


@cache
def codes() -> Mapping[str, frozenset[str]]:
    """The codes of languages, scripts and countries; ``longer`` has pairs such as eng:en."""
    text = (Path(__file__).parent.parent / "codes.toml").read_text(encoding="utf-8")
    return {name: frozenset(words.split()) for name, words in tomllib.loads(text).items()}


@cache
def longer() -> Mapping[str, str]:
    """Of each longer code of a language, the one of two letters."""
    return dict(pair.split(":") for pair in codes()["longer"])


def check_countries(record: Record) -> Iterator[Problem]:
    for table, rows in record.with_rows():
        for row, cells in rows if "country" in table.columns else ():
            country = cells["country"]
            if country and country not in codes()["countries"]:
                problem, suggestion = "is not a country of ISO 3166-1", "write US, CN or GB"
                yield record.problem(table.name, row, "country", country, problem, suggestion)


def check_languages(record: Record) -> Iterator[Problem]:
    for table, rows in record.with_rows():
        for field in table.fields:
            for row, cells in rows if field.name == "languages" else ():
                tags = filter(None, cells["languages"].split(field.delimiter))
                wrong = next((tag for tag in tags if better_language(tag)), "")
                if wrong:
                    problem, suggestion = "is not an ISO 639 code", better_language(wrong)
                    yield record.problem(table.name, row, "languages", wrong, problem, suggestion)


@cache
def better_language(tag: str) -> str:
    """What is advised in place of a wrong tag of a language (BCP 47); empty for a right one."""
    first, *others = re.split("[-_]", tag)
    language = longer().get(first.lower(), first.lower())
    if language not in codes()["languages"]:
        return "write en, zh or pt-BR"
    parts = [language]
    for part in others:
        if part.title() in codes()["scripts"]:
            parts.append(part.title())
        elif part.upper() in codes()["countries"] or re.fullmatch("[0-9]{3}", part):
            parts.append(part.upper())
        elif re.fullmatch("[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}", part):  # a variety, such as de-1996
            parts.append(part.lower())
        else:
            return f"write {language}, or with its script or country, as zh-Hant and pt-BR"
    right = "-".join(parts)
    return "" if right == tag else f"write {right}"
