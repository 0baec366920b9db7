"""How a typed name is compared: case, accents and the marks between words do not matter."""

from __future__ import annotations


def name_key(name: str) -> str:
    """The form in which names are equal: ``OpenHermes-2``, ``openhermes_2`` and ``Open Hermes 2``; ``Tülu``
    and ``Tulu``."""
    if not name.isascii():
        from unicodedata import combining, normalize  # few names need it

        name = "".join(letter for letter in normalize("NFKD", name) if not combining(letter))
    return "".join(name.casefold().replace("-", "").replace("_", "").split())
