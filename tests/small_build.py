"""A build of two small letters, made without reading any file, for tests of what is asked and exported."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import rdflib

from kb import graph, resources, store
from kb.collection import Assessment, Collection
from kb.describing import divided
from kb.identity import Organisation
from kb.tracking import Restatement
from tests.sample import LETTER, RELEASE

NAMES = graph.Names()
SECOND = dataclasses.replace(
    LETTER, id="2020-06-truce-again", path="2020-06 truce again.txt", date="2020-06", demands=(RELEASE,)
)


def quads() -> Iterator[pyoxigraph.Quad]:
    """Two letters, their organisations, an assessment, the collection and the vocabularies."""
    first, second = LETTER.id, SECOND.id
    river = Organisation("river-women-s-network", "River Women's Network", "organisation", ("RWN",))
    bridge = Organisation("مركز-الجسر", "مركز الجسر", "organisation", (), country="SY")
    signed = [(1, str(NAMES.signatory(river))), (2, str(NAMES.signatory(bridge)))]
    old, new = NAMES.demand(first, RELEASE.quote), NAMES.demand(second, RELEASE.quote)
    done = Assessment(
        str(old), "implementation", "in-progress", "2020-01-02", "A. Example", "A/74/1", "7", "We began."
    )
    organisations = rdflib.Graph(identifier=NAMES.graph("organisations"))
    for _, triples in graph.organisations([river, bridge], [], NAMES):
        organisations += triples
    graphs = [
        graph.letter_graph(LETTER, NAMES),
        graph.letter_graph(SECOND, NAMES),
        organisations,
        graph.restatements_graph(
            [Restatement(str(new), str(old), 1.0, ("detainee-release",), "same words")], NAMES
        ),
        graph.assessments_graph([done], NAMES),
        graph.collection_graph(Collection(Path(), (), title="Truce letters"), NAMES),
    ]
    yield from {quad: None for each in graphs for quad in as_quads(each)}
    for letter in (first, second):
        yield from pyoxigraph.parse(
            "\n".join(graph.signatories(letter, signed, NAMES)), pyoxigraph.RdfFormat.N_QUADS
        )
    for path in sorted(resources.folder("ontology").glob("[!s]*.ttl")):
        name = pyoxigraph.NamedNode(f"https://w3id.org/demandkb/file/{path.stem}")
        for quad in pyoxigraph.parse(path=str(path)):
            yield pyoxigraph.Quad(quad.subject, quad.predicate, quad.object, name)


def as_quads(graph: rdflib.Graph) -> Iterator[pyoxigraph.Quad]:
    """The statements of a graph, in a graph of its name, and descriptions in theirs."""
    for lines in divided(store.nquads(graph), NAMES):
        yield from pyoxigraph.parse("\n".join(lines), pyoxigraph.RdfFormat.N_QUADS)


def make(build: Path) -> Path:
    """Make the build in that folder."""
    with store.writing(build):
        draft = store.begin(build)
        draft.add(quads())
        draft.publish()
    return build
