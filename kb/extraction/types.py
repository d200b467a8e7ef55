"""What a demand is about: the types of `ontology/demand-types.ttl` that its words tell most plainly.

The vocabulary is the classifier, and says how a cue is written. A label or cue weighs more than a hint, what a
demand asks weighs more than what it says aside (in reasons, brackets and quotations, in clauses that describe), and
what a sentence says in several words more than what it says in one.
Time grows linearly with the text.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, compress, product
from math import inf
from typing import Literal, NamedTuple

from kb import resources
from kb.errors import DataError
from kb.extraction.language import bare, fold, languages, words
from kb.memo import Memo

__all__ = ["Classifier", "Turn", "classify", "classify_all", "load"]

NEAR = 10
"""How many words apart, at most, the words of a cue stand that are joined by "&"."""

HINT = 0.1
"""What a hint weighs; a label or cue weighs 1."""

ASIDE = 0.4
"""How much of its weight a word keeps that stands aside."""

SHARE = 0.2
"""A sentence tells a type if what tells it weighs together at least that part of what tells the weightiest."""

KEPT = 0.6
"""Of the types its sentences tell, a demand keeps those that weigh at least that part of what the weightiest does."""

HINTED = 2
"""How many types hints alone may tell, or a paragraph its demands; where it would be more, none is told."""

MANY = 0.3
"""A letter is about a type that more than that part of its demands have."""

_FILE = "demand-types.ttl"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_KB = "https://w3id.org/demandkb/ns#"
_STRENGTH = {f"{_SKOS}prefLabel": 1.0, f"{_SKOS}altLabel": 1.0, f"{_KB}cue": 1.0, f"{_KB}hint": HINT}

_STOPS = frozenset(".!?؟…;؛")
_OPENS = frozenset('(“„«"')
_CLOSES = frozenset(')”»"')
_ARABIC = re.compile("[\u0600-\u06ff]")
_CLITICS = re.compile("[وف]?(?:ال|لل|بال|كال|ب|ل|ك|س)?")
_SIGN = re.compile(r"[^\w*|]")

Turn = Literal["aside", "asks", "must"]
"""What a sentence turns to: an aside, what it asks, what must be done."""

_TURNS: tuple[Turn, ...] = ("aside", "asks", "must")

_Scores = dict[str, float]


def _forms(word: str) -> Iterator[str]:
    """`word`, and if it is Arabic what remains without the particles and the article written before it."""
    yield word
    if _ARABIC.match(word):
        for end in range(1, len(word) - 2):
            if _CLITICS.fullmatch(word, 0, end):
                yield word[end:]


class _Spot:
    """What one word, or one phrase, may tell where it stands.

    It gives `types` by itself, and with another spot near by what `terms` make of both (`Classifier`). `parts`
    are its terms in cues that ask for more: three terms, or terms however far apart; `far` are these cues, by one
    of the terms they ask for besides.
    """

    __slots__ = ("far", "parts", "terms", "turn", "types")

    def __init__(self, uses: Sequence[_Uses]) -> None:
        self.types = tuple(_heaviest(pair for each in uses for pair in each.types).items())
        self.terms = frozenset(each.term for each in uses if each.partners)
        self.parts = frozenset(each.term for each in uses if each.far)
        self.far: dict[int, list[_Far]] = {}
        for cue in dict.fromkeys(cue for each in uses for cue in each.far):
            others = cue.terms - self.parts
            self.far.setdefault(min(others or cue.terms), []).append(cue._replace(terms=others))
        self.turn = next((each.turn for each in uses if each.turn), None)


class _Far(NamedTuple):
    """A cue of several terms, each within `reach` words of the last of them."""

    terms: frozenset[int]
    reach: float
    type: str
    strength: float


class _Uses:
    """What cues make of the term `term`: alone, with a `partner` term near by, with others wherever they are."""

    def __init__(self, term: int) -> None:
        self.term = term
        self.types: list[tuple[str, float]] = []
        self.partners: list[tuple[int, str, float]] = []
        self.far: list[_Far] = []
        self.turn: Turn | None = None


def _heaviest(pairs: Iterable[tuple[str, float]]) -> _Scores:
    """The types of those pairs, each with its greatest weight."""
    scores: _Scores = {}
    for type_, weight in pairs:
        if weight > scores.get(type_, 0.0):
            scores[type_] = weight
    return scores


_Phrases = dict[int, list[tuple[tuple[int, ...], _Spot]]]


class _Word(NamedTuple):
    """What a word does: it is a `mark`, or fills `slots`, is a `spot`, and ends `phrases`.

    A phrase is found by the slot before its last, and given with its other slots, backwards.
    """

    mark: bool
    slots: frozenset[int]
    spot: _Spot | None
    phrases: _Phrases


class Classifier:
    """The cues of one language, ready to be looked for.

    A *slot* is one place of a phrase, filled by any of some words ("detainee*|prisoner*"), a *phrase* a run
    of slots, a *term* what stands between the "&" of a cue: a phrase, or several if a choice has several
    words. Equal slots and terms are kept once, however many cues use them.
    """

    def __init__(
        self, cues: Iterable[tuple[str, str, float]], turns: Iterable[tuple[Turn, str]] = ()
    ) -> None:
        """Take (type, cue, strength), and phrases at which a sentence turns aside, or begins to ask.

        Raises `ValueError` for a cue without a word, or with a stray sign.
        """
        self._slots: dict[tuple[str, ...], int] = {}
        self._whole: dict[str, set[int]] = {}
        self._beginnings: dict[str, set[int]] = {}
        self._terms: dict[frozenset[tuple[int, ...]], int] = {}
        self._uses: dict[int, _Uses] = {}
        for type_, text, strength in cues:
            try:
                terms = {self._term(part) for part in re.split("&&?", text)}
            except ValueError as error:
                raise ValueError(f"the cue {text!r} of {type_} {error}") from None
            for term in terms:
                uses = self._uses.setdefault(term, _Uses(term))
                others = terms - {term}
                if not others:
                    uses.types.append((type_, strength))
                elif len(others) == 1 and "&&" not in text:
                    uses.partners.append((next(iter(others)), type_, strength))
                else:
                    reach = inf if "&&" in text else NEAR
                    uses.far.append(_Far(frozenset(terms), reach, type_, strength))
        for turn, text in turns:
            term = self._term(text)
            self._uses.setdefault(term, _Uses(term)).turn = turn
        self._ending: dict[int, list[tuple[tuple[int, ...], int]]] = {}
        for phrases, term in self._terms.items():
            for phrase in sorted(phrases):
                self._ending.setdefault(phrase[-1], []).append((phrase, term))
        self._phrase_spots: Memo[int, _Spot] = Memo(lambda term: _Spot([self._uses[term]]), len(self._uses))
        self._longest_beginning = max(map(len, self._beginnings), default=0)
        self._words = Memo(self._look_up, 1 << 15)
        self._pair = Memo(self._together, 1 << 16)

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
        alone = {term: self._uses[term] for phrase, term in ended if len(phrase) == 1}
        phrases: _Phrases = {}
        for phrase, term in ended:
            if len(phrase) > 1:
                phrases.setdefault(phrase[-2], []).append((phrase[-3::-1], self._phrase_spots[term]))
        return _Word(mark, frozenset(slots), _Spot(list(alone.values())) if alone else None, phrases)

    def _together(self, pair: tuple[_Spot, _Spot]) -> tuple[tuple[str, float], ...]:
        """What two spots tell that stand near each other."""
        one, other = pair
        found = _heaviest(
            (type_, strength)
            for term in one.terms
            for partner, type_, strength in self._uses[term].partners
            if partner in other.terms
        )
        return tuple(found.items())

    def scores(self, text: str) -> dict[str, float]:
        """The types that a sentence of `text` tells, each with what tells it there, at most 1."""
        found: _Scores = {}
        here: _Scores = {}
        near: deque[tuple[int, float, _Spot]] = deque()
        last_seen: dict[int, tuple[int, float]] = {}
        sentence: list[frozenset[int]] = []
        place = 0
        weight = 1.0
        asked = quoted = False
        for token in words(text):
            mark, slots, spot, phrases = self._words[token]
            if mark:
                if token in _STOPS:
                    _tell(here, found)
                    here = {}
                    near.clear()
                    sentence.clear()
                    place += NEAR + 1
                    asked = quoted = False
                elif token in _OPENS or token in _CLOSES:
                    quoted = token in _OPENS and not (quoted and token in _CLOSES)
                weight = ASIDE if quoted else 1.0
                continue
            place += 1
            sentence.append(slots)
            spots: tuple[_Spot, ...] = (spot,) if spot else ()
            if phrases and len(sentence) > 1 and not phrases.keys().isdisjoint(sentence[-2]):
                spots += tuple(_ending(phrases, sentence))
            if not spots:
                continue
            while near and place - near[0][0] > NEAR:
                near.popleft()
            turn = None
            for spot in spots:
                for type_, strength in spot.types:
                    here[type_] = here.get(type_, 0.0) + strength * weight
                if spot.terms:
                    for _, its_weight, other in near:
                        for type_, strength in self._pair[other, spot]:
                            score = strength * (weight if weight < its_weight else its_weight)
                            here[type_] = here.get(type_, 0.0) + score
                    near.append((place, weight, spot))
                if spot.far:
                    _look_far(spot, place, weight, last_seen, here)
                turn = spot.turn or turn
            if turn == "aside":
                weight = ASIDE
            elif turn is not None:
                if turn == "asks" and not asked:
                    here = {type_: score * ASIDE for type_, score in here.items()}
                    near.clear()
                    place += NEAR + 1
                asked = True
                weight = ASIDE if quoted else 1.0
        _tell(here, found)
        return found


def _look_far(
    spot: _Spot, place: int, weight: float, last_seen: dict[int, tuple[int, float]], found: _Scores
) -> None:
    """Note that a spot is found at `place`, and the types of the cues of several terms that hold by that."""
    seen = place, weight
    for term in spot.parts:
        last_seen[term] = seen
    for term, cues in spot.far.items():
        if term not in last_seen:
            continue
        for others, reach, type_, strength in cues:
            places = [last_seen.get(other) for other in others]
            if all(other is not None and place - other[0] <= reach for other in places):
                least = min([weight, *(other[1] for other in places if other is not None)])
                found[type_] = found.get(type_, 0.0) + strength * least


def _tell(scores: _Scores, found: _Scores) -> None:
    """Add to `found` the types that a sentence tells, whose words give them those scores."""
    least = SHARE * max(scores.values(), default=0.0)
    for type_, score in scores.items():
        if score >= least and score > found.get(type_, 0.0):
            found[type_] = min(score, 1.0)


def _ending(phrases: _Phrases, sentence: list[frozenset[int]]) -> Iterator[_Spot]:
    """The phrases that end with the last word of `sentence`, of those that may."""
    for slot in sorted(phrases.keys() & sentence[-2]):
        for before, spot in phrases[slot]:
            if not before or _ends_with(sentence, before):
                yield spot


def _ends_with(sentence: list[frozenset[int]], backwards: tuple[int, ...]) -> bool:
    """Whether the words of `sentence` before its last two fill those slots, the last of them first."""
    if len(backwards) > len(sentence) - 2:
        return False
    return all(slot in sentence[-place] for place, slot in enumerate(backwards, start=3))


class _Vocabulary(NamedTuple):
    """The `order` of the types by their ids, the top concept of each leaf, and the `cues` of each language.

    A cue is (type, cue, strength).
    """

    order: dict[str, int]
    broader: dict[str, str]
    cues: dict[str, list[tuple[str, str, float]]]


@cache
def load() -> _Vocabulary:
    """The vocabulary. Raises `DataError` where it can't be read."""
    ids: dict[str, str] = {}
    broader: dict[str, str] = {}
    texts: list[tuple[str, str, str, float]] = []
    for subject, predicate, value, language in resources.statements(_FILE):
        if predicate == f"{_SKOS}notation":
            ids[subject] = value
        elif predicate == f"{_SKOS}broader":
            broader[subject] = value
        elif language and predicate in _STRENGTH:
            texts.append((subject, language, value, _STRENGTH[predicate]))
    by_language: dict[str, list[tuple[str, str, float]]] = {}
    for iri, language, text, strength in texts:
        if iri in ids:
            weight = strength if iri in broader else HINT
            by_language.setdefault(language, []).append((ids[iri], text, weight))
    return _Vocabulary(
        {id_: place for place, id_ in enumerate(ids.values())},
        {ids[iri]: ids[top] for iri, top in broader.items() if iri in ids and top in ids},
        by_language,
    )


@cache
def _classifier(language: str) -> Classifier:
    """The classifier of a language, made when it is needed. Raises `DataError` where a cue is not well written."""
    known = languages().get(language)
    section = known.section("turns") if known else {}
    turns = [(turn, text) for turn in _TURNS for text in section.get(turn, ())]
    try:
        return Classifier(load().cues[language], turns)
    except ValueError as error:
        raise DataError(str(error), _FILE) from error


def _scores(text: str, language: str) -> dict[str, float]:
    """The types of which a cue or hint holds, with their weights; top concepts only where there is no leaf."""
    _, broader, cues = load()
    own = language.partition("-")[0].lower()
    known = (own,) if own in cues else cues
    scores = _heaviest(pair for code in known for pair in _classifier(code).scores(text).items())
    return {type_: score for type_, score in scores.items() if type_ in broader} or scores


def _weightiest(scores: _Scores) -> tuple[str, ...]:
    """The types that weigh enough beside the weightiest, in the vocabulary's order; of mere hints, the most."""
    most = max(scores.values(), default=0.0)
    sure = most >= ASIDE
    least = KEPT * most if sure else most
    weighty = (id_ for id_, weight in scores.items() if weight >= least)
    told = tuple(sorted(weighty, key=load().order.__getitem__))
    return told if sure or len(told) <= HINTED else ()


def classify(text: str, language: str, *, hinted: bool = True) -> tuple[str, ...]:
    """The ids of the types of a demand, in the vocabulary's order; those it only hints too, unless `hinted` is false.

    `text` is the demand's reading text or its quote, `language` its BCP 47 tag; where the vocabulary has no
    words in that language, those of all its languages are tried. A top concept is given only where no leaf
    can be told.
    """
    scores = _scores(text, language)
    return _weightiest(scores) if hinted or _sure(scores) else ()


def classify_all(
    texts: Sequence[str], language: str, title: str = "", around: Callable[[int], str] = lambda _: ""
) -> list[tuple[str, ...]]:
    """The types of all demands of a letter, each as `classify` gives them.

    A demand whose own words don't tell its types for sure ("See that they fly.") is about what its paragraph tells
    (`around` gives that of each demand, by the demand's number): those types that it hints, or, unless two of its
    words hint one, all of one or two. Else it is about what it hints; or what many of the letter's other demands
    ask; or what its `title` tells for sure.
    """
    scored = [_scores(text, language) for text in texts]
    found = [_weightiest(scores) for scores in scored]
    sure = [_sure(scores) for scores in scored]
    if all(sure):
        return found
    subject = _subject(list(compress(found, sure)))
    if not subject and _sure(titled := _scores(title, language)):
        subject = _weightiest(titled)
    paragraphs: dict[str, tuple[str, ...]] = {}
    for number in (number for number, told in enumerate(sure) if not told):
        paragraph = around(number)
        if paragraph not in paragraphs:
            paragraphs[paragraph] = classify(paragraph, language, hinted=False)
        there = paragraphs[paragraph]
        hinted = tuple(type_ for type_ in there if type_ in scored[number])
        twice = max(scored[number].values(), default=0.0) >= 2 * HINT
        plain = () if twice or len(there) > HINTED else there
        found[number] = hinted or plain or found[number] or subject
    return found


def _subject(typed: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The one type that most of these demands have, if many of them have it, and two."""
    counted = Counter(chain.from_iterable(typed))
    most = max(counted.values(), default=0)
    subject = tuple(id_ for id_, count in counted.items() if count == most)
    return subject if len(subject) == 1 and most > max(1, MANY * len(typed)) else ()


def _sure(scores: _Scores) -> bool:
    return max(scores.values(), default=0.0) >= ASIDE
