"""The verdict of audits as Markdown, for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from llmlineage.audit import Audit, Category, Finding
from llmlineage.errors import ConfigError
from llmlineage.graph.terms import NOTICE
from llmlineage.graph.terms.licences import Licence
from llmlineage.render import words
from llmlineage.render.audit import QUESTIONS, case, quoted
from llmlineage.render.audit_document import said
from llmlineage.render.markdown import cell, code, plain
from llmlineage.visible import brief

# Names without a record, and ids that are ignored, beyond so many are counted.
MOST = 10


def markdown(
    audits: Sequence[Audit],
    failed: Sequence[ConfigError],
    licences: Mapping[str, Licence],
    failing: Collection[Category],
) -> Iterator[str]:
    """A heading and a table for each config; what fails the gate is in bold."""
    for audit in audits:
        yield f"### {code(brief(audit.config.file))}"
        yield ""
        yield from named(audit)
        yield from table(audit, licences, failing)
        yield from ignored(audit)
    for error in failed:
        yield f"### {code(brief(error.file))}"
        yield ""
        yield f"Not audited: {plain(brief(said(error)))}"
        yield ""
    yield f"_{NOTICE}_"


def named(audit: Audit) -> Iterator[str]:
    """How much of what the config names is known at all."""
    these = (*audit.models, *audit.datasets)
    known = sum(one.id is not None for one in these)
    without = ", ".join(code(quoted(name)) for name in audit.nameless[:MOST])
    more = f" and {len(audit.nameless) - MOST:,} more" if len(audit.nameless) > MOST else ""
    told = f"; nothing is known of {without}{more}" if audit.nameless else ""
    yield f"{known:,} of {words.plural(len(these), 'name')} with a record{told}."
    yield ""


def table(audit: Audit, licences: Mapping[str, Licence], failing: Collection[Category]) -> Iterator[str]:
    rows, clear = [], []
    for question, category in QUESTIONS:
        found = [one for one in audit.findings if one.category == category]
        counted = [one for one in found if one.ignored is None]
        if counted:
            asked = f"**{question}: fails**" if category in failing else question
            rows.append(f"| {asked} | {len(counted):,} | {cell(plain(case(counted, licences)))} |")
        elif not found and category != "no-record":
            clear.append(question)
    if rows:
        yield from ("| question | found | weightiest case |", "|---|---:|---|", *rows, "")
    if clear and any(one.id for one in (*audit.models, *audit.datasets)):
        among = " in what has a record" if audit.nameless else ""
        yield f"None found{among}: {', '.join(clear)}."
        yield ""


def ignored(audit: Audit) -> Iterator[str]:
    """What was judged before, struck out, with the reason."""
    groups: dict[tuple[Category, str], list[Finding]] = {}
    for one in audit.findings:
        if one.ignored is not None:
            groups.setdefault((one.category, one.ignored), []).append(one)
    for (category, reason), these in groups.items():
        ids = ", ".join(f"~~{code(quoted(one.id))}~~" for one in these[:MOST])
        more = f" and {len(these) - MOST:,} more" if len(these) > MOST else ""
        yield f"- {category}: {ids}{more}: {plain(brief(reason))}"
    if groups:
        yield ""
