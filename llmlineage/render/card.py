"""The front matter and the provenance section of a card on the Hugging Face Hub, from the record.

Fields: https://github.com/huggingface/hub-docs/blob/main/datasetcard.md and modelcard.md; licence
ids: https://huggingface.co/docs/hub/repositories-licenses.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import yaml

from llmlineage.audit import Audit, Named
from llmlineage.audit.configs import ModelUse
from llmlineage.graph.lineage import Edge, Node
from llmlineage.graph.records import Record
from llmlineage.graph.terms import NOTICE, Licence
from llmlineage.graph.terms.rules import INFLUENCE
from llmlineage.render import words
from llmlineage.render.markdown import cell, link, plain
from llmlineage.render.terms import severity, way
from llmlineage.visible import calm, visible

# The Hub's own ids where they are not those of licenses.csv; what it has no id for is "other".
HUB_LICENSES = {
    "llama-2": "llama2", "llama-3": "llama3", "llama-3.1": "llama3.1", "llama-3.2": "llama3.2",
    "llama-3.3": "llama3.3", "llama-4": "llama4", "gemma-terms": "gemma", "odc-by-1.0": "odc-by",
    "odbl-1.0": "odbl", "bigcode-openrail-m-v1": "bigcode-openrail-m",
    "bigscience-rail-1.0": "bigscience-bloom-rail-1.0",
}  # fmt: skip
SAME_LICENSES = (
    "apache-2.0", "mit", "openrail", "bigscience-openrail-m", "bsd-3-clause", "bsd-2-clause", "cc0-1.0",
    "cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "cc-by-nc-2.0",
    "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nd-4.0", "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0",
    "cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0", "cdla-permissive-2.0", "gpl-3.0", "agpl-3.0",
    "mpl-2.0", "pddl", "openmdw-1.0",
)  # fmt: skip
# What the Hub calls the relations that it knows, the one that says most first.
BASE_RELATIONS = {
    "merge_of": "merge", "quantized_from": "quantized", "adapter_of": "adapter", "finetune_of": "finetune",
    "continued_from": "finetune",
}  # fmt: skip
SIZES = (
    (10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"),
    (10**8, "10M<n<100M"), (10**9, "100M<n<1B"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the provenance table."""

    step: str
    what: str
    rows: str
    known: str
    source: str


def card(record: Record, parents: Mapping[str, Node], own: Licence | None) -> str:
    """The card of a dataset or model: what the Hub's fields can hold, and the rest as a table."""
    make = dataset_fields if record.table == "datasets" else model_fields
    fields = {name: value for name, value in make(record, parents, own).items() if value}
    steps = [step(edge, parents[edge.parent]) for edge in record.parents]
    return "\n".join([front_matter(fields), *provenance(steps, str(record.columns["upstream"]))])


def config_card(audit: Audit, nodes: Mapping[str, Node]) -> str:
    """The card of a model that is trained as a config says: its inputs, and what comes with them."""
    bases = [one for one in audit.models if isinstance(one.use, ModelUse) and one.use.role == "base"]
    trained = [one for one in audit.datasets if one.use.role == "train"]
    relation = "merge" if audit.config.merge else "adapter" if audit.config.adapter else "finetune"
    fields = {
        "base_model": [hub_name(one, nodes) for one in bases],
        "base_model_relation": relation if bases else None,
        "datasets": list(dict.fromkeys(hub_name(one, nodes) for one in trained)),
    }
    steps = [
        named_step(one, how, nodes)
        for these, how in ((bases, relation), (trained, "trained on"))
        for one in these
    ]
    return "\n".join(
        [
            front_matter({name: value for name, value in fields.items() if value}),
            *provenance(steps, "complete" if all(one.id for one in (*bases, *trained)) else "partial"),
            *arriving(audit),
        ]
    )


def hub_name(one: Named, nodes: Mapping[str, Node]) -> str:
    return (nodes[one.id].hub_id if one.id else None) or one.use.stands_for or one.name


def named_step(one: Named, how: str, nodes: Mapping[str, Node]) -> Step:
    part = ", ".join(
        filter(None, (getattr(one.use, "subset", None), getattr(one.use, "split", None), one.use.weight))
    )
    told = f" ({part})" if part else ""
    if one.id is None:
        return Step(how, plain(one.name + told), "", "named in the config; no record", "")
    node = nodes[one.id]
    what = link(node.name, address(node)) if node.hub_id else plain(node.name)
    rows = f"{node.rows:,}" if node.rows is not None else ""
    return Step(
        how,
        what + (" " + plain(told.strip()) if told else ""),
        rows,
        "named in the config",
        words.unknown(node),
    )


def arriving(audit: Audit) -> Iterator[str]:
    """Licences and terms that come with the inputs, each with the document that says so."""
    entries = [one for one in audit.arrivals if one.inherited.carries != INFLUENCE]
    if not entries:
        return
    yield ""
    yield "## Licences and terms that come with it"
    yield ""
    for arrival in sorted(entries, key=lambda one: severity(one.inherited)):
        one = arrival.inherited
        way_there = f"{arrival.entry}: {way(one.via)}" if one.via else arrival.entry
        source = one.via[-1].source if one.via else one.license.source
        yield f"- {plain(one.license.name)} ({plain(way_there)}), {link(source.title, source.url)}"


def front_matter(fields: Mapping[str, object]) -> str:
    """YAML of which every value is on one line, so that none can end it or add to it."""
    text = yaml.dump(dict(fields), Dumper=_OneLine, sort_keys=False, allow_unicode=True, width=math.inf)
    return "\n".join(["---", *map(visible, text.rstrip("\n").split("\n")), "---", ""])


class _OneLine(yaml.SafeDumper):  # type: ignore[misc]
    """Quotes what is not plain to see: there the codes of ``visible`` mean the characters themselves."""

    def represent_text(self, text: str) -> yaml.Node:
        style = None if calm(visible(text)) == text else '"'
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_OneLine.add_representer(str, _OneLine.represent_text)


def dataset_fields(record: Record, parents: Mapping[str, Node], own: Licence | None) -> dict[str, object]:
    rows = record.columns["rows"]
    derived = [edge.parent for edge in record.parents if edge.relation not in ("generated_by", "seeded_by")]
    return {
        "pretty_name": record.columns["name"],
        "language": record.columns["languages"],
        **license_fields(own),
        "size_categories": [size_category(rows)] if isinstance(rows, int) else None,
        "source_datasets": hub_ids(derived, parents),
    }


def model_fields(record: Record, parents: Mapping[str, Node], own: Licence | None) -> dict[str, object]:
    bases = [edge for edge in record.parents if edge.relation in BASE_RELATIONS]
    kinds = [kind for relation, kind in BASE_RELATIONS.items() if any(e.relation == relation for e in bases)]
    trained = [
        edge.parent for edge in record.parents if edge.relation == "trained_on" and edge.stage != "evaluation"
    ]
    return {
        **license_fields(own),
        "base_model": hub_ids([edge.parent for edge in bases], parents),
        "base_model_relation": kinds[0] if kinds else None,
        "datasets": hub_ids(trained, parents),
    }


def license_fields(own: Licence | None) -> dict[str, object]:
    if own is None:
        return {}
    known = own.id if own.id in SAME_LICENSES else HUB_LICENSES.get(own.id)
    return (
        {"license": known} if known else {"license": "other", "license_name": own.id, "license_link": own.url}
    )


def size_category(rows: int) -> str:
    """The Hub's name for a number of rows."""
    return next((name for limit, name in SIZES if rows < limit), "n>1B")


def hub_ids(ids: Iterable[str], parents: Mapping[str, Node]) -> list[str]:
    """The Hub's ids of these records; what is not on the Hub stands in the table alone."""
    return list(dict.fromkeys(hub for id in ids if (hub := parents[id].hub_id)))


def step(edge: Edge, parent: Node) -> Step:
    what = link(parent.name, address(parent)) if parent.hub_id else plain(parent.name)
    part = f" ({plain(edge.part)})" if edge.part else ""
    source = link(edge.source.title, edge.source.url)
    return Step(
        words.step(edge),
        what + part,
        f"{edge.rows:,}" if edge.rows is not None else "",
        edge.basis,
        f"{source}, {plain(edge.locator)}" if edge.locator else source,
    )


def address(node: Node) -> str:
    return f"https://huggingface.co/{'datasets/' if node.type == 'dataset' else ''}{node.hub_id}"


def provenance(steps: Sequence[Step], upstream: str) -> Iterator[str]:
    """The Markdown section: every parent, how much of it, how that is known and where it is written."""
    yield "## Provenance"
    yield ""
    yield {
        "root": "It was written by people, or collected, and is made from no other dataset or model.",
        "complete": "Everything that it was made from is listed here.",
        "partial": "Not everything that it was made from is known; what is known is listed here.",
        "undisclosed": "What it was made from is not disclosed.",
    }[upstream]
    if steps:
        yield ""
        yield "| | made from | rows | how it is known | source |"
        yield "|---|---|---:|---|---|"
        for one in steps:
            yield "| " + " | ".join(map(cell, (one.step, one.what, one.rows, one.known, one.source))) + " |"
    yield ""
    yield f"Recorded by [llmlineage](https://github.com/llmlineage/llmlineage). {NOTICE}"
