"""Reading many configs: what is wrong with one file is said once, and the others are still read."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from llmlineage.audit import configs, read_all
from llmlineage.errors import ConfigError
from tests.audit.configs.fixtures import write

GOOD = "base_model: org/base\ndatasets: [{path: org/data}]"


def messages(broken: list[ConfigError], folder: Path) -> list[str]:
    return [str(error).removeprefix(f"{folder}/") for error in broken]


def test_a_bad_file_of_a_folder_does_not_hide_the_others(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "a.yaml")
    write(tmp_path, '{"base_model": "org/\\ud800x", "datasets": [{"path": "a/b"}]}', "half.json")
    write(tmp_path, "[" * 492 + "]" * 492, "deep.json")
    write(tmp_path, "base_model: ${datasets." + "9" * 5_000 + "}\ndatasets: [a/b]", "digits.yaml")
    write(tmp_path, "a: [", "torn.yaml")
    write(tmp_path, "# Notes", "notes.md")
    write(tmp_path, GOOD, "z/z.yaml")
    found, broken = read_all([tmp_path])
    assert [Path(config.file).name for config in found] == ["a.yaml", "digits.yaml", "z.yaml"]
    assert [message.partition(":")[0] for message in messages(broken, tmp_path)] == [
        "deep.json",
        "half.json",
        "torn.yaml",
    ]


def test_a_named_file_that_names_nothing_is_an_error_unless_others_are_skipped(tmp_path: Path) -> None:
    notes, good = write(tmp_path, "# Notes", "notes.md"), write(tmp_path, GOOD)
    found, broken = read_all([notes, good])
    assert (len(found), len(broken)) == (1, 1)
    assert len(read_all([notes, good], skip_others=True)[1]) == 0
    assert read_all([tmp_path / "z.yaml"], skip_others=True)[1]


def test_an_empty_folder_is_told_as_an_empty_file_would_be(tmp_path: Path) -> None:
    found, (error,) = read_all([tmp_path])
    assert found == [] and "0 files read" in str(error)


def test_an_unreadable_folder_is_one_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, GOOD, "a.yaml")
    write(tmp_path, GOOD, "locked/b.yaml")
    write(tmp_path, GOOD, "z/c.yaml")
    scandir = os.scandir

    def locked(path: Path) -> Any:  # root may read every folder, so none can be locked before it
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", locked)
    found, broken = read_all([tmp_path])
    assert [Path(config.file).name for config in found] == ["a.yaml", "c.yaml"]
    assert messages(broken, tmp_path) == ["locked: cannot be read: Permission denied"]


def test_a_file_that_vanishes_is_one_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, GOOD)
    files_below = configs.files_below

    def with_a_ghost(folder: Path, *rest: Any) -> Iterator[Path]:
        yield folder / "ghost.yaml"
        yield from files_below(folder, *rest)

    monkeypatch.setattr(configs, "files_below", with_a_ghost)
    found, broken = read_all([tmp_path])
    assert len(found) == 1
    assert messages(broken, tmp_path) == ["ghost.yaml: cannot be read: No such file or directory"]


def test_folders_that_link_in_a_circle_and_many_files_are_walked_once(tmp_path: Path) -> None:
    for number in range(1_000):
        (tmp_path / f"{number}.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "loop").symlink_to(tmp_path)
    found, broken = read_all([tmp_path])
    assert (len(found), broken) == (1_000, [])


def test_folders_deeper_than_the_stack_are_walked(tmp_path: Path) -> None:
    folders = [str(tmp_path) + "/d" * depth for depth in range(1, 1_010)]
    for folder in folders:
        os.mkdir(folder)  # noqa: PTH102 (so many Paths take seconds)
    file = write(Path(folders[-1]), GOOD)
    assert list(configs.files_below(tmp_path)) == [file]
    file.unlink()  # what clears the test's folder up would meet the stack's end, too
    for folder in reversed(folders):
        os.rmdir(folder)  # noqa: PTH106


def test_a_folder_by_a_link_out_of_its_repository_is_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path, GOOD, f"home/{name}.yaml")
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    (tmp_path / "repo" / "configs").symlink_to(tmp_path / "home")
    found, broken = read_all([tmp_path / "repo" / "configs"])
    assert (found, len(broken)) == ([], 1)
    assert "link that leads out of its repository" in str(broken[0])


@pytest.mark.parametrize("in_repository", [True, False])
def test_what_is_no_file_is_named_and_does_not_hang(
    tmp_path: Path, in_repository: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if in_repository:
        (tmp_path / ".git").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    with (tmp_path / "sparse.yaml").open("wb") as file:
        file.truncate(100_000_000_000)
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        monkeypatch.chdir(tmp_path)  # a socket's path may be a hundred bytes long
        listening.bind("s.yaml")
        names = ("pipe.yaml", "s.yaml", "sparse.yaml", "absent.yaml", "n" * 5_000, "nul\0l.yaml")
        found, broken = read_all([Path("/dev/zero"), *(tmp_path / name for name in names)])
    assert found == []
    problems = [str(error).rpartition(": ")[2] for error in broken]
    assert problems[:4] == [
        "is a device, not a file",
        "is a named pipe, not a file",
        "is a socket, not a file",
        "has 100,000 MB; a config of more than 5 MB is not read",
    ]
    assert len(problems) == 7


def test_a_file_name_that_is_not_utf8_is_read_and_named_as_text(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.yaml"))
    try:
        path.write_text(GOOD, encoding="utf-8")
    except OSError:
        pytest.skip("the file system takes UTF-8 names alone")
    for asked in (path, tmp_path):
        (config,), broken = read_all([asked])
        assert config.file == f"{tmp_path}/caf\\xe9.yaml"
        assert broken == []
