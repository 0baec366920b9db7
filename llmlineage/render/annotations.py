"""Findings for machines that read reviews: SARIF 2.1.0 and GitHub's workflow commands.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmlineage.audit import FINDINGS, Audit, Finding
from llmlineage.graph.lineage import Edge
from llmlineage.graph.terms import NOTICE
from llmlineage.graph.terms.rules import INFLUENCE
from llmlineage.render.terms import way
from llmlineage.version import __version__
from llmlineage.visible import brief, visible

RULES: dict[Finding, str] = {
    "noncommercial": "A licence that allows no commercial use comes with what the config names.",
    "benchmark": "Items of a benchmark's train split stand in what the config names.",
    "benchmark-test": "Items of a benchmark, of test or of a split not said, stand in what the config names.",
    "unknown": "Of something in the ancestry the licence or origin is not known, or a name has no record.",
    "double-counted": "The same rows come in by more than one entry.",
}


@dataclass(frozen=True, slots=True)
class Note:
    """One finding at one line of a config; lines count from 1."""

    file: str
    line: int
    rule: Finding
    message: str


def notes(audit: Audit) -> Iterator[Note]:
    """Every finding of an audit, at the line that names what brings it; no message is long or acts."""
    lines = lines_of(audit)

    def note(rule: Finding, entry: str, message: str) -> Note:
        return Note(audit.config.file, lines.get(entry, 1), rule, brief(message))

    for arrival in audit.arrivals:
        licence = arrival.inherited.license
        if licence.commercial == "no" and arrival.inherited.carries != INFLUENCE:
            yield note(
                "noncommercial",
                arrival.entry,
                f"{licence.name} comes with {by(arrival.entry, arrival.inherited.via)}",
            )
    for one in audit.benchmarks:
        if one.carries != INFLUENCE:
            rule: Finding = "benchmark" if one.split == "train" else "benchmark-test"
            part = f" ({one.part})" if one.part else ""
            first = one.via[0].child if one.via else one.benchmark
            yield note(rule, first, f"{one.benchmark}{part} comes with {by(first, one.via)}")
    for name in audit.nameless:
        yield note("unknown", name, f"{name} has no record")
    for unknown in audit.unknown:
        first = unknown.via[0].child if unknown.via else unknown.id
        yield note("unknown", first, f"{unknown.id}: {unknown.reason}; {by(first, unknown.via)}")
    for double in audit.double_counted:
        reached = ", ".join(dict.fromkeys(double.reached_by))
        yield note("double-counted", double.reached_by[-1], f"{double.id} comes in by {reached}")


def by(entry: str, via: Sequence[Edge]) -> str:
    return f"{entry} ({way(via)})" if via else entry


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


def github(audits: Sequence[Audit], failing: Collection[Finding]) -> Iterator[str]:
    """Workflow commands: an error for what fails the gate, a notice for the rest."""
    for audit in audits:
        for note in notes(audit):
            level = "error" if fails(note.rule, failing) else "notice"
            title = escaped(f"llmlineage: {note.rule}", True)
            place = f"file={escaped(visible(note.file), True)},line={note.line},title={title}"
            yield f"::{level} {place}::{escaped(note.message)}"


def fails(rule: Finding, failing: Collection[Finding]) -> bool:
    """Whether a finding fails the gate; what fails on any benchmark fails on its test items."""
    return rule in failing or (rule == "benchmark-test" and "benchmark" in failing)


def escaped(text: str, is_property: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if is_property else text


def sarif(audits: Sequence[Audit], failing: Collection[Finding]) -> dict[str, Any]:
    """One SARIF run over all configs."""
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
                            for rule in FINDINGS
                        ],
                    }
                },
                "results": [
                    {
                        "ruleId": note.rule,
                        "ruleIndex": FINDINGS.index(note.rule),
                        "level": "error" if fails(note.rule, failing) else "note",
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
                    }
                    for audit in audits
                    for note in notes(audit)
                ],
            }
        ],
    }


def uri(file: str) -> str:
    from urllib.parse import quote

    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(os.fsencode(path.as_posix()))
