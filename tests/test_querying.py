"""Query files: their headers, their parameters, and asking them by the command."""

from __future__ import annotations

import csv
import io
import json
import threading
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import click
import pyoxigraph
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from kb import cli, querying, results, store
from kb.errors import UsageError
from tests import small_build

PREFIXES = """PREFIX kb: <https://w3id.org/demandkb/ns#>
PREFIX dcterms: <http://purl.org/dc/terms/>
"""
BY_FORCE = f"""#+ summary: Demands of one force
#+ description: >-
#+   Which demands a letter makes
#+   in that tone.
#+ tags:
#+   - demands
#+ parameters:
#+   - name: force
#+     type: concept
#+     class: kb:Force
#+     description: a force, by its id or label
#+     required: true
#+     example: call
#+   - name: since
#+     type: date
#+     description: the first day that counts
{PREFIXES}
SELECT ?quote (?_force_iri AS ?force) {{
  ?letter kb:makesDemand ?demand ; dcterms:issued ?date .
  ?demand kb:force ?_force_iri ; kb:quote ?quote .
  FILTER(STR(?date) >= COALESCE(STR(?__since_xsd_date), ""))
}} ORDER BY ?date ?quote
"""


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("query")
    build = small_build.make(folder / "build")
    (folder / "letters" / "queries").mkdir(parents=True)
    (folder / "letters" / "queries" / "by-force.rq").write_text(BY_FORCE)
    store.record_collection(build, folder / "letters")
    return build


def ask(build: Path, *arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli.main, ["query", "--build", str(build), *arguments], input=stdin)


def rows(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout)))


# Headers


def test_a_header_is_read() -> None:
    query = querying.parse_query(BY_FORCE, "by-force")
    assert query.summary == "Demands of one force"
    assert query.description == "Which demands a letter makes in that tone."
    assert query.tags == ("demands",)
    assert [parameter.variable for parameter in query.parameters] == ["_force_iri", "__since_xsd_date"]


def header(*lines: str) -> str:
    return "\n".join([f"#+ {line}" for line in lines] + ["SELECT * { ?s ?p ?_word }"])


WORD = ("parameters:", "  - name: word", "    type: string", "    description: a word", "    required: true")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("SELECT * { ?s ?p ?o }", 1, "no header"),
        (header("description: lost", *WORD), 1, "no summary"),
        (header("summary: a", "sumary: b"), 2, "did you mean summary"),
        (header("summary: a", "endpoint: http://x.example"), 2, "grlc's own"),
        (header("summary: a", "summary: b"), 2, "twice"),
        (header("summary: a", "tags: [b"), 2, "not YAML"),
        (header("summary: a: b"), 1, "not YAML"),
        (header("summary: a", "tags: b"), 2, "expected a list"),
        (header("summary: a", "tags:", "  - [b]"), 3, "expected some words"),
        (header("summary:", *WORD), 1, "expected some words"),
        (header("summary: a", *WORD[:4]), 3, "not used: the query has no \\?__word"),
        (
            header("summary: a", *WORD, "  - name: more", "    type: date", "    description: x"),
            7,
            "?__more_xsd_date",
        ),
        (header("summary: a"), 2, r"\?_word is none of the declared"),
        (header("summary: a", *WORD, *WORD[1:]), 7, "twice"),
        (header("summary: a", *WORD, "    default: b"), 3, "choose one"),
        (header("summary: a", *WORD[:2], "    type: text", *WORD[3:]), 3, "known are string"),
        (header("summary: a", *WORD[:2], *WORD[3:]), 3, "needs a type"),
        (header("summary: a", *WORD, "    class: kb:Force"), 3, "and nothing else"),
        (header("summary: a", *WORD, "    colour: red"), 7, "unknown key 'colour'"),
        (header("summary: a", *WORD[:4], "    required: perhaps"), 3, "true or false"),
        (
            header("summary: a", "parameters:", "  - name: a_b", "    type: date", "    description: x"),
            3,
            "letters and",
        ),
        (
            header("summary: a", WORD[0], WORD[1], "    type: date", WORD[3], "    default: soon"),
            3,
            "not a date",
        ),
        (header("summary: a", *WORD) + "\n#+ tags:\n#+   - late", 8, "come first"),
    ],
)
def test_a_wrong_header_is_told_with_file_and_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    path = tmp_path / "wrong.rq"
    path.write_text(text)
    with pytest.raises(UsageError, match=says.replace("?__more", r"\?__more")) as caught:
        querying.read_query(path)
    assert (caught.value.path, caught.value.line) == (path, line)


# Asking by the command


def test_own_queries_are_found_beside_the_letters_and_listed(build: Path) -> None:
    result = ask(build)
    assert result.exit_code == 0
    assert "by-force" in result.stdout
    assert "-p force=CONCEPT [-p since=DATE]" in result.stdout


def test_one_broken_file_does_not_hide_the_others(build: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.rq").write_text("#+ sumary: x\nASK {}")
    result = ask(build, "--queries", str(tmp_path))
    assert "by-force" in result.stdout
    assert f"{tmp_path}/broken.rq:1: " in result.stderr
    assert result.exit_code == 2


def test_a_query_is_explained(build: Path) -> None:
    result = ask(build, "by-force", "--help")
    assert result.exit_code == 0
    for part in (
        "Demands of one force",
        "force (concept, required)",
        "kb query by-force -p force=call",
        "by-force.rq",
    ):
        assert part in result.stdout


@pytest.mark.parametrize(
    "value", ["call", "CALL", "kb:call", "code:call", "https://w3id.org/demandkb/code/call"]
)
def test_a_concept_is_known_by_its_names(build: Path, value: str) -> None:
    if value == "kb:call":
        assert "is not known here" in ask(build, "by-force", "-p", f"force={value}").stderr
    else:
        assert len(rows(ask(build, "by-force", "-p", f"force={value}", "-f", "csv"))) == 2


def test_a_concept_is_known_by_its_labels_in_any_language(build: Path) -> None:
    with store.open_build(build) as graph:
        question = "SELECT ?l { code:must <http://www.w3.org/2004/02/skos/core#prefLabel> ?l }"
        labels = [row[0] for row in graph.query("PREFIX code: <https://w3id.org/demandkb/code/>" + question)]  # type: ignore[union-attr]
    assert len(labels) > 1
    for label in labels:
        assert len(rows(ask(build, "by-force", "-p", f"force={label.value}", "-f", "csv"))) == 2


def test_an_optional_parameter_counts_when_it_is_given(build: Path) -> None:
    arguments = ("by-force", "-p", "force=must", "-f", "csv")
    assert len(rows(ask(build, *arguments))) == 2
    assert len(rows(ask(build, *arguments, "-p", "since=2020-01-01"))) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["by-forse"], "did you mean by-force?"),
        (["missing.rq"], "missing.rq: can't be read"),
        (["by-force"], "needs -p force=…: a force, by its id or label"),
        (["by-force", "-p", "force"], "write it as -p force=VALUE"),
        (["by-force", "-p", "forse=call"], "did you mean force?"),
        (["by-force", "-p", "force=cal"], "did you mean call?"),
        (["by-force", "-p", "force=call", "-p", "force=must"], "given twice"),
        (
            ["by-force", "-p", "force=call", "-p", "since=05/05/2019"],
            "is not a date: write it like 2018-03-31",
        ),
        (["by-force", "-p", "force=call", "-p", "since=2019-02-30"], "is not a date"),
        (["by-force", "-p", "force=call", "-f", "turtle"], "gives rows"),
        (["by-force", "-p", "force=call", "-f", "yaml"], "yaml"),
    ],
)
def test_wrong_usage_is_told_in_one_line(build: Path, arguments: list[str], says: str) -> None:
    result = ask(build, *arguments)
    assert says in result.stderr
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


def test_an_ambiguous_label_is_not_guessed(tmp_path: Path) -> None:
    kind, label = (
        pyoxigraph.NamedNode("http://x.example/K"),
        pyoxigraph.NamedNode("http://www.w3.org/2000/01/rdf-schema#label"),
    )
    typed = pyoxigraph.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    things = [pyoxigraph.NamedNode(f"http://x.example/{name}") for name in ("one", "two")]
    graph = store.in_memory(
        quad
        for thing in things
        for quad in (
            pyoxigraph.Quad(thing, typed, kind),
            pyoxigraph.Quad(thing, label, pyoxigraph.Literal("Twin")),
        )
    )
    parameter = querying.Parameter("it", "concept", "it", required=True, concept_class=kind.value)
    query = querying.Query("q", "SELECT (?_it_iri AS ?x) {}", parameters=(parameter,))
    with pytest.raises(UsageError, match="say one or two"):
        querying.run(query, {"it": "twin"}, graph.query)


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_a_string_is_bound_and_never_spliced(value: str) -> None:
    parameter = querying.Parameter("it", "string", "it", required=True)
    query = querying.Query("q", "SELECT ?x { BIND(?_it AS ?x) }", parameters=(parameter,))
    answer = querying.run(query, {"it": value}, store.in_memory().query)
    assert [row["x"] for row in answer] == [pyoxigraph.Literal(value)]  # type: ignore[union-attr]


def test_a_bare_pattern_sees_all_letters(build: Path) -> None:
    text = "SELECT (COUNT(*) AS ?n) { ?letter a <https://w3id.org/demandkb/ns#Letter> }"
    assert rows(ask(build, "-", "-f", "csv", stdin=text)) == [{"n": "2"}]


def test_a_query_that_is_no_sparql_is_told_with_file_line_and_column(build: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.rq"
    path.write_text("SELECT ?s {\n  ?s ?p }")
    assert f"{path}:2:9: " in ask(build, str(path)).stderr
    result = ask(build, "-", stdin="DELETE WHERE { ?s ?p ?o }")
    assert "-:1:1: DELETE would change the graph" in result.stderr
    assert result.exit_code == 2


# Forms of answers

ODD = """SELECT * { VALUES (?a ?b ?c) {
  ("a|b\\n\\u001b[31m" 1 "سوريا"@ar) (<https://w3id.org/demandkb/ns#Letter> 2.50 true) (UNDEF UNDEF UNDEF)
} }"""


def test_the_command_offers_the_forms_there_are() -> None:
    [option] = [each for each in cli.main.commands["query"].params if each.name == "form"]
    assert isinstance(option.type, click.Choice)
    assert tuple(option.type.choices) == results.FORMATS


def test_rows_become_json_lines(build: Path) -> None:
    lines = ask(build, "-", "-f", "jsonl", stdin=ODD).stdout.splitlines()
    assert [json.loads(line) for line in lines] == [
        {"a": "a|b\n\x1b[31m", "b": 1, "c": "سوريا"},
        {"a": "https://w3id.org/demandkb/ns#Letter", "b": 2.5, "c": True},
        {"a": None, "b": None, "c": None},
    ]


def test_rows_become_markdown(build: Path) -> None:
    assert ask(build, "-", "-f", "markdown", stdin=ODD).stdout.splitlines() == [
        "| a | b | c |",
        "| --- | --- | --- |",
        "| a\\|b �\\[31m | 1 | سوريا |",
        "| kb:Letter | 2.5 | true |",
        "|  |  |  |",
    ]


def test_a_table_does_not_steer_the_terminal(build: Path) -> None:
    table = ask(build, "-", stdin=ODD).stdout
    assert "\x1b" not in table
    assert "kb:Letter" in table
    assert table.endswith("3 rows\n")


@pytest.mark.parametrize("form", ["json", "xml", "tsv"])
def test_standard_forms_hold_every_term(build: Path, form: str) -> None:
    answer = ask(build, "-", "-f", form, stdin=ODD).stdout_bytes
    media = {"json": pyoxigraph.QueryResultsFormat.JSON, "xml": pyoxigraph.QueryResultsFormat.XML}
    parsed: Any = pyoxigraph.parse_query_results(answer, media.get(form, pyoxigraph.QueryResultsFormat.TSV))
    assert next(parsed)["c"] == pyoxigraph.Literal("سوريا", language="ar")


@pytest.mark.parametrize(("form", "answer"), [("table", "true\n"), ("json", '{"head":{},"boolean":true}\n')])
def test_yes_or_no(build: Path, form: str, answer: str) -> None:
    assert ask(build, "-", "-f", form, stdin="ASK {}").stdout == answer


def test_a_graph_becomes_turtle_with_prefixes_in_order(build: Path) -> None:
    text = PREFIXES + "CONSTRUCT { ?s kb:force ?o } { ?s kb:force ?o }"
    turtle = ask(build, "-", stdin=text).stdout
    assert "kb:force code:call" in turtle
    subjects = [line for line in turtle.splitlines() if line.startswith("<")]
    assert subjects == sorted(subjects)
    assert "gives a graph" in ask(build, "-", "-f", "csv", stdin=text).stderr


# Other servers


class Endpoint(BaseHTTPRequestHandler):
    """A SPARQL endpoint over the same graph; some paths misbehave."""

    graph: store.Store

    def do_POST(self) -> None:
        """Answer a query."""
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        body, status, headers = b"", 200, {}
        if self.path == "/moved":
            status, headers = 302, {"Location": "http://127.0.0.1:9/"}
        elif self.path == "/broken":
            status, body = 500, b"out of\norder"
        elif self.path == "/page":
            body = b"<html>"
        else:
            answer = self.graph.query(form["query"][0])
            out = io.BytesIO()
            if isinstance(answer, pyoxigraph.QueryTriples):
                pyoxigraph.serialize(answer, out, pyoxigraph.RdfFormat.N_TRIPLES)
            else:
                answer.serialize(out, pyoxigraph.QueryResultsFormat.JSON)
            body = out.getvalue()
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name is the library's)
        """Keep quiet."""


@pytest.fixture(scope="module")
def address(build: Path) -> Iterator[str]:
    with store.open_build(build) as Endpoint.graph:
        server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    "arguments",
    [["by-force", "-p", "force=must", "-p", "since=2020-01-01"], ["-"]],
)
def test_an_endpoint_answers_as_a_build_does(build: Path, address: str, arguments: list[str]) -> None:
    stdin = PREFIXES + "CONSTRUCT WHERE { ?s kb:makesDemand ?o }"
    here = ask(build, *arguments, stdin=stdin)
    there = ask(build, *arguments, "--endpoint", address, stdin=stdin)
    assert here.exit_code == 0
    assert there.stdout == here.stdout


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/moved", "sends on to"),
        ("/broken", "500 Internal Server Error: out of order"),
        ("/page", "query results"),
    ],
)
def test_an_endpoint_out_of_order_is_told_in_one_line(
    build: Path, address: str, path: str, says: str
) -> None:
    result = ask(build, "-", "--endpoint", address + path, stdin="ASK {}")
    assert says in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.exit_code == 3


@pytest.mark.parametrize(
    ("url", "status"), [("http://127.0.0.1:9/", 3), ("file:///etc/passwd", 2), ("nowhere", 2)]
)
def test_an_address_that_is_no_endpoint(build: Path, url: str, status: int) -> None:
    result = ask(build, "-", "--endpoint", url, stdin="ASK {}")
    assert result.exit_code == status
    assert url in result.stderr


def test_other_servers_are_asked_only_if_named(build: Path, address: str) -> None:
    text = f"SELECT ?s {{ SERVICE <{address}> {{ ?s a <https://w3id.org/demandkb/ns#Letter> }} }}"
    refused = ask(build, "-", stdin=text)
    assert f"--allow-service {address}" in refused.stderr
    assert refused.exit_code == 2
