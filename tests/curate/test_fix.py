"""What --fix mends: the order of rows, byte order marks and line ends, and not one byte of a cell."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmlineage.curate.fix import fix, mend
from llmlineage.package import read_package
from tests.tiny import ROOT

BOM = b"\xef\xbb\xbf"
TABLE = read_package(ROOT).tables["aliases"]
HEADER = b"alias,table,id,kind,preferred,source\n"
A, B = b"a,models,m,short,,\n", b'b,models,"m",short,,\n'


def fixed(package: Path, content: bytes) -> tuple[bytes, str]:
    """The aliases after --fix, and what was said of them."""
    path = package / "data" / "aliases.csv"
    path.write_bytes(content)
    said = "".join(f"{', '.join(one.changes)}{one.refused}" for one in fix(read_package(package)))
    return path.read_bytes(), said


@pytest.mark.parametrize(
    ("content", "mended", "said"),
    [
        (HEADER + B + A, HEADER + A + B, "sorted"),
        (BOM + HEADER + A, HEADER + A, "byte order mark"),
        ((HEADER + A).replace(b"\n", b"\r\n"), HEADER + A, "line ends"),
        ((HEADER + A).replace(b"\n", b"\r"), HEADER + A, "line ends"),
        (HEADER + A[:-1], HEADER + A, "last LF"),
        (BOM + (HEADER + B + A).replace(b"\n", b"\r\n")[:-2], HEADER + A + B, "sorted"),
        (HEADER + A + A, HEADER + A + A, ""),
    ],
    ids=["order", "BOM", "CRLF", "CR", "last", "all", "twice"],
)
def test_a_table_is_put_in_order(package: Path, content: bytes, mended: bytes, said: str) -> None:
    result, words = fixed(package, content)
    assert result == mended and said in words
    assert fixed(package, result) == (mended, ""), "fixing twice changes nothing"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (HEADER + B + b'"a,models,m,short,,\n', "is not CSV"),
        (HEADER + b'b"c"d,"models"x,m,short,,\n' + A, "is not CSV"),
        (HEADER + b'b,models,m,short,"x\ny",\n' + A, "line 2 has a line break inside a cell"),
        (HEADER + b"b,models\n" + A, "line 2 has 2 cells"),
        (HEADER + B + b"\n" + A, "line 3 has 0 cells"),
        (b"alias,table\n" + A, "the header is not"),
        (HEADER + b"\xff,models,m,short,,\n" + A, "is not UTF-8"),
        ((HEADER + A).decode().encode("utf-16"), "is not UTF-8"),
        (b"", "is empty"),
        (BOM, "is empty"),
    ],
)
def test_what_is_no_table_is_left_as_it_is_and_why_is_said(package: Path, content: bytes, why: str) -> None:
    result, words = fixed(package, content)
    assert result == content and why in words


def test_a_table_in_order_is_not_written(package: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (package / "data").iterdir()}
    assert fix(read_package(package)) == []
    assert {path: path.stat().st_mtime_ns for path in (package / "data").iterdir()} == before


def test_the_rights_of_a_file_and_a_link_to_it_stay(package: Path) -> None:
    path, real = package / "data" / "aliases.csv", package / "data" / "real.csv"
    path.rename(real)
    path.symlink_to("real.csv")
    real.chmod(0o664)
    assert fixed(package, HEADER + B + A)[0] == HEADER + A + B
    assert path.is_symlink() and real.stat().st_mode & 0o777 == 0o664
    assert sorted(one.name for one in path.parent.iterdir() if one.name.startswith(".")) == []


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=6)


@given(st.lists(st.lists(CELL, min_size=6, max_size=6), max_size=8), st.sampled_from(["\n", "\r\n", "\r"]),
       st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]), st.booleans())  # fmt: skip
def test_fixing_keeps_every_row_and_is_done_at_once(
    rows: list[list[str]], end: str, quoting: int, mark: bool
) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator=end, quoting=quoting).writerows([TABLE.columns, *rows])  # type: ignore[arg-type]
    mended, _ = mend(TABLE, BOM * mark + buffer.getvalue().encode())
    header, *found = csv.reader(io.StringIO(mended.decode(), newline=""))
    assert (header, sorted(found)) == (list(TABLE.columns), sorted(rows))
    assert [row[:3] for row in found] == sorted(row[:3] for row in rows)
    assert mend(TABLE, mended) == (mended, ())
