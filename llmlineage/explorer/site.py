"""The explorer as a folder of files: for any web server, a static Space on the Hub, or a double click."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from llmlineage.edition import Edition
from llmlineage.explorer import core, facts, field, pages
from llmlineage.explorer.shell import FOLDER, compact, page

SHARD = 16
FALLBACK = '<p>This page needs a script. <a href="records.html">Every record</a> also reads without one.</p>'
SPACE = """---
title: llmlineage
emoji: 🧬
colorFrom: gray
colorTo: red
sdk: static
app_file: index.html
pinned: false
license: cc0-1.0
short_description: What open datasets and models are made of
---

What open instruction and preference datasets are made of, with a source for every step.
`index.html` is the page, `offline.html` the same in one file, `r/` each record with no script.
"""


def write_site(edition: Edition, folder: Path, told: Callable[[str], None] = lambda _: None) -> None:
    """Write the site to a new ``folder``: the page, its data by shards, and a plain page of each record."""
    data: dict[str, Any] = {"core": core.core(edition, SHARD), "names": core.names(edition)}
    data["field"] = field.field(edition)
    for each in ("data", "data/facts", "r"):
        (folder / each).mkdir(parents=True)
    for number, ids in enumerate(facts.shards(edition, SHARD)):
        shard = [facts.facts(edition, id) for id in ids]
        data[f"facts-{number}"] = shard
        write(folder / "data" / "facts" / f"{number}.json", compact(shard))
        for one in shard:
            write(folder / "r" / pages.file_of(one["id"]), pages.record_page(one, data["core"]))
    for name in ("core", "names", "field"):
        write(folder / "data" / f"{name}.json", compact(data[name]))
    write(folder / "index.html", page({"mode": "site"}, fallback=FALLBACK))
    write(folder / "offline.html", page({"mode": "inline"}, data, FALLBACK))
    write(folder / "records.html", pages.all_records(data["core"]))
    write(folder / "licences.txt", (FOLDER / "licences.txt").read_text(encoding="utf-8"))
    write(folder / "README.md", SPACE)
    told(f"{len(data['core']['nodes']['id']):,} records")


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
