"""Harvest a generated snapshot of the Hub's metadata: 3 million models, 1 million datasets, 1.3 million edges.

    python benchmarks/hub.py FOLDER [--models 3000000]

FOLDER gets the snapshot and the edition, some 3 GB, and is emptied at the end unless --keep is given. The cards
are as messy as real ones: a text for a list, null, an address for an id, several parents with commas between,
names of nothing, cards that name themselves or one another, one with 10,000 parents, renamed repositories. Half
of the models declare nothing; in-degrees follow a power law, with curated records among the great parents.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

sys.path.insert(0, str(Path(__file__).parent.parent))

import llmlineage

CHUNK = 250_000
LICENCES = ("apache-2.0", "mit", "llama3.1", "cc-by-nc-4.0", "other", "cc-by-4.0", "gemma", "openrail")
TAGS = ("region:us", "license:mit", "transformers", "safetensors", "text-generation", "en", "dataset:made/up")
FILLER = {"language": ["en", "de"], "library_name": "transformers", "pipeline_tag": "text-generation"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--models", type=int, default=3_000_000)
    parser.add_argument("--keep", action="store_true")
    arguments = parser.parse_args()
    folder = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    generate(folder / "snapshot", arguments.models)
    size = sum(one.stat().st_size for one in (folder / "snapshot").iterdir())
    print(f"snapshot: {size / 1e6:,.0f} MB of parquet")
    harvest(folder)
    look_up(folder, arguments.models)
    if not arguments.keep:
        shutil.rmtree(folder)


def generate(folder: Path, models: int) -> None:
    """Write the snapshot in parts; the same arguments give the same rows."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    rng = random.Random(7)
    known = curated("model"), curated("dataset")
    datasets = models // 3
    pick_model = copying(rng, known[0], lambda n: model(n), models)
    pick_dataset = copying(rng, known[1], lambda n: dataset(n), datasets)
    for start in range(0, models, CHUNK):
        rows = [model_row(rng, n, pick_model, pick_dataset) for n in range(start, min(start + CHUNK, models))]
        write(rows, folder / f"models-{start // CHUNK:02}.parquet")
    for start in range(0, datasets, CHUNK):
        rows = [dataset_row(rng, n, pick_dataset) for n in range(start, min(start + CHUNK, datasets))]
        write(rows, folder / f"datasets-{start // CHUNK:02}.parquet")


def write(rows: list[dict[str, Any]], path: Path) -> None:
    pl.DataFrame(rows, schema_overrides={"tags": pl.List(pl.String)}, infer_schema_length=None).write_parquet(
        path
    )


def curated(type_: str) -> list[str]:
    query = f"SELECT hub_id FROM node WHERE type = '{type_}' AND hub_id IS NOT NULL ORDER BY n"
    return [name for (name,) in llmlineage.open().edition.index.execute(query)]


def copying(
    rng: random.Random, known: list[str], name: Callable[[int], str], count: int
) -> Callable[[], str]:
    """A picker of parents: an earlier one again, or a curated record, or any repository."""
    targets: list[str] = []

    def pick() -> str:
        chance = rng.random()
        if targets and chance < 0.75:
            target = rng.choice(targets)
        elif chance < 0.8:
            target = rng.choice(known)
        else:
            target = name(rng.randrange(count))
        targets.append(target)
        return target

    return pick


def model(n: int) -> str:
    return f"owner-{n % 300_007}/Model-{n:x}-7B_v{n % 5}.{n % 3}"


def dataset(n: int) -> str:
    return f"owner-{n % 100_003}/data_{n:x}-set"


def model_row(
    rng: random.Random, n: int, pick_model: Callable[[], str], pick_dataset: Callable[[], str]
) -> dict[str, Any]:
    card: dict[str, Any] = {"license": LICENCES[n % len(LICENCES)], **FILLER}
    chance = rng.random()
    tags = list(TAGS[: n % 5])
    if chance < 0.24:
        parents = [pick_model() for _ in range(rng.randint(2, 6) if chance < 0.01 else 1)]
        card["base_model"] = messy(rng, parents, model(n))
        if rng.random() < 0.4:
            tags.append(f"base_model:{rng.choice(('finetune', 'adapter', 'quantized'))}:{parents[0]}")
    if 0.18 < chance < 0.30:
        names = [
            f"lost-{rng.randrange(40_000)}/gone" if rng.random() < 0.3 else pick_dataset()
            for _ in range(rng.choice((1, 1, 2, 3)))
        ]
        card["datasets"] = messy(rng, names, "")
    if n % 5_000 < 2:
        card["base_model"] = model(n ^ 1)
    if n == 12_345:
        card["base_model"] = [model(one) for one in range(20_000, 30_000)]
    return row(n, model(n), card if chance < 0.6 else None, tags) | {"pipeline_tag": "text-generation"}


def messy(rng: random.Random, names: list[str], itself: str) -> object:
    """The names as people write them."""
    chance = rng.random()
    if chance < 0.5:
        return names
    if len(names) == 1 and chance < 0.9:
        return names[0]
    if chance < 0.93:
        return ", ".join(names)
    if chance < 0.96:
        return [f"https://huggingface.co/{one}" for one in names]
    if chance < 0.97:
        return [None, *names, {"name": "none"}, 3]
    if chance < 0.98 and itself:
        return [*names, itself]
    if chance < 0.985:
        return None
    return [*names, "./local/checkpoint", "[More Information Needed]"]


def dataset_row(rng: random.Random, n: int, pick_dataset: Callable[[], str]) -> dict[str, Any]:
    card: dict[str, Any] = {"license": LICENCES[n % len(LICENCES)], "task_categories": ["text-generation"]}
    chance = rng.random()
    if chance < 0.1:
        card["source_datasets"] = ["original"]
    elif chance < 0.2:
        card["source_datasets"] = [f"extended|{pick_dataset()}"]
    return row(n, dataset(n), card if chance < 0.7 else None, [])


def row(n: int, name: str, card: dict[str, Any] | None, tags: list[str]) -> dict[str, Any]:
    return {
        "_id": f"{n:024x}",
        "id": name,
        "author": name.partition("/")[0],
        "cardData": None if card is None else json.dumps(card),
        "tags": tags,
        "createdAt": f"202{n % 6}-0{1 + n % 9}-1{n % 10}T10:00:00.000Z",
        "lastModified": f"202{n % 6}-0{1 + n % 9}-1{n % 10}T11:00:00.000Z",
        "downloads": n % 1_000,
        "likes": n % 17,
        "gated": "auto" if n % 20 == 0 else "False",
    }


def harvest(folder: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "llmlineage",
        "harvest",
        str(folder / "snapshot"),
        "-o",
        str(folder / "edition"),
    ]
    started = time.perf_counter()
    subprocess.run(command, check=True)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    print(f"harvest: {seconds:,.1f} s, peak memory {peak:,.0f} MB")
    index = (folder / "edition" / "lineage.sqlite").stat().st_size
    print(f"index: {index / 1e6:,.0f} MB")


def look_up(folder: Path, models: int) -> None:
    names = (["OpenHermes-2"], ["--edition", str(folder / "edition"), "OpenHermes-2"],
             ["--edition", str(folder / "edition"), model(models // 2)],
             ["--edition", str(folder / "edition"), model(12_345), "--depth", "1"])  # fmt: skip
    for words in names:
        *before, name = words if "--depth" not in words else (*words[:2], *words[3:], words[2])
        depth = before[2:] if "--depth" in before else []
        command = [sys.executable, "-m", "llmlineage", *before[:2], "trace", name, *depth]
        print(f"trace {' '.join(words)}: {cold(command) * 1000:,.0f} ms")


def cold(command: list[str]) -> float:
    """The median of 11 processes."""
    times = []
    for _ in range(11):
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


if __name__ == "__main__":
    main()
