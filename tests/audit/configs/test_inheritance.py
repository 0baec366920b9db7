"""NeMo-RL, LLM Foundry, Oumi, DistillKit and Open-Assistant: configs that are composed."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmlineage.audit.configs import DatasetUse, ModelUse
from llmlineage.errors import ConfigError, NoConfig
from tests.audit.configs.fixtures import bases, evaluated, names, read, trained, write

PARENT = """
policy: {model_name: org/base, tokenizer: {name: org/instruct}, dtensor_cfg: {lora_cfg: {enabled: true}}}
data:
  train: {dataset_name: OpenMathInstruct-2, split: train_1M}
  validation: {dataset_name: AIME2024}
  default: {env_name: math}
teacher: {model_name: "${policy.model_name}"}
grpo: {num_prompts_per_step: 1}
"""


def test_nemo_rl_inherits_what_it_does_not_say(tmp_path: Path) -> None:
    write(tmp_path, PARENT, "parent.yaml")
    text = "defaults: ../parent.yaml\npolicy: {model_name: org/other}"
    config = read(tmp_path, text, "recipes/child.yaml")
    assert config.framework == "nemo-rl"
    assert config.datasets == (
        DatasetUse(
            "OpenMathInstruct-2", split="train_1M", stands_for="nvidia/OpenMathInstruct-2", inherited=True
        ),
        DatasetUse("AIME2024", role="evaluation", stands_for="HuggingFaceH4/aime_2024", inherited=True),
    )
    # What the parent refers to is what the child says.
    assert config.models == (ModelUse("org/other"), ModelUse("org/other", role="teacher"))
    assert (config.trains, config.adapter) == ("grpo", "lora")


def test_nemo_rl_lays_the_later_of_several_parents_over_the_earlier(tmp_path: Path) -> None:
    write(tmp_path, PARENT, "one.yaml")
    write(tmp_path, "defaults: one.yaml\npolicy: {model_name: org/two}", "two.yaml")
    assert bases(read(tmp_path, "defaults: [one.yaml, two.yaml]")) == ["org/two"]


def test_nemo_rl_replaces_a_section_that_says_so(tmp_path: Path) -> None:
    write(tmp_path, PARENT, "parent.yaml")
    text = """
        defaults: parent.yaml
        data:
          _override_: true
          train: [{dataset_name: ResponseDataset, data_path: my.jsonl}, {data_path: org/data, subset: en}]
          default: {dataset_name: NemoGymDataset}
    """
    config = read(tmp_path, text)
    assert (trained(config), evaluated(config)) == (["my.jsonl", "org/data"], [])


def test_nemo_rl_that_inherits_itself_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, "defaults: config.yaml", "other.yaml")
    with pytest.raises(ConfigError, match=r"other.yaml: inherits itself by way of config.yaml"):
        read(tmp_path, "defaults: other.yaml\npolicy: {model_name: a/b}")


def test_nemo_rl_that_inherits_without_end_is_an_error(tmp_path: Path) -> None:
    for level in range(10):
        below = f"defaults: [p{level + 1}.yaml, p{level + 1}.yaml]"
        write(tmp_path, below, f"p{level}.yaml")
    write(tmp_path, PARENT, "p10.yaml")
    with pytest.raises(ConfigError, match="inherits more than 50 files"):
        read(tmp_path, "defaults: p0.yaml")


def test_nemo_rl_says_which_parent_is_missing(tmp_path: Path) -> None:
    text = "defaults: away.yaml\npolicy: {model_name: a/b}"
    assert read(tmp_path, text).remarks == ("inherits away.yaml, which is not there",)
    with pytest.raises(NoConfig, match=r"inherits away\.yaml, which is not there"):
        read(tmp_path, f"defaults: [away.yaml, '{'x' * 5000}.yaml']")


def test_nemo_rl_teachers_rewards_and_addresses_on_the_hub(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        policy: {model_name: org/base}
        teachers: [{model_name: org/t1}, {model_name: org/t2}]
        env: {reward_model: {model_name: org/rm}}
        data:
          train: {dataset_name: arrow_text, data_files: "hf://datasets/org/data/part/*.parquet"}
        """,
    )
    assert names(config.models, "teacher") == ["org/t1", "org/t2"]
    assert names(config.models, "reward") == ["org/rm"]
    assert [use.stands_for for use in config.datasets] == ["org/data"]


def test_nemo_rl_name_may_stand_for_one_dataset_a_split(tmp_path: Path) -> None:
    train, test = ("{dataset_name: clevr-cogent, split: " + split + "}" for split in ("train", "valA"))
    text = f"policy: {{model_name: a/b}}\ndata: {{train: {train}, validation: {test}}}"
    assert [use.stands_for for use in read(tmp_path, text).datasets] == [
        "MMInstruction/Clevr_CoGenT_TrainA_70K_Complex",
        "MMInstruction/Clevr_CoGenT_ValA",
    ]


def test_llm_foundry_reads_anchors_variables_and_files(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        variables: {name: org/tokenizer, split: train}
        model: {name: hf_causal_lm, pretrained_model_name_or_path: org/base, pretrained: true}
        tokenizer: {name: "${variables.name}"}
        dataset: &data {hf_name: json, hf_kwargs: {data_files: [a.json]}}
        train_loader: &loader
          dataset: {<<: *data, split: "${variables.split}"}
        eval_loader:
          - {<<: *loader, dataset: {hf_name: org/test}}
        """,
    )
    assert config.framework == "llm-foundry"
    assert config.datasets == (
        DatasetUse("a.json", split="train"),
        DatasetUse("org/test", role="evaluation"),
    )
    assert bases(config) == ["org/base"]


def test_llm_foundry_job_converts_what_it_trains_on(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        r"""
        command: |
          python data_prep/convert_dataset_hf.py \
            --dataset allenai/c4 --out_root ./copy --splits train
          composer train/train.py /mnt/config/parameters.yaml
        parameters:
          data_local: ./copy
          data_remote:
          model: {name: mpt_causal_lm}
          load_path: oci://bucket/checkpoint.pt
          train_loader:
            dataset: {local: "${data_local}", remote: "${data_remote}", split: train}
        """,
    )
    assert config.datasets == (DatasetUse("./copy", split="train", stands_for="allenai/c4"),)
    assert bases(config) == ["oci://bucket/checkpoint.pt"]


def test_llm_foundry_streams_have_weights_and_an_architecture_is_no_base(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        model: {pretrained_model_name_or_path: org/architecture, pretrained: false}
        train_loader:
          dataset:
            split: train
            streams:
              one: {remote: "s3://one", local: /tmp/one, proportion: 0.7}
              two: {local: /data/two, repeat: 2}
        """,
    )
    assert config.datasets == (
        DatasetUse("s3://one", split="train", weight="0.7"),
        DatasetUse("/data/two", split="train", weight="2"),
    )
    assert config.models == ()


def test_oumi_class_names_give_way_to_what_they_read(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        model: {model_name: org/base, adapter_model: org/lora, tokenizer_name: org/tokenizer}
        data:
          train:
            datasets:
              - {dataset_name: org/a, subset: x, split: train, mixture_proportion: 0.1}
              - {dataset_name: org/a, subset: y, sample_count: 10}
              # - {dataset_name: org/commented}
              - {dataset_name: PromptResponseDataset, dataset_kwargs: {hf_dataset_path: org/b}}
              - {dataset_name: text_sft_jsonl, dataset_path: my.jsonl}
              - {dataset_name: debug_sft}
          validation: {datasets: [{dataset_name: org/c}]}
        training: {trainer_type: TRL_GKD, use_peft: true, gkd: {teacher_model_name_or_path: org/t}}
        peft: {q_lora: true}
        """,
    )
    assert config.framework == "oumi"
    assert config.datasets[:2] == (
        DatasetUse("org/a", "x", "train", "0.1"),
        DatasetUse("org/a", "y", weight="10"),
    )
    assert trained(config)[2:] == ["org/b", "my.jsonl", "debug_sft"]
    assert evaluated(config) == ["org/c"]
    assert [(use.name, use.role) for use in config.models] == [
        ("org/base", "base"),
        ("org/lora", "adapter"),
        ("org/t", "teacher"),
    ]
    assert config.adapter == "qlora"


def test_oumi_without_pretrained_weights_has_no_base(tmp_path: Path) -> None:
    data = "data: {train: {datasets: [{dataset_name: a/c}]}}"
    text = f"model: {{model_name: a/b, load_pretrained_weights: False}}\n{data}"
    config = read(tmp_path, text)
    assert (bases(config), trained(config)) == ([], ["a/c"])


def test_distillkit_teacher_may_be_hidden_in_the_data(tmp_path: Path) -> None:
    text = "model: a/b\ndataset: {{train_dataset: {{repo_id: a/logits, split: train}}}}\nteacher: {}"
    config = read(tmp_path, text.format("{kind: hf, path: a/teacher}"))
    assert (trained(config), names(config.models, "teacher")) == (["a/logits"], ["a/teacher"])
    hidden = read(tmp_path, text.format("{kind: dataset}"))
    assert (bases(hidden), names(hidden.models, "teacher")) == (["a/b"], [])


def test_open_assistant_sections_are_read_together(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        defaults: {log_dir: base, datasets: [webgpt, {soda: {input_max_length: 1}}], datasets_extra: []}
        mix:
          sort_by_length: false
          datasets:
            - webgpt
            - red_pajama: {fraction: 0.25}
            - oasst_export: {hf_dataset_name: OpenAssistant/oasst1}
            - oasst_export: {input_file_path: export.jsonl.gz}
        math: {datasets_extra: [minimath]}
        small: {log_dir: x, model_name: org/small}
        rl: {log_dir: y, rank_config: {is_reward_model: true, model_name: org/rm}}
        """,
    )
    assert config.framework == "open-assistant"
    assert [(use.name, use.weight, use.stands_for) for use in config.datasets] == [
        ("webgpt", None, None),
        ("soda", None, None),
        ("red_pajama", "0.25", None),
        ("oasst_export", None, "OpenAssistant/oasst1"),
        ("oasst_export", None, "export.jsonl.gz"),
        ("minimath", None, None),
    ]
    assert (bases(config), names(config.models, "reward")) == (["org/small"], ["org/rm"])
