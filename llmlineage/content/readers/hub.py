"""A dataset on the Hugging Face Hub, streamed through ``datasets``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from llmlineage.content.readers import Rows
from llmlineage.errors import DataError, MissingExtra

ADDRESS = re.compile(r"hub:(?P<repo>[^:@#]+)(:(?P<config>[^@#]+))?(@(?P<revision>[^#]+))?#(?P<split>.+)")
ROWS = 1000


@dataclass(frozen=True)
class HubReader:
    """One split of one config of a dataset."""

    name: str
    repo: str
    config: str | None
    revision: str | None
    split: str

    @classmethod
    def at(cls, address: str) -> HubReader:
        """The reader of ``hub:ORG/NAME[:config][@revision]#split``."""
        match = ADDRESS.fullmatch(address)
        if match is None:
            raise DataError(address, "a Hub dataset is written hub:ORG/NAME[:config][@revision]#split")
        return cls(address, match["repo"], match["config"], match["revision"], match["split"])

    def sample(self) -> list[dict[str, Any]]:
        return list(islice(self.rows(), 100))

    def parts(self, columns: Sequence[str]) -> Iterator[Rows]:
        rows = self.rows()
        while batch := list(islice(rows, ROWS)):
            yield Rows(batch)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Raises :class:`DataError` where the Hub, the dataset or the split cannot be read."""
        try:
            import datasets
        except ImportError as error:
            raise MissingExtra("datasets", "hub") from error
        try:
            yield from datasets.load_dataset(
                self.repo, self.config, split=self.split, revision=self.revision, streaming=True
            )
        except Exception as error:  # the library raises errors of many kinds and libraries
            reason = str(error).strip().splitlines()[:1] or [type(error).__name__]
            raise DataError(self.name, reason[0]) from error
