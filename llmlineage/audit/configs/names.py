"""A plain list of names of datasets or models, one a line; what follows # is a comment."""

from __future__ import annotations

import re
from pathlib import Path

from llmlineage.audit.configs.model import Config, DatasetUse
from llmlineage.errors import NoConfig

# A name of up to eight words: longer lines are prose.
_NAME = re.compile(r"[\w.@:/~+()-]+(?: +[\w.@:/~+()-]+){0,7}(?<![.:])")


def read(text: str, path: Path) -> Config:
    """The names of a list.

    Raises:
        NoConfig: a line is no name, or there is none at all.
    """
    names: dict[str, None] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        name = re.sub(r"(^|\s)#.*", "", line).strip()
        if not name:
            continue
        if not _NAME.fullmatch(name):
            raise NoConfig(path, "is no list of names: one name a line, comments after #", number)
        names[name] = None
    if not names:
        raise NoConfig(path, "holds no name")
    return Config(file=str(path), framework="names", datasets=tuple(DatasetUse(name) for name in names))
