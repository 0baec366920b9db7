"""An edition is replaced whole: whenever the build is killed, one that opens stands there."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from llmlineage.edition import open_edition
from llmlineage.edition.compile import build_edition
from llmlineage.edition.swap import replacing
from llmlineage.errors import InvalidEdition
from tests.conftest import run
from tests.tiny import write_tiny

# Swaps two versions of a folder for ever; the marker says that the first swap is done.
SWAPS = """
import sys
from pathlib import Path
from llmlineage.edition.swap import replacing
folder, n = Path(sys.argv[1]), 0
while True:
    n += 1
    with replacing(folder) as new:
        for name in ("edition.json", "a", "b", "c"):
            (new / name).write_text(str(n))
    if n == 1:
        print("swapped", flush=True)
"""


def whole(folder: Path) -> str:
    """The one version that all files of a folder hold, looked up as an edition is."""
    from llmlineage.edition import locate

    found = Path(locate(str(folder)))
    versions = {path.read_text() for path in found.iterdir()}
    assert len(versions) == 1 and len(list(found.iterdir())) == 4
    return versions.pop()


def test_a_swap_killed_at_any_moment_leaves_a_whole_folder(tmp_path: Path) -> None:
    folder = tmp_path / "edition"
    last = 0
    for wait in range(12):
        process = subprocess.Popen([sys.executable, "-c", SWAPS, folder], stdout=subprocess.PIPE)
        assert process.stdout is not None and process.stdout.readline() == b"swapped\n"
        time.sleep(0.001 * wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        last = int(whole(folder))
    assert last >= 1


def test_a_swap_after_a_killed_one_clears_up(tmp_path: Path) -> None:
    folder = build_edition(write_tiny(tmp_path / "package"), tmp_path / "edition")
    folder.rename(tmp_path / ".llmlineage-edition.previous")  # killed between the two renames
    assert open_edition(folder).version
    build_edition(tmp_path / "package", folder)
    assert open_edition(folder).path == str(folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["edition", "package"]


def test_what_fails_while_writing_leaves_the_old_folder(tmp_path: Path) -> None:
    folder = tmp_path / "edition"
    with replacing(folder) as new:
        (new / "edition.json").write_text("old")
    with pytest.raises(RuntimeError), replacing(folder) as new:
        (new / "edition.json").write_text("new")
        raise RuntimeError
    assert (folder / "edition.json").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["edition"]


def test_what_a_link_points_to_is_replaced_and_not_the_link(package: Path, tmp_path: Path) -> None:
    real = build_edition(package, tmp_path / "real")
    (tmp_path / "link").symlink_to(real)
    build_edition(package, tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and open_edition(real).version


def test_a_folder_of_something_else_is_never_replaced(package: Path, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "thesis.tex").write_text("years")
    with pytest.raises(InvalidEdition, match="name a new folder"):
        build_edition(package, tmp_path / "work")
    assert (tmp_path / "work" / "thesis.tex").read_text() == "years"


def test_a_place_that_cannot_be_written_is_one_message(package: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("build", package, "-o", tmp_path / "file" / "edition")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1 and "file" in result.stderr and "Traceback" not in result.stderr
