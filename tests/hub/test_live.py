"""Names without a record, asked of the Hub: what is reached is told, and what is not is said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.cards_server import Cards, Fault, running
from tests.tiny import ROOT

# What bounds a call is set small, so that a Hub that never answers is given up soon.
BOUNDS = {"SECONDS_SILENT": 0.4, "SECONDS_OF_ONE": 1.0, "SECONDS_OF_ALL": 20.0, "MOST_BYTES": 200_000}
SCRIPT = """
import json, os, sys
from llmlineage.hub import live
for name, value in json.loads(os.environ.pop("BOUNDS")).items():
    setattr(live, name, value)
from llmlineage.cli import main
main(sys.argv[1:], prog_name="llmlineage")
"""


@pytest.fixture
def hub() -> Iterator[Cards]:
    with running() as server:
        server.models["who/tuned"] = {"base_model": ["who/base"], "datasets": ["who/mix", "lab/alpha"]}
        server.models["who/base"] = {"base_model": "lab/base-7b", "base_model_relation": "finetune"}
        server.datasets["who/mix"] = {"source_datasets": ["extended|lab/alpha", "original"], "license": "mit"}
        yield server


class Caller:
    """Calls the program as a user does, in a process of its own, with a cache and a home of its own."""

    def __init__(self, edition: Path, place: Path, hub: Cards) -> None:
        self.edition, self.place, self.hub = edition, place, hub

    def __call__(self, *words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "LLMLINEAGE_"))}
        environment = kept | {
            "HOME": str(self.place),
            "XDG_CACHE_HOME": str(self.place / "cache"),
            "HF_HOME": str(self.place / "hf"),
            "HF_ENDPOINT": self.hub.endpoint,
            "LLMLINEAGE_EDITION": str(self.edition),
            "PYTHONPATH": str(ROOT),
            "BOUNDS": json.dumps(BOUNDS),
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }
        return subprocess.run(
            [sys.executable, "-c", SCRIPT, *map(str, words)],
            env=environment | variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            cwd=self.place,
        )

    def edges(self, name: str, **variables: str) -> set[tuple[str, str, str]]:
        """Child, parent and basis of each step of a trace through the Hub."""
        done = self("trace", name, "--hub", "--json", **variables)
        assert done.returncode == 0, done.stderr
        return {(one["child"], one["parent"], one["basis"]) for one in json.loads(done.stdout)["edges"]}


@pytest.fixture
def call(tiny_edition: Path, tmp_path: Path, hub: Cards) -> Caller:
    return Caller(tiny_edition, tmp_path, hub)


WHOLE = {
    ("hub-who-tuned", "hub-who-base", "declared"),
    ("hub-who-tuned", "hub-data-who-mix", "declared"),
    ("hub-who-tuned", "alpha", "declared"),
    ("hub-who-base", "base-7b", "declared"),
    ("hub-data-who-mix", "alpha", "declared"),
}


def declared(edges: set[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
    return {edge for edge in edges if edge[2] == "declared"}


def test_cards_are_followed_until_they_meet_records(call: Caller) -> None:
    found = call.edges("who/tuned")
    assert declared(found) == WHOLE
    assert ("alpha", "writer", "stated") in found  # what the record says of it goes on from there


def test_every_declared_step_cites_the_card_and_its_revision(call: Caller) -> None:
    document = json.loads(call("trace", "who/tuned", "--hub", "--json").stdout)
    step = next(one for one in document["edges"] if one["parent"] == "hub-who-base")
    assert step["source"]["url"] == "https://huggingface.co/who/tuned"
    assert step["locator"] == "who/tuned: base_model"


def test_a_name_with_a_record_asks_the_hub_nothing(call: Caller, hub: Cards) -> None:
    assert call("trace", "alpha", "--hub").returncode == 0
    assert hub.requests == []


def test_an_address_of_a_dataset_is_asked_for_as_one(call: Caller, hub: Cards) -> None:
    found = call.edges("https://huggingface.co/datasets/who/mix")
    assert declared(found) == {("hub-data-who-mix", "alpha", "declared")}
    assert hub.requests == ["/api/datasets/who/mix"]


def test_a_renamed_repository_is_followed_under_either_name(call: Caller, hub: Cards) -> None:
    hub.moved["who/once"] = "who/base"
    hub.models["who/tuned"]["base_model"] = "who/once"
    assert declared(call.edges("who/tuned")) == WHOLE
    assert declared(call.edges("who/once")) == {("hub-who-base", "base-7b", "declared")}


def test_cards_are_read_where_the_listing_does_not_hold_them(call: Caller, hub: Cards) -> None:
    hub.in_listing = False
    assert declared(call.edges("who/tuned")) == WHOLE


def test_what_was_read_is_there_again_without_a_hub(call: Caller, hub: Cards) -> None:
    call.edges("who/tuned")
    asked = len(hub.requests)
    assert declared(call.edges("who/tuned", HF_HUB_OFFLINE="1")) == WHOLE
    assert len(hub.requests) == asked
    assert declared(call.edges("who/tuned", HF_ENDPOINT=hub.endpoint)) == WHOLE


def test_a_hub_that_stops_in_the_middle_leaves_what_was_reached(call: Caller, hub: Cards) -> None:
    hub.faults.append(Fault("who/base|who/mix", "cut"))
    done = call("trace", "who/tuned", "--hub", "--json")
    assert done.returncode == 0
    found = {(one["child"], one["parent"]) for one in json.loads(done.stdout)["edges"]}
    assert {("hub-who-tuned", "hub-who-base"), ("hub-who-tuned", "alpha")} <= found
    assert "not reached: who/base (model)" in done.stderr and "who/mix" in done.stderr


@pytest.mark.parametrize("kind", ["hold", "drip", "cut", "flood", "babble", "impostor", 500, 429, 418])
def test_whatever_one_answer_does_the_rest_is_told(call: Caller, hub: Cards, kind: str | int) -> None:
    hub.faults.append(Fault("who/base", kind))
    done = call("trace", "who/tuned", "--hub", "--json")
    assert done.returncode == 0, done.stderr
    assert "not reached: who/base (model)" in done.stderr
    assert "Traceback" not in done.stderr
    found = {(one["child"], one["parent"]) for one in json.loads(done.stdout)["edges"]}
    assert ("hub-data-who-mix", "alpha") in found
    assert sum("who/base" in one for one in hub.requests) <= 3


def test_one_answer_that_fails_once_is_asked_for_again(call: Caller, hub: Cards) -> None:
    hub.faults.append(Fault("who/base", 503, times=1))
    assert declared(call.edges("who/tuned")) == WHOLE


def test_a_hub_that_never_answers_is_given_up_with_one_message(call: Caller, hub: Cards) -> None:
    hub.faults.append(Fault(".", "hold"))
    done = call("trace", "who/tuned", "--hub")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("llmlineage: no record is called 'who/tuned'")
    assert "Traceback" not in done.stderr


def test_a_name_that_the_hub_does_not_know_is_said_to_be_unknown_to_both(call: Caller) -> None:
    done = call("trace", "who/nobody", "--hub")
    assert done.returncode == 2 and "the Hub has no such repository" in done.stderr


@pytest.mark.parametrize("name", ["../../etc/passwd", "a b c", "who/../../x", "\x1b[31mred", "", "https://["])
def test_what_can_be_no_name_is_not_asked_for(call: Caller, hub: Cards, name: str) -> None:
    done = call("trace", name, "--hub")
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr and hub.requests == []


def test_a_refused_token_is_told_and_stands_nowhere(call: Caller, hub: Cards, tmp_path: Path) -> None:
    done = call("trace", "who/tuned", "--hub", HF_TOKEN="hf_secretsecret")
    assert done.returncode == 2 and "refused the login" in done.stderr
    assert hub.tokens[0] == "Bearer hf_secretsecret"
    assert "secretsecret" not in done.stdout + done.stderr
    assert not [one for one in written(tmp_path) if b"secretsecret" in one.read_bytes()]


def test_an_accepted_token_is_sent_and_kept_nowhere(call: Caller, hub: Cards, tmp_path: Path) -> None:
    assert call("trace", "who/tuned", "--hub", HF_TOKEN=hub.good_token).returncode == 0
    assert set(hub.tokens) == {f"Bearer {hub.good_token}"}
    assert list((tmp_path / "cache").rglob("*.json"))
    assert not [one for one in written(tmp_path) if hub.good_token.encode() in one.read_bytes()]


def written(place: Path) -> list[Path]:
    return [one for one in place.rglob("*") if one.is_file()]


def test_cards_that_lead_on_for_ever_come_to_an_end(call: Caller, hub: Cards) -> None:
    hub.models.update({f"who/step-{n}": {"base_model": f"who/step-{n + 1}"} for n in range(60)})
    BOUNDS["MOST_REPOSITORIES"] = 20
    try:
        done = call("trace", "who/step-0", "--hub", "-q")
    finally:
        del BOUNDS["MOST_REPOSITORIES"]
    assert done.returncode == 0 and len(done.stdout.split()) == 21
    assert "not reached: who/step-20" in done.stderr


def test_a_card_with_ten_thousand_parents_asks_for_no_more_than_are_asked_for(call: Caller, hub: Cards) -> None:
    hub.models["who/greedy"] = {"base_model": [f"many/parent-{n}" for n in range(10_000)]}
    BOUNDS.update(MOST_REPOSITORIES=30, MOST_BYTES=5_000_000)
    try:
        done = call("trace", "who/greedy", "--hub", "-q")
    finally:
        del BOUNDS["MOST_REPOSITORIES"]
        BOUNDS["MOST_BYTES"] = 200_000
    assert len(done.stdout.split()) == 10_001
    assert len(hub.requests) <= 30 and len(done.stderr.splitlines()) < 20


def test_cards_that_name_themselves_or_one_another_make_no_circle(call: Caller, hub: Cards) -> None:
    hub.models["who/base"] = {"base_model": ["who/base", "who/tuned", "lab/base-7b"]}
    found = declared(call.edges("who/tuned"))
    assert ("hub-who-base", "base-7b", "declared") in found
    assert len({("hub-who-tuned", "hub-who-base"), ("hub-who-base", "hub-who-tuned")} & {e[:2] for e in found}) == 1


@pytest.mark.parametrize(
    "front",
    [
        "---\nbase_model: [unclosed\n---\n",
        "---\n- a\n- list\n---\n",
        "no front matter at all",
        "---\nbase_model: &a [*a]\n---\n",
        "---\n" + "a: {" * 500 + "\n---\n",
    ],
)
def test_front_matter_that_is_none_is_no_traceback(call: Caller, hub: Cards, front: str) -> None:
    hub.models["who/base"] = front
    done = call("trace", "who/tuned", "--hub", "-q")
    assert done.returncode == 0 and "Traceback" not in done.stderr
    assert "hub-who-base" in done.stdout.split()


def test_an_audit_follows_the_names_that_have_no_record(call: Caller, tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text(
        "base_model: who/base\ndatasets:\n  - path: who/mix\n    type: alpaca\n  - path: ./local\n    type: alpaca\n",
        encoding="utf-8",
    )
    found = json.loads(call("audit", config, "--hub", "--json").stdout)["audits"][0]
    assert [one["id"] for one in found["datasets"]][:1] == ["hub-data-who-mix"]
    assert found["base_models"][0]["id"] == "hub-who-base"
    assert "noncommercial" in {one["category"] for one in json.loads(call("audit", config, "--hub", "--json").stdout)["findings"]}
    before = json.loads(call("audit", config, "--json").stdout)["audits"][0]
    assert before["datasets"][0]["id"] is None


def test_a_damaged_cache_is_read_as_none(call: Caller, hub: Cards, tmp_path: Path) -> None:
    call.edges("who/tuned")
    for one in (tmp_path / "cache").rglob("*.json"):
        one.write_text('{"type": 3}', encoding="utf-8")
    done = call("trace", "who/tuned", "--hub", HF_HUB_OFFLINE="1")
    assert done.returncode == 2 and "HF_HUB_OFFLINE" in done.stderr
