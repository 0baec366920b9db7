"""Random graphs of datasets and models, written as packages and compiled; and brute-force answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from llmlineage.edition import Edition, open_edition
from llmlineage.edition.compile import build_edition
from llmlineage.package import TABLES
from tests.tiny import TABLES as TINY
from tests.tiny import write_table, write_tiny

# Of each edge table: the columns of child, relation and parent, and relations to draw from.
SHAPES = {
    ("d", "d"): ("derivations", "child", "relation", "parent", ("includes", "cleaned_from", "seeded_by")),
    ("d", "m"): ("generations", "dataset", "role", "model", ("wrote_both", "rated", "filtered")),
    ("m", "d"): ("trainings", "model", "stage", "dataset", ("sft", "rl", "pretraining")),
    ("m", "m"): ("adaptations", "child", "relation", "parent", ("finetune_of", "merge_of", "distilled_from")),
}
SHOWN = {"generations": "generated_by", "trainings": "trained_on"}


@dataclass(frozen=True, order=True)
class Step:
    """An edge of a random graph, as a trace shows it."""

    child: str
    relation: str
    detail: str
    parent: str
    part: str

    @property
    def table(self) -> str:
        return SHAPES[self.child[0], self.parent[0]][0]


@dataclass(frozen=True)
class Graph:
    nodes: tuple[str, ...]
    steps: tuple[Step, ...]


@st.composite
def graphs(draw: st.DrawFn, most: int = 9) -> Graph:
    """Acyclic, with diamonds, and several edges side by side that differ in relation or part."""
    kinds = draw(st.lists(st.sampled_from("dm"), min_size=2, max_size=most))
    nodes = tuple(f"{kind}{number}" for number, kind in enumerate(kinds))
    pairs = [(child, parent) for place, child in enumerate(nodes) for parent in nodes[:place]]
    steps = set()
    least = len(nodes) * draw(st.integers(0, 2))  # left alone, hypothesis draws hardly any edges
    for child, parent in draw(st.lists(st.sampled_from(pairs), min_size=least, max_size=3 * most)):
        table, _, _, _, relations = SHAPES[child[0], parent[0]]
        relation = draw(st.sampled_from(relations))
        part = draw(st.sampled_from(["", "", "train", "test"]))
        shown = SHOWN.get(table)
        steps.add(Step(child, shown or relation, relation if shown else "", parent, part))
    return Graph(nodes, tuple(sorted(steps)))


def edition_of(graph: Graph, folder: Path) -> Edition:
    """Compile a graph as any package is compiled."""
    package = write_tiny(folder / "package")
    tables: dict[str, list[dict[str, str]]] = {name: [] for name in TABLES}
    for node in graph.nodes:
        row = {"id": node, "name": f"N{node}", "status": "available", "upstream": "partial", "source": "card"}
        is_model = node.startswith("m")
        tables["models" if is_model else "datasets"].append(
            row | {"kind": "base" if is_model else "instruction"}
        )
    for step in graph.steps:
        table, child, relation, parent, _ = SHAPES[step.child[0], step.parent[0]]
        cells = {child: step.child, relation: step.detail or step.relation, parent: step.parent}
        tables[table].append(cells | {"part": step.part, "basis": "stated", "source": "card"})
    tables["sources"] = TINY["sources"][:1]
    for name, rows in tables.items():
        write_table(package, name, rows)
    return open_edition(build_edition(package, folder / "edition", validate=False))


def brute_force(
    steps: tuple[Step, ...], root: str, up: bool = True, depth: int | None = None
) -> tuple[dict[str, int], set[Step]]:
    """Nodes with their distances, and the edges that a walk of so many steps crosses."""
    distances, crossed, limit = {root: 0}, set(), 99 if depth is None else depth
    for distance in range(1, limit + 1):
        for step in steps:
            near, far = (step.child, step.parent) if up else (step.parent, step.child)
            if distances.get(near) == distance - 1:
                crossed.add(step)
                distances.setdefault(far, distance)
    return distances, crossed


def shortest_ways(steps: tuple[Step, ...], start: str, goal: str) -> set[tuple[Step, ...]]:
    """Every way up of the least number of steps, by trying all ways."""
    ways = [(step,) for step in steps if step.child == start]
    while ways:
        there = {way for way in ways if way[-1].parent == goal}
        if there:
            return there
        ways = [(*way, step) for way in ways for step in steps if step.child == way[-1].parent]
    return set()
