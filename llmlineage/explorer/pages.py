"""Each record as a plain HTML page, which reads with no script, can be found, printed and linked."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from llmlineage.explorer.shell import ICON, built, digest
from llmlineage.graph.terms import NOTICE

# Names that every file system and every server takes as they are.
_PLAIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,120}")
# What some file systems keep for devices.
_KEPT = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def file_of(id: str) -> str:
    """The name of a record's page: its id, or a hash of what no file can be called."""
    if _PLAIN.fullmatch(id) and not _KEPT.fullmatch(id):
        return f"{id}.html"
    return f"x-{hashlib.sha256(id.encode(errors='replace')).hexdigest()[:16]}.html"


def link(address: str, text: str) -> str:
    """A link to a document; an address that would do anything but open a page is shown as text."""
    if not address.startswith(("https://", "http://")):
        return escape(f"{text} {address}" if text != address else text)
    return f'<a href="{escape(address)}" rel="noreferrer">{escape(text)}</a>'


def document(title: str, body: Iterable[str], described: str = "") -> str:
    """A page without a script, under a policy that lets none run."""
    style = built("plain.css")
    rule = (
        f"default-src 'none'; style-src {digest(style)}; img-src data:; base-uri 'none'; form-action 'none'"
    )
    return "\n".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(rule)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">',
            f"<title>{escape(title)}</title>",
            f'<meta name="description" content="{escape(described)}">',
            f'<link rel="icon" href="{ICON}">\n<style>{style}</style>\n</head>\n<body>\n<main>',
            *body,
            "</main>\n</body>\n</html>\n",
        )
    )


def record_page(facts: dict[str, Any], core: dict[str, Any]) -> str:
    """The page of one record, from what the explorer shows of it."""
    place = core["nodes"]["id"].index(facts["id"])
    name = core["nodes"]["name"][place]
    explorer = f"../index.html#/r/{quote(facts['id'])}"
    body = [
        '<p class="back"><a href="../index.html">llmlineage</a> · '
        '<a href="../records.html">all records</a> · '
        f'<a href="{escape(explorer)}">open in the explorer</a></p>',
        f"<h1>{escape(name)}</h1>",
        f'<p class="lead">{escape(facts["sentence"])} {escape(facts["summary"])}</p>',
        *reaching(facts, core),
        *steps("Made from", facts["parents"], "up", facts, core),
        *steps("Made from it", facts["children"], "down", facts, core),
        *versions(facts, core),
        *facts_table(facts),
        *claims(facts),
        f'<p class="foot">Edition {escape(core["edition"])}. {escape(NOTICE)}</p>',
    ]
    return document(f"{name} · llmlineage", body, facts["sentence"])


def heading(text: str) -> str:
    return f"<h2>{escape(text)}</h2>"


def to_record(place: int, core: dict[str, Any]) -> str:
    nodes = core["nodes"]
    return f'<a href="{escape(file_of(nodes["id"][place]))}">{escape(nodes["name"][place])}</a>'


def cited(place: int, locator: str, facts: dict[str, Any]) -> str:
    """The document in which a fact was read, and where in it."""
    title, address = facts["sources"][place]
    where = f", {escape(locator)}" if locator else ""
    return f'<span class="source">{link(address, title)}{where}</span>'


def steps(
    title: str, these: Sequence[dict[str, Any]], direction: str, facts: dict[str, Any], core: dict[str, Any]
) -> Iterator[str]:
    if not these:
        return
    yield heading(f"{title} ({len(these):,})")
    yield "<ul>"
    yield from (f"<li>{step(one, direction, facts, core)}</li>" for one in these)
    yield "</ul>"


def step(one: dict[str, Any], direction: str, facts: dict[str, Any], core: dict[str, Any]) -> str:
    edges = core["edges"]
    if one["edge"] >= len(edges["child"]):
        return ""
    far = edges["parent" if direction == "up" else "child"][one["edge"]]
    word = core["steps"][edges["step"][one["edge"]]][1 if direction == "up" else 2]
    rows = f"{one['rows']} rows" if "rows" in one else ""
    more = [one.get("along"), rows, one.get("basis"), one.get("measured"), one.get("note")]
    told = "".join(f" · {escape(each)}" for each in more if each)
    return (
        f"{escape(word)} {to_record(far, core)}{told} {cited(one['source'], one.get('locator', ''), facts)}"
    )


def versions(facts: dict[str, Any], core: dict[str, Any]) -> Iterator[str]:
    if facts["members"]:
        yield heading(f"Versions ({len(facts['members']):,})")
        yield "<ul>"
        yield from (f"<li>{to_record(one, core)}</li>" for one in facts["members"])
        yield "</ul>"


def reaching(facts: dict[str, Any], core: dict[str, Any]) -> Iterator[str]:
    """What reaches the record, counted, each with the records at fault."""
    questions = {core["categories"].index(category): said for said, category in core["questions"]}
    rows: dict[int, dict[int, None]] = {}
    for category, place, *_ in facts["licences"]:
        rows.setdefault(category, {})[place] = None
    said = [
        f"<li><b>{escape(question)}</b> {len(rows[category]):,}: "
        f"{', '.join(to_record(place, core) for place in rows[category])}</li>"
        for category, question in questions.items()
        if category in rows
    ]
    if facts["writers"]:
        writers = ", ".join(to_record(place, core) for place, *_ in facts["writers"])
        said.append(f"<li><b>text or ratings by</b> {writers}</li>")
    reached = list(dict.fromkeys(place for place, *_ in facts["reached"]))
    if reached:
        said.append(f"<li><b>benchmarks</b> {', '.join(to_record(place, core) for place in reached)}</li>")
    if said:
        yield heading("What reaches it")
        yield "<ul>"
        yield from said
        yield "</ul>"


def facts_table(facts: dict[str, Any]) -> Iterator[str]:
    yield heading("Facts")
    yield "<table>"
    for name, said in facts["facts"]:
        shown = link(said, said) if name == "url" else escape(said)
        yield f'<tr><th scope="row">{escape(name.replace("_", " "))}</th><td>{shown}</td></tr>'
    yield "</table>"
    if facts["aliases"]:
        yield f"<p>Also called {escape(', '.join(facts['aliases']))}.</p>"
    if facts["note"]:
        yield f"<p>{escape(facts['note'])}</p>"
    yield f"<p>Read in {cited(facts['source'], facts['locator'], facts)}</p>"


def claims(facts: dict[str, Any]) -> Iterator[str]:
    if not facts["claims"]:
        return
    yield heading("Claims found and not accepted")
    yield "<ul>"
    for one in facts["claims"]:
        accepted = f"accepted: {escape(one['accepted'])}" if one["accepted"] else "not accepted"
        note = f" {escape(one['note'])}" if one["note"] else ""
        by = cited(one["stated_by"], "", facts) if "stated_by" in one else ""
        yield f"<li>{escape(one['attribute'])}: {escape(one['stated'])} {by}; {accepted}.{note}</li>"
    yield "</ul>"


def all_records(core: dict[str, Any]) -> str:
    """Every record by name, as links: what reads where no script runs."""
    nodes = core["nodes"]
    order = sorted(range(len(nodes["id"])), key=lambda place: (nodes["name"][place].casefold(), place))
    body = [
        '<p class="back"><a href="index.html">llmlineage</a></p>',
        "<h1>All records</h1>",
        '<ul class="columns">',
        *(
            f'<li><a href="r/{escape(file_of(nodes["id"][place]))}">{escape(nodes["name"][place])}</a> '
            f"{'model' if nodes['model'][place] else 'dataset'}</li>"
            for place in order
        ),
        "</ul>",
    ]
    return document("All records · llmlineage", body, "Every dataset and model of the record.")
