"""A dataset on the Hugging Face Hub, streamed through ``datasets``."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from llmlineage.content.readers import Rows, in_parts
from llmlineage.errors import DataError, MissingExtra

ADDRESS = re.compile(r"hub:(?P<repo>[^:@#]+)(:(?P<config>[^@#]+))?(@(?P<revision>[^#]+))?#(?P<split>.+)")
# What the Hub lets a name be: ORG/NAME, or NAME alone for its oldest datasets.
NAME = re.compile(r"(?=.{1,96}$)(?:[A-Za-z0-9_][\w.-]*/)?[A-Za-z0-9_][\w.-]*", re.ASCII)
# Names by which the library means formats of files, here and now, and not datasets.
BUILDERS = frozenset(
    [
        "arrow",
        "audiofolder",
        "cache",
        "conll",
        "csv",
        "eval",
        "fasta",
        "fastq",
        "generator",
        "genbank",
        "hdf5",
        "iceberg",
        "imagefolder",
        "json",
        "lance",
        "meshfolder",
        "mmcif",
        "niftifolder",
        "pandas",
        "parquet",
        "pdb",
        "pdffolder",
        "spark",
        "sql",
        "text",
        "tsfile",
        "videofolder",
        "vortex",
        "webdataset",
        "xml",
    ]
)
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
        problem = unsafe(match["repo"], match["revision"] or "")
        if problem:
            raise DataError(address, problem)
        return cls(address, match["repo"], match["config"], match["revision"], match["split"])

    def sample(self) -> list[dict[str, Any]]:
        return list(islice(self.rows(), 100))

    def parts(self, columns: Sequence[str]) -> Iterator[Rows]:
        wanted = ({name: row.get(name) for name in columns} for row in self.rows())
        return in_parts(wanted, ROWS)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Raises :class:`DataError` where the Hub, the dataset or the split cannot be read."""
        try:
            import datasets
        except ImportError as error:
            raise MissingExtra("datasets", "hub") from error
        problem = unsafe(self.repo, self.revision or "", builders(datasets))  # the disk may have changed
        if problem:
            raise DataError(self.name, problem)
        try:
            yield from datasets.load_dataset(
                self.repo, self.config, split=self.split, revision=self.revision, streaming=True
            )
        except Exception as error:  # the library raises errors of many kinds and libraries
            reason = str(error).strip().splitlines()[:1] or [type(error).__name__]
            raise DataError(self.name, reason[0]) from error


def unsafe(repo: str, revision: str, formats: Collection[str] = BUILDERS) -> str:
    """Why the library might read something else than a dataset of the Hub; empty where it would not.

    It takes a folder of that name, and the name of a format, before it asks the Hub.
    """
    if not NAME.fullmatch(repo) or ".." in f"{repo}{revision}" or "--" in repo:
        return "a dataset of the Hub is named ORG/NAME; to read files, leave out hub: and name them"
    if repo in formats:
        return f"{repo} is a format of files to the library that reads the Hub; name the dataset as ORG/NAME"
    if os.path.lexists(repo):
        return f"{repo} is also a file or folder here, which would be read instead; call this from elsewhere"
    return ""


def builders(datasets: Any) -> Collection[str]:
    """The names of formats, those that the installed library adds included."""
    known = getattr(getattr(datasets, "packaged_modules", None), "_PACKAGED_DATASETS_MODULES", {})
    return BUILDERS | set(known)
