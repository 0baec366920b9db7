"""The words for relations, counts and unknowns that every text format shares."""

from __future__ import annotations

from llmlineage.graph.lineage import Edge, Node

# What the child does to its parent, and what the parent becomes in its child.
UP = {
    "includes": "includes", "subset_of": "subset of", "cleaned_from": "cleaned from",
    "reformatted_from": "reformatted from", "prompts_from": "prompts from",
    "annotated_from": "annotated from",
    "rewritten_from": "rewritten from", "translated_from": "translated from", "seeded_by": "seeded by",
    "revision_of": "revision of", "finetune_of": "finetune of", "continued_from": "continued from",
    "merge_of": "merge of", "adapter_of": "adapter of", "quantized_from": "quantized from",
    "distilled_from": "distilled from", "upscaled_from": "upscaled from",
    "initialized_from": "initialized from",
    "wrote_prompts": "prompts by", "wrote_responses": "answers by",
    "wrote_both": "text by", "rated": "rated by",
    "translated": "translated by", "filtered": "filtered by", "played_user": "user played by",
    "pretraining": "pretrained on", "continued_pretraining": "further pretrained on", "sft": "trained on",
    "reward_model": "trained on", "preference_optimization": "preference-tuned on", "rl": "RL on",
    "evaluation": "evaluated on",
}  # fmt: skip
DOWN = {
    "includes": "included in", "subset_of": "selected as", "cleaned_from": "cleaned as",
    "reformatted_from": "reformatted as", "prompts_from": "prompts used in", "annotated_from": "annotated as",
    "rewritten_from": "rewritten as", "translated_from": "translated as", "seeded_by": "seeded",
    "revision_of": "revised as", "finetune_of": "finetuned as", "continued_from": "continued as",
    "merge_of": "merged into", "adapter_of": "base of adapter", "quantized_from": "quantized as",
    "distilled_from": "distilled into", "upscaled_from": "upscaled as", "initialized_from": "initialized",
    "wrote_prompts": "wrote prompts of", "wrote_responses": "wrote answers of",
    "wrote_both": "wrote", "rated": "rated",
    "translated": "translated", "filtered": "filtered", "played_user": "played the user in",
    "pretraining": "pretrained", "continued_pretraining": "further pretrained", "sft": "trained",
    "reward_model": "trained", "preference_optimization": "preference-tuned", "rl": "RL-tuned",
    "evaluation": "evaluated",
}  # fmt: skip


def step(edge: Edge, direction: str = "up") -> str:
    """What an edge says, read from the child (up) or from the parent (down)."""
    return (UP if direction == "up" else DOWN)[edge.role or edge.stage or edge.relation]


def measured(edge: Edge, figures: bool = False) -> str:
    """What the rows say of a step, where they were measured."""
    if edge.measured is None or not (figures or edge.measured.verdict != "cannot tell"):
        return ""
    said = {"confirms": "rows confirm it", "contradicts": "rows contradict it"}.get(
        edge.measured.verdict, "rows cannot tell"
    )
    if not figures:
        return said
    shares = [
        f"{100 * share:.1f} % of its {field}s"
        for field, share in (("prompt", edge.measured.prompt), ("response", edge.measured.response))
        if share is not None
    ]
    return f"{said}: {' and '.join(shares)} are there" if shares else said


def kind(node: Node) -> str:
    """What kind of thing a record is: ``instruction``, ``base model``, ``preference family``."""
    if node.kind == "family":
        return f"{node.type} family"
    if node.type == "dataset":
        return node.kind
    return "model" if node.kind in ("instruct", "other") else f"{node.kind} model"


def rows(edge: Edge | None, node: Node) -> str:
    """How many rows came this way, and of how many."""
    if edge is not None and edge.rows is not None and node.type == "dataset":
        whole = f" of {node.rows:,}" if node.rows is not None and node.rows != edge.rows else ""
        return f"{edge.rows:,}{whole} rows"
    return f"{node.rows:,} rows" if node.rows is not None else ""


def unknown(node: Node) -> str:
    """The mark of a record whose origin is not wholly known."""
    return {"undisclosed": "undisclosed", "partial": "partly disclosed"}.get(node.upstream, "")


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
