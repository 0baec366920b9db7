"""The static site: whole, without a script readable, and inert whatever the data hold."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from llmlineage.edition import open_edition
from llmlineage.edition.compile import build_edition
from llmlineage.explorer import core, facts
from llmlineage.explorer.pages import file_of, link
from llmlineage.explorer.site import write_site
from tests.tiny import read_table, write_table, write_tiny

ATTACK = "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1>'\"&<!--"
TEXTS = (
    "datasets", "models", "derivations", "generations", "trainings", "adaptations", "organizations",
    "licenses", "sources", "aliases", "discrepancies", "methods",
)  # fmt: skip
# Columns whose values are other records' keys, or of a closed set.
KEYS = {
    "id", "child", "parent", "dataset", "model", "table", "kind", "family", "organization", "license",
    "source", "status", "upstream", "relation", "role", "stage", "basis", "method", "stated_by", "released",
    "rows", "parameters", "languages", "split", "takes", "into", "without", "altered", "rows_precision",
    "weight", "preferred", "published", "accessed", "effective", "introduced", "commercial", "derivatives",
    "share_alike", "attribution", "restricts_outputs", "tokens", "training_tokens", "architecture",
    "second_read", "as_of",
}  # fmt: skip


@pytest.fixture(scope="session")
def hostile_edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny record with an attack in every text, and addresses that would run."""
    folder = tmp_path_factory.mktemp("hostile")
    package = write_tiny(folder / "package")
    for table in TEXTS:
        rows = read_table(package, table)
        for number, row in enumerate(rows):
            for column in row:
                if column in ("url", "hub_id"):
                    row[column] = f"javascript:window.pwned=1//{number}"
                elif column not in KEYS:
                    row[column] = f"{row[column]} {ATTACK}"
        write_table(package, table, rows)
    return build_edition(package, folder / "edition", validate=False)


def site_of(edition: Path, folder: Path) -> Path:
    write_site(open_edition(edition), folder)
    return folder


@pytest.fixture(scope="session")
def tiny_site(tiny_edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return site_of(tiny_edition, tmp_path_factory.mktemp("site") / "site")


@pytest.fixture(scope="session")
def hostile_site(hostile_edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return site_of(hostile_edition, tmp_path_factory.mktemp("hostile-site") / "site")


class Elements(HTMLParser):
    """The elements of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_a_site_holds_the_page_its_data_and_every_record(tiny_site: Path, tiny_edition: Path) -> None:
    ids = facts.ids(open_edition(tiny_edition))
    assert {path.name for path in (tiny_site / "r").iterdir()} == {f"{id}.html" for id in ids}
    assert {"index.html", "offline.html", "records.html", "licences.txt", "README.md"} <= {
        p.name for p in tiny_site.iterdir()
    }
    shard = json.loads((tiny_site / "data" / "facts" / "0.json").read_text(encoding="utf-8"))
    assert [one["id"] for one in shard] == ids[: len(shard)]


def test_a_record_page_says_in_plain_html_what_it_is_made_of_and_where_that_was_read(tiny_site: Path) -> None:
    text = (tiny_site / "r" / "mix.html").read_text(encoding="utf-8")
    assert "<h1>The Mix</h1>" in text and 'href="alpha.html"' in text and "Made from" in text
    assert "<script" not in text and "https://" in text


def test_links_between_plain_pages_lead_somewhere(tiny_site: Path) -> None:
    for page in (*(tiny_site / "r").iterdir(), tiny_site / "records.html"):
        for tag, attributes in Elements(page.read_text(encoding="utf-8")).found:
            target = (attributes.get("href") or "").partition("#")[0]
            if tag == "a" and target and "://" not in target:
                assert (page.parent / target).is_file(), (page.name, target)


def test_attacks_in_every_field_stay_text_in_the_plain_pages(hostile_site: Path) -> None:
    pages = [*(hostile_site / "r").iterdir(), hostile_site / "records.html"]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for tag, attributes in Elements(text).found:
            assert tag not in ("script", "img", "iframe", "object"), page.name
            assert not any(name.startswith("on") for name in attributes), page.name
            assert not (attributes.get("href") or "").strip().lower().startswith("javascript"), page.name
    assert any(html.escape("<script>") in page.read_text(encoding="utf-8") for page in pages)


def test_attacks_end_no_block_of_data(hostile_site: Path) -> None:
    text = (hostile_site / "offline.html").read_text(encoding="utf-8")
    kinds = [attributes.get("type") for tag, attributes in Elements(text).found if tag == "script"]
    assert kinds.count(None) == 1 and set(kinds) == {None, "application/json"}
    assert not any(tag == "img" for tag, _ in Elements(text).found)
    for block in re.findall(r'<script type="application/json" id="[\w-]+">(.*?)</script>', text, re.DOTALL):
        json.loads(block)


def test_an_id_that_no_file_can_have_gets_a_name_that_one_can() -> None:
    names = {
        file_of(id) for id in ("../../etc/passwd", "a/b", "con", "NUL", "A", "x" * 300, "mit-1.0", "\udcff")
    }
    assert len(names) == 8 and "mit-1.0.html" in names
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9._-]*\.html", name) and len(name) < 130 for name in names)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", " https://x", "file:///etc/passwd", ""]
)
def test_an_address_that_is_none_of_the_web_is_no_link(address: str) -> None:
    assert "<a" not in link(address, "a title")


def test_the_columns_are_as_long_as_there_are_records_and_steps(real_edition: Path) -> None:
    found = core.core(open_edition(real_edition), 16)
    assert len({len(column) for column in found["nodes"].values()}) == 1
    assert len({len(column) for column in found["edges"].values()}) == 1
    assert {one[3] for one in found["steps"]} == {
        "rows",
        "text",
        "influence",
        "words",
        "training",
        "weights",
        "family",
    }


def test_openhermes_includes_the_camel_sets_with_the_document_that_says_so(real_edition: Path) -> None:
    edition = open_edition(real_edition)
    nodes, edges = (core.core(edition, 16)[part] for part in ("nodes", "edges"))
    said = facts.facts(edition, "openhermes-2.5")
    parents = {
        nodes["id"][edges["parent"][one["edge"]]]: said["sources"][one["source"]] for one in said["parents"]
    }
    assert parents["camel-math"][1].startswith("https://huggingface.co/")


def test_no_file_of_the_page_asks_for_anything_from_elsewhere(tiny_site: Path) -> None:
    text = (tiny_site / "index.html").read_text(encoding="utf-8")
    for _, attributes in Elements(text).found:
        for name in ("src", "href"):
            assert not (attributes.get(name) or "").startswith(("http", "//"))
    assert "@import" not in text and "url(http" not in text
