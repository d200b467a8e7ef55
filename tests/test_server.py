"""The site and the endpoint over HTTP, with real clients, and with requests that mean no good."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
from rdflib import Graph
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import JSON, POST, SPARQLWrapper

from kb.store import open_build

SEEDS = Path(__file__).parents[1] / "seeds"
COUNT = "PREFIX kb: <https://w3id.org/demandkb/ns#> SELECT (COUNT(*) AS ?n) WHERE { ?letter a kb:Letter }"
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


class Served:
    """A running `kb serve` over a folder with letters and their build."""

    def __init__(self, folder: Path, *options: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.folder = folder
        self.url = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "kb", "serve", "--port", str(self.port), *options]
        self.process = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL)
        for _ in range(900):
            assert self.process.poll() is None, "it ended at once"
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("it does not answer")

    def stop(self) -> int:
        """End it as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(20)

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        """Ask for a path as it is written; status, headers, body."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read().decode("utf-8", "replace")
        connection.close()
        return answer.status, {key.lower(): value for key, value in answer.getheaders()}, body

    def pages(self) -> None:
        """Wait until the pages of the build as it is are made."""
        made = self.folder / "build" / "site" / ".pages.sqlite"
        with open_build(self.folder / "build") as store:
            version = store.version
        for _ in range(900):
            if made.is_file():
                with closing(sqlite3.connect(f"{made.as_uri()}?mode=ro", uri=True)) as state:
                    if state.execute("SELECT 1 FROM file WHERE digest = ?", (version,)).fetchone():
                        return
            time.sleep(0.1)
        raise AssertionError("the pages are not made")

    def ask(self, query: str, name: str = "query") -> tuple[int, str]:
        """Send a query by POST; status and body."""
        data = urllib.parse.urlencode({name: query}).encode()
        try:
            with urllib.request.urlopen(f"{self.url}/sparql", data, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def letters(self) -> int:
        """How many letters the endpoint knows."""
        status, body = self.ask(COUNT)
        assert status == 200, body
        return int(json.loads(body)["results"]["bindings"][0]["n"]["value"])


def build(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kb", "build", "letters"], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(SEEDS, folder / "letters")
    build(folder)
    server = Served(folder, "--seconds", "2", "--at-once", "2")
    server.pages()
    yield server
    server.stop()


def test_sparqlwrapper_and_rdflib_are_answered(served: Served) -> None:
    wrapper = SPARQLWrapper(f"{served.url}/sparql")
    wrapper.setQuery(COUNT)
    wrapper.setReturnFormat(JSON)
    wrapper.setMethod(POST)
    answer = wrapper.queryAndConvert()
    assert isinstance(answer, dict)
    assert answer["results"]["bindings"][0]["n"]["value"] == "5"
    graph = Graph(SPARQLStore(f"{served.url}/sparql"))
    assert [int(row[0]) for row in graph.query(COUNT)] == [5]  # type: ignore[index, arg-type]


def test_the_protocol_allows_three_ways_to_ask(served: Served) -> None:
    status, headers, _ = served.get(
        f"/sparql?query={urllib.parse.quote(COUNT)}", Accept="application/sparql-results+xml"
    )
    assert (status, headers["content-type"]) == (200, "application/sparql-results+xml")
    request = urllib.request.Request(
        f"{served.url}/sparql",
        COUNT.encode(),
        {"Content-Type": "application/sparql-query", "Accept": "text/csv"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.read().decode().split() == ["n", "5"]
    assert served.letters() == 5


@pytest.mark.parametrize(
    ("name", "query", "status", "said"),
    [
        ("query", "SELECT * {", 400, "SPARQL"),
        (
            "query",
            "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
            400,
            "SERVICE would ask another server",
        ),
        ("query", "LOAD <http://127.0.0.1:1/>", 400, "LOAD"),
        ("query", "DROP ALL", 400, "DROP"),
        ("update", "DROP ALL", 403, "read-only"),
        ("query", "SELECT * { ?s ?p " + "?o . ?s ?p " * 20_000 + "?o }", 413, "bytes"),
        ("something", "else", 400, "exactly one query"),
    ],
)
def test_what_may_not_run_is_refused_in_a_line(
    served: Served, name: str, query: str, status: int, said: str
) -> None:
    answered, body = served.ask(query, name)
    assert answered == status
    assert said in body
    assert body.count("\n") == 1
    assert "Traceback" not in body


def test_an_endless_query_is_stopped_by_the_clock(served: Served) -> None:
    start = time.monotonic()
    status, body = served.ask(ENDLESS)
    assert status == 503, body
    assert "more than 2 seconds" in body
    assert time.monotonic() - start < 15
    assert served.letters() == 5


def test_too_many_at_once_are_told_to_come_back(served: Served) -> None:
    with ThreadPoolExecutor(6) as pool:
        statuses = [status for status, _ in pool.map(lambda _: served.ask(ENDLESS), range(6))]
    assert set(statuses) == {503}
    with ThreadPoolExecutor(3) as pool:
        slow = [pool.submit(served.ask, ENDLESS) for _ in range(2)]
        time.sleep(0.7)
        request = f"{served.url}/sparql?query={urllib.parse.quote(COUNT)}"
        with pytest.raises(urllib.error.HTTPError) as busy:
            urllib.request.urlopen(request, timeout=10)
        assert (busy.value.code, busy.value.headers["retry-after"]) == (503, "2")
        assert [future.result()[0] for future in slow] == [503, 503]


def test_addresses_of_things_answer_in_the_form_that_is_asked_for(served: Served) -> None:
    path = "/letter/2018-01-31-guterres-sochi"
    status, headers, _ = served.get(path, Accept="text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
    assert (status, headers["location"]) == (303, f"{path}.html")
    assert served.get(f"{path}.html")[0] == 200
    for media_type, suffix in (
        ("text/turtle", "ttl"), ("application/ld+json", "jsonld"), ("application/n-triples", "nt"),
    ):  # fmt: skip
        status, headers, _ = served.get(path, Accept=media_type)
        assert (status, headers["location"], headers["vary"]) == (303, f"{path}.{suffix}", "accept")
        status, headers, body = served.get(f"{path}.{suffix}")
        assert status == 200
        assert headers["content-type"].startswith(media_type)
        form = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt"}[suffix]
        assert len(Graph().parse(data=body, format=form)) > 1000
    for accept, form in (
        ("text/turtle;q=0.5, text/html;q=0.9", "html"), ("text/html;q=0, */*", "ttl"), ("*/*", "html"),
        ("application/n-triples;q=0.3, application/ld+json;q=0.4", "jsonld"),
    ):  # fmt: skip
        assert served.get(path, Accept=accept)[1]["location"] == f"{path}.{form}"
    for accept in ("image/png", "nonsense", "text/html;q=0"):
        status, headers, body = served.get(path, Accept=accept)
        assert (status, headers["vary"]) == (406, "accept")
        assert "text/turtle" in body
    assert served.get(f"{path}-2.ttl")[0] == 404
    person = "/person/" + next((served.folder / "build" / "site" / "person").glob("*.html")).stem
    assert served.get(person, Accept="text/turtle")[1]["location"] == f"{person}.ttl"
    document = "/authority/document/geneva-communique"
    assert (
        served.get(document, Accept="text/html")[1]["location"]
        == "/authority/document-geneva-communique.html"
    )
    assert "Geneva Communiqué" in served.get(f"{document}.ttl")[2]
    row = json.loads(served.ask("SELECT ?d { ?l <https://w3id.org/demandkb/ns#makesDemand> ?d } LIMIT 1")[1])
    demand = row["results"]["bindings"][0]["d"]["value"].removeprefix("https://w3id.org/demandkb/id")
    status, headers, _ = served.get(demand, Accept="text/html")
    page, _, anchor = headers["location"].partition("#")
    assert status == 303
    assert f'id="{anchor}"' in served.get(page)[2]


@pytest.mark.parametrize(
    "path",
    [
        "/../letters/README.md", "/%2e%2e/letters/README.md", "/..%2f..%2f..%2f..%2fetc/passwd",
        "/assets/../../current", "/letter/%00.html", "/letter/%00", "/letter/x%3E%20%7D%20DROP.ttl", "//etc/passwd",
        "/letter/..%5c..%5ccurrent", "/letter/../index", "/no/such/thing", "/.pages.sqlite", "/letter/%f0%28.ttl",
    ],
)  # fmt: skip
def test_nothing_outside_the_site_can_be_read(served: Served, path: str) -> None:
    status, _, body = served.get(path)
    assert status in (400, 404)
    assert "root:" not in body


def test_answers_carry_the_headers_that_protect_a_browser(served: Served) -> None:
    for path in ("/", "/sparql.html", "/no-such-page", "/assets/style.css"):
        _, headers, _ = served.get(path)
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "server" not in headers


def test_other_methods_are_answered_as_the_protocol_says(served: Served) -> None:
    for path in ("/", "/letters.html", "/sparql?query=ASK%7B%7D", "/letter/2018-01-31-guterres-sochi"):
        heads = []
        for method in ("HEAD", "GET"):
            connection = HTTPConnection("127.0.0.1", served.port, timeout=30)
            connection.request(method, path)
            answer = connection.getresponse()
            heads.append((answer.status, answer.getheader("content-type")))
            assert method == "GET" or answer.read() == b""
            connection.close()
        assert heads[0] == heads[1]
    for method in ("PUT", "DELETE", "PATCH", "TRACE"):
        connection = HTTPConnection("127.0.0.1", served.port, timeout=30)
        connection.request(method, "/sparql")
        answer = connection.getresponse()
        assert answer.status == 405
        assert "GET" in (answer.getheader("allow") or "")
        connection.close()


def test_pages_of_other_sites_may_ask_only_where_they_are_named(served: Served) -> None:
    assert served.get("/letters.html", Host="evil.example")[0] == 421
    assert served.get("/letters.html", Host=f"localhost:{served.port}")[0] == 200
    _, headers, _ = served.get("/sparql?query=ASK%7B%7D", Origin="https://a.example")
    assert "access-control-allow-origin" not in headers
    server = Served(
        served.folder, "--at-once", "1", "--allow-origin", "https://a.example", "--name", "A.example"
    )
    try:
        for origin, allowed in (("https://a.example", "https://a.example"), ("https://b.example", None)):
            _, headers, _ = server.get("/sparql?query=ASK%7B%7D", Origin=origin, Host="a.example")
            assert headers.get("access-control-allow-origin") == allowed
        connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
        asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
        connection.request("OPTIONS", "/sparql", headers=asked)
        assert connection.getresponse().status == 200
        connection.close()
    finally:
        server.stop()


def test_a_page_that_is_missing_is_told_to_people_as_a_page(served: Served) -> None:
    status, headers, body = served.get("/letter/no-such-letter", Accept="text/html")
    assert (status, headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert 'href="/assets/style.css"' in body
    assert served.get("/letter/no-such-letter")[2] == "nothing has this address\n"


def test_a_rebuild_is_picked_up_and_no_request_fails(served: Served) -> None:
    statuses: list[int] = []
    stop = threading.Event()

    def keep_asking() -> None:
        while not stop.is_set():
            statuses.append(served.ask(COUNT)[0])
            statuses.append(served.get("/index.html")[0])

    asking = threading.Thread(target=keep_asking)
    asking.start()
    (served.folder / "letters" / "2019-01-01-more.txt").write_bytes(next(SEEDS.glob("2017-03*")).read_bytes())
    build(served.folder)
    for _ in range(600):
        if served.letters() == 6:
            break
        time.sleep(0.1)
    served.pages()
    stop.set()
    asking.join()
    assert served.letters() == 6
    assert "2019-01-01-more" in served.get("/letters.html")[2]
    assert set(statuses) == {200}


def test_questions_and_things_need_no_pages(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    shutil.copy(next(SEEDS.glob("2018-01*")), tmp_path / "letters")
    build(tmp_path)
    (tmp_path / "file").touch()
    server = Served(tmp_path, "--at-once", "1", "--site", "file/site")
    try:
        assert server.letters() == 1
        path = "/letter/2018-01-31-guterres-sochi"
        status, headers, _ = server.get(path, Accept="text/turtle")
        assert (status, headers["location"]) == (303, f"{path}.ttl")
        assert "Sochi" in server.get(f"{path}.ttl")[2]
        for address in ("/", path, "/no/such/page"):
            status, headers, body = server.get(address, Accept="text/html")
            assert (status, headers["retry-after"]) == (503, "5")
            assert "default-src 'none'" in headers["content-security-policy"]
        for _ in range(300):
            if "can't be written" in body:
                break
            time.sleep(0.1)
            body = server.get("/")[2]
        assert "can't be written" in body
        assert "Traceback" not in body
    finally:
        server.stop()


def test_without_a_build_it_says_so(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "kb", "serve"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert "kb build" in done.stderr
    assert done.stderr.count("\n") <= 2


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv of util-linux is not installed")
def test_children_end_with_a_server_that_is_killed(tmp_path: Path) -> None:
    shutil.copytree(SEEDS, tmp_path / "letters")
    build(tmp_path)
    server = Served(tmp_path, "--at-once", "1")
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    assert children
    server.process.kill()
    server.process.wait()
    for _ in range(100):
        if not any(Path(f"/proc/{child}").exists() for child in children):
            return
        time.sleep(0.1)
    raise AssertionError("a child is still there")
