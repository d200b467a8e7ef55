"""Which demands need a person's eye: uncertain ones, those without a type, those that may ask again, warnings."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph
from rich.console import Console
from rich.text import Text

from kb import namespaces, querying, resources, store
from kb.collection import Collection
from kb.errors import DataError
from kb.extraction import types
from kb.review.asking import PAIR_KEYS, Answer, collection_of, select

__all__ = ["ANSWERS", "Demand", "Restated", "Warned", "demands_to_review"]

ANSWERS = ("accept", "reject", "change", "same", "different", "unsure")
"""All that a row about demands can say."""

_AROUND = 300
"""How many code points of a letter are shown before and after a demand."""

_PREFIXES = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in namespaces.PREFIXES.items())
_PLACE = f"""{_PREFIXES}
SELECT ?text ?start ?end ?item (GROUP_CONCAT(?id; SEPARATOR=" ") AS ?types) {{
  ?demand dcterms:isPartOf/schema:text ?text ; kb:evidence/oa:hasSelector ?place .
  ?place oa:start ?start ; oa:end ?end .
  OPTIONAL {{ ?demand kb:item ?item }}
  OPTIONAL {{ ?demand kb:demandType/skos:notation ?id }}
}} GROUP BY ?text ?start ?end ?item"""
_WARNINGS = f"""{_PREFIXES}
SELECT ?letter ?date ?told ?words {{
  ?this kb:remark ?remark ; dcterms:identifier ?letter .
  ?remark rdfs:comment ?told ; kb:code ?code .
  OPTIONAL {{ ?this dcterms:issued ?date }}
  OPTIONAL {{
    ?this schema:text ?text .
    ?remark kb:evidence/oa:hasSelector ?place .
    ?place oa:start ?start ; oa:end ?end .
    BIND(SUBSTR(?text, ?start + 1, ?end - ?start) AS ?words)
  }}
}} ORDER BY ?date ?letter ?start ?told"""


@dataclass(frozen=True, slots=True)
class Demand:
    """Whether this is a demand, and of these types. `start` and `end` are its offsets in the letter's `text`."""

    what: str
    letter: str
    date: str
    quote: str
    score: float
    reason: str
    text: str
    start: int
    end: int
    types: str
    value: str = ""

    @property
    def keys(self) -> Mapping[str, str]:
        """The keys that answer."""
        return {"a": "accept", "r": "reject", "t": "types", "w": "words", "u": "unsure"}

    @property
    def sides(self) -> tuple[str, str]:
        """The demand in its letter, and its types."""
        return f"{self.letter}: {_line(self.quote)}", self.types

    row = sides

    def show(self, console: Console) -> None:
        """Print the demand with what stands before and after it."""
        before = _line(self.text[max(0, self.start - _AROUND) : self.start])
        after = _line(self.text[self.end : self.end + _AROUND])
        console.print(Text(f"\n{self.date or 'undated'}  {self.letter}\n", style="bold"))
        console.print(
            Text.assemble((f"… {before} ", "dim"), (_line(self.quote), "bold yellow"), (f" {after} …", "dim"))
        )
        console.print(Text(f"\ntypes: {self.types or 'none'}"))

    def answer(self, key: str, line: Callable[[str], str]) -> Answer | None:
        """What a key says: "t" asks for types, "w" for the right words; nothing said is no answer."""
        match key:
            case "t":
                told = line("types (such as: ceasefire lifting-sieges): ")
                return Answer("change", f"types: {_types(told)}") if told else None
            case "w":
                told = line("the demand's words, or its first … last words: ")
                return Answer("change", f"span: {self._span(told)}") if told else None
        return Answer(self.keys[key])

    def _span(self, words: str) -> str:
        """Where words stand in the letter, nearest to the demand: "first words … last words" for long ones."""
        first, _, last = (part.split() for part in words.replace("...", "…").partition("…"))
        pattern = r"\s+".join(map(re.escape, first))
        if last:
            pattern += r".*?" + r"\s+".join(map(re.escape, last))
        found = [match.span() for match in re.finditer(pattern, self.text, re.DOTALL)] if first else []
        if not found:
            raise DataError(f"these words are not in the letter: “{words}”")
        start, end = min(found, key=lambda span: abs(span[0] - self.start))
        return f"{start}-{end}"


def _types(told: str) -> str:
    given = told.replace(",", " ").split()
    if unknown := sorted(set(given) - set(types.load()[0])):
        raise DataError(f"there is no demand type {unknown[0]!r}: `kb query types` lists those there are")
    return " ".join(given)


@dataclass(frozen=True, slots=True)
class Restated:
    """Whether the later demand, `what`, asks again what the earlier one, `value`, asked."""

    what: str
    value: str
    letter: str
    quotes: tuple[str, str]
    places: tuple[str, str]
    score: float
    reason: str

    @property
    def keys(self) -> Mapping[str, str]:
        """The keys that answer."""
        return PAIR_KEYS

    @property
    def sides(self) -> tuple[str, str]:
        """Both demands, the later first."""
        one, other = (
            f"{place}: {_line(quote)}" for place, quote in zip(self.places, self.quotes, strict=True)
        )
        return one, other

    row = sides

    def show(self, console: Console) -> None:
        """Print both."""
        for place, quote in zip(self.places, self.quotes, strict=True):
            console.print(Text(f"\n{place}", style="bold"))
            console.print(Text(_line(quote)))

    def answer(self, key: str, line: Callable[[str], str]) -> Answer | None:
        """The judgement a key stands for."""
        return Answer(PAIR_KEYS[key], self.value)


@dataclass(frozen=True, slots=True)
class Warned:
    """Something the program left to a person. There is no row to write: the letter or its note is put right."""

    what: str
    letter: str
    reason: str
    score: float = 0.0
    value: str = ""

    @property
    def keys(self) -> Mapping[str, str]:
        """None."""
        return {}

    @property
    def sides(self) -> tuple[str, str]:
        """The words it is about."""
        return f"{self.letter}: {_line(self.what)}", ""

    row = sides

    def show(self, console: Console) -> None:
        """Print the words it is about."""
        console.print(Text(f"\n{self.letter}", style="bold"))
        console.print(Text(_line(self.what)))

    def answer(self, key: str, line: Callable[[str], str]) -> Answer | None:
        """Nothing."""
        return None


def demands_to_review(build: Path) -> tuple[Collection, list[Demand | Restated | Warned], list[str]]:
    """The collection of a build, what needs a person's eye in it, best first, and its stale decisions, a line each.

    What was answered since the build is left out. Raises UsageError if the collection is gone.
    """
    with store.open_build(build) as graph:
        collection = collection_of(build)
        review = collection.folder / "review.csv"
        decided = {_key(row.what) for row in collection.decisions if not row.is_about_two}
        judged = {frozenset((row.what, row.value)) for row in collection.decisions if row.is_about_two}
        single = [_demand(graph, row) for row in _ask(graph, "demands-to-review")]
        pairs = [_restated(row) for row in _ask(graph, "possible-restatements")]
        warned = [
            Warned(row.get("words") or row["letter"], row["letter"], row["told"])
            for row in select(graph, _WARNINGS)
        ]
        stale = [
            f"{review}: stale: “{_line(row['what'])}”, {row['verdict']} by {row['by']} on {row['when']}"
            for row in _ask(graph, "stale-decisions")
        ]
    return (
        collection,
        [
            *(each for each in single if not {_key(each.what), _key(each.quote)} & decided),
            *(each for each in pairs if frozenset((each.what, each.value)) not in judged),
            *warned,
        ],
        stale,
    )


def _ask(graph: store.Store, name: str) -> list[dict[str, str]]:
    return list(select(graph, querying.read_query(resources.folder("queries") / f"{name}.rq").text))


def _demand(graph: store.Store, row: dict[str, str]) -> Demand:
    [place] = select(graph, _PLACE, demand=pyoxigraph.NamedNode(row["demand"]))
    return Demand(
        row["demand"],
        row["letter"],
        row.get("date", ""),
        row["quote"],
        float(row["certainty"]),
        row["reason"],
        place["text"],
        int(place["start"]),
        int(place["end"]),
        " ".join(sorted(place.get("types", "").split())),
    )


def _restated(row: dict[str, str]) -> Restated:
    return Restated(
        row["demand"],
        row["earlier"],
        row["letter"],
        (row["quote"], row["earlierQuote"]),
        (f"{row['date']}  {row['letter']}", f"{row['earlierDate']}  {row['earlierLetter']}"),
        float(row["score"]),
        row["reason"],
    )


def _key(text: str) -> str:
    return _line(text).casefold()


def _line(text: str) -> str:
    return " ".join(text.split())
