"""Random traces, made without an edition: any graph, any text in the names."""

from __future__ import annotations

from hypothesis import strategies as st

from llmlineage.graph.lineage import Direction, Edge, Node, Source, Trace

SOURCES = tuple(
    Source(f"s{number}", f"Title {number}", f"https://example.org/{number}") for number in range(4)
)
RELATIONS = {
    ("dataset", "dataset"): ("includes", "cleaned_from", "seeded_by"),
    ("dataset", "model"): ("wrote_both", "wrote_prompts", "rated"),
    ("model", "dataset"): ("pretraining", "sft", "rl"),
    ("model", "model"): ("finetune_of", "merge_of"),
}
# What a validated package may hold in a name: anything that can be printed on one line.
PRINTABLE = st.text(
    st.sampled_from("\"'<>|&;,\\(){}[]%#…·├└│─(*) abzé漢🙂\u00a0")
    | st.characters(exclude_categories=["C", "Z"]),
    max_size=12,
).filter(str.isprintable)
# What a format for machines must carry whole.
ANYTHING = st.text(
    st.sampled_from("\"'<>|,\n\r\t\\é漢") | st.characters(exclude_categories=["Cs"]), max_size=8
)


def node(id: str, type: str = "dataset", **changes: object) -> Node:
    facts: dict[str, object] = {"name": id, "kind": "base" if type == "model" else "instruction"}
    facts |= dict.fromkeys(("hub_id", "released", "license", "rows", "organization"))
    facts |= {"upstream": "complete", "status": "available", "depth": 0}
    return Node(id=id, type=type, **(facts | changes))  # type: ignore[arg-type]


def edge(child: str, relation: str, parent: str, **changes: object) -> Edge:
    """An edge; a role or stage may stand in for the relation that it belongs to."""
    facts: dict[str, object] = {"role": None, "stage": None, "part": None, "rows": None, "method": None}
    facts |= {"basis": "stated", "note": None, "source": SOURCES[0], "locator": None}
    if relation in RELATIONS["dataset", "model"]:
        facts |= {"role": relation}
        relation = "generated_by"
    elif relation in RELATIONS["model", "dataset"]:
        facts |= {"stage": relation}
        relation = "trained_on"
    return Edge(child=child, relation=relation, parent=parent, **(facts | changes))  # type: ignore[arg-type]


def traced(root: str, nodes: list[Node], edges: list[Edge], direction: Direction = "up") -> Trace:
    """What a walk from ``root`` reaches."""
    depths, crossed, frontier = {root: 0}, list[Edge](), [root]
    for id in frontier:
        for one in edges:
            near, far = (one.child, one.parent) if direction == "up" else (one.parent, one.child)
            if near == id:
                crossed.append(one)
                if far not in depths:
                    depths[far] = depths[id] + 1
                    frontier.append(far)
    found = [one._replace(depth=depths[one.id]) for one in nodes if one.id in depths]
    found.sort(key=lambda one: (one.depth, one.id))
    return Trace(root, direction, "1.0", tuple(found), tuple(crossed))


@st.composite
def traces(
    draw: st.DrawFn,
    names: st.SearchStrategy[str] = st.just(""),  # noqa: B008
    directions: tuple[Direction, ...] = ("up", "down"),
    most: int = 9,
) -> Trace:
    """A trace of an acyclic graph; every name is ``N<number>`` followed by one of ``names``."""
    kinds = draw(st.lists(st.sampled_from(["dataset", "model"]), min_size=1, max_size=most))
    optional = st.none() | names
    nodes = [
        node(
            f"n{place}",
            kind,
            name=f"N{place}{draw(names)}",
            license=draw(st.sampled_from([None, "mit"])),
            rows=draw(st.sampled_from([None, 0, 1234])),
            hub_id=draw(optional),
            upstream=draw(st.sampled_from(["root", "complete", "partial", "undisclosed"])),
        )
        for place, kind in enumerate(kinds)
    ]
    pairs = [(child, parent) for place, child in enumerate(nodes) for parent in nodes[:place]]
    edges = [
        edge(
            child.id,
            draw(st.sampled_from(RELATIONS[child.type, parent.type])),
            parent.id,
            part=draw(optional) or None,
            rows=draw(st.sampled_from([None, 7])),
            note=draw(optional) or None,
            source=draw(st.sampled_from(SOURCES)),
        )
        for child, parent in (
            draw(st.lists(st.sampled_from(pairs), min_size=len(nodes), max_size=24)) if pairs else []
        )
    ]
    direction = draw(st.sampled_from(directions))
    return traced((nodes[-1] if direction == "up" else nodes[0]).id, nodes, edges, direction)
