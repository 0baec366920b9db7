"""Which rows of a package were changed since the last commit of the repository that it stands in."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from llmlineage.checks.files import LARGEST_FILE
from llmlineage.errors import Problem
from llmlineage.package import Package, read_bytes

# Git is to look for the repository of the package, not of the hook that may have called us; and a
# folder that is only looked at is not to be written to, or fetched for.
_HOOK = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}
_CAREFUL = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1"}

Changes = Mapping[str, frozenset[int]]


def changed_rows(package: Package) -> Changes | None:
    """Of each table's file, the lines whose text is not among those of the last commit.

    None where there is no commit to compare with: then every row counts as changed.
    """
    contents = {table.file: readable(table.path) for table in package.tables.values()}
    files = [file for file, content in contents.items() if content is not None]
    committed = committed_files(package.root, files)
    if committed is None:
        return None
    return {
        file: changed_lines(contents[file] or b"", content)
        for file, content in zip(files, committed, strict=True)
    }


def readable(path: Path) -> bytes | None:
    """The content of a file; None where it cannot be read, which validation reports."""
    try:
        return read_bytes(path, LARGEST_FILE)
    except OSError:
        return None


def is_changed(problem: Problem, changes: Changes | None) -> bool:
    """Whether a problem stands on a changed row, or speaks of a file that has one."""
    if changes is None or problem.file not in changes:
        return True
    rows = changes[problem.file]
    return problem.row in rows if problem.row else bool(rows)


def changed_lines(content: bytes, committed: bytes) -> frozenset[int]:
    """Lines of ``content``, from 1, that ``committed`` does not have, wherever they stand."""
    known = Counter(committed.splitlines())
    changed = set()
    for row, line in enumerate(content.splitlines(), start=1):
        if known[line]:
            known[line] -= 1
        else:
            changed.add(row)
    return frozenset(changed)


def committed_files(root: Path, files: Sequence[str]) -> list[bytes] | None:
    """What the last commit holds at each path below ``root``; nothing where it holds no such file."""
    environment = {key: value for key, value in os.environ.items() if key not in _HOOK} | _CAREFUL
    command = ["git", "-C", str(root), "cat-file", "--batch"]  # reads objects: no filter, no program
    names = "".join(f"HEAD:./{file}\n" for file in files).encode()
    try:
        result = subprocess.run(command, input=names, capture_output=True, env=environment, check=False)
    except OSError:  # git is not installed
        return None
    contents = parse_batch(result.stdout, len(files)) if result.returncode == 0 else []
    return [content or b"" for content in contents] if any(contents) else None


def parse_batch(output: bytes, count: int) -> list[bytes | None]:
    """The objects that ``git cat-file --batch`` prints: a line ending in its size, the object, LF."""
    contents: list[bytes | None] = []
    for _ in range(count):
        head, _, output = output.partition(b"\n")
        size = head.rpartition(b" ")[2]
        if head.endswith(b" missing") or not size.isdigit():
            contents.append(None)
            continue
        contents.append(output[: int(size)])
        output = output[int(size) + 1 :]
    return contents
