"""Two records side by side, and what changed between two editions."""

from __future__ import annotations

import json
from pathlib import Path

from llmlineage.edition import open_edition
from llmlineage.graph.compare import ASPECTS, KEYS, Changed, compare_editions, compare_records
from llmlineage.package import read_package
from tests.conftest import run
from tests.tiny import read_table, write_table


def test_shared_and_own_ancestors_are_told_apart(tiny_edition: Path) -> None:
    result = compare_records(open_edition(tiny_edition), "beta-1.0", "mix-7b")
    assert {one.id for one in result.shared} == {"alpha", "seeds", "writer"}
    assert result.only_first == () and result.only_second == ("base-7b", "mix")
    assert [[edge.relation for edge in way] for way in result.ways] == [["trained_on", "includes"]]


def test_the_nearest_common_ancestor_comes_first(tiny_edition: Path) -> None:
    shared = compare_records(open_edition(tiny_edition), "beta-1.0", "mix").shared
    assert (shared[0].id, shared[0].from_first, shared[0].from_second) == ("alpha", 1, 1)


def test_what_differs_is_told_of_each_aspect(tiny_edition: Path) -> None:
    found = compare_records(open_edition(tiny_edition), "alpha", "mix")
    told = {one.aspect: (one.only_first, one.only_second, one.both) for one in found.differences}
    assert tuple(told) == ASPECTS
    assert told["parents"] == (("seeds", "writer"), ("alpha", "beta-1.0"), ())
    assert told["licences and terms"] == ((), (), ("nc",)), "its own licence, or that of a parent"
    assert told["writers"] == ((), (), ("writer",))


def test_records_without_anything_in_common_say_so(tiny_edition: Path) -> None:
    result = run("--edition", tiny_edition, "compare", "seeds", "base-7b")
    assert result.stdout.startswith("Neither of seeds and base-7b is made from the other")


def test_the_keys_are_those_of_the_schemas(package: Path) -> None:
    assert {name: table.primary_key for name, table in read_package(package).tables.items()} == dict(KEYS)


def test_rows_added_removed_and_changed_are_found(package: Path, tiny_edition: Path, tmp_path: Path) -> None:
    datasets = read_table(package, "datasets")
    datasets[0]["rows"] = "52003"
    datasets.append(datasets[0] | {"id": "zeta", "name": "Zeta", "hub_id": ""})
    write_table(package, "datasets", datasets)
    write_table(package, "aliases", read_table(package, "aliases")[1:])
    assert run("build", package, "-o", tmp_path / "new", "--no-validate").exit_code == 0
    changes = compare_editions(open_edition(tiny_edition), open_edition(tmp_path / "new"))
    assert [one.table for one in changes] == ["datasets", "aliases"]
    assert changes[0].added == (("zeta",),) and changes[0].removed == ()
    assert changes[0].changed == (Changed(("alpha",), {"rows": (52002, 52003)}),)
    assert changes[1].removed == (("M7", "models", "mix-7b"),)
    text = run("compare", tiny_edition, tmp_path / "new").stdout
    assert "- changed `alpha`: rows: 52002 -> 52003" in text and "- added `zeta`" in text
    document = json.loads(run("compare", tiny_edition, tmp_path / "new", "--json").stdout)
    assert document["tables"]["datasets"]["changed"][0]["columns"]["rows"] == {"old": 52002, "new": 52003}


def test_an_edition_does_not_differ_from_itself(tiny_edition: Path) -> None:
    assert compare_editions(open_edition(tiny_edition), open_edition(tiny_edition)) == ()
    assert "No fact changed." in run("compare", tiny_edition, tiny_edition).stdout
