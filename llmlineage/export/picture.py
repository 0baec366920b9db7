"""What every format draws from: a trace, and all that the record knows of each thing in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from llmlineage.edition import Edition
from llmlineage.edition.provenance import HOMEPAGE, descriptor
from llmlineage.graph.lineage import Edge, Node, Source, Trace
from llmlineage.visible import visible

HUB = "https://huggingface.co"


@dataclass(frozen=True)
class License:
    """A licence of the record; ``spdx_id`` where the SPDX list has it."""

    id: str
    name: str
    spdx_id: str | None
    url: str | None


@dataclass(frozen=True)
class Thing:
    """A dataset or model of the trace, with what the record holds beside its :class:`Node`."""

    node: Node
    organization: str | None
    license: License | None
    url: str | None
    summary: str | None
    note: str | None
    languages: tuple[str, ...]
    tokens: int | None
    training_tokens: int | None
    architecture: tuple[str, ...]
    source: Source | None

    @property
    def id(self) -> str:
        return self.node.id

    @property
    def address(self) -> str:
        """Where it is: on the Hub, on its makers' own page, or else the document that tells of it."""
        if self.node.hub_id:
            path = f"datasets/{self.node.hub_id}" if self.node.type == "dataset" else self.node.hub_id
            return visible(f"{HUB}/{path}")
        return visible(self.url or (self.source.url if self.source else ""))


@dataclass(frozen=True)
class Picture:
    """A trace, its things in the order of its nodes, and of which edition all that is said."""

    trace: Trace
    things: tuple[Thing, ...]
    homepage: str
    commit: str | None
    committed: str | None
    read_on: str

    @property
    def when(self) -> str:
        """When all of it was so, in UTC: when its edition was committed, else when its sources were read."""
        return utc(self.committed) if self.committed else f"{self.read_on}T00:00:00Z"

    @property
    def root(self) -> Thing:
        return self.things[0]

    def by_id(self) -> dict[str, Thing]:
        return {one.id: one for one in self.things}

    def parents(self) -> dict[str, list[Edge]]:
        """The edges from each thing up; empty lists for those with none."""
        found: dict[str, list[Edge]] = {one.id: [] for one in self.things}
        for edge in self.trace.edges:
            found[edge.child].append(edge)
        return found


def picture(edition: Edition, trace: Trace) -> Picture:
    """All that the edition knows of what stands in ``trace``."""
    told = descriptor(edition)
    return Picture(
        trace,
        things_of(edition, trace),
        str(told.get("homepage") or HOMEPAGE),
        text_or_none(told.get("commit")),
        text_or_none(told.get("committed")),
        read_on(edition),
    )


def read_on(edition: Edition) -> str:
    """The day on which the last source was read."""
    (day,) = edition.index.execute("SELECT max(accessed) FROM sources").fetchone()
    return str(day or "1970-01-01")


def utc(moment: str) -> str:
    """A moment of ISO 8601 as ``2026-11-25T03:50:01Z``."""
    return datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def text_or_none(value: object) -> str | None:
    return str(value) if value else None


def things_of(edition: Edition, trace: Trace) -> tuple[Thing, ...]:
    ids = [node.id for node in trace.nodes]
    columns = (
        "id, url, summary, note, languages, tokens, training_tokens, architecture, source, organization, "
        "license"
    )
    found = {row[0]: row[1:] for row in select(edition, f"SELECT {columns} FROM node WHERE id IN", ids)}
    organizations = dict(edition.index.execute("SELECT id, name FROM organizations"))
    licenses = {
        row[0]: License(*row) for row in edition.index.execute("SELECT id, name, spdx_id, url FROM licenses")
    }
    sources = {
        row[0]: Source(*row)
        for row in select(
            edition, "SELECT id, title, url FROM sources WHERE id IN", {r[7] for r in found.values()}
        )
    }
    return tuple(thing(node, found[node.id], organizations, licenses, sources) for node in trace.nodes)


def select(edition: Edition, query: str, ids: Iterable[object]) -> list[tuple[Any, ...]]:
    """The rows of ``ids``, handed over as one JSON array."""
    wanted = json.dumps(list(ids))
    return list(edition.index.execute(f"{query} (SELECT value FROM json_each(?))", (wanted,)))


def thing(
    node: Node,
    row: tuple[Any, ...],
    organizations: Mapping[str, str],
    licenses: Mapping[str, License],
    sources: Mapping[str, Source],
) -> Thing:
    url, summary, note, languages, tokens, training_tokens, architecture, source, organization, license = row
    return Thing(
        node=node,
        organization=organizations.get(str(organization)),
        license=licenses.get(str(license)),
        url=text_or_none(url),
        summary=text_or_none(summary),
        note=text_or_none(note),
        languages=listed(languages),
        tokens=number_or_none(tokens),
        training_tokens=number_or_none(training_tokens),
        architecture=listed(architecture),
        source=sources.get(str(source)),
    )


def listed(cell: object) -> tuple[str, ...]:
    return tuple(str(cell).split(";")) if cell else ()


def number_or_none(cell: object) -> int | None:
    return cell if isinstance(cell, int) else None
