"""A training script of TRL: an audit reads its names, and runs none of it."""

from datasets import load_dataset
from peft import LoraConfig
from trl import DPOConfig, DPOTrainer

PREFERENCES = "argilla/distilabel-intel-orca-dpo-pairs"

trainer = DPOTrainer(
    model="mistralai/Mistral-7B-v0.1",
    args=DPOConfig(output_dir="mistral-dpo"),
    train_dataset=load_dataset(PREFERENCES, split="train[:90%]"),
    eval_dataset=load_dataset(PREFERENCES, split="train[90%:]"),
    peft_config=LoraConfig(r=16),
)
trainer.train()
