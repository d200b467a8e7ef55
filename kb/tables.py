"""The graph as tables, for spreadsheets and data frames.

A table has a row for each thing of a class, and a column for each path from it. What a path leads to is
written as its words; where it leads to things there are two columns, one with their labels and one with
their addresses. Several values are joined by "; ", several addresses by a space.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

import pyoxigraph

from kb.errors import UsageError
from kb.export import find_letter, statements
from kb.namespaces import PREFIXES, expand, shorten
from kb.store import Store

__all__ = ["TABLES", "Table", "TableFormat", "write_tables"]

TableFormat: TypeAlias = Literal["csv", "parquet"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column and the path of properties that leads to it, "^" before one that is followed backwards."""

    name: str
    path: tuple[str, ...]
    kind: Literal["text", "integer", "thing"]

    @property
    def headings(self) -> tuple[str, ...]:
        """The names of the columns this becomes."""
        return (self.name, f"{self.name}_iri") if self.kind == "thing" else (self.name,)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the classes its rows are of, and its columns after `iri`."""

    classes: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def headings(self) -> list[str]:
        """The names of all columns."""
        return ["iri", *(heading for column in self.columns for heading in column.headings)]


def _table(classes: str, columns: str) -> Table:
    """Read a table: a column a line, `name path`, with "*" before the name of things and "#" of numbers."""
    read = []
    for line in columns.strip().splitlines():
        name, path = line.split()
        kind: Literal["text", "integer", "thing"] = {"*": "thing", "#": "integer"}.get(name[0], "text")  # type: ignore[assignment]
        steps = tuple("^" + expand(step[1:]) if step[0] == "^" else expand(step) for step in path.split("/"))
        read.append(Column(name.lstrip("*#"), steps, kind))
    return Table(tuple(expand(each) for each in classes.split()), tuple(read))


_AGENT = """
    name foaf:name
    label rdfs:label
    other_names skos:altLabel
    *same_as schema:sameAs
    country schema:location
    *part_of org:subOrganizationOf
    *homepage foaf:homepage
    note skos:note
    *letters ^kb:signedBy
    *signatures ^kb:signatory
    """

TABLES = {
    "letters": _table(
        "kb:Letter kb:OtherDocument",
        """
        letter dcterms:identifier
        *kind rdf:type
        title dcterms:title
        #title_start kb:titleEvidence/oa:hasSelector/oa:start
        #title_end kb:titleEvidence/oa:hasSelector/oa:end
        date dcterms:issued
        #date_start kb:dateEvidence/oa:hasSelector/oa:start
        #date_end kb:dateEvidence/oa:hasSelector/oa:end
        *language dcterms:language
        *source dcterms:source
        *addressed_to kb:addressedTo
        *copied_to kb:copiedTo
        *signed_by kb:signedBy
        *references kb:references
        *makes_demand kb:makesDemand
        *reports_demand kb:reportsDemand
        file prov:wasDerivedFrom/schema:name
        sha256 prov:wasDerivedFrom/schema:sha256
        file_title prov:wasDerivedFrom/dc:title
        file_date prov:wasDerivedFrom/dc:date
        file_creator prov:wasDerivedFrom/dc:creator
        file_source prov:wasDerivedFrom/dc:source
        file_language prov:wasDerivedFrom/dc:language
        *generated_by prov:wasGeneratedBy/prov:wasAssociatedWith
        """,
    ),
    "demands": _table(
        "kb:Demand",
        """
        *letter dcterms:isPartOf
        letter_date dcterms:isPartOf/dcterms:issued
        *made_by ^kb:makesDemand
        *reported_by ^kb:reportsDemand
        #position kb:position
        item kb:item
        quote kb:quote
        #start kb:evidence/oa:hasSelector/oa:start
        #end kb:evidence/oa:hasSelector/oa:end
        prefix kb:evidence/oa:hasSelector/oa:prefix
        suffix kb:evidence/oa:hasSelector/oa:suffix
        *explicitness kb:explicitness
        *force kb:force
        *types kb:demandType
        *references kb:references
        certainty kb:certainty
        *state kb:recordState
        *restates kb:restates
        *revision_of prov:wasRevisionOf
        *derived_from prov:wasDerivedFrom
        *generated_by prov:wasGeneratedBy/prov:wasAssociatedWith
        """,
    ),
    "signatures": _table(
        "kb:Signature",
        """
        *letter ^kb:signature
        letter_date ^kb:signature/dcterms:issued
        #position kb:position
        name_as_printed kb:nameAsPrinted
        *kind kb:signatoryKind
        *signatory kb:signatory
        #start kb:evidence/oa:hasSelector/oa:start
        #end kb:evidence/oa:hasSelector/oa:end
        """,
    ),
    "addressees": _table(
        "kb:AddresseeMention",
        """
        *letter ^kb:mention
        letter_date ^kb:mention/dcterms:issued
        #position kb:position
        name_as_printed kb:nameAsPrinted
        office_as_printed kb:officeAsPrinted
        body_as_printed kb:bodyAsPrinted
        *stands_for kb:standsFor
        #start kb:evidence/oa:hasSelector/oa:start
        #end kb:evidence/oa:hasSelector/oa:end
        """,
    ),
    "organisations": _table("org:Organization", _AGENT),
    "people": _table("foaf:Person", _AGENT),
    "references": _table(
        "kb:DocumentMention",
        """
        *letter ^kb:mention
        letter_date ^kb:mention/dcterms:issued
        #position kb:position
        name_as_printed kb:nameAsPrinted
        *document kb:standsFor
        symbol kb:standsFor/dcterms:identifier
        *address kb:standsFor/foaf:page
        #start kb:evidence/oa:hasSelector/oa:start
        #end kb:evidence/oa:hasSelector/oa:end
        """,
    ),
    "assessments": _table(
        "kb:Assessment",
        """
        *demand kb:assesses
        quote kb:assesses/kb:quote
        *letter kb:assesses/dcterms:isPartOf
        *facet kb:facet
        *outcome kb:outcome
        date dcterms:date
        generated_at prov:generatedAtTime
        *assessor prov:wasAttributedTo
        why kb:reason
        *document kb:evidence/oa:hasSource
        paragraph kb:evidence/kb:paragraph
        evidence kb:evidence/oa:hasSelector/oa:exact
        *address kb:evidence/oa:hasSource/foaf:page
        """,
    ),
    "decisions": _table(
        "kb:Decision",
        """
        *decides kb:decides
        quote kb:decides/kb:quote
        *verdict kb:verdict
        *by prov:wasAttributedTo
        date dcterms:date
        why kb:reason
        """,
    ),
    "matches": _table(
        "kb:Match",
        """
        *compares kb:compares
        *types dcterms:subject
        score kb:score
        reason kb:reason
        *judgement kb:judgement
        *by prov:wasAttributedTo
        date dcterms:date
        why rdfs:comment
        """,
    ),
    "remarks": _table(
        "kb:Remark",
        """
        *letter ^kb:remark
        code kb:code
        remark rdfs:comment
        #start kb:evidence/oa:hasSelector/oa:start
        #end kb:evidence/oa:hasSelector/oa:end
        """,
    ),
}
"""The tables by name; each becomes a file."""

_LABELS = [
    pyoxigraph.NamedNode(expand(name))
    for name in (
        "skos:prefLabel",
        "rdfs:label",
        "foaf:name",
        "dcterms:title",
        "dcterms:identifier",
        "schema:name",
    )
]
_RANK: dict[str | None, int] = {"en": 0, None: 1}
_TYPE = f"> <{PREFIXES['rdf']}type> <".encode()


def write_tables(store: Store, form: TableFormat, folder: Path, letter: str | None = None) -> list[Path]:
    """Write the tables into a folder (made if need be), of all letters or of the one with that id.

    Returns the files. Raises UsageError where there is no such letter, or Parquet can't be written here.
    """
    told = store.excerpt(find_letter(store, letter)) if letter else store
    writer = _csv_writer if form == "csv" else _parquet_writer
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as files:
        paths = {name: folder / f"{name}.{form}" for name in TABLES}
        write = {name: writer(paths[name], table, files) for name, table in TABLES.items()}
        for name, row in _rows(told, _Cells(store)):
            write[name](row)
    return list(paths.values())


_Row: TypeAlias = list[str | int | None]


def _rows(store: Store, cells: _Cells) -> Iterator[tuple[str, _Row]]:
    tables = {each: name for name, table in TABLES.items() for each in table.classes}
    for graph in store.graphs():
        for line in statements(store, graph):
            subject, is_a, rest = line.partition(_TYPE)
            kind = rest[:-4].decode() if is_a else ""
            if kind in tables and b" " not in subject:
                thing = pyoxigraph.NamedNode(subject[1:].decode())
                yield tables[kind], cells.row(thing, TABLES[tables[kind]])


class _Cells:
    """Looks up what stands in the cells of a row."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.label = lru_cache(10_000)(self._label)

    def row(self, thing: pyoxigraph.NamedNode, table: Table) -> _Row:
        row: _Row = [thing.value]
        for column in table.columns:
            terms = self.follow([thing], column.path)
            if column.kind == "integer":
                row.append(int(terms[0].value) if terms else None)
            elif column.kind == "text":
                row.append("; ".join(term.value for term in terms) or None)
            else:
                row.append("; ".join(self.label(term) for term in terms) or None)
                row.append(
                    " ".join(term.value for term in terms if isinstance(term, pyoxigraph.NamedNode)) or None
                )
        return row

    def follow(self, terms: list[Any], path: tuple[str, ...]) -> list[Any]:
        for step in path:
            predicate = pyoxigraph.NamedNode(step.removeprefix("^"))
            found: set[Any] = set()
            for term in terms:
                if step[0] == "^":
                    found.update(quad.subject for quad in self.store.match(None, predicate, term))
                elif not isinstance(term, pyoxigraph.Literal):
                    found.update(quad.object for quad in self.store.match(term, predicate, None))
            terms = sorted(found, key=str)
        return terms

    def _label(self, term: Any) -> str:
        """The label of a thing, in English if there is one; a thing without is known by its address."""
        if isinstance(term, pyoxigraph.Literal):
            return term.value
        for predicate in _LABELS:
            found = (quad.object for quad in self.store.match(term, predicate, None))
            labels = [
                (_RANK.get(each.language, 2), each.value)
                for each in found
                if isinstance(each, pyoxigraph.Literal)
            ]
            if labels:
                return min(labels)[1]
        return shorten(str(term.value))


# Files

_Write: TypeAlias = Callable[[_Row], None]


def _csv_writer(path: Path, table: Table, files: ExitStack) -> _Write:
    # The mark at the beginning is how spreadsheets know the file for UTF-8.
    file = files.enter_context(path.open("w", encoding="utf-8-sig", newline=""))
    write = csv.writer(file).writerow
    write(table.headings)

    def write_row(row: _Row) -> None:
        write([_harmless(cell) for cell in row])

    return write_row


def _harmless(cell: str | int | None) -> str | int | None:
    """A cell that no spreadsheet takes for a formula: letters are other people's words."""
    return f"'{cell}" if isinstance(cell, str) and cell[0] in "=+-@\t\r" else cell


def _parquet_writer(path: Path, table: Table, files: ExitStack) -> _Write:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise UsageError("Parquet needs a library: pip install 'demandkb[parquet]'") from None
    integers = {column.name for column in table.columns if column.kind == "integer"}
    schema = pa.schema([(name, pa.int64() if name in integers else pa.string()) for name in table.headings])
    writer = files.enter_context(pq.ParquetWriter(path, schema))
    rows: list[_Row] = []

    def flush() -> None:
        columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in table.headings]
        writer.write_table(pa.table(columns, schema=schema))
        rows.clear()

    def write_row(row: _Row) -> None:
        rows.append(row)
        if len(rows) == 10_000:
            flush()

    files.callback(flush)
    return write_row
