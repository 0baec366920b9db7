"""A package folder is an edition: compiled to the user's cache when it has changed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import llmlineage
from llmlineage.edition import locate, ondemand
from llmlineage.edition.locks import locked
from tests.conftest import run
from tests.mutate import cell


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(ondemand, "VARIABLE", "XDG_CACHE_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def kept(cache: Path) -> list[Path]:
    return [path for path in cache.glob("llmlineage/packages/*/*") if path.is_dir()]


def test_a_package_is_read_as_it_stands(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("--edition", package, "trace", "alpha", "-q").stdout == "alpha\nseeds\nwriter\n"
    assert llmlineage.open(package).show("alpha").columns["name"] == "Alpha"
    assert llmlineage.table("nodes", package / "datapackage.json").collect().height == 8
    monkeypatch.setenv("LLMLINEAGE_EDITION", str(package))
    assert llmlineage.open().resolve("alpha") == "alpha"


def test_it_is_compiled_once_until_it_changes(package: Path, cache: Path) -> None:
    first = locate(package)
    assert locate(package) == first
    cell("datasets", 2, "name", "Omega")(package)
    assert llmlineage.open(package).show("alpha").columns["name"] == "Omega"
    assert [str(path) for path in kept(cache)] == [locate(package)] != [first], "the old one is cleared"


def test_a_change_that_keeps_size_and_time_is_seen(package: Path) -> None:
    table = package / "data" / "datasets.csv"
    before = table.stat()
    assert llmlineage.open(package).resolve("Alpha") == "alpha"
    table.write_text(table.read_text(encoding="utf-8").replace("Alpha,", "Omega,"), encoding="utf-8")
    os.utime(table, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert table.stat().st_size == before.st_size
    assert llmlineage.open(package).resolve("Omega") == "alpha"


@pytest.mark.parametrize("file", ["datapackage.json", "schemas/models.json"])
def test_a_changed_schema_or_descriptor_is_seen(package: Path, file: str) -> None:
    first = locate(package)
    with (package / file).open("a", encoding="utf-8") as opened:
        opened.write("\n")
    assert locate(package) != first


def test_an_invalid_package_is_told_as_such(package: Path, cache: Path) -> None:
    cell("derivations", 2, "parent", "nothing")(package)
    result = run("--edition", package, "trace", "alpha")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "data/derivations.csv:2 parent nothing" in result.stderr
    assert kept(cache) == []


def test_processes_that_ask_at_once_are_all_answered(package: Path, cache: Path) -> None:
    command = [sys.executable, "-m", "llmlineage", "--edition", package, "trace", "alpha", "-q"]
    asking = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [one.communicate()[0] for one in asking] == ["alpha\nseeds\nwriter\n"] * 3
    assert len(kept(cache)) == 1


def test_one_that_waited_takes_what_the_other_made(package: Path) -> None:
    made = locate(package)
    place = ondemand.place_of(package.resolve())
    with locked(place / "lock"):
        assert str(ondemand.compile_unchanged(package.resolve(), place)) == made


@pytest.mark.parametrize("folder", ["/dev/null/cache", "relative"])
def test_a_cache_that_cannot_be_written_is_named(
    package: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", folder)
    monkeypatch.setattr(ondemand, "DEFAULT", "/dev/null/home")
    result = run("--edition", package, "trace", "alpha")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "/dev/null/" in result.stderr and "XDG_CACHE_HOME" in result.stderr


def test_a_user_without_a_home_is_told_what_to_set(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setattr(ondemand, "DEFAULT", "~nobody-of-this-name/.cache")
    with pytest.raises(llmlineage.InvalidEdition, match="set XDG_CACHE_HOME"):
        llmlineage.open(package)
