"""What was measured on rows: as text of a line a fact, and as JSON documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from llmlineage.content.attribute import Attributed, Origin
from llmlineage.content.claims import Measurement
from llmlineage.content.compare import Leaks, Report
from llmlineage.content.exact import COMMON, SHORT, Shared
from llmlineage.content.fingerprints import Fingerprint
from llmlineage.content.identify import Identified, Match
from llmlineage.content.identity import HASH, NORMALISATION
from llmlineage.content.near import Tiers
from llmlineage.content.ngrams import Contamination
from llmlineage.render.text import columns
from llmlineage.render.tree import Paint, plain
from llmlineage.render.words import plural

# Rows of a benchmark beyond these are counted in text; JSON has all.
MOST_ROWS = 12
LONGEST = 300


def share(part: float | None) -> str:
    """A share in per cent; small ones keep a digit that says something."""
    if part is None:
        return "-"
    text = f"{100 * part:.1f}"
    if part and text == "0.0":
        text = f"{100 * part:.2g}"
    if part < 1 and text == "100.0":
        text = ">99.9"
    return f"{text} %"


def overlap(report: Report, paint: Paint = plain) -> Iterator[str]:
    """Distinct texts of each side and shared, a line a field; then what else was asked for."""
    yield f"A  {paint(report.a, 'root')}  {plural(report.a_rows, 'row')}"
    yield f"B  {paint(report.b, 'root')}  {plural(report.b_rows, 'row')}"
    yield ""
    exact = all(one.exact for one in report.fields.values())
    header = ["", "distinct in A", "in B", "shared", "of A in B", "of B in A"]
    rows = [
        [
            name,
            one.a_distinct,
            one.b_distinct,
            one.shared if one.compared else "-",
            share(one.a_in_b),
            share(one.b_in_a),
            bounds(one) if one.compared else "-",
        ]
        for name, one in report.fields.items()
        if one.a_distinct or one.b_distinct
    ]
    yield from columns(
        header if exact else [*header, "95 % bounds of A in B"], [row[: 6 if exact else 7] for row in rows]
    )
    for side, fold in (("A", report.a_fold), ("B", report.b_fold)):
        if fold:
            yield ""
            yield f"The instructions of {side} were compared {fold_said(fold)}."
    if report.weighty and report.weighty.shared != report.fields["response"].shared:
        one = report.weighty
        yield ""
        yield (
            f"Of the responses, those of {SHORT} characters or more in at most {COMMON} rows: "
            f"{one.shared:,} shared, {share(one.a_in_b)} of A."
        )
        yield "The others are short or common, and coincide by chance."
    if report.tiers:
        yield ""
        yield from tiers(report.tiers)
    for row, prompt, response in report.examples:
        yield ""
        yield paint(f"row {row} of A", "step")
        yield from (shortened(text) for text in (prompt, response) if text)


def fold_said(fold: str) -> str:
    return {"without input": "without their inputs", "input first": "with the input first"}.get(
        fold, "in Alpaca's own template"
    )


def bounds(one: Shared) -> str:
    return "exact" if one.exact else f"{share(one.low)} to {share(one.high)}"


def tiers(found: Mapping[str, Tiers]) -> Iterator[str]:
    rows = [
        [name, one.exact, one.wrapped, one.near, one.unmatched, one.distinct] for name, one in found.items()
    ]
    yield from columns(("of A", "exact", "wrapped", "near", "unmatched", "distinct"), rows)
    threshold = next(iter(found.values())).threshold
    yield f"wrapped: holds a text of B whole; near: similarity {threshold:g} or more (word 3-shingles)"


def shortened(text: str) -> str:
    flat = " ".join(text.split())
    return "  " + (flat if len(flat) <= LONGEST else f"{flat[:LONGEST]}...")


def overlap_document(report: Report) -> dict[str, Any]:
    """``overlap`` as JSON: the keys of the interface first, then what was asked for beside."""
    document: dict[str, Any] = {
        "a": {"data": report.a, "rows": report.a_rows},
        "b": {"data": report.b, "rows": report.b_rows},
        "fields": {name: shared_document(one) for name, one in report.fields.items()},
        "normalisation": NORMALISATION,
        "folds": {"a": report.a_fold or None, "b": report.b_fold or None},
        "responses_with_weight": shared_document(report.weighty) if report.weighty else None,
        "tiers": {name: asdict(one) for name, one in report.tiers.items()} or None,
    }
    if report.examples:
        document["examples"] = [
            {"row": row, "prompt": prompt, "response": response} for row, prompt, response in report.examples
        ]
    return document


def shared_document(one: Shared) -> dict[str, Any]:
    """The counts and shares of a field; of what only one side has, nothing is said to be shared."""
    return asdict(one) | ({} if one.compared else {"shared": None})


def fingerprint(made: Fingerprint, path: str) -> Iterator[str]:
    yield f"{path}: {plural(made.rows, 'row')}"
    rows = [[name, made.distinct(name)] for name in made.sketches]
    yield from columns(("field", "distinct"), rows)


def fingerprint_document(made: Fingerprint) -> dict[str, Any]:
    return {
        "data": made.data,
        "revision": made.revision or None,
        "rows": made.rows,
        "layout": made.layout,
        "fields": {name: {"distinct": made.distinct(name)} for name in made.sketches},
        "nominal_entries": made.nominal_entries,
        "normalisation": NORMALISATION,
        "hash": HASH,
        "tool": made.tool,
    }


def contamination(found: Sequence[Contamination], paint: Paint = plain) -> Iterator[str]:
    """A line a benchmark, and the items."""
    n = found[0].n if found else 0
    rows = [
        [one.benchmark, one.items, one.checked, one.found, share(one.share)]
        for one in sorted(found, key=lambda one: (-one.found, one.benchmark))
    ]
    yield paint(f"Benchmark items that share {n} words in a row with the data", "heading")
    yield from columns(("benchmark", "items", f"of {n} words", "found", "share"), rows)
    for one in found:
        if one.rows:
            more = f" and {one.found - MOST_ROWS:,} more" if one.found > MOST_ROWS else ""
            yield f"{one.benchmark}: rows {', '.join(map(str, one.rows[:MOST_ROWS]))}{more}"


def contamination_document(leaks: Leaks) -> dict[str, Any]:
    return {"data": leaks.data, "rows": leaks.rows, "benchmarks": list(map(benchmark_document, leaks.found))}


def benchmark_document(one: Contamination) -> dict[str, Any]:
    return {
        "benchmark": one.benchmark,
        "words": one.n,
        "items": one.items,
        "checked": one.checked,
        "found": one.found,
        "share": one.share,
        "rows": list(one.rows),
    }


def identify(found: Identified, paint: Paint = plain) -> Iterator[str]:
    """The datasets that explain the rows, those that hold the same rows for that reason, and benchmarks."""
    yield f"{paint(found.data.data, 'root')}  {plural(found.data.rows, 'row')}, {found.data.layout}"
    if found.matches:
        yield from explained(found.matches, paint)
    else:
        yield f"shares no rows with the {found.known} datasets whose fingerprints are known"
    if found.benchmarks is not None:
        yield ""
        yield from contamination(found.benchmarks, paint)
        yield "Items that were rephrased are not seen; overlap DATA BENCHMARK --near finds small edits."


def explained(matches: Sequence[Match], paint: Paint) -> Iterator[str]:
    main = [one for one in matches if not (one.explained_by or one.through)]
    yield ""
    yield from columns(
        ("of the data", "is in", "95 % bounds", "of it"),
        [[of_texts(one), whole_name(one), bounds(one.shared), share(one.shared.b_in_a)] for one in main],
    )
    others: dict[str, Match] = {}
    for one in matches:
        if one not in main:
            others.setdefault(whole_name(one), one)
    if others:
        yield ""
        yield paint("The same rows stand in", "heading")
    for name, one in others.items():
        why = (
            f"made from {', '.join(one.explained_by)}"
            if one.explained_by
            else f"a part of {', '.join(one.through)}"
        )
        yield f"  {name}: {of_texts(one)}, {why}"


def of_texts(one: Match) -> str:
    return f"{share(one.shared.a_in_b)} of {'pairs' if one.field == 'both' else one.field + 's'}"


def whole_name(one: Match) -> str:
    return f"{one.id} ({one.part})" if one.part else one.id


def identify_document(data: str, found: Identified) -> dict[str, Any]:
    """``identify`` as JSON: the keys of the interface first."""
    benchmarks = found.benchmarks
    return {
        "data": data,
        "rows": found.data.rows,
        "matches": list(map(match_document, found.matches)),
        "benchmarks": None if benchmarks is None else list(map(benchmark_document, benchmarks)),
    }


def match_document(one: Match) -> dict[str, Any]:
    return {
        "id": one.id,
        "field": one.field,
        "contained": one.shared.a_in_b,
        "low": one.shared.low,
        "high": one.shared.high,
        "part": one.part or None,
        "shared": one.shared.shared,
        "of_known": one.shared.b_in_a,
        "exact": one.shared.exact,
        "explained_by": list(one.explained_by),
        "through": list(one.through),
    }


def attribution(found: Attributed, paint: Paint = plain) -> Iterator[str]:
    """What the data is made of, in shares of its rows, a line an origin and field."""
    yield f"{paint(found.data, 'root')}  {plural(found.rows, 'row')}"
    yield ""
    rows = [[one.field, one.rows, share(one.share), named(one)] for one in found.origins]
    unexplained = ["none", found.unexplained, share(part_of(found)), "no text of them is known"]
    yield from columns(("by", "rows", "of all", "likeliest origin"), [*rows, unexplained])
    yield ""
    yield (
        f"Compared with {plural(found.known, 'dataset')}; a text that none of them holds is taken for one of "
        f"theirs with a chance of {found.false_positive_rate:.1g}."
    )


def named(one: Origin) -> str:
    return f"{one.id} ({one.part})" if one.part else one.id


def part_of(found: Attributed) -> float:
    return found.unexplained / found.rows if found.rows else 0.0


def attribution_document(found: Attributed) -> dict[str, Any]:
    """``attribute`` as JSON: the keys of the interface first."""
    return {
        "data": found.data,
        "rows": found.rows,
        "false_positive_rate": found.false_positive_rate,
        "origins": [
            {"id": one.id, "field": one.field, "rows": one.rows, "share": one.share, "part": one.part or None}
            for one in found.origins
        ],
        "unexplained": {"rows": found.unexplained, "share": part_of(found)},
        "known": found.known,
        "normalisation": NORMALISATION,
    }


def measurement(child: str, parent: str, one: Measurement, paint: Paint = plain) -> Iterator[str]:
    """The verdict, and the figures of each field."""
    yield f"{paint(child, 'root')} {one.relation} {paint(parent, 'name')}: {one.verdict}"
    yield from columns(
        ("", "distinct", "in the parent", "share", "wrapped", "near", ""),
        [
            [
                found.field,
                found.shared.a_distinct,
                found.shared.shared,
                share(found.shared.a_in_b),
                found.tiers.wrapped if found.tiers else None,
                found.tiers.near if found.tiers else None,
                found.verdict,
            ]
            for found in one.findings
        ],
    )


def measurement_document(child: str, parent: str, one: Measurement) -> dict[str, Any]:
    return {
        "child": child,
        "relation": one.relation,
        "parent": parent,
        "verdict": one.verdict,
        "fields": {
            found.field: {
                **asdict(found.shared),
                "with_weight": asdict(found.weighty),
                "tiers": asdict(found.tiers) if found.tiers else None,
                "verdict": found.verdict,
            }
            for found in one.findings
        },
        "normalisation": NORMALISATION,
    }
