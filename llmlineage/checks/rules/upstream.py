"""What is said of a record's origin agrees with its edges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from llmlineage.checks.record import NODE_TABLES, Record
from llmlineage.errors import Problem
from llmlineage.package import EDGE_TABLES


def check_inferences(record: Record) -> Iterator[Problem]:
    """What the curators inferred says why."""
    for edge in record.edges:
        if edge.cells["basis"] == "inferred" and not edge.cells["note"]:
            problem, suggestion = "is empty though the edge is inferred", "say what it is inferred from"
            yield Problem(edge.file, edge.row, "note", "", problem, suggestion)


def check_upstream(record: Record) -> Iterator[Problem]:
    """Roots and the undisclosed have no parents; what is complete or, but for families, partial has some."""
    parents = Counter(edge.child for edge in record.edges)
    # An edge whose child is misspelt is told of by itself, and not by what it leaves without parents.
    all_edges = record.is_sound(*EDGE_TABLES)
    for table in NODE_TABLES:
        for row, cells in record.tables[table]:
            id, upstream = cells["id"], cells["upstream"]
            count = parents[id]
            if upstream == "root" and count:
                problem = f"but {id} has {count} parent{'' if count == 1 else 's'}"
                suggestion = "write complete or partial, or remove the edges"
            elif upstream == "undisclosed" and count:
                problem = f"but {id} has {count} parent{'' if count == 1 else 's'}"
                suggestion = "write partial, or remove the edges"
            elif not all_edges:
                continue
            elif upstream == "complete" and not count:
                problem = f"but {id} has no parents"
                suggestion = "add the edges, or write root or undisclosed"
            elif upstream == "partial" and not count and cells["kind"] != "family":
                problem = f"but {id} has no parents"
                suggestion = "add the edges, or write undisclosed"
            else:
                continue
            yield record.problem(table, row, "upstream", upstream, problem, suggestion)
