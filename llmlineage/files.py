"""Writing one file whole or not at all, and never over what a user would miss."""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from llmlineage.errors import OutputRefused

if TYPE_CHECKING:
    from polars import DataFrame

# How libraries in Rust end the message of an error of the system.
OS_ERROR = re.compile(r"\(os error (\d+)\)")


def check_output(
    path: Path,
    inputs: Iterable[Path] = (),
    force: bool = False,
    ours: Callable[[Path], bool] = lambda _: False,
) -> None:
    """Whether a command may write ``path``, to be asked before its work starts.

    An output is never one of its ``inputs``, by whatever name or link. What exists is overwritten
    only with ``force``, or where ``ours`` knows it for what the same command wrote.

    Raises:
        OutputRefused: it may not be written, or cannot.
    """
    try:
        check_place(path)
        if not exists(path):
            return
        same = next((one for one in inputs if is_same(one, path)), None)
        if same is not None:
            raise OutputRefused(
                path, f"is one of the inputs ({same}), which it would destroy; name another file"
            )
        if not force and not ours(path):
            raise OutputRefused(path, "exists and is none that this command wrote; --force overwrites it")
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise OutputRefused(path, f"cannot be written: {reason(error)}") from error


def check_place(path: Path) -> None:
    """Raises :class:`OutputRefused` or OSError where no file can be put at ``path``."""
    if path.exists() and not path.is_file():
        raise OutputRefused(path, "is a folder" if path.is_dir() else "is a device or a pipe, and no file")
    os.stat(f"{path.parent}/.")  # noqa: PTH116  as a folder, which Path takes for the same
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise OutputRefused(path, f"cannot be written: no right to write in {path.parent}")


def exists(path: Path) -> bool:
    """Whether something has this name, a link that leads nowhere too. Raises OSError on a name too long."""
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    return True


def is_same(one: Path, other: Path) -> bool:
    """Whether two names lead to one file, or would, were it there."""
    try:
        return one.samefile(other)
    except OSError:
        return os.path.realpath(one) == os.path.realpath(other)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary file beside ``path``; on success it takes its place, else nothing changes.

    Raises :class:`OutputRefused`, which names ``path``, where it cannot be written.
    """
    new: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=".llmlineage.", suffix=".new", dir=path.parent)
        os.close(handle)
        new = Path(name)
        yield new
        new.chmod(0o644)  # mkstemp makes it private
        new.replace(path)
    except BaseException as error:
        if new is not None:
            new.unlink(missing_ok=True)
        if isinstance(error, OSError) or OS_ERROR.search(str(error)):
            kept = "; the file that was there is kept" if os.path.lexists(path) else ""
            raise OutputRefused(path, f"cannot be written: {reason(error)}{kept}") from error
        raise


def write_parquet(frame: DataFrame, path: Path) -> None:
    """A table as parquet, whole or not at all. Raises :class:`OutputRefused`."""
    # In memory first: what a full disk says reaches us as the system said it, whichever the polars.
    content = io.BytesIO()
    frame.write_parquet(content)
    with replacing(path) as new:
        new.write_bytes(content.getbuffer())


def reason(error: BaseException) -> str:
    """What the system said, without the names of temporary files."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    found = OS_ERROR.search(str(error))
    return os.strerror(int(found[1])) if found else str(error)
