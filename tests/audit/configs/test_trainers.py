"""Axolotl, the alignment-handbook, TRL, open-instruct, Unsloth and Ludwig."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmlineage.audit.configs import DatasetUse, ModelUse
from tests.audit.configs.fixtures import bases, evaluated, names, read, trained


def test_axolotl_names_files_where_the_path_is_their_reader(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        base_model: org/base
        base_model_config: org/other
        revision_of_model: abc
        tokenizer_config: org/tokenizer
        lora_model_dir:
        hub_model_id: org/output
        datasets:
          - {path: org/one, name: config, split: "train[:20%]", type: {path: no/id, field_output: x}}
          - {path: json, data_files: [a.jsonl, b.jsonl], ds_type: json}
          - {path: data.json, ds_type: json}
          - {path: org/two, data_files: part.parquet}
          # - {path: org/commented}
          - {path: synthetic, type: _synthetic, length: 10}
        test_datasets:
          - path: org/test
        adapter: qlora
        """,
    )
    assert config.framework == "axolotl"
    assert trained(config) == ["org/one", "a.jsonl", "b.jsonl", "data.json", "org/two"]
    assert config.datasets[0] == DatasetUse("org/one", "config", "train[:20%]")
    assert evaluated(config) == ["org/test"]
    assert config.models == (ModelUse("org/base", "abc"),)
    assert (config.trains, config.adapter) == ("sft", "qlora")


@pytest.mark.parametrize(
    "written",
    ["org/corpus", "{path: org/corpus, name: en}", "[{path: org/corpus}]", "[org/corpus]"],
)
def test_axolotl_takes_a_pretraining_dataset_in_every_form(tmp_path: Path, written: str) -> None:
    config = read(tmp_path, f"base_model: org/base\npretraining_dataset: {written}")
    assert (trained(config), config.trains) == (["org/corpus"], "pretraining")


@pytest.mark.parametrize(
    ("line", "stage"),
    [("rl: dpo", "dpo"), ("reward_model: true", "reward model"), ("reward_model: false", "sft")],
)
def test_axolotl_says_what_it_trains(tmp_path: Path, line: str, stage: str) -> None:
    assert read(tmp_path, f"base_model: a/b\nsequence_len: 1\n{line}").trains == stage


def test_axolotl_reads_nemo_gym_data_and_an_adapter_to_continue(tmp_path: Path) -> None:
    text = "base_model: a/b\nlora_model_dir: a/lora\nnemo_gym_datasets: [{path: sudoku.jsonl}]"
    config = read(tmp_path, text)
    assert (trained(config), names(config.models, "adapter")) == (["sudoku.jsonl"], ["a/lora"])


def test_alignment_handbook_mixture_trains_on_test_splits_too(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        model_name_or_path: org/checkpoints
        model_revision: it-SFT
        chat_template: "{% raw %} not/an-id {% endraw %}"
        dataset_mixture:
          datasets:
            - {id: org/a, config: Mid, split: train, weight: 0.5}
            - {id: org/a, config: Mid, split: test_prefs}
        hub_model_id: org/output
        use_peft: true
        """,
    )
    assert config.framework == "alignment-handbook"
    assert config.datasets == (
        DatasetUse("org/a", "Mid", "train", "0.5"),
        DatasetUse("org/a", "Mid", "test_prefs"),
    )
    assert config.models == (ModelUse("org/checkpoints", "it-SFT"),)
    assert config.adapter == "lora"


def test_alignment_handbook_mixer_reads_every_split_of_every_dataset(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        model_name_or_path: org/base
        dataset_mixer: {org/a: 1.0, org/b: 0.5}
        dataset_splits: [train_prefs, test_prefs]
        dataset_configs: [default, en]
        """,
    )
    assert config.framework == "alignment-handbook"
    assert [use for use in config.datasets if use.role == "train"] == [
        DatasetUse("org/a", "default", "train_prefs", "1.0"),
        DatasetUse("org/b", "en", "train_prefs", "0.5"),
    ]
    assert evaluated(config) == ["org/a", "org/b"]


def test_trl_values_may_stand_on_the_next_line(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        "model_name_or_path:\n  org/base\ndataset_name:\n  org/data\nlearning_rate:\n  0.1\n"
        "dataset_config: en\ndataset_train_split: train\ndataset_test_split: test\n"
        "output_dataset_name: org/output\nreward_funcs: [accuracy]\nreward_weights: [1.0]\n"
        "reward_model_path: org/reward\nteacher_model_name_or_path: org/teacher",
    )
    assert config.framework == "trl"
    assert config.datasets == (
        DatasetUse("org/data", "en", "train"),
        DatasetUse("org/data", "en", "test", role="evaluation"),
    )
    assert config.models == (
        ModelUse("org/base"),
        ModelUse("org/reward", role="reward"),
        ModelUse("org/teacher", role="teacher"),
    )


def test_trl_mixes_a_list_of_datasets(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        model_name_or_path: org/base
        model_revision: v1
        datasets:
          - {path: org/a, name: en, split: train, fraction: 0.1}
          - {path: json, data_files: {train: [a.json]}}
        """,
    )
    assert config.datasets == (DatasetUse("org/a", "en", "train", "0.1"), DatasetUse("a.json"))
    assert config.models == (ModelUse("org/base", "v1"),)


def test_open_instruct_keeps_a_weight_as_it_is_written(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        model_name_or_path: org/base
        tokenizer_name: org/tokenizer
        dataset_mixer:
          org/all: 1.0
          org/one-sample: 1
          # org/commented: 5
          org/many: 20000
        """,
    )
    assert config.framework == "open-instruct"
    assert [(use.name, use.weight) for use in config.datasets] == [
        ("org/all", "1.0"),
        ("org/one-sample", "1"),
        ("org/many", "20000"),
    ]
    assert bases(config) == ["org/base"]


def test_open_instruct_reads_alternating_lists_and_the_judge_without_its_server(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        model_name_or_path: org/base
        dataset_mixer_list: [org/a, 1.0, org/b, 500]
        dataset_mixer_list_splits: [train, test]
        dataset_mixer_eval_list: org/c 32
        llm_judge_model: hosted_vllm/org/judge
        """,
    )
    assert [use for use in config.datasets if use.role == "train"] == [
        DatasetUse("org/a", None, "train", "1.0"),
        DatasetUse("org/b", None, "test", "500"),
    ]
    assert evaluated(config) == ["org/c"]
    assert names(config.models, "judge") == ["org/judge"]


def test_unsloth_names_model_and_data(tmp_path: Path) -> None:
    config = read(tmp_path, "model: a/b\ndata: {dataset: a/c}\ntraining: {training_type: lora}\nlora: {r: 1}")
    assert (config.framework, bases(config), trained(config)) == ("unsloth", ["a/b"], ["a/c"])
    assert config.adapter == "lora"


def test_ludwig_names_no_data(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        model_type: llm
        base_model: org/base
        input_features: [{name: q, type: text}]
        output_features: [{name: a, type: text}]
        adapter: {type: lora}
        trainer: {type: finetune, epochs: 3}
        """,
    )
    assert (config.framework, bases(config), trained(config)) == ("ludwig", ["org/base"], [])
    assert (config.trains, config.adapter) == ("finetune", "lora")


TORCHTUNE = """\
# tune download meta-llama/Llama-3.2-11B-Vision-Instruct --output-dir /tmp/llama
model:
  _component_: torchtune.models.llama3_2_vision.lora_llama3_2_vision_11b
checkpointer:
  _component_: torchtune.training.FullModelHFCheckpointer
  checkpoint_dir: /tmp/llama/
"""


def test_torchtune_mixes_datasets_that_stand_in_a_list(tmp_path: Path) -> None:
    text = (
        TORCHTUNE + "datasets:\n"
        "- {source: org/a, subset: x, split: train, weight: 0.8, transform: {_component_: t.f}}\n"
        "- {_component_: torchtune.datasets.slimorca_dataset, weight: 0.2}\n"
        "dataset_val: {_component_: torchtune.datasets.chat_dataset, source: org/v}\n"
    )
    config = read(tmp_path, text)
    assert config.framework == "torchtune" and config.models[0].stands_for is not None
    assert [(use.name, use.subset, use.split, use.weight) for use in config.datasets][:2] == [
        ("org/a", "x", "train", "0.8"),
        ("torchtune.datasets.slimorca_dataset", None, None, "0.2"),
    ]
    assert config.datasets[1].stands_for == "Open-Orca/SlimOrca-Dedup" and evaluated(config) == ["org/v"]


def test_torchtune_joins_datasets_and_streams_them(tmp_path: Path) -> None:
    text = TORCHTUNE + (
        "dataset:\n"
        "  _component_: torchtune.datasets.ConcatDataset\n"
        "  datasets:\n"
        "  - {_component_: torchtune.datasets.chat_dataset, source: org/a}\n"
        "  - {_component_: torchtune.datasets.instruct_dataset, source: json, data_files: [x.json, y.json]}\n"
        "  - _component_: torchtune.datasets.sft_iterable_dataset\n"
        "    load_dataset_kwargs: {path: org/b, name: main, split: 'train[:80%]'}\n"
    )
    config = read(tmp_path, text)
    assert trained(config) == ["org/a", "x.json", "y.json", "org/b"]
    assert (config.datasets[3].subset, config.datasets[3].split) == ("main", "train[:80%]")
