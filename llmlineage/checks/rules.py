"""The rules of lineage: what must hold between rows, which no schema of one table can say."""

from __future__ import annotations

import base64
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from llmlineage.addresses import canonical
from llmlineage.checks.graph import find_cycles
from llmlineage.checks.schemas import Tables, nearest
from llmlineage.errors import Problem
from llmlineage.keys import name_key
from llmlineage.package import EDGE_TABLES, Package, Row, Table

NODE_TABLES = ("datasets", "models")
# Of each edge table: the column and table of the end that came later, and of the earlier one.
ENDS = {
    "derivations": ("child", "datasets", "parent", "datasets"),
    "generations": ("dataset", "datasets", "model", "models"),
    "trainings": ("model", "models", "dataset", "datasets"),
    "adaptations": ("child", "models", "parent", "models"),
}
# Python and frictionless also read 52_002, +5, digits of other scripts and NaN as numbers.
_NUMBERS = {"integer": re.compile(r"-?[0-9]{1,18}"), "number": re.compile(r"-?[0-9]{1,18}(?:\.[0-9]+)?")}
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True)
class Edge:
    """One row of an edge table, with the place where it stands."""

    file: str
    row: int
    table: str
    child: str
    parent: str
    cells: Row


def check_lineage(package: Package, tables: Tables) -> list[Problem]:
    """All breaches of the lineage rules, errors and warnings."""
    files = {name: table.file for name, table in package.tables.items()}
    edges = [edge for name in EDGE_TABLES for edge in edges_of(name, files[name], tables[name])]
    problems: list[Problem] = []
    for table in package.tables.values():
        rows = tables[table.name]
        problems += check_order(table, rows)
        problems += check_numbers(table, rows)
        problems += check_dates(table, rows)
        problems += check_lists(table, rows, tables)
        problems += check_addresses(table, rows)
        problems += check_binary(table, rows)
    problems += check_ids_across(files, tables)
    problems += check_families(files, tables)
    problems += check_cycles(edges)
    problems += check_ages(edges, tables)
    problems += check_inferences(edges)
    problems += check_upstream(files, tables, edges)
    problems += check_shares(edges, tables)
    problems += check_sources(package, tables)
    problems += check_aliases(files, tables)
    problems += check_discrepancies(files, tables)
    problems += check_measurements(files, tables)
    return problems


def edges_of(name: str, file: str, rows: Sequence[tuple[int, Row]]) -> Iterator[Edge]:
    child, _, parent, _ = ENDS[name]
    for row, cells in rows:
        yield Edge(file, row, name, cells[child], cells[parent], cells)


def check_order(table: Table, rows: Sequence[tuple[int, Row]]) -> Iterator[Problem]:
    """Rows stand in the order of their key, so that a diff shows facts and nothing else."""
    previous: tuple[str, ...] = ()
    for row, cells in rows:
        key = tuple(cells[column] for column in table.primary_key)
        if key < previous:
            shown = ", ".join(part for part in key if part)
            yield Problem(
                table.file,
                row,
                ", ".join(table.primary_key),
                shown,
                "is out of order",
                "sort the table by its key",
            )
        previous = max(key, previous)


def check_binary(table: Table, rows: Sequence[tuple[int, Row]]) -> Iterator[Problem]:
    """Binary cells are whole base64 (RFC 4648)."""
    for field in table.fields:
        for row, cells in rows if field.binary else ():
            try:
                base64.b64decode(cells[field.name], validate=True)
            except ValueError as error:
                problem = f"is not base64 ({error})"
                yield Problem(
                    table.file, row, field.name, cells[field.name], problem, "write it with llmlineage"
                )


def check_numbers(table: Table, rows: Sequence[tuple[int, Row]]) -> Iterator[Problem]:
    """Numbers are plain digits, as every reader of CSV understands them, and fit 64 bits."""
    for field in table.fields:
        form = _NUMBERS.get(field.type)
        for row, cells in rows if form else ():
            cell = cells[field.name]
            if form and cell and is_number(cell, field.type) and not form.fullmatch(cell):
                problem = "is not written in plain digits" if len(cell) <= 19 else "is too large or too long"
                yield Problem(table.file, row, field.name, cell, problem, "write it like 52002")


def is_number(cell: str, type: str) -> bool:
    """Whether Python takes a cell for a number; what is none, the schema reports."""
    try:
        int(cell) if type == "integer" else float(cell)
    except ValueError:
        return False
    return True


def check_dates(table: Table, rows: Sequence[tuple[int, Row]]) -> Iterator[Problem]:
    """Partial dates are days of the calendar; whole dates have all their digits (not 2026-1-3)."""
    columns = [field.name for field in table.fields if field.partial_date]
    for column in (field.name for field in table.fields if field.type == "date"):
        for row, cells in rows:
            if len(cells[column]) < 10 and cells[column].count("-") == 2:
                yield Problem(
                    table.file, row, column, cells[column], "is not a whole date", "write 2023-03-13"
                )
    for row, cells in rows:
        for column in columns:
            if cells[column] and not is_day(cells[column]):
                yield Problem(
                    table.file, row, column, cells[column], "is not a day of the calendar", "correct the date"
                )


def is_day(text: str) -> bool:
    padded = text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text
    try:
        date.fromisoformat(padded)
    except ValueError:
        return False
    return True


def check_lists(table: Table, rows: Sequence[tuple[int, Row]], tables: Tables) -> Iterator[Problem]:
    """Lists name each thing once; languages are ISO 639 codes, architectures are methods."""
    methods = [cells["id"] for _, cells in tables["methods"]]
    for field in table.fields:
        if field.type != "list":
            continue
        for row, cells in rows:
            items = cells[field.name].split(field.delimiter) if cells[field.name] else []
            for item, count in Counter(items).items():
                if count > 1:
                    yield Problem(
                        table.file, row, field.name, item, "stands twice in the list", "name it once"
                    )
                if field.name == "architecture" and item not in methods:
                    yield Problem(
                        table.file, row, field.name, item, "is not an id of methods", nearest(item, methods)
                    )
                if field.name == "languages" and not _LANGUAGE.fullmatch(item):
                    yield Problem(
                        table.file, row, field.name, item, "is not an ISO 639 code", "write en, zh or pt-BR"
                    )


def check_addresses(table: Table, rows: Sequence[tuple[int, Row]]) -> Iterator[Problem]:
    """Every address is the canonical one, so that one document has one source."""
    if "url" not in table.columns:
        return
    for row, cells in rows:
        url = cells["url"]
        try:
            wanted = canonical(url) if url else ""
        except ValueError as error:
            yield Problem(table.file, row, "url", url, f"is not an address ({error})", "correct it")
            continue
        if wanted != url:
            yield Problem(table.file, row, "url", url, "is not the canonical address", f"write {wanted}")


def check_ids_across(files: Mapping[str, str], tables: Tables) -> Iterator[Problem]:
    """No dataset and model share an id, since an edge of the graph names either."""
    datasets = {cells["id"]: row for row, cells in tables["datasets"]}
    for row, cells in tables["models"]:
        if cells["id"] in datasets:
            place = f"{files['datasets']}:{datasets[cells['id']]}"
            yield Problem(
                files["models"],
                row,
                "id",
                cells["id"],
                f"is a dataset too ({place})",
                "add the size or base of the model to its id",
            )


def check_families(files: Mapping[str, str], tables: Tables) -> Iterator[Problem]:
    """``family`` leads to a record of kind family."""
    for table in NODE_TABLES:
        kinds = {cells["id"]: cells["kind"] for _, cells in tables[table]}
        for row, cells in tables[table]:
            if cells["family"] in kinds and kinds[cells["family"]] != "family":
                yield Problem(
                    files[table],
                    row,
                    "family",
                    cells["family"],
                    "is not a record of kind family",
                    "name the family, or leave it empty",
                )


def check_cycles(edges: Sequence[Edge]) -> Iterator[Problem]:
    """Nothing is made from itself; every cycle is shown whole, at its first edge."""
    places = {(edge.child, edge.parent): edge for edge in reversed(edges)}
    for cycle in find_cycles([(edge.child, edge.parent) for edge in edges]):
        edge = min((places[step] for step in pairwise(cycle)), key=lambda one: (one.file, one.row))
        way = " <- ".join(cycle)
        yield Problem(
            edge.file,
            edge.row,
            "",
            "",
            f"is part of a cycle: {way}",
            "make each iteration a record of its own, or remove the wrong edge",
        )


def check_ages(edges: Iterable[Edge], tables: Tables) -> Iterator[Problem]:
    """No child is older than its parent, as far as the precision of both dates tells."""
    released = {cells["id"]: cells["released"] for table in NODE_TABLES for _, cells in tables[table]}
    for edge in edges:
        child, parent = released.get(edge.child, ""), released.get(edge.parent, "")
        shared = min(len(child), len(parent))
        if child[:shared] < parent[:shared]:
            problem = f"{edge.child} ({child}) is older than {edge.parent} ({parent})"
            explained = bool(edge.cells["note"])
            suggestion = "explained in the note" if explained else "correct a date, or say why in the note"
            yield Problem(
                edge.file, edge.row, "", "", problem, suggestion, "warning" if explained else "error"
            )


def check_inferences(edges: Iterable[Edge]) -> Iterator[Problem]:
    """What the curators inferred says why."""
    for edge in edges:
        if edge.cells["basis"] == "inferred" and not edge.cells["note"]:
            yield Problem(
                edge.file,
                edge.row,
                "note",
                "",
                "is empty though the edge is inferred",
                "say what it is inferred from",
            )


def check_upstream(files: Mapping[str, str], tables: Tables, edges: Iterable[Edge]) -> Iterator[Problem]:
    """``upstream`` agrees with the edges: a root has no parents, a complete record has some."""
    parents = Counter(edge.child for edge in edges)
    for table in NODE_TABLES:
        for row, cells in tables[table]:
            count, upstream = parents[cells["id"]], cells["upstream"]
            if upstream == "root" and count:
                yield Problem(
                    files[table],
                    row,
                    "upstream",
                    upstream,
                    f"but {cells['id']} has {count} parent{'' if count == 1 else 's'}",
                    "write complete or partial, or remove the edges",
                )
            if upstream == "complete" and not count:
                yield Problem(
                    files[table],
                    row,
                    "upstream",
                    upstream,
                    f"but {cells['id']} has no parents",
                    "add the edges, or write root or undisclosed",
                )
            if upstream == "partial" and not count and cells["kind"] != "family":
                yield Problem(
                    files[table],
                    row,
                    "upstream",
                    upstream,
                    f"but {cells['id']} has no parents",
                    "add the edges, or write undisclosed",
                )


def check_shares(edges: Iterable[Edge], tables: Tables) -> Iterator[Problem]:
    """No more rows come from a dataset than it has."""
    sizes = {cells["id"]: int(cells["rows"]) for _, cells in tables["datasets"] if cells["rows"].isdecimal()}
    for edge in edges:
        if edge.table != "derivations" or not edge.cells["rows"].isdecimal():
            continue
        rows, size = int(edge.cells["rows"]), sizes.get(edge.parent)
        if size is not None and rows > size and not edge.cells["note"]:
            yield Problem(
                edge.file,
                edge.row,
                "rows",
                str(rows),
                f"but {edge.parent} has {size} rows",
                "correct a figure, or say why in the note",
                "warning",
            )


def check_sources(package: Package, tables: Tables) -> Iterator[Problem]:
    """Every source is used by some fact."""
    used = {
        cells[key.field]
        for table in package.tables.values()
        for key in table.foreign_keys
        if key.table == "sources"
        for _, cells in tables[table.name]
    }
    for row, cells in tables["sources"]:
        if cells["id"] not in used:
            yield Problem(
                package.tables["sources"].file,
                row,
                "id",
                cells["id"],
                "no fact cites it",
                "remove it, or cite it",
            )


def check_aliases(files: Mapping[str, str], tables: Tables) -> Iterator[Problem]:
    """An alias leads to a record, hides no other, and says which of several is meant."""
    file = files["aliases"]
    names = own_names(tables)
    sharing: dict[str, list[tuple[int, Row]]] = defaultdict(list)
    for row, cells in tables["aliases"]:
        alias, owner = cells["alias"], (cells["table"], cells["id"])
        sharing[name_key(alias)].append((row, cells))
        known = {cells["id"] for _, cells in tables.get(cells["table"], ())}
        if cells["id"] not in known:
            yield Problem(
                file,
                row,
                "id",
                cells["id"],
                f"is not an id of {cells['table']}",
                nearest(cells["id"], sorted(known)),
            )
        for other in sorted(names.get(name_key(alias), set()) - {owner}):
            if (other[0] in NODE_TABLES) != (cells["table"] in NODE_TABLES):
                continue  # a trace knows datasets and models alone, so neither name stands in the other's way
            yield Problem(
                file,
                row,
                "alias",
                alias,
                f"hides {other[1]} of {other[0]}, whose own name it is",
                "remove it",
            )
        if owner in names.get(name_key(alias), set()):
            yield Problem(
                file, row, "alias", alias, f"is already a name of {cells['id']}", "remove it", "warning"
            )
        if cells["kind"] in ("former", "mirror") and not cells["source"]:
            yield Problem(
                file,
                row,
                "source",
                "",
                f"is empty though the alias is a {cells['kind']}",
                "cite a document that uses the name",
            )
    for rows in sharing.values():
        yield from check_preference(file, rows)


def check_preference(file: str, rows: Sequence[tuple[int, Row]]) -> Iterator[Problem]:
    preferred = [row for row, cells in rows if cells["preferred"] == "true"]
    row, cells = rows[-1]
    targets = {(cells["table"], cells["id"]) for _, cells in rows}
    if len(targets) < len(rows):
        yield Problem(
            file,
            row,
            "alias",
            cells["alias"],
            f"stands twice for {cells['id']}",
            "case and hyphens do not matter: keep one",
        )
    elif len(rows) > 1 and len(preferred) != 1:
        problem = f"stands for {len(rows)} records, {len(preferred) or 'none'} of them preferred"
        yield Problem(
            file, row, "preferred", cells["alias"], problem, "write true on the one that is meant most often"
        )
    elif len(rows) == 1 and preferred:
        yield Problem(
            file, row, "preferred", cells["alias"], "stands for one record alone", "leave preferred empty"
        )


def own_names(tables: Tables) -> dict[str, set[tuple[str, str]]]:
    """Of each name key, the records whose id, name or hub id it is."""
    names: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for table in ("datasets", "models", "methods", "licenses", "organizations"):
        for _, cells in tables[table]:
            for column in ("id", "name", "hub_id"):
                if cells.get(column):
                    names[name_key(cells[column])].add((table, cells["id"]))
    return names


def check_discrepancies(files: Mapping[str, str], tables: Tables) -> Iterator[Problem]:
    """A rejected claim is about a record, differs from what is accepted, and names both sources."""
    file = files["discrepancies"]
    for row, cells in tables["discrepancies"]:
        known = ids_of(cells["table"], tables)
        if cells["id"] not in known:
            yield Problem(
                file,
                row,
                "id",
                cells["id"],
                f"is not an id of {cells['table']}",
                nearest(cells["id"], sorted(known)),
            )
        if cells["stated"] == cells["accepted"]:
            yield Problem(file, row, "accepted", cells["accepted"], "is what was stated", "remove the row")


def check_measurements(files: Mapping[str, str], tables: Tables) -> Iterator[Problem]:
    """What is measured is a derivation that is stated, and no count is above the whole."""
    ends = ("child", "relation", "parent")
    stated = {tuple(cells[name] for name in ends) for _, cells in tables["derivations"]}
    file = files["measurements"]
    for row, cells in tables["measurements"]:
        if tuple(cells[name] for name in ends) not in stated:
            problem = f"{cells['relation']} {cells['parent']} is no row of derivations"
            yield Problem(
                file, row, "child", cells["child"], problem, "add the derivation, or remove the row"
            )
        wholes = [cells[name] for name in ("child_distinct", "parent_distinct")]
        if all(part.isascii() and part.isdigit() for part in [*wholes, cells["shared"]]):
            least = min(map(int, wholes))
            if int(cells["shared"]) > least:
                problem = f"is above the {least:,} texts of one side"
                yield Problem(file, row, "shared", cells["shared"], problem, "measure again")


def ids_of(table: str, tables: Tables) -> set[str]:
    column = ENDS[table][0] if table in ENDS else "id"
    return {cells[column] for _, cells in tables.get(table, ())}
