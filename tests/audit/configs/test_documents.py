"""YAML and JSON are read as text: no tag is run, bad files are named with their line, bombs are refused."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmlineage.audit import configs
from llmlineage.audit.configs.documents import interpolated, parse, parse_yaml
from llmlineage.audit.configs.source import LARGEST_FILE
from llmlineage.errors import ConfigError, NoConfig
from tests.audit.configs.fixtures import bases, read, trained, write

PATH = Path("config.yaml")
BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "\n".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 10)}]" for n in range(9)
)
# Keys that the readers look for, so that values of any shape come to stand there.
KEYS = (
    "_component_", "a.b", "actor_rollout_ref", "base_model", "checkpoint_dir", "checkpointer", "command",
    "data", "data_files", "data_path", "dataset", "dataset_dir", "dataset_mixer", "dataset_mixer_list",
    "dataset_mixture", "dataset_name", "dataset_splits", "datasets", "datasets_extra", "default",
    "defaults", "encoder", "env", "experts", "genome", "hf_name", "id", "input_features",
    "interleave_probs", "log_dir", "lora", "merge_method", "model", "model_class", "model_name",
    "model_name_or_path", "models", "name", "output_features", "parameters", "path", "policy", "repo_id",
    "reward_model", "sft_config", "slices", "source", "source_model", "sources", "stage", "streams",
    "teacher", "teachers", "train", "train_dataset", "train_files", "train_loader", "training",
    "tuner_type", "validation", "weight",
)  # fmt: skip
CHAIN = "\n".join(f"a{n}: '{'${a' + str(n + 1) + '}'}{'${a' + str(n + 1) + '}'}'" for n in range(40))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("base_model: x\ndatasets:\n  - path: [a", "config.yaml:3: is not YAML"),
        ("base_model: x\n\tdatasets: y", "config.yaml:2: is not YAML: "),
        ("base_model: x\nbase_model: y\nrl: dpo", "config.yaml:2: has the key 'base_model' twice"),
        ("datasets: *data", "config.yaml:1: has the alias *data, which stands for nothing"),
        ("a: &a [b, *a]", "config.yaml:1: holds the alias *a inside itself"),
        ("[" * 900, "config.yaml:1: is nested too deeply"),
        ("{a: " * 900, "config.yaml:1: is nested too deeply"),
        # Some parsers have a limit of their own, which such a file meets first.
        ("[" * 100_000, "config.yaml:1: is n"),
        ("{a: " * 100_000, "config.yaml:1: is n"),
        (BOMB, "config.yaml: stands for more than 200,000 values"),
        (CHAIN, "config.yaml: has ${} references that multiply"),
        ("a: \x00", "config.yaml"),
        ("a: b: c", "config.yaml:1: is not YAML"),
        ("", "config.yaml: is empty"),
        ("---\n# nothing\n---\n", "config.yaml: is empty"),
        ("just a sentence", "config.yaml: names no dataset and no model"),
        ("- 1\n- 2", "config.yaml: names no dataset and no model"),
        (
            "compute_environment: LOCAL_MACHINE\nnum_processes: 8",
            "config.yaml: names no dataset and no model",
        ),
    ],
)
def test_a_bad_file_is_one_clear_error_at_once(tmp_path: Path, text: str, problem: str) -> None:
    path = write(tmp_path, text)
    start = time.process_time()
    with pytest.raises(ConfigError) as error:
        configs.read(path)
    assert time.process_time() - start < 5
    assert str(error.value).startswith(f"{tmp_path}/{problem}")
    assert "\n" not in str(error.value)


def test_what_is_no_text_or_too_large_or_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe9")
    (tmp_path / "large.yaml").write_bytes(b"# " + b"x" * LARGEST_FILE)
    os.mkfifo(tmp_path / "pipe.yaml")
    for name, problem in (
        ("latin.yaml", "is not UTF-8 text (byte 3)"),
        ("large.yaml", "a config of more than 5 MB is not read"),
        ("pipe.yaml", "is a named pipe, not a file"),
        ("absent.yaml", "absent.yaml: cannot be read: "),
        ("nul\0l.yaml", "cannot be read"),
    ):
        with pytest.raises(ConfigError, match=problem.replace("(", r"\(").replace(")", r"\)")):
            configs.read(tmp_path / name)


def test_tags_are_never_run(tmp_path: Path) -> None:
    mark = tmp_path / "run"
    text = f"base_model: !!python/object/apply:os.mkdir ['{mark}']\nrl: !unknown dpo"
    with pytest.raises(NoConfig):
        read(tmp_path, text)
    assert not mark.exists()


def test_scalars_stay_as_they_are_written() -> None:
    assert parse_yaml("{a: 1.0, b: 1, c: no, d: 0x1f, e: , f: null, g: 'null', h: 2024-01-01}", PATH) == [
        {
            "a": "1.0",
            "b": "1",
            "c": "no",
            "d": "0x1f",
            "e": None,
            "f": None,
            "g": "null",
            "h": "2024-01-01",
        }
    ]


def test_anchors_and_merges_are_followed_and_the_own_key_wins() -> None:
    text = "one: &one {a: x, b: y}\ntwo: {<<: *one, b: z}\nthree: {<<: [{a: first}, *one]}"
    assert parse_yaml(text, PATH) == [
        {"one": {"a": "x", "b": "y"}, "two": {"a": "x", "b": "z"}, "three": {"a": "first", "b": "y"}}
    ]


def test_references_within_the_file_are_filled_in_and_others_stay() -> None:
    document = parse_yaml(
        "a: {b: x}\nc: ${a.b}/${d}\nd: 1\ne: ${env:HOME}\nf: ${f}\ng: ${none}\nh: ${a}\ni: ${empty}\nempty:",
        PATH,
    )[0]
    assert interpolated(document, PATH) == {
        "a": {"b": "x"},
        "c": "x/1",
        "d": "1",
        "e": "${env:HOME}",
        "f": "${f}",
        "g": "${none}",
        "h": {"b": "x"},
        "i": None,
        "empty": None,
    }


def test_a_key_that_stands_twice_is_an_error_only_where_it_changes_what_is_read(tmp_path: Path) -> None:
    twice = "learning_rate: 1\nlearning_rate: 2\n"
    config = read(tmp_path, f"base_model: org/model\n{twice}datasets: [{{path: org/data}}]")
    assert (bases(config), trained(config)) == (["org/model"], ["org/data"])
    with pytest.raises(ConfigError, match=r"config.yaml:3: has the key 'datasets' twice"):
        read(tmp_path, "base_model: x\ndatasets: [{path: a}]\ndatasets: [{path: b}]")


def test_json_is_read_like_yaml(tmp_path: Path) -> None:
    text = '{\n\t"base_model": "org/model",\n\t"rl": "dpo", "datasets": [{"path": "org/data"}]}'
    config = read(tmp_path, text, "config.json")
    assert (bases(config), trained(config)) == (["org/model"], ["org/data"])
    assert parse('{"a": [1, 1.0, true, null]}', Path("x.json")) == [{"a": ["1", "1.0", "true", None]}]
    for bad, problem in (
        ("{", "is not JSON"),
        ('{"model_name_or_path": "a/b", "model_name_or_path": "a/c", "stage": "sft"}', "twice"),
        ("[" * 100_000, "too deeply"),
    ):
        with pytest.raises(ConfigError, match=problem):
            read(tmp_path, bad, "bad.json")


ANYTHING = st.recursive(
    st.sampled_from([None, "", "x", "org/name", "org/a@b+c", "${model}", "::#", "a.yaml", "true"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None)
@given(document=st.dictionaries(st.sampled_from(KEYS), ANYTHING, min_size=1, max_size=8))
def test_whatever_stands_where_gives_a_config_or_one_error(
    document: dict[str, object], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "anything.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    try:
        found = configs.read(path)
    except ConfigError as error:
        assert str(error).startswith(str(path))
    else:
        for use in (use for config in found for use in (*config.datasets, *config.models)):
            assert use.name.strip()


def test_files_below_a_folder_are_found_in_order_without_links(tmp_path: Path) -> None:
    for name in ("b.yml", "a/c.yaml", "notes.rst", "a/card.md"):
        write(tmp_path, "", name)
    (tmp_path / "link.yaml").symlink_to(tmp_path / "b.yml")
    found = [path.relative_to(tmp_path).as_posix() for path in configs.files_below(tmp_path)]
    assert found == ["a/c.yaml", "a/card.md", "b.yml"]
