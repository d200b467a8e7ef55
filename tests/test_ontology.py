"""The ontology as its peers would judge it: the pitfalls that OOPS! and FOOPS! name, on every file."""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS, XSD
from rdflib.term import Node

from kb import resources
from kb.graph import KB
from kb.ontology_page import page, picture
from tests.test_shapes import sample, targeted

FOLDER = resources.folder("ontology")
FILES = sorted(FOLDER.glob("*.ttl"))
OURS = "https://w3id.org/demandkb"
KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
VANN = "http://purl.org/vocab/vann/"


def read(*paths: Path) -> Graph:
    graph = Graph()
    for path in paths:
        graph.parse(path)
    return graph


ONTOLOGY = read(FOLDER / "demandkb.ttl")
EVERYTHING = read(*(path for path in FILES if path.stem != "shapes"))
HEADER = URIRef(f"{OURS}/ns")
TERMS = sorted({s for kind in KINDS for s in ONTOLOGY.subjects(RDF.type, kind) if isinstance(s, URIRef)})
CLASSES = [term for term in TERMS if (term, RDF.type, OWL.Class) in ONTOLOGY]
PROPERTIES = [term for term in TERMS if term not in CLASSES]


def short(term: object) -> str:
    return str(term).removeprefix(str(KB))


def texts(graph: Graph, node: Node, property_: URIRef) -> dict[str, list[str]]:
    """The texts of a node by language."""
    found: dict[str, list[str]] = {}
    for text in graph.objects(node, property_):
        found.setdefault(str(getattr(text, "language", None)), []).append(str(text))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_files_load_alike_and_without_warnings(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), caplog.at_level(logging.WARNING, "rdflib.term"):
        rdflib_count = len(read(path))
    oxigraph = list(pyoxigraph.parse(path=path, base_iri=f"{OURS}/"))
    assert caplog.records == []
    assert len(set(map(str, oxigraph))) == rdflib_count == len(oxigraph)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_says_what_it_is(path: Path) -> None:
    graph = read(path)
    kinds = (OWL.Ontology, SKOS.ConceptScheme)
    (header, *_) = [s for kind in kinds for s in graph.subjects(RDF.type, kind)]
    for property_ in (DCTERMS.title, DCTERMS.description):
        assert "en" in texts(graph, header, property_)
    assert "ar" in texts(graph, header, DCTERMS.title)
    assert graph.value(header, DCTERMS.license) == URIRef("https://creativecommons.org/licenses/by/4.0/")
    assert graph.value(header, DCTERMS.creator) is not None
    assert graph.value(header, OWL.versionInfo) is not None
    assert not list(graph.objects(None, OWL.imports))


def test_the_header_of_the_ontology() -> None:
    version = str(ONTOLOGY.value(HEADER, OWL.versionInfo))
    assert ONTOLOGY.value(HEADER, OWL.versionIRI) == URIRef(f"{HEADER}/{version}")
    assert str(ONTOLOGY.value(HEADER, URIRef(f"{VANN}preferredNamespacePrefix"))) == "kb"
    assert str(ONTOLOGY.value(HEADER, URIRef(f"{VANN}preferredNamespaceUri"))) == str(KB)
    for property_ in (DCTERMS.created, DCTERMS.modified, DCTERMS.bibliographicCitation, SKOS.changeNote):
        assert ONTOLOGY.value(HEADER, property_) is not None


def test_nothing_but_the_ontology_s_own_terms_is_described() -> None:
    subjects = {s for s in ONTOLOGY.subjects() if not str(s).startswith(OURS)}
    assert subjects == set()


def test_there_are_no_blank_nodes() -> None:
    assert not [
        t for path in FILES if path.stem != "shapes" for x in read(path) for t in x if isinstance(t, BNode)
    ]


@pytest.mark.parametrize("term", TERMS, ids=short)
def test_every_term_has_labels_and_a_definition(term: URIRef) -> None:
    labels = texts(ONTOLOGY, term, RDFS.label)
    assert {language: len(found) for language, found in labels.items()} == {"en": 1, "ar": 1}
    (definition,) = texts(ONTOLOGY, term, SKOS.definition)["en"]
    assert definition[0].isupper()
    assert definition.endswith(".")
    assert ONTOLOGY.value(term, RDFS.isDefinedBy) == HEADER


@pytest.mark.parametrize("term", TERMS, ids=short)
def test_every_term_hangs_under_a_known_one(term: URIRef) -> None:
    over = {o for p in (RDFS.subClassOf, RDFS.subPropertyOf) for o in ONTOLOGY.transitive_objects(term, p)}
    assert [each for each in over if not str(each).startswith(str(KB))]


@pytest.mark.parametrize("term", PROPERTIES, ids=short)
def test_every_property_has_a_domain_and_a_range(term: URIRef) -> None:
    (domain,) = ONTOLOGY.objects(term, RDFS.domain)
    (range_,) = ONTOLOGY.objects(term, RDFS.range)
    for end in (domain, range_):
        assert not str(end).startswith(str(KB)) or end in CLASSES
    if (term, RDF.type, OWL.DatatypeProperty) in ONTOLOGY:
        assert str(range_).startswith(str(XSD)) or range_ == RDFS.Literal
    if (term, RDF.type, OWL.ObjectProperty) in ONTOLOGY:
        assert not str(range_).startswith(str(XSD))


def test_names_are_written_as_is_usual() -> None:
    assert [short(term) for term in CLASSES if not re.fullmatch(r"([A-Z][a-z]+)+", short(term))] == []
    assert [short(t) for t in PROPERTIES if not re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", short(t))] == []


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("terms", [CLASSES, PROPERTIES], ids=["classes", "properties"])
def test_labels_do_not_clash(terms: list[URIRef], language: str) -> None:
    labels = Counter(texts(ONTOLOGY, term, RDFS.label)[language][0].casefold() for term in terms)
    assert [label for label, count in labels.items() if count > 1] == []


@pytest.mark.parametrize("property_", [RDFS.subClassOf, RDFS.subPropertyOf, SKOS.broader])
def test_hierarchies_have_no_cycles(property_: URIRef) -> None:
    for start in set(EVERYTHING.subjects(property_)):
        over = {o for parent in EVERYTHING.objects(start, property_) for o in above(parent, property_)}
        assert start not in over


def above(node: Node, property_: URIRef) -> Iterator[Node | None]:
    return EVERYTHING.transitive_objects(node, property_)


def test_no_class_is_a_class_of_its_disjoint() -> None:
    for one, other in ONTOLOGY.subject_objects(OWL.disjointWith):
        assert other not in set(above(one, RDFS.subClassOf))
        assert one not in set(above(other, RDFS.subClassOf))


# What is written is what the ontology has


def test_every_term_that_is_written_is_in_the_ontology_and_every_term_is_used() -> None:
    data = sample()
    written = {t for triple in data for t in triple[1:] if str(t).startswith(str(KB))}
    assert written - set(TERMS) == set()
    used = written | {t for triple in EVERYTHING - ONTOLOGY for t in triple if t in TERMS}
    above_used = {o for t in used for p in (RDFS.subClassOf, RDFS.subPropertyOf) for o in above(t, p)}
    elsewhere = {
        KB.OtherDocument,
        KB.signedBy,
        KB.office,
    }  # texts that are no letters, several letters, authorities
    assert set(TERMS) - used - above_used - elsewhere == set()


@pytest.mark.parametrize("term", PROPERTIES, ids=short)
def test_what_is_written_keeps_to_domains_and_ranges(term: URIRef) -> None:
    data = sample() + EVERYTHING
    for subject, value in data.subject_objects(term):
        for node, end in ((subject, RDFS.domain), (value, RDFS.range)):
            wanted = ONTOLOGY.value(term, end)
            if isinstance(node, Literal):
                assert node.datatype in (wanted, None) or wanted == RDFS.Literal
            elif str(wanted).startswith(str(KB)) and not str(node).startswith("https://example.org/"):
                kinds = {o for kind in data.objects(node, RDF.type) for o in above(kind, RDFS.subClassOf)}
                assert wanted in kinds, (term, node)


# Vocabularies

CONCEPTS = sorted({s for s in EVERYTHING.subjects(RDF.type, SKOS.Concept) if isinstance(s, URIRef)})


@pytest.mark.parametrize("concept", CONCEPTS, ids=lambda each: str(each).removeprefix(OURS))
def test_every_concept_has_labels_a_definition_and_a_scheme(concept: URIRef) -> None:
    labels = texts(EVERYTHING, concept, SKOS.prefLabel)
    assert set(labels) >= {"en", "ar"}
    assert all(len(found) == 1 for found in labels.values())
    assert "en" in texts(EVERYTHING, concept, SKOS.definition)
    schemes = list(EVERYTHING.objects(concept, SKOS.inScheme))
    assert len(schemes) == 1
    assert (schemes[0], RDF.type, SKOS.ConceptScheme) in EVERYTHING
    own = [kind for kind in EVERYTHING.objects(concept, RDF.type) if kind in CLASSES]
    assert len(own) <= 1
    top = (concept, SKOS.topConceptOf, schemes[0]) in EVERYTHING
    assert top != ((concept, SKOS.broader, None) in EVERYTHING)


def test_preferred_labels_of_a_scheme_do_not_clash() -> None:
    counted: Counter[tuple[Node | None, str | None, str]] = Counter()
    for concept in CONCEPTS:
        scheme = EVERYTHING.value(concept, SKOS.inScheme)
        for language, (label, *_) in texts(EVERYTHING, concept, SKOS.prefLabel).items():
            counted[scheme, language, label.casefold()] += 1
    assert [key for key, count in counted.items() if count > 1] == []


def test_the_context_has_a_key_for_terms_of_the_ontology_only() -> None:
    context = json.loads((FOLDER / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    for name, told in context.items():
        if isinstance(told, dict):
            meant = told.get("@id", f"kb:{name}")
            assert not meant.startswith("kb:") or KB[meant.removeprefix("kb:")] in TERMS, name
        elif isinstance(told, str) and told.startswith("kb:"):
            assert KB[told.removeprefix("kb:")] in TERMS, name
    assert context["@vocab"] == str(KB)


# The page that explains it


def test_the_page_is_what_the_files_make() -> None:
    kept = Path(__file__).parent.parent / "docs" / "ontology.html"
    assert kept.read_text(encoding="utf-8") == page(), "out of date: run `make docs`"


def test_the_page_tells_every_term_and_every_shape() -> None:
    told = page()
    for term in TERMS:
        assert f'id="{short(term)}"' in told
    for shape in targeted():
        assert f'id="shape-{str(shape).split("#")[1]}"' in told


def test_examples_are_of_every_class_and_keep_to_the_ontology() -> None:
    examples = read(FOLDER / "examples" / "letter.ttl")
    used = {t for triple in examples for t in triple if str(t).startswith(str(KB))}
    assert used - set(TERMS) == set()
    written = set(examples.objects(None, RDF.type))
    lists = {c for c in CLASSES if SKOS.Concept in set(above(c, RDFS.subClassOf))} - {
        KB.DemandType,
        KB.Outcome,
    }
    assert set(CLASSES) - written - lists == {KB.Document, KB.Mention, KB.OtherDocument}
    concepts = {
        o
        for o in examples.objects()
        if str(o).startswith((f"{OURS}/code/", f"{OURS}/outcome/", f"{OURS}/types/"))
    }
    assert {c for c in concepts if (c, RDF.type, None) not in EVERYTHING} == set()


def test_the_picture_shows_every_class_but_those_of_lists() -> None:
    drawn = picture(ONTOLOGY)
    lists = {c for c in CLASSES if SKOS.Concept in set(above(c, RDFS.subClassOf))} - {
        KB.DemandType,
        KB.Outcome,
    }
    assert {c for c in CLASSES if f'href="#{short(c)}"' not in drawn} == lists
