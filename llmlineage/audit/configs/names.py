"""A plain list of names of datasets or models, one a line; what follows # is a comment."""

from __future__ import annotations

import re

from llmlineage.audit.configs.model import Config, DatasetUse
from llmlineage.audit.configs.source import Source
from llmlineage.errors import NoConfig

# What pip installs is a list of names, too, and of nothing that is trained on.
_OF_PIP = re.compile(r"(^|[-_.])(requirements|constraints)([-_.]|$)", re.IGNORECASE)
_PIP_LINE = re.compile(r"-[a-zA-Z-]+[ =]|[\w.-]+ *(\[[\w, .-]*\])? *([=<>!~]=|[<>;]|@ )")
# A name of up to eight words: longer lines are prose.
_NAME = re.compile(r"[\w.@:/~+()-]+(?: +[\w.@:/~+()-]+){0,7}(?<![.:])")
PIP = "lists packages for pip, not datasets or models"


def read(source: Source) -> Config:
    """The names of a list.

    Raises:
        NoConfig: a line is no name, or there is none at all, or pip is meant to read it.
    """
    if any(_OF_PIP.search(name) for name in (source.path.name, source.path.absolute().parent.name)):
        raise NoConfig(source.path, PIP)
    names: dict[str, None] = {}
    for number, line in enumerate(source.text.splitlines(), start=1):
        name = re.sub(r"(^|\s)#.*", "", line).strip()
        if not name:
            continue
        if _PIP_LINE.match(name):
            raise NoConfig(source.path, PIP, number)
        if not _NAME.fullmatch(name):
            raise NoConfig(source.path, "is no list of names: one name a line, comments after #", number)
        names[name] = None
    if not names:
        raise NoConfig(source.path, "holds no name")
    return Config(file=source.file, framework="names", datasets=tuple(DatasetUse(name) for name in names))
