"""What a row says where its writer says nothing: an id from the name, today, a source from its address."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date

from llmlineage.addresses import ARXIV, GITHUB, HUB, canonical, is_address
from llmlineage.curate import rules
from llmlineage.package import Table

# Of addresses whose shape tells: what stands there, how its id starts, and what it is called.
_DOCUMENTS = (
    (rf"https://{HUB}/datasets/([^/]+(?:/[^/]+)?)", "dataset_card", "card-dataset-", "{} dataset card"),
    (
        rf"https://{HUB}/(?!(?:datasets|spaces|collections|blog|docs|papers)/)([^/]+/[^/]+)",
        "model_card",
        "card-model-",
        "{} model card",
    ),
    (rf"https://{ARXIV}/abs/(.+)", "paper", "arxiv-", ""),
    (rf"https://{GITHUB}/([^/]+/[^/]+)", "repository", "github-", "{} repository"),
)


def slug(name: str) -> str:
    """The id that a name suggests: lower case, words joined by hyphens, dots kept between digits."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9.]+|(?<![0-9])\.|\.(?![0-9])", "-", plain)
    return re.sub(r"-+", "-", words).strip("-")


def completed(table: Table, cells: Mapping[str, str], tables: rules.Tables) -> dict[str, str]:
    """The cells with what follows from them; a cell that was given is kept, but for its address."""
    complete = dict(cells)
    for column in addressed(table):
        if complete.get(column) and is_address(complete[column]):
            complete[column] = source_at(complete[column], tables)
    if complete.get("url"):
        complete["url"] = canonical_or_same(complete["url"])
    for column, value in (*of_document(table, complete), *of_record(table, complete)):
        if value and not complete.get(column):
            complete[column] = value
    return complete


def addressed(table: Table) -> list[str]:
    """The columns that name a source, and may be given its address instead."""
    return [key.field for key in table.foreign_keys if key.table == "sources"]


def source_at(address: str, tables: rules.Tables) -> str:
    """The id of the source at an address; the canonical address where there is none yet."""
    wanted = canonical_or_same(address)
    return next((cells["id"] for _, cells in tables["sources"] if cells["url"] == wanted), wanted)


def canonical_or_same(address: str) -> str:
    try:
        return canonical(address)
    except ValueError:
        return address


def of_document(table: Table, cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What the address of a source says of it."""
    if table.name != "sources":
        return
    for pattern, kind, prefix, title in _DOCUMENTS:
        match = re.fullmatch(pattern, cells.get("url", ""))
        if match:
            yield from (("kind", kind), ("title", title.format(match[1])), ("id", prefix + slug(match[1])))
    yield "accessed", date.today().isoformat()


def of_record(table: Table, cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    name = cells.get("name") or cells.get("title") or ""
    if table.primary_key == ("id",) and slug(name):
        kind = cells.get("kind", "").replace("_", "-") + "-" if table.name == "sources" else ""
        yield "id", kind + slug(name)
