"""Measure the commands over rows beside their peers, and print the tables of benchmarks/README.md.

    python benchmarks/rows.py [fingerprint] [memory] [exact] [attribute] [near] [spark]
        [--keep FOLDER] [--scale 1.0]

Needs ``pip install -e '.[benchmark]'``; a peer that is not installed is left out. ``--text-dedup PYTHON``
names a Python in which text-dedup 0.4 is installed (it wants 3.12), to be measured beside.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

PYTHON = sys.executable
LLMLINEAGE = str(Path(PYTHON).with_name("llmlineage"))
GIGABYTE = 1_000_000_000

# What one would write without this package. Sets of hashes, as sets of texts would not fit in memory.
PLAIN_FINGERPRINT = """
import json, sys, unicodedata
def normal(text):
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
prompts, responses, both = set(), set(), set()
with open(sys.argv[1], encoding="utf-8") as file:
    for line in file:
        row = json.loads(line)
        prompt = normal(row["instruction"] + "\\n" + row["input"] if row["input"] else row["instruction"])
        response = normal(row["output"])
        prompts.add(hash(prompt)), responses.add(hash(response)), both.add(hash((prompt, response)))
print(len(prompts), len(responses), len(both))
"""
PLAIN_EXACT = """
import sys, unicodedata
import polars
def normal(text):
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
def texts(path):
    prompts, responses, both = set(), set(), set()
    for prompt, response in polars.read_parquet(path).select("prompt", "completion").iter_rows():
        prompt, response = normal(prompt), normal(response)
        prompts.add(prompt), responses.add(response), both.add((prompt, response))
    return prompts, responses, both
for a, b in zip(texts(sys.argv[1]), texts(sys.argv[2])):
    print(len(a), len(b), len(a & b))
"""
# DuckDB has no NFKC and no case folding: NFC and lower case, which are less work.
DUCKDB_EXACT = """
import sys
import duckdb
duckdb.sql("SET enable_progress_bar = false")
# As its best users would: no regular expression, and the hash of the normalised text in the text's place.
normal = "hash(trim(lower(nfc_normalize({}))))"
for side, path in zip("ab", sys.argv[1:]):
    duckdb.sql(f"CREATE TABLE {side} AS SELECT {normal.format('prompt')} AS prompt, "
               f"{normal.format('completion')} AS response FROM '{path}'")
for columns in ("prompt", "response", "prompt, response"):
    found = [f"SELECT DISTINCT {columns} FROM {side}" for side in "ab"]
    queries = [*found, f"({found[0]}) INTERSECT ({found[1]})"]
    print(*(duckdb.sql(f"SELECT count(*) FROM ({query})").fetchall()[0][0] for query in queries))
"""
# Filters of fifty datasets of 100,000 rows: twelve hundred rows of the data each, and made-up hashes; and
# how many of ten million hashes that none of them holds are found in one.
FIFTY = """
import sys
from pathlib import Path
import numpy, polars
from llmlineage.content import attribute, filters
from llmlineage.content.rows import Collection
chance = numpy.random.default_rng(1)
data = polars.concat(Collection(sys.argv[1]).hashes(()))
holders = []
for number in range(50):
    some, hashes = data.slice(number * data.height // 50, data.height // 800), {}
    for field in ("prompt", "response", "both"):
        mine = some[field].drop_nulls().to_numpy()
        made = chance.integers(0, 2**64, 100_000 - len(mine), dtype=numpy.uint64)
        hashes[field] = filters.cut(polars.Series(numpy.concatenate([mine, made])), filters.BITS)
    holders.append(filters.Holder(filters.Source(f"dataset-{number}"), 100_000, hashes))
filters.write(holders, Path(sys.argv[2]))
others = polars.DataFrame({"prompt": chance.integers(0, 2**64, 10**7, dtype=numpy.uint64)})
others = others.with_row_index("entry")
found = attribute.meet(others, "prompt", attribute.table(holders, "prompt"))["entry"].n_unique()
said = attribute.chance(holders, "prompt")
print(f"found though not held: {found / 10**7:.2g} of the texts; said: {said:.2g}")
"""
DATASKETCH = """
import sys
import polars
from datasketch import MinHash, MinHashLSH
prompts = [polars.read_parquet(path)["prompt"].str.to_lowercase() for path in sys.argv[1:3]]
a, b = (one.unique(maintain_order=True).to_list() for one in prompts)
def sketches(texts):
    return MinHash.generator([shingles(text) for text in texts], num_perm=128)
def shingles(text):
    words = text.split()
    return [" ".join(words[place:place + 3]).encode() for place in range(max(1, len(words) - 2))]
index = MinHashLSH(threshold=0.7, num_perm=128)
with index.insertion_session() as session:
    for key, sketch in enumerate(sketches(b)):
        session.insert(key, sketch)
print(sum(bool(index.query(sketch)) for sketch in sketches(a)))
"""
TEXT_DEDUP = """
import sys
from types import SimpleNamespace
import polars
from datasets import Dataset
from text_dedup.config import MinHashAlgorithmConfig
from text_dedup.minhash import cluster, fingerprint
sides = [polars.read_parquet(path)["prompt"].unique(maintain_order=True) for path in sys.argv[1:3]]
algorithm = MinHashAlgorithmConfig(
    algorithm_name="minhash", text_column="text", num_perm=128, ngram_size=3, min_length=1,
    threshold=0.7, num_proc=2,
)
texts = polars.concat(sides).to_list()
rows = Dataset.from_dict({"text": texts, algorithm.internal_index_column: list(range(len(texts)))})
config = SimpleNamespace(algorithm=algorithm)
print(len(cluster(config, fingerprint(config, rows))))
"""
OURS_NEAR = """
import sys
from llmlineage.content import near
from llmlineage.content.rows import Collection
if __name__ == "__main__":
    a, b = (near.read_texts(Collection(path), "prompt") for path in sys.argv[1:3])
    print(near.tiers(a, b))
"""
# Every pair compared, over the same words and shingles.
BRUTE = """
import sys
from llmlineage.content import near
from llmlineage.content.rows import Collection
a, b = (near.read_texts(Collection(path), "prompt") for path in sys.argv[1:3])
exact = a.hashes.is_in(b.hashes.implode())
rest = a.filter(~exact)
rest = rest.filter(~near.holds_whole(rest, b))
def sets(side):
    return [frozenset(part["gram"].to_list()) for part in side.sets.partition_by("item", maintain_order=True)]
theirs = sets(b)
def is_near(one):
    return any(len(one & other) >= 0.7 * len(one | other) for other in theirs)
true = {place for place, one in enumerate(sets(rest)) if is_near(one)}
items = rest.sets["item"].unique(maintain_order=True).to_list()
true = {items[place] for place in true}
found = set(near.similar(rest, b, 0.7)["item"].to_list())
print(len(true), len(found & true), len(found - true))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS))
    parser.add_argument("--keep", type=Path, help="a folder for the generated files")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument(
        "--scale", type=float, default=1, help="times the sizes of the tables; a little, to try"
    )
    parser.add_argument("--text-dedup", metavar="PYTHON")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.keep or Path(scratch)
        folder.mkdir(exist_ok=True)
        for part in arguments.parts:
            PARTS[part](folder, arguments)


def fingerprint(folder: Path, arguments: argparse.Namespace) -> None:
    data = json_lines(folder, 2 * arguments.scale)
    ours = [LLMLINEAGE, "fingerprint", str(data), "-o", str(folder / "print.parquet")]
    plain = [PYTHON, "-c", PLAIN_FINGERPRINT, str(data)]
    side_by_side(
        f"fingerprint of a {2 * arguments.scale:g} GB JSON Lines file",
        {"llmlineage": ours, "plain Python loop": plain},
        arguments,
    )


def memory(folder: Path, arguments: argparse.Namespace) -> None:
    for size in (2 * arguments.scale, 8 * arguments.scale):
        data = json_lines(folder, size)
        seconds, peak, _ = run([LLMLINEAGE, "fingerprint", str(data), "-o", str(folder / "print.parquet")])
        row(f"fingerprint, {size:g} GB", seconds, peak)


def exact(folder: Path, arguments: argparse.Namespace) -> None:
    rows = round(1_000_000 * arguments.scale)
    a, b = parquet_pair(folder, rows)
    commands = {
        "llmlineage": [LLMLINEAGE, "overlap", str(a), str(b)],
        "Python sets": [PYTHON, "-c", PLAIN_EXACT, str(a), str(b)],
    }
    if importlib.util.find_spec("duckdb"):
        commands["DuckDB"] = [PYTHON, "-c", DUCKDB_EXACT, str(a), str(b)]
    side_by_side(f"exact overlap of two parquet files of {rows:,} rows", commands, arguments)


def attribute(folder: Path, arguments: argparse.Namespace) -> None:
    """Beside what one would write: a join of the hashes of fifty tables, which tells which holds what."""
    rows = round(1_000_000 * arguments.scale)
    a, _ = parquet_pair(folder, rows)
    filters = folder / "filters.parquet"
    _, _, said = run([PYTHON, "-c", FIFTY, str(a), str(filters)])
    print(f"\n{said}; the filters of 50 datasets of 100,000 rows: {filters.stat().st_size / 1e6:.1f} MB")
    command = [
        LLMLINEAGE,
        "attribute",
        str(a),
        "--against",
        str(filters),
        "-o",
        str(folder / "origins.parquet"),
    ]
    title = f"attribution of {rows:,} rows among 50 datasets"
    side_by_side(title, {"llmlineage attribute": [*command, "--force"]}, arguments)


def near(folder: Path, arguments: argparse.Namespace) -> None:
    rows = round(100_000 * arguments.scale)
    a, b = parquet_pair(folder, rows)
    commands = {"llmlineage --near": [PYTHON, "-c", OURS_NEAR, str(a), str(b)]}
    if importlib.util.find_spec("datasketch"):
        commands["datasketch LSH"] = [PYTHON, "-c", DATASKETCH, str(a), str(b)]
    if arguments.text_dedup:
        commands["text-dedup MinHash"] = [arguments.text_dedup, "-c", TEXT_DEDUP, str(a), str(b)]
    side_by_side(f"near matches among {2 * rows:,} prompts", commands, arguments)
    few = parquet_pair(folder, min(2_500, rows))
    _, _, said = run([PYTHON, "-c", BRUTE, *map(str, few)])
    true, found, wrong = map(int, said.split())
    pairs = f"every pair of {2 * min(2_500, rows):,} rows"
    print(f"recall against {pairs}: {found} of {true}; found beyond them: {wrong}")


def spark(folder: Path, arguments: argparse.Namespace) -> None:
    if not importlib.util.find_spec("pyspark"):
        print("\npyspark is not installed: Spark is left out")
        return
    data = json_lines(folder, 2 * arguments.scale)
    base = [LLMLINEAGE, "fingerprint", str(data), "-o", str(folder / "print.parquet")]
    commands = {"local engine": base}
    commands |= {f"Spark local[{n}]": [*base, "--engine", "spark", "--master", f"local[{n}]"] for n in (2, 1)}
    side_by_side(f"the same {2 * arguments.scale:g} GB from Spark", commands, arguments, once=True)


def side_by_side(
    title: str, commands: dict[str, list[str]], arguments: argparse.Namespace, once: bool = False
) -> None:
    """Each command in turn, several times over; the median of each, and its ratio to the first."""
    print(f"\n{title}")
    times: dict[str, list[float]] = {name: [] for name in commands}
    peaks: dict[str, int] = {}
    for _ in range(1 if once else arguments.runs):
        for name, command in commands.items():
            seconds, peaks[name], said = run(command)
            times[name].append(seconds)
            print(f"  {name}: {seconds:.1f} s: {' / '.join(said.split(chr(10)))[:200]}", file=sys.stderr)
    medians = {name: statistics.median(measured) for name, measured in times.items()}
    first = next(iter(medians.values()))
    for name, median in medians.items():
        row(name, median, peaks[name], f"{median / first:.2f}")


def row(name: str, seconds: float, peak: int, ratio: str = "") -> None:
    print(f"| {name} | {seconds:.1f} s | {peak / 1e6:,.0f} MB | {ratio} |", flush=True)


def run(command: list[str]) -> tuple[float, int, str]:
    """Seconds, peak resident memory in bytes, and what was printed."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command[:3])} ... exited with {process.returncode}")
    return time.perf_counter() - start, usage.ru_maxrss * 1024, said.strip()


class Writer:
    """Texts of made-up words: word frequencies as in natural language (Zipf), lengths log-normal, a
    quarter of the texts with characters beyond ASCII, a tenth of the rows repeated."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        letters = "etaoinshrdlucmfwypvb"
        words = [
            "".join(self.random.choices(letters, k=max(1, round(self.random.gauss(5, 2.2)))))
            for _ in range(30_000)
        ]
        weights = list(accumulate(1 / (place + 2) for place in range(len(words))))
        self.words = self.random.choices(words, cum_weights=weights, k=2_000_000)
        self.foreign = ["café", "“quoted”", "it’s", "—", "über", "日本語", "…", "½", "naïve", "Ωmega"]

    def text(self, mean: float) -> str:
        count = max(3, round(self.random.lognormvariate(mean, 0.8)))
        start = self.random.randrange(len(self.words) - count)
        words = self.words[start : start + count]
        if self.random.random() < 0.25:
            for _ in range(max(1, count // 40)):
                words[self.random.randrange(count)] = self.random.choice(self.foreign)
        for place in range(10, count, 15):
            words[place] += self.random.choice([".", ",", ".\n\n", ":\n", "."])
        return " ".join(words).capitalize() + "."

    def rows(self) -> Iterator[tuple[str, str, str]]:
        recent: list[tuple[str, str, str]] = []
        while True:
            if recent and self.random.random() < 0.1:
                yield self.random.choice(recent)
                continue
            made = self.text(3.2), self.text(3) if self.random.random() < 0.3 else "", self.text(4.7)
            if len(recent) < 5_000:
                recent.append(made)
            yield made


def json_lines(folder: Path, gigabytes: float) -> Path:
    """A file of about this size in Alpaca's layout; half of its rows escape what is not ASCII."""
    path, size = folder / f"rows-{gigabytes:g}gb.jsonl", gigabytes * GIGABYTE
    if path.exists():
        return path
    writer, written = Writer(5), 0
    with path.open("w", encoding="utf-8") as file:
        for instruction, extra, output in writer.rows():
            escape = writer.random.random() < 0.5
            line = json.dumps(
                {"instruction": instruction, "input": extra, "output": output}, ensure_ascii=escape
            )
            written += file.write(line + "\n")
            if written > size:
                return path
    return path


def parquet_pair(folder: Path, rows: int) -> tuple[Path, Path]:
    """Two files of prompts and completions. Of B's rows, a fifth are A's, a fifth A's with small edits."""
    import polars as pl

    paths = folder / f"{rows}-a.parquet", folder / f"{rows}-b.parquet"
    if all(path.exists() for path in paths):
        return paths
    writer = Writer(7)
    source = writer.rows()
    a = [(prompt, output) for (prompt, _, output), _ in zip(source, range(rows), strict=False)]
    b = []
    for place in range(rows):
        if place % 5 == 0:
            b.append(a[place])
        elif place % 5 == 1:
            b.append((edited(writer.random, a[place][0]), a[place][1]))
        else:
            prompt, _, output = next(source)
            b.append((prompt, output))
    for path, side in zip(paths, (a, b), strict=True):
        pl.DataFrame(side, schema=["prompt", "completion"], orient="row").write_parquet(path)
    return paths


def edited(chance: random.Random, text: str) -> str:
    """The text with a word in twenty changed, at least one."""
    words = text.split(" ")
    for _ in range(max(1, len(words) // 20)):
        words[chance.randrange(len(words))] = "changed"
    return " ".join(words)


PARTS = {
    "fingerprint": fingerprint,
    "memory": memory,
    "exact": exact,
    "attribute": attribute,
    "near": near,
    "spark": spark,
}

if __name__ == "__main__":
    main()
