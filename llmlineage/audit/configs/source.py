"""A config on disk, and the other files that it may lead to.

What a config says is a stranger's word: it never makes its reader open a file outside the repository
that it stands in, or, where it stands in none, outside the folder that it was found in.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from llmlineage.audit.configs.documents import Value, parse
from llmlineage.errors import ConfigError

# A config is read by people; what is larger is none. The files that it leads to may have as much together.
LARGEST_FILE = 5_000_000
# No system opens a longer path, and to resolve one takes time that grows with its square.
LONGEST_PATH = 4_096
# How many folders upwards a framework may have been started from.
MOST_FOLDERS = 6
SUFFIXES = (".yaml", ".yml", ".json", ".sh", ".md", ".txt", ".py")
# Folders that hold what others wrote: installed packages, a version control's own.
NOT_OURS = (".git", ".hg", ".venv", "venv", "site-packages", "node_modules", "__pycache__", ".tox", ".nox")
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass(frozen=True)
class Source:
    """The text of a config, and the bound of what else is read for it.

    ``within`` is the folder that the user asked about, which bounds a config of no repository.
    """

    path: Path
    text: str = field(repr=False)
    within: Path | None = None
    _documents: dict[Path, list[Value]] = field(default_factory=dict, init=False, repr=False)
    _sizes: list[int] = field(default_factory=list, init=False, repr=False)

    @property
    def file(self) -> str:
        """The path as text that any output can hold: a byte that is not UTF-8 stands as ``\\xe9``."""
        return os.fsencode(self.path).decode("utf-8", "backslashreplace")

    @cached_property
    def target(self) -> Path:
        """The file itself, where the path is a link."""
        return Path(os.path.realpath(self.path))

    @cached_property
    def folder(self) -> Path:
        return Path(os.path.realpath(self.path.parent))

    @cached_property
    def repository(self) -> Path | None:
        return repository_of(self.path)

    @cached_property
    def root(self) -> Path:
        """The folder outside which nothing is read for this config."""
        if self.repository:
            return self.repository
        within = Path(os.path.realpath(self.within)) if self.within else None
        return within if within and self.folder.is_relative_to(within) else self.folder

    @property
    def outside(self) -> str:
        """How to say that a file is beyond the root."""
        return f"outside {'its repository' if self.repository else 'its folder'} and is not read"

    def place(self, name: str, folder: Path | None = None) -> Path | None:
        """Where a name leads to from a folder, links followed; None if it is no path."""
        if len(name) > LONGEST_PATH:
            return None
        try:
            return Path(os.path.realpath((folder or self.folder) / name))
        except (OSError, ValueError):
            return None

    def may_read(self, place: Path) -> bool:
        """Whether a place, as ``place`` gives it, is within bounds; asked before it is looked at."""
        return place.is_relative_to(self.root)

    def places(self, name: str) -> list[Path]:
        """Where a file may be that is named relative to the folder in which the framework is started.

        That folder is not known: it is looked for from the config's own folder upwards.
        """
        above = (self.folder, *self.folder.parents)[:MOST_FOLDERS]
        found = (self.place(name, folder) for folder in above if folder.is_relative_to(self.root))
        return [place for place in found if place and self.may_read(place)]

    def on_disk(self, name: str) -> Path | None:
        """The file of that name, looked for from the config's own folder upwards."""
        return next((place for place in self.places(name) if exists(place)), None)

    def documents(self, place: Path) -> list[Value]:
        """What another file holds, read once however often it is asked for.

        Raises:
            ConfigError: it cannot be read, or the config leads to too much.
        """
        if place not in self._documents:
            text = read_text(place)
            self._sizes.append(len(text))
            if sum(self._sizes) > LARGEST_FILE:
                raise ConfigError(self.path, "leads to other files of more than 5 MB together")
            self._documents[place] = parse(text, place)
        return self._documents[place]


def repository_of(path: Path) -> Path | None:
    """The nearest folder above with a ``.git``: as the path is written, else as its links lead.

    Raises:
        ConfigError: the path leads out of the repository by a link, so that it is not what was asked about.
    """
    written = os.path.normpath(path.absolute())
    if "\0" in written:  # which no system opens
        return None
    for folder in (Path(written).parent, Path(os.path.realpath(path.parent))):
        found = next((one for one in (folder, *folder.parents) if os.path.lexists(one / ".git")), None)
        if found is None:
            continue
        repository = Path(os.path.realpath(found))
        if not Path(os.path.realpath(path)).is_relative_to(repository):
            raise ConfigError(path, "is reached by a link that leads out of its repository; name its target")
        return repository
    return None


def read_text(path: Path) -> str:
    """The text of a config.

    Raises:
        ConfigError: it cannot be read, is not text, or is too large to be a config.
    """
    try:
        check_status(path, path.stat())  # to open a device may change it
        with open(path, "rb", opener=at_once) as file:
            check_status(path, os.fstat(file.fileno()))
            data = file.read(LARGEST_FILE + 1) or b""
    except (OSError, ValueError) as error:  # ValueError: the path itself has a null character
        raise ConfigError(path, f"cannot be read: {getattr(error, 'strerror', None) or error}") from error
    check_size(path, len(data))
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise ConfigError(path, f"is not UTF-8 text (byte {error.start})") from error


def at_once(path: str, flags: int) -> int:
    """Open a file so that, should it be a pipe by now, nobody waits for its writer."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def check_status(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = next((name for is_kind, name in _KINDS if is_kind(status.st_mode)), "something else")
        raise ConfigError(path, f"is {kind}, not a file")
    check_size(path, status.st_size)


def check_size(path: Path, size: int) -> None:
    if size > LARGEST_FILE:
        raise ConfigError(path, f"has {size / 1e6:,.0f} MB; a config of more than 5 MB is not read")


def exists(place: Path) -> bool:
    """Whether a file is there; it is not where nobody may look."""
    try:
        return place.is_file()
    except (OSError, ValueError):
        return False


def files_below(folder: Path, unreadable: Callable[[ConfigError], None] = lambda _: None) -> Iterator[Path]:
    """The files of a folder that may be configs or cards, in order; links are not followed.

    A folder below that cannot be read is told to ``unreadable``, and the others are still walked.
    """
    try:
        repository_of(folder)
    except ConfigError as error:
        unreadable(error)
        return
    found: list[Path] = []
    waiting = [folder]
    while waiting:
        above = waiting.pop()
        try:
            with os.scandir(above) as entries:
                for entry in entries:
                    path = above / entry.name
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name not in NOT_OURS:
                            waiting.append(path)
                    elif path.suffix.lower() in SUFFIXES and entry.is_file(follow_symlinks=False):
                        found.append(path)
        except OSError as error:
            unreadable(ConfigError(above, f"cannot be read: {error.strerror or error}"))
    yield from sorted(found)
