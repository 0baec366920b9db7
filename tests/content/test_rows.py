"""The rows of a collection: in order, numbered through, and none of them lost without a word."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from llmlineage.content.identity import PAIR, hashed, normalise
from llmlineage.content.readers import json_lines
from llmlineage.content.rows import MOST_BAD, Collection, Options, in_order
from llmlineage.errors import DataError
from tests.content.rows import ALPACA, write

PAIRS = [{"prompt": f"Q {n}", "completion": f"A {n}"} for n in range(60)]


def read(address: Path, **options: Any) -> tuple[Collection, list[tuple[int, str | None, str | None]]]:
    collection = Collection(str(address), Options(**options))
    rows = [row for frame in collection.texts() for row in frame.iter_rows()]
    return collection, rows


def test_work_on_many_threads_is_handed_out_in_order() -> None:
    def slowly(number: int) -> int:
        time.sleep(random.random() / 500)
        return number

    assert list(in_order(slowly, range(200))) == list(range(200))


def test_no_more_is_read_than_the_threads_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    taken = []

    def items() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    found = in_order(str, items())
    assert [next(found), next(found)] == ["0", "1"]
    assert len(taken) <= 6


def test_what_goes_wrong_in_a_thread_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda number: 1 // number, [2, 1, 0, 1]))


def test_row_numbers_run_on_over_chunks_files_and_layouts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_lines, "CHUNK", 50)
    write(tmp_path / "a.jsonl", PAIRS[:20])
    write(tmp_path / "b.csv", PAIRS[20:30])
    write(tmp_path / "c.parquet", PAIRS[30:45])
    chats = [{"messages": [{"role": "user", "content": row["prompt"]}]} for row in PAIRS[45:]]
    write(tmp_path / "d.json.gz", chats)
    collection, rows = read(tmp_path)
    assert [(number, prompt) for number, prompt, _ in rows] == [(n, f"Q {n}") for n in range(60)]
    assert collection.rows == 60
    assert collection.layouts == ["prompt/completion", "messages (messages: role/content)"]


def test_rows_without_a_text_are_counted_and_keep_their_number(tmp_path: Path) -> None:
    asked = {"messages": [{"role": "user", "content": "Q"}]}
    collection, rows = read(write(tmp_path / "rows.jsonl", [asked, {"messages": []}, {}, asked]))
    assert rows == [(0, "Q", None), (3, "Q", None)]
    assert (collection.rows, collection.held) == (4, {"prompt"})


def test_lines_are_counted_over_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "CHUNK", 64)
    lines = [json.dumps(row) for row in PAIRS]
    lines[50:50] = ["", "broken"]
    (tmp_path / "rows.jsonl").write_text("\n".join(lines))
    collection, rows = read(tmp_path / "rows.jsonl", skip_bad_rows=True)
    assert collection.bad_rows[0].startswith(f"{tmp_path / 'rows.jsonl'}:52: not JSON")
    assert [number for number, *_ in rows] == list(range(60)) and collection.bad == 1


def test_all_broken_rows_are_counted_and_the_first_are_kept(tmp_path: Path) -> None:
    lines = json.dumps(PAIRS[0]) + "\n" + "broken\n" * 500
    (tmp_path / "rows.jsonl").write_text(lines)
    collection, rows = read(tmp_path / "rows.jsonl", skip_bad_rows=True)
    assert (collection.rows, collection.bad, len(collection.bad_rows)) == (1, 500, MOST_BAD)
    assert len(rows) == 1


def test_a_collection_is_read_again_from_the_start(tmp_path: Path) -> None:
    collection = Collection(str(write(tmp_path / "rows.jsonl", PAIRS)))
    first, second = (pl.concat(list(collection.texts())) for _ in range(2))
    assert first.equals(second) and collection.rows == 60 and len(collection.layouts) == 1


def test_a_file_of_a_folder_that_no_layout_fits_is_named(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", PAIRS)
    write(tmp_path / "b.jsonl", [{"id": 1}])
    with pytest.raises(DataError, match=r"b\.jsonl: no known layout among the columns 'id'"):
        read(tmp_path)


@pytest.mark.parametrize("suffix", ["jsonl", "json", "csv", "parquet"])
@pytest.mark.parametrize("nothing", [None, ""])
def test_a_column_without_a_text_is_no_prompt(tmp_path: Path, suffix: str, nothing: str | None) -> None:
    file = write(tmp_path / f"rows.{suffix}", [{"prompt": nothing, "completion": "A"}] * 3)
    collection, _ = read(file)
    assert collection.held == {"response"} and collection.rows == 3
    with pytest.raises(DataError, match="'prompt' holds no text, in any row"):
        read(file, prompt="prompt", response="completion")
    file = write(tmp_path / f"none.{suffix}", [{"prompt": nothing, "completion": nothing}] * 3)
    with pytest.raises(DataError, match="no row holds a text as prompt/completion"):
        read(file)


def test_an_input_stands_below_its_instruction(tmp_path: Path) -> None:
    _, rows = read(write(tmp_path / "rows.jsonl", ALPACA[:2]))
    assert [prompt for _, prompt, _ in rows] == ["Describe thing 0\nCafé №0", "Describe thing 1"]


def test_hashes_are_those_of_the_normalised_texts(tmp_path: Path) -> None:
    file = write(tmp_path / "rows.jsonl", [{"prompt": " Q\n½ ", "completion": "ẞ"}, {"prompt": "Q"}])
    (hashes,) = Collection(str(file)).hashes()
    prompt, response = (
        hashed(normalise(pl.Series(texts, dtype=pl.String))).to_list() for texts in (["q 1⁄2"], ["ss"])
    )
    first, second = hashes.to_dicts()
    assert (first["prompt"], first["response"]) == (prompt[0], response[0])
    assert first["both"] == (prompt[0] * PAIR + response[0]) % 2**64 and first["response_length"] == 2
    assert second["prompt"] and second["response"] is second["both"] is second["response_length"] is None
