"""What the search of the site looks through: small documents, in shards that a page loads as scripts.

Scripts and not JSON, because a page opened from a folder may load the one and not the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from kb.site.pages import Site

__all__ = ["options", "shards"]

SHARD = 2000
"""Documents in one file: about half a megabyte."""


def shards(site: Site) -> Iterator[tuple[str, bytes]]:
    """The files of the search: path and bytes."""
    documents = _documents(site)
    names: list[str] = []
    while batch := list(islice(documents, SHARD)):
        names.append(f"{len(names):04}.js")
        yield f"search/{names[-1]}", b"demandkbShard(" + _json(batch) + b");\n"
    yield "search/shards.js", b"window.demandkbShards = " + _json(names) + b";\n"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _documents(site: Site) -> Iterator[Mapping[str, Any]]:
    """Every demand in force, letter, signatory, addressee and document, as the page shows a hit."""
    graph = site.graph
    addressees = {
        letter: [_key(thing) for thing, role in roles.items() if role == "addressed_to"]
        for letter, roles in site.roles.items()
    }
    for row in graph.ask("search"):
        letter = row["letter"]
        yield {
            "kind": "demand",
            "href": graph.thing(row["demand"])["href"],
            "label": graph.letter(letter)["label"],
            "text": " ".join(row["quote"].split()),
            "date": row["date"],
            "year": row["date"][:4],
            "state": row["state"].rpartition("/")[2],
            "types": sorted(map(_key, row["types"].split())),
            "addressees": addressees.get(letter, []),
            "organisations": sorted(map(_key, site.signers.get(letter, ()))),
        }
    for iri, row in graph.letters.items():
        yield {
            "kind": "letter",
            "href": graph.letter(iri)["href"],
            "label": graph.letter(iri)["label"],
            "date": row["date"],
            "year": row["date"][:4],
            "addressees": addressees.get(iri, []),
            "organisations": sorted(map(_key, site.signers.get(iri, ()))),
        }
    documents = sorted({row["thing"] for row in graph.ask("documents")})
    for kind, things in (
        ("organisation", sorted(site.signed)),
        ("addressee", sorted(site.addressed)),
        ("document", documents),
    ):
        for thing in things:
            yield {"kind": kind, "href": graph.thing(thing)["href"], "label": graph.label(thing)}


def _key(iri: str) -> str:
    return iri.rpartition("/")[2]


def options(site: Site) -> Mapping[str, list[tuple[str, str]]]:
    """What can be chosen in each filter: value and words."""
    graph, words = site.graph, site.words
    leaves = [row["thing"] for row in graph.ask("types") if row["broader"]]
    often = sorted(site.signed, key=lambda who: (-len(site.signed[who]), graph.label(who)))[:300]
    years = sorted({row["date"][:4] for row in graph.letters.values() if row["date"]})
    return {
        "type": [(_key(iri), graph.label(iri)) for iri in leaves],
        "addressee": [(_key(iri), graph.label(iri)) for iri in sorted(site.addressed, key=graph.label)],
        "organisation": [(_key(iri), graph.label(iri)) for iri in sorted(often, key=graph.label)],
        "year": [(year, year) for year in years],
        "state": [
            ("machine-read", words["in_force"]),
            ("reviewed", words["reviewed"]),
            ("changed", words["changed"]),
        ],
    }
