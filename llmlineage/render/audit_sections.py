"""What stands behind the verdict of an audit, a section a question, each step with its source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from llmlineage.audit import Arriving, Audit, Generator
from llmlineage.audit.doubles import DoubleCount
from llmlineage.graph.benchmarks import Reached
from llmlineage.graph.terms import Inherited
from llmlineage.graph.travel import INFLUENCE
from llmlineage.render import benchmarks, words
from llmlineage.render import terms as render_terms
from llmlineage.render.terms import asks, severity, way
from llmlineage.render.tree import Paint
from llmlineage.render.wrapping import indented
from llmlineage.visible import shorten

# Entries of one section, and ways of one entry, beyond this many are counted; --full lists all.
MOST = 8
MOST_WAYS = 3
# Licences of these kinds are shown however many stand before them.
ALWAYS = ("provider_terms", "model_license")
# Longer names are cut; JSON has them whole.
LONGEST = 200


def section_lines(section: str, audit: Audit, paint: Paint, width: int | None, full: bool) -> Iterator[str]:
    """One section after an empty line; nothing where there is nothing to show."""
    lines = list(_SECTIONS[section](audit, paint, width, full))
    yield from ("", *lines) if lines else ()


def licence_section(audit: Audit, paint: Paint, width: int | None, full: bool) -> Iterator[str]:
    """One entry a licence, what asks most first, with the ways by which it comes inside."""
    if audit.conflicts:
        yield paint("Conflicts with the licence declared", "heading")
        for conflict in audit.conflicts:
            yield from indented(f"! {conflict.message}", "  ", width)
            if conflict.via:
                yield from indented(f"by: {way(conflict.via)}", "    ", width)
    groups: dict[str, list[Arriving]] = {}
    for one in sorted(audit.arriving, key=lambda one: severity(one.inherited.license)):
        groups.setdefault(one.inherited.license.id, []).append(one)
    if groups:
        yield paint("Licences and terms that come with them", "heading")
    shown = [
        group
        for place, group in enumerate(groups.values())
        if full or place < MOST or group[0].inherited.license.kind in ALWAYS
    ]
    for group in shown:
        yield from licence(group, paint, width, full)
    if len(shown) < len(groups):
        yield f"  and {len(groups) - len(shown)} more; --section licences lists them"


def licence(group: Sequence[Arriving], paint: Paint, width: int | None, full: bool) -> Iterator[str]:
    first = group[0].inherited.license
    yield f"  {paint(first.name, 'name')}"
    if asked := asks(first):
        yield from indented(asked, "    ", width)
    ways = by_way(group)
    for entry_id, these in ways if full else ways[:MOST_WAYS]:
        yield from arrival(entry_id, these, paint, width)
    if not full and len(ways) > MOST_WAYS:
        yield f"    and by {words.plural(len(ways) - MOST_WAYS, 'more way')}"


def by_way(group: Iterable[Arriving]) -> list[tuple[str, list[Inherited]]]:
    """Of one licence, what comes by one entry from one record; what is large or near first."""
    ways: dict[tuple[str, str], list[Inherited]] = {}
    for one in sorted(group, key=lambda one: (-one.weight, len(one.inherited.via))):
        ways.setdefault((one.entry, one.inherited.origin), []).append(one.inherited)
    return [(entry_id, these) for (entry_id, _), these in ways.items()]


def arrival(entry_id: str, these: Sequence[Inherited], paint: Paint, width: int | None) -> Iterator[str]:
    first = these[0]
    if not first.via:
        what = "what it writes as a teacher" if first.brings == "outputs" else "its own"
        yield f"    {entry_id}: {what}"
        yield f"      {paint(first.license.source.url, 'step')}"
        return
    yield from indented(f"{entry_id}: {render_terms.said(these)}", "    ", width)
    yield from indented(f"by: {way(first.via)}", "      ", width)
    yield f"      {paint(first.via[-1].source.url, 'step')}"


def writer_section(audit: Audit, paint: Paint, width: int | None, full: bool) -> Iterator[str]:
    entries = [list(writer(one, width)) for one in audit.generators]
    yield from listed("Models that wrote or judged the text", entries, "writers", paint, full)


def writer(one: Generator, width: int | None) -> Iterator[str]:
    said = ", ".join(one.components)
    yield from indented(f"{one.id} ({said}): {one.entry}: {way(one.via)}", "  ", width)
    yield f"    {one.via[-1].source.url}"


def benchmark_section(audit: Audit, paint: Paint, width: int | None, full: bool) -> Iterator[str]:
    entries = [list(benchmark(one, width)) for one in audit.benchmarks if one.component != INFLUENCE]
    yield from listed("Benchmarks that reach it", entries, "benchmarks", paint, full)


def benchmark(one: Reached, width: int | None) -> Iterator[str]:
    part = f" ({one.part})" if one.part else ""
    split = benchmarks.SPLITS[one.split].lower()
    altered = ", rewritten" if one.altered else ""
    if not one.via:
        yield from indented(f"{one.benchmark}{part}: {split}, named in the config", "  ", width)
        return
    said = f"{one.benchmark}{part}: {split}{altered}; {one.via[0].child}: {way(one.via)}"
    yield from indented(said, "  ", width)
    yield f"    {one.via[-1].source.url}"


def double_section(audit: Audit, paint: Paint, width: int | None, full: bool) -> Iterator[str]:
    entries = [list(double(one, width)) for one in audit.double_counted]
    yield from listed("Counted twice", entries, "double", paint, full)


def double(one: DoubleCount, width: int | None) -> Iterator[str]:
    """What comes twice, and each way by which it does."""
    what = "its prompts come" if one.component == "prompts" else "its rows come"
    sure = "" if one.whole else "; each took some, not surely the same"
    yield from indented(f"{one.id}: {what} by{sure}", "  ", width)
    for id, share, via in zip(one.reached_by, one.shares, one.ways, strict=True):
        if not via:
            yield f"    {id}, named in the config"
            continue
        rows = f", {share:.1%} of its rows" if share is not None else ""
        yield from indented(f"{id}: {way(via)}{rows}", "    ", width)
        yield f"      {via[-1].source.url}"


def unknown_section(audit: Audit, paint: Paint, width: int | None, full: bool) -> Iterator[str]:
    if audit.unknown or audit.nameless:
        yield paint("Not known, so not counted as fine", "heading")
        for name in audit.nameless if full else audit.nameless[:MOST]:
            yield from indented(f"{shorten(name, LONGEST)}: no record", "  ", width)
        if not full and len(audit.nameless) > MOST:
            yield f"  and {len(audit.nameless) - MOST:,} more without a record"
        yield from render_terms.unknowns(audit.unknown, width, None if full else MOST)


def listed(title: str, entries: Sequence[list[str]], section: str, paint: Paint, full: bool) -> Iterator[str]:
    if entries:
        yield paint(title, "heading")
        shown = entries if full else entries[:MOST]
        yield from (line for one in shown for line in one)
        if len(shown) < len(entries):
            yield f"  and {len(entries) - len(shown)} more; --section {section} lists them"


_SECTIONS: dict[str, Callable[[Audit, Paint, int | None, bool], Iterator[str]]] = {
    "licences": licence_section,
    "writers": writer_section,
    "benchmarks": benchmark_section,
    "double": double_section,
    "unknown": unknown_section,
}
