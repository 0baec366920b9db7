"""A report as Markdown (GFM): headings, tables, and numbers that lead to the list of sources."""

from __future__ import annotations

from collections.abc import Iterator

from llmlineage.render.markdown import cell as of_table
from llmlineage.render.markdown import link, plain
from llmlineage.report import Cell, Document, Report, Section


def text(report: Report) -> str:
    return "".join(f"{line}\n" for line in lines(report))


def lines(report: Report) -> Iterator[str]:
    yield f"# {plain(report.title)}"
    yield ""
    yield plain(f"{report.subtitle}.")
    for one in report.sections:
        yield ""
        yield from section(one)
    yield ""
    yield "## Sources"
    yield ""
    yield from (f"{one.number}. {document(one)}" for one in report.documents)
    yield ""
    yield "## About this report"
    for line in report.about:
        yield ""
        yield plain(line)


def section(one: Section) -> Iterator[str]:
    yield f"## {plain(one.title)}"
    yield ""
    yield plain(one.lead)
    if one.rows:
        yield ""
        yield row(one.header)
        yield row("---" for _ in one.header)
        for cells in one.rows:
            yield row(of_table(cell(each)) for each in cells)


def row(cells: object) -> str:
    return f"| {' | '.join(cells)} |"  # type: ignore[arg-type]


def cell(one: Cell) -> str:
    shown = link(one.text, one.address) if one.address else plain(one.text)
    cited = " ".join(
        f"\\[{each.number}\\]{f' {plain(each.locator)}' if each.locator else ''}" for each in one.cited
    )
    return f"{shown} {cited}".strip()


def document(one: Document) -> str:
    """A source with what a reader needs to open the same one."""
    read = "; ".join(
        f"{word} {plain(said)}"
        for word, said in (
            (one.kind.replace("_", " "), ""), ("published", one.published), ("read as of", one.as_of),
            ("read on", one.accessed),
        )
        if said is not None
    )  # fmt: skip
    return f"{link(one.title, one.url)}, {plain(one.url)} ({read.replace(' ;', ';')})"
