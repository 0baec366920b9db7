"""The document that is handed over: complete, each statement with its source, inert whatever stands in it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from llmlineage.edition import open_edition
from llmlineage.graph import lineage
from llmlineage.report import Cell, Cited, Report, Section, html, markdown, of_config, of_record
from llmlineage.report import Document as Read
from tests.conftest import run
from tests.tiny import ROOT

RECORDS = ["zephyr-7b-beta", "openhermes-2.5", "gsm8k", "gpt-4", "zephyr"]
HOSTILE = "<script>alert(1)</script>]]>|\x1b[31m\u202e\n# x\n::error::x `a` [b](javascript:c)"


class Seen(HTMLParser):
    """The elements of a page, where its links lead, and its ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        self.links += [str(found["href"])] if "href" in found else []
        self.ids |= {str(found["id"])} if "id" in found else set()


@pytest.mark.parametrize("id", RECORDS)
def test_every_statement_leads_to_a_source_with_its_address_and_day(real_edition: Path, id: str) -> None:
    report = of_record(open_edition(real_edition), id)
    cited = {each.number for one in report.sections for row in one.rows for c in row for each in c.cited}
    assert cited <= {one.number for one in report.documents} and cited
    assert all(one.url and one.accessed for one in report.documents)
    page = Seen(html.text(report))
    inner = {link.removeprefix("#") for link in page.links if link.startswith("#")}
    assert inner <= page.ids, "every number and heading leads somewhere"
    assert "script" not in page.tags and "img" not in page.tags and "link" not in page.tags


@pytest.mark.parametrize("id", RECORDS)
def test_every_step_to_the_roots_stands_in_it(real_edition: Path, id: str) -> None:
    edition = open_edition(real_edition)
    report = of_record(edition, id)
    steps = [one for one in report.sections if one.title in ("Made from", "Further up, to the roots")]
    edges = [edge for edge in lineage.ancestry(edition, id).edges if edge.relation != "member"]
    assert sum(len(one.rows) for one in steps) >= len(edges)
    assert all(row[-1].cited for one in steps for row in one.rows)


def test_an_auditor_finds_what_zephyr_is_made_of(real_edition: Path) -> None:
    text = markdown.text(of_record(open_edition(real_edition), "zephyr-7b-beta"))
    for told in ("Mistral 7B v0.1", "UltraChat 200k", "truthful-qa", "gpt-4", "MIT License", "legal advice"):
        assert told in text, told
    assert re.search(r"read on 20\d\d-\d\d-\d\d", text)


def test_a_config_is_reported_too(real_edition: Path) -> None:
    report = of_config(open_edition(real_edition), ROOT / "examples" / "axolotl.yml")
    (named,) = (one for one in report.sections if one.title == "What is trained, and on what")
    assert {row[0].text for row in named.rows} >= {"meta-math/MetaMathQA", "openai/gsm8k"}


def test_what_is_not_known_is_said(tiny_edition: Path) -> None:
    sections = {one.title: one for one in of_record(open_edition(tiny_edition), "seeds").sections}
    assert not sections["Benchmarks"].rows and "No benchmark" in sections["Benchmarks"].lead
    assert not sections["Disputed"].rows and "No source" in sections["Disputed"].lead


def test_nothing_in_a_text_is_markup() -> None:
    cell = Cell(HOSTILE, "javascript:alert(1)", (Cited(1, HOSTILE),))
    section = Section(
        "What it is", HOSTILE, ("a", "b"), ((cell, Cell(HOSTILE, 'https://x.example/"><script>')),)
    )
    read = Read(1, HOSTILE, 'https://x.example/"onload=x', "paper", None, HOSTILE, "2026-11-25")
    report = Report(HOSTILE, "what", (section,), (read,), (HOSTILE,))
    page = html.text(report)
    assert "script" not in Seen(page).tags and "\x1b" not in page and "\u202e" not in page
    assert not any(link.startswith("javascript") for link in Seen(page).links)
    text = markdown.text(report)
    assert "\x1b" not in text and "\u202e" not in text
    assert not re.search(r"^(?:::error|# x)", text, re.MULTILINE)
    assert all(line.count(" | ") >= 1 for line in text.splitlines() if line.startswith("| "))


def test_it_is_written_whole_and_not_over_another(real_edition: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.md"
    call = ("--edition", real_edition, "report", "gsm8k", "-o", out)
    assert run(*call).exit_code == 0 and out.read_text(encoding="utf-8").startswith("# Lineage of GSM8K")
    assert run(*call).exit_code == 2 and run(*call, "--force").exit_code == 0
    assert run("--edition", real_edition, "report", "gsm8k").stdout.startswith("<!doctype html>")
