"""The graph of an edition: what a record is made of, what is made of it, and by which way.

Everything here is a few indexed reads of SQLite; polars is imported only by ``to_polars`` and ``closure``.
What is read are named tuples: every look-up makes hundreds of them, and dataclasses cost several times that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from llmlineage.edition import Edition
from llmlineage.errors import InvalidEdition, UnknownName

if TYPE_CHECKING:
    import polars as pl

Direction = Literal["up", "down"]

RELATIONS = (
    "includes", "subset_of", "cleaned_from", "reformatted_from", "prompts_from", "annotated_from",
    "rewritten_from", "translated_from", "seeded_by", "revision_of", "generated_by", "trained_on",
    "finetune_of", "continued_from", "merge_of", "adapter_of", "quantized_from", "distilled_from",
    "upscaled_from", "initialized_from",
)  # fmt: skip
ROLES = ("wrote_both", "wrote_prompts", "wrote_responses", "played_user", "rated", "filtered", "translated")
STAGES = (
    "pretraining", "continued_pretraining", "sft", "reward_model", "preference_optimization", "rl",
    "evaluation", "unspecified",
)  # fmt: skip
UPSTREAM = ("root", "complete", "partial", "undisclosed", "unread")
# From a family up to a version of it, and from a version up to its family: no edges of the tables, but the
# column ``family`` of the version. A family stands for its versions, and so each leads to the other.
MEMBER, MEMBER_OF = "member", "member_of"
# Which edges lead to a dataset or to a model, walking up or down.
_LEADING_TO = {
    ("up", "datasets"): ("derivations", "trainings"),
    ("up", "models"): ("generations", "adaptations"),
    ("down", "datasets"): ("derivations", "generations"),
    ("down", "models"): ("trainings", "adaptations"),
}
# How many nodes one statement looks up: large enough that calls do not count.
_BATCH = 20_000
# Texts bound to one query: SQLite before 3.32 takes no more (https://www.sqlite.org/limits.html).
MOST_BOUND = 900


class Source(NamedTuple):
    """The document in which a fact was read."""

    id: str
    title: str
    url: str


class Node(NamedTuple):
    """A dataset or model of a trace; ``depth`` counts edges from the root."""

    id: str
    type: Literal["dataset", "model"]
    name: str
    kind: str
    hub_id: str | None
    released: str | None
    license: str | None
    rows: int | None
    upstream: str
    status: str
    organization: str | None
    depth: int
    rows_precision: str | None = None
    family: str | None = None
    parameters: int | None = None


class Measured(NamedTuple):
    """What the rows say of a step: ``verdict``, and the child's share found in the parent, by field."""

    verdict: str
    prompt: float | None = None
    response: float | None = None
    both: float | None = None


class Edge(NamedTuple):
    """One cited step: ``child`` came later and was made from ``parent``.

    ``takes``, ``into``, ``altered`` and ``without`` are set where the step differs from its relation (see
    travel.py); ``split`` where the parent is a benchmark or task and a source says which.
    """

    child: str
    relation: str
    role: str | None
    stage: str | None
    parent: str
    part: str | None
    rows: int | None
    method: str | None
    basis: str
    note: str | None
    source: Source
    locator: str | None
    measured: Measured | None = None
    split: str | None = None
    takes: tuple[str, ...] = ()
    into: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    altered: bool | None = None
    rows_precision: str | None = None
    weight: float | None = None


class Trace(NamedTuple):
    """The part of the graph that a record reaches: nodes by depth then id, edges by child."""

    root: str
    direction: Direction
    edition: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def to_polars(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Nodes and edges as two frames, with the columns and types of the tables (see frames.py)."""
        from llmlineage.graph.frames import edges_frame, nodes_frame

        return nodes_frame(self.nodes), edges_frame(self.edges)

    def carries(self, ancestor: str) -> frozenset[str]:
        """What of record ``ancestor`` arrives at the root of a trace up: prompts, responses, labels,
        weights, outputs; nothing where it was a seed or a filter, or left out on the way.

        Raises:
            UnknownName: it does not stand in the trace.
            ValueError: the trace leads down.
        """
        from llmlineage.graph.travel import INFLUENCE, walk_up

        if self.direction != "up":
            raise ValueError("carries is asked of a trace up")
        if all(node.id != ancestor for node in self.nodes):
            raise UnknownName(ancestor)
        return frozenset(one.takes for one in walk_up(self) if one.id == ancestor and one.into != INFLUENCE)


def trace(
    edition: Edition,
    id: str,
    direction: Direction = "up",
    depth: int | None = None,
    only: Literal["datasets", "models"] | None = None,
    relations: Collection[str] = (),
) -> Trace:
    """Walk from record ``id`` breadth first, up to its origins or down to what is made of it.

    From a family the walk goes through its versions: up, by steps of relation MEMBER, to what any of them
    was made from; down, by steps of relation MEMBER_OF, to what is made of any; besides what names the
    family alone. A family is its versions, so ``only`` and ``relations`` leave these steps out no more than
    they do the root. A family that is met on the way is not opened: nobody said that all of it is meant.

    Args:
        depth: how many edges to go at most; None for all.
        only: follow only edges that lead to datasets, or to models.
        relations: follow only these of RELATIONS; empty for all, MEMBER for the versions of a family alone.

    Raises:
        UnknownName: ``id`` is not the id of a dataset or model.
        ValueError: the direction, ``only`` or a relation is none; the message names those that are.
    """
    check_choices("direction", [direction], ("up", "down"))
    check_choices("only", [only] if only else [], ("datasets", "models"))
    check_choices("relation", relations, (*RELATIONS, MEMBER))
    root = number_of(edition, id)
    depths = {root: 0}
    found: list[int] = []
    members: dict[int, tuple[int, int]] = {}
    frontier, families, distance = [root], [root], 0
    while frontier and (depth is None or distance < depth):
        distance += 1
        reached: dict[int, None] = {}
        opened = list(members_of(edition, families))
        members |= {number: (family, version) for number, family, version in opened}
        versions = ((number, version) for number, _, version in opened)
        for number, far in (*versions, *_steps(edition, frontier, direction, only, relations)):
            found.append(number)
            if far not in depths:
                depths[far] = distance
                reached[far] = None
        frontier, families = list(reached), [version for _, _, version in opened]
    ids = _all_ids(edition, depths)
    nodes = sorted(_sound_nodes(edition, depths), key=lambda node: (node.depth, node.id))
    if direction == "down":
        members = {number: (version, family) for number, (family, version) in members.items()}
    edges = _sound_edges(edition, edges_at(edition, found, ids, members=members))
    return Trace(id, direction, edition.version, tuple(nodes), tuple(edges))


def check_choices(what: str, chosen: Iterable[str], known: Sequence[str]) -> None:
    """Raises ValueError where what was chosen is none of those that are known."""
    for one in chosen:
        if one not in known:
            raise ValueError(f"{one!r} is no {what}; it is one of {', '.join(known)}")


def members_of(edition: Edition, families: Iterable[int]) -> Iterator[tuple[int, int, int]]:
    """The versions of those that are families, the earliest first: a number that no edge has, the family
    and the version."""
    query = (
        "SELECT -node.n, family.n, node.n FROM node JOIN node AS family ON node.family = family.id "
        "WHERE family.kind = 'family' AND family.n IN"
    )
    return _select(edition, query, families, " ORDER BY node.released IS NULL, node.released, node.id")


def all_members(edition: Edition, family: int) -> dict[int, tuple[int, int]]:
    """Family and version of every version of a family, and of the families among these."""
    found: dict[int, tuple[int, int]] = {}
    families = [family]
    while families:
        opened = {number: ends for number, *ends in members_of(edition, families) if number not in found}
        found |= {number: (family, version) for number, (family, version) in opened.items()}
        families = [version for _, version in opened.values()]
    return found


@lru_cache(maxsize=256)
def ancestry(edition: Edition, id: str) -> Trace:
    """The whole trace up from ``id``, kept for whoever asks several things of it.

    Raises:
        UnknownName: ``id`` is not the id of a dataset or model.
    """
    return trace(edition, id)


def reachable(edition: Edition, id: str, direction: Direction = "up") -> Iterator[str]:
    """Ids of all ancestors (or descendants) of a record, in no order; nothing else is read.

    Of a family, its versions too and what these come from (or went into), as ``trace`` finds it.

    Raises:
        UnknownName: ``id`` is not the id of a dataset or model.
        ValueError: the direction is none.
    """
    check_choices("direction", [direction], ("up", "down"))
    near, far = ("c", "p") if direction == "up" else ("p", "c")
    root = number_of(edition, id)
    start = [root, *(version for _, version in all_members(edition, root).values())]
    rows = edition.index.execute(
        "WITH RECURSIVE reached (n) AS (SELECT value FROM json_each(?) "
        f"UNION SELECT edge.{far} FROM reached JOIN edge ON edge.{near} = reached.n) "
        "SELECT id FROM reached JOIN node USING (n) WHERE n <> ?",
        (str(start), root),
    )
    return (found for (found,) in rows)


def closure(edition: Edition, id: str, direction: Direction = "up") -> pl.Series:
    """What :func:`reachable` finds, as one column, in the order of ids.

    From the table of all ancestors: of a million descendants in a third of a second, where to look each
    of them up takes several.

    Raises:
        UnknownName: ``id`` is not the id of a dataset or model.
        ValueError: the direction is none.
    """
    import polars

    from llmlineage.edition.tables import scan

    check_choices("direction", [direction], ("up", "down"))
    near, far = ("node", "ancestor") if direction == "up" else ("ancestor", "node")
    root = number_of(edition, id)
    members = [version for _, version in all_members(edition, root).values()]
    rows = edition.index.execute("SELECT node.id FROM json_each(?) JOIN node ON n = value", (str(members),))
    versions = [version for (version,) in rows]
    found = (
        scan(edition.path, "ancestry").filter(polars.col(near).is_in([id, *versions])).select(far).collect()
    )
    whole = polars.concat([found[far], polars.Series(versions, dtype=polars.String)]).unique()
    return whole.filter(whole != id).sort().alias("id")


def why(edition: Edition, first: str, second: str) -> list[list[Edge]]:
    """Every shortest way from ``first`` up to ``second``, or else from ``second`` up to ``first``.

    Each way is a list of edges, the one nearest the later record first. Edges that run side by
    side between the same two records give a way each. Empty where neither is made from the other.

    Raises:
        UnknownName: one of the two is not the id of a dataset or model.
    """
    start, goal = number_of(edition, first), number_of(edition, second)
    return shortest_ways(edition, start, goal) or shortest_ways(edition, goal, start)


def shortest_ways(edition: Edition, start: int, goal: int) -> list[list[Edge]]:
    """Ways from node ``start`` up to node ``goal``; from a family by any member, to a family by any."""
    if start == goal:
        return []
    from_start = all_members(edition, start)
    into_goal = {
        number: (version, family) for number, (family, version) in all_members(edition, goal).items()
    }
    beside: dict[int, list[tuple[int, int, int]]] = {}
    for number, (near, far) in (*from_start.items(), *into_goal.items()):
        beside.setdefault(near, []).append((number, near, far))
    depths, steps = {start: 0}, dict[int, list[tuple[int, int]]]()
    frontier, distance = [start], 0
    while frontier and goal not in depths:
        distance += 1
        reached: list[int] = []
        members = [step for node in frontier for step in beside.get(node, ())]
        for number, near, far in (*_up(edition, frontier), *members):
            if far not in depths:
                depths[far] = distance
                reached.append(far)
            if depths[far] == distance:
                steps.setdefault(far, []).append((number, near))
        frontier = reached
    ways = list(_ways_back(goal, start, steps)) if goal in depths else []
    ids = _all_ids(edition, depths)
    ends = from_start | into_goal
    found = (edges_at(edition, way, ids, keep_order=True, members=ends) for way in ways)
    return [list(_sound_edges(edition, edges)) for edges in found]


def _ways_back(goal: int, start: int, steps: dict[int, list[tuple[int, int]]]) -> Iterator[list[int]]:
    """Every way from ``start`` up to ``goal`` as edge numbers; a stack, as a way may be of any length."""
    unfinished: list[tuple[int, tuple[int, ...]]] = [(goal, ())]
    while unfinished:
        node, way = unfinished.pop()
        if node == start:
            yield list(way)
        else:
            unfinished += [(near, (number, *way)) for number, near in reversed(steps[node])]


def neighbours(edition: Edition, id: str, direction: Direction) -> tuple[Edge, ...]:
    """The edges from a record to its parents (up) or its children (down)."""
    return trace(edition, id, direction, depth=1).edges


def number_of(edition: Edition, id: str) -> int:
    row = edition.index.execute("SELECT n FROM node WHERE id = ?", (id,)).fetchone()
    if row is None:
        raise UnknownName(id)
    return int(row[0])


def nodes_at(edition: Edition, depths: Mapping[int, int]) -> Iterator[Node]:
    """The nodes of these numbers, each with its depth."""
    query = (
        "SELECT n, id, type, name, kind, hub_id, released, license, rows, upstream, status, organization, "
        "rows_precision, family, parameters FROM node WHERE n IN"
    )
    for number, *columns, precision, family, parameters in _select(edition, query, depths):
        yield Node(*(*columns, depths[number], precision, family, parameters))


def edges_at(
    edition: Edition,
    numbers: Iterable[int],
    ids: dict[int, str],
    keep_order: bool = False,
    members: Mapping[int, tuple[int, int]] | None = None,
) -> Iterator[Edge]:
    """The edges of these numbers, in the order of the edition or of ``numbers``; those of ``members``
    (the ends of each, the one that stands for the child first) are of no table."""
    measured = measurements(edition)
    wanted, members = list(numbers), members or {}
    rows: list[tuple[Any, ...]] = list(
        _select(
            edition,
            "SELECT e, c, relation, role, stage, p, part, rows, method, basis, note, source, locator, "
            'split, takes, "into", without, altered, rows_precision, weight FROM edge WHERE e IN',
            sorted(number for number in wanted if number not in members),
        )
    )
    rows[:0] = [_member_row(edition, number, *members[number]) for number in wanted if number in members]
    if keep_order:
        position = {number: place for place, number in enumerate(wanted)}
        rows.sort(key=lambda row: position[row[0]])
    sources = sources_of(edition, {row[11] for row in rows})
    for number, c, relation, role, stage, p, part, count, method, basis, note, source, locator, *more in rows:
        if c not in ids or p not in ids:  # an index of SQLite's that does not agree with its table
            raise damaged(edition, f"step {number} joins other records than it was found at")
        yield Edge(
            ids[c], relation, role, stage, ids[p], part, count, method, basis, note, sources[source], locator,
            measured.get((ids[c], relation, ids[p])), *differing(*more),
        )  # fmt: skip


def _member_row(edition: Edition, number: int, near: int, far: int) -> tuple[Any, ...]:
    """A step between a family and a version of it, whose number is -``number``, as a row of the edge table;
    it rests on the version's own source."""
    source, locator = edition.index.execute(
        "SELECT source, locator FROM node WHERE n = ?", (-number,)
    ).fetchone()
    relation = MEMBER if far == -number else MEMBER_OF
    return (number, near, relation, None, None, far, None, None, None, "stated", None, source, locator,
            None, None, None, None, None, None, None)  # fmt: skip


def differing(
    split: str | None,
    takes: str | None,
    into: str | None,
    without: str | None,
    altered: int | None,
    precision: str | None,
    weight: float | None,
) -> tuple[
    str | None, tuple[str, ...], tuple[str, ...], tuple[str, ...], bool | None, str | None, float | None
]:
    """The last columns of an edge; lists stand in the index as in the CSV."""
    return (
        split,
        tuple(takes.split(";")) if takes else (),
        tuple(into.split(";")) if into else (),
        tuple(without.split(";")) if without else (),
        None if altered is None else bool(altered),
        precision,
        weight,
    )


@lru_cache(maxsize=8)
def measurements(edition: Edition) -> Mapping[tuple[str, str, str], Measured]:
    """What was measured on rows, by child, relation and parent; few steps are."""
    found: dict[tuple[str, str, str], dict[str, float | None]] = {}
    verdicts: dict[tuple[str, str, str], str] = {}
    query = 'SELECT child, relation, parent, verdict, "field", shared, child_distinct FROM measurements'
    for child, relation, parent, verdict, field, shared, distinct in edition.index.execute(query):
        key = (child, relation, parent)
        counted = isinstance(shared, int) and isinstance(distinct, (int, type(None)))
        if field not in ("prompt", "response", "both") or not isinstance(verdict, str) or not counted:
            raise damaged(edition, f"a measurement of {child} is none that is known")
        verdicts[key] = verdict
        found.setdefault(key, {})[field] = shared / distinct if distinct else None
    return {key: Measured(verdicts[key], **shares) for key, shares in found.items()}


def source_of(edition: Edition, id: str) -> Source:
    return sources_of(edition, [id])[id]


def sources_of(edition: Edition, ids: Collection[str]) -> dict[str, Source]:
    """The sources of these ids, each of which there must be."""
    found: dict[str, Source] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), MOST_BOUND):
        batch = wanted[start : start + MOST_BOUND]
        query = f"SELECT id, title, url FROM sources WHERE id IN ({', '.join('?' * len(batch))})"
        for row in edition.index.execute(query, batch):
            if all(isinstance(cell, str) for cell in row):
                found[row[0]] = Source(*row)
    for id in wanted:
        if id not in found:
            raise damaged(edition, f"source {id} is missing or no source")
    return found


def damaged(edition: Edition, what: str) -> InvalidEdition:
    """The error for an edition that says what no build of this version writes."""
    return InvalidEdition(f"{edition.path} is damaged, or of a later llmlineage: {what}; build it again")


def _sound_nodes(edition: Edition, depths: Mapping[int, int]) -> Iterator[Node]:
    """``nodes_at``, each of the types that it is declared with."""
    for node in nodes_at(edition, depths):
        texts = (node.id, node.type, node.name, node.kind, node.upstream, node.status)
        maybe = (node.hub_id, node.released, node.license, node.organization)
        known = node.type in ("dataset", "model") and node.upstream in UPSTREAM
        if not known or not _are_typed(texts, maybe, node.rows):
            raise damaged(edition, f"record {node.id} is none that is known")
        yield node


def _sound_edges(edition: Edition, edges: Iterable[Edge]) -> Iterator[Edge]:
    """Edges, each of them of a relation, role, stage and types that are known."""
    for edge in edges:
        texts = (edge.relation, edge.basis)
        maybe = (edge.part, edge.method, edge.note, edge.locator)
        known = (
            edge.relation in (*RELATIONS, MEMBER, MEMBER_OF)
            and edge.role in (ROLES if edge.relation == "generated_by" else (None,))
            and edge.stage in (STAGES if edge.relation == "trained_on" else (None,))
        )
        if not known or not _are_typed(texts, maybe, edge.rows):
            raise damaged(edition, f"a step from {edge.child} to {edge.parent} is none that is known")
        yield edge


_TEXT = frozenset((str,))
_MAYBE_TEXT = frozenset((str, type(None)))


def _are_typed(texts: Iterable[object], maybe: Iterable[object], rows: object) -> bool:
    return (
        _TEXT.issuperset(map(type, texts))
        and _MAYBE_TEXT.issuperset(map(type, maybe))
        and (rows is None or isinstance(rows, int))
    )


def _steps(
    edition: Edition, frontier: list[int], direction: Direction, only: str | None, relations: Collection[str]
) -> Iterator[tuple[int, int]]:
    """Edge numbers and far ends of all edges that leave the frontier."""
    near, far = ("c", "p") if direction == "up" else ("p", "c")
    condition = ""
    if only:
        condition += f' AND "table" IN {_LEADING_TO[direction, only]}'
    if relations:
        # Written out and not bound, which is safe: only names of relations pass.
        condition += f" AND relation IN ({', '.join(repr(one) for one in RELATIONS if one in relations)})"
    return _select(edition, f"SELECT e, {far} FROM edge WHERE {near} IN", frontier, condition)


def _up(edition: Edition, frontier: list[int]) -> Iterator[tuple[int, int, int]]:
    return _select(edition, "SELECT e, c, p FROM edge WHERE c IN", frontier)


def ids_of(edition: Edition, numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
    """The ids of nodes by their numbers."""
    return _select(edition, "SELECT n, id FROM node WHERE n IN", numbers)


def _all_ids(edition: Edition, numbers: Collection[int]) -> dict[int, str]:
    ids = dict(ids_of(edition, numbers))
    if len(ids) < len(numbers):
        raise damaged(edition, "an edge leads to no record")
    return ids


def _select(
    edition: Edition, query: str, numbers: Iterable[int], condition: str = ""
) -> Iterator[tuple[Any, ...]]:
    """Run ``query`` over many numbers at once, handed over as one JSON array a batch."""
    wanted = list(numbers)
    for start in range(0, len(wanted), _BATCH):
        batch = str(wanted[start : start + _BATCH])  # a list of integers is JSON as Python writes it
        yield from edition.index.execute(f"{query} (SELECT value FROM json_each(?)){condition}", (batch,))
