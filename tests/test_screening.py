"""The screen before pyshacl lets nothing through that pyshacl would find, whatever is done to a letter's graph."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS, SH, XSD
from rdflib.term import Node

from kb import store
from kb.graph import CODE, KB, Names, letter_graph
from kb.screening import Screen
from kb.validation import shapes_graph, validate, validate_letter
from tests.sample import LETTER
from tests.test_shapes import FIXTURES, HEAD, sample

NAMES = Names()
GOOD = sorted(letter_graph(LETTER, NAMES))
VALUES: list[Node] = [
    *(Literal(each) for each in ("", "x", "Kind regards", "https://example.org", "a" * 161, "S/RES/0", "Not A Code")),
    *(Literal(each) for each in (-1, 0, 1, 7, 10**6, 0.5, True)),
    Literal("Truce", lang="en"),
    *(
        Literal(text, datatype=XSD[kind], normalize=False)
        for text, kind in (
            ("2018-02-30", "date"), ("2018-02-03Z", "date"), ("0000-01-01", "date"), ("1318-02-03", "date"),
            ("2018-13", "gYearMonth"), ("2018-02", "gYearMonth"), ("18", "gYear"), ("x", "integer"),
            ("007", "integer"), ("0" * 170, "integer"), ("1.50", "decimal"), ("1e400", "double"),
        )
    ),
    *(URIRef(each) for each in (KB.Demand, KB.Letter, KB.Signature, KB.OtherDocument, CODE.explicit, CODE.request)),
    URIRef("https://example.org/nothing"),
    NAMES.letter(LETTER.id),
]  # fmt: skip


def in_graph(triples: object) -> Graph:
    graph = Graph("SimpleMemory", identifier=NAMES.letter(LETTER.id), bind_namespaces="none")
    for triple in triples:  # type: ignore[attr-defined]
        graph.add(triple)
    return graph


def assert_told_alike(graph: Graph) -> None:
    try:
        told = validate([graph])
    except TypeError:  # rdflib's SUBSTR can't take an offset that is no whole number
        return
    assert validate_letter(graph, store.nquads(graph)) == told


def test_a_good_letter_is_suspected_of_nothing() -> None:
    facts: list[object] = []
    screen = Screen(shapes_graph(), facts)  # type: ignore[arg-type]
    assert screen.suspects(store.nquads(in_graph(GOOD)))  # without the vocabulary no code is known
    assert validate_letter(in_graph(GOOD), store.nquads(in_graph(GOOD))) == []


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.ru")), ids=lambda path: path.stem)
def test_every_fixture_is_told_alike(path: Path) -> None:
    graph = sample()
    graph.update(HEAD + path.read_text(encoding="utf-8"))
    if any(not isinstance(term, URIRef | Literal) for triple in graph for term in triple):
        pytest.skip("a letter has no blank nodes")
    assert_told_alike(in_graph(graph))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_whatever_is_changed_is_told_alike(data: st.DataObject) -> None:
    triples = dict.fromkeys(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        s, p, o = data.draw(st.sampled_from(list(triples)))
        other = data.draw(st.sampled_from([*VALUES, *{triple[2] for triple in triples}]))
        match data.draw(st.sampled_from(["without", "with", "instead"])):
            case "without":
                del triples[s, p, o]
            case "with":
                triples[s, p, other] = None
            case "instead":
                del triples[s, p, o]
                triples[s, p, other] = None
        if not triples:
            return
    assert_told_alike(in_graph(triples))


def test_what_it_cannot_ask_is_suspect() -> None:
    shapes = shapes_graph() + Graph().parse(
        data=f"""PREFIX sh: <{SH}> <https://example.org/shape> a sh:PropertyShape ; sh:targetClass <{KB.Letter}> ;
            sh:path <{RDFS.comment}> ; sh:uniqueLang true .""",
        format="turtle",
    )
    found = Screen(shapes, []).suspects(store.nquads(in_graph(GOOD)))
    assert URIRef("https://example.org/shape") in found


def test_classes_of_one_s_own_are_left_to_pyshacl() -> None:
    own = URIRef("https://example.org/OwnLetter")
    graph = in_graph(
        [*GOOD, (own, RDFS.subClassOf, KB.Letter), (URIRef("https://example.org/l"), RDF.type, own)]
    )
    assert_told_alike(graph)
    assert validate([graph])
