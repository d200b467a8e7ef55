"""The pages of lines of demands, organisations, persons, addressees, documents and types."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
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
    coalition = Counter(who for letter in letters for who in graph.signers.get(letter, ()))
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
        "types": view.things([line.type] if line.type else []),
        "facts": facts,
        "assessed": view.assessed(line.demands),
        "coalition": _with_most(view, words["coalition"], coalition),
        **growth(view, [letter for letter in letters if graph.letters[letter]["date"]]),
    }
    page = Page(unquote(view.line_path(line)), "line.html", "lines", values)
    for part in view.paged(page, MOST_DEMANDS, demands=line.demands):
        yield Page(
            part.path,
            part.template,
            part.section,
            {**part.values, "demands": view.demands(part.values["demands"])},
        )


def _with_most(view: View, title: str, counts: Mapping[str, int]) -> Table:
    """Organisations with the number of letters, those with most."""
    rows = [(view.thing(who), count) for who, count in view.ranked(counts)[:MOST_OTHERS]]
    return Table(title, [view.words["organisation"], view.words["letters"]], rows, (1,))


def type_table(view: View, demands: Iterable[str]) -> Table:
    """How often each type was asked for."""
    words = view.words
    counts = Counter(type_ for demand in demands for type_ in view.graph.types_of.get(demand, ()))
    rows = [(view.thing(type_), count) for type_, count in view.ranked(counts)]
    return Table(words["types"], [words["type"], words["demands"]], rows, (1,))


def thing_pages(view: View, iri: str, section: str, kind: str) -> Iterator[Page]:
    """The pages of something letters are signed by, addressed to or name, or that demands are of."""
    graph, words = view.graph, view.words
    facts: list[tuple[str, Sequence[Any]]] = []
    tables: list[Table] = []
    letters: Sequence[str] = ()
    demands: Sequence[str] = ()
    newest = False
    if section == "organisations":
        letters = graph.signed[iri]
        made = [demand for letter in letters for demand in graph.demands.get(letter, ())]
        others = Counter(other for letter in letters for other in graph.signers[letter] if other != iri)
        tables = [type_table(view, made), _with_most(view, words["cosigners"], others)]
        newest = len(made) > MOST_NEWEST
        demands = made[-MOST_NEWEST:]
    elif section == "addressees":
        letters = graph.received[iri]
        addressed = [letter for letter in letters if graph.roles[letter][iri] == "addressed_to"]
        demands = [demand for letter in addressed for demand in graph.demands.get(letter, ())]
        askers = Counter(who for letter in addressed for who in graph.signers.get(letter, ()))
        dates = sorted(filter(None, (graph.letters[letter]["date"] for letter in addressed)))
        facts = [
            (words["times"], [len(demands)] if demands else []),
            (words["first"], dates[:1]),
            (words["last"], dates[-1:]),
        ]
        replies = view.assessed(demands, "reply")._replace(title=words["replies"])
        no_reply = [] if replies.rows or not demands else [words["not_assessed"]]
        facts.append((words["reply"], no_reply))
        tables = [replies, type_table(view, demands), _with_most(view, words["asked_by"], askers)]
    elif section == "documents":
        letters, demands = graph.named[iri], graph.leaning.get(iri, ())
        tables = [type_table(view, demands)]
    else:
        facts, demands = _neighbours(view, iri), graph.asked.get(iri, ())
        letters = list(dict.fromkeys(map(letter_of, demands)))
        askers = Counter(who for letter in letters for who in graph.signers.get(letter, ()))
        tables = [_with_most(view, words["asked_by"], askers)]
    definition, told = _notes(view, iri)
    values = {
        "heading": view.label(iri),
        "crumb": words["person"] if "/person/" in iri else words[kind],
        "definition": definition,
        "facts": [(name, found) for name, found in (*facts, *told) if found],
        "tables": [table for table in tables if table.rows],
        "newest": newest,
    }
    page = Page(view.page(iri), "thing.html", section, values)
    for part in view.paged(page, MOST_DEMANDS, letters=letters, demands=demands):
        shown = {
            "letters": view.letters(part.values["letters"]),
            "demands": view.demands(part.values["demands"]),
        }
        yield Page(part.path, part.template, part.section, {**part.values, **shown})


def _neighbours(view: View, iri: str) -> list[tuple[str, Sequence[Any]]]:
    """The types above, below and beside a type."""
    words = view.words
    broader = {row["thing"]: row["broader"] for row in view.graph.types}
    above = broader[iri]
    beside = [other for other, its in broader.items() if above and its == above and other != iri]
    below = [other for other, its in broader.items() if its == iri]
    return [
        (words["broader"], view.things([above] if above else [])),
        (words["related"], view.things(beside)),
        (words["narrower"], view.things(below)),
    ]


def _notes(view: View, iri: str) -> tuple[str, list[tuple[str, Sequence[Any]]]]:
    """The definition of a thing, and its other names and addresses."""
    words = view.words
    notes: dict[str, list[Row]] = defaultdict(list)
    for row in view.graph.rows("notes", iri):
        notes[last(row["property"])].append(row)
    definitions = {row["language"]: row["value"] for row in notes["definition"]}
    definition = definitions.get(view.language) or definitions.get("en", "")
    addresses = dict.fromkeys(
        row["value"] for name in ("page", "sameAs", "exactMatch") for row in notes[name]
    )
    links = [{"label": each, "url": each} for each in addresses if each.startswith(("http://", "https://"))]
    aliases = dict.fromkeys(r["value"] for r in notes["altLabel"] if r["language"] in ("", view.language))
    printed = [row["printed"] for row in view.graph.rows("printed", iri)]
    return definition, [
        (words["printed_as"], printed),
        (words["also_called"], [name for name in aliases if name not in printed]),
        (words["identifiers"], links),
    ]
