"""An edition from elsewhere is input: what no build wrote is refused in one message, by every command."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from llmlineage.edition import FORMAT, INDEX, open_edition, shape
from llmlineage.errors import InvalidEdition
from llmlineage.package import TABLES
from tests.conftest import run
from tests.tiny import write_tiny

COMMANDS = (
    ["trace", "mix-7b"], ["trace", "alpha", "--down"], ["trace", "mix-7b", "--json"], ["show", "alpha"],
    ["why", "mix", "alpha"], ["terms", "mix-7b"], ["benchmarks", "mix-7b"], ["card", "mix-7b"],
    ["compare", "mix", "alpha"], ["stats"], ["search", "alpha"], ["tables", "sources"],
)  # fmt: skip
ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT"


@pytest.fixture
def edition(tiny_edition: Path, tmp_path: Path) -> Path:
    """A copy of the tiny edition, to be changed."""
    return shutil.copytree(tiny_edition, tmp_path / "edition")


def change(edition: Path, *statements: str, seal: bool) -> None:
    """Change the index; with ``seal`` as somebody does who knows of it and means ill."""
    with closing(sqlite3.connect(edition / INDEX)) as index:
        for statement in statements:
            index.execute(statement)
        index.commit()
    if seal:
        shape.seal(edition / INDEX)


def test_the_tables_that_are_looked_for_are_those_of_a_package() -> None:
    own = {"meta", "node", "edge", "closure", "names"}
    assert {*shape.TABLES, *shape.VIEWS} == {*TABLES, *own, "nodes", "edges", "ancestry"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE edge SET relation = 'likes' WHERE e % 2",
        "DELETE FROM sources",
        "UPDATE node SET rows = 'many'",
        "DROP VIEW nodes",
        "CREATE TABLE more (x)",
    ],
)
def test_an_index_that_was_changed_since_it_was_built_is_refused(edition: Path, statement: str) -> None:
    change(edition, statement, seal=False)
    with pytest.raises(InvalidEdition, match="damaged"):
        open_edition(edition)


def test_an_index_that_was_cut_is_refused(edition: Path) -> None:
    content = (edition / INDEX).read_bytes()
    (edition / INDEX).write_bytes(content[:-4096])
    with pytest.raises(InvalidEdition, match="damaged"):
        open_edition(edition)


@pytest.mark.parametrize("later", [FORMAT + 1, 4_000_000_000])
def test_an_edition_of_a_later_format_asks_for_a_later_llmlineage(edition: Path, later: int) -> None:
    content = bytearray((edition / INDEX).read_bytes())
    content[60:64] = later.to_bytes(4, "big")
    (edition / INDEX).write_bytes(content)
    with pytest.raises(InvalidEdition, match="install a later llmlineage"):
        open_edition(edition)


@pytest.mark.parametrize(
    "statements",
    [
        ("DROP VIEW nodes", f"CREATE VIEW nodes AS {ENDLESS} i AS id FROM n"),
        ("DROP VIEW datasets", "CREATE VIEW datasets AS SELECT * FROM node, edge, node AS a, node AS b"),
        ("DROP TABLE sources", f"CREATE VIEW sources AS {ENDLESS} i AS id FROM n"),
        ("DROP TABLE node", f"CREATE VIEW node AS {ENDLESS} i AS n FROM n"),
        ("DROP TABLE meta", "CREATE TABLE meta (key, value AS (instr(zeroblob(9000000), key)))"),
        ("DROP TABLE edge", "CREATE VIRTUAL TABLE edge USING fts5 (e, c, p)"),
        ("DROP TABLE aliases",),
        ("CREATE TRIGGER t AFTER INSERT ON node BEGIN DELETE FROM edge; END",),
    ],
)
def test_nothing_stands_in_the_place_of_a_table(edition: Path, statements: tuple[str, ...]) -> None:
    change(edition, *statements, seal=True)
    with pytest.raises(InvalidEdition, match="damaged"):
        open_edition(edition)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE edge SET relation = 'likes'",
        "UPDATE edge SET relation = NULL",
        "UPDATE edge SET role = 'sang', stage = 'ballet'",
        "UPDATE edge SET p = 999",
        "UPDATE edge SET rows = 'many', note = 5",
        "UPDATE edge SET source = 'nowhere'",
        "UPDATE node SET name = NULL",
        "UPDATE node SET upstream = 'brook'",
        "UPDATE node SET name = x'ff', summary = x'00'",
        "UPDATE node SET rows = 1.5",
        "UPDATE node SET type = 'dragon'",
        "DELETE FROM sources",
        "UPDATE sources SET url = NULL",
        "UPDATE measurements SET field = 'smell', shared = 'all'",
        "UPDATE OR IGNORE names SET id = x'ff'",
    ],
)
def test_what_no_build_writes_is_a_traceback_of_no_command(edition: Path, statement: str) -> None:
    change(edition, statement, seal=True)
    for command in COMMANDS:
        result = run("--edition", edition, *command)
        assert result.exception is None or isinstance(result.exception, SystemExit), command
        assert result.exit_code == 0 or result.stderr.startswith("llmlineage: "), command


def test_an_unknown_relation_is_said_to_be_damage(edition: Path) -> None:
    change(edition, "UPDATE edge SET relation = 'likes'", seal=True)
    result = run("--edition", edition, "trace", "mix-7b")
    assert (result.exit_code, result.stdout) == (2, "") and "is damaged" in result.stderr


def test_a_table_that_was_cut_is_refused(edition: Path) -> None:
    from llmlineage.edition.tables import scan

    content = (edition / "fingerprints.parquet").read_bytes()
    (edition / "fingerprints.parquet").write_bytes(content[:500])
    with pytest.raises(InvalidEdition, match="damaged"):
        scan(str(edition), "fingerprints")


def test_a_path_is_that_of_an_edition_or_refused(tmp_path: Path) -> None:
    for path in ("a\0b", "", "\ud800", str(tmp_path / "x" / "y")):
        with pytest.raises(InvalidEdition):
            open_edition(path)


@pytest.mark.parametrize("name", ["with space", "50%", "a?b=c#d", "naïve", "数据"])
def test_an_edition_stands_in_a_folder_of_any_name(tmp_path: Path, tiny_edition: Path, name: str) -> None:
    folder = shutil.copytree(tiny_edition, tmp_path / name)
    assert run("--edition", folder, "sql", "SELECT 7 AS n").stdout == "n\n7\n"
    assert run("--edition", folder, "trace", "alpha", "-q").exit_code == 0


def test_the_variable_left_empty_is_as_if_unset(
    tmp_path: Path, tiny_edition: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMLINEAGE_EDITION", "")
    monkeypatch.setattr("llmlineage.edition.EMBEDDED", str(tiny_edition))
    assert open_edition().path == str(tiny_edition)
    assert write_tiny(tmp_path / "package")  # and not the working folder


def test_a_schema_that_is_no_text_is_damage(edition: Path) -> None:
    content = (edition / INDEX).read_bytes()
    (edition / INDEX).write_bytes(content.replace(b"CREATE VIEW nodes", b"CREATE V\xc5EW nodes"))
    for command in COMMANDS:
        result = run("--edition", edition, *command)
        assert result.exit_code == 2 and result.stderr.startswith("llmlineage: "), command


def test_an_index_of_sqlite_that_disagrees_with_its_table_is_damage(edition: Path) -> None:
    change(
        edition,
        # Steps are found by an index in which they lead elsewhere than in the table that they are read from.
        "CREATE TABLE other (e INTEGER PRIMARY KEY, c, p)",
        "INSERT INTO other SELECT e, c, (SELECT b.p FROM edge AS b WHERE b.e <> a.e AND b.p <> a.p "
        "ORDER BY b.e LIMIT 1) FROM edge AS a",
        "CREATE INDEX other_up ON other (c, p)",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'other_up') "
        "WHERE name = 'edge_up'",
        "DELETE FROM sqlite_schema WHERE tbl_name = 'other'",
        seal=True,
    )
    for command in COMMANDS:
        result = run("--edition", edition, *command)
        assert result.exception is None or isinstance(result.exception, SystemExit), command
