"""Data in Markdown: text that stays text, and links that lead only where a source is.

https://github.github.com/gfm/
"""

from __future__ import annotations

import re

from llmlineage.visible import visible

# What would be markup, HTML, an entity, mathematics, or an address that renderers link by themselves.
_MARKUP = re.compile(
    r"[\\`*\[\]<|~$@]|&#?\w+;|(?<!\w)_|_(?!\w)|\w:/|www\.|mailto:|xmpp:|^\s*([#+=>-]|\d+[.)])|\s\s",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """A text that is shown as it stands: as code where anything in it could be taken for markup."""
    shown = visible(text)
    return code(shown) if _MARKUP.search(shown) else shown


def code(text: str) -> str:
    """A code span, in which nothing is markup, with a fence that the text does not hold.

    In a row of a table a bar still ends the cell; see ``cell``.
    """
    shown = visible(text)
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def link(text: str, address: str) -> str:
    """A link, or the text alone where the address is none of the web."""
    from urllib.parse import quote

    if not re.match("https?://", address, re.IGNORECASE):
        return plain(text)
    destination = quote(address, safe="/:?#@!$&'*+,;=%~", errors="surrogatepass")
    return f"[{plain(text)}]({destination})"


def cell(text: str) -> str:
    """What stands in one cell of a table: a bar ends it, unless one backslash is before it, not two."""
    return " ".join(text.replace(r"\|", r"\x7c").replace("|", r"\|").split())
