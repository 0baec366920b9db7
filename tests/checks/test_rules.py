"""Each rule of lineage, broken in the tiny package: which file, row and field, and what is advised."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llmlineage.checks import check_lineage
from llmlineage.errors import Problem
from llmlineage.package import read_package, read_rows
from tests.mutate import Mutation, added, cell, removed, together
from tests.tiny import SKETCH, write_table

EDGE = {"basis": "stated", "source": "card"}


def problems(package_path: Path) -> list[Problem]:
    package = read_package(package_path)
    return check_lineage(package, {name: list(read_rows(table)) for name, table in package.tables.items()})


def case(
    name: str, mutate: Mutation, place: str, field: str, said: str, advice: str, level: str = "error"
) -> Any:
    return pytest.param(mutate, place, field, said, advice, level, id=name.replace(" ", "-"))


@pytest.mark.parametrize(
    ("mutate", "place", "field", "said", "advice", "level"),
    [
        case("id of a dataset and a model", together(cell("models", 4, "id", "seeds")),
             "data/models.csv:4", "id", "is a dataset too (data/datasets.csv:6)", "add the size"),
        case("family that is no family", cell("datasets", 2, "family", "seeds"),
             "data/datasets.csv:2", "family", "not a record of kind family", "name the family"),
        case("component that no dataset has", cell("derivations", 2, "takes", "prompts;weights"),
             "data/derivations.csv:2", "takes", "nothing that comes this way", "one of prompts"),
        case("outputs that become weights", cell("generations", 2, "into", "weights"),
             "data/generations.csv:2", "into", "nothing that comes this way", "one of prompts"),
        case("left out and not known", cell("derivations", 3, "without", "nobody"),
             "data/derivations.csv:3", "without", "not the id of a dataset or model", "add the record"),
        case("parent left out of itself", cell("derivations", 3, "without", "alpha"),
             "data/derivations.csv:3", "without", "is the parent itself", "leave out the edge"),
        case("rounded nothing", cell("derivations", 2, "rows_precision", "rounded"),
             "data/derivations.csv:2", "rows_precision", "where there is no count", "leave it empty"),
        case("count that may be rounded", cell("datasets", 2, "rows_precision", ""),
             "data/datasets.csv:2", "rows_precision", "is not said of rows", "exact where", "warning"),
        case("own parent", cell("derivations", 2, "parent", "alpha"),
             "data/derivations.csv:2", "", "cycle: alpha <- alpha", "each iteration"),
        case("cycle through a model",
             added("generations", dataset="seeds", role="wrote_both", model="mix-7b", **EDGE),
             "data/derivations.csv:2", "", "alpha <- seeds <- mix-7b <- mix", "each iteration"),
        case("child older than its parent", cell("datasets", 6, "released", "2024"),
             "data/derivations.csv:2", "", "alpha (2023-03-13) is older than seeds (2024)", "correct a date"),
        case("child older by a day", cell("datasets", 6, "released", "2023-03-14"),
             "data/derivations.csv:2", "", "is older than seeds", "say why in the note"),
        case("older child that a note explains",
             together(cell("datasets", 6, "released", "2024"), cell("derivations", 2, "note", "Known.")),
             "data/derivations.csv:2", "", "is older than", "explained in the note", "warning"),
        case("model older than its data", cell("models", 3, "released", "2022"),
             "data/trainings.csv:2", "", "mix-7b (2022) is older than mix (2023)", "correct a date"),
        case("dataset older than its writer", cell("models", 4, "released", "2023-04"),
             "data/generations.csv:2", "", "is older than writer", "correct a date"),
        case("root with parents", cell("datasets", 2, "upstream", "root"),
             "data/datasets.csv:2", "upstream", "has 2 parents", "complete or partial"),
        case("complete without parents", cell("datasets", 6, "upstream", "complete"),
             "data/datasets.csv:6", "upstream", "has no parents", "root or undisclosed"),
        case("partial without parents", cell("models", 2, "upstream", "partial"),
             "data/models.csv:2", "upstream", "has no parents", "write undisclosed"),
        case("inference without a reason", cell("derivations", 3, "note", ""),
             "data/derivations.csv:3", "note", "edge is inferred", "inferred from"),
        case("more rows than the parent has", cell("derivations", 3, "rows", "52003"),
             "data/derivations.csv:3", "rows", "alpha has 52002 rows", "correct a figure", "none"),
        case("more rows without a note", together(cell("derivations", 2, "rows", "176")),
             "data/derivations.csv:2", "rows", "seeds has 175 rows", "say why in the note", "warning"),
        case("source that nothing cites", removed("discrepancies", 2),
             "data/sources.csv:3", "id", "no fact cites it", "remove it, or cite it"),
        case("alias of nothing", cell("aliases", 2, "id", "mix-8b"),
             "data/aliases.csv:2", "id", "is not an id of models", "did you mean mix-7b?"),
        case("alias that hides an id",
             together(cell("aliases", 2, "alias", "Seeds"), cell("aliases", 2, "kind", "variant")),
             "data/aliases.csv:2", "alias", "hides seeds of datasets", "remove it"),
        case("alias that hides a name",
             together(cell("aliases", 2, "alias", "the_mix"), cell("aliases", 2, "kind", "variant")),
             "data/aliases.csv:2", "alias", "hides mix of datasets", "remove it"),
        case("alias that hides a hub id", cell("aliases", 2, "alias", "LAB/Beta1.0"),
             "data/aliases.csv:2", "alias", "hides beta-1.0 of datasets", "remove it"),
        case("alias that is a name already", cell("aliases", 2, "alias", "Mix7B"),
             "data/aliases.csv:2", "alias", "already a name of mix-7b", "remove it", "warning"),
        case("mirror without a source", cell("aliases", 3, "source", ""),
             "data/aliases.csv:3", "source", "the alias is a mirror", "cite a document"),
        case("former name without a source", cell("aliases", 2, "kind", "former"),
             "data/aliases.csv:2", "source", "the alias is a former", "cite a document"),
        case("shared alias without a preference", cell("aliases", 5, "preferred", ""),
             "data/aliases.csv:5", "preferred", "2 records, none of them preferred", "meant most often"),
        case("shared alias with two preferences", cell("aliases", 4, "preferred", "true"),
             "data/aliases.csv:5", "preferred", "2 of them preferred", "meant most often"),
        case("preference without a choice", cell("aliases", 2, "preferred", "true"),
             "data/aliases.csv:2", "preferred", "one record alone", "leave preferred empty"),
        case("alias twice", added("aliases", alias="m-7", table="models", id="mix-7b", kind="short"),
             "data/aliases.csv:6", "alias", "stands twice for mix-7b", "keep one"),
        case("address with www", cell("sources", 3, "url", "https://www.example.org/alpha"),
             "data/sources.csv:3", "url", "not the canonical address", "write https://example.org/alpha"),
        case("address of a version", cell("sources", 3, "url", "https://arxiv.org/pdf/2212.10560v2"),
             "data/sources.csv:3", "url", "not the canonical", "write https://arxiv.org/abs/2212.10560"),
        case("address without a host", cell("datasets", 3, "url", "https://[x"),
             "data/datasets.csv:3", "url", "is not an address", "correct it"),
        case("row out of order", cell("datasets", 6, "id", "alpha-0"),
             "data/datasets.csv:6", "id", "is out of order", "sort the table"),
        case("edge out of order", cell("derivations", 5, "parent", "aaa"),
             "data/derivations.csv:5", "child, relation, parent, part", "is out of order", "sort the table"),
        case("language twice", cell("datasets", 3, "languages", "en;fr;en"),
             "data/datasets.csv:3", "languages", "stands twice in the list", "name it once"),
        case("language in words", cell("datasets", 3, "languages", "English"),
             "data/datasets.csv:3", "languages", "not an ISO 639 code", "pt-BR"),
        case("empty item", cell("datasets", 3, "languages", "en;"),
             "data/datasets.csv:3", "languages", "has an empty item", "remove the mark"),
        case("architecture that is no method", cell("models", 2, "architecture", "transfomer"),
             "data/models.csv:2", "architecture", "is not an id of methods", "did you mean transformer?"),
        case("day that never was", cell("methods", 2, "introduced", "2023-02-29"),
             "data/methods.csv:2", "introduced", "not a day of the calendar", "correct the date"),
        case("day without its zeros", cell("sources", 2, "accessed", "2026-1-3"),
             "data/sources.csv:2", "accessed", "not a whole date", "2023-03-13"),
        case("number with underscores", cell("datasets", 2, "rows", "52_002"),
             "data/datasets.csv:2", "rows", "plain digits", "52002"),
        case("infinite weight", cell("adaptations", 2, "weight", "inf"),
             "data/adaptations.csv:2", "weight", "plain digits", "52002"),
        case("claim about nothing", cell("discrepancies", 2, "id", "alpa"),
             "data/discrepancies.csv:2", "id", "is not an id of datasets", "did you mean alpha?"),
        case("claim that was accepted", cell("discrepancies", 2, "stated", "52002"),
             "data/discrepancies.csv:2", "accepted", "is what was stated", "remove the row"),
        case("sketch that is cut", cell("fingerprints", 2, "sketch", "AgMDAAA"),
             "data/fingerprints.csv:2", "sketch", "is not base64", "write it with llmlineage"),
        case("measurement of no derivation", cell("measurements", 2, "relation", "includes"),
             "data/measurements.csv:2", "child", "seeds is no row of derivations", "add the derivation"),
        case("more shared than there is", cell("measurements", 2, "shared", "176"),
             "data/measurements.csv:2", "shared", "is above the 175 texts", "measure again"),
        case("more wrapped than is left", cell("measurements", 2, "wrapped", "99999999"),
             "data/measurements.csv:2", "wrapped", "is above the 52,002 texts", "measure again"),
        case("more near than is left", together(cell("measurements", 2, "wrapped", "52000"),
                                                cell("measurements", 2, "near", "3")),
             "data/measurements.csv:2", "near", "is above the 2 texts", "measure again"),
        case("more texts than rows", cell("fingerprints", 2, "distinct", "176"),
             "data/fingerprints.csv:2", "distinct", "is above the 175 rows", "measure again"),
        case("more texts than rows by an estimate",
             together(cell("fingerprints", 2, "rows", "5000"), cell("fingerprints", 2, "distinct", "5100")),
             "data/fingerprints.csv:2", "distinct", "is above", "measure again", "none"),
        case("model wrote more than there is", cell("generations", 2, "rows", "52003"),
             "data/generations.csv:2", "rows", "alpha has 52002 rows", "say why in the note", "warning"),
        case("trained on more than there is", together(cell("trainings", 2, "rows", "9"),
                                                       cell("datasets", 5, "rows", "8")),
             "data/trainings.csv:2", "rows", "mix has 8 rows", "say why in the note", "warning"),
        case("measured without figures", cell("derivations", 4, "basis", "measured"),
             "data/derivations.csv:4", "basis", "no figures", "add a row of measurements"),
        case("training measured without figures",
             together(cell("trainings", 2, "basis", "measured"), cell("trainings", 2, "note", "Seen.")),
             "data/trainings.csv:2", "basis", "no figures", "write them in the note"),
        case("measured with figures in the note",
             together(cell("derivations", 4, "basis", "measured"), cell("derivations", 4, "note", "9 rows.")),
             "data/derivations.csv:4", "basis", "no figures", "", "none"),
        case("measured with a measurement", cell("derivations", 2, "basis", "measured"),
             "data/derivations.csv:2", "basis", "no figures", "", "none"),
        case("read in the future", cell("sources", 2, "accessed", "2999-01-01"),
             "data/sources.csv:2", "accessed", "is in the future", "when it was"),
        case("released in the future", cell("models", 3, "released", "2999"),
             "data/models.csv:3", "released", "is in the future", "when it was"),
        case("measured in the future", cell("measurements", 2, "measured", "2999-12-31"),
             "data/measurements.csv:2", "measured", "is in the future", "when it was"),
        case("agreed with before its source was read", cell("derivations", 2, "second_read", "2001-01-01"),
             "data/derivations.csv:2", "second_read", "is before its source was read", "once more"),
        case("read before it was published", cell("sources", 2, "accessed", "2023-02-28"),
             "data/sources.csv:2", "accessed", "is before it was published (2023-03)", "correct a date"),
        case("copy later than its reading", cell("sources", 2, "as_of", "2026-11-24, main"),
             "data/sources.csv:2", "as_of", "is after it was read", "correct a date"),
        case("copy older than the document", cell("sources", 2, "as_of", "2022"),
             "data/sources.csv:2", "as_of", "is before it was published", "correct a date"),
        case("revision that starts with digits", cell("sources", 2, "as_of", "20239999abcdef"),
             "data/sources.csv:2", "as_of", "", "", "none"),
        case("day in digits of another script", cell("sources", 2, "accessed", "2026-11-2\u0663"),
             "data/sources.csv:2", "accessed", "is not a whole date", "plain digits"),
        case("year in digits of another script", cell("methods", 2, "introduced", "20\u0662\u0663"),
             "data/methods.csv:2", "introduced", "is not a whole date", "plain digits"),
        case("licence dated against its id",
             together(cell("licenses", 2, "id", "free-2023-03-01"), cell("licenses", 2, "effective", "2024")),
             "data/licenses.csv:2", "effective", "but free-2023-03-01 is of 2023-03-01", "the id"),
        case("licence versions that run backwards",
             together(cell("licenses", 2, "id", "llama-2"), cell("licenses", 3, "id", "llama-3.1"),
                      cell("licenses", 2, "effective", "2024-07"), cell("licenses", 3, "effective", "2023")),
             "data/licenses.csv:3", "effective", "is before llama-2 took effect", "say why in the note"),
        case("licence versions of one year",
             together(cell("licenses", 2, "id", "llama-2"), cell("licenses", 3, "id", "llama-10"),
                      cell("licenses", 2, "effective", "2023-07"), cell("licenses", 3, "effective", "2023")),
             "data/licenses.csv:3", "effective", "is before", "", "none"),
        case("language of no standard", cell("datasets", 3, "languages", "en;xx"),
             "data/datasets.csv:3", "languages", "not an ISO 639 code", "write en, zh"),
        case("language by its longer code", cell("datasets", 3, "languages", "eng"),
             "data/datasets.csv:3", "languages", "not an ISO 639 code", "write en"),
        case("language with a country of none", cell("datasets", 3, "languages", "en-XX"),
             "data/datasets.csv:3", "languages", "not an ISO 639 code", "write en, or with"),
        case("language with its script in lower case", cell("datasets", 3, "languages", "zh-hant-tw"),
             "data/datasets.csv:3", "languages", "not an ISO 639 code", "write zh-Hant-TW"),
        case("languages of the standards", cell("datasets", 3, "languages", "pt-BR;ceb;zh-Hant;es-419"),
             "data/datasets.csv:3", "languages", "", "", "none"),
        case("country of no standard", cell("organizations", 2, "country", "XX"),
             "data/organizations.csv:2", "country", "is not a country", "write US"),
        case("undisclosed beside parents", cell("datasets", 2, "upstream", "undisclosed"),
             "data/datasets.csv:2", "upstream", "has 2 parents", "write partial"),
        case("family of itself", cell("datasets", 4, "family", "beta-all"),
             "data/datasets.csv:4", "family", "is its own family", "leave it empty"),
        case("families in a circle",
             together(cell("models", 2, "kind", "family"), cell("models", 3, "kind", "family"),
                      cell("models", 2, "family", "mix-7b"), cell("models", 3, "family", "base-7b")),
             "data/models.csv:2", "family", "base-7b <- mix-7b <- base-7b", "leave it empty"),
        case("Hub ids that differ by case", cell("datasets", 4, "hub_id", "Lab/ALPHA"),
             "data/datasets.csv:4", "hub_id", "is lab/alpha of line 2 but for case", "correct or remove"),
        case("alias of marks alone", cell("aliases", 2, "alias", "--"),
             "data/aliases.csv:2", "alias", "no letter and no digit", "remove it"),
        case("address of no host", cell("datasets", 3, "url", "https:///x"),
             "data/datasets.csv:3", "url", "is not an address (it has no host)", "correct it"),
        case("address of a user", cell("datasets", 3, "url", "https://huggingface.co@example.org/x"),
             "data/datasets.csv:3", "url", "is not an address (it names a user)", "correct it"),
        case("address of a port", cell("datasets", 3, "url", "https://example.org:8080/x"),
             "data/datasets.csv:3", "url", "is not an address (it names a port)", "correct it"),
        case("address of a machine", cell("datasets", 3, "url", "https://127.0.0.1/x"),
             "data/datasets.csv:3", "url", "no name of the web", "correct it"),
        case("address of other letters", cell("datasets", 3, "url", "https://ex\u0430mple.org/x"),
             "data/datasets.csv:3", "url", "no name of the web", "correct it"),
        case("address with the port of https", cell("datasets", 3, "url", "https://huggingface.co:443/lab/a"),
             "data/datasets.csv:3", "url", "not the canonical", "write https://huggingface.co/lab/a"),
        case("address with markup", cell("datasets", 3, "url", 'https://example.org/"><script>'),
             "data/datasets.csv:3", "url", "must be written in percent code", "correct it"),
        case("address with steps of dots", cell("datasets", 3, "url", "https://example.org/a/../b"),
             "data/datasets.csv:3", "url", "dots alone", "correct it"),
        case("address that is followed around",
             cell("datasets", 3, "url", "https://example.org/a?id=1&utm_source=x&fbclid=y"),
             "data/datasets.csv:3", "url", "not the canonical", "write https://example.org/a?id=1"),
        case("rows at an address with markup", cell("measurements", 2, "child_data", "https://example.org/<b>"),
             "data/measurements.csv:2", "child_data", "must be written in percent code", "correct it"),
        case("rows of a Hub dataset that is a path", cell("measurements", 2, "child_data", "hub:../../x"),
             "data/measurements.csv:2", "child_data", "is not a dataset of the Hub", "hub:OWNER/NAME"),
        case("base64 with bits left over", cell("fingerprints", 2, "sketch", SKETCH.replace("PQ==", "PR==")),
             "data/fingerprints.csv:2", "sketch", "is not base64", "write it with llmlineage"),
        case("base64 that is no sketch", cell("fingerprints", 2, "sketch", "AAAA"),
             "data/fingerprints.csv:2", "sketch", "is not a compact theta sketch", "with llmlineage"),
        case("sketch that lost a hash", cell("fingerprints", 2, "sketch", SKETCH[:32]),
             "data/fingerprints.csv:2", "sketch", "a theta sketch that was cut", "with llmlineage"),
        case("base64 that is no parquet", cell("ngrams", 2, "grams", "AAAA"),
             "data/ngrams.csv:2", "grams", "is not a parquet table", "with llmlineage"),
        case("published table without a row", lambda package: write_table(package, "discrepancies", []),
             "data/discrepancies.csv:0", "", "has no rows", "name of its own", "warning"),
    ],
)  # fmt: skip
def test_a_broken_rule_names_its_place_and_what_would_mend_it(
    package: Path, mutate: Mutation, place: str, field: str, said: str, advice: str, level: str
) -> None:
    mutate(package)
    found = [
        one
        for one in problems(package)
        if (f"{one.file}:{one.row}", one.field) == (place, field) and said in one.problem
    ]
    if level == "none":  # a note explains it
        assert not found
        return
    assert [(one.level, advice in one.suggestion) for one in found] == [(level, True)], problems(package)


def test_the_tiny_package_breaks_no_rule(package: Path) -> None:
    assert problems(package) == []


@pytest.mark.parametrize(
    ("child", "parent"), [("2023", "2023-12-31"), ("2023-03", "2023-03-31"), ("", "2024")]
)
def test_dates_are_compared_to_the_precision_of_both(package: Path, child: str, parent: str) -> None:
    together(cell("datasets", 2, "released", child), cell("datasets", 6, "released", parent))(package)
    assert not [one for one in problems(package) if "is older than seeds" in one.problem]


def test_every_cycle_is_reported_whole(package: Path) -> None:
    added("derivations", child="seeds", relation="includes", parent="alpha", **EDGE)(package)
    added("adaptations", child="writer", relation="merge_of", parent="base-7b", **EDGE)(package)
    added("adaptations", child="base-7b", relation="merge_of", parent="writer", **EDGE)(package)
    said = sorted(one.problem for one in problems(package) if "cycle" in one.problem)
    assert said == [
        "is part of a cycle: alpha <- seeds <- alpha",
        "is part of a cycle: base-7b <- writer <- base-7b",
    ]


def test_a_name_that_two_tables_share_may_be_preferred_on_one(package: Path) -> None:
    cell("aliases", 4, "preferred", "false")(package)
    assert problems(package) == []


def test_a_family_needs_no_parents(package: Path) -> None:
    assert cell("datasets", 4, "upstream", "partial")(package) is None
    assert problems(package) == []


def test_warnings_alone_leave_a_package_valid(package: Path) -> None:
    from tests.conftest import run

    together(cell("derivations", 2, "rows", "176"), cell("derivations", 2, "rows_precision", "exact"))(
        package
    )
    result = run("validate", package)
    assert result.exit_code == 0 and "Warnings:" in result.stdout
    assert result.stdout.endswith(": valid (0 errors, 1 warning)\n")


def test_a_model_may_be_called_as_a_method_is(package: Path) -> None:
    """Whoever traces a name means a dataset or a model."""
    cell("aliases", 2, "alias", "Filtering")(package)
    assert problems(package) == []


def test_of_rows_out_of_order_the_fewest_are_named(package: Path) -> None:
    """One row that stands too early does not put all that follow it out of order."""
    cell("datasets", 2, "id", "zeta")(package)
    said = [(one.row, one.value) for one in problems(package) if one.problem == "is out of order"]
    assert said == [(2, "zeta")]


def test_a_table_turned_around_names_some_of_its_cycles_and_no_endless_way(package: Path) -> None:
    count = 200
    dataset = {"kind": "prompts", "status": "available", "upstream": "partial", "source": "card"}
    rows = [{"id": f"d-{n:03}", "name": f"D {n}"} | dataset for n in range(count)]
    write_table(package, "datasets", rows)
    ring = [(n, (n + 1) % count) for n in range(count)] + [(n + 1, n) for n in range(0, count, 2)]
    edges = [{"child": f"d-{a:03}", "relation": "includes", "parent": f"d-{b:03}", **EDGE} for a, b in ring]
    write_table(package, "derivations", edges)
    said = [one.problem for one in problems(package) if "cycle" in one.problem]
    assert 1 < len(said) <= 50
    assert max(map(len, said)) < 500
