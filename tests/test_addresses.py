"""One spelling for each document on the web."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmlineage.addresses import canonical, fault_of, hub_repository, is_address

CARD = "https://huggingface.co/datasets/lab/alpha"
PAPER = "https://arxiv.org/abs/2212.10560"
REPOSITORY = "https://github.com/lab/alpha"


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (CARD, CARD),
        ("huggingface.co/datasets/lab/alpha", CARD),
        ("HTTP://WWW.HuggingFace.co/datasets/lab/alpha/", CARD),
        ("https://hf.co/datasets/lab/alpha", CARD),
        (f"{CARD}?row=3", CARD),
        (f"{CARD}#usage", CARD),
        (f"{CARD}/tree/main", CARD),
        (f"{CARD}/blob/main/README.md", CARD),
        (f"{CARD}/resolve/main/README.md", CARD),
        (f"{CARD}/raw/main/README.md", CARD),
        (f"{CARD}/viewer/default/train?p=2", CARD),
        ("https://huggingface.co//datasets//lab/alpha", CARD),
        (f"{CARD}/raw/main/data.json", f"{CARD}/blob/main/data.json"),
        (f"{CARD}/discussions/3", f"{CARD}/discussions/3"),
        (PAPER, PAPER),
        ("https://arxiv.org/pdf/2212.10560", PAPER),
        ("https://arxiv.org/pdf/2212.10560v2.pdf", PAPER),
        ("https://export.arxiv.org/abs/2212.10560v1", PAPER),
        ("https://ar5iv.labs.arxiv.org/html/2212.10560", PAPER),
        ("https://huggingface.co/papers/2212.10560", PAPER),
        ("arxiv.org/abs/2212.10560", PAPER),
        ("https://arxiv.org/abs/cs/0112017v1", "https://arxiv.org/abs/cs/0112017"),
        (f"{REPOSITORY}.git", REPOSITORY),
        (f"{REPOSITORY}/tree/main", REPOSITORY),
        (f"{REPOSITORY}/blob/master/README.md", REPOSITORY),
        (f"{REPOSITORY}?tab=readme-ov-file#data", REPOSITORY),
        ("https://raw.githubusercontent.com/lab/alpha/main/data.json", f"{REPOSITORY}/blob/main/data.json"),
        ("https://www.example.org/a/?id=1#b", "https://example.org/a?id=1#b"),
    ],
)
def test_every_way_to_a_document_has_one_address(written: str, wanted: str) -> None:
    assert canonical(written) == wanted


@given(
    st.sampled_from([CARD, PAPER, REPOSITORY, "https://example.org/x"]),
    st.text("abcxyz019/-_.?#=", max_size=20),
)
def test_a_canonical_address_stays_as_it_is(start: str, more: str) -> None:
    once = canonical(f"{start}/{more}")
    assert canonical(once) == once


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (CARD, True),
        ("www.github.com/lab/alpha", True),
        ("HF.co/lab", True),
        ("lab/alpha", False),
        ("alpha", False),
    ],
)
def test_an_address_is_told_from_a_name(text: str, wanted: bool) -> None:
    assert is_address(text) is wanted


def test_a_card_names_its_repository() -> None:
    assert hub_repository(CARD) == ("dataset", "lab/alpha")
    assert hub_repository("https://huggingface.co/lab/alpha") == ("model", "lab/alpha")
    assert hub_repository("https://huggingface.co/datasets/squad") == ("dataset", "squad")
    assert hub_repository(PAPER) is None


@pytest.mark.parametrize(
    "text", [CARD, PAPER, REPOSITORY, "https://example.org", "https://a.b.example/%C3%A4?b=c#d"]
)
def test_an_address_of_a_document_has_no_fault(text: str) -> None:
    assert fault_of(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)", "ftp://example.org/x", "https:///x", "https://", "https://[x", "https://x",
        "https://me@example.org", "https://me:pw@example.org/x", "https://example.org:444", "https://10.0.0.1/x",
        "https://[::1]/x", "https://-a.example/x", "https://a..example/x", "https://exämple.org/x",
        "https://example.org/a b", "https://example.org/<b>", 'https://example.org/"', "https://example.org/\\x",
        "https://example.org/%zz", "https://example.org/ä", "https://example.org/\x1b", "https://example.org/../x",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_document_says_why(text: str) -> None:
    assert fault_of(text)


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("https://example.org/a?utm_source=b", "https://example.org/a"),
        ("https://example.org/a?UTM_Campaign=b&id=1&gclid=c", "https://example.org/a?id=1"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("https://huggingface.co:443/datasets/lab/alpha", CARD),
        ("https://example.org/a?utmost=b", "https://example.org/a?utmost=b"),
    ],
)
def test_what_follows_a_link_around_is_no_part_of_an_address(written: str, wanted: str) -> None:
    assert canonical(written) == wanted
