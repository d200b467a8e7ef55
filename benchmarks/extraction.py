"""How long a letter takes to read, by stage, and how that grows with its length.

    python -m benchmarks.extraction [--letters 100] [--repeat 10] [--sizes 6 60 1000] [FOLDER]

Reads the letters of FOLDER, or else generated ones; times are of the processor, the best of several. The
yardstick, taken in the same run, cuts the same text into words with one regular expression: a busy or slow
machine is as slow at that, so `× words` tells more than milliseconds do.
"""

from __future__ import annotations

import argparse
import gc
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import generate
from kb import extraction
from kb.documents import Document, parse_document, read_document

__all__ = ["Costs", "costs", "generated", "growth", "letter_of", "main"]

# What `extract` calls, one after the other; what it does besides is the rest.
STAGES = {
    "language": "detect_language",
    "layout": "lay_out",
    "zones": "find_zones",
    "title": "find_title",
    "date": "find_date",
    "addressees": "find_addressees",
    "signatures": "find_signatures",
    "demands": "find_demands",
    "references": "find_references",
    "kind": "tell_kind",
    "types": "_completed",
}
_WORD = re.compile(r"\w+")


class Costs(NamedTuple):
    """Seconds of processor time to read some documents: in all, of each stage, and what the yardstick took."""

    whole: float
    stages: dict[str, float]
    words: float
    characters: int


def generated(count: int) -> list[Document]:
    """`count` letters as `benchmarks/generate.py` writes them."""
    with tempfile.TemporaryDirectory() as folder:
        generate.generate(count, Path(folder))
        return _documents(Path(folder))


def _documents(folder: Path) -> list[Document]:
    return [read_document(path) for path in sorted(folder.rglob("*.txt"))]


def letter_of(kilobytes: int) -> Document:
    """One letter of so many thousand characters: two thirds prose and lists, and ten signatories a kB."""
    prose = (
        "The quarry on the ridge was closed in 2014, after Security Council resolution 2254 (2015). It was opened "
        "again in March.\nWe urge you to close it for good. The ridge must be protected by law.\n\n"
    )
    points = "".join(
        f"{n}. Close the quarry number {n} above the valley of the mills.\n" for n in range(1, 6)
    )
    body = f"{prose}{prose}We call on you to:\n\n{points}\n" * kilobytes
    names = "".join(f"{n}. Ridge Walkers of Valley {n}\n" for n in range(1, 10 * kilobytes + 1))
    text = f"12 May 2020\n\nMs Anna Berg\nMinister of Mines\n\nDear Ms Berg,\n\n{body}Sincerely,\n\n{names}"
    return parse_document(text.encode(), Path(f"{kilobytes}-kB.txt"))


def costs(documents: Sequence[Document], repeat: int = 5) -> Costs:
    """Read the documents `repeat` times; each figure is the best."""
    for document in documents:  # words, patterns and vocabularies are loaded at first use
        extraction.extract(document)
    whole, words = [], []
    stages: dict[str, list[float]] = {stage: [] for stage in STAGES}
    for _ in range(repeat):
        words.append(_seconds(lambda: [_WORD.findall(document.text) for document in documents]))
        whole.append(_seconds(lambda: [extraction.extract(document) for document in documents]))
        with _without_collector(), _clocked() as spent:
            for document in documents:
                extraction.extract(document)
        for stage, seconds in spent.items():
            stages[stage].append(seconds)
    best = {stage: min(seconds) for stage, seconds in stages.items()}
    return Costs(min(whole), best, min(words), sum(len(document.text) for document in documents))


def _seconds(work: Callable[[], Any]) -> float:
    with _without_collector():
        start = time.process_time()
        work()
        return time.process_time() - start


@contextmanager
def _without_collector() -> Iterator[None]:
    """Look for garbage before, not meanwhile: so does a build, between batches."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def _clocked() -> Iterator[dict[str, float]]:
    """While it holds, the seconds spent in each stage are added up."""
    spent = dict.fromkeys(STAGES, 0.0)
    functions = {name: getattr(extraction, name) for name in STAGES.values()}

    def clocked(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            start = time.process_time()
            result = function(*arguments)
            spent[stage] += time.process_time() - start
            return result

        return call

    try:
        for stage, name in STAGES.items():
            setattr(extraction, name, clocked(stage, functions[name]))
        yield spent
    finally:
        for name, function in functions.items():
            setattr(extraction, name, function)


def growth(sizes: Sequence[int], repeat: int = 3) -> list[tuple[int, float, float]]:
    """For letters of those sizes (kB): characters, seconds, and time per character against the first."""
    documents = [letter_of(size) for size in sizes]
    best = [float("inf")] * len(documents)
    extraction.extract(documents[0])
    for _ in range(repeat):  # by turns, so that a busy moment hits them all
        for number, document in enumerate(documents):
            # As much work for the short ones: a single run of theirs is too short to measure.
            times = max(1, len(documents[-1].text) // len(document.text) // 10)
            seconds = _seconds(lambda d=document, n=times: [extraction.extract(d) for _ in range(n)])  # type: ignore[misc]
            best[number] = min(best[number], seconds / times)
    each = [seconds / len(document.text) for seconds, document in zip(best, documents, strict=True)]
    return [
        (len(document.text), seconds, per / each[0])
        for document, seconds, per in zip(documents, best, each, strict=True)
    ]


def _start() -> tuple[float, float]:
    """Seconds of processor time to import the package, and then to read the first letter."""
    code = (
        "import time, pathlib; a = time.process_time(); from kb.extraction import extract; "
        "from kb.documents import parse_document; b = time.process_time(); "
        "extract(parse_document(b'Dear Minister,\\n\\nWe urge you to act.', pathlib.Path('a.txt'))); "
        "print(b - a, time.process_time() - b)"
    )
    command = [sys.executable, "-c", code]
    runs = [
        subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - Python itself
        for _ in range(3)
    ]
    imported, first = zip(*(map(float, run.split()) for run in runs), strict=True)
    return min(imported), min(first)


def main() -> None:
    """Measure, and print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("folder", metavar="FOLDER", nargs="?", type=Path)
    arguments.add_argument("--letters", type=int, default=100)
    arguments.add_argument("--repeat", type=int, default=10)
    arguments.add_argument("--sizes", type=int, nargs="+", default=[6, 60, 1000])
    chosen = arguments.parse_args()
    documents = _documents(chosen.folder) if chosen.folder else generated(chosen.letters)
    found = costs(documents, chosen.repeat)
    rows = {**found.stages, "rest": max(0.0, found.whole - sum(found.stages.values())), "whole": found.whole}
    print(f"{len(documents)} letters, {found.characters / len(documents) / 1000:.1f} kB each")
    print(f"{'stage':>11} {'ms/letter':>10} {'ms/kB':>8} {'share':>6} {'× words':>8}")
    for stage, seconds in rows.items():
        print(
            f"{stage:>11} {seconds / len(documents) * 1e3:>10.2f} {seconds / found.characters * 1e6:>8.3f} "
            f"{seconds / found.whole:>6.0%} {seconds / found.words:>8.1f}"
        )
    print(f"\n{'characters':>11} {'ms':>10} {'ms/kB':>8} {'growth':>7}")
    for characters, seconds, ratio in growth(chosen.sizes, chosen.repeat // 2):
        print(f"{characters:>11} {seconds * 1e3:>10.1f} {seconds / characters * 1e6:>8.3f} {ratio:>7.2f}")
    imported, first = _start()
    print(f"\nimport {imported * 1e3:.0f} ms, first letter {first * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
