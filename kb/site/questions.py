"""The page of a question: its answer as a table, and its SPARQL."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolutions

from kb.errors import KbError, UsageError
from kb.querying import Query, run
from kb.results import shown
from kb.site.view import Page, Table, View
from kb.sparql import Ask, Results
from kb.store import Store, reopen
from kb.workers import Lost
from kb.workers import run as run_all

__all__ = ["Answer", "Answers", "answers", "question_page", "question_title", "tags"]

SECONDS = 60
"""How long one question may take."""

LONG = frozenset(
    {"open-demands", "repeated-demands", "signed-together", "possible-duplicates"}
    | {"demands-by-type", "demands-put-to", "evidence", "names-as-printed"}
)
"""Questions not asked of a large collection: they take more time for each letter the more letters there are, or list
all that letters say, of which a page has room for the first rows only."""

MOST_ROWS = 300
"""Rows of an answer on the page; the command gives all."""


class Answer(NamedTuple):
    """What a question was asked with, and the first rows of its answer, or why there is none.

    `sent` is the SPARQL with the values of its parameters, `note` a key of the words of the interface, or what the
    engine says.
    """

    chosen: Mapping[str, str]
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    sent: str = ""
    note: str = ""


Answers: TypeAlias = Mapping[tuple[str, str], Answer]
"""Answers by the name of the question and the language of labels ("" where it asks for none)."""


def answers(store: Store, queries: Mapping[str, Query], languages: Iterable[str], large: bool) -> Answers:
    """The answers to all questions, but for some if the collection is large.

    They are asked in processes of their own: so they use all cores, what they take of memory goes with them, and one
    that takes too long lacks its answer, and no other does.
    """
    generation = store.folder
    assert generation is not None  # noqa: S101 (an opened build has one)
    left = LONG if large else frozenset()
    every = [
        (query, language)
        for query in queries.values()
        for language in (languages if any(p.name == "language" for p in query.parameters) else [""])
    ]
    tasks = [task for task in every if task[0].name not in left]
    found = {
        (query.name, language): answer(_not_asked, query, language)
        for query, language in every
        if query.name in left
    }
    for outcome in run_all(
        partial(_answered, generation), tasks, os.cpu_count() or 1, 1, SECONDS, [__name__]
    ):
        if isinstance(outcome, Lost):
            query, language = outcome.task
            outcome = query.name, language, Answer({}, (), (), note="too_long")
        name, language, answered = outcome
        found[name, language] = answered
    return found


def _answered(generation: Path, task: tuple[Query, str]) -> tuple[str, str, Answer]:
    query, language = task
    with reopen(generation) as store:
        return query.name, language, answer(store.query, query, language)


def _not_asked(text: str) -> Results:
    raise UsageError("too_many")


def answer(ask: Ask, query: Query, language: str) -> Answer:
    """Ask a question with the defaults or examples of its parameters, for labels in that language."""
    chosen = {p.name: p.example for p in query.parameters if p.required and p.default is None and p.example}
    if any(p.name == "language" and p.default != language for p in query.parameters):
        chosen["language"] = language
    sent = ""

    def asking(text: str) -> Results:
        nonlocal sent
        sent = text
        return ask(text)

    try:
        found = run(query, chosen, asking)
    except KbError as error:
        return Answer(chosen, (), (), sent, error.message)
    if isinstance(found, QuerySolutions):
        columns = [variable.value for variable in found.variables]
        return Answer(chosen, columns, [list(row) for row in islice(found, MOST_ROWS + 1)], sent)
    if isinstance(found, QueryBoolean):
        return Answer(chosen, [query.name], [[str(bool(found)).lower()]], sent)
    return Answer(chosen, (), (), sent)


def question_page(view: View, name: str, query: Query, answered: Answer) -> Page:
    """A question with its answer."""
    chosen, columns, found, sent, note = answered
    rows = [[_cell(view, term) for term in row] for row in found]
    numbers = [
        n
        for n in range(len(columns))
        if any(row[n] for row in rows) and all(re.fullmatch(r"-?\d+(\.\d+)?|", str(row[n])) for row in rows)
    ]
    options = [f"-p {key}={shlex.quote(value)}" for key, value in chosen.items()]
    heading = question_title(view, query)
    labels = [view.words.get(f"column.{column}", column.replace("_", " ")) for column in columns]
    values = {
        "heading": heading,
        "tags": tags(view, query),
        "description": query.description,
        "parameters": query.parameters,
        "answer": Table(heading, labels, rows[:MOST_ROWS], numbers),
        "more": len(rows) > MOST_ROWS,
        "note": view.words.get(note, note),
        "command": " ".join(["kb query", name, *options]),
        "sparql": query.text,
        "sent": re.sub(r"^#\+.*\n", "", sent, flags=re.MULTILINE) if note in ("", "too_many") else "",
    }
    return Page(f"question/{name}.html", "question.html", "questions", values)


def question_title(view: View, query: Query) -> str:
    """What a question asks, in the language of the pages where that is known."""
    return view.words.get(f"question.{query.name}", query.summary)


def tags(view: View, query: Query) -> list[str]:
    """What a question is about, in the language of the pages where that is known."""
    return [view.words.get(f"tag.{tag}", tag) for tag in query.tags]


def _cell(view: View, term: Any) -> Any:
    """A term of an answer: a link where it is a letter, a passage of one, or a thing that has a page."""
    if isinstance(term, NamedNode):
        iri = term.value
        if iri in view.graph.letters:
            return view.letter(iri)
        if view.page(iri).startswith("letter/"):
            return view.passage(iri)
        if view.page(iri) and iri in view.graph.labels:
            return view.thing(iri)
    if isinstance(term, Literal) and term.value in view.graph.letter_ids:
        return view.letter(view.graph.letter_ids[term.value])
    return term if isinstance(term, str) else shown(term)
