"""JSON-LD that a web developer would like to read: nested, with the short keys of `ontology/context.jsonld`.

Writing only. What each key means is the context's to say; here the key is looked for that says it best, and
where none fits a value it is written out in full. So any JSON-LD processor gets back exactly what went in.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import pyoxigraph

from kb import resources
from kb.namespaces import PREFIXES

__all__ = ["Context", "flat", "nested"]

_Node: TypeAlias = dict[str, list[Any]]
"""A subject's properties: IRI of the property to its objects, in order."""

_TYPE = PREFIXES["rdf"] + "type"
_STRING = PREFIXES["xsd"] + "string"
_LANGUAGE_STRING = PREFIXES["rdf"] + "langString"
_NATIVE = {PREFIXES["xsd"] + "integer": r"0|-?[1-9]\d{0,14}", PREFIXES["xsd"] + "boolean": r"true|false"}


@dataclass(frozen=True, slots=True)
class _Key:
    """A key of the context: for values of which type, kept in which container, names in which vocabulary."""

    name: str
    type: str | None
    container: str | None
    vocabulary: str | None
    order: int


class Context:
    """The project's JSON-LD context, for a collection whose addresses begin with `base`."""

    def __init__(self, base: str) -> None:
        path = resources.folder("ontology") / "context.jsonld"
        self.document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["@context"]
        self.document["@base"] = base
        self.base = base

    @cached_property
    def _prefixes(self) -> dict[str, str]:
        return {name: told for name, told in self.document.items() if told == PREFIXES.get(name)}

    @cached_property
    def _keys(self) -> dict[str, _Key]:
        keys: dict[str, _Key] = {}
        for order, (name, told) in enumerate(self.document.items()):
            if (
                name.startswith("@")
                or name in self._prefixes
                or (isinstance(told, str) and told.startswith("@"))
            ):
                continue
            fields: dict[str, Any] = {"@id": told} if isinstance(told, str) else told
            type_ = fields.get("@type")
            keys[self._expand(fields.get("@id", name))] = _Key(
                name,
                self._expand(type_) if type_ and type_[0] != "@" else type_,
                fields.get("@container"),
                fields.get("@context", {}).get("@vocab"),
                order,
            )
        return keys

    def _expand(self, name: str) -> str:
        prefix, colon, local = name.partition(":")
        return self._prefixes[prefix] + local if colon else str(self.document["@vocab"]) + name

    def id(self, iri: str) -> str:
        """An IRI as short as it can be told."""
        if iri.startswith(self.base) and re.fullmatch(r"[\w-]+(/[\w-]+)*", iri[len(self.base) :]):
            return iri[len(self.base) :]
        return self._compact(iri)

    def _compact(self, iri: str) -> str:
        for prefix, namespace in self._prefixes.items():
            if iri.startswith(namespace) and re.fullmatch(r"[\w-]+", iri[len(namespace) :]):
                return f"{prefix}:{iri[len(namespace) :]}"
        return iri

    def _name(self, iri: str) -> str:
        """The key for a property or class without regard to values."""
        if iri in self._keys:
            return self._keys[iri].name
        vocabulary = str(self.document["@vocab"])
        local = iri[len(vocabulary) :]
        if iri.startswith(vocabulary) and re.fullmatch(r"\w+", local) and local not in self.document:
            return local
        return self._compact(iri)

    def describe(self, iri: str, node: _Node, nest: dict[tuple[str, str, str], Any]) -> dict[str, Any]:
        """A subject as a JSON object; `nest` has what goes inside, by (subject, property, object)."""
        described: dict[str, Any] = {"id": self.id(iri)}
        if _TYPE in node:
            types = [self._name(each.value) for each in node[_TYPE]]
            described["type"] = types if len(types) > 1 else types[0]
        for predicate in sorted((each for each in node if each != _TYPE), key=self._order):
            for term in node[predicate]:
                self._add(described, predicate, term, nest.get((iri, predicate, _key(term))))
        return described

    def nests(self, predicate: str) -> bool:
        """Whether what a property leads to may be described inside; a key's own vocabulary would reach into it."""
        key = self._keys.get(predicate)
        return predicate != _TYPE and not (key and key.vocabulary)

    def _order(self, predicate: str) -> tuple[int, str]:
        key = self._keys.get(predicate)
        return (key.order if key else len(self.document), predicate)

    def _add(self, described: dict[str, Any], predicate: str, term: Any, inside: Any) -> None:
        key = self._keys.get(predicate)
        if key and key.container == "@language":
            if isinstance(term, pyoxigraph.Literal) and term.datatype.value in (_STRING, _LANGUAGE_STRING):
                _append(described.setdefault(key.name, {}), term.language or "@none", term.value)
                return
            key, name = None, self._compact(predicate)
        else:
            name = self._name(predicate)
        value = inside if inside is not None else self._value(key, term)
        if key and key.container == "@set":
            described.setdefault(name, []).append(value)
        else:
            _append(described, name, value)

    def _value(self, key: _Key | None, term: Any) -> Any:
        kind = key.type if key else None
        if isinstance(term, pyoxigraph.NamedNode):
            if kind == "@id":
                return self.id(term.value)
            if kind == "@vocab" and key and key.vocabulary and term.value.startswith(key.vocabulary):
                local = term.value[len(key.vocabulary) :]
                if re.fullmatch(r"[\w-]+", local) and local not in self.document:
                    return local
            return {"id": self.id(term.value)}
        if isinstance(term, pyoxigraph.BlankNode):
            return {"id": str(term)}
        if term.language:
            return {"@value": term.value, "@language": term.language}
        datatype = term.datatype.value
        if datatype == kind or (datatype == _STRING and kind is None):
            return term.value
        if kind is None and re.fullmatch(_NATIVE.get(datatype, r"(?!)"), term.value):
            return json.loads(term.value)
        return {"@value": term.value, "@type": self._compact(datatype)}


def _append(described: dict[str, Any], name: str, value: Any) -> None:
    """Put a second value beside the first in a list, and one alone without."""
    if name not in described:
        described[name] = value
    elif isinstance(described[name], list):
        described[name].append(value)
    else:
        described[name] = [described[name], value]


def nested(root: str, triples: Iterable[pyoxigraph.Triple], context: Context) -> dict[str, Any]:
    """One graph as one object, the description of `root` first.

    What another describes is put inside it where it is named first, nearest to the root; what nothing names
    stands beside.
    """
    nodes: dict[str, _Node] = {}
    for triple in triples:
        node = nodes.setdefault(_key(triple.subject), {})
        node.setdefault(triple.predicate.value, []).append(triple.object)
    parents: dict[str, tuple[str, str, str]] = {}
    tops, order = [], []
    for top in [root, *_unnamed(nodes), *nodes]:
        if top not in nodes or top in parents or top in tops:
            continue
        tops.append(top)
        queue = deque([top])
        while queue:
            iri = queue.popleft()
            order.append(iri)
            for predicate in sorted(filter(context.nests, nodes[iri]), key=context._order):
                for term in nodes[iri][predicate]:
                    inner = _key(term)
                    if inner in nodes and inner not in parents and inner not in tops:
                        parents[inner] = (iri, predicate, inner)
                        queue.append(inner)
    inside: dict[tuple[str, str, str], Any] = {}
    for iri in reversed(order):
        described = context.describe(iri, nodes[iri], inside)
        if iri in parents:
            inside[parents[iri]] = described
        else:
            inside["", "", iri] = described
    return {"id": context.id(root), "graph": [inside["", "", top] for top in tops]}


def flat(
    name: str, triples: Iterable[pyoxigraph.Triple], context: Context, size: int = 500
) -> Iterator[dict[str, Any]]:
    """One graph as objects that hold up to `size` subjects each; `triples` come grouped by subject."""
    subject, node = "", _Node()
    described: list[Any] = []
    for triple in triples:
        if _key(triple.subject) != subject:
            if node:
                described.append(context.describe(subject, node, {}))
            subject, node = _key(triple.subject), {}
            if len(described) == size:
                yield {"id": context.id(name), "graph": described}
                described = []
        node.setdefault(triple.predicate.value, []).append(triple.object)
    if node:
        described.append(context.describe(subject, node, {}))
    if described:
        yield {"id": context.id(name), "graph": described}


def _key(term: Any) -> str:
    """What a node is known by; a literal, by something that no node is known by."""
    return term.value if isinstance(term, pyoxigraph.NamedNode) else str(term)


def _unnamed(nodes: dict[str, _Node]) -> list[str]:
    """The subjects that no other names, in order."""
    named = {
        _key(term)
        for iri, node in nodes.items()
        for terms in node.values()
        for term in terms
        if _key(term) != iri
    }
    return [iri for iri in nodes if iri not in named]
