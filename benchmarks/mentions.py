"""Of the datasets and models that real configs and cards name, the share that leads to a record.

    python benchmarks/mentions.py FOLDER...

Beside it, what the same mentions give by exact Hub ids alone. A file or folder of somebody's disk
is no mention. One mention is one name in one file.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from llmlineage.audit import configs, is_place, record_of
from llmlineage.audit.configs import DatasetUse, ModelUse
from llmlineage.edition import Edition, open_edition
from llmlineage.errors import ConfigError

Use = DatasetUse | ModelUse


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    edition = open_edition()
    print("| mentions | | by count | by distinct name | exact Hub ids, by count | by distinct name |")
    print("|---|---:|---:|---:|---:|---:|")
    for folder in parser.parse_args().folders:
        for kind, table in ((DatasetUse, "datasets"), (ModelUse, "models")):
            uses = Counter(use for use in mentions(folder) if isinstance(use, kind))
            print(
                f"| {folder.name}, {table} | {uses.total():,} | {' | '.join(shares(edition, uses, table))} |"
            )


def mentions(folder: Path) -> Iterator[Use]:
    """The names of each file once, weights and splits left out."""
    for path in configs.files_below(folder):
        try:
            found = configs.read(path)
        except ConfigError:
            continue
        uses: dict[Use, None] = {}
        for use in (use for config in found for use in (*config.datasets, *config.models)):
            meaning = use.stands_for if isinstance(use.stands_for, str) else None
            if not is_place(meaning or use.name):
                uses[type(use)(use.name, stands_for=meaning)] = None
        yield from uses


def shares(edition: Edition, uses: Counter[Use], table: str) -> Iterator[str]:
    hub_ids = {
        row[0].lower() for row in edition.index.execute(f"SELECT hub_id FROM {table} WHERE hub_id > ''")
    }
    known = {use for use in uses if record_of(edition, use, (table,))}
    exact = {use for use in uses if (use.stands_for or use.name).lower() in hub_ids}
    for these in (known, exact):
        yield f"{sum(uses[use] for use in these) / max(uses.total(), 1):.1%}"
        yield f"{len(these) / max(len(uses), 1):.1%} of {len(uses):,}"


if __name__ == "__main__":
    main()
