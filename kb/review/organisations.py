"""Which names may be one organisation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import NamedTuple

import pyoxigraph
from rich.console import Console
from rich.text import Text

from kb import namespaces, querying, resources, store
from kb.collection import Collection
from kb.identity.decisions import Settled, settle
from kb.review.asking import PAIR_KEYS, Answer, collection_of, select

__all__ = ["Place", "Question", "Side", "organisations_to_review"]

_PREFIXES = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in namespaces.PREFIXES.items())
_PLACES = f"""{_PREFIXES}
SELECT ?id ?title ?date ?printed ?position {{
  ?signature kb:signatory ?organisation ; kb:nameAsPrinted ?printed ; kb:position ?position .
  ?letter kb:signature ?signature ; dcterms:identifier ?id .
  OPTIONAL {{ ?letter dcterms:title ?title }}
  OPTIONAL {{ ?letter dcterms:issued ?date }}
}} ORDER BY ?date ?id ?position"""
_SIGNED = f"""{_PREFIXES}
SELECT ?position ?printed {{
  ?letter dcterms:identifier ?id ; kb:signature ?signature .
  ?signature kb:position ?position ; kb:nameAsPrinted ?printed .
}}"""

_SHOWN = 4


class Place(NamedTuple):
    """A signature in its letter: the name as printed and those printed before and after it."""

    letter: str
    title: str
    date: str
    position: int
    printed: str
    before: str
    after: str

    @property
    def told(self) -> str:
        """The place in one line."""
        beside = [
            f"after “{self.before}”" if self.before else "",
            f"before “{self.after}”" if self.after else "",
        ]
        where = ", ".join(part for part in (f"signature {self.position}", *beside) if part)
        title = shorten(self.title or self.letter, 70, placeholder=" …")
        return f"{self.date or 'undated'}  {title}: “{self.printed}” ({where})"


class Side(NamedTuple):
    """One of the two: its canonical name and where it signed, in order of time."""

    name: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """Are these two one organisation? `score` (0 to 1) and `reason` are the machine's."""

    one: Side
    other: Side
    score: float
    reason: str
    letter: str = ""

    @property
    def what(self) -> str:
        """The name of the first."""
        return self.one.name

    @property
    def value(self) -> str:
        """The name of the other."""
        return self.other.name

    @property
    def keys(self) -> Mapping[str, str]:
        """The keys that answer."""
        return PAIR_KEYS

    @property
    def sides(self) -> tuple[str, str]:
        """Where each signed."""
        one, other = ("; ".join(place.told for place in side.places) for side in (self.one, self.other))
        return one, other

    @property
    def row(self) -> tuple[str, str]:
        """Each with the number of its letters."""
        return f"{self.one.name} ({_letters(self.one)})", f"{self.other.name} ({_letters(self.other)})"

    def show(self, console: Console) -> None:
        """Print where each of the two signed."""
        for side in (self.one, self.other):
            console.print(Text(f"\n{side.name}", style="bold"), Text(f"({_letters(side)})"))
            for each in side.places[:_SHOWN]:
                console.print(Text(f"  {each.told}"))
            if len(side.places) > _SHOWN:
                console.print(Text(f"  and {len(side.places) - _SHOWN} more"))

    def answer(self, key: str, line: Callable[[str], str]) -> Answer | None:
        """The judgement a key stands for."""
        return Answer(PAIR_KEYS[key], self.value)


def organisations_to_review(build: Path) -> tuple[Collection, list[Question]]:
    """The collection of a build, and the pairs of its signatories that may be one, best first.

    Pairs that were answered since the build are left out. Raises UsageError if the collection is gone.
    """
    with store.open_build(build) as graph:
        collection = collection_of(build)
        settled = settle(collection.organisations, collection.decisions, collection.folder)
        query = querying.read_query(resources.folder("queries") / "possible-duplicates.rq")
        reader = _Reader(graph)
        return collection, [
            Question(
                Side(row["name"], reader.places(row["organisation"])),
                Side(row["otherName"], reader.places(row["other"])),
                float(row["score"]),
                row["reason"],
            )
            for row in list(select(graph, query.text))
            if not _is_answered(row["name"], row["otherName"], settled)
        ]


def _letters(side: Side) -> str:
    count = len({place.letter for place in side.places})
    return f"{count} letter{'' if count == 1 else 's'}"


def _is_answered(one: str, other: str, settled: Settled) -> bool:
    pair = (one, other) if one < other else (other, one)
    together = one in settled.groups and settled.groups[one] == settled.groups.get(other)
    return together or any(pair in rows for rows in (settled.apart, settled.unsure))


class _Reader:
    """Reads what a question needs out of the graph; each letter's signatures once."""

    def __init__(self, graph: store.Store) -> None:
        self._graph = graph
        self._signed: dict[str, dict[int, str]] = {}
        self._places: dict[str, tuple[Place, ...]] = {}

    def places(self, organisation: str) -> tuple[Place, ...]:
        if organisation not in self._places:
            rows = select(self._graph, _PLACES, organisation=pyoxigraph.NamedNode(organisation))
            self._places[organisation] = tuple(self._place(row) for row in rows)
        return self._places[organisation]

    def _place(self, row: dict[str, str]) -> Place:
        identifier, position = row["id"], int(row["position"])
        if identifier not in self._signed:
            signed = select(self._graph, _SIGNED, id=pyoxigraph.Literal(identifier))
            self._signed[identifier] = {int(each["position"]): each["printed"] for each in signed}
        names = self._signed[identifier]
        return Place(
            identifier,
            row.get("title", ""),
            row.get("date", ""),
            position,
            row["printed"],
            names.get(position - 1, ""),
            names.get(position + 1, ""),
        )
