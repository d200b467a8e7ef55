"""Which pages there are: part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from kb.querying import Query
from kb.site.data import Graph, digest, letter_of
from kb.site.letters import letter_page
from kb.site.overview import line_row, line_table, overview
from kb.site.questions import Answer, Answers, question_page, question_title, tags
from kb.site.things import line_pages, thing_pages
from kb.site.view import Made, Page, Table, View

__all__ = ["Part", "parts"]

MOST_ROWS = 300
"""Rows of a table on one page; longer ones go on, on further pages."""

THINGS = {"organisations": "organisation", "addressees": "addressee", "documents": "document"}
"""The sections of things that have to do with letters, and what one of them is called."""


JOINED = {"organisations": "signed", "addressees": "received", "documents": "named"}
"""What the things of a section have to do with letters."""

SECTIONS = {role: section for section, role in JOINED.items()}


class Part(NamedTuple):
    """The pages of one thing, the same in each language.

    `make` gives them in the language of a view; it is a function of a module with arguments, so that any process can
    do it. `stamp` stands for all that they show ("": unknown).
    """

    name: str
    stamp: str
    make: Callable[[View], Iterator[Page]]


def parts(graph: Graph, queries: Mapping[str, Query], answers: Answers, version: str) -> Iterator[Part]:
    """Every page made of the graph; parts of many pages come first.

    `queries` are the questions that get a page, `answers` those that a graph of this `version` gives.
    """
    for section, table in (("letters", _letters_table), ("lines", _lines_table), ("types", _types_table)):
        yield Part(section, "", partial(_listed, section, table))
    for section in THINGS:
        yield Part(section, "", partial(_listed, section, partial(_things_table, section)))
    yield Part("questions", "", partial(_listed, "questions", partial(_questions_table, queries)))
    yield Part("overview", "", _overview)
    for type_ in graph.types:
        yield Part(type_, graph.thing_stamp(type_), partial(_thing, type_, "types", "type"))
    for iri, role in graph.things():
        section = SECTIONS[role]
        yield Part(iri, graph.thing_stamp(iri), partial(_thing, iri, section, THINGS[section]))
    for name in graph.lines:
        line = graph.lines[name]
        stamp = digest(line, [graph.stamp(letter_of(demand)) for demand in line.demands])
        yield Part(View.line_path(line), stamp, partial(_line, name))
    for name, query in queries.items():
        its = {language: answer for (asked, language), answer in answers.items() if asked == name}
        yield Part(f"question/{name}", version, partial(_question, query, its))
    for letter in graph.letters:
        yield Part(letter, graph.stamp(letter), partial(_letter, letter))


# What is made is made only when it is asked for


def _overview(view: View) -> Iterator[Page]:
    yield overview(view)


def _letter(letter: str, view: View) -> Iterator[Page]:
    yield letter_page(view, letter)


def _thing(iri: str, section: str, kind: str, view: View) -> Iterator[Page]:
    yield from thing_pages(view, iri, section, kind)


def _line(name: str, view: View) -> Iterator[Page]:
    yield from line_pages(view, view.graph.lines[name])


def _question(query: Query, answers: Mapping[str, Answer], view: View) -> Iterator[Page]:
    yield question_page(view, query.name, query, answers.get(view.language) or answers[""])


def _listed(section: str, table: Callable[[View], Table], view: View) -> Iterator[Page]:
    page = Page(f"{section}.html", "list.html", section, {"heading": view.words[section]})
    yield from view.paged(page, MOST_ROWS, table=table(view)._replace(title=view.words[section]))


def _letters_table(view: View) -> Table:
    return view.letters(())._replace(rows=Made(list(view.graph.letters), view.letter_row))


def _lines_table(view: View) -> Table:
    lines = view.graph.lines
    return line_table(view, ())._replace(rows=Made(list(lines), lambda name: line_row(view, lines[name])))


def _things_table(section: str, view: View) -> Table:
    """Things by the number of their letters, with when the first and last were written."""
    words, spans = view.words, view.graph.spans(JOINED[section])
    ranked = view.ranked({iri: span.letters for iri, span in spans.items()})
    rows = Made(ranked, lambda pair: (view.thing(pair[0]), pair[1], *spans[pair[0]][1:]))
    columns = [words[key] for key in (THINGS[section], "letters", "first_letter", "last_letter")]
    return Table(words[section], columns, rows, (1,))


def _types_table(view: View) -> Table:
    words = view.words
    types = list(view.graph.types.values())
    below = {row["thing"]: [r for r in types if r["broader"] == row["thing"]] for row in types}
    ordered = [row for top in types if not top["broader"] for row in (top, *below[top["thing"]])]
    rows: list[Sequence[Any]] = [
        (
            view.thing(row["broader"] or row["thing"]),
            view.thing(row["thing"]) if row["broader"] else "",
            *view.graph.asking(row["thing"]),
        )
        for row in ordered
    ]
    columns = [words[key] for key in ("broader", "type", "demands", "letters")]
    return Table(words["types"], columns, rows, (2, 3))


def _questions_table(queries: Mapping[str, Query], view: View) -> Table:
    rows = [
        (
            " · ".join(tags(view, query)),
            {"label": question_title(view, query), "href": f"question/{name}.html", "key": name},
        )
        for name, query in queries.items()
    ]
    rows.sort(key=lambda row: (row[0], str(row[1]["label"])))
    return Table(view.words["questions"], [view.words["kind"], view.words["question"]], rows)
