"""The alignment-handbook, and what took over its configs: SimPO, notus, open-r1
(https://github.com/huggingface/alignment-handbook)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from llmlineage.audit.configs.documents import Value, at, is_true, maps, text_at, texts
from llmlineage.audit.configs.model import Config, DatasetUse, ModelUse, at_most
from llmlineage.audit.configs.source import Source


def recognises(documents: list[Value]) -> bool:
    first = documents[0]
    return isinstance(at(first, "dataset_mixture.datasets"), list) or isinstance(
        at(first, "dataset_mixer"), dict
    )


def read(documents: list[Value], source: Source) -> Config:
    document = documents[0]
    base = text_at(document, "model_name_or_path")
    return Config(
        file=source.file,
        framework="alignment-handbook",
        datasets=at_most(chain(mixture(document), mixer(document)), source.file),
        models=(ModelUse(base, text_at(document, "model_revision")),) if base else (),
        trains=text_at(document, "loss_type"),
        adapter="lora" if is_true(document, "use_peft") else None,
    )


def mixture(document: Value) -> Iterator[DatasetUse]:
    """The form since 2025. All that is listed is trained on, whatever its split is called."""
    for entry in maps(at(document, "dataset_mixture.datasets")):
        name = text_at(entry, "id")
        if name:
            yield DatasetUse(
                name, text_at(entry, "config"), text_at(entry, "split"), text_at(entry, "weight")
            )


def mixer(document: Value) -> Iterator[DatasetUse]:
    """The form before: names to fractions; every split is read of every dataset."""
    fractions = at(document, "dataset_mixer")
    if not isinstance(fractions, dict):
        return
    splits = list(texts(at(document, "dataset_splits")))
    configs = list(texts(at(document, "dataset_configs")))
    tests = [split for split in splits if "test" in split]
    trains = "+".join(split for split in splits if "test" not in split) or None
    for place, name in enumerate(fractions):
        subset = configs[place] if place < len(configs) else None
        yield DatasetUse(name, subset, trains, text_at({"": fractions[name]}, ""))
        for split in tests:
            yield DatasetUse(name, subset, split, role="evaluation")
