"""Files as rows: the same in every format, and one clear message where they are not whole."""

from __future__ import annotations

import csv
import gzip
import json
import os
import threading
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard
from hypothesis import example, given, settings
from hypothesis import strategies as st

from llmlineage.content import readers
from llmlineage.content.readers import json_array, json_lines, parquet, table
from llmlineage.content.readers.hub import HubReader
from llmlineage.content.rows import Collection, Options
from llmlineage.errors import DataError
from tests.build.conftest import python
from tests.build.hub_server import Blob, Repo, running_hub
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


# --- memory and time


@pytest.mark.parametrize("suffix", ["json", "csv", "tsv", "parquet", "jsonl"])
def test_parts_are_counted_in_bytes_in_every_format(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (readers, parquet):
        monkeypatch.setattr(module, "PART", 10_000)
    monkeypatch.setattr(json_lines, "CHUNK", 10_000)
    rows = [{"prompt": f"{n} " + "long " * 1000, "completion": "x"} for n in range(40)]
    (reader,) = readers.readers(str(write(tmp_path / f"rows.{suffix}", rows)))
    schema = {"prompt": pl.String(), "completion": pl.String()}
    frames = [part.parse(schema).frame for part in reader.parts(list(schema))]
    assert pl.concat(frames)["prompt"].to_list() == [row["prompt"] for row in rows]
    assert max(frame.height for frame in frames) <= 3


@pytest.mark.parametrize("dtype", [pl.String(), pl.Categorical(), pl.Binary()], ids=str)
def test_a_text_that_a_page_holds_once_is_counted_as_often_as_it_stands(tmp_path: Path, dtype: Any) -> None:
    arrow_parquet = pytest.importorskip("pyarrow.parquet")  # polars 1.39 writes each text again
    column = pl.Series("prompt", ["word " * 100_000] * 200).cast(dtype)
    table = pl.DataFrame({"prompt": column}).to_arrow()
    arrow_parquet.write_table(table, tmp_path / "rows.parquet", compression="zstd")
    assert (tmp_path / "rows.parquet").stat().st_size < 1_000_000
    (reader,) = readers.readers(str(tmp_path / "rows.parquet"))
    heights = [part.frame.height for part in reader.parts(["prompt"])]  # type: ignore[attr-defined]
    assert sum(heights) == 200 and max(heights) * 500_000 <= parquet.PART


def test_a_row_of_a_table_that_is_longer_than_any_text_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PART", "LONGEST"):
        monkeypatch.setattr(readers, name, 1000)
    monkeypatch.setattr(parquet, "PART", 1000)
    rows = [{"prompt": "a"}, {"prompt": "b" * 2000}, {"prompt": "c"}]
    file = write(tmp_path / "rows.parquet", rows)
    assert "rows.parquet:2: longer than" in said(file)
    assert [row[1] for row in texts(file, skip_bad_rows=True)] == ["a", "c"]


@pytest.mark.parametrize("suffix", ["jsonl", "json"])
def test_a_hundred_million_blank_lines_are_passed_over(tmp_path: Path, suffix: str) -> None:
    """In some seconds: they cost a byte each and no more."""
    row, blank = b'{"prompt": "a", "completion": "b"}', b"\n" * (100 << 20)
    around = (b"[", b"]") if suffix == "json" else (b"", b"")
    file = tmp_path / f"rows.{suffix}.zst"
    file.write_bytes(zstandard.compress(around[0] + blank + row + blank + around[1]))
    assert texts(file) == [(0, "a", "b")]


def test_numbers_of_thousands_of_digits_are_text(tmp_path: Path) -> None:
    row = '{"prompt": ' + "9" * 5000 + ', "completion": [1, ' + "8" * 6000 + "]}"
    (tmp_path / "rows.json").write_text(f"[{row}]")
    (tmp_path / "rows.jsonl").write_text(row + "\n")
    for name in ("rows.json", "rows.jsonl"):
        found = texts(tmp_path / name, prompt="prompt", response="completion")
        assert found == [(0, "9" * 5000, f"[1, {'8' * 6000}]")]


def test_a_header_that_is_taken_for_data_is_said(tmp_path: Path) -> None:
    for header, why in (
        ("prompt,prompt,response", "'prompt' stands in it twice"),
        ("1,prompt", "'1' is no name of a column"),
    ):
        (tmp_path / "rows.csv").write_text(header + "\n" + "a,b,c\n")
        assert f"(the first row is taken for data, since {why})" in said(tmp_path / "rows.csv")


def test_a_pipe_and_a_device_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "rows.jsonl")
    for path in (tmp_path / "rows.jsonl", os.devnull):
        assert "is a pipe or a device" in said(path)
    assert "holds no data file" in said(tmp_path)


@pytest.mark.parametrize("suffix", ["jsonl", "json", "csv", "jsonl.gz"])
@pytest.mark.parametrize("what", ["vanished", "changed"])
def test_a_file_that_goes_or_shrinks_while_it_is_read_is_refused_for_that(
    tmp_path: Path, suffix: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    for module in (json_array, table):
        monkeypatch.setattr(module, "ROWS", 5)
    monkeypatch.setattr(json_lines, "CHUNK", 100)
    monkeypatch.setattr(json_array, "BLOCK", 100)
    file = write(tmp_path / f"rows.{suffix}", ALPACA * 50)
    batches = Collection(str(file)).texts()
    next(batches)
    if what == "vanished":
        file.unlink()
    else:
        os.truncate(file, file.stat().st_size // 2)
    with pytest.raises(DataError, match=f"{what} while it was read"):
        list(batches)


@pytest.mark.parametrize(
    "repo",
    ["./below", "../../..", "/", "a/b/c", "json", "csv", "parquet", "text", "imagefolder", "..", "a..b", "~",
     "org/../x", "-x/y", "org/.x", "here", "here/too", "file.jsonl"],
)  # fmt: skip
def test_a_hub_address_never_leads_to_the_disk(
    tmp_path: Path, repo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets, "load_dataset", lambda *_, **__: pytest.fail("was asked"))
    monkeypatch.chdir(tmp_path)
    Path("here/too").mkdir(parents=True)
    Path("file.jsonl").touch()
    for address in (f"hub:{repo}#train", f"hub:org/name@../{repo}#train"):
        with pytest.raises(DataError):
            texts(address)


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
        ("few.csv", b"prompt,completion\na,b\nc\n", "few.csv:3: 1 cell where 2 are expected"),
        ("rows.xyz", b"", "the format is told by the suffix"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 60 else "",
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
    assert texts(tmp_path / "rows.csv")[1] == (1, "What is 2 + 2, then?", "4")
    assert texts(tmp_path / "rows.csv", prompt="col1", response="col0")[1] == (1, "4", "What is 2 + 2, then?")
    (tmp_path / "rows.csv").write_text("1,2\n3,4\n")
    assert "'col0', 'col1'" in said(tmp_path / "rows.csv")


def test_rows_below_a_key_of_an_object_are_read(tmp_path: Path) -> None:
    rows = [{"input": "Q1", "target": "A1"}, {"input": "Q2", "target": "A2"}]
    whole = {
        "canary": 'do "not" train',
        "keywords": ["a", "b"],
        "version": 1.0,
        "examples": rows,
        "more": {"x": []},
    }
    (tmp_path / "rows.json").write_text(json.dumps(whole, indent=2))
    assert texts(tmp_path / "rows.json") == [(0, "Q1", "A1"), (1, "Q2", "A2")]
    (tmp_path / "cut.json").write_text(json.dumps(whole, indent=2)[:150])
    assert "the array is broken" in said(tmp_path / "cut.json")
    (tmp_path / "one.json").write_text(json.dumps({"messages": [{"role": "user", "content": "Q"}]}) + "\n")
    assert texts(tmp_path / "one.json") == [(0, "Q", None)]


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


# Everything that JSON can say, half surrogates, infinities and what looks like the parts of a message too.
ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=5) | st.sampled_from(
    ["\0", '[{"text": "x"}]', "[{", "{}", "text"]
)
ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(-1e9, 1e9)
    | st.sampled_from([float("inf"), float("nan")])
    | ANY_TEXT,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["text", "type"]) | ANY_TEXT, inner, max_size=3)
    ),
    max_leaves=5,
)
ANY_ROW = st.fixed_dictionaries(
    {},
    optional={
        "a": ANY,
        "m": ANY | st.lists(st.fixed_dictionaries({}, optional={"role": ANY, "content": ANY}), max_size=2),
    },
)
STRING, MESSAGES = pl.String(), pl.List(pl.Struct({"role": pl.String(), "content": pl.String()}))


@pytest.mark.parametrize(
    "schema",
    [
        {"a": STRING},
        {"a": STRING, "m": MESSAGES},
        {"m": pl.List(STRING)},
        {"m": pl.List(pl.Struct({"content": pl.List(pl.Struct({"text": STRING}))}))},
    ],
)
@settings(deadline=None)
@given(rows=st.lists(ANY_ROW, max_size=3), escaped=st.booleans())
@example(rows=[{"a": [{"text": "one"}, {"text": "two"}]}], escaped=True)
@example(rows=[{"a": [1.0, 1e5, -0.0, 1e-7]}, {"a": 2.50}], escaped=True)
@example(rows=[{"m": [{"role": "user", "content": "\ud800"}]}], escaped=True)
@example(rows=[{"a": {'"\\': "\t\x1f\n\\"}}], escaped=False)
def test_any_row_means_the_same_whichever_way_it_is_read(
    schema: dict[str, Any], rows: list[dict[str, Any]], escaped: bool
) -> None:
    text = "".join(json.dumps(row, ensure_ascii=escaped) + "\n" for row in rows)
    part = json_lines.Lines(text.encode("utf-8", "replace"))
    fast, slow = part.parse(schema), part.parse_slowly(schema)
    assert fast.frame.equals(slow.frame)
    assert (list(fast.bad), fast.lines) == (slow.bad, slow.lines)


def test_of_a_key_named_twice_the_first_value_counts(tmp_path: Path) -> None:
    row = '{"prompt": "a", "prompt": "b", "completion": {"x": 1, "x": 2}}'
    (tmp_path / "rows.jsonl").write_text(row + "\n")
    (tmp_path / "slow.jsonl").write_text(row + '\n{"prompt": "\\ud800"}\n')
    (tmp_path / "rows.json").write_text(f"[{row}]")
    for name in ("rows.jsonl", "slow.jsonl", "rows.json"):
        found = texts(tmp_path / name, prompt="prompt", response="completion")
        assert found[0] == (0, "a", '{"x": 1, "x": 2}')


VALUES = [3, 2.5, 1.0, True, None, ["x", 1], {"a": [1.5, None], "b": "é"}]


@pytest.mark.parametrize("value", VALUES)
def test_what_is_no_text_is_the_same_text_in_every_format(tmp_path: Path, value: Any) -> None:
    value = [str(one) for one in value] if isinstance(value, list) else value
    rows = [{"prompt": "a", "completion": value}, {"prompt": "b", "completion": "text"}]
    rows = rows[:1] * 2 if value is not None else rows
    jsonl, array, columns = (
        texts(write(tmp_path / f"rows.{suffix}", rows), prompt="prompt", response="completion")
        for suffix in ("jsonl", "json", "parquet")
    )
    assert jsonl == array == columns


@pytest.mark.parametrize("compression", ["", ".gz", ".zst"])
@pytest.mark.parametrize("suffix", ["jsonl", "json", "csv"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_marks_line_ends_and_the_last_line_do_not_matter(
    tmp_path: Path, suffix: str, compression: str, end: str
) -> None:
    plain = write(tmp_path / f"rows.{suffix}", ALPACA[1:3]).read_bytes().replace(b"\r\n", b"\n").rstrip(b"\n")
    data = b"\xef\xbb\xbf" + plain.replace(b"\n", end.encode())
    file = tmp_path / f"more.{suffix}{compression}"
    pack = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress}[compression]
    file.write_bytes(pack(data))
    assert texts(file) == [
        (0, "Describe thing 1", mended(1, suffix, end)),
        (1, *EXPECTED[2][1:2], mended(2, suffix, end)),
    ]


def mended(number: int, suffix: str, end: str) -> str:
    """A line end inside a quoted cell is the cell's own."""
    said = f"Thing {number} is\n\nfine."
    return said.replace("\n", end) if suffix == "csv" else said


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_compressed_data_that_is_cut_anywhere_is_refused(tmp_path: Path, pack: Any) -> None:
    data = pack(LINES[:3000])
    for length in range(len(data)):
        (tmp_path / "rows.jsonl").write_bytes(data[:length])
        assert "rows.jsonl: " in said(tmp_path / "rows.jsonl", skip_bad_rows=True)


def test_a_zstandard_file_may_have_several_frames_and_some_to_skip(tmp_path: Path) -> None:
    cut = LINES.index(b"\n", 2000) + 1
    skipped = b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"
    frames = [skipped, zstandard.compress(LINES[:cut]), skipped, zstandard.compress(LINES[cut:])]
    (tmp_path / "rows.jsonl.zst").write_bytes(b"".join(frames))
    assert texts(tmp_path / "rows.jsonl.zst") == EXPECTED


def test_an_array_that_is_cut_anywhere_is_refused(tmp_path: Path) -> None:
    data = json.dumps([{"prompt": "aé\ud83d\ude00", "n": -1.5e3}, {"prompt": None, "ok": True}], indent=1)
    for length in range(1, len(data)):
        (tmp_path / "rows.json").write_text(data[:length])
        assert "the array is broken" in said(tmp_path / "rows.json")


def test_a_break_in_an_array_is_told_by_its_own_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much text follows that could not be read on from."""
    monkeypatch.setattr(json_array, "BLOCK", 100)
    monkeypatch.setattr(json_array, "LONGEST", 2000)
    rows = [json.dumps({"prompt": "a", "completion": "b"})] * 500
    rows[3] = '{"prompt": oops}'
    (tmp_path / "rows.json").write_text("[" + ",\n".join(rows) + "]")
    assert "line 4: the array is broken: " in said(tmp_path / "rows.json")
    rows[3] = json.dumps({"prompt": "long" * 1000})
    (tmp_path / "rows.json").write_text("[" + ",\n".join(rows) + "]")
    assert "line 4: the array is broken: a row longer than" in said(tmp_path / "rows.json")


def test_broken_rows_of_an_array_are_named_by_line_and_passed_over_on_request(tmp_path: Path) -> None:
    good = '{"prompt": "é"}'.encode()
    (tmp_path / "rows.json").write_bytes(
        b"[" + b",\n".join([good, b"3", b'{"prompt": "\xff"}', b"[]", good]) + b"]"
    )
    text = said(tmp_path / "rows.json")
    for place in ("2: not a JSON object", "3: not UTF-8", "4: not a JSON object"):
        assert f"rows.json:{place}" in text
    assert texts(tmp_path / "rows.json", skip_bad_rows=True) == [(0, "é", None), (1, "é", None)]


def test_a_first_row_that_is_too_long_is_passed_over_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("LONGEST", 1000), ("CHUNK", 300), ("SAMPLE", 300)):
        monkeypatch.setattr(json_lines, name, value)
    (tmp_path / "rows.jsonl").write_bytes(json.dumps({"prompt": "a" * 5000}).encode() + b"\n" + LINES)
    assert "rows.jsonl:1: longer than" in said(tmp_path / "rows.jsonl")
    assert texts(tmp_path / "rows.jsonl", skip_bad_rows=True) == EXPECTED


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("prompt,completion\n", None),
        (",prompt,completion\n0,a,b\n", [(0, "a", "b")]),
        ('prompt, completion\na,"b ""c"", d"\n', [(0, "a", 'b "c", d')]),
        ('prompt,completion\n"a\n\nb",c\n\n\nd,e', [(0, "a\n\nb", "c"), (1, "d", "e")]),
        ('prompt,completion\na,5" wide\n', [(0, "a", '5" wide')]),
    ],
)
def test_a_table_is_read_as_it_is_meant(
    tmp_path: Path, text: str, rows: list[tuple[int, str, str]] | None
) -> None:
    (tmp_path / "rows.csv").write_text(text)
    if rows is None:
        assert "holds no row" in said(tmp_path / "rows.csv")
    else:
        assert texts(tmp_path / "rows.csv") == rows


def test_broken_rows_of_a_table_are_named_by_line_and_passed_over_on_request(tmp_path: Path) -> None:
    lines = [b"prompt,completion", b'"a\na",b', b"\xff,b", b"c", b"d,e", b'f,"g', b"h,i", b""]
    (tmp_path / "rows.csv").write_bytes(b"\n".join(lines))
    text = said(tmp_path / "rows.csv")
    for place in ("4: not UTF-8", "5: 1 cell where 2", "7: a quote that is opened here is never closed"):
        assert f"rows.csv:{place}" in text
    assert texts(tmp_path / "rows.csv", skip_bad_rows=True) == [(0, "a\na", "b"), (1, "d", "e")]


def test_a_cell_or_line_without_end_is_refused_by_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "LONGEST", 1000)
    limit = csv.field_size_limit()
    try:
        (tmp_path / "rows.csv").write_text("prompt,completion\na,b\n" + "c" * 5000 + ",d\n")
        assert "line 3: longer than" in said(tmp_path / "rows.csv")
        (tmp_path / "rows.csv").write_text('prompt,completion\na,b\nc,"d\n' + "e,f\n" * 500)
        assert "rows.csv: line 3: " in said(tmp_path / "rows.csv")
    finally:
        csv.field_size_limit(limit)


def test_a_header_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes("prompt,réponse\na,b\n".encode("latin-1"))
    assert said(tmp_path / "rows.csv").endswith("rows.csv: line 1: not UTF-8")


@pytest.mark.parametrize("dtype", [pl.Categorical(), pl.Enum(["a", "b"]), pl.Binary(), pl.String()], ids=str)
def test_texts_of_every_type_are_read_from_parquet(tmp_path: Path, dtype: Any) -> None:
    pl.DataFrame({"prompt": ["a", None, "b"]}).cast(dtype).write_parquet(tmp_path / "rows.parquet")
    assert [row[1] for row in texts(tmp_path / "rows.parquet")] == ["a", None, "b"]
    inner = pl.List(pl.Struct({"role": dtype, "content": dtype, "name": pl.String()}))
    said = [{"role": "a", "content": "b", "name": None}]
    both = pl.List(pl.Struct({"role": pl.String(), "content": pl.String(), "name": pl.String()}))
    frame = pl.DataFrame({"messages": [said, [], None]}, schema={"messages": both}).cast({"messages": inner})
    frame.write_parquet(tmp_path / "rows.parquet")
    assert texts(tmp_path / "rows.parquet", prompt="messages[0].content") == [
        (0, "b", None), (1, None, None), (2, None, None)
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["large_string", "string_view", "dictionary"])
def test_strings_that_arrow_stores_in_another_way_are_texts(tmp_path: Path, kind: str) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    arrow_parquet = pytest.importorskip("pyarrow.parquet")
    column = pyarrow.array(["a", "b", "a", None])
    column = column.dictionary_encode() if kind == "dictionary" else column.cast(getattr(pyarrow, kind)())
    arrow_parquet.write_table(pyarrow.table({"prompt": column}), tmp_path / "rows.parquet")
    assert [row[1] for row in texts(tmp_path / "rows.parquet")] == ["a", "b", "a", None]


def test_parts_of_a_message_are_its_text_in_parquet_too(tmp_path: Path) -> None:
    parts = [
        {"type": "text", "text": "one"},
        {"type": "image", "text": None},
        {"type": "text", "text": "two"},
    ]
    rows = [{"messages": [{"role": "user", "content": parts}]}]
    for suffix in ("parquet", "jsonl", "json"):
        assert texts(write(tmp_path / f"rows.{suffix}", rows)) == [(0, "one\ntwo", None)]


def test_bytes_that_are_no_text_are_a_broken_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROWS", 2)
    pl.DataFrame({"prompt": [b"a", b"b", b"c", b"\xff", b"d"]}).write_parquet(tmp_path / "rows.parquet")
    assert "rows.parquet:4: not UTF-8" in said(tmp_path / "rows.parquet")
    found = texts(tmp_path / "rows.parquet", skip_bad_rows=True)
    assert found == [(n, text, None) for n, text in enumerate("abcd")]


def test_parquet_that_is_cut_or_damaged_is_refused(tmp_path: Path) -> None:
    rows = [{"prompt": f"{n} {n * 7919 % 104729}" * 20} for n in range(2000)]
    data = write(tmp_path / "whole.parquet", rows).read_bytes()
    file = tmp_path / "rows.parquet"
    for length in (0, 4, 11, len(data) // 2, len(data) - 1):
        file.write_bytes(data[:length])
        assert "not a whole parquet file" in said(file)
    middle = len(data) // 2
    file.write_bytes(data[: middle - 500] + b"\xa5" * 1000 + data[middle + 500 :])
    assert "not a whole parquet file" in said(file)


@pytest.mark.parametrize("suffix", ["jsonl", "ndjson", "json", "csv", "tsv", "parquet"])
@pytest.mark.parametrize("compression", ["", ".gz", ".zst"])
def test_an_empty_file_is_refused(tmp_path: Path, suffix: str, compression: str) -> None:
    file = tmp_path / f"rows.{suffix}{compression}"
    for data in (b"", gzip.compress(b""), zstandard.compress(b"")):
        file.write_bytes(data)
        assert f"{file}: " in said(file)


@pytest.mark.parametrize("suffix", ["json", "csv", "parquet", "jsonl.gz", "jsonl.zst"])
def test_a_file_of_any_format_that_grows_is_refused(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    for module in (json_array, table, parquet):
        monkeypatch.setattr(module, "ROWS", 5)
    monkeypatch.setattr(json_lines, "CHUNK", 100)
    file = write(tmp_path / f"rows.{suffix}", ALPACA)
    batches = Collection(str(file)).texts()
    next(batches)
    with file.open("ab") as out:
        out.write(b"more")
    with pytest.raises(DataError, match=r"changed while it was read|cut short or damaged|broken"):
        list(batches)


def test_hidden_and_foreign_files_of_a_folder_are_passed_over_at_every_depth(tmp_path: Path) -> None:
    for name in ("a/b.jsonl", "a/.c.jsonl", ".d/e.jsonl", "f/_SUCCESS", "f/g.JSON.gz", "h.txt", "i.gz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write(tmp_path / name, PAIR) if "json" in name.lower() else (tmp_path / name).touch()
    assert [file.relative_to(tmp_path).as_posix() for file in readers.files_at(str(tmp_path))] == [
        "a/b.jsonl", "f/g.JSON.gz"
    ]  # fmt: skip
    assert len(readers.files_at(f"{tmp_path}/**/*.jsonl")) == 1
    with pytest.raises(DataError, match=r"h\.txt: the format is told by the suffix"):
        readers.readers(f"{tmp_path}/*.txt")


PAIR = [{"prompt": "a", "completion": "b"}]


@pytest.mark.parametrize("address", ["", "x" * 5000, "a\0b", "nowhere/*.jsonl", "[", "\udcff.jsonl"])
def test_an_address_that_no_file_can_have_is_refused(address: str) -> None:
    with pytest.raises(DataError):
        readers.readers(address)


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("hub:org/name#train", ("org/name", None, None, "train")),
        ("hub:name:one#test[:10]", ("name", "one", None, "test[:10]")),
        ("hub:org/name@v1.0#train", ("org/name", None, "v1.0", "train")),
        ("hub:org/name:one@refs/pr/1#train", ("org/name", "one", "refs/pr/1", "train")),
    ],
)
def test_a_hub_address_names_repository_config_revision_and_split(
    address: str, parts: tuple[str | None, ...]
) -> None:
    one = HubReader.at(address)
    assert (one.repo, one.config, one.revision, one.split) == parts and one.name == address


@pytest.mark.parametrize("rest", ["", "org/name", "org/name#", "#train", "o/n:#t", "o/n@#t", "o/n@v:c"])
def test_a_hub_address_that_is_cut_is_refused(rest: str) -> None:
    with pytest.raises(DataError, match="is written hub:ORG/NAME"):
        readers.readers(f"hub:{rest}")


STREAM = """
import sys
from llmlineage.content.rows import Collection
from llmlineage.errors import DataError
try:
    print([row for frame in Collection(sys.argv[1]).texts() for row in frame.rows()])
except DataError as error:
    print(error)
"""


def test_a_dataset_is_streamed_from_a_hub(tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    lines = "".join(json.dumps(row) + "\n" for row in [*PAIR, {"prompt": "c", "completion": None}])
    with running_hub() as hub:
        hub.repos["acme/rows"] = repo = Repo()
        repo.add("rows", {"train.jsonl": Blob(lines.encode(), large=False)})
        for address, answer in (
            ("hub:acme/rows#train", "[(0, 'a', 'b'), (1, 'c', None)]"),
            ("hub:acme/rows#test", "hub:acme/rows#test: "),
            ("hub:acme/none#train", "hub:acme/none#train: "),
        ):
            done = python("-c", STREAM, address, HF_ENDPOINT=hub.endpoint, HF_HOME=str(tmp_path))
            assert done.stdout.startswith(answer), done.stderr
