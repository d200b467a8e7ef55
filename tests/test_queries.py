"""The shipped queries: each answers its competency question on the seeds, and as rdflib answers it."""

from __future__ import annotations

import dataclasses
import io
import os
import re
import shlex
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph
import pytest
import rdflib

from kb import graph, querying, resources, results, sparql, store
from kb.letter import Letter, Span
from kb.tracking import Restatement
from tests import small_build
from tests.sample import LETTER, RELEASE

TOP = Path(__file__).parent.parent
QUERIES, PROBLEMS = querying.find_queries([resources.folder("queries")])


class Question(NamedTuple):
    """A row of `docs/competency-questions.md`."""

    query: str
    values: dict[str, str]
    answer: Path


def questions() -> list[Question]:
    asked = []
    for line in (TOP / "docs" / "competency-questions.md").read_text(encoding="utf-8").splitlines():
        row = re.fullmatch(r"\| .+ \| `kb query (\S+)(.*)` \| \[\w+\]\(\.\./(\S+)\) \|", line)
        assert row or not line.startswith("| ") or line.startswith("| Question"), f"can't be tested: {line}"
        if row:
            values = dict(pair.split("=", 1) for pair in shlex.split(row[2]) if pair != "-p")
            asked.append(Question(row[1], values, TOP / row[3]))
    return asked


QUESTIONS = questions()


def test_all_queries_can_be_read_and_answer_a_competency_question() -> None:
    assert not PROBLEMS
    assert {question.query for question in QUESTIONS} == set(QUERIES)
    assert len({question.answer for question in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.answer.stem)
def test_a_question_is_answered_as_expected(seeds_build: Path, question: Question) -> None:
    output = io.BytesIO()
    with store.open_build(seeds_build) as answering:
        answer = querying.run(QUERIES[question.query], question.values, answering.query)
        results.write(answer, output, "turtle" if question.answer.suffix == ".ttl" else "csv")
    if "WRITE_ANSWERS" in os.environ:
        question.answer.parent.mkdir(exist_ok=True)
        question.answer.write_bytes(output.getvalue())
    assert output.getvalue() == question.answer.read_bytes(), (
        "if that is right: make answers, and read what changed"
    )


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_a_query_keeps_the_rules_of_the_library(query: querying.Query) -> None:
    assert query.tags
    for parameter in query.parameters:
        assert parameter.example or not parameter.required, f"{parameter.name} has no example"
    code = " ".join(re.sub(r"#.*", "", line) for line in query.text.splitlines() if not line.startswith("#"))
    assert "NOT EXISTS" not in code.upper(), "write MINUS"
    form = sparql.check(query.text)
    if "check" in query.tags:
        rows = store.in_memory().query(query.text)
        assert isinstance(rows, pyoxigraph.QuerySolutions)
        assert [variable.value for variable in rows.variables] == ["subject", "problem", "value"]
    if form == "SELECT":
        assert "ORDER BY" in code, "rows come in an order"


def flawed() -> Letter:
    """A letter that has everything a check looks for."""
    first = LETTER.signatures[0]
    demand = dataclasses.replace(LETTER.demands[0], span=Span(0, 5), types=(), certainty=0.3)
    return dataclasses.replace(
        LETTER,
        id="flawed",
        date=None,
        addressees=(),
        signatures=(first, dataclasses.replace(first, position=2), dataclasses.replace(first, position=3)),
        demands=(demand,),
    )


@pytest.mark.parametrize("name", [name for name in QUERIES if name.startswith("check-")])
def test_a_check_finds_what_it_looks_for(name: str) -> None:
    letters = [flawed(), dataclasses.replace(LETTER, id="empty", signatures=(), demands=())]
    graphs = [graph.letter_graph(letter, small_build.NAMES) for letter in letters]
    signers = [(1, "urn:x:one"), (2, "urn:x:one"), (2, "urn:x:other")]
    signed = graph.signatories("flawed", signers, small_build.NAMES)
    graphs += [
        graph.letter_graph(dataclasses.replace(LETTER, id=id_), small_build.NAMES)
        for id_ in ("again", "then")
    ]
    same = [small_build.NAMES.demand(id_, LETTER.demands[0].quote) for id_ in ("again", "then")]
    link = Restatement(str(same[0]), str(same[1]), 1.0, ("detainee-release",), "two letters of one day")
    graphs.append(graph.restatements_graph([link], small_build.NAMES))
    quads = [quad for each in graphs for quad in small_build.as_quads(each)]
    quads += pyoxigraph.parse("\n".join(signed), pyoxigraph.RdfFormat.N_QUADS)
    made = store.in_memory(quads)
    found: Any = made.query(QUERIES[name].text)
    rows = list(found)
    assert rows, "the check never fires"
    assert all(row["subject"] is not None and row["problem"] is not None for row in rows)
    sound = store.in_memory(small_build.as_quads(graph.letter_graph(LETTER, small_build.NAMES)))
    if name not in ("check-remarks", "check-unknown-addressee", "check-unknown-signatory"):
        found = sound.query(QUERIES[name].text)
        assert not list(found), "the check fires for nothing"


def beside_rdflib(quads: list[pyoxigraph.Quad]) -> tuple[store.Store, rdflib.Dataset]:
    peer = rdflib.Dataset(default_union=True)
    peer.parse(data=pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.N_QUADS), format="nquads")
    return store.in_memory(quads), peer


@pytest.fixture(scope="module")
def both() -> tuple[store.Store, rdflib.Dataset]:
    return beside_rdflib(list(small_build.quads()))


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_rdflib_answers_the_same(query: querying.Query, both: tuple[store.Store, rdflib.Dataset]) -> None:
    ours, peer = both
    examples = {"letter": LETTER.id, "signatory": "RWN", "text": "TRUCE", "type": "detainee-release"}
    examples |= {"earlier": LETTER.id, "later": small_build.SECOND.id, "organisation": "RWN"}
    examples |= {"demand": str(small_build.NAMES.demand(LETTER.id, RELEASE.quote)), "asof": "2020-12-31"}
    examples |= {"document": "S/RES/2254 (2015)"}
    examples |= {"since": "2019-01-01", "until": "2020-12-31", "addressee": "Ms. Amal Example"}
    values = {each.name: examples[each.name] for each in query.parameters if each.name in examples}
    asked: list[str] = []

    def ask(text: str) -> sparql.Results:
        asked.append(text)
        return ours.query(text)

    answer: Any = querying.run(query, values, ask)
    theirs: Any = peer.query(asked[-1])
    told = Counter(tuple(None if term is None else term.value for term in row) for row in answer)
    assert told == Counter(tuple(None if term is None else str(term) for term in row) for row in theirs)


@pytest.mark.parametrize("name", ["addressees", "outcomes-by-type"])
def test_rdflib_answers_the_same_where_nothing_is_copied_or_judged(name: str) -> None:
    gone = ("copiedTo", "assesses")
    quads = [quad for quad in small_build.quads() if not quad.predicate.value.endswith(gone)]
    test_rdflib_answers_the_same(QUERIES[name], beside_rdflib(quads))


def test_the_example_of_the_documentation_is_a_query_that_works(
    both: tuple[store.Store, rdflib.Dataset],
) -> None:
    page = (TOP / "docs" / "queries.md").read_text(encoding="utf-8")
    [text] = re.findall(r"```sparql\n(.*?)```", page, re.DOTALL)
    query = querying.parse_query(text, "example")
    rows: Any = querying.run(query, {"force": "must", "since": "2020-01-01"}, both[0].query)
    assert [row["date"].value for row in rows] == ["2020-06"]
