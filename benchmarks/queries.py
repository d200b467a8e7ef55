"""Each query of the library beside rdflib and Jena's ARQ, on the same graph.

Each is asked of the build on disk, of an rdflib graph in memory and of ARQ on a TDB2 store on disk (in Fuseki, warm:
so a start of Java is not held against it), and answers are compared. What is stopped at the limit counts as that long.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from statistics import geometric_mean
from typing import Any

import pyoxigraph
import rdflib

from benchmarks.measuring import Cost, Row, Work, medians, timed
from kb import querying, resources, sparql, store


def measure(work: Work) -> None:
    """Add a row for each query and peer."""
    queries, _ = querying.find_queries([resources.folder("queries")])
    with store.open_build(work.build) as graph, contextlib.ExitStack() as stack:
        peers: dict[str, Callable[[str], list[Any]]] = {"rdflib": _rdflib(graph)}
        if work.fuseki:
            peers["arq"] = stack.enter_context(_arq(graph, work))
        ratios: dict[str, list[float]] = {name: [] for name in peers}
        slower: dict[str, list[str]] = {name: [] for name in peers}
        stopped: Counter[str] = Counter()
        for name, query in queries.items():
            asked: list[str] = []

            def ask(text: str, asked: list[str] = asked) -> sparql.Results:
                asked.append(text)
                return graph.query(text)

            answer: Any = querying.run(query, values(query, graph), ask)
            if not isinstance(answer, pyoxigraph.QuerySolutions):
                continue
            rows = list(answer)
            ways: dict[str, Callable[[], Cost]] = {
                "ours": partial(timed, partial(_exhaust, graph, asked[-1]))
            }
            answers: dict[str, Counter[str]] = {}
            for peer, put in peers.items():
                ways[peer] = partial(_within, work.limit, partial(put, asked[-1]), answers, peer)
            taken = medians(work.rounds, **ways)
            here = Counter("".join(sorted("|".join(_plain(value) for value in row))) for row in rows)
            for peer in peers:
                ratio = taken[peer].seconds / taken["ours"].seconds
                ratios[peer].append(ratio)
                least = 20 if peer == "rdflib" else 1
                stopped[peer] += taken[peer].stopped
                if ratio < least:
                    mark = "at least " if taken[peer].stopped else ""
                    slower[peer].append(f"{name} ({mark}{ratio:.1f} ×)")
                if peer in answers and answers[peer] != here:
                    work.remarks.append(
                        f"{name}: {peer} answers otherwise ({_difference(here, answers[peer])})."
                    )
        for peer, found in ratios.items():
            least = 20 if peer == "rdflib" else 1
            fair = len(found) - len(slower[peer])
            told = f"{fair} of {len(found)} queries; least {min(found):.1f} ×, most {max(found):,.0f} ×"
            note = f"below it: {', '.join(slower[peer])}" if slower[peer] else ""
            if stopped[peer]:
                told += f"; {stopped[peer]} stopped after {work.limit:g} s, so at least that"
            row = Row(
                f"queries, beside {peer}",
                told,
                "geometric mean",
                geometric_mean(found),
                f"≥ {least} × each",
                not slower[peer],
                note,
            )
            work.rows.append(row)


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
    signal.alarm(max(1, int(limit)))
    began = time.perf_counter()
    try:
        rows = act()
    except TimeoutError:
        return Cost(limit, limit, stopped=True)
    finally:
        signal.alarm(0)
    cost = Cost(time.perf_counter() - began, 0)
    answers[name] = Counter("".join(sorted("|".join(row))) for row in rows)
    return cost


def _rdflib(graph: store.Store) -> Callable[[str], list[Any]]:
    # A dataset would need half as much memory again, and no question that is compared asks for graphs.
    peer = rdflib.Graph(store="SimpleMemory")
    for name in graph.graphs():  # one at a time, so that only rdflib's own copy needs much memory
        lines = io.BytesIO()
        graph.dump(lines, pyoxigraph.RdfFormat.N_TRIPLES, name)
        peer.parse(data=lines.getvalue(), format="nt")

    def answer(text: str) -> list[Any]:
        return [["" if value is None else str(value) for value in row] for row in peer.query(text)]  # type: ignore[union-attr]

    return answer


@contextlib.contextmanager
def _arq(graph: store.Store, work: Work) -> Iterator[Callable[[str], list[Any]]]:
    """Fuseki with the named graphs in TDB2, and their union as default graph."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = f"http://127.0.0.1:{port}/kb"
    folder = work.folder / "fuseki"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "tdb2").mkdir(parents=True)
    options = ["--localhost", "--port", str(port), "--update", "--tdb2", "--loc", "tdb2"]
    command = ["java", "-jar", str(work.fuseki), *options, "--set", "tdb2:unionDefaultGraph=true", "/kb"]
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 (Java)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{place}/query?query=ASK%7B%7D", timeout=1).close()  # noqa: S310 (our server)
                break
            time.sleep(0.2)
        path = folder / "data"
        pyoxigraph.serialize(graph.quads(), path, pyoxigraph.RdfFormat.N_QUADS)
        with path.open("rb") as body:
            headers = {"Content-Type": "application/n-quads", "Content-Length": str(path.stat().st_size)}
            request = urllib.request.Request(f"{place}/data", body, headers, method="POST")  # noqa: S310 (our server)
            urllib.request.urlopen(request, timeout=3600).close()  # noqa: S310 (our server)
        path.unlink()

        def answer(text: str) -> list[Any]:
            body = urllib.parse.urlencode({"query": text}).encode()
            request = urllib.request.Request(  # noqa: S310 (our server)
                f"{place}/query", body, {"Accept": "application/sparql-results+json"}
            )
            with urllib.request.urlopen(request, timeout=work.limit + 5) as reply:  # noqa: S310 (our server)
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
