"""Writing a file: never over an input, never over what is not the tool's own, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from llmlineage.errors import OutputRefused
from llmlineage.files import check_output, replacing


def refusal(path: Path, *inputs: Path, force: bool = False) -> str:
    with pytest.raises(OutputRefused) as caught:
        check_output(path, inputs, force)
    assert str(caught.value).startswith(str(path).partition("\0")[0][:99]), "long names are cut"
    return str(caught.value)


def test_an_output_is_never_an_input_by_whatever_name_or_link(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.write_text("kept")
    (tmp_path / "soft").symlink_to("data")
    (tmp_path / "hard").hardlink_to(data)
    (tmp_path / "folder").mkdir()
    for name in ("data", "soft", "hard", "folder/../data"):
        assert "is one of the inputs" in refusal(tmp_path / name, data, force=True)


def test_what_exists_is_overwritten_on_request_or_where_it_is_our_own(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("kept")
    assert "--force overwrites it" in refusal(other)
    check_output(other, force=True)
    check_output(other, ours=lambda path: path.read_text() == "kept")
    check_output(tmp_path / "new", [other])


def test_a_place_where_no_file_can_be_is_refused_with_or_without_force(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    for name in (".", "pipe", "none/x", "file/x", "x" * 256, "a\0b"):
        assert refusal(tmp_path / name, force=True)
    assert refusal(Path(os.devnull), force=True)


def test_what_cannot_be_written_is_named_and_the_old_file_kept(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_text("kept")
    for error in (OSError(28, "No space left on device"), RuntimeError("x (os error 28)")):
        with pytest.raises(OutputRefused, match=r"old: cannot be written: .*is kept"), replacing(old):
            raise error
    with pytest.raises(KeyError), replacing(old):
        raise KeyError("another fault")
    assert old.read_text() == "kept" and [*tmp_path.iterdir()] == [old]
