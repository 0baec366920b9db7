"""Files that this program wrote beside the data, told from data by what stands in them.

Of any version: a column more or less does not make rows of text out of a fingerprint.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

PARQUET = b"PAR1"
# Two of these columns make a fingerprint; no data has them.
FINGERPRINT = {"nominal_entries", "normalisation", "sketch"}
# And these make filters, or the origins of rows.
FILTERS = {"filter", "digest", "bits", "normalisation"}
ATTRIBUTION = ("row", "prompt", "response", "both")
MATCHES = ("a_row", "b_row_prompt", "b_row_response", "b_row_both")


def is_fingerprint(path: Path) -> bool:
    """Whether a file is a fingerprint, whole or not, of this version or another."""
    return len(FINGERPRINT & set(columns(path))) >= 2


def is_matches(path: Path) -> bool:
    """Whether a file is what ``overlap --write`` writes."""
    return columns(path) == MATCHES


def is_filters(path: Path) -> bool:
    """Whether a file holds filters, whole or not, of this version or another."""
    return len(FILTERS & set(columns(path))) >= 3


def is_attribution(path: Path) -> bool:
    """Whether a file is what ``attribute -o`` writes."""
    return columns(path) == ATTRIBUTION


def is_ours(path: Path) -> bool:
    return is_fingerprint(path) or is_filters(path) or is_matches(path) or is_attribution(path)


def columns(path: Path) -> tuple[str, ...]:
    """The columns of a parquet file; none where the file is something else, or damaged."""
    try:
        if not path.is_file():
            return ()
        with path.open("rb") as file:
            if file.read(len(PARQUET)) != PARQUET:
                return ()
            file.seek(0)
            return tuple(pl.read_parquet_schema(file))
    except (OSError, ValueError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return ()
