"""What the page needs of every record at once: names, the steps between them, and how they are drawn."""

from __future__ import annotations

from typing import Any

from llmlineage.audit import CATEGORIES
from llmlineage.edition import Edition
from llmlineage.graph.terms.licences import Licence, read_licences
from llmlineage.keys import name_key
from llmlineage.render import words
from llmlineage.render.audit import QUESTIONS
from llmlineage.render.shapes import line_of, terms_of
from llmlineage.visible import visible

# The form of the data; the page refuses another.
FORMAT = 1
# Written out by the page from the names themselves; the others are given.
_DERIVED = "SELECT id, name, hub_id FROM node ORDER BY n"


def core(edition: Edition, shard: int) -> dict[str, Any]:
    """Columns of all records and steps; ``shard`` is how many records stand in one file of facts."""
    licences, steps = read_licences(edition), list(words.UP)
    return {
        "format": FORMAT,
        "edition": visible(edition.version),
        "shard": shard,
        "categories": list(CATEGORIES),
        "questions": [list(one) for one in QUESTIONS],
        "licences": [licence(one) for one in licences.values()],
        "organizations": organizations(edition),
        "steps": [[step, words.UP[step], words.DOWN[step], line_of(step)] for step in steps],
        "nodes": nodes(edition, list(licences)),
        "edges": edges(edition, steps),
    }


def licence(one: Licence) -> dict[str, Any]:
    return {
        "id": visible(one.id),
        "name": visible(one.name),
        "summary": visible(one.summary or ""),
        "series": visible(one.id.removesuffix(f"-{one.effective}")),
        "terms": terms_of(one),
        "url": one.url,
    }


def organizations(edition: Edition) -> list[list[str]]:
    rows = edition.index.execute("SELECT id, name FROM organizations ORDER BY id")
    return [[visible(id), visible(name)] for id, name in rows]


def nodes(edition: Edition, licences: list[str]) -> dict[str, list[Any]]:
    """One list a column, each as long as there are records; -1 where a number stands for nothing."""
    places = {id: place for place, id in enumerate(licences)}
    makers = {id: place for place, (id, _) in enumerate(organizations(edition))}
    query = (
        "SELECT node.id, node.name, type, kind, organization, released, rows, rows_precision, parameters, "
        "license, hub_id, status, upstream, family FROM node ORDER BY n"
    )
    rows = edition.index.execute(query).fetchall()
    numbered = {row[0]: place for place, row in enumerate(rows)}
    above, below = reach(edition, len(rows))
    return {
        "id": [row[0] for row in rows],
        "name": [visible(row[1]) for row in rows],
        "model": [int(row[2] == "model") for row in rows],
        "kind": [row[3] for row in rows],
        "organization": [makers.get(row[4], -1) for row in rows],
        "released": [row[5] or "" for row in rows],
        "size": [size(row[2], row[6], row[7], row[8]) for row in rows],
        "weight": [row[6] or 0 for row in rows],
        "licence": [places.get(row[9], -1) for row in rows],
        "hub": [visible(row[10] or "") for row in rows],
        "status": [row[11] for row in rows],
        "upstream": [row[12] for row in rows],
        "family": [numbered.get(row[13], -1) for row in rows],
        "above": above,
        "below": below,
    }


def size(type: str, rows: int | None, precision: str | None, parameters: int | None) -> str:
    """Rows of a dataset, parameters of a model, as they are read."""
    if type == "model":
        return words.size(parameters)
    return f"{words.count(rows, precision)} rows" if rows is not None else ""


def reach(edition: Edition, count: int) -> tuple[list[int], list[int]]:
    """How many ancestors and how many descendants each record has."""
    above, below = [0] * count, [0] * count
    for query, reached in (
        ("SELECT c, count(DISTINCT a) FROM closure GROUP BY c", above),
        ("SELECT a, count(DISTINCT c) FROM closure GROUP BY a", below),
    ):
        for number, many in edition.index.execute(query):
            reached[number - 1] = many
    return above, below


def edges(edition: Edition, steps: list[str]) -> dict[str, list[Any]]:
    places = {step: place for place, step in enumerate(steps)}
    query = "SELECT c, p, coalesce(role, stage, relation), rows, rows_precision, basis FROM edge ORDER BY e"
    rows = edition.index.execute(query).fetchall()
    return {
        "child": [row[0] - 1 for row in rows],
        "parent": [row[1] - 1 for row in rows],
        "step": [places[row[2]] for row in rows],
        "rows": [words.count(row[3], row[4]) for row in rows],
        "basis": [row[5] for row in rows],
    }


def names(edition: Edition) -> dict[str, Any]:
    """What a typed name can mean, and the words by which records are found.

    ``keys`` has the records of each key that the page cannot work out from ids, names and ids on the Hub, or
    that several records share, those meant first; ``summaries`` and ``aliases`` go by record.
    """
    own = list(edition.index.execute(_DERIVED))
    derived: dict[str, set[int]] = {}
    for place, written in enumerate(own):
        for key in {name_key(one) for one in written if one}:
            derived.setdefault(key, set()).add(place)
    numbered = {
        (type, id): n - 1 for n, type, id in edition.index.execute("SELECT n, type || 's', id FROM node")
    }
    meant: dict[str, list[int]] = {}
    for key, table, id in edition.index.execute(
        'SELECT key, "table", id FROM names ORDER BY key, hit, rank, "table", id'
    ):
        if (found := numbered.get((table, id))) is not None and found not in meant.setdefault(key, []):
            meant[key].append(found)
    keys = {key: them for key, them in meant.items() if len(them) > 1 or derived.get(key) != set(them)}
    aliases: dict[int, list[str]] = {}
    for alias, table, id in edition.index.execute('SELECT alias, "table", id FROM aliases ORDER BY alias'):
        if (of := numbered.get((table, id))) is not None:
            aliases.setdefault(of, []).append(visible(alias))
    return {"keys": keys, "aliases": aliases, "summaries": summaries(edition)}


def summaries(edition: Edition) -> list[str]:
    return [visible(one or "") for (one,) in edition.index.execute("SELECT summary FROM node ORDER BY n")]
