"""Packages spoilt in a hundred ways: each is refused with a message that names the place."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from llmlineage.checks import validate
from llmlineage.errors import Problem
from tests.conftest import run
from tests.mutate import (
    Mutation,
    added,
    cell,
    content,
    descriptor,
    document,
    field,
    removed,
    replaced,
    resource,
    schema,
    together,
)
from tests.tiny import read_table, write_table

DATASETS = "data/datasets.csv"
PACKAGE = "datapackage.json"


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def link(file: str, target: str) -> Mutation:
    """Replace a file by a symbolic link."""

    def mutate(package: Path) -> None:
        (package / file).unlink()
        (package / file).symlink_to(target)

    return mutate


def moved_out(package: Path) -> None:
    (package / DATASETS).rename(package.parent / "datasets.csv")
    (package / DATASETS).symlink_to(package.parent / "datasets.csv")


def folder(file: str) -> Mutation:
    """Replace a file by a folder."""

    def mutate(package: Path) -> None:
        (package / file).unlink()
        (package / file).mkdir()

    return mutate


def pipe(file: str) -> Mutation:
    """Replace a file by a named pipe, which nobody writes to."""
    return together(missing(file), lambda package: os.mkfifo(package / file))


def socket_at(file: str) -> Mutation:
    """Replace a file by a socket."""

    def mutate(package: Path) -> None:
        (package / file).unlink()
        with socket.socket(socket.AF_UNIX) as one, contextlib.chdir(package):  # the name of one is short
            one.bind(file)

    return mutate


def sized(file: str, size: int) -> Mutation:
    """Make a file as large as it takes no room on the disk to be."""
    return lambda package: os.truncate(package / file, size)


def missing(file: str) -> Mutation:
    return lambda package: (package / file).unlink()


def columns(table: str, *, without: str = "", twice: str = "", extra: str = "") -> Mutation:
    """Write a table with other columns than its schema has."""

    def mutate(package: Path) -> None:
        rows = read_table(package, table)
        header = [name for name in rows[0] if name != without] + [name for name in (twice, extra) if name]
        lines = [header, *([row.get(name, "x") for name in header] for row in rows)]
        (package / f"data/{table}.csv").write_text("\n".join(map(",".join, lines)) + "\n", encoding="utf-8")

    return mutate


def swapped_columns(before: bytes) -> bytes:
    return before.replace(b"id,name", b"name,id", 1)


def case(name: str, mutate: Mutation, place: str, *said: str) -> Any:
    return pytest.param(mutate, place, said, id=name.replace(" ", "-"))


BYTES = [
    case(
        "UTF-8 byte order mark",
        content(DATASETS, lambda b: b"\xef\xbb\xbf" + b),
        f"{DATASETS}:1",
        "byte order mark",
    ),
    case(
        "UTF-16", content(DATASETS, lambda b: b.decode().encode("utf-16")), f"{DATASETS}:1", "byte order mark"
    ),
    case(
        "UTF-16 without mark",
        content(DATASETS, lambda b: b.decode().encode("utf-16-le")),
        f"{DATASETS}:1",
        "as in UTF-16",
        "save it as UTF-8",
    ),
    case(
        "UTF-32 without mark",
        content(DATASETS, lambda b: b.decode().encode("utf-32-be")),
        f"{DATASETS}:1",
        "save it as UTF-8",
    ),
    case("CRLF", content(DATASETS, lambda b: b.replace(b"\n", b"\r\n")), f"{DATASETS}:1", "carriage return"),
    case("one CRLF", content(DATASETS, lambda b: b[:-1] + b"\r\n"), f"{DATASETS}:6", "carriage return"),
    case(
        "CR alone", content(DATASETS, lambda b: b.replace(b"\n", b"\r")), f"{DATASETS}:1", "carriage return"
    ),
    case(
        "latin-1",
        content(DATASETS, lambda b: b.replace(b"Seeds", "Säds".encode("latin-1"))),
        f"{DATASETS}:6",
        "is not UTF-8",
    ),
    case("cut in a line", content(DATASETS, lambda b: b[:-20]), f"{DATASETS}:6", "ends in the middle"),
    case(
        "cut in a character",
        content(DATASETS, lambda b: b + "ä".encode()[:1]),
        f"{DATASETS}:7",
        "is not UTF-8",
    ),
    case("no last newline", content(DATASETS, lambda b: b.rstrip(b"\n")), f"{DATASETS}:6", "end it with LF"),
    case("half a table", content(DATASETS, lambda b: b[: len(b) // 2]), f"{DATASETS}:", "ends in the middle"),
    case("empty file", content(DATASETS, lambda _: b""), DATASETS, "is empty"),
    case("blank file", content(DATASETS, lambda _: b"\n"), f"{DATASETS}:1", "columns are missing"),
    case("binary file", content(DATASETS, lambda _: bytes(range(256))), f"{DATASETS}:"),
    case(
        "a web page",
        content(DATASETS, lambda _: b"<!DOCTYPE html>\n<p>404\n"),
        f"{DATASETS}:1",
        "columns are missing",
    ),
    case(
        "a Git LFS pointer",
        content(DATASETS, lambda _: b"version https://git-lfs.github.com/spec/v1\n"),
        f"{DATASETS}:1",
    ),
    case(
        "merge conflict", content(DATASETS, lambda b: b + b"<<<<<<< HEAD\n"), f"{DATASETS}:7", "has 1 cells"
    ),
]
CELLS = [
    case(
        "10 MB cell",
        cell("datasets", 3, "note", "x" * 10_000_000),
        f"{DATASETS}:3 note",
        "(10,000,000 characters)",
        "say it shorter",
    ),
    case("NUL", cell("datasets", 3, "note", "a\0b"), f"{DATASETS}:3 note a\\x00b", "control character"),
    case(
        "line break in a cell",
        cell("datasets", 3, "note", "a\nb"),
        f"{DATASETS}:",
        "note a\\nb",
        "line break",
    ),
    case("tab in a cell", cell("datasets", 3, "note", "a\tb"), f"{DATASETS}:3 note", "control character"),
    case(
        "escape sequence",
        cell("datasets", 3, "note", "\x1b[31mred"),
        f"{DATASETS}:3 note \\x1b",
        "control character",
    ),
    case(
        "text that runs backwards",
        cell("datasets", 3, "note", "a\u202eb"),
        f"{DATASETS}:3 note",
        "control character",
    ),
    case("no-break space", cell("datasets", 3, "name", "Beta\u00a01"), f"{DATASETS}:3 name", "use spaces"),
    case(
        "zero-width space",
        cell("datasets", 3, "name", "Beta\u200b1"),
        f"{DATASETS}:3 name",
        "control character",
    ),
    case("formula", cell("datasets", 3, "note", "=1+1"), f"{DATASETS}:3 note =1+1", "formula"),
    case(
        "formula with a command",
        cell("datasets", 3, "note", "=cmd|'/C calc'!A0"),
        f"{DATASETS}:3 note",
        "formula",
    ),
    case("formula by @", cell("datasets", 3, "note", "@SUM(A1)"), f"{DATASETS}:3 note", "formula"),
    case("formula by +", cell("datasets", 3, "note", "+A1"), f"{DATASETS}:3 note", "formula"),
    case("formula by -", cell("datasets", 3, "note", "-A1"), f"{DATASETS}:3 note", "formula"),
    case("space before", cell("datasets", 3, "name", " Beta"), f"{DATASETS}:3 name", "a space"),
    case("space after", cell("datasets", 3, "name", "Beta "), f"{DATASETS}:3 name", "a space"),
    case("blank cell", cell("datasets", 3, "note", " "), f"{DATASETS}:3 note", "a space"),
    case(
        "unbalanced quote",
        replaced(DATASETS, "beta-1.0,Beta", 'beta-1.0,"Beta'),
        f"{DATASETS}:",
        "is not CSV",
        "close every quote",
    ),
    case(
        "text after a quote",
        replaced(DATASETS, "beta-1.0,Beta", 'beta-1.0,"Be"ta'),
        f"{DATASETS}:3",
        "is not CSV",
    ),
    case(
        "unquoted comma",
        replaced(DATASETS, "Beta 1.0", "Beta, 1.0"),
        f"{DATASETS}:3",
        "has 21 cells where the header has 20",
        "quoted",
    ),
    case(
        "quote at the end of a cell",
        replaced(DATASETS, "beta-1.0,Beta 1.0", 'beta-1.0,Beta 1.0"'),
        f"{DATASETS}:3 name",
        "quote inside an unquoted cell",
        "quote the whole cell",
    ),
    case(
        "quote at the end of a line",
        replaced("data/methods.csv", "card,\n", 'card,x"\n'),
        "data/methods.csv:2 locator",
        "quote inside an unquoted cell",
    ),
    case(
        "quote that nothing closes",
        replaced("data/aliases.csv", "\nmixture", '\n"mixture'),
        "data/aliases.csv:4 alias",
        "opens a quote that its line does not close",
    ),
    case(
        "letters taken apart",
        cell("datasets", 3, "note", "cafe\u0301"),
        f"{DATASETS}:3 note",
        "letters taken apart",
        "NFC",
    ),
    case("short row", content(DATASETS, lambda b: b + b"short,Short\n"), f"{DATASETS}:7", "has 2 cells"),
    case("blank line", replaced(DATASETS, "\nbeta-1.0", "\n\nbeta-1.0"), f"{DATASETS}:3", "is a blank line"),
    case(
        "semicolons",
        content(DATASETS, lambda b: b.replace(b",", b";")),
        f"{DATASETS}:1",
        "columns are missing",
    ),
]
HEADERS = [
    case("extra column", columns("datasets", extra="stars"), f"{DATASETS}:1 stars", "is not a column"),
    case("missing column", columns("datasets", without="upstream"), f"{DATASETS}:1 upstream", "is missing"),
    case("column twice", columns("methods", twice="name"), "data/methods.csv:1", "stands twice"),
    case("columns out of order", content(DATASETS, swapped_columns), f"{DATASETS}:1", "out of order"),
    case("no header", content("data/methods.csv", lambda b: b.split(b"\n", 1)[1]), "data/methods.csv:1"),
    case("header in capitals", replaced(DATASETS, "id,name", "ID,name"), f"{DATASETS}:1 ID", "not a column"),
    case("header twice", content(DATASETS, lambda b: b.split(b"\n")[0] + b"\n" + b), f"{DATASETS}:2"),
    case("tables swapped", resource(path="data/models.csv"), "data/models.csv:1", "is missing"),
]
FILES = [
    case("missing file", missing(DATASETS), DATASETS, "cannot be read", "restore the file"),
    case("folder for a file", folder(DATASETS), DATASETS, "cannot be read"),
    case("pipe for a table", pipe(DATASETS), DATASETS, "pipe, socket or device"),
    case("pipe for a schema", pipe("schemas/datasets.json"), "schemas/datasets.json", "pipe, socket"),
    case("pipe for the descriptor", pipe(PACKAGE), PACKAGE, "pipe, socket or device"),
    case("socket for a table", socket_at("data/models.csv"), "data/models.csv", "pipe, socket or device"),
    case("file of 100 GB", sized(DATASETS, 10**11), DATASETS, "is over 256 MB"),
    case("descriptor of 100 GB", sized(PACKAGE, 10**11), PACKAGE, "is over 10 MB"),
    case("missing schema", missing("schemas/datasets.json"), "schemas/datasets.json", "cannot be read"),
    case("folder for a schema", folder("schemas/datasets.json"), "schemas/datasets.json", "cannot be read"),
    case("missing data folder", lambda package: shutil.rmtree(package / "data"), DATASETS, "cannot be read"),
    case("missing descriptor", missing(PACKAGE), PACKAGE, "cannot be read", "check the path"),
    case("folder for the descriptor", folder(PACKAGE), PACKAGE, "cannot be read"),
    case("link that leads nowhere", link(DATASETS, "nowhere.csv"), DATASETS, "cannot be read"),
    case("link to itself", link(DATASETS, "datasets.csv"), DATASETS, "cannot be read"),
    case("link out of the package", link(DATASETS, "/etc/passwd"), PACKAGE, "points outside"),
    case("link to the same table outside", moved_out, PACKAGE, "points outside"),
    case("schema that links out", link("schemas/models.json", "/etc/passwd"), PACKAGE, "points outside"),
    case("descriptor that links to text", link(PACKAGE, "/etc/passwd"), PACKAGE, "points outside"),
]
DESCRIPTORS = [
    case("empty descriptor", content(PACKAGE, lambda _: b""), PACKAGE, "is not JSON"),
    case("cut descriptor", content(PACKAGE, lambda b: b[:-40]), PACKAGE, "is not JSON", "line "),
    case("descriptor with a comment", content(PACKAGE, lambda b: b"// x\n" + b), PACKAGE, "is not JSON"),
    case(
        "descriptor in latin-1",
        content(PACKAGE, lambda b: b.replace(b"lineage", b"lin\xe9age")),
        PACKAGE,
        "is not UTF-8",
    ),
    case("descriptor a list", content(PACKAGE, lambda _: b"[]"), PACKAGE, "is not a JSON object"),
    case("descriptor null", content(PACKAGE, lambda _: b"null"), PACKAGE, "is not a JSON object"),
    case("nested bomb", content(PACKAGE, lambda _: b"[" * 100_000), PACKAGE, "nested too deeply"),
    case(
        "nested bomb of objects", content(PACKAGE, lambda _: b'{"a":' * 100_000), PACKAGE, "nested too deeply"
    ),
    case("nested property", resource(sources=nested(900)), PACKAGE),
    case(
        "number of 5,000 digits",
        replaced(PACKAGE, '"version": "0.1.0"', f'"version": {"1" * 5000}'),
        PACKAGE,
        "cannot be used",
    ),
    case(
        "half a character",
        replaced(PACKAGE, '"title": "llmlineage"', '"title": "\\ud800"'),
        PACKAGE,
        "half a character",
    ),
    case("no resources", descriptor(lambda d: d.pop("resources")), PACKAGE, "is not a list of tables"),
    case(
        "resources an object",
        descriptor(lambda d: d.update(resources={})),
        PACKAGE,
        "is not a list of tables",
    ),
    case(
        "resource a text",
        descriptor(lambda d: d["resources"].append("x")),
        PACKAGE,
        "is not a list of tables",
    ),
    case(
        "table missing",
        descriptor(lambda d: d["resources"].pop(0)),
        PACKAGE,
        "resources datasets: the table is missing",
    ),
    case(
        "table twice",
        descriptor(lambda d: d["resources"].append(d["resources"][0])),
        PACKAGE,
        "the table stands twice",
    ),
    case(
        "unknown table",
        descriptor(lambda d: d["resources"][0].update(name="data")),
        PACKAGE,
        "name data: is not a table",
    ),
    case("name a list", resource(name=["datasets"]), PACKAGE, "is not a table"),
    case("no name", descriptor(lambda d: d.pop("name")), PACKAGE, "name: is missing"),
    case("no version", descriptor(lambda d: d.pop("version")), PACKAGE, "version: is missing"),
    case(
        "version with an escape sequence",
        descriptor(lambda d: d.update(version="\x1b]0;owned\x07")),
        f"{PACKAGE} version",
        "control character",
    ),
    case("version in words", descriptor(lambda d: d.update(version="the newest")), PACKAGE, "like 0.1.0"),
    case(
        "version very long", descriptor(lambda d: d.update(version="1." + "1" * 999)), PACKAGE, "like 0.1.0"
    ),
    case("name with a space", descriptor(lambda d: d.update(name="my own")), PACKAGE, "is not a name"),
    case(
        "name in other letters", descriptor(lambda d: d.update(name="llmlin\u0435age")), PACKAGE, "not a name"
    ),
    case("name a path", descriptor(lambda d: d.update(name="../x")), PACKAGE, "is not a name"),
    case("title that runs backwards", descriptor(lambda d: d.update(title="a\u202eb")), PACKAGE, "control"),
    case("key with a line break", descriptor(lambda d: d.update({"a\nb": 1})), PACKAGE, "control character"),
    case(
        "homepage with markup",
        descriptor(lambda d: d.update(homepage="https://x.org/<b>")),
        PACKAGE,
        "not an",
    ),
    case(
        "homepage a script", descriptor(lambda d: d.update(homepage="javascript:alert(1)")), PACKAGE, "not an"
    ),
    case(
        "key twice",
        replaced(PACKAGE, '"path": "data/datasets.csv"', '"path": "../x.csv", "path": "data/datasets.csv"'),
        PACKAGE,
        "the key path stands twice",
    ),
    case(
        "NaN", replaced(PACKAGE, '"version": "0.1.0"', '"version": "0.1.0", "x": NaN'), PACKAGE, "NaN is not"
    ),
    case("licence a text", descriptor(lambda d: d.update(licenses="CC0")), PACKAGE, "licenses"),
    case("licence no object", descriptor(lambda d: d.update(licenses=["CC0"])), PACKAGE, "licenses"),
    case("remote profile", descriptor(lambda d: d.update(profile="http://127.0.0.1:9/")), PACKAGE, "profile"),
    case("path upwards", resource(path="../datasets.csv"), PACKAGE, "path ../datasets.csv: points outside"),
    case("path upwards within", resource(path="data/../../x.csv"), PACKAGE, "points outside"),
    case("absolute path", resource(path="/etc/passwd"), PACKAGE, "path /etc/passwd: points outside"),
    case("path an address", resource(path="https://example.org/x.csv"), PACKAGE, "points outside"),
    case("path a file address", resource(path="file:///etc/passwd"), PACKAGE, "points outside"),
    case("path with NUL", resource(path="data/\0.csv"), PACKAGE, "data/\\x00.csv: has a control character"),
    case("path very long", resource(path="data/" + "x" * 5000), "data/xxx", "cannot be read"),
    case("path empty", resource(path=""), PACKAGE, "is not the path"),
    case("path the package", resource(path="."), ".: cannot be read"),
    case("path a number", resource(path=1), PACKAGE, "path 1: of datasets is not the path"),
    case("several paths", resource(path=[DATASETS]), PACKAGE, "is not the path of one CSV file"),
    case("inline data", resource(data=[]), PACKAGE, "data: of datasets is not supported"),
    case(
        "dialect that hides rows",
        resource(dialect={"commentChar": "a"}),
        PACKAGE,
        "dialect: of datasets is not supported",
    ),
    case(
        "remote dialect",
        resource(dialect="http://127.0.0.1:9/"),
        PACKAGE,
        "dialect: of datasets is not supported",
    ),
    case("compression", resource(compression="zip"), PACKAGE, "compression: of datasets is not supported"),
    case("format JSON", resource(format="json"), PACKAGE, "format json: of datasets is not supported"),
    case("type JSON", resource(type="json"), PACKAGE, "type json: of datasets is not supported"),
    case("encoding latin-1", resource(encoding="latin-1"), PACKAGE, "write utf-8"),
    case("wrong hash", resource(hash="0" * 32), DATASETS, "hash"),
]
SCHEMAS = [
    case("schema an address", resource(schema="https://example.org/x.json"), PACKAGE, "points outside"),
    case("schema upwards", resource(schema="../x.json"), PACKAGE, "points outside"),
    case("schema a list", resource(schema=[]), PACKAGE, "is not a Table Schema"),
    case(
        "schema of another table",
        resource(schema="schemas/models.json"),
        "schemas/models.json fields",
        "is missing",
    ),
    case(
        "title of a field with an escape sequence",
        schema("datasets", lambda s: field(s, "id").update(title="\x1b[2J")),
        "schemas/datasets.json title",
        "control character",
    ),
    case(
        "property of a schema with a line break",
        schema("datasets", lambda s: s.update({"\n::error::": 1})),
        "schemas/datasets.json",
        "control character",
    ),
    case(
        "key of a schema twice",
        replaced("schemas/datasets.json", '"title": "Id"', '"title": "Id", "title": "Key"'),
        "schemas/datasets.json",
        "the key title stands twice",
    ),
    case(
        "schema no JSON",
        content("schemas/datasets.json", lambda b: b[:99]),
        "schemas/datasets.json",
        "is not JSON",
    ),
    case(
        "schema a list in a file",
        content("schemas/datasets.json", lambda _: b"[]"),
        "schemas/datasets.json",
        "JSON object",
    ),
    case(
        "schema without fields",
        schema("datasets", lambda s: s.pop("fields")),
        "schemas/datasets.json fields",
        "not a list",
    ),
    case(
        "field a text",
        schema("datasets", lambda s: s["fields"].append("x")),
        "schemas/datasets.json fields",
        "not a list",
    ),
    case(
        "field name a list",
        schema("datasets", lambda s: s["fields"][0].update(name=[])),
        "schemas/datasets.json fields",
        "a name",
    ),
    case(
        "field twice",
        schema("datasets", lambda s: s["fields"].append(s["fields"][0])),
        "schemas/datasets.json fields",
    ),
    case(
        "field removed",
        schema("datasets", lambda s: s["fields"].pop()),
        "schemas/datasets.json fields second_read",
        "missing",
    ),
    case(
        "field added",
        schema("datasets", lambda s: s["fields"].append({"name": "stars"})),
        "schemas/datasets.json fields stars",
    ),
    case(
        "required removed",
        schema("datasets", lambda s: field(s, "source")["constraints"].pop("required")),
        "schemas/datasets.json source",
        "differs",
    ),
    case(
        "constraints removed",
        schema("datasets", lambda s: field(s, "source").pop("constraints")),
        "schemas/datasets.json source",
        "differs",
    ),
    case(
        "pattern loosened",
        schema("datasets", lambda s: field(s, "id")["constraints"].update(pattern=".*")),
        "schemas/datasets.json id",
        "differs",
    ),
    case(
        "value added",
        schema("datasets", lambda s: field(s, "kind")["constraints"]["enum"].append("poem")),
        "schemas/datasets.json kind",
        "differs",
    ),
    case(
        "type changed",
        schema("datasets", lambda s: field(s, "rows").update(type="string")),
        "schemas/datasets.json rows",
        "differs",
    ),
    case(
        "true values removed",
        schema("aliases", lambda s: field(s, "preferred").pop("trueValues")),
        "schemas/aliases.json preferred",
        "differs",
    ),
    case(
        "precision of dates removed",
        schema("models", lambda s: field(s, "released").pop("rdfType")),
        "schemas/models.json released",
        "differs",
    ),
    case(
        "key removed",
        schema("datasets", lambda s: s.pop("primaryKey")),
        "schemas/datasets.json primaryKey",
        "differs",
    ),
    case(
        "references removed",
        schema("datasets", lambda s: s.pop("foreignKeys")),
        "schemas/datasets.json foreignKeys",
        "differs",
    ),
    case(
        "missing values added",
        schema("datasets", lambda s: s["missingValues"].append("NA")),
        "schemas/datasets.json missingValues",
    ),
    case(
        "columns matched loosely",
        schema("datasets", lambda s: s.update(fieldsMatch="partial")),
        "schemas/datasets.json fieldsMatch",
    ),
]
ROWS = [
    case(
        "row twice",
        added("methods", id="transformer", name="T", kind="architecture", source="card"),
        "data/methods.csv:4",
    ),
    case(
        "unknown reference",
        cell("derivations", 2, "parent", "seed"),
        "data/derivations.csv:2 parent seed",
        "did you mean seeds?",
    ),
    case(
        "unknown source",
        cell("models", 2, "source", "crad"),
        "data/models.csv:2 source crad",
        "did you mean card?",
    ),
    case(
        "wrong value",
        cell("models", 2, "kind", "instruction"),
        "data/models.csv:2 kind instruction",
        "did you mean instruct?",
    ),
    case("no source", cell("generations", 2, "source", ""), "data/generations.csv:2 source", "is required"),
    case(
        "all rows removed",
        lambda package: write_table(package, "models", []),
        "data/generations.csv:2 model writer",
    ),
    case(
        "row removed",
        removed("datasets", 6),
        "data/derivations.csv:2 parent seeds",
        "is not an id of datasets",
    ),
    case(
        "count with commas",
        cell("datasets", 2, "rows", "52,002"),
        f"{DATASETS}:2 rows 52,002",
        "digits alone",
    ),
    case("count of other digits", cell("datasets", 2, "rows", "٥٢"), f"{DATASETS}:2 rows", "plain digits"),
    case("superscript", cell("derivations", 3, "rows", "²"), "data/derivations.csv:3 rows ²", "type integer"),
    case("count over 64 bits", cell("datasets", 2, "rows", "9" * 30), f"{DATASETS}:2 rows 999", "too large"),
    case(
        "weight NaN",
        cell("adaptations", 2, "weight", "NaN"),
        "data/adaptations.csv:2 weight NaN",
        "plain digits",
    ),
    case(
        "impossible day",
        cell("datasets", 2, "released", "2023-02-30"),
        f"{DATASETS}:2 released 2023-02-30",
        "calendar",
    ),
    case(
        "address without host",
        cell("sources", 2, "url", "https://[x"),
        "data/sources.csv:2 url https://[x",
        "not an address",
    ),
    case(
        "long note beside an empty last table",
        together(
            cell("datasets", 2, "note", "x" * 3_900),
            lambda package: write_table(package, "discrepancies", []),
        ),
        "data/sources.csv:3 id press",
        "no fact cites it",
    ),
    case(
        "cycle",
        added("derivations", child="seeds", relation="includes", parent="mix", basis="stated", source="card"),
        "data/derivations.csv:",
        "is part of a cycle",
    ),
]
SPOILT = [*BYTES, *CELLS, *HEADERS, *FILES, *DESCRIPTORS, *SCHEMAS, *ROWS]


@pytest.mark.parametrize(("mutate", "place", "said"), SPOILT)
def test_a_spoilt_package_is_refused_with_its_place(
    package: Path, tmp_path: Path, mutate: Mutation, place: str, said: tuple[str, ...]
) -> None:
    mutate(package)
    checked = run("validate", package)
    assert checked.exit_code == 1 and isinstance(checked.exception, SystemExit), checked.exception
    lines = [line for line in checked.stdout.splitlines() if line.startswith(place)]
    assert any(all(words in line for words in said) for line in lines), checked.stdout[:2_000]
    assert checked.stdout.splitlines()[-1].startswith(f"{package}: invalid (")
    assert max(map(len, checked.stdout.splitlines())) < 10_000

    built = run("build", package, "-o", tmp_path / "edition")
    assert built.exit_code == 2 and isinstance(built.exception, SystemExit), built.exception
    assert place in built.stderr and built.stdout == ""
    assert not (tmp_path / "edition").exists()


def test_a_hundred_packages_are_spoilt() -> None:
    assert len(SPOILT) > 100


@pytest.mark.parametrize("name", ["README", "other.json"])
def test_a_file_that_is_no_descriptor_is_refused(package: Path, name: str) -> None:
    shutil.copy(package / PACKAGE, package / name)
    result = run("validate", package / name)
    assert result.exit_code == 1 and f"{name}: is not {PACKAGE}" in result.stdout


def test_a_package_is_named_by_its_folder_or_its_descriptor(package: Path) -> None:
    assert validate(package) == validate(package / PACKAGE)


def test_a_package_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    assert run("validate", tmp_path / "nothing").exit_code == 2


def test_all_files_are_judged_before_any_row(package: Path) -> None:
    content(DATASETS, lambda b: b"\xef\xbb\xbf" + b)(package)
    missing("data/models.csv")(package)
    cell("methods", 2, "name", "=1")(package)
    files = [problem.file for problem in validate(package)[1]]
    assert files == [DATASETS, "data/methods.csv", "data/models.csv"]


def test_tables_but_for_their_header_may_be_empty(package: Path) -> None:
    descriptor(lambda value: value.update(name="my-own"))(package)
    for table in ("discrepancies", "aliases", "trainings"):
        write_table(package, table, [])
    cell("models", 3, "upstream", "complete")(package)
    removed("sources", 3)(package)
    assert validate(package)[1] == []


def test_a_long_note_is_read_whatever_the_size_of_other_tables(package: Path) -> None:
    descriptor(lambda value: value.update(name="my-own"))(package)
    write_table(package, "discrepancies", [])
    removed("sources", 3)(package)
    cell("datasets", 2, "note", "x" * 3_900)(package)
    assert validate(package)[1] == []


def test_quotes_commas_and_other_scripts_are_plain_text(package: Path) -> None:
    cell("datasets", 2, "summary", 'Said "so", 指令, عربى; naïve.')(package)
    assert validate(package)[1] == []


def test_the_same_problem_is_said_once_and_in_order(package: Path) -> None:
    cell("models", 3, "kind", "poem")(package)
    cell("datasets", 5, "kind", "poem")(package)
    cell("datasets", 2, "kind", "poem")(package)
    places = [(problem.file, problem.row) for problem in validate(package)[1]]
    assert places == [(DATASETS, 2), (DATASETS, 5), ("data/models.csv", 3)]


def test_problems_as_json_have_the_keys_of_a_problem(package: Path) -> None:
    cell("derivations", 2, "parent", "seed")(package)
    found = json.loads(run("validate", package, "--json").stdout)
    assert list(found) == ["package", "valid", "fixed", "problems"] and found["valid"] is False
    assert found["problems"][0] == {
        "level": "error",
        "file": "data/derivations.csv",
        "row": 2,
        "field": "parent",
        "value": "seed",
        "problem": "is not an id of datasets",
        "suggestion": "did you mean seeds?",
        "changed": True,
    }


def test_a_missing_file_has_no_row(package: Path) -> None:
    missing(DATASETS)(package)
    (problem,) = json.loads(run("validate", package, "--json").stdout)["problems"]
    assert (problem["file"], problem["row"], problem["field"], problem["value"]) == (
        DATASETS,
        None,
        None,
        None,
    )


def test_the_words_of_a_schema_are_free(package: Path) -> None:
    document("schemas/datasets.json", lambda s: field(s, "id").update(title="Key", description="A key."))(
        package
    )
    assert validate(package)[1] == []


def test_a_link_within_the_package_is_followed(package: Path) -> None:
    (package / DATASETS).rename(package / "data" / "real.csv")
    (package / DATASETS).symlink_to("real.csv")
    assert validate(package)[1] == []


def errors(package: Path) -> list[Problem]:
    return [problem for problem in validate(package)[1] if problem.level == "error"]


@pytest.mark.parametrize(
    ("mutate", "line", "column"),
    [
        (cell("derivations", 2, "parent", "Seeds!"), 2, "parent"),
        (cell("derivations", 2, "child", "zeta"), 2, "child"),
        (cell("derivations", 3, "child", "beta"), 3, "child"),
        (cell("derivations", 3, "relation", "cleaned"), 3, "relation"),
        (cell("derivations", 2, "relation", "seeded"), 2, "relation"),
        (cell("derivations", 2, "rows", "\u0663"), 2, "rows"),
        (cell("derivations", 5, "source", "Card"), 5, "source"),
        (replaced("data/derivations.csv", "mix,includes,alpha", 'mix,includes,"alpha'), 4, "parent"),
        (replaced("data/derivations.csv", "The rows are", "The rows\nare"), 0, ""),
        (replaced("data/derivations.csv", "The rows are alike.", '"The rows\nare alike."'), 3, "note"),
    ],
    ids=range(10),
)
def test_one_wrong_cell_is_one_error(package: Path, mutate: Mutation, line: int, column: str) -> None:
    mutate(package)
    found = errors(package)
    if line:
        assert [(one.row, one.field) for one in found] == [(line, column)], found
    else:  # a row in two halves
        assert [one.row for one in found] == [3, 4]


def test_of_several_errors_of_a_cell_the_most_helpful_is_told(package: Path) -> None:
    cell("derivations", 2, "parent", "Seeds")(package)
    assert [one.suggestion for one in errors(package)] == ["did you mean seeds?"]


def test_a_row_with_a_stray_quote_hides_no_other(package: Path) -> None:
    replaced(DATASETS, "Beta 1.0", 'Beta 1.0"')(package)
    replaced(DATASETS, "Seeds", '"Seeds')(package)
    replaced(DATASETS, "The Mix", " The Mix")(package)
    assert [(one.row, one.field) for one in errors(package)] == [(3, "name"), (5, "name"), (6, "name")]


def test_a_million_columns_are_one_error_with_their_count(package: Path) -> None:
    names = ",".join(f"c{number}" for number in range(1_000_000))
    content(DATASETS, lambda _: names.encode() + b"\n")(package)
    (problem,) = errors(package)
    assert problem.row == 1 and "1,000,000 are unknown" in problem.problem and len(str(problem)) < 500


def test_a_million_broken_rows_are_told_of_by_the_first(package: Path) -> None:
    content(DATASETS, lambda before: before + b"\n" * 1_000_000)(package)
    found = errors(package)
    assert len(found) == 1_001 and any("more problems" in one.problem for one in found)


def test_a_thousand_dangling_ids_are_answered_in_seconds(package: Path) -> None:
    """They took minutes, when each was compared with each known id letter by letter."""
    sources = [
        {"id": f"blog-of-the-maker-{number:05}", "kind": "article", "title": "T", "accessed": "2026-11-23",
         "url": f"https://example.org/{number}"}
        for number in range(3_000)
    ]  # fmt: skip
    write_table(package, "sources", [*read_table(package, "sources"), *sources])
    methods = [
        {"id": f"method-{number:05}", "name": "M", "kind": "peft", "source": f"blog-of-a-maker-{number:05}"}
        for number in range(900)
    ]
    write_table(package, "methods", [*read_table(package, "methods"), *methods])
    begun = time.monotonic()
    found = [one for one in errors(package) if one.problem == "is not an id of sources"]
    assert len(found) == 900 and time.monotonic() - begun < 30
    assert found[7].suggestion == "did you mean blog-of-the-maker-00007?"


def test_problems_come_in_one_order(package: Path) -> None:
    together(
        cell("datasets", 6, "family", "x"), cell("aliases", 2, "id", "y"), cell("models", 2, "kind", "z")
    )(package)
    found = validate(package)[1]
    assert found == sorted(found) == validate(package)[1]


def test_a_thousand_rows_that_schemas_refuse_hide_no_traceback(package: Path) -> None:
    """What is told of a table has an end; the rows beyond it are no better than those before."""
    rows = [{"alias": f"a{number}", "table": "nowhere", "id": "?", "kind": "x"} for number in range(1_100)]
    write_table(package, "aliases", rows)
    assert any("perhaps more" in one.problem for one in errors(package))
