"""A server of the real record and one of the tiny one, and a browser to look at them with."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from llmlineage.edition import open_edition
from llmlineage.explorer.server import Server

CHROMIUM = Path("/usr/bin/chromium")
# Without the last ones Chromium looks for hosts of its makers, which is nothing of ours.
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@contextmanager
def serving(edition: Path) -> Iterator[Server]:
    with Server(open_edition(edition)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="session")
def tiny_server(tiny_edition: Path) -> Iterator[Server]:
    with serving(tiny_edition) as server:
        yield server


@pytest.fixture(scope="session")
def real_server(real_edition: Path) -> Iterator[Server]:
    with serving(real_edition) as server:
        yield server


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright; a test without them is skipped, and says which lacks."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright lacks: pip install '.[browser]'")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} lacks: apt-get install chromium")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield browser
        browser.close()


class Tab:
    """A page of the browser, and everything that it complained of."""

    def __init__(self, chromium: Any, **options: Any) -> None:
        self.context = chromium.new_context(**{"viewport": {"width": 1400, "height": 900}} | options)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: said.type == "error" and self.complaints.append(said.text))
        self.page.on("request", lambda request: self.asked.append(request.url))


@pytest.fixture
def tabs(chromium: Any) -> Iterator[Any]:
    """Makes tabs; none of them may have complained of anything when the test is over."""
    made: list[Tab] = []

    def make(**options: Any) -> Tab:
        made.append(Tab(chromium, **options))
        return made[-1]

    yield make
    for tab in made:
        tab.context.close()
    assert [said for tab in made for said in tab.complaints] == []
