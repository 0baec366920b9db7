"""A data package read as it stands: validated, compiled to the user's cache, made anew when it changes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from llmlineage.edition import FORMAT, INDEX, PACKAGE, identity, installed, open_edition
from llmlineage.edition.locks import locked
from llmlineage.errors import InvalidEdition
from llmlineage.package import LARGEST_JSON, ON_TOP, read_bytes
from llmlineage.version import __version__

# Where the user's cache is, by the system: a variable that says so, and what holds without it.
VARIABLE, DEFAULT = {
    "win32": ("LOCALAPPDATA", "~/AppData/Local"),
    "darwin": ("XDG_CACHE_HOME", "~/Library/Caches"),
}.get(sys.platform, ("XDG_CACHE_HOME", "~/.cache"))
# How often a package that changes while it is compiled is compiled again.
_MOST_ATTEMPTS = 3


def compile_package(package: str | Path) -> str:
    """The folder of the edition of the package in folder ``package``, compiled where it is not yet.

    Processes that ask for the same package at once wait for one of them.

    Raises:
        InvalidPackage: the package has errors.
        InvalidEdition: nothing can be written to the cache.
        MissingExtra: frictionless is not installed.
    """
    root = Path(package).resolve()
    place = place_of(root)
    folder = place / fingerprint(root)
    if folder.is_dir():
        return str(folder)
    lock = place / "lock"
    try:
        place.mkdir(parents=True, exist_ok=True)
        lock.touch()
    except OSError as error:
        raise InvalidEdition(
            f"{package} is a data package, and {place} cannot be written to keep its edition "
            f"({error.strerror}); set {VARIABLE} to a folder that can, or use 'llmlineage build'"
        ) from error
    with locked(lock):
        return str(compile_unchanged(root, place))


def compile_unchanged(root: Path, place: Path) -> Path:
    """Compile a package; again where it changed meanwhile, so that no edition is older than its name."""
    from llmlineage.edition.compile import build_edition

    for _ in range(_MOST_ATTEMPTS):
        folder = place / fingerprint(root)
        if folder.is_dir():  # another process has made it meanwhile
            return folder
        if is_on_top(root):
            from llmlineage.edition.overlay import build_over

            build_over(open_edition(installed()), root, folder)
        else:
            build_edition(root, folder)
        if fingerprint(root) == folder.name:
            clear_others(folder)
            return folder
        shutil.rmtree(folder, ignore_errors=True)
    raise InvalidEdition(f"{root} changes while it is read; try again when it is still")


def clear_others(folder: Path) -> None:
    """Remove the editions of the same package as it was before."""
    for path in folder.parent.iterdir():
        if path.is_dir() and path != folder:
            shutil.rmtree(path, ignore_errors=True)


def fingerprint(root: Path) -> str:
    """A name for the state of a package: its files by size, time and place on the disk, and who compiles."""
    parts = [__version__, str(FORMAT)]
    if is_on_top(root):
        parts.append(f"over: {identity(os.path.join(installed(), INDEX))}")  # noqa: PTH118
    for file in files_of(root):
        try:
            status = (root / file).stat()
        except (OSError, ValueError):  # whoever validates it says more
            parts.append(f"{file}: missing")
            continue
        changed = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        parts.append(f"{file}: {changed}")
    return hashlib.sha256("\n".join(parts).encode(errors="backslashreplace")).hexdigest()[:32]


def files_of(root: Path) -> Iterator[str]:
    """The descriptor, and the tables and schemas that it names, in its order."""
    yield PACKAGE
    try:
        descriptor = json.loads((root / PACKAGE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return
    resources = descriptor.get("resources") if isinstance(descriptor, dict) else None
    for resource in resources if isinstance(resources, list) else ():
        if isinstance(resource, dict):
            yield from (name for key in ("path", "schema") if isinstance(name := resource.get(key), str))


def is_on_top(package: Path) -> bool:
    """Whether the descriptor of a package says that it is laid over a published edition."""
    file = package / PACKAGE if package.is_dir() else package
    try:
        descriptor = json.loads(read_bytes(file, LARGEST_JSON))
    except (OSError, ValueError, RecursionError):  # whoever reads it says more
        return False
    return isinstance(descriptor, dict) and descriptor.get(ON_TOP) is True


def place_of(root: Path) -> Path:
    """Where the editions of the package in folder ``root`` are kept."""
    name = hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
    return cache_folder() / "packages" / name


def cache_folder() -> Path:
    """The user's folder for what can be made again, where the system has it."""
    chosen = os.environ.get(VARIABLE) or ""
    # https://specifications.freedesktop.org/basedir-spec/latest/ : a relative path is no choice.
    base = Path(chosen if Path(chosen).is_absolute() else os.path.expanduser(DEFAULT))  # noqa: PTH111
    if not base.is_absolute():  # a user without a home
        raise InvalidEdition(
            f"there is no home to keep an edition in; set {VARIABLE}, or use 'llmlineage build'"
        )
    return base / "llmlineage"
