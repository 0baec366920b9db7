"""Every address leads somewhere, and is the canonical one, so that one document has one source."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlineage.addresses import canonical, fault_of
from llmlineage.checks.record import Record
from llmlineage.errors import Problem

# A Hub dataset as rows are read from it: OWNER/NAME, and after a mark its revision, files or split.
_HUB = re.compile(r"hub:[A-Za-z0-9][\w.-]*(?:/[A-Za-z0-9][\w.-]*)?(?:[@#:?][^\s<>\"\\]*)?", re.ASCII)


def check_addresses(record: Record) -> Iterator[Problem]:
    for table, rows in record.with_rows():
        for field in table.fields:
            pattern = field.constraints.get("pattern", "")
            for row, cells in rows if "https://" in pattern else ():
                url = cells[field.name]
                # What has not the form of the column, its schema refuses.
                if re.match(pattern, url) and (fault := fault_of_cell(url, field.name == "url")):
                    yield record.problem(table.name, row, field.name, url, *fault)


def fault_of_cell(url: str, is_document: bool) -> tuple[str, str] | None:
    """What is wrong with an address, and what to write; addresses of rows may lead to raw files."""
    if url.startswith("hub:"):
        return None if _HUB.fullmatch(url) else ("is not a dataset of the Hub", "write hub:OWNER/NAME")
    try:
        wanted = canonical(url)
    except ValueError as error:
        return f"is not an address ({error})", "correct it"
    if fault := fault_of(wanted if is_document else url):
        return f"is not an address ({fault})", "correct it"
    if is_document and wanted != url:
        return "is not the canonical address", f"write {wanted}"
    return None
