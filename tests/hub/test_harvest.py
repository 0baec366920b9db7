"""What the Hub's metadata declares, harvested: all of it, none of it invented, and kept apart from the curated."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from llmlineage.edition import Edition, open_edition
from llmlineage.graph import lineage, names
from llmlineage.hub.circles import closing_edges
from llmlineage.hub.harvest import Harvest, harvest
from tests.conftest import run

CARDS = Path(__file__).parents[3] / "shared" / "samples" / "cards"


def model(id: str, card: object = None, tags: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    text = card if card is None or isinstance(card, str) else json.dumps(card)
    return {"id": id, "cardData": text, "tags": list(tags), "createdAt": "2024-05-01T10:00:00.000Z"} | more


def snapshot(folder: Path, models: list[dict[str, Any]], datasets: tuple[dict[str, Any], ...] = ()) -> Path:
    """Two files as hub-stats has them."""
    folder.mkdir(exist_ok=True)
    for name, rows in (("models", models), ("datasets", list(datasets))):
        if rows:
            whole = pl.DataFrame(rows, infer_schema_length=None)
            whole.write_parquet(folder / f"{name}.parquet")
    return folder


class Harvested:
    def __init__(self, base: Path, place: Path) -> None:
        self.base, self.place = open_edition(base), place
        self.told: Harvest | None = None

    def __call__(self, *models: dict[str, Any], datasets: tuple[dict[str, Any], ...] = ()) -> set[tuple[str, ...]]:
        """Child, relation and parent of every declared edge of these repositories, by their names."""
        self.told = harvest(self.base, snapshot(self.place / "snapshot", list(models), datasets), self.place / "out")
        return declared(self.edition)

    @property
    def edition(self) -> Edition:
        return open_edition(self.place / "out")


def declared(edition: Edition) -> set[tuple[str, ...]]:
    query = (
        "SELECT child.name, coalesce(stage, relation), parent.name FROM edge JOIN node AS child ON child.n = c "
        "JOIN node AS parent ON parent.n = p WHERE basis = 'declared'"
    )
    return set(edition.index.execute(query))


@pytest.fixture
def harvested(tiny_edition: Path, tmp_path: Path) -> Harvested:
    return Harvested(tiny_edition, tmp_path)


TUNED = ("a/tuned", "finetune_of")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("a/base", {"a/base"}),
        (["a/base"], {"a/base"}),
        (["a/base", "a/other"], {"a/base", "a/other"}),
        ("a/base, a/other", {"a/base", "a/other"}),
        (["a/base,a/other", "a/third"], {"a/base", "a/other", "a/third"}),
        ("A/BASE", {"a/base"}),
        (" a/base ", {"a/base"}),
        ("'a/base'", {"a/base"}),
        ("https://huggingface.co/a/base", {"a/base"}),
        ("https://huggingface.co/a/base/tree/main", {"a/base"}),
        ("https://hf.co/a/base/", {"a/base"}),
        ("huggingface.co/a/base", {"a/base"}),
        ("a/base@v1.0", {"a/base"}),
        ("lab/base-7b", {"Base 7B"}),
        ("LAB/Base-7B", {"Base 7B"}),
        (None, set()),
        ("", set()),
        ([], set()),
        ([None, "a/base", 3, {"name": "a/hidden"}], {"a/base"}),
        ({"name": "a/hidden"}, set()),
        (["a/ba\\u0073e"], {"a/ba\\u0073e"}),
        ("./checkpoints/last", set()),
        ("/home/me/model", set()),
        ("C:\\models\\base", set()),
        ("none", set()),
        ("[More Information Needed]", set()),
        ("{{ base_model }}", set()),
        ("https://example.org/a/base", {"https://example.org/a/base"}),
        ("Our secret base", {"Our secret base"}),
        ("nobody/gone", {"nobody/gone"}),
        ("a/tuned", set()),
    ],
    ids=lambda one: "" if isinstance(one, set) else str(one),
)  # fmt: skip
def test_a_parent_is_read_however_its_card_writes_it(harvested: Harvested, said: object, expected: set[str]) -> None:
    others = [model(name) for name in ("a/base", "a/other", "a/third")]
    found = harvested(model("a/tuned", {"base_model": said}), *others)
    relation = "merge_of" if len(expected) > 1 else "finetune_of"
    assert found == {("a/tuned", relation, parent) for parent in expected}


def test_the_relation_is_that_of_the_card_or_of_the_hubs_tags(harvested: Harvested) -> None:
    found = harvested(
        model("a/q", {"base_model": "a/b", "base_model_relation": "quantized"}),
        model("a/l", {"base_model": "a/b"}, ("base_model:a/b", "base_model:adapter:a/b")),
        model("a/m", {"base_model": ["a/b", "a/q"]}),
        model("a/x", {"base_model": ["a/b", "a/q"], "base_model_relation": "something new"}),
        model("a/b"),
    )
    assert {(child, relation) for child, relation, _ in found} == {
        ("a/q", "quantized_from"), ("a/l", "adapter_of"), ("a/m", "merge_of"), ("a/x", "merge_of")
    }  # fmt: skip


def test_tags_speak_where_the_card_is_not_in_the_snapshot(harvested: Harvested) -> None:
    found = harvested(model("a/t", None, ("base_model:a/b", "base_model:finetune:a/b", "dataset:lab/alpha", "en")))
    assert found == {("a/t", "finetune_of", "a/b"), ("a/t", "unspecified", "Alpha")}


def test_datasets_are_trained_on_at_a_stage_that_is_not_said(harvested: Harvested) -> None:
    found = harvested(
        model("a/t", {"datasets": ["d/one", "lab/alpha", "https://huggingface.co/datasets/d/two", "gone/away"]}),
        datasets=(model("d/one"), model("d/two", {"source_datasets": ["original", "extended|d/one", "extended|other-x"]})),
    )
    assert found == {
        ("a/t", "unspecified", "d/one"), ("a/t", "unspecified", "d/two"), ("a/t", "unspecified", "Alpha"),
        ("a/t", "unspecified", "gone/away"), ("d/two", "includes", "d/one"),
    }  # fmt: skip


def test_a_card_that_is_no_json_declares_nothing(harvested: Harvested) -> None:
    assert harvested(model("a/t", "{not json: base_model"), model("a/u", "[1, 2]"), model("a/v", '"base_model"')) == set()


def test_a_circle_is_cut_where_the_older_would_come_from_the_younger(harvested: Harvested) -> None:
    old = {"createdAt": "2020-01-01T00:00:00Z"}
    found = harvested(
        model("a/old", {"base_model": "a/young"}, **old), model("a/young", {"base_model": ["a/old", "a/young"]})
    )
    assert found == {("a/young", "merge_of", "a/old")}
    told = harvested.told
    assert told and told.counts["cut in circles"] == 1 and told.counts["itself"] == 1
    assert told.cut == (("hub-a-old", "hub-a-young"),)


def test_circles_of_any_length_are_cut_and_chains_are_not() -> None:
    chain = [(f"n{n:06}", f"n{n + 1:06}") for n in range(50_000)]
    assert closing_edges(chain) == []
    assert len(closing_edges([*chain, ("n050000", "n000000")])) == 1
    assert len(closing_edges([("a", "b"), ("b", "a"), ("b", "c"), ("c", "b"), ("c", "c")])) == 3


def test_renamed_repositories_are_followed(harvested: Harvested, tmp_path: Path, tiny_edition: Path) -> None:
    """By their number in the snapshot, by a list, by the owner that old names without one have now."""
    rows = [
        model("a/t", {"base_model": "x/once"}), model("a/u", {"base_model": "gpt2"}),
        model("a/v", {"base_model": "y/first"}), model("openai-community/gpt2"), model("y/third"),
        model("x/once", _id="1", lastModified="2024-01-01"), model("x/now", _id="1", lastModified="2024-02-01"),
    ]  # fmt: skip
    folder = snapshot(tmp_path / "snapshot", rows)
    (tmp_path / "renames.csv").write_text("old,new\ny/first,y/second\ny/second,y/third\nz/a,z/b\nz/b,z/a\n")
    harvest(open_edition(tiny_edition), folder, tmp_path / "out", tmp_path / "renames.csv")
    assert declared(open_edition(tmp_path / "out")) == {
        ("a/t", "finetune_of", "x/now"), ("a/u", "finetune_of", "openai-community/gpt2"),
        ("a/v", "finetune_of", "y/third"),
    }  # fmt: skip


def test_a_card_with_ten_thousand_parents_keeps_them_all(harvested: Harvested) -> None:
    assert len(harvested(model("a/greedy", {"base_model": [f"many/p{n}" for n in range(10_000)]}))) == 10_000


def test_a_repository_with_a_curated_record_stands_beside_it(harvested: Harvested, tiny_edition: Path) -> None:
    found = harvested(
        model("lab/Mix-7B", {"base_model": "other/base"}), model("lab/base-7b"), model("a/t", {"base_model": "lab/mix-7b"})
    )
    assert found == {("lab/Mix-7B", "finetune_of", "other/base"), ("a/t", "finetune_of", "Mix 7B")}
    edition = harvested.edition
    assert names.resolve(edition, "lab/Mix-7B").id == "mix-7b"
    before = open_edition(tiny_edition)
    assert lineage.trace(edition, "mix-7b")._replace(edition="") == lineage.trace(before, "mix-7b")._replace(edition="")
    curated = edition.index.execute("SELECT count(*) FROM edge WHERE basis <> 'declared'").fetchone()
    assert curated == before.index.execute("SELECT count(*) FROM edge").fetchone()


def test_names_that_would_share_an_id_have_each_its_own(harvested: Harvested) -> None:
    found = harvested(
        model("a/b-c", {"base_model": "a-b/c"}), model("a-b/c", {"base_model": "a_b/c"}), model("a_b/c"),
        model("data/x", {"datasets": "x"}), datasets=(model("x"),),
    )  # fmt: skip
    assert len(found) == 3
    ids = [id for (id,) in harvested.edition.index.execute("SELECT id FROM node")]
    assert len(set(ids)) == len(ids)


def test_harvested_records_are_found_by_hub_id_address_and_id(harvested: Harvested) -> None:
    harvested(model("a/Some_Model.v2", {"license": "mit", "base_model": "lab/base-7b"}, gated="auto"), model("a/lone"))
    for name in ("a/some_model.v2", "https://huggingface.co/a/Some_Model.v2", "hub-a-some-model.v2"):
        assert names.resolve(harvested.edition, name).id == "hub-a-some-model.v2"
    node = lineage.trace(harvested.edition, "hub-a-some-model.v2").nodes[0]
    assert (node.license, node.status, node.upstream, node.released) == ("free", "gated", "unread", "2024-05-01")
    assert names.resolve(harvested.edition, "a/lone").id == "hub-a-lone"


def test_statistics_tell_declared_edges_apart(harvested: Harvested) -> None:
    harvested(model("a/t", {"base_model": "lab/base-7b", "datasets": "lab/alpha"}))
    found = json.loads(run("--edition", harvested.place / "out", "stats", "--json").stdout)
    assert "declared" in json.dumps(found)
    rows = run("--edition", harvested.place / "out", "trace", "a/t", "--format", "csv").stdout
    assert rows.count(",declared,") == 2
    assert "declared" in run("--edition", harvested.place / "out", "trace", "a/t").stdout


def test_no_table_of_a_package_can_claim_the_basis(package: Path) -> None:
    path = package / "data" / "adaptations.csv"
    path.write_text(path.read_text().replace("stated", "declared"))
    assert "basis declared: is not one of the values" in run("validate", package).stdout


LAYOUTS = {
    "cards as structs": pl.DataFrame(
        {"id": ["a/t"], "cardData": [{"base_model": "a/b", "license": "mit"}], "gated": [True]}
    ),
    "other names of columns": pl.DataFrame({"modelId": ["a/t"], "cardData": ['{"base_model": "a/b"}']}),
    "dates as dates": pl.DataFrame({"id": ["a/t"], "cardData": ['{"base_model": "a/b"}'], "createdAt": ["2024-01-02"]})
    .with_columns(pl.col("createdAt").str.to_datetime("%Y-%m-%d")),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_known_layouts_of_the_listing_are_read(tiny_edition: Path, tmp_path: Path, layout: str) -> None:
    LAYOUTS[layout].write_parquet(tmp_path / "models.parquet")
    harvest(open_edition(tiny_edition), tmp_path / "models.parquet", tmp_path / "out")
    assert declared(open_edition(tmp_path / "out")) == {("a/t", "finetune_of", "a/b")}


def test_a_folder_of_cards_says_whose_each_is_by_its_place(tiny_edition: Path, tmp_path: Path) -> None:
    cards = {
        "who/one/README.md": "base_model: who/two", "who/two.md": "base_model: models/who/three",
        "models--who--three/README.md": "datasets: who/data", "datasets/who/data/README.md": "source_datasets: lab/alpha",
        "alone.md": "base_model: who/one", "broken.md": "base_model: [", "list.md": "- a\n- b",
    }  # fmt: skip
    for name, front in cards.items():
        (tmp_path / "cards" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "cards" / name).write_text(f"---\n{front}\n---\n\ntext\n", encoding="utf-8")
    (tmp_path / "cards" / "bytes.md").write_bytes(b"---\nbase_model: \xff\n---\n")
    told = harvest(open_edition(tiny_edition), tmp_path / "cards", tmp_path / "out")
    assert declared(open_edition(tmp_path / "out")) == {
        ("who/one", "finetune_of", "who/two"), ("who/two", "finetune_of", "who/three"),
        ("who/three", "unspecified", "who/data"), ("who/data", "includes", "Alpha"), ("alone", "finetune_of", "who/one"),
    }  # fmt: skip
    assert [name for name, _ in told.broken] == ["broken.md", "bytes.md", "list.md"]


@pytest.mark.parametrize("kind", ["nothing", "empty folder", "damaged", "other columns", "bad renames"])
def test_what_is_no_snapshot_is_one_message(tiny_edition: Path, tmp_path: Path, kind: str) -> None:
    place, more = tmp_path / "snapshot", list[str | Path]()
    if kind != "nothing":
        place.mkdir()
    if kind == "damaged":
        (place / "models.parquet").write_bytes(b"PAR1 and no more")
    if kind in ("other columns", "bad renames"):
        column = "id" if kind == "bad renames" else "x"
        pl.DataFrame({column: ["a/b"]}).write_parquet(place / "models.parquet")
    if kind == "bad renames":
        (tmp_path / "r.csv").write_text("a,b\n1,2\n")
        more = ["--renames", tmp_path / "r.csv"]
    done = run("--edition", tiny_edition, "harvest", place, "-o", tmp_path / "out", *more)
    assert done.exit_code == 2 and len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


HOSTILE = ("<script>alert(1)</script>", "a\u202eb/c", "x\x1b[31m/y", "]]>", "a/" + "b" * 5_000, "=cmd()", "a/b;c|d")


def test_hostile_names_stay_inert(harvested: Harvested) -> None:
    harvested(model("a/t", {"base_model": list(HOSTILE), "datasets": list(HOSTILE)}), *(model(one) for one in HOSTILE))
    for words in (("trace", "a/t"), ("show", "a/t"), ("trace", "a/t", "--json"), ("export", "a/t", "--format", "graphml"),
                  ("export", "a/t", "--format", "mermaid")):  # fmt: skip
        done = run("--edition", harvested.place / "out", *words)
        assert done.exit_code == 0, done.output
        assert "\x1b" not in done.output and "\u202e" not in done.output


@pytest.mark.skipif(not CARDS.is_dir(), reason="the sample cards are not here")
def test_every_sample_card_keeps_its_declared_parents_and_gets_no_other(real_edition: Path, tmp_path: Path) -> None:
    """What a plain reading of each card names is what the edition has, name by name."""
    base = open_edition(real_edition)
    harvest(base, CARDS, tmp_path / "out")
    edition = open_edition(tmp_path / "out")
    query = (
        "SELECT relation, parent.id, parent.name FROM edge JOIN node AS parent ON parent.n = p JOIN node AS child "
        "ON child.n = c WHERE child.hub_id = ? AND basis = 'declared'"
    )
    files = [one for one in os.listdir(CARDS) if one.endswith(".md")]
    assert len(files) > 300
    seen = 0
    for file in files:
        expected = parents_by_hand(base, (CARDS / file).read_text(encoding="utf-8-sig"))
        found = {(relation == "trained_on", name_of(base, id, name)) for relation, id, name in
                 edition.index.execute(query, (file.removesuffix(".md"),))}  # fmt: skip
        assert found == expected, file
        seen += len(found)
    assert seen > 500


def parents_by_hand(base: Edition, text: str) -> set[tuple[bool, str]]:
    """Of each declared parent whether it is a dataset, and the id of its record or else its name."""
    match = re.match(r"---[ \t]*\n(.*?)^---[ \t]*$", text, re.DOTALL | re.MULTILINE)
    front = yaml.safe_load(match[1]) if match else {}
    expected = set()
    for key, table in (("base_model", "models"), ("datasets", "datasets")):
        said = front.get(key) or []
        for name in [said] if isinstance(said, str) else said:
            row = names.find_exactly(base, name, (table,))
            expected.add((table == "datasets", row.id if row else name.lower()))
    return expected


def name_of(base: Edition, id: str, name: str) -> str:
    known = base.index.execute("SELECT 1 FROM node WHERE id = ?", (id,)).fetchone()
    return id if known else name.lower()
