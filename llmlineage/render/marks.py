"""Which part a text plays in a report, marked in the text itself until it is printed.

The marks hold a number that is drawn anew in each process, so that no data can hold one: whatever
else stands in a line is data, and is made visible before it reaches a screen.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from llmlineage.visible import visible

_NONCE = os.urandom(8).hex()
_OPEN, _CLOSE = f"{{{_NONCE}:", f"{{{_NONCE}}}"


def mark(text: str, role: str) -> str:
    """The text, marked to be shown as ``role``."""
    return f"{_OPEN}{role}}}{text}{_CLOSE}"


def unmarked(text: str) -> str:
    return replaced(text, lambda _: "", "")


def replaced(text: str, start: Callable[[str], str], end: str) -> str:
    """The text with what ``start`` gives for each role, and ``end``, in the place of its marks."""
    if _NONCE not in text:
        return text
    return re.sub(rf"{_OPEN}(\w+)}}", lambda found: start(found[1]), text).replace(_CLOSE, end)


def length(text: str) -> int:
    """Characters that a text takes once it is printed, marks aside."""
    return len(visible(unmarked(text)))
