"""How a picture shows what a step brings, by its line, and what a licence asks, by its colour."""

from __future__ import annotations

from llmlineage.graph.terms.licences import Licence
from llmlineage.render import words

TERMS = ("open", "share-alike", "conditional", "noncommercial", "provider", "unstated", "unlooked")
# By which line a step is drawn: what of the earlier record stands in the later one.
LINES = {
    "rows": ("includes", "subset_of", "cleaned_from", "reformatted_from", "annotated_from", "revision_of"),
    "text": ("prompts_from", "rewritten_from", "translated_from"),
    "influence": ("seeded_by", "filtered", "evaluation"),
    "words": ("wrote_prompts", "wrote_responses", "wrote_both", "played_user", "rated", "translated"),
    "training": (
        "pretraining", "continued_pretraining", "sft", "reward_model", "preference_optimization", "rl",
    ),
    "family": ("member", "member_of"),
}  # fmt: skip
_LINE_OF = {step: line for line, steps in LINES.items() for step in steps}


def line_of(step: str) -> str:
    """The line of a relation, role or stage; weights where it is none of the others."""
    return _LINE_OF.get(step, "weights")


def terms_of(one: Licence | None) -> str:
    """Which of TERMS a licence is of, by what it asks: the gravest."""
    if one is None:
        return "unlooked"
    if one.id == words.NONE_STATED:
        return "unstated"
    if one.kind == "provider_terms":
        return "provider"
    if one.commercial == "no":
        return "noncommercial"
    if one.share_alike == "yes":
        return "share-alike"
    return "open" if one.commercial == "yes" and one.derivatives != "no" else "conditional"
