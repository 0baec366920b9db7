"""A fingerprint file is input from anywhere: told from data, and every cell checked when it is read."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import datasketches
import polars as pl
import pytest

from llmlineage.content import compare, fingerprints, marks, readers, sketches
from llmlineage.content.rows import Collection
from llmlineage.errors import DataError
from tests.content.rows import ALPACA, write

TEXT, NUMBER = pl.String(), pl.Int64()


@pytest.fixture(scope="module")
def frame(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    data = write(tmp_path_factory.mktemp("data") / "rows.jsonl", ALPACA)
    return sketches.fingerprint(Collection(str(data))).frame()


def refusal(path: Path) -> str:
    """The one message that every use of a fingerprint file gives."""
    said = set()
    one = Collection(str(path))
    for use in (
        lambda: fingerprints.load(path),
        lambda: compare.overlap_report(one, one),
        lambda: sketches.make([one, one], path.with_name("merged.parquet")),
    ):
        with pytest.raises(DataError) as caught:
            use()
        said.add(str(caught.value))
    (message,) = said
    assert message.startswith(f"{path}: ") and "\n" not in message
    return message


@pytest.mark.parametrize(
    ("column", "dtype", "cell", "message"),
    [
        ("nominal_entries", NUMBER, 0, "nominal_entries 0 is no power of two"),
        ("nominal_entries", NUMBER, 1000, "nominal_entries 1000 is no power of two"),
        ("nominal_entries", NUMBER, None, "nominal_entries of the fingerprint is empty"),
        ("data", TEXT, None, "data of the fingerprint is empty"),
        ("layout", TEXT, None, "layout of the fingerprint is empty"),
        ("rows", NUMBER, None, "rows of the fingerprint is empty"),
        ("rows", NUMBER, -1, "a fingerprint of -1 rows"),
        ("rows", TEXT, "many", "rows of the fingerprint is of the type String, not Int64"),
        ("distinct", NUMBER, 3, "the sketch is damaged"),
        ("field", TEXT, "instruction", "'instruction' is no field of a fingerprint"),
        ("field", TEXT, "prompt", "holds a field twice"),
        ("sketch", pl.Binary(), None, "sketch of the fingerprint is empty"),
        ("sketch", pl.Binary(), b"", "the sketch is damaged"),
        ("sketch", TEXT, "c2tldGNo", "sketch of the fingerprint is of the type String, not Binary"),
        ("hash", TEXT, "md5", "hash md5 cannot be compared"),
        ("normalisation", TEXT, None, "normalisation of the fingerprint is empty"),
    ],
)
def test_a_cell_that_no_fingerprint_has_is_one_message(
    tmp_path: Path, frame: pl.DataFrame, column: str, dtype: Any, cell: object, message: str
) -> None:
    path = tmp_path / "print.parquet"
    frame.with_columns(pl.lit(cell, dtype=dtype).alias(column)).write_parquet(path)
    assert message in refusal(path)


def test_a_sketch_made_with_another_seed_is_refused(tmp_path: Path, frame: pl.DataFrame) -> None:
    other = datasketches.update_theta_sketch(seed=1)
    other.update(1)
    path = tmp_path / "print.parquet"
    changed = frame.with_columns(sketch=pl.lit(bytes(other.compact().serialize())))
    changed.write_parquet(path)
    assert "the sketch is damaged, or is none" in refusal(path)


def test_damaged_sketches_are_refused_or_harmless(frame: pl.DataFrame) -> None:
    """Every sketch that passes can be compared and merged."""
    chance = random.Random(5)
    whole = frame["sketch"][0]
    for _ in range(2000):
        bent = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            bent[chance.randrange(40)] = chance.randrange(256)
        cells = frame.head(1).with_columns(sketch=pl.lit(bytes(bent[: chance.choice([9, 30, len(bent)])])))
        try:
            one = fingerprints.from_frame(cells, "here")
        except DataError:
            continue
        sketches.compare(one, one)
        sketches.merge([one, one])


def test_a_fingerprint_of_another_version_says_so_and_is_no_data(tmp_path: Path, frame: pl.DataFrame) -> None:
    path = tmp_path / "print.parquet"
    frame.with_columns(later=pl.lit(1)).write_parquet(path)
    assert "is a fingerprint of another version, with the column 'later'" in refusal(path)
    for column in frame.columns:
        frame.drop(column).write_parquet(path)
        assert f"is a fingerprint of another version, without the column '{column}'" in refusal(path)
    frame.clear().write_parquet(path)
    assert "holds no field" in refusal(path)


def test_a_fingerprint_is_known_by_what_is_in_it_and_has_no_rows(tmp_path: Path, frame: pl.DataFrame) -> None:
    write(tmp_path / "rows.jsonl", ALPACA)
    frame.write_parquet(tmp_path / "print.parquet")
    frame.write_parquet(tmp_path / "print.bin")
    assert fingerprints.is_fingerprint(str(tmp_path / "print.bin"))
    assert readers.files_at(str(tmp_path)) == [tmp_path / "rows.jsonl"]
    with pytest.raises(DataError, match="is a fingerprint, or a list of matches"):
        list(Collection(str(tmp_path / "print.parquet")).texts())
    (tmp_path / "rows.jsonl").unlink()
    with pytest.raises(DataError, match="holds fingerprints and matches, and no data"):
        readers.files_at(str(tmp_path))


def test_data_is_no_fingerprint_and_no_list_of_matches(tmp_path: Path) -> None:
    for name in ("rows.parquet", "rows.jsonl", "rows.csv"):
        assert not marks.is_ours(write(tmp_path / name, ALPACA))
    (tmp_path / "cut.parquet").write_bytes(b"PAR1" * 9)
    assert not marks.is_ours(tmp_path / "cut.parquet") and not marks.is_ours(tmp_path / "none")
