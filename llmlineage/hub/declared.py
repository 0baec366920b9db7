"""What cards declare, as columns: from the texts that stand in them to names of repositories.

The fields are those of the Hub (https://huggingface.co/docs/hub/model-cards): ``base_model``,
``base_model_relation`` and ``datasets`` of models, ``source_datasets`` of datasets. People write a text for a
list, null, an address for an id, several names with commas between them.
"""

from __future__ import annotations

import json

import polars as pl

# The basis of an edge that a card declares and no curator has read; see CONTRIBUTING.md.
BASIS = "declared"
# The stage of a training of which a card says no more than the name of the dataset.
STAGE = "unspecified"
RELATIONS = {
    "finetune": "finetune_of",
    "adapter": "adapter_of",
    "quantized": "quantized_from",
    "merge": "merge_of",
}
FIELDS = {"model": ("base_model", "datasets"), "dataset": ("source_datasets",)}
# What a repository is called, as the Hub allows it.
REPOSITORY = r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}(?:/[A-Za-z0-9_][A-Za-z0-9._-]{0,95})?"
# An address on the Hub, or a name with what people put around it: the kind, and the repository.
_ADDRESSED = (
    r"^(?:(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/|hf://)?(?:(datasets|models)/)?"
    rf"({REPOSITORY})(?:/(?:tree|blob|resolve|raw|viewer)(?:/.*)?|@[^/\s]+)?/?$"
)
# A place on somebody's disk, a placeholder, or a word that says that there is none.
_NOTHING = (
    r"(?i)^(?:[./~$\\].*|[a-z]:[\\/].*|\[?more information needed\]?|\{\{.*\}\}|<.*>|"
    r"none|null|nan|n/?a|no|yes|true|false|unknown|other|original|extended|tbd|todo|custom|private|-+|"
    r"file:.*|.*\.(?:jsonl?|parquet|csv|txt|arrow|safetensors|gguf))$"
)
# Names of source_datasets that name no dataset (https://huggingface.co/docs/hub/datasets-cards).
_NO_SOURCE = r"^(?:original|extended|other(?:-.*)?)$"
LONGEST_NAME = 200
_TEXT_OF_JSON = r'"(?:[^"\\]|\\.)*"'


def declarations(repositories: pl.LazyFrame, type_: str) -> pl.LazyFrame:
    """One row a name that stands in a card: ``repo``, ``field``, ``place`` in its list, ``text``.

    Args:
        repositories: ``repo``, the card as JSON in ``card``, the tags of the repository in ``tags``.
    """
    parts = [in_card(repositories, name) for name in FIELDS[type_]]
    if type_ == "model":
        parts += [in_tags(repositories, "base_model"), in_tags(repositories, "datasets")]
    return pl.concat(parts)


def in_card(repositories: pl.LazyFrame, name: str) -> pl.LazyFrame:
    value = pl.col(name)
    # A list of plain texts is taken apart as text, which is quick; any other by a parser of JSON.
    is_list, is_odd = value.str.starts_with("["), value.str.contains(r"[{\\]")
    plain = pl.when(is_list).then(
        value.str.extract_all(_TEXT_OF_JSON).list.eval(pl.element().str.slice(1).str.head(-1))
    )
    names = (
        pl.when(is_odd).then(value.map_elements(texts_of, return_dtype=pl.List(pl.String)))
        .otherwise(plain.otherwise(pl.concat_list(value)))
    )  # fmt: skip
    return (
        repositories.filter(value.is_not_null()).select("repo", text=names, field=pl.lit(name)).explode("text")
        .select("repo", "field", "text")
    )  # fmt: skip


def texts_of(value: str) -> list[str]:
    """The texts of a JSON value that holds more than texts; a text itself where it is none."""
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return [value]
    listed = found if isinstance(found, list) else [found]
    return [one for one in listed if isinstance(one, str)]


def in_tags(repositories: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """Names that the Hub's own tags repeat, for repositories whose card is not in the snapshot."""
    front = {"base_model": "base_model", "datasets": "dataset"}[name]
    tag = rf"^{front}:(?:(?:finetune|adapter|quantized|merge):)?(.+)$"
    return (
        repositories.filter(pl.col(name).is_null() & pl.col("tags").str.contains(f"{front}:", literal=True))
        .select("repo", text=pl.col("tags").str.split("\n")).explode("text")
        .select("repo", field=pl.lit(name), text=pl.col("text").str.extract(tag))
        .filter(pl.col("text").is_not_null())
        .unique(maintain_order=True)
    )  # fmt: skip


def named(declared: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Names of repositories in the place of texts, as ``type`` and ``name``, and how many texts were none.

    A name of no known form stays as it is written: it was declared, though nothing can be found by it.
    """
    text = pl.col("text").str.strip_chars(" \t\r\n\"'`")
    rows = declared.with_columns(text=text)
    missing = rows["text"].is_null() | (rows["text"] == "")
    rows = apart(rows.filter(~missing))
    is_source = pl.col("field") == "source_datasets"
    rows = rows.with_columns(
        text=pl.when(is_source).then(pl.col("text").str.replace(r"^extended\|", "")).otherwise("text")
    )
    no_name = (
        pl.col("text").str.contains(_NOTHING) | ~pl.col("text").str.contains(r"\p{L}")
        | (pl.col("text").str.len_chars() > LONGEST_NAME)
        | (is_source & pl.col("text").str.contains(_NO_SOURCE))
    )  # fmt: skip
    kept = rows.filter(~no_name)
    kind = pl.col("text").str.extract(_ADDRESSED, 1)
    by_field = pl.when(pl.col("field") == "base_model").then(pl.lit("model")).otherwise(pl.lit("dataset"))
    return kept.select(
        "repo",
        "field",
        type=pl.when(kind == "datasets").then(pl.lit("dataset")).otherwise(by_field),
        name=pl.coalesce(pl.col("text").str.extract(_ADDRESSED, 2), pl.col("text")),
    ), {"empty": int(missing.sum()), "no name": len(rows) - len(kept)}


def apart(rows: pl.DataFrame) -> pl.DataFrame:
    """Several names in one text, with commas between them, as so many rows."""
    joined = pl.col("text").str.contains(rf"^{REPOSITORY}(?:\s*,\s*{REPOSITORY})+,?$")
    split = rows.filter(joined).with_columns(pl.col("text").str.split(",")).explode("text")
    split = split.with_columns(pl.col("text").str.strip_chars()).filter(pl.col("text") != "")
    return pl.concat([rows.filter(~joined), split.select(rows.columns)])
