"""The graph on disk: the only module that knows Oxigraph, and what the default graph of a question is.

A build folder holds generations and a pointer to the current one:

    CACHEDIR.TAG           says that all of this can be made again (backup tools and collections skip it)
    lock                   held by the one build that writes
    collection             the path of the collection's folder, seen from here
    current                the name of the generation that readers open, replaced in one step
    generations/000007/
        graph/             an Oxigraph store, never changed once it is published
        state.sqlite       what the build keeps of each letter (kb.build)
        manifest.json      format version and the size, time and sha256 of every file above
        in-use             locked shared by readers, so that no generation is removed under them

A draft of the next generation starts as hard links to the current one, which costs nothing and leaves it as
it was, and becomes visible only when the pointer is replaced. Readers see all of a build or nothing of it,
and a build that is killed leaves only a folder that the next one removes.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pyoxigraph

if TYPE_CHECKING:
    import rdflib

from kb import files, namespaces, sparql
from kb.errors import DataError, OutsideError, UsageError
from kb.state import SIGNED, State

__all__ = [
    "TURTLE_PREFIXES",
    "Draft",
    "Store",
    "begin",
    "collection_folder",
    "excerpt_query",
    "generation",
    "in_memory",
    "intact",
    "lines",
    "loaded",
    "nquads",
    "open_build",
    "order",
    "ordered",
    "record_collection",
    "reopen",
    "term",
    "turtle",
    "vocabulary_name",
    "writing",
]

FORMAT = 5
"""Raised whenever what a generation holds changes, so that an older one is rebuilt and not misread."""

SPOOL = 64 << 20
"""Bytes of N-Quads gathered before the store takes them in: few large pieces cost less than many.

While it takes them in it needs four bytes of memory for each; the larger they are, the less it merges files.
"""

FILES = 128
"""Files a draft's store may hold open: each costs half a MiB of memory, and there is one for 60 MB of the store."""

SMALL = 4 << 20
"""Bytes of N-Quads up to which they are added as one transaction, and not as files of their own."""

_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"

_NAMING = frozenset(
    namespaces.expand(name)
    for name in (
        "kb:addressedTo", "kb:copiedTo", "kb:standsFor", "kb:references", "prov:wasAttributedTo",
        "prov:wasAssociatedWith",
    )
)  # fmt: skip
"""What leads from a letter to whom and what it names, which other graphs describe."""

# The collection's own addresses are written out: as prefixed names every "/" in them would be escaped.
TURTLE_PREFIXES = {prefix: name for prefix, name in namespaces.PREFIXES.items() if prefix != "id"}
"""The prefixes that Turtle, TriG and RDF/XML are written with."""

_TAG = (
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# Made by `kb build` from a collection, and can be made again. See https://bford.info/cachedir/\n"
)


class Store:
    """A graph opened for reading. The default graph of every question is the union of all its graphs."""

    def __init__(
        self, graph: pyoxigraph.Store, folder: Path | None = None, hold: IO[str] | None = None
    ) -> None:
        self._graph = graph
        self._hold = hold
        self._opened = ExitStack()
        self._state: State | None = None
        self.folder = folder
        """The generation this is, or None for a graph in memory."""

    def query(
        self, text: str, parameters: Mapping[str, sparql.Term] | None = None, services: Collection[str] = ()
    ) -> pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean | pyoxigraph.QueryTriples:
        """Answer a SPARQL query; `parameters` gives terms to its variables (named without "?").

        Raises UsageError, with line and column, where the query doesn't parse, and where it would call a
        server whose address is not one of `services`: nothing is asked that the user didn't name.
        """
        bound = sparql.bind(text, parameters or {})
        sparql.check(bound, services)
        try:
            return self._graph.query(bound, use_default_graph_as_union=True)
        except OSError as error:
            raise _damaged(self.folder, error) from error

    def quads(self, graph: pyoxigraph.NamedNode | str | None = None) -> Iterator[pyoxigraph.Quad]:
        """Give the quads of one graph, or of all."""
        name = pyoxigraph.NamedNode(graph) if isinstance(graph, str) else graph
        yield from self._graph.quads_for_pattern(None, None, None, name)

    def match(
        self,
        subject: pyoxigraph.NamedNode | pyoxigraph.BlankNode | None,
        predicate: pyoxigraph.NamedNode,
        value: pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | None,
    ) -> Iterator[pyoxigraph.Quad]:
        """Give the quads of all graphs that fit; None fits everything."""
        yield from self._graph.quads_for_pattern(subject, predicate, value, None)

    def kept(self, graph: pyoxigraph.NamedNode) -> Iterator[bytes] | None:
        """Give the lines of N-Quads of a graph, many at a time, if the build kept them beside the store."""
        state = self._kept()
        kind, _, name = graph.value.rpartition("/")
        if state is None:
            return None
        if kind.endswith("/graph"):
            return chain(self._kept_whole(graph), state.said(name))
        letter = state.graph(name) if kind.endswith("/letter") else None
        return None if letter is None else iter([letter])

    def kept_turtle(self, graph: pyoxigraph.NamedNode) -> bytes | None:
        """Give a letter's graph as `turtle` made it, if the build kept that beside the store."""
        state = self._kept()
        return state.turtle(graph.value.rpartition("/letter/")[2]) if state else None

    def _kept_whole(self, graph: pyoxigraph.NamedNode) -> Iterator[bytes]:
        """The lines of a graph in the files of what is made anew as a whole (`kb.shared`)."""
        end = f" {graph} .\n".encode()
        for path in sorted(self.folder.glob("*.nq")) if self.folder else ():
            with path.open("rb") as file:
                yield b"".join(line for line in file if line.endswith(end))

    def fingerprints(self) -> dict[str, str]:
        """Give the id of every letter with what stands for all it says and for whom its signatures are.

        Empty where nothing is kept beside the store.
        """
        state = self._kept()
        return dict(state.fingerprints()) if state else {}

    def _kept(self) -> State | None:
        if self._state is None and self.folder is not None and (self.folder / "state.sqlite").exists():
            self._state = self._opened.enter_context(State.published(self.folder))
        return self._state

    def letter(self, letter: pyoxigraph.NamedNode) -> Store:
        """Copy a letter's graph, and for whom its signatures stand, into a store in memory.

        There a question about the letter is answered many times faster than from all over the disk. This store itself
        where the build kept no letters.
        """
        state, name = self._kept(), letter.value.rpartition("/letter/")[2]
        lines = state.graph(name) if state else None
        if state is None or lines is None:
            return self
        return loaded(lines + state.said_by(SIGNED, name))

    def excerpt(self, letter: pyoxigraph.NamedNode) -> Store:
        """Copy a letter's graph, and what is said of whom and what it names, into a store in memory."""
        quads = list(self.quads(letter))
        named = {quad.object for quad in quads if quad.predicate.value in _NAMING}
        for thing in named - {quad.subject for quad in quads}:
            if isinstance(thing, pyoxigraph.NamedNode):
                quads += self._graph.quads_for_pattern(thing, None, None, None)
        return in_memory(quads)

    def graphs(self) -> list[pyoxigraph.NamedNode]:
        """List the names of the graphs, sorted."""
        names = (name for name in self._graph.named_graphs() if isinstance(name, pyoxigraph.NamedNode))
        return sorted(names, key=lambda name: name.value)

    def dump(
        self,
        output: IO[bytes],
        media: pyoxigraph.RdfFormat,
        graph: pyoxigraph.NamedNode | None = None,
        prefixes: Mapping[str, str] | None = None,
    ) -> None:
        """Write one graph, or all of them in a format that has named graphs, in the order of the store."""
        self._graph.dump(output, media, from_graph=graph, prefixes=dict(prefixes or {}))

    @property
    def version(self) -> str:
        """What stands for all that is in this generation; nothing for a graph in memory."""
        if self.folder is None:
            return ""
        return hashlib.sha256((self.folder / "manifest.json").read_bytes()).hexdigest()

    def __len__(self) -> int:
        return len(self._graph)

    def close(self) -> None:
        """Let go of the generation; the store can't be used afterwards."""
        del self._graph
        self._opened.close()
        if self._hold is not None:
            self._hold.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def excerpt_query(letter: str) -> str:
    """Ask for what a letter's graph says, and what is said of whom and what it names, as `Store.excerpt` does."""
    naming = "|".join(f"<{iri}>" for iri in sorted(_NAMING))
    own = f"GRAPH {pyoxigraph.NamedNode(letter)}"
    return (
        f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ {own} {{ ?s ?p ?o }} }} UNION "
        f"{{ {{ SELECT DISTINCT ?s {{ {own} {{ ?any {naming} ?s }} }} }} ?s ?p ?o }} }}"
    )


def in_memory(quads: Iterable[pyoxigraph.Quad] = ()) -> Store:
    """Make a graph in memory, asked like one on disk."""
    graph = pyoxigraph.Store()
    graph.bulk_extend(quads)
    return Store(graph)


def loaded(lines: bytes) -> Store:
    """Make a graph in memory of lines of N-Quads."""
    graph = pyoxigraph.Store()
    graph.load(lines, format=pyoxigraph.RdfFormat.N_QUADS)
    return Store(graph)


def generation(build: Path) -> Path | None:
    """Find the folder of the current generation, or None where there is none."""
    try:
        name = (build / "current").read_text(encoding="ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError:
        return None
    folder = build / "generations" / name
    return folder if re.fullmatch(r"\d+", name) and folder.is_dir() else None


def collection_folder(build: Path) -> Path | None:
    """Find the folder of the collection a build was made from, if that was recorded and it is there."""
    try:
        folder = build / os.fsdecode((build / "collection").read_bytes())
    except OSError:
        return None
    return folder if folder.is_dir() else None


def record_collection(build: Path, collection: Path) -> None:
    """Write down which collection a build was made from, so that its queries are found."""
    path, told = build / "collection", os.fsencode(os.path.relpath(collection, build))
    if not path.exists() or path.read_bytes() != told:
        files.replace(path, told)


def open_build(build: Path) -> Store:
    """Open the current generation of a build folder for reading.

    Raises UsageError where there is none or it was made by another version, DataError where it is damaged.
    """
    while True:
        folder = generation(build)
        if folder is None:
            raise UsageError(f"there is no build in {build}: `kb build COLLECTION -o {build}` makes one")
        if not (folder / "manifest.json").is_file() or _manifest(folder).get("format") != FORMAT:
            raise UsageError(
                f"was made by another version: `kb build COLLECTION -o {build}` makes it again", build
            )
        hold = _hold(folder)
        if hold is not None:
            break
    try:
        return Store(pyoxigraph.Store.read_only(str(folder / "graph")), folder, hold)
    except (OSError, RuntimeError) as error:
        raise _damaged(folder, error) from error


def reopen(folder: Path) -> Store:
    """Open a generation that another process holds."""
    return Store(pyoxigraph.Store.read_only(str(folder / "graph")), folder)


# Writing


def nquads(graph: rdflib.Graph) -> list[str]:
    """Write a graph without blank nodes as lines of N-Quads in the graph of its name, in `order`."""
    return ordered(graph, str(graph.identifier))


def ordered(triples: Iterable[tuple[Any, ...]], graph: str) -> list[str]:
    """Write triples of rdflib without blank nodes as lines of N-Quads in a graph, in `order`."""
    return sorted(lines(triples, graph), key=order(pyoxigraph.NamedNode(graph)))


def lines(triples: Iterable[tuple[Any, ...]], graph: str) -> Iterator[str]:
    """Write triples of rdflib without blank nodes as lines of N-Quads in a graph."""
    return (f"<{s}> <{p}> {term(o)} <{graph}> ." for s, p, o in triples)


def turtle(nquads: Iterable[str]) -> list[str]:
    """Write lines of N-Quads as Turtle with the project's prefixes, without declaring those (`TURTLE_PREFIXES`)."""
    triples = (
        quad.triple
        for quad in pyoxigraph.parse("\n".join(nquads), pyoxigraph.RdfFormat.N_QUADS, lenient=True)
    )
    written = pyoxigraph.serialize(triples, format=pyoxigraph.RdfFormat.TURTLE, prefixes=TURTLE_PREFIXES)
    lines = (written or b"").decode().split("\n")[:-1]
    return lines[len(TURTLE_PREFIXES) :]


def order(graph: pyoxigraph.NamedNode) -> Callable[[str], tuple[bool, str]]:
    """Make the key by which the lines of a graph are sorted: what it is named by, its parts, then all else."""
    own = str(graph)[:-1]

    def key(line: str) -> tuple[bool, str]:
        # "<…/letter/x> " would come after "<…/letter/x/demand/…> "; the type comes first of all properties.
        return (not line.startswith(own), line.replace("> ", "\x00", 1).replace(_TYPE, "", 1))

    return key


def vocabulary_name(turtle: Path) -> str:
    """Find the name of the ontology or concept scheme that a file holds: the first in it."""
    kinds = ("http://www.w3.org/2002/07/owl#Ontology", "http://www.w3.org/2004/02/skos/core#ConceptScheme")
    for quad in pyoxigraph.parse(path=str(turtle), format=pyoxigraph.RdfFormat.TURTLE):
        if isinstance(quad.subject, pyoxigraph.NamedNode) and str(quad.object)[1:-1] in kinds:
            return quad.subject.value
    raise DataError("holds no ontology and no concept scheme", turtle)


def term(term: Any) -> Any:
    """Give a term of rdflib as one of pyoxigraph; blank nodes are none of this project's."""
    if not hasattr(term, "datatype"):
        return pyoxigraph.NamedNode(str(term))
    if term.language:
        return pyoxigraph.Literal(str(term), language=term.language)
    return pyoxigraph.Literal(
        str(term), datatype=pyoxigraph.NamedNode(str(term.datatype)) if term.datatype else None
    )


class Draft:
    """The next generation, in the making: seen by nobody until it is published."""

    def __init__(self, build: Path, folder: Path) -> None:
        self.build = build
        self.folder = folder
        self._loaded_much = False
        self._open()

    def _open(self) -> None:
        with _few_files():
            self._graph = pyoxigraph.Store(str(self.folder / "graph"))

    def settle(self) -> None:
        """Let go of the memory that loading took, if it was much since the last time.

        What it left in memory is written, the graph opened anew, and the heap given back.
        """
        if self._loaded_much:
            del self._graph
            self._open()
            _return_memory()
        self._loaded_much = False

    @property
    def store(self) -> Store:
        """The draft's graph, to be asked while it is being made."""
        return Store(self._graph, self.folder)

    def load(self, source: Path, graph: str | None = None) -> None:
        """Add the statements of a file of N-Quads, or of a Turtle file to one graph."""
        if graph is None:
            load = self._graph.bulk_load if source.stat().st_size > SMALL else self._graph.load
            load(path=str(source), format=pyoxigraph.RdfFormat.N_QUADS, lenient=True)
        else:
            self._graph.load(
                path=str(source), format=pyoxigraph.RdfFormat.TURTLE, to_graph=pyoxigraph.NamedNode(graph)
            )

    @contextmanager
    def spool(self) -> Iterator[Callable[[bytes], None]]:
        """Take in N-Quads bit by bit: they are gathered in files and loaded in large pieces, meanwhile the next."""
        paths = [self.folder / "spool-1.nq", self.folder / "spool-2.nq"]
        with ThreadPoolExecutor(1) as loader:
            loading: list[Future[None]] = []
            file = paths[0].open("wb")

            def load() -> None:
                nonlocal file
                file.close()
                while loading:
                    loading.pop().result()
                loading.append(loader.submit(self.load, paths[0]))
                paths.reverse()
                file = paths[0].open("wb")

            def write(nquads: bytes) -> None:
                file.write(nquads)
                if file.tell() > SPOOL:
                    load()
                    self._loaded_much = True

            try:
                yield write
                load()
            finally:
                file.close()
            loading.pop().result()
        for path in paths:
            path.unlink()

    def add(self, quads: Iterable[pyoxigraph.Quad]) -> None:
        """Add quads."""
        self._graph.bulk_extend(quads)

    def remove(self, nquads: str) -> None:
        """Take statements out."""
        for quad in pyoxigraph.parse(nquads, format=pyoxigraph.RdfFormat.N_QUADS, lenient=True):
            self._graph.remove(quad)

    def remove_graph(self, name: str) -> None:
        """Remove a graph with all it says."""
        self._graph.remove_graph(pyoxigraph.NamedNode(name))

    def publish(self) -> None:
        """Make this the generation that readers open, in one step that a power cut does not divide."""
        self._graph.flush()
        del self._graph
        previous = generation(self.build)
        known = _manifest(previous)["files"] if previous else {}
        written = {}
        for path in sorted(path for path in self.folder.rglob("*") if path.is_file()):
            name = path.relative_to(self.folder).as_posix()
            entry = _entry(path)
            old = known.get(name)
            if old is None or (old["size"], old["mtime"]) != (entry["size"], entry["mtime"]):
                entry["sha256"] = _sha256(path)
                files.sync(path)
            else:
                entry = old
            written[name] = entry
        (self.folder / "in-use").touch()
        files.replace(
            self.folder / "manifest.json", json.dumps({"format": FORMAT, "files": written}, indent=1).encode()
        )
        for folder in (self.folder / "graph", self.folder, self.folder.parent):
            files.sync(folder)
        files.replace(self.build / "current", f"{self.folder.name}\n".encode())
        _tidy(self.build)


@contextmanager
def writing(build: Path, waiting: Callable[[], None] = lambda: None, patience: float = 600) -> Iterator[None]:
    """Hold the build folder's lock, making the folder if need be.

    `waiting` is called once if another build holds it. Raises UsageError where the folder is something else,
    OutsideError where it can't be written, or where the other build is not done after `patience` seconds.
    """
    _claim(build)
    with (build / "lock").open("a", encoding="ascii") as lock:
        end = time.monotonic() + patience
        told = False
        while not files.lock(lock, exclusive=True):
            if time.monotonic() > end:
                raise OutsideError("another build is still writing here: try again when it is done", build)
            if not told:
                waiting()
                told = True
            time.sleep(0.1)
        yield


def begin(build: Path, fresh: bool = False) -> Draft:
    """Start a draft of the current generation, or of an empty graph if there is none or `fresh` is asked for.

    Call it while `writing`. What a killed build left behind is removed.
    """
    _tidy(build)
    previous = generation(build)
    number = max((int(path.name) for path in _generations(build)), default=0) + 1
    folder = build / "generations" / f"{number:06}"
    folder.mkdir(parents=True)
    if previous is not None and not fresh:
        pyoxigraph.Store.read_only(str(previous / "graph")).backup(folder / "graph")
    return Draft(build, folder)


def intact(folder: Path) -> bool:
    """Whether a generation is of this version and its files are the ones that were written."""
    try:
        manifest = _manifest(folder)
    except DataError:
        return False
    written = manifest.get("files")
    if manifest.get("format") != FORMAT or not isinstance(written, dict) or not written:
        return False
    for name, entry in written.items():
        path = folder / name
        if not path.is_file():
            return False
        now = _entry(path)
        if now["size"] != entry["size"]:
            return False
        if now["mtime"] != entry["mtime"] and _sha256(path) != entry["sha256"]:
            return False
    return True


def _claim(build: Path) -> None:
    if build.exists() and not build.is_dir():
        raise UsageError("is a file: name a folder to build in", build)
    if build.is_dir() and not (build / "CACHEDIR.TAG").exists() and any(build.iterdir()):
        raise UsageError("is not a build folder and not empty: name another with -o", build)
    try:
        build.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError), (build / "CACHEDIR.TAG").open("x", encoding="ascii") as tag:
            tag.write(_TAG)
        (build / "generations").mkdir(exist_ok=True)
    except OSError as error:
        raise OutsideError(f"can't be written ({error.strerror}): build elsewhere with -o", build) from error


def _generations(build: Path) -> list[Path]:
    return [path for path in (build / "generations").iterdir() if re.fullmatch(r"\d+", path.name)]


def _tidy(build: Path) -> None:
    """Remove the generations that are not the current one and that no reader holds."""
    current = generation(build)
    for folder in _generations(build):
        if folder == current:
            continue
        with suppress(OSError):
            if (folder / "in-use").exists():
                with (folder / "in-use").open("a", encoding="ascii") as mark:
                    if not files.lock(mark, exclusive=True):
                        continue
                    shutil.rmtree(folder)
            else:
                shutil.rmtree(folder)


def _hold(folder: Path) -> IO[str] | None:
    """Lock a generation against removal while it is read; None if it is being removed just now."""
    try:
        mark = (folder / "in-use").open(encoding="ascii")
    except FileNotFoundError:
        return None
    if files.lock(mark, exclusive=False) and (folder / "in-use").exists():
        return mark
    mark.close()
    return None


@contextmanager
def _few_files() -> Iterator[None]:
    """Have a store that is opened meanwhile hold few of its files open: it asks how many a process may have."""
    try:
        import resource
    except ImportError:  # on Windows it does not ask
        yield
        return
    most, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES if most < 0 else min(FILES, most), limit))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, limit))


def _return_memory() -> None:
    """Give the system what the heap holds and nobody uses: the loading of much leaves much of it."""
    with suppress(AttributeError, OSError, TypeError):  # other systems than Linux have no such function
        ctypes.CDLL(None).malloc_trim(0)


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _damaged(folder, error) from error
    return manifest if isinstance(manifest, dict) else {}


def _entry(path: Path) -> dict[str, int | str]:
    status = path.stat()
    return {"size": status.st_size, "mtime": status.st_mtime_ns}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(folder: Path | None, error: Exception) -> DataError:
    reason = " ".join(str(error).split())
    return DataError(f"the build is damaged ({reason}): `kb build COLLECTION` makes it again", folder)
