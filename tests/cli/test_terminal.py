"""On a terminal: colour and width; in a pipe: plain text, and silence when the reader goes away."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from llmlineage.edition.shape import seal
from llmlineage.visible import visible
from tests.conftest import run
from tests.tiny import ROOT

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def environment(edition: Path, **variables: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "LLMLINEAGE_EDITION": str(edition),
        "TERM": "xterm",
        **variables,
    }


def on_a_terminal(
    edition: Path, *arguments: str | Path, columns: int = 80, status: int = 0, **variables: str
) -> str:
    """What the program writes to a terminal of so many columns."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "llmlineage", *map(str, arguments)],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=environment(edition, **variables),
        close_fds=True,
    )
    os.close(follower)
    written = b""
    while True:
        try:
            chunk = os.read(leader, 65536)
        except OSError:  # the program has closed the terminal
            break
        if not chunk:
            break
        written += chunk
    os.close(leader)
    assert process.wait(timeout=60) == status
    return written.decode().replace("\r\n", "\n")


def piped(edition: Path, *arguments: str | Path, **variables: str) -> str:
    command = [sys.executable, "-m", "llmlineage", *map(str, arguments)]
    result = subprocess.run(
        command, env=environment(edition, **variables), capture_output=True, text=True, check=True
    )
    return result.stdout


def shell(edition: Path, command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    program = f"{sys.executable} -m llmlineage"
    return subprocess.run(
        ["bash", "-c", command.replace("llmlineage", program, 1)],
        env=environment(edition, **variables),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "command", [["trace", "mix-7b"], ["show", "alpha"], ["why", "mix", "alpha"], ["stats"]]
)
def test_a_terminal_gets_colour_that_changes_no_word(tiny_edition: Path, command: list[str]) -> None:
    coloured = on_a_terminal(tiny_edition, *command, columns=200)
    assert ESCAPE.search(coloured)
    assert ESCAPE.sub("", coloured) == piped(tiny_edition, *command, COLUMNS="200")


def test_no_colour_where_it_is_not_wanted(tiny_edition: Path) -> None:
    assert "\x1b" not in on_a_terminal(tiny_edition, "trace", "mix-7b", NO_COLOR="1")
    assert "\x1b" not in on_a_terminal(tiny_edition, "trace", "mix-7b", TERM="dumb")


def test_an_empty_no_color_is_as_none(tiny_edition: Path) -> None:
    assert ESCAPE.search(on_a_terminal(tiny_edition, "trace", "mix-7b", NO_COLOR=""))


@pytest.mark.parametrize("variables", [{}, {"FORCE_COLOR": "1"}, {"COLORTERM": "truecolor"}])
def test_a_pipe_never_gets_colour(tiny_edition: Path, variables: dict[str, str]) -> None:
    assert "\x1b" not in piped(tiny_edition, "trace", "mix-7b", **variables)


@pytest.mark.parametrize("options", [["--json"], ["--format", "csv"], ["-q"]])
def test_what_programs_read_is_plain_on_a_terminal_too(tiny_edition: Path, options: list[str]) -> None:
    shown = on_a_terminal(tiny_edition, "trace", "mix-7b", *options, columns=40)
    assert shown == piped(tiny_edition, "trace", "mix-7b", *options)


def test_lines_wrap_to_the_terminal(real_edition: Path) -> None:
    wide = {
        columns: on_a_terminal(real_edition, "trace", "OpenHermes-2", columns=columns)
        for columns in (80, 120)
    }
    for columns, shown in wide.items():
        lines = ESCAPE.sub("", shown).splitlines()[1:]  # the first is of stderr
        assert max(map(len, lines)) <= columns
    assert max(map(len, ESCAPE.sub("", wide[120]).splitlines()[1:])) > 80


def test_columns_says_the_width_anywhere_and_a_pipe_has_none(real_edition: Path) -> None:
    wrapped = piped(real_edition, "trace", "OpenHermes-2", COLUMNS="80").splitlines()
    assert max(map(len, wrapped)) <= 80
    assert max(map(len, piped(real_edition, "trace", "OpenHermes-2").splitlines())) > 80
    assert piped(real_edition, "trace", "OpenHermes-2", COLUMNS="0") == piped(
        real_edition, "trace", "OpenHermes-2"
    )


@pytest.mark.parametrize(
    "command", ["trace slimorca --down", "tables sources --format csv", "tables edges --json"]
)
def test_a_reader_that_goes_away_is_no_error(real_edition: Path, command: str) -> None:
    result = shell(real_edition, f"llmlineage {command} | head -1")
    assert (result.returncode, result.stderr) == (0, "")
    assert len(result.stdout.splitlines()) == 1


def test_an_answer_smaller_than_the_buffer_can_go_unread(tiny_edition: Path) -> None:
    result = shell(tiny_edition, "llmlineage trace mix --format csv | true")
    assert result.stderr == ""


@pytest.mark.parametrize("format", ["tree", "csv"])
def test_a_full_disk_is_one_message(tiny_edition: Path, format: str) -> None:
    result = shell(tiny_edition, f"llmlineage trace mix --format {format} > /dev/full")
    assert result.returncode == 2
    assert result.stderr.startswith("llmlineage: stdout: ") and result.stderr.count("\n") == 1


def test_a_closed_stdout_is_one_message(tiny_edition: Path) -> None:
    result = shell(tiny_edition, "llmlineage trace mix >&-")
    assert (result.returncode, result.stderr) == (2, "llmlineage: stdout is closed\n")


def test_an_encoding_without_the_characters_is_named(tiny_edition: Path) -> None:
    result = shell(tiny_edition, "llmlineage trace mix", PYTHONIOENCODING="latin-1")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("llmlineage: the output holds characters that latin-1 lacks; ")


def test_no_traceback_is_shown_unless_it_is_asked_for(tmp_path: Path) -> None:
    quiet = shell(tmp_path, "llmlineage trace alpha")
    assert quiet.returncode == 2 and quiet.stderr.count("\n") == 1
    debug = shell(tmp_path, "llmlineage trace alpha", LLMLINEAGE_DEBUG="1")
    assert debug.returncode == 1
    assert debug.stderr.startswith("Traceback (most recent call last):")
    assert "InvalidEdition: " in debug.stderr.splitlines()[-1]


# A title, red, the screen cleared, a line turned round, a line of one's own, and commands of CI systems.
EVIL = "x\x1b]0;x\x07\x1b[31m\x9b2J\u202e\r\n::error::x ##[error]x\u200b"
FREE_TEXT = {"name", "title", "url", "note", "locator", "part", "summary", "stated", "accepted", "alias"}
REPORTS = (
    ["trace", "mix-7b"],
    ["trace", "mix-7b", "--sources", "--full"],
    ["trace", "mix-7b", "--format", "table"],
    ["show", "alpha"],
    ["show", "nc"],
    ["why", "mix", "alpha"],
    ["terms", "mix-7b"],
    ["compare", "mix", "alpha"],
    ["card", "mix-7b"],
    ["search", "x"],
    ["stats"],
    ["tables", "sources"],
    ["sql", "SELECT * FROM nodes"],
    ["--version"],
)


@pytest.fixture(scope="module")
def hostile(tiny_edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An edition of which every free text would act on a terminal, if it reached one."""
    folder = shutil.copytree(tiny_edition, tmp_path_factory.mktemp("hostile") / "edition")
    with sqlite3.connect(folder / "lineage.sqlite") as index:
        tables = [name for (name,) in index.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in tables:
            for _, column, *_ in index.execute(f'PRAGMA table_info("{table}")').fetchall():
                if column in FREE_TEXT:
                    index.execute(f'UPDATE "{table}" SET "{column}" = "{column}" || ?', (EVIL,))
        index.execute("UPDATE meta SET value = value || ? WHERE key = 'version'", (EVIL,))
    index.close()
    seal(folder / "lineage.sqlite")  # as whoever means ill would
    return folder


def assert_harmless(shown: str) -> None:
    """Nothing in it but colour acts on a terminal, and no line is a command."""
    for line in ESCAPE.sub("", shown).split("\n"):
        assert visible(line) == line
        assert not line.lstrip().startswith("::") and "##[" not in line


@pytest.mark.parametrize("report", REPORTS, ids=" ".join)
def test_what_data_say_acts_on_no_terminal(hostile: Path, report: list[str]) -> None:
    wide = on_a_terminal(hostile, *report, columns=9999)
    assert r"\x1b]0;x\x07" in wide
    assert_harmless(wide)
    assert_harmless(on_a_terminal(hostile, *report))  # where it may be cut


@pytest.mark.parametrize("report", REPORTS[:2], ids=" ".join)
def test_what_data_say_acts_in_no_pipe_and_no_json(hostile: Path, report: list[str]) -> None:
    assert_harmless(piped(hostile, *report))
    document = piped(hostile, *report, "--json")
    assert_harmless(document)
    assert json.loads(document)["nodes"][0]["name"].endswith(EVIL)


@pytest.mark.parametrize(
    "command", [["trace"], ["show"], ["card"], ["audit"], ["validate"], [], ["trace", "--only"]]
)
@pytest.mark.parametrize("name", [EVIL, "::error::x", "##[error]x", "x" * 100_000, os.fsdecode(b"\xff")])
def test_what_a_call_says_acts_on_no_terminal_and_is_cut(
    tiny_edition: Path, command: list[str], name: str
) -> None:
    result = run("--edition", tiny_edition, *command, name)
    assert isinstance(result.exception, SystemExit) and result.exit_code == 2
    assert_harmless(result.stderr)
    assert len(result.stderr) < 3000


@pytest.mark.parametrize("columns", [0, 1, 20, 60])
@pytest.mark.parametrize("report", [REPORTS[0], *REPORTS[3:7]], ids=" ".join)
def test_a_terminal_of_any_width_gets_every_word(tiny_edition: Path, report: list[str], columns: int) -> None:
    narrow, wide = (on_a_terminal(tiny_edition, *report, columns=width) for width in (columns, 9999))
    assert "".join(re.findall(r"\w", ESCAPE.sub("", narrow))) == "".join(
        re.findall(r"\w", ESCAPE.sub("", wide))
    )


FITTING = (
    ["show", "openhermes-2.5"],
    ["show", "qwen-2.5"],
    ["show", "dpo"],
    ["show", "mixture-of-experts"],
    ["tables", "datasets"],
    ["tables", "edges", "--where", "parent = 'alpaca'"],
    ["tables", "derivations", "--describe"],
    ["sql", "SELECT * FROM sources"],
    ["search", "preference"],
    ["stats"],
    ["compare", "zephyr-7b-beta", "tulu-2-dpo-7b"],
    ["benchmarks", "gsm8k", "--down", "--full"],
    ["why", "alpaca", "openhermes-2-mistral-7b"],
    ["trace", "flan-2022"],
    ["trace", "openhermes-2-mistral-7b", "--format", "table"],
)


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("report", FITTING, ids=" ".join)
def test_every_report_fits_the_terminal(
    real_edition: Path, report: list[str], columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address alone is never broken, so that it can be followed."""
    monkeypatch.setenv("COLUMNS", str(columns))
    result = run("--edition", real_edition, *report)
    assert result.exit_code == 0 and result.stdout
    wide = [line for line in result.stdout.splitlines() if len(line) > columns]
    assert not [line for line in wide if not line.strip().startswith("https://")]


@pytest.mark.parametrize(
    "report", [["tables", "models"], ["show", "openhermes-2.5"], ["sql", "SELECT * FROM nodes"]]
)
def test_nothing_is_cut_in_a_pipe(real_edition: Path, report: list[str]) -> None:
    shown = run("--edition", real_edition, *report).stdout
    assert "…" not in shown and "not shown" not in shown
    assert max(map(len, shown.splitlines())) > 120


def test_a_terminal_that_says_0_columns_is_taken_for_a_usual_one(real_edition: Path) -> None:
    shown = [on_a_terminal(real_edition, "trace", "OpenHermes-2", columns=columns) for columns in (0, 80)]
    assert shown[0] == shown[1]


@pytest.mark.parametrize("columns", ["9" * 5000, "1" + "0" * 30, "-5", "many", "\u0663", "1", "00080"])
def test_no_value_of_columns_is_too_odd(tiny_edition: Path, columns: str) -> None:
    assert "alpha" in piped(tiny_edition, "why", "mix", "alpha", COLUMNS=columns)


@pytest.mark.parametrize("command", ["--help", "--version", "trace --help", "tables --json"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_one_message_for_help_too(tiny_edition: Path, command: str, unbuffered: str) -> None:
    result = shell(tiny_edition, f"llmlineage {command} > /dev/full", PYTHONUNBUFFERED=unbuffered)
    assert result.returncode == 2
    assert result.stderr.endswith("No space left on device\n") and result.stderr.count("\n") == 1


def test_a_message_that_nobody_can_read_is_no_other_error(tiny_edition: Path) -> None:
    for closed in ("2> /dev/full", "2>&-"):
        assert shell(tiny_edition, f"llmlineage trace nobody {closed}").returncode == 2


@pytest.mark.parametrize("columns", [60, 80])
def test_what_is_wrong_with_a_package_fits_the_terminal(
    package: Path, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = package / "data" / "derivations.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("includes", "inclodes"), encoding="utf-8")
    piped = run("validate", package).stdout.splitlines()
    assert max(map(len, piped)) > columns
    monkeypatch.setenv("COLUMNS", str(columns))
    wrapped = run("validate", package).stdout.splitlines()
    assert all(len(line) <= columns for line in wrapped)
    assert "".join(wrapped).replace(" ", "") == "".join(piped).replace(" ", "")
