"""A config of no known framework: what its keys and the shape of its values suggest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from llmlineage.audit.configs.documents import Value
from llmlineage.audit.configs.model import Config, DatasetRole, DatasetUse, ModelRole, ModelUse

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


def recognises(documents: list[Value]) -> bool:
    return any(True for document in documents for _ in uses(document, ()))


def read(documents: list[Value], path: Path) -> Config:
    found = dict.fromkeys(use for document in documents for use in uses(document, ()))
    return Config(
        file=str(path),
        framework="unknown",
        datasets=tuple(use for use in found if isinstance(use, DatasetUse)),
        models=tuple(use for use in found if isinstance(use, ModelUse)),
        guessed=True,
        remarks=("no known framework writes such a file; names are taken by their shape",),
    )


def uses(value: Value, keys: tuple[str, ...]) -> Iterator[DatasetUse | ModelUse]:
    """Walk to every scalar with the keys that lead to it."""
    if isinstance(value, dict):
        for key, child in value.items():
            if keys and _DATASET_MIX_KEY.search(keys[-1]) and _HUB_ID.fullmatch(key):
                weight = child if isinstance(child, str) else None
                yield DatasetUse(key, weight=weight, role=role_of((*keys, "")))
            else:
                yield from uses(child, (*keys, key.lower()))
    elif isinstance(value, list):
        for child in value:
            yield from uses(child, keys)
    elif value and keys:
        yield from use_of(value.strip(), keys)


def use_of(text: str, keys: tuple[str, ...]) -> Iterator[DatasetUse | ModelUse]:
    is_id = bool(_HUB_ID.fullmatch(text)) and not _FILE.search(text) and not _DATA_FILE.search(text)
    is_data = bool(_DATA_FILE.search(text)) and " " not in text
    if any(_NOTHING.search(key) for key in keys):
        return
    # ``name`` and ``path`` say nothing by themselves, but within a section that does.
    plain = keys[-1] in ("name", "path", "id", "repo_id", "name_or_path", "hf_id")
    telling = keys[-2] if plain and len(keys) > 1 else keys[-1]
    if (is_id or is_data) and _DATASET_KEY.search(telling):
        yield DatasetUse(text, role=role_of(keys))
    elif is_id and _MODEL_KEY.search(telling):
        joined = "_".join(keys)
        roles = (role for mark, role in _ROLES if re.search(rf"(^|_){mark}(_|$)", joined))
        yield ModelUse(text, role=next(roles, "base"))


def role_of(keys: tuple[str, ...]) -> DatasetRole:
    return "evaluation" if any(_EVALUATION_KEY.search(key) for key in keys) else "train"
