"""Hold what llmlineage.audit.configs extracts against what a careful reader did, framework by framework.

    python benchmarks/configs.py FOLDER [--show FRAMEWORK]

FOLDER holds real configs and MANIFEST.csv, which lists for each (columns file, framework, datasets,
base_models, datasets_resolved, base_models_resolved) the right answer, parts joined by ``;``.
Files that the manifest lists and the folder lacks are left out and counted.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from llmlineage.audit import configs
from llmlineage.audit.configs import Config
from llmlineage.errors import LineageError

COLUMNS = ("datasets", "base_models", "datasets_resolved", "base_models_resolved")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", help="list what differs, of this framework or of 'all'")
    arguments = parser.parse_args()
    with (arguments.folder / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if "shared_parent" not in row["note"]]
    # Of each framework and column: right, extracted, expected.
    counts: dict[str, dict[str, list[int]]] = defaultdict(lambda: {column: [0, 0, 0] for column in COLUMNS})
    files: dict[str, int] = defaultdict(int)
    absent = 0
    for row in rows:
        path = arguments.folder / row["file"]
        if not path.exists():
            absent += 1
            continue
        files[row["framework"]] += 1
        found = extracted(path, arguments.folder)
        for column in COLUMNS:
            expected = {part.strip() for part in row[column].split(";") if part.strip()}
            for total in (counts[row["framework"]][column], counts["all"][column]):
                total[0] += len(expected & found[column])
                total[1] += len(found[column])
                total[2] += len(expected)
            if arguments.show in (row["framework"], "all") and expected != found[column]:
                print(f"{row['file']} {column}")
                print(
                    f"    missed {sorted(expected - found[column])}, wrong {sorted(found[column] - expected)}"
                )
    files["all"] = sum(files.values())
    print(f"| framework | files | {' | '.join(f'{column} P / R' for column in COLUMNS)} |")
    print("|---|---:|" + "---|" * len(COLUMNS))
    for framework in [*sorted(set(counts) - {"all"}), "all"]:
        cells = (" / ".join(shares(counts[framework][column])) for column in COLUMNS)
        print(f"| {framework} | {files[framework]} | {' | '.join(cells)} |")
    print(f"\n{absent} files of the manifest are not in the folder")


def extracted(path: Path, folder: Path) -> dict[str, set[str]]:
    try:
        found: Iterable[Config] = configs.read(path, folder)
    except LineageError as error:
        print(f"    {error}")
        found = []
    datasets = [use for config in found for use in config.datasets if use.role == "train"]
    models = [use for config in found for use in config.models if use.role == "base"]
    # The manifest's plain columns hold what stands in the file itself.
    return {
        "datasets": {use.name for use in datasets if not use.inherited},
        "base_models": {use.name for use in models if not use.inherited},
        "datasets_resolved": {use.stands_for or use.name for use in datasets},
        "base_models_resolved": {use.stands_for or use.name for use in models},
    }


def shares(total: list[int]) -> tuple[str, str]:
    right, found, expected = total
    return (f"{right / found:.1%}" if found else "-", f"{right / expected:.1%}" if expected else "-")


if __name__ == "__main__":
    main()
