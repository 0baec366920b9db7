"""A config of no known framework: what its keys and the shape of its values suggest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from llmlineage.audit.configs.documents import Value
from llmlineage.audit.configs.model import Config, DatasetRole, DatasetUse, ModelRole, ModelUse
from llmlineage.audit.configs.source import Source

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_FILE = re.compile(r"\.(ya?ml|py|sh|txt|md|toml|cfg|ini|pth?|log|png|jpe?g)$", re.IGNORECASE)
_DATA_FILE = re.compile(r"\.(jsonl?|parquet|csv|arrow)(\.gz|\.zst)?$", re.IGNORECASE)
_DATASET_KEY = re.compile(r"(^|_)(datasets?|hf_datasets?|data_(path|files?|name)|train_(data|files?))(_|$)")
_DATASET_MIX_KEY = re.compile(r"(^|_)(dataset|data)(_?(mix|mixer|mixture|weights?))|^datasets$")
_MODEL_KEY = re.compile(
    r"(^|_)(base_?model|model)(_(name|path|id|name_or_path|repo|dir))*$|^pretrained_model"
)
_EVALUATION_KEY = re.compile(r"(^|_)(evals?|evaluation|icl|valid|validation|val|tests?|benchmarks?)(_|$)")
_NOTHING = re.compile(
    r"tokenizer|output|hub_model|push|save|run_name|wandb|cache|image|processor|draft|embed"
)
_ROLES: tuple[tuple[str, ModelRole], ...] = (
    ("teacher", "teacher"),
    ("reward", "reward"),
    ("judge", "judge"),
    ("critic", "critic"),
    ("value", "critic"),
    ("ref", "reference"),
    ("adapter", "adapter"),
    ("lora", "adapter"),
)


# A key of more letters sets nothing, and each value below it would be held against all of them.
LONGEST_KEY = 100


@dataclass(frozen=True)
class _Way:
    """The keys that lead to a value, in small letters."""

    keys: tuple[str, ...] = ()
    evaluates: bool = False

    def down(self, key: str) -> _Way:
        return _Way((*self.keys, key), self.evaluates or bool(_EVALUATION_KEY.search(key)))

    @property
    def role(self) -> DatasetRole:
        return "evaluation" if self.evaluates else "train"

    @cached_property
    def telling(self) -> str:
        """``name`` and ``path`` say nothing by themselves, but within a section that does."""
        plain = self.keys[-1] in ("name", "path", "id", "repo_id", "name_or_path", "hf_id")
        return self.keys[-2] if plain and len(self.keys) > 1 else self.keys[-1]

    @cached_property
    def model_role(self) -> ModelRole:
        joined = "_".join(self.keys)
        return next((role for mark, role in _ROLES if re.search(rf"(^|_){mark}(_|$)", joined)), "base")


def recognises(documents: list[Value]) -> bool:
    return any(True for document in documents for _ in uses(document, _Way()))


def read(documents: list[Value], source: Source) -> Config:
    found = dict.fromkeys(use for document in documents for use in uses(document, _Way()))
    return Config(
        file=source.file,
        framework="unknown",
        datasets=tuple(use for use in found if isinstance(use, DatasetUse)),
        models=tuple(use for use in found if isinstance(use, ModelUse)),
        guessed=True,
        remarks=("no known framework writes such a file; names are taken by their shape",),
    )


def uses(value: Value, way: _Way) -> Iterator[DatasetUse | ModelUse]:
    """Walk to every scalar with the keys that lead to it."""
    if isinstance(value, dict):
        is_mix = bool(way.keys and _DATASET_MIX_KEY.search(way.keys[-1]))
        for key, child in value.items():
            if is_mix and _HUB_ID.fullmatch(key):
                yield DatasetUse(key, weight=child if isinstance(child, str) else None, role=way.role)
                continue
            small = key[:LONGEST_KEY].lower()
            if not _NOTHING.search(small):
                yield from uses(child, way.down(small))
    elif isinstance(value, list):
        for child in value:
            yield from uses(child, way)
    elif value and way.keys:
        yield from use_of(value.strip(), way)


def use_of(text: str, way: _Way) -> Iterator[DatasetUse | ModelUse]:
    is_id = bool(_HUB_ID.fullmatch(text)) and not _FILE.search(text) and not _DATA_FILE.search(text)
    is_data = bool(_DATA_FILE.search(text)) and " " not in text
    if (is_id or is_data) and _DATASET_KEY.search(way.telling):
        yield DatasetUse(text, role=way.role)
    elif is_id and _MODEL_KEY.search(way.telling):
        yield ModelUse(text, role=way.model_role)
