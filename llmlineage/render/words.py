"""The words for relations, counts and unknowns that every text format shares."""

from __future__ import annotations

import re

from llmlineage.graph.lineage import RELATIONS, Edge, Node

# Records that makers left out, beyond this many on a line of a tree, are counted.
MOST_LEFT_OUT = 3
# How much of a thing's origin is known, as a sentence of its own record says it.
UPSTREAM = {
    "unread": "no document of its makers was read yet",
    "undisclosed": "not disclosed by its makers",
    "partial": "partly disclosed",
}
# Relations of one model to another.
BETWEEN_MODELS = RELATIONS[RELATIONS.index("finetune_of") :]
# The record of the table of licences for what has none by its makers' own words, or by their silence.
NONE_STATED = "none-stated"
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
    "evaluation": "evaluated on", "unspecified": "trained on", "member": "member", "member_of": "version of",
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
    "evaluation": "evaluated", "unspecified": "trained", "member": "version", "member_of": "member",
}  # fmt: skip


def step(edge: Edge, direction: str = "up") -> str:
    """What an edge says, read from the child (up) or from the parent (down)."""
    return (UP if direction == "up" else DOWN)[edge.role or edge.stage or edge.relation]


def along(edge: Edge, most: int | None = None) -> str:
    """What of the parent came along a step, in brackets: the part, the split, which texts, what was left out.

    Of what was left out, the first ``most`` are named.
    """
    said = (part_of(edge), taken(edge), left_out(edge, most), "text changed" if edge.altered else "")
    told = ", ".join(filter(None, said))
    return f" ({told})" if told else ""


def part_of(edge: Edge) -> str:
    """The part, and the split where the part does not name it."""
    if edge.split is None:
        return edge.part or ""
    split = "all splits" if edge.split == "all" else f"{edge.split} split"
    part = edge.part or ""
    if part.casefold() == edge.split:
        return split
    return (
        part if edge.split in re.findall(r"\w+", part.casefold()) else ", ".join(filter(None, (part, split)))
    )


def taken(edge: Edge) -> str:
    """Which texts of the parent came, and as what, where that is not what the relation says."""
    into = f"as {' and '.join(edge.into)}" if edge.into else ""
    if edge.takes == ("none",):
        return "no text taken over"
    only = f"{' and '.join(edge.takes)} only" if edge.takes else ""
    return " ".join(filter(None, (only, into)))


def left_out(edge: Edge, most: int | None) -> str:
    if not edge.without:
        return ""
    more = len(edge.without) - len(edge.without[:most])
    return f"without {', '.join(edge.without[:most])}" + (f" and {more} more" if more else "")


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
    """How many rows came this way, and of how many; of a part that no source counts, only that it is one."""
    whole = count(node.rows, node.rows_precision)
    if edge is not None and edge.rows is not None and node.type == "dataset":
        is_part = node.rows is not None and edge.rows < node.rows  # seeds may become more than they were
        of = f" of {whole}" if is_part else ""
        return f"{count(edge.rows, edge.rows_precision)}{of} rows"
    if edge is not None and (edge.part or edge.without or edge.split not in (None, "all")):
        return f"part of {whole} rows" if whole else ""
    return f"{whole} rows" if whole else ""


def count(rows: int | None, precision: str | None) -> str:
    """A number of rows; one that its source rounds is marked."""
    return "" if rows is None else f"{'~' if precision == 'rounded' else ''}{rows:,}"


def size(parameters: int | None) -> str:
    """A number of parameters as people write it: ``7.2B``."""
    if parameters is None:
        return ""
    for unit, letter in ((10**12, "T"), (10**9, "B"), (10**6, "M")):
        if parameters >= unit:
            return f"{parameters / unit:.1f}".removesuffix(".0") + letter
    return f"{parameters:,}"


def unknown(node: Node) -> str:
    """The mark of a record whose origin is not wholly known."""
    said = {"undisclosed": "undisclosed", "partial": "partly disclosed", "unread": "not read yet"}
    return said.get(node.upstream, "")


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
