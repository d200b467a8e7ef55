"""SHACL over graphs of the knowledge base or over any RDF files: what breaks the shapes becomes findings.

pyshacl works on one rdflib graph in memory that holds a batch of graphs and, of the vocabulary, only what
the shapes ask for: which class a concept is of, which list it is in, which class is under which. Nothing is
fetched: `owl:imports` is not followed, and shapes that would ask other servers are refused.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import pyoxigraph
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DCTERMS, OWL, PROV, RDF, RDFS, SH, SKOS, XSD
from rdflib.term import IdentifiedNode, Node

from kb import resources, sparql, store
from kb.errors import DataError, KbError, OutsideError, UsageError
from kb.findings import Finding
from kb.graph import KB, OA, SCHEMA
from kb.letter import Span
from kb.screening import Screen
from kb.sparql import Ask
from kb.store import excerpt_query

__all__ = [
    "shapes_graph",
    "unknown_shacl_terms",
    "validate",
    "validate_files",
    "validate_letter",
    "validate_store",
    "vocabulary",
]

_Triple = tuple[Node, Node, Node]


def validate(
    graphs: Iterable[Graph], shapes: Sequence[Path] = (), context: Iterable[_Triple] = ()
) -> list[Finding]:
    """Check graphs together against the project's shapes, and those of further files.

    Each finding names the graph that holds its focus node; where several do, there is one finding for each.
    `context` are facts of other graphs that a check needs: the date of the letter whose demand is assessed.
    Raises DataError where a file of shapes can't be used, or pyshacl can't make sense of the data.
    """
    try:
        return _judged(list(graphs), shapes_graph(*shapes), context)
    except DataError:
        raise
    except Exception as error:
        # Whatever strangers' data or shapes make pyshacl or rdflib raise is about these.
        what = "these shapes can't be applied" if shapes else "the data can't be checked"
        raise DataError(f"{what}: {error}", shapes[0] if shapes else None) from error


def _judged(
    graphs: Sequence[Graph],
    shapes: Graph,
    context: Iterable[_Triple] = (),
    use: list[str | URIRef] | None = None,
) -> list[Finding]:
    """What pyshacl finds, by all shapes or those to `use`."""
    import pyshacl  # most letters that are checked alone do without it, and it takes a while to import

    sources = [vocabulary(), context, *graphs]
    data = _Data(*([_facts(), *graphs] if use else [_together(*sources)]))
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, do_owl_imports=False, use_shapes=use)
    results = _Results(report, shapes, data, graphs)
    found = {finding for node in report.objects(None, SH.result) for finding in results.findings(node)}
    return sorted(found, key=lambda finding: (finding.order, finding.graph or ""))


def validate_letter(graph: Graph, nquads: Sequence[str]) -> list[Finding]:
    """Check a letter's graph, which `nquads` are the lines of; what pyshacl finds, in about a quarter of its time.

    Only the shapes that the letter may break are put before it, and all of them where it may be a violation.
    """
    suspects = _screen().suspects(nquads)
    if not suspects:
        return []
    grave = any((shape, SH.severity, SH.Violation) in shapes_graph() for shape in suspects)
    return _judged([graph], shapes_graph(), use=None if grave else [*suspects])


@lru_cache(maxsize=1)
def _screen() -> Screen:
    facts = (pyoxigraph.Quad(*map(store.term, triple)) for triple in vocabulary())
    return Screen(shapes_graph(), facts)


def validate_files(paths: Sequence[Path], shapes: Sequence[Path] = ()) -> list[Finding]:
    """Check RDF files together: Turtle, TriG, N-Triples, N-Quads, RDF/XML or JSON-LD, told by their names.

    Raises DataError, with line and column, for a file that doesn't parse, and UsageError for another format.
    """
    return validate([_read(path) for path in paths], shapes)


def validate_store(ask: Ask, shapes: Sequence[Path] = ()) -> list[Finding]:
    """Check all that a store holds besides vocabulary, letter by letter, and then what concerns several.

    `ask` answers SPARQL: a build, or a store elsewhere. No more than a letter is in memory.
    """
    found: list[Finding] = []
    others = []
    for name in _graphs(ask):
        graph = Graph(identifier=URIRef(name.value), bind_namespaces="none")
        for s, p, o in _rows(ask, excerpt_query(name.value)):
            graph.add((_from(s), _from(p), _from(o)))
        if (graph.identifier, SCHEMA.text, None) in graph:
            plain = not any(isinstance(term, BNode) for triple in graph for term in triple)
            screened = plain and not shapes
            found += validate_letter(graph, store.nquads(graph)) if screened else validate([graph], shapes)
        else:
            others.append(graph)
    told = {(each.shape, each.component, each.focus, each.value) for each in found}
    rest = validate(others, shapes)
    return found + [e for e in rest if (e.shape, e.component, e.focus, e.value) not in told]


def _graphs(ask: Ask) -> list[pyoxigraph.NamedNode]:
    """The names of the graphs that hold no vocabulary."""
    text = f"""SELECT DISTINCT ?graph WHERE {{ GRAPH ?graph {{ ?s ?p ?o }}
        MINUS {{ VALUES ?kind {{ <{OWL.Ontology}> <{SKOS.ConceptScheme}> }}
            GRAPH ?graph {{ ?vocabulary a ?kind }} }} }}"""
    return sorted((row["graph"] for row in _rows(ask, text)), key=lambda name: str(name.value))


def _rows(ask: Ask, text: str) -> Iterator[Any]:
    answer = ask(text)
    if isinstance(answer, pyoxigraph.QueryBoolean):
        raise OutsideError("the store answers yes or no to a question for data")
    return iter(answer)


class _Data(Graph):
    """Several graphs as one; it remembers how a query parses, because pyshacl asks the same one of every node."""

    def __init__(self, *graphs: Graph) -> None:
        super().__init__(bind_namespaces="none")
        self.graphs = graphs

    def triples(self, triple: Any) -> Any:
        if len(self.graphs) == 1:
            return self.graphs[0].triples(triple)
        return iter({found: None for graph in self.graphs for found in graph.triples(triple)})

    def __contains__(self, triple: Any) -> bool:
        return any(triple in graph for graph in self.graphs)

    def query(self, query_object: Any, *args: Any, **options: Any) -> Any:
        prepared = _prepared(query_object) if isinstance(query_object, str) else query_object
        return super().query(prepared, *args, **options)


def _together(*sources: Iterable[_Triple]) -> Graph:
    graph = Graph("SimpleMemory", bind_namespaces="none")
    graph.addN((*triple, graph) for triple in chain(*sources))
    return graph


@lru_cache(maxsize=1)
def _facts() -> Graph:
    return _together(vocabulary())


@lru_cache(maxsize=256)
def _prepared(query: str) -> Any:
    from rdflib.plugins.sparql import prepareQuery  # likewise

    return prepareQuery(query)


# What the shapes and the vocabulary say


@lru_cache(maxsize=1)
def vocabulary() -> tuple[_Triple, ...]:
    """The facts of the ontology's files that shapes ask for."""
    folder = resources.folder("ontology")
    terms = Graph()
    for path in sorted(folder.glob("*.ttl")):
        if path.stem not in ("shapes", "authorities"):
            terms += _read(path)
    kinds = {kind for kind in terms.objects(None, RDF.type) if not str(kind).startswith(str(OWL))}
    facts = [(s, p, o) for p in (RDFS.subClassOf, SKOS.inScheme) for s, o in terms.subject_objects(p)]
    facts += [(s, RDF.type, kind) for kind in kinds for s in terms.subjects(RDF.type, kind)]
    # A known document is described by its name alone, or else it would be checked with every letter.
    known = _read(folder / "authorities.ttl")
    documents = list(known.subjects(RDF.type, KB.ReferencedDocument))
    facts += [(s, RDFS.label, label) for s in documents if (label := known.value(s, RDFS.label)) is not None]
    return tuple(facts)


@lru_cache(maxsize=8)
def shapes_graph(*further: Path) -> Graph:
    """The project's shapes and those of further files. Raises DataError where one of these can't be used."""
    graph = _read(resources.folder("ontology") / "shapes.ttl")
    for path in further:
        added = _read(path)
        _refuse(added, path)
        for triple in added:
            graph.add(triple)
    return graph


def _refuse(shapes: Graph, path: Path) -> None:
    """Refuse shapes that would check less than they seem to, or would ask another server."""
    for term in unknown_shacl_terms(shapes):
        near = get_close_matches(term, [str(known).removeprefix(str(SH)) for known in dir(SH)], 1)
        raise DataError(f"SHACL has no sh:{term}{f': did you mean sh:{near[0]}?' if near else ''}", path)
    if (None, SH.js, None) in shapes or (None, SH.rule, None) in shapes:
        raise DataError("SHACL rules and JavaScript are not run: use SHACL Core or SHACL-SPARQL", path)
    for property_ in (SH.select, SH.ask):
        for node, query in shapes.subject_objects(property_):
            text = "".join(f"PREFIX {p}: <{n}>\n" for p, n in _declared(shapes, node)) + str(query)
            try:
                sparql.check(text)
            except KbError as error:
                raise DataError(f"a query of these shapes can't be asked: {error.message}", path) from error
            if _prepared(text).algebra.datasetClause:
                raise DataError("a query of these shapes names data to be fetched: leave out its FROM", path)


def _declared(shapes: Graph, node: Node) -> Iterable[tuple[Node, Node]]:
    for declaration in shapes.objects(node, SH.prefixes / SH.declare):
        prefix, namespace = shapes.value(declaration, SH.prefix), shapes.value(declaration, SH.namespace)
        if prefix is not None and namespace is not None:
            yield prefix, namespace


def unknown_shacl_terms(shapes: Graph) -> list[str]:
    """The names in the SHACL namespace that SHACL doesn't define: a mistyped one would check nothing."""
    terms = {str(term) for triple in shapes for term in triple if str(term).startswith(str(SH))}
    names = (term.removeprefix(str(SH)) for term in terms)
    return sorted(name for name in names if name and URIRef(f"{SH}{name}") not in SH)


# Results become findings


class _Results:
    """The results of a SHACL report, read with the shapes and the data they are about."""

    def __init__(self, report: Graph, shapes: Graph, data: Graph, graphs: Sequence[Graph]) -> None:
        self.report = report
        self.shapes = shapes
        self.data = data
        self.graphs = graphs
        tagged = (each for each in shapes.objects(None, SH.message) if isinstance(each, Literal))
        self.languages = {str(each): each.language for each in tagged}

    def findings(self, result: Node) -> Iterator[Finding]:
        """The findings of one result: one for each graph that holds its focus node."""
        told = {property_: self.report.value(result, property_) for property_ in _ONCE}
        focus, value, path = told[SH.focusNode], told[SH.value], told[SH.resultPath]
        if isinstance(path, BNode):  # pyshacl copies only its first node
            path = self.shapes.value(told[SH.sourceShape], SH.path)
        finding = Finding(
            severity=_SEVERITIES.get(told[SH.resultSeverity], "violation"),
            shape=_name(told[SH.sourceShape]),
            component=_name(told[SH.sourceConstraintComponent]),
            messages=self.messages(result),
            focus=_name(focus),
            path=None if path is None else _path(self.shapes, path),
            value=None if value is None else _term(value),
        )
        place = next((p for node in (value, focus) if (p := self.place(node)) is not None), None)
        held = [graph for graph in self.graphs if (focus, None, None) in graph]
        for graph in held or self.graphs[:1]:
            yield self.located(finding, graph, place, focus)

    def messages(self, result: Node) -> tuple[tuple[str, str], ...]:
        """The messages of a result by language, which pyshacl forgets for constraints in SPARQL."""
        told = {}
        for message in sorted(self.report.objects(result, SH.resultMessage), key=str):
            language = getattr(message, "language", None) or self.languages.get(str(message)) or "en"
            told[language] = str(message)
        return tuple(sorted(told.items()))

    def place(self, node: Node | None) -> Node | None:
        """The evidence of a node, or itself if it is evidence."""
        if not isinstance(node, IdentifiedNode):
            return None
        return node if (node, OA.hasSelector, None) in self.data else self.data.value(node, KB.evidence)

    def located(self, finding: Finding, graph: Graph, place: Node | None, focus: Node | None) -> Finding:
        """The finding with its graph and, where evidence tells, the place in the letter."""
        data = self.data
        letter = data.value(place, OA.hasSource) if place else data.value(focus, DCTERMS.isPartOf) or focus
        file = data.value(data.value(letter, PROV.wasDerivedFrom), SCHEMA.name)
        name = str(file) if file is not None else getattr(graph, "file", None)
        finding = replace(finding, graph=_name(graph.identifier), file=name)
        span, text = self.span(place), str(data.value(letter, SCHEMA.text) or "")
        if span is None or not 0 <= span.start < span.end <= len(text):
            return finding
        finding = replace(finding, words=text[span.start : span.end])
        if file is None or not str(file).endswith(_OWN_LINES):
            return finding
        line = text.count("\n", 0, span.start) + 1
        return replace(finding, line=line, column=span.start - text.rfind("\n", 0, span.start))

    def span(self, place: Node | None) -> Span | None:
        """The offsets that a place is told by."""
        for selector in self.data.objects(place, OA.hasSelector) if place else ():
            bounds = [self.data.value(selector, bound) for bound in (OA.start, OA.end)]
            numbers = [bound.value for bound in bounds if isinstance(bound, Literal)]
            if len(numbers) == 2 and all(isinstance(number, int) for number in numbers):
                return Span(*numbers)
        return None


_ONCE = (
    SH.focusNode,
    SH.value,
    SH.resultPath,
    SH.resultSeverity,
    SH.sourceShape,
    SH.sourceConstraintComponent,
)
_OWN_LINES = (".txt", ".md")
"""Files whose text is read unchanged, so that lines of the text are lines of the file."""
_SEVERITIES: dict[Node | None, Any] = {SH.Violation: "violation", SH.Warning: "warning", SH.Info: "info"}


def _name(node: Node | None) -> str:
    return f"_:{node}" if isinstance(node, BNode) else str(node or "")


def _term(node: Node) -> str:
    """A term as N-Triples writes it."""
    if isinstance(node, Literal):
        datatype = pyoxigraph.NamedNode(str(node.datatype)) if node.datatype and not node.language else None
        return str(pyoxigraph.Literal(str(node), language=node.language, datatype=datatype))
    return _name(node) if isinstance(node, BNode) else f"<{node}>"


def _path(shapes: Graph, path: Node) -> str:
    """A SHACL path as an IRI, or as a SPARQL property path."""
    if isinstance(path, URIRef):
        return str(path)
    choices = shapes.value(path, SH.alternativePath)
    if choices is not None:
        return " | ".join(_path(shapes, step) for step in Collection(shapes, choices))
    inverse = shapes.value(path, SH.inversePath)
    if inverse is not None:
        return f"^ {_path(shapes, inverse)}"
    for property_, sign in ((SH.zeroOrMorePath, "*"), (SH.oneOrMorePath, "+"), (SH.zeroOrOnePath, "?")):
        step = shapes.value(path, property_)
        if step is not None:
            return f"{_path(shapes, step)} {sign}"
    return " / ".join(_path(shapes, step) for step in Collection(shapes, path))


# RDF files


class _File(Graph):
    """The graph of an RDF file, which knows the file's name."""

    def __init__(self, path: Path) -> None:
        super().__init__(identifier=URIRef(_address(path)), bind_namespaces="none")
        self.file = str(path)


def _read(path: Path) -> Graph:
    form = pyoxigraph.RdfFormat.from_extension(path.suffix.removeprefix("."))
    if form is None and str(path) != "-":
        raise UsageError(f"{path.suffix or 'no ending'} is no RDF format: use {', '.join(_ENDINGS)}", path)
    graph = _File(path)
    try:
        source = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        for quad in pyoxigraph.parse(
            source, format=form or pyoxigraph.RdfFormat.TRIG, base_iri=_address(path), rename_blank_nodes=True
        ):
            graph.add((_from(quad.subject), _from(quad.predicate), _from(quad.object)))
    except SyntaxError as error:
        raise DataError(_cause(error), path, error.lineno, error.offset) from error
    return graph


_ENDINGS = (".ttl", ".trig", ".nt", ".nq", ".rdf", ".jsonld")


def _address(path: Path) -> str:
    return path.absolute().as_uri()


def _cause(error: SyntaxError) -> str:
    if "LoadDocumentCallback" in error.msg:
        return "its JSON-LD context is on the web, and nothing is fetched: put the context into the file"
    return error.msg.split(": ", 1)[-1]


def _from(term: Any) -> Any:
    if isinstance(term, pyoxigraph.NamedNode):
        return URIRef(term.value)
    if isinstance(term, pyoxigraph.BlankNode):
        return BNode(term.value)
    if isinstance(term, pyoxigraph.Literal):
        datatype = (
            None if term.language or term.datatype.value == str(XSD.string) else URIRef(term.datatype.value)
        )
        return Literal(term.value, lang=term.language, datatype=datatype, normalize=False)
    raise DataError("statements about statements (RDF-star) are not checked")
