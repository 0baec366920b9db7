"""Circles among declared edges: found, and cut, so that the graph stays one in which nothing precedes itself."""

from __future__ import annotations

import polars as pl

# Rounds in which whole frames are peeled; long chains that are left over are walked in Python.
_ROUNDS = 30


def without_circles(edges: pl.DataFrame, created: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The edges (``child``, ``parent`` and whatever else) without those that close a circle, and these.

    The walk starts from what was ``created`` last (``id``, ``created``): of two repositories that name one
    another, the older one cannot have been made from the younger.
    """
    pairs = edges.select("child", "parent").unique()
    for _ in range(_ROUNDS):
        before = len(pairs)
        pairs = pairs.join(pairs.select(child="parent").unique(), on="child", how="semi")
        pairs = pairs.join(pairs.select(parent="child").unique(), on="parent", how="semi")
        if len(pairs) == before:
            break
    closing = pl.DataFrame(
        closing_edges(latest_first(pairs, created).rows()),
        schema={"child": edges.schema["child"], "parent": edges.schema["parent"]},
        orient="row",
    )
    if not len(closing):
        return edges, edges.clear()
    on = ["child", "parent"]
    kept = edges.join(closing, on=on, how="anti", maintain_order="left")
    return kept, edges.join(closing, on=on, how="semi", maintain_order="left")


def latest_first(pairs: pl.DataFrame, created: pl.DataFrame) -> pl.DataFrame:
    dated = pairs.join(created, left_on="child", right_on="id", how="left")
    order = ["created", "child", "parent"]
    ordered = dated.sort(order, descending=[True, False, False], nulls_last=True)
    return ordered.select("child", "parent")


def closing_edges(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs that lead back to a node of the walk on which they are met."""
    parents: dict[str, list[str]] = {}
    for child, parent in pairs:
        parents.setdefault(child, []).append(parent)
    closing: list[tuple[str, str]] = []
    done, on_way = set[str](), set[str]()
    for start, above in parents.items():
        if start in done:
            continue
        stack = [(start, iter(above))]
        on_way.add(start)
        while stack:
            node, left = stack[-1]
            for parent in left:
                if parent in on_way:
                    closing.append((node, parent))
                elif parent not in done and parent in parents:
                    on_way.add(parent)
                    stack.append((parent, iter(parents[parent])))
                    break
            else:
                stack.pop()
                on_way.discard(node)
                done.add(node)
    return closing
