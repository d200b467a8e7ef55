"""The graph in one language of the interface: what things are called there, and which page each has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from heapq import nlargest
from typing import Any, NamedTuple
from urllib.parse import quote

from kb.site.data import MANY, Graph, last, letter_of
from kb.tracking import Line

__all__ = ["PROJECT", "Made", "Page", "Table", "Thing", "View"]

PROJECT = "https://w3id.org/demandkb/"
"""Where the addresses of what every collection shares begin: authorities and types."""

MOST_WORDS = 160
"""Code points of a demand where it is called by its words."""

Thing = Mapping[str, str]
"""A link: `label`, `href` (percent-encoded, from the language's root, "" if there is no page), `key` (the IRI)."""


class Made(Sequence[Any]):
    """Rows that are made of `things` only when they are shown."""

    def __init__(self, things: Sequence[Any], make: Callable[[Any], Any]) -> None:
        self._things = things
        self._make = make

    def __len__(self) -> int:
        return len(self._things)

    def __getitem__(self, place: Any) -> Any:
        found = self._things[place]
        return [self._make(each) for each in found] if isinstance(place, slice) else self._make(found)


class Table(NamedTuple):
    """A table as templates show it; `numbers` are the columns that hold numbers."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    numbers: Sequence[int] = ()


@dataclass(frozen=True)
class Page:
    """A page to be written: `path` below the language's root, its template, the part of the site, its values.

    What has to be asked for is given by `late` and only when the page is rendered; `stamps` stand for it.
    """

    path: str
    template: str
    section: str
    values: Mapping[str, Any] = field(repr=False)
    stamps: Sequence[str] = ()
    late: Callable[[], Mapping[str, Any]] = field(default=dict, repr=False)


@dataclass(frozen=True, eq=False)
class View:
    """A graph seen in a language. `words` are the interface's (strings.toml)."""

    graph: Graph
    language: str
    words: Mapping[str, str]

    # Things

    def page(self, iri: str) -> str:
        """The page of a thing, as a path with perhaps a fragment; "" if it is not one of ours."""
        for prefix in (self.graph.base, PROJECT):
            if iri.startswith(prefix):
                folder, _, rest = iri[len(prefix) :].partition("/")
                name, _, passage = rest.partition("/")
                if folder == "letter" and passage:
                    return f"letter/{name}.html#{passage.replace('/', '-')}"
                return f"{folder}/{rest.replace('/', '-')}.html" if name else ""
        return ""

    def label(self, iri: str) -> str:
        """What a thing is called: in the language of the pages, else in none, in English, in any."""
        labels = self.graph.labels.get(iri, {})
        for language in (self.language, "", "en", *sorted(labels)):
            if language in labels:
                return labels[language]
        return iri.rpartition("/")[2]

    @cached_property
    def thing(self) -> Callable[[str], Thing]:
        """Make a link to a thing, by its IRI; only its name where it has no page."""
        return lru_cache(MANY)(self._thing)

    def _thing(self, iri: str) -> Thing:
        page = self.page(iri) if iri in self.graph.shown or letter_of(iri) in self.graph.letters else ""
        return {"label": self.label(iri), "href": quote(page, safe="/#"), "key": iri}

    def things(self, iris: Iterable[str]) -> list[Thing]:
        """Links to things."""
        return [self.thing(iri) for iri in iris]

    def letter(self, iri: str) -> Thing:
        """A link to a letter, with its date."""
        row = self.graph.letters[iri]
        href = quote(self.page(iri), safe="/#")
        return {"label": row["title"] or row["id"], "href": href, "key": iri, "date": row["date"]}

    def ranked(self, counts: Mapping[str, int], most: int | None = None) -> list[tuple[str, int]]:
        """Things with their counts, the highest first, then by name; no more than `most` of them."""
        least = 0 if most is None or len(counts) <= most else nlargest(most, counts.values())[-1]
        found = [pair for pair in counts.items() if pair[1] >= least]
        return sorted(found, key=lambda pair: (-pair[1], self.label(pair[0]), pair[0]))[:most]

    def letters(self, letters: Iterable[str]) -> Table:
        """Letters, with how much was read out of each."""
        words = self.words
        columns = [words["date"], words["letter"], words["demands"], words["signatories"]]
        return Table(words["letters"], columns, [self.letter_row(iri) for iri in letters], (2, 3))

    def letter_row(self, iri: str) -> Sequence[Any]:
        """A row of `letters`."""
        row = self.graph.letters[iri]
        counts = (int(row["demands"] or 0), int(row["signatures"] or 0))
        return (row["date"] or self.words["undated"], self.letter(iri), *counts)

    # Demands

    def demand(self, iri: str) -> Mapping[str, Any] | None:
        """A demand as the macro `demand` shows it; None where no letter has it any more."""
        row = self.graph.demand(iri)
        if row is None:
            return None
        return {
            "key": iri,
            "quote": row["quote"],
            "language": row["language"],
            "href": self.thing(iri)["href"],
            "letter": self.letter(letter_of(iri)),
            "explicitness": "reported" if row["reported"] == "true" else last(row["explicitness"]),
            "state": last(row["state"]),
            "types": self.things(sorted(row["types"].split())),
            "signatories": int(self.graph.letters[letter_of(iri)]["signatures"] or 0),
            "lines": [
                {"label": self.label(type_) if type_ else "", "href": self.line_path(Line(type_, (first,)))}
                for type_, first in self.graph.lines_of.get(iri, ())
            ],
        }

    def demands(self, iris: Iterable[str]) -> list[Mapping[str, Any]]:
        """Demands as the macro `demands` shows them."""
        return [shown for shown in map(self.demand, iris) if shown]

    def with_demands(self, page: Page) -> Page:
        """The page whose value `demands` are IRIs, with what they say."""
        demands = page.values["demands"]
        stamps = [self.graph.stamp(letter_of(demand)) for demand in demands]
        return replace(page, stamps=stamps, late=lambda: {"demands": self.demands(demands)})

    @staticmethod
    def line_path(line: Line) -> str:
        """The page of a line of demands, named by its first one."""
        letter, _, hash_ = line.demands[0].partition("/demand/")
        name = [last(line.type), last(letter), *hash_.split("/")]
        return f"line/{quote('-'.join(filter(None, name)))}.html"

    def line(self, line: Line) -> Thing:
        """A link to a line of demands, called by the words of its first one."""
        return {**self.passage(line.demands[0]), "href": self.line_path(line)}

    def passage(self, iri: str) -> Thing:
        """A link to the place in a letter where a demand, or what else was read there, stands; called by its words."""
        row = self.graph.demand(iri) if "/demand/" in iri else None
        words = " ".join(row["quote"].split()) if row else iri.rpartition("/letter/")[2]
        return {"label": _cut(words), "href": quote(self.page(iri), safe="/#"), "key": iri}

    def by_letter(self, demand: str) -> Thing:
        """A link to a demand, called by its letter."""
        return {**self.thing(demand), "label": self.letter(letter_of(demand))["label"]}

    def assessed(
        self, demands: Iterable[str], facet: str = "", link: Callable[[str], Thing] | None = None
    ) -> Table:
        """What people found came of demands, oldest first; `link` leads to a demand (`by_letter`)."""
        words = self.words
        columns = [words[key] for key in ("date", "demand", "state", "evidence", "document", "reason")]
        found = [
            (demand, row)
            for demand in demands
            for row in self.graph.assessments.get(demand, ())
            if not facet or last(row["facet"]) == facet
        ]
        found.sort(key=lambda pair: pair[1]["date"])
        rows = [
            (
                row["date"],
                (link or self.by_letter)(demand),
                f"{words[last(row['facet'])]}: {self.label(row['outcome'])}",
                row["quote"],
                {"label": self._cited(row), "url": row["page"]},
                row["reason"],
            )
            for demand, row in found
        ]
        return Table(words["evidence"], columns, rows)

    def _cited(self, row: Mapping[str, Any]) -> str:
        """A document that an assessment rests on, and where in it."""
        paragraph = self.words["paragraph"].format(row["paragraph"]) if row["paragraph"] else ""
        return ", ".join(part for part in (row["document"], paragraph) if part)

    # Pages that go on

    def paged(self, page: Page, most: int, **series: Sequence[Any]) -> Iterator[Page]:
        """The page, as often as its longest series needs: on each `most` of every series.

        `series` are added to the values of the page; a Table goes on with its rows.
        """
        longest = max(
            (len(each.rows if isinstance(each, Table) else each) for each in series.values()), default=0
        )
        count = max(1, -(-longest // most))
        stem = page.path.removesuffix(".html")
        paths = [page.path, *(f"{stem}~{number}.html" for number in range(2, count + 1))]
        for number, path in enumerate(paths, 1):
            here = slice((number - 1) * most, number * most)
            part = {
                name: each._replace(rows=each.rows[here]) if isinstance(each, Table) else each[here]
                for name, each in series.items()
            }
            near = sorted({1, *range(max(1, number - 2), min(count, number + 2) + 1), count})
            parts = (
                [{"number": n, "href": quote(paths[n - 1]), "here": n == number} for n in near]
                if count > 1
                else []
            )
            yield Page(path, page.template, page.section, {**page.values, **part, "parts": parts})


def _cut(words: str) -> str:
    """The beginning of long words, up to where a word ends."""
    if len(words) <= MOST_WORDS:
        return words
    head = words[: MOST_WORDS - 1]
    return f"{head.rpartition(' ')[0] or head}…"
