"""Which demand restates which, kept up to date: only links that a change can reach are looked for again.

A demand's links depend on the last passages before it that have one of its words (`kb.tracking`). So a passage that
comes or goes concerns the demands after it with that word, up to the one that has enough others in between.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from sys import intern

import rdflib
from rdflib.namespace import DCTERMS

from kb import graph, shared, store, tracking
from kb.collection import Decision
from kb.extraction.language import languages
from kb.extraction.reading import plain
from kb.letter import Letter
from kb.memo import Memo
from kb.state import Demand, State
from kb.tracking import Candidate, Passage, Restatement, Statement

__all__ = ["Restating", "statements"]

MANY = 2000
"""Demands that may come and go before looking at all of them anew is the quicker way."""

_CACHE = 1 << 16

_SHARED: Memo[tuple[str, ...], tuple[str, ...]] = Memo(lambda stems: stems, _CACHE)

_GRAPH = "restatements"


def statements(letter: Letter, read: rdflib.Graph) -> Iterator[str]:
    """Give what tracking needs of each demand in force in a letter's graph, as JSON."""
    language = languages().get(letter.language)
    if language is None:
        return
    date = read.value(read.identifier, DCTERMS.issued)
    about = sorted(tracking.countries(letter.text, language))
    for demand in sorted(read.objects(read.identifier, graph.KB.makesDemand), key=str):
        quote = str(read.value(demand, graph.KB.quote))
        passages = tracking.passages(plain(quote, 0, len(quote)), language)
        yield json.dumps([demand, read.identifier, date, passages, about], ensure_ascii=False)


class Restating:
    """Keeps the demands of a draft's state, and the links among them in its graph."""

    def __init__(self, draft: store.Draft, state: State, names: graph.Names) -> None:
        self._draft = draft
        self._state = state
        self._names = names
        self._changed: list[Demand] = []
        self._candidates: dict[int, list[Candidate]] = {}

    def replace(self, letter: str, kept: Iterable[str]) -> None:
        """Take in what `statements` gave of a letter; nothing where the letter is gone."""
        old = {demand.number: demand for demand in self._state.demands_of(letter)}
        new = {demand.number: demand for demand in (_demand(letter, each) for each in kept)}
        for number, demand in old.items():
            if new.get(number) != demand:
                self._concern(demand)
                self._state.forget_demand(demand, _words(demand))
        for number, demand in new.items():
            if old.get(number) != demand:
                self._concern(demand)
                self._state.keep_demand(demand, _words(demand))

    def _concern(self, demand: Demand) -> None:
        if len(self._changed) <= MANY:  # of more only the number counts
            self._changed.append(demand)

    def update(self, rows: list[Decision]) -> rdflib.Graph:
        """Bring the links up to date, and give the graph of those that people judged.

        `rows` are decisions about pairs of demands.
        """
        judged = {frozenset((row.what, row.value)) for row in rows}
        if len(self._changed) > MANY:
            self._take_back(map(int, self._state.sources(_GRAPH)))
            found = tracking.links(
                map(_statement, self._state.dated_demands("begins")),
                map(_statement, self._state.dated_demands("ends")),
                judged,
            )
        else:
            concerned = sorted(self._concerned(judged))
            self._take_back(concerned)
            found = self._links_of(concerned, judged)
        self._write(found)
        self._state.keep_about("judged", json.dumps(sorted(sorted(pair) for pair in judged)))
        decided = tracking.decided(rows, lambda iri: self._find(tracking.number(iri)))
        return graph.restatements_graph(decided, self._names)

    def _concerned(self, judged: set[frozenset[str]]) -> set[int]:
        """The demands whose links may be others now."""
        before = {frozenset(pair) for pair in json.loads(self._state.about("judged") or "[]")}
        concerned = {tracking.number(iri) for pair in judged ^ before for iri in pair}
        concerned |= {demand.number for demand in self._changed}
        between = tracking.NEAREST + sum(len(_statement(demand).passages) for demand in self._changed)
        reached = {(word, demand.ends) for demand in self._changed for word, _ in _words(demand)}
        for word, day in sorted(reached):
            concerned |= self._state.demands_after(word, day, between)
        return concerned

    def _take_back(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            self._draft.remove(self._state.take_said(_GRAPH, _source(number)))

    def _links_of(self, numbers: Iterable[int], judged: Collection[frozenset[str]]) -> Iterator[Restatement]:
        for number in numbers:
            statement = self._find(number)
            if statement is not None and statement.date:
                yield from tracking.links_of(statement, self._recent, judged)

    def _recent(self, type_: str, stem: str, day: int) -> Iterator[Candidate]:
        for number, position in self._state.passages_before(_word(type_, stem), day, tracking.NEAREST):
            if number not in self._candidates:
                statement = self._find(number)
                passages = statement.passages if statement else ()
                self._candidates[number] = [Candidate(statement, each) for each in passages if statement]
            yield self._candidates[number][position]

    def _write(self, found: Iterable[Restatement]) -> None:
        name = str(self._names.graph(_GRAPH))
        with self._draft.spool() as spool:
            for later, links in groupby(found, attrgetter("later")):
                lines = store.ordered(graph.restatements(links, self._names), name)
                self._state.keep_said(_GRAPH, _source(tracking.number(later)), lines)
                spool(shared.text(lines).encode())

    def _find(self, number: int) -> Statement | None:
        kept = self._state.demand(number)
        return None if kept is None else _statement(kept)


def _demand(letter: str, kept: str) -> Demand:
    demand, _, date, *_ = json.loads(kept)
    begins, ends = (tracking.begins(date), tracking.ends(date)) if date else (0, 0)
    return Demand(tracking.number(demand), letter, begins, ends, kept)


def _statement(demand: Demand) -> Statement:
    iri, letter, date, passages, about = json.loads(demand.value)
    found = tuple(Passage(intern(type_), *map(_shared, stems)) for type_, *stems in passages)
    return Statement(iri, intern(letter), date, found, frozenset(about))


def _shared(stems: list[str]) -> tuple[str, ...]:
    """Words that are in memory once, however many demands have them: many ask for the same."""
    return _SHARED[tuple(map(intern, stems))]


def _source(number: int) -> str:
    """What the state knows a demand by: in the order of numbers."""
    return f"{number:020}"


def _words(demand: Demand) -> set[tuple[int, int]]:
    """The words of a dated demand, as numbers, each with the position of its passage."""
    passages = _statement(demand).passages if demand.begins else ()
    return {(_word(each.type, stem), at) for at, each in enumerate(passages) for stem in each.stems}


@lru_cache(_CACHE)
def _word(type_: str, stem: str) -> int:
    """A number for a type and a stem."""
    digest = hashlib.blake2b(f"{type_} {stem}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1
