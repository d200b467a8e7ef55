"""The page of a question: its answer as a table, and its SPARQL."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolutions

from kb.errors import KbError, UsageError
from kb.querying import Query, run
from kb.results import shown
from kb.site.apart import work_apart
from kb.site.data import Graph, last, letter_of
from kb.site.view import Page, Table, View
from kb.sparql import Ask, Results
from kb.store import Store, reopen
from kb.workers import Lost

__all__ = ["Answer", "Answers", "answers", "chosen", "question_page", "question_title", "tags"]

SECONDS = 600
"""How long one question may take: none of ours does where it is asked, one that a user added may."""

LONG = frozenset(
    {"open-demands", "repeated-demands", "signed-together", "possible-duplicates", "changes-between"}
    | {"demands-by-addressee", "demands-by-type", "demands-put-to", "demands-over-time", "evidence"}
    | {"check-quote", "check-two-signatories", "check-unknown-signatory", "names-as-printed"}
)
"""Questions not asked of a large collection: they take more time for each letter the more letters there are, go
through all that letters say for a page that has room for the first rows only, or hold something of every signature."""

HUGE = 20_000
"""Letters beyond which only questions about one thing are asked: others take up to 5 kB of memory for each letter."""

MOST_ROWS = 300
"""Rows of an answer on the page; the command gives all."""

JOINED = {
    "Organization": "signed",
    "Addressee": "received",
    "ReferencedDocument": "named",
    "DemandType": "asked",
}
"""The table that tells how often the things of a class occur."""


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


def answers(store: Store, graph: Graph, queries: Mapping[str, Query], languages: Iterable[str]) -> Answers:
    """The answers to all questions, but for some if the collection is large.

    Which are asked depends on the collection alone. They are asked in processes of their own, each in another if the
    collection is large: so they use all cores, what they take of memory goes with them, and one that never ends lacks
    its answer, and no other does.
    """
    generation = store.folder
    assert generation is not None  # noqa: S101 (an opened build has one)
    tasks, found = [], {}
    for query in queries.values():
        values = chosen(graph, query)
        for language in languages if any(p.name == "language" for p in query.parameters) else [""]:
            if _is_left(graph, query):
                found[query.name, language] = answer(_not_asked, query, values, language)
            else:
                tasks.append((query, values, language))
    jobs = os.cpu_count() or 1
    for outcome in work_apart(_answered, Path, generation, tasks, jobs, 1, SECONDS, renewed=graph.is_large):
        if isinstance(outcome, Lost):
            query, values, language = outcome.task
            outcome = query.name, language, Answer(values, (), (), note="too_long")
        name, language, answered = outcome
        found[name, language] = answered
    return found


def _is_left(graph: Graph, query: Query) -> bool:
    """Whether a question is left to the command."""
    if len(graph.letters) > HUGE:
        return not any(each.required for each in query.parameters) or query.name in LONG
    return graph.is_large and query.name in LONG


def chosen(graph: Graph, query: Query) -> Mapping[str, str]:
    """Values for the parameters of a question that must be told: of what the collection has most.

    Where it has nothing of their kind they are the examples that the question gives.
    """
    values: dict[str, str] = {}
    asked = [each for each in query.parameters if each.required and each.default is None]
    for kind, some in groupby(asked, lambda each: (each.type, each.concept_class)):
        names = [each.name for each in some]
        found = _known(graph, *kind)[-len(names) :]
        values.update(zip(names, found, strict=False) if len(found) == len(names) else ())
    return {each.name: value for each in asked if (value := values.get(each.name) or each.example)}


def _known(graph: Graph, type_: str, concept_class: str | None) -> Sequence[str]:
    """What the collection has of a kind, what to ask about first of all at the end."""
    demands = graph.line_to_ask_about.demands
    match type_, (concept_class or "").rpartition("#")[2]:
        case "date", _:
            return graph.first_and_last_date
        case "iri", _:
            return demands[:1]
        case "concept", "Letter":
            return [last(letter) for letter in dict.fromkeys(map(letter_of, demands))]
        case "concept", name if name in JOINED:
            return [last(iri) for iri in graph.most(JOINED[name])]
    return ()


def _answered(generation: Path, task: tuple[Query, Mapping[str, str], str]) -> tuple[str, str, Answer]:
    query, values, language = task
    with reopen(generation) as store:
        return query.name, language, answer(store.query, query, values, language)


def _not_asked(text: str) -> Results:
    raise UsageError("too_many")


def answer(ask: Ask, query: Query, values: Mapping[str, str], language: str) -> Answer:
    """Ask a question with values and defaults of its parameters, for labels in that language."""
    if any(p.name == "language" and p.default != language for p in query.parameters):
        values = {**values, "language": language}
    sent = ""

    def asking(text: str) -> Results:
        nonlocal sent
        sent = text
        return ask(text)

    try:
        found = run(query, values, asking)
    except KbError as error:
        return Answer(values, (), (), sent, error.message)
    if isinstance(found, QuerySolutions):
        columns = [variable.value for variable in found.variables]
        return Answer(values, columns, [list(row) for row in islice(found, MOST_ROWS + 1)], sent)
    if isinstance(found, QueryBoolean):
        return Answer(values, [query.name], [[str(bool(found)).lower()]], sent)
    return Answer(values, (), (), sent)


def question_page(view: View, name: str, query: Query, answered: Answer) -> Page:
    """A question with its answer."""
    values, columns, found, sent, note = answered
    rows = [[_cell(view, term) for term in row] for row in found]
    numbers = [
        n
        for n in range(len(columns))
        if any(row[n] for row in rows) and all(re.fullmatch(r"-?\d+(\.\d+)?|", str(row[n])) for row in rows)
    ]
    options = [f"-p {key}={shlex.quote(value)}" for key, value in values.items()]
    heading = question_title(view, query)
    labels = [view.words.get(f"column.{column}", column.replace("_", " ")) for column in columns]
    told = {
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
    return Page(f"question/{name}.html", "question.html", "questions", told)


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
