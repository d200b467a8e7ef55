"""What one sentence does: asks for something, says what must be done, or tells of what was asked before.

The rules are the same for every language; the words are in `languages/*.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Literal, NamedTuple

from kb.extraction.language import Found, Language, first_word, words
from kb.extraction.sentences import split_sentences
from kb.letter import Force

__all__ = [
    "ASKING",
    "Names",
    "Prose",
    "Sentence",
    "Shape",
    "Verdict",
    "cut",
    "judge",
    "lead_verdict",
    "opening_act",
    "shape",
]

# "told" is of lists only: facts, violations, considerations.
Level = Literal["explicit", "implicit", "reported", "told"]
Shape = Literal["imperative", "infinitive", "clause", "ordinal", "other"]

# The sections of words with which a request is made.
ASKING = ("asks", "asks_third", "asks_participle", "performs")
_SECTIONS = (
    *ASKING,
    "asked",
    "cues",
    "needs",
    "wants",
    "wants_alone",
    "needs_not",
    "leads",
)
# The sections of which a sentence has a cue that does anything but speak in the imperative.
_ACTS = frozenset(_SECTIONS) - {"cues", "leads"}
_REQUESTS = frozenset({"asks", "asks_third", "asks_participle", "performs"})
# An imperative after openings ("Madam President, therefore, stop") begins within so many words, each has so many.
_OPENINGS = 40
_OPENING = 12
# What has more words than this is no sentence; it keeps the time a hostile line takes within bounds.
_LONGEST = 400
# What is told of at the end of a lead-in has so few words after it.
_NEAR_END = 5
# How far back from a verb its subject is looked for, in words.
_REACH = 40
# A subject has at most so many words, and begins with what it is about.
_SUBJECT = 8
_SUBJECT_HEAD = 4
# A subject that stands after its verb is among so many words.
_AFTER = 3
# A verb with no more than so many words and marks in all is a heading.
_HEADING = 3
_QUOTES = {"“": "”", "«": "»", "„": "“", '"': '"'}
_QUOTE = re.compile('[“«„"]')
# A quotation of fewer words than this is a name or a phrase, and what it says is the writer's own.
_LONG_QUOTE = 4
# The keys of [asks] and its like are forces; anything else there is a mistake in the language's file.
_FORCES: Mapping[str, Force] = {
    "request": "request",
    "appeal": "appeal",
    "urge": "urge",
    "call": "call",
    "demand": "demand",
}
_OPENING_ENDS = frozenset(",:،")
_CLAUSE_ENDS = frozenset(",;:.()—–")
_SEMICOLONS = frozenset(";؛")


class Verdict(NamedTuple):
    """What a sentence does, with what force, how sure that is (0 to 1), and at which word it shows."""

    level: Level
    force: Force
    certainty: float
    at: int


class _Lexicon(dict[str, frozenset[str]]):
    """The lists of single words of a language (`[words]`), by key, and its phrases."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language
        self.cues = language.phrases(*_SECTIONS)
        self.heads = language.phrases("heads")
        self.openings = language.phrases("openings")
        # Words whose form alone tells that they ask, as regular expressions.
        self.imperatives = language.pattern("forms", "imperative")
        self.prohibitives = language.pattern("forms", "prohibitive")
        self.jussives = language.pattern("forms", "jussive")

    def __missing__(self, key: str) -> frozenset[str]:
        self[key] = self._language.folded("words", key)
        return self[key]


@cache
def _lexicon(language: Language) -> _Lexicon:
    return _Lexicon(language)


class Names:
    """The names of the signatories, who may speak of themselves by name, or as what they are `called`."""

    def __init__(
        self, names: Iterable[str] = (), language: Language | None = None, called: Iterable[str] = ()
    ) -> None:
        self._names = names
        self._called = called
        self._small = language.folded("detection", "function_words") if language else frozenset()
        self._known: dict[str, tuple[frozenset[tuple[str, ...]], frozenset[int]]] = {}

    @cached_property
    def called(self) -> frozenset[str]:
        """The nouns by which they speak of themselves, folded ("organisations")."""
        return frozenset(map(first_word, self._called))

    @cached_property
    def _forms(self) -> Mapping[str, Sequence[str]]:
        """All forms of all names, by their first words."""
        forms: dict[str, list[str]] = {}
        for name in self._names:
            for form in _forms(name, self._small):
                forms.setdefault(first_word(form), []).append(form)
        return forms

    def _beginning_with(self, word: str) -> tuple[frozenset[tuple[str, ...]], frozenset[int]]:
        """The forms that begin with a word, in words, and how many of them they have: few, however many names.

        Few words of a letter ever need them.
        """
        known = self._known.get(word)
        if known is None:
            forms = frozenset(tuple(words(form)) for form in self._forms.get(word, ()))
            known = self._known[word] = forms, frozenset(map(len, forms))
        return known

    def within(self, text: Sequence[str]) -> bool:
        """Tell whether one of the names is among those folded words."""
        for index, word in enumerate(text):
            if word in self._forms:
                forms, lengths = self._beginning_with(word)
                if any(tuple(text[index : index + length]) in forms for length in lengths):
                    return True
        return False


_IN_BRACKETS = re.compile(r"\(([^()]*)\)")


def _forms(name: str, small: Collection[str]) -> Iterator[str]:
    """How a name may be used in a text: without what is in brackets, as its initials, printed or not."""
    plain = _IN_BRACKETS.sub(" ", name).strip() if "(" in name else name
    if plain:
        yield plain
    if ", " in plain:
        # "Ada Okello, President, Union of Bakers"
        yield from (part for part in plain.split(", ")[1:] if " " in part)
    for short in _IN_BRACKETS.findall(name) if plain is not name else ():
        # "(FFR)", not "(Syria)" or "(UK)".
        if sum(letter.isupper() for letter in short) > 1 and short[:1] == plain[:1]:
            yield short
    capitals = [word for word in plain.split() if word[0].isupper()]
    if len(capitals) > 2:
        initials = "".join([word[0] for word in capitals if word.lower() not in small])
        if len(initials) > 2:
            yield initials


_NOBODY = Names()


class Sentence:
    """A sentence: its `text`, its words, and the cues in them, which are looked for once.

    It stands at `start` to `end` of a longer text. What has more than 400 words is judged by the first of them.
    """

    def __init__(self, text: str, language: Language, names: Names = _NOBODY, start: int = 0) -> None:
        self.text = text
        self.start, self.end = start, start + len(text)
        self.words = words(text)[:_LONGEST]
        self.lexicon = _lexicon(language)
        self.names = names
        # The phrases of `[heads]` with which it begins, and the words within a quotation.
        self.heads = self.lexicon.heads.at(self.words, 0)
        self.quoted = _quoted(self.words) if _QUOTE.search(text) else frozenset[int]()
        # The cues by their labels, and by their sections.
        self.found: dict[str, list[Found]] = {}
        for cue in self.lexicon.cues.find(self.words):
            self.found.setdefault(cue.label, []).append(cue)
            self.found.setdefault(cue.section, []).append(cue)
        self._covered: dict[str, frozenset[int]] = {}

    @property
    def may_ask(self) -> bool:
        """Whether it has a cue of a request."""
        return not _REQUESTS.isdisjoint(self.found)

    @property
    def question(self) -> bool:
        """Whether it is one."""
        return self.words[-1:] in (["?"], ["؟"])

    def cues(self, section: str) -> Sequence[Found]:
        """The cues of a section in order, the longest first; those within a quotation left out."""
        found = self.found.get(section)
        if not found:
            return ()
        if self.quoted:
            found = [cue for cue in found if cue.first not in self.quoted]
        return sorted(found, key=lambda cue: (cue.first, -cue.last)) if len(found) > 1 else found

    def covered(self, label: str, index: int) -> bool:
        """Whether the word at `index` is part of a cue of that label."""
        covered = self._covered.get(label)
        if covered is None:
            cues = self.found.get(label, ())
            covered = frozenset(number for cue in cues for number in range(cue.first, cue.last))
            self._covered[label] = covered
        return index in covered

    def overlaps(self, label: str, cue: Found) -> bool:
        """Whether a cue of that label shares a word with `cue`."""
        return any(self.covered(label, index) for index in range(cue.first, cue.last))

    def has(self, label: str, before: int | None = None) -> bool:
        """Whether there is a cue of that label that begins before that word."""
        return any(before is None or cue.first < before for cue in self.found.get(label, ()))

    def begins_with(self, key: str) -> bool:
        """Whether the sentence begins with a phrase of `[heads]`, of the list `key`."""
        return bool(self.heads) and any(cue.key == key for cue in self.heads)


def _quoted(text: Sequence[str]) -> frozenset[int]:
    """The words within quotations of some length that are closed, and aren't the whole sentence."""
    inside: set[int] = set()
    start: int | None = None
    closing = ""
    for index, word in enumerate(text):
        if start is None and word in _QUOTES:
            start, closing = index, _QUOTES[word]
        elif start is not None and word == closing:
            if index - start > _LONG_QUOTE and not (start == 0 and index >= len(text) - 2):
                inside.update(range(start, index))
            start = None
    return frozenset(inside)


def cut(text: str, language: Language, names: Names = _NOBODY, start: int = 0) -> list[Sentence]:
    """Cut `text`, which stands at `start` of a longer one, into sentences."""
    return [
        Sentence(text[begin:end], language, names, start + begin)
        for begin, end in split_sentences(text, language)
    ]


class Prose:
    """What a letter says, in `language`: the sentences and words of its texts, each cut once, whoever asks.

    `names` are those of its signatories.
    """

    def __init__(self, language: Language, names: Names = _NOBODY) -> None:
        self.language = language
        self.names = names
        self._cut: dict[str, list[Sentence]] = {}
        self._whole: dict[str, Sentence] = {}

    def sentences(self, text: str) -> list[Sentence]:
        """The sentences of a reading text."""
        sentences = self._cut.get(text)
        if sentences is None:
            sentences = self._cut[text] = cut(text, self.language, self.names)
        return sentences

    def sentence(self, text: str) -> Sentence:
        """A text that is judged as one sentence."""
        sentence = self._whole.get(text)
        if sentence is None:
            sentence = self._whole[text] = Sentence(text, self.language, self.names)
        return sentence

    def words(self, text: str) -> list[str]:
        """All words of a reading text."""
        sentences = self._cut.get(text)
        if sentences is None:
            return words(text)
        if len(text) >= _LONGEST and any(len(sentence.words) == _LONGEST for sentence in sentences):
            return words(text)
        return [word for sentence in sentences for word in sentence.words]


def judge(sentence: Sentence) -> Verdict | None:
    """Tell what a sentence does; None if it asks for nothing."""
    if _ACTS.isdisjoint(sentence.found):
        return _imperative(sentence) or _wished(sentence)
    explicit = _performed(sentence) or _imperative(sentence) or _wished(sentence)
    if explicit is not None:
        return explicit
    if sentence.question:
        return None
    reported = _reported(sentence)
    implicit = _needed(sentence) or _wanted(sentence) or _stance(sentence)
    if implicit is not None and (
        reported is None or implicit.at <= reported.at or _parted(sentence, reported, implicit)
    ):
        return implicit
    return reported


def _parted(sentence: Sentence, reported: Verdict, implicit: Verdict) -> bool:
    """Whether a comma stands between what was asked by others and what is said to be needed."""
    between = sentence.words[reported.at : implicit.at]
    return any(word in sentence.lexicon["closes_condition"] for word in between)


# ---------------------------------------------------------------------------------- performed requests


def _performed(sentence: Sentence) -> Verdict | None:
    """A request that the sentence makes: the first that is not denied, or what it says instead."""
    denied: Verdict | None = None
    past = sentence.found.get("cues.past", ())
    for section, ours in (
        ("performs", _always),
        ("asks", _by_signatories_or_to_you),
        ("asks_third", _by_name),
    ):
        for cue in sentence.cues(section):
            other = sentence.covered("cues.no_request", cue.first) or any(c.first < cue.first for c in past)
            certainty = 0.0 if other else ours(sentence, cue)
            if not certainty:
                continue
            verdict = Verdict("explicit", _FORCES[cue.key], certainty, cue.first)
            if not _denied(sentence, cue):
                return verdict
            if denied is None and any(c.first >= cue.last for c in sentence.found.get("cues.contrast", ())):
                denied = verdict._replace(certainty=0.6)
    return denied or _participle(sentence)


def _always(sentence: Sentence, cue: Found) -> float:
    return 0.95


def _denied(sentence: Sentence, cue: Found) -> bool:
    for index in range(cue.first - 1, max(-1, cue.first - 5), -1):
        word = sentence.words[index]
        if word in _CLAUSE_ENDS:
            return False
        if word in sentence.lexicon["negation"]:
            return True
    return any(word in sentence.lexicon["negation"] for word in sentence.words[cue.first : cue.last])


def _by_signatories(sentence: Sentence, cue: Found) -> float:
    """How sure it is that those who ask are the signatories: they are the subject of the verb at `cue`."""
    text, lexicon = sentence.words, sentence.lexicon
    if sentence.covered("cues.subject", cue.first):
        # "This petition …"
        return 0.0
    index = cue.first - 1
    nearest = max(0, index - _REACH)
    infinitive = joined = False
    while index >= nearest and text[index] in lexicon["adverbs"]:
        if sentence.covered("cues.subject", index):
            break
        infinitive |= text[index] in lexicon["infinitive"]
        joined |= text[index] in lexicon["conjunctions"]
        index -= 1
    if index < nearest:
        return 0.0
    if infinitive:
        return (
            0.9
            if sentence.has("cues.subject", index + 1) and sentence.has("cues.purpose", cue.first)
            else 0.0
        )
    if sentence.covered("cues.subject", index) or text[index] in lexicon["negation"]:
        return 0.95 if sentence.has("cues.subject", cue.first) else 0.0
    if text[index] in lexicon["noun_before"]:
        return 0.0
    joined |= text[index] in lexicon["conjunctions"]
    after_comma = text[index] in _CLAUSE_ENDS
    steps = 0
    while index >= 0 and steps < _REACH:
        if sentence.covered("cues.subject", index):
            apposition = text[index + 1] in _CLAUSE_ENDS or text[index + 1] in lexicon["apposition"]
            return 0.9 if joined or after_comma or apposition or steps <= 3 else 0.0
        if text[index] in lexicon["relatives"] and not after_comma:
            return 0.0
        if text[index] in lexicon["breaks"] and not (joined or after_comma):
            return 0.0
        index -= 1
        steps += 1
    return 0.0


def _by_signatories_or_to_you(sentence: Sentence, cue: Found) -> float:
    """How sure it is that those who ask are the signatories, by name perhaps: "… and the League urge you …"."""
    certainty = _by_signatories(sentence, cue) or _by_what_they_are(sentence, cue) or _here(sentence, cue)
    text, lexicon = sentence.words, sentence.lexicon
    before = text[cue.first - 1] if cue.first else ""
    if certainty or not before or lexicon["you"].isdisjoint(text[cue.last - 1 : cue.last + 1]):
        return certainty
    others = ("infinitive", "relatives", "noun_before", "negation", "breaks")
    return 0.0 if any(before in lexicon[key] for key in others) else 0.8


def _by_name(sentence: Sentence, cue: Found) -> float:
    """How sure it is that the signatories speak of themselves in the third person, or to the addressee."""
    text, lexicon = sentence.words, sentence.lexicon
    before = text[max(0, cue.first - _REACH) : cue.first]
    if before and before[-1] in lexicon["noun_before"] and not sentence.names.within(before[-_SUBJECT:]):
        # "Bakers International asks" is no noun.
        return 0.0
    if any(word in lexicon["relatives"] for word in before[-3:]):
        return 0.0
    near = (*text[max(0, cue.first - 2) : cue.first], *text[cue.first + 1 : cue.last + 2])
    endings = tuple(lexicon["you_endings"])
    if any(word in lexicon["you"] for word in near) or (endings and text[cue.first].endswith(endings)):
        return 0.9
    if _followed_by_signatories(sentence, cue):
        return 0.8
    if _resumed(sentence, cue):
        return 0.7
    if _by_signatories(sentence, cue) or sentence.names.within(before):
        return 0.85
    return _by_what_they_are(sentence, cue) or _here(sentence, cue)


def _here(sentence: Sentence, cue: Found) -> float:
    """How sure it is that it is asked here and now, whoever asks: "The Guild of Bakers hereby urges …"."""
    return 0.9 if cue.first and sentence.has("cues.here", cue.last + 2) and _is_verb(sentence, cue) else 0.0


def _by_what_they_are(sentence: Sentence, cue: Found) -> float:
    """How sure it is that the subject is what the signatories call themselves: "The organisations also demand …"."""
    called = sentence.names.called
    if not called:
        return 0.0
    text, index = sentence.words, cue.first - 1
    while index > 0 and text[index] in sentence.lexicon["adverbs"]:
        index -= 1
    after = text[cue.last : cue.last + _AFTER] if cue.first <= 1 else []
    # A headline has no article: "Organisations call for …".
    return 0.8 if (index > 0 and text[index] in called) or not called.isdisjoint(after) else 0.0


def _resumed(sentence: Sentence, cue: Found) -> bool:
    """Whether a pronoun takes up the signatories: "The undersigned bodies chose this day …, and they demand …"."""
    ours = any(found.first < _SUBJECT for found in sentence.found.get("cues.by_name", ()))
    near = sentence.words[max(0, cue.first - _SUBJECT_HEAD) : cue.first]
    return ours and not sentence.lexicon["resumes"].isdisjoint(near)


def _followed_by_signatories(sentence: Sentence, cue: Found) -> bool:
    """Whether the subject stands after its verb, as in Arabic."""
    for index in range(cue.last, min(cue.last + 5, len(sentence.words))):
        if sentence.words[index] in _CLAUSE_ENDS:
            return False
        if sentence.covered("cues.subject", index):
            return True
    return False


def _participle(sentence: Sentence) -> Verdict | None:
    """Ask while writing: "We write to you today, urging …"."""
    for cue in sentence.cues("asks_participle"):
        if (
            sentence.has("cues.subject", cue.first)
            and sentence.has("cues.purpose", cue.first)
            and not sentence.cues("asked")
            and not sentence.covered("cues.no_request", cue.first)
        ):
            return Verdict("explicit", _FORCES[cue.key], 0.8, cue.first)
    return None


def _imperative(sentence: Sentence) -> Verdict | None:
    """Ask outright: "Release them.", "Madam President, open the crossings."."""
    if sentence.question:
        return None
    for start in _heads(sentence):
        if _is_imperative(sentence, start):
            return Verdict("explicit", "call", 0.75, start)
    for index, word in enumerate(sentence.words[:-2] if not _SEMICOLONS.isdisjoint(sentence.words) else ()):
        # "There is a road without which nothing grows; mend it."
        if word in _SEMICOLONS and index not in sentence.quoted and _has_form(sentence, index + 1):
            return Verdict("explicit", "call", 0.6, index + 1)
    return None


def _wished(sentence: Sentence) -> Verdict | None:
    """Ask by a wish: a sentence that begins like one ("Que …"), or a form that is one anywhere ("فليسلّمها")."""
    if sentence.begins_with("wishes") and not sentence.begins_with("no_wishes") and not sentence.question:
        return Verdict("explicit", "call", 0.7, 0)
    jussives = sentence.lexicon.jussives
    if sentence.question or not jussives.search(sentence.text):
        return None
    asking = (
        index
        for index, word in enumerate(sentence.words)
        if jussives.fullmatch(word) and index not in sentence.quoted
    )
    at = next(asking, None)
    return None if at is None else Verdict("explicit", "call", 0.6, at)


def _heads(sentence: Sentence) -> list[int]:
    """Where an imperative may stand: at the head, and after a form of address or a connective and a comma."""
    text = sentence.words
    index = int(bool(text) and text[0] in _QUOTES)
    heads = [index]
    while len(heads) < 4:
        opening = text[index : index + _OPENING]
        if _OPENING_ENDS.isdisjoint(opening):
            break
        comma = index + next(number for number, word in enumerate(opening) if word in _OPENING_ENDS)
        if not _opens(sentence, index, comma):
            break
        index = comma + 1
        heads.append(index)
    for cue in sentence.lexicon.openings.at(text, 0):
        if cue.last not in heads:
            heads.append(cue.last)
    return heads


def _opens(sentence: Sentence, start: int, comma: int) -> bool:
    """Whether an imperative may follow what stands before that comma or colon ("We say to them: leave.")."""
    if sentence.lexicon.openings.find(sentence.words, start, min(comma, _OPENINGS)):
        return True
    if sentence.lexicon["endings"] and sentence.lexicon["you"].isdisjoint(sentence.words[start:comma]):
        # "Non c'est non, respectez ce choix": the verb's ending tells it from all but the statements about "you".
        return True
    labels = ["needs_not.conditions", *(["cues.subject"] if sentence.words[comma] == ":" else [])]
    return any(start <= cue.first < comma for label in labels for cue in sentence.found.get(label, ()))


def _is_imperative(sentence: Sentence, start: int) -> bool:
    text, lexicon = sentence.words, sentence.lexicon
    if start >= len(text) - 1:
        return False
    found = sentence.heads if start == 0 else lexicon.heads.at(text, start)
    if found and any(cue.key in ("no_imperative", "no_wishes") for cue in found):
        return False
    strong = [cue.last for cue in found if cue.label == "heads.strong"]
    last = max(strong) if strong else None
    if last is None:
        return _has_form(sentence, start)
    if text[start] in lexicon["verb_only"]:
        return True
    following = text[last : last + 3]
    if not following or following[0] in lexicon["noun_after"]:
        return False
    # "Rescue teams were turned back": a noun.
    return following[0] in lexicon["determiners"] or lexicon["finite"].isdisjoint(following)


def _has_form(sentence: Sentence, start: int) -> bool:
    """Whether the form of the word at `start` alone makes it an imperative."""
    word, lexicon = sentence.words[start], sentence.lexicon
    denied = start > 0 and sentence.words[start - 1] in lexicon["negation"]
    if word in lexicon["not_endings"] and not denied:
        return False
    return (
        word.endswith(tuple(lexicon["endings"]))
        or lexicon.imperatives.fullmatch(word) is not None
        or (denied and lexicon.prohibitives.fullmatch(word) is not None)
    )


# -------------------------------------------------------------------- what is needed, wanted, reported


def _needed(sentence: Sentence) -> Verdict | None:
    """What the addressee or the parties must, should or need to do."""
    if any(cue.first == 0 for cue in sentence.found.get("needs_not.conditions", ())) and not any(
        word in sentence.lexicon["closes_condition"] for word in sentence.words
    ):
        return None
    for cue in sentence.cues("needs"):
        if _is_need(sentence, cue):
            must = cue.key in ("must", "duty", "have")
            return Verdict("implicit", "must" if must else "call", 0.7 if must else 0.6, cue.first)
    return None


def _is_need(sentence: Sentence, cue: Found) -> bool:
    text, lexicon = sentence.words, sentence.lexicon
    if cue.key != "have" and sentence.overlaps("needs_not.no_need", cue):
        return False
    if cue.key == "must" and not lexicon["sufferers"].isdisjoint(text[cue.first : cue.last]):
        # "على العائلات أن …": the cue holds its subject.
        return False
    before = text[max(0, cue.first - 4) : cue.first]
    if cue.key in ("must", "should", "duty", "have"):
        near = before[-2:]
        if any(sentence.covered("cues.subject", cue.first - 1 - i) for i in range(len(near))):
            return cue.key != "have" and _of_us_all(sentence, cue)
        passive = any(word in lexicon["passive"] for word in text[cue.last - 1 : cue.last + 3])
        suffers = cue.key == "must" and _suffered(sentence, cue.first)
        # "We believe that it must …": no relative clause.
        thought = len(near) > 1 and near[0] in lexicon["thinks"]
        relative = bool(near) and near[-1] in lexicon["relative_subjects"] and not thought
        if not passive and (relative or suffers):
            return False
    if cue.key == "duty" and sentence.found.get("needs_not.law"):
        # "The State is obliged under the Covenant to …" tells of the law.
        return False
    return not _within_condition(sentence, cue.first) and not _said_by_others(sentence, cue.first)


def _of_us_all(sentence: Sentence, cue: Found) -> bool:
    """Whether those who write speak of what all must do: "We must act now.", not "we must add that …"."""
    text, lexicon = sentence.words, sentence.lexicon
    place = cue.first - 1
    if place > _OPENING or text[place] not in lexicon["us_all"] or (place and text[place - 1] != ","):
        return False
    after = text[cue.last : cue.last + _AFTER]
    return lexicon["negation"].isdisjoint(text[cue.first : cue.last + 1]) and lexicon["tells"].isdisjoint(
        after
    )


def _suffered(sentence: Sentence, index: int) -> bool:
    """Whether the clause in which the word at `index` stands begins with those who suffer."""
    text, lexicon = sentence.words, sentence.lexicon
    nearest = max(0, index - _SUBJECT)
    start = next((i + 1 for i in range(index - 1, nearest - 1, -1) if text[i] in _CLAUSE_ENDS), nearest)
    subject = text[start:index]
    if len(subject) >= _SUBJECT or not lexicon["relatives"].isdisjoint(subject):
        return False
    return any(
        word in lexicon["sufferers"] and (not number or subject[number - 1] not in lexicon["genitives"])
        for number, word in enumerate(subject[:_SUBJECT_HEAD])
    )


def _within_condition(sentence: Sentence, index: int) -> bool:
    starts = [cue.last for cue in sentence.found.get("needs_not.conditions", ()) if cue.last <= index]
    if not starts:
        return False
    between = sentence.words[starts[-1] : index]
    return not any(word in sentence.lexicon["closes_condition"] for word in between)


def _said_by_others(sentence: Sentence, index: int) -> bool:
    for cue in sentence.found.get("needs_not.others_say", ()):
        if sentence.words[index + 1 : cue.first] == [","]:
            # "One should, according to them, …"
            return True
        if cue.last > index or _cited(sentence, cue, index):
            continue
        if not _said_by_us(sentence, cue.first):
            return True
    return False


def _said_by_us(sentence: Sentence, index: int) -> bool:
    """Whether the signatories stand right before the word at `index`, in the same clause ("we have said")."""
    for before in range(index - 1, max(-1, index - _AFTER - 1), -1):
        if sentence.covered("cues.subject", before):
            return True
        if sentence.words[before] in sentence.lexicon["breaks"]:
            return False
    return False


def _cited(sentence: Sentence, cue: Found, index: int) -> bool:
    """Whether the law of `cue` is only cited at the head: "In view of the Act of 1964, it is necessary …"."""
    citing = next((c for c in sentence.found.get("needs_not.cites", ()) if c.first <= 1), None)
    if citing is None:
        return False
    closes = sentence.lexicon["closes_condition"]
    commas = (n for n in range(citing.last, index) if sentence.words[n] in closes)
    return any(cue.first <= comma for comma in commas)


def _wanted(sentence: Sentence) -> Verdict | None:
    """What the signatories want or hope for."""
    alone = sentence.cues("wants_alone")
    for cue in alone or sentence.cues("wants"):
        if (
            not sentence.overlaps("needs_not.no_need", cue)
            and (alone or _by_signatories(sentence, cue))
            and (cue.key == "refuse" or not _denied(sentence, cue))
            and not _of_others(sentence, cue)
            and not _within_condition(sentence, cue.first)
        ):
            return Verdict("implicit", "request", 0.6 if cue.key == "want" else 0.5, cue.first)
    return None


def _of_others(sentence: Sentence, cue: Found) -> bool:
    """Whether others want it: "We know the families are tired and want …"."""
    for index in range(cue.first - 1, max(0, cue.first - _REACH), -1):
        word = sentence.words[index]
        if word in _CLAUSE_ENDS or sentence.covered("cues.subject", index):
            return False
        if word in sentence.lexicon["sufferers"]:
            return not sentence.covered("cues.subject", index - 1)
    return False


def _stance(sentence: Sentence) -> Verdict | None:
    """Set a condition: "We will not take part unless …"."""
    stands = sentence.found.get("needs_not.takes_stand", ())
    for cue in sentence.found.get("needs_not.stand", ()):
        if any(stand.first < cue.first for stand in stands):
            return Verdict("implicit", "demand", 0.5, cue.first)
    return None


def _reported(sentence: Sentence) -> Verdict | None:
    """What was asked before, or is asked by others."""
    past = ["performs"] if sentence.found.get("cues.past") else []
    for section in ("asked", *past, "asks_third"):
        for cue in sentence.cues(section):
            before = sentence.words[cue.first - 1] if cue.first else ""
            skipped = sentence.lexicon["noun_before"] | sentence.lexicon["you"]
            if (before or section == "asked") and before not in skipped and not _denied(sentence, cue):
                return Verdict("reported", _FORCES[cue.key], 0.7 if section == "asked" else 0.6, cue.first)
    return None


# ------------------------------------------------------------------------------------- lists and items


def _is_verb(sentence: Sentence, cue: Found) -> bool:
    """Whether the words of an asking are no noun, no infinitive, and not denied."""
    lexicon = sentence.lexicon
    before = sentence.words[cue.first - 1]
    return not (
        before in lexicon["noun_before"]
        or before in lexicon["infinitive"]
        or sentence.covered("cues.no_request", cue.first)
        or _denied(sentence, cue)
    )


def lead_verdict(sentence: Sentence) -> Verdict | None:
    """Tell what the items of the list are that a sentence leads in: asked for, reported, told; None: open."""
    verdict = judge(sentence)
    telling = max(sentence.found.get("leads.telling", ()), key=lambda cue: cue.last, default=None)
    told = Verdict("told", "must", 0.8, telling.first) if telling else None
    if verdict is not None and verdict.level == "explicit":
        # "We ask you to look at the following violations:"
        at_the_end = (
            telling is not None
            and telling.last >= len(sentence.words) - _NEAR_END
            and telling.last > verdict.at
        )
        return told if at_the_end else verdict
    if verdict is not None and verdict.level == "reported":
        # "The Federation calls upon you to:" is hardly ever said of others where a list follows.
        return verdict if sentence.cues("asked") else verdict._replace(level="explicit", certainty=0.8)
    third = sentence.cues("asks_third")
    if verdict is None and third and third[0].first == 0 and len(sentence.words) <= _HEADING:
        # "REQUEST:", in the third person, over the points of a petition.
        return Verdict("explicit", _FORCES[third[0].key], 0.85, 0)
    named = [cue for cue in sentence.cues("asks") if cue.first and _is_verb(sentence, cue)]
    if verdict is None and telling is None and named and sentence.words[-1:] == [":"]:
        # "The League and its members demand:" is hardly ever said of others where a list follows.
        return Verdict("explicit", _FORCES[named[0].key], 0.8, named[0].first)
    purpose = [cue for cue in sentence.cues("asks") if cue.last >= len(sentence.words) - _NEAR_END]
    if verdict is None and telling is None and purpose and sentence.words[-1:] == [":"]:
        # "Many of us came together to demand:"
        return Verdict("explicit", _FORCES[purpose[-1].key], 0.8, purpose[-1].first)
    to = sentence.words[-2] if sentence.words[-1:] == [":"] and len(sentence.words) > 1 else ""
    if verdict is None and telling is None and to in sentence.lexicon["infinitive"]:
        # "Sign the petition calling on the ministers to:", "Help us petition them to:"
        for cue in (*sentence.cues("asks_participle"), *sentence.cues("asks")):
            if cue.first and sentence.words[cue.first - 1] not in sentence.lexicon["noun_before"]:
                return Verdict("explicit", _FORCES[cue.key], 0.8, cue.first)
    # "We declare the following:" asks for nothing; its points may.
    asking = [
        cue.first
        for cue in sentence.found.get("leads.asking", ())
        if cue.first not in sentence.quoted and not sentence.covered("leads.states", cue.first)
    ]
    if asking and (telling is None or telling.last <= max(asking)):
        return Verdict("explicit", "call", 0.85, max(asking))
    if verdict is not None and (telling is None or telling.last <= verdict.at):
        return verdict._replace(level="explicit", certainty=0.8)
    return told


def opening_act(sentence: Sentence) -> Verdict | None:
    """Tell what a point asks that begins with a verb in the third person: "Demands that …"."""
    joined = bool(sentence.words) and sentence.words[0] in sentence.lexicon["conjunctions"]
    for cue in sentence.cues("asks_third"):
        if cue.first == joined and not sentence.covered("cues.no_request", cue.first):
            return Verdict("explicit", _FORCES[cue.key], 0.8, cue.first)
    return None


def shape(sentence: Sentence) -> Shape:
    """Tell how a point of a list begins: as an imperative, as a clause ("that …", "to …"), or otherwise."""
    if sentence.begins_with("ordinals"):
        return "ordinal"
    if sentence.begins_with("clauses"):
        return "clause"
    endings = tuple(sentence.lexicon["infinitive_endings"])
    head = sentence.words[0] if sentence.words else ""
    if endings and len(head) > 3 and head.endswith(endings):
        return "infinitive"
    return "imperative" if any(_is_imperative(sentence, start) for start in _heads(sentence)) else "other"
