"""Cards by their front matter, plain lists of names, and configs of no known framework."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmlineage.audit.configs import DatasetUse
from llmlineage.errors import ConfigError
from tests.audit.configs.fixtures import bases, evaluated, names, read, trained


def test_model_card_names_bases_data_and_licence(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """\
        ---
        license: apache-2.0
        base_model: [org/a, org/b]
        base_model_relation: merge
        datasets:
        - org/data
        - org/data
        tags: [not/this]
        ---
        # Model

        datasets: org/not-this-either
        """,
        "README.md",
    )
    assert config.framework == "card"
    assert (bases(config), trained(config)) == (["org/a", "org/b"], ["org/data"])
    assert (config.license, config.trains) == ("apache-2.0", "merge")


def test_dataset_card_names_what_it_extends(tmp_path: Path) -> None:
    text = (
        "---\nsource_datasets:\n- original\n- extended|squad\n- extended|other-web\n- org/other\n"
        "license: [mit, cc-by-4.0]\n---"
    )
    config = read(tmp_path, text, "card.md")
    assert (trained(config), config.license) == (["squad", "org/other"], "mit, cc-by-4.0")


def test_licence_other_gives_way_to_its_name(tmp_path: Path) -> None:
    text = "---\nlicense: other\nlicense_name: yi-license\nbase_model: org/a\n---\n"
    config = read(tmp_path, text, "card.md")
    assert (config.license, bases(config)) == ("yi-license", ["org/a"])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("# Title\n", "README.md: has no front matter"),
        ("---\nlicense: mit\n  base_model: [x\n---\n", "README.md:3: is not YAML"),
        ("---\n- a\n- b\n---\n", "README.md: has front matter that does not map"),
        ("---\ntitle: page\n---\n", "README.md: has front matter that names no dataset"),
    ],
)
def test_bad_front_matter_is_an_error(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as error:
        read(tmp_path, text, "README.md")
    assert str(error.value).startswith(f"{tmp_path}/{problem}")


def test_a_list_of_names_has_one_a_line(tmp_path: Path) -> None:
    config = read(tmp_path, "# mine\norg/a\n\norg/b  # why\nsquad\norg/a\n", "names.txt")
    assert (config.framework, names(config.datasets)) == ("names", ["org/a", "org/b", "squad"])


@pytest.mark.parametrize(
    ("text", "problem"),
    [("org/a\nThis is prose.\n", "names.txt:2: is no list of names"), ("# x\n", "names.txt: holds no name")],
)
def test_a_text_that_is_no_list_is_an_error(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as error:
        read(tmp_path, text, "names.txt")
    assert str(error.value).startswith(f"{tmp_path}/{problem}")


def test_an_unknown_framework_is_read_by_shape_and_says_so(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        student:
          pretrained_model_name_or_path: org/base
          tokenizer_name: org/tokenizer
        teacher_model: org/teacher
        data_mix: {org/a: 0.7, org/b: 0.3}
        train_data: [{path: org/c}, {path: part.jsonl}]
        eval_dataset: org/test
        hub_model_id: org/output
        output_model_path: org/out
        script: org/run.py
        notes: a dataset like org/data
        """,
    )
    assert config.guessed
    assert config.framework == "unknown"
    assert config.datasets[:2] == (DatasetUse("org/a", weight="0.7"), DatasetUse("org/b", weight="0.3"))
    assert trained(config)[2:] == ["org/c", "part.jsonl"]
    assert evaluated(config) == ["org/test"]
    assert [(use.name, use.role) for use in config.models] == [
        ("org/base", "base"),
        ("org/teacher", "teacher"),
    ]
