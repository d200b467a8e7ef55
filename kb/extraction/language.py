"""What is known of each language, and telling which one a text is written in.

Everything linguistic is data: `languages/*.toml`, one file for each language, read once. A phrase there is
words parted by spaces; in a phrase `a|b` is either word, a word that ends in `?` may be missing, and `*` is
any one word: `"we|i strongly|urgently? call on|upon"`. `Phrases` finds any number of them in one pass over
the words of a text, in time linear in its length.
"""

from __future__ import annotations

import math
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import compress
from pathlib import Path
from typing import Any, NamedTuple

from kb.extraction.expressions import Expressions
from kb.memo import Memo

__all__ = [
    "Found",
    "Language",
    "Phrases",
    "any_language",
    "any_of",
    "any_words",
    "detect_language",
    "first_word",
    "fold",
    "languages",
    "word_places",
    "words",
]

# A word is letters and digits with the marks that may stand on them (combining accents, Arabic vowel signs);
# the punctuation that parts clauses is kept, hyphens and apostrophes only part words.
_WORD = re.compile(r"[\w\u0300-\u036f\u064b-\u065f\u0670]+|[.,;:!?…()\"“”„«»،؛؟—–]")
_ASCII_WORD = re.compile(r"\w+|[.,;:!?()\"]", re.ASCII)
# Vowel signs and the tatweel say nothing about which word it is; nor does the seat of a hamza.
# In one word it does: "indeed" must not be taken for "that".
_THAT = frozenset({"ان", "وان", "فان"})
# So do the Persian and Kurdish forms of yeh and kaf.
_ARABIC = {ord(a): b for a, b in zip("أإآٱىیک", "ااااييك", strict=True)} | dict.fromkeys(
    [*range(0x64B, 0x660), 0x670, 0x640]
)
# Enough text to tell a language by, in code points: pieces spread evenly over its beginning.
_BEGINNING = 20_000
_PIECES = 12
_PIECE = 160


class Found(NamedTuple):
    """A phrase that was found: its `label`, and the first and last word (last excluded) by number."""

    label: str
    first: int
    last: int

    @property
    def key(self) -> str:
        """The label "section.key" without its section."""
        return self.label.partition(".")[2]

    @property
    def section(self) -> str:
        """The section of the label."""
        return self.label.partition(".")[0]


def fold(word: str) -> str:
    """Return the word as it is compared: without case, Arabic vowel signs or tatweel, one form of alef, yeh and kaf."""
    return word.lower() if word.isascii() else _folded[word]


def _fold(word: str) -> str:
    folded = unicodedata.normalize("NFKC", word).casefold().translate(_ARABIC)
    if folded in _THAT and "إ" in word:
        return folded.replace("ا", "إ")
    return folded


_folded = Memo(_fold, 1 << 16)


def bare(word: str) -> str:
    """Return a folded word without accents, and with one shape for Arabic letters that are often mixed up."""
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c)).replace(
        "ة", "ه"
    )


def words(text: str) -> list[str]:
    """Cut `text` into folded words and punctuation marks. "d'agir" is two words, and so is "rendez-vous"."""
    if not text.isascii():
        # Either apostrophe parts words, and often it is all that is not ASCII.
        text = text.replace("’", "'")
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    return [word.lower() if word.isascii() else _folded[word] for word in _WORD.findall(text)]


def first_word(text: str) -> str:
    """Give the first of the `words` of `text`, "" if it has none."""
    first, _, _ = text.partition(" ")
    if first.isalnum():
        return fold(first)
    found = _WORD.search(text)
    return fold(found[0]) if found else ""


def word_places(text: str) -> list[tuple[int, int]]:
    """Give where each of the `words` of `text` begins and ends."""
    return [match.span() for match in _WORD.finditer(text)]


@dataclass(slots=True, eq=False)
class _Node:
    """A step on the way through the phrases: what may come next, and the labels of phrases ending here.

    `any` is what comes after a word whatever it is ("*").
    """

    after: dict[str, _Node] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    any: _Node | None = None

    def walk(self, words: Iterable[str]) -> _Node:
        """Give the step that those words lead to, made if there is none yet."""
        node = self
        for word in words:
            following = node.any if word == "*" else node.after.get(word)
            if following is None:
                following = _Node()
                if word == "*":
                    node.any = following
                else:
                    node.after[word] = following
            node = following
        return node


class Phrases:
    """Phrases with a label each, looked for all at once.

    `phrases` are (phrase, label) pairs, written as the module says. `prefixes` and `suffixes` are what a
    language writes together with a word (Arabic wa-, fa-, -kum; Spanish -le): the first word of a phrase is
    found with or without them.
    """

    def __init__(
        self,
        phrases: Iterable[tuple[str, str]],
        prefixes: tuple[str, ...] = (),
        suffixes: tuple[str, ...] = (),
    ) -> None:
        self._root = _Node()
        self._prefixes = prefixes
        self._suffixes = suffixes
        for phrase, label in phrases:
            ends = [self._root]
            for alternatives in _parts(phrase):
                ends = list(dict.fromkeys(node.walk(words) for node in ends for words in alternatives))
            for node in ends:
                if label not in node.labels:
                    node.labels.append(label)
        clitics = bool(prefixes or suffixes)
        self._first = Memo(self._bare, 1 << 14).__getitem__ if clitics else self._root.after.get

    def __len__(self) -> int:
        """Count the steps that all phrases take; each costs some 250 bytes in every process."""
        count, nodes = 0, [self._root]
        while nodes:
            node = nodes.pop()
            count += 1
            nodes += node.after.values()
            nodes += [node.any] if node.any else []
        return count

    def find(self, text: Sequence[str], start: int = 0, stop: int | None = None) -> list[Found]:
        """Find all phrases in those words (of `words`), overlapping ones too, in order of first words.

        The first words looked at are those from number `start` to before `stop`.
        """
        found: list[Found] = []
        first = self._first
        last = len(text) - 1
        part = text[start:stop] if start or stop is not None else text
        for number in compress(range(start, len(text)), map(first, part)):
            node = first(text[number])
            # Most phrases that begin here end with the next word already: it is none of theirs.
            if node is not None and (
                node.labels or node.any or (number < last and text[number + 1] in node.after)
            ):
                _walk(node, text, number, number + 1, found)
        return found

    def at(self, text: Sequence[str], number: int) -> list[Found]:
        """Find all phrases that begin with that word."""
        found: list[Found] = []
        if number < len(text):
            node = self._first(text[number])
            if node is not None:
                _walk(node, text, number, number + 1, found)
        return found

    def _bare(self, word: str) -> _Node | None:
        """Look up a first word with or without what is written together with it."""
        after = self._root.after
        if node := after.get(word):
            return node
        for prefix in self._prefixes:
            if word.startswith(prefix) and (node := after.get(word[len(prefix) :])):
                return node
        for suffix in self._suffixes:
            if word.endswith(suffix):
                bare = word[: -len(suffix)]
                if node := after.get(bare):
                    return node
                for prefix in self._prefixes:
                    if bare.startswith(prefix) and (node := after.get(bare[len(prefix) :])):
                        return node
        return None


def _walk(node: _Node | None, text: Sequence[str], first: int, number: int, found: list[Found]) -> None:
    """Gather the phrases that begin at `first`; `node` is how far they have come at `number`."""
    while node is not None:
        if node.labels:
            found.extend([Found(label, first, number) for label in node.labels])
        if number == len(text):
            return
        following = node.after.get(text[number])
        if following is not None and node.any is not None:
            _walk(following, text, first, number + 1, found)
            following = node.any
        node = following or node.any
        number += 1


_SIGNS = frozenset("|?*")


def _parts(phrase: str) -> Iterator[list[tuple[str, ...]]]:
    """Give for each part of a phrase the words it stands for: one, none, or two where there is an apostrophe."""
    if _SIGNS.isdisjoint(phrase):
        yield [tuple(words(phrase))]
        return
    for part in phrase.split():
        alternatives = [
            ("*",) if word == "*" else tuple(words(word)) for word in part.removesuffix("?").split("|")
        ]
        yield [*alternatives, ()] if part.endswith("?") else alternatives


@dataclass(frozen=True, eq=False)
class Language:
    """One language: its `code` (ISO 639-1) and its data, as written in its file."""

    code: str
    data: Mapping[str, Any]

    def section(self, name: str) -> Mapping[str, Any]:
        """Give the section `[name]` of the language's file, empty if there is none."""
        section: Mapping[str, Any] = self.data.get(name, {})
        return section

    @cached_property
    def right_to_left(self) -> bool:
        """Whether the language is written from right to left."""
        return bool(self.section("detection").get("right_to_left", False))

    @cache  # noqa: B019 - languages live as long as the program
    def folded(self, section: str, key: str) -> frozenset[str]:
        """Give the words of a list, folded."""
        return frozenset(fold(word) for word in self.section(section).get(key, ()))

    @cache  # noqa: B019 - as above
    def phrases(self, *sections: str) -> Phrases:
        """Give all lists of phrases of those sections, each labelled "section.key"."""
        detection = self.section("detection")
        return Phrases(
            (
                (phrase, f"{section}.{key}")
                for section in sections
                for key, value in self.section(section).items()
                if isinstance(value, list)
                for phrase in value
            ),
            tuple(detection.get("prefixes", ())),
            tuple(detection.get("suffixes", ())),
        )

    @cache  # noqa: B019 - as above
    def pattern(self, section: str, key: str) -> re.Pattern[str]:
        """One pattern for a list of regular expressions: any of them as whole words, whatever the case.

        A pattern without alternatives matches nothing. The longest are tried first.
        """
        parts = sorted(
            map(_any_form, self.section(section).get(key, ())), key=lambda part: (-len(part), part)
        )
        return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)" if parts else r"(?!)", re.IGNORECASE)


# Letters that stand for each other: alef, whose hamza is often left out, and yeh and kaf, of which keyboards differ.
_FORMS = ("اأإآ", "يىی", "كک")
_SAME = {letter: f"[{forms}]" for forms in _FORMS for letter in forms}
_ANY_FORM = re.compile(rf"(\[[^\]]*\])|[{''.join(_FORMS)}]")


def _any_form(part: str) -> str:
    """Let any form of an Arabic letter stand for any other in a regular expression."""
    return _ANY_FORM.sub(lambda found: found[1] or _SAME[found[0]], part)


@cache
def languages() -> Mapping[str, Language]:
    """All languages, by code, in alphabetical order."""
    files = sorted((Path(__file__).parent / "languages").glob("*.toml"))
    return {file.stem: Language(file.stem, tomllib.loads(file.read_text(encoding="utf-8"))) for file in files}


@cache
def any_language(section: str, *keys: str) -> Expressions:
    """The lists of regular expressions `keys` of that section, in all languages.

    Headings, dates and names mix languages freely: a Spanish letter has English names, an Arabic one "CC".
    """
    return any_of(*((section, key) for key in keys))


@cache
def any_of(*lists: tuple[str, str]) -> Expressions:
    """The same for several lists (section, key): what most lines match none of is told of all at once."""
    return Expressions(
        _any_form(part)
        for language in languages().values()
        for section, key in lists
        for part in language.section(section).get(key, ())
    )


@cache
def any_words(section: str, key: str) -> frozenset[str]:
    """The words of the list `key` of that section in all languages, case folded."""
    return frozenset(
        word.casefold()
        for language in languages().values()
        for word in language.section(section).get(key, ())
    )


@cache
def _function_words() -> Mapping[str, Mapping[str, int]]:
    """The languages each function word is of, with its share of each: they add up to the same for all words."""
    known: dict[str, list[str]] = {}
    for code, language in languages().items():
        for word in language.folded("detection", "function_words"):
            known.setdefault(word, []).append(code)
    whole = math.lcm(*range(1, len(languages()) + 1))
    return {word: dict.fromkeys(codes, whole // len(codes)) for word, codes in known.items()}


def detect_language(text: str) -> Language:
    """Tell the language whose function words `text` uses most; English if it uses none.

    A word that several languages share counts for each, by its share.
    """
    known = _function_words()
    score = dict.fromkeys(languages(), 0)
    step = max(_PIECE, min(len(text), _BEGINNING) // _PIECES)
    pieces = (text[start : start + _PIECE] for start in range(0, _PIECES * step, step))
    sample = (" " if step > _PIECE else "").join(pieces).lower().replace("'", " ").replace("’", " ")
    found = sample.split() if sample.isascii() else map(fold, sample.split())
    for word, count in Counter(filter(known.__contains__, found)).items():
        for code, share in known[word].items():
            score[code] += count * share
    best = max(score, key=lambda code: (score[code], code == "en"))
    return languages()[best]
