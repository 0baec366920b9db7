"""``python build publish``, by the real client, to a Hub on this machine; and read back from it."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from tests.build.conftest import environment, python
from tests.build.hub_server import READ_TOKEN, WRITE_TOKEN, Fault, Hub, running_hub
from tests.tiny import ROOT

REPO = "acme/lineage"
TAG = "v0.1.0"
PUT = r"^PUT /storage/"
COMMIT = r"^POST /api/datasets/acme/lineage/commit/"
CREATE = r"^POST /api/repos/create$"
TAGGING = r"^POST /api/datasets/acme/lineage/tag/"
LOAD = """
import json, sys
from datasets import load_dataset
rows = load_dataset(sys.argv[1], "derivations", split="train", revision=sys.argv[2])
print(json.dumps({"rows": rows.to_list(), "types": {f.name: str(f.type) for f in rows.data.schema}}))
"""


@pytest.fixture
def hub() -> Iterator[Hub]:
    with running_hub() as server:
        yield server


@pytest.fixture
def home(tmp_path: Path) -> str:
    """A home of the Hub's clients in which nothing is cached and no token is kept."""
    return str(tmp_path / "home")


def call(dist: Path, *options: str) -> list[str]:
    return [str(ROOT / "build"), "--output", str(dist), "publish", "--repo", REPO, *options]


def publish(
    hub: Hub, home: str, dist: Path, *options: str, token: str = WRITE_TOKEN
) -> subprocess.CompletedProcess[str]:
    return python(*call(dist, *options), HF_ENDPOINT=hub.endpoint, HF_TOKEN=token, HF_HOME=home)


def assert_published_once(hub: Hub, dist: Path) -> None:
    """One commit beside the initial one, tagged, with every file; each LFS object arrived once."""
    repo = hub.repos[REPO]
    assert [commit.summary for commit in repo.commits] == ["initial commit", "Edition 0.1.0"]
    assert repo.tags == {TAG: repo.head.sha}
    files = {path.name: path.read_bytes() for path in (dist / "hub").iterdir()}
    files["README.md"] = files["README.md"].replace(b"ORG/NAME", REPO.encode())
    assert {name: blob.content for name, blob in repo.head.files.items() if name != ".gitattributes"} == files
    assert sorted(hub.stored) == sorted({blob.sha256 for blob in repo.head.files.values() if blob.large})


def changed(dist: Path, folder: Path) -> Path:
    """A later edition: another version, one file more, one fewer, one changed."""
    shutil.copytree(dist, folder)
    descriptor = json.loads((folder / "hub" / "edition.json").read_text(encoding="utf-8"))
    descriptor["version"] = "0.2.0"
    descriptor["files"].pop("ancestry.parquet")
    (folder / "hub" / "ancestry.parquet").unlink()
    (folder / "hub" / "more.parquet").write_bytes(b"more")
    (folder / "hub" / "edition.json").write_text(json.dumps(descriptor), encoding="utf-8")
    return folder


def test_published_edition_is_read_back_by_datasets_and_polars(hub: Hub, home: str, dist: Path) -> None:
    done = publish(hub, home, dist)
    assert done.returncode == 0, done.stderr
    assert_published_once(hub, dist)
    expected = pl.read_parquet(dist / "hub" / "derivations.parquet")

    for revision in ("main", TAG):
        loaded = python("-c", LOAD, REPO, revision, HF_ENDPOINT=hub.endpoint, HF_HOME=home)
        assert loaded.returncode == 0, loaded.stderr
        answer = json.loads(loaded.stdout)
        assert answer["rows"] == expected.to_dicts()
        assert answer["types"]["rows"] == "int64"

    address = f"{hub.endpoint}/datasets/{REPO}/resolve/main/derivations.parquet"
    with urllib.request.urlopen(address, timeout=10) as response:
        assert pl.read_parquet(io.BytesIO(response.read())).equals(expected)
    assert pl.scan_parquet(address).collect().equals(expected)


def count(dist: Path) -> int:
    """How many files are published."""
    return sum(path.is_file() for path in (dist / "hub").rglob("*"))


def test_says_what_would_change_before_it_changes(hub: Hub, home: str, dist: Path, tmp_path: Path) -> None:
    first = publish(hub, home, dist)
    assert first.stdout.startswith(f"{REPO} (does not exist yet), {TAG}:\n  added ")
    assert f"{count(dist)} added, 0 changed, 0 removed, 0 unchanged; " in first.stdout
    assert first.stdout.endswith(f"published: {hub.endpoint}/datasets/{REPO}/tree/{TAG}\n")

    second = publish(hub, home, changed(dist, tmp_path / "dist"))
    assert second.returncode == 0, second.stderr
    said = {tuple(line.split()[:2]) for line in second.stdout.splitlines() if line.startswith("  ")}
    assert said >= {
        ("added", "more.parquet"),
        ("changed", "edition.json"),
        ("removed", "ancestry.parquet"),
        ("unchanged", "datasets.parquet"),
    }
    assert set(hub.repos[REPO].tags) == {TAG, "v0.2.0"}
    assert "ancestry.parquet" not in hub.repos[REPO].head.files
    assert ".gitattributes" in hub.repos[REPO].head.files
    assert len(hub.repos[REPO].commits) == 3


def test_dry_run_changes_nothing(hub: Hub, home: str, dist: Path) -> None:
    for token in (WRITE_TOKEN, ""):
        done = publish(hub, home, dist, "--dry-run", token=token)
        assert done.returncode == 0, done.stderr
        assert f"{count(dist)} added" in done.stdout
        assert done.stdout.endswith("dry run: nothing was sent\n")
    assert hub.repos == {}
    assert hub.count(r"^(POST|PUT) ") == 0


def test_second_publish_makes_no_commit(hub: Hub, home: str, dist: Path) -> None:
    publish(hub, home, dist)
    again = publish(hub, home, dist)
    assert again.returncode == 0, again.stderr
    unchanged = f"0 added, 0 changed, 0 removed, {count(dist)} unchanged; 0.0 kB to send"
    assert unchanged in again.stdout
    assert "nothing had changed: " in again.stdout
    assert_published_once(hub, dist)


def test_same_version_with_other_content_is_refused(hub: Hub, home: str, dist: Path, tmp_path: Path) -> None:
    publish(hub, home, dist)
    shutil.copytree(dist, tmp_path / "dist")
    (tmp_path / "dist" / "hub" / "README.md").write_text("---\nlicense: mit\n---\n", encoding="utf-8")
    done = publish(hub, home, tmp_path / "dist")
    assert done.returncode == 2
    assert "v0.1.0 is already published" in done.stderr
    assert "raise 'version' in datapackage.json" in done.stderr
    assert_published_once(hub, dist)


def test_connection_broken_in_an_upload_is_resumed(hub: Hub, home: str, dist: Path) -> None:
    hub.faults = [Fault(PUT, "cut")]
    done = publish(hub, home, dist)
    assert done.returncode == 0, done.stderr
    assert_published_once(hub, dist)
    assert hub.count(PUT) == len(hub.stored) + 1


def test_refused_upload_is_tried_again_without_what_has_arrived(hub: Hub, home: str, dist: Path) -> None:
    hub.faults = [Fault(PUT, 403)]  # what a storage answers when its address has expired
    done = publish(hub, home, dist)
    assert done.returncode == 0, done.stderr
    assert "trying again in 1 s" in done.stderr
    assert_published_once(hub, dist)
    assert hub.count(r"/lfs/objects/batch$") == 2


def test_killed_upload_is_resumed_by_the_next_call(hub: Hub, home: str, dist: Path) -> None:
    hold = Fault(PUT, "hold", times=100, spared=2)
    hub.faults = [hold]
    variables = {"HF_ENDPOINT": hub.endpoint, "HF_TOKEN": WRITE_TOKEN, "HF_HOME": home}
    process = subprocess.Popen(
        [sys.executable, *call(dist)], cwd=ROOT, env=environment(**variables), stdout=subprocess.DEVNULL
    )
    assert hold.met.wait(timeout=30)
    wait_until(lambda: len(hub.stored) == 2)
    process.kill()
    process.wait()
    hub.faults = []
    hold.release.set()

    done = publish(hub, home, dist)
    assert done.returncode == 0, done.stderr
    assert_published_once(hub, dist)


@pytest.mark.parametrize("request_", [CREATE, COMMIT, TAGGING])
def test_lost_answer_does_not_do_it_twice(hub: Hub, home: str, dist: Path, request_: str) -> None:
    hub.faults = [Fault(request_, "lose")]
    done = publish(hub, home, dist)
    assert done.returncode == 0, done.stderr
    assert "trying again in 1 s" in done.stderr
    assert_published_once(hub, dist)
    assert hub.count(request_) == 1


def test_commit_by_someone_else_meanwhile_is_not_overwritten(hub: Hub, home: str, dist: Path) -> None:
    hub.faults = [Fault(COMMIT, 412)]
    done = publish(hub, home, dist)
    assert_one_message(done, "not published: ", "412")
    assert len(hub.repos[REPO].commits) == 1


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("hf_wrong", "Invalid credentials in Authorization header"),
        (READ_TOKEN, "You don't have the required permissions to write"),
        ("", "there is no token; set HF_TOKEN or run 'hf auth login'"),
    ],
)
def test_refused_token_is_one_message(hub: Hub, home: str, dist: Path, token: str, message: str) -> None:
    assert_one_message(publish(hub, home, dist, token=token), message)
    assert hub.repos == {}


def test_reading_token_is_refused_where_the_repository_exists(
    hub: Hub, home: str, dist: Path, tmp_path: Path
) -> None:
    publish(hub, home, dist)
    done = publish(hub, home, changed(dist, tmp_path / "dist"), token=READ_TOKEN)
    assert_one_message(done, "You don't have the required permissions to write")
    assert_published_once(hub, dist)


def test_nothing_to_publish_is_one_message(hub: Hub, home: str, dist: Path, tmp_path: Path) -> None:
    assert_one_message(publish(hub, home, tmp_path), "holds nothing to publish; run 'python build' first")
    shutil.copytree(dist, tmp_path / "dist")
    (tmp_path / "dist" / "hub" / "nodes.parquet").write_bytes(b"half")
    assert_one_message(publish(hub, home, tmp_path / "dist"), "nodes.parquet is not as edition.json lists it")
    assert hub.requests == []


def assert_one_message(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert all(part in done.stderr for part in parts), done.stderr


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
