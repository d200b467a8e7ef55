"""Which shapes a letter may break: their conditions asked as SPARQL, before pyshacl is put to work.

A screen clears nothing that pyshacl would find fault with: whatever it doesn't know how to ask is suspect. What is
found, and how it is told, is for pyshacl alone to say.

https://www.w3.org/TR/shacl/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import pyoxigraph
from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, RDFS, SH, XSD
from rdflib.term import Node

__all__ = ["Screen"]

_NO_CONDITION = {
    SH.path, SH.name, SH.description, SH.message, SH.severity, SH.group, SH.order, SH.flags,
    SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, RDF.type,
}  # fmt: skip
"""What a shape is told by besides its conditions."""

_LEXICAL = {
    XSD.date: "^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$",
    XSD.gYearMonth: "^[1-9][0-9]{3}-(0[1-9]|1[0-2])$",
    XSD.gYear: "^[1-9][0-9]{3}$",
    XSD.integer: "^-?[0-9]{1,9}$",
    XSD.nonNegativeInteger: "^[0-9]{1,9}$",
}
"""Forms of values that every library takes for well written; a date must besides be a day of the calendar."""

_KINDS = {SH.IRI: "isIRI(?value)", SH.Literal: "isLiteral(?value)"}


class Screen:
    """The conditions of all shapes of a graph that have a target, as questions.

    `facts` is the vocabulary that the data is checked with: the classes of its terms, what is under which class.
    """

    def __init__(self, shapes: Graph, facts: Iterable[pyoxigraph.Quad]) -> None:
        self._facts = list(facts)
        self._prefixes: dict[str, str] = {}
        self._above: dict[str, set[str]] = {}
        for fact in self._facts:
            if str(fact.predicate) == _term(RDFS.subClassOf):
                self._above.setdefault(str(fact.object), set()).add(str(fact.subject))
        self._shapes = shapes
        targets = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)
        targeted = {shape for target in targets for shape in shapes.subjects(target)}
        self._named = sorted(shape for shape in targeted if isinstance(shape, URIRef))
        self._able = len(self._named) == len(targeted) and (None, SH.targetNode, None) not in shapes
        asked: dict[str, list[tuple[URIRef, str]]] = {}
        for shape in self._named:
            for target in self._targets(shape):
                asked.setdefault(target, []).extend((shape, where) for where in self._faults(shape, target))
        head = "".join(f"PREFIX {prefix}: <{address}> " for prefix, address in sorted(self._prefixes.items()))
        self._questions = [
            (f"ASK {{ {target} }}", [(shape, f"{head} ASK {{ {where} }}") for shape, where in questions])
            for target, questions in asked.items()
        ]

    def suspects(self, nquads: Sequence[str]) -> list[URIRef]:
        """Give the shapes that a letter may break, all of them if in doubt; none where it surely conforms.

        `nquads` are the lines of its graph, none twice.
        """
        text = "\n".join(nquads)
        if not self._able or _UNDER in text:
            return self._named
        data = pyoxigraph.Store()
        data.bulk_extend(self._facts)
        data.load(text.encode(), pyoxigraph.RdfFormat.N_QUADS, lenient=True)
        if not set(nquads) <= set(_dumped(data)):  # Oxigraph keeps values, whichever way they were written
            return self._named
        ask = partial(data.query, use_default_graph_as_union=True)
        found = (shape for any_, each in self._questions if ask(any_) for shape, fault in each if ask(fault))
        return list(dict.fromkeys(found))

    # What a shape looks at

    def _targets(self, shape: Node) -> Iterator[str]:
        for kind in self._shapes.objects(shape, SH.targetClass):
            yield self._is_a("?this", kind)
        for property_ in self._shapes.objects(shape, SH.targetSubjectsOf):
            yield f"?this {_term(property_)} ?any ."
        for property_ in self._shapes.objects(shape, SH.targetObjectsOf):
            yield f"?any {_term(property_)} ?this ."

    def _is_a(self, what: str, kind: Node) -> str:
        kinds, new = {_term(kind)}, [_term(kind)]
        while new:
            new = sorted(self._above.get(new[0], set()) - kinds) + new[1:]
            kinds.update(new)
        if len(kinds) == 1:
            return f"{what} a {_term(kind)} ."
        return f"VALUES ?kind {{ {' '.join(sorted(kinds))} }} {what} a ?kind ."

    def _path(self, path: Node) -> str:
        if isinstance(path, URIRef):
            return path.n3()
        choices = self._shapes.value(path, SH.alternativePath)
        steps = Collection(self._shapes, path if choices is None else choices)
        if not len(steps):
            raise _UnknownError
        return f"({('/' if choices is None else '|').join(map(self._path, steps))})"

    # When it may find fault

    def _faults(self, shape: Node, target: str) -> list[str]:
        """Patterns of which one finds something whenever a node of the target breaks the shape."""
        try:
            return list(self._asked(shape, target))
        except _UnknownError:
            return [target]

    def _asked(self, shape: Node, target: str) -> Iterator[str]:
        path = self._shapes.value(shape, SH.path)
        told = {
            property_: [*self._shapes.objects(shape, property_)]
            for property_ in set(self._shapes.predicates(shape)) - _NO_CONDITION
        }
        for query in told.pop(SH.sparql, ()):
            yield f"{target} {{ {self._query(query)} }}"
        if path is None:
            if told:
                raise _UnknownError
            return
        has = f"?this {self._path(path)} ?value ."
        least = _number(told.pop(SH.minCount, [Literal(0)]))
        most = _number(told.pop(SH.maxCount, [Literal(-1)]))
        if least == 1:
            yield f"{target} MINUS {{ {has} }}"
        if least > 1 or most >= 0:
            bounds = [f"?count < {least}"] * (least > 1) + [f"?count > {most}"] * (most >= 0)
            yield (
                f"{{ SELECT ?this (COUNT(DISTINCT ?value) AS ?count) WHERE {{ {target} OPTIONAL {{ {has} }} }} "
                f"GROUP BY ?this }} FILTER ({' || '.join(bounds)})"
            )
        for kind in told.pop(SH["class"], ()):
            yield f"{target} {has} MINUS {{ {self._is_a('?value', kind)} }}"
        for other in told.pop(SH.lessThan, ()):
            yield f"{target} {has} ?this {_term(other)} ?bound FILTER (!COALESCE(?value < ?bound, false))"
        for nested in told.pop(SH.qualifiedValueShape, ()):
            kinds = [*self._shapes.objects(nested, SH["class"])]
            if (
                len(kinds) != 1
                or len([*self._shapes.predicates(nested)]) != 1
                or _number(told.pop(SH.qualifiedMinCount, [Literal(0)])) != 1
            ):
                raise _UnknownError
            yield f"{target} MINUS {{ {has} {self._is_a('?value', kinds[0])} }}"
        if told:
            sure = " && ".join(
                self._sure(shape, property_, each) for property_, values in told.items() for each in values
            )
            yield f"{target} {has} FILTER (!COALESCE({sure}, false))"

    def _query(self, constraint: Node) -> str:
        select = self._shapes.value(constraint, SH.select)
        if select is None:
            raise _UnknownError
        for declared in self._shapes.objects(constraint, SH.prefixes / SH.declare):
            prefix, address = (str(self._shapes.value(declared, each)) for each in (SH.prefix, SH.namespace))
            if self._prefixes.setdefault(prefix, address) != address:
                raise _UnknownError
        return str(select).replace("$this", "?this")

    # What is surely right of a value

    def _sure(self, shape: Node, property_: Node, value: Node) -> str:
        """A condition that is true only of values that pyshacl accepts."""
        condition = _CONDITIONS.get(property_)
        if condition is not None:
            return condition(value)
        if property_ == SH.pattern:
            flags = "".join(f", {_term(flag)}" for flag in self._shapes.objects(shape, SH.flags))
            return f"REGEX(STR(?value), {_term(value)}{flags})"
        if property_ == SH["or"]:
            return self._any(value, self._conforms)
        if property_ == SH["not"]:
            return self._breaks(value)
        raise _UnknownError

    def _any(self, choices: Node, sure: Callable[[Node], str], sign: str = " || ") -> str:
        return f"({sign.join(map(sure, Collection(self._shapes, choices)))})"

    def _conforms(self, nested: Node) -> str:
        told = [each for each in self._shapes.predicate_objects(nested) if each[0] not in _NO_CONDITION]
        if not told or self._shapes.value(nested, SH.path) is not None:
            raise _UnknownError
        return f"({' && '.join(self._sure(nested, *each) for each in told)})"

    def _breaks(self, nested: Node) -> str:
        """A condition that is true only of values that pyshacl does not accept."""
        told = [*self._shapes.predicate_objects(nested)]
        if len(told) == 1 and told[0][0] == SH.datatype:
            return f"(DATATYPE(?value) != {_term(told[0][1])})"
        if len(told) == 1 and told[0][0] == SH["or"]:
            return self._any(told[0][1], self._breaks, " && ")
        raise _UnknownError


class _UnknownError(Exception):
    """A shape has a condition that is not asked here."""


_UNDER = f"> {RDFS.subClassOf.n3()} "


def _dumped(data: pyoxigraph.Store) -> list[str]:
    written = data.dump(format=pyoxigraph.RdfFormat.N_QUADS) or b""
    return written.decode().split("\n")


def _term(node: Node) -> str:
    return node.n3()


def _number(values: list[Node]) -> int:
    if len(values) != 1 or not isinstance(values[0], Literal):
        raise _UnknownError
    return int(values[0])


def _node_kind(kind: Node) -> str:
    if kind not in _KINDS:
        raise _UnknownError
    return _KINDS[kind]  # type: ignore[index]  # just looked up


def _datatype(datatype: Node) -> str:
    if datatype not in _LEXICAL:
        raise _UnknownError
    form = Literal(_LEXICAL[datatype]).n3()  # type: ignore[index]  # just looked up
    day = f" && BOUND(?value) && STRLEN(STR(<{XSD.date}>(STR(?value)))) > 0" if datatype == XSD.date else ""
    return f"(DATATYPE(?value) = {_term(datatype)} && REGEX(STR(?value), {form}){day})"


def _length(sign: str, length: Node) -> str:
    return f"(!isBlank(?value) && STRLEN(STR(?value)) {sign} {_term(length)})"


def _compared(sign: str, bound: Node) -> str:
    return f"(isNumeric(?value) && ?value {sign} {_term(bound)})"


_CONDITIONS: dict[Node, Callable[[Node], str]] = {
    SH.nodeKind: _node_kind,
    SH.datatype: _datatype,
    SH.minLength: partial(_length, ">="),
    SH.maxLength: partial(_length, "<="),
    SH.minInclusive: partial(_compared, ">="),
    SH.maxInclusive: partial(_compared, "<="),
}
