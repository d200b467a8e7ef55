"""What the pages show, read from one file of tables (`joins`).

Every process that makes pages finds there what joins things (who signed which letter, which demand is of which type)
and what letters say; the graph itself is asked for each letter once.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeVar, cast

from kb.site.asking import Row
from kb.site.shelves import Rows, Shelf
from kb.state import unpacked
from kb.tracking import Line

__all__ = ["MANY", "Graph", "Row", "Span", "digest", "last", "letter_of"]

Index = Mapping[str, Sequence[str]]
"""IRIs by IRI."""

_Value = TypeVar("_Value")

AGENTS = ("organisation", "person", "addressee")
"""The folders of those who sign and are addressed."""

LARGE = 500
"""Letters beyond which a collection is too large to ask every question and offer every file for each change."""

MOST_FORMS = 20
"""Forms in which one thing is printed."""

MOST_TOLD = 30
"""Statements of a line that is told in full."""

FEW = 500
"""Values of a table held in memory, those asked for last: where one may be long."""

MANY = 10_000
"""The same, where values are short and shown on most pages."""


def letter_of(demand: str) -> str:
    """The IRI of the letter that a demand stands in."""
    return demand.partition("/demand/")[0]


def last(iri: str) -> str:
    """The last part of an IRI."""
    return iri.replace("#", "/").rpartition("/")[2]


def digest(*values: object) -> str:
    """A digest of values that are written the same if they are the same."""
    return hashlib.sha256(repr(values).encode("utf-8", "surrogatepass")).hexdigest()


class Span(NamedTuple):
    """How many letters a thing has, and when the first and the last were written ("" if none has a date)."""

    letters: int
    first: str
    last: str


class Graph:
    """The graph as the pages need it, whatever their language, as it is told in a database (of `joins`)."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        # Each language shows a page in its turn, and pages next to each other show the same letters.
        self.said_in = lru_cache(16)(self._said_in)
        self.beside = lru_cache(16)(self._beside)
        self.demands_of = lru_cache(16)(self._demands_of)
        self.coalition = lru_cache(16)(self._coalition)
        self.coalition_size = lru_cache(FEW)(self._coalition_size)
        self.together = lru_cache(16)(self._together)
        self.counted_types = lru_cache(16)(self._counted_types)

    @cached_property
    def about(self) -> Row:
        """The collection, and what read it."""
        return _told(self._database.execute("SELECT told FROM collection").fetchall())

    @cached_property
    def base(self) -> str:
        """The base IRI of the collection's things."""
        return self.about["dataset"].removesuffix("collection")

    def _shelf(
        self, find: str, read: Callable[[Rows], _Value], names: str = "SELECT ''", kept: int = FEW
    ) -> Shelf[_Value]:
        return Shelf(self._database, find, names, read, kept)

    def _number(self, sql: str, *values: str) -> int:
        return int(self._database.execute(sql, values).fetchone()[0])

    @cached_property
    def labels(self) -> Mapping[str, Mapping[str, str]]:
        """The labels of everything that has one: IRI to language to label ("" for no language)."""
        names = "SELECT DISTINCT thing FROM label ORDER BY thing"
        return self._shelf("SELECT language, label FROM label WHERE thing = ?", dict, names, MANY)

    @cached_property
    def notes(self) -> Mapping[str, Sequence[Row]]:
        """Definitions, other names and addresses of things."""
        return self._shelf(
            "SELECT told FROM note WHERE thing = ? ORDER BY property, language, value", _all_told
        )

    @cached_property
    def letters(self) -> Mapping[str, Row]:
        """All letters by IRI, in order of time; those without a date last."""
        names = "SELECT iri FROM letter ORDER BY place"
        return self._shelf("SELECT told FROM letter WHERE iri = ?", _told, names, MANY)

    @cached_property
    def is_large(self) -> bool:
        """Whether some answers and files are left to the commands."""
        return len(self.letters) > LARGE

    @cached_property
    def letter_ids(self) -> Mapping[str, str]:
        """The letters' IRIs by their identifiers."""
        return self._shelf("SELECT iri FROM letter WHERE name = ?", _first, kept=MANY)

    def date_of(self, demand: str) -> str:
        """The date of the demand's letter; "9", which is after all dates, where it has none."""
        row = self.letters.get(letter_of(demand))
        return (row["date"] if row else "") or "9"

    @property
    def first_and_last_date(self) -> Sequence[str]:
        """The first and the last day on which a letter was written; none if no letter tells the day."""
        find = "SELECT MIN(date), MAX(date) FROM letter WHERE LENGTH(date) = 10"
        return [date for date in self._database.execute(find).fetchone() if date]

    # What joins things

    def _letters_by(self, table: str) -> Index:
        """The letters of each thing, in order of time."""
        of = f"FROM {table} JOIN letter ON letter.id = letter WHERE thing = (SELECT id FROM thing WHERE iri = ?)"
        any_ = f"SELECT 1 FROM {table} WHERE thing = thing.id"
        names = f"SELECT iri FROM thing WHERE EXISTS ({any_}) ORDER BY iri"
        return self._shelf(f"SELECT DISTINCT letter.iri {of} ORDER BY place", _column, names)

    @cached_property
    def signers(self) -> Index:
        """Who signed each letter: organisations and persons."""
        find = "FROM letter JOIN signed ON letter = letter.id JOIN thing ON thing.id = thing WHERE letter.iri = ?"
        return self._shelf(f"SELECT thing.iri {find} ORDER BY thing.iri", _column)

    @cached_property
    def signed(self) -> Index:
        """Which letters each organisation or person signed."""
        return self._letters_by("signed")

    @cached_property
    def roles(self) -> Mapping[str, Mapping[str, str]]:
        """Whom each letter is addressed and copied to: letter to agent to role."""
        find = "FROM letter JOIN received ON letter = letter.id JOIN thing ON thing.id = thing WHERE letter.iri = ?"
        return self._shelf(f"SELECT thing.iri, role {find} ORDER BY role, thing.iri", _roles)

    def addressees(self, letter: str, role: str = "addressed_to") -> Sequence[str]:
        """To whom a letter is addressed, or copied."""
        return [agent for agent, its in self.roles.get(letter, {}).items() if its == role]

    @cached_property
    def addressed(self) -> Collection[str]:
        """All to whom letters are addressed."""
        rows = "SELECT DISTINCT iri FROM received JOIN thing ON id = thing WHERE role = 'addressed_to' ORDER BY iri"
        return [iri for (iri,) in self._database.execute(rows)]

    @cached_property
    def received(self) -> Index:
        """The letters that are addressed or copied to each addressee."""
        return self._letters_by("received")

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
        return self._letters_by("named")

    def things(self) -> Iterator[tuple[str, str]]:
        """Everything that has to do with letters, with the first of `signed`, `received` and `named` that it is in."""
        yield from self._database.execute(
            "SELECT iri, shown FROM thing WHERE shown <> '' ORDER BY shown, iri"
        )

    def spans(self, table: str) -> Mapping[str, Span]:
        """How many letters the things of a table (of `joins.sql`) have, and the dates of the first and the last."""
        rows = self._database.execute(
            "SELECT thing.iri, COUNT(*), MIN(NULLIF(date, '')), MAX(date) FROM"
            f" (SELECT DISTINCT thing AS its, letter AS one FROM {table})"
            " JOIN letter ON letter.id = one JOIN thing ON thing.id = its GROUP BY its ORDER BY thing.iri"
        )
        return {iri: Span(count, first or "", last) for iri, count, first, last in rows}

    def most(self, table: str) -> Sequence[str]:
        """The thing, no person, that is most often in a table (of `joins.sql`), if there is one."""
        find = (
            f"FROM {table} JOIN thing ON thing.id = thing WHERE iri NOT LIKE '%/person/%' GROUP BY thing.id"
        )
        return _column(
            self._database.execute(f"SELECT iri {find} ORDER BY COUNT(*) DESC, iri LIMIT 1").fetchall()
        )

    def _beside(self, who: str) -> Mapping[str, int]:
        """With whom an organisation or person signed, and how many letters."""
        return self._counted(
            "SELECT other.thing AS its, COUNT(*) AS n FROM signed JOIN signed AS other USING (letter)"
            " WHERE signed.thing = (SELECT id FROM thing WHERE iri = ?) AND other.thing <> signed.thing GROUP BY its",
            who,
        )

    def _counted(self, find: str, about: str) -> Mapping[str, int]:
        """The things that SQL counts (`its` and `n`), by their IRIs."""
        counted = f"SELECT iri, n FROM ({find}) JOIN thing ON id = its"
        return dict(self._database.execute(counted, (about,)).fetchall())

    def _together(self, some: tuple[str, ...]) -> Mapping[tuple[str, str], int]:
        """How many letters each two of some organisations and persons signed together."""
        rows = self._database.execute(
            "WITH some AS (SELECT thing.id, iri FROM json_each(?) JOIN thing ON iri = value)"
            " SELECT one.iri, two.iri, COUNT(*) FROM some AS one JOIN signed ON signed.thing = one.id"
            " JOIN signed AS other USING (letter) JOIN some AS two ON two.id = other.thing"
            " WHERE one.iri < two.iri GROUP BY one.id, two.id",
            (json.dumps(some),),
        )
        return {(one, two): count for one, two, count in rows}

    def _coalition(self, letters: tuple[str, ...]) -> Mapping[str, int]:
        """Who signed some letters, and how many of them each."""
        return self._counted(
            "SELECT thing AS its, COUNT(*) AS n FROM json_each(?) JOIN letter ON iri = value"
            " JOIN signed ON letter = letter.id GROUP BY its",
            json.dumps(letters),
        )

    def _coalition_size(self, letters: tuple[str, ...]) -> int:
        """How many signed some letters."""
        return self._number(
            "SELECT COUNT(DISTINCT thing) FROM json_each(?) JOIN letter ON iri = value"
            " JOIN signed ON letter = letter.id",
            json.dumps(letters),
        )

    @cached_property
    def printed(self) -> Index:
        """The first of the forms in which each thing is printed."""
        find = "FROM printed WHERE thing = (SELECT id FROM thing WHERE iri = ?) ORDER BY name"
        return self._shelf(f"SELECT DISTINCT name {find} LIMIT {MOST_FORMS}", _column)

    @cached_property
    def demands(self) -> Index:
        """The demands in force of each letter, in the order of the text."""
        find = "FROM letter JOIN demand ON letter = letter.id WHERE letter.iri = ? AND in_force"
        return self._shelf(f"SELECT demand.iri {find} ORDER BY start, demand.iri", _column)

    def _demands_of(self, letters: tuple[str, ...]) -> Sequence[str]:
        """The demands in force of some letters, letter by letter."""
        find = (
            "FROM json_each(?) AS its JOIN letter ON letter.iri = value JOIN demand ON letter = letter.id"
            " WHERE in_force ORDER BY its.key, start, demand.iri"
        )
        rows = self._database.execute(f"SELECT demand.iri {find}", (json.dumps(letters),))
        return _column(rows.fetchall())

    @cached_property
    def demand_count(self) -> int:
        """How many demands are in force."""
        return self._number("SELECT COUNT(*) FROM demand WHERE in_force")

    @cached_property
    def types_of(self) -> Index:
        """The types of each demand in force."""
        find = (
            "FROM demand JOIN asked ON demand = demand.id JOIN thing ON thing.id = thing WHERE demand.iri = ?"
        )
        return self._shelf(f"SELECT thing.iri {find} ORDER BY thing.iri", _column)

    def _counted_types(self, demands: tuple[str, ...]) -> Mapping[str, int]:
        """How many of some demands in force are of each type."""
        return self._counted(
            "SELECT thing AS its, COUNT(*) AS n FROM json_each(?) JOIN demand ON iri = value"
            " JOIN asked ON demand = demand.id GROUP BY its",
            json.dumps(demands),
        )

    def types_by_letter(self) -> Iterator[tuple[str, str, int]]:
        """Each type that a letter asks for, the letter, and how many of its demands are of that type."""
        yield from self._database.execute(
            "SELECT thing.iri, letter.iri, COUNT(*) FROM asked JOIN demand ON demand.id = demand"
            " JOIN letter ON letter.id = letter JOIN thing ON thing.id = thing GROUP BY letter.id, thing.id"
        )

    def _demands_by(self, table: str) -> Index:
        of = f"FROM {table} JOIN demand ON demand.id = demand JOIN letter ON letter.id = letter"
        which = "in_force AND thing = (SELECT id FROM thing WHERE iri = ?)"
        find = f"SELECT demand.iri {of} WHERE {which} ORDER BY place, start, demand.iri"
        return self._shelf(find, _column)

    @cached_property
    def asked(self) -> Index:
        """The demands in force of each type, in order of time."""
        return self._demands_by("asked")

    @cached_property
    def leaning(self) -> Index:
        """The demands in force that lean on each document, in order of time."""
        return self._demands_by("leaning")

    @cached_property
    def lines(self) -> Mapping[str, Line]:
        """Demands joined by restating each other, each line from its first statement on; longest first."""
        names = "SELECT name FROM line ORDER BY length DESC, name"
        find = (
            "SELECT type, demand FROM line JOIN line_of ON line = line.id WHERE name = ? ORDER BY line_of.id"
        )
        return self._shelf(find, _line, names)

    @property
    def line_to_ask_about(self) -> Line:
        """The longest line that is not too long to be told in full; one without demands if there is none."""
        find = "SELECT name FROM line WHERE length <= ? ORDER BY length DESC, name LIMIT 1"
        found = self._database.execute(find, (MOST_TOLD,)).fetchone()
        return self.lines[found[0]] if found else Line("", ())

    @cached_property
    def lines_of(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """The lines that each demand belongs to, by type and first demand: one for each type it was asked again on."""
        find = "SELECT type, first FROM line_of JOIN line ON line.id = line WHERE demand = ?"
        return self._shelf(f"{find} ORDER BY length DESC, name", list)

    @cached_property
    def assessments(self) -> Mapping[str, Sequence[Row]]:
        """What people found came of each demand, oldest first."""
        return self._shelf("SELECT told FROM assessment WHERE demand = ? ORDER BY id", _all_told)

    @cached_property
    def shown(self) -> Collection[str]:
        """Everything that has a page of its own, letters apart."""
        find = (
            "SELECT iri FROM thing WHERE iri = ?1 AND shown <> '' UNION SELECT iri FROM type WHERE iri = ?1"
        )
        return self._shelf(find, _first, kept=MANY)

    @cached_property
    def types(self) -> Mapping[str, Row]:
        """The demand types with what is above each."""
        names = "SELECT iri FROM type ORDER BY id"
        return dict(self._shelf("SELECT told FROM type WHERE iri = ?", _told, names))

    def under(self, type_: str) -> Sequence[str]:
        """A type and those below it."""
        return [type_, *(each for each, row in self.types.items() if row["broader"] == type_)]

    def asking(self, type_: str) -> tuple[int, int]:
        """How many demands in force are of a type or one below it, and in how many letters."""
        of = "FROM asked JOIN demand ON id = demand WHERE thing IN"
        among = "SELECT thing.id FROM thing JOIN json_each(?) ON iri = value"
        [found] = self._database.execute(
            f"SELECT COUNT(DISTINCT demand), COUNT(DISTINCT letter) {of} ({among})",
            (json.dumps(self.under(type_)),),
        )
        return int(found[0]), int(found[1])

    @cached_property
    def states(self) -> Collection[str]:
        """The record states that demands in force are in."""
        return {
            state for (state,) in self._database.execute("SELECT DISTINCT state FROM demand WHERE in_force")
        }

    # What stands for what pages show, so that it needs not be asked

    @cached_property
    def stamps(self) -> Mapping[str, str]:
        """What stands for all that any page shows of each letter, but for the labels of demand types."""
        return self._shelf("SELECT stamp FROM letter WHERE iri = ?", _first, kept=MANY)

    def stamp(self, letter: str) -> str:
        """One of `stamps`."""
        return self.stamps[letter]

    def thing_stamp(self, thing: str) -> str:
        """What stands for all that any page shows of a thing that has to do with letters."""
        stamps = [self._stamps_of("signed", same) for same in (thing, *self.namesakes(thing))]
        stamps += [self._stamps_of("received", same) for same in (thing, *self.namesakes(thing))]
        stamps += [self._stamps_of("named", thing), *map(self._stamps_asking, self.under(thing))]
        return digest(thing, self._labels(thing), self.notes.get(thing, ()), stamps)

    def _stamps_of(self, table: str, thing: str) -> Rows:
        """The stamps of a thing's letters, in order of time."""
        return self._database.execute(
            f"SELECT stamp FROM {table} JOIN letter ON id = letter"
            " WHERE thing = (SELECT id FROM thing WHERE iri = ?) ORDER BY place",
            (thing,),
        ).fetchall()

    def _stamps_asking(self, type_: str) -> Rows:
        """The stamps of the letters that ask for a type, in order of time."""
        return self._database.execute(
            "SELECT DISTINCT stamp FROM asked JOIN demand ON demand.id = demand JOIN letter ON letter.id = letter"
            " WHERE thing = (SELECT id FROM thing WHERE iri = ?) ORDER BY place",
            (type_,),
        ).fetchall()

    @cached_property
    def common_stamp(self) -> str:
        """What stands for what every page may show."""
        types = [(type_, row["broader"], self._labels(type_)) for type_, row in self.types.items()]
        return digest(self.base, self.about, types)

    def _labels(self, thing: str) -> Sequence[tuple[str, str]]:
        return sorted(self.labels.get(thing, {}).items())

    # What letters say

    def _said_in(self, letter: str) -> Mapping[str, Sequence[Row]]:
        """What only the page of a letter shows: the solutions of queries about it, by their names."""
        find = "SELECT rows FROM page JOIN letter USING (id) WHERE iri = ?"
        [(rows,)] = self._database.execute(find, (letter,))
        return cast("Mapping[str, Sequence[Row]]", json.loads(unpacked(rows)))

    def letter_demands(self, letter: str) -> Mapping[str, Row]:
        """The demands that a letter makes or reports, in the order of the text."""
        rows = self._database.execute(
            "SELECT demand.told FROM letter JOIN demand ON letter = letter.id WHERE letter.iri = ?"
            " ORDER BY start, demand.iri",
            (letter,),
        )
        return {row["demand"]: row for (told,) in rows for row in [json.loads(told)]}

    @cached_property
    def said(self) -> Mapping[str, Row]:
        """What each demand says, whether it is made or reported."""
        return self._shelf("SELECT told FROM demand WHERE iri = ?", _told)

    def demand(self, iri: str) -> Row | None:
        """One demand; None where no letter has it any more."""
        return self.said.get(iri)


# Rows of the tables as values


def _first(rows: Rows) -> str:
    return sys.intern(rows[0][0])


def _column(rows: Rows) -> list[str]:
    return [sys.intern(value) for (value,) in rows]


def _told(rows: Rows) -> Row:
    return cast("Row", json.loads(rows[0][0]))


def _all_told(rows: Rows) -> list[Row]:
    return [json.loads(told) for (told,) in rows]


def _roles(rows: Rows) -> dict[str, str]:
    found: dict[str, str] = {}
    for agent, role in rows:
        found.setdefault(sys.intern(agent), sys.intern(role))
    return found


def _line(rows: Rows) -> Line:
    return Line(rows[0][0], tuple(demand for _, demand in rows))
