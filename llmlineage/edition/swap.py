"""Putting a finished folder in the place of an old one, so that one of them is always whole."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from llmlineage import edition
from llmlineage.edition import locks
from llmlineage.edition.locks import locked
from llmlineage.errors import InvalidEdition

SUFFIX = ".new"


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """Give a new folder to write to; on success it takes the place of ``folder``.

    The old folder is renamed aside, the new one renamed in, and only then is the old one
    removed; whoever opens an edition between the two renames is led to the old one. What
    builds left behind that were killed is cleared away.

    Raises:
        InvalidEdition: ``folder`` holds something else, which would be lost.
    """
    folder = folder.resolve()  # what a symbolic link points to is replaced, not the link
    if folder.exists() and not is_replaceable(folder):
        raise InvalidEdition(f"{folder} is not an edition and not empty; name a new folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder.parent):
        recover(folder)
    clear_abandoned(folder)
    new, held = new_beside(folder)
    try:
        yield new
        new.chmod(0o755)  # mkdtemp makes it private
        with locked(folder.parent):
            recover(folder)  # another build of it may have ended, or been killed, since
            if folder.exists():
                folder.rename(previous(folder))
            new.rename(folder)
            shutil.rmtree(previous(folder), ignore_errors=True)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        with locked(folder.parent):
            recover(folder)
        raise
    finally:
        locks.release(held)


def new_beside(folder: Path) -> tuple[Path, int | None]:
    """A new folder beside another, and the hold on it that says that it is being written."""
    while True:
        new = Path(tempfile.mkdtemp(prefix=prefix(folder), suffix=SUFFIX, dir=folder.parent))
        try:
            held = locks.hold(new)
        except OSError:  # another build takes it for abandoned, in the instant before it is held
            continue
        if new.exists():
            return new, held
        locks.release(held)


def clear_abandoned(folder: Path) -> None:
    """Remove what builds of ``folder`` left behind that did not end by themselves."""
    for path in folder.parent.iterdir():
        ours = path.name.startswith(prefix(folder)) and path.name.endswith(SUFFIX)
        if ours and path.is_dir() and locks.is_abandoned(path):
            shutil.rmtree(path, ignore_errors=True)


def prefix(folder: Path) -> str:
    return f".llmlineage-{folder.name}."


def previous(folder: Path) -> Path:
    return Path(edition.previous(str(folder)))


def recover(folder: Path) -> None:
    """Finish or undo a swap that was cut short."""
    old = previous(folder)
    if old.exists() and not folder.exists():
        old.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def is_replaceable(folder: Path) -> bool:
    return folder.is_dir() and ((folder / edition.DESCRIPTOR).is_file() or not any(folder.iterdir()))
