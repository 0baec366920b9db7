"""``python build``: what it makes loads everywhere, is documented, and is the same every time."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from llmlineage.package import TABLES, known_schema
from tests.build.conftest import python
from tests.tiny import write_tiny

CONFIGS = (*TABLES, "nodes", "edges", "ancestry")
LOAD_EVERY_CONFIG = """
import json, sys
from datasets import get_dataset_config_names, load_dataset
from datasets import get_dataset_default_config_name
hub = sys.argv[1]
loaded = {name: load_dataset(hub, name, split="train") for name in get_dataset_config_names(hub)}
types = {n: {f.name: str(f.type) for f in d.data.schema} for n, d in loaded.items()}
rows = {n: d.to_list() for n, d in loaded.items()}
default = get_dataset_default_config_name(hub)
print(json.dumps({"types": types, "rows": rows, "default": default}, default=str))
"""


@pytest.fixture(scope="session")
def hub(dist: Path) -> Path:
    return dist / "hub"


@pytest.fixture(scope="session")
def loaded(hub: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Every config of dist/hub, loaded by the datasets library with no network."""
    home = str(tmp_path_factory.mktemp("home"))
    done = python("-c", LOAD_EVERY_CONFIG, hub, HF_HOME=home, HF_HUB_OFFLINE="1")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def front_matter(hub: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((hub / "README.md").read_text(encoding="utf-8").split("---\n")[1]))


def documented(hub: Path, table: str) -> dict[str, tuple[str, str]]:
    """The columns that the card has in the section of a table, with their type and description."""
    card = (hub / "README.md").read_text(encoding="utf-8")
    section = re.search(rf"^### {table}\n(.*?)(?=^##|\Z)", card, re.MULTILINE | re.DOTALL)
    assert section, table
    rows = re.findall(r"^\| `(\w+)` \| `([^`]+)` \| [^|]+ \| (.+) \|$", section[1], re.MULTILINE)
    return {name: (type, description) for name, type, description in rows}


def test_every_table_is_a_config_that_datasets_loads(loaded: dict[str, Any]) -> None:
    assert set(loaded["rows"]) == set(CONFIGS)
    assert loaded["default"] == "datasets"
    assert loaded["rows"]["derivations"][0]["parent"] == "seeds"


def test_loaded_columns_are_typed(loaded: dict[str, Any]) -> None:
    types = loaded["types"]
    assert types["datasets"]["released"] == "date32[day]"
    assert types["datasets"]["languages"] == "list<item: string>"
    assert types["datasets"]["rows"] == "int64"
    assert types["aliases"]["preferred"] == "bool"
    assert types["adaptations"]["weight"] == "double"
    assert types["sources"]["accessed"] == "date32[day]"
    assert {type for table in types.values() for type in table.values() if "string" in type} == {
        "string",
        "list<item: string>",
    }


def test_a_partial_date_says_how_much_of_it_is_known(loaded: dict[str, Any]) -> None:
    dates = {row["id"]: (row["released"], row["released_precision"]) for row in loaded["rows"]["datasets"]}
    assert dates["alpha"] == ("2023-03-13", "day")
    assert dates["beta-1.0"] == ("2023-06-01", "month")
    assert dates["mix"] == ("2023-01-01", "year")
    assert dates["beta-all"] == (None, None)


def test_polars_reads_the_same_parquet(hub: Path, loaded: dict[str, Any]) -> None:
    for name in CONFIGS:
        frame = pl.read_parquet(hub / f"{name}.parquet")
        assert json.loads(json.dumps(frame.to_dicts(), default=str)) == loaded["rows"][name]
    released = pl.read_parquet(hub / "datasets.parquet").filter(id="alpha")["released"]
    assert released.to_list() == [datetime.date(2023, 3, 13)]


@pytest.mark.parametrize("table", CONFIGS)
def test_card_documents_every_column(hub: Path, table: str, loaded: dict[str, Any]) -> None:
    columns = documented(hub, table)
    assert list(columns) == list(loaded["types"][table])
    published = {"double": "float64", "date32[day]": "date32", "list<item: string>": "list<string>"}
    assert [type for type, _ in columns.values()] == [
        published.get(type, type) for type in loaded["types"][table].values()
    ]
    assert all(len(description) > 5 for _, description in columns.values())


@pytest.mark.parametrize("table", TABLES)
def test_card_says_what_the_schemas_say(hub: Path, table: str) -> None:
    columns = documented(hub, table)
    for field in known_schema(table)["fields"]:
        assert field["description"] in columns[field["name"]][1]


def test_front_matter_names_licence_and_configs(hub: Path) -> None:
    metadata = front_matter(hub)
    assert metadata["license"] == "cc0-1.0"
    assert metadata["size_categories"] == ["n<1K"]
    assert [config["config_name"] for config in metadata["configs"]] == list(CONFIGS)
    assert [config["config_name"] for config in metadata["configs"] if config.get("default")] == ["datasets"]


def test_card_counts_the_rows(hub: Path, loaded: dict[str, Any]) -> None:
    card = (hub / "README.md").read_text(encoding="utf-8")
    for name in CONFIGS:
        assert f"| [`{name}`](#{name}) | {len(loaded['rows'][name])} |" in card


def test_two_builds_are_byte_identical(hub: Path, tmp_path: Path) -> None:
    package = write_tiny(tmp_path / "package")
    for _ in range(2):  # the second replaces the first
        done = python("build", "--package", package, "--output", tmp_path / "dist")
        assert done.returncode == 0, done.stderr
    again = tmp_path / "dist" / "hub"
    assert sorted(path.name for path in again.iterdir()) == sorted(path.name for path in hub.iterdir())
    assert [
        path.name for path in again.iterdir() if path.read_bytes() != (hub / path.name).read_bytes()
    ] == []


def test_published_folder_is_an_edition_to_query(hub: Path) -> None:
    done = python("-m", "llmlineage", "--edition", hub, "show", "The Mix")
    assert done.returncode == 0, done.stderr


def test_invalid_package_is_refused_and_the_old_release_stays(tmp_path: Path) -> None:
    package, output = write_tiny(tmp_path / "package"), tmp_path / "dist"
    assert python("build", "--package", package, "--output", output).returncode == 0
    sources = package / "data" / "sources.csv"
    sources.write_text(sources.read_text(encoding="utf-8").replace("card,", "lost,", 1), encoding="utf-8")
    done = python("build", "--package", package, "--output", output)
    assert done.returncode == 2
    assert "data/datasets.csv:2 source card" in done.stderr
    assert "Traceback" not in done.stderr
    assert (output / "hub" / "README.md").is_file()


WITHOUT = """
import runpy, sys
library, *sys.argv = sys.argv[1:]
sys.modules[library] = None
runpy.run_path("build", run_name="__main__")
"""


@pytest.mark.parametrize(
    ("library", "command"),
    [
        ("click", []),
        ("frictionless", []),
        ("polars", []),
        ("yaml", []),
        ("huggingface_hub", ["publish", "--repo", "lab/data"]),
        ("datasketches", ["measure"]),
        ("rensa", ["measure"]),
    ],
)
def test_whatever_library_lacks_the_same_extra_brings_it(
    tmp_path: Path, library: str, command: list[str]
) -> None:
    package = write_tiny(tmp_path / "package")
    places = ["--package", package, "--output", tmp_path / "dist"]
    done = python("-c", WITHOUT, library, "build", *places, *command)
    assert done.returncode != 0 and done.stderr.count("\n") == 1
    assert f"this needs {library.replace('_', '-')}" in done.stderr.replace("_", "-")
    assert "[release]" in done.stderr
