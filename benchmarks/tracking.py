"""How well and how fast demands that ask again are linked to earlier ones.

    python benchmarks/tracking.py [--sizes 1000 10000 100000] [--seed 0]

First, on the five letters of `seeds/`: how many of the links made are right (precision), and how many of the demands
that ask again are linked to an earlier one (recall), against `tests/expected/restatements.csv`. Then, on generated
letters, how many links join what was made from the same words about the same place (`right`), how much of what is
so asked again is linked (`found`), and how long it takes for so many demands: `keeping` is what a build keeps of
each demand when its letter is read, `linking` what it does with all of them. `growth` is the time of linking per
demand against the size before.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import generate
from kb import store, tracking
from kb.build import build as build_collection
from kb.extraction.language import languages
from kb.extraction.reading import plain

__all__ = ["Accuracy", "Generated", "accuracy", "demands", "right"]

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


class Generated(NamedTuple):
    """A demand of a generated letter, and what it asks: `same` of all that ask it, None if no other."""

    demand: str
    letter: str
    date: str | None
    quote: str
    language: str
    same: str | None

    def statement(self) -> tracking.Statement:
        """What tracking needs of it."""
        reading = plain(self.quote, 0, len(self.quote))
        passages = tracking.passages(reading, languages()[self.language])
        return tracking.Statement(self.demand, self.letter, self.date, passages)


def demands(count: int, seed: int) -> Iterator[Generated]:
    """So many demands of generated letters."""
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
                    yield Generated(
                        f"{name}/{number}",
                        name,
                        letter["date"],
                        demand["quote"],
                        letter["language"],
                        demand["same"],
                    )


def right(generated: Sequence[Generated], links: Iterable[tracking.Restatement]) -> tuple[float, float]:
    """Tell how much of what is linked asks the same (precision), and how much of what is asked again is linked."""
    same = {each.demand: each.same for each in generated if each.same}
    made = [(link.later, link.earlier) for link in links if link.judgement == "same"]
    known = [
        (later, same[later] == same[earlier]) for later, earlier in made if {later, earlier} <= same.keys()
    ]
    good = {later for later, is_right in known if is_right}
    first: dict[str, int] = {}
    for each in generated:
        if each.same and each.date:
            ends = tracking.ends(each.date)
            first[each.same] = min(first.get(each.same, ends), ends)
    again = [d for d in generated if d.same and d.date and first[d.same] < tracking.begins(d.date)]
    return sum(is_right for _, is_right in known) / len(known), sum(d.demand in good for d in again) / len(
        again
    )


def growth(sizes: list[int], seed: int) -> None:
    """Measure each size and print a line for it."""
    print(
        f"{'demands':>8} {'links':>8} {'offered':>8} {'right':>6} {'found':>6} {'keeping':>8} {'linking':>8} "
        f"{'µs/demand':>10} {'growth':>7}"
    )
    before: float | None = None
    for size in sizes:
        generated = list(demands(size, seed))
        start = time.process_time()
        statements = [each.statement() for each in generated]
        kept = time.process_time()
        links = tracking.restatements(statements)
        done = time.process_time()
        each = (done - kept) / len(statements) * 1e6
        certain = sum(link.judgement == "same" for link in links)
        precision, recall = right(generated, links)
        print(
            f"{len(statements):>8} {certain:>8} {len(links) - certain:>8} {precision:>6.2f} {recall:>6.2f} "
            f"{kept - start:>7.1f}s {done - kept:>7.1f}s {each:>10.0f} {f'{each / before:.2f}' if before else '':>7}"
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
