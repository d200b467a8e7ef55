"""The graph in formats that others read: RDF of every kind, and tables.

Everything goes out letter by letter, sorted, and never more than one letter or a fixed number of statements
is in memory at a time. The order is that of the text: graphs by name, in each graph the statements by
subject, where a letter comes before its parts.
"""

from __future__ import annotations

import heapq
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import chain, islice
from typing import IO, Literal, TypeAlias, cast, get_args

import pyoxigraph

from kb import jsonld
from kb.errors import DataError, UsageError
from kb.namespaces import PREFIXES
from kb.store import Store

__all__ = ["RDF_FORMATS", "RdfFormat", "export", "find_letter", "statements"]

RdfFormat: TypeAlias = Literal["turtle", "trig", "ntriples", "nquads", "rdfxml", "jsonld"]
RDF_FORMATS: tuple[RdfFormat, ...] = get_args(RdfFormat)

IN_MEMORY = 100_000
"""How many statements of a graph are sorted in memory; beyond that sorted pieces are merged from files."""

_TEXT = f"<{PREFIXES['schema']}text> ".encode()
_TYPE = f"<{PREFIXES['rdf']}type>".encode()
# The collection's own addresses are written out: as prefixed names every "/" in them would be escaped.
_PREFIXES = {prefix: namespace for prefix, namespace in PREFIXES.items() if prefix != "id"}
# XML 1.0 has no way at all to say these.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def export(
    store: Store, form: RdfFormat, output: IO[bytes], letter: str | None = None, *, texts: bool = True
) -> None:
    """Write the graph, or that of the letter with that id, to a binary file.

    Without `texts` the full texts of letters are left out. Raises UsageError where there is no such letter,
    and DataError where a format can't hold what a letter says.
    """
    graphs = [find_letter(store, letter)] if letter else store.graphs()
    _WRITERS[form](store, graphs, output, texts)


def find_letter(store: Store, letter: str) -> pyoxigraph.NamedNode:
    """Find the graph of the letter with that id. Raises UsageError where there is none."""
    from difflib import get_close_matches

    ids = {name.value.rpartition("/letter/")[2]: name for name in store.graphs() if "/letter/" in name.value}
    if letter in ids:
        return ids[letter]
    near = get_close_matches(letter, ids, 1)
    raise UsageError(f"there is no letter {letter!r}" + (f": did you mean {near[0]}?" if near else ""))


# Statements in order


def statements(store: Store, graph: pyoxigraph.NamedNode, *, texts: bool = True) -> Iterator[bytes]:
    """The lines of a graph's N-Triples, sorted: what the graph is named by, its parts, then all else."""
    own = str(graph)[:-1].encode()

    def place(line: bytes) -> tuple[bool, bytes]:
        # "<…/letter/x> " would come after "<…/letter/x/demand/…> "; the type comes first of all properties.
        return (not line.startswith(own), line.replace(b"> ", b"\x00", 1).replace(_TYPE, b"", 1))

    with ExitStack() as files:
        whole = files.enter_context(tempfile.SpooledTemporaryFile(max_size=1 << 24))
        store.dump(cast("IO[bytes]", whole), pyoxigraph.RdfFormat.N_TRIPLES, graph)
        whole.seek(0)
        lines = (line for line in whole if texts or _TEXT not in line)
        pieces: list[Iterable[bytes]] = []
        while piece := sorted(islice(lines, IN_MEMORY), key=place):
            if len(piece) < IN_MEMORY and not pieces:
                yield from piece
                return
            file = files.enter_context(tempfile.TemporaryFile())
            file.writelines(piece)
            file.seek(0)
            pieces.append(file)
        yield from heapq.merge(*pieces, key=place)


def _triples(lines: Iterator[bytes]) -> Iterator[pyoxigraph.Triple]:
    while some := b"".join(islice(lines, 1_000)):
        for quad in pyoxigraph.parse(some, pyoxigraph.RdfFormat.N_TRIPLES):
            yield quad.triple


# Formats


def _write_ntriples(store: Store, graphs: list[pyoxigraph.NamedNode], output: IO[bytes], texts: bool) -> None:
    for graph in graphs:
        output.writelines(statements(store, graph, texts=texts))


def _write_nquads(store: Store, graphs: list[pyoxigraph.NamedNode], output: IO[bytes], texts: bool) -> None:
    for graph in graphs:
        end = f"{graph} .\n".encode()
        output.writelines(line[:-2] + end for line in statements(store, graph, texts=texts))


def _write_turtle(store: Store, graphs: list[pyoxigraph.NamedNode], output: IO[bytes], texts: bool) -> None:
    lines = chain.from_iterable(statements(store, graph, texts=texts) for graph in graphs)
    pyoxigraph.serialize(_triples(lines), output, pyoxigraph.RdfFormat.TURTLE, prefixes=_PREFIXES)


def _write_trig(store: Store, graphs: list[pyoxigraph.NamedNode], output: IO[bytes], texts: bool) -> None:
    quads = (
        pyoxigraph.Quad(triple.subject, triple.predicate, triple.object, graph)
        for graph in graphs
        for triple in _triples(statements(store, graph, texts=texts))
    )
    pyoxigraph.serialize(quads, output, pyoxigraph.RdfFormat.TRIG, prefixes=_PREFIXES)


class _Returns:
    """Writes carriage returns so that an XML parser doesn't take them for ends of lines."""

    def __init__(self, output: IO[bytes]) -> None:
        self._output = output

    def write(self, data: bytes) -> int:
        self._output.write(data.replace(b"\r", b"&#13;"))
        return len(data)

    def flush(self) -> None:
        self._output.flush()


def _write_rdfxml(store: Store, graphs: list[pyoxigraph.NamedNode], output: IO[bytes], texts: bool) -> None:
    def triples() -> Iterator[pyoxigraph.Triple]:
        for graph in graphs:
            for triple in _triples(statements(store, graph, texts=texts)):
                held = triple.object
                if isinstance(held, pyoxigraph.Literal) and (found := _NOT_XML.search(held.value)):
                    raise DataError(
                        f"{graph.value} has the character U+{ord(found[0]):04X}, which XML can't hold: "
                        "use another format"
                    )
                yield triple

    pyoxigraph.serialize(
        triples(), cast("IO[bytes]", _Returns(output)), pyoxigraph.RdfFormat.RDF_XML, prefixes=_PREFIXES
    )


def _write_jsonld(store: Store, graphs: list[pyoxigraph.NamedNode], output: IO[bytes], texts: bool) -> None:
    context = jsonld.Context(_base(store))
    output.write(b'{\n"@context": ' + _json(context.document) + b',\n"@graph": [')
    comma = b"\n"
    for graph in graphs:
        triples = _triples(statements(store, graph, texts=texts))
        first = next(triples, None)
        if first is None:
            continue
        triples = chain([first], triples)
        if first.subject == graph:
            objects = iter([jsonld.nested(graph.value, triples, context)])
        else:
            objects = jsonld.flat(graph.value, triples, context)
        for each in objects:
            output.write(comma + _json(each))
            comma = b",\n"
    output.write(b"\n]\n}\n")


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _base(store: Store) -> str:
    """What the addresses of the collection begin with."""
    for graph in store.graphs():
        if graph.value.endswith("graph/collection"):
            return graph.value.removesuffix("graph/collection")
    return "https://w3id.org/demandkb/id/"


_WRITERS: dict[str, Callable[[Store, list[pyoxigraph.NamedNode], IO[bytes], bool], None]] = {
    "turtle": _write_turtle,
    "trig": _write_trig,
    "ntriples": _write_ntriples,
    "nquads": _write_nquads,
    "rdfxml": _write_rdfxml,
    "jsonld": _write_jsonld,
}
