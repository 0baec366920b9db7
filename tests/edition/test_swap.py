"""An edition is replaced whole: whenever the build is killed, one that opens stands there."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from llmlineage.edition import DESCRIPTOR, open_edition
from llmlineage.edition.compile import build_edition
from llmlineage.edition.swap import replacing
from llmlineage.errors import InvalidEdition
from tests.conftest import run
from tests.mutate import Mutation, document
from tests.tiny import write_tiny

# Replaces a copy of an edition, killed before its first change to the disk, then before its second ...
KILLS = """
import os, shutil, signal, sys
from pathlib import Path
from llmlineage.edition.compile import build_edition

package, old, folder = map(Path, sys.argv[1:])

def build(place, changes):
    def audit(event, arguments):
        nonlocal changes
        writes = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if writes or event in CHANGES:
            changes -= 1
            if changes < 0:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(audit)
    build_edition(package, place, validate=False)
    os._exit(0)

CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "sqlite3.connect"}
status, changes = signal.SIGKILL, 0
while status == signal.SIGKILL:
    place = folder / str(changes) / "edition"
    shutil.copytree(old, place)
    child = os.fork()
    if not child:
        try:
            build(place, changes)
        finally:
            os._exit(1)
    status = os.waitpid(child, 0)[1]
    changes += 1
sys.exit(status)
"""


def version(number: str) -> Mutation:
    return document("datapackage.json", lambda descriptor: descriptor.update(version=number))


def whole(folder: Path) -> str:
    """The version of the edition that opens, after each of its files was held against its checksum."""
    edition = open_edition(folder)
    descriptor = json.loads((Path(edition.path) / DESCRIPTOR).read_text(encoding="utf-8"))
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in Path(edition.path).iterdir()
        if path.name != DESCRIPTOR
    }
    assert found == {name: told["sha256"] for name, told in descriptor["files"].items()}
    assert edition.version == descriptor["version"]
    return edition.version


def test_a_build_killed_before_any_of_its_changes_leaves_a_whole_edition(
    package: Path, tmp_path: Path
) -> None:
    version("1.0.0")(package)
    old = build_edition(package, tmp_path / "old", validate=False)
    version("2.0.0")(package)
    subprocess.run([sys.executable, "-c", KILLS, package, old, tmp_path / "killed"], check=True)
    places = sorted((tmp_path / "killed").iterdir(), key=lambda place: int(place.name))
    versions = [whole(place / "edition") for place in places]
    assert versions == sorted(versions) and set(versions) == {"1.0.0", "2.0.0"}
    assert not all((place / "edition").exists() for place in places), "killed between the renames too"
    assert any(list(place.glob(".*.new")) for place in places), "killed while it was written too"
    version("3.0.0")(package)
    for place in places:
        build_edition(package, place / "edition", validate=False)
        assert whole(place / "edition") == "3.0.0"
        assert [path.name for path in place.iterdir()] == ["edition"], "what was left behind is cleared"


def test_a_swap_after_a_killed_one_clears_up(tmp_path: Path) -> None:
    folder = build_edition(write_tiny(tmp_path / "package"), tmp_path / "edition")
    folder.rename(tmp_path / ".llmlineage-edition.previous")  # killed between the two renames
    assert open_edition(folder).version
    build_edition(tmp_path / "package", folder)
    assert open_edition(folder).path == str(folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["edition", "package"]


def test_a_build_clears_what_was_abandoned_and_not_what_is_being_written(tmp_path: Path) -> None:
    abandoned = tmp_path / ".llmlineage-edition.abandone.new"
    other = tmp_path / ".llmlineage-other.abandone.new"
    foreign = tmp_path / ".llmlineage-edition.notes"
    for folder in (abandoned, other, foreign):
        folder.mkdir()
    with replacing(tmp_path / "edition") as first:
        (first / "edition.json").write_text("first")
        with replacing(tmp_path / "edition") as second:
            assert first.exists() and not abandoned.exists() and other.exists() and foreign.exists()
            (second / "edition.json").write_text("second")
        assert (tmp_path / "edition" / "edition.json").read_text() == "second"
    assert (tmp_path / "edition" / "edition.json").read_text() == "first", "the one that ended last"
    assert not first.exists() and not second.exists()


def test_a_build_that_fails_after_a_killed_one_leaves_the_old_edition(package: Path, tmp_path: Path) -> None:
    folder = build_edition(package, tmp_path / "edition")
    folder.rename(tmp_path / ".llmlineage-edition.previous")
    with pytest.raises(RuntimeError), replacing(folder):
        raise RuntimeError
    assert whole(folder) == "0.1.0"


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
    version("2.0.0")(package)
    build_edition(package, tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and whole(real) == "2.0.0"
    real.rename(tmp_path / ".llmlineage-real.previous")
    assert whole(tmp_path / "link") == "2.0.0", "a link to a swap that was cut short"


def test_a_folder_of_something_else_is_never_replaced(package: Path, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "thesis.tex").write_text("years")
    with pytest.raises(InvalidEdition, match="name a new folder"):
        build_edition(package, tmp_path / "work")
    assert (tmp_path / "work" / "thesis.tex").read_text() == "years"


FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop()), resource.RLIM_INFINITY))
from llmlineage.cli import main
main(sys.argv[1:], prog_name="llmlineage")
"""


@pytest.mark.parametrize("size", [1_000, 60_000])
def test_a_disk_that_is_full_is_told_of_the_place_and_the_old_edition_stays(
    package: Path, tmp_path: Path, size: int
) -> None:
    """The first limit is met by a parquet file, the second by the index."""
    folder = build_edition(package, tmp_path / "edition")
    call = [sys.executable, "-c", FULL, "build", str(package), "-o", str(folder), str(size)]
    result = subprocess.run(call, capture_output=True, text=True, check=False)
    assert result.returncode == 2 and result.stderr.count("\n") == 1
    assert str(folder) in result.stderr
    assert not any(word in result.stderr for word in (str(package), "validate", "build it again", "damaged"))
    assert whole(folder) == "0.1.0"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["edition", "package"]


def test_a_place_that_cannot_be_written_is_one_message(package: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("build", package, "-o", tmp_path / "file" / "edition")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1 and "file" in result.stderr and "Traceback" not in result.stderr
