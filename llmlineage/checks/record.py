"""The rows of a package as the rules see them: tables, edges and the places where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from llmlineage.errors import Problem
from llmlineage.package import EDGE_TABLES, Package, Row, Table

Level = Literal["error", "warning"]
Tables = Mapping[str, Sequence[tuple[int, Row]]]

NODE_TABLES = ("datasets", "models")
# Of each edge table: the column and table of the end that came later, and of the earlier one.
ENDS = {
    "derivations": ("child", "datasets", "parent", "datasets"),
    "generations": ("dataset", "datasets", "model", "models"),
    "trainings": ("model", "models", "dataset", "datasets"),
    "adaptations": ("child", "models", "parent", "models"),
}


@dataclass(frozen=True)
class Edge:
    """One row of an edge table, with the place where it stands."""

    file: str
    row: int
    table: str
    child: str
    parent: str
    cells: Row


@dataclass(frozen=True)
class Record:
    """A package and its rows, each with the line on which it stands."""

    package: Package
    tables: Tables
    refused: Sequence[Problem] = ()
    """What the schemas refuse: such rows are judged no further where that would tell the same twice."""
    today: date = field(default_factory=date.today)

    @cached_property
    def edges(self) -> Sequence[Edge]:
        """The rows of all edge tables, in their order."""
        return [edge for name in EDGE_TABLES for edge in self._edges_of(name)]

    def _edges_of(self, name: str) -> Iterator[Edge]:
        child, _, parent, _ = ENDS[name]
        file = self.package.tables[name].file
        for row, cells in self.tables[name]:
            yield Edge(file, row, name, cells[child], cells[parent], cells)

    def with_rows(self) -> Iterator[tuple[Table, Sequence[tuple[int, Row]]]]:
        """Every table with its rows."""
        for name, table in self.package.tables.items():
            yield table, self.tables[name]

    @cached_property
    def _refused(self) -> set[tuple[str, int]]:
        return {(problem.file, problem.row) for problem in self.refused if problem.row}

    def sound_rows(self, table: str) -> Sequence[tuple[int, Row]]:
        """The rows of a table of which the schema refuses no cell."""
        file = self.package.tables[table].file
        return [one for one in self.tables[table] if (file, one[0]) not in self._refused]

    def is_sound(self, *tables: str) -> bool:
        """Whether the schemas refuse no row of these tables, so that what is missing there is missing."""
        files = {self.package.tables[name].file for name in tables}
        return not any(file in files for file, _ in self._refused)

    @cached_property
    def ids(self) -> Mapping[str, set[str]]:
        """The ids of each table that has such; of an edge table, those of its later ends."""
        columns = {name: ENDS[name][0] if name in ENDS else "id" for name in self.tables}
        return {
            name: {cells[columns[name]] for _, cells in rows}
            for name, rows in self.tables.items()
            if columns[name] in self.package.tables[name].columns
        }

    def problem(
        self,
        table: str,
        row: int,
        field: str,
        value: str,
        problem: str,
        suggestion: str,
        level: Level = "error",
    ) -> Problem:
        """A problem of a cell of ``table``."""
        return Problem(self.package.tables[table].file, row, field, value, problem, suggestion, level)
