"""Each query of the library beside rdflib and Jena's ARQ, on the same graph, about what the web site asks.

Each is asked of the build on disk, then of an rdflib graph in memory and of ARQ on a TDB2 store on disk (in Fuseki,
warm: so a start of Java is not held against it), one after the other, since the memory that rdflib takes would be
missing for the files of the others; and answers are compared. A peer is stopped at the limit, or after a little more
than the time it may take if that is longer, and then counts as taking that long.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from statistics import geometric_mean
from typing import Any

import pyoxigraph
import rdflib

from benchmarks.measuring import KB, Cost, Row, Work, medians, run, timed
from kb import querying, resources, sparql, store
from kb.site.data import Graph
from kb.site.joins import bring_up_to_date, joined
from kb.site.questions import chosen
from kb.site.rendering import program

_Ask = Callable[[str], list[Any]]

_PIECE = 16 << 20
"""Bytes that rdflib reads at a time."""

LEAST = {"rdflib": 20, "arq": 1}
"""How many times faster than each peer a question should be answered."""


def measure(work: Work) -> None:
    """Add a row for each peer, and what each question took: told as it is answered, since it can take hours."""
    queries, _ = querying.find_queries([resources.folder("queries")])
    nquads = work.folder / "graph.nq"
    run([*KB, "export", "-f", "nquads", "--build", work.build, "-o", nquads])
    texts: dict[str, str] = {}
    answers: dict[str, Counter[str]] = {}
    with store.open_build(work.build) as graph, joined(work.folder / "joins.sqlite", program()) as tables:
        bring_up_to_date(tables, graph, os.cpu_count() or 1)
        for name, query in queries.items():
            texts[name], answer = _asked(query, chosen(Graph(tables), query), graph)
            if not isinstance(answer, pyoxigraph.QuerySolutions):
                continue
            answers[name] = _counted([_plain(value) for value in row] for row in answer)
            work.questions[name] = medians(
                work.rounds, ours=partial(timed, partial(_exhaust, graph, texts[name]))
            )
    for peer, opened in _peers(work, nquads).items():
        with opened as ask:
            for name, taken in work.questions.items():
                limit = max(work.limit, 1.1 * LEAST[peer] * taken["ours"].seconds)
                told: list[Counter[str]] = []
                taken |= medians(
                    work.rounds, **{peer: partial(_within, limit, partial(ask, texts[name]), told)}
                )
                print(
                    f"          {name}: ours {taken['ours']}, {peer} {taken[peer]}",
                    file=sys.stderr,
                    flush=True,
                )
                if told and told[-1] != answers[name]:
                    work.remarks.append(
                        f"{name}: {peer} answers otherwise ({_difference(answers[name], told[-1])})."
                    )
        work.rows.append(_row(peer, work.questions.values()))


def _peers(work: Work, nquads: Path) -> dict[str, contextlib.AbstractContextManager[_Ask]]:
    """The peers, each with the graph while it is open: only one at a time, as rdflib takes most of the memory."""
    peers: dict[str, contextlib.AbstractContextManager[_Ask]] = {"rdflib": _rdflib(nquads)}
    if work.fuseki:
        peers["arq"] = _arq(work, nquads)
    return peers


def _asked(query: querying.Query, values: Mapping[str, str], graph: store.Store) -> tuple[str, Any]:
    """The SPARQL that a query with those values becomes, and the answer to it."""
    asked: list[str] = []

    def ask(text: str) -> sparql.Results:
        asked.append(text)
        return graph.query(text)

    answer = querying.run(query, values, ask)
    return asked[-1], answer


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


def _within(limit: float, act: Callable[[], list[Any]], told: list[Counter[str]]) -> Cost:
    """Time a question, stopped after the limit; its answer is put with what was `told`."""

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
    told.append(_counted(rows))
    return cost


def _counted(rows: Iterable[list[str]]) -> Counter[str]:
    """How often each row is answered; the letters of a row in order, as a group may be joined in any order."""
    return Counter("".join(sorted("|".join(row))) for row in rows)


@contextlib.contextmanager
def _rdflib(nquads: Path) -> Iterator[_Ask]:
    # A dataset would need half as much memory again, and no question that is compared asks for graphs.
    peer = rdflib.Graph(store="SimpleMemory")
    with nquads.open("rb") as lines:
        while some := lines.readlines(_PIECE):
            peer.parse(data=b"".join(line[: line.rindex(b" <")] + b" .\n" for line in some), format="nt")

    def answer(text: str) -> list[Any]:
        return [["" if value is None else str(value) for value in row] for row in peer.query(text)]  # type: ignore[union-attr]

    yield answer
    peer.close()


@contextlib.contextmanager
def _arq(work: Work, nquads: Path) -> Iterator[_Ask]:
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
