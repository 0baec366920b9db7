"""Files as rows: the same in every format, and one clear message where they are not whole."""

from __future__ import annotations

import gzip
import json
import threading
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from llmlineage.content import readers
from llmlineage.content.readers import json_array, json_lines
from llmlineage.content.rows import Collection, Options
from llmlineage.errors import DataError
from tests.content.rows import ALPACA, write

FORMATS = ("jsonl", "ndjson", "json", "csv", "tsv", "parquet")


def texts(path: object, **options: Any) -> list[tuple[int, str | None, str | None]]:
    frames = list(Collection(str(path), Options(**options)).texts())
    return [row for frame in frames for row in frame.select("row", "prompt", "response").iter_rows()]


EXPECTED = [
    (n, row["instruction"] + ("\n" + row["input"] if row["input"] else ""), row["output"])
    for n, row in enumerate(ALPACA)
]


@pytest.mark.parametrize("compression", ["", ".gz", ".zst"])
@pytest.mark.parametrize("suffix", FORMATS)
def test_rows_are_the_same_in_every_format(tmp_path: Path, suffix: str, compression: str) -> None:
    assert texts(write(tmp_path / f"rows.{suffix}{compression}", ALPACA)) == EXPECTED


def test_a_folder_and_a_glob_are_their_files_in_order(tmp_path: Path) -> None:
    write(tmp_path / "b.jsonl", ALPACA[50:])
    write(tmp_path / "a.json", ALPACA[:50])
    (tmp_path / "README.md").write_text("no data")
    (tmp_path / ".hidden.jsonl").write_text("no data")
    assert texts(tmp_path) == EXPECTED
    assert texts(tmp_path / "*.json*") == EXPECTED


def test_json_lines_may_be_called_json(tmp_path: Path) -> None:
    lines = write(tmp_path / "rows.jsonl", ALPACA)
    assert texts(lines.rename(tmp_path / "rows.json")) == EXPECTED


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_no_row_is_lost_where_chunks_meet(tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "CHUNK", size)
    monkeypatch.setattr(json_array, "BLOCK", size)
    monkeypatch.setattr(json_array, "ROWS", 7)
    for name in ("rows.jsonl", "rows.jsonl.gz", "rows.json"):
        assert texts(write(tmp_path / name, ALPACA)) == EXPECTED


def test_line_ends_blank_lines_and_marks_do_not_matter(tmp_path: Path) -> None:
    body = "\r\n\r\n".join(json.dumps(row) for row in ALPACA)
    (tmp_path / "rows.jsonl").write_bytes(b"\xef\xbb\xbf" + body.encode())
    assert texts(tmp_path / "rows.jsonl") == EXPECTED


# Where text is wanted, other values stand as their JSON, in which control characters are escaped freely.
WORDS = st.text("ab é—", max_size=5)
SCALAR = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | WORDS
JSON = st.text(st.characters(exclude_categories=["Cs"])) | st.recursive(
    SCALAR,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3)
    ),
    max_leaves=5,
)
TURN = st.fixed_dictionaries({}, optional={"role": JSON, "content": JSON, "more": JSON})


@given(
    st.lists(
        st.fixed_dictionaries({}, optional={"a": JSON, "m": st.lists(TURN) | JSON, "z": JSON}), min_size=1
    )
)
def test_what_polars_reads_is_what_is_read_line_by_line(rows: list[dict[str, Any]]) -> None:
    part = json_lines.Lines("".join(json.dumps(row) + "\n" for row in rows).encode())
    flat: dict[str, Any] = {"a": pl.String()}
    assert part.parse(flat).frame.equals(part.parse_slowly(flat).frame)
    nested = {"m": pl.List(pl.Struct({"role": pl.String(), "content": pl.String()}))}
    turns = [row for row in rows if isinstance(row.get("m"), list)]
    assert part.parse(nested).frame.height == len(rows) >= len(turns)


def test_half_a_surrogate_pair_is_no_null_character(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(
        '{"prompt": "a\\ud800", "completion": "b"}\n{"prompt": "\\ud83d\\ude00", "completion": "b"}\n'
    )
    assert [row[1] for row in texts(file)] == ["a?", "😀"]


def test_parts_of_a_message_are_its_text(tmp_path: Path) -> None:
    parts = [{"type": "text", "text": "one"}, {"type": "image"}, {"type": "text", "text": "two"}]
    rows = [{"messages": [{"role": "user", "content": parts}, {"role": "assistant", "content": "yes"}]}]
    assert texts(write(tmp_path / "rows.json", rows)) == [(0, "one\ntwo", "yes")]


def said(path: object, **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        texts(path, **options)
    return str(caught.value)


LINES = "".join(json.dumps(row) + "\n" for row in ALPACA).encode()


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("cut.jsonl.gz", gzip.compress(LINES)[:-9], "cut short or damaged"),
        ("cut.jsonl.zst", zstandard.compress(LINES)[:-9], "cut short or damaged"),
        ("tail.jsonl.gz", gzip.compress(LINES) + b"tail", "cut short or damaged"),
        ("half.jsonl", LINES[:-9], "1 row is broken"),
        ("empty.jsonl", b"", "holds no row"),
        ("blank.jsonl", b"\n \n\n", "holds no JSON object a line"),
        ("numbers.jsonl", b"1\n2\n", "holds no JSON object a line (line 1: not a JSON object)"),
        ("utf16.jsonl", LINES.decode().encode("utf-16"), "not UTF-8"),
        ("cut.json", b'[{"prompt": "a", "completion": "b"},\n {"prom', "line 2: the array is broken"),
        ("tail.json", b'[{"prompt": "a", "completion": "b"}]\n]', "line 2: the array is broken: text after"),
        ("numbers.json", b"[1, 2]", "the array holds no object"),
        ("mixed.json", b'[{"prompt": "a", "completion": "b"}, 3]', "1 row is broken"),
        ("bad.json", b'[{"prompt": "\xff", "completion": "b"}]', "not UTF-8"),
        ("deep.jsonl", b'{"prompt": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        ("cut.parquet", b"PAR1" + b"\0" * 40, "not a whole parquet file"),
        ("empty.parquet", b"", "not a whole parquet file"),
        ("bytes.csv", b"prompt,completion\n\xff,b\n", "not UTF-8"),
        ("few.csv", b"prompt,completion\na,b\nc\n", "few.csv:3: 1 cells where 2 are expected"),
        ("rows.xyz", b"", "the format is told by the suffix"),
    ],
)
def test_a_file_that_is_not_whole_is_refused_with_the_place(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(data)
    text = said(tmp_path / name)
    assert message in text and name in text


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("nowhere.jsonl", "there is no such file or folder"),
        (".", "holds no data file"),
        ("hub:org", "is written hub:ORG/NAME"),
    ],
)
def test_an_address_of_nothing_is_refused(
    place: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert message in said(place)


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz"])
def test_broken_rows_are_named_by_line_and_passed_over_on_request(tmp_path: Path, name: str) -> None:
    lines = LINES.splitlines(keepends=True)
    lines[40:40] = [b'{"instruction": "a\xff"}\n', b"\n", b"not json\n"]
    data = b"".join(lines)
    file = tmp_path / name
    file.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    text = said(file)
    assert "2 rows are broken" in text and f"{name}:41: not UTF-8" in text and f"{name}:43: not JSON" in text
    assert texts(file, skip_bad_rows=True) == EXPECTED


def test_a_file_of_nothing_but_broken_rows_is_given_up_early(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_bytes(LINES + b"broken\n" * 500)
    assert "more than 100 rows are broken" in said(file)


def test_a_line_of_200_mb_is_a_broken_row_and_the_rest_is_read(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    with file.open("wb") as out:
        out.write(LINES[: LINES.index(b"\n") + 1])
        out.write(b'{"instruction": "')
        for _ in range(200):
            out.write(b"word " * 200_000)
        out.write(b'", "output": "x"}\n')
        out.write(LINES[LINES.index(b"\n") + 1 :])
    assert "rows.jsonl:2: longer than 64 MB" in said(file)
    assert texts(file, skip_bad_rows=True) == EXPECTED


def test_a_file_that_grows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "CHUNK", 100)
    file = write(tmp_path / "rows.jsonl", ALPACA)
    batches = Collection(str(file)).texts()
    next(batches)
    with file.open("ab") as out:
        out.write(LINES)
    with pytest.raises(DataError, match="changed while it was read"):
        list(batches)


def test_more_cells_than_columns_are_said_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text('prompt,completion\na,b\n"c\nc",d,e\n')
    collection = Collection(str(tmp_path / "rows.csv"))
    rows = [row for frame in collection.texts() for row in frame.rows()]
    assert rows == [(0, "a", "b"), (1, "c\nc", "d")]
    assert collection.bad == 0 and collection.odd_rows == [
        f"{collection.address}:3: 3 cells where 2 are expected"
    ]


def test_a_table_without_a_header_has_numbered_columns(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text('"What is 1 + 1?",2\n"What is 2 + 2, then?",4\n')
    assert "'col0', 'col1'" in said(tmp_path / "rows.csv")
    assert texts(tmp_path / "rows.csv", prompt="col0", response="col1")[1] == (1, "What is 2 + 2, then?", "4")


def test_text_columns_of_any_type_are_read_from_parquet(tmp_path: Path) -> None:
    frame = pl.DataFrame({"prompt": ["a", "b", "a"], "completion": [1, 2, None]})
    frame.with_columns(pl.col("prompt").cast(pl.Categorical)).write_parquet(tmp_path / "rows.parquet")
    assert texts(tmp_path / "rows.parquet") == [(0, "a", "1"), (1, "b", "2"), (2, "a", None)]


def test_a_hub_dataset_is_streamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through ``datasets`` itself; a folder stands for the repository."""
    datasets = pytest.importorskip("datasets")
    write(tmp_path / "rows.jsonl", ALPACA)
    real = datasets.load_dataset
    asked: list[tuple[object, ...]] = []

    def load(repo: str, config: str | None, *, split: str, revision: str | None, streaming: bool) -> object:
        asked.append((repo, config, split, revision, streaming))
        return real("json", data_files=str(tmp_path / "rows.jsonl"), split=split, streaming=True)

    monkeypatch.setattr(datasets, "load_dataset", load)
    assert texts("hub:org/name:config@abc#train") == EXPECTED
    assert set(asked) == {("org/name", "config", "train", "abc", True)}


def test_what_the_hub_refuses_is_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets")

    def refuse(*_: object, **__: object) -> object:
        raise ConnectionError("no route\nto the Hub")

    monkeypatch.setattr(datasets, "load_dataset", refuse)
    assert said("hub:org/name#train") == "hub:org/name#train: no route"


def test_reading_goes_no_further_than_it_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "CHUNK", 100)
    file = write(tmp_path / "rows.jsonl", ALPACA * 50)
    before = threading.active_count()
    batches = Collection(str(file)).texts()
    next(batches)
    batches.close()
    assert threading.active_count() == before
    assert readers.files_at(str(file)) == [file]
