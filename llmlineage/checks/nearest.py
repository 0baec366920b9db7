"""What a wrong value was probably meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Sequence


def nearest(cell: str, known: Sequence[str]) -> str:
    """Suggest the known value that a wrong one most resembles."""
    close = difflib.get_close_matches(cell, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]}?"
    return f"one of {', '.join(known)}" if 0 < len(known) <= 12 else "add the record first"
