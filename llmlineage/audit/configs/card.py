"""Model and dataset cards of the Hugging Face Hub, by their front matter
(https://huggingface.co/docs/hub/model-cards, https://huggingface.co/docs/hub/datasets-cards)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from llmlineage.audit.configs.documents import Value, at, parse_yaml, text_at, texts
from llmlineage.audit.configs.model import Config, DatasetUse, ModelUse
from llmlineage.audit.configs.source import Source
from llmlineage.errors import ConfigError, NoConfig

# As the Hub itself finds it.
_FRONT_MATTER = re.compile(r"\A(\s*---[ \t]*\r?\n)(.*?)(?:^---[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
# Entries of source_datasets that name no dataset.
_NO_SOURCE = ("original", "extended", "unknown", "none")


def read(source: Source) -> Config:
    """What a card says of its model or dataset.

    Raises:
        NoConfig: it has no front matter, or that names no dataset, model or licence.
        ConfigError: its front matter is not YAML.
    """
    front = front_matter(source.text, source.path)
    if front is None:
        raise NoConfig(source.path, "has no front matter (lines between --- and --- at its beginning)")
    relation = text_at(front, "base_model_relation")
    card = Config(
        file=source.file,
        framework="card",
        datasets=tuple(dict.fromkeys((*datasets(front), *sources(front)))),
        models=tuple(dict.fromkeys(ModelUse(name) for name in texts(at(front, "base_model")))),
        trains=relation,
        adapter="adapter" if relation == "adapter" else None,
        license=license_of(front),
    )
    if not (card.datasets or card.models or card.license):
        raise NoConfig(source.path, "has front matter that names no dataset, no model and no licence")
    return card


def front_matter(
    text: str, path: Path, keep: Literal["first", "last"] | None = None
) -> dict[str, Value] | None:
    """The mapping at the head of a card; None where it has none. ``keep`` tells which counts of a key that
    stands twice.

    Raises:
        ConfigError: it is not YAML, or no mapping.
    """
    match = _FRONT_MATTER.match(text)
    if match is None:
        return None
    above = "\n" * match[1].count("\n")  # so that an error tells the line of the file
    documents = parse_yaml(above + match[2].replace("\t\n", "\n"), path, keep)
    front = documents[0] if documents else {}
    if not isinstance(front, dict):
        raise ConfigError(path, "has front matter that does not map keys to values")
    return front


def datasets(front: Value) -> Iterator[DatasetUse]:
    for name in texts(at(front, "datasets")):
        yield DatasetUse(name)


def sources(front: Value) -> Iterator[DatasetUse]:
    """``extended|squad`` names squad; ``extended|other-...`` and ``original`` name nothing."""
    for entry in texts(at(front, "source_datasets")):
        name = entry.rpartition("|")[2].strip()
        if name and name.lower() not in _NO_SOURCE and not name.startswith("other-") and name != "other":
            yield DatasetUse(name)


def license_of(front: Value) -> str | None:
    """The one licence; ``other`` gives way to the name that stands beside it."""
    licences = list(dict.fromkeys(texts(at(front, "license"))))
    if licences == ["other"]:
        return text_at(front, "license_name") or "other"
    return ", ".join(licences) or None
