"""What the search looks through: letters with their demands, and names, in shards that a page loads as scripts.

Scripts and not JSON, because a page opened from a folder may load the one and not the other. A shard holds letters
of a few years only, so that a search within one year loads little.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from kb.site.data import last
from kb.site.view import View

__all__ = ["options", "shards"]

SHARD = 200
"""Letters in one file: about half a megabyte."""

NAMES = 5000
"""Names in one file."""

MOST_ORGANISATIONS = 300
"""Organisations that the search can be narrowed to: those with most letters."""

STATES = {"machine-read": "in_force", "reviewed": "reviewed", "changed": "changed"}
"""The words of the interface for the states of demands in force."""


def shards(view: View) -> Iterator[tuple[str, bytes]]:
    """The files of the search: path and bytes, the list of them last."""
    listed = []
    letters, names = _letters(view), _names(view)
    for kind, rows, size in (("letters", letters, SHARD), ("names", names, NAMES)):
        number = 0
        while batch := list(islice(rows, size)):
            number += 1
            name = f"{kind}-{number:03}.js"
            years = sorted({row["date"][:4] for row in batch}) if kind == "letters" else []
            listed.append({"name": name, "kind": kind, "years": years})
            yield f"search/{name}", b"demandkbShard(" + _json(batch) + b");\n"
    yield "search/shards.js", b"window.demandkbShards = " + _json(listed) + b";\n"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _letters(view: View) -> Iterator[Mapping[str, Any]]:
    """Every letter with what the filters ask of it, and its demands in force."""
    graph = view.graph
    choices = set(_organisations(view))
    for iri, row in graph.letters.items():
        demands = []
        for demand in graph.demands.get(iri, ()):
            found = graph.demand(demand)
            if found:
                demands.append(
                    {
                        "id": view.page(demand).rpartition("#")[2],
                        "text": " ".join(found["quote"].split()),
                        "types": [last(type_) for type_ in graph.types_of.get(demand, ())],
                        "state": last(found["state"]),
                    }
                )
        link = view.letter(iri)
        yield {
            "kind": "letter",
            "href": link["href"],
            "label": link["label"],
            "date": row["date"],
            "addressees": [last(who) for who in graph.addressees(iri)],
            "organisations": [last(who) for who in graph.signers.get(iri, ()) if who in choices],
            "demands": demands,
        }


def _names(view: View) -> Iterator[Mapping[str, Any]]:
    """Every signatory, addressee and document, by all its names."""
    graph = view.graph
    addressed = {who for letter in graph.roles for who in graph.addressees(letter)}
    for kind, things in (("organisation", graph.signed), ("addressee", addressed), ("document", graph.named)):
        for iri in sorted(things):
            label = view.label(iri)
            others = sorted(set(graph.labels.get(iri, {}).values()) - {label})
            yield {"kind": kind, "href": view.thing(iri)["href"], "label": label, "also": " · ".join(others)}


def _organisations(view: View) -> list[str]:
    signed = view.graph.signed
    return sorted(signed, key=lambda who: (-len(signed[who]), who))[:MOST_ORGANISATIONS]


def options(view: View) -> Mapping[str, list[tuple[str, str]]]:
    """What can be chosen in each filter: value and words."""
    graph = view.graph
    addressed = {who for letter in graph.roles for who in graph.addressees(letter)}
    found = {
        "type": [row["thing"] for row in graph.types if row["broader"] and graph.asked.get(row["thing"])],
        "addressee": sorted(addressed, key=view.label),
        "organisation": sorted(_organisations(view), key=view.label),
    }
    years = sorted({row["date"][:4] for row in graph.letters.values() if row["date"]})
    states = {last(state) for state in graph.states}
    return {
        **{name: [(last(iri), view.label(iri)) for iri in iris] for name, iris in found.items()},
        "year": [(year, year) for year in years],
        "state": [(state, view.words[word]) for state, word in STATES.items() if state in states],
    }
