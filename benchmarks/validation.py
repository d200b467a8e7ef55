"""Validating: `kb validate` beside pyshacl and Jena's `shacl` on the exported Turtle, cold and with one letter changed.

A build has checked its letters and kept what it found, which `kb validate` tells, and it asks the checks by query;
with one letter changed that build is counted too. From nothing is every letter checked again (`--shapes`, with no
shape in the file). The peers check everything again each time, without the messages in other languages than
English, which Jena refuses. Their results are compared by focus node and component.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import pyoxigraph

from benchmarks.building import build
from benchmarks.measuring import KB, Cost, Work, medians, run
from kb import resources, store

FOUND = (0, 1)
"""Violations are status 1, here and with the peers."""

PEER = """
import sys, pyshacl, rdflib
data, shapes = (rdflib.Graph().parse(name) for name in sys.argv[1:])
_, report, _ = pyshacl.validate(data, shacl_graph=shapes)
print(report.serialize(format="nt"))
"""


def measure(work: Work) -> None:
    """Add the figures."""
    data, shapes, none = (work.folder / name for name in ("all.ttl", "shapes.ttl", "none.ttl"))
    run([*KB, "export", "--build", work.build, "-f", "turtle", "-o", data])
    all_shapes = pyoxigraph.parse(path=resources.folder("ontology") / "shapes.ttl")
    pyoxigraph.serialize(
        (quad.triple for quad in all_shapes if getattr(quad.object, "language", None) in (None, "en")),
        shapes,
        pyoxigraph.RdfFormat.TURTLE,
    )
    none.write_text("")
    ours: list[str | Path] = [*KB, "validate", "--build", work.build]
    ways = {
        "nothing": lambda: run([*ours, "--shapes", none, "--format", "json"], good=FOUND),
        "pyshacl": lambda: run([sys.executable, "-c", PEER, data, shapes], work.limit, good=FOUND),
    }
    if work.jena:
        jena: list[str | Path] = [work.jena / "bin" / "shacl", "validate", "--shapes", shapes, "--data", data]
        ways["jena"] = lambda: run(jena, work.limit, good=FOUND)
    taken = medians(1, **ways)
    work.remarks += _compare(taken)
    changed = _changed(work)
    kept = run(ours, good=FOUND)
    both = Cost(changed.seconds + kept.seconds, changed.processor + kept.processor)
    for name, cold, after in (("pyshacl", 10, 100), ("jena", 1, 1)):
        if name in taken:
            work.row("kb validate of a build, in a new process", kept, taken[name], cold, name)
            work.row("build and validate, one letter changed", both, taken[name], after, name)
            work.row("every letter checked again, from nothing", taken["nothing"], taken[name], 0, name)


def _changed(work: Work) -> Cost:
    letter = sorted(work.collection.rglob("*.txt"))[work.letters // 3]
    text = letter.read_text(encoding="utf-8")
    letter.write_text(f"{text}\nx\n", encoding="utf-8")
    cost = build(work, work.collection, work.build)
    letter.write_text(text, encoding="utf-8")
    build(work, work.collection, work.build)
    return cost


def _compare(taken: dict[str, Cost]) -> list[str]:
    """What each found, by focus node and component."""
    rows = json.loads(taken["nothing"].output)
    here = Counter((row["focus"], row["component"]) for row in rows if "SHACL" not in row["shape"])
    shacl = Counter({key: n for key, n in here.items() if key})
    told = []
    for name in ("pyshacl", "jena"):
        if name not in taken:
            continue
        if taken[name].stopped:
            told.append(f"{name} was stopped at the limit, so what it finds could not be compared.")
            continue
        there = _report(taken[name].output, "nt" if name == "pyshacl" else "ttl")
        missing, more = there - shacl, shacl - there
        told.append(
            f"{name} finds {sum(there.values())} results; {sum(missing.values())} of them `kb validate` does not have, "
            f"and it has {sum(more.values())} more (the checks by query)."
        )
    return told


def _report(text: bytes, form: str) -> Counter[tuple[str, str]]:
    media = pyoxigraph.RdfFormat.from_extension(form) or pyoxigraph.RdfFormat.TURTLE
    quads = (
        pyoxigraph.Quad(quad.subject, quad.predicate, quad.object) for quad in pyoxigraph.parse(text, media)
    )
    rows = store.in_memory(quads).query(
        "PREFIX sh: <http://www.w3.org/ns/shacl#> SELECT ?focus ?component "
        "{ ?result sh:focusNode ?focus ; sh:sourceConstraintComponent ?component . "
        "?report sh:result ?result }"
    )
    assert isinstance(rows, pyoxigraph.QuerySolutions)  # noqa: S101 (a SELECT)
    return Counter((_text(row["focus"]), _text(row["component"])) for row in rows)


def _text(term: object) -> str:
    return term.value if isinstance(term, pyoxigraph.NamedNode) else str(term)
