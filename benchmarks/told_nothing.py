"""What is recognised of files whose columns nobody names, and whether the counts of pairs are as counted.

    python benchmarks/told_nothing.py FOLDER

FOLDER holds data files, ``PAIRS.csv`` (child, parent, field, and the three counts) and, beside it,
``MANIFEST.csv``. Prints each file with its layout, then the pairs that come out as others counted them.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

from llmlineage.content import exact
from llmlineage.content.rows import Collection, Options
from llmlineage.errors import DataError

COUNTS = ("child_distinct", "parent_distinct", "intersection")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    pairs = table(folder / "PAIRS.csv")
    sides = {name: read(folder, name) for name in named(folder, pairs)}
    for name, side in sides.items():
        said = side if isinstance(side, str) else "; ".join(side.collection.layouts)
        print(f"{'not read' if isinstance(side, str) else 'read':8}  {name}: {said[:150]}")
    wrong = list(differences(pairs, sides))
    print(*wrong, sep="\n")
    known = sum(not isinstance(side, str) for side in sides.values())
    print(f"{known} of {len(sides)} files are recognised")
    print(f"{len(pairs) - len(wrong)} of {len(pairs)} pairs come out as they were counted")


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def named(folder: Path, pairs: list[dict[str, str]]) -> list[str]:
    files = [row["file"] for row in table(folder / "MANIFEST.csv")]
    return list(dict.fromkeys([*files, *(row[end] for row in pairs for end in ("child", "parent"))]))


def read(folder: Path, name: str) -> exact.Hashes | str:
    """A file's hashes, nothing said of its columns; or why it cannot be read."""
    try:
        return exact.read_hashes(Collection(str(folder / name), Options(skip_bad_rows=True)))
    except DataError as error:
        return str(error)


def differences(pairs: list[dict[str, str]], sides: dict[str, exact.Hashes | str]) -> Iterator[str]:
    for row in pairs:
        child, parent = sides[row["child"]], sides[row["parent"]]
        counted = tuple(int(row[name]) for name in COUNTS)
        found: object = "not read"
        if not isinstance(child, str) and not isinstance(parent, str):
            one = exact.overlap(child, parent).fields[row["field"]]  # type: ignore[index]
            found = (one.a_distinct, one.b_distinct, one.shared)
        if found != counted:
            yield f"differs   {row['child']} {row['parent']} {row['field']}: {found}, counted {counted}"


if __name__ == "__main__":
    main()
