"""Python scripts that train are read by their syntax tree, and nothing in them is run."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest

from llmlineage.audit import read_all
from llmlineage.audit.configs import Config
from llmlineage.audit.configs import read as read_configs
from llmlineage.errors import ConfigError, NoConfig
from tests.audit.configs.fixtures import bases, evaluated, trained

HEAD = "from datasets import load_dataset\n"


def script(folder: Path, text: str, name: str = "train.py") -> Config:
    path = folder / name
    path.write_text(dedent(text), encoding="utf-8")
    (config,) = read_configs(path)
    return config


def roles(config: Config) -> dict[str, str]:
    return {use.name: use.role for use in config.models}


def test_a_script_of_trl_names_its_model_data_and_method(tmp_path: Path) -> None:
    config = script(
        tmp_path,
        """\
        from datasets import load_dataset
        from peft import LoraConfig
        from trl import DPOConfig, DPOTrainer

        dataset = load_dataset("trl-lib/ultrafeedback_binarized", "default", split="train[:10%]")
        trainer = DPOTrainer(
            model="Qwen/Qwen2-0.5B-Instruct", train_dataset=dataset, peft_config=LoraConfig(r=8),
            args=DPOConfig(output_dir="somebody/my-dpo"),
        )
        trainer.train()
        """,
    )
    assert (config.framework, config.trains, config.adapter, config.guessed) == ("trl", "dpo", "lora", False)
    assert bases(config) == ["Qwen/Qwen2-0.5B-Instruct"]
    (use,) = config.datasets
    assert (use.name, use.subset, use.split) == ("trl-lib/ultrafeedback_binarized", "default", "train[:10%]")


def test_a_notebook_of_unsloth_is_read_without_its_shell_commands_and_its_own_outputs(tmp_path: Path) -> None:
    config = script(
        tmp_path,
        """\
        !pip install unsloth
        from unsloth import FastLanguageModel
        fourbit_models = ["unsloth/never-used-bnb-4bit"]
        model, tokenizer = FastLanguageModel.from_pretrained(
            model_name="unsloth/llama-3-8b-bnb-4bit", max_seq_length=2048, load_in_4bit=True)
        model = FastLanguageModel.get_peft_model(model, r=16)
        from datasets import load_dataset
        dataset = load_dataset("yahma/alpaca-cleaned", split="train")
        model.save_pretrained("lora_model")
        model, tokenizer = FastLanguageModel.from_pretrained("lora_model")
        if False:
            model.push_to_hub("me/model")
            other = FastLanguageModel.from_pretrained("some/other")
        """,
    )
    assert (config.framework, config.adapter) == ("unsloth", "qlora")
    assert (roles(config), trained(config)) == (
        {"unsloth/llama-3-8b-bnb-4bit": "base"},
        ["yahma/alpaca-cleaned"],
    )


@pytest.mark.parametrize(
    "text",
    [
        'NAME = "org/data"\nload_dataset(NAME)',
        'ORG = "org"\nload_dataset(f"{ORG}/data")',
        'load_dataset("org/" + "data")',
        'load_dataset(path="org/data")',
        'import datasets\ndatasets.load_dataset("org/data")',
        'config = {"data": {"name": "org/data"}}\nload_dataset(config["data"]["name"])',
        'NAMES = ["org/data"]\nfor name in NAMES:\n    load_dataset(name)',
        '[load_dataset(name) for name in ("org/data",)]',
        'for name, share in {"org/data": 0.5}.items():\n    load_dataset(name)',
        'for name, share in [("org/data", 0.5)]:\n    load_dataset(name)',
        'for place, name in enumerate(["org/data"]):\n    load_dataset(name)',
        'def main(name="org/data"):\n    load_dataset(name)',
        'def main(*, name: str = "org/data"):\n    load_dataset(name)',
        'def get(name):\n    return load_dataset(name)\nget("org/data")',
        'def get(name):\n    return load_dataset(name)\nget(name="org/data")',
        "parser.add_argument('-d', '--data-set', default='org/data')\n"
        "args = parser.parse_args()\nload_dataset(args.data_set)",
        "parser.add_argument('--x', dest='name', default='org/data')\nload_dataset(args.name)",
        "@click.option('--name', default='org/data')\ndef main(name):\n    load_dataset(name)",
        "@dataclass\nclass ScriptArguments:\n    name: str = field(default='org/data')\n"
        "load_dataset(script_args.name)",
        "class Config:\n    NAME = 'org/data'\nload_dataset(Config.NAME)",
        "class Run:\n    def __init__(self):\n        self.name = 'org/data'\n"
        "    def load(self):\n        return load_dataset(self.name)",
        "args = ScriptArguments(dataset_name='org/data')\nload_dataset(args.dataset_name)",
        "args = ScriptArguments(dataset_name='org/data')",
        "parser.add_argument('--dataset_name', default='org/data')",
        "import os\nload_dataset(os.environ.get('DATA', 'org/data'))",
        "load_dataset(os.getenv('DATA') or 'org/data')",
        "load_dataset('org/data' if small else 'org/data')",
        "if (name := 'org/data'):\n    load_dataset(name)",
        "load_dataset(str('org/data ').strip())[\"train\"]",
        "snapshot_download('org/data', repo_type='dataset')",
        "async def main():\n    await get(load_dataset('org/data'))",
    ],
)  # fmt: skip
def test_a_name_is_found_by_whichever_way_a_literal_takes(tmp_path: Path, text: str) -> None:
    config = script(tmp_path, HEAD + text)
    assert {use.name.strip() for use in config.datasets} == {"org/data"}
    assert not config.remarks or "no known framework" in config.remarks[0]


def test_what_only_a_run_would_tell_is_a_remark(tmp_path: Path) -> None:
    config = script(tmp_path, HEAD + 'load_dataset("org/data")\nload_dataset(sys.argv[1])\n')
    assert config.remarks == (
        "line 3: load_dataset takes a name that stands nowhere in the script, so it is not audited",
    )
    with pytest.raises(NoConfig, match="line 2: load_dataset takes a name"):
        script(tmp_path, HEAD + "load_dataset(sys.argv[1])\n")


@pytest.mark.parametrize(
    "text",
    [
        'eval_dataset = load_dataset("org/data", split="train")',
        'test_ds = load_dataset("org/data")',
        'valData = load_dataset("org/data")',
        'x = load_dataset("org/data")\nTrainer(eval_dataset=x)',
        'Trainer(eval_dataset=load_dataset("org/data", split="test"))',
        'def evaluate():\n    data = load_dataset("org/data")',
        'sets = {"test": load_dataset("org/data")}',
        'parser.add_argument("--eval_dataset_name", default="org/data")',
    ],
)
def test_what_is_named_for_evaluation_is_not_trained_on(tmp_path: Path, text: str) -> None:
    config = script(tmp_path, f"{HEAD}{text}\nTrainer(train_dataset=load_dataset('org/other')).train()")
    assert (trained(config), evaluated(config)) == (["org/other"], ["org/data"])


@pytest.mark.parametrize(
    ("text", "train", "evaluation"),
    [
        ('d = load_dataset("o/d")\nT(train_dataset=d["train"], eval_dataset=d["test"])', "train", "test"),
        ('a, b = load_dataset("o/d", split=["train[:9]", "test[:9]"])\nTrainer()', "train[:9]", "test[:9]"),
        ('a = load_dataset("o/d", split="train")\ntest = load_dataset("o/d", split="test")', "train", "test"),
        # To train on a test split is no evaluation, and what prepares data takes whatever it takes.
        ('train_dataset = load_dataset("o/d", split="test")', "test", None),
        ('d = load_dataset("o/d", split="test")\nSFTTrainer(train_dataset=d).train()', "test", None),
        ('d = load_dataset("o/d")\nrows = [*d["test"]]', "test", None),
    ],
)  # fmt: skip
def test_each_split_is_taken_for_what_it_is_used(
    tmp_path: Path, text: str, train: str, evaluation: str | None
) -> None:
    uses = {use.role: use.split for use in script(tmp_path, HEAD + text).datasets}
    assert (uses.get("train"), uses.get("evaluation")) == (train, evaluation)


def test_files_are_named_in_the_place_of_their_loader(tmp_path: Path) -> None:
    config = script(
        tmp_path,
        HEAD + 'd = load_dataset("json", data_files={"train": ["a.json", "b.json"], "test": "c.json"})\n'
        'e = load_from_disk("alpaca")\npd.read_parquet("hf://datasets/org/data/x.parquet")\n',
    )
    assert trained(config) == ["./a.json", "./b.json", "./alpaca", "hf://datasets/org/data/x.parquet"] or (
        trained(config) == ["a.json", "b.json", "./alpaca", "hf://datasets/org/data/x.parquet"]
    )
    assert evaluated(config) == ["c.json"]


def test_shares_of_a_mix_go_with_the_datasets(tmp_path: Path) -> None:
    config = script(
        tmp_path,
        HEAD + 'a = load_dataset("org/a")\nb = load_dataset("org/b")\n'
        "interleave_datasets([a, b], probabilities=[0.7, 0.3])\n",
    )
    assert [(use.name, use.weight) for use in config.datasets] == [("org/a", "0.7"), ("org/b", "0.3")]


def test_each_model_has_its_part(tmp_path: Path) -> None:
    config = script(
        tmp_path,
        """\
        from transformers import AutoModelForCausalLM, AutoTokenizer, AutoModelForSequenceClassification
        tokenizer = AutoTokenizer.from_pretrained("org/tokenizer")
        model = AutoModelForCausalLM.from_pretrained("org/base", revision="v2")
        ref_model = AutoModelForCausalLM.from_pretrained("org/reference")
        reward_model = AutoModelForSequenceClassification.from_pretrained("org/reward")
        teacher = AutoModelForCausalLM.from_pretrained("org/teacher")
        model = PeftModel.from_pretrained(model, "org/adapter")
        GRPOTrainer(model=model, reward_funcs=["org/other-reward", "length"], train_dataset=None)
        """,
    )
    assert roles(config) == {
        "org/base": "base", "org/reference": "reference", "org/reward": "reward", "org/teacher": "teacher",
        "org/adapter": "adapter", "org/other-reward": "reward",
    }  # fmt: skip
    assert config.models[0].revision == "v2" and config.trains == "grpo"


def test_what_trains_a_reward_model_starts_from_it(tmp_path: Path) -> None:
    text = 'reward_model = AutoModel.from_pretrained("org/base")\nRewardTrainer(model=reward_model)\n'
    assert roles(script(tmp_path, text)) == {"org/base": "base"}


def test_a_model_that_nothing_trains_is_no_base(tmp_path: Path) -> None:
    text = 'model = AutoModelForCausalLM.from_pretrained("org/model")\nmodel.generate()\n'
    assert roles(script(tmp_path, text)) == {"org/model": "other"}


def test_a_folder_that_a_script_downloads_to_is_the_model(tmp_path: Path) -> None:
    config = script(
        tmp_path,
        'snapshot_download("org/model", local_dir="here")\n'
        'FastModel.from_pretrained("./here")\nSFTTrainer().train()\n',
    )
    assert [(use.name, use.stands_for) for use in config.models] == [("./here", "org/model")]


def test_in_a_folder_only_scripts_that_name_data_or_train_are_configs(tmp_path: Path) -> None:
    files = {
        "train.py": HEAD + 'load_dataset("org/data")\n',
        "serve.py": 'model = AutoModelForCausalLM.from_pretrained("org/model")\n',
        "old.py": 'print "load_dataset"\n',
        "tool.py": "import os\n",
        "venv/lib/python3/site-packages/x.py": HEAD + 'load_dataset("org/not-mine")\n',
        "node_modules/x/y.json": '{"base_model": "a/b", "datasets": [{"path": "c/d"}]}',
        "huge.py": HEAD + 'load_dataset("org/generated")\n' * 50_000,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    found, broken = read_all([tmp_path])
    assert ([Path(one.file).name for one in found], broken) == (["train.py"], [])


def test_a_script_that_is_broken_is_told_with_its_line_in_a_folder_too(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(HEAD + 'load_dataset("org/data"\n', encoding="utf-8")
    for path in (tmp_path, tmp_path / "train.py"):
        found, (error,) = read_all([path])
        assert not found and error.line == 2 and "is not Python" in str(error)


def test_an_f_string_of_a_later_python_hides_nothing_else(tmp_path: Path) -> None:
    text = HEAD + 'print(f"{row["question"]}, {row["answer"]}")\nload_dataset("org/data")\n'
    assert trained(script(tmp_path, text)) == ["org/data"]


def test_python_2_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(NoConfig, match="Python 2"):
        script(tmp_path, 'print "load_dataset"\n')


def test_nothing_of_a_script_is_run_and_none_of_its_warnings_shown(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    text = HEAD + f'open({str(tmp_path / "ran")!r}, "w")\nx = "\\d"\nload_dataset("org/data")\n'
    config = script(tmp_path, text)
    assert trained(config) == ["org/data"] and not (tmp_path / "ran").exists()
    assert not recwarn.list and "datasets" not in sys.modules


LOAD = 'load_dataset("org/name")\n'
HOSTILE = {
    "brackets": "x = " + "(" * 100_000 + ")" * 100_000,
    "signs": "x = " + "-" * 200_000 + "1\n",
    "sums": "x = " + "+".join(["'a'"] * 50_000) + "\nload_dataset(x)\n",
    "attributes": "x = a" + ".b" * 100_000 + "\n",
    "null": "x = '\0'\n",
    "half a character": "load_dataset('org/\\ud800')\n",
    "a huge number": "x = " + "9" * 100_000 + "\n",
    "a name of many meanings, often": "".join(f"x.y = 'o/n{i}'\n" for i in range(15_000))
    + "load_dataset(x.y)\n" * 3_000,
    "larger than any": "x = 1\n" * 300_000,
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_script_beyond_reason_is_one_error(tmp_path: Path, text: str) -> None:
    started = time.monotonic()
    with pytest.raises(ConfigError) as error:
        script(tmp_path, HEAD + text + LOAD)
    assert not isinstance(error.value, NoConfig) and str(tmp_path) in str(error.value)
    assert time.monotonic() - started < 10


ENDLESS = {
    "texts that double": "a0 = 'org/x'\n" + "".join(f"a{i + 1} = a{i} + a{i}\n" for i in range(60))
    + "load_dataset(a60)\n",
    "lists that double": "a0 = ['x']\n" + "".join(f"a{i + 1} = a{i} + a{i}\n" for i in range(60))
    + "load_dataset(a60)\n",
    "a circle": "a = b\nb = a\na = a + 'x'\nload_dataset(a)\n",
    "many meanings": "".join(f"a{i} = 'x{j}'\n" for i in range(30) for j in range(30))
    + "load_dataset(f'" + "".join(f"{{a{i}}}" for i in range(30)) + "')\n",
    "a huge list": "x = [" + ", ".join(f"'org/name{i}'" for i in range(40_000)) + "]\n"
    + "for name in x:\n    load_dataset(name)\n",
}  # fmt: skip


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
def test_a_script_that_means_too_much_says_so_and_is_quick(tmp_path: Path, text: str) -> None:
    started = time.monotonic()
    config = script(tmp_path, HEAD + text + LOAD)
    assert "org/name" in {use.name for use in config.datasets}
    assert any("not audited" in remark for remark in config.remarks)
    assert time.monotonic() - started < 10
