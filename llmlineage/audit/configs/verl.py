"""verl's YAML configs (https://github.com/volcengine/verl)."""

from __future__ import annotations

from collections.abc import Iterator

from llmlineage.audit.configs import registry
from llmlineage.audit.configs.documents import Value, at, text_at, texts
from llmlineage.audit.configs.model import Config, DatasetRole, DatasetUse, ModelRole, ModelUse
from llmlineage.audit.configs.source import Source

MODELS: tuple[tuple[str, ModelRole], ...] = (
    ("actor_rollout_ref.model.path", "base"),
    ("actor_rollout_ref.model.lora_adapter_path", "adapter"),
    ("model.partial_pretrain", "base"),
    ("model.path", "base"),
    ("critic.model.path", "critic"),
    ("reward_model.model.path", "reward"),
    ("reward_model.model_path", "reward"),
    ("distillation.teacher_model.model_path", "teacher"),
)


def recognises(documents: list[Value]) -> bool:
    first = documents[0]
    return isinstance(at(first, "actor_rollout_ref"), dict) or at(first, "data.train_files") is not None


def read(documents: list[Value], source: Source) -> Config:
    document = documents[0]
    rank = text_at(document, "actor_rollout_ref.model.lora_rank") or text_at(document, "model.lora_rank")
    return Config(
        file=source.file,
        framework="verl",
        datasets=(
            *entries(at(document, "data.train_files"), "train"),
            *entries(at(document, "data.val_files"), "evaluation"),
        ),
        models=tuple(
            ModelUse(name, role=role) for key, role in MODELS if (name := given(text_at(document, key)))
        ),
        trains=text_at(document, "algorithm.adv_estimator"),
        adapter="lora" if rank not in (None, "0") else None,
    )


def entries(value: Value, role: DatasetRole) -> Iterator[DatasetUse]:
    for name in texts(value):
        if given(name):
            yield dataset_use(name, role)


def dataset_use(name: str, role: DatasetRole = "train") -> DatasetUse:
    """A file, by whose folder one can tell which of verl's scripts prepared it from what."""
    return DatasetUse(name, role=role, stands_for=registry.within_path("verl", name))


def given(name: str | None) -> str | None:
    """Not what the command line has to give: Hydra writes ``???`` for it."""
    return None if name == "???" else name
