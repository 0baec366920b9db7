"""Findings for machines that read reviews: SARIF 2.1.0 and GitHub's workflow commands.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmlineage.audit import CATEGORIES, Audit, Category
from llmlineage.graph.terms import NOTICE
from llmlineage.graph.terms.licences import Licence
from llmlineage.render.audit import of_finding
from llmlineage.version import __version__
from llmlineage.visible import brief, visible

RULES: dict[Category, str] = {
    "noncommercial": "A licence that allows no commercial use comes with what the config names.",
    "no-derivatives": "A licence that allows no derivatives comes with what the config names.",
    "share-alike": "A licence that asks derivatives to keep its terms comes with what the config names.",
    "provider-terms": "Text written by a model whose provider limits training on it stands in what is named.",
    "model-licence": "The licence of the weights asks something of whoever tunes them.",
    "no-licence": "The makers of something that comes in state no licence for it.",
    "benchmark-test": "Items of a benchmark, of test or of a split not said, stand in what the config names.",
    "benchmark-train": "Items of a benchmark's train split stand in what the config names.",
    "double-counted": "The same rows come in by more than one entry.",
    "unreleased": "Something in the ancestry was never released, or was withdrawn.",
    "unread": "Of something in the ancestry a licence or document was not looked up yet.",
    "undisclosed": "The makers of something in the ancestry do not say all that it was made from.",
    "no-record": "A name has no record, so that nothing is known of it.",
}
# Annotations of one file beyond this many go into one; GitHub shows ten of a kind in a step.
MOST = 10


@dataclass(frozen=True, slots=True)
class Note:
    """One finding at one line of a config; lines count from 1."""

    file: str
    line: int
    rule: Category
    message: str
    ignored: str | None


def notes(audit: Audit, licences: Mapping[str, Licence]) -> Iterator[Note]:
    """Every finding of an audit, at the line that names what brings it."""
    lines = lines_of(audit)
    for one in audit.findings:
        line = lines.get(one.entry or one.id, 1)
        yield Note(audit.config.file, line, one.category, brief(of_finding(one, licences)), one.ignored)


def lines_of(audit: Audit) -> dict[str, int]:
    """The line of the config on which each record, or name without one, is written first."""
    try:
        text = Path(audit.config.file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return {}
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    lines: dict[str, int] = {}
    for one in (*audit.models, *audit.datasets):
        number = line_of(one.name, text, starts)
        if number:
            lines.setdefault(one.id or one.name, number)
            lines.setdefault(one.name, number)
    return lines


def line_of(name: str, text: str, starts: Sequence[int]) -> int:
    """The first line that holds a name and is no comment, 0 where there is none."""
    place = text.find(name)
    while place >= 0:
        number = bisect_right(starts, place)
        end = starts[number] if number < len(starts) else len(text)
        if not text[starts[number - 1] : end].lstrip().startswith("#"):
            return number
        place = text.find(name, end) if end < len(text) else -1
    return 0


def github(
    audits: Sequence[Audit], licences: Mapping[str, Licence], failing: Collection[Category]
) -> Iterator[str]:
    """Workflow commands: an error for what fails the gate, a notice for the rest; what fails comes first,
    and what goes beyond MOST of one file is counted in one more."""
    for audit in audits:
        these = [note for note in notes(audit, licences) if note.ignored is None]
        these.sort(key=lambda note: note.rule not in failing)
        for note in these[: MOST if len(these) <= MOST else MOST - 1]:
            yield command(note.rule in failing, note.file, note.line, note.rule, note.message)
        if len(these) > MOST:
            rest = these[MOST - 1 :]
            counts = {rule: sum(note.rule == rule for note in rest) for rule in CATEGORIES}
            said = ", ".join(f"{count} {rule}" for rule, count in counts.items() if count)
            fails = any(note.rule in failing for note in rest)
            yield command(fails, audit.config.file, 1, "more", f"and {len(rest)} more: {said}")


def command(fails: bool, file: str, line: int, rule: str, message: str) -> str:
    title = escaped(f"llmlineage: {rule}", True)
    place = f"file={escaped(visible(file), True)},line={line},title={title}"
    return f"::{'error' if fails else 'notice'} {place}::{escaped(message)}"


def escaped(text: str, is_property: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if is_property else text


def sarif(
    audits: Sequence[Audit], licences: Mapping[str, Licence], failing: Collection[Category]
) -> dict[str, Any]:
    """One SARIF run over all configs; a finding that is ignored is suppressed with its reason."""
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "llmlineage",
                        "version": __version__,
                        "informationUri": "https://github.com/llmlineage/llmlineage",
                        "rules": [
                            {"id": rule, "shortDescription": {"text": RULES[rule]}, "help": {"text": NOTICE}}
                            for rule in CATEGORIES
                        ],
                    }
                },
                "results": [
                    {
                        "ruleId": note.rule,
                        "ruleIndex": CATEGORIES.index(note.rule),
                        "level": "error" if note.rule in failing and note.ignored is None else "note",
                        # What looks like a link would be one (SARIF 2.1.0, 3.11.6).
                        "message": {"text": note.message.replace("](", "] (")},
                        "locations": [
                            {
                                "physicalLocation": {
                                    "artifactLocation": {"uri": uri(note.file)},
                                    "region": {"startLine": note.line},
                                }
                            }
                        ],
                        **suppressed(note),
                    }
                    for audit in audits
                    for note in notes(audit, licences)
                ],
            }
        ],
    }


def suppressed(note: Note) -> dict[str, Any]:
    return {"suppressions": [{"kind": "external", "justification": note.ignored}]} if note.ignored else {}


def uri(file: str) -> str:
    from urllib.parse import quote

    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(os.fsencode(path.as_posix()))
