"""Which pages there are, and what each shows: paths, templates and plain values to fill them with."""

from __future__ import annotations

import re
import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, islice
from typing import Any

from pyoxigraph import NamedNode, QueryBoolean, QuerySolutions

from kb.errors import KbError
from kb.querying import Query, run
from kb.results import shown
from kb.site import pictures
from kb.site.data import Graph, Row, Thing
from kb.site.marks import Mark, cut
from kb.tracking import Line, Restatement, lines

__all__ = ["Page", "Site"]

MOST_COLUMNS = 30
"""Letters beside each other in the matrix; more are taken together by year."""

MOST_SIGNERS = 36
"""Organisations on the circle of the network; the table names as many."""

MOST_ROWS = 500
"""Rows of an answer on the page of a question."""

MOST_DEMANDS = 200
"""Demands listed on the page of a type, an addressee, an organisation or a document."""


@dataclass(frozen=True)
class Page:
    """A page to be written: `path` below the language's root, its template, the part of the site, its values."""

    path: str
    template: str
    section: str
    values: Mapping[str, Any]


class Site:
    """All pages in one language, made from a graph.

    `words` are the interface's (strings.toml), `queries` the questions that get a page with their answer.
    """

    def __init__(self, graph: Graph, words: Mapping[str, str], queries: Mapping[str, Query]) -> None:
        self.graph = graph
        self.words = words
        self.queries = queries

    def pages(self) -> Iterator[Page]:
        """Every page, one at a time."""
        yield self.home()
        yield self.letters()
        for iri in self.graph.letters:
            yield self.letter(iri)
        yield self.lines()
        for line in self.lines_of_demands:
            yield self.line(line)
        yield from self.organisations()
        yield from self.addressees()
        yield from self.documents()
        yield from self.types()
        yield from self.questions()

    # What several pages need

    @cached_property
    def types_of(self) -> Mapping[str, list[Thing]]:
        """The types of every demand in force."""
        found: dict[str, list[Thing]] = defaultdict(list)
        for row in self.graph.ask("demand-types"):
            found[row["demand"]].append(self.graph.thing(row["type"]))
        return found

    @cached_property
    def signers(self) -> Mapping[str, list[str]]:
        """Who signed each letter: letter to organisations and persons."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.graph.ask("signers"):
            found[row["letter"]].append(row["thing"])
        return found

    @cached_property
    def signed(self) -> Mapping[str, list[str]]:
        """Which letters each organisation or person signed, in order of time."""
        found: dict[str, list[str]] = defaultdict(list)
        for letter in self.graph.letters:
            for signer in self.signers.get(letter, ()):
                found[signer].append(letter)
        return found

    @cached_property
    def lines_of_demands(self) -> Sequence[Line]:
        """Demands joined by restating each other, each line from its first statement on; longest first."""
        links = [
            Restatement(row["demand"], row["earlier"], 1.0, tuple(sorted(row["types"].split())), "")
            for row in self.graph.ask("restatements")
        ]
        dates = {demand: self._date_of(demand) for link in links for demand in (link.later, link.earlier)}
        return lines(links, dates)

    @cached_property
    def line_of(self) -> Mapping[str, str]:
        """The page of the line that each demand belongs to."""
        found: dict[str, str] = {}
        for line in self.lines_of_demands:
            for demand in line.demands:
                found.setdefault(demand, self._line_path(line))
        return found

    @cached_property
    def assessments(self) -> Mapping[str, list[Row]]:
        """What people found came of each demand, oldest first."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.graph.ask("assessments"):
            found[row["demand"]].append(row)
        return found

    def _letter_of(self, demand: str) -> str:
        return demand.partition("/demand/")[0]

    def _date_of(self, demand: str) -> str:
        row = self.graph.letters.get(self._letter_of(demand))
        return (row["date"] if row else "") or "9"

    @staticmethod
    def _line_path(line: Line) -> str:
        letter, _, hash_ = line.demands[0].partition("/demand/")
        name = [line.type.rpartition("/")[2], letter.rpartition("/")[2], *hash_.split("/")]
        return f"line/{'-'.join(filter(None, name))}.html"

    def _demand(self, row: Row) -> Mapping[str, Any]:
        """A demand as the macro `demand` shows it."""
        iri, letter = row["demand"], row["letter"]
        types = row.get("types")
        return {
            "quote": row["quote"],
            "language": row["language"],
            "href": self.graph.thing(iri)["href"],
            "letter": self.graph.letter(letter),
            "explicitness": row["explicitness"].rpartition("/")[2],
            "state": row["state"].rpartition("/")[2],
            "types": [self.graph.thing(t) for t in sorted(types.split())]
            if types is not None
            else self.types_of.get(iri, []),
            "line": self.line_of.get(iri, ""),
        }

    def _demands_of(self, iri: str) -> tuple[list[Mapping[str, Any]], bool]:
        rows = self.graph.ask("demands-of", about=iri)
        return [self._demand(row) for row in rows[:MOST_DEMANDS]], len(rows) > MOST_DEMANDS

    def _letter_rows(self, letters: Iterable[str]) -> list[tuple[Any, ...]]:
        rows = ((self.graph.letters[iri], self.graph.letter(iri)) for iri in letters)
        return [
            (
                row["date"] or self.words["undated"],
                link,
                int(row["demands"] or 0),
                int(row["signatures"] or 0),
            )
            for row, link in rows
        ]

    # Home

    def home(self) -> Page:
        """What is here, the time line, what was asked most and longest, the matrix, the coalition."""
        graph, words = self.graph, self.words
        dated = [iri for iri, row in graph.letters.items() if row["date"]]
        picture = pictures.time_line(
            [
                (
                    row["date"],
                    f"{row['date']}: {row['title'] or row['id']}",
                    int(row["demands"] or 0),
                    graph.letter(iri)["href"],
                )
                for iri, row in ((iri, graph.letters[iri]) for iri in dated)
            ]
        )
        by_first = sorted(
            self.lines_of_demands, key=lambda line: (self._date_of(line.demands[0]), -len(line.demands), line)
        )
        counts = [
            (words["letters"], len(graph.letters), "letters.html"),
            (
                words["demands"],
                sum(int(row["demands"] or 0) for row in graph.letters.values()),
                "search.html?kind=demand",
            ),
            (words["lines"], len(self.lines_of_demands), "lines.html"),
            (words["signatories"], len(self.signed), "organisations.html"),
            (words["documents"], len({row["thing"] for row in graph.ask("documents")}), "documents.html"),
        ]
        return Page(
            "index.html",
            "home.html",
            "home",
            {
                "counts": counts,
                "picture": picture,
                "letter_rows": self._letter_rows(graph.letters),
                "most_rows": [
                    self._line_row(line, ("times", "letters", "coalition", "first", "last"))
                    for line in self.lines_of_demands[:10]
                ],
                "longest_rows": [
                    self._line_row(line, ("first", "last", "letters", "coalition")) for line in by_first[:10]
                ],
                **self._matrix(),
                **self._growth(dated),
                **self._network(),
            },
        )

    def _line_row(self, line: Line, columns: Sequence[str]) -> tuple[Any, ...]:
        letters = {self._letter_of(demand) for demand in line.demands}
        coalition = {signer for letter in letters for signer in self.signers.get(letter, ())}
        dates = [date for date in map(self._date_of, line.demands) if date != "9"]
        values = {
            "times": len(line.demands),
            "letters": len(letters),
            "coalition": len(coalition),
            "first": min(dates, default=self.words["undated"]),
            "last": max(dates, default=self.words["undated"]),
        }
        return (self._line_thing(line), *(values[column] for column in columns))

    def _line_thing(self, line: Line) -> Thing:
        [row] = self.graph.ask("demand", about=line.demands[0])[:1] or [{"quote": line.demands[0]}]
        quote = " ".join(row["quote"].split())
        return {
            "label": quote if len(quote) <= 160 else quote[:159] + "…",
            "href": self._line_path(line),
            "key": line.demands[0],
        }

    def _matrix(self) -> Mapping[str, Any]:
        graph = self.graph
        by_year = len(graph.letters) > MOST_COLUMNS
        columns: dict[str, Thing] = {}
        counts: Counter[tuple[str, str]] = Counter()
        for iri, row in graph.letters.items():
            key = (row["date"][:4] or self.words["undated"]) if by_year else iri
            columns.setdefault(
                key,
                {"label": key, "href": f"search.html?kind=demand&year={row['date'][:4]}", "key": key}
                if by_year
                else graph.letter(iri),
            )
        for row in graph.ask("matrix"):
            key = (row["date"][:4] or self.words["undated"]) if by_year else row["letter"]
            counts[row["type"], key] += int(row["demands"])
        most = max(counts.values(), default=0)
        groups: dict[str, list[Any]] = defaultdict(list)
        for row in graph.ask("types"):
            cells = [
                (counts[row["thing"], key], pictures.heat(counts[row["thing"], key], most)) for key in columns
            ]
            if row["broader"] and any(value for value, _ in cells):
                groups[row["broader"]].append((graph.thing(row["thing"]), cells))
        return {
            "matrix_title": self.words["matrix_by_year" if by_year else "matrix"],
            "matrix_columns": list(columns.values()),
            "matrix_groups": [(graph.thing(group), rows) for group, rows in groups.items()],
        }

    def _growth(self, letters: Sequence[str]) -> Mapping[str, Any]:
        """The picture of the coalition over those letters, taken together by year where they are many."""
        steps: dict[str, tuple[str, list[str]]] = {}
        for letter in letters:
            date = self.graph.letters[letter]["date"]
            key = date[:4] if len(letters) > 2 * MOST_COLUMNS else letter
            label = key if key == date[:4] else f"{date}: {self.graph.letter(letter)['label']}"
            steps.setdefault(key, (label, []))[1].extend(self.signers.get(letter, ()))
        bars = pictures.growth(steps.values())
        return {"growth": bars, "growth_rows": [(bar.label, bar.total, bar.new) for bar in bars]}

    def _network(self) -> Mapping[str, Any]:
        often = sorted(
            ((len(letters), who) for who, letters in self.signed.items() if len(letters) > 1),
            key=lambda p: (-p[0], p[1]),
        )
        chosen = {who: count for count, who in often[:MOST_SIGNERS]}
        together: Counter[tuple[str, str]] = Counter()
        for signers in self.signers.values():
            together.update(combinations(sorted({who for who in signers if who in chosen}), 2))
        names = {
            who: (self.graph.label(who), self.graph.thing(who)["href"], count)
            for who, count in chosen.items()
        }
        pairs = sorted(
            ((a, b, n) for (a, b), n in together.items() if n > 1), key=lambda p: (-p[2], p[0], p[1])
        )
        return {
            "network": pictures.network(names, pairs),
            "network_rows": [(self.graph.thing(a), self.graph.thing(b), n) for a, b, n in pairs[:100]],
        }

    # Letters

    def letters(self) -> Page:
        """The list of letters."""
        words = self.words
        return self._list(
            "letters",
            [words["date"], words["letter"], words["demands"], words["signatories"]],
            self._letter_rows(self.graph.letters),
            (2, 3),
        )

    def _list(
        self, section: str, columns: Sequence[str], rows: Sequence[Any], numbers: Sequence[int]
    ) -> Page:
        values = {"heading": self.words[section], "columns": columns, "rows": rows, "numbers": numbers}
        return Page(f"{section}.html", "list.html", section, values)

    def letter(self, iri: str) -> Page:
        """A letter: its text with everything marked in place, and beside it what was read."""
        graph = self.graph
        row = graph.ask("letter", about=iri)[0]
        demand_rows = graph.ask("letter-demands", about=iri)
        mentions = graph.ask("letter-mentions", about=iri)
        roles = self.roles.get(iri, {})
        marks = [self._demand_mark(d) for d in demand_rows]
        marks += [self._mention_mark(m, roles) for m in mentions]
        marks += [
            Mark(int(row[f"{field}Start"]), int(row[f"{field}End"]), field, label=self.words[field])
            for field in ("date", "title")
            if row[f"{field}Start"]
        ]
        remarks = graph.ask("letter-remarks", about=iri)
        marks += [
            Mark(int(r["start"]), int(r["end"]), "remark", f"remark-{n}")
            for n, r in enumerate(remarks, 1)
            if r["start"]
        ]
        language = row["language"].rpartition("/")[2]
        demands = [
            {**self._demand(d), "language": language, "reported": d["reported"] == "true"}
            for d in demand_rows
        ]
        for demand in demands:
            demand["explicitness"] = "reported" if demand["reported"] else demand["explicitness"]
        letter = {
            "date": row["date"],
            "language": language,
            "file": row["file"],
            "addressees": [graph.thing(a) for a, role in roles.items() if role == "addressed_to"],
            "copied": [graph.thing(a) for a, role in roles.items() if role == "copied"],
            "demands": [d for d in demands if not d["reported"]],
            "reported": [d for d in demands if d["reported"]],
            "signatures": [self._mention(m) for m in mentions if m["kind"].endswith("#Signature")],
            "references": [self._mention(m) for m in mentions if m["kind"].endswith("#DocumentMention")],
            "warnings": [
                {"message": r["message"], "id": f"remark-{n}" if r["start"] else ""}
                for n, r in enumerate(remarks, 1)
            ],
        }
        path = graph.page(iri)
        heading = graph.letter(iri)["label"]
        return Page(
            path,
            "letter.html",
            "letters",
            {"heading": heading, "letter": letter, "pieces": list(cut(row["text"], marks))},
        )

    @cached_property
    def roles(self) -> Mapping[str, Mapping[str, str]]:
        """Whom each letter is addressed and copied to: letter to agent to role."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for row in self.graph.ask("addressees"):
            found[row["letter"]].setdefault(row["thing"], row["role"])
        return found

    @cached_property
    def addressed(self) -> frozenset[str]:
        """Everybody a letter is addressed to."""
        return frozenset(
            a for roles in self.roles.values() for a, role in roles.items() if role == "addressed_to"
        )

    def _fragment(self, iri: str) -> str:
        return self.graph.page(iri).rpartition("#")[2]

    def _demand_mark(self, row: Row) -> Mark:
        kind = "reported" if row["reported"] == "true" else row["explicitness"].rpartition("/")[2]
        types = ", ".join(self.graph.label(t) for t in sorted(row["types"].split()))
        return Mark(
            int(row["start"]), int(row["end"]), kind, self._fragment(row["demand"]), types or self.words[kind]
        )

    def _mention_mark(self, row: Row, roles: Mapping[str, str]) -> Mark:
        kind = {"Signature": "signature", "DocumentMention": "reference"}.get(
            row["kind"].rpartition("#")[2], "addressee"
        )
        label = self.graph.label(row["thing"]) if row["thing"] else row["printed"]
        return Mark(int(row["start"]), int(row["end"]), kind, self._fragment(row["mention"]), label)

    def _mention(self, row: Row) -> Mapping[str, str]:
        link = (
            self.graph.thing(row["thing"])
            if row["thing"]
            else {"label": row["printed"], "href": "", "key": ""}
        )
        return {**link, "printed": row["printed"], "id": self._fragment(row["mention"])}

    # Lines of demands

    def lines(self) -> Page:
        """The list of lines of demands."""
        words = self.words
        rows = [
            self._line_row(line, ("times", "letters", "coalition", "first", "last"))
            for line in self.lines_of_demands
        ]
        columns = [words[key] for key in ("line", "times", "letters", "coalition", "first", "last")]
        return self._list("lines", columns, rows, (1, 2, 3))

    def line(self, line: Line) -> Page:
        """A line of demands: every statement over time, with coalition and state."""
        graph = self.graph
        rows = [row for demand in line.demands for row in graph.ask("demand", about=demand)[:1]]
        letters = list(dict.fromkeys(row["letter"] for row in rows))
        dates = sorted(row["date"] for row in rows if row["date"])
        found = sorted(
            (row for demand in line.demands for row in self.assessments.get(demand, ())),
            key=lambda row: row["date"],
        )
        newest = {row["facet"].rpartition("/")[2]: graph.label(row["outcome"]) for row in found}
        addressees = {
            a
            for letter in letters
            for a, role in self.roles.get(letter, {}).items()
            if role == "addressed_to"
        }
        values = {
            "heading": self._line_thing(line)["label"],
            "line": {
                "types": [graph.thing(line.type)] if line.type else [],
                "first": dates[0] if dates else "",
                "last": dates[-1] if dates else "",
                "statements": [self._demand(row) for row in rows],
                "addressees": [graph.thing(a) for a in sorted(addressees)],
                "reply": newest.get("reply", ""),
                "implementation": newest.get("implementation", ""),
                "assessments": [
                    (
                        row["date"],
                        graph.label(row["outcome"]),
                        row["quote"],
                        " ".join(filter(None, (row["document"], row["paragraph"]))),
                        row["reason"],
                    )
                    for row in found
                ],
            },
            **self._growth([letter for letter in letters if graph.letters[letter]["date"]]),
        }
        return Page(self._line_path(line), "line.html", "lines", values)

    # Organisations, addressees, documents, types

    def organisations(self) -> Iterator[Page]:
        """The list of those who signed, and a page for each."""
        graph, words = self.graph, self.words
        rows = []
        for who, letters in sorted(self.signed.items(), key=lambda p: (-len(p[1]), graph.label(p[0]), p[0])):
            dates = sorted(filter(None, (graph.letters[letter]["date"] for letter in letters)))
            rows.append(
                (graph.thing(who), len(letters), dates[0] if dates else "", dates[-1] if dates else "")
            )
        yield self._list(
            "organisations",
            [words["organisation"], words["letters"], words["first"], words["last"]],
            rows,
            (1,),
        )
        for who, letters in self.signed.items():
            others = Counter(other for letter in letters for other in self.signers[letter] if other != who)
            ranked = sorted(others.items(), key=lambda p: (-p[1], graph.label(p[0]), p[0]))[:50]
            tables = [
                self._letters_table(words["signed"], letters),
                (
                    words["cosigners"],
                    [words["organisation"], words["together"]],
                    [(graph.thing(o), n) for o, n in ranked],
                    (1,),
                ),
            ]
            yield self._thing(who, "organisations", "organisation", tables)

    def _letters_table(
        self, title: str, letters: Iterable[str]
    ) -> tuple[str, list[str], list[Any], Sequence[int]]:
        words = self.words
        columns = [words["date"], words["letter"], words["demands"], words["signatories"]]
        return title, columns, self._letter_rows(letters), (2, 3)

    def addressees(self) -> Iterator[Page]:
        """The list of those addressed or copied to, and a page for each."""
        yield from self._of_letters("addressees", "addressee", self.graph.ask("addressees"))

    def documents(self) -> Iterator[Page]:
        """The list of documents that letters name, and a page for each."""
        yield from self._of_letters("documents", "document", self.graph.ask("documents"))

    def _of_letters(self, section: str, kind: str, rows: Sequence[Row]) -> Iterator[Page]:
        """A list of things by the letters they stand in, and a page for each."""
        graph, words = self.graph, self.words
        letters: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            if row["letter"] in graph.letters and row["letter"] not in letters[row["thing"]]:
                letters[row["thing"]].append(row["letter"])
        ranked = sorted(letters, key=lambda thing: (-len(letters[thing]), graph.label(thing), thing))
        yield self._list(
            section,
            [words[kind], words["letters"]],
            [(graph.thing(t), len(letters[t])) for t in ranked],
            (1,),
        )
        for thing in ranked:
            yield self._thing(thing, section, kind, [self._letters_table(words["letters"], letters[thing])])

    def types(self) -> Iterator[Page]:
        """The list of demand types, and a page for each with its neighbours."""
        graph, words = self.graph, self.words
        rows = graph.ask("types")
        narrower: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            narrower[row["broader"]].append(row["thing"])
        by_thing = {row["thing"]: row for row in rows}
        ordered = [by_thing[iri] for top in narrower[""] for iri in (top, *narrower[top])]
        table = [
            (
                graph.thing(row["broader"] or row["thing"]),
                graph.thing(row["thing"]) if row["broader"] else "",
                int(row["demands"] or 0),
                int(row["letters"] or 0),
            )
            for row in ordered
        ]
        yield self._list(
            "types", [words["broader"], words["type"], words["demands"], words["letters"]], table, (2, 3)
        )
        for row in rows:
            facts: list[tuple[str, Sequence[Any]]] = []
            if row["broader"]:
                siblings = [graph.thing(t) for t in narrower[row["broader"]] if t != row["thing"]]
                facts = [(words["broader"], [graph.thing(row["broader"])]), (words["related"], siblings)]
            if narrower[row["thing"]]:
                facts.append((words["narrower"], [graph.thing(t) for t in narrower[row["thing"]]]))
            yield self._thing(row["thing"], "types", "type", [], facts)

    def _thing(
        self,
        iri: str,
        section: str,
        kind: str,
        tables: Sequence[Any],
        facts: Sequence[tuple[str, Sequence[Any]]] = (),
    ) -> Page:
        """The page of an organisation, an addressee, a document or a type."""
        graph, words = self.graph, self.words
        notes: dict[str, list[Row]] = defaultdict(list)
        for row in graph.ask("notes", about=iri):
            notes[row["property"].replace("#", "/").rpartition("/")[2]].append(row)
        definitions = {row["language"]: row["value"] for row in notes["definition"]}
        printed = [row["printed"] for row in graph.ask("printed", about=iri)]
        links = [
            {"label": row["value"], "url": row["value"]}
            for row in (*notes["page"], *notes["sameAs"], *notes["exactMatch"])
            if row["value"].startswith(("http://", "https://"))
        ]
        aliases = [row["value"] for row in notes["altLabel"] if row["language"] in ("", self.graph.language)]
        extra: list[tuple[str, Sequence[Any]]] = [
            (words["printed_as"], printed[:20]),
            (words["also_called"], aliases),
            (words["identifiers"], links),
        ]
        demands, more = self._demands_of(iri)
        values = {
            "heading": graph.label(iri),
            "crumb": words[kind],
            "definition": definitions.get(graph.language) or definitions.get("en", ""),
            "facts": [(name, found) for name, found in (*facts, *extra) if found],
            "tables": tables,
            "demands": demands,
            "more": more,
        }
        return Page(graph.page(iri), "thing.html", section, values)

    # Questions

    def questions(self) -> Iterator[Page]:
        """The list of questions, and a page for each with its answer."""
        words = self.words
        listed = [
            (", ".join(query.tags), {"label": query.summary, "href": f"question/{name}.html", "key": name})
            for name, query in self.queries.items()
        ]
        rows = sorted(listed, key=lambda row: (row[0], row[1]["label"]))
        yield self._list("questions", [words["kind"], words["question"]], rows, ())
        for name, query in self.queries.items():
            yield self._question(name, query)

    def _question(self, name: str, query: Query) -> Page:
        """A question with its answer, asked with the defaults or examples of its parameters."""
        chosen = {
            p.name: p.example for p in query.parameters if p.required and p.default is None and p.example
        }
        columns: list[str] = []
        rows: list[list[Any]] = []
        note = ""
        try:
            answer = run(query, chosen, self.graph.store.query)
        except KbError as error:
            answer, note = None, error.message
        if isinstance(answer, QuerySolutions):
            columns = [variable.value for variable in answer.variables]
            rows = [[self._cell(term) for term in row] for row in islice(answer, MOST_ROWS + 1)]
        elif isinstance(answer, QueryBoolean):
            columns, rows = [self.words["result"]], [[str(bool(answer)).lower()]]
        numbers = [
            n
            for n in range(len(columns))
            if rows and all(re.fullmatch(r"-?\d+(\.\d+)?|", str(row[n])) for row in rows)
        ]
        values = {
            "heading": query.summary,
            "tags": query.tags,
            "description": query.description,
            "parameters": query.parameters,
            "columns": columns,
            "rows": rows[:MOST_ROWS],
            "numbers": numbers,
            "more": len(rows) > MOST_ROWS,
            "note": note,
            "command": " ".join(
                ["kb query", name, *(f"-p {key}={shlex.quote(value)}" for key, value in chosen.items())]
            ),
            "sparql": query.text,
        }
        return Page(f"question/{name}.html", "question.html", "questions", values)

    def _cell(self, term: Any) -> Any:
        """A term of an answer: a link where it is a thing that has a page."""
        if isinstance(term, NamedNode):
            iri = term.value
            if iri in self.graph.letters:
                return self.graph.letter(iri)
            if iri in self.graph.labels or "/demand/" in iri:
                return self.graph.thing(iri)
        return shown(term)
