"""What each option of ``llmlineage trace`` promises in its help."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from llmlineage.render import tree as module
from tests.conftest import run, told
from tests.tiny import TABLES, write_table


def lines(edition: Path, *arguments: str, status: int = 0) -> list[str]:
    result = run("--edition", edition, "trace", *arguments)
    assert result.exit_code == status, result.output
    return told(result.stdout)


def trace(edition: Path, *arguments: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads("\n".join(lines(edition, *arguments, "--json")))
    return document


def ids(edition: Path, *arguments: str) -> list[str]:
    return lines(edition, *arguments, "-q")


def test_a_trace_goes_up_to_the_roots_and_says_what_it_found(tiny_edition: Path) -> None:
    assert lines(tiny_edition, "mix-7b") == [
        "Mix 7B · model · nc",
        "├─ finetune of Base 7B · base model · undisclosed",
        "└─ trained on The Mix · dialogue · unreleased",
        "   ├─ includes Alpha · instruction · 52,002 rows · text by Writer · nc",
        "   │  └─ seeded by Seeds · prompts · 175 rows · free",
        "   └─ includes Beta 1.0 · instruction · 1,000 rows · partly disclosed",
        "      └─ cleaned from Alpha (train) (*)",
        "",
        "Models that wrote, rated, filtered or translated text",
        "Writer · model · undisclosed",
        "",
        "4 datasets and 2 models, 3 steps up; 2 licences; 1 root, 2 undisclosed, 1 partly; 1 source",
    ]


def test_quiet_prints_ids_by_distance_and_nothing_else(tiny_edition: Path) -> None:
    assert ids(tiny_edition, "mix-7b") == ["mix-7b", "base-7b", "mix", "alpha", "beta-1.0", "seeds", "writer"]
    assert ids(tiny_edition, "mix-7b", "--quiet") == ids(tiny_edition, "mix-7b")


def test_down_leads_to_what_is_made_of_it(tiny_edition: Path) -> None:
    assert ids(tiny_edition, "seeds", "--down") == ["seeds", "alpha", "beta-1.0", "mix", "mix-7b"]
    assert lines(tiny_edition, "seeds", "--down")[1].startswith("└─ seeded Alpha")


@pytest.mark.parametrize("depth", range(5))
def test_depth_counts_steps_from_the_named_record(tiny_edition: Path, depth: int) -> None:
    all_of_it = ["mix-7b", "base-7b", "mix", "alpha", "beta-1.0", "seeds", "writer"]
    assert ids(tiny_edition, "mix-7b", "--depth", str(depth)) == all_of_it[: (1, 3, 5, 7, 7)[depth]]


def test_depth_zero_does_not_say_that_nothing_is_recorded(tiny_edition: Path) -> None:
    assert lines(tiny_edition, "mix-7b", "--depth", "0")[-1] == "nothing above it within these limits"
    assert lines(tiny_edition, "seeds")[-1] == "nothing recorded above it"


def test_only_follows_steps_that_lead_to_its_kind(tiny_edition: Path) -> None:
    assert ids(tiny_edition, "mix-7b", "--only", "datasets") == [
        "mix-7b",
        "mix",
        "alpha",
        "beta-1.0",
        "seeds",
    ]
    assert ids(tiny_edition, "mix-7b", "--only", "models") == ["mix-7b", "base-7b"]
    assert ids(tiny_edition, "base-7b", "--down", "--only", "datasets") == ["base-7b"]
    assert ids(tiny_edition, "mix", "--down", "--only", "models") == ["mix", "mix-7b"]


def test_relations_may_be_repeated_and_all_else_is_not_followed(tiny_edition: Path) -> None:
    assert ids(tiny_edition, "mix", "--relation", "includes") == ["mix", "alpha", "beta-1.0"]
    both = trace(tiny_edition, "mix", "--relation", "includes", "--relation", "generated_by")
    assert {edge["relation"] for edge in both["edges"]} == {"includes", "generated_by"}
    assert [node["id"] for node in both["nodes"]] == ["mix", "alpha", "beta-1.0", "writer"]


@pytest.mark.parametrize(
    "limits", [["--depth", "2"], ["--only", "datasets"], ["--relation", "includes"], ["--down"]]
)
def test_a_limit_means_the_same_in_every_format(tiny_edition: Path, limits: list[str]) -> None:
    found = trace(tiny_edition, "mix", *limits)
    assert ids(tiny_edition, "mix", *limits) == [node["id"] for node in found["nodes"]]
    pairs = [(edge["child"], edge["parent"]) for edge in found["edges"]]
    rows = csv.DictReader(io.StringIO("\n".join(lines(tiny_edition, "mix", *limits, "--format", "csv"))))
    assert [(row["child"], row["parent"]) for row in rows] == pairs
    table = lines(tiny_edition, "mix", *limits, "--format", "table")
    assert [(line.split()[0], line.split()[2]) for line in table[1:]] == pairs


def test_json_is_short_for_the_format(tiny_edition: Path) -> None:
    assert lines(tiny_edition, "mix", "--json") == lines(tiny_edition, "mix", "--format", "json")


def test_without_dedupe_a_subtree_is_repeated(tiny_edition: Path) -> None:
    def seeds(*options: str) -> int:
        return sum("Seeds" in line for line in lines(tiny_edition, "mix", *options))

    assert (seeds(), seeds("--no-dedupe")) == (1, 2)
    assert not any("(*)" in line for line in lines(tiny_edition, "mix", "--no-dedupe"))


def test_sources_are_numbered_and_listed(tiny_edition: Path) -> None:
    shown = lines(tiny_edition, "mix", "--sources")
    assert "includes Alpha [1] · instruction · 52,002 rows · text by Writer [1]" in shown[1]
    assert shown[-3:] == ["Sources", "[1] Alpha", "    https://huggingface.co/datasets/lab/alpha"]


def deep_package(package: Path, name: str = "Set") -> Path:
    """``root`` made of eight sets, each of them of eight further ones, each of these of five tasks."""
    source = {"status": "available", "upstream": "complete", "source": "card", "kind": "instruction"}
    datasets = [{"id": "root", "name": "Root", **source}]
    derivations = []
    stated = {"basis": "stated", "source": "card", "relation": "includes"}
    for one in range(8):
        datasets.append({"id": f"a{one}", "name": f"{name} {one}", **source})
        derivations.append({"child": "root", "parent": f"a{one}", **stated})
        for two in range(8):
            datasets.append({"id": f"b{one}{two}", "name": f"{name} {one}{two}", **source})
            derivations.append({"child": f"a{one}", "parent": f"b{one}{two}", **stated})
            derivations += [{"child": f"b{one}{two}", "parent": f"t{task}", **stated} for task in range(5)]
    datasets += [
        {"id": f"t{task}", "name": f"Task {task}", **source, "kind": "task", "upstream": "root"}
        for task in range(5)
    ]
    tables = {"datasets": datasets, "derivations": derivations, "sources": TABLES["sources"][:1]}
    for table in TABLES:
        write_table(package, table, tables.get(table, []))
    folder = package / "edition"
    result = run("build", package, "-o", folder, "--no-validate")
    assert result.exit_code == 0, result.output
    return folder


def test_a_long_tree_stops_at_the_last_level_that_fits_and_says_so(package: Path) -> None:
    edition = deep_package(package)
    short = lines(edition, "root")
    assert len(short) <= module.MOST_LINES + 1
    assert short[-1] == "… stands for what lies further on; --full shows it all"
    assert sum(line.endswith("…") for line in short) == 64, "one mark a set of the second level"
    assert not any("Task" in line for line in short)
    assert short[-2].startswith("77 datasets, 3 steps up;"), "the summary counts what is not shown"


def test_full_shows_all_levels(package: Path) -> None:
    edition = deep_package(package)
    whole = lines(edition, "root", "--full")
    assert not any("…" in line for line in whole)
    assert sum("includes 5 others: Task 0, Task 1, Task 2, Task 3, Task 4" in line for line in whole) == 64
    assert len(lines(edition, "root", "--full", "--no-fold")) == len(whole) + 64 * 4
    assert lines(edition, "root", "--depth", "9") == whole, "a depth is a choice of what to see"


def made_of(package: Path, steps: list[tuple[str, str]]) -> Path:
    """An edition of datasets that include one another; nobody checked it."""
    source = {"status": "available", "upstream": "complete", "source": "card", "kind": "instruction"}
    ids = sorted({id for step in steps for id in step})
    stated = {"basis": "stated", "source": "card", "relation": "includes"}
    tables = {
        "datasets": [{"id": id, "name": id.title(), **source} for id in ids],
        "derivations": [{"child": child, "parent": parent, **stated} for child, parent in steps],
        "sources": TABLES["sources"][:1],
    }
    for table in TABLES:
        write_table(package, table, tables.get(table, []))
    assert run("build", package, "-o", package / "edition", "--no-validate").exit_code == 0
    return package / "edition"


def test_a_circle_is_marked_and_ends(package: Path) -> None:
    edition = made_of(package, [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("e", "e")])
    shown = lines(edition, "a", "--full", "--no-dedupe")
    assert shown[:5] == [
        "A · instruction",
        "└─ includes B · instruction",
        "   └─ includes C · instruction",
        "      ├─ includes A (circle)",
        "      └─ includes D · instruction",
    ]
    assert lines(edition, "a", "--no-dedupe", "--depth", "9")[:5] == shown[:5]
    assert "(*)" in lines(edition, "a", "--full")[3]
    assert lines(edition, "e", "--full", "--no-dedupe")[1] == "└─ includes E (circle)"
    for command in ("show", "terms", "benchmarks", "card"):
        assert run("--edition", edition, command, "a").exit_code == 0


def test_subtrees_that_repeat_without_end_are_stopped(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [(f"n{level}{end}", f"n{level + 1}{far}") for level in range(40) for end in "xy" for far in "xy"]
    monkeypatch.setattr("llmlineage.cli.trace.MOST_CHARACTERS", 100_000)
    shown = lines(made_of(package, steps), "n0x", "--full", "--no-dedupe")
    assert sum(map(len, shown)) < 110_000 and shown[-1].startswith("… the tree is too long")


def test_a_long_chain_is_followed_to_its_end(package: Path) -> None:
    edition = made_of(package, [(f"n{step:04}", f"n{step + 1:04}") for step in range(300)])
    assert len(ids(edition, "n0000")) == 301
    assert (
        len(lines(edition, "n0000", "--full")) == len(lines(edition, "n0000", "--full", "--no-dedupe")) == 303
    )


@pytest.mark.parametrize("depth", [str(10**30), "99999999999999999999"])
def test_a_depth_beyond_all_numbers_is_no_traceback(tiny_edition: Path, depth: str) -> None:
    result = run("--edition", tiny_edition, "trace", "mix", "--depth", depth)
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_a_dotted_name_is_not_taken_for_a_mark(package: Path) -> None:
    edition = deep_package(package, name="Et cetera …")
    assert lines(edition, "a1")[-1].startswith("13 datasets, 2 steps up")
    assert lines(edition, "b11")[-1].startswith("5 datasets, 1 step up")
    assert lines(edition, "root")[-1].startswith("… stands for")


def test_the_one_that_is_meant_is_answered_and_the_others_are_named_on_stderr(tiny_edition: Path) -> None:
    result = run("--edition", tiny_edition, "trace", "Mixture", "-q")
    assert result.stdout.splitlines()[0] == "mix-7b"
    assert result.stderr == "Mixture taken as mix-7b; also mix (dataset)\n"
    plain = run("--edition", tiny_edition, "trace", "mix-7b", "-q")
    assert plain.stderr == ""


def test_of_very_many_that_are_meant_five_are_named(package: Path) -> None:
    aliases = [{"alias": "it", "table": "datasets", "id": f"a{one}", "kind": "short"} for one in range(8)]
    deep_package(package)
    write_table(package, "aliases", aliases)
    assert run("build", package, "-o", package / "edition", "--no-validate").exit_code == 0
    stderr = run("--edition", package / "edition", "trace", "it", "-q").stderr
    assert stderr == "it taken as a0; also a1, a2, a3, a4, a5 and 2 more\n"
