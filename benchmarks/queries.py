"""Each query of the library beside rdflib and Jena's ARQ, on the same graph.

Each is asked of the build on disk, of an rdflib graph in memory and of ARQ on a TDB2 store on disk (in Fuseki, warm:
so a start of Java is not held against it), and answers are compared. A peer is stopped at the limit, or after a little
more than the time it may take if that is longer, and then counts as taking that long.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from statistics import geometric_mean
from typing import Any

import pyoxigraph
import rdflib

from benchmarks.measuring import KB, Cost, Row, Work, medians, run, timed
from kb import querying, resources, sparql, store

_PIECE = 16 << 20
"""Bytes that rdflib reads at a time."""

LEAST = {"rdflib": 20, "arq": 1}
"""How many times faster than each peer a question should be answered."""


def measure(work: Work) -> None:
    """Add a row for each peer, and what each question took: told as it is answered, since it can take hours."""
    queries, _ = querying.find_queries([resources.folder("queries")])
    nquads = work.folder / "graph.nq"
    run([*KB, "export", "-f", "nquads", "--build", work.build, "-o", nquads])
    with store.open_build(work.build) as graph, contextlib.ExitStack() as stack:
        peers: dict[str, Callable[[str], list[Any]]] = {"rdflib": _rdflib(nquads)}
        if work.fuseki:
            peers["arq"] = stack.enter_context(_arq(work, nquads))
        for name, query in queries.items():
            text, answer = _asked(query, graph)
            if not isinstance(answer, pyoxigraph.QuerySolutions):
                continue
            began = time.perf_counter()
            here = Counter("".join(sorted("|".join(_plain(value) for value in row))) for row in answer)
            once = time.perf_counter() - began
            taken, answers = _turns(work, graph, peers, text, once)
            work.questions[name] = taken
            told = ", ".join(f"{who} {cost}" for who, cost in taken.items())
            print(f"          {name}: {told}", file=sys.stderr, flush=True)
            for peer in answers:
                if answers[peer] != here:
                    told = _difference(here, answers[peer])
                    work.remarks.append(f"{name}: {peer} answers otherwise ({told}).")
        work.rows += [_row(peer, work.questions.values()) for peer in peers]


def _asked(query: querying.Query, graph: store.Store) -> tuple[str, Any]:
    """The SPARQL that a query with its parameters becomes, and the answer to it."""
    asked: list[str] = []

    def ask(text: str) -> sparql.Results:
        asked.append(text)
        return graph.query(text)

    answer = querying.run(query, values(query, graph), ask)
    return asked[-1], answer


def _turns(
    work: Work, graph: store.Store, peers: Mapping[str, Callable[[str], list[Any]]], text: str, once: float
) -> tuple[dict[str, Cost], dict[str, Counter[str]]]:
    """What everybody took to answer, and the peers' answers; `once` are the seconds we took before."""
    answers: dict[str, Counter[str]] = {}
    ways: dict[str, Callable[[], Cost]] = {"ours": partial(timed, partial(_exhaust, graph, text))}
    for peer, put in peers.items():
        limit = max(work.limit, 1.1 * LEAST[peer] * once)
        ways[peer] = partial(_within, limit, partial(put, text), answers, peer)
    return medians(work.rounds, **ways), answers


def _row(peer: str, questions: Collection[Mapping[str, Cost]]) -> Row:
    least = LEAST[peer]
    ratios = [taken[peer].seconds / taken["ours"].seconds for taken in questions]
    reached = sum(ratio >= least for ratio in ratios)
    told = f"{reached} of {len(ratios)} queries; least {min(ratios):.1f} ×, most {max(ratios):,.0f} ×"
    if stopped := sum(taken[peer].stopped for taken in questions):
        told += f"; {stopped} stopped, so at least that"
    mean = geometric_mean(ratios)
    return Row(
        f"queries, beside {peer}", told, "geometric mean", mean, f"≥ {least} × each", reached == len(ratios)
    )


def _exhaust(graph: store.Store, text: str) -> list[Any]:
    answer: Any = graph.query(text)
    return list(answer)


def values(query: querying.Query, graph: store.Store) -> dict[str, str]:
    """Something for each parameter that the graph knows, and of what it has most."""
    told: dict[str, str] = {}
    for each in query.parameters:
        if each.type == "concept":
            text = (
                f"SELECT ?c {{ ?c a <{each.concept_class}> . ?thing ?names ?c }} "
                f"GROUP BY ?c ORDER BY DESC(COUNT(*)) ?c LIMIT 1 OFFSET {len(told)}"
            )
            found: Any = graph.query(text)
            told[each.name] = next(found)[0].value
        elif each.example or each.default:
            told[each.name] = each.example or each.default or ""
    return told


def _within(limit: float, act: Callable[[], list[Any]], answers: dict[str, Counter[str]], name: str) -> Cost:
    """Time a question, stopped after the limit; its answer is kept under the name."""

    def stop(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, limit)
    began = time.perf_counter()
    try:
        rows = act()
    except TimeoutError:
        return Cost(limit, limit, stopped=True)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    cost = Cost(time.perf_counter() - began, 0)
    answers[name] = Counter("".join(sorted("|".join(row))) for row in rows)
    return cost


def _rdflib(nquads: Path) -> Callable[[str], list[Any]]:
    # A dataset would need half as much memory again, and no question that is compared asks for graphs.
    peer = rdflib.Graph(store="SimpleMemory")
    with nquads.open("rb") as lines:
        while some := lines.readlines(_PIECE):
            peer.parse(data=b"".join(line[: line.rindex(b" <")] + b" .\n" for line in some), format="nt")

    def answer(text: str) -> list[Any]:
        return [["" if value is None else str(value) for value in row] for row in peer.query(text)]  # type: ignore[union-attr]

    return answer


@contextlib.contextmanager
def _arq(work: Work, nquads: Path) -> Iterator[Callable[[str], list[Any]]]:
    """Fuseki with the named graphs in TDB2, and their union as default graph."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = f"http://127.0.0.1:{port}/kb"
    folder = work.folder / "fuseki"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "tdb2").mkdir(parents=True)
    options = ["--localhost", "--port", str(port), "--update", "--tdb2", "--loc", "tdb2"]
    command = [
        "java",
        "-Xmx2g",
        "-jar",
        str(work.fuseki),
        *options,
        "--set",
        "tdb2:unionDefaultGraph=true",
        "/kb",
    ]
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 (Java)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{place}/query?query=ASK%7B%7D", timeout=1).close()  # noqa: S310 (our server)
                break
            time.sleep(0.2)
        with nquads.open("rb") as body:
            headers = {"Content-Type": "application/n-quads", "Content-Length": str(nquads.stat().st_size)}
            request = urllib.request.Request(f"{place}/data", body, headers, method="POST")  # noqa: S310 (our server)
            urllib.request.urlopen(request, timeout=3600).close()  # noqa: S310 (our server)

        def answer(text: str) -> list[Any]:
            body = urllib.parse.urlencode({"query": text}).encode()
            request = urllib.request.Request(  # noqa: S310 (our server)
                f"{place}/query", body, {"Accept": "application/sparql-results+json"}
            )
            with urllib.request.urlopen(request, timeout=3600) as reply:  # noqa: S310 (our server)
                told = json.load(reply)
            names = told["head"]["vars"]
            return [
                [row[name]["value"] if name in row else "" for name in names]
                for row in told["results"]["bindings"]
            ]

        yield answer
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _plain(value: Any) -> str:
    return "" if value is None else str(getattr(value, "value", value))


def _difference(here: Counter[str], there: Counter[str]) -> str:
    ours, theirs = sum((here - there).values()), sum((there - here).values())
    return f"{ours} rows of {sum(here.values())} only here, {theirs} only there"
