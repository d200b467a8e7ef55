"""What was read and decided becomes RDF: the only module that writes ontology terms.

A letter is one graph, named by the letter's IRI, that holds only what was read out of that letter and what
people decided about it; what concerns several letters is in graphs of its own. A letter's graph is made with the
descriptions of what it names (`kb.describing` puts them together). There are no blank nodes and no present time:
the same records give the same triples.

Terms are those of `ontology/demandkb.ttl`, whose namespace is `KB`; values of short lists are concepts of
`ontology/codes.ttl` (`CODE`) and `ontology/outcomes.ttl` (`OUTCOME`).
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, get_args

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DC, DCTERMS, FOAF, ORG, PROV, RDF, RDFS, SKOS, XSD, NamespaceManager

from kb import __version__, authorities, namespaces
from kb.collection import Assessment, Collection, Decision, LetterNote
from kb.extraction.types import load as demand_types
from kb.identity import Organisation
from kb.letter import Addressee, Demand, Explicitness, Force, Letter, Reference, Remark, Span, slug

if TYPE_CHECKING:
    from kb.tracking import Restatement

__all__ = [
    "CODE",
    "DEMAND_TYPE",
    "KB",
    "OA",
    "OUTCOME",
    "SCHEMA",
    "Match",
    "Names",
    "Triple",
    "Triples",
    "assessments_graph",
    "collection_graph",
    "letter_graph",
    "organisations",
    "restatements",
    "restatements_graph",
    "signatories",
    "stale_graph",
]


class _Terms(Namespace):
    """A namespace that makes each of its terms once: a letter's graph takes thousands."""

    @lru_cache(maxsize=1024)  # noqa: B019  # there are six of them, for good
    def term(self, name: str) -> URIRef:
        """Give the term of that name."""
        return URIRef(self + name)


KB = _Terms(namespaces.PREFIXES["kb"])
CODE = _Terms(namespaces.PREFIXES["code"])
OUTCOME = _Terms(namespaces.PREFIXES["outcome"])
DEMAND_TYPE = _Terms(namespaces.PREFIXES["demand-type"])
OA = _Terms(namespaces.PREFIXES["oa"])
SCHEMA = _Terms(namespaces.PREFIXES["schema"])

Triple = tuple[URIRef, URIRef, URIRef | Literal]
Triples = set[Triple]

_TYPE, _GENERATED_BY = RDF.type, PROV.wasGeneratedBy  # rdflib takes a while to look them up

# A date that is none is for the shapes to tell; rdflib would print a traceback for it.
logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)

SOFTWARE = URIRef(f"https://w3id.org/demandkb/software/{__version__}")

_WITH_GRAPH = {"letter", "organisation", "match", "assessment", "decision", "collection"}

QUOTE_CONTEXT = 32
"""How many code points of text before and after a quote its selector keeps."""


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _fold(text: str) -> str:
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class Names:
    """The IRIs of everything in a collection, under its `base`."""

    base: str = "https://w3id.org/demandkb/id/"

    def letter(self, letter_id: str) -> URIRef:
        """The IRI of a letter, which is also the name of its graph."""
        return URIRef(f"{self.base}letter/{letter_id}")

    def demand(self, letter_id: str, quote: str) -> URIRef:
        """The IRI of a demand: white space and case do not count."""
        return URIRef(f"{self.letter(letter_id)}/demand/{_hash(_fold(quote).casefold())}")

    def decided(self, letter_id: str, what: str) -> URIRef:
        """The IRI of the demand that a decision names by its IRI or its words."""
        return (
            URIRef(what)
            if what.startswith(self.base) and _IRI.fullmatch(what)
            else self.demand(letter_id, what)
        )

    def demands(self, letter: Letter) -> list[tuple[URIRef, Demand]]:
        """The demands a letter makes and then those it reports, each with its IRI.

        Of several with the same words the first in the text has the plain IRI.
        """
        seen: dict[URIRef, int] = {}
        named = {}
        everything = (*letter.demands, *letter.reported)
        for index, demand in sorted(enumerate(everything), key=lambda pair: (pair[1].span, pair[0])):
            iri = self.demand(letter.id, demand.quote)
            seen[iri] = seen.get(iri, 0) + 1
            named[index] = URIRef(f"{iri}-{seen[iri]}") if seen[iri] > 1 else iri
        return [(named[index], demand) for index, demand in enumerate(everything)]

    def signature(self, letter_id: str, position: int) -> URIRef:
        """The IRI of the signature at that position of the letter's signature block."""
        return URIRef(f"{self.letter(letter_id)}/signature/{position}")

    def addressee(self, addressee: Addressee) -> URIRef:
        """The IRI of an addressee that is none of the authorities."""
        printed = ", ".join(part for part in (addressee.name, addressee.office, addressee.body) if part)
        return URIRef(f"{self.base}addressee/{slug(printed)}")

    def document(self, key: str) -> URIRef:
        """The IRI of a document known by its symbol or name."""
        known = authorities.document(key)
        return URIRef(known or f"{self.base}document/{slug(key)}")

    def organisation(self, name: str) -> URIRef:
        """The IRI of an organisation, from its canonical name."""
        return URIRef(f"{self.base}organisation/{slug(name)}")

    def person(self, name: str) -> URIRef:
        """The IRI of a person who signs, decides or assesses."""
        return URIRef(f"{self.base}person/{slug(name)}")

    def signatory(self, organisation: Organisation) -> URIRef:
        """The IRI of an organisation or person that signed."""
        is_person = organisation.kind == "person"
        return self.person(organisation.slug) if is_person else self.organisation(organisation.slug)

    def match(self, one: str, other: str) -> URIRef:
        """The IRI of the match between two things, whichever comes first."""
        return URIRef(f"{self.base}match/{_hash(' '.join(sorted((one, other))))}")

    def assessment(self, row: Assessment) -> URIRef:
        """The IRI of an assessment."""
        key = " ".join((row.demand, row.facet, row.date, row.assessor, row.outcome, row.document, row.quote))
        return URIRef(f"{self.base}assessment/{_hash(key)}")

    def graph(self, name: str) -> URIRef:
        """The name of a graph that concerns several letters ("organisations", "restatements", …)."""
        return URIRef(f"{self.base}graph/{name}")

    @property
    def descriptions(self) -> URIRef:
        """The name of the graph that describes what several others name."""
        return self.graph("descriptions")

    def has_graph(self, iri: str) -> bool:
        """Whether only one graph describes a thing; if not, what is said of it is one of the `descriptions`."""
        kind = iri.removeprefix(self.base).partition("/")[0]
        return iri.startswith(self.base) and kind in _WITH_GRAPH

    @property
    def collection(self) -> URIRef:
        """The IRI of the collection as a dataset."""
        return URIRef(f"{self.base}collection")


# A letter


def letter_graph(
    letter: Letter, names: Names, decisions: Sequence[Decision] = (), note: LetterNote | None = None
) -> Graph:
    """The graph of a letter: what was read out of it, and what people decided about that.

    `decisions` are the rows of `review.csv` about this letter's demands, in the order of time; `note`
    is what the curator says of the letter that its text does not.
    """
    writer = _LetterWriter(letter, names)
    writer.write_document(note or LetterNote())
    if letter.kind == "letter":
        writer.write_addressees()
        writer.write_demands(decisions)
    else:
        for row in decisions:
            writer.stale(row)
    writer.write_signatures()
    writer.write_references()
    writer.write_remarks()
    return writer.graph


def _new_graph(identifier: URIRef) -> Graph:
    graph = Graph("SimpleMemory", identifier=identifier, bind_namespaces="none")
    graph.namespace_manager = _prefixes()
    return graph


@lru_cache(maxsize=1)
def _prefixes() -> NamespaceManager:
    """The prefixes of all graphs, which take longer to bind than a small graph to write."""
    manager = Graph("SimpleMemory", bind_namespaces="none").namespace_manager
    for prefix, namespace in namespaces.PREFIXES.items():
        manager.bind(prefix, namespace)
    return manager


class _Writer:
    """Adds descriptions of nodes to a graph, or to a set of triples: that is quicker for very small ones."""

    def __init__(self, graph: Graph | Triples, names: Names) -> None:
        self._put: Callable[[Triple], object] = graph.add
        self.names = names

    def describe(self, node: URIRef, kind: URIRef, *pairs: tuple[URIRef, URIRef | Literal | None]) -> URIRef:
        """Say what `node` is, and each property that has a value."""
        self._put((node, _TYPE, kind))
        for property_, value in pairs:
            if value is not None:
                self._put((node, property_, value))
        return node

    def add(self, node: URIRef, property_: URIRef, value: URIRef | Literal) -> None:
        self._put((node, property_, value))

    def write_decision(self, base: str, row: Decision, about: Iterable[URIRef]) -> URIRef:
        about = list(about)
        key = " ".join((*map(str, about), row.decision, row.value, row.by, row.when))
        node = self.describe(
            URIRef(f"{base}decision/{_hash(key)}"),
            KB.Decision,
            (KB.verdict, CODE[row.decision]),
            (PROV.wasAttributedTo, self.person(row.by)),
            (DCTERMS.date, _date(row.when[:10])),
            (KB.reason, Literal(row.why) if row.why else None),
        )
        for each in about:
            self.add(node, KB.decides, each)
        return node

    def person(self, name: str) -> URIRef:
        return self.describe(self.names.person(name), FOAF.Person, (FOAF.name, Literal(name)))


class _LetterWriter(_Writer):
    def __init__(self, letter: Letter, names: Names) -> None:
        self.letter = letter
        self.iri = names.letter(letter.id)
        self.extraction = URIRef(f"{self.iri}/extraction")
        self.date = letter.date
        self.remarks = list(letter.warnings)
        self.demands: set[tuple[Span, URIRef]] = set()
        self.graph = _new_graph(self.iri)
        super().__init__(self.graph, names)

    def write_document(self, note: LetterNote) -> None:
        letter = self.letter
        file = URIRef(f"{self.iri}/file")
        self.date = note.date or letter.date
        title = note.title or letter.title
        title_span = None if note.title else letter.title_span
        date_span = None if note.date else letter.date_span
        self.describe(
            self.iri,
            KB.Letter if letter.kind == "letter" else KB.OtherDocument,
            (DCTERMS.identifier, Literal(letter.id)),
            (DCTERMS.title, self.words(title) if title else None),
            (KB.titleEvidence, self.place(title_span) if title_span else None),
            (DCTERMS.issued, _date(self.date)),
            (KB.dateEvidence, self.place(date_span) if date_span else None),
            (DCTERMS.language, _language(letter.language)),
            (DCTERMS.source, _address(note.source)),
            (SCHEMA.text, Literal(letter.text)),
            (PROV.wasDerivedFrom, file),
            (_GENERATED_BY, self.extraction),
        )
        self.describe(
            file, KB.SourceFile, (SCHEMA.name, Literal(letter.path)), (SCHEMA.sha256, Literal(letter.sha256))
        )
        for key, value in letter.metadata:
            self.add(file, _CLAIMS.get(key, DC.description), Literal(value))
        self.describe(self.extraction, PROV.Activity, (PROV.used, file), (PROV.wasAssociatedWith, SOFTWARE))
        self.describe(
            SOFTWARE,
            PROV.SoftwareAgent,
            (RDFS.label, Literal("demandkb")),
            (SCHEMA.softwareVersion, Literal(__version__)),
        )

    def words(self, text: str) -> Literal:
        """Words of the letter, tagged with its language."""
        return Literal(text, lang=self.letter.language or None)

    def place(self, span: Span) -> URIRef:
        """The node that says where in the letter's text `span` is."""
        place = URIRef(f"{self.iri}/at/{span.start}-{span.end}")
        position = URIRef(f"{place}/position")
        self.describe(place, OA.SpecificResource, (OA.hasSource, self.iri), (OA.hasSelector, position))
        self.describe(
            position, OA.TextPositionSelector, (OA.start, _integer(span.start)), (OA.end, _integer(span.end))
        )
        return place

    def quoted_place(self, quote: str, span: Span) -> URIRef:
        """The same with the words themselves, and some before and after."""
        place = self.place(span)
        selector = URIRef(f"{place}/quote")
        text = self.letter.text
        self.describe(
            selector,
            OA.TextQuoteSelector,
            (OA.exact, Literal(quote)),
            (OA.prefix, Literal(text[max(0, span.start - QUOTE_CONTEXT) : span.start])),
            (OA.suffix, Literal(text[span.end : span.end + QUOTE_CONTEXT])),
        )
        self.add(place, OA.hasSelector, selector)
        return place

    def mention(
        self,
        node: URIRef,
        kind: URIRef,
        name: str,
        position: int,
        span: Span,
        stands_for: URIRef | None = None,
    ) -> None:
        self.describe(
            node,
            kind,
            (KB.nameAsPrinted, Literal(name)),
            (KB.position, _integer(position)),
            (KB.evidence, self.place(span)),
            (KB.standsFor, stands_for),
            (_GENERATED_BY, self.extraction),
        )

    def write_addressees(self) -> None:
        for role, property_, addressees in (
            ("addressee", KB.addressedTo, self.letter.addressees),
            ("copied", KB.copiedTo, self.letter.copied),
        ):
            for position, addressee in enumerate(addressees, 1):
                mention = URIRef(f"{self.iri}/{role}/{position}")
                known = authorities.resolve(addressee.name, addressee.office, addressee.body, self.date)
                agent = URIRef(known.agent) if known else self.names.addressee(addressee)
                self.describe(agent, KB.Addressee, (RDFS.label, None if known else Literal(addressee.name)))
                self.mention(mention, KB.AddresseeMention, addressee.name, position, addressee.span, agent)
                if addressee.office:
                    self.add(mention, KB.officeAsPrinted, Literal(addressee.office))
                if addressee.body:
                    self.add(mention, KB.bodyAsPrinted, Literal(addressee.body))
                if known and known.holder:
                    self.add(mention, KB.standsFor, URIRef(known.holder))
                if known and known.remark:
                    self.remarks.append(Remark("another-holder", known.remark, addressee.span))
                self.add(self.iri, KB.mention, mention)
                self.add(self.iri, property_, agent)

    def write_signatures(self) -> None:
        for signature in self.letter.signatures:
            node = self.names.signature(self.letter.id, signature.position)
            self.mention(node, KB.Signature, signature.name, signature.position, signature.span)
            self.add(node, KB.signatoryKind, CODE[signature.kind])
            self.add(self.iri, KB.signature, node)

    def write_references(self) -> None:
        for position, reference in enumerate(self.letter.references, 1):
            mention = URIRef(f"{self.iri}/reference/{position}")
            printed = _fold(self.letter.text[reference.span.start : reference.span.end])
            document = self.document(reference)
            self.mention(mention, KB.DocumentMention, printed, position, reference.span, document)
            self.add(self.iri, KB.mention, mention)
            self.add(self.iri, KB.references, document)

    def document(self, reference: Reference) -> URIRef:
        document = self.names.document(reference.key)
        self.describe(document, KB.ReferencedDocument)
        if reference.symbol:
            self.add(document, DCTERMS.identifier, Literal(reference.symbol))
            self.add(document, FOAF.page, URIRef(authorities.page(reference.symbol)))
            if _RESOLUTION.search(reference.symbol):
                self.add(document, RDF.type, KB.Resolution)
        elif authorities.document(reference.key) is None:
            self.add(document, RDFS.label, self.words(reference.key))
        return document

    def write_remarks(self) -> None:
        for position, remark in enumerate(self.remarks, 1):
            node = self.describe(
                URIRef(f"{self.iri}/remark/{position}"),
                KB.Remark,
                (KB.code, Literal(remark.code)),
                (RDFS.comment, Literal(remark.message, lang="en")),
                (KB.evidence, self.place(remark.span) if remark.span else None),
            )
            self.add(self.iri, KB.remark, node)

    # Demands, and what was decided about them

    def write_demands(self, decisions: Sequence[Decision]) -> None:
        rows = [row for row in decisions if not row.is_about_two]
        made = len(self.letter.demands)
        used: list[Decision] = []
        for index, (node, demand) in enumerate(self.names.demands(self.letter)):
            property_ = KB.makesDemand if index < made else KB.reportsDemand
            used += self.write_demand(property_, node, demand, rows)
            self.add(node, _GENERATED_BY, self.extraction)
        others: dict[str, list[Decision]] = {}
        for row in rows:
            if row not in used:
                others.setdefault(_fold(row.what).casefold(), []).append(row)
        for about in others.values():
            self.write_added(about)
        for position, (_, node) in enumerate(sorted(self.demands), 1):
            self.add(node, KB.position, _integer(position))

    def write_demand(
        self, property_: URIRef, node: URIRef, demand: Demand, rows: Sequence[Decision], added: bool = False
    ) -> list[Decision]:
        """A demand, what was decided about it, and what it became; gives the decisions about it.

        Changes add up, in the order of the rows; the demand is in force unless the last row rejects it.
        """
        about = []
        changes = []
        now = demand
        for row in rows:
            if _concerns(row, node, demand, now):
                about.append(row)
                decided = self.decision(row, node)
                if row.decision == "change" and (changed := self.changed(now, row)):
                    now = changed
                    changes.append((row.value, decided))
        sure = [row.decision for row in about if row.decision != "unsure"]
        rejected = sure[-1:] == ["reject"]
        confirmed = CODE.added if added else CODE.reviewed if sure else CODE["machine-read"]
        if sure and not changes and set(sure) == {"change"}:
            confirmed = CODE["machine-read"]  # none of the changes could be made
        self.demand(node, demand, CODE.changed if changes else CODE.rejected if rejected else confirmed)
        in_force = node
        if changes:
            in_force = URIRef(f"{node}/revision/{_hash('; '.join(value for value, _ in changes))}")
            self.demand(in_force, now, CODE.rejected if rejected else CODE.reviewed)
            self.add(in_force, PROV.wasRevisionOf, node)
            for _, decided in changes:
                self.add(in_force, PROV.wasDerivedFrom, decided)
        if not rejected:
            self.add(self.iri, property_, in_force)
        return about

    def write_added(self, about: Sequence[Decision]) -> None:
        """A demand that only a person found: words accepted that stand in the letter, where none was read."""
        first = about[0]
        words = first.what.split()
        found = re.search(r"\s+".join(map(re.escape, words)), self.letter.text) if words else None
        if found is None or first.decision != "accept":
            for row in about:
                self.stale(row)
            return
        demand = Demand(found[0], Span(*found.span()), "explicit", "request")
        demand = self.changed(demand, first) or demand
        node = self.names.demand(self.letter.id, demand.quote)
        self.write_demand(KB.makesDemand, node, demand, about, added=True)
        self.add(node, PROV.wasDerivedFrom, self.decision(first, node))

    def changed(self, demand: Demand, row: Decision) -> Demand | None:
        """The demand as a decision's value changes it, or None and a remark if that can't be done."""
        try:
            return _changed(demand, row.value, self.letter)
        except ValueError as error:
            self.remarks.append(Remark("decision-refused", f"“{row.value}”: {error}", demand.span))
            return None

    def demand(self, node: URIRef, demand: Demand, state: URIRef) -> None:
        self.demands.add((demand.span, node))
        self.describe(
            node,
            KB.Demand,
            (DCTERMS.isPartOf, self.iri),
            (KB.quote, self.words(demand.quote)),
            (KB.evidence, self.quoted_place(demand.quote, demand.span)),
            (KB.explicitness, CODE[demand.explicitness]),
            (KB.force, CODE[demand.force]),
            (KB.item, Literal(demand.item) if demand.item else None),
            (KB.certainty, _decimal(demand.certainty)),
            (KB.recordState, state),
        )
        for type_ in demand.types:
            self.add(node, KB.demandType, DEMAND_TYPE[type_])
        for key in demand.references:
            self.add(node, KB.references, self.names.document(key))

    def stale(self, row: Decision) -> None:
        """Keep a decision about what is no demand of this letter (any more), with the words it is known by."""
        node = self.names.decided(self.letter.id, row.what)
        self.add(self.decision(row, node), RDFS.label, Literal(row.what))

    def decision(self, row: Decision, node: URIRef) -> URIRef:
        return self.write_decision(f"{self.iri}/", row, [node])


_CLAIMS = {
    "title": DC.title,
    "date": DC.date,
    "author": DC.creator,
    "source": DC.source,
    "language": DC.language,
}
_IRI = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
_RESOLUTION = re.compile(r"(?:^|/)RES/")
_DATE_TYPES = {4: XSD.gYear, 7: XSD.gYearMonth}


def _concerns(row: Decision, node: URIRef, *versions: Demand) -> bool:
    """Whether a row is about a demand: by the address of any of its versions, or by their words."""
    if row.what == str(node) or row.what.startswith(f"{node}/revision/"):
        return True
    return _fold(row.what).casefold() in {_fold(demand.quote).casefold() for demand in versions}


def _changed(demand: Demand, value: str, letter: Letter) -> Demand:
    """The demand as a row's value says: "types: ceasefire lifting-sieges; span: 120-240; force: urge".

    Raises ValueError, in words for the person who wrote it, where that can't be done.
    """
    for part in filter(None, (part.strip() for part in value.split(";"))):
        field, _, told = (piece.strip() for piece in part.partition(":"))
        match field if told else "":
            case "types":
                types = tuple(told.replace(",", " ").split())
                if unknown := sorted(set(types) - set(demand_types()[0])):
                    raise ValueError(
                        f"there is no demand type {unknown[0]!r}: `kb query types` lists those there are"
                    )
                demand = dataclasses.replace(demand, types=types)
            case "span":
                bounds = re.fullmatch(r"(\d+)\s*[-–]\s*(\d+)", told)
                span = Span(*map(int, bounds.groups())) if bounds else Span(0, 0)
                if not 0 <= span.start < span.end <= len(letter.text):
                    raise ValueError("a span is two offsets within the letter's text, such as span: 120-240")
                demand = dataclasses.replace(demand, span=span, quote=letter.text[span.start : span.end])
            case "force" if told in get_args(Force):
                demand = dataclasses.replace(demand, force=told)  # type: ignore[arg-type]  # just looked up
            case "explicitness" | "level" if told in get_args(Explicitness):
                demand = dataclasses.replace(demand, explicitness=told)  # type: ignore[arg-type]  # likewise
            case "item":
                demand = dataclasses.replace(demand, item=told)
            case _:
                raise ValueError(
                    f"{part!r} changes nothing: use types:, span:, force:, explicitness: or item:"
                )
    return demand


def _date(date: str | None) -> Literal | None:
    """A date to the day, the month or the year. It is not normalised: rdflib makes a day of a month."""
    return Literal(date, datatype=_DATE_TYPES.get(len(date), XSD.date), normalize=False) if date else None


def _language(language: str) -> URIRef | None:
    part = language.split("-")[0].lower()
    lists = {2: "iso639-1", 3: "iso639-2"}
    return URIRef(f"http://id.loc.gov/vocabulary/{lists[len(part)]}/{part}") if len(part) in lists else None


def _address(address: str | None) -> URIRef | Literal | None:
    """An address as an IRI if it is one, else as the curator wrote it."""
    if not address:
        return None
    return URIRef(address) if _IRI.fullmatch(address) else Literal(address)


@lru_cache(maxsize=1 << 14)
def _integer(number: int) -> Literal:
    return Literal(number)


@lru_cache(maxsize=1 << 10)
def _decimal(number: float) -> Literal:
    """A decimal as Oxigraph writes it: without trailing zeros."""
    return Literal(
        format(Decimal(str(round(number, 4))).normalize(), "f"), datatype=XSD.decimal, normalize=False
    )


# What concerns several letters


@dataclass(frozen=True, slots=True)
class Match:
    """Whether two things, given by their IRIs, are the same; `decision` is the row of whoever judged."""

    one: str
    other: str
    score: float
    reason: str
    judgement: str = "open"
    decision: Decision | None = None


def organisations(
    organisations: Iterable[Organisation], matches: Iterable[Match], names: Names
) -> Iterator[tuple[str, Triples]]:
    """Who signed: organisations and persons with their names, and what is left for review or was judged.

    Given thing by thing, each with its IRI and with the persons it names: there are too many for one graph.
    """
    things: list[tuple[URIRef, Organisation | Match]] = [
        (names.signatory(each), each) for each in organisations
    ]
    known = {iri for iri, _ in things}
    for match in matches:
        things.append((names.match(match.one, match.other), match))
        other = URIRef(match.other)
        if match.judgement == "same" and other not in known:
            things.append((other, match))
    things.sort(key=lambda thing: thing[0].n3())
    for about, same in groupby(things, itemgetter(0)):
        triples: Triples = set()
        writer = _Writer(triples, names)
        for iri, thing in same:
            if isinstance(thing, Organisation):
                _write_organisation(writer, iri, thing)
            elif iri == names.match(thing.one, thing.other):
                _write_matches(writer, [thing])
            else:  # whom a person joined keeps an address, which says where to go on
                writer.add(iri, DCTERMS.isReplacedBy, URIRef(thing.one))
        yield str(about), triples


def _write_organisation(writer: _Writer, iri: URIRef, organisation: Organisation) -> None:
    writer.describe(
        iri,
        FOAF.Person if organisation.kind == "person" else ORG.Organization,
        (FOAF.name, Literal(organisation.name)),
        (SCHEMA.location, Literal(organisation.country) if organisation.country else None),
        (SKOS.note, Literal(organisation.note) if organisation.note else None),
    )
    for other_name in {*organisation.printed, *organisation.aliases} - {organisation.name}:
        writer.add(iri, SKOS.altLabel, Literal(other_name))
    for link in organisation.links:
        writer.add(iri, SCHEMA.sameAs, _address(link) or Literal(link))
    for member in organisation.members:
        writer.add(iri, ORG.hasMember, writer.person(member))


def signatories(letter_id: str, signed: Iterable[tuple[int, str]], names: Names) -> list[str]:
    """The part of the same graph that says whom a letter's signatures, told by position, stand for.

    As sorted lines of N-Quads: there are too many of them to make a graph first.
    """
    name, letter = names.graph("organisations"), names.letter(letter_id)
    stated = {
        triple
        for position, agent in signed
        for triple in (
            f"<{names.signature(letter_id, position)}> <{KB.signatory}> <{agent}>",
            f"<{letter}> <{KB.signedBy}> <{agent}>",
        )
    }
    return sorted(f"{triple} <{name}> ." for triple in stated)


def restatements_graph(links: Iterable[Restatement], names: Names) -> Graph:
    """Which demand asks again what an earlier letter asked, and the matches left for review."""
    graph = _new_graph(names.graph("restatements"))
    for triple in restatements(links, names):
        graph.add(triple)
    return graph


def restatements(links: Iterable[Restatement], names: Names) -> Triples:
    """The statements of the same graph: of the few links of one demand it would be slow to make a graph."""
    triples: Triples = set()
    writer = _Writer(triples, names)
    for link in links:
        match = Match(link.later, link.earlier, link.score, link.reason, link.judgement, link.decision)
        _write_matches(writer, [match])
        for type_ in link.types:
            writer.add(names.match(link.later, link.earlier), DCTERMS.subject, DEMAND_TYPE[type_])
        if link.judgement == "same":
            writer.add(URIRef(link.later), KB.restates, URIRef(link.earlier))
    return triples


def _write_matches(writer: _Writer, matches: Iterable[Match]) -> None:
    for match in matches:
        node = writer.describe(
            writer.names.match(match.one, match.other),
            KB.Match,
            (KB.compares, URIRef(match.one)),
            (KB.compares, URIRef(match.other)),
            (KB.score, _decimal(match.score)),
            (KB.reason, Literal(match.reason)),
            (KB.judgement, CODE[match.judgement]),
            (PROV.wasAttributedTo, SOFTWARE if match.decision is None else writer.person(match.decision.by)),
        )
        if match.decision:
            writer.describe(
                node,
                KB.Match,
                (DCTERMS.date, _date(match.decision.when[:10])),
                (RDFS.comment, Literal(match.decision.why) if match.decision.why else None),
            )


def stale_graph(decisions: Iterable[Decision], names: Names) -> Graph:
    """Decisions about demands of letters that are gone, and about two demands of which one is gone."""
    graph = _new_graph(names.graph("stale"))
    writer = _Writer(graph, names)
    for row in decisions:
        about = [row.what, row.value] if row.is_about_two else [row.what]
        nodes = [names.decided(row.letter or "unknown", what) for what in about]
        node = writer.write_decision(names.base, row, nodes)
        writer.add(node, RDFS.label, Literal(row.what))
    return graph


def assessments_graph(assessments: Iterable[Assessment], names: Names) -> Graph:
    """What people found came of demands. `demand` of each row must be the demand's IRI by now."""
    graph = _new_graph(names.graph("assessments"))
    writer = _Writer(graph, names)
    for row in assessments:
        node = names.assessment(row)
        writer.describe(
            node,
            KB.Assessment,
            (KB.assesses, URIRef(row.demand)),
            (KB.facet, OUTCOME[row.facet]),
            (KB.outcome, OUTCOME[row.outcome]),
            (DCTERMS.date, _date(row.date[:10])),
            (PROV.generatedAtTime, _instant(row.date[:10])),
            (PROV.wasAttributedTo, writer.person(row.assessor) if row.assessor else None),
            (KB.reason, Literal(row.why) if row.why else None),
        )
        if row.document or row.address or row.quote:
            writer.add(node, KB.evidence, _cited_place(writer, node, row))
    return graph


def _cited_place(writer: _Writer, assessment: URIRef, row: Assessment) -> URIRef:
    """The passage of a document that an assessment rests on."""
    place, selector = URIRef(f"{assessment}/evidence"), URIRef(f"{assessment}/evidence/quote")
    address = _address(row.address)
    document = writer.names.document(row.document or row.address)
    symbol = authorities.is_symbol(row.document)
    if symbol and not address:
        address = URIRef(authorities.page(row.document))
    if row.document or row.address:
        writer.describe(
            document,
            KB.ReferencedDocument,
            (DCTERMS.identifier if symbol else RDFS.label, Literal(row.document or row.address)),
            (FOAF.page if isinstance(address, URIRef) else DCTERMS.source, address),
        )
        writer.add(place, OA.hasSource, document)
    writer.describe(
        place, OA.SpecificResource, (KB.paragraph, Literal(row.paragraph) if row.paragraph else None)
    )
    if row.quote:
        writer.describe(selector, OA.TextQuoteSelector, (OA.exact, Literal(row.quote)))
        writer.add(place, OA.hasSelector, selector)
    return place


def _instant(date: str) -> Literal | None:
    """The day as PROV wants it, an instant: its first."""
    return Literal(f"{date}T00:00:00Z", datatype=XSD.dateTime, normalize=False) if date else None


def collection_graph(collection: Collection, names: Names) -> Graph:
    """The collection as a dataset: title, publisher, licence."""
    graph = _new_graph(names.graph("collection"))
    writer = _Writer(graph, names)
    writer.describe(
        names.collection,
        URIRef("http://www.w3.org/ns/dcat#Dataset"),
        (DCTERMS.title, Literal(collection.title) if collection.title else None),
        (DCTERMS.publisher, Literal(collection.publisher) if collection.publisher else None),
        (DCTERMS.license, _address(collection.licence)),
    )
    return graph
