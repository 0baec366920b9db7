"""mergekit: every parent of a merge, with its weight, and nothing that is no parent."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmlineage.audit.configs import ModelUse
from tests.audit.configs.fixtures import bases, names, read


def test_merge_keeps_every_parent_and_the_base(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        merge_method: ties
        base_model: org/base
        tokenizer_source: org/tokenizer
        models:
          - {model: org/a, parameters: {weight: 0.3, density: 0.5}}
          - {model: org/b, parameters: {weight: [0, 0.5, 1]}}
          - {model: org/c, parameters: {weight: [{filter: mlp, value: 0.5}, {value: 0}]}}
          - model: org/d
        parameters: {weight: 1.0, normalize: true}
        """,
    )
    assert (config.framework, config.merge, config.trains) == ("mergekit", "ties", "merge")
    assert config.models == (
        ModelUse("org/a", weight="0.3"),
        ModelUse("org/b", weight="[0, 0.5, 1]"),
        ModelUse("org/c", weight="[mlp: 0.5, *: 0]"),
        ModelUse("org/d", weight="1.0"),
        ModelUse("org/base"),
    )


@pytest.mark.parametrize("method", ["linear", "passthrough"])
def test_the_base_of_a_method_that_takes_none_is_no_parent(tmp_path: Path, method: str) -> None:
    text = f"merge_method: {method}\nbase_model: org/base\nmodels: [{{model: org/a}}, {{model: org/a}}]"
    assert bases(read(tmp_path, text)) == ["org/a"]


def test_slices_of_a_passthrough_name_a_parent_once(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        merge_method: passthrough
        slices:
          - sources: [{model: org/a, layer_range: [0, 16]}]
          - sources: [{model: org/b, layer_range: [8, 24]}]
          - sources: [{model: org/a, layer_range: [16, 32]}]
        """,
    )
    assert bases(config) == ["org/a", "org/b"]


def test_a_document_of_a_chain_is_no_parent(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        merge_method: slerp
        base_model: org/a
        slices: [{sources: [{model: org/a}, {model: org/b}]}]
        name: first
        ---
        merge_method: ties
        base_model: org/base
        models: [{model: first, parameters: {weight: 1}}, {model: org/c}]
        name: second
        """,
    )
    assert bases(config) == ["org/a", "org/b", "org/c", "org/base"]
    assert config.merge == "slerp+ties"


def test_experts_and_their_base_are_parents(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        base_model: org/base
        gate_mode: hidden
        experts:
          - {source_model: org/a, positive_prompts: ["what is org/x"]}
          - {source_model: org/b}
        shared_experts: [{source_model: org/c}]
        """,
    )
    assert (bases(config), config.merge) == (["org/a", "org/b", "org/c", "org/base"], "moe")


def test_an_evolved_merge_takes_its_models_from_the_genome(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        genome:
          models: [org/a, org/b]
          merge_method: dare_ties
          base_model: org/base
        tasks: [{name: spartqa_train, weight: 1.0}]
        """,
    )
    assert (bases(config), config.merge) == (["org/a", "org/b", "org/base"], "dare_ties")
    assert not any(use.weight for use in config.models)


def test_a_model_with_an_adapter_and_a_revision(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        merge_method: linear
        models:
          - model: org/a@abc+org/lora-a
          - model: {model: {path: org/b, revision: v2}, lora: {path: org/lora-b}}
        """,
    )
    assert [(use.name, use.revision) for use in config.models if use.role == "base"] == [
        ("org/a", "abc"),
        ("org/b", "v2"),
    ]
    assert names(config.models, "adapter") == ["org/lora-a", "org/lora-b"]


def test_modules_have_parents_of_their_own(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        merge_method: linear
        modules:
          text_decoder: {slices: [{sources: [{model: org/a}, {model: org/b}]}]}
          vision: {models: [{model: org/c, parameters: {weight: 2}}]}
        """,
    )
    assert config.models == (ModelUse("org/a"), ModelUse("org/b"), ModelUse("org/c", weight="2"))
