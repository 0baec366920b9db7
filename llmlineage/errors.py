"""The problems that llmlineage reports to its user, each named for what the user can mend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Literal


class LineageError(Exception):
    """Base of every error that is the caller's to mend; its text is one clear message."""


class UnknownName(LineageError):
    """No record has this name. ``closest`` carries up to three names that come near it."""

    def __init__(self, name: str, closest: Sequence[str] = ()) -> None:
        self.name = name
        self.closest = tuple(closest)
        hint = f"; closest: {', '.join(self.closest)}" if self.closest else ""
        super().__init__(f"no record is called {name!r}{hint}")


class InvalidEdition(LineageError):
    """The path holds no edition that this version of llmlineage can read."""


class QueryRefused(LineageError):
    """The SQL query would write, leave the edition, run too long or is not valid."""


class ConfigError(LineageError):
    """A training config cannot be read. ``line`` counts from 1."""

    def __init__(self, path: str | PathLike[str], problem: str, line: int | None = None) -> None:
        place = f"{fspath(path)}:{line}" if line else fspath(path)
        super().__init__(f"{place}: {problem}")


class NoConfig(ConfigError):
    """A file is readable and names no dataset and no model in any way that is known."""


class DataError(LineageError):
    """Rows cannot be read, or their layout is not known. ``place`` is the file, or the address."""

    def __init__(self, place: str | PathLike[str], problem: str) -> None:
        super().__init__(f"{fspath(place)}: {problem}")


class OutputRefused(LineageError):
    """A file is not written: it would destroy what is there, or its place cannot be written."""

    def __init__(self, place: str | PathLike[str], problem: str) -> None:
        super().__init__(f"{fspath(place)}: {problem}")


class MissingExtra(LineageError):
    """A command needs a library that only an extra of the package installs."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(f"this needs {library}, which is not installed: pip install 'llmlineage[{extra}]'")


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong with a data package.

    ``row`` is the line of the CSV file, the header being line 1; 0 where the whole file is meant.
    """

    file: str
    row: int
    field: str
    value: str
    problem: str
    suggestion: str = ""
    level: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.row}" if self.row else self.file
        subject = " ".join(part for part in (self.field, shorten(self.value)) if part)
        message = self.problem + (f"; {self.suggestion}" if self.suggestion else "")
        return f"{place} {subject}: {message}" if subject else f"{place}: {message}"


class InvalidPackage(LineageError):
    """A data package breaks its schemas or the lineage rules. ``problems`` lists every breach."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def shorten(value: str, limit: int = 80) -> str:
    """Quote a cell for a message: on one line, and cut where it is very long."""
    flat = value.encode("unicode_escape").decode("ascii") if not value.isprintable() else value
    return flat if len(flat) <= limit else f"{flat[:limit]}... ({len(value):,} characters)"
