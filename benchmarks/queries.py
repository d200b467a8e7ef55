"""Measures each query of the library beside rdflib, on the same graph.

    python benchmarks/queries.py BUILD [--limit SECONDS] [NAME…]

Each is asked of the build on disk and of an rdflib graph in memory that holds the same; the table has seconds of
processor time for each and how many times faster the build answers. rdflib is stopped after the limit (60 s), which
counts as that long.
"""

from __future__ import annotations

import argparse
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyoxigraph
import rdflib

from kb import querying, resources, sparql, store


def values(query: querying.Query, graph: store.Store) -> dict[str, str]:
    """Something for each parameter that the graph knows."""
    told: dict[str, str] = {}
    for each in query.parameters:
        if each.type == "concept":
            text = (
                f"SELECT DISTINCT ?c {{ ?c a <{each.concept_class}> }} ORDER BY ?c LIMIT 1 OFFSET {len(told)}"
            )
            found: Any = graph.query(text)
            told[each.name] = next(found)[0].value
        elif each.example or each.default:
            told[each.name] = each.example or each.default or ""
    return told


class Late(Exception):  # noqa: N818 (no error)
    """The limit is reached."""


def seconds(act: Callable[[], object], limit: int) -> float:
    """How much processor time it takes, or the limit."""

    def stop(*_: object) -> None:
        raise Late

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, limit)
    began = time.process_time()
    try:
        act()
    except Late:
        return float(limit)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return max(time.process_time() - began, 1e-4)


def exhaust(question: Callable[[], Any]) -> None:
    """Ask, and take every row."""
    for _ in question():
        pass


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("build", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--limit", type=int, default=60)
    options = parser.parse_args()
    queries, _ = querying.find_queries([resources.folder("queries")])
    peer = rdflib.Dataset(default_union=True)
    with store.open_build(options.build) as graph:
        text = pyoxigraph.serialize(graph.quads(), format=pyoxigraph.RdfFormat.N_QUADS)
        peer.parse(data=text, format="nquads")
        print(f"{len(peer):,} triples{'':17} seconds     rdflib      times")
        for name, query in queries.items():
            if options.names and name not in options.names:
                continue
            asked: list[str] = []

            def ask(text: str, asked: list[str] = asked) -> sparql.Results:
                asked.append(text)
                return graph.query(text)

            told = values(query, graph)
            ours = seconds(partial(exhaust, partial(querying.run, query, told, ask)), options.limit)
            theirs = seconds(partial(exhaust, partial(peer.query, asked[-1])), options.limit)
            print(f"{name:28} {ours:10.4f} {theirs:10.3f} {theirs / ours:10.0f}", flush=True)


if __name__ == "__main__":
    main()
