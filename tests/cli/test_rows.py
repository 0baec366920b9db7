"""The commands over rows: what they print, what they write, what they refuse."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from llmlineage.content import fingerprints
from tests.conftest import run
from tests.content.rows import write
from tests.tiny import ROOT

HALF = [
    {"prompt": f"question number {n}", "completion": f"the long answer to question {n}"} for n in range(60)
]
WHOLE = [
    {"prompt": f"question number {n}", "completion": f"the long answer to question {n}"} for n in range(120)
]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return write(tmp_path / "half.jsonl", HALF), write(tmp_path / "whole.parquet", WHOLE)


def document(*arguments: object) -> Any:
    result = run(*map(str, arguments), "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_overlap_says_how_much_and_how_it_was_read(files: tuple[Path, Path]) -> None:
    result = run("overlap", *files, "--near", "--examples", "2")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.split() for line in lines if line.startswith("both")] == [
        ["both", "60", "120", "60", "100.0", "%", "50.0", "%"]
    ]
    assert [line.split() for line in lines if line.startswith("prompt")][1] == [
        "prompt",
        "60",
        "0",
        "0",
        "0",
        "60",
    ]
    assert "row 1 of A" in lines and "  question number 1" in lines
    assert result.stderr.splitlines() == [
        f"{files[0]}: 60 rows, prompt/completion",
        f"{files[1]}: 120 rows, prompt/completion",
    ]


def test_overlap_in_json_has_the_keys_of_the_interface(files: tuple[Path, Path]) -> None:
    found = document("overlap", *files)
    assert list(found)[:3] == ["a", "b", "fields"] and found["a"] == {"data": str(files[0]), "rows": 60}
    assert list(found["fields"]) == ["prompt", "response", "both"]
    for shared in found["fields"].values():
        assert list(shared) == [
            "a_distinct",
            "b_distinct",
            "shared",
            "a_in_b",
            "b_in_a",
            "low",
            "high",
            "exact",
        ]
        assert shared["exact"] is True and shared["low"] == shared["high"] == shared["a_in_b"] == 1


def test_overlap_writes_the_row_that_each_row_matches(files: tuple[Path, Path], tmp_path: Path) -> None:
    assert run("overlap", files[1], files[0], "--write", tmp_path / "out.parquet").exit_code == 0
    found = pl.read_parquet(tmp_path / "out.parquet")
    assert found["b_row_both"].to_list() == [*range(60), *[None] * 60]
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


def test_fingerprints_stand_for_data(files: tuple[Path, Path], tmp_path: Path) -> None:
    print_ = tmp_path / "whole.fingerprint.parquet"
    made = document("fingerprint", files[1], "-o", print_, "--revision", "v1")
    assert (made["rows"], made["revision"], made["fields"]["prompt"]) == (120, "v1", {"distinct": 120})
    for pair in ((files[0], print_), (print_, files[0]), (print_, print_)):
        assert document("overlap", *pair)["fields"]["both"]["shared"] == (120 if pair[0] == pair[1] else 60)
    again = tmp_path / "both.parquet"
    assert run("fingerprint", print_, files[0], "-o", again).exit_code == 0
    assert fingerprints.load(again).rows == 180 and fingerprints.load(again).distinct("prompt") == 120


@pytest.mark.parametrize(
    "option", [["--near"], ["--ngrams", "13"], ["--examples", "1"], ["--write", "x.parquet"]]
)
def test_what_needs_rows_is_refused_of_a_fingerprint(
    files: tuple[Path, Path], tmp_path: Path, option: list[str]
) -> None:
    run("fingerprint", files[1], "-o", tmp_path / "print.parquet")
    result = run("overlap", files[0], tmp_path / "print.parquet", *option)
    assert result.exit_code == 2 and f"{option[0]} needs the rows of both sides" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fingerprint", "half.jsonl", "-o", "x.parquet", "--entries", "1000"], "1000 is not a power of two"),
        (["fingerprint", "half.jsonl", "-o", "nowhere/x.parquet"], "No such file or directory"),
        (["overlap", "half.jsonl", "none.jsonl"], "none.jsonl: there is no such file or folder"),
        (["overlap", "half.jsonl", "half.jsonl", "--prompt", "none"], "has no column 'none'"),
        (["identify", "none.jsonl"], "none.jsonl: there is no such file or folder"),
        (["measure", "alpaca", "half.jsonl", "nobody", "half.jsonl"], "no record is called 'nobody'"),
        (
            ["measure", "alpaca", "half.jsonl", "gsm8k", "half.jsonl"],
            "states no derivation of alpaca from gsm8k",
        ),
        (
            ["measure", "alpaca", "half.jsonl", "gsm8k", "half.jsonl", "--relation", "made_from"],
            "'made_from' is none of",
        ),
    ],
)
def test_a_wrong_call_is_one_message(
    files: tuple[Path, Path],
    real_edition: Path,
    arguments: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(files[0].parent)
    result = run("--edition", real_edition, *arguments)
    assert result.exit_code == 2 and message in result.stderr and "Traceback" not in result.output
    assert not Path("x.parquet").exists()


def test_measure_exits_with_1_where_the_rows_contradict(files: tuple[Path, Path], real_edition: Path) -> None:
    half, whole = files
    base = ["--edition", real_edition, "measure", "alpaca-cleaned"]
    confirmed = run(*base, half, "alpaca", whole)
    assert confirmed.exit_code == 0
    assert confirmed.stdout.startswith("alpaca-cleaned cleaned_from alpaca: confirms\n")
    other = write(
        half.parent / "other.jsonl", [{"prompt": f"unlike {n}", "completion": f"{n}"} for n in range(99)]
    )
    assert run(*base, other, "alpaca", whole).exit_code == 1
    assert run(*base, other, "alpaca", whole, "--partial").exit_code == 0
    (found,) = json.loads(run(*base, half, "alpaca", whole, "--relation", "subset_of", "--json").stdout)
    assert (found["relation"], found["verdict"], found["fields"]["prompt"]["shared"]) == (
        "subset_of",
        "confirms",
        60,
    )


def test_identify_in_json_has_the_keys_of_the_interface(files: tuple[Path, Path], real_edition: Path) -> None:
    found = document("--edition", real_edition, "identify", files[0], "--benchmarks")
    assert list(found)[:3] == ["data", "rows", "matches"] and found["matches"] == []
    assert {one["words"] for one in found["benchmarks"]} == {13}
    assert {one["benchmark"] for one in found["benchmarks"]} >= {"gsm8k (test)", "mt-bench", "alpaca-eval"}
    assert all(one["found"] == 0 < one["checked"] for one in found["benchmarks"])


def test_the_shipped_fingerprints_know_their_own(real_edition: Path, tmp_path: Path) -> None:
    """GSM8K's fingerprint, taken for data, is GSM8K; nothing else explains it."""
    from llmlineage.content import known
    from llmlineage.edition import open_edition

    (train,) = [one for one in known.fingerprints(open_edition(real_edition)) if one.name == "gsm8k (train)"]
    fingerprints.write(train.fingerprint, tmp_path / "print.parquet")
    matches = document("--edition", real_edition, "identify", tmp_path / "print.parquet")["matches"]
    assert list(matches[0])[:5] == ["id", "field", "contained", "low", "high"]
    best = matches[0]
    assert (best["id"], best["part"], best["field"], best["contained"]) == ("gsm8k", "train", "prompt", 1.0)
    assert {one["id"] for one in matches} == {"gsm8k"}


# --- what is written


@pytest.mark.parametrize("name", ["half.jsonl", "link.jsonl", "hard.jsonl", "folder/../half.jsonl"])
@pytest.mark.parametrize("data", ["half.jsonl", ".", "*.jsonl", "file://{}/half.jsonl"])
def test_an_input_is_never_overwritten_by_whatever_name(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, data: str, name: str
) -> None:
    half = files[0]
    monkeypatch.chdir(half.parent)
    Path("link.jsonl").symlink_to(half)
    Path("hard.jsonl").hardlink_to(half)
    Path("folder").mkdir()
    before = half.read_bytes()
    address = data.format(half.parent)
    for arguments in (
        ["fingerprint", address, "-o", name],
        ["overlap", address, "whole.parquet", "--write", name],
        ["overlap", "whole.parquet", address, "--write", name],
    ):
        result = run(*arguments, "--force")
        assert result.exit_code == 2 and "is one of the inputs" in result.stderr
    assert half.read_bytes() == before and Path("link.jsonl").is_symlink()


def test_what_exists_is_overwritten_on_request_or_where_it_was_written_here(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    made, matches, notes = (tmp_path / name for name in ("print.parquet", "matches.parquet", "notes.txt"))
    notes.write_text("mine")
    fingerprint, overlap = ["fingerprint", files[0], "-o"], ["overlap", *files, "--write"]
    for _ in range(2):
        assert run(*fingerprint, made).exit_code == run(*overlap, matches).exit_code == 0
    for call in ([*fingerprint, matches], [*overlap, made], [*fingerprint, notes], [*overlap, notes]):
        result = run(*call)
        assert result.exit_code == 2 and "exists and is none that this command wrote" in result.stderr
    assert notes.read_text() == "mine"
    assert run(*fingerprint, notes, "--force").exit_code == 0
    assert fingerprints.load(notes).rows == 60


def test_a_disk_that_is_full_is_named_and_the_old_file_kept(files: tuple[Path, Path], tmp_path: Path) -> None:
    made = tmp_path / "print.parquet"
    assert run("fingerprint", files[0], "-o", made).exit_code == 0
    before = made.read_bytes()
    for call in (
        ["fingerprint", files[1], "-o", made],
        ["overlap", *files, "--write", tmp_path / "m.parquet"],
    ):
        line = shlex.join([sys.executable, "-m", "llmlineage", *map(str, call)])
        done = subprocess.run(
            ["bash", "-c", f"ulimit -f 1; trap '' XFSZ; {line} 2>&1 | cat"],
            capture_output=True, text=True, check=False, cwd=ROOT,
        )  # fmt: skip
        assert (
            f"llmlineage: {call[-1]}: cannot be written: " in done.stdout and "Traceback" not in done.stdout
        )
    assert made.read_bytes() == before and sorted(tmp_path.iterdir()) == sorted([*files, made])


# --- hostile calls and data


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--prompt", "prompt" + "[0]" * 900], "a path of a column has 32 steps at most"),
        (["--prompt", "prompt" + ".a" * 5000], "a path of a column has 32 steps at most"),
        (["--prompt", f"prompt[{'9' * 5000}]"], "a place in a list has 20 digits at most"),
        (["--prompt", "+".join(["prompt"] * 5000)], "a text is joined from 32 columns at most"),
        (["--examples", str(10**30)], "is not in the range"),
        (["--ngrams", str(10**30)], "is not in the range"),
        (["--threshold", "nan"], "nan is no number"),
        (["--ngrams", "8", "--write", "x.parquet"], "leave out --write"),
    ],
)
def test_what_is_beyond_reason_is_refused(files: tuple[Path, Path], options: list[str], message: str) -> None:
    result = run("overlap", *files, *options)
    assert result.exit_code == 2 and message in result.stderr and "Traceback" not in result.output


def test_the_least_and_every_number_of_entries_makes_a_fingerprint(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    made = tmp_path / "print.parquet"
    assert run("fingerprint", files[0], "-o", made, "--entries", "16").exit_code == 2
    for entries in (32, 64, 1 << 16):
        assert run("fingerprint", files[0], "-o", made, "--entries", str(entries)).exit_code == 0
        assert fingerprints.load(made).nominal_entries == entries


def test_half_surrogates_and_names_that_are_not_utf_8_leave_the_json_whole(tmp_path: Path) -> None:
    rows = [{"prompt": "half \ud800", "completion": "b"}]
    lines = tmp_path / os.fsdecode(b"\xe9.jsonl")
    lines.write_text(json.dumps(rows[0]) + "\n")
    table = tmp_path / os.fsdecode(b"\xe9.parquet")
    table.write_bytes(
        write(tmp_path / "rows.parquet", [{"prompt": "half ?", "completion": "b"}]).read_bytes()
    )
    found = document("overlap", lines, table, "--examples", "1")
    assert found["a"]["data"] == f"{tmp_path}/\ufffd.jsonl" and found["fields"]["both"]["shared"] == 1
    assert found["examples"] == [{"row": 0, "prompt": "half ?", "response": "b"}]
    made = document("fingerprint", lines, table, "-o", tmp_path / os.fsdecode(b"\xe8.parquet"))
    assert made["data"].startswith(f"{tmp_path}/\ufffd.jsonl + ")


@pytest.mark.parametrize("table", ["fingerprints", "ngrams"])
def test_a_damaged_table_of_an_edition_is_one_message(
    files: tuple[Path, Path], real_edition: Path, tmp_path: Path, table: str
) -> None:
    edition = shutil.copytree(real_edition, tmp_path / "edition")
    path = edition / f"{table}.parquet"
    whole = pl.read_parquet(path)
    column = {"fingerprints": "sketch", "ngrams": "grams"}[table]
    for spoil in (
        lambda: path.write_bytes((real_edition / path.name).read_bytes()[:500]),
        lambda: whole.with_columns(pl.lit(b"\0\0\0").alias(column)).write_parquet(path),
        lambda: whole.with_columns(pl.lit(None, dtype=pl.Binary).alias(column)).write_parquet(path),
        lambda: whole.drop(column).write_parquet(path),
    ):
        spoil()
        result = run("--edition", edition, "identify", files[0], "--benchmarks")
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith("llmlineage: ") and result.stderr.count("\n") == 1


def test_attribute_writes_a_line_a_row_and_says_what_the_file_is_made_of(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    output = tmp_path / "rows.parquet"
    found = document("attribute", files[1], "--against", files[0], "-o", output)
    assert list(found)[:5] == ["data", "rows", "false_positive_rate", "origins", "unexplained"]
    assert found["unexplained"] == {"rows": 60, "share": 0.5}
    assert [(one["id"], one["field"], one["rows"], one["share"]) for one in found["origins"]] == [
        (str(files[0]), field, 60, 0.5) for field in ("prompt", "response", "both")
    ]
    rows = pl.read_parquet(output)
    assert rows["prompt"].struct.field("origin").to_list() == [str(files[0])] * 60 + [None] * 60
    result = run("attribute", files[1])  # with what the package brings
    assert result.exit_code == 0 and "no text of them is known" in result.stdout
    assert "with a chance of" in result.stdout.splitlines()[-1]


def test_attribute_refuses_what_has_no_rows_or_was_tampered_with(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    run("fingerprint", files[0], "-o", tmp_path / "print.parquet")
    shipped = ROOT / "llmlineage" / "content" / "filters.parquet"
    for column in ("digest", "normalisation", "revision"):
        table = pl.read_parquet(shipped).with_columns(pl.lit("x").alias(column))
        table.write_parquet(tmp_path / f"{column}.parquet")
        result = run("attribute", files[0], "--against", tmp_path / f"{column}.parquet")
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith("llmlineage: ") and result.stderr.count("\n") == 1
    for call in (
        ("attribute", tmp_path / "print.parquet"),
        ("attribute", files[0], "--against", tmp_path / "print.parquet"),
        ("attribute", files[0], "--against", tmp_path / "nowhere.jsonl"),
        ("attribute", files[0], "-o", files[0]),
        ("overlap", files[0], files[1], "--response-b", "completion", "--no-response-b"),
    ):
        assert run(*call).exit_code == 2
    assert run("attribute", files[0], "--against", shipped).exit_code == 0


def test_overlap_leaves_out_responses_that_b_does_not_have(files: tuple[Path, Path]) -> None:
    found = document("overlap", *files, "--no-response-b")["fields"]
    assert found["prompt"]["shared"] == 60 and found["response"]["a_in_b"] is None
    assert found["response"]["shared"] is None and found["both"]["shared"] is None


def test_measure_refuses_a_fingerprint(files: tuple[Path, Path], real_edition: Path, tmp_path: Path) -> None:
    run("fingerprint", files[0], "-o", tmp_path / "print.parquet")
    result = run(
        "--edition", real_edition, "measure", "alpaca-cleaned", tmp_path / "print.parquet", "alpaca", files[1]
    )
    assert result.exit_code == 2 and "is a fingerprint" in result.stderr


def test_the_example_files_are_none_of_the_samples() -> None:
    """Nothing of the sample data is in the repository."""
    assert not [
        path for path in ROOT.glob("tests/**/*") if path.suffix in (".parquet", ".jsonl", ".zst", ".gz")
    ]
