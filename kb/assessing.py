"""What came of demands: judgements that people wrote down, checked before they are taken."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pyoxigraph
import rdflib
from rdflib.namespace import DCTERMS, PROV

from kb import graph, resources, store
from kb.collection import Assessment, append_assessment, read_collection
from kb.errors import DataError, UsageError
from kb.findings import Finding
from kb.sparql import Ask
from kb.validation import validate

__all__ = ["assess", "find_demand", "in_force", "outcomes", "taken"]

_SCHEME = "http://www.w3.org/2004/02/skos/core#inScheme"
_PLACE = f"""SELECT ?letter ?issued {{
  ?demand <{DCTERMS.isPartOf}> ?letter . ?letter <{DCTERMS.issued}> ?issued }}"""
_IN_FORCE = f"SELECT ?demand ?quote {{ ?letter <{graph.KB.makesDemand}> ?demand . ?demand <{graph.KB.quote}> ?quote }}"


@cache
def outcomes(facet: str) -> tuple[str, ...]:
    """The outcomes of a facet (reply, implementation), as `outcomes.ttl` lists them."""
    return tuple(
        subject.rpartition("/")[2]
        for subject, predicate, value, _ in resources.statements("outcomes.ttl")
        if predicate == _SCHEME and value.endswith(f"/{facet}")
    )


def in_force(ask: Ask, iri: str) -> str | None:
    """The IRI of a demand as it was last changed by a person, or None if `iri` is that of no demand."""
    try:
        term = pyoxigraph.NamedNode(iri)
    except ValueError:
        return None
    if not ask(f"ASK {{ GRAPH ?letter {{ {term} a <{graph.KB.Demand}> }} }}"):
        return None
    changed = [row[0].value for row in ask(f"SELECT ?new {{ ?new <{PROV.wasRevisionOf}> {term} }}")]  # type: ignore[union-attr]  # a SELECT
    return min(changed, default=iri)


def taken(
    rows: Iterable[Assessment], names: graph.Names, ask: Ask, path: Path
) -> tuple[rdflib.Graph, list[Finding], list[DataError]]:
    """The graph of the assessments that can be taken, what checks say of them, and the refusals of others.

    `ask` answers questions about the letters; `path` is the file the rows are of.
    """
    known: list[Assessment] = []
    refused: list[DataError] = []
    letters: list[tuple[rdflib.URIRef, rdflib.URIRef, rdflib.term.Node]] = []
    for row in rows:
        demand = in_force(ask, row.demand)
        if demand is None:
            told = f"row refused: there is no demand {row.demand!r}; write its address, as queries give it"
            refused.append(DataError(told, path, row.line))
            continue
        known.append(dataclasses.replace(row, demand=demand))
        for letter, issued in ask(_PLACE.replace("?demand", f"<{demand}>")):  # type: ignore[union-attr]  # a SELECT
            iri = rdflib.URIRef(letter.value)
            letters.append((rdflib.URIRef(demand), DCTERMS.isPartOf, iri))
            letters.append((iri, DCTERMS.issued, rdflib.Literal(issued.value)))
    found = validate([graph.assessments_graph(known, names)], context=letters) if known else []
    wrong = {each.focus: each.message() for each in found if each.severity == "violation"}
    fine: list[Assessment] = []
    for row in known:
        node = str(names.assessment(row))
        reasons = [
            message for focus, message in wrong.items() if focus == node or focus.startswith(f"{node}/")
        ]
        if reasons:
            refused.append(DataError(f"row refused: {reasons[0]}", path, row.line))
        else:
            fine.append(row)
    kept = [each for each in found if each.severity != "violation"]
    return graph.assessments_graph(fine, names), kept, sorted(refused, key=lambda error: error.line or 0)


def find_demand(build: Path, text: str) -> str:
    """The IRI of the demand that `text` means: its IRI, the end of it, or words of its quote.

    Raises UsageError where that is none, or several.
    """
    wanted = " ".join(text.casefold().split())
    with store.open_build(build) as opened:
        rows: list[tuple[str, str]] = [(row[0].value, row[1].value) for row in opened.query(_IN_FORCE)]  # type: ignore[union-attr]  # a SELECT
    exact = [iri for iri, _ in rows if iri == text or iri.endswith(f"/{text}")]
    found = exact or [iri for iri, quote in rows if wanted in " ".join(quote.casefold().split())]
    if not found:
        raise UsageError(f"no demand in force has this address or these words: “{text}”")
    if len(found) > 1:
        ends = ", ".join(sorted(iri.rpartition("/")[2] for iri in found)[:5])
        raise UsageError(
            f"{len(found)} demands have these words: name one of {ends}" + (" …" if len(found) > 5 else "")
        )
    return found[0]


def assess(build: Path, row: Assessment) -> Path:
    """Add an assessment to the collection of a build; gives the file. Raises DataError where a check refuses it."""
    folder = store.collection_folder(build)
    if folder is None:
        raise UsageError("its collection is not where it was: run `kb build` again", build)
    path = folder / "assessments.csv"
    names = graph.Names(read_collection(folder).base)
    with store.open_build(build) as opened:
        _, _, refused = taken([row], names, opened.query, path)
    if refused:
        raise DataError(refused[0].message, path)
    append_assessment(folder, row)
    return path
