"""What the search looks through: letters with their demands, and names, and an index of their words.

Everything is in scripts that a page loads as it needs them: scripts and not JSON, because a page opened from a folder
may load the one and not the other. Documents are numbered: letters in order of time, each before its demands, then
names. For each word, and each value that can be chosen in a filter, the index has the numbers of the documents that
have it, in files of about the same size in the order of words; so a search loads a few files of the index, and of the
documents those that it shows.
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import unicodedata
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cache
from heapq import nsmallest
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Any, TypeVar

from kb.site.data import Graph, digest, last
from kb.site.folder import SiteFolder
from kb.site.rendering import program
from kb.site.view import View

__all__ = ["options", "terms", "write_search"]

LETTERS = 20
"""Letters in one file of documents: about 60 kB."""

NAMES = 500
"""Names in one file of documents."""

INDEX = 100_000
"""Characters in one file of the index."""

MOST_CHOICES = 300
"""Organisations and addressees that the search can be narrowed to: those with most letters."""

STATES = {"machine-read": "in_force", "reviewed": "reviewed", "changed": "changed"}
"""The words of the interface for the states of demands in force."""


HELD = 2_000_000
"""Pairs of a key and a document that memory holds: about 50 MB."""

ORDER = ("utf-16-be", "surrogatepass")
"""How keys are written so that they are in the order in which scripts compare."""

_Row = TypeVar("_Row")


def write_search(view: View, folder: SiteFolder) -> None:
    """Write the files of the search. Letters that are as they were are not asked for again."""
    listed: list[tuple[int, str]] = []
    shards: list[tuple[str, str]] = []
    chosen = frozenset(_with_most(view.graph, "signed"))
    with closing(Index()) as index:
        for name, rows in chain(_letter_files(view, folder), _name_files(view, folder)):
            listed.append((index.documents, name))
            for row in rows:
                for keys in _documents(view, row, chosen):
                    index.add(keys)
        for name, first, content in _index_files(index):
            folder.put(f"search/{name}", content)
            shards.append((first, name))
    about = {"documents": listed, "index": shards}
    folder.put("search/shards.js", b"window.demandkbSearch = " + _json(about) + b";\n")


def terms(text: str) -> set[str]:
    """The words of a text as they are looked for: small letters without marks. `search.js` does the same."""
    plain = text if text.isascii() else unicodedata.normalize("NFKD", text).translate(_marks())
    return set(re.findall(r"\w+", plain.lower()))


@cache
def _marks() -> Mapping[int, None]:
    return {n: None for n in range(sys.maxunicode + 1) if unicodedata.category(chr(n)).startswith("M")}


# Documents


def _letter_files(view: View, folder: SiteFolder) -> Iterator[tuple[str, Sequence[Mapping[str, Any]]]]:
    """The files of letters, those without a date first, and what is in each."""
    letters = sorted(view.graph.letters, key=lambda iri: bool(view.graph.letters[iri]["date"]))
    for number, some in enumerate(_batches(letters, LETTERS), 1):
        name = f"letters-{number:04}.js"
        stamp = digest(program(), [view.graph.stamp(letter) for letter in some])
        path = folder.path / "search" / name
        if folder.unchanged(f"search/{name}", stamp):
            yield name, json.loads(path.read_bytes().partition(b",")[2].removesuffix(b");\n"))
            continue
        rows = [_letter(view, letter) for letter in some]
        folder.put(f"search/{name}", _script(name, rows))
        yield name, rows


def _name_files(view: View, folder: SiteFolder) -> Iterator[tuple[str, Sequence[Mapping[str, Any]]]]:
    for number, some in enumerate(_batches(_names(view), NAMES), 1):
        name = f"names-{number:04}.js"
        folder.put(f"search/{name}", _script(name, some))
        yield name, some


def _batches(rows: Iterable[_Row], size: int) -> Iterator[Sequence[_Row]]:
    coming = iter(rows)
    return iter(lambda: list(islice(coming, size)), [])


def _script(name: str, rows: Sequence[Mapping[str, Any]]) -> bytes:
    return b"demandkbDocuments(" + _json(name) + b"," + _json(rows) + b");\n"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _letter(view: View, iri: str) -> Mapping[str, Any]:
    """A letter with its demands in force."""
    graph, link = view.graph, view.letter(iri)
    demands = [
        {
            "id": view.page(demand).rpartition("#")[2],
            "text": " ".join(said["quote"].split()),
            "state": last(said["state"]),
        }
        for demand in graph.demands.get(iri, ())
        if (said := graph.demand(demand))
    ]
    shown = {"key": iri, "href": link["href"], "label": link["label"], "date": link["date"]}
    return {"kind": "letter", **shown, "demands": demands}


def _names(view: View) -> Iterator[Mapping[str, Any]]:
    """Every signatory, addressee and document, by all its names."""
    graph = view.graph
    for kind, things in (
        ("organisation", graph.signed),
        ("addressee", graph.addressed),
        ("document", graph.named),
    ):
        for iri in things:
            label = view.label(iri)
            others = sorted(set(graph.labels.get(iri, {}).values()) - {label})
            yield {"kind": kind, "href": view.thing(iri)["href"], "label": label, "also": " · ".join(others)}


# The index


def _documents(view: View, row: Mapping[str, Any], chosen: frozenset[str]) -> Iterator[set[str]]:
    """What each document of a row is found by: words, and values of filters, as in `options`."""
    own = terms(f"{row['label']} {row.get('also', '')}")
    if row["kind"] != "letter":
        yield own | {f"kind:{row['kind']}"}
        return
    graph, letter = view.graph, row["key"]
    own |= {f"year:{row['date'][:4]}"}
    own |= {f"addressee:{last(who)}" for who in graph.addressees(letter)}
    own |= {f"organisation:{last(who)}" for who in graph.signers.get(letter, ()) if who in chosen}
    yield own | {"kind:letter"}
    for demand, shown in zip(graph.demands.get(letter, ()), row["demands"], strict=True):
        types = {f"type:{last(type_)}" for type_ in graph.types_of.get(demand, ())}
        yield own | types | terms(shown["text"]) | {"kind:demand", f"state:{shown['state']}"}


class Index:
    """Which documents have a key: numbers that go to a file of their own when they are too many for memory."""

    def __init__(self) -> None:
        self.documents = 0
        self._found: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self._held = 0
        self._file = sqlite3.connect("")
        self._file.execute("CREATE TABLE found (key BLOB, documents BLOB)")

    def add(self, keys: Collection[str]) -> None:
        """Add the next document, by its keys."""
        for key in keys:
            self._found[key].append(self.documents)
        self.documents += 1
        self._held += len(keys)
        if self._held > HELD:
            self._write()

    def _write(self) -> None:
        rows = ((key.encode(*ORDER), numbers.tobytes()) for key, numbers in self._found.items())
        self._file.executemany("INSERT INTO found VALUES (?, ?)", rows)
        self._found.clear()
        self._held = 0

    def __iter__(self) -> Iterator[tuple[str, Sequence[int]]]:
        """Each key with the documents that have it, in order."""
        self._write()
        rows = self._file.execute("SELECT key, documents FROM found ORDER BY key, rowid")
        for key, some in groupby(rows, itemgetter(0)):
            numbers = array("I")
            for _, documents in some:
                numbers.frombytes(documents)
            yield key.decode(*ORDER), numbers

    def close(self) -> None:
        """Remove the file."""
        self._file.close()


def _index_files(index: Iterable[tuple[str, Sequence[int]]]) -> Iterator[tuple[str, str, bytes]]:
    """The files of the index: name, first key, content."""
    some: dict[str, str] = {}
    size = number = 0
    for key, documents in index:
        some[key] = _packed(documents)
        size += len(key) + len(some[key]) + 6
        if size > INDEX:
            number += 1
            yield f"index-{number:04}.js", next(iter(some)), b"demandkbIndex(" + _json(some) + b");\n"
            some, size = {}, 0
    if some:
        yield f"index-{number + 1:04}.js", next(iter(some)), b"demandkbIndex(" + _json(some) + b");\n"


def _packed(numbers: Iterable[int]) -> str:
    """Numbers in order as hexadecimal gaps; "*" and how many more follow one by one."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    before = -1
    parts = []
    for first, final in runs:
        parts.append(f"{first - before:x}" + (f"*{final - first:x}" if final > first else ""))
        before = final
    return ",".join(parts)


def _with_most(graph: Graph, table: str) -> list[str]:
    spans = graph.spans(table)
    return nsmallest(MOST_CHOICES, spans, key=lambda who: (-spans[who].letters, who))


def options(view: View) -> Mapping[str, list[tuple[str, str]]]:
    """What can be chosen in each filter: value and words."""
    graph = view.graph
    addressees = [who for who in _with_most(graph, "received") if who in graph.addressed]
    found = {
        "type": [type_ for type_, row in graph.types.items() if row["broader"] and any(graph.asking(type_))],
        "addressee": sorted(addressees, key=view.label),
        "organisation": sorted(_with_most(graph, "signed"), key=view.label),
    }
    years = sorted({row["date"][:4] for row in graph.letters.values() if row["date"]})
    states = {last(state) for state in graph.states}
    return {
        **{name: [(last(iri), view.label(iri)) for iri in iris] for name, iris in found.items()},
        "year": [(year, year) for year in years],
        "state": [(state, view.words[word]) for state, word in STATES.items() if state in states],
    }
