"""Which demand asks again what an earlier letter asked.

Two demands are compared passage by passage. A passage is a sentence of a demand that asks, or a clause of one,
that the vocabulary gives a type: the type says which act is asked for, the passage's words say what about.
They restate each other where both agree: the same type, enough of the same words (by their stems, light words
counting little), and letters that are not about different countries. Types alone are not enough, nor are words
alone, unless neither demand has a type and nearly all words are the same.

How alike two demands are depends on nothing but these two. A demand is compared with the last before it that share
a word with it, so many for each of its words: a rare word reaches far back, whatever else was asked meanwhile. It is
linked to the nearest earlier letter among those that are closest to it. So a letter that is added or removed changes
only links to and from its own demands and those after it with the same words, no count of all letters plays a part,
and the order in which letters are read changes nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

import snowballstemmer
from babel import Locale

from kb.collection import Decision
from kb.extraction.language import Language, words
from kb.extraction.requests import cut, judge
from kb.extraction.types import classify

__all__ = [
    "UNTYPED",
    "Candidate",
    "Line",
    "Passage",
    "Restatement",
    "Statement",
    "begins",
    "countries",
    "decided",
    "ends",
    "lines",
    "links",
    "links_of",
    "number",
    "passages",
    "restatements",
]

SAME = 0.33
"""The score from which two demands are linked without asking."""

CLOSE = 0.8
"""The share of the best score from which an earlier demand is as good a match: of these the nearest is linked."""

POSSIBLE = 0.22
"""The score from which a link is offered for review."""

SHARED = 2
"""How many words of weight two passages must share at least."""

SHARED_UNTYPED = 3
"""The same where the vocabulary gives neither a type."""

UNTYPED_COUNTS = 0.45
"""How much the words of such passages count: nearly all must be the same."""

LIGHT = 0.2
"""The weight of a light word (`[tracking] light` of a language), against 1 for any other."""

NEAREST = 16
"""How many earlier passages are looked at for each word and type, nearest first: it keeps the cost linear."""

SHORTER = 0.7
"""How much the shorter of two passages counts: a demand often comes back inside a longer sentence."""

UNTYPED = ""
"""The type of a passage to which the vocabulary gives none, and of a line that such passages make."""

_CLAUSE_END = re.compile(r"[,;:،؛()]\s+|\s[-–—(]\s?|—")

_WORD = re.compile(r"[^\W\d_]+")

_STEMMERS = {"ar": "arabic", "en": "english", "es": "spanish", "fr": "french"}


class Passage(NamedTuple):
    """A sentence of a demand, or a clause: its `type`, and the stems of its words with and without weight, sorted.

    `names` are those with weight that are written as names of places, persons and the like.
    """

    type: str
    stems: tuple[str, ...]
    light: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A demand in force as tracking needs it.

    `demand` and `letter` are IRIs, `date` is the letter's (ISO 8601, day or month) or None, `about` are
    the countries the letter is most about (ISO 3166 codes), perhaps none.
    """

    demand: str
    letter: str
    date: str | None
    passages: tuple[Passage, ...]
    about: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Restatement:
    """`later` asks again what `earlier` asked, if `judgement` is "same"; "open" ones are offered for review.

    `types` are what both ask; `decision` is the row that judged, if a person did.
    """

    later: str
    earlier: str
    score: float
    types: tuple[str, ...]
    reason: str
    judgement: str = "same"
    decision: Decision | None = None


class Line(NamedTuple):
    """A demand's life: all demands that restate each other on one `type`, in order of time."""

    type: str
    demands: tuple[str, ...]


# What is kept of a demand


def passages(text: str, language: Language) -> tuple[Passage, ...]:
    """The passages of a demand's reading text, in order, each once; of a demand without types all that it asks."""
    asking = list(_asking(text, language))
    typed = [(type_, part) for part in asking for type_ in classify(part, language.code, hinted=False)]
    found = [
        Passage(type_, *stems)
        for type_, part in typed or [(UNTYPED, part) for part in asking[:1]]
        if len((stems := _stems(part, language))[0]) >= SHARED
    ]
    return tuple(dict.fromkeys(found))


def _asking(text: str, language: Language) -> Iterator[str]:
    """The sentences of a demand that ask, and the clauses of each that say by themselves what is asked.

    The first sentence is what was read as a demand; those that follow in an item of a list may only tell facts.
    """
    for number, sentence in enumerate(cut(text, language)):
        if number and judge(sentence) is None:
            continue
        clauses = _CLAUSE_END.split(sentence.text)
        asking = [
            clause
            for at, clause in enumerate(clauses)
            if not _leans(clause, language) and not (at and _refers(clause, language))
        ]
        yield ", ".join(asking) if asking else sentence.text
        if len(asking) > 1:
            yield from asking


def _leans(clause: str, language: Language) -> bool:
    """Whether a clause is a condition, or says what a demand leans on: "as the resolution requires"."""
    conditions = language.phrases("needs_not").at(words(clause), 0)
    return language.pattern("tracking", "cites").match(clause) is not None or any(
        phrase.label == "needs_not.conditions" for phrase in conditions
    )


def _refers(clause: str, language: Language) -> bool:
    """Whether a clause is about what stands before it: "and report on it every month"."""
    return not language.folded("tracking", "refers").isdisjoint(words(clause))


def _stems(text: str, language: Language) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The stems of a passage's words with weight, of those without, and of the former those that are names."""
    function = language.folded("detection", "function_words")
    light = language.folded("tracking", "light")
    rest = _country_pattern(language.code).sub(" ", text)
    heavy_stems: set[str] = set()
    light_stems: set[str] = set()
    for word in words(rest):
        if len(word) < 2 or not word[0].isalpha() or word in function:
            continue
        (light_stems if word in light else heavy_stems).add(_stem(word, language.code))
    titles = language.folded("tracking", "titles")
    named = {
        _stem(word, language.code)
        for name in _names(rest, language)
        for word in words(name)
        if word not in titles
    }
    return (
        tuple(sorted(heavy_stems)),
        tuple(sorted(light_stems - heavy_stems)),
        tuple(sorted(named & heavy_stems)),
    )


def _names(text: str, language: Language) -> list[str]:
    """The words written as names: with a capital and small letters, but the first; or told by what is before them.

    "UN" is no name of a place. Where there are no capitals, `[tracking] names` of a language says what ends in a name.
    """
    told = [match[0].split()[-1] for match in language.pattern("tracking", "names").finditer(text)]
    return told + [word for word in _WORD.findall(text)[1:] if word[0].isupper() and not word.isupper()]


@lru_cache(maxsize=1 << 16)
def _stem(word: str, code: str) -> str:
    return str(_stemmer(code).stemWord(word))


@cache
def _stemmer(code: str) -> Any:
    return snowballstemmer.stemmer(_STEMMERS.get(code, "english"))


def countries(text: str, language: Language) -> frozenset[str]:
    """The countries a letter is most about, by CLDR's names: named at least half as often as the first."""
    codes = _country_codes(language.code)
    counts = Counter(codes[match["name"]] for match in _country_pattern(language.code).finditer(text))
    most = max(counts.values(), default=0)
    return frozenset(code for code, count in counts.items() if count >= max(2, most / 2))


@cache
def _country_codes(code: str) -> Mapping[str, str]:
    """The names of countries without their last vowel, so that "Syrian" begins like "Syria"."""
    found: dict[str, str] = {}
    for territory, name in sorted(Locale(code).territories.items()):
        if re.fullmatch("[A-Z]{2}", territory):
            for each in re.findall(r"[^()]+", name):
                stem = re.sub(r"[aeiouéاه]$", "", each.strip())
                if len(stem) >= 3:
                    found.setdefault(stem, territory)
    return found


@cache
def _country_pattern(code: str) -> re.Pattern[str]:
    names = "|".join(map(re.escape, sorted(_country_codes(code), key=lambda name: (-len(name), name))))
    before = "(?:[وفبلك]|ال|لل)*" if code == "ar" else ""
    return re.compile(rf"\b{before}(?P<name>{names})\w{{0,4}}(?:['’]s)?(?!\w)")


# How alike


class Candidate:
    """A passage of an earlier demand to compare with. A build holds hundreds of thousands, so they are small."""

    __slots__ = ("ended", "passage", "statement", "stems")

    def __init__(self, statement: Statement, passage: Passage) -> None:
        self.statement = statement
        self.passage = passage
        self.stems = passage.stems
        self.ended = ends(statement.date) if statement.date else 0


class _Asked:
    """A passage that is compared with many others."""

    __slots__ = ("light", "names", "passage", "stems", "weight")

    def __init__(self, passage: Passage) -> None:
        self.passage = passage
        self.stems = frozenset(passage.stems)
        self.light = frozenset(passage.light)
        self.names = frozenset(passage.names)
        self.weight = _weight(passage)


def _weight(passage: Passage) -> float:
    return len(passage.stems) + LIGHT * len(passage.light)


def _score(asked: _Asked, other: Passage) -> float:
    """How alike two passages of one type are, from 0 to 1; not at all where each names what the other does not."""
    named = len(asked.names.intersection(other.names))
    if len(asked.names) > named < len(other.names):
        return 0.0
    heavy = len(asked.stems.intersection(other.stems))
    if heavy < (SHARED if other.type else SHARED_UNTYPED):
        return 0.0
    shorter, longer = sorted((asked.weight, _weight(other)))
    shared = heavy + LIGHT * len(asked.light.intersection(other.light))
    alike = float(shared / (shorter**SHORTER * longer ** (1 - SHORTER)))
    return alike if other.type else UNTYPED_COUNTS * alike


# Links


Recent: TypeAlias = Callable[[str, str, int], Iterable[Candidate]]
"""Gives for a type, a stem and a day the `NEAREST` last passages that have both and are of days before."""


def begins(date: str) -> int:
    """The day a date begins, as a number that grows with time; a month begins before its first day."""
    year, month, day = (*date.split("-"), "0", "0")[:3]
    return int(year) * 10000 + int(month) * 100 + int(day)


@lru_cache(1 << 14)
def ends(date: str) -> int:
    """The day a date ends: a month as its last day, so only what surely follows it is later."""
    begun = begins(date)
    return begun + (1231 if begun % 10000 == 0 else 31 if begun % 100 == 0 else 0)


def number(demand: str) -> int:
    """A number for a demand, by which those of one day are put in order: the first 63 bits of its sha256."""
    return int.from_bytes(hashlib.sha256(demand.encode()).digest()[:8]) >> 1


class _Window:
    """The last passages of each type and stem, as time goes on."""

    def __init__(self) -> None:
        self._recent: dict[tuple[str, str], deque[Candidate]] = defaultdict(lambda: deque(maxlen=NEAREST))

    def add(self, statement: Statement) -> None:
        for passage in statement.passages:
            candidate = Candidate(statement, passage)
            for stem in passage.stems:
                self._recent[passage.type, stem].append(candidate)

    def recent(self, type_: str, stem: str, day: int) -> Iterable[Candidate]:
        return self._recent.get((type_, stem), ())


def links(
    beginning: Iterable[Statement], ending: Iterable[Statement], judged: Collection[frozenset[str]] = ()
) -> Iterator[Restatement]:
    """The links among all dated demands, given in order of the day they begin and, again, of the day they end.

    Of one day they are in order of their numbers. `judged` are pairs left to a person. No more than the last
    passages are kept in memory.
    """
    window = _Window()
    ended = iter(ending)
    waiting = next(ended, None)
    for statement in beginning:
        day = begins(statement.date or "")
        while waiting is not None and ends(waiting.date or "") < day:
            window.add(waiting)
            waiting = next(ended, None)
        yield from links_of(statement, window.recent, judged)


def restatements(statements: Iterable[Statement], decisions: Iterable[Decision] = ()) -> list[Restatement]:
    """The links among demands, each from a later to an earlier one, with those offered for review; sorted.

    `decisions` are rows "same", "different", "unsure" whose `what` and `value` are IRIs of demands; they win.
    """
    by_demand = {statement.demand: statement for statement in statements}
    judged = {frozenset((row.what, row.value)): row for row in decisions}
    dated = sorted((s for s in by_demand.values() if s.date), key=lambda s: number(s.demand))
    beginning = sorted(dated, key=lambda s: begins(s.date or ""))
    ending = sorted(dated, key=lambda s: ends(s.date or ""))
    found = [*links(beginning, ending, judged), *decided(judged.values(), by_demand.get)]
    return sorted(found, key=lambda link: (link.later, link.earlier))


def links_of(
    statement: Statement, recent: Recent, judged: Collection[frozenset[str]] = ()
) -> Iterator[Restatement]:
    """For each type of a demand: of the closest the nearest in time, or what is offered for review."""
    day = begins(statement.date or "")
    best: dict[str, dict[str, tuple[float, _Asked, Candidate]]] = defaultdict(dict)
    for asked in map(_Asked, statement.passages):
        of_type = best[asked.passage.type]
        for other in _alike(asked, recent, day):
            earlier = other.statement
            score = _score(asked, other.passage)
            if score < POSSIBLE or (earlier.demand in of_type and score <= of_type[earlier.demand][0]):
                continue
            if earlier.letter == statement.letter or _apart(statement, earlier):
                continue
            if not judged or frozenset((statement.demand, earlier.demand)) not in judged:
                of_type[earlier.demand] = (score, asked, other)
    found: dict[str, list[tuple[float, str, list[str]]]] = defaultdict(list)
    for type_, candidates in sorted((type_, list(each.values())) for type_, each in best.items() if each):
        close = max(SAME, CLOSE * max(score for score, _, _ in candidates))
        certain = [each for each in candidates if each[0] >= close]
        nearest = max((other.ended for _, _, other in certain), default=0)
        score, asked, other = min(
            (each for each in certain or candidates if each[2].ended >= nearest),
            key=lambda each: (-each[0], each[2].statement.demand),
        )
        found[other.statement.demand].append((score, type_, sorted(asked.stems.intersection(other.stems))))
    for earlier_iri, reasons in sorted(found.items()):
        score = max(reason[0] for reason in reasons)
        yield Restatement(
            statement.demand,
            earlier_iri,
            round(min(1.0, score), 3),
            tuple(type_ for _, type_, _ in reasons if type_),
            "; ".join(
                f"both ask {f'for {type_} ' if type_ else ''}with the words {', '.join(shared)}"
                for _, type_, shared in reasons
            ),
            "same" if score >= SAME else "open",
        )


def _alike(asked: _Asked, recent: Recent, day: int) -> list[Candidate]:
    """The nearest earlier passages of the same type and with one of the words that share enough words, none twice.

    Where a word is rare, its nearest reach far back: so what is asked about one town is found among all the rest.
    """
    type_, stems = asked.passage.type, asked.stems
    near = dict.fromkeys(chain.from_iterable(recent(type_, stem, day) for stem in asked.passage.stems))
    return [candidate for candidate in near if len(stems.intersection(candidate.stems)) >= SHARED]


def _apart(one: Statement, other: Statement) -> bool:
    """Whether the letters are about different countries."""
    return bool(one.about and other.about and not one.about & other.about)


def decided(rows: Iterable[Decision], find: Callable[[str], Statement | None]) -> Iterator[Restatement]:
    """The links that a person judged, where both demands are there and one is earlier."""
    judgements = {"same": "same", "different": "different", "unsure": "unsure"}
    for row in sorted(rows, key=lambda row: (row.what, row.value)):
        one, other = find(row.what), find(row.value)
        if one is None or other is None or not one.date or not other.date:
            continue
        later, earlier = (one, other) if one.date > other.date else (other, one)
        if ends(earlier.date or "") >= begins(later.date or ""):
            continue
        scores = [
            (_score(_Asked(a), b), a.type)
            for a in later.passages
            for b in earlier.passages
            if a.type == b.type
        ]
        types = tuple(sorted({type_ for _, type_ in scores if type_}))
        score = round(min(1.0, max((each for each, _ in scores), default=0.0)), 3)
        reason = row.why or "judged by a person"
        yield Restatement(later.demand, earlier.demand, score, types, reason, judgements[row.decision], row)


def lines(links: Iterable[Restatement], dates: Mapping[str, str | None]) -> list[Line]:
    """The lines of demands that links make; `dates` gives the date of each demand. Longest first.

    A demand that asks for several things can belong to several lines. A link that several types led to counts for
    the one that led to fewest links, which says most: what is asked about a ceasefire's monitors is a line of its
    own, and not all that was ever asked about a ceasefire.
    """
    same = [link for link in links if link.judgement == "same"]
    often = Counter(type_ for link in same for type_ in link.types)
    root: dict[tuple[str, str], tuple[str, str]] = {}

    def find(node: tuple[str, str]) -> tuple[str, str]:
        while root.setdefault(node, node) != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    for link in same:
        type_ = min(link.types, key=lambda each: (often[each], each), default=UNTYPED)
        one, other = sorted((find((type_, link.later)), find((type_, link.earlier))))
        root[other] = one
    members: dict[tuple[str, str], list[str]] = defaultdict(list)
    for node in sorted(root):
        members[find(node)].append(node[1])
    found = [
        Line(key[0], tuple(sorted(demands, key=lambda d: (dates.get(d) or "9", d))))
        for key, demands in members.items()
    ]
    return sorted(found, key=lambda line: (-len(line.demands), line))
