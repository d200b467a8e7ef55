"""What the pages show, asked of the graph with the queries of `queries/` beside this file.

What joins things (who signed which letter, which demand is of which type) is held in memory, as IRIs that are
there once; what letters say word for word is asked for when a page needs it, and only the last letters are kept.
"""

from __future__ import annotations

import hashlib
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from pathlib import Path

from pyoxigraph import NamedNode, QuerySolutions

from kb.sparql import bind
from kb.store import Store
from kb.tracking import Line, Restatement, lines

__all__ = ["Graph", "Row", "base_of", "digest", "last", "letter_of"]

Row = Mapping[str, str]
"""One solution: variable name to the text of its value; "" where it is unbound."""

Index = Mapping[str, Sequence[str]]
"""IRIs by IRI."""

AGENTS = ("organisation", "person", "addressee")
"""The folders of those who sign and are addressed."""

KEPT = 1000
"""Letters whose demands are kept from one page to the next."""


@cache
def _query(name: str) -> str:
    return (Path(__file__).parent / "queries" / f"{name}.rq").read_text("utf-8")


def letter_of(demand: str) -> str:
    """The IRI of the letter that a demand stands in."""
    return demand.partition("/demand/")[0]


def last(iri: str) -> str:
    """The last part of an IRI."""
    return iri.replace("#", "/").rpartition("/")[2]


def digest(*values: object) -> str:
    """A digest of values that are written the same if they are the same."""
    return hashlib.sha256(repr(values).encode("utf-8", "surrogatepass")).hexdigest()


class Graph:
    """The graph as the pages need it, whatever their language. `base` is the base IRI of the collection's things."""

    def __init__(self, store: Store, base: str) -> None:
        self.store = store
        self.base = base
        # Each language shows a page in its turn, and pages next to each other show the same letters.
        self.rows = lru_cache(16)(self._rows)
        self.stamp = cache(self._stamp)
        self.letter_demands = lru_cache(KEPT)(self._letter_demands)

    def ask(self, name: str, **about: str) -> Iterator[Row]:
        """The solutions of `queries/NAME.rq`, its variables bound to the IRIs of `about`."""
        text = bind(_query(name), {variable: NamedNode(iri) for variable, iri in about.items()})
        results = self.store.query(text)
        assert isinstance(results, QuerySolutions)  # noqa: S101 - every one of our queries is a SELECT
        names = [variable.value for variable in results.variables]
        for row in results:
            yield {
                key: value.value if value is not None else "" for key, value in zip(names, row, strict=True)
            }

    @cached_property
    def about(self) -> Row:
        """The collection, and what read it."""
        return next(self.ask("site"))

    @cached_property
    def labels(self) -> Mapping[str, Mapping[str, str]]:
        """The labels of everything that has one: IRI to language to label ("" for no language)."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for row in self.ask("labels"):
            labels = found[row["thing"]]
            labels[row["language"]] = min(row["label"], labels.get(row["language"], row["label"]))
        return found

    @cached_property
    def notes(self) -> Mapping[str, Sequence[Row]]:
        """Definitions, other names and addresses of things."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.ask("notes"):
            found[row["thing"]].append(row)
        return found

    @cached_property
    def letters(self) -> Mapping[str, Row]:
        """All letters by IRI, in order of time; those without a date last."""
        rows = sorted(self.ask("letters"), key=lambda row: (row["date"] or "9", row["id"]))
        return {sys.intern(row["letter"]): row for row in rows}

    @cached_property
    def letter_ids(self) -> Mapping[str, str]:
        """The letters' IRIs by their identifiers."""
        return {row["id"]: iri for iri, row in self.letters.items()}

    def date_of(self, demand: str) -> str:
        """The date of the demand's letter; "9", which is after all dates, where it has none."""
        row = self.letters.get(letter_of(demand))
        return (row["date"] if row else "") or "9"

    # What joins things

    def _index(self, name: str, key: str, value: str) -> Index:
        """The values of one column by those of another, both in order of IRI."""
        pairs = {(sys.intern(row[key]), sys.intern(row[value])) for row in self.ask(name)}
        found: dict[str, list[str]] = defaultdict(list)
        for one, other in sorted(pairs):
            found[one].append(other)
        return dict(found)

    def _letters_by(self, index: Index) -> Index:
        """The letters of each thing, in order of time, from the things of each letter."""
        found: dict[str, list[str]] = defaultdict(list)
        for letter in self.letters:
            for thing in index.get(letter, ()):
                found[thing].append(letter)
        return dict(found)

    @cached_property
    def signers(self) -> Index:
        """Who signed each letter: organisations and persons."""
        return self._index("signers", "letter", "thing")

    @cached_property
    def signed(self) -> Index:
        """Which letters each organisation or person signed."""
        return self._letters_by(self.signers)

    @cached_property
    def roles(self) -> Mapping[str, Mapping[str, str]]:
        """Whom each letter is addressed and copied to: letter to agent to role."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for row in sorted(self.ask("addressees"), key=lambda row: (row["role"], row["thing"])):
            found[sys.intern(row["letter"])].setdefault(sys.intern(row["thing"]), sys.intern(row["role"]))
        return found

    def addressees(self, letter: str, role: str = "addressed_to") -> Sequence[str]:
        """To whom a letter is addressed, or copied."""
        return [agent for agent, its in self.roles.get(letter, {}).items() if its == role]

    @cached_property
    def received(self) -> Index:
        """The letters that are addressed or copied to each addressee."""
        return self._letters_by({letter: list(roles) for letter, roles in self.roles.items()})

    def namesakes(self, agent: str) -> Sequence[str]:
        """The other IRIs of an agent: what is addressed and what signs has one each, made of its name."""
        folder, _, name = agent.removeprefix(self.base).partition("/")
        if folder not in AGENTS:
            return ()
        others = (f"{self.base}{other}/{name}" for other in AGENTS if other != folder)
        return [other for other in others if other in self.signed or other in self.received]

    @cached_property
    def named(self) -> Index:
        """The letters that name each document."""
        return self._letters_by(self._index("documents", "letter", "thing"))

    @cached_property
    def mentioned(self) -> Index:
        """Whom and what each letter names, but for signatories."""
        return self._index("mentioned", "letter", "thing")

    @cached_property
    def demands(self) -> Index:
        """The demands in force of each letter, in the order of the text."""
        found: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for row in self.ask("demands"):
            found[sys.intern(row["letter"])].append((int(row["start"]), sys.intern(row["demand"])))
        return {letter: [demand for _, demand in sorted(pairs)] for letter, pairs in found.items()}

    @cached_property
    def types_of(self) -> Index:
        """The types of each demand in force."""
        return self._index("demand-types", "demand", "thing")

    @cached_property
    def asked(self) -> Index:
        """The demands in force of each type, in order of time."""
        return self._demands_by(self.types_of)

    @cached_property
    def leaning(self) -> Index:
        """The demands in force that lean on each document, in order of time."""
        return self._demands_by(self._index("demand-documents", "demand", "thing"))

    def _demands_by(self, index: Index) -> Index:
        found: dict[str, list[str]] = defaultdict(list)
        for letter in self.letters:
            for demand in self.demands.get(letter, ()):
                for thing in index.get(demand, ()):
                    found[thing].append(demand)
        return dict(found)

    @cached_property
    def lines(self) -> Sequence[Line]:
        """Demands joined by restating each other, each line from its first statement on; longest first."""
        links = [
            Restatement(
                sys.intern(row["demand"]),
                sys.intern(row["earlier"]),
                1.0,
                tuple(sorted(row["types"].split())),
                "",
            )
            for row in self.ask("restatements")
        ]
        return lines(links, {d: self.date_of(d) for link in links for d in (link.later, link.earlier)})

    @cached_property
    def lines_of(self) -> Mapping[str, Sequence[Line]]:
        """The lines that each demand belongs to: one for each type that it was asked again on."""
        found: dict[str, list[Line]] = defaultdict(list)
        for line in self.lines:
            for demand in line.demands:
                found[demand].append(line)
        return found

    @cached_property
    def assessments(self) -> Mapping[str, Sequence[Row]]:
        """What people found came of each demand, oldest first."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.ask("assessments"):
            found[row["demand"]].append(row)
        return found

    @cached_property
    def shown(self) -> frozenset[str]:
        """Everything that has a page of its own, letters apart."""
        types = (row["thing"] for row in self.types)
        return frozenset((*self.signed, *self.received, *self.named, *types))

    @cached_property
    def types(self) -> Sequence[Row]:
        """The demand types with what is above each, and how many demands and letters have it."""
        return list(self.ask("types"))

    @cached_property
    def states(self) -> frozenset[str]:
        """The record states that demands in force are in."""
        return frozenset(row["state"] for row in self.ask("states"))

    # What stands for what pages show, so that it needs not be asked

    @cached_property
    def _fingerprints(self) -> Mapping[str, str]:
        return {f"{self.base}letter/{name}": print_ for name, print_ in self.store.fingerprints().items()}

    def _stamp(self, letter: str) -> str:
        """What stands for all that any page shows of a letter, but for the labels of demand types."""
        things = {*self.signers.get(letter, ()), *self.mentioned.get(letter, ()), *self.roles.get(letter, ())}
        said = []
        for demand in self.demands.get(letter, ()):
            its = [(line.type, line.demands[0]) for line in self.lines_of.get(demand, ())]
            judged = [(row, self._labels(row["outcome"])) for row in self.assessments.get(demand, ())]
            said.append((demand, its, judged))
        return digest(
            self._fingerprints.get(letter, self.store.version),
            self.letters[letter],
            sorted(self.roles.get(letter, {}).items()),
            [(thing, self._labels(thing), thing in self.shown) for thing in sorted(things)],
            said,
        )

    def thing_stamp(self, thing: str) -> str:
        """What stands for all that any page shows of a thing that has to do with letters."""
        types = [thing, *(row["thing"] for row in self.types if row["broader"] == thing)]
        asked = [map(letter_of, self.asked.get(type_, ())) for type_ in types]
        same = (thing, *self.namesakes(thing))
        joined = (self.signed, self.received, self.named)
        letters = [*(index.get(each, ()) for index in joined for each in same), *asked]
        stamps = [[self.stamp(letter) for letter in dict.fromkeys(its)] for its in letters]
        return digest(thing, self._labels(thing), self.notes.get(thing, ()), stamps)

    @cached_property
    def common_stamp(self) -> str:
        """What stands for what every page may show."""
        types = [(row["thing"], row["broader"], self._labels(row["thing"])) for row in self.types]
        return digest(self.base, self.about, types)

    def _labels(self, thing: str) -> Sequence[tuple[str, str]]:
        return sorted(self.labels.get(thing, {}).items())

    # What letters say

    def _rows(self, name: str, about: str) -> Sequence[Row]:
        """The solutions of a query about one thing."""
        return list(self.ask(name, about=about))

    def _letter_demands(self, letter: str) -> Mapping[str, Row]:
        """The demands that a letter makes or reports, in the order of the text."""
        return {row["demand"]: row for row in self.ask("letter-demands", about=letter)}

    def demand(self, iri: str) -> Row | None:
        """One demand; None where no letter has it any more."""
        return self.letter_demands(letter_of(iri)).get(iri)


def base_of(store: Store) -> str:
    """The base IRI of the collection's things."""
    return Graph(store, "").about["dataset"].removesuffix("collection")
