"""What curating asks of the checks, all in one place."""

from __future__ import annotations

from collections.abc import Sequence

from llmlineage.checks.files import check_cells, check_file
from llmlineage.checks.record import Tables
from llmlineage.checks.rules import ENDS, check_lineage, order, sort_key
from llmlineage.checks.schemas import explain_cell
from llmlineage.errors import Problem
from llmlineage.package import EDGE_TABLES, Row, Table

__all__ = [
    "ENDS",
    "JOINING",
    "Tables",
    "check_file",
    "check_lineage",
    "damage_of",
    "explain_cell",
    "key_of",
    "misplaced",
]

# Of the tables in which the later and the earlier end of an edge stand, the edge table that joins them.
JOINING = {(ENDS[name][1], ENDS[name][3]): name for name in EDGE_TABLES}


def key_of(table: Table, cells: Row) -> tuple[str, ...]:
    """What the rows of a table are sorted by."""
    return sort_key(table)(cells)


def misplaced(table: Table, rows: Sequence[tuple[int, Row]]) -> int:
    """How many rows stand after one that belongs behind them."""
    return len(order.misplaced([key_of(table, cells) for _, cells in rows]))


def damage_of(table: Table, column: str, cell: str) -> list[Problem]:
    """What no cell may be, whatever its column: control characters, formulas, spaces at its ends."""
    cells = [cell if name == column else "" for name in table.columns]
    return list(check_cells(table, 0, cells, ""))
