"""Which pages there are: one after the other, in one language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kb.querying import Query
from kb.site.letters import letter_page
from kb.site.overview import line_table, overview
from kb.site.questions import Answer, question_page, question_title, tags
from kb.site.things import line_pages, thing_pages
from kb.site.view import Page, Table, View

__all__ = ["pages"]


def pages(view: View, queries: Mapping[str, Query], ask: Callable[[str, str], Answer]) -> Iterator[Page]:
    """Every page made of the graph, in an order that is the same in each language.

    `queries` are the questions that get a page, `ask` gives the answer to one by its name and the language of labels.
    """
    graph = view.graph
    yield overview(view)
    yield from _listed(view, "letters", view.letters(graph.letters))
    for letter in graph.letters:
        yield letter_page(view, letter)
    yield from _listed(view, "lines", line_table(view, graph.lines))
    for line in graph.lines:
        yield from line_pages(view, line)
    had: set[str] = set()
    for section, kind, letters in (
        ("organisations", "organisation", graph.signed),
        ("addressees", "addressee", graph.received),
        ("documents", "document", graph.named),
    ):
        yield from _listed(view, section, _things_table(view, section, kind, letters))
        for iri in letters:
            if iri not in had:
                had.add(iri)
                yield from thing_pages(view, iri, section, kind)
    yield from _listed(view, "types", _types_table(view))
    for row in graph.types:
        yield from thing_pages(view, row["thing"], "types", "type")
    yield from _listed(view, "questions", _questions_table(view, queries))
    for name, query in queries.items():
        yield question_page(view, name, query, ask(name, view.language))


def _listed(view: View, section: str, table: Table) -> Iterator[Page]:
    page = Page(f"{section}.html", "list.html", section, {"heading": view.words[section]})
    return view.paged(page, table=table._replace(title=view.words[section]))


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
            ", ".join(tags(view, query)),
            {"label": question_title(view, query), "href": f"question/{name}.html", "key": name},
        )
        for name, query in queries.items()
    ]
    rows.sort(key=lambda row: (row[0], str(row[1]["label"])))
    return Table(view.words["questions"], [view.words["kind"], view.words["question"]], rows)
