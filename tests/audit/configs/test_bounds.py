"""A config leads to no file outside its repository, or, where it stands in none, outside its folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from llmlineage.audit import configs
from llmlineage.audit.configs import Config
from llmlineage.errors import ConfigError, NoConfig
from tests.audit.configs.fixtures import bases, only, write

SECRET = "users:\n- user: {token: s3cr3t}\n"
TAKES = 'policy: {model_name: "${users.0.user.token}"}'
LLAMA_FACTORY = "model_name_or_path: org/base\nstage: sft\ndataset: mine\n"


def in_repository(folder: Path) -> Path:
    (folder / "repo" / ".git").mkdir(parents=True)
    return folder / "repo"


def alone(path: Path) -> Config:
    return only(configs.read(path))


@pytest.mark.parametrize("is_repository", [True, False])
@pytest.mark.parametrize("form", ["up", "absolute", "link", "folder link", "parent's parent"])
def test_what_a_config_inherits_is_read_within_bounds_alone(
    tmp_path: Path, form: str, is_repository: bool
) -> None:
    folder = in_repository(tmp_path) if is_repository else tmp_path / "repo"
    secret = write(tmp_path, SECRET, "home/config.yaml")
    folder.mkdir(exist_ok=True)
    (folder / "link.yaml").symlink_to(secret)
    (folder / "home").symlink_to(secret.parent)
    write(folder, "defaults: ../../home/config.yaml", "sub/parent.yaml")
    name = {
        "up": "../home/config.yaml",
        "absolute": str(secret),
        "link": "link.yaml",
        "folder link": "home/config.yaml",
        "parent's parent": "sub/parent.yaml",
    }[form]
    config = alone(write(folder, f"defaults: ['{name}', x.yaml]\n{TAKES}", "c.yaml"))
    assert bases(config) == ["${users.0.user.token}"]
    whose = "its repository" if is_repository else "its folder"
    assert [remark for remark in config.remarks if f"is outside {whose} and is not read" in remark]
    assert "s3cr3t" not in str(config)


def test_whether_a_file_is_there_is_not_told_beyond_the_bounds(tmp_path: Path) -> None:
    folder = in_repository(tmp_path)
    write(tmp_path, SECRET, "there.yaml")
    texts = (f"defaults: ../{name}.yaml\npolicy: {{model_name: a/b}}" for name in ("there", "away"))
    there, away = (alone(write(folder, text)).remarks for text in texts)
    assert [remark.replace("there.yaml", "away.yaml") for remark in there] == list(away)


def test_a_config_inherits_from_yaml_alone(tmp_path: Path) -> None:
    folder = in_repository(tmp_path)
    write(folder, SECRET, ".git/HEAD")
    (folder / "link.yaml").symlink_to(folder / ".git" / "HEAD")
    config = alone(write(folder, f"defaults: [.git/HEAD, link.yaml]\n{TAKES}"))
    assert bases(config) == ["${users.0.user.token}"]
    assert [remark.rpartition(", which is ")[2] for remark in config.remarks] == [
        "no YAML file and is not read"
    ] * 2


def test_a_repository_is_read_as_a_whole(tmp_path: Path) -> None:
    folder = in_repository(tmp_path)
    write(folder, "policy: {model_name: org/base}", "base/parent.yaml")
    write(folder, '{"mine": {"hf_hub_url": "me/mine"}}', "data/dataset_info.json")
    (folder / "link.yaml").symlink_to(folder / "base" / "parent.yaml")
    child = write(folder, "defaults: [../../base/parent.yaml, ../../link.yaml]\na: b", "r/x/c.yaml")
    assert (bases(alone(child)), alone(child).remarks) == (["org/base"], ())
    config = alone(write(folder, LLAMA_FACTORY, "examples/deep/c.yaml"))
    assert ([use.stands_for for use in config.datasets], config.remarks) == (["me/mine"], ())


def test_a_worktree_is_a_repository_and_so_is_the_innermost(tmp_path: Path) -> None:
    outer = in_repository(tmp_path)
    inner = outer / "inner"
    write(inner, "gitdir: elsewhere", ".git")
    write(outer, SECRET, "config.yaml")
    config = alone(write(inner, f"defaults: ../config.yaml\n{TAKES}", "c.yaml"))
    assert config.remarks == ("inherits ../config.yaml, which is outside its repository and is not read",)


def test_the_folder_that_was_asked_about_bounds_configs_of_no_repository(tmp_path: Path) -> None:
    write(tmp_path, "policy: {model_name: org/base}", "asked/base.yaml")
    path = write(tmp_path, "defaults: ../base.yaml\na: b", "asked/sub/c.yaml")
    assert bases(only(configs.read(path, tmp_path / "asked"))) == ["org/base"]
    with pytest.raises(NoConfig, match=r"inherits \.\./base\.yaml, which is outside its folder"):
        configs.read(path)
    with pytest.raises(NoConfig, match="outside its folder"):
        configs.read(path, tmp_path / "another")


@pytest.mark.parametrize("folder", ["../data", "{}/data"])
def test_llama_factory_registries_beyond_the_bounds_are_not_read(tmp_path: Path, folder: str) -> None:
    repository = in_repository(tmp_path)
    write(tmp_path, '{"mine": {"hf_hub_url": "me/s3cr3t"}}', "data/dataset_info.json")
    config = alone(write(repository, f"{LLAMA_FACTORY}dataset_dir: {folder.format(tmp_path)}"))
    assert [use.stands_for for use in config.datasets] == [None]
    assert "data/dataset_info.json, which is outside its repository" in config.remarks[0]


def test_llama_factory_is_not_looked_for_above_a_folder_of_no_repository(tmp_path: Path) -> None:
    write(tmp_path, '{"mine": {"hf_hub_url": "me/mine"}}', "data/dataset_info.json")
    path = write(tmp_path, f"{LLAMA_FACTORY}dataset_dir: data", "configs/c.yaml")
    config = alone(path)
    assert [use.stands_for for use in config.datasets] == [None]
    assert config.remarks[0].startswith("names data/dataset_info.json, which is not in its folder")
    assert [use.stands_for for use in only(configs.read(path, tmp_path)).datasets] == ["me/mine"]


def test_llama_factory_v1_lists_beyond_the_bounds_are_not_read(tmp_path: Path) -> None:
    repository = in_repository(tmp_path)
    listed = write(tmp_path, "one: {path: org/s3cr3t}", "listed.yaml")
    config = alone(write(repository, f"model: a/b\ncutoff_len: 1\ntrain_dataset: {listed}"))
    assert "s3cr3t" not in str(config)
    assert "outside its repository" in config.remarks[0]


def test_a_link_that_leads_out_of_its_repository_is_refused(tmp_path: Path) -> None:
    repository = in_repository(tmp_path)
    secret = write(tmp_path, "base_model: org/s3cr3t\ndatasets: [a/b]", "home/config.yaml")
    (repository / "link.yaml").symlink_to(secret)
    (repository / "configs").symlink_to(secret.parent)
    for path in (repository / "link.yaml", repository / "configs" / "config.yaml"):
        with pytest.raises(ConfigError, match="link that leads out of its repository; name its target"):
            configs.read(path)


def test_a_link_of_no_repository_is_read_where_it_was_named(tmp_path: Path) -> None:
    blob = write(tmp_path, "---\nbase_model: org/base\n---", "blobs/abc")
    (tmp_path / "snapshots").mkdir()
    link = tmp_path / "snapshots" / "README.md"
    link.symlink_to(blob)
    assert bases(alone(link)) == ["org/base"]


def test_links_that_lead_in_a_circle_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("b.yaml")
    (tmp_path / "b.yaml").symlink_to("a.yaml")
    config = alone(write(tmp_path, "defaults: a.yaml\npolicy: {model_name: a/b}"))
    assert config.remarks == ("inherits a.yaml, which is not there",)
    with pytest.raises(ConfigError, match=r"a\.yaml: cannot be read"):
        configs.read(tmp_path / "a.yaml")


def test_a_path_longer_than_any_is_not_there(tmp_path: Path) -> None:
    config = alone(write(tmp_path, f"defaults: {'a/' * 1_000_000}x.yaml\npolicy: {{model_name: a/b}}"))
    assert "which is not there" in config.remarks[0]
    assert len(config.remarks[0]) < 300


def test_a_pipe_in_place_of_a_parent_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    config = alone(write(tmp_path, "defaults: pipe.yaml\npolicy: {model_name: a/b}"))
    assert config.remarks == ("inherits pipe.yaml, which is not there",)


def test_files_that_a_config_leads_to_are_bounded_together(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path, "a: b\n" + "#" * 2_000_000, f"p{number}.yaml")
    with pytest.raises(ConfigError, match="leads to other files of more than 5 MB together"):
        alone(write(tmp_path, "defaults: [p0.yaml, p1.yaml, p2.yaml]"))
    # One that is inherited by several ways is read once.
    config = write(tmp_path, "defaults: [p0.yaml, p0.yaml, p0.yaml, x.yaml]\npolicy: {model_name: a/b}")
    assert bases(alone(config)) == ["a/b"]
