"""Snapshots of the Hub's metadata, read in one shape.

Two layouts are known: parquet files of the Hub's own listing, as the dataset hub-stats publishes it (``id``,
``cardData`` as JSON, ``tags``, ``createdAt``, ``downloads``, ``gated``, ``_id``; one file of models and one of
datasets), and a folder of cards, each with its front matter.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from llmlineage.audit.configs import card
from llmlineage.audit.configs.documents import Value
from llmlineage.audit.configs.source import read_text
from llmlineage.errors import ConfigError, DataError

# One row a repository; ``tags`` are joined by line breaks, ``key`` is the Hub's own number of a repository.
COLUMNS = {
    "type": pl.String, "repo": pl.String, "card": pl.String, "tags": pl.String, "created": pl.String,
    "changed": pl.String, "gated": pl.Boolean, "key": pl.String,
}  # fmt: skip
# Keys of front matter that only cards of datasets have.
_OF_DATASETS = {
    "dataset_info", "task_categories", "task_ids", "size_categories", "source_datasets", "pretty_name",
    "annotations_creators", "language_creators", "multilinguality", "configs",
}  # fmt: skip
KEPT = ("base_model", "base_model_relation", "datasets", "source_datasets", "license", "license_name")
BATCH = 20_000


@dataclass(frozen=True)
class Snapshot:
    """What was found: the repositories of both types, lazily, and the cards that could not be read."""

    models: pl.LazyFrame
    datasets: pl.LazyFrame
    day: date
    what: str
    broken: tuple[tuple[str, str], ...] = field(default=())


def read(path: Path) -> Snapshot:
    """A snapshot at ``path``: a parquet file, a folder of them, or a folder of cards.

    Raises:
        DataError: there is none, or a file is damaged or has other columns.
    """
    if not path.exists():
        raise DataError(path, "is not there; name a parquet file of the Hub's metadata, or a folder")
    files = [path] if path.is_file() else sorted(path.rglob("*.parquet"))
    return of_parquet(path, files) if files else of_cards(path)


def of_parquet(path: Path, files: list[Path]) -> Snapshot:
    frames: dict[str, list[pl.LazyFrame]] = {"model": [], "dataset": []}
    for file in files:
        frame = opened(file)
        if {"id", "modelId"}.isdisjoint(frame.collect_schema().names()):
            if len(files) > 1:
                continue  # spaces, posts and papers lie beside models and datasets
            raise DataError(file, "has no column id; it is no listing of repositories of the Hub")
        type_ = type_of(file, frame)
        if type_:
            frames[type_].append(shaped(frame, type_))
    if not any(frames.values()):
        raise DataError(path, "names no models and no datasets; name files such as models.parquet")
    empty = pl.LazyFrame(schema=COLUMNS)
    day = date.fromtimestamp(max(file.stat().st_mtime for file in files))
    return Snapshot(
        pl.concat([*frames["model"], empty]), pl.concat([*frames["dataset"], empty]), day, path.name
    )


def opened(file: Path) -> pl.LazyFrame:
    try:
        frame = pl.scan_parquet(file)
        frame.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).strip().splitlines()[0]
        raise DataError(file, f"cannot be read as parquet ({reason})") from error
    return frame


def type_of(file: Path, frame: pl.LazyFrame) -> str | None:
    """Of which type the repositories of a file are: by its name, else by a column that models alone have."""
    stem = file.stem.lower()
    if "space" in stem or "post" in stem or "paper" in stem:
        return None
    if "dataset" in stem:
        return "dataset"
    of_models = {"modelId", "pipeline_tag", "library_name"} & set(frame.collect_schema().names())
    return "model" if of_models or "model" in stem else "dataset"


def shaped(frame: pl.LazyFrame, type_: str) -> pl.LazyFrame:
    """The columns of COLUMNS, whatever the types in which the file has them."""
    schema = dict(frame.collect_schema())

    def column(*names: str) -> pl.Expr:
        found = next((name for name in names if name in schema), None)
        return pl.col(found) if found else pl.lit(None, dtype=pl.String)

    def text(*names: str) -> pl.Expr:
        return column(*names).cast(pl.String)

    cards, tags, gated = schema.get("cardData"), schema.get("tags"), schema.get("gated")
    return frame.select(
        type=pl.lit(type_),
        repo=text("id", "modelId"),
        card=pl.col("cardData").struct.json_encode() if isinstance(cards, pl.Struct) else text("cardData"),
        tags=pl.col("tags").list.join("\n")
        if isinstance(tags, pl.List)
        else text("tags").str.replace_all('[",]+ *"?', "\n"),
        created=text("createdAt", "created_at").str.slice(0, 10),
        changed=text("lastModified", "last_modified"),
        gated=pl.col("gated")
        if gated == pl.Boolean
        else ~text("gated").str.to_lowercase().is_in(["false", ""]),
        key=text("_id"),
    )


def of_cards(folder: Path) -> Snapshot:
    """Cards of a folder, in Python, since each is YAML; then as if they were a listing."""
    broken: list[tuple[str, str]] = []
    frames: list[pl.DataFrame] = []
    rows: list[dict[str, Any]] = []
    latest = 0.0
    for file in card_files(folder):
        latest = max(latest, file.stat().st_mtime)
        try:
            rows.append(row_of(file, folder))
        except ConfigError as error:
            broken.append((str(file.relative_to(folder)), str(error.problem)))
            type_, repo = repository_of(file, folder, {})
            rows.append({"type": type_, "repo": repo})
        if len(rows) >= BATCH:
            frames.append(pl.DataFrame(rows, schema=COLUMNS))
            rows = []
    if not rows and not frames:
        raise DataError(folder, "holds no parquet file and no card (NAME.md, or ORG/NAME/README.md)")
    whole = pl.concat([*frames, pl.DataFrame(rows, schema=COLUMNS)])
    models, datasets = (whole.lazy().filter(pl.col("type") == one) for one in ("model", "dataset"))
    return Snapshot(models, datasets, date.fromtimestamp(latest), folder.name, tuple(broken))


def card_files(folder: Path) -> Iterator[Path]:
    for above, below, names in os.walk(folder):
        below.sort()
        yield from (Path(above) / name for name in sorted(names) if name.lower().endswith(".md"))


def row_of(file: Path, folder: Path) -> dict[str, Any]:
    front = card.front_matter(read_text(file), file, keep="last")
    type_, repo = repository_of(file, folder, front or {})
    kept = {key: front[key] for key in KEPT if key in front} if front else {}
    return {"type": type_, "repo": repo, "card": json.dumps(kept) if kept else None}


def repository_of(file: Path, folder: Path, front: dict[str, Value]) -> tuple[str, str]:
    """The type and name of the repository that a card is of, from where it lies: ``ORG/NAME/README.md``,
    ``ORG/NAME.md``, ``models--ORG--NAME/...`` or, of an owner that is not known, ``NAME.md``."""
    parts = list(file.relative_to(folder).with_suffix("").parts)
    if parts[-1].lower() == "readme" and len(parts) > 1:
        parts.pop()
    is_dataset = any(part == "datasets" or part.startswith("datasets--") for part in parts)
    parts = [part for part in parts if part not in ("models", "datasets")] or parts
    for part in parts:
        if part.startswith(("models--", "datasets--")):
            parts = part.split("--")[1:]
            break
    if not is_dataset:
        is_dataset = not _OF_DATASETS.isdisjoint(front) and "base_model" not in front
    return "dataset" if is_dataset else "model", "/".join(parts[-2:])
