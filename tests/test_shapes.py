"""Every shape lets the sample pass and fires on a small change to it (fixtures/shapes/SHAPE.ru)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SH, SKOS

from kb import namespaces, resources
from kb.collection import Assessment, Decision
from kb.graph import KB, Names, assessments_graph, letter_graph, restatements_graph
from kb.tracking import Restatement
from kb.validation import shapes_graph, unknown_shacl_terms, validate, vocabulary
from tests.sample import LETTER, OPEN, PUBLISH, RELEASE

FIXTURES = Path(__file__).parent / "fixtures" / "shapes"
SHAPES = "https://w3id.org/demandkb/shapes#"
NAMES = Names()
HEAD = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in namespaces.PREFIXES.items())


def sample() -> Graph:
    """One of everything, all of it as it should be."""
    return Graph() + _sample()


@cache
def _sample() -> Graph:
    publish = str(NAMES.demand(LETTER.id, PUBLISH.quote))
    decisions = [
        Decision(OPEN.quote, LETTER.id, "change", "types: aid-delivery", "Rana", "2024-02-03"),
        Decision(RELEASE.quote, LETTER.id, "accept", "", "Rana", "2024-02-03", "Read twice."),
    ]
    assessed = Assessment(
        publish,
        "implementation",
        "in-progress",
        "2020-01-02",
        "Rana",
        "S/2020/1",
        "14",
        "The terms were read out.",
    )
    asked_before = Restatement(
        publish, "https://example.org/earlier", 0.9, ("agreement-transparency",), "same words"
    )
    graph = Graph()
    graph += letter_graph(LETTER, NAMES, decisions)
    graph += assessments_graph([assessed], NAMES)
    graph += restatements_graph([asked_before], NAMES)
    return graph.parse(FIXTURES / "signatories.ttl")


def fired(graph: Graph) -> set[str]:
    return {finding.rule for finding in validate([graph])}


def targeted() -> list[URIRef]:
    """The shapes that have a target, by name."""
    shapes = shapes_graph()
    targets = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)
    found = {s for target in targets for s in shapes.subjects(target) if isinstance(s, URIRef)}
    return sorted(found)


def test_the_sample_conforms() -> None:
    assert validate([sample()]) == []


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.ru")), ids=lambda path: path.stem)
def test_the_shape_fires_and_no_other(path: Path) -> None:
    change = path.read_text(encoding="utf-8")
    head = change.splitlines()[0]
    also = set(head.removeprefix("# also:").split()) if head.startswith("# also:") else set()
    graph = sample()
    graph.update(HEAD + change)
    assert fired(graph) == {path.stem} | also


def test_every_shape_has_a_fixture() -> None:
    named = {str(shape).removeprefix(SHAPES) for shape in targeted()}
    assert named == {path.stem for path in FIXTURES.glob("*.ru")}


@pytest.mark.parametrize("shape", targeted(), ids=lambda shape: str(shape).removeprefix(SHAPES))
def test_the_sample_has_something_for_each_shape_to_look_at(shape: URIRef) -> None:
    shapes, data = shapes_graph(), sample()
    for triple in vocabulary():
        data.add(triple)
    nodes = {n for kind in shapes.objects(shape, SH.targetClass) for n in instances(data, kind)}
    nodes |= {n for p in shapes.objects(shape, SH.targetSubjectsOf) for n in data.subjects(p)}
    nodes |= {n for p in shapes.objects(shape, SH.targetObjectsOf) for n in data.objects(None, p)}
    assert nodes


def instances(data: Graph, kind: object) -> set[object]:
    classes = data.transitive_subjects(RDFS.subClassOf, kind)  # type: ignore[arg-type]
    return {node for each in classes for node in data.subjects(RDF.type, each)}


@pytest.mark.parametrize("shape", targeted(), ids=lambda shape: str(shape).removeprefix(SHAPES))
def test_every_shape_has_a_name_and_a_message_in_both_languages(shape: URIRef) -> None:
    shapes = shapes_graph()
    told = [*shapes.objects(shape, SH.message), *shapes.objects(shape, SH.sparql / SH.message)]
    for texts in (list(shapes.objects(shape, SH.name)), told):
        assert sorted(str(getattr(text, "language", None)) for text in texts) == ["ar", "en"]
    assert shapes.value(shape, SH.severity) in (SH.Violation, SH.Warning, SH.Info)


def test_no_term_of_shacl_is_mistyped() -> None:
    assert unknown_shacl_terms(shapes_graph()) == []


def test_a_mistyped_term_is_noticed() -> None:
    shapes = Graph().parse(data="@prefix sh: <http://www.w3.org/ns/shacl#> . <a:b> sh:targetclass <c:d> .")
    assert unknown_shacl_terms(shapes) == ["targetclass"]


def test_shapes_speak_of_terms_that_the_ontology_has() -> None:
    terms = Graph()
    for path in resources.folder("ontology").glob("*.ttl"):
        if path.stem != "shapes":
            terms.parse(path)
    ours = "https://w3id.org/demandkb/"
    used = {
        term
        for triple in shapes_graph()
        for term in triple
        if isinstance(term, URIRef) and term.startswith(ours) and not term.startswith(SHAPES[:-1])
    }
    known = set(terms.subjects(RDF.type)) | set(terms.subjects(SKOS.inScheme))
    assert used - known == set()
    classes = set(shapes_graph().objects(None, SH.targetClass))
    assert {c for c in classes if str(c).startswith(str(KB))} <= set(terms.subjects(RDF.type, OWL.Class))


def test_queries_of_shapes_name_terms_that_the_ontology_has() -> None:
    terms = Graph().parse(resources.folder("ontology") / "demandkb.ttl")
    for query in shapes_graph().objects(None, SH.select):
        for word in str(query).replace("/", " ").split():
            if word.startswith("kb:"):
                assert (KB[word.removeprefix("kb:")], RDF.type, None) in terms, word


def test_shapes_are_named_and_grouped() -> None:
    shapes = shapes_graph()
    for shape in shapes.subjects(RDF.type, SH.PropertyShape):
        assert not isinstance(shape, BNode)
        group = shapes.value(shape, SH.group)
        assert group is None or (group, RDF.type, SH.PropertyGroup) in shapes


@pytest.mark.parametrize(
    "symbol",
    [
        "S/RES/2254 (2015)",
        "S/PRST/2011/16",
        "S/2012/522",
        "A/RES/60/1",
        "A/RES/217 A (III)",
        "A/RES/377 (V)",
        "A/ES-10/L.22",
        "A/HRC/RES/S-17/1",
        "A/HRC/31/68",
        "E/CN.4/1998/53/Add.2",
        "CAT/C/SYR/CO/1",
        "ST/SGB/2003/13",
        "SG/SM/12345",
    ],
)
def test_symbols_as_the_un_writes_them(symbol: str) -> None:
    assert fired(named(symbol)) == set()


@pytest.mark.parametrize(
    "symbol",
    ["S/RES/2254", "S/RES/2254(2015)", "S/RES/2254 (15)", "resolution 2254", "2254", "UN", "A//1", ""],
)
def test_symbols_that_are_none(symbol: str) -> None:
    assert "reference-symbol" in fired(named(symbol))


def named(symbol: str) -> Graph:
    graph = Graph()
    return graph.parse(
        data=f"<https://example.org/d> a <{KB.ReferencedDocument}> ;"
        f'<http://purl.org/dc/terms/identifier> "{symbol}" .'
    )


@pytest.mark.parametrize(
    "name",
    ["Warm regards", "Yours sincerely,", "www.example.org", "office@example.org", "144.", "مع فائق الاحترام"],
)
def test_what_is_probably_no_name(name: str) -> None:
    assert fired(signed_as(name)) == {"signature-doubtful"}


@pytest.mark.parametrize(
    "name",
    ["11.11.11", "Sincerity Now", "Signal Network", "17 Thousand Detainees", "FREE-Syria", "مع العدالة"],
)
def test_unusual_names_are_names(name: str) -> None:
    assert fired(signed_as(name)) == set()


def signed_as(name: str) -> Graph:
    graph = sample()
    graph.update(
        HEAD + "DELETE { ?m kb:nameAsPrinted ?o } INSERT { ?m kb:nameAsPrinted ?name }"
        "WHERE { ?m a kb:Signature ; kb:position 1 ; kb:nameAsPrinted ?o }",
        initBindings={"name": Literal(name)},
    )
    return graph
