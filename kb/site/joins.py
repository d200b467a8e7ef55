"""What joins things, and what letters say, in a file of tables that stays with the site.

A letter is asked for when it is new or changed, by what stands for all it says; so few questions bring a site up to
date. What is said of the collection as a whole (names of things, lines of demands, assessments) is asked every time.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

from pyoxigraph import NamedNode

from kb.errors import OutsideError
from kb.site.apart import work_apart
from kb.site.asking import Row, ask
from kb.site.data import Graph, digest
from kb.state import packed
from kb.store import Store, loaded, reopen
from kb.tracking import Restatement, lines
from kb.workers import Lost

__all__ = ["bring_up_to_date", "joined", "open_joins"]

SCHEMA = Path(__file__).with_name("joins.sql")

FEW = 100
"""Letters up to which it costs less to ask for them here than to start processes."""

LATER = 1000
"""Demands whose restatements are asked for at a time."""

BATCH = 20
"""Letters a process is given at a time."""

SECONDS = 600
"""How long asking for one letter may take."""

ROLES = {"addressed_to": "received", "copied": "received"}
"""The tables of the roles that things have in letters, but for those called as their table is."""


@contextmanager
def joined(path: Path, program: str) -> Iterator[sqlite3.Connection]:
    """Open the file of what joins things, which is made anew if another `program` made it or it can't be read."""
    if not _is_of(path, program):
        path.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as database:
            database.executescript(f"BEGIN; {SCHEMA.read_text('utf-8')} COMMIT;")
            database.execute("CREATE TABLE program AS SELECT ? AS made_by", (program,))
            database.commit()
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA foreign_keys = ON")
        yield database


def open_joins(path: Path) -> sqlite3.Connection:
    """Open a file that another process made and does not write, for reading."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def _is_of(path: Path, program: str) -> bool:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as database:
            return bool(database.execute("SELECT made_by = ? FROM program", (program,)).fetchone()[0])
    except sqlite3.DatabaseError:
        return False


def bring_up_to_date(database: sqlite3.Connection, store: Store, jobs: int) -> None:
    """Ask what is not known yet of the graph, in `jobs` processes.

    Raises OutsideError where one of them ends.
    """
    database.execute("BEGIN")
    _letters(database, store, jobs)
    _whole(database, store)
    graph = Graph(database)
    _lines(database, graph, store)
    _stamps(database, graph)
    database.execute("COMMIT")


# Letters

Told = Mapping[str, Sequence[Row]]
"""The solutions of the queries about one letter, by their names."""

ABOUT = ("summary", "demands", "things", "mentions", "leaning", "remarks", "text")
"""The queries about one letter (`letter-….rq`)."""

SHOWN = ("mentions", "remarks", "text")
"""Those whose solutions only the page of the letter shows."""


def _letters(database: sqlite3.Connection, store: Store, jobs: int) -> None:
    kept = store.fingerprints()
    before = dict(database.execute("SELECT iri, fingerprint FROM letter"))
    changed = {}
    for row in ask(store, "letters"):
        letter = row["letter"]
        fingerprint = kept.get(letter.rpartition("/letter/")[2], store.version)
        if before.pop(letter, None) != fingerprint:
            changed[letter] = fingerprint
    gone = [*before, *changed]
    database.executemany("DELETE FROM letter WHERE iri = ?", ((letter,) for letter in gone))
    for letter, told in _all_told(store, list(changed), jobs):
        _add(database, letter, changed[letter], told)
    order = "SELECT id, ROW_NUMBER() OVER (ORDER BY CASE date WHEN '' THEN '9' ELSE date END, name) AS n FROM letter"
    database.execute(
        f"UPDATE letter SET place = n FROM ({order}) AS ordered WHERE ordered.id = letter.id AND place IS NOT n"
    )


def _all_told(store: Store, letters: Sequence[str], jobs: int) -> Iterator[tuple[str, Told]]:
    """What letters say; in processes of their own where they are many."""
    if jobs == 1 or len(letters) <= FEW:
        yield from (_told(store, letter) for letter in letters)
        return
    assert store.folder is not None  # noqa: S101 (an opened build has one)
    for done in work_apart(_told, reopen, store.folder, letters, jobs, BATCH, SECONDS):
        if isinstance(done, Lost):
            raise OutsideError(f"{done.task} can't be asked for: its process ended")
        yield done


def _told(store: Store, letter: str) -> tuple[str, Told]:
    alone = store.letter(NamedNode(letter))
    return letter, {name: list(ask(alone, f"letter-{name}", about=letter)) for name in ABOUT}


def _add(database: sqlite3.Connection, letter: str, fingerprint: str, told: Told) -> None:
    [summary] = told["summary"]
    own = [demand for demand in told["demands"] if demand["reported"] != "true"]
    said = {**summary, "letter": letter, "demands": str(len(own))}
    [(id_,)] = database.execute(
        "INSERT INTO letter (iri, name, fingerprint, date, told) VALUES (?, ?, ?, ?, ?) RETURNING id",
        (letter, summary["id"], fingerprint, summary["date"], json.dumps(said)),
    )
    rows = packed([json.dumps({name: told[name] for name in SHOWN})])
    database.execute("INSERT INTO page VALUES (?, ?)", (id_, rows))
    for row in told["things"]:
        role, thing = row["role"], _thing(database, row["thing"])
        if role in ROLES:
            database.execute("INSERT INTO received VALUES (?, ?, ?)", (id_, thing, role))
        else:
            database.execute(f"INSERT INTO {role} VALUES (?, ?)", (id_, thing))
    printed = {(row["thing"], row["printed"]) for row in told["mentions"] if row["thing"]}
    database.executemany(
        "INSERT INTO printed VALUES (?, ?, ?)", ((id_, _thing(database, iri), name) for iri, name in printed)
    )
    for demand in told["demands"]:
        _add_demand(database, id_, demand)
    for row in told["leaning"]:
        thing = _thing(database, row["thing"])
        database.execute("INSERT INTO leaning SELECT id, ? FROM demand WHERE iri = ?", (thing, row["demand"]))


def _add_demand(database: sqlite3.Connection, letter: int, demand: Row) -> None:
    in_force = demand["reported"] != "true"
    [(id_,)] = database.execute(
        "INSERT INTO demand (iri, letter, start, in_force, state, told) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
        (demand["demand"], letter, int(demand["start"]), in_force, demand["state"], json.dumps(demand)),
    )
    if in_force:
        for type_ in demand["types"].split():
            database.execute("INSERT INTO asked VALUES (?, ?)", (id_, _thing(database, type_)))


def _thing(database: sqlite3.Connection, iri: str) -> int:
    database.execute("INSERT OR IGNORE INTO thing (iri) VALUES (?)", (iri,))
    [(id_,)] = database.execute("SELECT id FROM thing WHERE iri = ?", (iri,))
    return int(id_)


# The collection as a whole


def _whole(database: sqlite3.Connection, store: Store) -> None:
    for table in ("collection", "label", "note", "type", "assessment"):
        database.execute(f"DELETE FROM {table}")
    database.execute("INSERT INTO collection VALUES (?)", (json.dumps(next(ask(store, "site"))),))
    database.executemany(
        "INSERT INTO label VALUES (:thing, :language, :label)"
        " ON CONFLICT DO UPDATE SET label = MIN(label, excluded.label)",
        ask(store, "labels"),
    )
    database.executemany(
        "INSERT INTO note VALUES (:thing, :property, :language, :value, :told)",
        ({**row, "told": json.dumps(row)} for row in ask(store, "notes")),
    )
    for table, column, key in (("type", "iri", "thing"), ("assessment", "demand", "demand")):
        database.executemany(
            f"INSERT INTO {table} ({column}, told) VALUES (?, ?)",
            ((row[key], json.dumps(row)) for row in ask(store, f"{table}s")),
        )


LINKS = """
SELECT type, later, earlier FROM (
  SELECT link.*, ROW_NUMBER() OVER (PARTITION BY later, earlier ORDER BY often, link.type) AS n
  FROM link JOIN (SELECT type, COUNT(*) AS often FROM link GROUP BY type) AS types ON types.type = link.type
) WHERE n = 1 ORDER BY type
"""
"""Restatements, each with the one of its types that fewest others have: the one that it counts for."""


def _restatements(store: Store, base: str) -> Iterator[Row]:
    """Which demand asks again what an earlier one asked; asked some at a time, as joining all needs much memory."""
    kept = store.kept(NamedNode(f"{base}graph/restatements"))
    if kept is None:
        yield from ask(store, "restatements")
    else:
        while some := list(islice(kept, LATER)):
            yield from ask(loaded(b"".join(some)), "restatements")


def _lines(database: sqlite3.Connection, graph: Graph, store: Store) -> None:
    """Demands joined by restating each other, each line from its first statement on; type by type."""
    database.execute(
        "CREATE TEMP TABLE link (later, earlier, type, PRIMARY KEY (later, earlier, type)) WITHOUT ROWID"
    )
    database.executemany(
        "INSERT OR IGNORE INTO link VALUES (:demand, :earlier, :type)", _restatements(store, graph.base)
    )
    database.execute("DELETE FROM line")
    database.execute("DELETE FROM line_of")
    for type_, rows in groupby(database.execute(LINKS), itemgetter(0)):
        links = [Restatement(later, earlier, 1.0, (type_,), "") for _, later, earlier in rows]
        dates = {demand: graph.date_of(demand) for link in links for demand in (link.later, link.earlier)}
        for line in lines(links, dates):
            first = line.demands[0]
            [(id_,)] = database.execute(
                "INSERT INTO line (name, type, first, length) VALUES (?, ?, ?, ?) RETURNING id",
                (f"{type_} {first}", type_, first, len(line.demands)),
            )
            database.executemany(
                "INSERT INTO line_of (demand, line) VALUES (?, ?)", ((demand, id_) for demand in line.demands)
            )
    database.execute("DROP TABLE link")


# What stands for what pages show

THINGS = """
SELECT thing.id, thing.iri, stamp, language, label,
  CASE
    WHEN EXISTS (SELECT 1 FROM signed WHERE signed.thing = thing.id) THEN 'signed'
    WHEN EXISTS (SELECT 1 FROM received WHERE received.thing = thing.id) THEN 'received'
    WHEN EXISTS (SELECT 1 FROM named WHERE named.thing = thing.id) THEN 'named'
    ELSE '' END
FROM thing LEFT JOIN label ON label.thing = thing.iri ORDER BY thing.iri, language
"""
"""Things with their names, and the first of the roles that give one a page."""

NAMED = """
SELECT stamp FROM thing WHERE id IN (
  SELECT thing FROM signed WHERE letter = ?1 UNION SELECT thing FROM received WHERE letter = ?1
  UNION SELECT thing FROM mentioned WHERE letter = ?1
) ORDER BY iri
"""
"""What stands for the things that a letter has to do with."""

SAID = """
SELECT demand.iri, line.name FROM demand
LEFT JOIN line_of ON line_of.demand = demand.iri LEFT JOIN line ON line.id = line
WHERE letter = ? AND in_force ORDER BY start, demand.iri, length DESC, line.name
"""
"""The demands of a letter, and the lines that they belong to."""


def _stamps(database: sqlite3.Connection, graph: Graph) -> None:
    """Sum up all that any page shows of a thing's name, and of a letter but for the labels of demand types."""
    things = []
    for (id_, iri, before), rows in groupby(database.execute(THINGS), itemgetter(0, 1, 2)):
        named = [row[3:] for row in rows]
        if (stamp := digest(iri, named)) != before:
            things.append((named[0][2], stamp, id_))
    database.executemany("UPDATE thing SET shown = ?, stamp = ? WHERE id = ?", things)
    letters = []
    for id_, fingerprint, told, before in database.execute("SELECT id, fingerprint, told, stamp FROM letter"):
        said = [(row, _judged(graph, row[0])) for row in database.execute(SAID, (id_,))]
        if (stamp := digest(fingerprint, told, database.execute(NAMED, (id_,)).fetchall(), said)) != before:
            letters.append((stamp, id_))
    database.executemany("UPDATE letter SET stamp = ? WHERE id = ?", letters)


def _judged(graph: Graph, demand: str) -> list[tuple[Row, list[tuple[str, str]]]]:
    rows = graph.assessments.get(demand, ())
    return [(row, sorted(graph.labels.get(row["outcome"], {}).items())) for row in rows]
