"""What the tables hold that the build derives: the one place where their columns are described."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DerivedTable:
    """A table that no CSV file holds. ``columns`` are (name, title, description) in published order."""

    title: str
    description: str
    columns: tuple[tuple[str, str, str], ...]


NODES = DerivedTable(
    "Nodes",
    "One row a dataset or model: the columns of both tables in one.",
    (
        ("id", "Id", "The stable slug of the dataset or model; no two records share one."),
        ("type", "Type", "Which of the two it is: dataset or model."),
        ("name", "Name", "The name that its makers give it, with its version."),
        ("kind", "Kind", "What kind of dataset or model it is, as in its own table."),
        ("family", "Family", "The record of kind family that it is a version of: an id of this table."),
        ("organization", "Organization", "Who made it: a key of organizations."),
        ("released", "Released", "Date of its first public release: the first day that it may mean."),
        ("released_precision", "Precision of Released", "How much of released is known: year, month or day."),
        ("rows", "Rows", "Number of rows, for a dataset whose makers count them."),
        ("rows_precision", "Precision of Rows", "Whether rows is exact or rounded."),
        ("tokens", "Tokens", "Number of tokens, for a dataset whose makers count them."),
        ("languages", "Languages", "Languages of a dataset, as codes."),
        ("parameters", "Parameters", "Number of parameters of a model."),
        ("training_tokens", "Training tokens", "Number of tokens that a model was trained on."),
        ("architecture", "Architecture", "Methods that are a part of a model's architecture."),
        ("license", "Licence", "The licence that its makers state: a key of licenses."),
        ("hub_id", "Hub id", "The makers' own repository on the Hugging Face Hub, as OWNER/NAME."),
        ("url", "Address", "The makers' own page for it, where it is not on the Hub."),
        ("status", "Status", "Whether it can be had: available, gated, api_only, withdrawn or unreleased."),
        (
            "upstream",
            "Upstream",
            "How much of its origin is known: root, complete, partial, undisclosed or unread.",
        ),
        ("summary", "Summary", "What it is, in one sentence."),
        ("note", "Note", "What a reader must know to judge the record and no other column can hold."),
        ("source", "Source", "The document in which the record was read: a key of sources."),
        ("locator", "Locator", "Where in the source it stands: a section, table, page or file."),
        ("second_read", "Second Read", "The day on which a second reader agreed with the row."),
    ),
)
EDGES = DerivedTable(
    "Edges",
    "One row an edge, of all four edge tables in one shape, from what came later to what it came from.",
    (
        (
            "table",
            "Table",
            "The table that the edge is in: derivations, generations, trainings or adaptations.",
        ),
        ("child", "Child", "What came later: an id of nodes."),
        ("relation", "Relation", "The table's own relation, or generated_by or trained_on."),
        ("role", "Role", "What a model did for a dataset: the role of generations, null elsewhere."),
        ("stage", "Stage", "When a model was trained on a dataset: the stage of trainings, null elsewhere."),
        ("parent", "Parent", "What it came from: an id of nodes."),
        ("part", "Part", "Which part is meant where it is not the whole."),
        ("split", "Split", "Which split of a benchmark or task came: train, validation, test or all."),
        ("takes", "Takes", "What of the parent came, where it is not what the relation takes by itself."),
        ("into", "Into", "What it became, where it is not what the role writes by itself."),
        ("without", "Without", "Ids of nodes that the makers left out along this edge."),
        ("altered", "Altered", "Whether the text was changed, where it is not as the relation has it."),
        ("rows", "Rows", "Number of rows that came this way, where a source counts them."),
        ("rows_precision", "Precision of Rows", "Whether rows is exact or rounded."),
        ("weight", "Weight", "The share of a parent in a merge of models, null elsewhere."),
        ("method", "Method", "The technique by which it was done: a key of methods."),
        ("basis", "Basis", "How the edge is known: stated, reported, inferred or measured; declared by a card alone."),
        ("note", "Note", "What a reader must know to judge the edge and no other column can hold."),
        ("source", "Source", "The document in which the edge was read: a key of sources."),
        ("locator", "Locator", "Where in the source it stands: a section, table, page or file."),
        ("second_read", "Second Read", "The day on which a second reader agreed with the row."),
        ("child_type", "Type of the child", "dataset or model."),
        ("parent_type", "Type of the parent", "dataset or model."),
    ),
)
ANCESTRY = DerivedTable(
    "Ancestry",
    "One row a pair of a node and one of its ancestors, over edges of every table.",
    (
        ("node", "Node", "The dataset or model: an id of nodes."),
        ("ancestor", "Ancestor", "Something that it came from, directly or through others: an id of nodes."),
        ("distance", "Distance", "Number of edges on the shortest way from the node to the ancestor."),
    ),
)
DERIVED = {"nodes": NODES, "edges": EDGES, "ancestry": ANCESTRY}
