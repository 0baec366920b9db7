"""The problems that llmlineage reports to its user, each named for what the user can mend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from os import PathLike, fspath
from typing import Any, Literal, NamedTuple

from llmlineage.visible import brief, shorten

# A listing shows as many problems of one kind, of one wording in one file, and at all; then it counts.
MOST_ALIKE = 50
MOST_OF_A_WORDING = 200
MOST_PROBLEMS = 1000


class LineageError(Exception):
    """Base of every error that is the caller's to mend; its text is one clear message.

    The text is safe to print, whatever the names, paths and words of libraries that stand in it.
    """

    def __str__(self) -> str:
        return brief(super().__str__())

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled as what it carries: constructors take other arguments than the message."""
        return _restored, (type(self), self.args), self.__dict__


def _restored(cls: type[LineageError], arguments: tuple[object, ...]) -> LineageError:
    return cls.__new__(cls, *arguments)


class UnknownName(LineageError):
    """No record has this name. ``closest`` carries names that come near it, or with ``is_front`` those of
    which it is the beginning."""

    def __init__(self, name: str, closest: Sequence[str] = (), is_front: bool = False) -> None:
        self.name = name
        self.closest = tuple(closest)
        self.is_front = is_front
        said = "names that begin so" if is_front else "closest"
        hint = f"; {said}: {', '.join(map(shorten, self.closest))}" if self.closest else ""
        super().__init__(f"no record is called '{shorten(name)}'{hint}")


class InvalidEdition(LineageError):
    """The path holds no edition that this version of llmlineage can read."""


class NotReached(LineageError):
    """A name has no record, and its card on the Hub cannot be had; the text says why."""

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(f"no record is called '{shorten(name)}', and of the Hub: {reason}")

    def __reduce__(self) -> tuple[type[NotReached], tuple[str, str]]:
        return type(self), (self.name, self.reason)


class QueryRefused(LineageError):
    """The SQL query would write, leave the edition, run too long or is not valid; a search is too long."""


class ConfigError(LineageError):
    """A training config cannot be read. ``line`` counts from 1."""

    def __init__(self, path: str | PathLike[str], problem: str, line: int | None = None) -> None:
        self.file = fspath(path)
        self.problem = problem
        self.line = line
        place = f"{self.file}:{line}" if line else self.file
        super().__init__(f"{place}: {problem}")


class NoConfig(ConfigError):
    """A file is readable and names no dataset and no model in any way that is known."""


class RowRefused(LineageError):
    """A row cannot be added to a package, which stays as it was. ``problems`` says why."""

    def __init__(self, problems: Sequence[Problem], advice: str = "") -> None:
        self.problems = tuple(problems)
        self.advice = advice
        super().__init__(f"{len(self.problems):,} problems")

    def __str__(self) -> str:
        return "\n".join([*map(str, self.problems), *filter(None, [self.advice])])


class DataError(LineageError):
    """Rows cannot be read, or their layout is not known. ``place`` is the file, or the address."""

    def __init__(self, place: str | PathLike[str], problem: str) -> None:
        super().__init__(f"{fspath(place)}: {problem}")


class OutputRefused(LineageError):
    """A file is not written: it would destroy what is there, or its place cannot be written."""

    def __init__(self, place: str | PathLike[str], problem: str) -> None:
        super().__init__(f"{fspath(place)}: {problem}")


class ExportRefused(LineageError):
    """A format cannot hold what is asked for; the text says what would fit."""


class MissingExtra(LineageError):
    """A command needs a library that only an extra of the package installs; the text says how to get it."""

    def __init__(self, library: str, extra: str) -> None:
        # Only here, since most that imports this module never meets this error.
        from llmlineage.extras import install_command

        self.library, self.extra = library, extra
        super().__init__(f"this needs {library}, which is not installed: {install_command(extra)}")

    def __reduce__(self) -> tuple[type[MissingExtra], tuple[str, str]]:
        return type(self), (self.library, self.extra)


class Problem(NamedTuple):
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
        subject = " ".join(shorten(part) for part in (self.field, self.value) if part)
        message = self.problem + (f"; {self.suggestion}" if self.suggestion else "")
        return brief(f"{place} {subject}: {message}" if subject else f"{place}: {message}")


class InvalidPackage(LineageError):
    """A data package breaks its schemas or the lineage rules. ``problems`` lists every breach."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"{len(self.problems):,} problems")

    def __str__(self) -> str:
        return "\n".join(listing(self.problems))


def listing(problems: Iterable[Problem]) -> Iterator[str]:
    """A line a problem; of very many alike the first, then for each wording how many more there are."""
    alike, of_a_wording, left_out = Counter[object](), Counter[object](), Counter[tuple[str, str]]()
    shown = 0
    for one in problems:
        wording = (one.file, one.problem)
        kind = (*wording, one.field)
        if alike[kind] < MOST_ALIKE and of_a_wording[wording] < MOST_OF_A_WORDING and shown < MOST_PROBLEMS:
            alike[kind] += 1
            of_a_wording[wording] += 1
            shown += 1
            yield str(one)
        else:
            left_out[wording] += 1
    for (file, problem), count in left_out.most_common(MOST_ALIKE):
        yield brief(f"{file}: and {count:,} more: {problem}")
    rest = left_out.total() - sum(count for _, count in left_out.most_common(MOST_ALIKE))
    if rest:
        yield f"and {rest:,} other problems"
