"""Locks that the system drops with the process that held them, however it ended."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where a folder cannot be locked
    fcntl = None  # type: ignore[assignment]

# Where nothing can be locked, what is older than this is taken for abandoned.
_ABANDONED = 24 * 60 * 60


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file or folder alone, waiting for whoever else holds it; where that can be had."""
    handle = hold(path, wait=True)
    try:
        yield
    finally:
        release(handle)


def hold(path: Path, wait: bool = False) -> int | None:
    """Lock a file or folder until ``release``; None where the system has no such locks.

    Raises:
        BlockingIOError: another process holds it, and ``wait`` is false.
    """
    if fcntl is None:
        return None
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(handle)
        raise
    except OSError:  # a file system without locks
        os.close(handle)
        return None
    return handle


def release(handle: int | None) -> None:
    if handle is not None:
        os.close(handle)


def is_abandoned(path: Path) -> bool:
    """Whether whoever made ``path`` and held it has ended."""
    try:
        handle = hold(path)
    except OSError:  # it is held, or gone
        return False
    if handle is None:
        return path.exists() and time.time() - path.stat().st_mtime > _ABANDONED
    release(handle)
    return True
