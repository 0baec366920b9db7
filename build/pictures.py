"""The pictures of docs/explorer.md: the main views, on a desktop and on a phone, light and dark."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from llmlineage.edition import open_edition
from llmlineage.errors import MissingExtra
from llmlineage.explorer.server import Server

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
DESKTOP, PHONE = (1440, 900), (375, 780)
MIX = "audit?names=teknium/OpenHermes-2.5%0Ameta-math/MetaMathQA%0Aopenai/gsm8k"
# Name, address, size, colours, and what must stand there before the picture is taken.
VIEWS = (
    ("home", "", DESKTOP, "light", ".home"),
    ("record", "r/openhermes-2.5", DESKTOP, "light", ".pic-node"),
    ("record-dark", "r/openhermes-2.5", DESKTOP, "dark", ".pic-node"),
    ("graph", "r/zephyr-7b-beta?g=2-0", DESKTOP, "light", ".pic-node"),
    ("graph-time", "r/openhermes-1?g=2-0&axis=time", DESKTOP, "dark", ".pic-column"),
    ("ways", "why/zephyr-7b-beta/alpaca", DESKTOP, "light", ".way .cite"),
    ("timeline", "years?r=zephyr-7b-beta", DESKTOP, "light", ".dots.drawn"),
    ("field", "field", DESKTOP, "light", ".bars td"),
    ("audit", MIX, DESKTOP, "dark", ".verdict .finding"),
    ("record-phone", "r/openhermes-2.5", PHONE, "light", ".verdict .finding"),
    ("graph-phone", "r/zephyr-7b-beta", PHONE, "dark", ".pic-node"),
    ("audit-phone", MIX, PHONE, "light", ".verdict .finding"),
    ("timeline-phone", "years", PHONE, "dark", ".dots"),
)


def take(edition: Path, folder: Path) -> None:
    """Write the pictures to ``folder``.

    Raises:
        MissingExtra: Playwright is not installed.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise MissingExtra("playwright", "browser") from error
    folder.mkdir(parents=True, exist_ok=True)
    with serving(edition) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, view, (width, height), colours, there in VIEWS:
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=colours)
            page.goto(f"{address}#/{view}")
            page.wait_for_selector(there)
            page.wait_for_timeout(300)
            if name == "graph-phone":
                page.locator(".picture").scroll_into_view_if_needed()
                page.evaluate("document.querySelector('.picture').scrollIntoView()")
            page.screenshot(path=str(folder / f"{name}.png"))
            page.close()
        browser.close()


@contextmanager
def serving(edition: Path) -> Iterator[str]:
    with Server(open_edition(edition)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.address
        server.shutdown()
