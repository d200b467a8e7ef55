"""The pages of lines of demands, organisations, persons, addressees, documents and types."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import unquote

from kb.site.data import Row, last, letter_of
from kb.site.overview import growth
from kb.site.view import Page, Table, View
from kb.tracking import Line

__all__ = ["line_pages", "thing_pages", "type_table"]

MOST_DEMANDS = 100
"""Demands, or rows of each table, on one page."""

MOST_NEWEST = 20
"""Demands on the page of an organisation: the newest; all are in its letters."""

MOST_OTHERS = 50
"""Organisations named beside another: those with most letters in common."""


def line_pages(view: View, line: Line) -> Iterator[Page]:
    """A line of demands: every statement over time, word for word, with coalition and state."""
    graph, words = view.graph, view.words
    letters = list(dict.fromkeys(letter_of(demand) for demand in line.demands))
    dates = [date for date in map(graph.date_of, line.demands) if date != "9"]
    newest = {
        last(row["facet"]): view.label(row["outcome"])
        for row in sorted(
            (row for demand in line.demands for row in graph.assessments.get(demand, ())),
            key=lambda row: row["date"],
        )
    }
    addressees = dict.fromkeys(who for letter in letters for who in graph.addressees(letter))
    coalition = graph.coalition(tuple(letters))
    facts = [
        (words["first"], [min(dates, default=words["undated"])]),
        (words["last"], [max(dates, default=words["undated"])]),
        (words["times"], [len(line.demands)]),
        (words["coalition"], [len(coalition)]),
        (words["addressed_to"], view.things(addressees)),
        (words["reply"], [newest.get("reply", words["not_assessed"])]),
        (words["implementation"], [newest.get("implementation", words["not_assessed"])]),
    ]
    values = {
        "heading": view.line(line)["label"],
        "this_line": view.line_path(line),
        "types": view.things([line.type] if line.type else []),
        "facts": facts,
        "assessed": view.assessed(line.demands),
        "coalition": _with_most(view, words["coalition"], coalition),
        **growth(view, [letter for letter in letters if graph.letters[letter]["date"]]),
    }
    page = Page(unquote(view.line_path(line)), "line.html", "lines", values)
    yield from map(view.with_demands, view.paged(page, MOST_DEMANDS, demands=line.demands))


def _with_most(view: View, title: str, counts: Mapping[str, int]) -> Table:
    """Organisations with the number of letters, those with most."""
    rows = [(view.thing(who), count) for who, count in view.ranked(counts, MOST_OTHERS)]
    return Table(title, [view.words["organisation"], view.words["letters"]], rows, (1,))


def type_table(view: View, demands: Sequence[str]) -> Table:
    """How often each type was asked for."""
    words = view.words
    counts = view.graph.counted_types(tuple(demands))
    rows = [(view.thing(type_), count) for type_, count in view.ranked(counts)]
    return Table(words["types"], [words["type"], words["demands"]], rows, (1,))


class Block(NamedTuple):
    """A headed table or list of demands of a page; narrow ones may stand beside each other."""

    id: str
    title: str
    table: Table | None = None
    demands: Sequence[Mapping[str, Any]] = ()
    narrow: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    """What letters have to do with a thing in one of its roles.

    `letters` are shown with those of `demands` that stand in them, on as many pages as they need; `newest`,
    `before` and `after` on the first.
    """

    key: str
    title: str
    facts: Sequence[tuple[str, Sequence[Any]]]
    letters: Sequence[str] = ()
    demands: Sequence[str] = ()
    newest: Sequence[str] = ()
    before: Sequence[Table] = ()
    after: Sequence[Table] = ()


def thing_pages(view: View, iri: str, section: str, kind: str) -> Iterator[Page]:
    """The pages of something letters are signed by, addressed to or name, or that demands are of.

    One that has several roles, such as a body that was addressed and that signed, has a section for each.
    """
    definition, told = _notes(view, iri)
    roles = [role for same in (iri, *view.graph.namesakes(iri)) for role in _roles(view, same)]
    values = {
        "heading": view.label(iri),
        "crumb": view.words["person"] if "/person/" in iri else view.words[kind],
        "definition": definition,
        "facts": [(name, found) for name, found in (*_neighbours(view, iri), *told) if found],
    }
    page = Page(view.page(iri), "thing.html", section, values)
    series = {role.key: _portions(role.letters, role.demands) for role in roles}
    for number, part in enumerate(view.paged(page, 1, **series)):
        here = [_portion(role, part.values[role.key], number == 0) for role in roles]
        letters = [each for role in here for each in (*role.letters, *map(letter_of, role.newest))]
        stamps = [view.graph.stamp(letter) for letter in dict.fromkeys(letters)]
        late = partial(_shown, view, here, number == 0)
        yield replace(part, values={**part.values, "roles": here}, stamps=stamps, late=late)


def _portion(role: Role, portions: Sequence[tuple[list[str], list[str]]], first: bool) -> Role:
    """What one page shows of a role: at the most one portion of its letters, the rest on the first page."""
    letters, demands = portions[0] if portions else ([], [])
    if first:
        return replace(role, letters=letters, demands=demands)
    return Role(role.key, role.title, role.facts, letters, demands)


def _shown(view: View, roles: Sequence[Role], first: bool) -> Mapping[str, Any]:
    """The roles as the template shows them on a page."""
    shown = []
    for role in roles:
        blocks = [
            *_tables(role, role.before),
            *(_blocks(view, role.key, role.letters, role.demands) if role.letters else ()),
            *_demands(view, f"{role.key}-newest", view.words["newest_demands"], role.newest),
            *_tables(role, role.after),
        ]
        facts = [(name, found) for name, found in role.facts if found]
        if blocks or first:
            shown.append({"title": role.title, "facts": facts, "blocks": blocks})
    return {"roles": shown}


def _portions(letters: Sequence[str], demands: Sequence[str]) -> list[tuple[list[str], list[str]]]:
    """Letters with their demands, portion by portion: as much as fits on a page, no letter torn apart."""
    its: dict[str, list[str]] = defaultdict(list)
    for demand in demands:
        its[letter_of(demand)].append(demand)
    portions: list[tuple[list[str], list[str]]] = []
    for letter in letters:
        listed, asked = portions[-1] if portions else ([], [])
        if not listed or max(len(listed) + 1, len(asked) + len(its[letter])) > MOST_DEMANDS:
            listed, asked = [], []
            portions.append((listed, asked))
        listed.append(letter)
        asked.extend(its[letter])
    return portions


def _blocks(view: View, key: str, letters: Sequence[str], demands: Sequence[str]) -> list[Block]:
    """What a portion of letters and demands shows."""
    listed = Block(f"{key}-letters", view.words["letters"], view.letters(letters))
    return [listed, *_demands(view, f"{key}-demands", view.words["demands"], demands)]


def _demands(view: View, id_: str, title: str, demands: Sequence[str]) -> list[Block]:
    shown = view.demands(demands)
    return [Block(id_, title, demands=shown)] if shown else []


def _tables(role: Role, tables: Sequence[Table]) -> list[Block]:
    return [
        Block(f"{role.key}-table-{number}", table.title, table, narrow=len(table.columns) == 2)
        for number, table in enumerate(tables, 1)
        if table.rows
    ]


def _roles(view: View, iri: str) -> Iterator[Role]:
    """The roles a thing has."""
    graph, words = view.graph, view.words
    if iri in graph.signed:
        letters = graph.signed[iri]
        made = graph.demands_of(tuple(letters))
        newest = sorted(made, key=lambda d: graph.letters[letter_of(d)]["date"], reverse=True)
        facts = [(words["signed"], [len(letters)]), (words["demands"], [len(made)]), *_since(view, letters)]
        tables = [type_table(view, made), _with_most(view, words["cosigners"], graph.beside(iri))]
        role = Role("signed", words["signed"], facts, letters, after=tables)
        few = len(made) <= MOST_NEWEST
        yield replace(role, demands=made) if few else replace(role, newest=newest[:MOST_NEWEST])
    if iri in graph.received:
        letters = graph.received[iri]
        addressed = [letter for letter in letters if graph.roles[letter][iri] == "addressed_to"]
        demands = graph.demands_of(tuple(addressed))
        replies = view.assessed(demands, "reply")._replace(title=words["replies"])
        facts = [
            (words["addressed_letters"], [len(addressed)] if addressed else []),
            (
                words["copied_letters"],
                [len(letters) - len(addressed)] if len(letters) > len(addressed) else [],
            ),
            (words["demands"], [len(demands)] if demands else []),
            *_since(view, addressed),
            (words["reply"], [] if replies.rows or not demands else [words["not_assessed"]]),
        ]
        tables = [type_table(view, demands), _asked_by(view, addressed)]
        yield Role("asked", words["asked_of"], facts, letters, demands, before=[replies], after=tables)
    if iri in graph.named:
        letters, leaning = graph.named[iri], graph.leaning.get(iri, ())
        facts = [
            (words["letters"], [len(letters)]),
            (words["demands"], [len(leaning)]),
            *_since(view, letters),
        ]
        yield Role("named", words["leaning"], facts, letters, leaning, after=[type_table(view, leaning)])
    if iri in graph.types:
        yield _type(view, iri)


def _type(view: View, iri: str) -> Role:
    """What is asked under a type. Demands are listed at the leaves, a type above them counts."""
    graph, words = view.graph, view.words
    _, *below = graph.under(iri)
    found = {demand: None for type_ in (iri, *below) for demand in graph.asked.get(type_, ())}
    demands = sorted(found, key=graph.date_of)
    letters = list(dict.fromkeys(map(letter_of, demands)))
    facts = [(words["letters"], [len(letters)]), (words["demands"], [len(demands)]), *_since(view, letters)]
    tables = [_asked_by(view, letters)]
    if below:
        counted = [(view.thing(each), len(graph.asked.get(each, ()))) for each in below]
        narrower = Table(words["narrower"], [words["type"], words["demands"]], counted, (1,))
        return Role("type", words["type"], facts, after=[narrower, *tables])
    return Role("type", words["type"], facts, letters, demands, after=tables)


def _since(view: View, letters: Iterable[str]) -> list[tuple[str, Sequence[Any]]]:
    """When the first and the last of those letters were written."""
    dates = sorted(filter(None, (view.graph.letters[letter]["date"] for letter in letters)))
    return [(view.words["first_letter"], dates[:1]), (view.words["last_letter"], dates[-1:])]


def _asked_by(view: View, letters: Sequence[str]) -> Table:
    """Who signed most of those letters."""
    return _with_most(view, view.words["asked_by"], view.graph.coalition(tuple(letters)))


def _neighbours(view: View, iri: str) -> list[tuple[str, Sequence[Any]]]:
    """The types above and beside a type; nothing of another thing."""
    words = view.words
    broader = {type_: row["broader"] for type_, row in view.graph.types.items()}
    above = broader.get(iri, "")
    beside = [other for other, its in broader.items() if above and its == above and other != iri]
    return [
        (words["broader"], view.things([above] if above else [])),
        (words["related"], view.things(beside)),
    ]


def _notes(view: View, iri: str) -> tuple[str, list[tuple[str, Sequence[Any]]]]:
    """The definition of a thing, and its other names and addresses."""
    words = view.words
    notes: dict[str, list[Row]] = defaultdict(list)
    for row in view.graph.notes.get(iri, ()):
        notes[last(row["property"])].append(row)
    definitions = {row["language"]: row["value"] for row in notes["definition"]}
    definition = definitions.get(view.language) or definitions.get("en", "")
    addresses = dict.fromkeys(
        row["value"] for name in ("page", "sameAs", "exactMatch") for row in notes[name]
    )
    links = [{"label": each, "url": each} for each in addresses if each.startswith(("http://", "https://"))]
    aliases = dict.fromkeys(r["value"] for r in notes["altLabel"] if r["language"] in ("", view.language))
    printed = view.graph.printed.get(iri, ())
    return definition, [
        (words["printed_as"], printed),
        (words["also_called"], [name for name in aliases if name not in printed]),
        (words["identifiers"], links),
    ]
