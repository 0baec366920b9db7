"""An edition is the same bytes every time, typed, and opened to be read alone."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from llmlineage.edition import DESCRIPTOR, INDEX, open_edition
from llmlineage.edition.compile import build_edition
from llmlineage.errors import InvalidEdition, InvalidPackage
from llmlineage.graph import records
from llmlineage.package import TABLES, known_schema
from tests.mutate import cell
from tests.tiny import TABLES as TINY
from tests.tiny import write_tiny

DERIVED = ("nodes", "edges", "ancestry")


def built(package: Path, folder: Path, seed: str) -> dict[str, bytes]:
    """The files of an edition that another process builds with another order of its sets."""
    command = [sys.executable, "-m", "llmlineage", "build", package, "-o", folder]
    subprocess.run(command, check=True, capture_output=True, env=os.environ | {"PYTHONHASHSEED": seed})
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_two_builds_are_the_same_bytes(tmp_path: Path) -> None:
    first = built(write_tiny(tmp_path / "one"), tmp_path / "here", "1")
    second = built(write_tiny(tmp_path / "two"), tmp_path / "and" / "there", "2")
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_the_descriptor_tells_counts_and_checksums(tiny_edition: Path) -> None:
    descriptor = json.loads((tiny_edition / DESCRIPTOR).read_text(encoding="utf-8"))
    files = {path.name: path for path in tiny_edition.iterdir() if path.name != DESCRIPTOR}
    assert set(descriptor["files"]) == set(files)
    for name, told in descriptor["files"].items():
        content = files[name].read_bytes()
        assert told == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    assert descriptor["rows"] == {name: len(TINY[name]) for name in TABLES} | {
        "nodes": 8, "edges": 7, "ancestry": 15,
    }  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_columns_have_the_types_of_the_schema(tiny_edition: Path, table: str) -> None:
    schema = pl.read_parquet_schema(tiny_edition / f"{table}.parquet")
    kinds = {"string": pl.String(), "integer": pl.Int64(), "number": pl.Float64(), "boolean": pl.Boolean()}
    columns: list[str] = []
    for field in known_schema(table)["fields"]:
        name = field["name"]
        columns += [name, f"{name}_precision"] if "rdfType" in field else [name]
        if "rdfType" in field:  # a date that may be known to the year alone
            assert (schema[name], schema[f"{name}_precision"]) == (pl.Date(), pl.String())
        elif field["type"] == "list":
            assert schema[name] == pl.List(pl.String())
        elif field["type"] == "date":
            assert schema[name] == pl.Date()
        elif field.get("format") == "binary":
            assert schema[name] == pl.Binary()
        else:
            assert schema[name] == kinds[field["type"]], name
    assert list(schema) == columns


def test_a_partial_date_is_its_first_day_with_its_precision(tiny_edition: Path) -> None:
    frame = pl.read_parquet(tiny_edition / "datasets.parquet").select("id", "released", "released_precision")
    found = {id: (str(day), how) for id, day, how in frame.iter_rows()}
    assert found["alpha"] == ("2023-03-13", "day")
    assert found["beta-1.0"] == ("2023-06-01", "month")
    assert found["mix"] == ("2023-01-01", "year")
    assert found["beta-all"] == ("None", None)


def test_a_list_holds_its_items(tiny_edition: Path) -> None:
    frame = pl.read_parquet(tiny_edition / "datasets.parquet")
    assert dict(frame.select("id", "languages").iter_rows()) == {
        "alpha": ["en"], "beta-1.0": ["en", "fr"], "beta-all": None, "mix": None, "seeds": None,
    }  # fmt: skip


def test_derived_tables_are_typed(tiny_edition: Path) -> None:
    nodes, edges, ancestry = (pl.read_parquet_schema(tiny_edition / f"{name}.parquet") for name in DERIVED)
    assert (nodes["released"], nodes["released_precision"], nodes["rows"]) == (
        pl.Date(), pl.String(), pl.Int64(),
    )  # fmt: skip
    assert (edges["rows"], edges["weight"], edges["child_type"]) == (pl.Int64(), pl.Float64(), pl.String())
    assert dict(ancestry) == {"node": pl.String(), "ancestor": pl.String(), "distance": pl.Int32()}


def test_edges_are_the_four_tables_in_one_shape(tiny_edition: Path) -> None:
    edges = pl.read_parquet(tiny_edition / "edges.parquet")
    written = edges.filter(pl.col("table") == "generations").row(0, named=True)
    assert (written["child"], written["relation"], written["role"]) == ("alpha", "generated_by", "wrote_both")
    assert (written["parent"], written["child_type"], written["parent_type"]) == (
        "writer", "dataset", "model",
    )  # fmt: skip
    assert edges["table"].value_counts().sort("table").rows() == [
        ("adaptations", 1), ("derivations", 4), ("generations", 1), ("trainings", 1),
    ]  # fmt: skip


def test_ancestry_holds_the_least_distance(tiny_edition: Path) -> None:
    rows = set(pl.read_parquet(tiny_edition / "ancestry.parquet").iter_rows())
    assert ("mix", "alpha", 1) in rows and ("mix", "seeds", 2) in rows
    assert ("mix-7b", "base-7b", 1) in rows and ("mix-7b", "seeds", 3) in rows
    assert not any(node == "alpha" and ancestor == "mix" for node, ancestor, _ in rows)


def test_nothing_can_be_written_through_an_open_edition(tiny_edition: Path) -> None:
    before = (tiny_edition / INDEX).read_bytes()
    edition = open_edition(tiny_edition)
    with pytest.raises(sqlite3.OperationalError):
        edition.index.execute("DELETE FROM node")
    assert (tiny_edition / INDEX).read_bytes() == before


def test_every_word_of_a_record_finds_it(tiny_edition: Path) -> None:
    edition = open_edition(tiny_edition)
    for text, id in (
        ("M7", "mix-7b"),
        ("copy", "alpha"),
        ("instructions written", "alpha"),
        ("lab/beta", "beta-1.0"),
    ):
        assert id in [hit.id for hit in records.search(edition, text)], text


def test_an_edition_of_another_format_is_refused(tiny_edition: Path, tmp_path: Path) -> None:
    folder = tmp_path / "edition"
    folder.mkdir()
    (folder / INDEX).write_bytes((tiny_edition / INDEX).read_bytes())
    with sqlite3.connect(folder / INDEX) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(InvalidEdition, match="format 99"):
        open_edition(folder)


@pytest.mark.parametrize(
    ("table", "field", "value"),
    [
        ("sources", "accessed", "2026-11-2٣"),
        ("datasets", "released", "2023-13"),
        ("datasets", "rows", "٣"),
        ("datasets", "rows", "99999999999999999999"),
        ("fingerprints", "sketch", "no base64!"),
    ],
)
def test_a_cell_that_cannot_be_compiled_is_named(
    package: Path, tmp_path: Path, table: str, field: str, value: str
) -> None:
    """Also where nothing was validated, or what validates knows no better."""
    cell(table, 2, field, value)(package)
    with pytest.raises(InvalidPackage) as caught:
        build_edition(package, tmp_path / "edition", validate=False)
    (problem,) = caught.value.problems
    assert (problem.file, problem.row, problem.field) == (f"data/{table}.csv", 2, field)
    assert "validate" not in str(caught.value)


def test_a_table_that_cannot_be_read_is_named_with_its_row(package: Path, tmp_path: Path) -> None:
    table = package / "data" / "sources.csv"
    table.write_text(table.read_text(encoding="utf-8") + "a,b\n" + "x," * 90 + "\n", encoding="utf-8")
    with pytest.raises(InvalidPackage, match=r"data/sources\.csv:\d"):
        build_edition(package, tmp_path / "edition", validate=False)


def test_an_invalid_package_leaves_the_edition_as_it_was(package: Path, tmp_path: Path) -> None:
    folder = build_edition(package, tmp_path / "edition")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    cell("derivations", 2, "parent", "nothing")(package)
    with pytest.raises(InvalidPackage):
        build_edition(package, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".llmlineage")] == []
