"""The dataset card: front matter that loads the tables, and every column in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from llmlineage.api import Lineage
from llmlineage.edition import DESCRIPTOR, open_edition
from llmlineage.edition.derived import DERIVED
from llmlineage.package import Field, Package, Table
from llmlineage.render import coverage as figures
from llmlineage.render.card import size_category

# Stands in the examples until the card is published, and is then the repository it is published to.
REPOSITORY = "ORG/NAME"
DEFAULT_CONFIG = "datasets"
TAGS = ["data-provenance", "lineage", "instruction-tuning", "preference-data", "llm", "metadata"]
TYPES: Mapping[pl.DataType, str] = {
    pl.String(): "string",
    pl.Int32(): "int32",
    pl.Int64(): "int64",
    pl.Float64(): "float64",
    pl.Boolean(): "bool",
    pl.Date(): "date32",
    pl.Binary(): "binary",
    pl.List(pl.String()): "list<string>",
}

Column = tuple[str, str, str, str]


def dataset_card(package: Package, edition: Path) -> str:
    """The README.md of the published dataset, from the schemas and the compiled edition alone."""
    descriptor = json.loads((edition / DESCRIPTOR).read_text(encoding="utf-8"))
    types = {name: column_types(edition / f"{name}.parquet") for name in (*package.tables, *DERIVED)}
    rows: dict[str, int] = descriptor["rows"]
    parts = (
        front_matter(package, types, rows),
        introduction(package),
        how_to_load(),
        counts(package, rows),
        coverage(edition),
        how_facts_are_sourced(),
        "## Columns\n",
        *(curated_table(table, types[table.name]) for table in package.tables.values()),
        *(derived_table(name, types[name]) for name in DERIVED),
        provenance(package, descriptor),
    )
    return "\n".join(parts)


def column_types(path: Path) -> dict[str, str]:
    return {name: TYPES[dtype] for name, dtype in pl.read_parquet_schema(path).items()}


def front_matter(package: Package, types: Mapping[str, Mapping[str, str]], rows: Mapping[str, int]) -> str:
    metadata = {
        "pretty_name": package.title,
        "license": package.license.lower(),
        "language": ["en"],
        "tags": TAGS,
        "size_categories": [size_category(sum(rows.values()))],
        "configs": [config(name) for name in types],
        # Without these the strings would load as large_string, which is how polars writes them.
        "dataset_info": [{"config_name": name, "features": features(types[name])} for name in types],
    }
    return f"---\n{yaml.safe_dump(metadata, sort_keys=False, allow_unicode=True)}---\n"


def config(name: str) -> dict[str, Any]:
    default = {"default": True} if name == DEFAULT_CONFIG else {}
    return {"config_name": name, **default, "data_files": [{"split": "train", "path": f"{name}.parquet"}]}


def features(types: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {"name": name, "list": "string"} if type == "list<string>" else {"name": name, "dtype": type}
        for name, type in types.items()
    ]


def introduction(package: Package) -> str:
    return f"""
# {package.title}

{package.description}

Open instruction and preference datasets are mostly made of one another. This dataset records which was made
from which, which model wrote, rated or filtered it, which models were trained on it, and under which terms,
as tables of plain facts. Every fact names the document in which it was read.

Home, and the place to add or correct a fact: <{package.homepage}>
"""


def how_to_load() -> str:
    return f"""## How to load it

Each table is a config with the one split `train`; `{DEFAULT_CONFIG}` is the default.

```python
from datasets import load_dataset

derivations = load_dataset("{REPOSITORY}", "derivations", split="train")
```

```python
import polars as pl

derivations = pl.read_parquet("hf://datasets/{REPOSITORY}/derivations.parquet")
```

`lineage.sqlite` holds the same tables, indexed from both ends of an edge:

```bash
hf download {REPOSITORY} lineage.sqlite --repo-type dataset --local-dir lineage
sqlite3 lineage/lineage.sqlite "SELECT ancestor, distance FROM ancestry WHERE node = 'openhermes-2.5'"
```

The command line comes with an edition inside, and needs no network to answer:

```bash
pip install llmlineage
llmlineage trace OpenHermes-2
```
"""


def counts(package: Package, rows: Mapping[str, int]) -> str:
    lines = [
        f"| [`{name}`](#{name}) | {rows[name]:,} | {cell(about)} |"
        for name, about in (
            *((table.name, table.description) for table in package.tables.values()),
            *((name, table.description) for name, table in DERIVED.items()),
        )
    ]
    return "\n".join(["## Tables", "", "| Table | Rows | What a row is |", "|---|---:|---|", *lines, ""])


def coverage(edition: Path) -> str:
    """What ``llmlineage stats`` prints of the edition."""
    lines = figures.text(Lineage(open_edition(edition)).stats())
    return "\n".join(["## Coverage", "", "```text", *lines, "```", ""])


def how_facts_are_sourced() -> str:
    return """## How facts are sourced

- `source` is the key, in `sources`, of the document in which the fact was read; `locator` is the place in it.
- `basis` says how an edge is known: `stated` by its makers, `reported` by others, `inferred` by the curators
  with the reason in `note`, or `measured` on the rows themselves.
- `upstream` says where a trace ends honestly: at a `root`, where the origin is only `partial` or
  `undisclosed`, or where nobody has read the makers' own document yet (`unread`).
- An empty `license` is one that nobody has looked up; where the makers state none, it says `none-stated`.
- `second_read` is the day on which somebody who did not write the row read its source and agreed with it.
- Claims that were found and not accepted are kept in `discrepancies`, with the better-founded one.
- A date is known to the year, the month or the day, as the column ending in `_precision` beside it says.
"""


def curated_table(table: Table, types: Mapping[str, str]) -> str:
    key = ", ".join(f"`{name}`" for name in table.primary_key)
    columns = [column for field in table.fields for column in columns_of(field, types)]
    return section(table.name, f"{table.description} Its key is {key}.", columns)


def columns_of(field: Field, types: Mapping[str, str]) -> Iterator[Column]:
    """The columns that a field is published as."""
    yield field.name, types[field.name], field.title, " ".join(sentences(field))
    if field.partial_date:
        name = f"{field.name}_precision"
        yield (
            name,
            types[name],
            f"Precision of {field.title}",
            f"How much of `{field.name}` is known: year, month or day.",
        )


def sentences(field: Field) -> Iterator[str]:
    yield field.description
    if values := field.constraints.get("enum"):
        yield f"One of {', '.join(f'`{value}`' for value in values)}."
    if field.partial_date:
        yield "Published as the first day that it may mean."
    if field.type == "list":
        yield "Published as a list."


def derived_table(name: str, types: Mapping[str, str]) -> str:
    table = DERIVED[name]
    columns = [(column, types[column], title, about) for column, title, about in table.columns]
    return section(name, f"{table.description} Derived by the build.", columns)


def section(name: str, about: str, columns: list[Column]) -> str:
    lines = [
        f"| `{column}` | `{type}` | {cell(title)} | {cell(text)} |" for column, type, title, text in columns
    ]
    header = ["| Column | Type | Title | Description |", "|---|---|---|---|"]
    return "\n".join([f"### {name}", "", about, "", *header, *lines, ""])


def cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")


def provenance(package: Package, descriptor: Mapping[str, Any]) -> str:
    commit, committed = descriptor["commit"], descriptor["committed"]
    origin = f", compiled from commit `{commit}` of {committed}" if commit else ""
    year = f"  year    = {{{committed[:4]}}},\n" if committed else ""
    return f"""## Version

Version {package.version}{origin}. `edition.json` lists the rows of each table and the SHA-256 of each file;
the tag `v{package.version}` of this repository stands for this version for good.

## How to cite

```bibtex
@misc{{{package.name},
  title   = {{{package.title}: {package.description}}},
  author  = {{The llmlineage authors}},
{year}  version = {{{package.version}}},
  url     = {{{package.homepage}}}
}}
```

## Licence

The facts are published under {package.license}. The datasets and models that they describe have licences and
terms of their own, recorded in `licenses`.
"""
