"""Two names compared: the same organisation, perhaps, or not; with a score and the reason in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

from rapidfuzz.distance import Levenshtein

from kb.identity.names import Form, Name, Word

__all__ = ["LONG", "OFFER_FROM", "Comparison", "Weigher", "compare", "conflict"]

OFFER_FROM = 0.6
"""The score from which two names are offered for review (tried on the names of the five letters)."""

LONG = 7
"""How many letters a word needs for one consonant too many or too few to be taken for a slip."""

_MANY = 64  # pairs of words left over from which two names have nothing to do with each other

Weigher = Callable[[Word], float]
"""How much a word tells: less the more names of the collection have it."""


class Comparison(NamedTuple):
    """`verdict`: same (join), bare (join unless the short name fits several), maybe (offer) or none."""

    verdict: Literal["same", "bare", "maybe", "none"]
    score: float
    reason: str


_NONE = Comparison("none", 0.0, "")


class Alignment(NamedTuple):
    """Two forms side by side: words of both, pairs that may differ in spelling only, what each has alone."""

    shared: list[tuple[Word, Word]]
    respelled: int
    translated: int
    doubtful: list[tuple[Word, Word]]
    left: list[Word]
    right: list[Word]


@lru_cache(maxsize=1 << 16)
def _spelling(a: Word, b: Word) -> Literal["equal", "variant", "translated", "doubtful", "other"]:
    """How two words relate: one, one in two spellings or two languages, perhaps one, two words."""
    if a.kind != "brand" or b.kind != "brand":
        if a.key != b.key:
            return "other"
        return "equal" if _is_one_word(a.text, b.text) else "translated"
    if a.text == b.text or a.sound == b.sound:
        return "equal"
    if a.key[0] == "#" or b.key[0] == "#":
        return "other"
    pairs = [(a.sound.replace("e", vowel), b.sound.replace("e", vowel)) for vowel in "ai"]
    if any(x == y for x, y in pairs):
        return "variant"
    distance = min(Levenshtein.distance(x, y) for x, y in pairs)
    if a.key.split("/")[0] == b.key.split("/")[0]:
        consonants = len(a.key.split("/")[0]) - 1
        long, short = sorted((a.sound, b.sound), key=len, reverse=True)
        if distance == 1 and consonants >= 3 and len(long) > len(short) and long[-1] == short[-1]:
            return "variant"  # a vowel more inside; at the end it makes another word (Karim, Karima)
        return "doubtful" if distance == 1 or (distance == 2 and consonants >= 3) else "other"
    if min(len(a.text), len(b.text)) >= LONG and a.text[0] == b.text[0]:
        distance = Levenshtein.distance(a.text, b.text)
        if distance == 1:
            return "variant" if len(a.text) != len(b.text) else "doubtful"
    return "other"


def _is_one_word(one: str, other: str) -> bool:
    """Whether listed words of one meaning are one word: the same, derived or cut short, in one language."""
    if one.startswith(other) or other.startswith(one):
        return True
    return Levenshtein.normalized_similarity(one, other) >= 0.5


def _align(left: Form, right: Form) -> Alignment:
    a, b = left.words, right.words
    shared: list[tuple[Word, Word]] = []
    doubtful: list[tuple[Word, Word]] = []
    respelled = translated = 0
    left_over: list[Word] = []
    right_over = [word for key, word in b.items() if key not in a]
    for key, word in a.items():
        other = b.get(key)
        relation = _spelling(word, other) if other is not None else "other"
        if other is None:
            left_over.append(word)
        elif relation == "other":
            left_over.append(word)
            right_over.append(other)
        elif relation == "doubtful":
            doubtful.append((word, other))
        else:
            respelled += relation == "variant"
            translated += relation == "translated"
            shared.append((word, other))
    if len(left_over) * len(right_over) > _MANY:
        return Alignment(shared, respelled, translated, doubtful, left_over, right_over)
    for word in list(left_over):
        for other in right_over:
            relation = _spelling(word, other)
            if relation != "other":
                left_over.remove(word)
                right_over.remove(other)
                respelled += relation == "variant"
                (doubtful if relation == "doubtful" else shared).append((word, other))
                break
    return Alignment(shared, respelled, translated, doubtful, left_over, right_over)


def _telling(words: Iterable[Word]) -> list[Word]:
    return [word for word in words if word.kind != "legal"]


def _in_order(form: Form, keys: set[str]) -> list[str]:
    return [key for key, word in form.words.items() if key in keys and word.kind in ("purpose", "ordinary")]


def _quoted(words: Iterable[Word]) -> str:
    return ", ".join(f"“{word.text}”" for word in words)


def compare(a: Name, b: Name, weigh: Weigher) -> Comparison:
    """How likely `a` and `b` name one organisation (or person), and why; the same whichever comes first."""
    if a.kind != b.kind:
        return _NONE
    if (b.printed, b.kind) < (a.printed, a.kind):
        a, b = b, a
    best = _by_acronym(a, b)
    for left in a.forms:
        for right in b.forms:
            if left.script == right.script:
                found = _compare_forms(a, b, left, right, weigh)
            else:
                found = _compare_scripts(left, right)
            if _rank(found) > _rank(best):
                best = found
    if best.verdict in ("same", "bare") and conflict(a, b):
        return Comparison("maybe", min(best.score, 0.9), "the same in one script, not in the other")
    return best


def _rank(comparison: Comparison) -> tuple[int, float]:
    return ("none", "maybe", "bare", "same").index(comparison.verdict), comparison.score


def conflict(a: Name, b: Name) -> bool:
    """Whether both names say something, in the same script, that the other does not: then they are two."""
    if a.acronym or b.acronym or _same_letters(a, b):
        return False
    if a.acronyms and b.acronyms and a.acronyms.isdisjoint(b.acronyms):
        return True
    for left in a.forms:
        for right in b.forms:
            if left.script != right.script:
                continue
            aligned = _align(left, right)
            more, less = _telling(aligned.left), _telling(aligned.right)
            stated = bool(a.acronyms & b.acronyms)
            if more and less and not (stated and all(word.kind == "type" for word in more + less)):
                return True
            if any(word.kind == "place" for word in more + less) and not stated:
                return True
    return False


def _same_letters(a: Name, b: Name) -> bool:
    """Whether the names differ in spaces only ("RM Team"); of very short ones one must be in capitals."""
    return a.compact != "" and a.compact == b.compact and bool(a.acronym or b.acronym or len(a.compact) > 5)


def _by_acronym(a: Name, b: Name) -> Comparison:
    """What the acronyms alone tell: one name is the acronym that the other states, or could be."""
    if _same_letters(a, b):
        return Comparison("same", 1.0, "the same letters")
    for short, long in ((a, b), (b, a)):
        if short.acronym and short.acronym in long.acronyms and len(short.acronym) >= 3:
            return Comparison("bare", 0.95, f"“{short.printed}” is the acronym the other name states")
        if short.acronym and short.acronym in long.initials:
            return Comparison("maybe", 0.75, f"“{short.printed}” could be the initials of the other name")
        if len(long.forms) > 1 or long.aliases:
            keys = frozenset(short.forms[0].words) if len(short.forms) == 1 else frozenset()
            for alias in long.aliases:
                if keys and keys == alias.keys and short.kind == "organisation":
                    enough = alias.other_script or len(keys) > 1
                    reason = f"“{short.printed}” stands beside the other name as a second one"
                    return Comparison("bare" if enough else "maybe", 0.9 if enough else 0.7, reason)
    return _NONE


def _compare_scripts(left: Form, right: Form) -> Comparison:
    """Two scripts: the same concepts, or words that read alike, are worth a look and never more."""
    a, b = _telling(left.words.values()), _telling(right.words.values())
    if len(a) != len(b) or {word.key for word in a} != {word.key for word in b}:
        return _NONE
    brands = [(left.words[word.key], right.words[word.key]) for word in a if word.kind == "brand"]
    if any(_spelling(x, y) == "other" for x, y in brands):
        return _NONE
    if len(a) > 1 or (brands and len(a[0].key) > 3):
        return Comparison("maybe", 0.8 if len(a) > 1 else 0.65, "the same words in two languages")
    return _NONE


def _compare_forms(a: Name, b: Name, left: Form, right: Form, weigh: Weigher) -> Comparison:
    aligned = _align(left, right)
    more, less = _telling(aligned.left), _telling(aligned.right)
    shared = [pair for pair in aligned.shared if pair[0].kind != "legal"]
    if not shared and not aligned.doubtful:
        return _NONE
    stated = {acronym for acronym in a.acronyms & b.acronyms if len(acronym) >= 3}
    score = _score(aligned, more, less, weigh)
    if not aligned.doubtful:
        if not more and not less:
            return _equal(a, b, left, right, aligned, shared)
        if stated and not (more and less) and all(word.kind == "type" for word in more + less):
            return Comparison("same", 0.97, f"the same name and acronym, but for {_quoted(more + less)}")
        if not (more and less):
            short = left if less else right
            bare = _bare(a, short, shared, more or less)
            if bare:
                return bare
    if stated and score >= 0.4:
        return Comparison("maybe", max(score, 0.7), "the same acronym beside names that differ")
    if a.kind == "person":
        return _persons(aligned, more, less, score)
    types = (
        {word.key for word in more if word.kind == "type"},
        {word.key for word in less if word.kind == "type"},
    )
    if all(types):
        score = round(score * 0.75, 2)
    if score < OFFER_FROM:
        return _NONE
    return Comparison("maybe", score, _difference(aligned, more, less))


def _equal(
    a: Name, b: Name, left: Form, right: Form, aligned: Alignment, shared: list[tuple[Word, Word]]
) -> Comparison:
    """Every word that tells something is on both sides."""
    if aligned.respelled > 1 and aligned.respelled == len(shared) and a.kind == "person":
        return Comparison("maybe", 0.85, "every word is spelled in another way")
    if a.acronyms and b.acronyms and not a.acronyms & b.acronyms:
        return Comparison("maybe", 0.9, "the same words, but each states another acronym")
    if aligned.translated:
        return Comparison("maybe", 0.9, "the same words in two languages, or of one meaning")
    keys = {pair[0].key for pair in shared} & {pair[1].key for pair in shared}
    if a.kind == "person":
        if list(left.words) != list(right.words) and not aligned.respelled:
            return Comparison("maybe", 0.85, "the same words in another order")
    elif _in_order(left, keys) != _in_order(right, keys):
        return Comparison("maybe", 0.85, "the same words in another order")
    if aligned.respelled:
        return Comparison("same", 0.95, "one name in two spellings")
    return Comparison("same", 1.0, "the same words")


def _bare(a: Name, short: Form, shared: list[tuple[Word, Word]], extra: list[Word]) -> Comparison | None:
    """A short name that is nothing but distinctive words, and the same with a kind or a purpose added."""
    if a.kind == "person" or any(pair[0].kind != "brand" for pair in shared):
        return None
    if len(short.words) > len(shared) and any(word.kind == "type" for word in extra):
        return None  # an "organisation" beside a "network"
    if len(extra) > len(shared) or any(word.kind not in ("type", "purpose") for word in extra):
        return None
    return Comparison("bare", 0.9, f"the same distinctive words; only one says {_quoted(extra)}")


def _persons(aligned: Alignment, more: list[Word], less: list[Word], score: float) -> Comparison:
    """Persons: a middle name or a doubtful spelling is worth a look; two different names are two persons."""
    if (more and less) or len(aligned.shared) + len(aligned.doubtful) < 2:
        return _NONE
    return Comparison("maybe", min(score, 0.85), _difference(aligned, more, less))


def _score(aligned: Alignment, more: list[Word], less: list[Word], weigh: Weigher) -> float:
    """Dice's coefficient over the weights of the words; a doubtful pair counts less."""
    common = sum(weigh(x) + weigh(y) for x, y in aligned.shared if x.kind != "legal")
    half = sum(weigh(x) + weigh(y) for x, y in aligned.doubtful)
    total = common + half + sum(map(weigh, more)) + sum(map(weigh, less))
    return round((common + 0.7 * half) / total, 2) if total else 0.0


def _difference(aligned: Alignment, more: list[Word], less: list[Word]) -> str:
    parts = []
    if aligned.doubtful:
        parts.append("; ".join(f"“{x.text}” may be “{y.text}”" for x, y in aligned.doubtful))
    if more and less:
        parts.append(f"the same but for {_quoted(more)} against {_quoted(less)}")
    elif more or less:
        parts.append(f"the same but for {_quoted(more or less)}")
    return "; ".join(parts) or "the same words"
