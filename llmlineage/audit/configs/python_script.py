"""Python scripts that train with TRL, transformers, peft or unsloth, read by their syntax tree.

Nothing is run or imported. What is read: ``load_dataset`` and its like, ``from_pretrained``, the
trainers and config classes of TRL with ``model=`` and ``dataset_name=``, and the defaults of ``argparse``,
``click`` and dataclasses of those names (https://huggingface.co/docs/datasets/loading,
https://huggingface.co/docs/trl, https://docs.unsloth.ai).
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace

from llmlineage.audit.configs.axolotl import LOADERS
from llmlineage.audit.configs.documents import check_text
from llmlineage.audit.configs.model import (
    Config,
    DatasetRole,
    DatasetUse,
    ModelRole,
    ModelUse,
    at_most,
)
from llmlineage.audit.configs.python_tree import Called, Script, argument, keyword, walk
from llmlineage.audit.configs.python_values import Value, called
from llmlineage.audit.configs.source import Source
from llmlineage.errors import ConfigError, NoConfig

# A script is written by people; what is larger is made by a program, and its tree takes a hundred times more.
LARGEST_SCRIPT = 1_000_000
# Words of which one stands in every script that is read, so that others are passed over unread.
_TELLING = re.compile(
    r"load_dataset|from_pretrained|load_from_disk|Trainer\(|dataset_name|model_name_or_path|base_model"
)
_PYTHON_2 = re.compile(
    r"^\s*(print\s+[\"'\w]|exec\s+[\"']|raise\s+\w+\s*,\s*[\"'])|except\s+[\w.]+\s*,\s*\w+\s*:|\bur[\"']",
    re.MULTILINE,
)
# Lines that a notebook hands to the shell or to itself.
_MAGIC = re.compile(r"^(\s*)[!%].*$", re.MULTILINE)
_F_STRING = re.compile(r"\b[rR]?[fF][rR]?([\"']).*\1")
_TRAINS = re.compile(
    r"Trainer$|TrainingArguments$|LoraConfig$|^(get_peft_model|backward|fit)$"
    r"|^(run_|do_|start_)?(train|finetune|fine_tune)(_model|_loop|_epoch|_step|_one_epoch)?$"
)
# What its name says is not for a model.
_NO_MODEL = re.compile(r"token|process|config|extract|schedul|pipeline|vae|embed", re.IGNORECASE)
_EVALUATES = re.compile(
    r"(^|_)(evals?|evaluat\w*|valid|validation|val|tests?|testing|dev|held_?out|benchmarks?)(_|\d|$)"
)
_LEARNS = re.compile(r"(^|_)(train\w*|sft|finetune)(_|\d|$)")
_SPLIT = re.compile(r"(^|_)(train|test|val|valid|validation|dev|eval|sft|prefs|gen)\w*")
_NAME = re.compile(r"[\w.@:/~+-]{2,300}")
_ROLES: tuple[tuple[str, ModelRole], ...] = (
    (r"(^|_)ref(erence)?(_|$)", "reference"),
    (r"(^|_)(reward|rm)s?(_|$)", "reward"),
    (r"teacher", "teacher"),
    (r"(^|_)judge", "judge"),
    (r"(^|_)(value|critic)(_|$)", "critic"),
    (r"(^|_)(adapter|lora)(_|$)", "adapter"),
    (r"(^|_)(draft|assistant|embed\w*)(_|$)", "other"),
)
DATASET_KEYS = (
    "dataset_name", "dataset_name_or_path", "dataset_id", "dataset_path", "dataset", "datasets",
    "train_dataset", "train_dataset_name", "train_dataset_path", "hf_dataset", "data_path", "train_file",
    "train_data_path", "eval_dataset_name", "eval_dataset_path", "eval_data_path", "test_dataset_name",
    "validation_file",
)  # fmt: skip
MODEL_KEYS = (
    "model_name_or_path", "model_name", "model_id", "base_model", "base_model_name", "base_model_id",
    "base_model_name_or_path", "pretrained_model_name_or_path", "sft_model_path", "reward_model_path",
    "reward_model_name_or_path", "teacher_model_name_or_path", "ref_model_name_or_path",
    "adapter_name_or_path",
)  # fmt: skip
# How from_pretrained calls its first argument.
PRETRAINED = ("model_name", "pretrained_model_name_or_path", "model_id", "pretrained_model_name")
# Arguments of trainers that are a model's name where they are text.
TRAINED = ("model", "ref_model", "reward_model", "reward_funcs", "teacher_model", "judge", "value_model")
# The first argument of these, or the keyword beside each, is where something is written.
OUTPUTS = {
    "save_pretrained": "save_directory", "save_model": "output_dir", "push_to_hub": "repo_id",
    "save_pretrained_merged": "save_directory", "save_pretrained_gguf": "save_directory",
    "push_to_hub_merged": "repo_id", "push_to_hub_gguf": "repo_id", "save_to_disk": "dataset_path",
}  # fmt: skip
FILE_READERS = ("from_json", "from_csv", "from_parquet", "from_text", "load_from_disk")
UNSLOTH = ("FastLanguageModel", "FastModel", "FastVisionModel", "FastSentenceTransformer")
FRAMEWORKS = ("unsloth", "trl", "peft", "transformers", "sentence_transformers")
MOST_REMARKS = 3
# Lines of a later Python that are passed over.
MOST_LATER = 20


def read(source: Source) -> Config:
    """What a script names.

    Raises:
        NoConfig: it names no dataset and no model, trains nothing, or is none of Python 3.
        ConfigError: it is not Python, is too large, or is nested beyond reason.
    """
    if not _TELLING.search(source.text):
        raise NoConfig(source.path, "names no dataset and no model")
    script = walk(parse(source))
    script.trains = any(is_training(one.node) for one in script.calls)
    datasets = at_most(dataset_uses(script, source.file), source.file)
    models = at_most(model_uses(script, source.file), source.file)
    for name in (*(use.name for use in datasets), *(use.name for use in models)):
        check_text(name, source.path)
    if source.within is not None and not datasets and not script.trains:
        raise NoConfig(source.path, "loads a model and trains nothing")
    framework = next((one for one in FRAMEWORKS if one in script.imports), None)
    return Config(
        file=source.file,
        framework=framework or "python",
        datasets=datasets,
        models=models,
        trains=training(script),
        adapter=adapter(script),
        guessed=framework is None,
        remarks=tuple(remarks(script)),
    )


def is_training(node: ast.Call) -> bool:
    """Whether a call trains, or makes ready to; whatever unsloth loads is there to be tuned."""
    return bool(_TRAINS.search(called(node.func))) or owner(node) in UNSLOTH


def parse(source: Source) -> ast.Module:
    text = source.text
    if len(text) > LARGEST_SCRIPT:
        problem = f"is larger than {LARGEST_SCRIPT / 1e6:.0f} MB, so no script that people write"
        raise (NoConfig if source.within is not None else ConfigError)(source.path, problem)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the script's own backslashes
            return tree_of(text)
    except (RecursionError, MemoryError) as error:
        raise ConfigError(source.path, "is nested too deeply to be a script") from error
    except (SyntaxError, ValueError) as error:
        if _PYTHON_2.search(text):
            raise NoConfig(source.path, "is Python 2, which is not read") from error
        said = error.msg if isinstance(error, SyntaxError) else str(error)
        problem = f"is not Python, as version {sys.version_info[0]}.{sys.version_info[1]} has it: {said}"
        raise ConfigError(source.path, problem, getattr(error, "lineno", None)) from error


def tree_of(text: str) -> ast.Module:
    """The tree of a script, without lines that a notebook hands to the shell, and without f-strings that
    only a later Python reads.

    Raises:
        SyntaxError: it has none.
    """
    try:
        return ast.parse(text)
    except SyntaxError:
        lines = _MAGIC.sub(r"\1pass", text).split("\n")
    for _ in range(MOST_LATER):
        try:
            return ast.parse("\n".join(lines))
        except SyntaxError as error:
            if "f-string" not in (error.msg or "") or not error.lineno:
                raise
            lines[error.lineno - 1] = _F_STRING.sub('""', lines[error.lineno - 1])
    return ast.parse("\n".join(lines))


def outputs(script: Script) -> set[str]:
    """What the script writes by itself, and may read again."""
    found: set[str] = set()
    for one in script.calls:
        name = called(one.node.func)
        if name in OUTPUTS:
            found.update(script.values.texts(argument(one.node, 0, OUTPUTS[name]), one.scope))
        found.update(script.values.texts(keyword(one.node, "output_dir", "hub_model_id"), one.scope))
    return found


def dataset_uses(script: Script, file: str) -> Iterator[DatasetUse]:
    weights, written = mixing(script), outputs(script)
    read = at_most((use for one in script.calls for use in weighted(one, script, weights)), file)
    seen = dict.fromkeys(use for use in read if use.name not in written)
    named = {use.name for use in seen}
    yield from seen
    for key in DATASET_KEYS:
        role: DatasetRole = "evaluation" if _EVALUATES.search(key) else "train"
        for name in configured(key, script):
            if name not in named and name not in written:
                named.add(name)
                yield DatasetUse(name, role=role)


def weighted(one: Called, script: Script, weights: dict[str, str]) -> Iterator[DatasetUse]:
    weight = next((weights[label] for label in reversed(one.labels) if label in weights), None)
    return (replace(use, weight=weight) for use in loaded(one, script))


def configured(key: str, script: Script) -> Iterator[str]:
    """The names that options and fields of a config give to a key."""
    for bound in script.values.attributes.get(key, []):
        found = script.values.along(bound, 0)
        for value in found:
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, str) and _NAME.fullmatch(one):
                    yield one


def loaded(one: Called, script: Script) -> Iterator[DatasetUse]:
    """The datasets that a call reads, one a split."""
    name = called(one.node.func)
    texts = script.values.texts
    if name == "load_dataset" or (name == "load" and "MsDataset" in owner(one.node)):
        yield from of_load(one, script)
    elif name in FILE_READERS:
        for path in texts(argument(one.node, 0, "path_or_paths", "dataset_path"), one.scope):
            yield DatasetUse(place(path), role=role_of(one, script))
    elif name in ("snapshot_download", "hf_hub_download"):
        if "dataset" in texts(keyword(one.node, "repo_type"), one.scope):
            for repository in texts(argument(one.node, 0, "repo_id"), one.scope):
                yield DatasetUse(repository, role=role_of(one, script))
    elif name.startswith("read_"):
        for path in texts(argument(one.node, 0), one.scope):
            if path.startswith("hf://datasets/"):
                yield DatasetUse(path, role=role_of(one, script))


def owner(node: ast.Call) -> str:
    return called(node.func.value) if isinstance(node.func, ast.Attribute) else ""


def place(path: str) -> str:
    """A file or folder as one, so that it is not taken for a record of that name."""
    return path if "/" in path or "." in path else f"./{path}"


def of_load(one: Called, script: Script) -> Iterator[DatasetUse]:
    texts = script.values.texts
    subsets = texts(argument(one.node, 1, "name", "subset_name"), one.scope) or [""]
    for path in texts(argument(one.node, 0, "path", "dataset_name"), one.scope):
        if path in LOADERS or path in ("imagefolder", "audiofolder"):
            yield from of_files(one, script)
            continue
        for subset in subsets:
            for split, role in splits(one, script):
                yield DatasetUse(path, subset or None, split, role=role)


def of_files(one: Called, script: Script) -> Iterator[DatasetUse]:
    """The files that are loaded without a dataset of their own."""
    given = keyword(one.node, "data_files", "data_dir")
    role = role_of(one, script)
    for value in script.values.of(given, one.scope) if given is not None else ():
        groups: dict[str, Value] = value if isinstance(value, dict) else {"": value}
        for split, files in groups.items():
            for file in files if isinstance(files, list) else [files]:
                if isinstance(file, str):
                    yield DatasetUse(place(file), role="evaluation" if _EVALUATES.search(split) else role)


def splits(one: Called, script: Script) -> Iterator[tuple[str | None, DatasetRole]]:
    """Each split that is taken, and for what: those that the call names, else those taken of its result."""
    role, given = role_of(one, script), keyword(one.node, "split")
    named = script.values.texts(given if given is not None else one.split, one.scope)
    for split in named:
        apart = len(named) > 1 and evaluates((split,))
        yield split, "evaluation" if apart else role
    if named:
        return
    taken = [] if given is not None else script.taken.get(one.labels[-1] if one.labels else "", [])
    splits_taken = dict.fromkeys(each for each in taken if _SPLIT.match(each[0]))
    for split, labels in splits_taken:
        said = evaluates(labels)
        # What prepares data may well take them all.
        apart = script.trains and evaluates((split,)) if said is None else said
        yield split, "evaluation" if apart or role == "evaluation" else "train"
    if not splits_taken:
        yield None, role


def role_of(one: Called, script: Script) -> DatasetRole:
    """What a dataset is loaded for, by the name that it gets, else by what that is given to."""
    said = evaluates(one.labels[-1:])
    given = script.given.get(one.labels[-1], set()) if one.labels else set()
    if said is None and given & {"eval_dataset", "train_dataset"}:
        said = "train_dataset" not in given
    return "evaluation" if (evaluates(one.labels) if said is None else said) else "train"


def evaluates(labels: tuple[str, ...]) -> bool | None:
    """Whether names say that something is for evaluation; None where none says."""
    for label in reversed(labels):
        small = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", label.partition("[")[0]).lower()
        if _LEARNS.search(small):
            return False
        if _EVALUATES.search(small):
            return True
    return None


def mixing(script: Script) -> dict[str, str]:
    """By variable, the probability with which its rows are drawn."""
    found: dict[str, str] = {}
    for one in script.calls:
        if called(one.node.func) != "interleave_datasets":
            continue
        mixed, shares = argument(one.node, 0, "datasets"), argument(one.node, 1, "probabilities")
        if isinstance(mixed, ast.Name):
            mixed = next((bound.node for bound in one.scope.find(mixed.id)), mixed)
        values = script.values.of(shares, one.scope)[:1] if shares is not None else []
        if isinstance(mixed, (ast.List, ast.Tuple)) and values and isinstance(values[0], list):
            for element, share in zip(mixed.elts, values[0], strict=False):
                if isinstance(element, ast.Name) and share is not None:
                    found[element.id] = str(share)
    return found


def model_uses(script: Script, file: str) -> Iterator[ModelUse]:
    """The models, each once; of a script that trains none, none is a base."""
    written, downloaded = outputs(script), downloads(script)
    rewards = training(script) in ("reward", "prm")
    found: dict[str, set[ModelRole]] = {}
    named = at_most((use for one in script.calls for use in models_of(one, script)), file)
    for use in (*named, *models_configured(script)):
        role: ModelRole = "base" if rewards and use.role == "reward" else use.role
        role = "other" if role == "base" and not script.trains else role
        roles = found.setdefault(use.name, set())
        # What has a part already is no base besides, as the name of a setting alone would make it.
        if use.name in written or role in roles or (roles and role in ("base", "other")):
            continue
        roles.add(role)
        meaning = downloaded.get(use.name.removeprefix("./").rstrip("/"))
        yield replace(use, role=role, stands_for=meaning)


def downloads(script: Script) -> dict[str, str]:
    """The repositories that the script downloads, by the folder."""
    found: dict[str, str] = {}
    for one in script.calls:
        if called(one.node.func) == "snapshot_download":
            folders = script.values.texts(keyword(one.node, "local_dir"), one.scope)
            names = script.values.texts(argument(one.node, 0, "repo_id"), one.scope)
            found |= {folder.removeprefix("./").rstrip("/"): name for folder in folders for name in names}
    return found


def models_of(one: Called, script: Script) -> Iterator[ModelUse]:
    name, texts = called(one.node.func), script.values.texts
    if name == "from_pretrained":
        yield from pretrained(one, script)
    elif name.endswith("Trainer"):
        for key in TRAINED:
            for text in texts(keyword(one.node, key), one.scope):
                if key != "reward_funcs" or "/" in text:
                    yield ModelUse(text, role=model_role((key,)))
    elif name in ("SentenceTransformer", "CrossEncoder"):
        for text in texts(argument(one.node, 0, "model_name_or_path", "model_name"), one.scope):
            yield ModelUse(text)


def pretrained(one: Called, script: Script) -> Iterator[ModelUse]:
    """``Class.from_pretrained(name)``; of peft the second argument is an adapter, put on the first."""
    what, texts = owner(one.node), script.values.texts
    revision = next(iter(texts(keyword(one.node, "revision"), one.scope)), None)
    if what.startswith(("PeftModel", "AutoPeft", "PeftConfig", "PeftMixedModel")):
        first = 1 if what.startswith(("PeftModel", "PeftMixed")) else 0
        for text in texts(argument(one.node, first, *PRETRAINED[1:]), one.scope):
            yield ModelUse(text, revision, role="adapter")
        return
    if _NO_MODEL.search(what) and "Model" not in what:
        return
    for text in texts(argument(one.node, 0, *PRETRAINED), one.scope):
        yield ModelUse(text, revision, role=model_role(one.labels[-1:]))


def models_configured(script: Script) -> Iterator[ModelUse]:
    for key in MODEL_KEYS:
        for name in configured(key, script):
            yield ModelUse(name, role=model_role((key,)))


def model_role(labels: tuple[str, ...]) -> ModelRole:
    joined = "_".join(labels).lower()
    return next((role for pattern, role in _ROLES if re.search(pattern, joined)), "base")


def training(script: Script) -> str | None:
    """The method of TRL's trainer: sft, dpo, grpo ..."""
    for one in script.calls:
        match = re.fullmatch(r"(?:Unsloth|Iterative|Online|Async)?([A-Z]\w*?)Trainer", called(one.node.func))
        if match and match[1] not in ("Seq2Seq", "Unsloth", "Base", "Custom", "My", "SentenceTransformer"):
            return match[1].lower()
    return None


def adapter(script: Script) -> str | None:
    names = {called(one.node.func) for one in script.calls}
    if not names & {"get_peft_model", "LoraConfig"}:
        return None
    bits = (
        script.values.of(given, one.scope)
        for one in script.calls
        if (given := keyword(one.node, "load_in_4bit"))
    )
    return "qlora" if any(True in found for found in bits) else "lora"


def remarks(script: Script) -> Iterator[str]:
    """What the script loads by a name that only a run would tell."""
    found: dict[int, str] = {}
    for one in script.calls:
        name = called(one.node.func)
        if name == "load_dataset":
            given = argument(one.node, 0, "path", "dataset_name")
        elif (
            name == "from_pretrained"
            and not _NO_MODEL.search(owner(one.node))
            and owner(one.node) != "PeftModel"
        ):
            given = argument(one.node, 0, *PRETRAINED)
        else:
            continue
        if given is not None and not script.values.texts(given, one.scope):
            found[one.node.lineno] = name
    for line, name in list(found.items())[:MOST_REMARKS]:
        yield f"line {line}: {name} takes a name that stands nowhere in the script, so it is not audited"
    if len(found) > MOST_REMARKS:
        yield f"and {len(found) - MOST_REMARKS} more loads of that kind"
    if script.values.is_cut:
        yield "it stands for more names than are followed, so some are not audited"
