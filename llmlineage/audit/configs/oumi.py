"""Oumi (https://oumi.ai/docs)."""

from __future__ import annotations

from collections.abc import Iterator

from llmlineage.audit.configs.documents import Value, at, is_true, maps, text_at
from llmlineage.audit.configs.model import Config, DatasetRole, DatasetUse, ModelUse
from llmlineage.audit.configs.source import Source

SECTIONS: tuple[tuple[str, DatasetRole], ...] = (
    ("train", "train"),
    ("validation", "evaluation"),
    ("test", "evaluation"),
)


def recognises(documents: list[Value]) -> bool:
    first = documents[0]
    return bool(text_at(first, "model.model_name") or at(first, "data.train.datasets"))


def read(documents: list[Value], source: Source) -> Config:
    document = documents[0]
    return Config(
        file=source.file,
        framework="oumi",
        datasets=tuple(use for section, role in SECTIONS for use in entries(document, section, role)),
        models=tuple(models(document)),
        trains=text_at(document, "training.trainer_type"),
        adapter=adapter(document),
    )


def entries(document: Value, section: str, role: DatasetRole) -> Iterator[DatasetUse]:
    for entry in maps(at(document, f"data.{section}.datasets")):
        name = text_at(entry, "dataset_name")
        if not name or "/" not in name:
            # The name of a class that reads what it is told to.
            name = text_at(entry, "dataset_kwargs.hf_dataset_path") or text_at(entry, "dataset_path") or name
        weight = text_at(entry, "mixture_proportion") or text_at(entry, "sample_count")
        if name:
            yield DatasetUse(name, text_at(entry, "subset"), text_at(entry, "split"), weight, role)


def models(document: Value) -> Iterator[ModelUse]:
    base = text_at(document, "model.model_name")
    loads = text_at(document, "model.load_pretrained_weights") is None or is_true(
        document, "model.load_pretrained_weights"
    )
    if base and loads:
        yield ModelUse(base, text_at(document, "model.model_revision"))
    adapter_of = text_at(document, "model.adapter_model")
    if adapter_of:
        yield ModelUse(adapter_of, role="adapter")
    training = at(document, "training")
    for section in training.values() if isinstance(training, dict) else ():
        teacher = text_at(section, "teacher_model_name_or_path")
        if teacher:
            yield ModelUse(teacher, role="teacher")


def adapter(document: Value) -> str | None:
    if not is_true(document, "training.use_peft"):
        return None
    return "qlora" if is_true(document, "peft.q_lora") else "lora"
