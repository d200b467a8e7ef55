"""The page that explains the ontology to people, made from the files themselves (`make docs`)."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SH, SKOS
from rdflib.term import Node

from kb import resources
from kb.graph import KB
from kb.namespaces import shorten

__all__ = ["TEMPLATES", "contents", "page", "picture"]

TEMPLATES = Path(__file__).parent

_KINDS = {
    "classes": (OWL.Class,),
    "properties": (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty),
}
_FURTHER_PREFIXES = {
    "http://purl.org/spar/fabio/": "fabio",
    "https://w3id.org/un/ontology/undo#": "undo",
    str(OWL): "owl",
}
_SEVERITIES = {SH.Violation: "violation", SH.Warning: "warning", SH.Info: "info"}


def page() -> str:
    """The page as HTML."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("ontology_page.html").render(contents())


def contents() -> dict[str, Any]:
    """What the template `ontology_contents.html` is filled with."""
    ontology, shapes, lists = _read("demandkb"), _read("shapes"), _read("codes", "outcomes")
    header = URIRef(str(KB).rstrip("#"))
    about = {_local(property_): value for property_, value in ontology.predicate_objects(header)}
    return {
        "title": _text(ontology, header, DCTERMS.title),
        "title_ar": _text(ontology, header, DCTERMS.title, "ar"),
        "description": _text(ontology, header, DCTERMS.description),
        "namespace": str(KB),
        "version": about["versionInfo"],
        "version_iri": about["versionIRI"],
        "licence": about["license"],
        "picture": Markup(picture(ontology)),  # noqa: S704  # made here, of escaped names
        "terms": {name: _terms(ontology, kinds) for name, kinds in _KINDS.items()},
        "shapes": _shapes(shapes),
        "lists": _lists(lists),
    }


def _read(*names: str) -> Graph:
    graph = Graph()
    for name in names:
        graph.parse(resources.folder("ontology") / f"{name}.ttl")
    return graph


def _local(term: Node) -> str:
    return re.split(r"[#/]", str(term))[-1]


def _short(term: Node) -> str:
    text = str(term)
    for namespace, prefix in _FURTHER_PREFIXES.items():
        if text.startswith(namespace):
            return f"{prefix}:{text.removeprefix(namespace)}"
    return shorten(text)


def _text(graph: Graph, node: Node, property_: URIRef, language: str = "en") -> str:
    texts = (text for text in graph.objects(node, property_) if isinstance(text, Literal))
    return min((str(text) for text in texts if text.language == language), default="")


# Terms


@dataclass(frozen=True, slots=True)
class _Term:
    """A class or property as the page shows it; `facts` are pairs of what (under, from, to) and terms."""

    name: str
    iri: str
    label: str
    label_ar: str
    definition: str
    facts: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    example: str


def _terms(ontology: Graph, kinds: Iterable[URIRef]) -> list[_Term]:
    terms = {s for kind in kinds for s in ontology.subjects(RDF.type, kind) if isinstance(s, URIRef)}
    examples = _examples()
    return [
        _Term(
            name=_short(term),
            iri=str(term),
            label=_text(ontology, term, RDFS.label),
            label_ar=_text(ontology, term, RDFS.label, "ar"),
            definition=_text(ontology, term, SKOS.definition),
            facts=tuple(fact for fact in _facts(ontology, term) if fact[1]),
            example=examples.get(_short(term), ""),
        )
        for term in sorted(terms)
    ]


def _facts(ontology: Graph, term: URIRef) -> Iterable[tuple[str, tuple[tuple[str, str], ...]]]:
    for told, found in (
        ("under", ontology.objects(term, RDFS.subClassOf)),
        ("under", ontology.objects(term, RDFS.subPropertyOf)),
        ("from", ontology.objects(term, RDFS.domain)),
        ("to", ontology.objects(term, RDFS.range)),
        ("over", ontology.subjects(RDFS.subClassOf, term)),
        ("leads on by", ontology.subjects(RDFS.domain, term)),
        ("is reached by", ontology.subjects(RDFS.range, term)),
    ):
        yield told, tuple((_short(each), str(each)) for each in sorted(found, key=_short))


def _examples() -> dict[str, str]:
    """The first example of each class, as it stands in the file of examples."""
    text = (resources.folder("ontology") / "examples" / "letter.ttl").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for block in text.split("\n\n"):
        for kind in re.findall(r"kb:\w+", block.split(";")[0].partition(" a ")[2]):
            found.setdefault(kind, block.strip())
    return found


# The picture

_PLACES = {
    "OtherDocument": (0, 0),
    "Document": (1, 0),
    "Mention": (2, 0),
    "DocumentMention": (3, 0),
    "Remark": (0, 1),
    "Letter": (1, 1),
    "Signature": (2, 1),
    "AddresseeMention": (3, 1),
    "DemandType": (0, 2),
    "Demand": (1, 2),
    "ReferencedDocument": (2, 2),
    "Addressee": (3, 2),
    "Decision": (0, 3),
    "Assessment": (1, 3),
    "Resolution": (2, 3),
    "SourceFile": (3, 3),
    "Match": (0, 4),
    "Outcome": (1, 4),
}
"""Column and row of the classes that are drawn: all but those of the short lists."""

_WIDTH, _HEIGHT, _ACROSS, _DOWN = 176, 40, 268, 112


@dataclass(slots=True)
class _Edge:
    """An arrow between two classes, with the names of the properties it stands for."""

    one: str
    other: str
    names: list[str] = field(default_factory=list)


def picture(ontology: Graph) -> str:
    """The main classes as SVG: solid arrows are properties, dashed ones lead to the wider class."""
    width, height = 3 * _ACROSS + _WIDTH + 40, 4 * _DOWN + _HEIGHT + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="group" '
        'aria-label="The main classes and what joins them">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>',
    ]
    parts += [_arrow(edge) for edge in _edges(ontology)]
    for name, place in _PLACES.items():
        x, y = _centre(place)
        parts.append(
            f'<a href="#{name}"><rect x="{x - _WIDTH / 2:g}" y="{y - _HEIGHT / 2:g}" width="{_WIDTH}" '
            f'height="{_HEIGHT}" rx="6"/><text x="{x:g}" y="{y + 5:g}">{name}</text></a>'
        )
    return "\n".join([*parts, "</svg>"])


def _centre(place: tuple[int, int]) -> tuple[float, float]:
    return 20 + _WIDTH / 2 + place[0] * _ACROSS, 20 + _HEIGHT / 2 + place[1] * _DOWN


def _edges(ontology: Graph) -> list[_Edge]:
    """What joins classes by domain and range, or else in the examples; and which class is under which."""
    examples = _read("examples/letter")
    edges: dict[tuple[str, str], _Edge] = {}
    for property_ in sorted(ontology.subjects(RDF.type, OWL.ObjectProperty), key=str):
        ends = [str(ontology.value(property_, end)) for end in (RDFS.domain, RDFS.range)]
        pairs = {(ends[0].removeprefix(str(KB)), ends[1].removeprefix(str(KB)))}
        if not all(end.startswith(str(KB)) for end in ends):
            pairs = {
                (_kind(examples, one), _kind(examples, other))
                for one, other in examples.subject_objects(property_)
            }
        for one, other in sorted(pairs):
            if one in _PLACES and other in _PLACES:
                edges.setdefault((one, other), _Edge(one, other)).names.append(_local(property_))
    under = [
        _Edge(_local(one), _local(other))
        for one, other in sorted(ontology.subject_objects(RDFS.subClassOf), key=str)
        if _local(one) in _PLACES and str(other).startswith(str(KB))
    ]
    return [*edges.values(), *under]


def _kind(examples: Graph, node: Node) -> str:
    kinds = sorted(_local(kind) for kind in examples.objects(node, RDF.type) if str(kind).startswith(str(KB)))
    return kinds[0] if kinds else ""


def _arrow(edge: _Edge) -> str:
    label = ", ".join(edge.names)
    x, y = _centre(_PLACES[edge.one])
    if edge.one == edge.other:
        right, bottom = x + _WIDTH / 2, y + _HEIGHT / 2
        path = f"M{right - 14:g} {bottom:g} v18 h38 v-28 h-24"
        words = f'<text class="name" x="{right + 6:g}" y="{bottom + 30:g}">{label}</text>'
        return f'<path class="joins" d="{path}"/>{words}'
    to_x, to_y = _centre(_PLACES[edge.other])
    from_x, from_y = _border(x, y, to_x, to_y)
    end_x, end_y = _border(to_x, to_y, x, y)
    line = f'<path class="{"joins" if label else "under"}" d="M{from_x:g} {from_y:g} L{end_x:g} {end_y:g}"/>'
    middle = f'x="{(from_x + end_x) / 2:g}" y="{(from_y + end_y) / 2 - 3:g}"'
    return line + (f'<text class="name" {middle}>{label}</text>' if label else "")


def _border(x: float, y: float, to_x: float, to_y: float) -> tuple[float, float]:
    """Where the line from the middle of a box to another point leaves the box."""
    across, down = to_x - x, to_y - y
    halves = ((_WIDTH / 2, across), (_HEIGHT / 2, down))
    share = min(half / abs(way) for half, way in halves if way)
    return round(x + across * share, 1), round(y + down * share, 1)


# Shapes and lists


def _shapes(shapes: Graph) -> list[tuple[str, list[dict[str, str]]]]:
    """The shapes in words, by what they look at."""
    targets = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)
    grouped: dict[str, list[dict[str, str]]] = {}
    for target in targets:
        for shape, looked_at in shapes.subject_objects(target):
            speaking = shapes.value(shape, SH.sparql) or shape
            grouped.setdefault(_short(looked_at), []).append(
                {
                    "name": _local(shape),
                    "about": _text(shapes, shape, SH.name),
                    "severity": _SEVERITIES[shapes.value(shape, SH.severity)],  # type: ignore[index]
                    "message": _text(shapes, speaking, SH.message),
                }
            )
    order = list(_SEVERITIES.values())
    for found in grouped.values():
        found.sort(key=lambda each: (order.index(each["severity"]), each["name"]))
    return sorted(grouped.items())


def _lists(lists: Graph) -> list[dict[str, object]]:
    """The short lists with their concepts."""
    return [
        {
            "title": _text(lists, scheme, DCTERMS.title),
            "concepts": [
                {
                    "name": _short(concept),
                    "iri": str(concept),
                    "label": _text(lists, concept, SKOS.prefLabel),
                    "label_ar": _text(lists, concept, SKOS.prefLabel, "ar"),
                    "definition": _text(lists, concept, SKOS.definition),
                }
                for concept in sorted(lists.subjects(SKOS.inScheme, scheme), key=str)
            ],
        }
        for scheme in sorted(lists.subjects(RDF.type, SKOS.ConceptScheme), key=str)
    ]


if __name__ == "__main__":
    sys.stdout.write(page())
