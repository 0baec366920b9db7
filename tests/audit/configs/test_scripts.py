"""Launch scripts: what each framework's flags name, and what only looks like a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmlineage.audit import configs
from llmlineage.audit.configs import Config
from llmlineage.errors import NoConfig


def read(folder: Path, script: str) -> Config:
    path = folder / "run.sh"
    path.write_text(script, encoding="utf-8")
    (config,) = configs.read(path)
    return config


def names(config: Config, role: str = "train") -> list[str]:
    return [use.name for use in config.datasets if use.role == role]


def models(config: Config, role: str = "base") -> list[str]:
    return [use.name for use in config.models if use.role == role]


OPEN_INSTRUCT = """
MODEL=org/model
MIX="org/one 1.0 org/two 22000" #org/dead 22000 org/gone 1.0"
python mason.py --image me/image -- accelerate launch open_instruct/dpo_tune_cache.py \\
    --model_name_or_path $MODEL --model_revision it-SFT \\
    --tokenizer_name org/tokenizer \\
    --dataset_mixer_list $MIX \\
    --dataset_mixer_list_splits train \\
    --dataset_mixer_eval_list org/eval 8 \\
    --reward_model_path org/reward \\
    --llm_judge_model hosted_vllm/org/judge \\
    --hub_model_id org/output
"""


def test_open_instruct_keeps_weights_as_they_are_written(tmp_path: Path) -> None:
    config = read(tmp_path, OPEN_INSTRUCT)
    assert config.framework == "open-instruct" and config.trains == "dpo"
    assert [(use.name, use.weight, use.split) for use in config.datasets] == [
        ("org/one", "1.0", "train"), ("org/two", "22000", "train"), ("org/eval", "8", None),
    ]  # fmt: skip
    assert [(use.name, use.revision) for use in config.models if use.role == "base"] == [
        ("org/model", "it-SFT")
    ]
    assert models(config, "reward") == ["org/reward"] and models(config, "judge") == ["org/judge"]


def test_open_instruct_reads_the_older_mixture_too(tmp_path: Path) -> None:
    script = (
        'python open_instruct/finetune.py --model_name_or_path m/m --dataset_mixer \'{"a/b": 1, "c/d": 0.5}\''
    )
    config = read(tmp_path, script)
    assert [(use.name, use.weight) for use in config.datasets] == [("a/b", "1"), ("c/d", "0.5")]


def test_the_checkpoint_of_olmo_core_is_a_remark(tmp_path: Path) -> None:
    script = (
        "BASE=/weka/ckpt/step1\n"
        "python src/scripts/train/sft/OLMo2-7B-sft.py launch run1 $BASE ai2/x --dataset_path gs://d/e"
    )
    config = read(tmp_path, script)
    assert names(config) == ["gs://d/e"] and config.models == ()
    assert config.remarks == ("it starts from the checkpoint /weka/ckpt/step1",)


def test_ms_swift_tells_subset_and_count_from_the_id(tmp_path: Path) -> None:
    script = (
        "CUDA_VISIBLE_DEVICES=0 swift sft --model Qwen/Qwen2.5-7B --tuner_type lora \\\n"
        "  --dataset 'org/data:sub#500' \\\n            org/more --val_dataset org/val \\\n"
        "  --model_author swift --model_name swift-robot --output_dir output"
    )
    config = read(tmp_path, script)
    assert [(use.name, use.subset, use.weight) for use in config.datasets if use.role == "train"] == [
        ("org/data", "sub", "500"), ("org/more", None, None),
    ]  # fmt: skip
    assert names(config, "evaluation") == ["org/val"] and models(config) == ["Qwen/Qwen2.5-7B"]
    assert (config.trains, config.adapter) == ("sft", "lora")


def test_what_an_earlier_stage_wrote_is_no_input(tmp_path: Path) -> None:
    script = (
        "swift sft --model org/base --dataset org/d --output_dir out/one\n"
        "swift infer --model out/one/checkpoint-10\nswift export --model output/vx/checkpoint --dataset org/d"
    )
    config = read(tmp_path, script)
    assert models(config) == ["org/base"]


@pytest.mark.parametrize("hub", ["--use_hf true", "--use_hf 1"])
def test_ids_are_modelscopes_unless_the_hub_is_asked_for(tmp_path: Path, hub: str) -> None:
    script = "swift sft --model org/m --dataset AI-ModelScope/alpaca-gpt4-data-en"
    assert read(tmp_path, script).datasets[0].stands_for == "vicgalle/alpaca-gpt4"
    assert read(tmp_path, f"{script} {hub}").datasets[0].stands_for is None
    assert read(tmp_path, f"USE_HF=1 {script}").datasets[0].stands_for is None


VERL = """
HOME_DATA=${HOME_DATA:-$HOME/data}
train="['$HOME_DATA/gsm8k/train.parquet', '$HOME_DATA/other/train.parquet']"
REWARD="
  reward_model.model.path=org/reward \\
  reward_model.enable=True"
python3 -m verl.trainer.main_ppo --config-path=config \\
    algorithm.adv_estimator=grpo \\
    data.train_files="$train" \\
    data.val_files=$HOME_DATA/gsm8k/test.parquet \\
    actor_rollout_ref.model.path=org/actor\\
    +actor_rollout_ref.model.lora_rank=32 \\
    critic.model.path=org/critic \\
    trainer.project_name=org/project \\
    $REWARD "$@"
"""


def test_verl_reads_overrides_and_lists_of_files(tmp_path: Path) -> None:
    config = read(tmp_path, VERL)
    assert config.framework == "verl" and (config.trains, config.adapter) == ("grpo", "lora")
    assert names(config) == ["$HOME/data/gsm8k/train.parquet", "$HOME/data/other/train.parquet"]
    assert config.datasets[0].stands_for == "openai/gsm8k" and config.datasets[1].stands_for is None
    assert names(config, "evaluation") == ["$HOME/data/gsm8k/test.parquet"]
    assert models(config) == ["org/actor"]
    assert models(config, "critic") == ["org/critic"] and models(config, "reward") == ["org/reward"]


@pytest.mark.parametrize(
    "flags",
    [
        "--model.model_name_or_path org/m --data.dataset org/a,org/b --data.dataset_probs 0.9,0.1",
        "--pretrain org/m --dataset org/a,org/b --dataset_probs 0.9,0.1",
    ],
)
def test_openrlhf_reads_new_and_old_flags(tmp_path: Path, flags: str) -> None:
    script = f"read -r -d '' training_commands <<EOF\nopenrlhf.cli.train_dpo \\\n  {flags}\nEOF\n"
    config = read(tmp_path, script + "deepspeed --module $training_commands")
    assert config.framework == "openrlhf" and config.trains == "dpo"
    assert [(use.name, use.weight) for use in config.datasets] == [("org/a", "0.9"), ("org/b", "0.1")]
    assert models(config) == ["org/m"]


def test_the_folder_behind_an_at_is_no_part_of_the_id(tmp_path: Path) -> None:
    script = "python -m openrlhf.cli.train_rm --pretrain org/m --dataset org/d@data/en"
    assert [(use.name, use.subset) for use in read(tmp_path, script).datasets] == [("org/d", "data/en")]


def test_an_unknown_trainer_is_guessed_by_common_flags(tmp_path: Path) -> None:
    script = "torchrun train.py --model_name_or_path org/m --dataset_name org/d --tokenizer_name org/t"
    config = read(tmp_path, script)
    assert config.guessed and names(config) == ["org/d"] and models(config) == ["org/m"]


def test_a_script_that_hands_on_a_config_names_it(tmp_path: Path) -> None:
    with pytest.raises(NoConfig, match=r"it runs with recipes/x\.yml"):
        read(tmp_path, "accelerate launch -m axolotl.cli.train recipes/x.yml")


def test_a_script_that_trains_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoConfig, match="runs nothing that is known to train"):
        read(tmp_path, "docker build .\necho done")


def test_modelscope_is_left_by_an_exported_setting_too(tmp_path: Path) -> None:
    script = "export USE_HF=1\nswift sft --model org/m --dataset AI-ModelScope/alpaca-gpt4-data-en"
    assert read(tmp_path, script).datasets[0].stands_for is None


def test_a_folder_that_a_stage_wrote_is_none_with_or_without_a_point(tmp_path: Path) -> None:
    script = (
        "swift export --model org/m --dataset org/d --to_cached_dataset true --output_dir ./cached\n"
        "swift sft --model org/m --cached_dataset cached/train --chord_sft_dataset org/more"
    )
    assert names(read(tmp_path, script)) == ["org/d", "org/more"]


def test_ms_swift_names_the_config_that_a_script_hands_on(tmp_path: Path) -> None:
    with pytest.raises(NoConfig, match=r"it runs with sft\.yaml"):
        read(tmp_path, "swift sft sft.yaml")


def test_openrlhf_stages_of_one_script_are_told_apart(tmp_path: Path) -> None:
    script = (
        "python -m openrlhf.cli.batch_inference --pretrain org/m --dataset org/d --output_path out/a.jsonl\n"
        "python -m openrlhf.cli.batch_inference --eval_task rm --pretrain org/rm --dataset out/a.jsonl"
        " --output_path out/b.jsonl\n"
        "python -m openrlhf.cli.train_dpo --pretrain org/m --dataset out/b.jsonl --save_path out/m\n"
        "python -m openrlhf.cli.train_dpo --pretrain out/m --dataset org/e"
    )
    config = read(tmp_path, script)
    assert names(config) == ["org/d", "org/e"]
    assert models(config) == ["org/m"] and models(config, "reward") == ["org/rm"]
