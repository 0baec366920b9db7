"""The coverage of an edition: as text of three columns, and as a JSON document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, astuple
from itertools import zip_longest
from typing import Any

from llmlineage.graph.stats import Counts, Hub, Known, Stats
from llmlineage.render.table import columns
from llmlineage.render.tree import Paint, plain
from llmlineage.render.words import plural
from llmlineage.render.wrapping import indented

Block = Sequence[str]
# What stands between blocks, and the width that the first lines have in a pipe too.
BESIDE = "    "
USUAL = 72


def text(stats: Stats, paint: Paint = plain, width: int | None = None) -> Iterator[str]:
    """What ``llmlineage stats`` prints; at most 80 columns wide where no ``width`` is given and names are
    short."""
    datasets, models, edges = map(total, (stats.datasets, stats.models, stats.edges))
    yield paint(f"Edition {stats.edition}", "root")
    yield from indented(
        f"{datasets:,} datasets and {models:,} models, {plural(edges, 'edge')} between them, "
        f"{total(stats.sources):,} sources, {stats.aliases:,} other names, "
        f"{plural(stats.discrepancies, 'claim')} found and not accepted",
        "",
        width or USUAL,
    )
    years = [(str(year.year or "no date"), year.datasets, year.models, year.edges) for year in stats.years]
    known = [
        (upstream, count, stats.model_upstream.get(upstream, 0))
        for upstream, count in stats.dataset_upstream.items()
    ]
    traced = (
        f"{plural(stats.traced, 'dataset')} ({share(stats.traced, datasets)})",
        "lead to roots alone, however",
        "many steps up",
    )
    rows = (
        [block("datasets", stats.datasets), block("models", stats.models), block("edges", stats.edges)],
        [
            list(columns(("released", "datasets", "models", "edges"), years)),
            [*columns(("parents", "datasets", "models"), known), "", *traced],
        ],
        [
            block("edges known", stats.basis, shares=True),
            block("sources", stats.sources),
            block("edges resting on", stats.edges_by_source, shares=True),
        ],
        [floors("datasets that can be had", "rows", stats.known_datasets, width)],
        [floors("models that can be had", "parameters", stats.known_models, width)],
        [floors("edges", "", stats.known_edges, width)],
        [hubs("most depended on", stats.hubs, width)],
        [hubs("roots", stats.roots, width)],
        [generators(stats, width)],
    )
    for blocks in rows:
        for these in fitting(blocks, width):
            yield from beside(these, paint)


def total(counts: Counts) -> int:
    return sum(counts.values())


def share(count: int, whole: int) -> str:
    return f"{count / whole:.0%}" if whole else "none"


def block(heading: str, counts: Counts, shares: bool = False) -> list[str]:
    """A heading over names and counts."""
    whole = total(counts)
    rows = [
        (str(name).replace("_", " "), count, *([share(count, whole)] if shares else []))
        for name, count in counts.items()
    ]
    return list(columns((heading, "", ""), rows)) if shares else list(columns((heading, ""), rows))


def floors(heading: str, size: str, known: Sequence[Known], width: int | None) -> list[str]:
    """Of how many of each kind what is known, and of all together in the last line."""
    if not known:
        return [heading]
    counts = [(one.kind.replace("_", " "), *astuple(one)[1:]) for one in known]
    counts.append(("all", *map(summed, zip(*(count[1:] for count in counts), strict=True))))
    rows = [
        (kind, records, *(None if count is None else share(count, records) for count in found))
        for kind, records, *found in counts
    ]
    names = (heading, "", "licence", size, "date", "card read", "read twice")
    shown = [number for number, name in enumerate(names) if number < 2 or any(row[number] for row in rows)]
    return list(columns([names[one] for one in shown], [[row[one] for one in shown] for row in rows], width))


def summed(counts: Sequence[int | None]) -> int | None:
    return None if None in counts else sum(count or 0 for count in counts)


def hubs(heading: str, these: Sequence[Hub], width: int | None) -> list[str]:
    rows = [(hub.id, hub.type, hub.children, hub.descendants) for hub in these]
    return list(columns((heading, "", "made from it", "descend from it"), rows, width))


def generators(stats: Stats, width: int | None) -> list[str]:
    rows = [(one.id, one.datasets) for one in stats.generators]
    return list(columns(("wrote text of", "datasets"), rows, width))


def fitting(blocks: Sequence[Block], width: int | None) -> Iterator[list[Block]]:
    """Blocks in rows, each of as many as stand side by side on the terminal."""
    row, used = list[Block](), 0
    for one in blocks:
        wide = max(map(len, one))
        if row and width is not None and used + wide > width:
            yield row
            row, used = [], 0
        row.append(one)
        used += wide + len(BESIDE)
    yield row


def beside(blocks: Sequence[Block], paint: Paint) -> Iterator[str]:
    """Blocks side by side, under an empty line; the first line of each is its heading."""
    yield ""
    widths = [max(map(len, one)) for one in blocks]
    for number, lines in enumerate(zip_longest(*blocks, fillvalue="")):
        cells = [line.ljust(width) for line, width in zip(lines, widths, strict=True)]
        line = BESIDE.join(cells).rstrip()
        yield paint(line, "heading") if number == 0 else line


def document(stats: Stats) -> dict[str, Any]:
    """What ``llmlineage stats --json`` prints."""
    return {
        "edition": stats.edition,
        "datasets": {
            "total": total(stats.datasets),
            "by_kind": dict(stats.datasets),
            "by_upstream": dict(stats.dataset_upstream),
            "traced_to_roots": stats.traced,
        },
        "models": {
            "total": total(stats.models),
            "by_kind": dict(stats.models),
            "by_upstream": dict(stats.model_upstream),
        },
        "edges": {
            "total": total(stats.edges),
            "by_relation": dict(stats.edges),
            "by_basis": dict(stats.basis),
            "by_source_kind": dict(stats.edges_by_source),
        },
        "years": [asdict(year) for year in stats.years],
        "sources": {"total": total(stats.sources), "by_kind": dict(stats.sources)},
        "known": {
            "datasets": [asdict(one) for one in stats.known_datasets],
            "models": [asdict(one) for one in stats.known_models],
            "edges": {
                one.kind: {"total": one.records, "second_read": one.second_read} for one in stats.known_edges
            },
        },
        "aliases": stats.aliases,
        "discrepancies": stats.discrepancies,
        "most_depended_on": [asdict(hub) for hub in stats.hubs],
        "roots": [asdict(hub) for hub in stats.roots],
        "generators": [asdict(generator) for generator in stats.generators],
    }
