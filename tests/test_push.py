"""The graph goes to real SPARQL stores, whole or what changed of it."""

from __future__ import annotations

import dataclasses
import http.server
import json
import shutil
import socket
import subprocess
import sys
import sysconfig
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pyoxigraph
import pytest

from kb import checks, graph, querying, store
from kb.endpoint import credentials, endpoint
from kb.errors import OutsideError, UsageError
from kb.push import RETRIES, push
from kb.validation import validate_store
from tests.sample import LETTER
from tests.small_build import NAMES, make, quads

JENA = Path(__file__).parent.parent / ".cache" / "jena"


@dataclass
class Server:
    """A running SPARQL store: where it takes graphs and where it answers."""

    graphs: str
    query: str


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def await_answer(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the server ended at once"
        try:
            urllib.request.urlopen(f"{url}?query=ASK%7B%7D", timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


@pytest.fixture(scope="module", params=["oxigraph", "fuseki"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    port = free_port()
    if request.param == "oxigraph":
        program = shutil.which("oxigraph", path=sysconfig.get_path("scripts"))
        assert program, "the extra `serve` is not installed"
        place = tmp_path_factory.mktemp("oxigraph")
        command = [
            program,
            "serve",
            "--location",
            str(place),
            "--bind",
            f"127.0.0.1:{port}",
            "--union-default-graph",
        ]
        found = Server(f"http://127.0.0.1:{port}/store", f"http://127.0.0.1:{port}/query")
    else:
        jars = sorted(JENA.glob("jena-fuseki-server-*.jar"))
        java = shutil.which("java")
        if not jars or not java:
            pytest.skip("no Apache Jena Fuseki: `make jena` fetches it (it needs Java and Maven)")
        command = [
            java,
            "-jar",
            str(jars[-1]),
            "--localhost",
            "--port",
            str(port),
            "--update",
            "--mem",
            "/kb",
        ]
        found = Server(f"http://127.0.0.1:{port}/kb/data", f"http://127.0.0.1:{port}/kb/query")
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path_factory.mktemp("server")
    )
    try:
        await_answer(found.query, process)
        yield found
    finally:
        process.terminate()
        process.wait()


def count(server: Server) -> int:
    rows = endpoint(server.query)("SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }")
    assert isinstance(rows, pyoxigraph.QuerySolutions)
    [row] = rows
    assert isinstance(row["n"], pyoxigraph.Literal)
    return int(row["n"].value)


def test_what_was_pushed_is_checked_there(server: Server, tmp_path: Path) -> None:
    whole = store.in_memory(quads())
    push(whole, server.graphs, tmp_path / "journal", ask=endpoint(server.query))
    command = ["validate", "--endpoint", server.query, "--format", "json", "--fail-on", "info"]
    told = subprocess.run(
        [sys.executable, "-m", "kb", *command, "--build", str(tmp_path)], capture_output=True, text=True
    )
    assert told.returncode == 1, told.stderr
    here = validate_store(whole.query)
    found = [each["rule"] for each in json.loads(told.stdout)]
    assert here
    assert {each.rule for each in here} <= set(found)
    if "kb/query" not in server.query:  # its default graph is the union of all, which the checks by query ask
        assert sorted(found) == sorted(
            each.rule for each in (*here, *checks.check(whole.query, querying.folders(tmp_path)))
        )


def test_a_push_sends_all_then_nothing_then_what_changed(server: Server, tmp_path: Path) -> None:
    here = list(quads())
    journal = tmp_path / "journal"
    whole = store.in_memory(here)
    first = push(whole, server.graphs, journal, ask=endpoint(server.query))
    assert (first.sent, first.deleted, first.unchanged) == (len(whole.graphs()), 0, 0)
    assert first.triples == count(server) == len(here)

    again = push(whole, server.graphs, journal)
    assert (again.sent, again.deleted, again.triples) == (0, 0, 0)

    letter = pyoxigraph.NamedNode(str(NAMES.letter(LETTER.id)))
    changed = graph.letter_graph(dataclasses.replace(LETTER, date="2019-01-01"), NAMES)
    rest = [quad for quad in here if quad.graph_name != letter]
    data = changed.serialize(format="nt", encoding="utf-8")
    new = [
        pyoxigraph.Quad(quad.subject, quad.predicate, quad.object, letter)
        for quad in pyoxigraph.parse(data, pyoxigraph.RdfFormat.N_TRIPLES)
    ]
    second = push(store.in_memory(rest + new), server.graphs, journal)
    assert (second.sent, second.deleted) == (1, 0)
    assert count(server) == len(rest) + len(set(new))

    third = push(store.in_memory(rest), server.graphs, journal, ask=endpoint(server.query))
    assert (third.sent, third.deleted) == (0, 1)
    assert count(server) == len(rest)


def test_the_same_question_is_answered_there_as_here(server: Server, tmp_path: Path) -> None:
    here = store.in_memory(quads())
    push(here, server.graphs, tmp_path / "journal")
    text = "SELECT ?d ?q WHERE { GRAPH ?l { ?d <https://w3id.org/demandkb/ns#quote> ?q } } ORDER BY ?d ?q"
    mine, theirs = here.query(text), endpoint(server.query)(text)
    assert isinstance(mine, pyoxigraph.QuerySolutions)
    assert isinstance(theirs, pyoxigraph.QuerySolutions)
    assert [list(map(str, row)) for row in mine] == [list(map(str, row)) for row in theirs]


class Moody(http.server.BaseHTTPRequestHandler):
    """A graph store that fails in the ways that `failures` lists, one request each, and then works."""

    failures: ClassVar[list[int]] = []
    seen: ClassVar[list[tuple[str, str | None]]] = []

    def answer(self) -> None:
        """Answer any request with the next status."""
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.seen.append((self.command, self.headers.get("authorization")))
        status = self.failures.pop(0) if self.failures else 204
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    do_PUT = do_DELETE = do_GET = answer  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeat as often, without the waits between."""
    monkeypatch.setattr("kb.push.RETRIES", RETRIES.new(backoff_factor=0.01))


@pytest.fixture
def moody() -> Iterator[str]:
    Moody.failures.clear()
    Moody.seen.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Moody)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/data"
    server.shutdown()
    server.server_close()


ONE = [pyoxigraph.Quad(*(pyoxigraph.NamedNode(f"http://example.org/{x}") for x in "spog"))]


def none_there(text: str) -> pyoxigraph.QuerySolutions:
    answer = pyoxigraph.Store().query(text)
    assert isinstance(answer, pyoxigraph.QuerySolutions)
    return answer


def test_a_store_that_is_busy_is_asked_again(moody: str, tmp_path: Path) -> None:
    Moody.failures[:] = [503, 502]
    with pytest.raises(OutsideError, match="another number of triples in 1 graphs"):
        push(store.in_memory(ONE), moody, tmp_path / "journal", {"Authorization": "Bearer x"}, ask=none_there)
    assert Moody.seen == [("PUT", "Bearer x")] * 3
    with pytest.raises(OutsideError, match="another number"):
        push(store.in_memory(ONE), moody, tmp_path / "journal", ask=none_there)
    assert len(Moody.seen) == 4, "what was not there in the end is sent again"


def test_a_push_that_broke_off_goes_on(moody: str, tmp_path: Path) -> None:
    many = [
        pyoxigraph.Quad(
            quad.subject, quad.predicate, quad.object, pyoxigraph.NamedNode(f"http://example.org/{n}")
        )
        for n in range(5)
        for quad in ONE
    ]
    Moody.failures[:] = [204, 204, 400]
    with pytest.raises(OutsideError, match="answers 400 to PUT"):
        push(store.in_memory(many), moody, tmp_path / "journal")
    (tmp_path / "journal").open("a").write('["http://example.org/3", "abc')  # a line that a crash cut off
    Moody.seen.clear()
    with pytest.raises(OutsideError, match="another number"):
        push(store.in_memory(many), moody, tmp_path / "journal", ask=none_there)
    assert [method for method, _ in Moody.seen] == ["PUT"] * 3


def test_who_asks_comes_from_the_environment() -> None:
    assert credentials({"KB_TOKEN": "abc", "KB_USER": "me"}) == {"Authorization": "Bearer abc"}
    assert credentials({"KB_USER": "me", "KB_PASSWORD": "pä"}) == {"Authorization": "Basic bWU6cMOk"}
    assert credentials({}) == {}


def test_refusals_say_what_to_do(moody: str, tmp_path: Path) -> None:
    Moody.failures[:] = [401]
    with pytest.raises(OutsideError, match="KB_TOKEN"):
        push(store.in_memory(ONE), moody, tmp_path / "journal")
    with pytest.raises(UsageError, match="begins with http"):
        push(store.in_memory(ONE), "ftp://example.org/", tmp_path / "journal")
    with pytest.raises(OutsideError, match="can't be reached"):
        push(store.in_memory(ONE), f"http://127.0.0.1:{free_port()}/", tmp_path / "j")


def test_the_command_says_what_it_sent(server: Server, tmp_path: Path) -> None:
    build = make(tmp_path / "build")
    command = [
        sys.executable,
        "-m",
        "kb",
        "push",
        "--build",
        str(build),
        "--endpoint",
        server.query,
        server.graphs,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert "graphs sent" in done.stderr
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "0 graphs sent" in done.stderr
