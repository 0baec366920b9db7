"""From what people type to a record: an id, a name, an alias, a hub id or an address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from llmlineage.addresses import ARXIV, HUB, canonical, hub_repository, is_address
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
_PREPRINT = (
    r"(?:arxiv:?\s*|(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*)?10\.48550/arxiv\.)?"
    r"(\d{4}\.\d{4,5})(?:v\d+)?"
)
LONGEST_NEAR = 200
MOST_WORDS = 12


class Match(NamedTuple):
    """The record that a name means, and the others that it could mean, as table and id.

    ``copy_of`` is the name that was looked up where a repository is known to be a converted or quantized
    copy of another by its name alone.
    """

    table: str
    id: str
    others: tuple[tuple[str, str], ...] = ()
    copy_of: str | None = None


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
        longer = beginning(edition, name, tables)
        raise UnknownName(name, longer or closest(edition, name, tables), is_front=bool(longer))
    return match


def find(edition: Edition, name: str, tables: Sequence[str] = NODE_TABLES) -> Match | None:
    """What ``resolve`` gives, or None: to look for near names takes longer than to look a name up."""
    if len(name) > LONGEST_NAME or not is_text(name):
        return None
    match = find_exactly(edition, name, tables)
    if match is None and "models" in tables:  # no dataset is converted or quantized
        for original in originals(name):
            if match := find_exactly(edition, original, ("models",)):
                return Match(match.table, match.id, match.others, copy_of=original)
    return match


def find_exactly(edition: Edition, name: str, tables: Sequence[str]) -> Match | None:
    """A dataset or model before anything else, so that all commands answer a name with the same record."""
    for key, only in forms(name):
        rows = edition.index.execute(
            'SELECT "table", id FROM names WHERE key = ? ORDER BY hit, rank, "table", id', (key,)
        )
        hits = list(dict.fromkeys((table, id) for table, id in rows if only in (None, table)))
        meant = sorted((hit for hit in hits if hit[0] in tables), key=lambda hit: hit[0] not in NODE_TABLES)
        if meant:
            others = [hit for hit in hits if hit != meant[0]]
            return Match(*meant[0], others=tuple(sorted(others, key=lambda hit: hit not in meant)))
    # What a program listed by the million has its id for a name only as it is written.
    row = edition.index.execute("SELECT type || 's', id FROM node WHERE id = ?", (name,)).fetchone()
    return Match(*row) if row and row[0] in tables else None


def originals(name: str) -> list[str]:
    """The repositories of which one is a copy by its name: converted for transformers, or uploaded by
    unsloth, quantized or not."""
    owner, slash, repository = repository_called(name).partition("/")
    if not slash and owner[-3:].casefold() == "-hf":
        return [owner[:-3]]
    if not repository or "/" in repository:
        return []
    if owner.casefold() == "unsloth":
        stem = re.sub(r"(?:-unsloth)?-(?:bnb-4bit|GGUF)$", "", repository, flags=re.IGNORECASE)
        return [f"unsloth/{stem}", stem] if stem != repository else [stem]
    stem = re.sub(r"-hf$", "", repository, flags=re.IGNORECASE)
    return [f"{owner}/{stem}"] if stem != repository else [f"{owner}/{repository}-hf"]


def repository_called(name: str) -> str:
    """The model repository that a name or an address of the Hub means, as OWNER/NAME; else the name."""
    name = as_address(name)
    if not is_address(name):
        return name
    try:
        found = hub_repository(canonical(name))
    except ValueError:
        return ""
    return found[1] if found and found[0] == "model" else ""


def forms(name: str) -> list[tuple[str, str | None]]:
    """The keys to look a typed name up by, each with the one table that it can mean, if any."""
    name = as_address(name)
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


def as_address(name: str) -> str:
    """Short forms of an address written out: ``datasets/OWNER/NAME``, ``hf://OWNER/NAME@main/...``,
    ``arXiv:2310.01377``, and the DOI of a preprint."""
    name = name.strip()
    if name.startswith(("datasets/", "hf://")):
        path = name.removeprefix("hf://").removeprefix("models/")
        return f"https://{HUB}/{re.sub('@[^/]*', '', path)}"
    if "." not in name or not name[-1:].isdigit():  # most names are no preprint, and need no regex
        return name
    match = re.fullmatch(_PREPRINT, name, re.IGNORECASE)
    return f"https://{ARXIV}/abs/{match[1]}" if match else name


def beginning(edition: Edition, name: str, tables: Sequence[str] = NODE_TABLES, limit: int = 12) -> list[str]:
    """Ids of the records whose name goes on from ``name`` with another word, those most depended on first."""
    key = name_key(name)
    if len(key) < 2 or not is_text(name):
        return []
    rows = edition.index.execute(
        'SELECT "table", id FROM names WHERE key > ? AND key < ? AND hit < 3 ORDER BY rank, id LIMIT 400',
        (key, key + "\U0010ffff"),
    )
    found = dict.fromkeys((table, id) for table, id in rows if table in tables)
    begun = (id for table, id in found if any(goes_on(key, own) for own in own_names(edition, table, id)))
    return list(islice(begun, limit))


def own_names(edition: Edition, table: str, id: str) -> Iterator[str]:
    """A record's id, name and aliases, as they are written."""
    yield id
    yield from (name for (name,) in edition.index.execute(f'SELECT name FROM "{table}" WHERE id = ?', (id,)))
    query = 'SELECT alias FROM aliases WHERE "table" = ? AND id = ?'
    yield from (alias for (alias,) in edition.index.execute(query, (table, id)))


def goes_on(key: str, name: str) -> bool:
    """Whether a name begins with what a key stands for and goes on with another word or number:
    ``SmolLM3`` with ``SmolLM3 3B`` and ``s1`` with ``s1K``, but not with ``SmolLM 360M``."""
    for place in range(1, len(name)):
        if name_key(name[:place]) == key:
            last, following = name[place - 1], name[place]
            return last.isdigit() != following.isdigit() or not (last.isalnum() and following.isalnum())
    return False


def closest(
    edition: Edition, name: str, tables: Sequence[str], limit: int = 3, cutoff: float = 0.5
) -> list[str]:
    """Ids of the records whose names come nearest, best first: those with all its words, in whatever order,
    then those that look like it; none of these below ``cutoff`` (0 to 1).

    Takes some ten milliseconds: not for each of many names.
    """
    if len(name) > LONGEST_NEAR or not is_text(name):
        return []
    alike = resembling(edition, name_key(name), tables, limit, cutoff)
    return list(dict.fromkeys([*with_words(edition, name, tables, limit), *alike]))[:limit]


def with_words(edition: Edition, name: str, tables: Sequence[str], limit: int) -> list[str]:
    """Ids of the records that have each of several words in their names: ``GPT4 Alpaca``, ``tulu 3 dpo``."""
    words = re.findall(r"[^\W_]+", name)[:MOST_WORDS]
    if len(words) < 2:
        return []
    marks = ", ".join("?" * len(tables))
    wanted = " AND ".join(f'"{word}"*' for word in words)
    query = f"{{name aliases}} : ({wanted})"
    rows = edition.index.execute(
        f'SELECT id FROM search WHERE search MATCH ? AND "table" IN ({marks}) '
        "ORDER BY bm25(search, 0, 0, 10, 6, 0, 0), length(name), id LIMIT ?",
        (query, *tables, limit),
    )
    return [id for (id,) in rows]


def resembling(edition: Edition, key: str, tables: Sequence[str], limit: int, cutoff: float) -> list[str]:
    """Ids of the records of whose names one looks like this key."""
    import difflib  # only a name that is not found needs it

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
