"""The front matter and the provenance section of a card on the Hugging Face Hub, from the record.

Fields: https://github.com/huggingface/hub-docs/blob/main/datasetcard.md and modelcard.md; licence
ids: https://huggingface.co/docs/hub/repositories-licenses.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import yaml

from llmlineage.audit import Audit, Named, audit, configs, generators, is_place, licences_arriving
from llmlineage.audit.configs import DatasetUse, ModelUse
from llmlineage.edition import Edition
from llmlineage.errors import ConfigError, UnknownName
from llmlineage.graph import lineage, records
from llmlineage.graph.benchmarks import benchmarks_above
from llmlineage.graph.lineage import Edge, Node
from llmlineage.graph.records import Record
from llmlineage.graph.terms import NONE_STATED, terms
from llmlineage.graph.terms.licences import Licence
from llmlineage.render import words
from llmlineage.render.markdown import link, plain
from llmlineage.render.provenance import Contents, Step, provenance
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
# The relations of which one may go through another.
STARTS = ("finetune_of", "continued_from")
SIZES = (
    (10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"),
    (10**8, "10M<n<100M"), (10**9, "100M<n<1B"), (10**10, "1B<n<10B"), (10**11, "10B<n<100B"),
    (10**12, "100B<n<1T"),
)  # fmt: skip
# OWNER/NAME, as repositories of the Hub are called, or a name alone, as a few old datasets are.
HUB_ID = r"[A-Za-z0-9][\w.-]{0,95}(?:/[\w.-]{1,96})?"
# What a training does with its data, by the words that frameworks have for the stage or the loss.
TRAININGS = (
    ("reward model trained on", r"rm|reward\w*|prm"),
    ("RL on", r"\w*ppo|\w*grpo|rloo|reinforce\w*|remax|gae|dapo|gspo|bnpo|rl|rlvr|opo"),
    ("preference-tuned on", r"\w*dpo|orpo|kto|simpo|cpo|ipo|xpo|rlhf|preference\w*|nca_pair|sigmoid\w*|hinge"
     r"|exo_pair|robust|bco\w*|sppo\w*|aot\w*|apo\w*|discopop"),
    ("further pretrained on", r"pt|cpt|pretrain\w*"),
    ("distilled on", r"distill\w*|gkd"),
    ("trained on", r"sft|nll|dft|finetun\w*"),
)  # fmt: skip
# What a model that a config names is to the one that it trains, beside those it starts from.
OTHERS = {"adapter": "starts from the adapter", "teacher": "distilled from", "reward": "rewarded by",
          "judge": "rewarded by"}  # fmt: skip


def of_record(edition: Edition, id: str) -> str:
    """The card of a dataset or model: what the Hub's fields can hold, and the rest as a section.

    Raises:
        UnknownName: ``id`` is not the id of a dataset or model.
    """
    nodes = {node.id: node for node in lineage.ancestry(edition, id).nodes}
    if id not in nodes:
        raise UnknownName(id)
    record = records.record(edition, f"{nodes[id].type}s", id)
    found = terms(edition, id)
    contents = Contents(
        entry=id,
        own=found.own,
        arriving=[one for one in licences_arriving(edition, [id], nodes) if one.inherited.via],
        conflicts=found.conflicts,
        generators=generators(edition, [id]),
        benchmarks=benchmarks_above(edition, id),
        unknown=found.unknown,
        sources=records.sources_of(edition, nodes),
    )
    make = dataset_fields if record.table == "datasets" else model_fields
    fields = {name: value for name, value in make(edition, record, nodes, found.own).items() if value}
    direct = sorted(nearest(edition, record.parents), key=order)
    steps = [step(edge, nodes[edge.parent]) for edge in direct]
    further = [step(edge, nodes[edge.parent]) for edge in record.parents if edge not in direct]
    upstream = str(record.columns["upstream"])
    return "\n".join([front_matter(fields), *provenance(upstream, steps, contents, further)])


def of_config(edition: Edition, path: Path) -> str:
    """The card of a model that is trained as a config says: its inputs, and what comes with them. No place
    on a disk stands in it.

    Raises:
        ConfigError: the config cannot be read, or the file holds several.
    """
    found = configs.read(path)
    if len(found) != 1:
        raise ConfigError(path, f"holds {len(found)} configs; a card is for one")
    return config_card(edition, audit(edition, found[0]))


def config_card(edition: Edition, found: Audit) -> str:
    """As ``of_config``, of a config that was audited."""
    named = [one for one in (*found.models, *found.datasets) if said_of(found, one)]
    bases = hub_names(one for one in named if isinstance(one.use, ModelUse) and one.use.role == "base")
    fields = {
        "license": found.config.license,
        "base_model": bases,
        "base_model_relation": relation_of(found) if bases else None,
        "datasets": hub_names(one for one in named if isinstance(one.use, DatasetUse)),
    }
    ids = {one.inherited.origin for one in found.arriving} | {one.id for one in found.unknown}
    contents = Contents(
        entry=None,
        own=None,
        arriving=found.arriving,
        conflicts=found.conflicts,
        generators=found.generators,
        benchmarks=found.benchmarks,
        unknown=found.unknown,
        sources=records.sources_of(edition, ids),
        nameless=[name for name in found.nameless if not is_local(name)],
    )
    steps = list(dict.fromkeys(named_step(one, said_of(found, one)) for one in named))
    front = front_matter({name: value for name, value in fields.items() if value})
    upstream = "complete" if all(one.id for one in named) else "partial"
    return "\n".join([front, *provenance(upstream, steps, contents)])


def relation_of(found: Audit) -> str:
    """What the Hub calls the step from the models that a config starts from."""
    return "merge" if found.config.merge else "adapter" if found.config.adapter else "finetune"


def said_of(found: Audit, one: Named) -> str:
    """What a config does with what it names, in words; nothing where none of it goes into the model."""
    if isinstance(one.use, DatasetUse):
        return training(found.config.trains, one) if one.use.role == "train" else ""
    if one.use.role == "base":
        return {"merge": "merge of", "adapter": "adapter of"}.get(relation_of(found), "finetune of")
    return OTHERS.get(one.use.role, "")


def training(trains: str | None, one: Named) -> str:
    """What is done with a dataset: as the config says, else as its split or its kind shows."""
    for said, pattern in TRAININGS:
        if trains and re.fullmatch(rf"(?:.*[\s_-])?(?:{pattern})(?:[\s_-].*)?", trains, re.IGNORECASE):
            return said
    split = (one.use.split if isinstance(one.use, DatasetUse) else None) or ""
    if "sft" in split:
        return "trained on"
    if "pref" in split or (one.node and one.node.kind == "preference"):
        return "preference-tuned on"
    return "trained on"


def hub_names(these: Iterable[Named]) -> list[str]:
    """The Hub's ids of what a config names; what can be none stands in the table alone."""
    ids = (one.node.hub_id if one.node else one.use.stands_for or one.name for one in these)
    return [id for id in dict.fromkeys(ids) if id and re.fullmatch(HUB_ID, id) and not is_local(id)]


def is_local(name: str) -> bool:
    """Whether a name is a place on a disk or in a private store, which no card should tell."""
    if is_place(name) or "\\" in name or "://" in name or name.count("/") > 1:
        return True
    try:
        return Path(name).exists()
    except (OSError, ValueError):  # too long for any file
        return False


def named_step(one: Named, how: str) -> Step:
    """A row of the table for what a config names."""
    part = ", ".join(
        text
        for text in (getattr(one.use, "subset", None), getattr(one.use, "split", None), one.use.weight)
        if text and not is_local(text)
    )
    told = f" {plain(f'({part})')}" if part else ""
    if one.node is None:
        local = is_local(one.use.stands_for or one.name) or is_local(one.name)
        held = "data" if isinstance(one.use, DatasetUse) else "weights"
        what = f"{held} on a disk" if local else plain(one.name)
        return Step(how, what + told, "", "named in the config", "" if local else "no record")
    whole = words.count(one.node.rows, one.node.rows_precision)
    rows = f"up to {whole}" if whole and part else whole
    return Step(how, linked(one.node) + told, rows, "named in the config", words.unknown(one.node))


def linked(node: Node) -> str:
    return link(node.name, address(node)) if node.hub_id else plain(node.name)


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


def dataset_fields(
    _: Edition, record: Record, parents: Mapping[str, Node], own: Licence | None
) -> dict[str, object]:
    rows = record.columns["rows"]
    derived = [edge.parent for edge in record.parents if edge.relation not in ("generated_by", "seeded_by")]
    return {
        "pretty_name": record.columns["name"],
        "language": record.columns["languages"],
        **license_fields(own),
        "size_categories": [size_category(rows)] if isinstance(rows, int) else None,
        "source_datasets": hub_ids(derived, parents),
    }


def model_fields(
    edition: Edition, record: Record, parents: Mapping[str, Node], own: Licence | None
) -> dict[str, object]:
    bases = [edge for edge in nearest(edition, record.parents) if edge.relation in BASE_RELATIONS]
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


def nearest(edition: Edition, edges: Sequence[Edge]) -> list[Edge]:
    """The edges without those to a base model from which another of the base models was made."""
    ids = {edge.parent for edge in edges if edge.relation in STARTS}
    further = {above for id in ids for above in lineage.reachable(edition, id) if above in ids}
    return [edge for edge in edges if edge.relation not in STARTS or edge.parent not in further]


def order(edge: Edge) -> tuple[int, int]:
    """Sorts what a record starts from first, then what it was trained on, stage by stage, then the rest."""
    stage = lineage.STAGES.index(edge.stage) if edge.stage else 0
    return (0 if edge.relation in BASE_RELATIONS else 1 if edge.stage else 2 if not edge.role else 3, stage)


def license_fields(own: Licence | None) -> dict[str, object]:
    """What the Hub has for a licence; nothing where the makers state none, or nobody looked."""
    if own is None or own.id == NONE_STATED:
        return {}
    known = own.id if own.id in SAME_LICENSES else HUB_LICENSES.get(own.id)
    return (
        {"license": known} if known else {"license": "other", "license_name": own.id, "license_link": own.url}
    )


def size_category(rows: int) -> str:
    """The Hub's name for a number of rows."""
    return next((name for limit, name in SIZES if rows < limit), "n>1T")


def hub_ids(ids: Iterable[str], parents: Mapping[str, Node]) -> list[str]:
    """The Hub's ids of these records; what is not on the Hub stands in the table alone."""
    return list(dict.fromkeys(hub for id in ids if (hub := parents[id].hub_id)))


def step(edge: Edge, parent: Node) -> Step:
    """A row of the table for an edge; its own rows, and never those of a parent of which it took a part."""
    part = f" ({plain(edge.part)})" if edge.part else ""
    source = link(edge.source.title, edge.source.url)
    said = "reward model trained on" if edge.stage == "reward_model" else words.step(edge)
    return Step(
        said,
        linked(parent) + part,
        words.count(edge.rows, edge.rows_precision),
        edge.basis,
        f"{source}, {plain(edge.locator)}" if edge.locator else source,
    )


def address(node: Node) -> str:
    return f"https://huggingface.co/{'datasets/' if node.type == 'dataset' else ''}{node.hub_id}"
