"""Who an addressee is, and where a document is found: what `ontology/authorities.ttl` knows.

The office is the addressee: "Mr Antonio Guterres", "H.E. Mr. António Guterres, Secretary-General" and
"الأمين العام للأمم المتحدة" are all the Secretary-General of the United Nations, and the person named is the
office's holder. A body is an addressee where it, or all its members, are addressed. A person is one where the
letter names another office than those known, or is of a day on which the person held none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from kb import resources
from kb.extraction.language import Phrases, bare, fold, languages, words

__all__ = ["Authority", "document", "is_symbol", "page", "resolve"]

_FILE = "authorities.ttl"
_LABELS = {
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://www.w3.org/2004/02/skos/core#altLabel",
}
_HIDDEN_LABEL = "http://www.w3.org/2004/02/skos/core#hiddenLabel"
_POST_IN = "http://www.w3.org/ns/org#postIn"
_WITHIN = "http://www.w3.org/ns/org#subOrganizationOf"
_MEMBER = "http://www.w3.org/ns/org#member"
_OFFICE = "https://w3id.org/demandkb/ns#office"
_START, _END = "https://schema.org/startDate", "https://schema.org/endDate"
_IDENTIFIER = "http://purl.org/dc/terms/identifier"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_RESOLUTION = "https://w3id.org/demandkb/ns#Resolution"
_AUTHORITY = "https://w3id.org/demandkb/authority/"
_SYMBOL = re.compile(r"[A-Z]+(?:/[A-Z0-9.\-]+)+(?: \(\d{4}\))?")
_SECRETARY_GENERAL = f"{_AUTHORITY}office/secretary-general"


@dataclass(frozen=True, slots=True)
class Authority:
    """Who an addressee is: the IRI of an office, a body or a person, and that of the holder if one is named.

    `remark` is a sentence for a person to look at: somebody is named who didn't hold the office on that day.
    """

    agent: str
    holder: str | None = None
    remark: str | None = None


def resolve(
    name: str, office: str | None = None, body: str | None = None, date: str | None = None
) -> Authority | None:
    """Tell who is addressed as `name`, with the `office` and `body` as printed; None if that isn't known.

    `date` is the letter's, ISO 8601 to the day, the month or the year, and settles which office a person
    held; without it that is the last one known.
    """
    known = _known()
    found = _Found([name, office or "", body or ""])
    post = found.office(office, body)
    person = found.person()
    if post:
        return Authority(post, person, known.wrong_holder(post, person, date))
    if person:
        held = None if office and not found.repeats(office) else known.office_of(person, date)
        return Authority(held, person) if held else Authority(person)
    organisation = found.body()
    return Authority(organisation) if organisation else None


def document(key: str) -> str | None:
    """The IRI of the document known by that symbol or name; None if it isn't one of `authorities.ttl`."""
    return _known().documents.get(_plain(key))


def is_symbol(text: str) -> bool:
    """Whether a text has the form of a UN document symbol: capital letters and numbers joined by "/"."""
    return _SYMBOL.fullmatch(text) is not None


def page(symbol: str) -> str:
    """The address at which the United Nations publish the document with that symbol."""
    return f"https://undocs.org/{symbol.replace(' ', '')}"


def _plain(text: str) -> str:
    return " ".join(bare(word) for word in words(text))


@dataclass
class _Term:
    """A term of office: who, which office, and from when to when."""

    member: str = ""
    office: str = ""
    start: str = ""
    end: str = ""

    def covers(self, date: str | None) -> bool:
        """Whether the office was held at `date`, as far as days, months and years tell."""
        if not date:
            return True
        begun = not self.start or date[: len(self.start)] >= self.start[: len(date)]
        return begun and (not self.end or date[: len(self.end)] <= self.end[: len(date)])


@dataclass
class _Known:
    """The authorities: `phrases` finds their labels, each labelled with the IRI, or "beside " and the IRI.

    `beside` are the texts of the latter: what an office is called beside the name of its body.
    """

    phrases: Phrases
    labels: dict[str, str]
    post_in: dict[str, str]
    within: dict[str, str]
    terms: Sequence[_Term]
    documents: dict[str, str]
    beside: frozenset[str]
    around_bodies: frozenset[str]
    not_the_office: frozenset[str]

    def inside(self, body: str) -> set[str]:
        """The body and those it is part of."""
        chain = {body}
        while body in self.within:
            body = self.within[body]
            chain.add(body)
        return chain

    def office_of(self, person: str, date: str | None) -> str | None:
        """The office the person held at `date`; without a date the last one."""
        held = [term for term in self.terms if term.member == person and term.covers(date)]
        return max(held, key=lambda term: term.start).office if held else None

    def wrong_holder(self, office: str, person: str | None, date: str | None) -> str | None:
        """A remark if the office had another holder on that day."""
        terms = [term for term in self.terms if term.office == office]
        if not (person and date and terms) or any(t.member == person and t.covers(date) for t in terms):
            return None
        holders = sorted({self.labels[term.member] for term in terms if term.covers(date)})
        then = f": then it was {' or '.join(holders)}" if holders else ""
        return f"{self.labels[person]} was not {self.labels[office]} on {date}{then}"


@cache
def _known() -> _Known:
    phrases: list[tuple[str, str]] = []
    labels: dict[str, str] = {}
    post_in: dict[str, str] = {}
    within: dict[str, str] = {}
    terms: dict[str, _Term] = {}
    documents: dict[str, str] = {}
    symbols: dict[str, str] = {}
    resolutions: set[str] = set()
    for subject, predicate, value, language in resources.statements(_FILE):
        if predicate in _LABELS:
            if subject.startswith(f"{_AUTHORITY}document/"):
                documents.setdefault(_plain(value), subject)
            else:
                phrases.append((_plain(value), subject))
            if language == "en":
                labels.setdefault(subject, value)
        elif predicate == _HIDDEN_LABEL:
            phrases.append((_plain(value), f"beside {subject}"))
        elif predicate == _POST_IN:
            post_in[subject] = value
        elif predicate == _WITHIN:
            within[subject] = value
        elif predicate == _IDENTIFIER:
            symbols[subject] = value
        elif predicate == _TYPE and value == _RESOLUTION:
            resolutions.add(subject)
        elif predicate in (_MEMBER, _OFFICE, _START, _END):
            term = terms.setdefault(subject, _Term())
            name = {_MEMBER: "member", _OFFICE: "office", _START: "start", _END: "end"}[predicate]
            setattr(term, name, value)
    documents |= {_plain(symbols[subject]): subject for subject in sorted(resolutions)}
    return _Known(
        Phrases(phrases),
        labels,
        post_in,
        within,
        tuple(terms.values()),
        documents,
        frozenset(text for text, label in phrases if label.startswith("beside ")),
        _words_of("around_bodies"),
        _words_of("not_the_office"),
    )


def _words_of(key: str) -> frozenset[str]:
    lists: Iterable[Sequence[str]] = (
        language.section("authorities").get(key, ()) for language in languages().values()
    )
    return frozenset(bare(fold(word)) for values in lists for word in values)


class _Found:
    """The labels found in what is printed of an addressee."""

    def __init__(self, printed: Sequence[str]) -> None:
        known = _known()
        self.words = [bare(word) for word in words(" ; ".join(printed))]
        everything = known.phrases.find(self.words)
        self.labels = [
            found
            for found in everything
            if not any(
                other.first <= found.first
                and found.last <= other.last
                and other.last - other.first > found.last - found.first
                for other in everything
            )
        ]

    def of(self, kind: str) -> list[str]:
        """The IRIs of that kind whose own labels are found, the longest label first."""
        found = [f for f in self.labels if f.label.startswith(f"{_AUTHORITY}{kind}/")]
        return [f.label for f in sorted(found, key=lambda f: (f.first - f.last, f.first))]

    def office(self, office: str | None, body: str | None) -> str | None:
        """The office named in full, or by what it is called beside the name of its body."""
        known = _known()
        named = [f for f in self.labels if "/office/" in f.label and not self.is_another(f.first)]
        full = [f for f in named if not f.label.startswith("beside ")]
        if full:
            return min(full, key=lambda f: (f.first - f.last, f.first)).label
        beside = sorted({f.label.removeprefix("beside ") for f in named})
        bodies, person = self.of("body"), self.person()
        inside = [iri for iri in beside if known.post_in[iri] in bodies]
        if len(inside) == 1:
            return inside[0]
        held = {term.office for term in known.terms if term.member == person}.intersection(beside)
        if held and (bodies or not body):
            return min(held)
        alone = not body and _SECRETARY_GENERAL in beside and _plain(office or "") in known.beside
        return _SECRETARY_GENERAL if alone else None

    def is_another(self, first: int) -> bool:
        """Whether a word before makes it another office ("Deputy …", "Spokesperson for the …")."""
        return bool(_known().not_the_office & set(self.words[max(0, first - 3) : first]))

    def person(self) -> str | None:
        return next(iter(self.of("person")), None)

    def repeats(self, office: str) -> bool:
        """Whether `office` only says the person's name or body again."""
        covered = {word for f in self.labels for word in self.words[f.first : f.last]}
        return {bare(word) for word in words(office)} <= covered | _known().around_bodies | {",", "."}

    def body(self) -> str | None:
        """The body addressed, if nothing but its members is named beside it; of several the inmost."""
        known = _known()
        covered = {place for f in self.labels for place in range(f.first, f.last)}
        rest = {word for place, word in enumerate(self.words) if place not in covered}
        if not {word for word in rest if word[0].isalnum()} <= known.around_bodies:
            return None
        bodies = self.of("body")
        inmost = [iri for iri in bodies if all(other in known.inside(iri) for other in bodies)]
        return inmost[0] if inmost else None
