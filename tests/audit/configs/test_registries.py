"""Frameworks with names of their own: LLaMA-Factory, ms-swift, torchtune, LitGPT, verl."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from llmlineage.audit.configs import DatasetUse, ModelUse, registry
from tests.audit.configs.fixtures import bases, evaluated, names, read, trained, write
from tests.tiny import ROOT

LLAMA_FACTORY = "model_name_or_path: org/base\nstage: sft\nfinetuning_type: lora\n"
MEANINGS = [
    ("AI-ModelScope/alpaca-gpt4-data-en#500", "AI-ModelScope/alpaca-gpt4-data-en", "vicgalle/alpaca-gpt4"),
    ("HF::org/data:en/de#7", "org/data", None),
    ("hf::AI-ModelScope/alpaca-gpt4-data-en", "AI-ModelScope/alpaca-gpt4-data-en", None),
    ("data/train.jsonl#3", "data/train.jsonl", None),
    ("https://host/a.jsonl", "https://host/a.jsonl", None),
]


def meanings(uses: tuple[DatasetUse, ...]) -> list[tuple[str, str | None]]:
    return [(use.name, use.stands_for) for use in uses]


def test_registry_rows_are_whole_unique_and_cite_the_framework() -> None:
    path = ROOT / "llmlineage" / "audit" / "configs" / "registry.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["framework"] for row in rows} == {
        "litgpt",
        "llama-factory",
        "ms-swift",
        "nemo-rl",
        "torchtune",
        "verl",
    }
    assert len({tuple(row.values()) for row in rows}) == len(rows)
    for row in rows:
        assert re.fullmatch(r"[\w.-]+(/[\w.-]+)?", row["hub_id"]), row
        assert re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+/blob/[0-9a-f]{40}/\S+", row["source"]), row


def test_llama_factory_names_are_looked_up(tmp_path: Path) -> None:
    text = LLAMA_FACTORY + "dataset: slimorca, identity,org/own ,unheard_of \neval_dataset: lima"
    config = read(tmp_path, text)
    assert meanings(config.datasets) == [
        ("slimorca", "Open-Orca/SlimOrca"),
        ("identity", "data/identity.json"),
        ("org/own", None),
        ("unheard_of", None),
        ("lima", "llamafactory/lima"),
    ]
    assert (evaluated(config), config.trains, config.adapter) == (["lima"], "sft", "lora")


def test_llama_factory_takes_the_users_own_registry_first(tmp_path: Path) -> None:
    write(
        tmp_path,
        '{"slimorca": {"hf_hub_url": "me/slim", "split": "half"}, "mine": {"file_name": "x.json"}}',
        "my/dataset_info.json",
    )
    text = LLAMA_FACTORY + "dataset: slimorca,mine\ndataset_dir: my"
    config = read(tmp_path, text, "examples/deep/config.yaml")
    assert meanings(config.datasets) == [("slimorca", "me/slim"), ("mine", "my/x.json")]
    assert config.datasets[0].split == "half"


@pytest.mark.parametrize("folder", ["ONLINE", "REMOTE:org/registry"])
def test_llama_factory_names_of_another_registry_are_not_guessed(tmp_path: Path, folder: str) -> None:
    config = read(tmp_path, LLAMA_FACTORY + f"dataset: slimorca\ndataset_dir: {folder}")
    assert meanings(config.datasets) == [("slimorca", None)]


def test_llama_factory_weights_and_other_models(tmp_path: Path) -> None:
    text = LLAMA_FACTORY + (
        "dataset: [org/a, org/b]\ninterleave_probs: 0.7,0.3\nadapter_name_or_path: saves/a,saves/b\n"
        "ref_model: org/ref\nreward_model: org/rm"
    )
    config = read(tmp_path, text)
    assert [use.weight for use in config.datasets] == ["0.7", "0.3"]
    assert names(config.models, "adapter") == ["saves/a", "saves/b"]
    assert [(use.name, use.role) for use in config.models if use.role in ("reward", "reference")] == [
        ("org/ref", "reference"),
        ("org/rm", "reward"),
    ]


def test_llama_factory_v1_lists_its_data_in_another_file(tmp_path: Path) -> None:
    listed = "one: {path: org/a, split: train}\ntwo: {path: data/b.json, source: local, size: 10}"
    write(tmp_path, listed, "data/mix.yaml")
    text = "model: org/base\nmodel_class: llm\ntrain_dataset: {}\npeft_config: {{name: lora}}"
    config = read(tmp_path, text.format("data/mix.yaml"), "examples/config.yaml")
    assert meanings(config.datasets) == [("data/mix.yaml", "org/a"), ("data/mix.yaml", "data/b.json")]
    assert (bases(config), config.adapter) == (["org/base"], "lora")
    assert trained(read(tmp_path, text.format("org/data"))) == ["org/data"]


@pytest.mark.parametrize(("written", "name", "meaning"), MEANINGS)
def test_ms_swift_dataset_grammar(tmp_path: Path, written: str, name: str, meaning: str | None) -> None:
    config = read(tmp_path, f"model: Qwen/Qwen3-8B\ntuner_type: lora\ndataset: ['{written}']")
    assert config.framework == "ms-swift"
    assert meanings(config.datasets) == [(name, meaning)]


def test_ms_swift_subset_count_and_models(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        model: org/base
        model_author: swift
        model_name: swift-robot
        rlhf_type: grpo
        teacher: {model: org/teacher}
        reward_model: [org/r1, org/r2]
        dataset: org/a:x/y#500 org/b
        val_dataset: org/c
        interleave_prob: [0.9, 0.1]
        train: {tuner_type: lora}
        """,
    )
    assert config.datasets == (
        DatasetUse("org/a", "x/y", weight="0.9"),
        DatasetUse("org/b", weight="0.1"),
        DatasetUse("org/c", role="evaluation"),
    )
    assert names(config.models, "reward") == ["org/r1", "org/r2"]
    assert (bases(config), names(config.models, "teacher")) == (["org/base"], ["org/teacher"])
    assert config.adapter == "lora"


def test_ms_swift_on_the_hub_means_what_it_says(tmp_path: Path) -> None:
    text = "model: a/b\nuse_hf: true\nrlhf_type: dpo\ndataset: AI-ModelScope/alpaca-gpt4-data-en"
    assert meanings(read(tmp_path, text).datasets) == [("AI-ModelScope/alpaca-gpt4-data-en", None)]


def test_torchtune_datasets_stand_for_what_their_builder_reads(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        # tune download org/Base-7B --output-dir /tmp/base --hf-token <HF_TOKEN>
        #   tune download org/Teacher-70B
        model: {_component_: torchtune.models.llama3.qlora_llama3_8b}
        tokenizer: {_component_: torchtune.models.llama3.llama3_tokenizer, path: /tmp/base/tokenizer.model}
        base_model_path: /tmp/base
        dataset:
          - {_component_: torchtune.datasets.alpaca_dataset, split: "train[:95%]"}
          - {_component_: torchtune.datasets.chat_dataset, source: org/chat, subset: en}
          - {_component_: torchtune.datasets.instruct_dataset, source: json, data_files: my.json}
          - _component_: torchtune.datasets.ConcatDataset
            datasets: [{_component_: torchtune.datasets.samsum_dataset}]
        dataset_val: {_component_: torchtune.datasets.alpaca_dataset}
        checkpointer: {checkpoint_dir: "${base_model_path}/original/"}
        teacher_checkpointer: {checkpoint_dir: /elsewhere/Teacher-70B}
        training: {ref_checkpointer: {checkpoint_dir: /tmp/unheard-of}}
        loss: {_component_: torchtune.rlhf.loss.DPOLoss}
        """,
    )
    assert meanings(config.datasets) == [
        ("torchtune.datasets.alpaca_dataset", "tatsu-lab/alpaca"),
        ("org/chat", None),
        ("my.json", None),
        ("torchtune.datasets.samsum_dataset", "Samsung/samsum"),
        ("torchtune.datasets.alpaca_dataset", "tatsu-lab/alpaca"),
    ]
    assert config.models == (
        ModelUse("/tmp/base/original/", stands_for="org/Base-7B"),
        ModelUse("/elsewhere/Teacher-70B", role="teacher", stands_for="org/Teacher-70B"),
        ModelUse("/tmp/unheard-of", role="reference"),
    )
    assert (config.trains, config.adapter) == ("dpo", "qlora")


def test_litgpt_classes_and_checkpoints(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        "checkpoint_dir: checkpoints/org/base\nout_dir: out\nlora_r: 8\nquantize: bnb.nf4\n"
        "data: {class_path: litgpt.data.Alpaca2k, init_args: {seed: 1}}\ntrain: {epochs: 1}",
    )
    assert meanings(config.datasets) == [("litgpt.data.Alpaca2k", "mhenrichsen/alpaca_2k_test")]
    assert config.models == (ModelUse("checkpoints/org/base", stands_for="org/base"),)
    assert config.adapter == "qlora"


def test_litgpt_pretraining_starts_from_no_weights(tmp_path: Path) -> None:
    text = "model_name: tiny-llama-1.1b\nout_dir: out\ntrain: {epochs: 1}\ndata: TinyLlama"
    config = read(tmp_path, text)
    assert bases(config) == []
    assert [use.stands_for for use in config.datasets] == [
        "cerebras/SlimPajama-627B",
        "bigcode/starcoderdata",
    ]


def test_litgpt_files_are_named_by_their_path(tmp_path: Path) -> None:
    data = "data: {class_path: litgpt.data.JSON, init_args: {json_path: my.json}}"
    config = read(tmp_path, f"checkpoint_dir: /models/base\n{data}")
    assert (trained(config), config.models[0].stands_for) == (["my.json"], None)


def test_verl_files_tell_their_origin_by_their_folder(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        data:
          train_files: [~/data/gsm8k/train.parquet, $HOME/data/math/train.parquet, ~/data/mine/x.parquet]
          val_files: ~/data/gsm8k/test.parquet
        actor_rollout_ref: {model: {path: org/base, lora_rank: 8}}
        critic: {model: {path: "${actor_rollout_ref.model.path}"}}
        reward_model: {model: {path: org/rm}}
        """,
    )
    assert meanings(config.datasets)[:3] == [
        ("~/data/gsm8k/train.parquet", "openai/gsm8k"),
        ("$HOME/data/math/train.parquet", "DigitalLearningGmbH/MATH-lighteval"),
        ("~/data/mine/x.parquet", None),
    ]
    assert evaluated(config) == ["~/data/gsm8k/test.parquet"]
    assert [(use.name, use.role) for use in config.models] == [
        ("org/base", "base"),
        ("org/base", "critic"),
        ("org/rm", "reward"),
    ]
    assert config.adapter == "lora"


@pytest.mark.parametrize(
    ("path", "id"),
    [
        ("/x/processed_gsm8k/train.parquet", "openai/gsm8k"),
        ("/x/gsm8k_v2/train.parquet", "openai/gsm8k"),
        ("/x/dapo-math-17k.parquet", "BytedTsinghua-SIA/DAPO-Math-17k"),
        ("/x/my-math/train.parquet", None),
        ("/x/notgsm8k/train.parquet", None),
    ],
)
def test_part_of_a_folder_name_counts_only_if_it_is_telling(path: str, id: str | None) -> None:
    assert registry.within_path("verl", path) == id


def test_verl_leaves_out_what_the_command_line_must_give(tmp_path: Path) -> None:
    text = "data: {train_files: a.parquet}\nmodel: {partial_pretrain: '???'}"
    assert read(tmp_path, text).models == ()
