"""Rows as an aligned table: whole in a pipe; on a terminal no wider than it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from llmlineage.render.marks import length
from llmlineage.render.wrapping import indented
from llmlineage.visible import visible

# The rows that columns are measured by, and the width that a column may have.
MEASURED_ROWS, MEASURED_CHARACTERS = 10_000, 10_000_000
WIDEST = 1_000
# What a column that is cut has at least, and how much of a long heading is kept at least.
LEAST, LEAST_HEADING = 12, 16
GAP = "  "


@dataclass
class _Layout:
    """The places of the columns that are shown, with their widths; and of those cut, as they are met."""

    widths: dict[int, int]
    numeric: list[bool]
    cuts: bool
    cut: set[int]


def columns(
    header: Sequence[str], rows: Iterable[Sequence[object]], width: int | None = None, whole: str = ""
) -> Iterator[str]:
    """An aligned table, numbers to the right; nothing is cut where no ``width`` is given.

    Else texts are cut with …, never numbers, and columns that have no room are left out; a line at the foot
    says of which columns that is so, and ``whole`` how to see them whole (no line where it is empty).
    Rows are not held: the widths are those of the first of them, and where nothing is cut a wider cell
    moves what stands right of it.
    """
    rows = iter(rows)
    first = sample(rows)
    shown = [list(map(visible, header)), *map(written, first)]
    layout = laid_out(shown, first, width)
    for row in chain(shown, map(written, rows)):
        yield GAP.join(cells(row, layout)).rstrip()
    if whole:
        yield from foot(shown[0], layout, whole, width)


def sample(rows: Iterator[Sequence[object]]) -> list[Sequence[object]]:
    """The first rows, as many as may be held to measure them."""
    taken, size = list[Sequence[object]](), 0
    for row in islice(rows, MEASURED_ROWS):
        taken.append(row)
        size += sum(len(cell) for cell in row if isinstance(cell, str))
        if size > MEASURED_CHARACTERS:
            break
    return taken


def written(row: Sequence[object]) -> list[str]:
    """The cells of a row as they are read."""
    return [
        "" if cell is None else f"{cell:,}" if isinstance(cell, int) else visible(str(cell)) for cell in row
    ]


def laid_out(shown: Sequence[Sequence[str]], rows: Sequence[Sequence[object]], width: int | None) -> _Layout:
    """Which columns are shown, and how wide."""
    places = range(len(shown[0]))
    natural = [min(max(length(row[place]) for row in shown), WIDEST) for place in places]
    numeric = [bool(rows) and all(is_count(row[place]) for row in rows) for place in places]
    if width is None or sum(natural) + len(GAP) * (len(natural) - 1) <= width:
        return _Layout(dict(zip(places, natural, strict=True)), numeric, width is not None, set())
    heading = [min(length(name), LEAST_HEADING) for name in shown[0]]
    least = [
        natural[place] if numeric[place] else min(natural[place], max(heading[place], LEAST))
        for place in places
    ]
    empty = {place for place in places[1:] if rows and not any(row[place] for row in shown[1:])}
    fitting = fit(least, [place for place in places if place not in empty], width)
    return _Layout(widened(fitting, natural, width), numeric, True, set())


def is_count(cell: object) -> bool:
    """Whether it is a number, be it rounded (``~1,000``), or nothing."""
    if isinstance(cell, str):
        return cell.startswith("~") and cell[1:].replace(",", "").isdecimal()
    return isinstance(cell, (int, type(None)))


def fit(least: Sequence[int], places: Sequence[int], width: int) -> dict[int, int]:
    """The first columns, as many as have room; the very first always."""
    found: dict[int, int] = {}
    left = width
    for place in places:
        if found and least[place] > left:
            break
        found[place] = min(least[place], width)
        left -= found[place] + len(GAP)
    return found


def widened(widths: dict[int, int], natural: Sequence[int], width: int) -> dict[int, int]:
    """What is left of the width, given to the first column up to a third of all, then to the narrowest."""
    left = width - sum(widths.values()) - len(GAP) * (len(widths) - 1)
    first = next(iter(widths))
    more = min(left, max(0, min(natural[first], width // 3) - widths[first]))
    widths[first] += more
    left -= more
    while left > 0 and (wanting := [place for place in widths if widths[place] < natural[place]]):
        widths[min(wanting, key=lambda place: widths[place])] += 1
        left -= 1
    return widths


def cells(row: Sequence[str], layout: _Layout) -> Iterator[str]:
    """The cells of a row that are shown, each as wide as its column."""
    for place, width in layout.widths.items():
        cell = row[place]
        if layout.cuts and len(cell) > width and not layout.numeric[place]:
            layout.cut.add(place)
            cell = cell[: width - 1] + "…"
        yield cell.rjust(width) if layout.numeric[place] else cell.ljust(width)


def foot(header: Sequence[str], layout: _Layout, whole: str, width: int | None) -> Iterator[str]:
    """What of a table is not there to be read, and how to see it."""
    hidden = [name for place, name in enumerate(header) if place not in layout.widths]
    cut = [name for place, name in enumerate(header) if place in layout.cut]
    told = [f"cut (…): {', '.join(cut)}" if cut else "", f"not shown: {', '.join(hidden)}" if hidden else ""]
    if any(told):
        yield ""
        yield from indented("; ".join(filter(None, (*told, whole))), "", width)
