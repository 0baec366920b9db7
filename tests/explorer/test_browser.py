"""What people do with the page, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest

from llmlineage.audit import audit
from llmlineage.audit.configs import Config, DatasetUse
from llmlineage.explorer.server import Server
from llmlineage.graph import names
from llmlineage.graph.lineage import why
from llmlineage.graph.terms.licences import read_licences
from llmlineage.render import audit as render
from tests.explorer.conftest import Tab, serving
from tests.explorer.test_site import hostile_edition, hostile_site, tiny_site  # noqa: F401  fixtures
from tests.tiny import ROOT

AXE = ROOT / "explorer" / "node_modules" / "axe-core" / "axe.min.js"
Tabs = Callable[..., Tab]
HUBS = ("gpt-4", "sharegpt", "llama-2-70b", "wikipedia", "gsm8k", "openhermes-2.5")


def until(page: Any, true: str, timeout: int = 20_000) -> None:
    """Waits until an expression holds; Playwright's own way evaluates a text, which the policy forbids."""
    end = monotonic() + timeout / 1000
    while not page.evaluate(true):
        assert monotonic() < end, true
        sleep(0.03)


def shown(tab: Tab, address: str, heading: str | None = None) -> Any:
    """The page at an address, once its heading and all of its facts are there."""
    tab.page.goto(address)
    tab.page.wait_for_selector("h1")
    until(tab.page, "!document.querySelector('[aria-busy=true]')")
    if heading is not None:
        assert tab.page.inner_text("h1") == heading
    return tab.page


def answers(tab: Tab, call: str, *given: object) -> Any:
    """What the page's own code says."""
    until(tab.page, "window.llmlineage")
    return tab.page.evaluate(
        f"async (given) => {{ await llmlineage.ready(); return llmlineage.{call}(...given) }}", given
    )


def of_command(edition: Any, ids: list[str]) -> list[list[object]]:
    """The lines of the verdict that ``llmlineage audit`` prints of a list of names."""
    found = audit(edition, Config("", "names", tuple(map(DatasetUse, ids)))).findings
    licences, lines = read_licences(edition), []
    for _, category in render.QUESTIONS:
        cases = [one for one in found if one.category == category]
        if cases:
            lines.append([category, len(cases), render.case(cases, licences)])
    return lines


def some(edition: Any, count: int) -> list[str]:
    """Records from all over the edition."""
    ids = [id for (id,) in edition.index.execute("SELECT id FROM node ORDER BY id")]
    return ids[:: max(1, len(ids) // count)][:count]


def test_it_opens_on_a_search_and_finds_a_record_by_the_keyboard_alone(
    tabs: Tabs, real_server: Server
) -> None:
    page = shown(tabs(), real_server.address)
    assert page.locator(".picture").count() == 0
    page.keyboard.type("open hermes_2.5", delay=5)
    page.wait_for_selector("[role=option]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".record h1")
    assert page.inner_text("h1") == "OpenHermes 2.5"
    assert page.evaluate("document.activeElement.tagName") == "H1"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "combobox"


def test_an_expression_opens_so_many_steps(tabs: Tabs, real_server: Server) -> None:
    page = shown(tabs(), real_server.address)
    page.keyboard.type("2+zephyr-7b-beta+1", delay=5)
    page.wait_for_selector("[role=option]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".pic-node")
    assert "g=2-1" in page.url
    assert page.locator(".pic-node").count() > 10


def test_a_record_says_what_it_is_made_of_with_each_source_one_click_away(
    tabs: Tabs, real_server: Server
) -> None:
    page = shown(tabs(), f"{real_server.address}#/r/openhermes-2.5", "OpenHermes 2.5")
    made = page.locator("section", has=page.locator("h2", has_text="Made from")).first
    item = made.locator("li", has=page.get_by_role("link", name="CAMEL Math", exact=True))
    assert item.locator(".cite").count() == 0
    item.locator("summary").click()
    assert item.locator(".cite a").get_attribute("href").startswith("https://huggingface.co/")


def test_a_branch_opens_and_closes_again_and_leaves_are_folded(tabs: Tabs, real_server: Server) -> None:
    page = shown(tabs(), f"{real_server.address}#/r/openhermes-2.5")
    page.wait_for_selector(".pic-node")
    before = page.locator(".pic-node").count()
    page.locator(".pic-fold .pic-box").first.click()
    until(page, f"document.querySelectorAll('.pic-node').length > {before}")
    unfolded = page.locator(".pic-node").count()
    one = page.locator(".pic-node", has=page.locator(".pic-handle:not(.is-open)")).last
    handle = one.locator(".pic-handle:not(.is-open)").first
    handle.dispatch_event("click")
    until(page, f"document.querySelectorAll('.pic-node').length > {unfolded}")
    page.get_by_role("button", name="One step").click()
    until(page, f"document.querySelectorAll('.pic-node').length <= {unfolded}")


@pytest.mark.parametrize("id", HUBS)
def test_what_most_is_made_from_stays_a_picture_that_one_can_read(
    tabs: Tabs, real_server: Server, id: str
) -> None:
    page = shown(tabs(), f"{real_server.address}#/r/{id}")
    page.wait_for_selector(".pic-node.is-root")
    assert 2 <= page.locator(".pic-node").count() <= 40
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_arrow_keys_walk_along_the_steps_enter_opens_and_escape_goes_back(
    tabs: Tabs, real_server: Server
) -> None:
    page = shown(tabs(), f"{real_server.address}#/r/zephyr-7b-beta", "Zephyr 7B Beta")
    page.wait_for_selector(".pic-node.is-root [tabindex='0']")
    page.locator(".pic-node.is-root .pic-box").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(".lit li")
    assert page.locator(".pic-line.is-lit").count() == 1
    page.wait_for_selector(".lit a")
    page.keyboard.press("Escape")
    until(page, "document.activeElement.closest('.is-root')")
    page.keyboard.press("ArrowLeft")
    until(page, "document.activeElement.dataset.n && !document.activeElement.closest('.is-root')")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('h1').textContent !== 'Zephyr 7B Beta'")


def test_every_box_has_a_name_and_one_alone_is_a_stop_of_the_tab_key(tabs: Tabs, real_server: Server) -> None:
    page = shown(tabs(), f"{real_server.address}#/r/gpt-4")
    page.wait_for_selector(".pic-node")
    boxes = page.locator(".frame .pic-box")
    named = "(one) => one.getAttribute('aria-label') || one.querySelector('text').textContent"
    assert boxes.count() > 5 and all(boxes.nth(place).evaluate(named) for place in range(boxes.count()))
    assert page.locator(".frame .pic-box[tabindex='0']").count() == 1


def test_the_list_beside_the_picture_names_the_same_records(tabs: Tabs, real_server: Server) -> None:
    page = shown(tabs(), f"{real_server.address}#/r/zephyr-7b-beta?g=2-0")
    page.wait_for_selector(".pic-node")
    page.get_by_text("The same as a list").click()
    page.wait_for_selector(".tree li")
    boxes = "[...document.querySelectorAll('.frame .pic-node:not(.is-root) [data-n]')]"
    drawn = page.evaluate(f"{boxes}.map((one) => one.dataset.n)")
    listed = page.evaluate("[...document.querySelectorAll('.tree .name')].map((one) => one.title)")
    assert len(drawn) == len(set(listed))


def test_an_address_brings_back_what_was_shown(tabs: Tabs, real_server: Server) -> None:
    page = shown(tabs(), f"{real_server.address}#/r/openhermes-2.5")
    page.wait_for_selector(".pic-node")
    page.get_by_role("button", name="All parents").click()
    until(page, "document.querySelectorAll('.pic-node').length > 60")
    page.get_by_role("button", name="by time").click()
    page.wait_for_selector(".pic-column")
    count = page.locator(".pic-node").count()
    other = shown(tabs(), page.url)
    other.wait_for_selector(".pic-column")
    assert other.locator(".pic-node").count() == count


def test_the_ways_between_two_records_are_told_with_their_sources(tabs: Tabs, real_server: Server) -> None:
    page = shown(tabs(), f"{real_server.address}#/why/zephyr-7b-beta/mistral-7b-v0.1")
    page.wait_for_selector(".way .cite a")
    assert page.locator(".frame .pic-node").count() == 2
    page.get_by_label("Second record").fill("nobody at all")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_selector("[role=alert]")


def test_two_mixes_are_compared(tabs: Tabs, real_server: Server) -> None:
    page = shown(tabs(), f"{real_server.address}#/why/openhermes-1/openhermes-2.5")
    page.wait_for_selector(".figures td")
    assert "OpenHermes 2.5 alone" in page.inner_text("article")


def test_the_timeline_shows_what_a_record_drew_on(tabs: Tabs, real_server: Server) -> None:
    page = shown(tabs(), f"{real_server.address}#/years?r=zephyr-7b-beta")
    page.wait_for_selector(".dots.drawn")
    assert page.get_by_role("link", name="Mistral 7B v0.1").count() == 1
    page.locator(".year", has_text="2024").focus()
    page.keyboard.press("Enter")
    until(page, "location.hash.includes('y=2024')")


def test_the_field_counts_and_names(tabs: Tabs, real_server: Server) -> None:
    page = shown(tabs(), f"{real_server.address}#/field")
    page.wait_for_selector(".bars td", timeout=60_000)
    assert page.locator(".bars").count() == 6
    assert page.get_by_role("link", name="Wikipedia", exact=True).count() >= 1


@pytest.mark.parametrize(
    "pasted",
    [
        "teknium/OpenHermes-2.5\nmeta-math/MetaMathQA\nopenai/gsm8k",
        (ROOT / "examples" / "axolotl.yml").read_text(encoding="utf-8"),
    ],
    ids=["names", "config"],
)
def test_an_audit_by_paste_answers_and_asks_nobody_but_the_page(
    tabs: Tabs, real_server: Server, pasted: str
) -> None:
    tab = tabs()
    page = shown(tab, f"{real_server.address}#/audit")
    page.get_by_label("Names or a config").fill(pasted)
    page.get_by_role("button", name="Audit", exact=True).click()
    page.wait_for_selector(".verdict .finding")
    assert "MetaMathQA" in page.inner_text("article")
    assert all(one.startswith((real_server.address, "data:", "blob:")) for one in tab.asked)


def test_the_page_says_what_the_command_says_of_fifty_records(tabs: Tabs, real_server: Server) -> None:
    edition = real_server.answers.edition
    tab = tabs()
    shown(tab, real_server.address)
    for id in (*HUBS, *some(edition, 50)):
        assert answers(tab, "verdict", [id]) == of_command(edition, [id]), id


def test_the_page_says_what_the_command_says_of_mixes(tabs: Tabs, real_server: Server) -> None:
    edition = real_server.answers.edition
    tab = tabs()
    shown(tab, real_server.address)
    ids = [id for (id,) in edition.index.execute("SELECT id FROM node WHERE type = 'dataset' ORDER BY id")]
    mixes = [ids[start::97][:5] for start in range(0, 60, 3)]
    for mix in (
        ["openhermes-2.5", "slimorca", "metamathqa"],
        ["tulu-3-sft-mixture", "tulu-2-sft-mixture"],
        *mixes,
    ):
        assert answers(tab, "verdict", mix) == of_command(edition, mix), mix


def test_a_name_means_in_the_page_what_it_means_to_the_command(tabs: Tabs, real_server: Server) -> None:
    edition = real_server.answers.edition
    tab = tabs()
    shown(tab, real_server.address)
    written = [name for (name,) in edition.index.execute("SELECT alias FROM aliases ORDER BY alias")][::20]
    written += [name for (name,) in edition.index.execute("SELECT name FROM node ORDER BY id")][::40]
    written += [
        "OpenHermes-2", "open_hermes 2", "Tülu 3", "Alpaca (dataset)", "alpaca (model)", "arXiv:2310.01377",
        "datasets/tatsu-lab/alpaca", "hf://datasets/openai/gsm8k@main/x", "https://arxiv.org/pdf/2310.16944v2",
        "https://huggingface.co/datasets/openai/gsm8k/tree/main", "https://github.com/tatsu-lab/stanford_alpaca",
        "unsloth/Meta-Llama-3.1-8B-bnb-4bit", "meta-llama/Llama-2-7b-hf", "nobody", "", "((", "a/b/c",
    ]  # fmt: skip
    for name in written:
        match = names.find(edition, name)
        found = answers(tab, "resolve", name)
        assert (found[0] if found else None) == (match.id if match else None), name


def test_there_are_as_many_shortest_ways_as_the_command_finds(tabs: Tabs, real_server: Server) -> None:
    edition = real_server.answers.edition
    tab = tabs()
    shown(tab, real_server.address)
    for first, second in (
        ("openhermes-2.5", "alpaca"),
        ("zephyr-7b-beta", "gpt-4"),
        ("gpt-4", "openhermes-2.5"),
        ("gsm8k", "alpaca"),
    ):
        assert answers(tab, "ways", first, second) == [len(way) for way in why(edition, first, second)]


def test_attacks_in_every_field_do_nothing(tabs: Tabs, hostile_edition: Path) -> None:  # noqa: F811
    with serving(hostile_edition) as server:
        tab = tabs()
        for id in json.loads(server.answers("/data/core.json")[1])["nodes"]["id"]:  # type: ignore[index]
            page = shown(tab, f"{server.address}#/r/{id}?g=all-all")
            page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        for view in ("field", "years", "audit?names=alpha%0Amix", "why/mix/alpha", "r/%3Cscript%3E"):
            page = shown(tab, f"{server.address}#/{view}")
            page.wait_for_timeout(100)
        assert page.evaluate("window.pwned") is None
        assert page.locator("a[href^='javascript']").count() == 0


def test_an_attack_in_an_address_does_nothing(tabs: Tabs, tiny_server: Server) -> None:
    page = shown(
        tabs(),
        f"{tiny_server.address}#/r/%3Cimg%20src=x%20onerror=window.pwned=1%3E?g=%3Cb%3E&u=constructor,__proto__&o=%22",
    )
    assert page.evaluate("window.pwned") is None and page.locator("main img").count() == 0


def test_what_is_taken_away_is_whole_and_inert(tabs: Tabs, hostile_edition: Path) -> None:  # noqa: F811
    with serving(hostile_edition) as server:
        page = shown(tabs(), f"{server.address}#/r/mix")
        page.wait_for_selector(".pic-node")
        files = {}
        for kind in ("SVG", "PNG", "CSV", "JSON", "Mermaid"):
            with page.expect_download() as download:
                page.get_by_role("button", name=kind, exact=True).click()
            files[kind] = Path(download.value.path()).read_bytes()
    assert files["PNG"].startswith(b"\x89PNG") and b"<script" not in files["SVG"]
    assert json.loads(files["JSON"])["root"] == "mix"
    assert files["CSV"].startswith(b"child,relation,parent")
    assert b"<script" not in files["Mermaid"] and files["Mermaid"].startswith(b"flowchart")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "view",
    [
        "",
        "r/openhermes-2.5",
        "r/gpt-4",
        "why/zephyr-7b-beta/alpaca",
        "years",
        "field",
        "audit?names=slimorca",
    ],
)
def test_no_view_overflows_a_phone(tabs: Tabs, real_server: Server, view: str, scheme: str) -> None:
    tab = tabs(viewport={"width": 375, "height": 740}, color_scheme=scheme)
    page = shown(tab, f"{real_server.address}#/{view}")
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_at_twice_the_size_all_is_there_still(tabs: Tabs, real_server: Server) -> None:
    page = shown(
        tabs(viewport={"width": 700, "height": 450}, device_scale_factor=2),
        f"{real_server.address}#/r/zephyr-7b-beta",
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 700
    assert page.locator(".pic-node").count() > 0


def test_without_a_script_every_record_can_be_reached(tabs: Tabs, tiny_server: Server) -> None:
    page = tabs(java_script_enabled=False).page
    page.goto(tiny_server.address)
    page.get_by_role("link", name="Every record").click()
    page.get_by_role("link", name="The Mix", exact=True).click()
    assert page.inner_text("h1") == "The Mix"


def test_a_folder_opened_by_double_click_works_with_no_network(tabs: Tabs, tiny_site: Path) -> None:  # noqa: F811
    tab = tabs(offline=True)
    tab.page.goto((tiny_site / "index.html").as_uri() + "#/r/mix")
    tab.page.wait_for_url("**/offline.html#/r/mix")
    tab.page.wait_for_selector(".pic-node")
    assert tab.page.inner_text("h1") == "The Mix"
    tab.page.goto((tiny_site / "r" / "mix.html").as_uri())
    assert tab.page.inner_text("h1") == "The Mix"


def test_the_site_works_from_any_web_server_in_a_folder_of_it(tabs: Tabs, tiny_site: Path) -> None:  # noqa: F811
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tiny_site.parent))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/{tiny_site.name}/"
        page = shown(tabs(), f"{address}index.html#/r/mix", "The Mix")
        page.wait_for_selector(".pic-node")
        page.goto(f"{address}r/mix.html")
        page.get_by_role("link", name="open in the explorer").click()
        page.wait_for_selector(".pic-node")
        server.shutdown()


def test_it_moves_nothing_where_less_motion_is_asked_for(tabs: Tabs, real_server: Server) -> None:
    page = shown(tabs(reduced_motion="reduce"), f"{real_server.address}#/r/zephyr-7b-beta")
    moving = "(e) => parseFloat(getComputedStyle(e).transitionDuration) > 0"
    moving = f"[...document.querySelectorAll('*')].filter({moving}).length"
    assert page.evaluate(moving) == 0


def test_in_print_all_that_is_folded_in_the_record_is_open(tabs: Tabs, real_server: Server) -> None:
    page = shown(tabs(), f"{real_server.address}#/r/openhermes-2.5")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    until(page, "document.querySelectorAll('article .steps .cite').length > 20")
    assert not page.locator("header nav").is_visible()


@pytest.mark.skipif(not AXE.exists(), reason="axe-core lacks: npm ci in explorer/")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "view",
    [
        "",
        "r/openhermes-2.5",
        "r/gsm8k",
        "why/zephyr-7b-beta/alpaca",
        "years",
        "field",
        "audit?names=slimorca",
    ],
)
def test_axe_finds_nothing_serious(tabs: Tabs, real_server: Server, view: str, scheme: str) -> None:
    page = shown(tabs(color_scheme=scheme), f"{real_server.address}#/{view}")
    page.wait_for_timeout(400)
    until(page, "!document.body.innerText.includes('Counting')", timeout=60_000)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then((all) => all.violations)")
    serious = [
        (one["id"], one["nodes"][0]["html"][:160], one["nodes"][0]["failureSummary"][:200])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []


@pytest.mark.parametrize("width", [375, 1400])
@pytest.mark.parametrize(
    "view", ["", "r/openhermes-2.5", "years", "field", "audit?names=slimorca", "why/gpt-4/sharegpt"]
)
def test_nothing_moves_while_a_view_fills(tabs: Tabs, real_server: Server, view: str, width: int) -> None:
    tab = tabs(viewport={"width": width, "height": 800})
    watch = "new PerformanceObserver((all) => all.getEntries().forEach((one) => (window.moved += one.value)))"
    tab.page.add_init_script(f"window.moved = 0; {watch}.observe({{ type: 'layout-shift', buffered: true }})")
    page = shown(tab, f"{real_server.address}#/{view}")
    until(page, "!document.body.innerText.includes('Counting')", timeout=60_000)
    page.wait_for_timeout(400)
    assert page.evaluate("window.moved") < 0.01


def test_every_view_has_a_button_for_its_address(tabs: Tabs, real_server: Server) -> None:
    for view in ("r/gsm8k", "why/zephyr-7b-beta/alpaca", "years", "field", "audit?names=slimorca"):
        page = shown(tabs(), f"{real_server.address}#/{view}")
        page.get_by_role("button", name="Copy link").first.wait_for()
