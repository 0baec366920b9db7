"""``add``: a row goes where it belongs, or is refused with every file as it was."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from llmlineage.cli import add, main
from llmlineage.curate.columns import KINDS
from llmlineage.package import known_schema
from tests.conftest import run
from tests.tiny import TABLES, read_table, write_table

CARD = "https://huggingface.co/datasets/lab/alpha"
DATASET = {
    "name": "Delta 2.5",
    "kind": "instruction",
    "status": "available",
    "upstream": "root",
    "source": "card",
}
EDGE = {"child": "mix", "relation": "includes", "parent": "seeds", "basis": "stated", "source": "card"}


def call(package: Path, kind: str, /, *more: str, **cells: str) -> Result:
    words = [f"--{name.replace('_', '-')}={cell}" for name, cell in cells.items()]
    return run("add", kind, "--package", package, "--no-validate", *words, *more)


def contents(package: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (package / "data").iterdir()}


def new_lines(before: dict[str, bytes], package: Path) -> dict[str, list[bytes]]:
    """Of each file, the lines that were put in; all others are byte for byte as before."""
    found = {}
    for name, content in contents(package).items():
        old, new = before[name].splitlines(keepends=True), content.splitlines(keepends=True)
        added = [line for line in new if line not in old]
        assert [line for line in new if line not in added] == old
        if added:
            found[name] = added
    return found


def refused(package: Path, kind: str, /, **cells: str) -> str:
    """The message of a call that is refused and touches nothing."""
    before = contents(package)
    result = call(package, kind, **cells)
    assert (result.exit_code, result.stdout) == (2, "")
    assert contents(package) == before
    return result.stderr


def test_a_dataset_goes_to_its_sorted_place_with_the_id_that_its_name_makes(package: Path) -> None:
    before = contents(package)
    result = call(package, "dataset", summary='One, "two".', **DATASET)
    assert result.exit_code == 0
    line = 'delta-2.5,Delta 2.5,instruction,,,,,,,,,,,available,root,"One, ""two"".",,card,,'
    assert new_lines(before, package) == {"datasets.csv": [f"{line}\n".encode()]}
    assert result.stdout.startswith(f"data/datasets.csv:5\n  {line}\nNext:\n")
    assert f"llmlineage --edition {package} trace delta-2.5" in result.stdout
    assert run("validate", package).exit_code == 0


@pytest.mark.parametrize(
    ("cells", "table", "row"),
    [
        (EDGE, "derivations", "mix,includes,seeds,,,,,,,,,stated,,card,,"),
        ({**EDGE, "relation": "", "role": "rated", "parent": "writer"}, "generations",
         "mix,rated,writer,,,,,,,stated,,card,,"),
        ({**EDGE, "relation": "", "stage": "sft", "child": "mix-7b"}, "trainings",
         "mix-7b,sft,seeds,,,,,,,,stated,,card,,"),
        ({**EDGE, "relation": "distilled_from", "child": "mix-7b", "parent": "writer"}, "adaptations",
         "mix-7b,distilled_from,writer,,,,,,stated,,card,,"),
    ],
    ids=["derivations", "generations", "trainings", "adaptations"],
)  # fmt: skip
def test_what_an_edge_joins_says_in_which_table_it_stands(
    package: Path, cells: dict[str, str], table: str, row: str
) -> None:
    before = contents(package)
    given = {name: cell for name, cell in cells.items() if cell}
    assert call(package, "edge", **given).exit_code == 0
    assert new_lines(before, package) == {f"{table}.csv": [f"{row}\n".encode()]}


def test_several_parents_are_several_rows_or_none(package: Path) -> None:
    before = contents(package)
    assert "nobody" in call(package, "edge", "--parent", "nobody", **EDGE).stderr
    assert contents(package) == before
    document = json.loads(call(package, "edge", "--parent", "beta-all", "--json", **EDGE).stdout)
    assert [(one["file"], one["row"], one["cells"]["parent"]) for one in document["written"]] == [
        ("data/derivations.csv", 7, "seeds"),
        ("data/derivations.csv", 6, "beta-all"),
    ]
    assert document["written"][0]["cells"]["rows"] is None


def test_a_source_is_named_by_its_address_and_dated_today(package: Path) -> None:
    url = "https://hf.co/datasets/lab/Delta_2.5/tree/main"
    assert call(package, "source", url=url).exit_code == 0
    row = next(row for row in read_table(package, "sources") if row["id"] == "card-dataset-lab-delta-2.5")
    assert (row["kind"], row["title"]) == ("dataset_card", "lab/Delta_2.5 dataset card")
    assert row["url"] == "https://huggingface.co/datasets/lab/Delta_2.5"
    assert row["accessed"] == date.today().isoformat()


def test_a_source_that_is_there_is_found_by_its_address(package: Path) -> None:
    assert call(package, "dataset", **{**DATASET, "source": f"{CARD}/tree/main"}).exit_code == 0
    assert read_table(package, "datasets")[3]["source"] == "card"
    assert "data/sources.csv:2 url" in refused(package, "source", url=CARD, title="Again", id="again")


def test_a_source_that_is_not_there_is_asked_for_with_the_command_that_adds_it(package: Path) -> None:
    message = refused(package, "dataset", **{**DATASET, "source": "https://arxiv.org/abs/2306.02707v2"})
    assert "llmlineage add source --url https://arxiv.org/abs/2306.02707" in message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": ""}, "kind: is required; one of instruction, dialogue"),
        ({"name": "Alpha"}, "data/datasets.csv:2 id alpha: stands there already"),
        ({"hub_id": "lab/alpha"}, "data/datasets.csv:2 hub_id lab/alpha: is that of alpha already"),
        ({"id": "Delta"}, "id Delta: does not have the form"),
        ({"id": "writer"}, "is a dataset too"),
        ({"name": "…"}, "id: is required"),
        ({"rows": "5k"}, "rows 5k: is not of type integer"),
        ({"rows": "-1"}, "rows -1: "),
        ({"released": "2023-02-30"}, "is not a day of the calendar"),
        ({"released": "2023-1٣"}, "released"),
        ({"license": "fre"}, "license fre: is not an id of licenses; did you mean free?"),
        ({"family": "Beta"}, "did you mean beta-all, beta-1.0?"),
        ({"family": "alpha"}, "is not a record of kind family"),
        ({"name": "=1+1"}, "a spreadsheet would run it"),
        ({"note": "two\nlines"}, "note two\\nlines: "),
        ({"note": "\x1b[31mred"}, "note \\x1b[31mred: "),
        ({"languages": "en;en"}, "stands twice in the list"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_wrong_row_is_refused_with_what_would_mend_it(
    package: Path, change: dict[str, str], said: str
) -> None:
    cells = {name: cell for name, cell in {**DATASET, **change}.items() if cell}
    message = refused(package, "dataset", **cells)
    assert said in message and not message.endswith("\n\n") and "\x1b" not in message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"parent": "alpha"}, "derivations.csv:4 child, relation, parent, part mix, includes, alpha: stands"),
        ({"parent": "Beta"}, "parent Beta: is not an id of datasets or models; did you mean beta-all"),
        ({"relation": "finetune_of"}, "does not fit, as mix is a dataset and seeds a dataset"),
        ({"parent": "writer"}, "give a role, one of wrote_prompts"),
        ({"relation": ""}, "relation: is required; one of includes"),
        ({"child": "seeds", "parent": "mix"}, "is part of a cycle"),
        ({"basis": "inferred"}, "note: is empty though the edge is inferred"),
        ({"weight": "0.5"}, "weight 0.5: is not a column of this table"),
        ({"child": "", "parent": ""}, "child: is required"),
    ],
)  # fmt: skip
def test_a_wrong_edge_is_refused_with_what_would_mend_it(
    package: Path, change: dict[str, str], said: str
) -> None:
    assert said in refused(package, "edge", **{n: c for n, c in {**EDGE, **change}.items() if c})


def test_an_alias_of_several_records_says_which_is_meant(package: Path) -> None:
    cells = {"alias": "m-7", "table": "datasets", "id": "mix", "kind": "short"}
    assert "none of them preferred" in refused(package, "alias", **cells)
    assert call(package, "alias", "--preferred", **cells).exit_code == 0
    assert run("validate", package).exit_code == 0


def test_what_a_later_row_mends_is_still_to_come(package: Path) -> None:
    cells = [
        word for name, cell in {**DATASET, "upstream": "complete"}.items() for word in (f"--{name}", cell)
    ]
    first = run("add", "dataset", "--package", package, *cells)
    assert first.exit_code == 0
    assert "Still to come:\ndata/datasets.csv:5 upstream complete: " in first.stdout
    assert "Errors" not in first.stdout
    edge = [word for name, cell in {**EDGE, "child": "delta-2.5"}.items() for word in (f"--{name}", cell)]
    last = run("add", "edge", "--package", package, *edge)
    assert last.exit_code == 0 and last.stdout.endswith(f"{package}: valid\n")


def test_the_rows_of_a_file_keep_their_quotes_and_their_disorder(package: Path) -> None:
    path = package / "data" / "organizations.csv"
    write_table(
        package,
        "organizations",
        [TABLES["organizations"][0] | {"id": id, "hub_id": id} for id in ("lab", "a", "z")],
    )
    text = path.read_text(encoding="utf-8")
    path.write_text(
        "".join(f'"{line}"\n'.replace(",", '","') for line in text.splitlines()), encoding="utf-8"
    )
    before = contents(package)
    assert call(package, "organization", name="Kit", kind="company", source="card").exit_code == 0
    assert new_lines(before, package) == {
        "organizations.csv": [b'"kit","Kit","company","","","","","card",""\n']
    }
    assert path.read_bytes().splitlines()[1].startswith(b'"kit"')


@pytest.mark.parametrize(
    "damage", [lambda text: text.replace("\n", "\r\n"), lambda text: text[:-1], lambda _: ""]
)
def test_a_package_that_is_not_in_order_gets_no_row(package: Path, damage: Any) -> None:
    path = package / "data" / "aliases.csv"
    path.write_bytes(damage(path.read_bytes().decode()).encode())
    message = refused(package, "dataset", **DATASET)
    assert "data/aliases.csv" in message and "validate" in message


def test_without_frictionless_the_row_is_written_and_the_rest_is_said(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    for module in [name for name in sys.modules if name.partition(".")[0] == "frictionless"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "frictionless", None)
    cells = [word for name, cell in DATASET.items() for word in (f"--{name}", cell)]
    result = run("add", "dataset", "--package", package, *cells)
    assert result.exit_code == 0 and "delta-2.5" in contents(package)["datasets.csv"].decode()
    assert "the package as a whole was not" in result.stderr and "valid" not in result.stdout


def test_the_package_is_the_one_in_this_folder_or_above(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [word for name, cell in DATASET.items() for word in (f"--{name}", cell)]
    monkeypatch.chdir(tmp_path)
    nowhere = run("add", "dataset", *words)
    assert nowhere.exit_code == 2 and "--package" in nowhere.stderr
    monkeypatch.chdir(package / "data")
    assert run("add", "dataset", "--no-validate", *words).exit_code == 0
    assert read_table(package, "datasets")[3]["id"] == "delta-2.5"


def typed(package: Path, monkeypatch: pytest.MonkeyPatch, words: str, *answers: str) -> Result:
    """Call ``add`` with somebody at the terminal."""
    monkeypatch.setattr(add, "on_terminal", lambda: True)
    arguments = ["add", *words.split(), "--package", str(package), "--no-validate"]
    return CliRunner().invoke(main, arguments, input="".join(f"{answer}\n" for answer in answers))


def test_on_a_terminal_what_is_missing_is_asked_for_until_it_fits(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = ("Delta 2.5", "story", "instruction", "available", "root", "crd", CARD, "")
    result = typed(package, monkeypatch, "dataset", *answers)
    assert result.exit_code == 0, result.stderr
    assert "story is not one of the values; one of instruction" in result.stderr
    assert "crd is not an id of sources; did you mean card?" in result.stderr
    filled = {name: cell for name, cell in read_table(package, "datasets")[3].items() if cell}
    assert filled == DATASET | {"id": "delta-2.5"}


def test_on_a_terminal_an_edge_asks_for_what_its_ends_leave_open(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = typed(package, monkeypatch, "edge", "mix", "the writer", "writer", "rated", "stated", "card")
    assert result.exit_code == 0, result.stderr
    assert read_table(package, "generations")[1]["role"] == "rated"


def test_answers_are_not_lost_when_the_row_is_refused_or_the_asking_ends(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(package)
    stopped = typed(package, monkeypatch, "dataset --kind prompts", "The Delta", "gated")
    assert stopped.exit_code == 2 and contents(package) == before
    command = "llmlineage add dataset --kind prompts --name 'The Delta' --status gated\n"
    assert command in stopped.stderr
    cycle = typed(package, monkeypatch, "edge --child seeds", "mix", "includes", "stated", "card")
    assert cycle.exit_code == 2 and "is part of a cycle" in cycle.stderr
    assert "--child seeds --parent mix --relation includes --basis stated --source card" in cycle.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_each_column_of_the_schema_is_an_option_with_its_description(kind: str) -> None:
    page = run("add", kind, "-h").stdout
    assert all(len(line) <= 80 for line in page.splitlines())
    options = re.findall(r"^  --([a-z-]+)", page, re.MULTILINE)
    columns = {field["name"] for table in KINDS[kind] for field in known_schema(table)["fields"]} - {
        "second_read"
    }
    ends = {"dataset", "model"} if kind == "edge" else set()
    assert {name.replace("_", "-") for name in columns - ends} <= set(options)
    assert "second-read" not in options, "whoever writes a row is not its second reader"
    flat = " ".join(page.split())
    for table in KINDS[kind]:
        for field in known_schema(table)["fields"]:
            assert all(value in flat for value in field.get("constraints", {}).get("enum", ()))
