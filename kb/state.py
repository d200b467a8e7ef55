"""What a build keeps of each letter beside the graph: what it was made from, what was found, who signed.

The letter's statements are among it, in the order of exports: to read them there is ten times faster than to
have the store look up every term again. One SQLite file in each generation. A draft's is a copy of the one
before and is written without a journal: if the build is killed the draft is thrown away, and publishing waits
until the file is on disk.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Literal, NamedTuple

from kb.letter import SignatoryKind
from kb.memo import Memo

__all__ = ["SIGNED", "Demand", "Entry", "Match", "State", "packed", "unpacked"]

SIGNED = "organisations"
"""The name of the graph that says for whom signatures stand."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A letter as a build left it.

    `size`, `mtime` (nanoseconds, -1 where it is too recent to be trusted) and `sha256` are its file's; `key`
    stands for everything its graph is made from. `problem` is why it was set aside: then the rest is of the
    last time it could be read (`key` of the attempt), and `built` tells whether there was one. `others` is 1
    for a text that is no letter. `findings` is JSON.
    """

    id: str
    path: str
    size: int
    mtime: int
    sha256: str
    key: str
    problem: str = ""
    built: bool = True
    others: int = 0
    explicit: int = 0
    implicit: int = 0
    reported: int = 0
    signatures: int = 0
    documents: int = 0
    warnings: int = 0
    violations: int = 0
    findings: str = "[]"


class Demand(NamedTuple):
    """A demand in force: its number, the days on which its letter's date begins and ends (0: none), JSON."""

    number: int
    letter: str
    begins: int
    ends: int
    value: str


class Match(NamedTuple):
    """Two printed names that may stand for one organisation or were judged, and the IRIs of whom they stand for."""

    one: str
    other: str
    of_one: str
    of_other: str
    score: float
    reason: str
    judgement: str


_CACHE = 96 << 10
"""KiB of a draft's pages that are held in memory: words and names of letters are spread all over their tables."""

_KNOWN = 10_000
"""Descriptions whose numbers are held in memory."""

_COLUMNS = tuple(each.name for each in fields(Entry))
_SCHEMA = f"""
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE letter ({", ".join(_COLUMNS)}, PRIMARY KEY (id)) WITHOUT ROWID;
CREATE TABLE graph (letter TEXT PRIMARY KEY, nquads BLOB NOT NULL, turtle BLOB NOT NULL);
CREATE TABLE name (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, stands_for TEXT NOT NULL DEFAULT '',
    UNIQUE (name, kind)
);
CREATE TABLE signature (
    letter TEXT NOT NULL, position INTEGER NOT NULL, name INTEGER NOT NULL REFERENCES name (number),
    PRIMARY KEY (letter, position)
) WITHOUT ROWID;
CREATE TABLE demand (
    number INTEGER PRIMARY KEY, letter TEXT NOT NULL, begins INTEGER NOT NULL, ends INTEGER NOT NULL,
    value TEXT NOT NULL
);
CREATE INDEX demand_letter ON demand (letter);
CREATE TABLE passage (
    word INTEGER NOT NULL, ends INTEGER NOT NULL, demand INTEGER NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (word, ends, demand, position)
) WITHOUT ROWID;
CREATE TABLE said (
    graph TEXT NOT NULL, source TEXT NOT NULL, nquads BLOB NOT NULL, PRIMARY KEY (graph, source)
) WITHOUT ROWID;
CREATE INDEX name_stands_for ON name (stands_for);
CREATE TABLE linked (name TEXT PRIMARY KEY, kind TEXT NOT NULL, node INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX linked_node ON linked (node);
CREATE TABLE block (key INTEGER NOT NULL, node INTEGER NOT NULL, PRIMARY KEY (key, node)) WITHOUT ROWID;
CREATE TABLE match (
    one TEXT NOT NULL, other TEXT NOT NULL, of_one TEXT NOT NULL, of_other TEXT NOT NULL, score REAL NOT NULL,
    reason TEXT NOT NULL, judgement TEXT NOT NULL, PRIMARY KEY (one, other)
) WITHOUT ROWID;
CREATE INDEX match_of_one ON match (of_one);
CREATE INDEX match_of_other ON match (of_other);
CREATE TABLE description (number INTEGER PRIMARY KEY, line TEXT NOT NULL UNIQUE);
CREATE TABLE described (
    source TEXT NOT NULL, description INTEGER NOT NULL REFERENCES description (number),
    PRIMARY KEY (source, description)
) WITHOUT ROWID;
"""

_SETTLE = (
    "INSERT OR IGNORE INTO passage SELECT * FROM arriving ORDER BY word, ends, demand, position",
    "DELETE FROM arriving",
    "CREATE INDEX IF NOT EXISTS signature_name ON signature (name)",
    "CREATE INDEX IF NOT EXISTS described_description ON described (description)",
)
"""Puts in order what letters bring in none: row by row, a page of a large table would be read for each."""

_ARRIVING = "CREATE TEMP TABLE arriving (word INTEGER, ends INTEGER, demand INTEGER, position INTEGER)"


def packed(nquads: Iterable[str]) -> bytes:
    """Pack lines to be kept: addresses repeat so much that a fifteenth is left."""
    return zlib.compress("".join(f"{line}\n" for line in nquads).encode(), 1)


def unpacked(nquads: bytes) -> bytes:
    """Give the lines that were packed."""
    return zlib.decompress(nquads)


class State:
    """The state of one generation: read-only if it is published, or a draft's."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._descriptions = Memo(self._description, _KNOWN)

    # What the whole build was made from

    def about(self, key: str) -> str:
        """Tell what was kept under a key, or nothing."""
        row = self._database.execute("SELECT value FROM about WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else ""

    def keep_about(self, key: str, value: str) -> None:
        """Keep something of the whole build."""
        self._database.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (key, value))

    # Letters

    def entries(self) -> Iterator[Entry]:
        """Give every letter, by id."""
        for row in self._database.execute(f"SELECT {', '.join(_COLUMNS)} FROM letter ORDER BY id"):  # noqa: S608  # names of a dataclass
            yield Entry(*row)

    def built(self) -> set[str]:
        """Give the ids of all letters that could be read, now or before."""
        return {row[0] for row in self._database.execute("SELECT id FROM letter WHERE built")}

    def aside(self) -> list[tuple[str, str, bool]]:
        """List the letters that can't be read: id, why, and whether they could before."""
        rows = self._database.execute("SELECT id, problem, built FROM letter WHERE problem <> '' ORDER BY id")
        return [(identifier, problem, bool(built)) for identifier, problem, built in rows]

    def keep(self, entry: Entry) -> None:
        """Keep what is known of a letter."""
        marks = ", ".join("?" * len(_COLUMNS))
        self._database.execute(f"INSERT OR REPLACE INTO letter VALUES ({marks})", astuple(entry))  # noqa: S608  # only question marks

    def keep_signatures(self, letter: str, signatures: Iterable[tuple[int, str, SignatoryKind]]) -> None:
        """Keep the signatures of a letter: position, printed name (whose white space does not matter), kind."""
        signatures = [(position, " ".join(name.split()), kind) for position, name, kind in signatures]
        self._database.execute("DELETE FROM signature WHERE letter = ?", (letter,))
        self._database.executemany(
            "INSERT OR IGNORE INTO name (name, kind) VALUES (?, ?)",
            ((name, kind) for _, name, kind in signatures),
        )
        self._database.executemany(
            "INSERT INTO signature SELECT ?, ?, number FROM name WHERE name = ? AND kind = ?",
            ((letter, position, name, kind) for position, name, kind in signatures),
        )

    def keep_graph(self, letter: str, nquads: bytes, turtle: bytes) -> None:
        """Keep the statements of a letter, as `packed` gives them, and as Turtle, packed alike."""
        self._database.execute("INSERT OR REPLACE INTO graph VALUES (?, ?, ?)", (letter, nquads, turtle))

    def graph(self, letter: str) -> bytes | None:
        """Give the lines of N-Quads of a letter, in order, or None if it was not read."""
        row = self._database.execute("SELECT nquads FROM graph WHERE letter = ?", (letter,)).fetchone()
        return unpacked(row[0]) if row else None

    def fingerprints(self) -> Iterator[tuple[str, str]]:
        """Give every letter with a digest of its statements and of whom its signatures stand for."""
        for letter, nquads in self._database.execute("SELECT letter, nquads FROM graph"):
            digest = hashlib.sha256(nquads)
            digest.update(repr(self.signed(letter)).encode())
            yield letter, digest.hexdigest()

    def turtle(self, letter: str) -> bytes | None:
        """Give a letter as Turtle without its prefixes, or None if it was not read."""
        row = self._database.execute("SELECT turtle FROM graph WHERE letter = ?", (letter,)).fetchone()
        return unpacked(row[0]) if row else None

    def forget(self, identifier: str) -> None:
        """Remove a letter."""
        self._database.execute("DELETE FROM letter WHERE id = ?", (identifier,))
        self._database.execute("DELETE FROM graph WHERE letter = ?", (identifier,))
        self._database.execute("DELETE FROM signature WHERE letter = ?", (identifier,))

    def totals(self) -> dict[str, int]:
        """Sum up all that was read: `letters` and each count of an Entry."""
        names = (
            "others",
            "explicit",
            "implicit",
            "reported",
            "signatures",
            "documents",
            "warnings",
            "violations",
        )
        sums = ", ".join(f"COALESCE(SUM({name}), 0)" for name in names)
        query = f"SELECT COUNT(*) - COALESCE(SUM(others), 0), {sums} FROM letter WHERE built"  # noqa: S608  # names of a dataclass
        return dict(zip(("letters", *names), self._database.execute(query).fetchone(), strict=True))

    # Signatures

    def signing(self, names: Iterable[str] | None = None) -> Iterator[tuple[str, SignatoryKind, int]]:
        """Give printed names that are signed with, of all or of some: each with its kind, and in how many letters."""
        query = (
            "SELECT name.name, kind, COUNT(DISTINCT letter) FROM name JOIN signature ON signature.name = number "
            "{} GROUP BY number"
        )
        if names is None:
            yield from self._database.execute(query.format(""))
            return
        for name in names:
            yield from self._database.execute(query.format("WHERE name.name = ?"), (name,))

    def organisations(self) -> int:
        """Count whom the printed names stand for."""
        query = "SELECT COUNT(DISTINCT stands_for) FROM name JOIN linked USING (name) WHERE stands_for <> ''"
        return int(self._database.execute(query).fetchone()[0])

    def signed(self, letter: str) -> list[tuple[int, str]]:
        """Give the signatures of a letter: position, IRI of whom it stands for."""
        query = (
            "SELECT position, stands_for FROM signature JOIN name ON number = signature.name "
            "WHERE letter = ? ORDER BY position"
        )
        return list(self._database.execute(query, (letter,)))

    def names_in(self, letter: str) -> set[tuple[str, SignatoryKind]]:
        """Give the printed names that a letter bears, and what each was taken for."""
        query = "SELECT DISTINCT name.name, kind FROM signature JOIN name ON number = signature.name WHERE letter = ?"
        return set(self._database.execute(query, (letter,)))

    def letters_signed(self, names: Iterable[str]) -> set[str]:
        """Find the letters in which one of the printed names stands."""
        query = "SELECT letter FROM signature JOIN name ON number = signature.name WHERE name.name = ?"
        return {row[0] for name in names for row in self._database.execute(query, (name,))}

    def stand_for(self, named: Iterable[tuple[str, str]]) -> None:
        """Keep whom printed names stand for: pairs of name and IRI, which is empty where nobody signs so any more."""
        self._database.executemany(
            "UPDATE name SET stands_for = ? WHERE name = ?", ((iri, name) for name, iri in named)
        )

    def stands_for(self, name: str) -> str:
        """Tell the IRI of whom a printed name stands for, or nothing."""
        row = self._database.execute("SELECT MAX(stands_for) FROM name WHERE name = ?", (name,)).fetchone()
        return row[0] or ""

    def names_for(self, iri: str) -> set[str]:
        """Give the printed names that stand for somebody."""
        query = "SELECT name FROM name JOIN linked USING (name) WHERE stands_for = ?"
        return {row[0] for row in self._database.execute(query, (iri,))}

    # Printed names as they were linked: what their keys and nodes are, `kb.identity` knows

    def linked(self) -> int:
        """Count the names that were linked."""
        return int(self._database.execute("SELECT COUNT(*) FROM linked").fetchone()[0])

    def name(self, name: str) -> tuple[SignatoryKind, int] | None:
        """Tell what a name was taken for, and its node, or None if it was not linked."""
        row = self._database.execute("SELECT kind, node FROM linked WHERE name = ?", (name,)).fetchone()
        return (row[0], row[1]) if row else None

    def names_of(self, node: int) -> list[tuple[str, SignatoryKind]]:
        """Give the names of a node in order, and what each was taken for."""
        return list(
            self._database.execute("SELECT name, kind FROM linked WHERE node = ? ORDER BY name", (node,))
        )

    def keep_name(self, name: str, kind: SignatoryKind, node: int) -> None:
        """Keep a name that is linked, whether somebody signs with it or a person decided about it."""
        self._database.execute("INSERT INTO linked VALUES (?, ?, ?)", (name, kind, node))
        self._database.execute("INSERT OR IGNORE INTO name (name, kind) VALUES (?, ?)", (name, kind))

    def forget_name(self, name: str) -> None:
        """Remove a name."""
        self._database.execute("DELETE FROM linked WHERE name = ?", (name,))

    def forget_names(self) -> None:
        """Remove all names and their keys."""
        self._database.execute("DELETE FROM linked")
        self._database.execute("DELETE FROM block")

    def keep_keys(self, keys: Iterable[tuple[int, int]]) -> None:
        """Keep keys of nodes: pairs of key and node, which may come twice."""
        self._database.executemany("INSERT OR IGNORE INTO block VALUES (?, ?)", keys)

    def forget_keys(self, keys: Iterable[tuple[int, int]]) -> None:
        """Remove keys of nodes."""
        self._database.executemany("DELETE FROM block WHERE key = ? AND node = ?", keys)

    def nodes_with(self, key: int) -> list[int]:
        """Give the nodes that have a key."""
        return [row[0] for row in self._database.execute("SELECT node FROM block WHERE key = ?", (key,))]

    def count_key(self, key: int) -> int:
        """Count the nodes that have a key."""
        return int(self._database.execute("SELECT COUNT(*) FROM block WHERE key = ?", (key,)).fetchone()[0])

    def keep_matches(self, matches: Iterable[Match]) -> None:
        """Keep pairs of names that may be one."""
        self._database.executemany("INSERT INTO match VALUES (?, ?, ?, ?, ?, ?, ?)", matches)

    def take_matches(self, agents: Iterable[str]) -> Iterator[Match]:
        """Remove the pairs of which one stands for some of these, whose IRIs are given; gives them."""
        for iri in sorted(agents):
            yield from self.matches_of(iri)
            self._database.execute("DELETE FROM match WHERE of_one = ?1 OR of_other = ?1", (iri,))

    def matches_of(self, iri: str, judgement: str = "", most: int = -1) -> list[Match]:
        """Give the pairs of which one stands for somebody, best first; all, or of a judgement, or the `most` best."""
        query = "SELECT * FROM match WHERE (of_one = ?1 OR of_other = ?1) AND (?2 = '' OR judgement = ?2)"
        query += " ORDER BY score DESC, one, other LIMIT ?3"
        return [Match(*row) for row in self._database.execute(query, (iri, judgement, most))]

    # What is said of things that several letters name

    def keep_descriptions(self, source: str, lines: Iterable[str]) -> None:
        """Keep what a letter or another source says of such things, in the place of what it said before."""
        ask = self._database.execute
        before = {row[0] for row in ask("SELECT description FROM described WHERE source = ?", (source,))}
        now = {self._descriptions[line] for line in lines}
        self._database.executemany(
            "INSERT INTO described VALUES (?, ?)", ((source, number) for number in sorted(now - before))
        )
        for number in sorted(before - now):
            ask("DELETE FROM described WHERE source = ? AND description = ?", (source, number))
            ask(
                "DELETE FROM description WHERE number = ?1 "
                "AND NOT EXISTS (SELECT 1 FROM described WHERE description = ?1)",
                (number,),
            )
        if before - now:
            self._descriptions.clear()

    def _description(self, line: str) -> int:
        """The number of a line, which the draft keeps; the same few lines come from letter after letter."""
        self._database.execute("INSERT OR IGNORE INTO description (line) VALUES (?)", (line,))
        row = self._database.execute("SELECT number FROM description WHERE line = ?", (line,)).fetchone()
        return int(row[0])

    def descriptions(self) -> Iterator[str]:
        """Give every line that some source says, once, in order."""
        for row in self._database.execute("SELECT line FROM description ORDER BY line"):
            yield str(row[0])

    # Demands, and which restates which

    def settle(self) -> None:
        """Put in order what letters brought: call it when all are kept, before asking by names or words."""
        for step in _SETTLE:
            self._database.execute(step)

    def keep_demand(self, demand: Demand, words: Iterable[tuple[int, int]]) -> None:
        """Keep a demand; `words` are numbers for what it asks for, each with the passage's position (`settle`)."""
        self._database.execute("INSERT INTO demand VALUES (?, ?, ?, ?, ?)", demand)
        self._database.executemany(
            "INSERT INTO arriving VALUES (?, ?, ?, ?)",
            ((word, demand.ends, demand.number, position) for word, position in words),
        )

    def forget_demand(self, demand: Demand, words: Iterable[tuple[int, int]]) -> None:
        """Remove a demand that was kept with these words."""
        self._database.execute("DELETE FROM demand WHERE number = ?", (demand.number,))
        self._database.execute("DELETE FROM arriving WHERE demand = ?", (demand.number,))
        self._database.executemany(
            "DELETE FROM passage WHERE word = ? AND ends = ? AND demand = ? AND position = ?",
            ((word, demand.ends, demand.number, position) for word, position in words),
        )

    def demands_of(self, letter: str) -> list[Demand]:
        """Give the demands of a letter."""
        rows = self._database.execute("SELECT * FROM demand WHERE letter = ? ORDER BY number", (letter,))
        return [Demand(*row) for row in rows]

    def demand(self, number: int) -> Demand | None:
        """Find a demand by its number."""
        row = self._database.execute("SELECT * FROM demand WHERE number = ?", (number,)).fetchone()
        return Demand(*row) if row else None

    def dated_demands(self, by: Literal["begins", "ends"]) -> Iterator[Demand]:
        """Give all demands that have a date, in order of the day they begin or end."""
        query = f"SELECT * FROM demand WHERE begins > 0 ORDER BY {by}, number"  # noqa: S608  # one of two words
        for row in self._database.execute(query):
            yield Demand(*row)

    def passages_before(self, word: int, day: int, most: int) -> list[tuple[int, int]]:
        """Give the last passages with a word that end before a day: demand and position, the last at the end."""
        rows = self._database.execute(
            "SELECT demand, position FROM passage WHERE word = ? AND ends < ? "
            "ORDER BY ends DESC, demand DESC, position DESC LIMIT ?",
            (word, day, most),
        )
        return list(rows)[::-1]

    def demands_after(self, word: int, day: int, most: int) -> set[int]:
        """Give the demands with a word that end after a day, and begin before `most` others have ended."""
        row = self._database.execute(
            "SELECT ends FROM passage WHERE word = ? AND ends > ? ORDER BY ends LIMIT 1 OFFSET ?",
            (word, day, most),
        ).fetchone()
        last = row[0] if row else 99991231
        found = self._database.execute(
            "SELECT DISTINCT number FROM passage JOIN demand ON number = passage.demand "
            "WHERE word = ? AND passage.ends > ? AND passage.ends <= ? AND begins <= ?",
            (word, day, last + 1231, last),  # a date that is only a year ends 1231 after it begins
        )
        return {row[0] for row in found}

    # What is said bit by bit in a graph that concerns several letters

    def keep_said(self, graph: str, source: str, nquads: Iterable[str]) -> None:
        """Keep the lines of N-Quads that one source (a letter, a demand) has in a graph."""
        if kept := list(nquads):
            self._database.execute("INSERT INTO said VALUES (?, ?, ?)", (graph, source, packed(kept)))

    def said_by(self, graph: str, source: str) -> bytes:
        """Give the lines that a source has in a graph."""
        find = "SELECT nquads FROM said WHERE graph = ? AND source = ?"
        row = self._database.execute(find, (graph, source)).fetchone()
        return unpacked(row[0]) if row else b""

    def take_said(self, graph: str, source: str) -> str:
        """Remove what a source has in a graph, and give its lines."""
        lines = self.said_by(graph, source)
        self._database.execute("DELETE FROM said WHERE graph = ? AND source = ?", (graph, source))
        return lines.decode()

    def said(self, graph: str) -> Iterator[bytes]:
        """Give the lines of N-Quads of all sources of a graph, in order."""
        for row in self._database.execute(
            "SELECT nquads FROM said WHERE graph = ? ORDER BY source", (graph,)
        ):
            yield unpacked(row[0])

    def sources(self, graph: str) -> list[str]:
        """List the sources that have something in a graph."""
        rows = self._database.execute("SELECT source FROM said WHERE graph = ? ORDER BY source", (graph,))
        return [row[0] for row in rows]

    # Opening

    @classmethod
    @contextmanager
    def published(cls, generation: Path) -> Iterator[State]:
        """Open the state of a published generation, which is never changed."""
        address = f"{(generation / 'state.sqlite').absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as database:
            yield cls(database)

    @classmethod
    @contextmanager
    def draft(cls, generation: Path, previous: Path | None) -> Iterator[State]:
        """Open the state of a draft, beginning with that of the generation before if there is one."""
        path = generation / "state.sqlite"
        if previous is not None:
            shutil.copyfile(previous / "state.sqlite", path)
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode = OFF")
            database.execute("PRAGMA synchronous = OFF")
            database.execute(f"PRAGMA cache_size = -{_CACHE}")
            database.execute(_ARRIVING)
            if previous is None:
                database.executescript(_SCHEMA)
            database.execute("BEGIN")
            yield cls(database)
            database.execute("COMMIT")
