"""A folder fit for an archive: the graph in all formats, what explains it, and a manifest of it all.

The folder is a bag (BagIt, RFC 8493), made and checked by the Library of Congress's `bagit`. `void.ttl`
describes the dataset with VoID and DCAT: counts, licence, version, and each file with its checksum. The
same build gives the same bytes, so no date of packing is written.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pyoxigraph
import yaml

from kb import __version__, export, resources, tables
from kb.errors import DataError, UsageError
from kb.namespaces import PREFIXES, expand
from kb.store import Store

__all__ = ["write_package"]

_FILES: dict[export.RdfFormat, tuple[str, str]] = {
    "turtle": ("graph.ttl", "text/turtle"),
    "trig": ("graph.trig", "application/trig"),
    "ntriples": ("graph.nt", "application/n-triples"),
    "nquads": ("graph.nq", "application/n-quads"),
    "rdfxml": ("graph.rdf", "application/rdf+xml"),
    "jsonld": ("graph.jsonld", "application/ld+json"),
}
_OPEN = re.compile(r"https?://(creativecommons\.org/(licenses|publicdomain)|opendatacommons\.org/licenses)/")
_PREFIXES = {
    **PREFIXES,
    "dcat": "http://www.w3.org/ns/dcat#",
    "spdx": "http://spdx.org/rdf/terms#",
    "void": "http://rdfs.org/ns/void#",
}


@dataclass(frozen=True, slots=True)
class _Dataset:
    """What the collection says of itself, and how much there is of it."""

    iri: str
    title: str
    publisher: str
    licence: str
    letters: int
    demands: int
    statements: int


def write_package(store: Store, folder: Path, *, texts: bool | None = None) -> None:
    """Write the package into a new folder.

    The full texts of letters go in if the collection's licence is an open one, or as `texts` says. Raises
    UsageError where the folder is there already or a library is missing.
    """
    try:
        import bagit
    except ImportError:
        raise UsageError("a package needs libraries: pip install 'demandkb[package]'") from None
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("is there already: name a new folder", folder)
    dataset = _describe(store)
    with_texts = bool(_OPEN.match(dataset.licence)) if texts is None else texts
    draft = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        notes = _write_graph(store, draft, with_texts)
        for source in (resources.folder("ontology"), resources.folder("queries")):
            shutil.copytree(source, draft / source.name, ignore=shutil.ignore_patterns(".*"))
        version = _sha256(draft / "graph" / "graph.nq")[:12]
        (draft / "README.md").write_text(_readme(dataset, version, notes), encoding="utf-8")
        (draft / "CITATION.cff").write_text(_citation(dataset, version), encoding="utf-8")
        (draft / "void.ttl").write_bytes(_void(dataset, version, draft))
        bag = bagit.make_bag(
            str(draft),
            {
                "Source-Organization": dataset.publisher or dataset.title,
                "External-Description": dataset.title,
            },
            checksums=["sha256"],
        )
        del bag.info["Bagging-Date"]
        bag.save()
        bag.validate()
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _describe(store: Store) -> _Dataset:
    def value(text: str) -> str:
        rows = cast("pyoxigraph.QuerySolutions", store.query(text))
        return next((str(cast("Any", row[0]).value) for row in rows if row[0] is not None), "")

    def of_collection(name: str) -> str:
        return value(
            f"SELECT ?x {{ ?c a <{_PREFIXES['dcat']}Dataset> ; <{expand(name)}> ?x }} ORDER BY ?x LIMIT 1"
        )

    def count(pattern: str) -> int:
        return int(value(f"SELECT (COUNT(DISTINCT ?x) AS ?n) {{ {pattern} }}"))

    return _Dataset(
        value(f"SELECT ?c {{ ?c a <{_PREFIXES['dcat']}Dataset> }} ORDER BY ?c LIMIT 1"),
        of_collection("dcterms:title") or "Demands of open letters",
        of_collection("dcterms:publisher"),
        of_collection("dcterms:license"),
        count(f"?x a <{expand('kb:Letter')}>"),
        count(f"?letter <{expand('kb:makesDemand')}> ?x"),
        len(store),
    )


def _write_graph(store: Store, folder: Path, texts: bool) -> list[str]:
    """Write the graph in all formats and the letters' texts; say what could not be."""
    notes = []
    (folder / "graph").mkdir()
    for form, (name, _) in _FILES.items():
        path = folder / "graph" / name
        try:
            with path.open("wb") as file:
                export.export(store, form, file, texts=texts)
        except DataError as error:
            path.unlink()
            notes.append(f"There is no `graph/{name}`: {error.message}.")
    tables.write_tables(store, "csv", folder / "tables" / "csv")
    try:
        tables.write_tables(store, "parquet", folder / "tables" / "parquet")
    except UsageError:
        shutil.rmtree(folder / "tables" / "parquet")
        notes.append("There are no tables in Parquet: the library for it was not installed.")
    if texts:
        (folder / "letters").mkdir()
        for name, text in _texts(store):
            (folder / "letters" / f"{name}.txt").write_text(text, encoding="utf-8", newline="")
    else:
        notes.append("The letters' full texts are left out: there is no open licence, or it was asked so.")
    return notes


def _texts(store: Store) -> Iterator[tuple[str, str]]:
    pattern = f"?letter <{expand('dcterms:identifier')}> ?id ; <{expand('schema:text')}> ?text"
    rows = store.query(f"SELECT ?id ?text {{ {pattern} }}")
    for name, text in cast("Iterator[tuple[Any, Any]]", rows):
        yield name.value, text.value


def _readme(dataset: _Dataset, version: str, notes: list[str]) -> str:
    files = "\n".join(f"- `graph/{name}`: {media}" for name, media in _FILES.values())
    licence = f"Licence: <{dataset.licence}>." if dataset.licence else "No licence is given."
    left_out = "".join(f"\n{note}\n" for note in notes)
    return f"""# {dataset.title}

{dataset.letters} open letters and their {dataset.demands} demands as a knowledge base, version {version},
made by demandkb {__version__}. {licence}

The graph is the same in every format; N-Quads, TriG and JSON-LD tell which letter says what:

{files}
- `tables/`: the same for spreadsheets and data frames; in CSV a `'` is put before a first `=+-@`
- `letters/`: the texts that the offsets of quotes count in, if they may be passed on
- `ontology/`, `queries/`: the vocabulary with its shapes, and questions to ask in SPARQL
- `void.ttl`: this dataset described in VoID and DCAT, with checksums; `CITATION.cff`: how to cite it
{left_out}
The folder is a bag (BagIt, RFC 8493): `bagit.py --validate` says whether it is whole.
"""


def _citation(dataset: _Dataset, version: str) -> str:
    fields: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "Please cite this dataset as below.",
        "type": "dataset",
        "title": dataset.title,
        "version": version,
        "authors": [{"name": dataset.publisher or "The publishers of the collection"}],
        "identifiers": [{"type": "url", "value": dataset.iri}],
    }
    if dataset.licence:
        fields["license-url"] = dataset.licence
    return str(yaml.safe_dump(fields, allow_unicode=True, sort_keys=False))


def _void(dataset: _Dataset, version: str, folder: Path) -> bytes:
    name = pyoxigraph.NamedNode
    this = name(dataset.iri)
    triples: list[pyoxigraph.Triple] = []

    def say(subject: pyoxigraph.NamedNode, *pairs: tuple[str, Any]) -> None:
        for predicate, value in pairs:
            triples.append(pyoxigraph.Triple(subject, name(_iri(predicate)), value))

    say(
        this,
        ("rdf:type", name(_iri("void:Dataset"))),
        ("rdf:type", name(_iri("dcat:Dataset"))),
        ("dcterms:title", pyoxigraph.Literal(dataset.title)),
        ("dcat:version", pyoxigraph.Literal(version)),
        ("void:triples", pyoxigraph.Literal(dataset.statements)),
        ("void:uriSpace", pyoxigraph.Literal(dataset.iri.removesuffix("collection"))),
        ("void:vocabulary", name(expand("kb:").rstrip("#"))),
    )
    if dataset.publisher:
        say(this, ("dcterms:publisher", pyoxigraph.Literal(dataset.publisher)))
    if dataset.licence:
        given = name(dataset.licence) if ":" in dataset.licence else pyoxigraph.Literal(dataset.licence)
        say(this, ("dcterms:license", given))
    for kind, entities in (("Letter", dataset.letters), ("Demand", dataset.demands)):
        part = name(f"{dataset.iri}/partition/{kind.lower()}")
        say(this, ("void:classPartition", part))
        say(part, ("void:class", name(expand(f"kb:{kind}"))), ("void:entities", pyoxigraph.Literal(entities)))
    media = {f"graph/{file}": kind for file, kind in _FILES.values()}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.parent != folder):
        relative = path.relative_to(folder).as_posix()
        at, sum_ = name(f"{dataset.iri}/file/{relative}"), name(f"{dataset.iri}/file/{relative}/checksum")
        if relative in media:
            say(this, ("void:dataDump", at), ("dcat:distribution", at))
            say(
                at,
                ("rdf:type", name(_iri("dcat:Distribution"))),
                ("dcat:mediaType", pyoxigraph.Literal(media[relative])),
            )
        else:
            say(this, ("dcterms:hasPart", at))
        say(
            at,
            ("schema:contentUrl", pyoxigraph.Literal(relative)),
            ("dcat:byteSize", pyoxigraph.Literal(path.stat().st_size)),
            ("spdx:checksum", sum_),
        )
        say(
            sum_,
            ("spdx:algorithm", name(_iri("spdx:checksumAlgorithm_sha256"))),
            ("spdx:checksumValue", pyoxigraph.Literal(_sha256(path))),
        )
    triples.sort(key=lambda triple: (str(triple.subject), str(triple.predicate), str(triple.object)))
    return pyoxigraph.serialize(triples, None, pyoxigraph.RdfFormat.TURTLE, prefixes=_PREFIXES) or b""


def _iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return _PREFIXES[prefix] + local


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
