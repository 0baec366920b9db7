"""An edition: a data package compiled to parquet and SQLite, opened read-only.

Every look-up starts here, so only modules that cost next to nothing are imported: pathlib
alone, with the urllib that it brings, would take a tenth of the time of a trace.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from threading import local
from typing import Any

from llmlineage.edition.shape import FORMAT, header_fault, schema_fault
from llmlineage.errors import InvalidEdition

__all__ = [
    "DESCRIPTOR", "FORMAT", "INDEX", "PACKAGE", "VARIABLE", "Edition", "locate", "open_edition", "previous",
]  # fmt: skip

INDEX = "lineage.sqlite"
DESCRIPTOR = "edition.json"
PACKAGE = "datapackage.json"
VARIABLE = "LLMLINEAGE_EDITION"
SETTINGS = "llmlineage.toml"
_LARGEST_SETTINGS = 1_000_000
EMBEDDED = os.path.join(os.path.dirname(os.path.dirname(__file__)), "_edition")


class Edition:
    """An open edition: its folder and its version. Threads may share it; pickled, it is opened again."""

    __slots__ = ("__weakref__", "connections", "path", "version")

    def __init__(self, path: str, version: str, connections: _Connections) -> None:
        self.path, self.version, self.connections = path, version, connections

    def __repr__(self) -> str:
        return f"Edition(path={self.path!r}, version={self.version!r})"

    @property
    def index(self) -> sqlite3.Connection:
        """A read-only connection to the index, one for each thread."""
        return self.connections.index

    def uri(self) -> str:
        """The address of the index, for a process that opens it itself."""
        return self.connections.uri()

    def __reduce__(self) -> tuple[Any, ...]:
        return open_edition, (os.path.dirname(self.connections.file),)


class _Connections(local):
    """A connection for each thread: ``local`` calls this where one comes for the first time.

    One connection for all would need a lock around every read, since Python shares a prepared
    statement between cursors of one connection.
    """

    index: sqlite3.Connection

    def __init__(self, file: str, opened: tuple[int, ...]) -> None:
        self.file, self.opened = file, opened
        # What one thread began to read, such as ``reachable``, another may read to its end.
        self.index = sqlite3.connect(self.uri(), uri=True, check_same_thread=False)
        self.index.row_factory = self.textual

    def textual(self, _: sqlite3.Cursor, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """A row without bytes: an index holds none, and nothing that reads it expects them."""
        if bytes in map(type, row):
            raise InvalidEdition(f"{os.path.dirname(self.file)} is damaged (a text is bytes); build it again")
        return row

    def uri(self) -> str:
        """The address of the index, which must still be the one that was opened."""
        if identity(self.file) != self.opened:
            folder = os.path.dirname(self.file)
            raise InvalidEdition(f"{folder} was replaced since it was opened; open it again")
        # immutable: an edition is replaced as a whole, never changed, so no lock is needed.
        return f"file:{quoted(self.file)}?mode=ro&immutable=1"


def open_edition(path: str | os.PathLike[str] | None = None) -> Edition:
    """Open the edition in folder ``path``, else in ``LLMLINEAGE_EDITION``, else that of ``llmlineage.toml``,
    else the embedded one.

    A data package (a folder with datapackage.json) is compiled first, if it has changed.

    Raises:
        InvalidEdition: there is none, one of another format, or a damaged one.
        InvalidPackage: the data package has errors.
    """
    folder = locate(path)
    file = os.path.join(os.path.abspath(folder), INDEX)
    if not os.path.isfile(file):
        raise InvalidEdition(
            f"{folder} holds no edition: {INDEX} is missing; build one with 'llmlineage build'"
        )
    try:
        fault = header_fault(file)
        if fault is None:
            connections = _Connections(file, identity(file))
            fault = schema_fault(connections.index)
        if fault is None:
            query = "SELECT value FROM meta WHERE key = 'version'"
            row = connections.index.execute(query).fetchone()
            if row and type(row[0]) is str:
                return Edition(folder, row[0], connections)
            fault = "names no version; build it again"
    except (sqlite3.Error, OSError, UnicodeDecodeError) as error:  # of a schema that is no text
        raise InvalidEdition(f"{folder} cannot be read ({error}); build it again") from error
    raise InvalidEdition(f"{folder} {fault}")


def identity(file: str) -> tuple[int, ...]:
    """What changes where a file is replaced by another."""
    try:
        status = os.stat(file)
    except OSError:  # gone, which is no file at all
        return ()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def locate(path: str | os.PathLike[str] | None = None) -> str:
    """The folder of the edition that is meant; a swap that was cut short is seen through.

    Raises:
        InvalidEdition: the path is none, or none was given and none is installed.
        InvalidPackage: the folder is a data package with errors.
    """
    if path is None:
        path = os.environ.get(VARIABLE) or from_settings() or installed()
    folder = os.fsdecode(path)
    if not is_path(folder):
        raise InvalidEdition(f"{folder!r} is not the path of an edition")
    if os.path.basename(folder) in (INDEX, PACKAGE):
        folder = os.path.dirname(folder) or os.curdir
    if os.path.exists(folder):
        return compiled(folder) if is_package(folder) else folder
    old = previous(os.path.realpath(folder))
    return old if os.path.exists(old) else folder


def from_settings() -> str | None:
    """The edition that the ``llmlineage.toml`` of this folder names, from where that file is."""
    try:
        file = settings_above(os.getcwd())
    except OSError:  # the folder of the call is gone
        return None
    if file is None:
        return None
    if not os.path.isfile(file):  # a pipe would be waited for
        raise InvalidEdition(f"{file} is no file; it may name the edition to use")
    import tomllib  # few folders have one

    try:
        with open(file, "rb") as stream:
            document = tomllib.loads(stream.read(_LARGEST_SETTINGS).decode())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidEdition(f"{file} cannot be read for the edition to use ({error})") from error
    named = document.get("edition")
    if named is None:
        return None
    if not isinstance(named, str) or not is_path(named):
        raise InvalidEdition(
            f"{file}: edition is not the path of an edition; write edition = 'path/to/edition'"
        )
    return os.path.join(os.path.dirname(file), os.path.expanduser(named))


def settings_above(folder: str) -> str | None:
    """The ``llmlineage.toml`` for a call from a folder: the nearest from there up to the root of its
    repository, so that a hook, a job and a person in a folder below agree; of no repository, that of the
    folder alone, since what lies above it is nobody's."""
    nearest, above = None, folder
    while True:
        file = os.path.join(above, SETTINGS)
        if nearest is None and os.path.lexists(file):
            nearest = file
        if os.path.lexists(os.path.join(above, ".git")):
            return nearest
        if os.path.dirname(above) == above:
            own = os.path.join(folder, SETTINGS)
            return own if os.path.lexists(own) else None
        above = os.path.dirname(above)


def installed() -> str:
    """The edition that came with the package.

    A checkout that is imported in place of the installed package, as it is where Python starts in
    a clone, carries none: then the one that is installed is taken.
    """
    if os.path.exists(EMBEDDED):
        return EMBEDDED
    package = os.path.basename(os.path.dirname(EMBEDDED))
    for entry in sys.path:
        folder = os.path.join(entry, package, os.path.basename(EMBEDDED))
        if os.path.isfile(os.path.join(folder, INDEX)):
            return folder
    checkout = os.path.dirname(os.path.dirname(EMBEDDED))
    raise InvalidEdition(
        f"llmlineage runs from {checkout}, which holds no edition, and none is installed; run "
        f"'pip install .' there with the Python that runs it, {sys.executable or 'this one'}"
    )


def is_path(folder: str) -> bool:
    """Whether the system can be asked for it."""
    try:
        return bool(folder) and b"\0" not in os.fsencode(folder)
    except UnicodeEncodeError:
        return False


def is_package(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, PACKAGE)) and not os.path.exists(os.path.join(folder, INDEX))


def compiled(package: str) -> str:
    """The edition of a data package as it stands."""
    from llmlineage.edition.ondemand import compile_package

    return compile_package(package)


def previous(folder: str) -> str:
    """Where the old edition stands for the instant in which a new one takes its place."""
    parent, name = os.path.split(folder)
    return os.path.join(parent, f".llmlineage-{name}.previous")


def quoted(path: str) -> str:
    """A path as SQLite reads it in a URI: bytes that mean something there, or are no ASCII, as codes."""
    if os.sep != "/":
        path = path.replace(os.sep, "/")
    return "".join(
        chr(byte) if byte in _PLAIN else f"%{byte:02x}" for byte in path.encode(errors="surrogateescape")
    )


_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_.~+:")
