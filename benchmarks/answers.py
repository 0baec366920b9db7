"""Count, over the whole record, the conclusions that would be wrong, and what commercial use is left.

    python benchmarks/answers.py [EDITION]

Everything is counted anew from the edition's rows, by its own reading of them: a way is judged here by
the columns of its edges, not by the code that found it.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import llmlineage
from llmlineage.audit import audit
from llmlineage.audit.configs import Config, DatasetUse
from llmlineage.edition import Edition
from llmlineage.graph import benchmarks, names
from llmlineage.graph.lineage import Edge
from llmlineage.graph.terms import NONE_STATED, inheriting, terms
from llmlineage.graph.terms.licences import read_licences
from llmlineage.graph.travel import INFLUENCE

UNREAD = re.compile(r"was not read|not be read|not read|known here (?:only )?from", re.IGNORECASE)
LICENCE = re.compile(r"licen[cs]e (?:on the card|of the repository|named there)?\s*:\s*\w", re.IGNORECASE)
# Relations by which prompts alone come, unless the edge says otherwise.
PROMPTS_ALONE = ("prompts_from",)


@dataclass(frozen=True)
class Figure:
    """One line of the report: what is counted, how many there are, and one of them."""

    what: str
    count: int
    example: str = ""

    def __str__(self) -> str:
        return f"{self.count:>7,}  {self.what}" + (f" ({self.example})" if self.example else "")


def figure(what: str, cases: Iterator[str]) -> Figure:
    found = list(cases)
    return Figure(what, len(found), found[0] if found else "")


def main(path: str | None = None) -> None:
    edition = llmlineage.open(path).edition
    ids = [id for (id,) in edition.index.execute("SELECT id FROM node ORDER BY id")]
    print(
        figure(
            "ways that take prompts alone and bring who wrote or rated the answers",
            overreaching(edition, ids),
        )
    )
    print(figure("ways through a record that the makers left out on the way", through_left_out(edition, ids)))
    print(figure("reaches of a benchmark whose split no source says", splits_not_said(edition, ids)))
    print(
        figure(
            "records called undisclosed whose note says that they were not read", called_undisclosed(edition)
        )
    )
    print(figure("licences named in a note and empty in the column", licence_in_note(edition)))
    print(
        figure(
            "terms of a month or a year for which versions are named beside one another",
            versions(edition, ids),
        )
    )
    print(figure("counts of rows without a word on whether they are rounded", precision(edition)))
    print(figure("families without a version", empty_families(edition)))
    print(figure("names that show and trace answer with different records", two_answers(edition)))
    print(figure("doubles counted through text that was rewritten", rewritten_doubles(edition)))
    print()
    for line in commercial(edition):
        print(line)


def overreaching(edition: Edition, ids: list[str]) -> Iterator[str]:
    for id in ids:
        for one in inheriting(edition, id):
            answers = one.brings == "outputs" and one.via[-1].role in ("wrote_responses", "rated")
            if answers and one.component != INFLUENCE and any(prompts_alone(edge) for edge in one.via[:-1]):
                yield f"{id} < {one.origin}"


def prompts_alone(edge: Edge) -> bool:
    return edge.takes == ("prompts",) or (not edge.takes and edge.relation in PROMPTS_ALONE)


def through_left_out(edition: Edition, ids: list[str]) -> Iterator[str]:
    for id in ids:
        for way in (one.via for one in (*inheriting(edition, id), *benchmarks.benchmarks_above(edition, id))):
            for place, edge in enumerate(way):
                if set(edge.without) & {later.parent for later in way[place:]}:
                    yield f"{id} < {way[-1].parent}"


def splits_not_said(edition: Edition, ids: list[str]) -> Iterator[str]:
    for id in ids:
        for one in benchmarks.benchmarks_above(edition, id):
            if one.split == "unknown" and one.component != INFLUENCE:
                yield f"{id} < {one.benchmark}"


def called_undisclosed(edition: Edition) -> Iterator[str]:
    rows = edition.index.execute("SELECT id, note FROM node WHERE upstream = 'undisclosed'")
    return (id for id, note in rows if UNREAD.search(note or ""))


def licence_in_note(edition: Edition) -> Iterator[str]:
    rows = edition.index.execute("SELECT id, note FROM node WHERE license IS NULL")
    return (id for id, note in rows if LICENCE.search(note or ""))


def versions(edition: Edition, ids: list[str]) -> Iterator[str]:
    for id in ids:
        yield from (f"{id} < {one.origin}" for one in inheriting(edition, id) if one.alternatives)


def precision(edition: Edition) -> Iterator[str]:
    for table in ("datasets", "derivations", "generations", "trainings"):
        query = f'SELECT * FROM "{table}" WHERE rows IS NOT NULL AND rows_precision IS NULL'
        yield from (f"{table}: {' '.join(map(str, row[:3]))}" for row in edition.index.execute(query))


def empty_families(edition: Edition) -> Iterator[str]:
    query = (
        "SELECT id FROM node WHERE kind = 'family' AND id NOT IN "
        "(SELECT family FROM node WHERE family IS NOT NULL)"
    )
    return (id for (id,) in edition.index.execute(query))


def two_answers(edition: Edition) -> Iterator[str]:
    for (key,) in edition.index.execute("SELECT DISTINCT key FROM names ORDER BY key"):
        traced, shown = names.find(edition, key), names.find(edition, key, names.ALL_TABLES)
        if traced and shown and (traced.table, traced.id) != (shown.table, shown.id):
            yield key


def rewritten_doubles(edition: Edition) -> Iterator[str]:
    """Each pair of datasets of which one lies above the other."""
    datasets = {id for (id,) in edition.index.execute("SELECT id FROM node WHERE type = 'dataset'")}
    pairs = edition.index.execute("SELECT node, ancestor FROM ancestry WHERE distance = 1").fetchall()
    for child, parent in pairs:
        if child in datasets and parent in datasets:
            uses = (DatasetUse(child), DatasetUse(parent))
            for one in audit(edition, Config("pair", "names", datasets=uses)).double_counted:
                altering = ("rewritten_from", "translated_from")
                if any(e.relation in altering and e.altered is not False for way in one.ways for e in way):
                    yield f"{child} and {parent}"


def commercial(edition: Edition) -> Iterator[str]:
    """What is left of commercial use by the own licence, then by all that is inherited: the question of
    NEXUS (arXiv 2503.02784)."""
    licences = read_licences(edition)
    rows = edition.index.execute(
        "SELECT id, license FROM node WHERE type = 'dataset' AND kind NOT IN ('family', 'source')"
    ).fetchall()
    allowed = [id for id, own in rows if own and licences[own].commercial == "yes"]
    lost: Counter[str] = Counter()
    examples: dict[str, str] = {}
    kept = 0
    for id in allowed:
        why = obstacle(edition, id)
        if why is None:
            kept += 1
        else:
            lost[why[0]] += 1
            examples.setdefault(why[0], f"{id}: {why[1]}")
    total = len(rows)
    unknown = sum(not own or own == NONE_STATED for _, own in rows)
    yield f"{total:,} datasets; of {unknown:,} no licence is known or stated"
    yield f"{len(allowed):,} ({len(allowed) / total:.1%}) have an own licence that allows commercial use"
    share = f"{kept / total:.1%} of all, {kept / len(allowed):.1%} of these"
    yield f"{kept:,} ({share}) keep it with all they inherit"
    for reason, count in lost.most_common():
        yield f"{count:>7,}  lose it to {reason}, such as {examples[reason]}"


def obstacle(edition: Edition, id: str) -> tuple[str, str] | None:
    """The gravest thing inherited that commercial use runs against, and its way."""
    found = terms(edition, id).inherited
    for reason, fits in (
        ("a non-commercial licence", lambda one: one.brings == "text" and one.license.commercial == "no"),
        (
            "a provider's limit on training with outputs",
            lambda one: one.brings == "outputs" and one.license.restricts_outputs == "yes",
        ),
        (
            "conditions on training with outputs",
            lambda one: one.brings == "outputs" and one.license.restricts_outputs == "conditional",
        ),
    ):
        for one in found:
            if fits(one):
                steps = " > ".join(f"{edge.role or edge.relation} {edge.parent}" for edge in one.via)
                return reason, f"{steps}, {one.license.id}"
    return None


if __name__ == "__main__":
    main(*sys.argv[1:])
