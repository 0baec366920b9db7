"""Text on as many lines as a terminal needs."""

from __future__ import annotations

from llmlineage.render.marks import length, unmarked
from llmlineage.visible import visible

# Columns that a wrapped text has at least, however deep it stands.
LEAST_ROOM = 10


def indented(text: str, indent: str, width: int | None, hanging: str = "") -> list[str]:
    """A text on as many lines as it needs, those after the first ``hanging`` further in; on one line
    where no width is given.

    Only a word that is longer than a line is broken, and an address not even then: a terminal wraps it
    by itself, and it can still be followed. What stands far to the right of a narrow terminal still has
    room for a word.
    """
    text = visible(text)
    if width is None:
        return [indent + text]
    lines, leads = [""], [indent]
    for word in text.split(" "):
        room = max(width - len(leads[-1]), LEAST_ROOM)
        if lines[-1] and length(lines[-1]) + 1 + length(word) <= room:
            lines[-1] += f" {word}"
            continue
        for piece in broken(word, max(width - len(indent + hanging), LEAST_ROOM)):
            leads.append(indent + hanging if any(lines) else indent)
            lines.append(piece)
    return [lead + line for lead, line in zip(leads, lines, strict=True) if line]


def broken(word: str, room: int) -> list[str]:
    """A word in as many pieces as it needs; a marked one stays whole, and so does an address."""
    if len(word) <= room or unmarked(word) != word or word.startswith(("https://", "http://")):
        return [word]
    return [word[place : place + room] for place in range(0, len(word), room)]
