"""Which known dataset each row comes from: by filters of their texts, and by the graph."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from llmlineage.content import filters, layouts, marks
from llmlineage.content.exact import FIELDS, SHORT, Field
from llmlineage.content.filters import Holder, Source
from llmlineage.content.fingerprints import ALONE, is_fingerprint
from llmlineage.content.readers import inputs_at
from llmlineage.content.rows import Collection
from llmlineage.edition import Edition
from llmlineage.errors import DataError
from llmlineage.files import check_output, write_parquet

# Fewer shared texts are chance, as are so few that the error of a filter brings them once in a million times.
FEWEST, RARE, MANY = 5, 1e-6, 100
# The ways in which the data's prompts may be a dataset's: with the input, and without it on either side.
WAYS = (("prompt", "prompt"), (ALONE, "prompt"), ("prompt", ALONE))


@dataclass(frozen=True)
class Origin:
    """How many rows have their likeliest origin in a dataset, by one field. ``share`` is of all rows."""

    id: str
    part: str
    field: Field
    rows: int
    share: float


@dataclass(frozen=True)
class Attributed:
    """What some data is made of. ``unexplained`` counts the rows of which no known dataset holds a text.

    ``false_positive_rate`` is how likely a text that no dataset holds is found in one of them. ``frame``
    has for each row ``row`` and, by field, a struct of its ``origin`` and all that it is ``held_by``.
    """

    data: str
    rows: int
    false_positive_rate: float
    origins: Sequence[Origin]
    unexplained: int
    known: int
    frame: pl.DataFrame

    def to_polars(self) -> pl.DataFrame:
        """One row a row of the data, as it is written to parquet."""
        return self.frame


@dataclass(frozen=True)
class Ranks:
    """The order in which holders come in question: ancestors first, then the earlier, then the fuller."""

    ancestors: Sequence[frozenset[int]]
    keys: Sequence[tuple[Any, ...]]

    def likeliest(self, holders: Sequence[int]) -> int:
        """The holder that the others have the text from, as far as the graph says."""
        first = [one for one in holders if not self.ancestors[one] & set(holders)]
        return min(first or holders, key=lambda one: self.keys[one])


def attribute(
    edition: Edition,
    data: Collection,
    output: Path | None = None,
    against: Sequence[Collection] = (),
    force: bool = False,
) -> Attributed:
    """The likeliest origin of every row, among the datasets whose filters are known, or ``against`` others.

    Raises:
        DataError: rows cannot be read, or filters are damaged or cannot be compared.
        OutputRefused: ``output`` may not be written, or cannot.
    """
    if is_fingerprint(data.address):
        raise DataError(data.address, "is a fingerprint; to attribute rows, the rows are needed")
    if output:
        inputs = [path for one in (data, *against) for path in inputs_at(one.address)]
        check_output(output, inputs, force, marks.is_attribution)
    holders = [one for side in against for one in held_in(side)] if against else filters.published()
    hashes = pl.concat(data.hashes((layouts.ALONE,)), how="diagonal").with_row_index("entry")
    found = attributed(edition, data, hashes, holders)
    if output:
        write_parquet(found.frame, output)
    return found


def held_in(side: Collection) -> list[Holder]:
    """What a collection holds, or a file of filters. Raises :class:`DataError`."""
    if is_fingerprint(side.address):
        raise DataError(side.address, "is a fingerprint, which tells no row from another; name the data")
    if filters.is_filters(Path(side.address)):
        return filters.load(Path(side.address))
    return [filters.holder(side, Source(side.name), filters.WHOLE)]


def attributed(
    edition: Edition, data: Collection, hashes: pl.DataFrame, holders: Sequence[Holder]
) -> Attributed:
    """The attribution of rows of which the ``hashes`` are known."""
    pairs = held(hashes, holders)
    ranks = ranks_of(edition, holders, pairs)
    columns = {field: cells(hashes, pairs[field], holders, ranks) for field in FIELDS}
    frame = hashes.select("row", *(column.alias(field) for field, (_, column) in columns.items()))
    explained = np.zeros(hashes.height, dtype=bool)
    origins: list[Origin] = []
    for field, (chosen, _) in columns.items():
        rows = chosen.with_columns(row=hashes["row"].gather(chosen["entry"])).unique("row")
        explained[chosen["entry"].to_numpy()] = True
        for number, count in rows.group_by("origin").len().iter_rows():
            source = holders[number].source
            origins.append(Origin(source.dataset, source.part, field, count, count / max(data.rows, 1)))
    origins.sort(key=lambda one: (FIELDS.index(one.field), -one.rows, one.id, one.part))
    unexplained = data.rows - hashes["row"].filter(pl.Series(explained)).n_unique()
    rate = max((chance(holders, field) for field in FIELDS), default=0.0)
    return Attributed(
        data.name, data.rows, rate, origins, unexplained, len({one.id for one in holders}), frame
    )


def chance(holders: Sequence[Holder], field: str) -> float:
    """How likely a text that none of them holds is found in one, ``1 - (1 - a)(1 - b)...``."""
    return -math.expm1(sum(math.log1p(-one.chance(field)) for one in holders))


# --- which dataset holds what


def held(hashes: pl.DataFrame, holders: Sequence[Holder]) -> dict[Field, pl.DataFrame]:
    """By field, ``entry`` (a place in the hashes) and ``holder``: what holds its text, beyond chance."""
    tables = {field: table(holders, field) for field in (*FIELDS, ALONE)}
    prompt, by_alone = prompts(hashes, holders, tables)
    both = meet(hashes, "both", tables["both"])
    answers = meet(hashes, "response", tables["response"])
    # Where prompts were compared without their inputs, so were the pairs: of the same row, by both hashes.
    apart = prompt.filter(pl.col("holder").is_in(by_alone)).join(answers, on=["entry", "holder"], how="semi")
    both = pl.concat([both.filter(~pl.col("holder").is_in(by_alone)), apart])
    # Short responses coincide by chance, unless the prompt beside them does too.
    long = hashes.filter(pl.col("response_length") >= SHORT).select("entry")
    answers = pl.concat([answers.join(long, on="entry", how="semi"), both]).unique()
    return {
        "prompt": beyond_chance(prompt, hashes, "prompt", holders),
        "response": beyond_chance(answers, hashes, "response", holders),
        "both": beyond_chance(both, hashes, "both", holders),
    }


def table(holders: Sequence[Holder], field: str) -> dict[int, pl.DataFrame]:
    """By the number of bits, the cut hashes of every holder: ``hash``, ``holder``."""
    found: dict[int, list[pl.DataFrame]] = {}
    for number, one in enumerate(holders):
        if field in one.hashes:
            part = pl.DataFrame({"hash": one.hashes[field]}, schema={"hash": pl.UInt64})
            part = part.with_columns(holder=pl.lit(number, dtype=pl.UInt32))
            found.setdefault(one.bits, []).append(part)
    return {bits: pl.concat(parts) for bits, parts in found.items()}


def meet(hashes: pl.DataFrame, column: str, held: Mapping[int, pl.DataFrame]) -> pl.DataFrame:
    """``entry`` and ``holder`` of every text of a column that a holder has."""
    nothing = pl.DataFrame(schema={"entry": pl.UInt32, "holder": pl.UInt32})
    if column not in hashes.columns:
        return nothing
    parts = [nothing]
    for bits, rows in held.items():
        mine = hashes.lazy().select("entry", hash=column)
        mine = mine.drop_nulls().with_columns(pl.col("hash") // (1 << (filters.WHOLE - bits)))
        parts.append(mine.join(rows.lazy(), on="hash").select("entry", "holder").collect())
    return pl.concat(parts)


def prompts(
    hashes: pl.DataFrame, holders: Sequence[Holder], tables: Mapping[str, Mapping[int, pl.DataFrame]]
) -> tuple[pl.DataFrame, list[int]]:
    """Whose prompts they are; and the holders that were met without the inputs of one side.

    That is tried where only one side has instructions apart from their inputs, and taken where it finds more.
    """
    met = [meet(hashes, mine, tables[theirs]) for mine, theirs in WAYS]
    counts = [dict(one.group_by("holder").len().iter_rows()) for one in met]
    apart = ALONE in hashes.columns
    ways = []
    for number, one in enumerate(holders):
        allowed = [0] if apart == (ALONE in one.hashes) else [0, 1 if apart else 2]
        ways.append(max(allowed, key=lambda way: counts[way].get(number, 0)))
    chosen = [
        pairs.filter(pl.col("holder").is_in([number for number, way in enumerate(ways) if way == place]))
        for place, pairs in enumerate(met)
    ]
    return pl.concat(chosen), [number for number, way in enumerate(ways) if way]


def beyond_chance(
    pairs: pl.DataFrame, hashes: pl.DataFrame, field: Field, holders: Sequence[Holder]
) -> pl.DataFrame:
    """The pairs of holders that share more distinct texts than chance brings."""
    texts = hashes.select("entry", hash=field)
    counts = dict(pairs.join(texts, on="entry").group_by("holder").agg(pl.col("hash").n_unique()).iter_rows())
    distinct = texts["hash"].n_unique()
    kept = [
        number
        for number, count in counts.items()
        if count >= least(distinct, holders[number].chance(field), len(holders[number].hashes.get(field, ())))
    ]
    return pairs.filter(pl.col("holder").is_in(kept))


def least(texts: int, chance: float, held: int) -> int:
    """How many texts must be shared for it to be no chance: more than the filter's error explains.

    Of so many texts, each of which is found by ``chance`` though it is not held: as Poisson has it, or,
    of many, at five standard deviations.
    """
    expected, number = texts * chance, 0
    if expected > MANY:
        return math.ceil(expected + 5 * math.sqrt(expected))
    term = left = math.exp(-expected)
    while 1 - left > RARE and number < texts:
        number += 1
        term *= expected / number
        left += term
    return max(number + 1, min(FEWEST, held))


# --- which of them is the origin


def ranks_of(edition: Edition, holders: Sequence[Holder], pairs: Mapping[Field, pl.DataFrame]) -> Ranks:
    places: dict[str, set[int]] = {}
    for number, one in enumerate(holders):
        places.setdefault(one.id, set()).add(number)
    ancestors = [
        frozenset(
            number
            for (id,) in edition.index.execute("SELECT ancestor FROM ancestry WHERE node = ?", (one.id,))
            for number in places.get(id, ())
        )
        for one in holders
    ]
    counts = dict(pairs["prompt"].group_by("holder").len().iter_rows())
    keys = [
        (
            released(edition, one.id),
            -counts.get(number, 0) / max(len(one.hashes.get("prompt", ())), 1),
            one.rows,
            number,
        )
        for number, one in enumerate(holders)
    ]
    return Ranks(ancestors, keys)


def released(edition: Edition, id: str) -> str:
    """The date of a record, or one that comes after all others."""
    row = edition.index.execute("SELECT released FROM nodes WHERE id = ?", (id,)).fetchone()
    return str(row[0]) if row and row[0] else "9999"


def cells(
    hashes: pl.DataFrame, pairs: pl.DataFrame, holders: Sequence[Holder], ranks: Ranks
) -> tuple[pl.DataFrame, pl.Series]:
    """``entry`` and ``origin`` of what is held; and for every entry the struct that is written.

    Rows are held by few different sets of datasets, and each set is judged once.
    """
    sets = pairs.sort("entry", "holder").group_by("entry", maintain_order=True).agg("holder")
    keyed = sets.with_columns(key=pl.col("holder").cast(pl.List(pl.String)).list.join(","))
    judged = [(key, *judge(key, holders, ranks)) for key in keyed["key"].unique(maintain_order=True)]
    schema: dict[str, Any] = {
        "key": pl.String,
        "number": pl.UInt32,
        "origin": pl.String,
        "held_by": pl.List(pl.String),
    }
    known = keyed.join(pl.DataFrame(judged, schema=schema, orient="row"), on="key", how="left")
    written = hashes.select("entry").join(
        known.select("entry", "origin", "held_by"), on="entry", how="left", maintain_order="left"
    )
    nobody = pl.lit([], dtype=pl.List(pl.String))
    column = written.select(
        pl.struct("origin", pl.col("held_by").fill_null(nobody)).alias("cell")
    ).to_series()
    return known.select("entry", origin="number"), column


def judge(key: str, holders: Sequence[Holder], ranks: Ranks) -> tuple[int, str, list[str]]:
    """The likeliest origin among the holders that a key names: its number, its id, and all their ids."""
    numbers = [int(number) for number in key.split(",")]
    chosen = ranks.likeliest(numbers)
    return chosen, holders[chosen].id, sorted({holders[number].id for number in numbers})
