"""An alias leads to a record, hides no other, and says which of several is meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from llmlineage.checks.nearest import Nearest
from llmlineage.checks.record import NODE_TABLES, Record
from llmlineage.errors import Problem
from llmlineage.keys import name_key
from llmlineage.package import Row

Owner = tuple[str, str]
"""The table and id of a record."""


def check_aliases(record: Record) -> Iterator[Problem]:
    names = own_names(record)
    known = {table: Nearest(ids) for table, ids in record.ids.items()}
    sharing: dict[str, list[tuple[int, Row]]] = defaultdict(list)
    for row, cells in record.sound_rows("aliases"):
        sharing[name_key(cells["alias"])].append((row, cells))
        table, id = cells["table"], cells["id"]
        if table in known and id not in known[table]:
            yield record.problem("aliases", row, "id", id, f"is not an id of {table}", known[table](id))
        if not any(map(str.isalnum, cells["alias"])):
            problem, suggestion = "has no letter and no digit", "nobody asks for it: remove it"
            yield record.problem("aliases", row, "alias", cells["alias"], problem, suggestion)
        if cells["kind"] in ("former", "mirror") and not cells["source"]:
            problem = f"is empty though the alias is a {cells['kind']}"
            yield record.problem("aliases", row, "source", "", problem, "cite a document that uses the name")
        yield from check_own_names(record, row, cells, names)
    for rows in sharing.values():
        yield from check_preference(record, rows)


def check_own_names(
    record: Record, row: int, cells: Row, names: Mapping[str, set[Owner]]
) -> Iterator[Problem]:
    """No alias is the own name of another record, but for short names, which say what else it can mean and
    never win over it; one that is the record's own adds nothing."""
    alias, owner = cells["alias"], (cells["table"], cells["id"])
    owners = names.get(name_key(alias), set())
    shared = cells["kind"] == "short" and "/" not in alias
    for table, id in sorted(owners - {owner}):
        # A trace knows datasets and models alone, so neither name stands in the other's way.
        if not shared and (table in NODE_TABLES) == (cells["table"] in NODE_TABLES):
            problem = f"hides {id} of {table}, whose own name it is"
            yield record.problem("aliases", row, "alias", alias, problem, "remove it")
    if owner in owners:
        problem = f"is already a name of {cells['id']}"
        yield record.problem("aliases", row, "alias", alias, problem, "remove it", "warning")


def check_preference(record: Record, rows: Sequence[tuple[int, Row]]) -> Iterator[Problem]:
    """Of several records with one alias, one is meant most often."""
    preferred = [row for row, cells in rows if cells["preferred"] == "true"]
    targets = {(cells["table"], cells["id"]) for _, cells in rows}
    row, cells = rows[-1]
    if len(targets) < len(rows):
        field, problem = "alias", f"stands twice for {cells['id']}"
        suggestion = "case and hyphens do not matter: keep one"
    elif len(rows) > 1 and len(preferred) != 1:
        field = "preferred"
        problem = f"stands for {len(rows)} records, {len(preferred) or 'none'} of them preferred"
        suggestion = "write true on the one that is meant most often"
    elif len(rows) == 1 and preferred:
        field, problem, suggestion = "preferred", "stands for one record alone", "leave preferred empty"
    else:
        return
    yield record.problem("aliases", row, field, cells["alias"], problem, suggestion)


def own_names(record: Record) -> dict[str, set[Owner]]:
    """Of each name key, the records whose id, name or hub id it is."""
    names: dict[str, set[Owner]] = defaultdict(set)
    for table in ("datasets", "models", "methods", "licenses", "organizations"):
        for _, cells in record.tables[table]:
            for column in ("id", "name", "hub_id"):
                if cells.get(column):
                    names[name_key(cells[column])].add((table, cells["id"]))
    return names
