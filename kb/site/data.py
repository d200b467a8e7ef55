"""What the pages show, asked of the graph with the queries of `queries/` beside this file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from urllib.parse import quote

from pyoxigraph import NamedNode, QuerySolutions

from kb.sparql import bind
from kb.store import Store

__all__ = ["Graph", "Row", "Thing", "base_of"]

Row = Mapping[str, str]
"""One solution: variable name to the text of its value; "" where it is unbound."""

Thing = Mapping[str, str]
"""A link: `label`, `href` (percent-encoded, from the language's root, "" if there is no page), `key` (the IRI)."""

PROJECT = "https://w3id.org/demandkb/"


@cache
def _query(name: str) -> str:
    return (Path(__file__).parent / "queries" / f"{name}.rq").read_text("utf-8")


@dataclass(frozen=True)
class Graph:
    """The graph as pages in one language see it: `language` chooses among labels."""

    store: Store
    base: str
    language: str

    def ask(self, name: str, **about: str) -> list[Row]:
        """The solutions of `queries/NAME.rq`, its variables bound to the IRIs of `about`."""
        text = bind(_query(name), {variable: NamedNode(iri) for variable, iri in about.items()})
        results = self.store.query(text)
        assert isinstance(results, QuerySolutions)  # noqa: S101 - every one of our queries is a SELECT
        names = [variable.value for variable in results.variables]
        return [
            {key: value.value if value is not None else "" for key, value in zip(names, row, strict=True)}
            for row in results
        ]

    @cached_property
    def labels(self) -> Mapping[str, Mapping[str, str]]:
        """The labels of everything that has one: IRI to language to label ("" for no language)."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for row in self.ask("labels"):
            found[row["thing"]].setdefault(row["language"], row["label"])
        return found

    @cached_property
    def letters(self) -> Mapping[str, Row]:
        """All letters by IRI, in order of time."""
        return {
            row["letter"]: row
            for row in sorted(self.ask("letters"), key=lambda row: (row["date"] or "9", row["id"]))
        }

    def page(self, iri: str) -> str:
        """The page of a thing, as a path with perhaps a fragment; "" if it is not one of ours."""
        for prefix in (self.base, PROJECT):
            if iri.startswith(prefix):
                folder, _, rest = iri[len(prefix) :].partition("/")
                name, _, passage = rest.partition("/")
                if folder == "letter" and passage:
                    return f"letter/{name}.html#{passage.replace('/', '-')}"
                return f"{folder}/{rest.replace('/', '-')}.html" if name else ""
        return ""

    def label(self, iri: str) -> str:
        """What a thing is called: in the language of the pages, else in none, in English, in any."""
        labels = self.labels.get(iri, {})
        for language in (self.language, "", "en", *labels):
            if language in labels:
                return labels[language]
        return iri.rpartition("/")[2]

    def thing(self, iri: str) -> Thing:
        """A link to a thing."""
        return {"label": self.label(iri), "href": quote(self.page(iri), safe="/#"), "key": iri}

    def letter(self, iri: str) -> Thing:
        """A link to a letter, with its date."""
        row = self.letters[iri]
        href = quote(self.page(iri), safe="/#")
        return {"label": row["title"] or row["id"], "href": href, "key": iri, "date": row["date"]}


def base_of(store: Store) -> str:
    """The base IRI of the collection's things."""
    [row] = Graph(store, "", "").ask("site")
    return row["dataset"].removesuffix("collection")
