"""DistillKit (https://github.com/arcee-ai/DistillKit)."""

from __future__ import annotations

from collections.abc import Iterator

from llmlineage.audit.configs.documents import Value, at, text_at
from llmlineage.audit.configs.model import Config, DatasetRole, DatasetUse, ModelUse
from llmlineage.audit.configs.source import Source


def recognises(documents: list[Value]) -> bool:
    first = documents[0]
    return isinstance(at(first, "teacher"), dict) and isinstance(at(first, "dataset.train_dataset"), dict)


def read(documents: list[Value], source: Source) -> Config:
    document = documents[0]
    student = text_at(document, "model") or text_at(document, "train_model")
    # Of the other kind, the teacher's answers stand in the dataset, and the teacher in its lineage.
    teacher = text_at(document, "teacher.path")
    return Config(
        file=source.file,
        framework="distillkit",
        datasets=(
            *entry(at(document, "dataset.train_dataset"), "train"),
            *entry(at(document, "dataset.eval_dataset"), "evaluation"),
        ),
        models=(
            *([ModelUse(student)] if student else ()),
            *([ModelUse(teacher, role="teacher")] if teacher else ()),
        ),
        trains="distillation",
    )


def entry(value: Value, role: DatasetRole) -> Iterator[DatasetUse]:
    name = next(filter(None, (text_at(value, key) for key in ("repo_id", "disk_path", "path"))), None)
    if name:
        yield DatasetUse(name, text_at(value, "config_name"), text_at(value, "split"), role=role)
