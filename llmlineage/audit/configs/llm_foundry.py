"""LLM Foundry, plain or in a job file of MosaicML's (https://github.com/mosaicml/llm-foundry)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlineage.audit.configs.axolotl import LOADERS
from llmlineage.audit.configs.documents import Value, at, interpolated, maps, text_at, texts
from llmlineage.audit.configs.model import Config, DatasetRole, DatasetUse, ModelUse
from llmlineage.audit.configs.source import Source


def recognises(documents: list[Value]) -> bool:
    first = documents[0]
    loads = any(isinstance(at(first, key), dict) for key in ("train_loader", "parameters.train_loader"))
    return loads or bool(preparations(text_at(first, "command") or ""))


def read(documents: list[Value], source: Source) -> Config:
    document = documents[0]
    if isinstance(at(document, "parameters.train_loader"), dict):
        parameters = at(document, "parameters")
        document = interpolated(parameters, source.path)
    prepared = preparations(text_at(documents[0], "command") or "")
    return Config(
        file=source.file,
        framework="llm-foundry",
        datasets=(
            *loaded(at(document, "train_loader"), "train", prepared),
            *loaded(at(document, "eval_loader"), "evaluation", prepared),
            # The command trains by a config that stands elsewhere.
            *(DatasetUse(name) for name in prepared.values() if not at(document, "train_loader")),
        ),
        models=tuple(models(document)),
        adapter=(text_at(document, "model.peft_config.peft_type") or "").lower() or None,
    )


def loaded(value: Value, role: DatasetRole, prepared: dict[str, str]) -> Iterator[DatasetUse]:
    for loader in maps(value):
        dataset = at(loader, "dataset")
        split = text_at(dataset, "split")
        for name in hub_names(dataset):
            subset = text_at(dataset, "hf_kwargs.name")
            yield DatasetUse(name, subset, split, role=role, stands_for=prepared.get(name))
        streams = at(dataset, "streams")
        for stream in (dataset, *maps(list(streams.values()) if isinstance(streams, dict) else None)):
            place = text_at(stream, "remote") or text_at(stream, "local")
            weight = next(
                filter(None, (text_at(stream, key) for key in ("proportion", "repeat", "choose"))), None
            )
            if place and not text_at(dataset, "hf_name"):
                split_of = text_at(stream, "split") or split
                yield DatasetUse(place, None, split_of, weight, role, prepared.get(place))


def hub_names(dataset: Value) -> Iterator[str]:
    """hf_name, or the files if it only names their reader."""
    name = text_at(dataset, "hf_name")
    files = at(dataset, "hf_kwargs.data_files") or at(dataset, "hf_kwargs.data_dir")
    if isinstance(files, dict):
        files = [file for value in files.values() for file in texts(value)]
    if name in LOADERS and files:
        yield from texts(files)
    elif name:
        yield name


def preparations(command: str) -> dict[str, str]:
    """The datasets that the job's own shell command converts, by the folder that it writes."""
    found = {}
    for line in command.replace("\\\n", " ").splitlines():
        flags = dict(re.findall(r"--(dataset|path|out_root)[= ]+(\S+)", line))
        if "convert_dataset" in line and "dataset" in flags and "out_root" in flags:
            found[flags["out_root"]] = flags["dataset"]
    return found


def models(document: Value) -> Iterator[ModelUse]:
    """With ``pretrained: false`` the name stands for an architecture; load_path is a checkpoint."""
    base = text_at(document, "model.pretrained_model_name_or_path")
    if base and (text_at(document, "model.pretrained") or "true").lower() != "false":
        yield ModelUse(base)
    checkpoint = text_at(document, "load_path")
    if checkpoint:
        yield ModelUse(checkpoint)
