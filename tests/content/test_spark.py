"""The same fingerprints from Spark."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmlineage.content import fingerprints, sketches
from llmlineage.content.rows import Collection, Options
from llmlineage.errors import DataError
from tests.content.rows import ALPACA, write
from tests.tiny import ROOT

pytest.importorskip("pyspark", reason="pyspark is not installed: pip install -e '.[spark]'")
if shutil.which("java") is None:
    pytest.skip("Spark needs Java, which is not here", allow_module_level=True)

from llmlineage.content import spark

MANY = [{"prompt": f"Question №{n % 6000}…", "completion": f"naïve answer {n}"} for n in range(8000)]
CHATS = [
    {"conversations": [{"from": "human", "value": f"Q {n}"}, {"from": "gpt", "value": f"A {n % 70}"}]}
    for n in range(100)
]


@pytest.fixture(scope="module", autouse=True)
def session() -> Iterator[None]:
    yield
    from pyspark.sql import SparkSession

    SparkSession.builder.getOrCreate().stop()


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("many.jsonl", MANY),
        ("many.parquet", MANY),
        ("many.csv", MANY),
        ("alpaca.json", ALPACA),
        ("alpaca.jsonl.gz", ALPACA),
        ("alpaca.jsonl.zst", ALPACA),
        ("chats.jsonl", CHATS),
        ("chats.parquet", CHATS),
    ],
)
def test_both_engines_give_the_same_sketch(tmp_path: Path, name: str, rows: list[dict[str, object]]) -> None:
    file = write(tmp_path / name, rows)
    made, local = spark.fingerprint(str(file), master="local[2]"), sketches.fingerprint(Collection(str(file)))
    assert made.rows == local.rows == len(rows)
    assert made.sketches.keys() == local.sketches.keys() and made.layout == local.layout
    for field, sketch in local.sketches.items():
        jaccard = sketches.datasketches.theta_jaccard_similarity.jaccard(
            sketches.read(sketch), sketches.read(made.sketches[field])
        )
        assert list(jaccard) == [1.0, 1.0, 1.0]
        assert sketches.read(sketch).theta == sketches.read(made.sketches[field]).theta


def test_files_of_several_layouts_are_one_fingerprint(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", ALPACA)
    write(tmp_path / "b.parquet", MANY)
    made = spark.fingerprint(str(tmp_path), master="local[2]")
    local = sketches.fingerprint(Collection(str(tmp_path)))
    assert made.rows == local.rows and made.distinct("prompt") == local.distinct("prompt")


def test_broken_rows_are_counted(tmp_path: Path) -> None:
    file = write(tmp_path / "rows.jsonl", ALPACA)
    with file.open("ab") as out:
        out.write(b'{"instruction": \n{"instruction": "\xff"}\n')
    with pytest.raises(DataError, match="2 rows are broken"):
        spark.fingerprint(str(file), master="local[2]")
    made = spark.fingerprint(str(file), Options(skip_bad_rows=True), master="local[2]")
    assert made.rows == len(ALPACA)


def test_what_spark_cannot_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        spark.fingerprint(f"file://{tmp_path}/nowhere.jsonl", master="local[2]")
    assert "\n" not in str(caught.value)


def test_spark_submit_writes_the_fingerprint(tmp_path: Path) -> None:
    submit = Path(sys.executable).with_name("spark-submit")
    if not submit.exists():
        pytest.skip("spark-submit is not beside this Python")
    file = write(tmp_path / "rows.jsonl", MANY)
    command = [submit, "--master", "local[2]", spark.__file__, file, tmp_path / "print.parquet"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    subprocess.run(command, check=True, capture_output=True, env=environment, timeout=120)
    made, local = fingerprints.load(tmp_path / "print.parquet"), sketches.fingerprint(Collection(str(file)))
    for field, sketch in local.sketches.items():
        assert sketches.read(made.sketches[field]).theta == sketches.read(sketch).theta
        assert sketches.compare(made, local)[field].a_in_b == 1.0  # type: ignore[index]
