"""Each format holds the same nodes and edges, and its own validator and a reader of others agree."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from llmlineage.edition import open_edition
from llmlineage.errors import ExportRefused
from llmlineage.export import FORMATS, export, mermaid
from llmlineage.export.picture import Picture, picture
from llmlineage.graph.lineage import trace
from tests.conftest import run
from tests.export.pictures import pictures
from tests.render.traces import ANYTHING

Pairs = Counter[tuple[str, str]]
RECORDS = ["zephyr-7b-beta", "openhermes-2.5", "tulu-3-sft-mixture"]


def pairs(one: Picture) -> Pairs:
    return Counter((edge.child, edge.parent) for edge in one.trace.edges)


def names(one: Picture) -> list[str]:
    return sorted(thing.id for thing in one.things)


@pytest.fixture(scope="module")
def real(real_edition: Path) -> dict[str, Picture]:
    edition = open_edition(real_edition)
    return {id: picture(edition, trace(edition, id)) for id in RECORDS}


def of_cyclonedx(text: str) -> tuple[list[str], Pairs]:
    bom = json.loads(text)
    components = [bom["metadata"]["component"], *bom["components"]]
    edges: Pairs = Counter()
    for component in components:
        child = component["bom-ref"].removeprefix("llmlineage/")
        for one in component["properties"]:
            if one["name"] == "llmlineage:made-from":
                edges[child, one["value"].split()[1].rstrip(",")] += 1
    depends = {(one["ref"], parent) for one in bom["dependencies"] for parent in one["dependsOn"]}
    prefixed = {(f"llmlineage/{child}", f"llmlineage/{parent}") for child, parent in edges}
    assert depends == prefixed, "dependsOn and the edges in words say the same"
    return sorted(one["bom-ref"].removeprefix("llmlineage/") for one in components), edges


def of_spdx(text: str) -> tuple[list[str], Pairs]:
    graph = json.loads(text)["@graph"]
    stem = "https://w3id.org/llmlineage/spdx/thing/"
    things = [one["spdxId"] for one in graph if one["type"] in ("ai_AIPackage", "dataset_DatasetPackage")]
    edges: Pairs = Counter()
    for one in graph:
        if one["type"] == "Relationship" and "/edge/" in one["spdxId"]:
            ends = [one["from"].removeprefix(stem), one["to"][0].removeprefix(stem)]
            child, parent = reversed(ends) if one["relationshipType"] == "generates" else ends
            edges[child, parent] += 1
    return sorted(one.removeprefix(stem) for one in things), edges


def of_graphml(text: str) -> tuple[list[str], Pairs]:
    space = "{http://graphml.graphdrawing.org/xmlns}"
    root = ElementTree.fromstring(text)
    edges = Counter((one.attrib["target"], one.attrib["source"]) for one in root.iter(f"{space}edge"))
    return sorted(one.attrib["id"] for one in root.iter(f"{space}node")), edges


def of_dot(text: str) -> tuple[list[str], Pairs]:
    nodes = re.findall(r'^  "(n\d+)" \[', text, re.MULTILINE)
    edges = re.findall(r'^  "(n\d+)" -> "(n\d+)" \[', text, re.MULTILINE)
    return sorted(nodes), Counter((child, parent) for parent, child in edges)


def of_csv(text: str) -> Pairs:
    return Counter((row["child"], row["parent"]) for row in csv.DictReader(io.StringIO(text, newline="")))


def of_prov(text: str) -> tuple[list[str], Pairs]:
    document = json.loads(text)
    told = list(document.get("wasDerivedFrom", {}).values())
    flat = [each for one in told for each in (one if isinstance(one, list) else [one])]
    ends = [(one["prov:generatedEntity"], one["prov:usedEntity"], len(one)) for one in flat]
    plain = Counter(ends_of(child, parent) for child, parent, size in ends if size == 2)
    qualified = Counter(ends_of(child, parent) for child, parent, size in ends if size > 2)
    assert set(plain) == set(qualified), "each derivation stands plain too, where queries find it"
    return sorted(id.removeprefix("thing:") for id in document["entity"]), qualified


def ends_of(child: str, parent: str) -> tuple[str, str]:
    return child.removeprefix("thing:"), parent.removeprefix("thing:")


READERS: dict[str, Any] = {
    "cyclonedx": of_cyclonedx, "spdx": of_spdx, "graphml": of_graphml, "dot": of_dot, "prov-json": of_prov,
}  # fmt: skip


@pytest.mark.parametrize("format", READERS)
@settings(max_examples=40, deadline=None)
@given(one=pictures(ANYTHING))
def test_every_format_holds_the_same_nodes_and_edges(format: str, one: Picture) -> None:
    found, edges = READERS[format](export(one, format))
    assert found == names(one) and edges == pairs(one)


@settings(max_examples=40, deadline=None)
@given(one=pictures(ANYTHING))
def test_the_flat_formats_hold_them_too(one: Picture) -> None:
    rows = [edge for edge in one.trace.edges if not any("\r" in str(cell) for cell in edge)]
    if len(rows) == len(one.trace.edges):
        assert of_csv(export(one, "csv")) == pairs(one)
    read = json.loads(export(one, "json"))
    assert sorted(node["id"] for node in read["nodes"]) == names(one)
    drawn = export(one, "mermaid")
    assert len(re.findall(r"^  n\d+(?:\[|\(\[)\"", drawn, re.MULTILINE)) == len(one.things)
    assert len(re.findall(r"^  n\d+ -\.?->?\|?", drawn, re.MULTILINE)) == len(one.trace.edges)


@pytest.mark.parametrize("record", RECORDS)
def test_a_bill_of_materials_is_valid_and_others_read_it(real: dict[str, Picture], record: str) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator
    from lib4sbom.parser import SBOMParser

    text = export(real[record], "cyclonedx")
    assert JsonStrictValidator(SchemaVersion.V1_7).validate_str(text) is None
    parser = SBOMParser(sbom_type="cyclonedx")
    parser.parse_string(text)
    distinct = len(set(pairs(real[record])))
    # It reads a component once by its name and version, and the root is none of its packages.
    apart = {(thing.node.name, thing.node.released) for thing in real[record].things[1:]}
    assert len(parser.get_packages()) == len(apart) and len(parser.get_relationships()) >= distinct
    bom = json.loads(text)
    for component in bom["components"]:
        for licence in component.get("licenses", ()):
            assert ("id" in licence["license"]) != ("name" in licence["license"])


@pytest.mark.parametrize("record", RECORDS)
def test_an_spdx_document_is_read_by_the_models_own_library(real: dict[str, Picture], record: str) -> None:
    from spdx_python_model.bindings import v3_0_1 as spdx

    objects = spdx.SHACLObjectSet()
    spdx.JSONLDDeserializer().read(io.BytesIO(export(real[record], "spdx").encode()), objects)
    assert not objects.missing_ids
    kinds = Counter(type(one).__name__ for one in objects.foreach())
    assert kinds["ai_AIPackage"] + kinds["dataset_DatasetPackage"] == len(real[record].things)


@pytest.mark.parametrize("record", RECORDS)
def test_prov_is_read_back_and_a_query_finds_every_ancestor(real: dict[str, Picture], record: str) -> None:
    from prov.model import ProvDocument
    from rdflib import Graph

    one = real[record]
    again = ProvDocument.deserialize(content=export(one, "prov-json"), format="json")
    assert len(list(again.get_records())) > len(one.things)
    assert export(one, "prov-n").startswith("document")
    graph = Graph().parse(data=export(one, "prov-ttl"), format="turtle")
    assert ancestors(graph, f"https://w3id.org/llmlineage/thing/{record}") == len(one.things) - 1


def ancestors(graph: Any, thing: str) -> int:
    prov = "http://www.w3.org/ns/prov#wasDerivedFrom"
    query = f"SELECT (COUNT(DISTINCT ?a) AS ?n) WHERE {{ <{thing}> <{prov}>+ ?a }}"
    return int(next(iter(graph.query(query)))[0])


@pytest.mark.parametrize("record", ["openhermes-2.5", "tulu-3-sft-mixture"])
def test_croissant_describes_the_root_and_every_ancestor(
    real: dict[str, Picture], record: str, tmp_path: Path
) -> None:
    import mlcroissant
    from rdflib import Graph

    text = export(real[record], "croissant")
    (tmp_path / "croissant.json").write_text(text, encoding="utf-8")
    metadata = mlcroissant.Dataset(jsonld=str(tmp_path / "croissant.json")).metadata
    assert metadata.name == real[record].root.node.name and not metadata.issues.errors
    graph = Graph().parse(data=text, format="json-ld")
    assert ancestors(graph, f"https://w3id.org/llmlineage/thing/{record}") == len(real[record].things) - 1


@pytest.mark.parametrize("record", RECORDS)
def test_graph_libraries_read_the_same_counts(real: dict[str, Picture], record: str, tmp_path: Path) -> None:
    import igraph
    import pydot

    (tmp_path / "graph.graphml").write_text(export(real[record], "graphml"), encoding="utf-8")
    graph = igraph.Graph.Read_GraphML(str(tmp_path / "graph.graphml"))
    assert (graph.vcount(), graph.ecount()) == (len(real[record].things), len(real[record].trace.edges))
    (drawn,) = pydot.graph_from_dot_data(export(real[record], "dot"))
    assert len(drawn.get_edges()) == len(real[record].trace.edges)


def test_mermaid_refuses_what_it_would_not_draw(
    real: dict[str, Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mermaid, "MOST_EDGES", 10)
    with pytest.raises(ExportRefused, match=r"at most 10 edges.*--depth"):
        export(real["zephyr-7b-beta"], "mermaid")


def test_croissant_is_for_datasets(real: dict[str, Picture]) -> None:
    with pytest.raises(ExportRefused, match="cyclonedx and spdx describe models"):
        export(real["zephyr-7b-beta"], "croissant")


@pytest.mark.parametrize("format", [one for one in FORMATS if one not in ("csv", "json")])
@settings(max_examples=15, deadline=None)
@given(one=pictures(ANYTHING))
def test_nothing_in_a_name_acts_on_a_reader(format: str, one: Picture) -> None:
    if (format == "croissant" and one.root.node.type != "dataset") or one.trace.direction == "down":
        return
    text = export(one, format)
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e]", text)
    if format in ("graphml", "mermaid"):
        assert "<script" not in text.lower()


def test_a_file_is_written_whole_and_not_over_another(real_edition: Path, tmp_path: Path) -> None:
    out = tmp_path / "bom.json"
    call = ("--edition", real_edition, "export", "zephyr-7b-beta", "--format", "cyclonedx", "-o", out)
    said = run(*call)
    assert said.exit_code == 0 and "CycloneDX" in said.stdout
    assert json.loads(out.read_text(encoding="utf-8"))["bomFormat"] == "CycloneDX"
    again = run(*call)
    assert again.exit_code == 2 and "--force" in again.stderr
    assert run(*call, "--force").exit_code == 0


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_trace_is_the_same_document(real_edition: Path, format: str) -> None:
    edition = open_edition(real_edition)
    record = picture(edition, trace(edition, "openhermes-2.5", depth=2))
    assert export(record, format) == export(record, format)
