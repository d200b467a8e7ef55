"""What the pages show, asked of the graph with the queries of `queries/` beside this file.

What joins things (who signed which letter, which demand is of which type) is asked once for the whole site and kept
on disk (`shelves`), where every process that makes pages finds it; what letters say word for word is asked for when
a page needs it, and only the last letters are kept.
"""

from __future__ import annotations

import hashlib
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TypeVar

from pyoxigraph import NamedNode, QuerySolutions

from kb.site.shelves import Shelves
from kb.sparql import bind
from kb.store import Store
from kb.tracking import Line, Restatement, lines

__all__ = ["Graph", "Row", "base_of", "digest", "last", "letter_of"]

Row = Mapping[str, str]
"""One solution: variable name to the text of its value; "" where it is unbound."""

Index = Mapping[str, Sequence[str]]
"""IRIs by IRI."""

_Value = TypeVar("_Value")

AGENTS = ("organisation", "person", "addressee")
"""The folders of those who sign and are addressed."""

LARGE = 500
"""Letters beyond which a collection is too large to ask every question and offer every file for each change."""

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


def _shelved(make: Callable[[Graph], Mapping[str, _Value]]) -> cached_property[Mapping[str, _Value]]:
    """A property that is made once for all processes."""

    def shelf(graph: Graph) -> Mapping[str, _Value]:
        return graph.shelves.shelf(make.__name__, lambda: make(graph))

    shelf.__doc__ = make.__doc__
    return cached_property(shelf)


class Graph:
    """The graph as the pages need it, whatever their language. `base` is the base IRI of the collection's things."""

    def __init__(self, store: Store, base: str, shelves: Shelves | None = None) -> None:
        self.store = store
        self.base = base
        self.shelves = shelves or Shelves.in_memory()
        # Each language shows a page in its turn, and pages next to each other show the same letters.
        self.rows = lru_cache(16)(self._rows)
        self.letter_demands = lru_cache(KEPT)(self._letter_demands)

    def prepare(self) -> None:
        """Ask all that is asked once for the whole site."""
        for name, value in vars(Graph).items():
            if isinstance(value, cached_property):
                getattr(self, name)

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

    def _rows_by(self, column: str, name: str) -> Mapping[str, Sequence[Row]]:
        """The rows of a question by what stands in one column, each in the question's order."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.ask(name):
            found[row[column]].append(row)
        return found

    @_shelved
    def labels(self) -> Mapping[str, Mapping[str, str]]:
        """The labels of everything that has one: IRI to language to label ("" for no language)."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for row in self.ask("labels"):
            labels = found[row["thing"]]
            labels[row["language"]] = min(row["label"], labels.get(row["language"], row["label"]))
        return found

    @_shelved
    def notes(self) -> Mapping[str, Sequence[Row]]:
        """Definitions, other names and addresses of things."""
        return self._rows_by("thing", "notes")

    @_shelved
    def letters(self) -> Mapping[str, Row]:
        """All letters by IRI, in order of time; those without a date last."""
        rows = sorted(self.ask("letters"), key=lambda row: (row["date"] or "9", row["id"]))
        return {sys.intern(row["letter"]): row for row in rows}

    @property
    def is_large(self) -> bool:
        """Whether some answers and files are left to the commands."""
        return len(self.letters) > LARGE

    @_shelved
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
        found: dict[str, set[str]] = defaultdict(set)
        for row in self.ask(name):
            found[sys.intern(row[key])].add(sys.intern(row[value]))
        return {one: sorted(found[one]) for one in sorted(found)}

    def _letters_by(self, index: Index) -> Index:
        """The letters of each thing, in order of time, from the things of each letter."""
        found: dict[str, list[str]] = defaultdict(list)
        for letter in self.letters:
            for thing in index.get(letter, ()):
                found[thing].append(letter)
        return dict(found)

    @_shelved
    def signers(self) -> Index:
        """Who signed each letter: organisations and persons."""
        return self._index("signers", "letter", "thing")

    @_shelved
    def signed(self) -> Index:
        """Which letters each organisation or person signed."""
        return self._letters_by(self.signers)

    @_shelved
    def roles(self) -> Mapping[str, Mapping[str, str]]:
        """Whom each letter is addressed and copied to: letter to agent to role."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for row in sorted(self.ask("addressees"), key=lambda row: (row["role"], row["thing"])):
            found[sys.intern(row["letter"])].setdefault(sys.intern(row["thing"]), sys.intern(row["role"]))
        return found

    def addressees(self, letter: str, role: str = "addressed_to") -> Sequence[str]:
        """To whom a letter is addressed, or copied."""
        return [agent for agent, its in self.roles.get(letter, {}).items() if its == role]

    @_shelved
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

    @_shelved
    def named(self) -> Index:
        """The letters that name each document."""
        return self._letters_by(self._index("documents", "letter", "thing"))

    @_shelved
    def mentioned(self) -> Index:
        """Whom and what each letter names, but for signatories."""
        return self._index("mentioned", "letter", "thing")

    @_shelved
    def demands(self) -> Index:
        """The demands in force of each letter, in the order of the text."""
        found: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for row in self.ask("demands"):
            found[sys.intern(row["letter"])].append((int(row["start"]), sys.intern(row["demand"])))
        return {letter: [demand for _, demand in sorted(pairs)] for letter, pairs in found.items()}

    @_shelved
    def types_of(self) -> Index:
        """The types of each demand in force."""
        return self._index("demand-types", "demand", "thing")

    @_shelved
    def asked(self) -> Index:
        """The demands in force of each type, in order of time."""
        return self._demands_by(self.types_of)

    @_shelved
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

    @_shelved
    def lines(self) -> Mapping[str, Line]:
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
        found = lines(links, {d: self.date_of(d) for link in links for d in (link.later, link.earlier)})
        return {f"{line.type} {line.demands[0]}": line for line in found}

    def line(self, name: str) -> Line:
        """One of `lines`."""
        type_, demands = self.lines[name]
        return Line(type_, tuple(demands))

    @_shelved
    def lines_of(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """The lines that each demand belongs to, by type and first demand: one for each type it was asked again on."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for line in map(self.line, self.lines):
            for demand in line.demands:
                found[demand].append((line.type, line.demands[0]))
        return found

    @_shelved
    def assessments(self) -> Mapping[str, Sequence[Row]]:
        """What people found came of each demand, oldest first."""
        return self._rows_by("demand", "assessments")

    @_shelved
    def shown(self) -> Mapping[str, str]:
        """Everything that has a page of its own, letters apart."""
        return dict.fromkeys((*self.signed, *self.received, *self.named, *self.types), "")

    @_shelved
    def types(self) -> Mapping[str, Row]:
        """The demand types with what is above each, and how many demands and letters have it."""
        return {row["thing"]: row for row in self.ask("types")}

    @_shelved
    def states(self) -> Mapping[str, str]:
        """The record states that demands in force are in."""
        return {row["state"]: "" for row in self.ask("states")}

    # What stands for what pages show, so that it needs not be asked

    @_shelved
    def stamps(self) -> Mapping[str, str]:
        """What stands for all that any page shows of each letter, but for the labels of demand types."""
        kept = self.store.fingerprints()
        return {
            letter: self._stamp(letter, kept.get(letter.rpartition("/letter/")[2], self.store.version))
            for letter in self.letters
        }

    def stamp(self, letter: str) -> str:
        """One of `stamps`."""
        return self.stamps[letter]

    def _stamp(self, letter: str, fingerprint: str) -> str:
        things = {*self.signers.get(letter, ()), *self.mentioned.get(letter, ()), *self.roles.get(letter, ())}
        said = []
        for demand in self.demands.get(letter, ()):
            judged = [(row, self._labels(row["outcome"])) for row in self.assessments.get(demand, ())]
            said.append((demand, self.lines_of.get(demand), judged))
        return digest(
            fingerprint,
            self.letters[letter],
            sorted(self.roles.get(letter, {}).items()),
            [(thing, self._labels(thing), thing in self.shown) for thing in sorted(things)],
            said,
        )

    def thing_stamp(self, thing: str) -> str:
        """What stands for all that any page shows of a thing that has to do with letters."""
        types = [thing, *(type_ for type_, row in self.types.items() if row["broader"] == thing)]
        asked = [map(letter_of, self.asked.get(type_, ())) for type_ in types]
        same = (thing, *self.namesakes(thing))
        joined = (self.signed, self.received, self.named)
        letters = [*(index.get(each, ()) for index in joined for each in same), *asked]
        stamps = [[self.stamp(letter) for letter in dict.fromkeys(its)] for its in letters]
        return digest(thing, self._labels(thing), self.notes.get(thing, ()), stamps)

    @cached_property
    def common_stamp(self) -> str:
        """What stands for what every page may show."""
        types = [(type_, row["broader"], self._labels(type_)) for type_, row in self.types.items()]
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
