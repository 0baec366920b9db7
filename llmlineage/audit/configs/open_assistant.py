"""Open-Assistant: one file of named sections, of which the command line chooses
(https://github.com/LAION-AI/Open-Assistant). Here all of them are read together."""

from __future__ import annotations

from collections.abc import Iterator

from llmlineage.audit.configs.documents import Value, at, is_true, maps, text_at, texts
from llmlineage.audit.configs.model import Config, DatasetUse, ModelUse
from llmlineage.audit.configs.source import Source

MARKS = ("datasets_extra", "use_custom_sampler", "sort_by_length", "is_reward_model", "sft_config", "log_dir")
SOURCES = ("hf_dataset_name", "source_url", "input_file_path")


def recognises(documents: list[Value]) -> bool:
    first = documents[0]
    if not isinstance(first, dict):
        return False
    sections = [section for section in first.values() if isinstance(section, dict)]
    marked = sum(any(mark in section for mark in MARKS) for section in sections)
    return marked >= 2 and any("datasets" in section or "model_name" in section for section in sections)


def read(documents: list[Value], source: Source) -> Config:
    document = documents[0]
    sections = list(maps(list(document.values()) if isinstance(document, dict) else None))
    entries: dict[tuple[str, str | None], DatasetUse] = {}
    for use in (use for section in sections for use in datasets(section)):
        entries.setdefault((use.name, use.stands_for), use)
    return Config(
        file=source.file,
        framework="open-assistant",
        datasets=tuple(entries.values()),
        models=tuple(dict.fromkeys(use for section in sections for use in models(section))),
        remarks=(f"holds {len(sections)} sections, each part of a run; all are read together",),
    )


def datasets(section: Value) -> Iterator[DatasetUse]:
    """Names that Open-Assistant's own code knows, with what it is told about them."""
    for key in ("datasets", "datasets_extra"):
        for name in texts(at(section, key)):
            yield DatasetUse(name)
        for entry in maps(at(section, key)):
            for name, options in entry.items():
                source = next(filter(None, (text_at(options, key) for key in SOURCES)), None)
                weight = text_at(options, "fraction") or text_at(options, "size")
                yield DatasetUse(name, weight=weight, stands_for=source)


def models(section: Value) -> Iterator[ModelUse]:
    for part in (section, at(section, "sft_config"), at(section, "rank_config")):
        name = text_at(part, "model_name")
        rewards = part is not section and is_true(part, "is_reward_model")
        if name:
            yield ModelUse(name, role="reward" if rewards else "base")
    for key in ("sft_model", "rank_model"):
        name = text_at(section, key)
        if name:
            yield ModelUse(name, role="reward" if key == "rank_model" else "base")
