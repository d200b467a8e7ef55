"""What a demand is about: the types of `ontology/demand-types.ttl` whose labels or cues its words match.

The vocabulary is the classifier, and says how a cue is written. Time grows linearly with the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, product
from math import inf, nan
from unicodedata import combining, normalize

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from kb import resources
from kb.errors import DataError
from kb.extraction.language import fold, words

__all__ = ["Classifier", "classify", "load"]

NEAR = 10
"""How many words apart, at most, the words of a cue stand that are joined by "&"."""

_SKOS = "http://www.w3.org/2004/02/skos/core#"
_LABELS = {f"{_SKOS}prefLabel", f"{_SKOS}altLabel"}
_CUE = "https://w3id.org/demandkb/ns#cue"

_STOPS = frozenset(".!?؟…;؛")
_ARABIC = re.compile("[\u0600-\u06ff]")
_CLITICS = re.compile("[وف]?(?:ال|لل|بال|كال|ب|ل|ك|س)?")
_SIGN = re.compile(r"[^\w*|]")


def _bare(word: str) -> str:
    """A folded word without accents, and with one shape for Arabic letters that are often mixed up."""
    if word.isascii():
        return word
    return "".join(c for c in normalize("NFKD", word) if not combining(c)).replace("ة", "ه")


def _forms(word: str) -> Iterator[str]:
    """`word`, and if it is Arabic what remains without the particles and the article written before it."""
    yield word
    if _ARABIC.match(word):
        for end in range(1, len(word) - 2):
            if _CLITICS.fullmatch(word, 0, end):
                yield word[end:]


@dataclass(frozen=True, slots=True)
class _Cue:
    """A cue of the type `type`: it holds where each of `terms` is found, at most `reach` words apart."""

    type: str
    terms: tuple[int, ...]
    reach: float


class Classifier:
    """The cues of one language, ready to be looked for.

    A *slot* is one place of a phrase, filled by any of some words ("detainee*|prisoner*"); a *phrase* is a run
    of slots, a *term* what stands between the "&" of a cue: a phrase, or several if a choice has several
    words. Equal slots and terms are kept once, however many cues use them.
    """

    def __init__(self, cues: Iterable[tuple[str, str]]) -> None:
        """Take (type, cue) pairs. Raises `ValueError` for a cue without a word, or with a stray sign."""
        self._slots: dict[tuple[str, ...], int] = {}
        self._whole: dict[str, set[int]] = {}
        self._beginnings: dict[str, set[int]] = {}
        self._terms: dict[frozenset[tuple[int, ...]], int] = {}
        self._cues_with: dict[int, list[_Cue]] = {}
        for type_, text in cues:
            try:
                cue = self._cue(type_, text)
            except ValueError as error:
                raise ValueError(f"the cue {text!r} of {type_} {error}") from None
            for term in set(cue.terms):
                self._cues_with.setdefault(term, []).append(cue)
        self._ending: dict[int, list[tuple[tuple[int, ...], int]]] = {}
        for phrases, term in self._terms.items():
            for phrase in sorted(phrases):
                self._ending.setdefault(phrase[-1], []).append((phrase, term))
        self._longest_beginning = max(map(len, self._beginnings), default=0)
        self._filled = lru_cache(maxsize=1 << 15)(self._look_up)

    def _cue(self, type_: str, text: str) -> _Cue:
        terms = tuple(self._term(part) for part in re.split("&&?", text))
        return _Cue(type_, terms, inf if "&&" in text else NEAR)

    def _term(self, text: str) -> int:
        places = [self._alternatives(place) for place in _SIGN.sub(" ", text).split()]
        if not places:
            raise ValueError("lacks a word")
        phrases = frozenset(tuple(chain.from_iterable(choice)) for choice in product(*places))
        return self._terms.setdefault(phrases, len(self._terms))

    def _alternatives(self, place: str) -> list[tuple[int, ...]]:
        """What may stand at a place of a phrase: a slot for all single words, a run of slots for each longer."""
        choices = [tuple(_bare(fold(word)) for word in choice.split("_")) for choice in place.split("|")]
        single = tuple(sorted({choice[0] for choice in choices if len(choice) == 1}))
        longer = [tuple(self._slot((word,)) for word in choice) for choice in choices if len(choice) > 1]
        return [(self._slot(single),), *longer] if single else longer

    def _slot(self, choices: tuple[str, ...]) -> int:
        slot = self._slots.setdefault(choices, len(self._slots))
        for choice in choices:
            stem = choice.removesuffix("*")
            if not stem or "*" in stem:
                raise ValueError(f"has a stray sign at {choice!r}")
            (self._beginnings if choice.endswith("*") else self._whole).setdefault(stem, set()).add(slot)
        return slot

    def _look_up(self, word: str) -> frozenset[int]:
        """The slots that `word` fills."""
        slots: set[int] = set()
        for form in _forms(_bare(word)):
            slots |= self._whole.get(form, set())
            for end in range(1, min(len(form), self._longest_beginning) + 1):
                slots |= self._beginnings.get(form[:end], set())
        return frozenset(slots)

    def types(self, text: str) -> frozenset[str]:
        """The types of which a cue holds in `text`."""
        found: set[str] = set()
        last_seen: dict[int, int] = {}
        sentence: list[frozenset[int]] = []
        place = 0
        for word in words(text):
            if not word[0].isalnum():
                if word in _STOPS:
                    sentence.clear()
                    place += NEAR + 1
                continue
            place += 1
            slots = self._filled(word)
            sentence.append(slots)
            for slot in slots:
                for phrase, term in self._ending.get(slot, ()):
                    if _ends_with(sentence, phrase):
                        last_seen[term] = place
                        found.update(
                            cue.type
                            for cue in self._cues_with[term]
                            if all(place - last_seen.get(other, nan) <= cue.reach for other in cue.terms)
                        )
        return frozenset(found)


def _ends_with(sentence: list[frozenset[int]], phrase: tuple[int, ...]) -> bool:
    """Whether the last words of `sentence` fill the slots of `phrase`."""
    if len(phrase) == 1:
        return True
    if len(sentence) < len(phrase):
        return False
    return all(slot in filled for slot, filled in zip(phrase, sentence[-len(phrase) :], strict=True))


@cache
def load() -> tuple[tuple[str, ...], dict[str, Classifier]]:
    """The ids of all leaves in the vocabulary's order, and the classifier of each language.

    Raises `DataError` where the vocabulary can't be read or a cue is not well written.
    """
    path = resources.folder("ontology") / "demand-types.ttl"
    ids: dict[str, str] = {}
    tops: set[str] = set()
    texts: list[tuple[str, str, str]] = []
    try:
        for quad in parse(path=str(path), format=RdfFormat.TURTLE):
            subject, predicate, value = quad.subject, quad.predicate.value, quad.object
            if not isinstance(subject, NamedNode):
                continue
            if predicate == f"{_SKOS}notation" and isinstance(value, Literal):
                ids[subject.value] = value.value
            elif predicate == f"{_SKOS}topConceptOf":
                tops.add(subject.value)
            elif (
                isinstance(value, Literal) and value.language and (predicate == _CUE or predicate in _LABELS)
            ):
                texts.append((subject.value, value.language, value.value))
    except (OSError, SyntaxError) as error:
        raise DataError(f"the demand types can't be read: {error}", path) from error
    leaves = {iri: id_ for iri, id_ in ids.items() if iri not in tops}
    by_language: dict[str, list[tuple[str, str]]] = {}
    for iri, language, text in texts:
        if iri in leaves:
            by_language.setdefault(language, []).append((leaves[iri], text))
    try:
        classifiers = {language: Classifier(cues) for language, cues in by_language.items()}
    except ValueError as error:
        raise DataError(str(error), path) from error
    return tuple(leaves.values()), classifiers


def classify(text: str, language: str) -> tuple[str, ...]:
    """The ids of the types of a demand, in the vocabulary's order.

    `text` is the demand's reading text or its quote, `language` its BCP 47 tag; where the vocabulary has no
    words in that language, those of all its languages are tried.
    """
    order, classifiers = load()
    own = classifiers.get(language.partition("-")[0].lower())
    found = own.types(text) if own else frozenset().union(*(c.types(text) for c in classifiers.values()))
    return tuple(id_ for id_ in order if id_ in found)
