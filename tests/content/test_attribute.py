"""Which known dataset each row comes from, and the filters that tell."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmlineage.content import attribute, filters, layouts
from llmlineage.content.filters import BITS, Holder, Source
from llmlineage.content.rows import Collection, Options
from llmlineage.edition import Edition, open_edition
from llmlineage.edition.compile import build_edition
from llmlineage.errors import DataError, OutputRefused
from llmlineage.render.content import attribution_document
from tests.content.rows import Rows, needs_samples, write
from tests.content.test_overlap import sample
from tests.tiny import write_tiny


def rows(
    start: int, stop: int, answer: str = "the answer that was given to number {}"
) -> list[dict[str, Any]]:
    return [{"prompt": f"question {n}", "completion": answer.format(n)} for n in range(start, stop)]


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    folder = tmp_path_factory.mktemp("edition")
    return open_edition(build_edition(write_tiny(folder / "package"), folder / "edition"))


def known(folder: Path, **contents: Rows) -> list[Holder]:
    """Filters of these datasets, as they are read from a file."""
    made = [
        filters.holder(
            Collection(str(write(folder / f"{name}.jsonl", content))), Source(name.replace("_", "-"))
        )
        for name, content in contents.items()
    ]
    filters.write(made, folder / "filters.parquet")
    return filters.load(folder / "filters.parquet")


def found(edition: Edition, folder: Path, content: Rows, holders: list[Holder]) -> attribute.Attributed:
    data = Collection(str(write(folder / "data.jsonl", content)))
    hashes = pl.concat(data.hashes((layouts.ALONE,)), how="diagonal").with_row_index("entry")
    return attribute.attributed(edition, data, hashes, holders)


def summary(one: attribute.Attributed, field: str = "prompt") -> dict[str, int]:
    return {origin.id: origin.rows for origin in one.origins if origin.field == field}


def test_rows_go_to_the_part_of_a_mix_and_not_to_the_mix_that_holds_them_too(
    edition: Edition, tmp_path: Path
) -> None:
    holders = known(tmp_path, alpha=rows(0, 300), seeds=rows(500, 600), mix=[*rows(0, 600), *rows(900, 950)])
    one = found(
        edition, tmp_path, [*rows(100, 200), *rows(550, 600), *rows(900, 920), *rows(2000, 2030)], holders
    )
    for field in ("prompt", "response", "both"):
        assert summary(one, field) == {"alpha": 100, "seeds": 50, "mix": 20}
    assert (one.rows, one.unexplained) == (200, 30)
    cells = one.frame["prompt"].struct.unnest()
    assert cells["origin"][0] == "alpha" and cells["held_by"][0].to_list() == ["alpha", "mix"]
    assert cells["origin"][199] is None and cells["held_by"][199].to_list() == []


def test_a_prompt_and_its_response_may_have_different_origins(edition: Edition, tmp_path: Path) -> None:
    holders = known(tmp_path, alpha=rows(0, 100), seeds=rows(0, 100, "answered anew, for number {} of them"))
    one = found(edition, tmp_path, rows(0, 50, "answered anew, for number {} of them"), holders)
    assert summary(one, "response") == summary(one, "both") == {"seeds": 50}
    assert one.frame["prompt"].struct.field("held_by")[0].to_list() == ["alpha", "seeds"]


def test_short_responses_are_nobodys_unless_their_prompt_is(edition: Edition, tmp_path: Path) -> None:
    holders = known(tmp_path, alpha=rows(0, 100, "yes, {}"))
    one = found(edition, tmp_path, [*rows(0, 20, "yes, {}"), *rows(1000, 1020, "yes, 30")], holders)
    assert summary(one, "response") == {"alpha": 20}


def test_so_few_rows_as_coincide_are_no_verdict(edition: Edition, tmp_path: Path) -> None:
    holders = known(tmp_path, alpha=rows(0, 100))
    one = found(edition, tmp_path, [*rows(96, 100), *rows(1000, 1100)], holders)
    assert one.origins == [] and one.unexplained == 104
    assert set(one.frame["prompt"].struct.field("origin")) == {None}


@pytest.mark.parametrize(("texts", "chance"), [(10**6, 1e-3), (10**6, 1e-5), (1000, 1e-6), (0, 0.1)])
def test_what_the_error_of_a_filter_explains_is_no_verdict(texts: int, chance: float) -> None:
    expected = texts * chance
    number = attribute.least(texts, chance, 10**6)
    assert number >= max(5, expected)
    assert number <= expected + 6 * expected**0.5 + 6


def test_instructions_are_met_with_and_without_their_inputs(edition: Edition, tmp_path: Path) -> None:
    full = [
        {"instruction": f"Do number {n}", "input": f"with {n}", "output": f"It was done, {n} times"}
        for n in range(50)
    ]
    alone = [{"prompt": row["instruction"], "completion": row["output"]} for row in full]
    assert summary(found(edition, tmp_path, alone, known(tmp_path, alpha=full)), "both") == {"alpha": 50}
    assert summary(found(edition, tmp_path, full, known(tmp_path, alpha=alone)), "both") == {"alpha": 50}
    assert summary(found(edition, tmp_path, full, known(tmp_path, alpha=full)), "both") == {"alpha": 50}


def test_every_turn_is_a_line_of_its_own_and_a_row_counts_once(edition: Edition, tmp_path: Path) -> None:
    holders = known(tmp_path, alpha=rows(0, 100))
    turns = [
        [
            {"role": role, "content": text}
            for row in rows(n, n + 2)
            for role, text in zip(("user", "assistant"), row.values(), strict=True)
        ]
        for n in range(0, 40, 2)
    ]
    data = Collection(
        str(write(tmp_path / "d.jsonl", [{"messages": one} for one in turns])), Options(turns=True)
    )
    hashes = pl.concat(data.hashes(), how="diagonal").with_row_index("entry")
    one = attribute.attributed(edition, data, hashes, holders)
    assert (one.frame.height, one.rows, summary(one)) == (40, 20, {"alpha": 20})


def test_local_files_are_compared_whole_and_the_part_comes_before_what_holds_it(
    edition: Edition, tmp_path: Path
) -> None:
    part, whole = write(tmp_path / "part.jsonl", rows(0, 50)), write(tmp_path / "whole.jsonl", rows(0, 200))
    data = Collection(str(write(tmp_path / "data.jsonl", rows(0, 80))))
    against = [Collection(str(whole)), Collection(str(part))]
    one = attribute.attribute(edition, data, tmp_path / "rows.parquet", against)
    assert summary(one) == {str(part): 50, str(whole): 30}
    assert one.false_positive_rate < 1e-15
    written = pl.read_parquet(tmp_path / "rows.parquet")
    assert written.columns == ["row", "prompt", "response", "both"] and written.equals(one.frame)
    assert attribute.attribute(edition, data, tmp_path / "rows.parquet", against).rows == 80  # our own file
    document = attribution_document(one)
    assert list(document)[:5] == ["data", "rows", "false_positive_rate", "origins", "unexplained"]
    assert document["unexplained"] == {"rows": 0, "share": 0.0}


def test_an_input_is_never_overwritten(edition: Edition, tmp_path: Path) -> None:
    data = write(tmp_path / "data.parquet", rows(0, 80))
    with pytest.raises(OutputRefused, match="one of the inputs"):
        attribute.attribute(edition, Collection(str(data)), data, [Collection(str(data))], force=True)


# --- filters


@settings(max_examples=60)
@given(st.sets(st.integers(0, 2**BITS - 1), min_size=1, max_size=300))
def test_a_filter_is_unpacked_as_it_was_packed(numbers: set[int]) -> None:
    values = np.array(sorted(numbers), dtype=np.uint64)
    assert (filters.unpacked(filters.packed(values, BITS), len(values), BITS) == values).all()


def test_large_filters_take_22_bits_a_text_and_keep_what_they_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "SLICE", 1001)  # slices that do not end with a byte
    chance = random.Random(5)
    values = np.unique(np.array([chance.getrandbits(BITS) for _ in range(50_000)], dtype=np.uint64))
    data = filters.packed(values, BITS)
    assert (filters.unpacked(data, len(values), BITS) == values).all()
    assert 8 * len(data) / len(values) < 23


def test_filters_of_parts_merge_to_that_of_the_whole(tmp_path: Path) -> None:
    parts = known(tmp_path, a=rows(0, 60), b=rows(40, 100))
    (whole,) = known(tmp_path, c=rows(0, 100))
    merged = filters.merge(parts, Source("c"))
    assert merged.rows == 120 and set(merged.hashes) == set(whole.hashes)
    assert all((merged.hashes[field] == whole.hashes[field]).all() for field in whole.hashes)


def test_texts_that_are_not_held_are_found_as_often_as_is_said() -> None:
    """At 20 bits, as the rate of 36 would ask for a hundred million texts."""
    chance = np.random.default_rng(7)
    held = np.unique(chance.integers(0, 2**64, 20_000, dtype=np.uint64) >> np.uint64(44))
    one = Holder(Source("alpha"), 20_000, {"prompt": held}, 20)
    texts = pl.DataFrame({"prompt": chance.integers(0, 2**64, 100_000, dtype=np.uint64)}).with_row_index(
        "entry"
    )
    met = attribute.meet(texts, "prompt", attribute.table([one], "prompt"))
    expected = 100_000 * one.chance("prompt")
    assert abs(met.height - expected) < 5 * expected**0.5
    assert met.height < attribute.least(100_000, one.chance("prompt"), 20_000)  # and are no verdict


def spoiled(path: Path, column: str, cell: object) -> Path:
    table = pl.read_parquet(path)
    table.with_columns(pl.lit(cell, dtype=table.schema[column]).alias(column)).write_parquet(path)
    return path


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("filter", b"\0\1\2", "is not as it was made"),
        ("dataset", "beta-1.0", "has a filter twice"),
        ("rows", 7, "is not as it was made"),
        ("digest", "0" * 64, "is not as it was made"),
        ("digest", None, "with 'digest' empty"),
        ("normalisation", "lower/1", "normalisation lower/1, which cannot be compared"),
        ("hash", "xxh3-64 of seed 3", "hash xxh3-64 of seed 3, which cannot be compared"),
        ("bits", 12, "bits 12, which cannot be compared"),
        ("distinct", 0, "more texts than rows can hold, or of none"),
    ],
)
def test_filters_that_were_changed_or_are_of_another_kind_are_refused(
    tmp_path: Path, column: str, cell: object, message: str
) -> None:
    known(tmp_path, alpha=rows(0, 60), seeds=rows(40, 100))
    with pytest.raises(DataError, match=message) as caught:
        filters.load(spoiled(tmp_path / "filters.parquet", column, cell))
    assert str(caught.value).count("\n") == 0 and "make it anew" in str(caught.value)


def test_a_filter_that_lies_of_itself_is_refused(tmp_path: Path) -> None:
    """With a digest that fits: its bytes are no sorted numbers."""
    known(tmp_path, alpha=rows(0, 60))
    table = pl.read_parquet(tmp_path / "filters.parquet")
    row = table.row(0, named=True) | {"filter": bytes(len(table["filter"][0]))}
    lying = pl.DataFrame([row | {"digest": filters.digest(row)}], schema=table.schema)
    lying.write_parquet(tmp_path / "filters.parquet")
    with pytest.raises(DataError, match="is damaged: of another number of texts"):
        filters.load(tmp_path / "filters.parquet")


@pytest.mark.parametrize("column", ["filter", "digest", "license", "bits"])
def test_filters_of_another_version_are_refused(tmp_path: Path, column: str) -> None:
    known(tmp_path, alpha=rows(0, 60))
    path = tmp_path / "filters.parquet"
    pl.read_parquet(path).drop(column).write_parquet(path)
    assert filters.is_filters(path)
    with pytest.raises(DataError, match=f"of another version, without '{column}'"):
        filters.load(path)


def test_a_filter_file_that_is_cut_is_refused(tmp_path: Path) -> None:
    known(tmp_path, alpha=rows(0, 60))
    path = tmp_path / "filters.parquet"
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(DataError, match="not a whole parquet file"):
        filters.load(path)


def test_filters_hold_no_text_and_say_where_they_are_from(tmp_path: Path) -> None:
    for one in filters.published():
        assert one.source.data.startswith("https://") and len(one.source.revision) == 40
        assert one.rows and all(len(numbers) for numbers in one.hashes.values())
    known(tmp_path, alpha=[{"prompt": f"secret {n}", "completion": f"word {n}"} for n in range(99)])
    data = (tmp_path / "filters.parquet").read_bytes()
    assert b"secret" not in data and b"word" not in data


@needs_samples
def test_a_mix_of_known_parts_is_told_by_its_shares(tmp_path: Path) -> None:
    """Through the shipped filters and the shipped record."""
    parts = {
        "gsm8k": ("gsm8k/train.jsonl", 300),
        "alpaca": ("alpaca-en-parts/alpaca_en_12345-15323.json", 500),
        "gpteacher-toolformer": ("gpteacher-toolformer/toolformer-similarity-0.6-dataset.json", 100),
        "hh-rlhf": ("hh-rlhf/harmless-base_test.jsonl.gz", 40),
    }
    mix = [{"prompt": f"made up {n}", "completion": f"of nobody, {n}"} for n in range(60)]
    for file, count in parts.values():
        some = next(iter(sample(file).texts())).head(count)
        mix += [
            {"prompt": row["prompt"], "completion": row["response"]} for row in some.iter_rows(named=True)
        ]
    data = Collection(str(write(tmp_path / "mix.jsonl", mix)))
    one = attribute.attribute(open_edition(), data)
    assert one.rows == 1000 and one.unexplained == 60
    told = summary(one)
    for id, (_, count) in parts.items():
        assert abs(told[id] - count) <= 2, told
    assert one.false_positive_rate < 1e-5
