"""The whole field at once: what most comes from, who writes, who publishes, where licences disagree, and how
much nobody has read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from llmlineage.edition import Edition
from llmlineage.explorer.numbers import numbers
from llmlineage.graph.stats import Counts, stats
from llmlineage.graph.terms import conflicts, inheriting, merged
from llmlineage.graph.terms.licences import read_licences
from llmlineage.graph.travel import INFLUENCE
from llmlineage.visible import visible

TOP = 20
# By these no text of a record comes along: its answers may, which is another matter than its data.
NO_DATA = ("seeded_by", "generated_by", "distilled_from")


@lru_cache(maxsize=2)
def field(edition: Edition) -> dict[str, Any]:
    """Figures of the whole edition, each list longest first; records by number."""
    by, said = numbers(edition).nodes, stats(edition, TOP)
    return {
        "datasets": sum(said.datasets.values()),
        "models": sum(said.models.values()),
        "edges": sum(said.edges.values()),
        "sources": sum(said.sources.values()),
        "traced": said.traced,
        "discrepancies": said.discrepancies,
        "roots": roots(edition),
        "generators": [[by[one.id], one.datasets] for one in said.generators],
        "organizations": organizations(edition),
        "conflicts": conflicting(edition),
        "upstream": [pairs(said.dataset_upstream), pairs(said.model_upstream)],
        "basis": pairs(said.basis),
        "years": [[one.year, one.datasets, one.models, one.edges] for one in said.years if one.year],
    }


def pairs(counts: Counts) -> list[list[Any]]:
    return [[name, count] for name, count in counts.items()]


def roots(edition: Edition) -> list[list[int]]:
    """The roots from whose data most others descend, with how many datasets and models do."""
    children: dict[int, list[int]] = {}
    query = f"SELECT p - 1, c - 1 FROM edge WHERE relation NOT IN ({', '.join('?' * len(NO_DATA))})"
    for parent, child in edition.index.execute(query, NO_DATA):
        children.setdefault(parent, []).append(child)
    rows = edition.index.execute("SELECT n - 1, type, upstream FROM node").fetchall()
    models = {number for number, type, _ in rows if type == "model"}
    found = []
    for number in (number for number, _, upstream in rows if upstream == "root"):
        below = descendants(number, children)
        found.append([number, len(below - models), len(below & models)])
    return sorted(found, key=lambda row: (-row[1] - row[2], row[0]))[:TOP]


def descendants(start: int, children: Mapping[int, list[int]]) -> set[int]:
    found: set[int] = set()
    frontier = [start]
    while frontier:
        frontier = [child for one in frontier for child in children.get(one, ()) if child not in found]
        frontier = list(dict.fromkeys(frontier))
        found.update(frontier)
    return found


def organizations(edition: Edition) -> list[list[Any]]:
    """Those from whose records most of others' descend: name, datasets, models, and how many of others."""
    query = """
        SELECT coalesce(organizations.name, maker), datasets, models, others FROM (
            SELECT organization AS maker, sum(type = 'dataset') AS datasets, sum(type = 'model') AS models
            FROM node WHERE organization IS NOT NULL GROUP BY 1)
        JOIN (SELECT above.organization AS made, count(DISTINCT closure.c) AS others
              FROM closure JOIN node AS above ON above.n = a JOIN node AS below ON below.n = c
              WHERE above.organization IS NOT NULL AND below.organization IS NOT above.organization
              GROUP BY 1) ON made = maker
        LEFT JOIN organizations ON organizations.id = maker
        ORDER BY others DESC, maker LIMIT ?
    """
    return [[visible(str(name)), *more] for name, *more in edition.index.execute(query, (TOP,))]


def conflicting(edition: Edition) -> dict[str, Any]:
    """Which pairs of licences disagree in most records, and where; of how many records with a licence."""
    licences = read_licences(edition)
    rows = edition.index.execute("SELECT id, license FROM node WHERE license IS NOT NULL ORDER BY n")
    own = {id: licences[license] for id, license in rows if license in licences}
    found: dict[str, list[int]] = {}
    for id, licence in own.items():
        there = merged(one for one in inheriting(edition, id) if one.component != INFLUENCE)
        for message in dict.fromkeys(visible(one.message) for one in conflicts(licence, there)):
            found.setdefault(message, []).append(numbers(edition).nodes[id])
    ranked = sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return {"of": len(own), "records": len(distinct(found.values())), "pairs": ranked[:TOP]}


def distinct(lists: Iterable[Iterable[int]]) -> Counter[int]:
    return Counter(one for them in lists for one in them)
