"""A report as one HTML file: nothing from elsewhere, no script, for a browser, a printer, a screen reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from llmlineage.report import Cell, Document, Report, Section
from llmlineage.visible import visible

STYLE = """
:root { color-scheme: light; --ink: #1c2127; --soft: #5b6673; --line: #dfe3e8; --mark: #0b5fa5; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2.5rem 1.5rem 4rem; color: var(--ink); background: #fff;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2.4rem 0 .4rem; padding-top: .8rem; border-top: 1px solid var(--line); }
p { margin: .4rem 0; max-width: 46rem; }
.subtitle, .lead, footer { color: var(--soft); }
nav ol { columns: 16rem auto; padding-left: 1.2rem; margin: 1.2rem 0 0; }
a { color: var(--mark); text-decoration: none; } a:hover, a:focus { text-decoration: underline; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .8rem 0; font-size: .92rem; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: .8rem; white-space: nowrap; }
th, td { vertical-align: top; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line);
  overflow-wrap: break-word; }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.cited { color: var(--soft); font-size: .85em; }
.facts td:first-child { color: var(--soft); width: 11rem; } .facts td.number { text-align: left; }
ol.sources { padding-left: 2.2rem; font-size: .9rem; }
ol.sources li { margin: .3rem 0; overflow-wrap: anywhere; }
@page { margin: 18mm 15mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; } nav { display: none; }
  h2 { break-after: avoid; } tr, li { break-inside: avoid; } thead { display: table-header-group; }
  .wide { overflow: visible; } a { color: inherit; }
}
""".strip()
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def text(report: Report) -> str:
    return "".join(f"{line}\n" for line in lines(report))


def lines(report: Report) -> Iterator[str]:
    yield "<!doctype html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    yield f"<title>{shown(report.title)}</title>"
    yield f"<style>\n{STYLE}\n</style>"
    yield "</head>"
    yield "<body>"
    yield f'<header><h1>{shown(report.title)}</h1><p class="subtitle">{shown(report.subtitle)}</p></header>'
    titles = [*(one.title for one in report.sections), "Sources", "About this report"]
    yield '<nav aria-label="Contents"><ol>'
    yield from (f'<li><a href="#{anchor(title)}">{shown(title)}</a></li>' for title in titles)
    yield "</ol></nav>"
    yield "<main>"
    for one in report.sections:
        yield from section(one)
    yield from sources(report.documents)
    yield "</main>"
    yield f'<footer><h2 id="{anchor("About this report")}">About this report</h2>'
    yield from (f"<p>{linked(line)}</p>" for line in report.about)
    yield "</footer>"
    yield "</body>"
    yield "</html>"


def section(one: Section) -> Iterator[str]:
    yield f'<section aria-labelledby="{anchor(one.title)}">'
    yield f'<h2 id="{anchor(one.title)}">{shown(one.title)}</h2>'
    yield f'<p class="lead">{shown(one.lead)}</p>'
    if one.rows:
        kind = ' class="facts"' if not any(one.header) else ""
        yield f'<div class="wide"><table{kind}><caption>{shown(one.title)}</caption>'
        if any(one.header):
            heads = "".join(f'<th scope="col">{shown(name)}</th>' for name in one.header)
            yield f"<thead><tr>{heads}</tr></thead>"
        yield "<tbody>"
        yield from (f"<tr>{''.join(map(cell, row))}</tr>" for row in one.rows)
        yield "</tbody></table></div>"
    yield "</section>"


def cell(one: Cell) -> str:
    said = shown(one.text)
    if one.address and is_web(one.address):
        said = f'<a href="{shown(one.address)}">{said}</a>'
    cited = "".join(
        f'<a href="#source-{each.number}" aria-label="source {each.number}">[{each.number}]</a>'
        f"{f' {shown(each.locator)}' if each.locator else ''} "
        for each in one.cited
    )
    if cited:
        said += f' <span class="cited">{cited.rstrip()}</span>'
    number = ' class="number"' if re.fullmatch(r"~?[\d,]+", one.text) else ""
    return f"<td{number}>{said}</td>"


def sources(documents: tuple[Document, ...]) -> Iterator[str]:
    yield '<section aria-labelledby="sources"><h2 id="sources">Sources</h2>'
    yield '<p class="lead">Each as it was read: the date or revision of the copy, and the day.</p>'
    yield '<ol class="sources">'
    for one in documents:
        read = "; ".join(
            filter(
                None,
                (
                    one.kind.replace("_", " "),
                    f"published {one.published}" if one.published else "",
                    f"as of {one.as_of}" if one.as_of else "",
                    f"read on {one.accessed}" if one.accessed else "",
                ),
            )
        )
        at = f'<a href="{shown(one.url)}">{shown(one.url)}</a>' if is_web(one.url) else shown(one.url)
        read_as = f'<span class="cited">{shown(read)}</span>'
        yield f'<li id="source-{one.number}">{shown(one.title)}. {at} {read_as}</li>'
    yield "</ol></section>"


def shown(text: str) -> str:
    return escape(visible(text))


def linked(line: str) -> str:
    """A line whose address, which ends it, can be followed."""
    before, space, last = line.rpartition(" ")
    if is_web(last):
        return f'{shown(before + space)}<a href="{shown(last)}">{shown(last)}</a>'
    return shown(line)


def is_web(address: str) -> bool:
    return re.match("https?://", address) is not None


def anchor(title: str) -> str:
    return re.sub(r"[^a-z]+", "-", title.lower()).strip("-")
