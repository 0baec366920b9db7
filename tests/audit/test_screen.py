"""The first screen of an audit of the shipped record: short, and what matters most in it first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import llmlineage
from llmlineage.api import Lineage
from llmlineage.audit import Audit, audit, configs
from llmlineage.graph.terms.licences import read_licences
from llmlineage.render import audit as render
from tests.audit.made import written
from tests.conftest import run

# Mixes that hold nearly everything that there is.
HEAVY = (
    "HuggingFaceTB/smoltalk2", "allenai/tulu-3-sft-mixture", "teknium/OpenHermes-2.5",
    "HuggingFaceH4/ultrafeedback_binarized", "Open-Orca/OpenOrca",
)  # fmt: skip
LINE = re.compile(r"  ! (?P<question>[a-z -]+?) +(?P<count>[\d,]+)  (?P<case>\S.*)")


@pytest.fixture(scope="module")
def world(real_edition: Path) -> Lineage:
    return llmlineage.open(real_edition)


def audited(world: Lineage, folder: Path, *names: str, base: str = "meta-llama/Llama-3.1-8B") -> Audit:
    (config,) = configs.read(written(folder / "a.json", *names, base=base))
    return audit(world.edition, config)


def shown(world: Lineage, one: Audit, width: int | None, *sections: str, full: bool = False) -> list[str]:
    licences = read_licences(world.edition)
    return list(render.text(one, licences, lambda _: (), width=width, sections=sections, full=full))


def first(world: Lineage, one: Audit, question: str) -> str:
    """The line of a question, on one line."""
    found = [match for line in shown(world, one, None) if (match := LINE.fullmatch(line))]
    return next(match["case"] for match in found if match["question"] == question)


def findings(one: Audit, category: str) -> list[str]:
    return [each.id for each in one.findings if each.category == category]


def test_five_datasets_fit_a_screen_of_forty_lines(world: Lineage, tmp_path: Path) -> None:
    one = audited(world, tmp_path, *HEAVY)
    lines = shown(world, one, 80)
    assert len(lines) <= 40 and max(map(len, lines)) <= 80
    # Of names without a record too, of which each may be long.
    assert len(shown(world, audited(world, tmp_path, *(f"org/{'x' * 90}-{n}" for n in range(5))), 80)) <= 40


@pytest.mark.parametrize("width", [60, 80, 120])
def test_every_line_of_the_verdict_has_its_count_and_its_weightiest_case(
    world: Lineage, tmp_path: Path, width: int
) -> None:
    one = audited(world, tmp_path, *HEAVY)
    lines = shown(world, one, width)
    verdict = lines[lines.index("Verdict") + 1 : lines.index("", lines.index("Verdict"))]
    questions = [LINE.fullmatch(line) for line in verdict if line.startswith("  ! ")]
    counts = {category: len(findings(one, category)) for _, category in render.QUESTIONS}
    asked = {
        render.QUESTIONS[place][1]: int(match["count"].replace(",", ""))
        for match in questions
        if match
        for place, (question, _) in enumerate(render.QUESTIONS)
        if question == match["question"]
    }
    assert asked == {category: count for category, count in counts.items() if count}
    if width >= 80:
        assert all(match and findings_named(match["case"], one) for match in questions)


def findings_named(case: str, one: Audit) -> bool:
    return any(case.startswith(each.id[:20]) for each in one.findings)


def test_what_is_large_comes_before_a_handful(world: Lineage, tmp_path: Path) -> None:
    """110,000 rows of CAMEL stand in OpenHermes; of SAMSum come prompts of some tasks of FLAN."""
    names = ("teknium/openhermes", "teknium/OpenHermes-2.5", "Open-Orca/SlimOrca")
    one = audited(world, tmp_path, *names)
    order = findings(one, "noncommercial")
    camel = min(order.index(id) for id in order if id.startswith("camel-"))
    assert camel < order.index("samsum")
    assert not first(world, one, "non-commercial").startswith("samsum")


def test_the_licence_of_the_weights_comes_before_what_they_were_trained_on(
    world: Lineage, tmp_path: Path
) -> None:
    one = audited(world, tmp_path, "databricks/databricks-dolly-15k", base="garage-bAInd/Platypus2-13B")
    assert findings(one, "noncommercial")[0] == "platypus2-13b"
    assert findings(one, "share-alike")[0] == "dolly-15k"


def test_terms_of_providers_and_licences_of_models_are_never_behind_a_count(
    world: Lineage, tmp_path: Path
) -> None:
    one = audited(world, tmp_path, *HEAVY)
    terms = first(world, one, "provider terms")
    assert "openai-terms" in terms and "llama-2" in terms and "anthropic-terms" in terms
    assert "llama-3.1" in first(world, one, "model licence")
    licences = "\n".join(shown(world, one, 80, *render.SECTIONS))
    held = {each.inherited.license for each in one.arriving}
    for licence in held:
        if licence.kind in ("provider_terms", "model_license"):
            assert licence.name in licences


def test_a_licence_of_weights_that_is_taken_to_reach_what_they_wrote_says_so(
    world: Lineage, tmp_path: Path
) -> None:
    one = audited(world, tmp_path, "HuggingFaceH4/ultrafeedback_binarized")
    order = [each for each in one.findings if each.category == "noncommercial"]
    assert any(each.reading for each in order)
    assert [each.reading for each in order] == sorted(each.reading for each in order)
    reading = next(each for each in order if each.reading)
    assert "of its weights" in render.of_finding(reading, read_licences(world.edition))


def test_data_comes_before_what_base_models_do_not_say(world: Lineage, tmp_path: Path) -> None:
    one = audited(world, tmp_path, "teknium/OpenHermes-2.5", base="mistralai/Mistral-7B-v0.1")
    assert findings(one, "undisclosed").index("openhermes-2.5") < findings(one, "undisclosed").index(
        "mistral-7b-v0.1"
    )


def test_of_a_teacher_come_its_outputs_and_no_weights_or_data(world: Lineage, tmp_path: Path) -> None:
    path = tmp_path / "distill.yaml"
    path.write_text(
        "model: Qwen/Qwen2.5-0.5B\nteacher: {kind: hf, path: meta-llama/Llama-3.1-8B-Instruct}\n"
        "dataset: {train_dataset: {repo_id: databricks/databricks-dolly-15k}}\n",
        encoding="utf-8",
    )
    (config,) = configs.read(path)
    found = audit(world.edition, config).findings
    told = {(each.category, each.id) for each in found}
    assert ("provider-terms", "llama-3.1-8b-instruct") in told
    assert ("model-licence", "llama-3.1-8b-instruct") not in told
    assert ("undisclosed", "llama-3.1-8b-instruct") not in told
    assert {category for category, _ in told} == {"provider-terms", "share-alike", "undisclosed"}


def test_a_merge_brings_the_licences_of_all_its_parts(world: Lineage, tmp_path: Path) -> None:
    path = tmp_path / "merge.yml"
    path.write_text(
        "merge_method: linear\nmodels:\n- {model: WizardLM/WizardMath-13B-V1.0, parameters: {weight: 0.5}}\n"
        "- {model: garage-bAInd/Platypus2-13B, parameters: {weight: 0.5}}\n",
        encoding="utf-8",
    )
    (config,) = configs.read(path)
    one = audit(world.edition, config)
    assert "wizardmath-13b-v1.0" in findings(one, "model-licence")
    assert "platypus2-13b" in findings(one, "noncommercial")
    # What Creative Commons asks is asked once, and not again as if it were written for weights.
    assert "platypus2-13b" not in findings(one, "model-licence")


def test_a_reward_model_or_judge_leaves_nothing(world: Lineage, tmp_path: Path) -> None:
    path = tmp_path / "grpo.py"
    path.write_text(
        'from trl import GRPOTrainer\nGRPOTrainer(model="Qwen/Qwen2.5-0.5B", '
        'reward_funcs="Skywork/Skywork-Reward-Llama-3.1-8B-v0.2", train_dataset=None).train()\n',
        encoding="utf-8",
    )
    (config,) = configs.read(path)
    assert {each.id for each in audit(world.edition, config).findings} <= {
        "qwen-2.5-0.5b", "Skywork/Skywork-Reward-Llama-3.1-8B-v0.2"
    }  # fmt: skip


def test_parts_that_two_took_of_one_thing_are_not_called_the_same(world: Lineage, tmp_path: Path) -> None:
    one = audited(world, tmp_path, "HuggingFaceH4/ultrafeedback_binarized", "Open-Orca/OpenOrca")
    (flan,) = (each for each in one.findings if each.id == "cot-submix" and each.category == "double-counted")
    assert "not surely the same" in (flan.shares or "")
    one = audited(world, tmp_path, "meta-math/MetaMathQA", "openai/gsm8k")
    (gsm8k,) = (each for each in one.findings if each.category == "double-counted")
    assert (gsm8k.id, gsm8k.shares) == ("gsm8k", "prompts") and set(gsm8k.entries) == {"metamathqa", "gsm8k"}


@pytest.mark.parametrize("section", render.SECTIONS)
def test_each_section_shows_what_stands_behind_the_verdict_with_sources(
    world: Lineage, tmp_path: Path, section: str
) -> None:
    one = audited(world, tmp_path, "teknium/OpenHermes-2.5", "meta-math/MetaMathQA", "openai/gsm8k")
    plain = shown(world, one, 80)
    asked = shown(world, one, 80, section)
    assert len(asked) > len(plain) and plain[:5] == asked[:5]
    assert section == "unknown" or any("https://" in line for line in asked)
    assert not any("more; --" in line for line in asked)  # one section alone is whole


def test_full_shows_every_section_whole(world: Lineage, tmp_path: Path) -> None:
    lines = shown(world, audited(world, tmp_path, *HEAVY), 80, full=True)
    for heading in (
        "Licences and terms",
        "Models that wrote",
        "Benchmarks that reach",
        "Counted twice",
        "Not known",
    ):
        assert any(line.startswith(heading) for line in lines)
    assert not any("more; --" in line or "--section" in line for line in lines)


def test_splits_and_subsets_of_one_dataset_are_one_entry(world: Lineage, tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    parts = "".join(f"- {{path: HuggingFaceTB/smoltalk2, name: part{n}, split: s}}\n" for n in range(30))
    path.write_text(f"base_model: a/b\nsequence_len: 1\ndatasets:\n{parts}", encoding="utf-8")
    (config,) = configs.read(path)
    lines = shown(world, audit(world.edition, config), 80)
    assert sum("HuggingFaceTB/smoltalk2" in line for line in lines) == 1
    assert any("and 27 more" in line for line in lines)


def test_piped_lines_are_whole_and_a_section_is_one_of_five(
    real_edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    path = written(tmp_path / "a.json", *HEAVY)
    result = run("--edition", real_edition, "audit", path)
    assert "!" in result.stdout and not any(line.startswith("       ") for line in result.stdout.splitlines())
    wrong = run("--edition", real_edition, "audit", path, "--section", "licenses")
    assert wrong.exit_code == 2 and "licences" in wrong.stderr


def test_a_licence_that_nobody_looked_up_is_not_called_free_of_demands(
    tiny_edition: Path, tmp_path: Path
) -> None:
    bare = written(tmp_path / "a.json", "lab/base-7b")
    shown = run("--edition", tiny_edition, "audit", bare).stdout
    clear = next((line for line in shown.splitlines() if "none found" in line), "")
    assert "not known: model licence of base-7b" in shown and "model licence" not in clear
