"""The bytes of a file, unpacked as they are read, and watched for change."""

from __future__ import annotations

import gzip
import io
import os
import re
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from llmlineage.errors import DataError, MissingExtra

GZIP = b"\x1f\x8b"
# A Zstandard file may begin with a frame to be skipped, as those of pzstd do.
ZSTANDARD = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18", re.DOTALL)
# Zstandard unpacks all that it is given: white space or zeros to thirty thousand times their size.
BLOCK, PACKED = 1 << 20, 1 << 12


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The file's bytes, unpacked where they are gzip or Zstandard (by their first bytes).

    Raises :class:`DataError` where the file cannot be opened, is cut short, or changed meanwhile.
    """
    try:
        with path.open("rb") as raw:
            before = os.fstat(raw.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise DataError(path, "is a pipe or a device; write its data to a file, and name that")
            head = raw.read(4)
            raw.seek(0)
            try:
                yield unpacked(raw, head)
            except GeneratorExit:
                raise
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                check_unchanged(path, before)
                raise DataError(path, f"the compressed data is cut short or damaged ({error})") from error
            except Exception:
                check_unchanged(path, before)  # of a file that is being written, what is wrong is that
                raise
            check_unchanged(path, before)
    except OSError as error:
        raise DataError(path, error.strerror or str(error)) from error


def check_unchanged(path: Path, before: os.stat_result) -> None:
    """Raises :class:`DataError` where a file has changed, or is gone, since it was opened."""
    try:
        after = path.stat()
    except OSError as error:
        raise DataError(path, "vanished while it was read") from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise DataError(path, "changed while it was read; read it again when it is complete")


def unpacked(raw: IO[bytes], head: bytes) -> IO[bytes]:
    if head.startswith(GZIP):
        return cast(IO[bytes], gzip.open(raw))
    if ZSTANDARD.match(head):
        return io.BufferedReader(Unzstd(raw), BLOCK)
    return raw


class Unzstd(io.RawIOBase):
    """Zstandard frames as a stream; unlike the library's own, it notices a frame that is cut short."""

    def __init__(self, raw: IO[bytes]) -> None:
        try:
            import zstandard
        except ImportError as error:
            raise MissingExtra("zstandard", "content") from error
        self.error = zstandard.ZstdError
        self.new: Callable[[], Any] = lambda: zstandard.ZstdDecompressor().decompressobj()
        self.raw, self.frame = raw, self.new()
        self.packed, self.out = b"", memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self.out and self.unpack():
            pass
        count = min(len(buffer), len(self.out))
        buffer[:count] = self.out[:count]
        self.out = self.out[count:]
        return count

    def unpack(self) -> bool:
        """Unpack the next block; False at the end of the file."""
        block = self.packed or self.raw.read(PACKED)
        if not block:
            if not self.frame.eof:
                raise EOFError("the last Zstandard frame does not end")
            return False
        if self.frame.eof:  # another frame follows
            self.frame = self.new()
        try:
            self.out = memoryview(self.frame.decompress(block))
        except self.error as error:
            raise EOFError(str(error)) from error
        self.packed = self.frame.unused_data if self.frame.eof else b""
        return True
