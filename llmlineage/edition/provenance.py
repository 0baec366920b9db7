"""What an edition says of itself: its version, the commit that it was compiled from, and when that was."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping

from llmlineage.edition import DESCRIPTOR, Edition

HOMEPAGE = "https://github.com/llmlineage/llmlineage"


def descriptor(edition: Edition) -> Mapping[str, object]:
    """The edition.json beside the index; empty where the index stands alone."""
    try:
        with open(os.path.join(edition.path, DESCRIPTOR), encoding="utf-8") as file:  # noqa: PTH118, PTH123
            told = json.load(file)
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
