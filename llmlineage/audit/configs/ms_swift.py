"""ms-swift's YAML configs (https://github.com/modelscope/ms-swift)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlineage.audit.configs import registry
from llmlineage.audit.configs.documents import Value, at, is_true, text_at, texts
from llmlineage.audit.configs.model import Config, DatasetRole, DatasetUse, ModelRole, ModelUse
from llmlineage.audit.configs.source import Source

MARKS = (
    "tuner_type", "train_type", "rlhf_type", "split_dataset_ratio", "sampler_type", "sampler_engine",
    "dataset_num_proc", "load_from_cache_file", "use_hf", "model_author", "mcore_model", "loss_scale",
    "attn_impl", "prm_model", "colocate_groups", "interleave_prob",
)  # fmt: skip
MODELS: tuple[tuple[str, ModelRole], ...] = (
    ("model", "base"),
    ("load", "base"),
    ("mcore_model", "base"),
    ("adapters", "adapter"),
    ("mcore_adapters", "adapter"),
    ("ref_model", "reference"),
    ("ref_adapters", "adapter"),
    ("reward_model", "reward"),
    ("prm_model", "reward"),
    ("reward_adapters", "adapter"),
    ("teacher_model", "teacher"),
    ("teacher.model", "teacher"),
    ("teacher_adapters", "adapter"),
)


def recognises(documents: list[Value]) -> bool:
    first = documents[0]
    if not isinstance(first, dict) or not any(mark in first for mark in MARKS):
        return False
    return any(key in first for key in ("model", "dataset", "load", "mcore_model", "adapters"))


def read(documents: list[Value], source: Source) -> Config:
    document = documents[0]
    on_hub = is_true(document, "use_hf") or is_true(document, "ENV.USE_HF")
    return Config(
        file=source.file,
        framework="ms-swift",
        datasets=(
            *entries(document, "dataset", "train", on_hub),
            *entries(document, "cached_dataset", "train", on_hub),
            *entries(document, "val_dataset", "evaluation", on_hub),
            *entries(document, "cached_val_dataset", "evaluation", on_hub),
        ),
        models=tuple(
            model_use(name, role, on_hub) for key, role in MODELS for name in texts(at(document, key))
        ),
        trains=text_at(document, "rlhf_type") or text_at(document, "sampler_type"),
        adapter=adapter(document),
    )


def adapter(document: Value) -> str | None:
    for key in ("tuner_type", "train_type", "train.tuner_type", "train.train_type"):
        kind = text_at(document, key)
        if kind:
            return None if kind == "full" else kind
    return None


def entries(document: Value, key: str, role: DatasetRole, on_hub: bool) -> Iterator[DatasetUse]:
    shares = list(texts(at(document, "interleave_prob")))
    names = [word for text in texts(at(document, key)) for word in text.split()]
    for place, name in enumerate(names):
        share = shares[place] if role == "train" and len(shares) == len(names) else None
        yield dataset_use(name, role, on_hub, share)


def dataset_use(
    text: str, role: DatasetRole = "train", on_hub: bool = False, share: str | None = None
) -> DatasetUse:
    """``[HF::|MS::]name[:subset[/subset]][#count]``; ids are ModelScope's unless the Hub is asked for."""
    prefixed = re.match(r"(?i)(hf|ms)::", text)
    if prefixed:
        on_hub = prefixed[1].lower() == "hf"
        text = text[prefixed.end() :]
    name, _, count = text.rpartition("#") if re.search(r"#\d+$", text) else (text, "", "")
    subset = ""
    if "://" not in name:
        name, _, subset = name.partition(":")
    name = name.strip()
    meaning = None if on_hub else registry.one_stands_for("ms-swift", name)
    return DatasetUse(name, subset or None, weight=share or count or None, role=role, stands_for=meaning)


def model_use(name: str, role: ModelRole, on_hub: bool = False) -> ModelUse:
    """A model by its ModelScope id, which ms-swift knows the Hub's for."""
    meaning = None if on_hub else registry.one_stands_for("ms-swift", name)
    return ModelUse(name, role=role, stands_for=meaning)
