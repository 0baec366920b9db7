"""The coverage of an edition: as text of three columns, and as a JSON document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import zip_longest
from typing import Any

from llmlineage.graph.stats import Counts, Hub, Stats
from llmlineage.render.text import columns
from llmlineage.render.tree import Paint, plain
from llmlineage.render.words import plural

Block = Sequence[str]


def text(stats: Stats, paint: Paint = plain) -> Iterator[str]:
    """What ``llmlineage stats`` prints, at most 80 columns wide where names are short."""
    datasets, models, edges = map(total, (stats.datasets, stats.models, stats.edges))
    yield paint(f"Edition {stats.edition}", "root")
    yield (
        f"{datasets:,} datasets and {models:,} models, {plural(edges, 'edge')} between them, "
        f"{total(stats.sources):,} sources,"
    )
    yield f"{stats.aliases:,} other names, {plural(stats.discrepancies, 'claim')} found and not accepted"
    yield from beside(
        [block("datasets", stats.datasets), block("models", stats.models), block("edges", stats.edges)], paint
    )
    years = [(str(year.year or "no date"), year.datasets, year.models, year.edges) for year in stats.years]
    known = [
        (upstream, count, stats.model_upstream.get(upstream, 0))
        for upstream, count in stats.dataset_upstream.items()
    ]
    yield from beside(
        [
            list(columns(("released", "datasets", "models", "edges"), years)),
            [
                *columns(("parents", "datasets", "models"), known),
                "",
                f"{plural(stats.traced, 'dataset')} ({share(stats.traced, datasets)})",
                "lead to roots alone, however",
                "many steps up",
            ],
        ],
        paint,
    )
    yield from beside(
        [
            block("edges known", stats.basis, shares=True),
            block("sources", stats.sources),
            block("edges resting on", stats.edges_by_source, shares=True),
        ],
        paint,
    )
    yield from beside([hubs("most depended on", stats.hubs)], paint)
    yield from beside([hubs("roots", stats.roots)], paint)
    generators = [(one.id, one.datasets) for one in stats.generators]
    yield from beside([list(columns(("wrote text of", "datasets"), generators))], paint)


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


def hubs(heading: str, these: Sequence[Hub]) -> list[str]:
    rows = [(hub.id, hub.type, hub.children, hub.descendants) for hub in these]
    return list(columns((heading, "", "made from it", "descend from it"), rows))


def beside(blocks: Sequence[Block], paint: Paint) -> Iterator[str]:
    """Blocks side by side, under an empty line; the first line of each is its heading."""
    yield ""
    widths = [max(map(len, one)) for one in blocks]
    for number, lines in enumerate(zip_longest(*blocks, fillvalue="")):
        cells = [line.ljust(width) for line, width in zip(lines, widths, strict=True)]
        line = "    ".join(cells).rstrip()
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
        "aliases": stats.aliases,
        "discrepancies": stats.discrepancies,
        "most_depended_on": [asdict(hub) for hub in stats.hubs],
        "roots": [asdict(hub) for hub in stats.roots],
        "generators": [asdict(generator) for generator in stats.generators],
    }
