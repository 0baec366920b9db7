"""Data in Markdown stay text: no HTML, link, picture or address of theirs comes to life."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmlineage.render.markdown import cell, code, link, plain

PIECES = (
    "<img src=x>",
    "[a](http://e.x)",
    "![p](x)",
    "`",
    "``",
    "\\",
    "|",
    "*b*",
    "_i_",
    "a@b.co",
    "&lt;",
    "\n",
)


@pytest.mark.parametrize(
    "text", ["Alpaca (52k)", "open_instruct v1.0", "Self-Instruct: AT&T's 100 %", "数据 é 👩‍🔬"]
)
def test_ordinary_names_stay_as_they_are(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)>", "![p](https://e.example/p.png)", "[c](https://e.example)", "*b*",
        "_i_",
        "https://e.example", "FTP://e.example", "www.e.example", "a@e.example", "mailto:a", "&lt;b", "~~s~~",
        "# h", "- item", "1. item", "> q", "a\n\n# h", "a  b", "$x$", "a|b",
    ],
)  # fmt: skip
def test_what_could_be_markup_is_code(text: str) -> None:
    assert plain(text) == code(text) and plain(text)[0] == plain(text)[-1] == "`"


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join))
def test_no_text_ends_the_code_that_it_stands_in(text: str) -> None:
    shown = code(text)
    fence = re.match("`+", shown)
    assert fence and shown.endswith(fence[0])
    inside = shown[len(fence[0]) : -len(fence[0])]
    assert fence[0] not in re.findall("`+", inside) and "\n" not in shown


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join))
def test_no_text_ends_its_cell(text: str) -> None:
    assert not re.search(r"(?<!\\)\||\\\\\|", cell(plain(text)))


@given(st.lists(st.sampled_from((*PIECES, ")", "(", " ", '"')), max_size=6).map("".join))
def test_a_link_leads_to_its_address_alone(text: str) -> None:
    assert re.fullmatch(r"\[.*\]\(https://e\.x/[^\s()<>\[\]\"|`\\]*\)", link("name", f"https://e.x/{text}"))


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "", "//e.example"])
def test_what_is_no_address_of_the_web_is_no_link(address: str) -> None:
    assert link("name", address) == "name"
