"""The whole way for a whole collection: what changed is read again, linked, checked and published.

Letters are read in worker processes and come back as N-Quads and a few facts. The draft of the next
generation takes them in, what concerns several letters is brought up to date, and readers get all of it at
once. What a letter's graph is made from is summed up in a key (its file, the program that reads it, what the
curator says of it), so a letter is read again only if its key changes.
"""

from __future__ import annotations

import ctypes
import dataclasses
import hashlib
import importlib.metadata
import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb import __version__, resources, store
from kb.collection import Collection, Decision, LetterNote, read_collection
from kb.errors import KbError, OutsideError
from kb.letter import SignatoryKind, slug
from kb.state import Entry, State, packed, unpacked
from kb.workers import Lost, run

if TYPE_CHECKING:
    import rdflib

    from kb.findings import Finding
    from kb.linking import Linker

__all__ = ["Summary", "build"]

BATCH = 16
"""Letters that go to a worker at a time."""

SECONDS = 120.0
"""How long one letter may take."""

RECENT = 2 * 10**9
"""Nanoseconds within which a second change of a file may leave its time as it was."""

_ARENA_MAX = -8
"""The name of a setting in glibc's malloc.h."""

_SOURCES = (
    "assessing.py", "authorities.py", "describing.py", "documents", "extraction", "findings.py", "graph.py", "identity",
    "letter.py", "linking.py", "memo.py", "restating.py", "screening.py", "shared.py", "signing.py", "state.py",
    "tracking.py", "validation.py",
)  # fmt: skip
_LIBRARIES = ("charset-normalizer", "lxml", "mammoth", "pypdfium2", "pyshacl", "rdflib")


@dataclass(slots=True)
class Summary:
    """What a build did, and what the graph holds now. `problems` are one line each."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    rebuilt: str = ""
    published: bool = False


@dataclass(frozen=True, slots=True)
class _Task:
    """A letter to be read: where it is, what stands for all its graph is made from, what the curator says."""

    id: str
    path: str
    size: int
    mtime: int
    sha256: str
    key: str
    decisions: tuple[Decision, ...]
    note: LetterNote


@dataclass(frozen=True, slots=True)
class _Read:
    """What came of a letter: its graph and what it says of other things, or nothing, as `entry.problem` says."""

    entry: Entry
    nquads: bytes = b""
    turtle: bytes = b""
    descriptions: tuple[str, ...] = ()
    signatures: tuple[tuple[int, str, SignatoryKind], ...] = ()
    statements: tuple[str, ...] = ()


def build(
    collection: Path,
    build: Path,
    *,
    jobs: int | None = None,
    fresh: bool = False,
    seconds: float = SECONDS,
    cluster: str = "",
    progress: Callable[[int, int], None] = lambda done, total: None,
    waiting: Callable[[], None] = lambda: None,
) -> Summary:
    """Bring the graph in folder `build` up to date with a collection.

    `jobs` is the number of worker processes (all cores), `cluster` the address of a Dask scheduler whose workers
    read the letters instead, `seconds` how long a letter may take. `progress` is told how many letters of how
    many are read, `waiting` is called if another build is writing there. With `fresh` everything is made again.
    Raises UsageError, DataError and OutsideError where nothing could be built at all; what is wrong with
    single letters or rows is in the summary.
    """
    began = time.monotonic()
    _share_heap()
    read = read_collection(collection)
    with store.writing(build, waiting):
        builder = _Builder(read, build, jobs or os.cpu_count() or 1, seconds, cluster, progress)
        try:
            store.record_collection(build, read.folder)
            summary = builder.run(fresh)
        except (OSError, sqlite3.OperationalError) as error:  # SQLite has errors of its own for a full disk
            told = getattr(error, "strerror", None) or error
            raise OutsideError(f"can't be written: {told}", build) from error
    summary.seconds = time.monotonic() - began
    return summary


def _share_heap() -> None:
    """Have all threads take memory from one heap, so that what one let go is there for the others.

    glibc gives each thread that loads or rewrites the store one of its own: a build of 2,400 letters took
    553 MiB in this process, and 437 with one heap.
    https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    with suppress(AttributeError, OSError, TypeError):  # other systems have no such setting
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


def findings(build: Path) -> list[Finding]:
    """What the checks found when the letters of a build were read, and in what people assessed."""
    from kb.findings import loads

    folder = store.generation(build)
    if folder is None:
        store.open_build(build)  # says what is wrong with it
        return []
    with State.published(folder) as state:
        kept = [entry.findings for entry in state.entries() if entry.built]
        shared = state.about("findings") or "[]"
    return sorted((each for text in (*kept, shared) for each in loads(text)), key=lambda each: each.order)


class _Builder:
    """One build, while the build folder is held."""

    def __init__(
        self,
        collection: Collection,
        build: Path,
        jobs: int,
        seconds: float,
        cluster: str,
        progress: Callable[[int, int], None],
    ) -> None:
        self.collection = collection
        self.build = build
        self.jobs = jobs
        self.seconds = seconds
        self.cluster = cluster
        self.progress = progress
        self.summary = Summary(problems=[str(problem) for problem in collection.problems])
        self.fingerprint = _fingerprint(collection.base)

    def run(self, fresh: bool) -> Summary:
        previous, self.summary.rebuilt = self._previous(fresh)
        with State.published(previous) if previous else nullcontext() as state:
            before = {entry.id: entry for entry in state.entries()} if state else {}
            shared = state.about("shared") if state else ""
            refused = json.loads(state.about("refused") or "[]") if state else []
            self.summary.totals = json.loads(state.about("totals")) if state else {}
            aside = state.aside() if state else []
        tasks, kept = self._plan(before)
        gone = sorted(before.keys() - {slug(path.stem) for path in self.collection.letters})
        if previous and not (tasks or kept or gone) and shared == self._shared():
            self.summary.problems += refused
            self._tell_aside(aside)
            return self.summary
        from kb.linking import Linker  # it needs all the rest of the program, which takes a while to import

        draft = store.begin(self.build, fresh=previous is None)
        with State.draft(draft.folder, previous) as state:
            if previous is None:
                _load_vocabulary(draft)
            linker = Linker(draft, state, self.collection, previous)
            self._take_in(draft, state, linker, tasks, kept, gone, before)
            del tasks, before  # there are as many as letters, and to link names takes memory of its own
            draft.settle()
            refused = [str(problem) for problem in linker.update()]
            self.summary.problems += refused
            state.keep_about("refused", json.dumps(refused))
            state.keep_about("shared", self._shared())
            state.keep_about("fingerprint", self.fingerprint)
            self.summary.totals = {**state.totals(), "organisations": state.organisations()}
            state.keep_about("totals", json.dumps(self.summary.totals))
            self._tell_aside(state.aside())
        draft.publish()
        self.summary.published = True
        return self.summary

    def _previous(self, fresh: bool) -> tuple[Path | None, str]:
        """The generation to begin with, or None and why everything is made again."""
        folder = store.generation(self.build)
        if folder is None:
            return None, ""
        if fresh:
            return None, "as asked"
        if not store.intact(folder):
            return None, "the build was damaged, or made by another version"
        with State.published(folder) as state:
            if state.about("fingerprint") != self.fingerprint:
                return None, "the program, the vocabulary or the base address changed"
        return folder, ""

    # What changed

    def _plan(self, before: Mapping[str, Entry]) -> tuple[list[_Task], list[Entry]]:
        """The letters to read, and those that can't be opened now."""
        tasks, unreadable = [], []
        about = _about_letters(self.collection)
        for path in self.collection.letters:
            identifier = slug(path.stem)
            old = before.get(identifier)
            try:
                task = self._task(identifier, path, old, about.get(identifier, ()))
            except OSError as error:
                entry = old or Entry(identifier, path.as_posix(), 0, -1, "", "", built=False)
                problem = f"{self.collection.folder / path}: can't be read: {error.strerror}"
                entry = dataclasses.replace(entry, mtime=-1, key="", problem=problem)
                if entry != old:
                    unreadable.append(entry)
                continue
            if old is None or old.key != task.key:
                tasks.append(task)
        return tasks, unreadable

    def _task(self, identifier: str, path: Path, old: Entry | None, decisions: tuple[Decision, ...]) -> _Task:
        file = self.collection.folder / path
        status = file.stat()
        mtime = status.st_mtime_ns
        if old and (old.size, old.mtime, old.path) == (status.st_size, mtime, path.as_posix()):
            sha256 = old.sha256
        else:
            with file.open("rb") as opened:
                sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
            if time.time_ns() - mtime < RECENT:
                mtime = -1
        note = self.collection.notes.get(identifier, LetterNote())
        key = _digest(self.fingerprint, sha256, path.as_posix(), repr(decisions), repr(note))
        return _Task(identifier, path.as_posix(), status.st_size, mtime, sha256, key, decisions, note)

    def _shared(self) -> str:
        """What stands for everything that concerns several letters."""
        collection = self.collection
        return _digest(
            *(repr(each) for each in (collection.title, collection.publisher, collection.licence)),
            *(
                repr(each)
                for each in (collection.organisations, collection.decisions, collection.assessments)
            ),
            *(str(problem) for problem in collection.problems),
        )

    # Letters

    def _take_in(
        self,
        draft: store.Draft,
        state: State,
        linker: Linker,
        tasks: list[_Task],
        unreadable: list[Entry],
        gone: list[str],
        before: Mapping[str, Entry],
    ) -> None:
        with draft.spool() as spool:
            for identifier in gone:
                linker.leave(identifier)
                draft.remove_graph(self._graph(identifier))
                linker.restating.replace(identifier, ())
                linker.describing.replace(identifier, ())
                state.forget(identifier)
                self.summary.removed.append(identifier)
            for entry in unreadable:
                state.keep(entry)
            for done, read in enumerate(self._read(tasks), 1):
                old = before.get(read.entry.id)
                if read.entry.problem:
                    state.keep(_set_aside(read.entry, old))
                else:
                    linker.leave(read.entry.id)
                    known = old is not None and old.built
                    if known:
                        draft.remove_graph(self._graph(read.entry.id))
                    spool(unpacked(read.nquads))
                    state.keep_graph(read.entry.id, read.nquads, read.turtle)
                    state.keep(read.entry)
                    state.keep_signatures(read.entry.id, read.signatures)
                    linker.restating.replace(read.entry.id, read.statements)
                    linker.describing.replace(read.entry.id, read.descriptions)
                    (self.summary.changed if known else self.summary.added).append(read.entry.id)
                self.progress(done, len(tasks))
        state.settle()
        for names in (self.summary.added, self.summary.changed):
            names.sort()

    def _read(self, tasks: list[_Task]) -> Iterator[_Read]:
        for outcome in self._map(tasks):
            if isinstance(outcome, Lost):
                place = self.collection.folder / outcome.task.path
                yield _Read(_entry(outcome.task, problem=f"{place}: {outcome.reason}", built=False))
            else:
                yield outcome

    def _map(self, tasks: list[_Task]) -> Iterator[_Read | Lost[_Task]]:
        """Read letters, in processes here or on a cluster."""
        folder, base = self.collection.folder, self.collection.base
        if self.cluster and tasks:
            from kb import cluster

            folder = folder.absolute()
            able = partial(_able, folder, base, self.fingerprint)
            return cluster.run(
                self.cluster, partial(_read_letter, folder, base), tasks, BATCH, self.seconds, able
            )
        size = max(1, min(BATCH, len(tasks) // (self.jobs * 2)))
        preload = ["kb.documents", "kb.extraction", "kb.restating", "kb.validation"]
        if len(tasks) > BATCH:
            preload.append("pyshacl")  # a single letter often does without
        return run(partial(_read_letter, folder, base), tasks, self.jobs, size, self.seconds, preload)

    def _graph(self, identifier: str) -> str:
        return f"{self.collection.base}letter/{identifier}"

    def _tell_aside(self, letters: Iterable[tuple[str, str, bool]]) -> None:
        for identifier, problem, built in letters:
            self.summary.aside.append(identifier)
            self.summary.problems.append(problem + "; what was read of it before is kept" * built)


def _about_letters(collection: Collection) -> dict[str, tuple[Decision, ...]]:
    """The decisions about demands, by letter, in the order of time; their lines in the file don't matter."""
    about: dict[str, list[Decision]] = {}
    for row in sorted(collection.decisions, key=lambda row: (row.when, row.line)):
        if not row.is_about_two:
            identifier = collection.letter_of(row)
            about.setdefault(identifier, []).append(dataclasses.replace(row, line=0))
    return {identifier: tuple(rows) for identifier, rows in about.items()}


def _set_aside(entry: Entry, old: Entry | None) -> Entry:
    """A letter that can't be read, with what was read of it before, if anything."""
    if old is None:
        return entry
    facts = {"path", "size", "mtime", "sha256", "key", "problem"}
    return dataclasses.replace(old, **{name: getattr(entry, name) for name in facts})


def _load_vocabulary(draft: store.Draft) -> None:
    """Load each vocabulary in a graph named by its ontology or scheme; shapes are no data, and stay out."""
    for path in sorted(resources.folder("ontology").glob("*.ttl")):
        if path.name != "shapes.ttl":
            draft.load(path, store.vocabulary_name(path))


def _fingerprint(base: str) -> str:
    """What stands for the program that makes the graph: its own files, its vocabulary, its libraries."""
    package = Path(__file__).parent
    sources = [package / name for name in _SOURCES]
    found = [path for source in sources for path in (source.rglob("*") if source.is_dir() else [source])]
    found += resources.folder("ontology").glob("*.ttl")
    parts = [base, __version__, str(store.FORMAT)]
    for path in sorted(path for path in found if path.suffix in {".py", ".toml", ".ttl"} and path.is_file()):
        parts += [path.name, hashlib.sha256(path.read_bytes()).hexdigest()]
    for library in _LIBRARIES:
        try:
            parts += [library, importlib.metadata.version(library)]
        except importlib.metadata.PackageNotFoundError:
            continue
    return _digest(*parts)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


# In the worker processes


def _able(folder: Path, base: str, fingerprint: str) -> str:
    """Tell why this machine would not read the letters as the one that asks would, or nothing."""
    if not folder.is_dir():
        return f"does not see {folder}: put the collection where all machines see it under the same path"
    if _fingerprint(base) != fingerprint:
        return "has another version of the program or its libraries: install the same everywhere"
    return ""


def _read_letter(folder: Path, base: str, task: _Task) -> _Read:
    """Read a letter, make its graph and check it."""
    from kb.describing import divided
    from kb.documents import read_document
    from kb.extraction import extract
    from kb.findings import dumps
    from kb.graph import Names, letter_graph
    from kb.restating import statements
    from kb.validation import validate_letter

    place = folder / task.path
    try:
        letter = dataclasses.replace(extract(read_document(place)), id=task.id, path=task.path)
        graph = letter_graph(letter, Names(base), task.decisions, task.note)
        nquads = store.nquads(graph)
        found = validate_letter(graph, nquads)
        grave = sum(finding.severity == "violation" for finding in found)
        own, descriptions = divided(nquads, Names(base))
        return _Read(
            _entry(
                task,
                violations=grave,
                findings=dumps(found),
                **_counts(graph, Names(base).letter(task.id)),
            ),
            packed(own),
            packed(store.turtle(own)),
            tuple(descriptions),
            tuple((each.position, each.name, each.kind) for each in letter.signatures),
            tuple(statements(letter, graph)),
        )
    except KbError as error:
        return _Read(_entry(task, problem=str(error), built=False))
    except Exception as error:  # a fault of the program must not cost the other letters
        told = " ".join(f"{type(error).__name__}: {error}".split())
        return _Read(_entry(task, problem=f"{place}: the program failed on it ({told})", built=False))


def _entry(task: _Task, **facts: Any) -> Entry:
    return Entry(task.id, task.path, task.size, task.mtime, task.sha256, task.key, **facts)


def _counts(graph: rdflib.Graph, letter: rdflib.URIRef) -> dict[str, int]:
    """What a letter holds, as it stands after review."""
    from rdflib.namespace import RDF

    from kb.graph import CODE, KB

    made = set(graph.objects(letter, KB.makesDemand))
    explicit = {demand for demand in made if (demand, KB.explicitness, CODE.explicit) in graph}
    return {
        "others": int((letter, RDF.type, KB.OtherDocument) in graph),
        "explicit": len(explicit),
        "implicit": len(made - explicit),
        "reported": len(set(graph.objects(letter, KB.reportsDemand))),
        "signatures": len(set(graph.objects(letter, KB.signature))),
        "documents": len(set(graph.objects(letter, KB.references))),
        "warnings": len(set(graph.objects(letter, KB.remark))),
    }
