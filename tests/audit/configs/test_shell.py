"""A script's commands come out as bash would run them, and nothing is run."""

from __future__ import annotations

import contextlib
import time

import pytest

from llmlineage.audit.configs.shell import TooMuch, commands, flags


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("run --a b", ["run", "--a", "b"]),
        ("run --a 'b c' \"d e\"", ["run", "--a", "b c", "d e"]),
        ("run \\\n  --a b \\\n  --c d", ["run", "--a", "b", "--c", "d"]),
        ("run id#500 # a comment", ["run", "id#500"]),
        ("M=org/m\nrun --model $M", ["run", "--model", "org/m"]),
        ('M=org/m\nrun --model "${M}"', ["run", "--model", "org/m"]),
        ("export M=org/m\nrun $M", ["run", "org/m"]),
        ("run ${M:-org/m}", ["run", "org/m"]),
        ('run "${1:-org/m}"', ["run", "org/m"]),
        ("M=a\nrun ${M:-org/m}", ["run", "a"]),
        ("run $HOME/data ${HOME}/x", ["run", "$HOME/data", "${HOME}/x"]),
        ('MIX="a 1.0 b 2"\nrun --mix $MIX', ["run", "--mix", "a", "1.0", "b", "2"]),
        ('MIX="a 1.0 b 2"\nrun --mix "$MIX"', ["run", "--mix", "a 1.0 b 2"]),
        ("A=(x.y=1 \"z=2 3\")\nrun \"${A[@]}\"", ["run", "x.y=1", "z=2 3"]),
        ("A=(\n  a # not this\n  b\n)\nrun ${A[@]}", ["run", "a", "b"]),
        ("A=(a)\nA+=(b)\nrun ${A[@]}", ["run", "a", "b"]),
        ("D=$(date +%s)\nrun --name x_$D --m y", ["run", "--name", "x_$(date +%s)", "--m", "y"]),
        ("for m in one two; do\n run $m\ndone", ["run", "one"]),
        ("if [ 1 ]; then run a; fi", ["run", "a"]),
        ("run a > log.txt 2>&1", ["run", "a"]),
        ("USE_HF=1 run a", ["USE_HF=1", "run", "a"]),
        ('bash -c "run --a b"', ["run", "--a", "b"]),
        ("run 'it''s' \\\"q\\\"", ["run", "its", '"q"']),
        ('M="a" #b 22 c 3"\nrun $M', ["run", "a"]),
    ],
)  # fmt: skip
def test_a_command_is_its_words(script: str, words: list[str]) -> None:
    assert [command for command in commands(script) if command[0] not in ("[", "if", "done")][-1] == words


def test_a_heredoc_read_into_a_variable_is_its_words() -> None:
    script = (
        "read -r -d '' run <<EOF\nmodule.train \\\n  --data ${D:-org/d} \\\n  --flag\nEOF\npython -m $run"
    )
    assert commands(script) == [["python", "-m", "module.train", "--data", "org/d", "--flag"]]


def test_a_quoted_heredoc_is_not_filled_in() -> None:
    script = "A=1\nread -r -d '' x <<'EOF'\n$A\nEOF\nrun $x"
    assert commands(script) == [["run", "$A"]]


def test_a_command_behind_two_dashes_or_an_escaped_and_is_one_of_its_own() -> None:
    script = "python mason.py --gpus 8 -- source setup.sh \\&\\& python open_instruct/grpo.py --a b"
    assert commands(script) == [
        ["python", "mason.py", "--gpus", "8"],
        ["source", "setup.sh"],
        ["python", "open_instruct/grpo.py", "--a", "b"],
    ]


def test_what_is_commented_out_is_gone() -> None:
    assert commands("# run --a b\nrun \\\n  --c d\n# --e f") == [["run", "--c", "d"]]


def test_flags_hold_all_their_values() -> None:
    assert flags(["run", "x", "--data", "a", "b", "--n=1", "--on", "--data", "c"]) == {
        "data": ["a", "b", "c"], "n": ["1"], "on": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    "script",
    [
        "A=xx\n" + "A=$A$A\n" * 60 + "run $A",
        "A=1\n" * 100_000,
        "run " + "a " * 500_000,
        "run '" + "a" * 1_000_000,
        'run "' + "$(" * 5_000,
        "A=(" * 3_000,
        "<<E" * 3_000,
        "run ${" + "A:-${" * 400,
        'bash -c "' * 50,
        "\\\n" * 100_000,
        "\x00\x01 run \udcff",
    ],
    ids=range(11),
)
def test_a_hostile_script_is_read_to_its_end(script: str) -> None:
    """What doubles with each line, or is walked again for each letter, would not come back."""
    with contextlib.suppress(TooMuch):
        assert all(sum(map(len, command)) < 5_000_000 for command in commands(script))


@pytest.mark.parametrize(
    "script",
    [
        "A+=(xyz)\n" * 20_000,
        'run "' + "$A " * 200_000 + '"',
        "run " + '"' * 400_000,
        "run " + "\\" * 400_000,
        "x=${a:-" * 20_000,
        "x=${a:-b} " * 20_000,
    ],
    ids=range(6),
)
def test_a_long_script_takes_no_longer_for_each_letter(script: str) -> None:
    start = time.process_time()
    commands(script)
    assert time.process_time() - start < 5


def test_what_is_exported_is_told() -> None:
    assert commands("export USE_HF=1\nrun a") == [["export", "USE_HF=1"], ["run", "a"]]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("M=a\nif ((i > 0)); then\n  M=b\nfi\nrun $M", ["run", "a"]),
        ("if [ -d x ]; then M=a; else M=b; fi\nrun $M", ["run", "a"]),
        ("M=\nif [ -z $M ]; then M=a; fi\nrun $M", ["run", "a"]),
        ("M=$1\nif [ -z $M ]; then M=a; fi\nrun $M", ["run", "a"]),
        ('A=--x\nif [ 1 ]; then A="$A --y"; fi\nrun $A', ["run", "--x", "--y"]),
        ("if [ 1 ]; then M=a; fi\nM=b\nrun $M", ["run", "b"]),
        ("M=$HOME/a\nif [ 1 ]; then M=b; fi\nrun $M", ["run", "$HOME/a"]),
    ],
)
def test_of_branches_what_came_first_counts(script: str, words: list[str]) -> None:
    assert commands(script)[-1] == words
