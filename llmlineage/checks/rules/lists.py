"""Lists name each thing once; languages are ISO 639 codes, architectures are methods."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from llmlineage.checks.nearest import nearest
from llmlineage.checks.record import Record
from llmlineage.errors import Problem

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def check_lists(record: Record) -> Iterator[Problem]:
    methods = [cells["id"] for _, cells in record.tables["methods"]]
    for table, rows in record.with_rows():
        for field in table.fields:
            for row, cells in rows if field.type == "list" else ():
                items = cells[field.name].split(field.delimiter) if cells[field.name] else []
                for item, count in Counter(items).items():
                    place = (table.name, row, field.name, item)
                    if count > 1:
                        yield record.problem(*place, "stands twice in the list", "name it once")
                    if field.name == "architecture" and item not in methods:
                        yield record.problem(*place, "is not an id of methods", nearest(item, methods))
                    if field.name == "languages" and not _LANGUAGE.fullmatch(item):
                        yield record.problem(*place, "is not an ISO 639 code", "write en, zh or pt-BR")
