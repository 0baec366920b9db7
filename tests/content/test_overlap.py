"""What two collections share: exactly, in part, by sketches; the sample pairs as they were counted."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmlineage.content import candidates, exact, fingerprints, near, ngrams, sketches
from llmlineage.content.compare import overlap_report
from llmlineage.content.identity import hashed
from llmlineage.content.readers import json_lines
from llmlineage.content.rows import Collection, Options
from llmlineage.content.shingles import shingles, words
from llmlineage.errors import DataError
from llmlineage.render.content import overlap_document
from tests.content.rows import SAMPLES, needs_samples, write


def pairs(prompts: list[str], responses: list[str] | None = None) -> list[dict[str, str]]:
    answers = responses or [f"the answer to {prompt}" for prompt in prompts]
    return [{"prompt": one, "completion": other} for one, other in zip(prompts, answers, strict=True)]


def hashes(path: Path, **options: Any) -> exact.Hashes:
    return exact.read_hashes(Collection(str(path), Options(**options)))


def test_distinct_shared_and_both_containments_are_counted(tmp_path: Path) -> None:
    a = hashes(write(tmp_path / "a.jsonl", pairs(["one", "Two ", "two", "three"], ["x", "y", "Y", "z"])))
    b = hashes(write(tmp_path / "b.parquet", pairs(["TWO", "three", "four"], ["y", "other", "z"])))
    found = exact.overlap(a, b).fields
    assert (found["prompt"].a_distinct, found["prompt"].b_distinct, found["prompt"].shared) == (3, 3, 2)
    assert (found["response"].a_distinct, found["response"].shared) == (3, 2)
    assert (found["both"].shared, found["both"].a_in_b, found["both"].b_in_a) == (1, 1 / 3, 1 / 3)
    assert found["both"].exact and found["both"].low == found["both"].high == 1 / 3


def test_rows_without_a_text_are_in_no_field_that_needs_it(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"prompt": "one", "completion": ""}, {"prompt": None, "completion": "x"}]
    side = hashes(write(tmp_path / "a.jsonl", rows))
    assert [len(side.distinct(field)) for field in exact.FIELDS] == [1, 1, 0]
    assert exact.overlap(side, side).fields["both"].a_in_b is None


def test_what_only_one_side_has_is_not_said_to_be_absent_from_the_other(tmp_path: Path) -> None:
    a = write(tmp_path / "a.jsonl", pairs(["one", "two"]))
    b = write(tmp_path / "b.jsonl", [{"prompt": "one"}])
    for sides in ((a, b), (b, a)):
        report = overlap_report(*(Collection(str(side)) for side in sides))
        for field in ("response", "both"):
            document = overlap_document(report)["fields"][field]
            assert [document[name] for name in ("shared", "a_in_b", "b_in_a", "low", "high")] == [None] * 5
        assert report.fields["prompt"].shared == 1
        assert report.to_polars()["shared"].to_list() == [1, None, None]
        prints = [sketches.fingerprint(Collection(str(side))) for side in sides]
        assert sketches.compare(*prints)["response"].a_in_b is None


def test_responses_of_b_may_be_left_out(tmp_path: Path) -> None:
    a = write(tmp_path / "a.jsonl", pairs(["one", "two"]))
    b = Collection(str(a), Options(no_response=True))
    fields = overlap_report(Collection(str(a)), b).fields
    assert fields["prompt"].shared == 2 and fields["response"].b_distinct == 0
    assert fields["response"].a_in_b is None and fields["both"].a_in_b is None


def test_what_was_thought_before_is_compared_apart(tmp_path: Path) -> None:
    a = write(tmp_path / "a.jsonl", pairs(["one", "two"], ["<think>hm</think>x", "<think>so</think>y"]))
    b = write(tmp_path / "b.jsonl", pairs(["one", "two"], ["x", "<think>so</think>z"]))
    fields = overlap_report(Collection(str(a)), Collection(str(b))).fields
    assert (fields["response"].shared, fields["both"].shared, fields["reasoning"].shared) == (1, 1, 1)
    assert (fields["reasoning"].a_distinct, fields["reasoning"].b_distinct) == (2, 1)


@pytest.mark.parametrize(
    ("way", "fold"),
    [
        ("{i}\n{x}", ""),
        ("{i}  {x}", ""),
        ("{i}", "without input"),
        ("{x}\n\n{i}", "input first"),
        (
            "Below is an instruction that describes a task, paired with an input that provides further "
            "context. Write a response that appropriately completes the request.\n\n### Instruction:\n{i}\n\n"
            "### Input:\n{x}\n\n### Response:",
            "Alpaca template",
        ),
    ],
)
def test_inputs_are_met_however_they_were_folded(tmp_path: Path, way: str, fold: str) -> None:
    alpaca = [{"instruction": f"do {n}", "input": f"with {n}", "output": f"done {n}"} for n in range(30)]
    folded = pairs([way.format(i=row["instruction"], x=row["input"]) for row in alpaca])
    a, b = hashes(write(tmp_path / "a.jsonl", folded)), hashes(write(tmp_path / "b.json", alpaca))
    found = exact.overlap(a, b)
    assert (found.a_fold, found.b_fold) == ("", fold)
    assert found.fields["prompt"].shared == 30
    back = exact.overlap(b, a)
    assert (back.a_fold, back.b_fold, back.fields["prompt"].shared) == (fold, "", 30)


def test_the_template_without_an_input_is_met_too(tmp_path: Path) -> None:
    alpaca = [{"instruction": f"do {n}", "input": "", "output": f"done {n}"} for n in range(30)]
    alpaca[0]["input"] = "x"
    head = "Below is an instruction that describes a task. "
    head += "Write a response that appropriately completes the request."
    wrapped = pairs([f"{head}\n\n### Instruction:\n{row['instruction']}\n\n### Response:" for row in alpaca])
    a, b = hashes(write(tmp_path / "a.jsonl", wrapped)), hashes(write(tmp_path / "b.json", alpaca))
    assert exact.overlap(a, b).fields["prompt"].shared == 29


def test_each_row_is_led_to_the_first_row_that_it_matches(tmp_path: Path) -> None:
    a = hashes(write(tmp_path / "a.jsonl", pairs(["one", "two", "none"], ["x", "y", "x"])))
    b = hashes(write(tmp_path / "b.jsonl", pairs(["two", "ONE", "one"], ["q", "x", "x"])))
    found = exact.matches(a, b, exact.overlap(a, b))
    assert found.columns == ["a_row", "b_row_prompt", "b_row_response", "b_row_both"]
    assert found.rows() == [(0, 1, 1, 1), (1, 0, None, None), (2, None, 1, None)]
    exact.write_matches(found, tmp_path / "matches.parquet")
    assert pl.read_parquet(tmp_path / "matches.parquet").equals(found)
    shown = list(exact.examples(a, b, exact.overlap(a, b), "prompt", 1))
    assert shown == [(0, "one", "x")]


def test_short_and_common_responses_carry_no_weight(tmp_path: Path) -> None:
    long = [f"a long enough answer, number {n}" for n in range(10)]
    answers = ["Yes."] * 5 + ["I cannot help you with that request."] * 6 + long
    a = hashes(write(tmp_path / "a.jsonl", pairs([f"a{n}" for n in range(21)], answers)))
    b = hashes(write(tmp_path / "b.jsonl", pairs([f"b{n}" for n in range(21)], answers[:16] + answers[:5])))
    assert exact.overlap(a, b).fields["response"].shared == 7
    weighty = exact.weighty(a, b)
    assert (weighty.a_distinct, weighty.b_distinct, weighty.shared) == (10, 5, 5)


# --- in part


def distinct(texts: list[str]) -> near.Texts:
    return near.Texts(pl.Series(texts, dtype=pl.String).unique(maintain_order=True))


SENTENCE = st.lists(
    st.sampled_from(["one", "two", "three", "fo-ur", "five,", "six.", "ünï", "日本", "x", "y"]),
    min_size=1,
    max_size=12,
)


@given(st.lists(SENTENCE, min_size=1, max_size=6), st.lists(SENTENCE, min_size=1, max_size=6))
def test_a_text_that_holds_another_whole_is_found_as_by_reading(
    a: list[list[str]], b: list[list[str]]
) -> None:
    mine, theirs = distinct([" ".join(one) for one in a]), distinct([" ".join(one) for one in b])
    long = [text for text in theirs.texts if len(text) >= 20]
    assert near.holds_whole(mine, theirs).to_list() == [
        any(one in text for one in long) for text in mine.texts
    ]


def test_a_text_is_in_the_first_tier_that_fits() -> None:
    parent = "write a short story about a dragon who learns to paint the morning sky"
    edited = parent.replace("morning", "evening")
    found = near.tiers(
        distinct(
            [
                parent,
                f"### instruction: {parent} ### response:",
                edited,
                "something else altogether, not this",
            ]
        ),
        distinct([parent, "an unrelated text of some length"]),
    )
    assert found == near.Tiers(4, exact=1, wrapped=1, near=1, unmatched=1)


def test_similarity_is_counted_not_estimated() -> None:
    chance = random.Random(3)
    base = [" ".join(chance.choices([f"w{n}" for n in range(2000)], k=30)) for _ in range(200)]
    edits = []
    for place, text in enumerate(base):
        changed = text.split()
        for _ in range(place % 8):
            changed[chance.randrange(30)] = "edited"
        edits.append(" ".join(changed))
    a, b = distinct(edits), distinct(base)

    def grams(text: str) -> set[tuple[str, ...]]:
        split = text.split()
        return {tuple(split[n : n + 3]) for n in range(len(split) - 2)}

    true = {}
    for place, text in enumerate(a.texts):
        best = max(len(grams(text) & grams(o)) / len(grams(text) | grams(o)) for o in b.texts)
        if best >= 0.7:
            true[place] = best
    found = dict(near.similar(a, b, 0.7).select("item", "similarity").iter_rows())
    assert set(found) <= set(true) and len(found) >= 0.98 * len(true) > 50
    assert all(abs(found[place] - true[place]) < 1e-9 for place in found)


def templated(count: int, text: str, start: int = 0) -> near.Texts:
    return distinct([text.format(n) for n in range(start, start + count)])


TEMPLATE = "please translate the following sentence from english into french and give translation number {}"


def test_rows_of_one_template_are_told_apart_in_bounded_time_and_memory() -> None:
    """Every one is near every other, or none is: four hundred million pairs, of which few are made."""
    other = TEMPLATE.replace("english", "german")
    sides = templated(20_000, TEMPLATE), templated(20_000, other, 10**6)
    assert near.tiers(*sides) == near.Tiers(20_000, 0, 0, 0, 20_000)
    assert near.tiers(sides[0], templated(20_000, TEMPLATE, 10**6)).near == 20_000
    short = "what is the capital of {}"
    assert near.tiers(templated(20_000, short), templated(20_000, short, 10**6)).unmatched == 20_000


def test_a_text_that_a_whole_template_holds_is_found() -> None:
    sides = templated(3_000, TEMPLATE + " or so"), templated(3_000, TEMPLATE, 1_000)
    assert near.holds_whole(*sides).to_list() == [n >= 1_000 for n in range(3_000)]


def test_blocks_on_the_disk_give_the_tiers_that_memory_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(9)
    base = [" ".join(chance.choices([f"word{n}" for n in range(500)], k=25)) for _ in range(600)]
    mine = [f"{one} and one more" for one in base[:60]] + [f"so: {one} , then" for one in base[60:120]]
    mine += [one.replace(one.split()[3], "edited") for one in base[120:300]]
    mine += base[300:400] + [f"of nobody {n} at all" for n in range(90)]
    mine += [
        f"{one.replace(one.split()[3], 'edited')} {base[500 + n]}" for n, one in enumerate(base[400:440])
    ]
    chance.shuffle(mine)
    sides = [
        hashes(write(tmp_path / f"{name}.jsonl", pairs(one))) for name, one in (("a", mine), ("b", base))
    ]
    found = exact.overlap(*sides)
    whole = near.compare(*sides, found, "prompt")
    assert whole == near.tiers(distinct(mine), distinct(base))
    assert min(whole.exact, whole.wrapped, whole.near, whole.unmatched) > 20
    monkeypatch.setattr(near, "BLOCK", 4000)
    monkeypatch.setattr(json_lines, "CHUNK", 3000)
    assert near.compare(*sides, found, "prompt") == whole


def test_a_file_that_changes_between_two_readings_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", pairs([f"the question number {n}" for n in range(40)]))
    side = hashes(file)
    for count in (39, 41):
        write(file, pairs([f"the question number {n}" for n in range(count)]))
        with pytest.raises(DataError, match="changed between two readings"):
            near.compare(side, side, exact.overlap(side, side), "prompt")


def test_a_long_text_that_repeats_itself_is_looked_for_in_time() -> None:
    long = "a" * 300_000
    mine = distinct(["say it", long[1:], f"{long} b", f"ba {long[1:]}", f"{long}{long} c"])
    theirs = distinct([long, "b" * 400_000, "a row of the usual length", *map(str, range(50))])
    assert near.holds_whole(mine, theirs).to_list() == [False, False, True, False, True]


def test_thinned_buckets_lead_to_the_nearest_that_all_pairs_lead_to(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)
    vocabulary = [f"w{n}" for n in range(12)]

    def some(side: str) -> near.Texts:
        texts = []
        for n in range(300):
            end = f"{chance.choice(vocabulary)} {chance.choice(vocabulary)} {side}{n % 40}"
            tail = " ".join(chance.choices(vocabulary, k=chance.randrange(6)))
            texts.append(f"give the answer to this question on {end} {tail}")
        return distinct(texts)

    a, b = some("a"), some("b")
    monkeypatch.setattr(candidates, "CROWD", 10**6)
    whole = near.similar(a, b, 0.5)
    monkeypatch.setattr(candidates, "CROWD", 3)
    thin = near.similar(a, b, 0.5)
    assert thin["item"].equals(whole["item"]) and 0 < whole.height < len(a.texts)
    assert (thin["similarity"] == whole["similarity"]).mean() > 0.5


def test_runs_of_words_are_those_of_a_window() -> None:
    texts = pl.Series(["a b c d", "a b", "", "日本語 x", "B-c d!"])
    runs = shingles(words(texts), 3)
    assert runs["item"].to_list() == [0, 0, 1, 3, 3, 4]
    assert runs["place"].to_list() == [0, 1, 0, 0, 1, 0]
    assert shingles(words(texts), 3, short=False)["item"].to_list() == [0, 0, 3, 3, 4]
    same = shingles(words(pl.Series(["x b c d", "b, c; d"])), 3)
    assert same["gram"][1] == same["gram"][2] and same["gram"][0] != same["gram"][1]


# --- sketched


def test_a_fingerprint_is_exact_where_texts_are_few(tmp_path: Path) -> None:
    a = write(tmp_path / "a.jsonl", pairs([f"q {n}" for n in range(1000)]))
    b = write(tmp_path / "b.jsonl", pairs([f"q {n}" for n in range(500, 1500)]))
    prints = [sketches.fingerprint(Collection(str(path))) for path in (a, b)]
    counted = exact.overlap(hashes(a), hashes(b)).fields
    assert sketches.compare(*prints) == counted


def test_parts_merge_to_the_whole(tmp_path: Path) -> None:
    rows = pairs([f"q {n % 9000}" for n in range(12000)])
    files = [write(tmp_path / f"{n}.jsonl", rows[n * 3000 : (n + 1) * 3000]) for n in range(4)]
    whole = sketches.fingerprint(Collection(str(write(tmp_path / "whole.parquet", rows))))
    merged = sketches.of(Collection(str(file)) for file in files)
    assert merged.rows == whole.rows == 12000
    assert merged.sketches == whole.sketches
    assert abs(whole.distinct("prompt") - 9000) < 0.05 * 9000


def test_bounds_hold_the_truth() -> None:
    """Over sizes, shares and ever smaller sketches: in 95 % and more of the cases, as they say."""
    held = total = 0
    for size in (200, 2000, 8000):
        a = hashed(pl.Series([f"text {n}" for n in range(size)]))
        for share in (0.0, 0.003, 0.05, 0.3, 0.5, 0.9, 1.0):
            common = round(size * share)
            b = pl.concat([a.head(common), hashed(pl.Series([f"{share} {n}" for n in range(size // 2)]))])
            for entries in (6, 8, 10):
                made = []
                for side in (a, b):
                    sketch = sketches.datasketches.update_theta_sketch(lg_k=entries)
                    sketches.update(sketch, side)
                    made.append(sketches.compact(sketch))
                found = sketches.compare_sketches(*made)
                total += 1
                held += found.low - 1e-9 <= common / size <= found.high + 1e-9
    assert held >= 0.93 * total


def test_a_sketch_is_given_all_that_it_would_keep() -> None:
    chance = random.Random(11)
    values = [chance.getrandbits(64) for _ in range(200_000)] + [0, 2**63, 2**64 - 1]
    for entries in (5, 12):
        whole, some = (sketches.datasketches.update_theta_sketch(lg_k=entries) for _ in range(2))
        for value in values:
            whole.update(value - (value >> 63 << 64))
        sketches.update(some, pl.Series(values, dtype=pl.UInt64))
        assert sketches.compact(some) == sketches.compact(whole)
    one = sketches.datasketches.update_theta_sketch(lg_k=5)
    one.update(7)
    (kept,) = list(one)
    assert kept / 2**63 == sketches.places(pl.Series([7], dtype=pl.UInt64).to_numpy())[0]


def test_a_fingerprint_is_read_as_it_was_written(tmp_path: Path) -> None:
    made = sketches.fingerprint(
        Collection(str(write(tmp_path / "a.jsonl", pairs(["one", "two"])))), revision="v1"
    )
    fingerprints.write(made, tmp_path / "a.parquet")
    assert (
        fingerprints.is_fingerprint(str(tmp_path / "a.parquet"))
        and fingerprints.load(tmp_path / "a.parquet") == made
    )
    assert not fingerprints.is_fingerprint(str(write(tmp_path / "b.parquet", pairs(["one"]))))


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("normalisation", "lower/1", "normalisation lower/1 cannot be compared"),
        ("hash", "md5", "hash md5 cannot be compared"),
        ("sketch", b"\1\2", "the sketch is damaged"),
    ],
)
def test_a_fingerprint_of_another_kind_is_refused(
    tmp_path: Path, column: str, cell: object, message: str
) -> None:
    made = sketches.fingerprint(Collection(str(write(tmp_path / "a.jsonl", pairs(["one", "two"])))))
    frame = made.frame()
    frame.with_columns(pl.lit(cell, dtype=frame.schema[column]).alias(column)).write_parquet(
        tmp_path / "a.parquet"
    )
    with pytest.raises(DataError, match=message):
        fingerprints.load(tmp_path / "a.parquet")


# --- benchmarks in data

LONG = "a train leaves the station at nine and travels north for {} hours before it stops to take on water"


def test_items_whose_words_stand_in_the_data_are_found(tmp_path: Path) -> None:
    items = [{"question": LONG.format(n), "answer": "x"} for n in ("two", "three", "four")]
    items.append({"question": "too short", "answer": "x"})
    benchmark = write(tmp_path / "b.jsonl", items)
    leaked = f"Sure! Here it is: {LONG.format('three').upper()}, and more"
    other = "before it stops to take on water at nine, leaves the station"
    data = write(tmp_path / "d.jsonl", pairs(["one", "two"], [leaked, other]))
    (found,) = ngrams.contamination(
        Collection(str(data)), [ngrams.read_benchmark(Collection(str(benchmark)))]
    )
    assert (found.items, found.checked, found.found) == (4, 3, 1)
    assert (found.rows, found.share) == ((1,), 1 / 3)
    few = ngrams.read_benchmark(Collection(str(benchmark)), 6)
    (found,) = ngrams.contamination(Collection(str(data)), [few])
    assert found.rows == (0, 1, 2)


# --- the pairs whose overlap was counted by others

if SAMPLES.is_dir():
    with (SAMPLES / "PAIRS.csv").open(encoding="utf-8", newline="") as _file:
        PAIRS = list(csv.DictReader(_file))
    with (SAMPLES / "MANIFEST.csv").open(encoding="utf-8", newline="") as _file:
        FIELDS = {row["file"]: (row["prompt_field"], row["response_field"]) for row in csv.DictReader(_file)}
else:
    PAIRS, FIELDS = [], {}


def sample(file: str) -> Collection:
    prompt, response = FIELDS.get(file, ("instruction+input", "output"))
    named = (
        Options(skip_bad_rows=True)
        if ":" in prompt
        else Options(prompt, response or None, skip_bad_rows=True)
    )
    return Collection(str(SAMPLES / file), named)


def files_of(rows: list[dict[str, str]]) -> set[str]:
    return {row[end] for row in rows for end in ("child", "parent")}


@needs_samples
def test_the_sample_pairs_are_counted_as_others_counted_them() -> None:
    sides = {file: exact.read_hashes(sample(file)) for file in files_of(PAIRS)}
    wrong = []
    for row in PAIRS:
        found = exact.overlap(sides[row["child"]], sides[row["parent"]]).fields[row["field"]]  # type: ignore[index]
        counted = tuple(int(row[name]) for name in ("child_distinct", "parent_distinct", "intersection"))
        if (found.a_distinct, found.b_distinct, found.shared) != counted:
            wrong.append((row["child"], row["parent"], row["field"], found, counted))
    assert not wrong and len(PAIRS) > 80


# Of two files the prompt was counted elsewhere than where one looks for it: in the question that was
# rewritten, and in whatever turn comes first, a system prompt too.
NAMED_ALONE = ("metamath/GSM8K_Backward.jsonl", "llama-factory/dpo_en_demo.json")


@needs_samples
def test_the_sample_pairs_are_counted_without_being_told_of_their_columns() -> None:
    told_nothing = {
        file: exact.read_hashes(Collection(str(SAMPLES / file), Options(skip_bad_rows=True)))
        for file in files_of(PAIRS)
    }
    wrong = set()
    for row in PAIRS:
        found = exact.overlap(told_nothing[row["child"]], told_nothing[row["parent"]]).fields[row["field"]]  # type: ignore[index]
        counted = tuple(int(row[name]) for name in ("child_distinct", "parent_distinct", "intersection"))
        if (found.a_distinct, found.b_distinct, found.shared) != counted:
            wrong.add((row["child"], row["field"]))
    assert wrong == {(file, "prompt") for file in NAMED_ALONE}


@needs_samples
def test_prompts_inside_longer_prompts_are_counted_as_others_counted_them() -> None:
    asked = [row for row in PAIRS if row["field"] == "prompt"]
    sides = {file: near.read_texts(sample(file), "prompt") for file in files_of(asked)}
    found = {
        (row["child"], row["parent"]): near.holds_whole(sides[row["child"]], sides[row["parent"]]).mean()
        for row in asked
    }
    assert {pair: f"{share:.4f}" for pair, share in found.items()} == {
        (row["child"], row["parent"]): row["child_prompts_that_contain_a_parent_prompt"] for row in asked
    }


@needs_samples
def test_the_bounds_of_sketches_hold_the_true_containment_of_the_sample_pairs() -> None:
    prints = {file: sketches.fingerprint(sample(file)) for file in files_of(PAIRS)}
    held = 0
    for row in PAIRS:
        found = sketches.compare(prints[row["child"]], prints[row["parent"]])[row["field"]]  # type: ignore[index]
        true = int(row["intersection"]) / int(row["child_distinct"])
        held += found.low is not None and found.low - 1e-9 <= true <= found.high + 1e-9  # type: ignore[operator]
    assert held >= 0.93 * len(PAIRS)
