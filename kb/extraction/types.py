"""What a demand is about: the types of `ontology/demand-types.ttl` whose labels or cues its words match.

The vocabulary is the classifier, and says how a cue is written. Time grows linearly with the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain, product
from math import inf
from typing import NamedTuple

from kb import resources
from kb.errors import DataError
from kb.extraction.language import bare, fold, words

__all__ = ["Classifier", "classify", "classify_all", "load"]

NEAR = 10
"""How many words apart, at most, the words of a cue stand that are joined by "&"."""

_FILE = "demand-types.ttl"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_LABELS = {f"{_SKOS}prefLabel", f"{_SKOS}altLabel"}
_CUE = "https://w3id.org/demandkb/ns#cue"

_STOPS = frozenset(".!?؟…;؛")
_ARABIC = re.compile("[\u0600-\u06ff]")
_CLITICS = re.compile("[وف]?(?:ال|لل|بال|كال|ب|ل|ك|س)?")
_SIGN = re.compile(r"[^\w*|]")


def _forms(word: str) -> Iterator[str]:
    """`word`, and if it is Arabic what remains without the particles and the article written before it."""
    yield word
    if _ARABIC.match(word):
        for end in range(1, len(word) - 2):
            if _CLITICS.fullmatch(word, 0, end):
                yield word[end:]


class _Cue(NamedTuple):
    """A cue of the type `type`: it holds where `others` stand at most `reach` words before."""

    type: str
    others: tuple[int, ...]
    reach: float


class _Uses:
    """What follows where the term `term` is found: types, and cues that need other terms too."""

    def __init__(self, term: int) -> None:
        self.term = term
        self.types: list[str] = []
        self.cues: list[_Cue] = []

    def hold(self, place: int, last_seen: dict[int, int], found: set[str]) -> None:
        """Note that the term is found at `place`, and the types of the cues that hold by that."""
        found.update(self.types)
        last_seen[self.term] = place
        for type_, others, reach in self.cues:
            if type_ not in found:
                for other in others:
                    seen = last_seen.get(other)
                    if seen is None or place - seen > reach:
                        break
                else:
                    found.add(type_)


class _Word(NamedTuple):
    """What a word does: it is a `mark`, or fills `slots` and gives `types` by itself.

    It is each of `terms`, which cues join to others, and ends `phrases`, given by their other slots, backwards.
    """

    mark: bool
    slots: frozenset[int]
    types: frozenset[str]
    terms: tuple[_Uses, ...]
    phrases: tuple[tuple[tuple[int, ...], _Uses], ...]


class Classifier:
    """The cues of one language, ready to be looked for.

    A *slot* is one place of a phrase, filled by any of some words ("detainee*|prisoner*"), a *phrase* a run
    of slots, a *term* what stands between the "&" of a cue: a phrase, or several if a choice has several
    words. Equal slots and terms are kept once, however many cues use them.
    """

    def __init__(self, cues: Iterable[tuple[str, str]]) -> None:
        """Take (type, cue) pairs. Raises `ValueError` for a cue without a word, or with a stray sign."""
        self._slots: dict[tuple[str, ...], int] = {}
        self._whole: dict[str, set[int]] = {}
        self._beginnings: dict[str, set[int]] = {}
        self._terms: dict[frozenset[tuple[int, ...]], int] = {}
        self._uses: dict[int, _Uses] = {}
        for type_, text in cues:
            try:
                terms = {self._term(part) for part in re.split("&&?", text)}
            except ValueError as error:
                raise ValueError(f"the cue {text!r} of {type_} {error}") from None
            for term in terms:
                uses = self._uses.setdefault(term, _Uses(term))
                if len(terms) == 1:
                    uses.types.append(type_)
                else:
                    uses.cues.append(_Cue(type_, tuple(terms - {term}), inf if "&&" in text else NEAR))
        self._ending: dict[int, list[tuple[tuple[int, ...], int]]] = {}
        for phrases, term in self._terms.items():
            for phrase in sorted(phrases):
                self._ending.setdefault(phrase[-1], []).append((phrase, term))
        self._longest_beginning = max(map(len, self._beginnings), default=0)
        self._words = lru_cache(maxsize=1 << 15)(self._look_up)

    def _term(self, text: str) -> int:
        places = [self._alternatives(place) for place in _SIGN.sub(" ", text).split()]
        if not places:
            raise ValueError("lacks a word")
        phrases = frozenset(tuple(chain.from_iterable(choice)) for choice in product(*places))
        return self._terms.setdefault(phrases, len(self._terms))

    def _alternatives(self, place: str) -> list[tuple[int, ...]]:
        """What may stand at a place of a phrase: a slot for single words, a run of slots for each other."""
        choices = [tuple(bare(fold(word)) for word in choice.split("_")) for choice in place.split("|")]
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

    def _look_up(self, word: str) -> _Word:
        # A mark, or a vowel sign that stands alone and folds to nothing, is no word.
        mark = not word[:1].isalnum()
        slots: set[int] = set()
        for form in _forms(bare(word)):
            slots |= self._whole.get(form, set())
            for end in range(1, min(len(form), self._longest_beginning) + 1):
                slots |= self._beginnings.get(form[:end], set())
        ended = [pair for slot in sorted(slots) for pair in self._ending.get(slot, ())]
        alone = [self._uses[term] for phrase, term in ended if len(phrase) == 1]
        return _Word(
            mark,
            frozenset(slots),
            frozenset(type_ for uses in alone for type_ in uses.types),
            tuple(uses for uses in alone if uses.cues),
            tuple((phrase[-2::-1], self._uses[term]) for phrase, term in ended if len(phrase) > 1),
        )

    def types(self, text: str) -> frozenset[str]:
        """The types of which a cue holds in `text`."""
        found: set[str] = set()
        last_seen: dict[int, int] = {}
        sentence: list[frozenset[int]] = []
        place = 0
        for token in words(text):
            mark, slots, types, terms, phrases = self._words(token)
            if mark:
                if token in _STOPS:
                    sentence.clear()
                    place += NEAR + 1
                continue
            place += 1
            if types:
                found.update(types)
            for uses in terms:
                uses.hold(place, last_seen, found)
            for before, uses in phrases:
                if _ends_with(sentence, before):
                    uses.hold(place, last_seen, found)
            sentence.append(slots)
        return frozenset(found)


def _ends_with(sentence: list[frozenset[int]], backwards: tuple[int, ...]) -> bool:
    """Whether the last words of `sentence` fill those slots, the last word the first of them."""
    if len(backwards) > len(sentence):
        return False
    place = -1
    for slot in backwards:
        if slot not in sentence[place]:
            return False
        place -= 1
    return True


@cache
def load() -> tuple[tuple[str, ...], dict[str, list[tuple[str, str]]]]:
    """The ids of all leaves in the vocabulary's order, and the cues of each language, as (type, cue).

    Raises `DataError` where the vocabulary can't be read.
    """
    ids: dict[str, str] = {}
    tops: set[str] = set()
    texts: list[tuple[str, str, str]] = []
    for subject, predicate, value, language in resources.statements(_FILE):
        if predicate == f"{_SKOS}notation":
            ids[subject] = value
        elif predicate == f"{_SKOS}topConceptOf":
            tops.add(subject)
        elif language and (predicate == _CUE or predicate in _LABELS):
            texts.append((subject, language, value))
    leaves = {iri: id_ for iri, id_ in ids.items() if iri not in tops}
    by_language: dict[str, list[tuple[str, str]]] = {}
    for iri, language, text in texts:
        if iri in leaves:
            by_language.setdefault(language, []).append((leaves[iri], text))
    return tuple(leaves.values()), by_language


@cache
def _classifier(language: str) -> Classifier:
    """The classifier of a language, made when it is needed. Raises `DataError` where a cue is not well written."""
    try:
        return Classifier(load()[1][language])
    except ValueError as error:
        raise DataError(str(error), _FILE) from error


def classify(text: str, language: str) -> tuple[str, ...]:
    """The ids of the types of a demand, in the vocabulary's order.

    `text` is the demand's reading text or its quote, `language` its BCP 47 tag; where the vocabulary has no
    words in that language, those of all its languages are tried.
    """
    order, cues = load()
    own = language.partition("-")[0].lower()
    found: set[str] = set()
    for known in (own,) if own in cues else cues:
        found |= _classifier(known).types(text)
    return tuple(id_ for id_ in order if id_ in found)


def classify_all(texts: Sequence[str], language: str, title: str = "") -> list[tuple[str, ...]]:
    """The types of all demands of a letter, each as `classify` gives them.

    A demand whose own words tell nothing ("We ask you to act now") is about what the letter is about: the types
    of at least half of the other demands, if two or more have any, or else those of the letter's `title`.
    """
    found = [classify(text, language) for text in texts]
    if all(found):
        return found
    typed = [types for types in found if types]
    counted = Counter(chain.from_iterable(typed))
    subject = tuple(id_ for id_ in load()[0] if counted[id_] >= max(2, len(typed) / 2))
    subject = subject or classify(title, language)
    return [types or subject for types in found]
