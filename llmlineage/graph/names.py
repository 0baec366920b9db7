"""From what people type to a record: an id, a name, an alias, a hub id or an address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from llmlineage.addresses import canonical, hub_repository, is_address
from llmlineage.edition import Edition
from llmlineage.errors import UnknownName
from llmlineage.keys import name_key
from llmlineage.visible import is_harmless, is_text

NODE_TABLES = ("datasets", "models")
ALL_TABLES = (*NODE_TABLES, "methods", "licenses", "organizations")
# What may stand in brackets after a name to say which of several records is meant.
QUALIFIERS = {
    "dataset": "datasets", "model": "models", "method": "methods",
    "licence": "licenses", "license": "licenses",
    "organization": "organizations", "organisation": "organizations",
}  # fmt: skip
# Above this many names, near misses are looked for among those that start alike.
FEW_NAMES = 50_000
# What is longer than this is the name of nothing, and is neither looked up nor compared.
LONGEST_NAME = 2000
LONGEST_NEAR = 200


@dataclass(frozen=True)
class Match:
    """The record that a name means, and the others that it could mean."""

    table: str
    id: str
    others: tuple[tuple[str, str], ...] = ()


def resolve(edition: Edition, name: str, tables: Sequence[str] = NODE_TABLES) -> Match:
    """The record called ``name`` in one of ``tables``.

    An exact hit of a higher kind wins: id, record's name, alias, hub id, address. Among hits of
    one kind the record that ``aliases.csv`` prefers comes first, then the one that most others
    are made from. ``Alpaca (dataset)`` means the dataset alone.

    Raises:
        UnknownName: nothing is called so; carries the three closest names.
    """
    match = find(edition, name, tables)
    if match is None:
        raise UnknownName(name, closest(edition, name, tables))
    return match


def find(edition: Edition, name: str, tables: Sequence[str] = NODE_TABLES) -> Match | None:
    """What ``resolve`` gives, or None: to look for near names takes longer than to look a name up."""
    if len(name) > LONGEST_NAME or not is_text(name):
        return None
    for key, only in forms(name):
        hits = [
            (table, id)
            for table, id in edition.index.execute(
                'SELECT "table", id FROM names WHERE key = ? ORDER BY hit, rank, "table", id', (key,)
            )
            if table in tables and only in (None, table)
        ]
        if hits:
            distinct = list(dict.fromkeys(hits))
            return Match(*distinct[0], others=tuple(distinct[1:]))
    return None


def forms(name: str) -> list[tuple[str, str | None]]:
    """The keys to look a typed name up by, each with the one table that it can mean, if any."""
    if not is_address(name):
        stem, _, qualifier = name.strip().removesuffix(")").rpartition("(")
        table = QUALIFIERS.get(qualifier.strip().casefold())
        return [(name_key(name), None), *([(name_key(stem), table)] if table else [])]
    try:
        address = canonical(name.strip())
    except ValueError:
        return [(name_key(name), None)]
    keys: list[tuple[str, str | None]] = []
    repository = hub_repository(address)
    if repository:
        keys.append((name_key(repository[1]), f"{repository[0]}s"))
    return [*keys, (name_key(address), None)]


def closest(
    edition: Edition, name: str, tables: Sequence[str], limit: int = 3, cutoff: float = 0.5
) -> list[str]:
    """Ids of the records whose names come nearest, best first; none below ``cutoff`` (0 to 1).

    Takes some ten milliseconds: not for each of many names.
    """
    if len(name) > LONGEST_NEAR or not is_text(name):
        return []
    import difflib  # only a name that is not found needs it

    key = name_key(name)
    condition, parameters = "hit < 4", []
    (count,) = edition.index.execute(
        "SELECT count(*) FROM (SELECT 1 FROM names LIMIT ?)", (FEW_NAMES,)
    ).fetchone()
    if count == FEW_NAMES:
        condition, parameters = "hit < 4 AND key >= ? AND key < ?", [key[:3], key[:3] + "\U0010ffff"]
    rows = edition.index.execute(
        f'SELECT key, "table", id FROM names WHERE {condition} LIMIT {FEW_NAMES}', parameters
    )
    ids: dict[str, str] = {}
    for found, table, id in rows:
        if table in tables:
            ids.setdefault(found, id)
            ids.setdefault(found.rpartition("/")[2], id)  # a hub id without its owner
    near = difflib.get_close_matches(key.rpartition("/")[2], ids, n=3 * limit, cutoff=cutoff)
    return list(dict.fromkeys(ids[found] for found in near))[:limit]


def completions(edition: Edition, prefix: str, tables: Sequence[str] = NODE_TABLES) -> list[str]:
    """Ids that start with what was typed so far, for the shell; none that it could take amiss."""
    if not is_text(prefix):
        return []
    marks = ", ".join("?" * len(tables))
    rows = edition.index.execute(
        f'SELECT id FROM names WHERE key >= ? AND key < ? AND hit = 0 AND "table" IN ({marks}) '
        "ORDER BY id LIMIT 50",
        (name_key(prefix), name_key(prefix) + "\U0010ffff", *tables),
    )
    return [id for (id,) in rows if is_harmless(id)]
