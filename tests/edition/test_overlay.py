"""One's own lineage: a private package over a published edition points at it and never changes it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import polars as pl
import pytest

from llmlineage.edition import open_edition
from llmlineage.edition.extend import layers_of
from llmlineage.edition.overlay import build_over
from llmlineage.errors import InvalidEdition, InvalidPackage
from llmlineage.graph import lineage, names
from tests.conftest import run
from tests.tiny import read_table, write_table

SOURCE = {"id": "our-notes", "kind": "documentation", "url": "https://example.org/notes",
          "title": "Our notes", "accessed": "2026-11-20"}  # fmt: skip
DATASET = {"id": "own-mix", "name": "Own mix", "kind": "instruction", "released": "2024-01",
           "status": "unreleased", "upstream": "complete", "source": "our-notes"}  # fmt: skip
MODEL = {"id": "own-7b", "name": "Own 7B", "kind": "instruct", "released": "2024-02", "status": "unreleased",
         "upstream": "complete", "source": "our-notes"}  # fmt: skip


def edge(child: str, parent: str, **more: str) -> dict[str, str]:
    return {
        "child": child,
        "relation": "includes",
        "parent": parent,
        "basis": "stated",
        "source": "our-notes",
    } | more


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A small private package: a mix of a published dataset, and a model trained on it."""
    folder = tmp_path / "own-lineage"
    assert run("new", folder).exit_code == 0
    write_table(folder, "sources", [SOURCE])
    write_table(folder, "datasets", [DATASET])
    write_table(folder, "models", [MODEL])
    write_table(folder, "derivations", [edge("own-mix", "alpha")])
    training = {
        "model": "own-7b",
        "stage": "sft",
        "dataset": "own-mix",
        "basis": "stated",
        "source": "our-notes",
    }
    write_table(folder, "trainings", [training])
    adaptation = edge("own-7b", "base-7b", relation="finetune_of")
    write_table(folder, "adaptations", [adaptation])
    return folder


@pytest.fixture
def over(own: Path, tiny_edition: Path, tmp_path: Path) -> Path:
    return build_over(open_edition(tiny_edition), own, tmp_path / "over")


def test_a_new_package_is_empty_and_valid(tmp_path: Path) -> None:
    assert run("new", tmp_path / "acme").exit_code == 0
    assert run("validate", tmp_path / "acme").exit_code == 0


def test_the_readme_of_a_new_package_leads_to_a_trace(tmp_path: Path, real_edition: Path) -> None:
    """Each of its commands is called as it stands there, over the real record."""
    run("new", tmp_path / "acme")
    text = (tmp_path / "acme" / "README.md").read_text(encoding="utf-8").replace("\\\n", " ")
    commands = [line for block in text.split("```sh\n")[1:] for line in block.split("```")[0].splitlines()]
    before = Path.cwd()
    os.chdir(tmp_path / "acme")
    try:
        import shlex

        for command in commands:
            words = shlex.split(command)[1:]
            chosen = [] if words[0] == "--edition" else ["--edition", str(real_edition)]
            done = run(*chosen, *words)
            assert done.exit_code == 0, (command, done.output)
    finally:
        os.chdir(before)
    assert "Alpaca" in done.stdout and "GSM8K" in done.stdout


@pytest.mark.parametrize("name", ["Acme", "a b", "-x", "llmlineage", "ä", "a--b", "x" * 80])
def test_a_name_that_no_package_can_have_is_refused(tmp_path: Path, name: str) -> None:
    done = run("new", "--", tmp_path / name)
    assert done.exit_code == 2 and "Traceback" not in done.output
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_written_over(own: Path) -> None:
    assert run("new", own).exit_code == 2
    assert read_table(own, "datasets")[0]["id"] == "own-mix"


def test_private_records_go_on_into_published_ones(over: Path) -> None:
    found = lineage.trace(open_edition(over), "own-7b")
    ids = {node.id for node in found.nodes}
    assert {"own-mix", "alpha", "seeds", "writer", "base-7b"} <= ids
    down = lineage.trace(open_edition(over), "alpha", "down")
    assert {"own-mix", "own-7b", "mix-7b"} <= {node.id for node in down.nodes}


def test_the_ancestry_of_private_records_reaches_published_roots(over: Path) -> None:
    rows = pl.read_parquet(over / "ancestry.parquet").filter(pl.col("node") == "own-7b")
    assert dict(rows.select("ancestor", "distance").iter_rows()) == {
        "own-mix": 1, "base-7b": 1, "alpha": 2, "seeds": 3, "writer": 3
    }  # fmt: skip
    index = open_edition(over).index
    asked = index.execute("SELECT ancestor, distance FROM ancestry WHERE node = 'own-7b'").fetchall()
    assert sorted(asked) == sorted(rows.select("ancestor", "distance").iter_rows())


def test_every_published_answer_stays_what_it_was(over: Path, tiny_edition: Path) -> None:
    before, after = open_edition(tiny_edition), open_edition(over)
    keys = [key for (key,) in before.index.execute("SELECT DISTINCT key FROM names")]
    assert keys
    for key in keys:
        for tables in (names.NODE_TABLES, names.ALL_TABLES):
            assert names.find(after, key, tables) == names.find(before, key, tables)
    for (id,) in before.index.execute("SELECT id FROM node"):
        one, other = lineage.trace(before, id), lineage.trace(after, id)
        assert one._replace(edition="") == other._replace(edition="")
    for table in ("datasets", "derivations", "nodes", "edges", "ancestry", "aliases"):
        old, new = (pl.read_parquet(folder / f"{table}.parquet") for folder in (tiny_edition, over))
        assert new.head(len(old)).equals(old) and new.schema == old.schema


def test_an_overlay_says_what_it_is_made_of(over: Path) -> None:
    descriptor = json.loads((over / "edition.json").read_text(encoding="utf-8"))
    assert descriptor["name"] == "own-lineage" and descriptor["over"]["name"] == "llmlineage"
    assert open_edition(over).version == descriptor["version"] == "0.1.0+own.lineage.0.1.0"
    assert layers_of(open_edition(over)) == ["llmlineage", "own-lineage"]


def test_the_same_package_over_the_same_edition_gives_the_same_bytes(
    own: Path, tiny_edition: Path, over: Path
) -> None:
    again = build_over(open_edition(tiny_edition), own, over.parent / "again")
    assert {one.name: one.read_bytes() for one in over.iterdir()} == {
        one.name: one.read_bytes() for one in again.iterdir()
    }


def test_a_package_over_itself_is_refused(own: Path, over: Path) -> None:
    with pytest.raises(InvalidEdition, match="holds own-lineage already"):
        build_over(open_edition(over), own, over.parent / "twice")


BREACHES = {
    "a published dataset": ("datasets", DATASET | {"id": "alpha", "name": "Ours"}, "alpha"),
    "a published model under a dataset": ("datasets", DATASET | {"id": "writer", "name": "Ours"}, "writer"),
    "a published name": ("datasets", DATASET | {"id": "own-2", "name": "The MIX"}, "The MIX"),
    "a published alias": ("datasets", DATASET | {"id": "mixture", "name": "Ours"}, "mixture"),
    "a published Hub id": (
        "datasets", DATASET | {"id": "own-2", "name": "Ours", "hub_id": "lab/alpha"}, "lab/alpha",
    ),
    "a published source": ("sources", SOURCE | {"id": "card", "url": "https://example.org/x"}, "card"),
    "the address of a published source": (
        "sources", SOURCE | {"id": "s2", "url": "https://example.org/alpha"}, "s2",
    ),
    "a parent of a published record": ("derivations", edge("alpha", "own-mix"), "alpha"),
    "a claim about a published record": (
        "discrepancies",
        {"table": "datasets", "id": "alpha", "attribute": "rows", "stated": "1", "stated_by": "our-notes",
         "source": "our-notes"},
        "alpha",
    ),
    "an alias that means a published record": (
        "aliases", {"alias": "M-7", "table": "models", "id": "own-7b", "kind": "short"}, "M-7",
    ),
    "a licence": (
        "licenses", {"id": "nc", "name": "Ours", "kind": "custom", "source": "our-notes"}, "nc",
    ),
}  # fmt: skip


@pytest.mark.parametrize("breach", BREACHES, ids=str)
def test_what_is_published_is_never_redefined(own: Path, tiny_edition: Path, breach: str) -> None:
    table, row, said = BREACHES[breach]
    rows = sorted([*read_table(own, table), row], key=lambda one: tuple(one.values()))
    write_table(own, table, rows)
    place = next(n for n, one in enumerate(rows, start=2) if one is row)
    with pytest.raises(InvalidPackage) as error:
        build_over(open_edition(tiny_edition), own, own.parent / "out")
    told = [one for one in error.value.problems if one.file == f"data/{table}.csv" and one.row == place]
    assert told and all(one.suggestion for one in told)
    assert any(said in (one.value, row.get("id")) for one in told)
    assert not (own.parent / "out").exists()
    checked = run("--edition", tiny_edition, "validate", own)
    assert checked.exit_code == 1 and f"data/{table}.csv:{place} " in checked.stdout


def test_a_wrong_id_is_told_with_the_nearest_published_one(own: Path, tiny_edition: Path) -> None:
    write_table(own, "derivations", [edge("own-mix", "beta-1.1")])
    with pytest.raises(InvalidPackage, match=r"derivations.csv:2 parent beta-1.1: .*did you mean beta-1.0\?"):
        build_over(open_edition(tiny_edition), own, own.parent / "out")


def test_a_private_record_older_than_its_published_parent_is_an_error(own: Path, tiny_edition: Path) -> None:
    write_table(own, "datasets", [DATASET | {"released": "2020"}])
    with pytest.raises(InvalidPackage, match="is older than alpha"):
        build_over(open_edition(tiny_edition), own, own.parent / "out")


def test_an_alias_of_a_published_record_is_a_name_more(own: Path, tiny_edition: Path) -> None:
    alias = {"alias": "our-alpha", "table": "datasets", "id": "alpha", "kind": "short"}
    write_table(own, "aliases", [alias])
    edition = open_edition(build_over(open_edition(tiny_edition), own, own.parent / "out"))
    assert names.resolve(edition, "Our Alpha").id == "alpha"


def test_add_knows_the_published_records(own: Path, tiny_edition: Path) -> None:
    words = ("--relation", "includes", "--basis", "stated", "--source", "our-notes", "--package", own)
    done = run("--edition", tiny_edition, "add", "edge", "--child", "own-mix", "--parent", "beta-1.0", *words)
    assert done.exit_code == 0, done.output
    refused = run("--edition", tiny_edition, "add", "edge", "--child", "alpha", "--parent", "own-mix", *words)
    assert refused.exit_code == 2 and "alpha" in refused.stderr
    assert [row["parent"] for row in read_table(own, "derivations")] == ["alpha", "beta-1.0"]


def test_the_edition_of_a_package_is_used_by_option_variable_and_settings(
    over: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.yml"
    config.write_text(
        "base_model: own-7b\ndatasets:\n  - path: own-mix\n    type: alpaca\n", encoding="utf-8"
    )
    answers = [run("--edition", over, "audit", config, "--json").stdout]
    monkeypatch.setenv("LLMLINEAGE_EDITION", str(over))
    answers.append(run("audit", config, "--json").stdout)
    monkeypatch.delenv("LLMLINEAGE_EDITION")
    (tmp_path / ".git").mkdir()
    (tmp_path / "llmlineage.toml").write_text('edition = "over"\n', encoding="utf-8")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    answers.append(run("audit", config, "--json").stdout)
    found = json.loads(answers[0])["audits"][0]
    assert found["datasets"][0]["id"] == "own-mix" and found["base_models"][0]["id"] == "own-7b"
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("text", ["edition = 3", "edition = ", "edition = ''", "\x00", "edition = 'nowhere'"])
def test_settings_that_name_no_edition_are_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (tmp_path / "llmlineage.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LLMLINEAGE_EDITION", raising=False)
    done = run("trace", "alpaca")
    assert done.exit_code == 2 and len(done.stderr.strip().splitlines()) == 1


def test_settings_that_are_a_pipe_are_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "llmlineage.toml")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LLMLINEAGE_EDITION", raising=False)
    assert run("trace", "alpaca").exit_code == 2


def test_a_package_that_is_told_to_lie_on_top_is_used_as_it_stands(
    own: Path, tiny_edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("llmlineage.edition.ondemand.installed", lambda: str(tiny_edition))
    done = run("--edition", own, "trace", "own-7b", "-q")
    assert done.exit_code == 0 and "alpha" in done.stdout.split()


HOSTILE = (
    "<script>alert(1)</script>",
    "]]></script>",
    "a \u202eevil\u202c b",
    "x {{7*7}} ${x} `id`",
    "a;b|c&d",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_stands_in_a_private_package_stays_inert(
    own: Path, tiny_edition: Path, tmp_path: Path, text: str
) -> None:
    write_table(own, "datasets", [DATASET | {"name": f"Own {text}", "summary": text, "note": text}])
    built = run("--edition", tiny_edition, "build", own, "-o", tmp_path / "out")
    if built.exit_code:  # a character that no cell may hold
        assert built.exit_code == 2 and "datasets.csv:2" in built.stderr
        assert "\u202e" not in built.output
        return
    formats = ("cyclonedx", "spdx", "prov-json", "prov-ttl", "graphml", "dot", "mermaid", "csv", "json")
    calls = [("export", "own-mix", "--format", "croissant"), ("trace", "own-7b"), ("show", "own-mix"),
             ("trace", "own-7b", "--json"), ("card", "own-7b"),
             *(("export", "own-7b", "--format", one) for one in formats)]  # fmt: skip
    for call in calls:
        done = run("--edition", tmp_path / "out", *call)
        assert done.exit_code == 0, (call, done.output)
        assert "\u202e" not in done.output and "\x1b" not in done.output
        if call[0] == "export" and call[-1] in ("graphml", "mermaid"):
            assert "<script>" not in done.stdout
