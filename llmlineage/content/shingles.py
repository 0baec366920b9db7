"""Runs of words of normalised texts, hashed: what near matches and benchmark checks compare."""

from __future__ import annotations

import polars as pl

from llmlineage.content.identity import PAIR, hashed

# Letters, marks and digits make a word; scripts written without spaces give a word a character.
WORD = (
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]|"
    r"[[\p{L}\p{M}\p{N}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]+"
)


def words(texts: pl.Series) -> pl.DataFrame:
    """One row a word, in order: ``item`` (UInt32, the text's place), ``word`` (UInt64, its hash)."""
    exploded = (
        pl.DataFrame({"item": pl.int_range(len(texts), dtype=pl.UInt32, eager=True), "word": texts})
        .with_columns(pl.col("word").str.extract_all(WORD))
        .explode("word")
        .drop_nulls()
    )
    return exploded.with_columns(hashed(exploded["word"]))


def shingles(words: pl.DataFrame, size: int, short: bool = True) -> pl.DataFrame:
    """Every run of ``size`` words: ``item``, ``place`` (UInt32, of its first word), ``gram`` (UInt64).

    A polynomial of the words' hashes modulo 2**64. With ``short``, a text of fewer words gives one run
    of all that it has; else none.
    """
    item, word = words["item"], words["word"]
    gram, whole = word, item.is_not_null()
    factor = pl.Series([PAIR], dtype=pl.UInt64)
    for step in range(1, size):
        same = (item.shift(-step) == item).fill_null(False)
        gram = pl.select(pl.when(same).then(gram * factor + word.shift(-step)).otherwise(gram)).to_series()
        whole = whole & same
    place = pl.int_range(len(words), eager=True, dtype=pl.UInt32) - first_of_each(item)
    if short:
        whole = whole | ((place == 0) & (item.shift(-(size - 1)) != item).fill_null(True))
    return pl.DataFrame({"item": item, "place": place, "gram": gram.alias("gram")}).filter(whole)


def first_of_each(item: pl.Series) -> pl.Series:
    """For each row, where the run of equal items that it stands in begins."""
    row = pl.int_range(len(item), eager=True, dtype=pl.UInt32)
    starts = (item != item.shift(1)).fill_null(True)
    return pl.select(pl.when(starts).then(row).forward_fill()).to_series()
