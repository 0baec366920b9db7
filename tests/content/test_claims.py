"""Claims against rows, and which known datasets rows come from."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path

import polars as pl
import pytest

from llmlineage.content import claims, exact, identify, known, ngrams, sketches
from llmlineage.content.claims import expectations
from llmlineage.content.rows import Collection
from llmlineage.edition import open_edition
from llmlineage.edition.compile import build_edition
from llmlineage.errors import DataError
from llmlineage.graph.lineage import RELATIONS, why
from tests.content.rows import Rows, write
from tests.tiny import TABLES, write_table, write_tiny

DATASET_RELATIONS = RELATIONS[:10]
ITEM = "How many apples are left at the end of day {} if we eat?"


def rows(
    first: int,
    last: int,
    answer: str = "the whole answer to question {}",
    ask: str = "question number {} is asked",
) -> Rows:
    return [{"prompt": ask.format(n), "completion": answer.format(n)} for n in range(first, last)]


def measured(folder: Path, relation: str, child: Rows, parent: Rows, whole: bool = True) -> str:
    sides = [
        exact.read_hashes(Collection(str(write(folder / name, side))))
        for name, side in (("child.jsonl", child), ("parent.jsonl", parent))
    ]
    return claims.measure(relation, sides[0], sides[1], whole).verdict


def test_every_relation_has_an_expectation() -> None:
    assert set(expectations()) == set(DATASET_RELATIONS)
    assert all(set(fields) <= set(exact.FIELDS) for fields in expectations().values())


WRAPPED = "Answer in one word.\n{}\nThink first."


@pytest.mark.parametrize(
    ("relation", "child", "parent", "verdict"),
    [
        ("subset_of", rows(0, 50), rows(0, 200), "confirms"),
        ("subset_of", rows(0, 200), rows(150, 300), "contradicts"),
        ("cleaned_from", [*rows(0, 80), *rows(500, 520)], rows(0, 100), "confirms"),
        ("cleaned_from", rows(0, 100), rows(500, 600), "contradicts"),
        ("prompts_from", rows(0, 50, answer="another thing about {}, written anew"), rows(0, 50), "confirms"),
        ("prompts_from", rows(0, 50), rows(0, 50), "contradicts"),
        ("includes", rows(0, 1000), rows(0, 50), "confirms"),
        ("includes", rows(0, 1000), rows(2000, 3000), "contradicts"),
        ("annotated_from", rows(0, 50), rows(0, 60), "confirms"),
        ("revision_of", rows(0, 100), rows(20, 90), "confirms"),
        (
            "reformatted_from",
            rows(0, 50, ask=WRAPPED.format("question number {} is asked")),
            rows(0, 50),
            "confirms",
        ),
        ("translated_from", rows(0, 50, "réponse {}", "la question {}"), rows(0, 50), "cannot tell"),
        ("translated_from", rows(0, 50), rows(0, 50), "contradicts"),
        ("rewritten_from", rows(0, 50, "anew {}", "tell me {}"), rows(0, 50), "cannot tell"),
        ("rewritten_from", rows(0, 50), rows(0, 50), "contradicts"),
        ("seeded_by", rows(0, 500), rows(900, 1000), "cannot tell"),
        ("seeded_by", rows(0, 100), rows(0, 100), "contradicts"),
        ("subset_of", rows(0, 19), rows(500, 519), "cannot tell"),
    ],
)
def test_a_relation_is_held_against_the_rows(
    tmp_path: Path, relation: str, child: Rows, parent: Rows, verdict: str
) -> None:
    assert measured(tmp_path, relation, child, parent) == verdict


def test_what_is_missing_from_a_part_of_the_parent_contradicts_nothing(tmp_path: Path) -> None:
    assert measured(tmp_path, "subset_of", rows(0, 200), rows(150, 300), whole=False) == "cannot tell"


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Alpha (questions 0 to 6,000) and seeds are in mix, which holds more; beta stands apart."""
    folder = tmp_path_factory.mktemp("known")
    package = write_tiny(folder / "package")
    contents = {
        "alpha": rows(0, 6000),
        "seeds": rows(7000, 7100),
        "mix": [*rows(0, 7100), *rows(20_000, 30_000)],
        "beta-1.0": rows(50_000, 51_000),
    }
    table = []
    for dataset, content in contents.items():
        made = sketches.fingerprint(Collection(str(write(folder / f"{dataset}.jsonl", content))))
        for field, sketch in made.sketches.items():
            cells = {"dataset": dataset, "field": field, "sketch": base64.b64encode(sketch).decode()}
            counts = {"rows": str(made.rows), "distinct": str(made.distinct(field))}
            table.append(TABLES["fingerprints"][0] | cells | counts)
    write_table(package, "fingerprints", sorted(table, key=lambda row: (row["dataset"], row["field"])))
    items = [{"text": ITEM.format(n)} for n in ("one", "two", "three", "four", "five")]
    benchmark = ngrams.read_benchmark(Collection(str(write(folder / "benchmark.jsonl", items))))
    (grams,) = known.blocks(benchmark)
    write_table(package, "ngrams", [TABLES["ngrams"][0] | {"items": "5", "grams": grams}])
    return build_edition(package, folder / "edition")


def identified(edition: Path, folder: Path, content: Rows) -> dict[str, identify.Match]:
    opened = open_edition(edition)
    data = sketches.fingerprint(Collection(str(write(folder / "data.jsonl", content))), identify.LOG_ENTRIES)
    matches = identify.identify(opened, data, known.fingerprints(opened))
    return {one.id: one for one in matches if one.field == "prompt"}


def test_a_mix_is_explained_by_its_parts_and_not_by_what_also_holds_them(
    edition: Path, tmp_path: Path
) -> None:
    found = identified(edition, tmp_path, [*rows(0, 6000), *rows(7000, 7100)])
    assert list(found) == ["alpha", "seeds", "mix"]
    assert found["mix"].explained_by == ("alpha", "seeds")
    assert abs(found["alpha"].shared.a_in_b - 6000 / 6100) < 0.03  # type: ignore[operator]
    assert found["alpha"].explained_by == found["alpha"].through == ()


def test_a_part_of_the_mix_that_no_part_of_it_holds_is_the_mix(edition: Path, tmp_path: Path) -> None:
    found = identified(edition, tmp_path, [*rows(0, 3000), *rows(20_000, 24_000)])
    assert list(found) == ["mix", "alpha"]
    assert found["alpha"].through == ("mix",) and found["mix"].explained_by == ()


def test_rows_of_nobody_are_nobodys(edition: Path, tmp_path: Path) -> None:
    assert identified(edition, tmp_path, rows(90_000, 90_500)) == {}


def test_responses_alone_make_no_link(edition: Path, tmp_path: Path) -> None:
    assert identified(edition, tmp_path, rows(0, 500, ask="quite another thing, {}")) == {}


def test_known_benchmarks_are_those_of_the_edition(edition: Path, tmp_path: Path) -> None:
    (one,) = known.benchmarks(open_edition(edition), 13)
    assert (one.name, one.items, one.checked) == ("seeds", 5, 5)
    leak = [{"text": f"As it says: {ITEM.format('four')} And so on."}]
    (found,) = ngrams.contamination(Collection(str(write(tmp_path / "d.jsonl", leak))), [one])
    assert found.rows == (3,)
    assert known.benchmarks(open_edition(edition), 8) == []


def test_a_measured_step_says_so(real_edition: Path) -> None:
    ((step,),) = why(open_edition(real_edition), "alpaca-eval", "vicuna-bench")
    assert step.measured is not None
    assert (step.measured.verdict, round(step.measured.prompt or 0, 3)) == ("confirms", 0.099)


def test_a_column_of_another_type_in_the_tables_of_an_edition_is_damage(
    edition: Path, tmp_path: Path
) -> None:
    for table, column in (("ngrams", "words"), ("fingerprints", "dataset")):
        other = shutil.copytree(edition, tmp_path / table)
        file = other / f"{table}.parquet"
        pl.read_parquet(file).with_columns(pl.lit(pl.Series([[1.5]])).first().alias(column)).write_parquet(
            file
        )
        read = known.fingerprints if table == "fingerprints" else lambda one: known.benchmarks(one, 13)
        with pytest.raises(DataError, match=f"has '{column}' of the type List"):
            read(open_edition(other))
