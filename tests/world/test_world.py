"""Statements about the world that a person who knows the field would sign, each with its source.

They are written from the sources and never from the program's output; README.md beside this file
says how. A correction of the record brings one with it, so that the error does not come back.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import llmlineage
from llmlineage import UnknownName
from llmlineage.api import Lineage
from llmlineage.audit import audit, configs
from llmlineage.graph import lineage, names, records
from llmlineage.graph.benchmarks import benchmarks_above
from llmlineage.graph.terms import terms
from llmlineage.graph.travel import INFLUENCE, arrivals

FOLDER = Path(__file__).parent
KEYS = {"says", "ask", "of", "from", "has", "lacks", "is", "config", "file", "source", "locator"}
Statement = dict[str, Any]


def statements() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.toml")):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        for number, one in enumerate(document["statement"], start=1):
            yield pytest.param(one, id=f"{path.stem}-{number}: {one['says']}"[:150])


@pytest.fixture(scope="module")
def world(real_edition: Path) -> Lineage:
    return llmlineage.open(real_edition)


def writers(world: Lineage, one: Statement) -> set[str]:
    """The models whose words stand in a dataset, or in what a model was trained on."""
    found = arrivals(world.edition, world.resolve(one["of"]))
    return {a.id for a in found if a.takes == "outputs" and a.into in ("prompts", "responses", "data")}


def writers_of(component: str) -> Callable[[Lineage, Statement], set[str]]:
    def ask(world: Lineage, one: Statement) -> set[str]:
        found = arrivals(world.edition, world.resolve(one["of"]))
        return {a.id for a in found if a.takes == "outputs" and a.into == component}

    return ask


def own_licence(world: Lineage, one: Statement) -> set[str]:
    own = terms(world.edition, world.resolve(one["of"])).own
    return {own.id} if own else set()


def inherited_terms(world: Lineage, one: Statement) -> set[str]:
    """Those that may have been in force instead, where no date decides, are among them."""
    found = terms(world.edition, world.resolve(one["of"])).inherited
    return {licence.id for each in found for licence in (each.license, *each.alternatives)}


def unknown(world: Lineage, one: Statement) -> set[str]:
    """As ``id: reason``."""
    return {f"{each.id}: {each.reason}" for each in terms(world.edition, world.resolve(one["of"])).unknown}


def benchmarks(world: Lineage, one: Statement) -> set[str]:
    """The ids of the benchmarks whose items are there, and ``id: split`` of each."""
    found = benchmarks_above(world.edition, world.resolve(one["of"]))
    there = [each for each in found if each.component != INFLUENCE]
    return {each.benchmark for each in there} | {f"{each.benchmark}: {each.split}" for each in there}


def carries(world: Lineage, one: Statement) -> set[str]:
    """What of record ``from`` arrives at ``of``; ``rewritten`` besides where all of it was."""
    ancestor = world.resolve(one["from"])
    found = arrivals(world.edition, world.resolve(one["of"]))
    there = [each for each in found if each.id == ancestor and each.into != INFLUENCE]
    rewritten = {"rewritten"} if there and all(each.altered for each in there) else set()
    return {each.takes for each in there} | rewritten


def ancestors(world: Lineage, one: Statement) -> set[str]:
    return {node.id for node in world.trace(one["of"]).nodes if node.depth}


def parents(world: Lineage, one: Statement) -> set[str]:
    return {edge.parent for edge in lineage.neighbours(world.edition, world.resolve(one["of"]), "up")}


def meaning(world: Lineage, one: Statement) -> set[str]:
    """The record that a name means; nothing where it has none."""
    try:
        return {names.resolve(world.edition, one["of"], names.ALL_TABLES).id}
    except UnknownName:
        return set()


def other_meanings(world: Lineage, one: Statement) -> set[str]:
    return {id for _, id in names.resolve(world.edition, one["of"], names.ALL_TABLES).others}


def members(world: Lineage, one: Statement) -> set[str]:
    return {node.id for node in records.members(world.edition, world.resolve(one["of"]))}


def used(world: Lineage, one: Statement) -> set[str]:
    """The records that were made by a method."""
    id = names.resolve(world.edition, one["of"], ("methods",)).id
    record = records.record(world.edition, "methods", id)
    return {edge.child for edge in record.used_by} | set(record.used_in)


def facts(world: Lineage, one: Statement) -> set[str]:
    """The columns of a record, as ``column: value``."""
    match = names.resolve(world.edition, one["of"], names.ALL_TABLES)
    columns = records.record(world.edition, match.table, match.id).columns
    return {f"{name}: {value}" for name, value in columns.items() if value is not None}


def audited(world: Lineage, one: Statement, tmp_path: Path) -> set[str]:
    """The findings of a config, as ``category: id``, and each category found."""
    path = tmp_path / one.get("file", "config.yml")
    path.write_text(one["config"], encoding="utf-8")
    found = [each for config in configs.read(path) for each in audit(world.edition, config).findings]
    return {f"{each.category}: {each.id}" for each in found} | {each.category for each in found}


def doubles(world: Lineage, one: Statement, tmp_path: Path) -> set[str]:
    """Records that are counted twice where all of ``of`` are trained on."""
    path = tmp_path / "names.txt"
    path.write_text("\n".join(one["of"]), encoding="utf-8")
    (config,) = configs.read(path)
    return {each.id for each in audit(world.edition, config).double_counted}


ASKS: dict[str, Callable[[Lineage, Statement], set[str]]] = {
    "writers": writers,
    "writers of prompts": writers_of("prompts"),
    "writers of responses": writers_of("responses"),
    "raters": writers_of("labels"),
    "own licence": own_licence,
    "terms": inherited_terms,
    "unknown": unknown,
    "benchmarks": benchmarks,
    "carries": carries,
    "ancestors": ancestors,
    "parents": parents,
    "name": meaning,
    "other meanings": other_meanings,
    "members": members,
    "used by": used,
    "facts": facts,
}
ASKS_OF_CONFIGS: dict[str, Callable[[Lineage, Statement, Path], set[str]]] = {
    "audit": audited,
    "doubles": doubles,
}


@pytest.mark.parametrize("one", list(statements()))
def test_a_statement_about_the_world_holds(world: Lineage, one: Statement, tmp_path: Path) -> None:
    if one["ask"] in ASKS_OF_CONFIGS:
        found = ASKS_OF_CONFIGS[one["ask"]](world, one, tmp_path)
    else:
        found = ASKS[one["ask"]](world, one)
    assert set(one.get("has", ())) <= found, f"lacking: {sorted(set(one['has']) - found)}"
    assert not set(one.get("lacks", ())) & found, f"should not be there: {set(one['lacks']) & found}"
    if "is" in one:
        assert found == set(one["is"])


@pytest.mark.parametrize("one", list(statements()))
def test_a_statement_says_what_it_asks_and_cites_a_document(one: Statement) -> None:
    assert one.keys() <= KEYS
    assert one["source"].startswith("https://") and one["says"].endswith(".")
    assert one["ask"] in ASKS or one["ask"] in ASKS_OF_CONFIGS
    assert one.keys() & {"has", "lacks", "is"}, "asks nothing"
