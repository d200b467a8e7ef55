"""What was read and decided, as RDF."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DC, DCTERMS, FOAF, PROV, RDF, RDFS, XSD

from kb.collection import Assessment, Collection, Decision, LetterNote
from kb.graph import (
    CODE,
    DEMAND_TYPE,
    KB,
    OA,
    OUTCOME,
    SCHEMA,
    Match,
    Names,
    assessments_graph,
    collection_graph,
    letter_graph,
    organisations,
    restatements_graph,
    signatories,
)
from kb.identity import Organisation
from kb.letter import Span
from kb.tracking import Restatement
from tests.sample import LETTER, OPEN, PUBLISH, RELEASE, TEXT, VISIT

NAMES = Names()
IRI = NAMES.letter(LETTER.id)


def demand_iri(quote: str) -> URIRef:
    return NAMES.demand(LETTER.id, quote)


def decision(what: str, verdict: str, value: str = "", why: str = "") -> Decision:
    return Decision(what, LETTER.id, verdict, value, "Rana", "2024-02-03", why)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def graph() -> Graph:
    return letter_graph(LETTER, NAMES)


def test_the_graph_is_named_by_the_letter(graph: Graph) -> None:
    assert graph.identifier == IRI == URIRef("https://w3id.org/demandkb/id/letter/2019-05-05-truce")


def test_the_letter_says_what_was_read_and_where(graph: Graph) -> None:
    assert graph.value(IRI, RDF.type) == KB.Letter
    assert graph.value(IRI, DCTERMS.title) == Literal("Open letter on the truce", lang="en")
    assert graph.value(IRI, DCTERMS.issued) == Literal("2019-05-05", datatype=XSD.date)
    assert graph.value(IRI, DCTERMS.language) == URIRef("http://id.loc.gov/vocabulary/iso639-1/en")
    assert str(graph.value(IRI, SCHEMA.text)) == TEXT
    file = graph.value(IRI, PROV.wasDerivedFrom)
    assert str(graph.value(file, SCHEMA.name)) == LETTER.path
    assert str(graph.value(file, SCHEMA.sha256)) == LETTER.sha256
    assert str(graph.value(file, DC.title)) == "truce-final-2"


def places(graph: Graph, node: URIRef, property_: URIRef = KB.evidence) -> list[str]:
    """The words of the letter's text that a node's evidence points to, by position."""
    text = str(graph.value(IRI, SCHEMA.text))
    found = []
    for place in graph.objects(node, property_):
        assert graph.value(place, OA.hasSource) == IRI
        for selector in graph.objects(place, OA.hasSelector):
            if (selector, RDF.type, OA.TextPositionSelector) in graph:
                start, end = (int(str(graph.value(selector, bound))) for bound in (OA.start, OA.end))
                found.append(text[start:end])
    return found


def test_every_demand_is_quoted_at_its_place(graph: Graph) -> None:
    for demand in (PUBLISH, OPEN, RELEASE, VISIT):
        node = demand_iri(demand.quote)
        assert graph.value(node, KB.quote) == Literal(demand.quote, lang="en")
        assert places(graph, node) == [demand.quote]
    assert places(graph, IRI, KB.dateEvidence) == ["5 May 2019"]
    assert places(graph, IRI, KB.titleEvidence) == ["Open letter on the truce"]


def test_reported_demands_are_kept_apart(graph: Graph) -> None:
    assert set(graph.objects(IRI, KB.makesDemand)) == {demand_iri(d.quote) for d in (PUBLISH, OPEN, RELEASE)}
    assert set(graph.objects(IRI, KB.reportsDemand)) == {demand_iri(VISIT.quote)}


def test_a_demand_has_its_types_force_and_documents(graph: Graph) -> None:
    node = demand_iri(PUBLISH.quote)
    assert set(graph.objects(node, KB.demandType)) == {
        DEMAND_TYPE["agreement-transparency"],
        DEMAND_TYPE["existing-resolutions"],
    }
    assert graph.value(node, KB.force) == CODE.call
    assert graph.value(node, KB.explicitness) == CODE.explicit
    assert str(graph.value(node, KB.item)) == "1"
    document = graph.value(node, KB.references)
    assert (IRI, KB.references, document) in graph
    assert (document, RDF.type, KB.Resolution) in graph
    assert str(graph.value(document, DCTERMS.identifier)) == "S/RES/2254 (2015)"
    assert graph.value(document, FOAF.page) == URIRef("https://undocs.org/S/RES/2254(2015)")


def test_mentions_keep_the_printed_name_apart_from_whom_it_stands_for(graph: Graph) -> None:
    printed = {
        str(graph.value(node, KB.nameAsPrinted)): places(graph, node)
        for property_ in (KB.signature, KB.mention)
        for node in graph.objects(IRI, property_)
        if isinstance(node, URIRef)
    }
    assert set(printed) == {
        "Ms. Amal Example",
        "The Harbour Contact Group",
        "River Women's Network",
        "مركز الجسر",
        "resolution 2254 (2015)",
    }
    assert all([name] == words for name, words in printed.items())
    agent = graph.value(IRI, KB.addressedTo)
    assert (agent, RDF.type, KB.Addressee) in graph
    assert (agent, RDF.type, KB.Addressee) in graph
    assert graph.value(IRI, KB.copiedTo) not in (None, agent)


def test_a_doubt_is_a_node_with_its_place(graph: Graph) -> None:
    remark = graph.value(IRI, KB.remark)
    assert isinstance(remark, URIRef)
    assert str(graph.value(remark, KB.code)) == "closing-formula"
    assert places(graph, remark) == ["Warmest regards"]


def test_everything_read_was_generated_by_the_extraction(graph: Graph) -> None:
    (activity,) = graph.subjects(RDF.type, PROV.Activity)
    agent = graph.value(activity, PROV.wasAssociatedWith)
    assert (agent, RDF.type, PROV.SoftwareAgent) in graph
    for kind in (KB.Letter, KB.Demand, KB.Signature, KB.AddresseeMention, KB.DocumentMention):
        nodes = list(graph.subjects(RDF.type, kind))
        assert nodes
        assert all((node, PROV.wasGeneratedBy, activity) in graph for node in nodes), kind


def test_two_demands_with_the_same_words_stay_two() -> None:
    earlier = dataclasses.replace(OPEN, span=Span(0, 30))
    twice = dataclasses.replace(LETTER, demands=(OPEN, earlier), reported=())
    plain = str(demand_iri(OPEN.quote))
    assert [str(iri) for iri, _ in NAMES.demands(twice)] == [f"{plain}-2", plain]


def test_a_demands_address_does_not_depend_on_white_space_or_case() -> None:
    assert demand_iri(PUBLISH.quote) == demand_iri(PUBLISH.quote.replace("\n", "  ").upper())


def test_a_text_that_is_no_letter_makes_no_demands() -> None:
    other = letter_graph(dataclasses.replace(LETTER, kind="other"), NAMES)
    assert other.value(IRI, RDF.type) == KB.OtherDocument
    assert not list(other.subjects(RDF.type, KB.Demand))


def test_a_month_stays_a_month() -> None:
    month = letter_graph(dataclasses.replace(LETTER, date="2018-03"), NAMES)
    assert 'dcterms:issued "2018-03"^^xsd:gYearMonth' in month.serialize(format="turtle")


def test_what_the_curator_says_of_a_letter_stands_without_evidence() -> None:
    noted = letter_graph(
        LETTER, NAMES, note=LetterNote("2019-05-06", "The truce", "https://example.org/truce")
    )
    assert noted.value(IRI, DCTERMS.issued) == Literal("2019-05-06", datatype=XSD.date)
    assert noted.value(IRI, KB.dateEvidence) is None
    assert str(noted.value(IRI, DCTERMS.title)) == "The truce"
    assert noted.value(IRI, DCTERMS.source) == URIRef("https://example.org/truce")


@pytest.mark.parametrize("by_quote", [True, False])
def test_a_rejected_demand_is_kept_and_no_longer_made(by_quote: bool) -> None:
    node = demand_iri(OPEN.quote)
    what = OPEN.quote.upper() if by_quote else str(node)
    decided = letter_graph(LETTER, NAMES, [decision(what, "reject", why="A heading.")])
    assert (IRI, KB.makesDemand, node) not in decided
    assert decided.value(node, KB.recordState) == CODE.rejected
    assert decided.value(node, KB.quote) == Literal(OPEN.quote, lang="en")
    row = decided.value(None, KB.decides, node)
    assert decided.value(row, KB.verdict) == CODE.reject
    assert str(decided.value(row, KB.reason)) == "A heading."
    assert str(decided.value(decided.value(row, PROV.wasAttributedTo), FOAF.name)) == "Rana"


def test_a_changed_demand_is_a_new_node_beside_the_old() -> None:
    old = demand_iri(OPEN.quote)
    start = OPEN.span.start
    change = decision(str(old), "change", f"types: aid-delivery; span: {start}-{start + 21}")
    decided = letter_graph(LETTER, NAMES, [decision(str(old), "accept"), change])
    new = decided.value(None, PROV.wasRevisionOf, old)
    assert isinstance(new, URIRef)
    assert (IRI, KB.makesDemand, new) in decided
    assert (IRI, KB.makesDemand, old) not in decided
    assert decided.value(old, KB.recordState) == CODE.changed
    assert decided.value(old, KB.demandType) == DEMAND_TYPE["aid-routes"]
    assert decided.value(new, KB.demandType) == DEMAND_TYPE["aid-delivery"]
    assert places(decided, new) == [OPEN.quote[:21]]
    assert len(list(decided.subjects(KB.decides, old))) == 2


def test_changes_add_up_and_reach_the_changed_demand() -> None:
    old = demand_iri(OPEN.quote)
    start = OPEN.span.start
    rows = [
        decision(str(old), "change", "types: aid-delivery"),
        decision(OPEN.quote, "change", f"span: {start}-{start + 21}"),
    ]
    once = letter_graph(LETTER, NAMES, rows)
    new = once.value(None, PROV.wasRevisionOf, old)
    assert once.value(new, KB.demandType) == DEMAND_TYPE["aid-delivery"]
    assert isinstance(new, URIRef)
    assert places(once, new) == [OPEN.quote[:21]]
    for what in (str(new), OPEN.quote[:21]):
        rejected = letter_graph(LETTER, NAMES, [*rows, decision(what, "reject")])
        assert rejected.value(new, KB.recordState) == CODE.rejected
        assert new not in set(rejected.objects(IRI, KB.makesDemand))
        again = letter_graph(LETTER, NAMES, [*rows, decision(what, "reject"), decision(what, "accept")])
        assert new in set(again.objects(IRI, KB.makesDemand))
        assert not remarks(again, "decision-refused")


def remarks(found: Graph, code: str) -> list[str]:
    return [str(found.value(node, RDFS.comment)) for node in found.subjects(KB.code, Literal(code))]


@pytest.mark.parametrize(
    "value", ["span: 5-2", "span: 1-99999", "span: here", "force: shout", "colour: red", "types"]
)
def test_a_change_that_cant_be_made_is_told_and_changes_nothing(value: str) -> None:
    node = demand_iri(OPEN.quote)
    decided = letter_graph(LETTER, NAMES, [decision(OPEN.quote, "change", value)])
    assert (IRI, KB.makesDemand, node) in decided
    assert decided.value(node, KB.recordState) == CODE["machine-read"]
    (told,) = remarks(decided, "decision-refused")
    assert value in told


def test_a_person_adds_a_demand_that_the_reader_missed() -> None:
    quote = "Open the harbour road 🕊"
    row = decision(
        f"{quote.split()[0]}   {' '.join(quote.split()[1:])}", "accept", "types: aid-routes; force: urge"
    )
    decided = letter_graph(dataclasses.replace(LETTER, demands=()), NAMES, [row])
    node = decided.value(IRI, KB.makesDemand)
    assert isinstance(node, URIRef)
    assert places(decided, node) == [quote]
    assert decided.value(node, KB.recordState) == CODE.added
    assert decided.value(node, KB.demandType) == DEMAND_TYPE["aid-routes"]
    assert decided.value(node, KB.force) == CODE.urge
    assert not remarks(decided, "decision-refused")


def test_a_decision_about_words_that_are_not_there_is_told() -> None:
    decided = letter_graph(LETTER, NAMES, [decision("Send balloons.", "accept")])
    (stale,) = decided.subjects(RDFS.label, Literal("Send balloons."))
    assert (stale, RDF.type, KB.Decision) in decided
    about = decided.value(stale, KB.decides)
    assert (about, RDF.type, KB.Demand) not in decided


def test_who_signed_is_in_a_graph_of_its_own() -> None:
    organisation = Organisation(
        "river-womens-network",
        "River Women's Network",
        "organisation",
        ("River Women's Network",),
        ("RWN",),
        ("https://www.wikidata.org/entity/Q1",),
        "SY",
    )
    match = Match(
        str(NAMES.signature(LETTER.id, 2)), str(NAMES.organisation("Bridge Centre")), 0.71, "translated"
    )
    found = Graph(identifier=NAMES.graph("organisations"))
    for _, triples in organisations([organisation], [match], NAMES):
        found += triples
    node = NAMES.organisation("river-womens-network")
    assert signatories(LETTER.id, [(1, node)], NAMES) == [
        f"<{NAMES.signature(LETTER.id, 1)}> <{KB.signatory}> <{node}> <{found.identifier}> .",
        f"<{IRI}> <{KB.signedBy}> <{node}> <{found.identifier}> .",
    ]
    question = found.value(None, RDF.type, KB.Match)
    assert found.value(question, KB.judgement) == CODE.open
    assert len(list(found.objects(question, KB.compares))) == 2


def test_only_what_is_judged_the_same_restates() -> None:
    one, other = str(demand_iri(OPEN.quote)), "https://example.org/letter/a/demand/b"
    same = restatements_graph([Restatement(one, other, 0.9, ("aid-routes",), "same words")], NAMES)
    unsure = restatements_graph([Restatement(one, other, 0.6, (), "same words", "open")], NAMES)
    assert (URIRef(one), KB.restates, URIRef(other)) in same
    assert not list(unsure.subject_objects(KB.restates))
    assert list(unsure.subjects(RDF.type, KB.Match)) == list(same.subjects(RDF.type, KB.Match))


def test_an_assessment_quotes_its_evidence() -> None:
    row = Assessment(
        str(demand_iri(OPEN.quote)),
        "implementation",
        "in-progress",
        "2020-01-02",
        "Rana",
        document="S/2020/1",
        paragraph="14",
        quote="The road was opened for two days.",
        address="https://undocs.org/S/2020/1",
    )
    found = assessments_graph([row], NAMES)
    node = found.value(None, RDF.type, KB.Assessment)
    assert found.value(node, KB.outcome) == OUTCOME["in-progress"]
    assert found.value(node, KB.facet) == OUTCOME.implementation
    place = found.value(node, KB.evidence)
    assert str(found.value(found.value(place, OA.hasSelector), OA.exact)) == row.quote
    assert str(found.value(place, KB.paragraph)) == "14"


@pytest.mark.parametrize(
    ("document", "page"),
    [("A/HRC/34/64", "https://undocs.org/A/HRC/34/64"), ("Letter of 3 May 2020", None), ("and/or", None)],
)
def test_a_document_known_by_its_symbol_is_found_at_the_united_nations(
    document: str, page: str | None
) -> None:
    row = Assessment(
        str(demand_iri(OPEN.quote)), "reply", "acknowledged", "2020-01-02", "Rana", document=document
    )
    found = assessments_graph([row], NAMES)
    assert found.value(NAMES.document(document), FOAF.page) == (page and URIRef(page))


def test_nothing_is_a_blank_node() -> None:
    rows = [decision(OPEN.quote, "change", "force: must"), decision(RELEASE.quote, "reject")]
    collection = Collection(Path(), (), title="Truce letters", licence="https://example.org/licence")
    for found in (letter_graph(LETTER, NAMES, rows), collection_graph(collection, NAMES)):
        assert len(found)
        assert not [term for triple in found for term in triple if isinstance(term, BNode)]


@given(st.text(min_size=1))
def test_any_name_makes_an_address(name: str) -> None:
    for naming in (NAMES.organisation, NAMES.person, NAMES.document):
        iri = naming(name)
        NamedNode(str(iri))  # raises where it is no IRI
        assert not set(str(iri).removeprefix(NAMES.base).split("/", 1)[1]) & set("/?#% ")


def test_same_bytes_whatever_the_hash_seed() -> None:
    program = (
        "from tests.sample import LETTER; from kb.graph import letter_graph, Names;"
        "print(letter_graph(LETTER, Names()).serialize(format='turtle'))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parent.parent)},
        ).stdout
        for seed in ("0", "1")
    }
    assert len(printed) == 1


def test_the_order_of_what_was_read_does_not_matter() -> None:
    turned = dataclasses.replace(LETTER, demands=LETTER.demands[::-1])
    assert set(letter_graph(turned, NAMES)) == set(letter_graph(LETTER, NAMES))


def test_another_base_changes_every_address_of_the_collection() -> None:
    based = letter_graph(LETTER, Names("https://example.org/kb/"))
    assert not [term for triple in based for term in triple if str(term).startswith(NAMES.base)]
