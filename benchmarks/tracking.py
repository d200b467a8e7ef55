"""How well and how fast demands that ask again are linked to earlier ones.

    python benchmarks/tracking.py [--sizes 1000 10000 100000] [--seed 0]

First, on the five letters of `seeds/`: how many of the links made are right (precision), and how many of the demands
that ask again are linked to an earlier one (recall), against `tests/expected/restatements.csv`. Then, on generated
letters, how long it takes for so many demands: `keeping` is what a build keeps of each demand when its letter is
read, `linking` what it does with all of them. `growth` is the time of linking per demand against the size before.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import generate
from kb import store, tracking
from kb.build import build as build_collection
from kb.extraction.language import languages
from kb.extraction.layout import plain

__all__ = ["Accuracy", "accuracy"]

TOP = Path(__file__).parent.parent
EXPECTED = TOP / "tests" / "expected" / "restatements.csv"

_DEMANDS = """PREFIX kb: <https://w3id.org/demandkb/ns#>
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?letter ?demand ?quote { ?l kb:makesDemand ?demand ; dcterms:identifier ?letter . ?demand kb:quote ?quote }"""
_LINKS = "PREFIX kb: <https://w3id.org/demandkb/ns#> SELECT ?later ?earlier { ?later kb:restates ?earlier }"


class Accuracy(NamedTuple):
    """Of the links made: `wrong` ones, out of `links`. Of what is asked again: what was `missed`, out of `asked`.

    A wrong link is the quotes of both demands; what was missed is a subject and words of the later demand.
    """

    links: int
    wrong: list[tuple[str, str]]
    asked: int
    missed: list[tuple[str, str]]

    @property
    def precision(self) -> float:
        """The share of links that are right, from 0 to 1."""
        return 1 - len(self.wrong) / self.links if self.links else 1.0

    @property
    def recall(self) -> float:
        """The share of what is asked again that is linked, from 0 to 1."""
        return 1 - len(self.missed) / self.asked


def accuracy(build: Path) -> Accuracy:
    """Compare the links in a build of the five letters with those that are right."""
    with store.open_build(build) as graph:
        demands: Any = graph.query(_DEMANDS)
        quotes = {row["demand"].value: (row["letter"].value, row["quote"].value) for row in demands}
        found: Any = graph.query(_LINKS)
        links = {(row["later"].value, row["earlier"].value) for row in found}
    right: dict[tuple[str, str], set[tuple[str, str]]] = {}
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            later, earlier = (
                _demand(quotes, row[f"{side}_letter"], row[f"{side}_words"]) for side in ("later", "earlier")
            )
            right.setdefault((row["subject"], row["later_words"]), set()).add((later, earlier))
    every = set().union(*right.values())
    wrong = [(quotes[later][1], quotes[earlier][1]) for later, earlier in sorted(links - every)]
    missed = [unit for unit, pairs in right.items() if not pairs & links]
    return Accuracy(len(links), wrong, len(right), missed)


def _demand(quotes: dict[str, tuple[str, str]], letter: str, words: str) -> str:
    """The demand of a letter that has these words; an address of nothing if there is none."""
    return next(
        (
            iri
            for iri, (at, quote) in sorted(quotes.items())
            if at == letter and words in " ".join(quote.split())
        ),
        f"missing:{words}",
    )


def demands(count: int, seed: int) -> Iterator[tuple[str, str, str | None, str, str]]:
    """So many demands of generated letters: demand, letter, date, words, language."""
    with tempfile.TemporaryDirectory() as folder:
        truth = Path(folder) / "truth.jsonl"
        generate.generate(count // 4, Path(folder), seed, truth)
        made = 0
        for line in truth.open(encoding="utf-8"):
            letter = json.loads(line)
            for number, demand in enumerate(letter["demands"]):
                if made < count:
                    made += 1
                    name = letter["letter"]
                    yield f"{name}/{number}", name, letter["date"], demand["quote"], letter["language"]


def growth(sizes: list[int], seed: int) -> None:
    """Measure each size and print a line for it."""
    print(
        f"{'demands':>8} {'links':>8} {'offered':>8} {'keeping':>8} {'linking':>8} {'µs/demand':>10} {'growth':>7}"
    )
    before: float | None = None
    for size in sizes:
        texts = list(demands(size, seed))
        start = time.process_time()
        statements = [
            tracking.Statement(
                demand, letter, date, tracking.passages(plain(quote, 0, len(quote)), languages()[language])
            )
            for demand, letter, date, quote, language in texts
        ]
        kept = time.process_time()
        links = tracking.restatements(statements)
        done = time.process_time()
        each = (done - kept) / len(statements) * 1e6
        certain = sum(link.judgement == "same" for link in links)
        print(
            f"{len(statements):>8} {certain:>8} {len(links) - certain:>8} {kept - start:>7.1f}s {done - kept:>7.1f}s "
            f"{each:>10.0f} {f'{each / before:.2f}' if before else '':>7}"
        )
        before = each


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        build_collection(TOP / "seeds", Path(folder) / "build", jobs=1)
        told = accuracy(Path(folder) / "build")
    print(f"precision {told.precision:.2f} ({told.links} links), recall {told.recall:.2f} (of {told.asked})")
    for one, other in told.wrong:
        print(f"  wrong: {' '.join(one.split())[:90]} <- {' '.join(other.split())[:90]}")
    for subject, words in told.missed:
        print(f"  missed: {subject}: {words}")
    if chosen.sizes != [0]:
        growth(chosen.sizes, chosen.seed)


if __name__ == "__main__":
    main()
