"""Configs made to take long, to take much, or to end the program: each is read, or one clear error."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from llmlineage.audit import configs
from llmlineage.audit.configs.documents import DEEPEST
from llmlineage.audit.configs.model import MOST_NAMES
from llmlineage.errors import ConfigError, NoConfig
from tests.audit.configs.fixtures import bases, only, read, trained, write

# Each took minutes, or more memory than a machine has; a busy one is given time.
SECONDS = 30
AXOLOTL = "base_model: org/base\ndatasets:\n"
VERL = "actor_rollout_ref: {}\ndata: {train_files: ["


def joined(form: str, count: int, between: str = ",") -> str:
    """The form so many times, with a number of its own for each #."""
    return between.join(form.replace("#", str(number)) for number in range(count))


def nested(form: str) -> str:
    """Values that each hold another sixty levels down: the one before (``<``) or the one after (``>``)."""
    levels = f"{'[' * 60}{form}{']' * 60}"
    return "\n".join(
        f"a{n}: &a{n} {levels.replace('<', str(n - 1)).replace('>', str(n + 1))}" for n in range(1, 80)
    )


# Of each a file's name and its text, which is made when it is wanted.
Made = tuple[str, Callable[[], str]]
MULTIPLYING: dict[str, Made] = {
    "aliases of a long name": (
        "c.yaml",
        lambda: f"x: &x {'n' * 1_000_000}\n{AXOLOTL}" + "  - path: *x\n" * 20_000,
    ),
    "aliases of a long key": ("c.yaml", lambda: f"x: &x [{'n' * 1_000_000}]\n" + "? *x\n: y\n" * 20_000),
    "merges": (
        "c.yaml",
        lambda: f"b: &b {{}}\na: &a {{{joined('k#: 1', 40_000)}}}\nc:\n  <<: *a\n" + "  <<: *b\n" * 90_000,
    ),
    "tags": ("c.yaml", lambda: joined("%TAG !a#! x", 100_000, "\n") + "\n--- a\n"),
    "aliases that nest": ("c.yaml", lambda: f"a0: &a0 x\n{nested('*a<')}"),
    "references that nest": ("c.yaml", lambda: f"{AXOLOTL}  - ${{a1}}\n" + nested("'${a>}'")),
    "splits of each dataset": (
        "c.yaml",
        lambda: (
            f"dataset_splits: [{joined('test#', 50_000)}]\ndataset_mixer: {{{joined('a/b#: 1', 30_000)}}}"
        ),
    ),
    "files of each entry": (
        "c.yaml",
        lambda: (
            "policy: {model_name: a/b}\ndata:\n"
            f"  default: {{dataset_name: ResponseDataset, data_path: [{joined('a#', 50_000)}]}}\n"
            f"  train: [{joined('{}', 50_000)}]"
        ),
    ),
    "parents": ("c.yaml", lambda: f"defaults: [{joined('x#.yaml', 50_000)}]\npolicy: {{model_name: a/b}}"),
    "names": ("c.txt", lambda: joined("a/b#", MOST_NAMES + 1, "\n")),
    "variables": ("c.sh", lambda: "V=x\n" + "".join(f'V{n}="${{V{n - 1}}}x"\n' for n in range(60_000))),
    "eval": ("c.sh", lambda: f'V="{"run a; " * 20_000}"\n' + 'eval "$V"\n' * 100_000),
    "an array": ("c.sh", lambda: f"A=({'x ' * 150_000})\nif [ 1 ]; then\n" + "A=$A\n" * 200_000),
    "a growing variable": ("c.sh", lambda: "A+=xx\n" * 400_000),
}


@pytest.mark.parametrize("what", MULTIPLYING)
def test_what_multiplies_is_refused_in_seconds(tmp_path: Path, what: str) -> None:
    name, text = MULTIPLYING[what]
    path = write(tmp_path, text(), name)
    start = time.perf_counter()
    with pytest.raises(ConfigError) as error:
        configs.read(path)
    assert not isinstance(error.value, NoConfig)
    assert len(str(error.value)) < len(str(path)) + 200
    assert time.perf_counter() - start < SECONDS


LONG: dict[str, tuple[Made, int]] = {
    "datasets": (
        ("c.yaml", lambda: AXOLOTL + joined("  - {path: org/d#, type: alpaca}", 10_000, "\n")),
        10_001,
    ),
    "names": (("c.txt", lambda: joined("a/b#", 50_000, "\n")), 50_000),
    "keys": (
        ("c.json", lambda: json.dumps({"base_model": "a/b"} | {f"k{n}": 1 for n in range(100_000)})),
        1,
    ),
    "a long key over many values": (
        ("c.json", lambda: json.dumps({"k" * 500_000: ["a/b"] * 50_000})),
        0,
    ),
    "empty lines": (
        (
            "c.yaml",
            lambda: "c: {_component_: torchtune.x}\ncheckpointer: {checkpoint_dir: a}\n" + "\n" * 500_000,
        ),
        1,
    ),
    "paths of verl": (
        ("c.yaml", lambda: f"{VERL}{joined('/x/y#/train.parquet', 20_000)}]}}"),
        20_000,
    ),
    "a front matter": (("c.md", lambda: f"---\nbase_model: a/b\nx: {'y' * 2_000_000}\n---\n"), 1),
    "continued lines": (("c.sh", lambda: "python train.py " + "--x y \\\n" * 50_000 + " --model a/b"), 1),
    "keywords": (("c.sh", lambda: "! " * 200_000 + "python train.py --model a/b"), 1),
    "folders that stages write": (
        ("c.sh", lambda: f"swift sft --output_dir {'o ' * 40_000} --dataset {joined('d#', 40_000, ' ')}"),
        40_000,
    ),
    "defaults within defaults": (("c.sh", lambda: "x=" + "${a:-" * 50_000 + "}" * 50_000), 0),
}


@pytest.mark.parametrize("what", LONG)
def test_what_is_long_is_read_in_seconds(tmp_path: Path, what: str) -> None:
    (name, text), expected = LONG[what]
    path = write(tmp_path, text(), name)
    start = time.perf_counter()
    try:
        config = only(configs.read(path))
        found = len(config.datasets) + len(config.models)
    except NoConfig:
        found = 0
    assert found == expected
    assert time.perf_counter() - start < SECONDS


def test_llama_factory_reads_its_registry_once(tmp_path: Path) -> None:
    entries = {f"n{number}": {"hf_hub_url": f"org/d{number}", "split": "train"} for number in range(20_000)}
    write(tmp_path, json.dumps(entries), "data/dataset_info.json")
    text = f"model_name_or_path: a/b\nstage: sft\ndataset: {joined('n#', 2_000)}"
    start = time.perf_counter()
    assert read(tmp_path, text).datasets[1_999].stands_for == "org/d1999"
    assert time.perf_counter() - start < SECONDS


@pytest.mark.parametrize("levels", [DEEPEST, DEEPEST + 1, 491, 492, 493, 1_000, 100_000])
@pytest.mark.parametrize(("name", "opening"), [("c.json", "["), ("c.json", '{"a":'), ("c.yaml", "[")])
def test_how_deep_a_config_may_be_does_not_hang_on_the_stack(
    tmp_path: Path, name: str, opening: str, levels: int
) -> None:
    closing = "]" if opening == "[" else "}"
    value = opening * (levels - 1) + "1" + closing * (levels - 1)
    path = write(tmp_path, f'{{"base_model": "org/base", "x": {value}}}', name)
    if levels <= DEEPEST:
        assert bases(only(configs.read(path))) == ["org/base"]
    else:
        with pytest.raises(ConfigError, match=r":1: is n"):  # libyaml has a limit of its own
            configs.read(path)


def test_brackets_within_text_do_not_count_as_levels(tmp_path: Path) -> None:
    document = {"base_model": "org/base", "x": '\\"' + "[" * 500, "y": "{" * 500, "rl": "dpo"}
    assert bases(read(tmp_path, json.dumps(document), "c.json")) == ["org/base"]


def test_a_place_in_a_list_of_thousands_of_digits_stays_as_written(tmp_path: Path) -> None:
    reference = "${datasets." + "9" * 5_000 + "}"
    text = f"base_model: '{reference}'\ndatasets: [org/a, '${{datasets.0}}', '${{datasets.٣}}']"
    config = read(tmp_path, text)
    assert (bases(config), trained(config)) == ([reference], ["org/a", "org/a", "${datasets.٣}"])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.json", '{"base_model": "org/\\ud800x", "rl": "dpo"}'),
        ("c.json", '{"base_model": "org/x", "rl": "dpo", "\\uDFFF": 1}'),
        ("c.yaml", 'base_model: "org/\\ud800x"\nrl: dpo'),
    ],
)
def test_half_a_character_is_refused_by_the_file_that_has_it(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(ConfigError, match=name):
        read(tmp_path, text, name)


def test_a_whole_character_of_two_halves_is_text(tmp_path: Path) -> None:
    document = '{"base_model": "org/\\ud83d\\ude00", "rl": "dpo"}'
    assert bases(read(tmp_path, document, "c.json")) == ["org/\U0001f600"]


@pytest.mark.parametrize("mixer", ["[" * 100_000, '{"a/\\ud800": 1}', "{", "1", '{"a/b": ' * 500])
def test_json_within_a_config_that_cannot_be_read_names_nothing(tmp_path: Path, mixer: str) -> None:
    document = json.dumps({"model_name_or_path": "a/b", "dataset_mixer": mixer})
    assert trained(read(tmp_path, document, "c.json")) == []
    script = f"python open_instruct/finetune.py --model_name_or_path a/b --dataset_mixer '{mixer}'"
    assert trained(read(tmp_path, script, "c.sh")) == []


def test_a_name_that_is_empty_but_for_its_marks_is_none(tmp_path: Path) -> None:
    config = read(
        tmp_path, "merge_method: ties\nmodels: [{model: '@main'}, {model: +org/lora}, {model: a/b}]"
    )
    assert [use.name for use in config.models] == ["org/lora", "a/b"]
    config = read(tmp_path, "tuner_type: lora\nmodel: a/b\ndataset: ['#500', 'HF::', ':x', org/a]")
    assert trained(config) == ["org/a"]


@pytest.mark.parametrize("name", ["c.toml", "c.ipynb", "c.csv", "c.conf"])
def test_a_file_of_another_kind_is_told_which_kinds_are_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(NoConfig, match=r"what is read is YAML \(\.yaml, \.yml\), JSON"):
        read(tmp_path, "[model]\npath = [\n  'a',\n", name)


def test_a_config_of_an_unheard_of_kind_is_tried_as_yaml(tmp_path: Path) -> None:
    for name in ("config.yaml.example", "config"):
        assert bases(read(tmp_path, "base_model: org/base\nrl: dpo", name)) == ["org/base"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "torch\nnumpy\n"),
        ("requirements-dev.txt", "torch\n"),
        ("dev_requirements.txt", "torch\n"),
        ("constraints.txt", "torch\n"),
        ("requirements/dev.txt", "torch\n"),
        ("pins.txt", "# pinned\ntorch==2.1\n"),
        ("pins.txt", "torch >= 2.1\n"),
        ("pins.txt", "torch[cuda]~=2.1\n"),
        ("pins.txt", "-r other.txt\n"),
        ("pins.txt", "--index-url https://example.org\n"),
        ("pins.txt", "torch; python_version < '3.9'\n"),
        ("pins.txt", "torch @ https://example.org/torch.whl\n"),
    ],
)
def test_what_pip_installs_is_no_list_of_names(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(NoConfig, match="lists packages for pip, not datasets or models"):
        read(tmp_path, text, name)


def test_names_that_look_a_little_like_packages_are_names(tmp_path: Path) -> None:
    text = "alpaca\norg/data@main\nOpenHermes 2.5\nAlpaca (dataset)\nC4-en\n"
    assert len(trained(read(tmp_path, text, "names.txt"))) == 5
