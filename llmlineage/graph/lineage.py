"""The graph of an edition: what a record is made of, what is made of it, and by which way.

Everything here is a few indexed reads of SQLite; polars is imported only by ``to_polars``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

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
    "evaluation",
)  # fmt: skip
UPSTREAM = ("root", "complete", "partial", "undisclosed", "unread")
# Which edges lead to a dataset or to a model, walking up or down.
_LEADING_TO = {
    ("up", "datasets"): ("derivations", "trainings"),
    ("up", "models"): ("generations", "adaptations"),
    ("down", "datasets"): ("derivations", "generations"),
    ("down", "models"): ("trainings", "adaptations"),
}
# How many nodes one statement looks up: large enough that calls do not count.
_BATCH = 20_000


@dataclass(frozen=True, slots=True)
class Source:
    """The document in which a fact was read."""

    id: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Node:
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


@dataclass(frozen=True, slots=True)
class Measured:
    """What the rows say of a step: ``verdict``, and the child's share found in the parent, by field."""

    verdict: str
    prompt: float | None = None
    response: float | None = None
    both: float | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """One cited step: ``child`` came later and was made from ``parent``."""

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


@dataclass(frozen=True)
class Trace:
    """The part of the graph that a record reaches: nodes by depth then id, edges by child."""

    root: str
    direction: Direction
    edition: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def to_polars(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Nodes and edges as two frames, one column a field, source and measurement as structs."""
        import polars as pl

        return (
            pl.DataFrame([_cells(node) for node in self.nodes], schema=_schema(Node)),
            pl.DataFrame(
                [
                    _cells(edge)
                    | {"source": _cells(edge.source)}
                    | {"measured": _cells(edge.measured) if edge.measured else None}
                    for edge in self.edges
                ],
                schema=_schema(Edge),
            ),
        )


def trace(
    edition: Edition,
    id: str,
    direction: Direction = "up",
    depth: int | None = None,
    only: Literal["datasets", "models"] | None = None,
    relations: Collection[str] = (),
) -> Trace:
    """Walk from record ``id`` breadth first, up to its origins or down to what is made of it.

    Args:
        depth: how many edges to go at most; None for all.
        only: follow only edges that lead to datasets, or to models.
        relations: follow only these relations; empty for all.

    Raises:
        UnknownName: ``id`` is not the id of a dataset or model.
    """
    depths = {number_of(edition, id): 0}
    found: list[int] = []
    frontier, distance = list(depths), 0
    while frontier and (depth is None or distance < depth):
        distance += 1
        reached: dict[int, None] = {}
        for number, far in _steps(edition, frontier, direction, only, relations):
            found.append(number)
            if far not in depths:
                depths[far] = distance
                reached[far] = None
        frontier = list(reached)
    ids = _all_ids(edition, depths)
    nodes = sorted(_sound_nodes(edition, depths), key=lambda node: (node.depth, node.id))
    edges = _sound_edges(edition, edges_at(edition, found, ids))
    return Trace(id, direction, edition.version, tuple(nodes), tuple(edges))


@lru_cache(maxsize=256)
def ancestry(edition: Edition, id: str) -> Trace:
    """The whole trace up from ``id``, kept for whoever asks several things of it.

    Raises:
        UnknownName: ``id`` is not the id of a dataset or model.
    """
    return trace(edition, id)


def reachable(edition: Edition, id: str, direction: Direction = "up") -> Iterator[str]:
    """Ids of all ancestors (or descendants) of a record, in no order; nothing else is read."""
    near, far = ("c", "p") if direction == "up" else ("p", "c")
    rows = edition.index.execute(
        "WITH RECURSIVE reached (n) AS "
        f"(VALUES (?) UNION SELECT edge.{far} FROM reached JOIN edge ON edge.{near} = reached.n) "
        "SELECT id FROM reached JOIN node USING (n)",
        (number_of(edition, id),),
    )
    next(rows)  # the record itself
    return (found for (found,) in rows)


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
    if start == goal:
        return []
    depths, steps = {start: 0}, dict[int, list[tuple[int, int]]]()
    frontier, distance = [start], 0
    while frontier and goal not in depths:
        distance += 1
        reached: list[int] = []
        for number, near, far in _up(edition, frontier):
            if far not in depths:
                depths[far] = distance
                reached.append(far)
            if depths[far] == distance:
                steps.setdefault(far, []).append((number, near))
        frontier = reached
    ways = list(_ways_back(goal, start, steps)) if goal in depths else []
    ids = _all_ids(edition, depths)
    return [list(_sound_edges(edition, edges_at(edition, way, ids, keep_order=True))) for way in ways]


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
        "SELECT n, id, type, name, kind, hub_id, released, license, rows, upstream, status, organization "
        "FROM node WHERE n IN"
    )
    for row in _select(edition, query, depths):
        yield Node(*(*row[1:], depths[row[0]]))


def edges_at(
    edition: Edition, numbers: Iterable[int], ids: dict[int, str], keep_order: bool = False
) -> Iterator[Edge]:
    """The edges of these numbers, in the order of the edition or of ``numbers``."""
    sources: dict[str, Source] = {}
    measured = measurements(edition)
    wanted = list(numbers)
    rows = _select(
        edition,
        "SELECT e, c, relation, role, stage, p, part, rows, method, basis, note, source, locator "
        "FROM edge WHERE e IN",
        wanted if keep_order else sorted(wanted),
    )
    if keep_order:
        position = {number: place for place, number in enumerate(wanted)}
        rows = iter(sorted(rows, key=lambda row: position[row[0]]))
    for _, c, relation, role, stage, p, part, count, method, basis, note, source, locator in rows:
        if source not in sources:
            sources[source] = source_of(edition, source)
        yield Edge(
            ids[c], relation, role, stage, ids[p], part, count, method, basis, note, sources[source], locator,
            measured.get((ids[c], relation, ids[p])),
        )  # fmt: skip


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
    row = edition.index.execute("SELECT id, title, url FROM sources WHERE id = ?", (id,)).fetchone()
    if row is None or not all(isinstance(cell, str) for cell in row):
        raise damaged(edition, f"source {id} is missing or no source")
    return Source(*row)


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
            edge.relation in RELATIONS
            and edge.role in (ROLES if edge.relation == "generated_by" else (None,))
            and edge.stage in (STAGES if edge.relation == "trained_on" else (None,))
        )
        if not known or not _are_typed(texts, maybe, edge.rows):
            raise damaged(edition, f"a step from {edge.child} to {edge.parent} is none that is known")
        yield edge


def _are_typed(texts: Iterable[object], maybe: Iterable[object], rows: object) -> bool:
    return (
        all(isinstance(cell, str) for cell in texts)
        and all(cell is None or isinstance(cell, str) for cell in maybe)
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


def _ids(edition: Edition, numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
    return _select(edition, "SELECT n, id FROM node WHERE n IN", numbers)


def _all_ids(edition: Edition, numbers: Collection[int]) -> dict[int, str]:
    ids = dict(_ids(edition, numbers))
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


def _cells(one: Node | Edge | Source | Measured) -> dict[str, object]:
    return {field.name: getattr(one, field.name) for field in fields(one)}


def _schema(kind: type[Node | Edge]) -> dict[str, pl.DataType]:
    """Column types of a frame of nodes or edges, so that an empty one has them too."""
    import polars as pl

    source = pl.Struct({"id": pl.String, "title": pl.String, "url": pl.String})
    shares = {name: pl.Float64() for name in ("prompt", "response", "both")}
    measured = pl.Struct({"verdict": pl.String(), **shares})
    types = {"rows": pl.Int64(), "depth": pl.Int32(), "source": source, "measured": measured}
    return {field.name: types.get(field.name, pl.String()) for field in fields(kind)}
