"""A printed name, read: its words, its acronyms, its other names, the persons it lists."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from kb.letter import SignatoryKind

__all__ = ["Alias", "Form", "Name", "Script", "Word", "WordKind", "fold", "plain", "read"]

WordKind = Literal["legal", "type", "purpose", "ordinary", "place", "brand"]
Script = Literal["latin", "arabic", "cyrillic", "greek", "hebrew", "other"]

_NAMES = 1 << 12
"""Names that are kept read: a name is looked at several times at once, and then perhaps never again."""

_WORDS = 1 << 16
"""Words that are kept read: most are in many names."""

_NOTHING: frozenset[str] = frozenset()

_DATA: dict[str, Any] = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))

_SCRIPTS: tuple[tuple[Script, re.Pattern[str]], ...] = (
    ("arabic", re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")),
    ("cyrillic", re.compile("[\u0400-\u052f]")),
    ("greek", re.compile("[\u0370-\u03ff]")),
    ("hebrew", re.compile("[\u0590-\u05ff]")),
    ("latin", re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")),
)
_ARABIC_FOLD = tuple((re.compile(pattern), into) for pattern, into in _DATA["arabic"]["fold"])
_SPELLING = tuple((re.compile(pattern), into) for pattern, into in _DATA["spelling"]["rules"])
_SOUNDS = tuple((re.compile(pattern), into) for pattern, into in _DATA["latin"]["sounds"])
_ARTICLE = re.compile(_DATA["latin"]["article"])
_ARABIC_LETTERS = str.maketrans(_DATA["arabic"]["letters"])
_DIGITS = re.compile(rf"(?:(?<=[^\W\d_])|\b)([{''.join(_DATA['digits'])}])(?!(?:st|nd|rd|th)\b)(?=[^\W\d_])")
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_APOSTROPHES = str.maketrans(
    dict.fromkeys("’‘ʼʻʾʿ`´′ʹ＇", "'") | dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\ufeff")
)
_POSSESSIVE = re.compile(r"'s\b")
_ELISION = re.compile(r"\b([cdjlmnst]|qu)'(?=\w)")
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?")
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]?")
_BREAK = re.compile(r"\s+[-–—|/•]+\s*|\s*[–—|•]+\s+|\s*\n\s*")
_EDGES = " \t\n-–—,;:.|/•*\"'“”«»()[]"
_AND = re.compile(r",|;|&|\band\b|\bet\b|\by\b|\bوال?|،")
_VOWELS = re.compile("[aeiu]+")
_DOUBLED = re.compile(r"(.)\1+")


class Word(NamedTuple):
    """A word of a name.

    `key` is shared by all words that may be the same: "=development" for a word of words.toml in any
    language, "~bsmt" (the consonants) for others. `sound` is how an unlisted word reads, in Latin letters.
    """

    text: str
    key: str
    kind: WordKind
    sound: str


class Form(NamedTuple):
    """What a name says in one script: its words by key, in order, those that tell nothing left out."""

    script: Script
    words: dict[str, Word]


class Alias(NamedTuple):
    """A second name in brackets or after a dash, by the keys of its words."""

    text: str
    keys: frozenset[str]
    other_script: bool


@dataclass(frozen=True, slots=True)
class Name:
    """A printed name, read.

    `acronyms` are those it states beside the name; `initials` those its words would make; `acronym` is set
    when the name is nothing else. `compact` is the name without spaces.
    `members` are persons listed in brackets.
    """

    printed: str
    kind: SignatoryKind
    forms: tuple[Form, ...]
    acronyms: frozenset[str]
    initials: frozenset[str]
    acronym: str
    aliases: tuple[Alias, ...]
    compact: str
    members: tuple[str, ...]

    @property
    def signature(self) -> Hashable:
        """What names have in common that say the same, word by word."""
        words = tuple(
            (
                form.script,
                tuple(word.text for word in form.words.values() if word.kind != "legal") or self.compact,
            )
            for form in self.forms
        )
        return self.kind, words, self.acronyms, self.acronym, tuple(alias.keys for alias in self.aliases)


@lru_cache(maxsize=_NAMES)
def fold(text: str) -> str:
    """`text` in lower case, without accents, vowel signs, apostrophes; "&" and digits for words spelled out.

    >>> fold("Dara’a Women's Centre & Scotland4Syria")
    'daraa women centre and scotland for syria'
    """
    text = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).casefold()
    if not text.isascii():
        decomposed = unicodedata.normalize("NFD", text)
        text = (
            "".join(c for c in decomposed if not ("\u0300" <= c <= "\u036f"))
            .replace("ß", "ss")
            .replace("ø", "o")
        )
        text = unicodedata.normalize("NFC", text).replace("ı", "i").replace("ł", "l")
        for pattern, into in _ARABIC_FOLD:
            text = pattern.sub(into, text)
    if "'" in text:
        text = _ELISION.sub(r"\1 ", _POSSESSIVE.sub("", text)).replace("'", "")
    if "." in text:
        text = _DOTTED.sub(lambda found: found.group().replace(".", ""), text)
    text = text.replace("&", " and ").replace("+", " and ")
    text = _DIGITS.sub(lambda found: f" {_DATA['digits'][found.group(1)]} ", text)
    return " ".join(text.split())


def plain(text: str) -> str:
    """The name folded, without article, brackets and acronym: what its printed forms have in common.

    >>> plain("The Syrian Network for Human Rights (SNHR)")
    'syrian network for human rights'
    """
    words = _TOKEN.findall(fold(_main_piece(text)))
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    return " ".join(words) or " ".join(_TOKEN.findall(fold(text))) or text


def _main_piece(text: str) -> str:
    outside = _BRACKETS.sub(" ", text)
    pieces = [piece.strip(_EDGES) for piece in _BREAK.split(outside)]
    kept = [piece for piece in pieces if piece]
    if len(kept) > 1 and _is_acronym(kept[-1], kept[0]):
        kept = kept[:-1]
    scripts = [_script(piece) for piece in kept]
    return " ".join(piece for piece, script in zip(kept, scripts, strict=True) if script == scripts[0])


def _lexicon() -> dict[str, tuple[str, WordKind]]:
    """Every listed word, folded, to its concept and kind; a word of two lists belongs to the first."""
    known: dict[str, tuple[str, WordKind]] = {}
    sections: tuple[tuple[str, WordKind], ...] = (
        ("types", "type"), ("purposes", "purpose"), ("ordinary", "ordinary"), ("places", "place"),
    )  # fmt: skip
    for word in _DATA["legal"]:
        known.setdefault(fold(word), ("=", "legal"))
    for section, kind in sections:
        for concept, words in _DATA[section].items():
            for word in words:
                known.setdefault(fold(word), (f"={concept}", kind))
    return known


_KNOWN = _lexicon()
_EMPTY = frozenset(fold(word) for word in _DATA["empty"])
_TITLES = frozenset(fold(word) for word in _DATA["titles"])
_PHRASES = {f" {fold(phrase)} ": f" {word} " for phrase, word in _DATA["phrases"].items()}
_PHRASE = re.compile("|".join(map(re.escape, _PHRASES)))


def _script(text: str) -> Script:
    if text.isascii():
        return "latin"
    for character in text:
        if character.isalpha():
            for script, pattern in _SCRIPTS:
                if pattern.match(character):
                    return script
            return "other"
    return "latin"


@lru_cache(maxsize=_WORDS)
def _word(text: str) -> Word | None:
    """The word of a folded token of an organisation's name, None for one that tells nothing."""
    if text in _EMPTY:
        return None
    listed = next((form for form in _listed_forms(text) if form in _KNOWN), None)
    if listed is None:
        return _unlisted(text)
    return Word(listed if _script(text) == "arabic" else text, *_KNOWN[listed], "")


def _word_of_person(text: str) -> Word | None:
    return None if text in _TITLES else _unlisted(text)


def _listed_forms(text: str) -> Iterator[str]:
    """The word as it might be listed: as it is, in another spelling, in the singular."""
    yield text
    if _script(text) == "arabic":
        yield from _arabic_stems(text)
        return
    for spelling in dict.fromkeys([text, _respelled(text)]):
        yield spelling
        yield from _singulars(spelling)


def _arabic_stems(text: str) -> Iterator[str]:
    """The word without what Arabic writes together with it, before and after."""
    starts = [text, *(text.removeprefix(prefix) for prefix in _DATA["arabic"]["prefixes"])]
    for start in dict.fromkeys(starts):
        yield start
        for ending, into in _DATA["arabic"]["endings"]:
            if start.endswith(ending) and len(start) > len(ending) + 2:
                yield start.removesuffix(ending) + into


def _respelled(text: str) -> str:
    for pattern, into in _SPELLING:
        text = pattern.sub(into, text)
    return text


def _singulars(text: str) -> tuple[str, ...]:
    if len(text) > 4 and text.endswith("ies"):
        return (text[:-3] + "y",)
    if len(text) > 3 and text.endswith("s") and not text.endswith(("ss", "us", "is")):
        return (text[:-1], text[:-2]) if text.endswith("es") else (text[:-1],)
    return ()


@lru_cache(maxsize=_WORDS)
def _unlisted(text: str) -> Word:
    if text.isdigit():
        return Word(text, f"#{text}", "brand", text)
    script = _script(text)
    if script == "arabic":
        stem = next(
            (
                text[len(p) :]
                for p in _DATA["arabic"]["strong"]
                if text.startswith(p) and len(text) > len(p) + 2
            ),
            text,
        )
        sound = stem.translate(_ARABIC_LETTERS)
    elif script == "latin":
        singular = _singulars(_respelled(text))
        stem = _ARTICLE.sub("", singular[0] if singular else _respelled(text))
        sound = stem
        for pattern, into in _SOUNDS:
            sound = pattern.sub(into, sound)
    else:
        return Word(text, f"={text}", "brand", text)
    sound = _DOUBLED.sub(r"\1", sound)
    consonants = _DOUBLED.sub(r"\1", _VOWELS.sub("", sound))
    return Word(stem, f"~{consonants}" if consonants else f"={sound}", "brand", sound)


@lru_cache(maxsize=_NAMES)
def _tokens(text: str) -> tuple[str, ...]:
    folded = f" {fold(text)} "
    if _PHRASES:
        folded = _PHRASE.sub(lambda found: _PHRASES[found.group()], folded)
    return tuple(_TOKEN.findall(folded))


def _words(tokens: tuple[str, ...], kind: SignatoryKind) -> dict[str, Word]:
    """The words by key; a word said twice, or two words that share a key, get keys of their own."""
    found: dict[str, Word] = {}
    for token in tokens:
        word = _word(token) if kind == "organisation" else _word_of_person(token)
        if word is None:
            continue
        key, times = word.key, 1
        while key in found:
            times += 1
            key = f"{word.key}/{times}"
        found[key] = word if times == 1 else word._replace(key=key)
    return found


@lru_cache(maxsize=_NAMES)
def _initials(tokens: tuple[str, ...]) -> frozenset[str]:
    """What an acronym of these words could be: with and without the small words."""
    if len(tokens) < 3 or _script(tokens[0]) != "latin":
        return _NOTHING
    every = "".join(token[0] for token in tokens)
    large = "".join(token[0] for token in tokens if token not in _EMPTY)
    return frozenset(initials for initials in (every, large) if len(initials) >= 3)


def _is_acronym(text: str, main: str) -> bool:
    """Whether `text` beside the name `main` is its acronym: one word, in capitals or made of its initials."""
    spelled = text.replace(".", " ").split()
    if len(spelled) > 1 and all(len(letter) == 1 for letter in spelled):
        return True
    letters = text.replace(".", "").replace("-", "")
    if not 2 <= len(letters) <= 12 or not letters.isalnum() or not text[0].isalpha() or not letters.isascii():
        return False
    folded = letters.casefold()
    if folded in _KNOWN or folded in _EMPTY:
        return False
    tokens = _tokens(main)
    if folded in _initials(tokens):
        return True
    capitals = sum(character.isupper() for character in letters)
    if "-" in text or capitals < 2 or capitals < len(letters) / 3 or main.isupper():
        return False
    return letters.isupper() or capitals > 2 or letters[0].isupper()


def _persons(text: str) -> tuple[str, ...]:
    """The persons `text` lists, if it is nothing but a list of two or more."""
    parts = [part.strip(_EDGES) for part in _AND.split(text)]
    parts = [part for part in parts if part]
    if len(parts) < 2 or not all(_looks_like_person(part) for part in parts):
        return ()
    return tuple(parts)


def _looks_like_person(text: str) -> bool:
    words = text.split()
    return (
        2 <= len(words) <= 5
        and sum(word[0].isupper() or not word.isascii() for word in words) >= 2
        and not any((word := _word(token)) and word.kind != "brand" for token in _tokens(text))
    )


@lru_cache(maxsize=_NAMES)
def read(printed: str, kind: SignatoryKind = "organisation") -> Name:
    """The name as its words, acronyms, aliases and members.

    >>> sorted(read("Syrians for Truth and Justice - STJ").acronyms)
    ['stj']
    """
    if kind == "person":
        return _read_person(printed)
    pieces, members = _pieces(printed)
    primary = _script(pieces[0])
    words: dict[Script, dict[str, Word]] = {}
    acronyms: set[str] = set()
    aliases: list[Alias] = []
    main = pieces[0]
    if len(pieces) > 1 and _is_acronym(main, pieces[1]) and len(_tokens(pieces[1])) > 1:
        acronyms.add(_letters(main))
        main = pieces[1]
        pieces = pieces[1:]
    letters = ""
    for number, piece in enumerate(pieces):
        script = _script(piece)
        if number and script == primary and _is_acronym(piece, main):
            acronyms.add(_letters(piece))
            continue
        piece_tokens = _tokens(piece)
        piece_words = _words(piece_tokens, kind)
        words[script] = words.get(script, {}) | piece_words
        if script == primary:
            letters += "".join(token for token in piece_tokens if token not in _EMPTY)
        if number and any(word.kind not in ("place", "legal") for word in piece_words.values()):
            aliases.append(Alias(piece, frozenset(piece_words), script != primary))
    main_tokens = _tokens(main)
    forms = tuple(Form(script, found) for script, found in words.items())
    compact = letters or "".join(main_tokens) or printed
    single = main.strip(_EDGES)
    acronym = (
        _letters(single) if len(main_tokens) == 1 and 2 < len(compact) < 12 and _is_capitals(single) else ""
    )
    return Name(
        printed,
        kind,
        forms,
        frozenset(acronyms) or _NOTHING,
        _initials(main_tokens),
        acronym,
        tuple(aliases),
        compact,
        members,
    )


def _read_person(printed: str) -> Name:
    """A person's name: what follows a comma, a bracket or a dash is their office, not their name."""
    main = re.split(r"[,(\n]|\s[-–—]\s", printed, maxsplit=1)[0].strip() or printed
    form = Form(_script(main), _words(_tokens(main), "person"))
    return Name(printed, "person", (form,), _NOTHING, _NOTHING, "", (), "", ())


def _is_capitals(text: str) -> bool:
    letters = text.replace(".", "")
    return letters.isascii() and letters.isalpha() and letters.isupper()


def _letters(text: str) -> str:
    return "".join(character for character in fold(text) if character.isalnum())


def _pieces(printed: str) -> tuple[list[str], tuple[str, ...]]:
    """The name cut at brackets, dashes, line breaks and changes of script, and the persons it lists."""
    members: tuple[str, ...] = ()
    if printed.isascii() and not any(character in "([-|/\n" for character in printed):
        return [printed], members
    pieces: list[str] = []
    position = 0
    for bracket in _BRACKETS.finditer(printed):
        pieces += _BREAK.split(printed[position : bracket.start()])
        persons = _persons(bracket.group(1))
        members += persons
        if not persons:
            pieces.append(bracket.group(1))
        position = bracket.end()
    pieces += _BREAK.split(printed[position:])
    cut = [run.strip(_EDGES) for piece in pieces for run in _runs(piece)]
    return [piece for piece in cut if piece] or [printed], members


def _runs(text: str) -> list[str]:
    """`text` cut where Arabic letters meet others."""
    if text.isascii():
        return [text]
    runs: list[str] = []
    last: bool | None = None
    for token in re.findall(r"\S+\s*", text):
        arabic = bool(_SCRIPTS[0][1].search(token)) if any(c.isalpha() for c in token) else last
        if runs and (arabic == last or last is None):
            runs[-1] += token
        else:
            runs.append(token)
        last = arabic
    return runs
