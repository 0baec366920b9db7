"""A data package on disk: its descriptor, its schemas and its tables, read but not yet judged.

The formats are Data Package 2.0 (https://datapackage.org/standard/data-package/) and
Table Schema 2.0 (https://datapackage.org/standard/table-schema/).
"""

from __future__ import annotations

import csv
import errno
import json
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from llmlineage.addresses import fault_of
from llmlineage.errors import InvalidPackage, Problem
from llmlineage.visible import shorten

DESCRIPTOR = "datapackage.json"
# Of a descriptor: that the package stands on a published edition and not alone.
ON_TOP = "onTop"
TABLES = (
    "datasets",
    "models",
    "derivations",
    "generations",
    "trainings",
    "adaptations",
    "methods",
    "licenses",
    "organizations",
    "aliases",
    "sources",
    "discrepancies",
    "fingerprints",
    "measurements",
    "ngrams",
)
EDGE_TABLES = ("derivations", "generations", "trainings", "adaptations")
EDTF = "http://id.loc.gov/datatypes/edtf"
# What may be said of a resource. Anything else (a dialect, a remote profile, compression, inline data)
# would make frictionless judge other rows than those that are compiled, or reach over the network.
RESOURCE_KEYS = {
    "$schema", "name", "type", "title", "description", "homepage", "path", "format", "mediatype", "encoding",
    "bytes", "hash", "sources", "licenses", "schema",
}  # fmt: skip
RESOURCE_VALUES = {"type": "table", "format": "csv", "encoding": "utf-8"}
# What a schema may word in its own way; all else decides what passes.
FREE_KEYS = {"$schema", "title", "description", "example"}
LARGEST_JSON = 10_000_000
DEEPEST_JSON = 30
LONGEST_NAME = 100
# What names an edition in file names, citations and messages: printable ASCII without spaces.
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,98}[A-Za-z0-9])?")
# As https://semver.org has it, with one to four numbers, since dates are versions too.
_VERSION = re.compile(r"v?[0-9]{1,9}(?:\.[0-9]{1,9}){0,3}(?:[-+.][A-Za-z0-9]+(?:[-+.][A-Za-z0-9]+)*)?")

Row = Mapping[str, str]


@dataclass(frozen=True)
class Field:
    """One column, as its Table Schema describes it."""

    name: str
    type: str
    title: str
    description: str
    constraints: Mapping[str, Any]
    delimiter: str
    partial_date: bool
    binary: bool = False


@dataclass(frozen=True)
class ForeignKey:
    """Cells of ``field`` are ids of ``table``."""

    field: str
    table: str


@dataclass(frozen=True)
class Table:
    """One table of the package. ``file`` is its path as the descriptor writes it."""

    name: str
    title: str
    description: str
    path: Path
    file: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)


@dataclass(frozen=True)
class Package:
    """A data package whose descriptor and schemas are in order."""

    root: Path
    name: str
    title: str
    description: str
    version: str
    homepage: str
    license: str
    tables: Mapping[str, Table]
    on_top: bool = False
    """Whether its rows point at those of a published edition, over which it is compiled."""


def read_package(path: str | Path) -> Package:
    """Read the descriptor of the package in folder ``path`` (or the descriptor itself).

    Raises:
        InvalidPackage: the descriptor or a schema is missing, malformed, lacks a table or
            column that llmlineage knows, or points outside its folder.
    """
    descriptor_path = Path(path) / DESCRIPTOR if Path(path).is_dir() else Path(path)
    root = descriptor_path.parent
    if descriptor_path.name != DESCRIPTOR:
        refuse(descriptor_path.name, "", "", f"is not {DESCRIPTOR}", "name the folder of the package")
    inside(root, DESCRIPTOR)
    descriptor = read_json(descriptor_path, DESCRIPTOR)
    resources = descriptor.get("resources")
    if not isinstance(resources, list) or not all(isinstance(one, dict) for one in resources):
        refuse(DESCRIPTOR, "resources", "", "is not a list of tables")
    problems = list(check_properties(descriptor))
    tables: dict[str, Table] = {}
    for resource in resources:
        try:
            table = read_resource(root, resource)
            tables[table.name] = table
        except InvalidPackage as error:
            problems.extend(error.problems)
    named = [resource.get("name") for resource in resources]
    problems.extend(
        Problem(DESCRIPTOR, 0, "resources", table, "the table stands twice", "remove one")
        for table in TABLES
        if named.count(table) > 1
    )
    problems.extend(
        Problem(DESCRIPTOR, 0, "resources", table, "the table is missing", "add it, even if empty")
        for table in TABLES
        if table not in named
    )
    if problems:
        raise InvalidPackage(problems)
    return Package(
        root=root,
        name=text_of(descriptor, "name"),
        title=text_of(descriptor, "title"),
        description=text_of(descriptor, "description"),
        version=text_of(descriptor, "version"),
        homepage=text_of(descriptor, "homepage"),
        license=license_of(descriptor),
        tables={name: tables[name] for name in TABLES},
        on_top=descriptor.get(ON_TOP) is True,
    )


def read_rows(table: Table) -> Iterator[tuple[int, Row]]:
    """Yield the line number and the cells of each row of a table whose file is in order."""
    with table.path.open(encoding="utf-8", newline="") as file:
        yield from enumerate(csv.DictReader(file), start=2)


def known_schema(table: str) -> dict[str, Any]:
    """The Table Schema that this version of llmlineage has for ``table``."""
    folder = Path(__file__).parent / "_schemas"
    if not folder.is_dir():  # a checkout or an editable install
        folder = Path(__file__).parent.parent / "schemas"
    return dict(json.loads((folder / f"{table}.json").read_text(encoding="utf-8")))


def known_tables() -> dict[str, Table]:
    """Every table as this version of llmlineage has it, of no package: with columns, and without a file."""
    return {name: described(name, known_schema(name), Path(), "") for name in TABLES}


def check_properties(descriptor: Mapping[str, Any]) -> Iterator[Problem]:
    """An edition says what it was made from, so the package must have a name and a version."""
    forms = (("name", _NAME, "my-lineage"), ("version", _VERSION, "0.1.0"))
    for key, form, example in forms:
        value = descriptor.get(key)
        if not isinstance(value, str) or not value:
            yield Problem(
                DESCRIPTOR, 0, key, "", "is missing, or not a text", f"add the {key} of the package"
            )
        elif len(value) > LONGEST_NAME or not form.fullmatch(value):
            yield Problem(DESCRIPTOR, 0, key, value, f"is not a {key}", f"write it like {example}")
    homepage = descriptor.get("homepage")
    if homepage and (fault := fault_of(str(homepage))):
        yield Problem(DESCRIPTOR, 0, "homepage", str(homepage), f"is not an address ({fault})", "correct it")
    if not isinstance(descriptor.get(ON_TOP, False), bool):
        yield Problem(DESCRIPTOR, 0, ON_TOP, str(descriptor[ON_TOP]), "is not true or false", "write true")
    if "profile" in descriptor:
        yield Problem(DESCRIPTOR, 0, "profile", "", "is not supported", "write $schema instead")


def read_resource(root: Path, resource: Mapping[str, Any]) -> Table:
    name, file = resource.get("name"), resource.get("path")
    if name not in TABLES:
        refuse(DESCRIPTOR, "name", str(name), "is not a table", f"one of {', '.join(TABLES)}")
    for key in sorted(resource.keys() - RESOURCE_KEYS):
        refuse(DESCRIPTOR, key, "", f"of {name} is not supported", "tables are plain CSV files; remove it")
    for key, value in RESOURCE_VALUES.items():
        if resource.get(key, value) != value:
            refuse(DESCRIPTOR, key, str(resource[key]), f"of {name} is not supported", f"write {value}")
    if not isinstance(file, str) or not file:
        refuse(DESCRIPTOR, "path", str(file), f"of {name} is not the path of one CSV file")
    path = inside(root, file)
    schema = resource.get("schema")
    schema_file = schema if isinstance(schema, str) else DESCRIPTOR
    if isinstance(schema, str):
        schema = read_json(inside(root, schema), schema)
    if not isinstance(schema, dict):
        refuse(DESCRIPTOR, "schema", str(schema), f"of {name} is not a Table Schema")
    check_schema(schema_file, schema, known_schema(str(name)))
    return described(str(name), schema, path, file)


def described(name: str, schema: Mapping[str, Any], path: Path, file: str) -> Table:
    """A table as a schema that is in order describes it."""
    return Table(
        name=name,
        title=text_of(schema, "title"),
        description=text_of(schema, "description"),
        path=path,
        file=file,
        fields=tuple(as_field(field) for field in schema["fields"]),
        primary_key=tuple(schema["primaryKey"]),
        foreign_keys=tuple(
            ForeignKey(key["fields"][0], key["reference"].get("resource") or name)
            for key in schema.get("foreignKeys", [])
        ),
    )


def check_schema(file: str, schema: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    """Refuse a schema that is laxer than, or different from, the one that is known."""
    fields = schema.get("fields")
    if not isinstance(fields, list) or not all(isinstance(field, dict) for field in fields):
        refuse(file, "fields", "", "is not a list of fields")
    names = [field.get("name") for field in fields]
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        refuse(file, "fields", "", "do not each have a name of their own")
    found = {field.get("name"): field for field in fields}
    wanted = {field["name"]: field for field in known["fields"]}
    for name in sorted(wanted.keys() - found.keys()):
        refuse(file, "fields", name, "the field is missing")
    for name in sorted(found.keys() - wanted.keys()):
        refuse(file, "fields", str(name), "is not a field that llmlineage knows")
    for name, field in wanted.items():
        for key in sorted((found[name].keys() | field.keys()) - FREE_KEYS):
            if found[name].get(key) != field.get(key):
                refuse(
                    file,
                    name,
                    json.dumps(found[name].get(key)),
                    f"{key} differs from the published schema",
                    f"write {json.dumps(field.get(key))}",
                )
    for key in sorted((schema.keys() | known.keys()) - FREE_KEYS - {"fields"}):
        if schema.get(key) != known.get(key):
            refuse(file, key, "", "differs from the published schema")


def as_field(field: Mapping[str, Any]) -> Field:
    return Field(
        name=field["name"],
        type=field["type"],
        title=text_of(field, "title"),
        description=text_of(field, "description"),
        constraints=field.get("constraints", {}),
        delimiter=field.get("delimiter", ""),
        partial_date=field.get("rdfType") == EDTF,
        binary=field.get("format") == "binary",
    )


def read_json(path: Path, file: str) -> dict[str, Any]:
    try:
        content = json.loads(
            read_bytes(path, LARGEST_JSON),
            object_pairs_hook=once_each,
            parse_int=integer,
            parse_constant=no_number,
        )
    except OSError as error:
        refuse(file, "", "", f"cannot be read ({error.strerror})", "check the path")
    except UnicodeDecodeError as error:
        refuse(file, "", "", f"is not UTF-8 text (byte {error.start})", "save it as UTF-8")
    except json.JSONDecodeError as error:
        refuse(file, "", "", f"is not JSON ({error.msg}, line {error.lineno})")
    except RecursionError:
        refuse(file, "", "", "is not a descriptor (nested too deeply)")
    except ValueError as error:
        refuse(file, "", "", f"has a value that cannot be used ({error})")
    if not isinstance(content, dict):
        refuse(file, "", "", "is not a JSON object")
    check_values(file, content)
    return content


def read_bytes(path: Path, most: int) -> bytes:
    """The content of a plain file. Raises OSError where it is none, or has more than ``most`` bytes."""
    status = path.stat()
    if is_special(status.st_mode):
        raise OSError(errno.EINVAL, "it is a pipe, socket or device and no file")
    if status.st_size > most:
        raise OSError(errno.EFBIG, f"it is over {most // 1_000_000} MB")
    return path.read_bytes()


def is_special(mode: int) -> bool:
    """Whether reading would wait for another program, or never end."""
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON. Raises ValueError where a key stands twice: readers differ on which counts."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"the key {shorten(twice)} stands twice in one object")
    return found


def integer(digits: str) -> int:
    if len(digits) > 18:
        raise ValueError(f"a number of {len(digits):,} digits")
    return int(digits)


def no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def check_values(file: str, content: dict[str, Any]) -> None:
    """Refuse texts that forge what is printed of them, and nesting that no descriptor needs."""
    left: list[tuple[str, Any, int]] = [("", content, 0)]
    while left:
        name, value, depth = left.pop()
        if depth > DEEPEST_JSON:
            refuse(file, name, "", "is nested too deeply", "remove what is no descriptor")
        if isinstance(value, dict):
            left += [(name, key, depth) for key in value]
            left += [(key, inner, depth + 1) for key, inner in value.items()]
        elif isinstance(value, list):
            left += [(name, inner, depth + 1) for inner in value]
        elif isinstance(value, str) and not value.isprintable():
            text = value.replace("\n", "") if name == "description" else value
            if not text.isprintable():
                suggestion = "use letters, digits, spaces and marks"
                refuse(file, name, value, "has a control character or half a character", suggestion)


def inside(root: Path, file: str) -> Path:
    """Resolve a path of the descriptor, refusing one that leads out of its folder, or to no file."""
    path = root / file
    if not file.isprintable():
        refuse(DESCRIPTOR, "path", file, "has a control character", "use letters, digits, hyphens and dots")
    # Not Path.resolve: of a link that leads to itself it raises in Python 3.12, and does not in 3.13.
    is_inside = Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))
    if "://" in file or Path(file).is_absolute() or not is_inside:
        refuse(DESCRIPTOR, "path", file, "points outside the package", "use a path inside its folder")
    try:
        special = is_special(path.stat().st_mode)
    except OSError:  # reading it will say why
        special = False
    if special:
        refuse(file, "", "", "cannot be read (it is a pipe, socket or device and no file)", "write a file")
    return path


def license_of(descriptor: Mapping[str, Any]) -> str:
    licenses = descriptor.get("licenses")
    first = licenses[0] if isinstance(licenses, list) and licenses else None
    return text_of(first, "name") if isinstance(first, dict) else ""


def text_of(mapping: Mapping[str, Any], key: str) -> str:
    return str(mapping.get(key) or "")


def refuse(file: str, field: str, value: str, problem: str, suggestion: str = "") -> NoReturn:
    raise InvalidPackage([Problem(file, 0, field, value, problem, suggestion)])
