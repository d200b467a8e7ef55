"""Measures exports: time beside rdflib's serializers, and memory as the graph grows.

    python benchmarks/export.py BUILD [--statements N] [--rdflib M]

The letters of BUILD are copied under new names until there are N statements (a million). Each format is written by
`kb export` in a process of its own, from a quarter of them and from all. rdflib writes M statements (100,000) that
are in its memory already; its time is per statement beside ours.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count, groupby, islice
from operator import attrgetter
from pathlib import Path

import pyoxigraph
import rdflib

from benchmarks.measuring import KB, Cost, Work, medians, run, timed
from kb import store
from kb.export import RDF_FORMATS
from kb.state import State, packed

_WHOLE = re.compile(r'("-?\d+)\.0("\^\^<http://www\.w3\.org/2001/XMLSchema#decimal>)$')

RDFLIB = {"turtle": "turtle", "ntriples": "nt", "rdfxml": "xml"}


def copies(build: Path) -> Iterator[pyoxigraph.Quad]:
    """The statements of the build's letters, again and again, each time under other names."""
    with store.open_build(build) as graph:
        letters = [name for name in graph.graphs() if "/letter/" in name.value]
        lines = [io.BytesIO() for _ in letters]
        for name, output in zip(letters, lines, strict=True):
            graph.dump(output, pyoxigraph.RdfFormat.N_TRIPLES, name)
    for number in count():
        for name, output in zip(letters, lines, strict=True):
            copy = f"{name.value}-{number:06}"
            text = output.getvalue().replace(name.value.encode(), copy.encode())
            for quad in pyoxigraph.parse(text, pyoxigraph.RdfFormat.N_TRIPLES):
                yield pyoxigraph.Quad(quad.subject, quad.predicate, quad.object, pyoxigraph.NamedNode(copy))


def make(quads: Iterator[pyoxigraph.Quad], build: Path) -> Path:
    """A build of those statements."""
    with store.writing(build):
        draft = store.begin(build)
        with State.draft(draft.folder, None) as state:
            draft.add(kept(quads, state))
        draft.publish()
    return build


def kept(quads: Iterator[pyoxigraph.Quad], state: State) -> Iterator[pyoxigraph.Quad]:
    """The same, kept beside the store letter by letter as a build keeps them."""
    for name, group in groupby(quads, attrgetter("graph_name")):
        letter = list(group)
        lines = (
            (pyoxigraph.serialize(letter, format=pyoxigraph.RdfFormat.N_QUADS) or b"").decode().split("\n")
        )
        own = sorted(lines[:-1], key=store.order(name))
        state.keep_graph(name.value.rpartition("/letter/")[2], packed(own), packed(store.turtle(own)))
        yield from letter


def measure(build: Path, form: str) -> tuple[float, float]:
    """Seconds of processor time and MiB of memory at most that `kb export` takes."""
    code = (
        "import sys, time; from kb.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "most = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
        "print(time.process_time(), int(most.split()[1]) / 1024, file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "export", "--build", str(build), "-f", form]
    with Path(os.devnull).open("wb") as sink:
        result = subprocess.run(command, stdout=sink, stderr=subprocess.PIPE, check=True, text=True)  # noqa: S603 (our own command)
    seconds, memory = result.stderr.split()
    return float(seconds), float(memory)


def rdflib_seconds(quads: list[pyoxigraph.Quad], form: str) -> float:
    """Seconds of processor time that rdflib takes for what is in its memory."""
    graph = rdflib.Graph()
    triples = pyoxigraph.serialize((quad.triple for quad in quads), format=pyoxigraph.RdfFormat.N_TRIPLES)
    graph.parse(data=triples, format="nt")
    began = time.process_time()
    graph.serialize(os.devnull, format=RDFLIB[form])
    return time.process_time() - began


def compare(work: Work) -> None:
    """Add how `kb export` stands beside rdflib's serializers and Jena's `riot`, which must write the same triples."""
    for form, ending, media in (
        ("turtle", "ttl", pyoxigraph.RdfFormat.N_TRIPLES),
        ("nquads", "nq", pyoxigraph.RdfFormat.N_QUADS),
    ):
        source = work.folder / f"source.{'nt' if form == 'turtle' else 'nq'}"
        with store.open_build(work.build) as graph:
            quads = graph.quads()
            pyoxigraph.serialize(quads if form == "nquads" else (q.triple for q in quads), source, media)
        written = {name: work.folder / f"{name}.{ending}" for name in ("ours", "rdflib", "riot")}
        rdflib.NORMALIZE_LITERALS = False  # or it would write other terms than it reads
        peer = rdflib.Dataset() if form == "nquads" else rdflib.Graph()
        peer.parse(source, format="nquads" if form == "nquads" else "nt")
        command: list[str | Path] = [*KB, "export", "--build", work.build, "-f", form, "-o", written["ours"]]
        ways: dict[str, Callable[[], Cost]] = {
            "ours": partial(run, command),
            "rdflib": partial(timed, partial(peer.serialize, written["rdflib"], format=form)),
        }
        if work.jena:
            riot = f'"{work.jena / "bin" / "riot"}" --output={form} "{source}" > "{written["riot"]}"'
            ways["riot"] = partial(run, ["sh", "-c", riot], work.limit)
        taken = medians(work.rounds, **ways)
        for name, least in (("rdflib", 50), ("riot", 1)):
            if name in taken:
                work.row(f"export {form}", taken["ours"], taken[name], least, name)
                if not taken[name].stopped and _content(written[name]) != _content(written["ours"]):
                    work.remarks.append(f"export {form}: {name} writes other triples.")


def _content(path: Path) -> set[str]:
    """The triples of a file, whatever graph they are in (the order and the prefixes of a format don't count).

    rdflib's Turtle has the decimal 1 as 1.0, which is the same value.
    """
    return {_WHOLE.sub(r"\1\2", str(quad.triple)) for quad in pyoxigraph.parse(path=str(path))}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("build", type=Path)
    parser.add_argument("--statements", type=int, default=1_000_000)
    parser.add_argument("--rdflib", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        few = make(islice(copies(options.build), options.statements // 4), Path(folder) / "few")
        many = make(islice(copies(options.build), options.statements), Path(folder) / "many")
        some = list(islice(copies(options.build), options.rdflib))
        print(f"{options.statements:,} statements  seconds  MiB (a quarter)  MiB (all)  times rdflib")
        for form in RDF_FORMATS:
            seconds, most = measure(many, form)
            _, little = measure(few, form)
            line = f"{form:20} {seconds:9.1f} {little:10.0f} {most:10.0f}"
            if form in RDFLIB:
                peer = rdflib_seconds(some, form) / len(some)
                line += f" {peer / (seconds / options.statements):10.1f}"
            print(line, flush=True)


if __name__ == "__main__":
    main()
