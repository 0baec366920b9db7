"""Results as JSON values, with the keys and the order that others script against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from llmlineage.graph.lineage import Edge, Node, Source, Trace

if TYPE_CHECKING:
    from llmlineage.errors import Problem
    from llmlineage.graph.records import Document, Hit, Record

NODE_KEYS = ("id", "type", "name", "kind", "hub_id", "released", "license", "rows", "upstream", "depth")
EDGE_KEYS = ("child", "relation", "role", "stage", "parent", "part", "rows", "method", "basis", "note")


def trace(result: Trace) -> dict[str, Any]:
    return {
        "root": result.root,
        "direction": result.direction,
        "edition": result.edition,
        "nodes": [node(one) for one in result.nodes],
        "edges": [edge(one) for one in result.edges],
    }


def node(one: Node) -> dict[str, Any]:
    """The keys of the interface; besides, whether rows is rounded, where that is known."""
    precision = {"rows_precision": one.rows_precision} if one.rows_precision else {}
    return {key: getattr(one, key) for key in NODE_KEYS} | precision


def edge(one: Edge) -> dict[str, Any]:
    """The keys of the interface; besides, where they say anything, what of the parent came along (split,
    takes, without, altered), whether rows is rounded, the weight in a merge, and what was measured."""
    return {
        **{key: getattr(one, key) for key in EDGE_KEYS},
        "source": source(one.source),
        "locator": one.locator,
        **{
            key: list(value) if isinstance(value, tuple) else value
            for key in ("split", "takes", "into", "without", "altered", "rows_precision", "weight")
            if (value := getattr(one, key)) not in (None, ())
        },
        **({"measured": one.measured._asdict()} if one.measured else {}),
    }


def source(one: Source) -> dict[str, Any]:
    return {"id": one.id, "title": one.title, "url": one.url}


def record(one: Record) -> dict[str, Any]:
    return {
        "id": one.id,
        "type": one.table.removesuffix("s"),
        **one.columns,
        "aliases": list(one.aliases),
        "parents": [edge(parent) for parent in one.parents],
        "children": [edge(child) for child in one.children],
        "discrepancies": [discrepancy(claim) for claim in one.discrepancies],
        "source": source(one.source),
        **({"members": [member(each) for each in one.members]} if one.members else {}),
        **({"used_by": [edge(step) for step in one.used_by]} if one.used_by else {}),
        **({"used_in": list(one.used_in)} if one.used_in else {}),
    }


def member(one: Node) -> dict[str, Any]:
    return node(one) | ({} if one.parameters is None else {"parameters": one.parameters})


def document(one: Document) -> dict[str, Any]:
    """A source and what rests on it."""
    steps = [dict(zip(("child", "relation", "parent"), step, strict=True)) for step in one.edges]
    return asdict(one) | {"records": list(one.records), "edges": steps}


def discrepancy(claim: Mapping[str, object]) -> dict[str, Any]:
    return {key: source(value) if isinstance(value, Source) else value for key, value in claim.items()}


def hit(one: Hit) -> dict[str, Any]:
    return {"id": one.id, "type": one.table.removesuffix("s"), "name": one.name, "score": round(one.score, 4)}


def why(first: str, second: str, paths: list[list[Edge]]) -> dict[str, Any]:
    return {"from": first, "to": second, "paths": [[edge(step) for step in path] for path in paths]}


def problem(one: Problem) -> dict[str, Any]:
    keys = ("level", "file", "row", "field", "value", "problem", "suggestion")
    return {key: getattr(one, key) or None for key in keys}
