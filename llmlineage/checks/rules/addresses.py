"""Every address is the canonical one, so that one document has one source."""

from __future__ import annotations

from collections.abc import Iterator

from llmlineage.addresses import canonical
from llmlineage.checks.record import Record
from llmlineage.errors import Problem


def check_addresses(record: Record) -> Iterator[Problem]:
    for table, rows in record.with_rows():
        for row, cells in rows if "url" in table.columns else ():
            url = cells["url"]
            try:
                wanted = canonical(url) if url else ""
            except ValueError as error:
                problem, suggestion = f"is not an address ({error})", "correct it"
            else:
                problem, suggestion = "is not the canonical address", f"write {wanted}"
                if wanted == url:
                    continue
            yield record.problem(table.name, row, "url", url, problem, suggestion)
