"""An audit as text for one screen, and as a JSON document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from llmlineage.audit import Arrival, Audit, DoubleCount, Named
from llmlineage.audit.configs import DatasetUse, ModelUse
from llmlineage.errors import ConfigError
from llmlineage.graph.benchmarks import Reached
from llmlineage.graph.lineage import Edge
from llmlineage.graph.terms import NOTICE
from llmlineage.graph.terms.rules import INFLUENCE
from llmlineage.render import benchmarks, words
from llmlineage.render import document as documents
from llmlineage.render import terms as render_terms
from llmlineage.render.terms import asks, severity, way
from llmlineage.render.text import indented
from llmlineage.render.tree import Paint, plain
from llmlineage.visible import brief, shorten

# Entries of one group beyond this many are counted, not listed; --full lists all.
MOST = 6
# Names of one config beyond this many are counted too; for so many without a record are near ones sought.
MOST_NAMES = 50
MOST_NEAR = 20
# Longer names are cut; JSON has them whole.
LONGEST = 200
# What it means to whoever trains on it.
UNAVAILABLE = {
    "unreleased": "never released, so nobody outside can look into it",
    "withdrawn": "taken back by its makers, so what was in it cannot be checked again",
}
Closest = Callable[[Named], Sequence[str]]


def text(
    audit: Audit, closest: Closest, paint: Paint = plain, width: int | None = None, full: bool = False
) -> Iterator[str]:
    """What ``llmlineage audit`` prints of one config."""
    config = audit.config
    guessed = ", guessed by its shape" if config.guessed else ""
    merge = f"merge: {quoted(config.merge)}" if config.merge else ""
    how = ", ".join(filter(None, (quoted(config.trains or ""), quoted(config.adapter or ""), merge)))
    yield f"{paint(brief(config.file), 'root')}: {config.framework}{guessed}{f', {how}' if how else ''}"
    if config.license:
        yield f"  declares the licence {quoted(config.license)}"
    if not audit.models and not audit.datasets:
        yield "  names no dataset and no model"
    for remark in config.remarks:
        yield from indented(brief(remark), "  ", width)
    sought = set(islice((one for one in (*audit.models, *audit.datasets) if not one.id), MOST_NEAR))
    for heading, these in (("Models", audit.models), ("Datasets", audit.datasets)):
        if these:
            yield ""
            yield paint(heading, "heading")
            shown_names = these if full else these[:MOST_NAMES]
            for one in shown_names:
                yield from named(one, closest(one) if one in sought else (), paint, width)
            if len(shown_names) < len(these):
                yield f"  and {len(these) - len(shown_names):,} more; --full lists them"
    groups: tuple[tuple[str, list[list[str]]], ...] = (
        ("Conflicts", [conflict(one.message, one.via, width) for one in audit.conflicts]),
        ("Licences and terms that come with them", licences(audit.arrivals, paint, width)),
        (
            "Models that wrote or judged the text",
            [generator(one.id, one.roles, one.via, width) for one in audit.generators],
        ),
        (
            "Benchmarks that reach it",
            [benchmark(one, width) for one in audit.benchmarks if one.carries != INFLUENCE],
        ),
        ("Counted twice", [double(one, width) for one in audit.double_counted]),
        (
            "Cannot be looked into",
            [
                list(indented(f"{one.id}: {UNAVAILABLE[one.status]}{by(one.via)}", "  ", width))
                for one in audit.unavailable
            ],
        ),
        (
            "Not known, so not counted as fine",
            [list(indented(f"{one.id}: {one.reason}", "  ", width)) for one in audit.unknown],
        ),
    )
    for heading, entries in groups:
        if entries:
            yield ""
            yield paint(heading, "heading")
            shown = entries if full else entries[:MOST]
            yield from (line for entry in shown for line in entry)
            if len(shown) < len(entries):
                yield f"  and {len(entries) - len(shown)} more; --full lists them"
    yield ""
    yield NOTICE


def by(via: Sequence[Edge]) -> str:
    """How a record is reached, or nothing where the config names it."""
    return f"; {via[0].child} {way(via)}" if via else ""


def named(one: Named, near: Sequence[str], paint: Paint, width: int | None) -> Iterator[str]:
    use = one.use
    if isinstance(use, DatasetUse):
        told = [
            use.subset,
            use.split,
            use.weight and f"x {use.weight}",
            "evaluation" if use.role != "train" else None,
        ]
    else:
        told = [use.revision, use.weight and f"x {use.weight}", use.role if use.role != "base" else None]
    said = f" ({', '.join(quoted(part) for part in told if part)})" if any(told) else ""
    if one.id:
        record = paint(one.id, "name")
    else:
        record = paint("no record", "unknown") + (f"; closest: {', '.join(near)}" if near else "")
    yield from indented(f"{quoted(one.name)}{said}: {record}", "  ", None if len(one.name) > 60 else width)


def quoted(name: str) -> str:
    """A name as a config has it, in marks where its spaces could forge what stands around it; cut if long."""
    shown = shorten(name, LONGEST)
    forges = re.search(r"  |[:;,] |^ | $", shown) or (" " in shown and len(shown) > 60)
    return f"'{shown}'" if forges else shown


def conflict(message: str, via: Sequence[Edge], width: int | None) -> list[str]:
    return [
        *indented(f"! {message}", "  ", width),
        *(indented(f"by: {way(via)}", "    ", width) if via else []),
    ]


def licences(arrivals: Sequence[Arrival], paint: Paint, width: int | None) -> list[list[str]]:
    entries = []
    for arrival in sorted(arrivals, key=lambda one: severity(one.inherited)):
        one = arrival.inherited
        if one.carries == INFLUENCE:
            continue
        asked = asks(one.license)
        lines = [f"  {paint(one.license.name, 'name')}", *(indented(asked, "    ", width) if asked else [])]
        if one.via:
            lines += indented(f"{arrival.entry}: {way(one.via)}", "    ", width)
            lines.append(f"    {paint(one.via[-1].source.url, 'step')}")
        else:
            lines += [f"    {arrival.entry}, its own", f"    {paint(one.license.source.url, 'step')}"]
        entries.append(lines)
    return entries


def generator(id: str, roles: Sequence[str], via: Sequence[Edge], width: int | None) -> list[str]:
    first = via[0].child
    lines = indented(
        f"{id} ({', '.join(role.replace('_', ' ') for role in roles)}): {first} {way(via)}", "  ", width
    )
    return [*lines, f"    {via[-1].source.url}"]


def benchmark(one: Reached, width: int | None) -> list[str]:
    part = f" ({one.part})" if one.part else ""
    split = benchmarks.SPLITS[one.split].lower()
    if not one.via:
        return [f"  {one.benchmark}{part}: {split}, named in the config"]
    lines = indented(f"{one.benchmark}{part}: {split}; {one.via[0].child} {way(one.via)}", "  ", width)
    return [*lines, f"    {one.via[-1].source.url}"]


def double(one: DoubleCount, width: int | None) -> list[str]:
    what = "its prompts come" if one.carries == "prompts" else "its rows come"
    reached = ", ".join(
        f"{id} ({share:.1%} of it)" if share is not None and id != one.id else id
        for id, share in zip(one.reached_by, one.shares, strict=True)
    )
    return list(indented(f"{one.id}: {what} by {reached}", "  ", width))


def report(edition: str, audits: Sequence[Audit], failed: Sequence[ConfigError]) -> dict[str, Any]:
    """What ``llmlineage audit --json`` prints, however many configs there are."""
    return {
        "edition": edition,
        "audits": [document(one) for one in audits],
        "failed": [{"file": error.file, "problem": said(error)} for error in failed],
        "findings": [
            {"category": category, "file": one.config.file, "id": id, "ignored": None}
            for one in audits
            for category, id in one.found()
        ],
    }


def said(error: ConfigError) -> str:
    return f"line {error.line}: {error.problem}" if error.line else error.problem


def document(audit: Audit) -> dict[str, Any]:
    """One config as JSON."""
    config = audit.config
    return {
        "file": config.file,
        "framework": config.framework,
        "guessed": config.guessed,
        "trains": config.trains,
        "adapter": config.adapter,
        "base_models": [model(one) for one in audit.models if model_use(one).role == "base"],
        "other_models": [
            model(one) | {"role": model_use(one).role}
            for one in audit.models
            if model_use(one).role != "base"
        ],
        "datasets": [dataset(one) for one in audit.datasets],
        "merge": {"method": config.merge, "weights": [model_use(one).weight for one in audit.models]}
        if config.merge
        else None,
        "inherited": {
            "own": config.license,
            "inherited": [
                render_terms.inherited(one.inherited) | {"entry": one.entry} for one in audit.arrivals
            ],
            "conflicts": [render_terms.conflict(one) for one in audit.conflicts],
            "unknown": [one.id for one in audit.unknown],
            "unknown_reasons": [render_terms.unknown(one) for one in audit.unknown],
        },
        "generators": [
            {"id": one.id, "roles": list(one.roles), "via": edges(one.via)} for one in audit.generators
        ],
        "benchmarks": [
            {
                "id": one.benchmark,
                "part": one.part,
                "split": one.split,
                "carries": one.carries,
                "via": edges(one.via),
            }
            for one in audit.benchmarks
        ],
        "double_counted": [
            {
                "id": one.id,
                "reached_by": list(one.reached_by),
                "shares": list(one.shares),
                "carries": one.carries,
            }
            for one in audit.double_counted
        ],
        "unavailable": [
            {"id": one.id, "status": one.status, "via": edges(one.via)} for one in audit.unavailable
        ],
        "unknown": list(audit.nameless),
        "remarks": list(config.remarks),
        "notice": NOTICE,
    }


def edges(via: Sequence[Edge]) -> list[dict[str, Any]]:
    return [documents.edge(edge) for edge in via]


def model_use(one: Named) -> ModelUse:
    assert isinstance(one.use, ModelUse)
    return one.use


def model(one: Named) -> dict[str, Any]:
    return {"name": one.name, "id": one.id}


def dataset(one: Named) -> dict[str, Any]:
    assert isinstance(one.use, DatasetUse)
    use = one.use
    return {
        "name": use.name,
        "subset": use.subset,
        "split": use.split,
        "weight": use.weight,
        "role": use.role,
        "id": one.id,
    }


def summary(audits: Sequence[Audit]) -> str:
    """One line on many configs."""
    total = [one for audit in audits for one in (*audit.models, *audit.datasets)]
    known = sum(one.id is not None for one in total)
    names = words.plural(len(total), "name")
    return f"{words.plural(len(audits), 'config')}, {known:,} of {names} with a record"
