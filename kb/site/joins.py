"""What joins things (who signed which letter, which demand is of which type), in a file that stays with the site.

A letter is asked for when it is new or changed, by what stands for all it says; so few questions bring a site up to
date, and memory holds one letter at a time. What is said of the collection as a whole (names of things, lines of
demands, assessments) is asked every time.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from kb.site.data import Graph, Row, digest
from kb.tracking import Restatement, lines

__all__ = ["bring_up_to_date", "joined", "open_joins"]

SCHEMA = Path(__file__).with_name("joins.sql")

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


def bring_up_to_date(database: sqlite3.Connection, graph: Graph) -> None:
    """Ask what is not known yet of `graph`, which reads from `database`."""
    database.execute("BEGIN")
    _letters(database, graph)
    _whole(database, graph)
    _lines(database, graph)
    _stamps(database, graph)
    database.execute("COMMIT")


# Letters


def _letters(database: sqlite3.Connection, graph: Graph) -> None:
    kept = graph.store.fingerprints()
    before = dict(database.execute("SELECT iri, fingerprint FROM letter"))
    for row in graph.ask("letters"):
        letter = row["letter"]
        fingerprint = kept.get(letter.rpartition("/letter/")[2], graph.store.version)
        if before.pop(letter, None) != fingerprint:
            database.execute("DELETE FROM letter WHERE iri = ?", (letter,))
            _add(database, graph, letter, fingerprint)
    database.executemany("DELETE FROM letter WHERE iri = ?", ((gone,) for gone in before))
    order = "SELECT id, ROW_NUMBER() OVER (ORDER BY CASE date WHEN '' THEN '9' ELSE date END, name) AS n FROM letter"
    database.execute(
        f"UPDATE letter SET place = n FROM ({order}) AS ordered WHERE ordered.id = letter.id AND place IS NOT n"
    )


def _add(database: sqlite3.Connection, graph: Graph, letter: str, fingerprint: str) -> None:
    summary = next(graph.ask("letter-summary", about=letter))
    demands = list(graph.ask("letter-demands", about=letter))
    own = [demand for demand in demands if demand["reported"] != "true"]
    told = {**summary, "letter": letter, "demands": str(len(own))}
    [(id_,)] = database.execute(
        "INSERT INTO letter (iri, name, fingerprint, date, told) VALUES (?, ?, ?, ?, ?) RETURNING id",
        (letter, summary["id"], fingerprint, summary["date"], json.dumps(told)),
    )
    for row in graph.ask("letter-things", about=letter):
        role, thing = row["role"], _thing(database, row["thing"])
        if role in ROLES:
            database.execute("INSERT INTO received VALUES (?, ?, ?)", (id_, thing, role))
        else:
            database.execute(f"INSERT INTO {role} VALUES (?, ?)", (id_, thing))
    printed = {(row["thing"], row["printed"]) for row in graph.ask("letter-mentions", about=letter)}
    database.executemany(
        "INSERT INTO printed VALUES (?, ?, ?)",
        ((id_, _thing(database, iri), name) for iri, name in printed if iri),
    )
    for demand in demands:
        _add_demand(database, id_, demand)
    for row in graph.ask("letter-leaning", about=letter):
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


def _whole(database: sqlite3.Connection, graph: Graph) -> None:
    database.execute("DELETE FROM label")
    database.executemany(
        "INSERT INTO label VALUES (:thing, :language, :label)"
        " ON CONFLICT DO UPDATE SET label = MIN(label, excluded.label)",
        graph.ask("labels"),
    )
    for table, key, query in (
        ("note", "thing", "notes"),
        ("type", "thing", "types"),
        ("assessment", "demand", "assessments"),
    ):
        database.execute(f"DELETE FROM {table}")
        column = "iri" if table == "type" else key
        database.executemany(
            f"INSERT INTO {table} ({column}, told) VALUES (?, ?)",
            ((row[key], json.dumps(row)) for row in graph.ask(query)),
        )


def _lines(database: sqlite3.Connection, graph: Graph) -> None:
    """Demands joined by restating each other, each line from its first statement on; longest first."""
    types: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in graph.ask("restatements"):
        types[row["demand"], row["earlier"]].add(row["type"])
    links = [
        Restatement(later, earlier, 1.0, tuple(sorted(filter(None, of))), "")
        for (later, earlier), of in sorted(types.items())
    ]
    dates = {demand: graph.date_of(demand) for pair in types for demand in pair}
    database.execute("DELETE FROM line")
    database.execute("DELETE FROM line_of")
    for line in lines(links, dates):
        first = line.demands[0]
        database.execute(
            "INSERT INTO line (name, told) VALUES (?, ?)", (f"{line.type} {first}", json.dumps(line))
        )
        database.executemany(
            "INSERT INTO line_of (demand, type, first) VALUES (?, ?, ?)",
            ((demand, line.type, first) for demand in line.demands),
        )


# What stands for what pages show

THINGS = """
SELECT thing.id, thing.iri, stamp, language, label,
  EXISTS (SELECT 1 FROM signed WHERE signed.thing = thing.id)
  OR EXISTS (SELECT 1 FROM received WHERE received.thing = thing.id)
  OR EXISTS (SELECT 1 FROM named WHERE named.thing = thing.id)
FROM thing LEFT JOIN label ON label.thing = thing.iri ORDER BY thing.iri, language
"""
"""Things with their names, and whether they have a page."""

NAMED = """
SELECT stamp FROM thing WHERE id IN (
  SELECT thing FROM signed WHERE letter = ?1 UNION SELECT thing FROM received WHERE letter = ?1
  UNION SELECT thing FROM mentioned WHERE letter = ?1
) ORDER BY iri
"""
"""What stands for the things that a letter has to do with."""

SAID = """
SELECT demand.iri, type, first FROM demand LEFT JOIN line_of ON line_of.demand = demand.iri
WHERE letter = ? AND in_force ORDER BY start, demand.iri, line_of.id
"""
"""The demands of a letter, and the lines that they belong to."""


def _stamps(database: sqlite3.Connection, graph: Graph) -> None:
    """Sum up all that any page shows of a thing's name, and of a letter but for the labels of demand types."""
    for (id_, iri, before), rows in groupby(database.execute(THINGS).fetchall(), itemgetter(0, 1, 2)):
        named = [row[3:] for row in rows]
        if (stamp := digest(iri, named)) != before:
            database.execute("UPDATE thing SET shown = ?, stamp = ? WHERE id = ?", (named[0][2], stamp, id_))
    for id_, fingerprint, told, before in database.execute(
        "SELECT id, fingerprint, told, stamp FROM letter"
    ).fetchall():
        said = [(row, _judged(graph, row[0])) for row in database.execute(SAID, (id_,))]
        if (stamp := digest(fingerprint, told, database.execute(NAMED, (id_,)).fetchall(), said)) != before:
            database.execute("UPDATE letter SET stamp = ? WHERE id = ?", (stamp, id_))


def _judged(graph: Graph, demand: str) -> list[tuple[Row, list[tuple[str, str]]]]:
    rows = graph.assessments.get(demand, ())
    return [(row, sorted(graph.labels.get(row["outcome"], {}).items())) for row in rows]
