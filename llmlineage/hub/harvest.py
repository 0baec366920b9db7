"""An edition of what the Hub's metadata declares, under the curated one.

Curated records stay as they are, and win wherever a name means both. What a card says of a repository that has
a curated record stands beside that record under an id of its own, so that neither hides the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from llmlineage.edition import Edition
from llmlineage.edition.extend import Extension, extend, keys, layers_without
from llmlineage.hub import declared, resolve, snapshot
from llmlineage.hub.circles import without_circles
from llmlineage.hub.snapshot import Snapshot

NAME = "hub-metadata"
# The status of a name that cards declare and no repository of the snapshot has.
NOWHERE = "unknown"
MOST_SHOWN = 20
_EDGES = {"base_model": "adaptations", "datasets": "trainings", "source_datasets": "derivations"}


@dataclass(frozen=True)
class Harvest:
    """What was harvested, and what was cut or could not be used: ``counts`` by what it is, ``cut`` the edges
    that would have made a circle, ``broken`` the cards that could not be read, with the reason."""

    folder: Path
    version: str
    counts: Mapping[str, int]
    cut: tuple[tuple[str, str], ...] = ()
    broken: tuple[tuple[str, str], ...] = field(default=())


def harvest(base: Edition, path: Path, folder: Path, renames: Path | None = None) -> Harvest:
    """Compile the snapshot at ``path`` over ``base`` into ``folder``.

    Raises:
        DataError: the snapshot cannot be read.
        InvalidEdition: ``folder`` holds something other than an edition, or ``base`` is a harvest already.
        OSError: ``folder`` cannot be written.
    """
    layers_without(base, NAME)
    known = resolve.renames(renames)
    found = snapshot.read(path)
    nodes, edges, cut, counts = graph_of(base, found, known)
    extension = Extension(
        name=NAME,
        version=found.day.isoformat().replace("-", "."),
        title=f"What {found.what} declares",
        nodes=nodes,
        edges=edges,
        tables={"sources": source_of(found)},
        listed=True,
    )
    extend(base, extension, folder)
    return Harvest(folder, extension.version, counts, cut, found.broken)


def graph_of(
    base: Edition, found: Snapshot, known: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[tuple[str, str], ...], dict[str, int]]:
    """The nodes and edges of a snapshot, edges that were cut (the first of them), and counts."""
    names = resolve.curated(base)
    former = resolve.former(found)
    renamed = pl.concat([known, former]).unique("name", keep="first", maintain_order=True)
    listed = repositories(found, former, names)
    edges, counts = edges_of(found, listed, names, renamed)
    edges, cut = without_circles(edges, listed.select("id", "created"))
    counts |= {"repositories": len(listed), "edges": len(edges), "cut in circles": len(cut)}
    nodes = nodes_of(base, listed, edges)
    return (
        nodes,
        edges.drop("name", "twin"),
        tuple(cut.select("child", "parent").head(MOST_SHOWN).rows()),
        counts,
    )


def repositories(found: Snapshot, former: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Every repository once, under its present name, with what a record of it says, an id that no other has,
    and its curated record, if any."""
    columns = ["type", "repo", "created", "gated", "licence", "low"]
    frames = [
        one.filter(pl.col("repo").str.contains(rf"^{declared.REPOSITORY}$"))
        .with_columns(licence=licence_of(pl.col("card")), low=pl.col("repo").str.to_lowercase())
        .select(columns)
        .collect(engine="streaming")
        for one in (found.models, found.datasets)
    ]
    listed = pl.concat(frames).sort("type", "repo")
    listed = listed.unique(["type", "low"], keep="first", maintain_order=True)
    if len(former):
        listed = listed.join(former, left_on="low", right_on="name", how="anti", maintain_order="left")
    listed = resolve.with_curated(listed.drop("low"), names, "repo")
    return with_ids(listed.with_columns(name=pl.col("repo")), names)


def licence_of(card: pl.Expr) -> pl.Expr:
    """The licence that a card names; ``other`` gives way to the name that stands beside it."""
    said = card.str.json_path_match("$.license").str.strip_chars('[]" ')
    return pl.when(said == "other").then(card.str.json_path_match("$.license_name")).otherwise(said)


def with_ids(frame: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """The frame with an ``id`` for each ``type`` and ``name``: a slug that says that the Hub declares it, and
    where several would have one, or a name beneath has it, marked by a hash."""
    front = pl.when(pl.col("type") == "model").then(pl.lit("hub-")).otherwise(pl.lit("hub-data-"))
    slug = (
        pl.col("name").str.to_lowercase().str.replace_all(r"[^a-z0-9.]+", "-")
        .str.replace_all(r"[.-]*\.[.-]*", ".").str.strip_chars(".-").str.slice(0, 120)
    )  # fmt: skip
    frame = frame.with_columns(id=(front + slug).str.strip_chars_end(".-"))
    twice = pl.len().over("id") > 1
    beneath = keys(frame["id"]).is_in(names["key"].implode())
    mark = (pl.col("type") + " " + pl.col("name")).map_elements(hashed, return_dtype=pl.String)
    marked = frame.select(twice=twice | pl.lit(beneath))["twice"]
    if not marked.any():
        return frame
    late = frame.filter(marked).with_columns(id=pl.col("id") + "-" + mark)
    return pl.concat([frame.filter(~marked), late])


def hashed(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()[:10]


def edges_of(
    found: Snapshot, listed: pl.DataFrame, names: pl.DataFrame, renamed: pl.DataFrame
) -> tuple[pl.DataFrame, dict[str, int]]:
    """The declared edges between records, and what was left out."""
    said = {"model": found.models, "dataset": found.datasets}
    parts, counts, relations = [], dict[str, int](), pl.DataFrame()
    for type_, frame in said.items():
        cards = card_fields(frame, type_)
        rows, left = declared.named(declared.declarations(cards.lazy(), type_).collect())
        parts.append(rows.with_columns(child_type=pl.lit(type_)))
        counts = {key: counts.get(key, 0) + count for key, count in left.items()}
        if type_ == "model":
            relations = relations_of(cards)
    rows = resolve.followed(pl.concat(parts), renamed).unique(maintain_order=True)
    children = listed.select(child_type="type", repo="repo", child="id", twin="curated")
    rows = rows.join(children, on=["child_type", "repo"])
    rows = resolve.with_curated(rows, names, "name")
    rows = resolve.in_snapshot(rows, listed).rename({"id": "there"})
    rows = rows.with_columns(parent=pl.coalesce("curated", "there"))
    counts["dangling"] = int(rows["parent"].is_null().sum())
    rows = with_dangling(rows, names)
    itself = (pl.col("parent") == pl.col("child")) | (pl.col("parent") == pl.col("twin")).fill_null(False)
    counts["itself"] = int(rows.select(itself.sum()).item())
    return shaped(rows.filter(~itself), relations), counts


def card_fields(frame: pl.LazyFrame, type_: str) -> pl.DataFrame:
    """The fields of cards that name others, of those that have any."""
    wanted = (*declared.FIELDS[type_], *(("base_model_relation",) if type_ == "model" else ()))
    fields = [pl.col("card").str.json_path_match(f"$.{name}").alias(name) for name in wanted]
    tagged = pl.col("tags").str.contains("base_model:", literal=True) | pl.col("tags").str.contains(
        "dataset:", literal=True
    )
    some = pl.col("card").str.contains("base_model|datasets") | tagged
    tags = pl.when(tagged).then(pl.col("tags")).alias("tags")
    return frame.filter(some).select("repo", tags, *fields).collect(engine="streaming")


def relations_of(cards: pl.DataFrame) -> pl.DataFrame:
    """What a model is to its base by its card, else by the Hub's own tags: ``repo`` and ``relation``."""
    by_tag = pl.col("tags").str.extract(r"(?m)^base_model:(finetune|adapter|quantized|merge):")
    by_card = pl.col("base_model_relation").str.to_lowercase().str.strip_chars()
    known = by_card.replace_strict(declared.RELATIONS, default=None, return_dtype=pl.String)
    tagged = by_tag.replace_strict(declared.RELATIONS, default=None, return_dtype=pl.String)
    return cards.select("repo", how=pl.coalesce(known, tagged)).drop_nulls().unique("repo")


def with_dangling(rows: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """A record for each name that leads nowhere, since it was declared."""
    nowhere = rows.filter(pl.col("parent").is_null()).select("type", "low", "name")
    nowhere = nowhere.sort("type", "low", "name").unique(["type", "low"], keep="first", maintain_order=True)
    fresh = with_ids(nowhere, names).select("type", "low", fresh="id", called="name")
    # A name of the one type that is also a repository of it cannot be here, so ids are new but for slugs.
    rows = rows.join(fresh, on=["type", "low"], how="left", maintain_order="left")
    return rows.with_columns(
        parent=pl.coalesce("parent", "fresh"), name=pl.when(pl.col("parent").is_null()).then("called")
    ).drop("fresh", "called")


def shaped(rows: pl.DataFrame, relations: pl.DataFrame) -> pl.DataFrame:
    """The rows as edges of the tables."""
    rows = rows.unique(["child", "field", "parent"], keep="first", maintain_order=True)
    is_base, is_data = pl.col("field") == "base_model", pl.col("field") == "datasets"
    several = pl.len().over("child", "field") > 1
    how = pl.coalesce("how", pl.when(several).then(pl.lit("merge_of")).otherwise(pl.lit("finetune_of")))
    table = pl.col("field").replace_strict(_EDGES, return_dtype=pl.String)
    relation = (
        pl.when(is_base).then(how).when(is_data).then(pl.lit("trained_on")).otherwise(pl.lit("includes"))
    )
    return (
        rows.join(relations, on="repo", how="left", maintain_order="left")
        .with_columns(table=table, relation=relation)
        .filter(fits("type", "table"))
        .select(
            "table", "child", "relation", "parent", "name", "twin",
            stage=pl.when(is_data).then(pl.lit(declared.STAGE)),
            basis=pl.lit(declared.BASIS),
            source=pl.lit(NAME),
            locator=pl.format("{}{}: {}", pl.when(pl.col("child_type") == "dataset").then(pl.lit("datasets/")).otherwise(pl.lit("")), "repo", "field"),
        )
    )  # fmt: skip


def fits(type_: str, table: str) -> pl.Expr:
    """Whether the parent is of the type that the table joins: an address may name another."""
    return (pl.col(type_) == "model") == (pl.col(table) == "adaptations")


def nodes_of(base: Edition, listed: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """A record for each repository that has none beneath or declares something, and for each dangling name."""
    speaking = edges.select(id="child").unique()
    silent = pl.col("curated").is_not_null()
    own = pl.concat([listed.filter(~silent), listed.filter(silent).join(speaking, on="id", how="semi")])
    known = own.with_columns(keys(own["licence"].fill_null("")).alias("key")).join(
        resolve.licences(base), on="key", how="left"
    )
    created = pl.col("created").str.extract(r"^((?:19|20)\d\d-\d\d-\d\d)")
    status = pl.when(pl.col("gated").fill_null(False)).then(pl.lit("gated")).otherwise(pl.lit("available"))
    repository = known.select(
        "id", "type", "name", hub_id="name", released=created, license="license", status=status
    )
    # A column that says "name" only where the parent is a name alone.
    lost = edges.filter(pl.col("name").is_not_null()).select(
        id="parent",
        type=pl.when(pl.col("table") == "adaptations").then(pl.lit("model")).otherwise(pl.lit("dataset")),
        name="name",
    )
    lost = lost.unique("id", keep="first", maintain_order=True).join(
        repository.select("id"), on="id", how="anti"
    )
    empty = pl.lit(None, dtype=pl.String)
    nowhere = lost.with_columns(hub_id=empty, released=empty, license=empty, status=pl.lit(NOWHERE))
    nodes = pl.concat([repository, nowhere.select(repository.columns)]).with_columns(
        kind=pl.when(pl.col("type") == "model").then(pl.lit("other")).otherwise(pl.lit("dataset")),
        upstream=pl.lit("unread"),
        source=pl.lit(NAME),
    )
    # Of millions of rows a column of few values weighs a quarter as numbers.
    return nodes.cast(
        dict.fromkeys(("type", "kind", "license", "status", "upstream", "source"), pl.Categorical)
    )


def source_of(found: Snapshot) -> pl.DataFrame:
    """One source for all: a document for each of millions of cards would outweigh what they say, and the
    locator of an edge names the card."""
    return pl.DataFrame(
        {
            "id": [NAME],
            "kind": ["catalogue"],
            "url": ["https://huggingface.co/models"],
            "title": ["Metadata of the Hugging Face Hub, as its cards declare it"],
            "published": [None],
            "accessed": [found.day.isoformat()],
            "as_of": [found.day.isoformat()],
        },
        schema=dict.fromkeys(("id", "kind", "url", "title", "published", "accessed", "as_of"), pl.String),
    )
