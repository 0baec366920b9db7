"""How long the explorer takes in a real browser: to the first record, and to open what most is made from.

    pip install -e '.[browser,release]' && python benchmarks/explorer.py

Prints a row for each edition: that of this repository, and one generated with ``--nodes`` records. The first
record is timed from the moment when the page's data are there; with it stands the whole load. To open is to
unfold every leaf of the record that has most steps, laid out and drawn.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from llmlineage.edition import Edition, open_edition  # noqa: E402
from llmlineage.edition.compile import build_edition  # noqa: E402
from llmlineage.explorer.server import Server  # noqa: E402

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
# When the record's facts stand in the page, against when its data had come.
FIRST = """new Promise((done) => {
  const look = () => {
    if (!document.querySelector('.verdict')) return requestAnimationFrame(look);
    const core = performance.getEntriesByType('resource').find((one) => one.name.endsWith('core.json'));
    done([performance.now() - core.responseEnd, performance.now()]);
  };
  look();
})"""
OPEN = """new Promise((done) => {
  const fold = document.querySelector('.pic-fold .pic-box');
  if (!fold) return done(null);
  const before = document.querySelectorAll('.frame .pic-node').length, start = performance.now();
  const look = () => document.querySelectorAll('.frame .pic-node').length > before
    ? done([performance.now() - start, document.querySelectorAll('.frame .pic-node').length])
    : requestAnimationFrame(look);
  fold.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  look();
})"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--nodes", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    print("| records | steps | first record | with the load | largest hub opened | records drawn |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        real = build_edition(ROOT, Path(folder) / "real")
        generate = [sys.executable, str(ROOT / "benchmarks" / "generate.py"), f"{folder}/package"]
        subprocess.run([*generate, "--nodes", str(options.nodes)], check=True, stdout=subprocess.DEVNULL)
        made = build_edition(Path(folder) / "package", Path(folder) / "made", validate=False)
        for edition in (open_edition(real), open_edition(made)):
            print(row(browser, edition, options.runs), flush=True)
        browser.close()


def row(browser: Browser, edition: Edition, runs: int) -> str:
    with Server(edition) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"{server.address}#/r/{hub(edition)}"
        timed = [once(browser, address) for _ in range(runs)]
        server.shutdown()
    first, load, opened, drawn = (statistics.median(each) for each in zip(*timed, strict=True))
    nodes, edges = (
        edition.index.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("node", "edge")
    )
    return f"| {nodes:,} | {edges:,} | {first:.0f} ms | {load:.0f} ms | {opened:.0f} ms | {drawn:.0f} |"


def hub(edition: Edition) -> str:
    """The record from which most others were made directly."""
    query = "SELECT id FROM edge JOIN node ON node.n = p GROUP BY p ORDER BY count(*) DESC LIMIT 1"
    return str(edition.index.execute(query).fetchone()[0])


def once(browser: Browser, address: str) -> tuple[float, float, float, float]:
    page: Page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.goto(address)
    first, load = page.evaluate(FIRST)
    page.wait_for_selector(".pic-node")
    opened, drawn = page.evaluate(OPEN) or (0, page.locator(".pic-node").count())
    page.close()
    return first, load, opened, drawn


if __name__ == "__main__":
    main()
