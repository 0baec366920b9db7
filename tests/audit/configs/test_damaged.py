"""A config that was cut, doubled or filled with values of another kind is read, or is one error."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from llmlineage.audit import configs
from llmlineage.errors import ConfigError
from tests.audit.configs.fixtures import write

SAMPLES = {
    "axolotl.yaml": """
base_model: a/b
lora_model_dir: c
datasets:
  - {path: x/y, name: en, split: train}
  - path: json
    data_files: [a.json]
""",
    "llama.yaml": """
model_name_or_path: a/b
stage: sft
dataset: alpaca_en_demo, x/y
interleave_probs: 0.5,0.5
""",
    "handbook.yaml": """
model_name_or_path: a/b
dataset_mixer: {x/y: 1.0, z/w: 0.5}
dataset_splits: [train, test]
""",
    "merge.yaml": """
merge_method: ties
base_model: a/b@main
slices:
  - sources: [{model: c/d+e/f, parameters: {weight: [1, 2]}}]
""",
    "nemo.yaml": """
defaults: [x.yaml]
policy: {model_name: a/b}
data:
  default: {split: train}
  train: [{dataset_name: x}]
""",
    "tune.yaml": """
# tune download a/b --output-dir /tmp/b
dataset: {_component_: torchtune.datasets.alpaca_dataset}
checkpointer: {checkpoint_dir: /tmp/b}
""",
    "verl.yaml": """
data: {train_files: [a/gsm8k/x.parquet]}
actor_rollout_ref: {model: {path: a/b}}
""",
    "foundry.yaml": """
variables: {n: a/b}
model: {pretrained_model_name_or_path: '${variables.n}'}
train_loader: {dataset: {streams: {s: {remote: x}}}}
""",
    "oumi.yaml": """
model: {model_name: a/b}
data: {train: {datasets: [{dataset_name: x/y, mixture_proportion: 0.1}]}}
""",
    "swift.yaml": """
tuner_type: lora
model: a/b
dataset: ['HF::x/y:en#5']
""",
    "guess.yaml": """
student: {model_name: a/b}
data_mix: {x/y: 1}
""",
    "assistant.yaml": """
one: {log_dir: a, datasets: [x, {y: {fraction: 1}}]}
two: {log_dir: b, model_name: a/b}
""",
    "card.md": """
---
base_model: [a/b]
datasets: [x/y]
license: other
source_datasets: [extended|z]
---
""",
    "names.txt": """
a/b
x/y # why
""",
    "run.sh": r"""
M=a/b
A=(--x 1)
if [ 1 ]; then M=c; fi
swift sft --model "${M:-d}" --dataset x/y#5 ${A[@]} \
  --y <<EOF
$M
EOF
""",
    "rlhf.sh": """
python -m openrlhf.cli.train_dpo --pretrain a/b --dataset x/y@d,z --dataset_probs 0.5,0.5
""",
    "verl.sh": """
python -m verl.trainer.main data.train_files="['a.parquet']" actor_rollout_ref.model.path=a/b
""",
}
PIECES = (
    "\n", '"', "'", "[", "{", "]", "}", "${", "$(", "\\", "*a ", "&a ", "<<: ", ": ", "- ", "---\n", "\t",
    "`", "!!x ", "%TAG", "\\ud800", "<<EOF\n", "|", ";", "@", "+", "#", "::", ",", "\x00", "é",
)  # fmt: skip
ODD: tuple[Any, ...] = (
    None, "", 0, True, [], {}, [[]], [None], {"a": None}, "x", "a/b", "${a}", [["a", "b"]], {"path": ["x"]},
    "..", ",", "::", "#", "{", '{"": 1}', " ", -1, ["a/b", {"model": "c/d"}], {"": ""}, "?", "@", "+", 1e400,
)  # fmt: skip


def torn(text: str, chance: random.Random) -> str:
    """The text cut, stuttering or with letters that mean something in it."""
    for _ in range(chance.choice((1, 1, 2, 5))):
        here, there = (chance.randrange(len(text) + 1) for _ in range(2))
        text = chance.choice((
            text[:here],
            text[:here] + chance.choice(PIECES) + text[here:],
            text[:here] + text[min(here, there) : there] + text[here:],
            text[:here] + text[max(here, there) :],
        ))  # fmt: skip
    return text


def swapped(value: Any, chance: random.Random) -> Any:
    """The value with others of any kind here and there."""
    if chance.random() < 0.1:
        return chance.choice(ODD)
    if isinstance(value, dict):
        return {key: swapped(child, chance) for key, child in value.items()}
    return [swapped(child, chance) for child in value] if isinstance(value, list) else value


def with_values_swapped(text: str, chance: random.Random) -> str:
    return json.dumps(swapped(yaml.safe_load(text), chance))


@pytest.mark.parametrize(
    ("name", "change"),
    [(name, torn) for name in SAMPLES]
    + [(name, with_values_swapped) for name in SAMPLES if name.endswith(".yaml")],
)
def test_a_config_that_was_damaged_is_read_or_one_error(
    tmp_path: Path, name: str, change: Callable[[str, random.Random], str]
) -> None:
    chance = random.Random(name)
    assert configs.read(write(tmp_path, SAMPLES[name].lstrip(), name))
    for _ in range(40):
        path = write(tmp_path, change(SAMPLES[name].lstrip(), chance), f"damaged{Path(name).suffix}")
        try:
            found = configs.read(path)
        except ConfigError as error:
            assert "\n" not in str(error)
        else:
            uses = [use for config in found for use in (*config.datasets, *config.models)]
            assert all(isinstance(use.name, str) and use.name.strip() for use in uses)
            str(found).encode()
