"""Which pages there are: part by part, in one language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from kb.querying import Query
from kb.site.data import digest, letter_of
from kb.site.letters import letter_page
from kb.site.overview import line_table, overview
from kb.site.questions import Answer, question_page, question_title, tags
from kb.site.things import line_pages, thing_pages
from kb.site.view import Page, Table, View

__all__ = ["Part", "parts"]

MOST_ROWS = 300
"""Rows of a table on one page; longer ones go on, on further pages."""


class Part(NamedTuple):
    """The pages of one thing, which are made as they are asked for; `stamp` stands for all they show ("": unknown)."""

    name: str
    stamp: str
    pages: Iterator[Page]


def parts(view: View, queries: Mapping[str, Query], ask: Callable[[str, str], Answer]) -> Iterator[Part]:
    """Every page made of the graph, in parts that are the same in each language.

    `queries` are the questions that get a page, `ask` gives the answer to one by its name and the language of labels.
    """
    graph = view.graph
    yield Part("overview", "", _overview(view))
    yield Part("letters", "", _listed(view, "letters", lambda: view.letters(graph.letters)))
    for letter in graph.letters:
        yield Part(letter, graph.stamp(letter), _letter(view, letter))
    yield Part("lines", "", _listed(view, "lines", lambda: line_table(view, graph.lines)))
    for line in graph.lines:
        stamp = digest(line, [graph.stamp(letter_of(demand)) for demand in line.demands])
        yield Part(view.line_path(line), stamp, line_pages(view, line))
    had: set[str] = set()
    for section, kind, letters in (
        ("organisations", "organisation", graph.signed),
        ("addressees", "addressee", graph.received),
        ("documents", "document", graph.named),
    ):
        yield Part(section, "", _listed(view, section, partial(_things_table, view, section, kind, letters)))
        for iri in letters:
            if iri not in had:
                had.add(iri)
                yield Part(iri, graph.thing_stamp(iri), thing_pages(view, iri, section, kind))
    yield Part("types", "", _listed(view, "types", partial(_types_table, view)))
    for row in graph.types:
        yield Part(
            row["thing"], graph.thing_stamp(row["thing"]), thing_pages(view, row["thing"], "types", "type")
        )
    yield Part("questions", "", _listed(view, "questions", partial(_questions_table, view, queries)))
    for name, query in queries.items():
        yield Part(f"question/{name}", graph.store.version, _question(view, name, query, ask))


# What is made is made only when it is asked for


def _overview(view: View) -> Iterator[Page]:
    yield overview(view)


def _letter(view: View, letter: str) -> Iterator[Page]:
    yield letter_page(view, letter)


def _question(view: View, name: str, query: Query, ask: Callable[[str, str], Answer]) -> Iterator[Page]:
    yield question_page(view, name, query, ask(name, view.language))


def _listed(view: View, section: str, table: Callable[[], Table]) -> Iterator[Page]:
    page = Page(f"{section}.html", "list.html", section, {"heading": view.words[section]})
    yield from view.paged(page, MOST_ROWS, table=table()._replace(title=view.words[section]))


def _things_table(view: View, section: str, kind: str, letters: Mapping[str, Sequence[str]]) -> Table:
    """Things by the number of their letters, with when the first and last were written."""
    words = view.words
    rows = []
    for iri, count in view.ranked({iri: len(its) for iri, its in letters.items()}):
        dates = sorted(filter(None, (view.graph.letters[letter]["date"] for letter in letters[iri]))) or [""]
        rows.append((view.thing(iri), count, dates[0], dates[-1]))
    columns = [words[key] for key in (kind, "letters", "first_letter", "last_letter")]
    return Table(words[section], columns, rows, (1,))


def _types_table(view: View) -> Table:
    words = view.words
    below = {
        row["thing"]: [r for r in view.graph.types if r["broader"] == row["thing"]]
        for row in view.graph.types
    }
    ordered = [row for top in view.graph.types if not top["broader"] for row in (top, *below[top["thing"]])]
    rows: list[Sequence[Any]] = [
        (
            view.thing(row["broader"] or row["thing"]),
            view.thing(row["thing"]) if row["broader"] else "",
            int(row["demands"] or 0),
            int(row["letters"] or 0),
        )
        for row in ordered
    ]
    columns = [words[key] for key in ("broader", "type", "demands", "letters")]
    return Table(words["types"], columns, rows, (2, 3))


def _questions_table(view: View, queries: Mapping[str, Query]) -> Table:
    rows = [
        (
            " · ".join(tags(view, query)),
            {"label": question_title(view, query), "href": f"question/{name}.html", "key": name},
        )
        for name, query in queries.items()
    ]
    rows.sort(key=lambda row: (row[0], str(row[1]["label"])))
    return Table(view.words["questions"], [view.words["kind"], view.words["question"]], rows)
