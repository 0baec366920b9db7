"""The document that somebody hands over: what a thing was made from, under which terms, each with its source.

What is gathered here is a :class:`Report`, sections of tables whose cells name their sources; html.py and
markdown.py write it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from llmlineage.audit import Audit, audit, configs
from llmlineage.audit.configs import Config, DatasetUse, ModelUse
from llmlineage.edition import Edition
from llmlineage.edition.provenance import HOMEPAGE, descriptor
from llmlineage.errors import ConfigError, UnknownName
from llmlineage.graph import lineage
from llmlineage.graph.lineage import Edge, Source
from llmlineage.version import __version__

__all__ = ["Cell", "Cited", "Report", "Section", "of_config", "of_record"]


@dataclass(frozen=True)
class Cited:
    """Where a statement stands: a source by its number in the report, and the place in it."""

    number: int
    locator: str | None = None


@dataclass(frozen=True)
class Cell:
    """What stands in one cell: a text, the address it leads to, and the sources that it rests on."""

    text: str = ""
    address: str | None = None
    cited: tuple[Cited, ...] = ()


@dataclass(frozen=True)
class Section:
    """A heading, what it says in a sentence or two, and a table; no ``rows`` where there is nothing."""

    title: str
    lead: str
    header: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()


@dataclass(frozen=True)
class Document:
    """A source as it was read: ``as_of`` is the date or revision of the copy, ``accessed`` the day."""

    number: int
    title: str
    url: str
    kind: str
    published: str | None
    as_of: str | None
    accessed: str | None


@dataclass(frozen=True)
class Report:
    """The whole document; ``about`` holds the lines of its foot: edition, citation, what it is not."""

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    documents: tuple[Document, ...]
    about: tuple[str, ...]


@dataclass
class Sources:
    """Numbers the sources of a report in the order in which they are met."""

    edition: Edition
    numbers: dict[str, int] = field(default_factory=dict)

    def cite(self, source: Source | str, locator: str | None = None) -> Cited:
        id = source if isinstance(source, str) else source.id
        return Cited(self.numbers.setdefault(id, len(self.numbers) + 1), locator)

    def of_edge(self, edge: Edge) -> Cited:
        return self.cite(edge.source, edge.locator)

    def of_way(self, via: Sequence[Edge]) -> tuple[Cited, ...]:
        """The sources of a way's steps, each once."""
        return tuple(dict.fromkeys(self.cite(edge.source) for edge in via))

    def documents(self) -> Iterator[Document]:
        for id, number in self.numbers.items():
            query = "SELECT title, url, kind, published, as_of, accessed FROM sources WHERE id = ?"
            row = self.edition.index.execute(query, (id,)).fetchone()
            if row is None:
                raise lineage.damaged(self.edition, f"source {id} is missing")
            yield Document(number, *row)


def of_record(edition: Edition, id: str) -> Report:
    """The report of a dataset or model.

    Raises:
        UnknownName: ``id`` is not the id of a dataset or model.
    """
    nodes = lineage.ancestry(edition, id).nodes
    if not nodes:
        raise UnknownName(id)
    use = DatasetUse(id) if nodes[0].type == "dataset" else ModelUse(id)
    config = Config(
        file=id,
        framework="names",
        datasets=(use,) if isinstance(use, DatasetUse) else (),
        models=(use,) if isinstance(use, ModelUse) else (),
    )
    return report(edition, audit(edition, config), id)


def of_config(edition: Edition, path: Path) -> Report:
    """The report of what a training config takes in.

    Raises:
        ConfigError: the config cannot be read, or the file holds several.
    """
    found = configs.read(path)
    if len(found) != 1:
        raise ConfigError(path, f"holds {len(found)} configs; a report is of one")
    return report(edition, audit(edition, found[0]), None)


def report(edition: Edition, found: Audit, id: str | None) -> Report:
    from llmlineage.report import sections

    sources = Sources(edition)
    made = tuple(sections.sections(edition, found, id, sources))
    name = lineage.ancestry(edition, id).nodes[0].name if id else Path(found.config.file).name
    subtitle = "What it was made from, under which terms, and how that is known"
    return Report(f"Lineage of {name}", subtitle, made, tuple(sources.documents()), tuple(about(edition)))


def about(edition: Edition) -> Iterator[str]:
    told = descriptor(edition)
    commit, committed = told.get("commit"), told.get("committed")
    homepage = str(told.get("homepage") or HOMEPAGE)
    origin = f", compiled from commit {commit} of {committed}" if commit else ""
    yield f"Edition {edition.version} of the llmlineage record{origin}; written by llmlineage {__version__}."
    year = f" ({str(committed)[:4]})" if committed else ""
    yield f"To cite: The llmlineage authors{year}. llmlineage, edition {edition.version}. {homepage}"
    yield (
        "It states what sources say, with the place in each; what no source says is said to be unknown. "
        "It is no legal advice."
    )
