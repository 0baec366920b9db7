"""Write a data package of the size of the Hub: 2 million nodes and 3 million edges.

    python benchmarks/generate.py FOLDER [--nodes 2000000]

The shape follows what the Hub's own metadata shows: three models to one dataset, most models
finetuned from few bases and trained on few datasets (each new edge copies the target of an
earlier one nine times in ten, which gives a power law of in-degrees), the great bases trained
on one crawl of the web, some models merged from a dozen others. The same arguments give the same files.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from llmlineage.package import TABLES

ROOT = Path(__file__).parent.parent
BASES = 400
DATE = "2023-01-01"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--nodes", type=int, default=2_000_000)
    arguments = parser.parse_args()
    write_package(arguments.folder, arguments.nodes)


def write_package(folder: Path, nodes: int) -> None:
    """Write descriptor, schemas and every table of the package to ``folder``; some have no rows."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "schemas", folder / "schemas")
    descriptor = json.loads((ROOT / "datapackage.json").read_text(encoding="utf-8"))
    descriptor["name"] = "generated"
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    (folder / "data").mkdir()
    models, datasets = nodes * 3 // 4, nodes // 4
    tables: dict[str, Iterable[dict[str, object]]] = dict.fromkeys(TABLES, ())
    derivations = sorted(make_derivations(random.Random(1), datasets))
    trainings = sorted(make_trainings(random.Random(2), models, datasets))
    adaptations = sorted(make_adaptations(random.Random(3), models))
    above = {key[0] for key in derivations}, {key[0] for key in trainings} | {key[0] for key in adaptations}
    facts = {"status": "available", "source": "generated"}
    tables["datasets"] = (facts | node("d", n, "instruction", n in above[0]) for n in range(datasets))
    tables["models"] = (facts | node("m", n, "instruct", n in above[1]) for n in range(models))
    tables["derivations"] = (
        edge("child", "d", c, "relation", r, "parent", "d", p) for c, r, p in derivations
    )
    tables["trainings"] = (edge("model", "m", c, "stage", s, "dataset", "d", p) for c, s, p in trainings)
    tables["adaptations"] = (
        edge("child", "m", c, "relation", r, "parent", "m", p) for c, r, p in adaptations
    )
    tables["sources"] = [
        {
            "id": "generated",
            "kind": "catalogue",
            "url": "https://example.org/generated",
            "title": "Generated",
            "accessed": DATE,
        }
    ]
    for table, rows in tables.items():
        write(folder, table, rows)


def make_adaptations(rng: random.Random, models: int) -> set[tuple[int, str, int]]:
    """Three models in four are finetuned from an earlier one; one in a hundred merges up to twelve."""
    pick = copying(rng, min(BASES, models))
    edges: set[tuple[int, str, int]] = set()
    for n in range(BASES, models):
        if rng.random() < 0.75:
            edges.add((n, "finetune_of", pick(n)))
        elif rng.random() < 0.04:
            edges |= {(n, "merge_of", rng.randrange(n)) for _ in range(rng.randint(2, 12))}
    return edges


def make_trainings(rng: random.Random, models: int, datasets: int) -> set[tuple[int, str, int]]:
    """A model is trained on one dataset on average; the bases on dataset 0."""
    pick = copying(rng, min(1_000, datasets))
    edges = {(n, "pretraining", 0) for n in range(min(BASES, models))}
    for n in range(BASES, models):
        edges |= {(n, "sft", pick(datasets)) for _ in range(rng.choice((0, 0, 1, 1, 3)))}
    return edges


def make_derivations(rng: random.Random, datasets: int) -> set[tuple[int, str, int]]:
    """One dataset in four is a mix of two or three earlier ones."""
    pick = copying(rng, min(1_000, datasets))
    edges: set[tuple[int, str, int]] = set()
    for n in range(min(1_000, datasets), datasets):
        if rng.random() < 0.25:
            edges |= {(n, "includes", pick(n)) for _ in range(rng.choice((2, 3)))}
    return edges


def copying(rng: random.Random, first: int) -> Callable[[int], int]:
    """A picker of targets below a limit: an earlier target again, or one of the first, or any."""
    targets: list[int] = []

    def pick(limit: int) -> int:
        chance = rng.random()
        if targets and chance < 0.9:
            target = rng.choice(targets)
        else:
            target = rng.randrange(first if chance < 0.97 else limit)
        targets.append(target)
        return target

    return pick


def name(letter: str, number: int) -> str:
    return f"{letter}{number:07}"


def node(letter: str, number: int, kind: str, has_parents: bool) -> dict[str, object]:
    id, owner = name(letter, number), number % 50_000
    upstream = "complete" if has_parents else "root"
    return {"id": id, "name": id.upper(), "kind": kind, "hub_id": f"owner{owner}/{id}", "upstream": upstream}


def edge(child: str, c: str, n: int, how: str, what: str, parent: str, p: str, m: int) -> dict[str, object]:
    return {child: name(c, n), how: what, parent: name(p, m), "basis": "stated", "source": "generated"}


def write(folder: Path, table: str, rows: Iterable[dict[str, object]]) -> None:
    schema = json.loads((ROOT / "schemas" / f"{table}.json").read_text(encoding="utf-8"))
    columns = [field["name"] for field in schema["fields"]]
    with (folder / "data" / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(cells(columns, rows))


def cells(columns: list[str], rows: Iterable[dict[str, object]]) -> Iterator[list[object]]:
    for row in rows:
        yield [row.get(column, "") for column in columns]


if __name__ == "__main__":
    main()
