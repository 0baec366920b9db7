"""On a terminal: colour and width; in a pipe: plain text, and silence when the reader goes away."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

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


def on_a_terminal(edition: Path, *arguments: str, columns: int = 80, **variables: str) -> str:
    """What the program writes to a terminal of so many columns."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "llmlineage", *arguments],
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
    assert process.wait(timeout=60) == 0
    return written.decode().replace("\r\n", "\n")


def piped(edition: Path, *arguments: str, **variables: str) -> str:
    command = [sys.executable, "-m", "llmlineage", *arguments]
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


@pytest.mark.parametrize("options", [["--json"], ["--format", "csv"], ["--format", "table"], ["-q"]])
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
    "command", ["trace alpaca --down", "tables sources --format csv", "tables edges --json"]
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
    assert result.stderr.startswith("llmlineage: ") and result.stderr.count("\n") == 1


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
