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
from kb.store import TURTLE_PREFIXES, Store
from kb.store import order as store_order

__all__ = ["RDF_FORMATS", "RdfFormat", "export", "find_letter", "statements"]

RdfFormat: TypeAlias = Literal["turtle", "trig", "ntriples", "nquads", "rdfxml", "jsonld"]
RDF_FORMATS: tuple[RdfFormat, ...] = get_args(RdfFormat)

IN_MEMORY = 100_000
"""How many statements of a graph are sorted in memory; beyond that sorted pieces are merged from files."""

_TEXT = f"<{PREFIXES['schema']}text> ".encode()
_END = b" .\n"
# XML 1.0 has no way at all to say these.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def export(
    store: Store, form: RdfFormat, output: IO[bytes], letter: str | None = None, *, texts: bool = True
) -> None:
    """Write the graph, or that of the letter with that id and what it names, to a binary file.

    Without `texts` the full texts of letters are left out. Raises UsageError where there is no such letter,
    and DataError where a format can't hold what a letter says.
    """
    if letter:
        first = find_letter(store, letter)
        store = store.excerpt(first)
        graphs = [first, *(graph for graph in store.graphs() if graph != first)]
    else:
        graphs = store.graphs()
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


def statements(store: Store, graph: pyoxigraph.NamedNode) -> Iterator[bytes]:
    """The lines of a graph's N-Triples, in the order of `kb.store.order`."""
    for piece in _pieces(store, graph, texts=True):
        yield from piece.replace(_end(graph), _END).splitlines(keepends=True)


def _pieces(store: Store, graph: pyoxigraph.NamedNode, texts: bool) -> Iterator[bytes]:
    """The same as N-Quads, many whole lines at a time: as the build kept them, or else sorted now."""
    kept = store.kept(graph)
    if kept is not None:
        for piece in kept:
            yield piece if texts else _textless(piece)
        return
    lines = (line for line in _sorted(store, graph) if texts or _TEXT not in line)
    while some := b"".join(islice(lines, 1_000)):
        yield some.replace(_END, _end(graph))


def _textless(lines: bytes) -> bytes:
    return b"".join(line for line in lines.splitlines(keepends=True) if _TEXT not in line)


def _end(graph: pyoxigraph.NamedNode) -> bytes:
    return f" {graph} .\n".encode()


def _sorted(store: Store, graph: pyoxigraph.NamedNode) -> Iterator[bytes]:
    order = store_order(graph)

    def key(line: bytes) -> tuple[bool, str]:
        return order(line.decode())

    with ExitStack() as files:
        whole = files.enter_context(tempfile.SpooledTemporaryFile(max_size=1 << 24))
        store.dump(cast("IO[bytes]", whole), pyoxigraph.RdfFormat.N_TRIPLES, graph)
        whole.seek(0)
        pieces: list[Iterable[bytes]] = []
        while piece := sorted(islice(whole, IN_MEMORY), key=key):
            if len(piece) < IN_MEMORY and not pieces:
                yield from piece
                return
            file = files.enter_context(tempfile.TemporaryFile())
            file.writelines(piece)
            file.seek(0)
            pieces.append(file)
        yield from heapq.merge(*pieces, key=key)


def _quads(store: Store, graph: pyoxigraph.NamedNode, texts: bool) -> Iterator[pyoxigraph.Quad]:
    for piece in _pieces(store, graph, texts):
        yield from pyoxigraph.parse(piece, pyoxigraph.RdfFormat.N_QUADS, lenient=True)


def _triples(store: Store, graph: pyoxigraph.NamedNode, texts: bool) -> Iterator[pyoxigraph.Triple]:
    return (quad.triple for quad in _quads(store, graph, texts))


# Formats


def _write_ntriples(store: Store, graphs: list[pyoxigraph.NamedNode], output: IO[bytes], texts: bool) -> None:
    for graph in graphs:
        end = _end(graph)
        output.writelines(piece.replace(end, _END) for piece in _pieces(store, graph, texts))


def _write_nquads(store: Store, graphs: list[pyoxigraph.NamedNode], output: IO[bytes], texts: bool) -> None:
    for graph in graphs:
        output.writelines(_pieces(store, graph, texts))


class _Without:
    """Leaves out as many bytes at the beginning: prefixes that are declared already."""

    def __init__(self, size: int, output: IO[bytes]) -> None:
        self._size = size
        self._output = output

    def write(self, data: bytes) -> int:
        self._output.write(data[self._size :])
        self._size = max(0, self._size - len(data))
        return len(data)

    def flush(self) -> None:
        self._output.flush()


def _write_turtle(store: Store, graphs: list[pyoxigraph.NamedNode], output: IO[bytes], texts: bool) -> None:
    head = pyoxigraph.serialize((), format=pyoxigraph.RdfFormat.TURTLE, prefixes=TURTLE_PREFIXES) or b""
    output.write(head)
    for graph in graphs:
        kept = store.kept_turtle(graph) if texts else None
        if kept is not None:
            output.write(kept)
        else:
            triples, body = _triples(store, graph, texts), cast("IO[bytes]", _Without(len(head), output))
            pyoxigraph.serialize(triples, body, pyoxigraph.RdfFormat.TURTLE, prefixes=TURTLE_PREFIXES)


def _write_trig(store: Store, graphs: list[pyoxigraph.NamedNode], output: IO[bytes], texts: bool) -> None:
    quads = chain.from_iterable(_quads(store, graph, texts) for graph in graphs)
    pyoxigraph.serialize(quads, output, pyoxigraph.RdfFormat.TRIG, prefixes=TURTLE_PREFIXES)


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
            for triple in _triples(store, graph, texts):
                held = triple.object
                if isinstance(held, pyoxigraph.Literal) and (found := _NOT_XML.search(held.value)):
                    raise DataError(
                        f"{graph.value} has the character U+{ord(found[0]):04X}, which XML can't hold: "
                        "use another format"
                    )
                yield triple

    pyoxigraph.serialize(
        triples(), cast("IO[bytes]", _Returns(output)), pyoxigraph.RdfFormat.RDF_XML, prefixes=TURTLE_PREFIXES
    )


def _write_jsonld(store: Store, graphs: list[pyoxigraph.NamedNode], output: IO[bytes], texts: bool) -> None:
    context = jsonld.Context(_base(store))
    output.write(b'{\n"@context": ' + _json(context.document) + b',\n"@graph": [')
    comma = b"\n"
    for graph in graphs:
        triples = _triples(store, graph, texts)
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
    names = (re.fullmatch("(.*)(?:letter/[^/]*|graph/collection)", graph.value) for graph in store.graphs())
    return next((name[1] for name in names if name), "https://w3id.org/demandkb/id/")


_WRITERS: dict[str, Callable[[Store, list[pyoxigraph.NamedNode], IO[bytes], bool], None]] = {
    "turtle": _write_turtle,
    "trig": _write_trig,
    "ntriples": _write_ntriples,
    "nquads": _write_nquads,
    "rdfxml": _write_rdfxml,
    "jsonld": _write_jsonld,
}
