"""Audits as one JSON document, which scripts rely on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llmlineage.audit import Audit, Category, Named
from llmlineage.audit.configs import DatasetUse, ModelUse
from llmlineage.audit.findings import CATEGORIES
from llmlineage.errors import ConfigError
from llmlineage.graph.lineage import Edge
from llmlineage.graph.terms import NOTICE
from llmlineage.render import document as documents
from llmlineage.render import terms


def report(edition: str, audits: Sequence[Audit], failed: Sequence[ConfigError]) -> dict[str, Any]:
    """What ``llmlineage audit --json`` prints, however many configs there are."""
    return {
        "edition": edition,
        "audits": [document(one) for one in audits],
        "failed": [{"file": error.file, "problem": said(error)} for error in failed],
        "findings": [
            {"category": one.category, "file": audit.config.file, "id": one.id, "ignored": one.ignored}
            for audit in audits
            for one in audit.findings
        ],
    }


def said(error: ConfigError) -> str:
    return f"line {error.line}: {error.problem}" if error.line else error.problem


def document(audit: Audit) -> dict[str, Any]:
    """One member of ``audits``. What is said beyond the keys that were promised comes after them."""
    config = audit.config
    uses = [(one, one.use) for one in audit.models if isinstance(one.use, ModelUse)]
    return {
        "file": config.file,
        "framework": config.framework,
        "guessed": config.guessed,
        "base_models": [{"name": one.name, "id": one.id} for one, use in uses if use.role == "base"],
        "datasets": [dataset(one, one.use) for one in audit.datasets if isinstance(one.use, DatasetUse)],
        "merge": {"method": config.merge, "weights": [use.weight for _, use in uses]}
        if config.merge
        else None,
        "verdict": {category: of_category(audit, category) for category in CATEGORIES},
        "inherited": inherited(audit),
        "benchmarks": [
            {
                "id": one.benchmark,
                "split": one.split,
                "component": one.component,
                "part": one.part,
                "altered": one.altered,
                "via": edges(one.via),
            }
            for one in audit.benchmarks
        ],
        "double_counted": [
            {
                "id": one.id,
                "component": one.component,
                "reached_by": list(one.reached_by),
                "share": max((share for share in one.shares if share is not None), default=None),
                "shares": list(one.shares),
                "whole": one.whole,
            }
            for one in audit.double_counted
        ],
        "unknown": [{"id": one.id, "reason": one.reason} for one in audit.unknown],
        "no_record": list(audit.nameless),
        "writers": [
            {"id": one.id, "components": list(one.components), "entry": one.entry, "via": edges(one.via)}
            for one in audit.generators
        ],
        "trains": config.trains,
        "adapter": config.adapter,
        "license": config.license,
        "other_models": [
            {"name": one.name, "id": one.id, "role": use.role} for one, use in uses if use.role != "base"
        ],
        "remarks": list(config.remarks),
        "notice": NOTICE,
    }


def inherited(audit: Audit) -> dict[str, Any]:
    """As ``llmlineage terms --json`` has it, with the entry of the config that brings each."""
    return {
        "root": None,
        "own": terms.licence_document(audit.declares) if audit.declares else None,
        "inherited": [{"entry": one.entry, **terms.inherited(one.inherited)} for one in audit.arriving],
        "conflicts": [terms.conflict(one) for one in audit.conflicts],
        "unknown": list(dict.fromkeys(one.id for one in audit.unknown)),
    }


def of_category(audit: Audit, category: Category) -> dict[str, Any]:
    found = [one for one in audit.findings if one.category == category and one.ignored is None]
    nearest = found[0] if found else None
    return {
        "count": len(found),
        "nearest": {"id": nearest.id, "via": edges(nearest.via)} if nearest else None,
    }


def dataset(one: Named, use: DatasetUse) -> dict[str, Any]:
    return {
        "name": use.name,
        "subset": use.subset,
        "split": use.split,
        "weight": use.weight,
        "role": use.role,
        "id": one.id,
        "rows": one.node.rows if one.node else None,
        "license": one.node.license if one.node else None,
        "writers": list(one.writers),
    }


def edges(via: Sequence[Edge]) -> list[dict[str, Any]]:
    return [documents.edge(edge) for edge in via]
