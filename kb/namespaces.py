"""The prefixes that the project's files are written with."""

from __future__ import annotations

__all__ = ["PREFIXES", "expand", "shorten"]

PREFIXES = {
    "code": "https://w3id.org/demandkb/code/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "demand-type": "https://w3id.org/demandkb/types/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "id": "https://w3id.org/demandkb/id/",
    "kb": "https://w3id.org/demandkb/ns#",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "outcome": "https://w3id.org/demandkb/outcome/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Prefix to namespace."""


def expand(name: str) -> str:
    """Write "kb:Demand" out as an IRI; what has none of these prefixes stays as it is."""
    prefix, colon, local = name.partition(":")
    return PREFIXES[prefix] + local if colon and prefix in PREFIXES else name


def shorten(iri: str) -> str:
    """Write an IRI as "kb:Demand" if it is in one of these namespaces (the longest counts)."""
    fits = [(namespace, prefix) for prefix, namespace in PREFIXES.items() if iri.startswith(namespace)]
    if not fits:
        return iri
    namespace, prefix = max(fits, key=lambda fit: len(fit[0]))
    return f"{prefix}:{iri[len(namespace) :]}"
