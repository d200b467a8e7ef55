"""A page to take into a meeting: the demands asked most often, since when, by how many, and what came of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Any, Literal

import jinja2

from kb import namespaces, querying, resources, store
from kb.collection import read_collection
from kb.extraction.language import languages
from kb.extraction.sentences import split_sentences
from kb.extraction.types import classify
from kb.tracking import UNTYPED, Line, Restatement, lines

__all__ = ["Brief", "Entry", "brief", "render"]

FITTING = 6
"""How many lines of demands fit on a page."""

WORDS = 280
"""How many code points of a demand's words are shown at most: the rest is where its footnote says."""

_PREFIXES = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in namespaces.PREFIXES.items())
_LINKS = f"""{_PREFIXES}
SELECT ?demand ?earlier ?type {{
  ?demand kb:restates ?earlier .
  OPTIONAL {{ ?match a kb:Match ; kb:compares ?demand , ?earlier ; dcterms:subject/skos:notation ?type }}
}}"""
_TYPES = f"""{_PREFIXES}
SELECT ?demand ?type ?label {{
  ?letter kb:makesDemand ?demand . ?demand kb:demandType ?of . ?of skos:notation ?type ; skos:prefLabel ?label .
  FILTER(LANG(?label) = "en")
}} ORDER BY ?demand ?type"""
_NAMES = f"""{_PREFIXES}
SELECT ?type ?name {{
  ?of a kb:DemandType ; skos:notation ?type ; skos:broader? ?up .
  {{ ?up skos:notation|skos:prefLabel|skos:altLabel ?name }} UNION {{ BIND(STR(?up) AS ?name) }}
}}"""
_SIGNED = f"{_PREFIXES} SELECT ?letter ?who {{ ?this kb:signedBy ?who ; dcterms:identifier ?letter }}"
_LEANS = f"""{_PREFIXES}
SELECT ?demand ?name {{
  ?letter kb:makesDemand ?demand . ?demand kb:references ?document .
  ?document dcterms:identifier|skos:prefLabel|rdfs:label ?name . FILTER(LANG(?name) IN ("", "en"))
}} ORDER BY ?demand ?name"""
_JUDGED = f"""{_PREFIXES}
SELECT ?demand ?date ?facet ?outcome ?by ?words ?document ?paragraph {{
  ?judged kb:assesses ?demand ; kb:facet ?of ; kb:outcome/skos:prefLabel ?outcome ; dcterms:date ?date .
  FILTER(LANG(?outcome) = "en")
  BIND(REPLACE(STR(?of), "^.*/", "") AS ?facet)
  OPTIONAL {{ ?judged prov:wasAttributedTo/foaf:name ?by }}
  OPTIONAL {{
    ?judged kb:evidence ?place . ?place oa:hasSelector/oa:exact ?words .
    OPTIONAL {{ ?place kb:paragraph ?paragraph }}
    OPTIONAL {{ ?place oa:hasSource/(dcterms:identifier|rdfs:label) ?document }}
  }}
}} ORDER BY ?date ?judged"""

_Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of a demand, as last judged; `words` are the evidence, `source` where they stand."""

    outcome: str
    date: str = ""
    by: str = ""
    words: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of demands on the page: `words` as it was asked last, `notes` the numbers of its footnotes."""

    type: str
    words: str
    letters: int
    first: str
    last: str
    signatories: int
    documents: tuple[str, ...]
    reply: Judgement
    implementation: Judgement
    notes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """What is on the page; `left_out` is how many lines of demands are not, `footnotes` are numbered from 1."""

    title: str
    about: tuple[str, ...]
    entries: tuple[Entry, ...]
    left_out: int
    footnotes: tuple[str, ...]


def brief(
    build: Path, addressee: str | None = None, type_: str | None = None, since: str | None = None
) -> Brief:
    """The lines of demands asked most often: put to an addressee, of a type, asked since a day (ISO 8601).

    Raises UsageError where the addressee or the type is not known here, or the day is none.
    """
    asked = {"addressee": addressee, "type": type_, "since": since}
    values = {name: value for name, value in asked.items() if value}
    query = querying.read_query(resources.folder("queries") / "demands-put-to.rq")
    with store.open_build(build) as graph:
        pages = _Pages(graph)
        chosen = [row["demand"] for row in _rows(querying.run(query, values, graph.query))]
        pages.demands = {row["demand"]: row for row in _rows(querying.run(query, {}, graph.query))}
    folder = store.collection_folder(build)
    title = read_collection(folder).title if folder else ""
    return pages.page(
        title or "Demands", tuple(f"{name}: {value}" for name, value in values.items()), chosen, type_
    )


def render(page: Brief, form: Literal["markdown", "html"]) -> str:
    """The page as a text."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=jinja2.select_autoescape(["html"]),  # in Markdown `_plain` escapes
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["plain"] = _plain if form == "markdown" else lambda text: text
    return environment.get_template("page.html" if form == "html" else "page.md").render(page=page)


def _plain(text: str) -> str:
    """A text of a letter in Markdown, where none of its signs is markup."""
    return "".join(f"\\{sign}" if sign in r"\`*_[]<>#|~&" else sign for sign in text)


def _rows(results: Any) -> list[dict[str, str]]:
    names = [variable.value for variable in results.variables]
    return [{name: "" if row[name] is None else row[name].value for name in names} for row in results]


class _Pages:
    """What pages are made of, read out of the graph."""

    def __init__(self, graph: store.Store) -> None:
        def ask(text: str) -> list[dict[str, str]]:
            return _rows(graph.query(text))

        self.demands: Mapping[str, _Row] = {}
        typed = ask(_TYPES)
        self.labels = {row["type"]: row["label"] for row in typed}
        self.named = _grouped(ask(_NAMES), "type", "name")
        self.types = _grouped(typed, "demand", "type")
        self.signed = _grouped(ask(_SIGNED), "letter", "who")
        self.leans = _grouped(ask(_LEANS), "demand", "name")
        self.judged = ask(_JUDGED)
        linked: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in ask(_LINKS):
            linked[row["demand"], row["earlier"]] |= {row["type"]} - {""}
        self.links = [
            Restatement(*pair, 1.0, tuple(sorted(types)), "") for pair, types in sorted(linked.items())
        ]

    def page(self, title: str, about: tuple[str, ...], chosen: Sequence[str], type_: str | None) -> Brief:
        """The lines that the chosen demands are part of, those asked in most letters first."""
        dates = {demand: row["date"] or None for demand, row in self.demands.items()}
        wanted = set(chosen)
        of_type = {
            each for demand in chosen for each in self.types[demand] if type_ is None or self._is(each, type_)
        }
        found = [
            line
            for line in lines(self.links, dates)
            if wanted & {*line.demands} and line.type in {*of_type, UNTYPED}
        ]
        repeated = {demand for line in found for demand in line.demands}
        found += [
            Line(next((each for each in self.types[demand] if each in of_type), ""), (demand,))
            for demand in chosen
            if demand not in repeated
        ]
        found.sort(
            key=lambda line: (-len(self._letters(line)), self.demands[line.demands[0]]["date"] or "9", line)
        )
        notes: dict[str, int] = {}
        entries = [self._entry(line, wanted, notes) for line in found[:FITTING]]
        footnotes = tuple(self._footnote(self.demands[demand]) for demand in notes)
        return Brief(title, about, tuple(entries), len(found) - len(entries), footnotes)

    def _is(self, type_: str, named: str) -> bool:
        """Whether a type, or the one above it, has that name."""
        return named.casefold() in {name.casefold() for name in self.named[type_]}

    def _letters(self, line: Line) -> list[str]:
        return list(dict.fromkeys(self.demands[demand]["letter"] for demand in line.demands))

    def _entry(self, line: Line, wanted: set[str], notes: dict[str, int]) -> Entry:
        for demand in line.demands:
            notes.setdefault(demand, len(notes) + 1)
        last = [demand for demand in line.demands if demand in wanted][-1]
        days = sorted(day for demand in line.demands if (day := self.demands[demand]["date"]))
        letters = self._letters(line)
        return Entry(
            self.labels.get(line.type, ""),
            _words(self.demands[last]["quote"], line.type),
            len(letters),
            days[0] if days else "",
            days[-1] if days else "",
            len({who for letter in letters for who in self.signed[letter]}),
            tuple(sorted({name for demand in line.demands for name in self.leans[demand]})),
            self._judgement(line, "reply"),
            self._judgement(line, "implementation"),
            tuple(notes[demand] for demand in line.demands),
        )

    def _judgement(self, line: Line, facet: str) -> Judgement:
        found = [row for row in self.judged if row["demand"] in line.demands and row["facet"] == facet]
        if not found:
            return Judgement("not assessed")
        row = found[-1]
        paragraph = f"para. {row['paragraph']}" if row["paragraph"] else ""
        source = ", ".join(part for part in (row["document"], paragraph) if part)
        return Judgement(row["outcome"], row["date"], row["by"], _line(row["words"]), source)

    def _footnote(self, row: _Row) -> str:
        title = shorten(row["title"] or row["letter"], 60, placeholder=" …")
        item = f"item {row['item']}, " if row["item"] else ""
        return f"{row['date'] or 'undated'}, “{title}”, {item}characters {row['start']}–{row['end']}"


def _grouped(rows: Iterable[_Row], key: str, value: str) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row[value])
    return groups


def _words(quote: str, type_: str) -> str:
    """The first sentence of a demand that is about that type, cut at a word where it is long."""
    text = _line(quote)
    for language in languages().values():
        sentences = [text[span.start : span.end] for span in split_sentences(text, language)]
        about = [each for each in sentences if type_ in classify(each, language.code)]
        if about:
            return _cut(about[0] if len(text) > WORDS else text)
    return _cut(text)


def _cut(text: str) -> str:
    return text if len(text) <= WORDS else f"{text[:WORDS].rpartition(' ')[0]} …"


def _line(text: str) -> str:
    return " ".join(text.split())
