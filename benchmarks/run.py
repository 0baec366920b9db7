"""Measure llmlineage beside its peers in one run, and print the table of benchmarks/README.md.

    python benchmarks/run.py [--runs 11] [--nodes 2000000] [--keep FOLDER]

Needs ``pip install -e '.[benchmark]'``; a peer that is not installed is left out.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
PYTHON = sys.executable
LLMLINEAGE = str(Path(PYTHON).with_name("llmlineage"))

# Each peer reads the edges of the same edition and finds all that descend from dataset 0.
RUSTWORKX = """
import polars, rustworkx
edges = polars.read_parquet("{edition}/edges.parquet", columns=["child", "parent"])
ids = polars.concat([edges["child"], edges["parent"]]).unique().to_list()
numbers = {{id: number for number, id in enumerate(ids)}}
graph = rustworkx.PyDiGraph()
graph.add_nodes_from(ids)
child = edges["child"].replace_strict(numbers, return_dtype=polars.Int32)
parent = edges["parent"].replace_strict(numbers, return_dtype=polars.Int32)
graph.add_edges_from_no_data(list(zip(parent.to_list(), child.to_list())))
found = [ids[number] for number in rustworkx.descendants(graph, numbers["d0000000"])]
print(len(found))
"""
NETWORKX = """
import networkx, polars
edges = polars.read_parquet("{edition}/edges.parquet", columns=["child", "parent"])
graph = networkx.DiGraph()
graph.add_edges_from(zip(edges["parent"].to_list(), edges["child"].to_list()))
found = list(networkx.descendants(graph, "d0000000"))
print(len(found))
"""
DUCKDB = """
import duckdb
duckdb.sql("SET enable_progress_bar = false")
duckdb.sql("CREATE TABLE edge AS SELECT child, parent FROM '{edition}/edges.parquet'")
found = duckdb.sql(
    "WITH RECURSIVE reached (id) AS "
    "(SELECT 'd0000000' UNION SELECT child FROM reached JOIN edge ON parent = id) "
    "SELECT id FROM reached WHERE id <> 'd0000000'"
).fetchnumpy()
print(len(found["id"]))
"""
PEERS = {"rustworkx": RUSTWORKX, "networkx": NETWORKX, "duckdb": DUCKDB}
# The node with the most ancestors among those with fewer than a thousand. A process of its own, as
# all that is heavy: the peak memory of a child counts from that of the process that starts it.
MOST_ANCESTORS = """
import polars
counts = polars.scan_parquet("{edition}/ancestry.parquet").group_by("node").len()
few = counts.filter(polars.col("len") < 1_000).sort("len", "node", descending=True)
print(few.first().collect()["node"].item())
"""
OURS = """
import llmlineage
found = llmlineage.open("{edition}").closure("d0000000", "down")
print(len(found))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=11, help="runs of a look-up; a closure takes three")
    parser.add_argument("--nodes", type=int, default=2_000_000)
    parser.add_argument("--keep", type=Path, help="where the generated package and editions stay")
    arguments = parser.parse_args()
    folder = arguments.keep or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores\n")
    print("| what | median | peak memory | beside | ratio |\n|---|---|---|---|---|")
    measure_curated(folder, arguments.runs)
    measure_generated(folder, arguments.runs, arguments.nodes)
    if not arguments.keep:
        shutil.rmtree(folder)


def measure_curated(folder: Path, runs: int) -> None:
    """Look-ups on the embedded edition, and the pipeline that makes it."""
    trace = [LLMLINEAGE, "trace", "OpenHermes-2"]
    audit = [LLMLINEAGE, "audit", str(ROOT / "examples" / "axolotl.yml")]
    polars, ours, audited = alternating([[PYTHON, "-c", "import polars"], trace, audit], runs)
    row('`python -c "import polars"`', polars)
    row("`llmlineage trace OpenHermes-2`, embedded edition", ours, '`python -c "import polars"`', polars)
    row("`llmlineage audit examples/axolotl.yml`", audited, '`python -c "import polars"`', polars)
    row("`llmlineage trace OpenHermes-2 --full --json`", timed([*trace, "--full", "--json"], runs))
    few = min(runs, 3)
    validate = timed([LLMLINEAGE, "validate", str(ROOT)], few)
    rows = sum(len(path.read_text(encoding="utf-8").splitlines()) - 1 for path in ROOT.glob("data/*.csv"))
    row(f"`llmlineage validate .`, {rows:,} rows, {rows / validate[0]:,.0f} rows/s", validate)
    row("`python build`", timed([PYTHON, str(ROOT / "build"), "--output", str(folder / "dist")], few))


def measure_generated(folder: Path, runs: int, nodes: int) -> None:
    """The same on an edition of the Hub's size."""
    package, edition = folder / "generated", folder / "edition"
    subprocess.run([PYTHON, ROOT / "benchmarks" / "generate.py", package, "--nodes", str(nodes)], check=True)
    build = timed([LLMLINEAGE, "build", str(package), "-o", str(edition), "--no-validate"], 1)
    counts = json.loads((edition / "edition.json").read_text(encoding="utf-8"))["rows"]
    row(f"build of {counts['nodes']:,} nodes, {counts['edges']:,} edges from CSV", build)
    node = output([PYTHON, "-c", MOST_ANCESTORS.format(edition=edition)]).strip()
    near = [LLMLINEAGE, "--edition", str(edition), "trace", node]
    small, large = alternating([[LLMLINEAGE, "trace", "OpenHermes-2"], near], runs)
    found = len(output([*near, "-q"]).splitlines()) - 1
    row(f"`llmlineage trace` of a node with {found} ancestors there", large, "embedded edition", small)
    measure_closure(edition, min(runs, 3))


def measure_closure(edition: Path, runs: int) -> None:
    """All that descends from one node, beside the peers that are installed."""
    peers = [peer for peer in PEERS if importlib.util.find_spec(peer)]
    scripts = [script.format(edition=edition) for script in (OURS, *(PEERS[peer] for peer in peers))]
    sizes = {output([PYTHON, "-c", script]).strip() for script in scripts}
    assert len(sizes) == 1, f"the closures differ: {sizes}"
    ours, *others = alternating([[PYTHON, "-c", script] for script in scripts], runs)
    row(f"closure of {int(sizes.pop()):,} nodes", ours)
    for peer, other in zip(peers, others, strict=True):
        row("the same", ours, f"{peer} with its load", other)


def alternating(commands: Sequence[Sequence[str]], runs: int) -> list[tuple[float, float]]:
    """Median seconds and greatest memory of each command, run in turn so that all meet the same weather."""
    results: list[list[tuple[float, float]]] = [[] for _ in commands]
    for _ in range(runs + 1):  # the first round fills the caches
        for command, result in zip(commands, results, strict=True):
            result.append(once(command))
    return [
        (statistics.median(s for s, _ in result[1:]), max(m for _, m in result[1:])) for result in results
    ]


def timed(command: Sequence[str], runs: int) -> tuple[float, float]:
    return alternating([command], runs)[0] if runs > 1 else once(command)


def once(command: Sequence[str]) -> tuple[float, float]:
    """Seconds of wall time and megabytes of peak memory."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - started
    assert status == 0, f"{command} failed"
    return elapsed, usage.ru_maxrss / 1024


def output(command: Sequence[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def row(
    what: str, ours: tuple[float, float], beside: str = "", peer: tuple[float, float] | None = None
) -> None:
    ratio = f"{ours[0] / peer[0]:.2f}" if peer else ""
    other = f"{beside}: {peer[0]:.3f} s" if peer else ""
    print(f"| {what} | {ours[0]:.3f} s | {ours[1]:,.0f} MB | {other} | {ratio} |", flush=True)


if __name__ == "__main__":
    main()
