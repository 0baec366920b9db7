"""A gate fails on what it names, says what failed and where, and can be told what was judged before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llmlineage.audit import CATEGORIES
from tests.audit.made import audited, reported, written
from tests.conftest import run

NC = "noncommercial:alpha=a research model, never sold"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of no repository to call from."""
    folder = tmp_path / "called" / "from"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("category", [*CATEGORIES, "benchmark", "unknown"])
def test_a_gate_fails_on_what_it_names_and_says_where(edition: Path, config: Path, category: str) -> None:
    found = {one["category"] for one in reported(edition, config)["findings"]}
    group = {
        "benchmark": {"benchmark-test", "benchmark-train"},
        "unknown": {"no-licence", "unreleased", "unread", "undisclosed", "no-record"},
    }.get(category, {category})
    result = run("--edition", edition, "audit", config, "--fail-on", category)
    assert result.exit_code == bool(found & group)
    said = [line for line in result.stderr.splitlines() if "failed on" in line]
    assert len(said) == len(found & group) and all(config.name in line for line in said)


def test_the_tiny_config_has_most_of_what_a_gate_may_name(edition: Path, config: Path) -> None:
    found = {one["category"] for one in reported(edition, config)["findings"]}
    assert {"noncommercial", "benchmark-test", "double-counted", "undisclosed", "no-record"} <= found


def test_a_gate_that_names_nothing_passes(edition: Path, config: Path) -> None:
    assert run("--edition", edition, "audit", config, "--fail-on", "").exit_code == 0


def test_a_gate_passes_where_nothing_is_found(edition: Path, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("seeds\n", encoding="utf-8")
    gate = "noncommercial,benchmark,benchmark-test,unknown,double-counted"
    result = run("--edition", edition, "audit", path, "--fail-on", gate)
    assert (result.exit_code, result.stderr) == (0, "")


def test_a_category_that_is_none_is_refused(edition: Path, config: Path) -> None:
    result = run("--edition", edition, "audit", config, "--fail-on", "noncomercial")
    assert result.exit_code == 2 and "noncommercial" in result.stderr


@pytest.mark.parametrize("format", ["text", "json", "sarif", "github", "markdown"])
def test_names_without_a_record_never_pass_in_silence(edition: Path, tmp_path: Path, format: str) -> None:
    path = written(tmp_path / "a.json", "no/where", base="not/known")
    result = run("--edition", edition, "audit", path, "--format", format)
    assert "a.json: 2 names without a record" in result.stderr
    assert "no/where" in result.stdout and "not/known" in result.stdout
    assert "none found" not in result.stdout.lower()
    assert run("--edition", edition, "audit", path, "--fail-on", "no-record").exit_code == 1


def test_nothing_found_is_said_only_of_what_has_a_record(edition: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", "seeds", "no/where")
    for format in ("text", "markdown"):
        shown = run("--edition", edition, "audit", path, "--format", format).stdout.lower()
        assert "none found in what has a record" in shown


@pytest.mark.parametrize("id", ["alpha", "lab/alpha", "nc"])
def test_what_is_ignored_is_struck_from_the_verdict_and_still_shown(
    edition: Path, config: Path, id: str
) -> None:
    ignore = ("--ignore", f"noncommercial:{id}=a research model, never sold")
    result = run("--edition", edition, "audit", config, *ignore, "--fail-on", "noncommercial")
    assert result.exit_code == 0 and "failed on" not in result.stderr
    (line,) = (line for line in result.stdout.splitlines() if "ignored: non-commercial" in line)
    assert "alpha" in line and "a research model, never sold" in line
    assert not any(line.startswith("  ! non-commercial") for line in result.stdout.splitlines())
    document = reported(edition, config, *ignore)
    ignored = [one for one in document["findings"] if one["ignored"]]
    assert {(one["category"], one["ignored"]) for one in ignored} == {
        ("noncommercial", "a research model, never sold")
    }
    assert document["audits"][0]["verdict"]["noncommercial"] == {"count": 0, "nearest": None}


def test_an_ignore_of_one_thing_leaves_the_others(edition: Path, config: Path) -> None:
    gate = ("--fail-on", "noncommercial,benchmark-test")
    result = run("--edition", edition, "audit", config, "--ignore", NC, *gate)
    assert result.exit_code == 1 and "failed on benchmark-test" in result.stderr


def test_an_ignore_that_fits_nothing_warns(edition: Path, config: Path) -> None:
    result = run("--edition", edition, "audit", config, "--ignore", "share-alike:alpha=judged before")
    assert result.exit_code == 0 and "share-alike:alpha" in result.stderr
    assert "share-alike" not in run("--edition", edition, "audit", config, "--ignore", NC).stderr


@pytest.mark.parametrize(
    "text", ["noncommercial", "noncommercial:alpha", "noncommercial:alpha=", "nothing:alpha=x", ":alpha=x"]
)
def test_an_ignore_needs_a_category_an_id_and_a_reason(edition: Path, config: Path, text: str) -> None:
    assert run("--edition", edition, "audit", config, "--ignore", text).exit_code == 2


SETTINGS = """\
[audit]
fail-on = ["noncommercial", "benchmark"]

[[audit.ignore]]
category = "noncommercial"
id = "alpha"
reason = "a research model"
"""


def test_settings_hold_what_fails_and_what_is_ignored(edition: Path, config: Path, elsewhere: Path) -> None:
    (elsewhere / "llmlineage.toml").write_text(SETTINGS, encoding="utf-8")
    result = run("--edition", edition, "audit", config)
    assert result.exit_code == 1 and "failed on benchmark-test" in result.stderr
    assert "a research model" in result.stdout and "failed on noncommercial" not in result.stderr
    # What the call says goes before what the file says, and ignores of both count.
    assert run("--edition", edition, "audit", config, "--fail-on", "noncommercial").exit_code == 0
    more = ("--ignore", "benchmark-test:quiz=not evaluated on")
    assert run("--edition", edition, "audit", config, *more).exit_code == 0


def test_settings_are_those_of_the_repository_and_of_nothing_above_it(
    edition: Path, config: Path, elsewhere: Path
) -> None:
    above = elsewhere.parent / "llmlineage.toml"
    above.write_text(SETTINGS, encoding="utf-8")
    assert run("--edition", edition, "audit", config).exit_code == 0
    (elsewhere.parent / ".git").mkdir()
    assert run("--edition", edition, "audit", config).exit_code == 1
    (elsewhere / "llmlineage.toml").write_text("", encoding="utf-8")  # the nearest alone
    assert run("--edition", edition, "audit", config).exit_code == 0
    (elsewhere / "llmlineage.toml").unlink()
    (elsewhere / ".git").mkdir()
    assert run("--edition", edition, "audit", config).exit_code == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[audit\n", "is not TOML"),
        ("audit = 3\n", "audit is no table"),
        ("[audits]\n", "has audits"),
        ("[audit]\nfail_on = []\n", "has fail_on"),
        ('[audit]\nfail-on = "noncommercial"\n', "fail-on is not a list"),
        ('[audit]\nfail-on = ["noncomercial"]\n', "'noncomercial' is not one of noncommercial"),
        ("[audit]\nfail-on = [[]]\n", "fail-on is not a list"),
        ("[audit]\nignore = 3\n", "category, id and reason"),
        ('[[audit.ignore]]\ncategory = "noncommercial"\nid = "alpha"\n', "category, id and reason"),
        ('[[audit.ignore]]\ncategory = "x"\nid = "alpha"\nreason = "y"\n', "'x' is not one of"),
        ('[[audit.ignore]]\ncategory = "noncommercial"\nid = "alpha"\nreason = " "\n', "are texts"),
        ("a = " + "[" * 10_000, "is not TOML"),
        ("x = 1\n" * 1_000_000, "MB"),
        ("\udcff", "UTF-8"),
    ],
)
def test_settings_that_cannot_be_taken_are_one_message(
    edition: Path, config: Path, elsewhere: Path, text: str, said: str
) -> None:
    (elsewhere / "llmlineage.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    result = run("--edition", edition, "audit", config)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert said in result.stderr and "llmlineage.toml" in result.stderr


def test_settings_that_are_no_file_are_told(edition: Path, config: Path, elsewhere: Path) -> None:
    (elsewhere / "llmlineage.toml").mkdir()
    result = run("--edition", edition, "audit", config)
    assert result.exit_code == 2 and "llmlineage.toml" in result.stderr


def test_what_is_evaluated_on_leaves_nothing(edition: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_text(
        "base_model: lab/base-7b\ndatasets: [{path: seeds}]\n"
        "test_datasets: [{path: lab/alpha}, {path: lab/quiz}]\n"
        "sequence_len: 1\n",
        encoding="utf-8",
    )
    found = {one["category"] for one in reported(edition, path)["findings"]}
    assert not found & {"noncommercial", "benchmark-test", "provider-terms"}


def test_sarif_has_the_line_and_what_is_suppressed(edition: Path, config: Path) -> None:
    call = ("--format", "sarif", "--fail-on", "noncommercial,benchmark", "--ignore", NC)
    result = run("--edition", edition, "audit", config, *call)
    document = json.loads(result.stdout)
    assert document["version"] == "2.1.0" and result.exit_code == 1
    (sarif,) = document["runs"]
    rules = [rule["id"] for rule in sarif["tool"]["driver"]["rules"]]
    assert rules == list(CATEGORIES)
    found = {}
    for one in sarif["results"]:
        assert rules[one["ruleIndex"]] == one["ruleId"]
        line = one["locations"][0]["physicalLocation"]["region"]["startLine"]
        found[one["ruleId"], one["message"]["text"].split()[0]] = (
            line,
            one["level"],
            one.get("suppressions"),
        )
    judged = [{"kind": "external", "justification": "a research model, never sold"}]
    assert found["noncommercial", "alpha"] == (3, "note", judged)
    assert found["benchmark-test", "quiz"] == (6, "error", None)
    assert found["no-record", "somebody/private"] == (8, "note", None)


def test_github_annotations_are_escaped_lines(edition: Path, tmp_path: Path) -> None:
    path = tmp_path / "50%,a.txt"
    path.write_text("alpha\n", encoding="utf-8")
    out = run("--edition", edition, "audit", path, "--format", "github", "--fail-on", "noncommercial").stdout
    assert all(line.startswith(("::error file=", "::notice file=")) for line in out.splitlines())
    assert "50%25%2Ca.txt,line=1,title=llmlineage%3A noncommercial::alpha (nc)" in out


@pytest.mark.parametrize("names", [1, 9, 10, 200])
def test_github_shows_ten_annotations_of_a_file_what_fails_first(
    edition: Path, tmp_path: Path, names: int
) -> None:
    path = written(tmp_path / "a.json", "lab/alpha", *(f"no/{number}" for number in range(names)))
    gate = ("--format", "github", "--fail-on", "no-record")
    lines = run("--edition", edition, "audit", path, path, *gate).stdout.splitlines()
    found = len(reported(edition, path)["findings"])
    assert len(lines) == 2 * min(found, 10)
    assert lines[0].startswith("::error") and "no-record" in lines[0]
    if found > 10:
        assert f"and {found - 9} more" in lines[9] and lines[9].startswith("::error") == (names > 9)


def test_a_comment_has_a_table_of_what_was_found_and_what_fails_in_bold(edition: Path, config: Path) -> None:
    call = ("--format", "markdown", "--fail-on", "benchmark-test", "--ignore", NC)
    shown = run("--edition", edition, "audit", config, config.parent / "gone.yml", *call).stdout
    assert "| **benchmark test: fails** | 1 | quiz (test items) included in beta-1.0 |" in shown
    assert "| no record | 2 |" in shown and "- noncommercial: ~~`alpha`~~: a research model" in shown
    assert "Not audited: cannot be read" in shown
    assert audited(edition, config)["file"] in shown
