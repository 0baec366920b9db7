"""A small package, made up whole, that every rule accepts; tests change one thing in it."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

ROOT = Path(__file__).parent.parent

# The sketch of three texts, and the runs of one item.
SKETCH = "AgMDAAAazJMDAAAAAAAAAFkqSdxnKdMBZ0d6GvE89RbQgfENyl20PQ=="
GRAMS = (
    "UEFSMRUEFQgVGkwVAhUAAAAotS/9IAQhAAAAAAAAFQAVEBUiLBUEFRAVBhUGAAAotS/9IAhBAAACAAAABAEAAxUCGT"
    "UABhAZGARpdGVtFQwWBBZUFngmPCYIABUEFSAVMkwVBBUAAAAotS/9IBCBAAAHAAAAAAAAAAkAAAAAAAAAFQAVEhUk"
    "LBUEFRAVBhUGAAAotS/9IAlJAAACAAAABAEBAwIVBBk1AAYQGRgEZ3JhbRUMFgQWbhaSASaCAia2AQAZHBY8FUQWAA"
    "AAGRwWggIVRhYAAAAVAhk8SARyb290FQQAFQIlAhgEaXRlbSUaTKwTIBIAAAAVBCUCGARncmFtJRxMrBNAEgAAABYE"
    "GRwZLCa0ARwVAhk1AAYQGRgEaXRlbRUMFgQWVBZ4JjwmCAAWhAMVFAAmlAMcFQQZNQAGEBkYBGdyYW0VDBYEFm4Wkg"
    "EmggImtgEAFpgDFRYAFsIBFgQmCBaKAhQAABkcGAxBUlJPVzpzY2hlbWEY6AEvLy8vLzZVQUFBQUVBQUFBOHYvLy94"
    "UUFBQUFFQUFFQUFBQUtBQXNBQ0FBS0FBUUErUC8vL3d3QUFBQUlBQWdBQUFBRUFBSUFBQUEwQUFBQUJBQUFBTUQvLy"
    "84Y0FBQUFFQUFBQUFnQUFBQUJBZ0FBQUFBQUFMci8vLzlBQUFBQUJBQUFBR2R5WVcwQUFBQUE3UC8vL3pRQUFBQWdB"
    "QUFBR0FBQUFBRUNBQUFRQUJJQUJBQVFBQkVBQ0FBQUFBd0FBQUFBQVBiLy8vOGdBQUFBQUFBR0FBZ0FCQUFFQUFBQW"
    "FYUmxiUUE9ABhOUG9sYXJzIChweXRob24pIHZlcnNpb24gMi4xLjAgKGJ1aWxkIDdmOTAyYmQzZmZkMjdmZjgyZDE0"
    "Mjc4YTA5YTI5NWZmMmY3YWVkOTIpGSwcAAAcAAAA6gEAAFBBUjE="
)

TABLES: dict[str, list[dict[str, str]]] = {
    "datasets": [
        {
            "id": "alpha",
            "name": "Alpha",
            "kind": "instruction",
            "organization": "lab",
            "released": "2023-03-13",
            "rows": "52002",
            "rows_precision": "exact",
            "languages": "en",
            "license": "nc",
            "hub_id": "lab/alpha",
            "status": "available",
            "upstream": "complete",
            "summary": "Instructions written by one model.",
            "source": "card",
        },
        {
            "id": "beta-1.0",
            "name": "Beta 1.0",
            "kind": "instruction",
            "family": "beta-all",
            "released": "2023-06",
            "rows": "1000",
            "rows_precision": "exact",
            "languages": "en;fr",
            "hub_id": "lab/Beta-1.0",
            "status": "available",
            "upstream": "partial",
            "source": "card",
        },
        {
            "id": "beta-all",
            "name": "Beta",
            "kind": "family",
            "status": "available",
            "upstream": "partial",
            "source": "card",
        },
        {
            "id": "mix",
            "name": "The Mix",
            "kind": "dialogue",
            "released": "2023",
            "status": "unreleased",
            "upstream": "complete",
            "source": "card",
        },
        {
            "id": "seeds",
            "name": "Seeds",
            "kind": "prompts",
            "released": "2022-12",
            "rows": "175",
            "rows_precision": "exact",
            "license": "free",
            "status": "available",
            "upstream": "root",
            "source": "card",
        },
    ],
    "models": [
        {
            "id": "base-7b",
            "name": "Base 7B",
            "kind": "base",
            "released": "2023-02",
            "parameters": "7000000000",
            "architecture": "transformer",
            "hub_id": "lab/base-7b",
            "status": "gated",
            "upstream": "undisclosed",
            "source": "card",
        },
        {
            "id": "mix-7b",
            "name": "Mix 7B",
            "kind": "instruct",
            "released": "2023-10",
            "hub_id": "lab/Mix-7B",
            "license": "nc",
            "status": "available",
            "upstream": "complete",
            "source": "card",
        },
        {
            "id": "writer",
            "name": "Writer",
            "kind": "instruct",
            "organization": "lab",
            "released": "2022-11",
            "status": "api_only",
            "upstream": "undisclosed",
            "source": "card",
        },
    ],
    "derivations": [
        {"child": "alpha", "relation": "seeded_by", "parent": "seeds", "basis": "stated", "source": "card"},
        {
            "child": "beta-1.0",
            "relation": "cleaned_from",
            "parent": "alpha",
            "part": "train",
            "rows": "900",
            "rows_precision": "exact",
            "method": "filtering",
            "basis": "inferred",
            "note": "The rows are alike.",
            "source": "card",
        },
        {"child": "mix", "relation": "includes", "parent": "alpha", "basis": "stated", "source": "card"},
        {"child": "mix", "relation": "includes", "parent": "beta-1.0", "basis": "reported", "source": "card"},
    ],
    "generations": [
        {
            "dataset": "alpha",
            "role": "wrote_both",
            "model": "writer",
            "method": "filtering",
            "basis": "stated",
            "source": "card",
            "locator": "README",
        },
    ],
    "trainings": [
        {"model": "mix-7b", "stage": "sft", "dataset": "mix", "basis": "stated", "source": "card"},
    ],
    "adaptations": [
        {
            "child": "mix-7b",
            "relation": "finetune_of",
            "parent": "base-7b",
            "basis": "stated",
            "source": "card",
        },
    ],
    "methods": [
        {
            "id": "filtering",
            "name": "Filtering",
            "kind": "data_curation",
            "introduced": "2020",
            "source": "card",
        },
        {"id": "transformer", "name": "Transformer", "kind": "architecture", "source": "card"},
    ],
    "licenses": [
        {
            "id": "free",
            "name": "Free 1.0",
            "spdx_id": "MIT",
            "kind": "permissive",
            "commercial": "yes",
            "source": "card",
        },
        {"id": "nc", "name": "Not Commercial", "kind": "noncommercial", "commercial": "no", "source": "card"},
    ],
    "organizations": [
        {
            "id": "lab",
            "name": "The Lab",
            "kind": "university",
            "country": "US",
            "hub_id": "lab",
            "source": "card",
        },
    ],
    "aliases": [
        {"alias": "M7", "table": "models", "id": "mix-7b", "kind": "short"},
        {"alias": "copy/alpha", "table": "datasets", "id": "alpha", "kind": "mirror", "source": "card"},
        {"alias": "mixture", "table": "datasets", "id": "mix", "kind": "short"},
        {"alias": "mixture", "table": "models", "id": "mix-7b", "kind": "short", "preferred": "true"},
    ],
    "sources": [
        {
            "id": "card",
            "kind": "dataset_card",
            "url": "https://huggingface.co/datasets/lab/alpha",
            "title": "Alpha",
            "published": "2023-03",
            "accessed": "2026-11-23",
            "as_of": "2024",
        },
        {
            "id": "press",
            "kind": "article",
            "url": "https://example.org/alpha",
            "title": "On Alpha",
            "accessed": "2026-11-23",
        },
    ],
    "discrepancies": [
        {
            "table": "datasets",
            "id": "alpha",
            "attribute": "rows",
            "stated": "52000",
            "stated_by": "press",
            "accepted": "52002",
            "source": "card",
        },
    ],
    "fingerprints": [
        {
            "dataset": "seeds",
            "field": "prompt",
            "rows": "175",
            "distinct": "3",
            "layout": "plain text (text)",
            "nominal_entries": "4096",
            "hash": "xxh3-64",
            "sketch": SKETCH,
            "data": "https://example.org/seeds.jsonl",
            "revision": "1",
            "normalisation": "nfkc-casefold-space/1",
            "tool": "llmlineage 0.1.0",
            "measured": "2026-11-23",
            "source": "card",
        },
    ],
    "measurements": [
        {
            "child": "alpha",
            "relation": "seeded_by",
            "parent": "seeds",
            "field": "prompt",
            "child_distinct": "52002",
            "parent_distinct": "175",
            "shared": "0",
            "verdict": "cannot tell",
            "child_data": "https://example.org/alpha.jsonl",
            "child_revision": "1",
            "parent_data": "https://example.org/seeds.jsonl",
            "parent_revision": "1",
            "normalisation": "nfkc-casefold-space/1",
            "tool": "llmlineage 0.1.0",
            "measured": "2026-11-23",
            "source": "card",
        },
    ],
    "ngrams": [
        {
            "benchmark": "seeds",
            "words": "13",
            "block": "0",
            "items": "1",
            "grams": GRAMS,
            "data": "https://example.org/seeds.jsonl",
            "revision": "1",
            "normalisation": "nfkc-casefold-space/1",
            "tool": "llmlineage 0.1.0",
            "measured": "2026-11-23",
            "source": "card",
        },
    ],
}


def write_tiny(folder: Path) -> Path:
    """Write the package to a folder and return the folder."""
    shutil.copytree(ROOT / "schemas", folder / "schemas")
    shutil.copy(ROOT / "datapackage.json", folder)
    (folder / "data").mkdir()
    for table, rows in TABLES.items():
        write_table(folder, table, rows)
    return folder


def write_table(folder: Path, table: str, rows: list[dict[str, str]]) -> None:
    """Write one table of the package anew."""
    schema = json.loads((folder / "schemas" / f"{table}.json").read_text(encoding="utf-8"))
    columns = [field["name"] for field in schema["fields"]]
    with (folder / "data" / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_table(folder: Path, table: str) -> list[dict[str, str]]:
    """The rows of a table, to be changed and written back."""
    with (folder / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
