"""SPARQL as text: parsing, refusing, binding."""

from __future__ import annotations

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import sparql
from kb.errors import UsageError

HIDDEN = [
    "SELECT * { SERVICE <http://other.example/> { ?s ?p ?o } }",
    "SELECT * { service silent <http://other.example/> { ?s ?p ?o } }",
    "SELECT * { SERVICE ?where { ?s ?p ?o } }",
    "PREFIX : <http://other.example/> SELECT * { SERVICE :x { ?s ?p ?o } }",
    "PREFIX : <http://other.example/> SELECT * { SERVICE:x{ ?s ?p ?o } }",
    "SELECT * { ?s ?p '#' SERVICE <http://other.example/> { ?s ?p ?o } }",
    "SELECT * { ?s ?p '''\"''' SERVICE <http://other.example/> { ?s ?p '\"' } }",
    "ASK { ?s ?p ?o FILTER(?s<?p)SERVICE#>\n?where { ?s ?p ?o } }",
    "SELECT * { \\u0053ERVICE <http://other.example/> { ?s ?p ?o } }",
    "SELECT * { # SERVICE\n<http://mine.example/> ?p ?o . SERVICE <http://other.example/> { ?s ?p ?o } }",
    "SELECT * { SERVICE <http://mine.example/> { SERVICE <http://other.example/> { ?s ?p ?o } } }",
    "SELECT * { SERVICE <http://mine.example/#> { ?s ?p ?o } }",
]


@pytest.mark.parametrize("text", HIDDEN)
def test_other_servers_are_asked_only_when_named(text: str) -> None:
    with pytest.raises(UsageError):
        sparql.check(text, ["http://mine.example/"])


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p 'SERVICE <http://other.example/> {}' }",
        "SELECT * { ?s ?p ?o # SERVICE <http://other.example/> {}\n}",
        "PREFIX service: <http://other.example/service> SELECT ?service { ?service service:x service: }",
        "SELECT * { SERVICE <http://mine.example/> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <http://mine.example/> { ?s ?p ?o } . ?s ?p 'service' }",
    ],
)
def test_what_asks_no_other_server_is_left_alone(text: str) -> None:
    assert sparql.check(text, ["http://mine.example/"]) == "SELECT"


def test_a_service_that_is_refused_is_named_with_its_place() -> None:
    with pytest.raises(UsageError, match=r"--allow-service http://other.example/") as caught:
        sparql.check("SELECT *\n{ SERVICE <http://other.example/> { ?s ?p ?o } }")
    assert caught.value.line == 2


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("SELECT ?s {\n ?s <a:b> 'سوريا' foo ?d }", 2, 19, "foo"),
        ("SELECT ?s {\n ?s kb:x ?d }", 2, 5, "prefix"),
        ("SELECT ?s { ?s ?p ?o", 1, 21, "breaks off"),
        ("SELECT ?s {\n ?s foo ?d }", 2, 5, "foo"),
        ("SELECT ?s { ?s ?p ?o } LIMIT many", 1, 30, "many"),
        ("SELCT ?s { ?s ?p ?o }", 1, 1, "SELCT"),
        ("SELECT ?s { ?s ?p ?o FILTR(?o) }", 1, 22, "FILTR"),
        ("", 1, None, "breaks off"),
        (
            "# a comment\nPREFIX a: <http://a.example/>\nINSERT DATA { a:b a:c a:d }",
            3,
            1,
            "INSERT would change",
        ),
        ("LOAD <http://other.example/>", 1, 1, "LOAD would change"),
    ],
)
def test_what_is_no_query_is_refused_with_its_place(
    text: str, line: int, column: int | None, says: str
) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        sparql.check(text)
    assert caught.value.line == line
    assert column in (None, caught.value.column)


@pytest.mark.parametrize(
    ("text", "form"),
    [("ASK {}", "ASK"), ("DESCRIBE <a:b>", "CONSTRUCT"), ("CONSTRUCT WHERE { ?s ?p ?o }", "CONSTRUCT")],
)
def test_the_form_of_a_query_is_told(text: str, form: str) -> None:
    assert sparql.check(text) == form


def test_only_variables_are_found() -> None:
    text = (
        """SELECT ?a $b { ?a <x:?no> "?no" ; ?c '?no\\'?no' . # ?no\n ?d ?p '''a ' ?no''' FILTER(?e<?f) }"""
    )
    assert [variable.name for variable in sparql.variables(text)] == ["a", "b", "a", "c", "d", "p", "e", "f"]


@given(
    st.text(st.characters(codec="utf-8"), max_size=40)
    | st.sampled_from(["\\u0022) } #", '"""', "\\", "?x", "'"])
)
def test_any_text_is_bound_as_the_term_it_is(value: str) -> None:
    term = pyoxigraph.Literal(value)
    text = sparql.bind("SELECT ?x ('?value' AS ?y) { BIND(?value AS ?x) }", {"value": term})
    results = pyoxigraph.Store().query(text)
    assert isinstance(results, pyoxigraph.QuerySolutions)
    solution = next(results)
    assert (solution["x"], solution["y"]) == (term, pyoxigraph.Literal("?value"))
