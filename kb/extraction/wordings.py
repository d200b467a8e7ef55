"""What the words of a line tell by themselves: whether it is a name, heads names, opens copies, is prose."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice
from typing import Literal

from kb.extraction.expressions import Expressions
from kb.extraction.language import Found, any_language, any_of, any_words, languages, words
from kb.extraction.layout import Block, Layout
from kb.extraction.offices import NAMING, known, without_article
from kb.extraction.reading import plain

Zone = Literal["heading", "salutation", "body", "closing", "signatures", "copies", "addressees", "footer"]

FINAL = " \t,.:;،؛*-–—_"
QUOTES = "\"“«„'‘"
_BEFORE_WORDS = FINAL + "(["
# Another line of a form: "Date: …", "Subject: …".
FIELD = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)? ?[:：] ?(?=\S)")
_MOST_WORDS = 600
# So many lines are asked for more than once before others are.
LATELY = 1 << 10
_VOWEL_SIGNS = re.compile(r"[\u064b-\u065f\u0670\u0640]")
# A line of more code points than this is prose, not a heading or a formula.
SHORT = 160
# Headings over names, and most names, have fewer words.
_FEW_WORDS = 9
# A lead of so many spaces is a sentence ("This letter was sent to …"), and needs no colon.
_SENTENCE = 4
# "CC (by e-mail):"
_SAID_IN_BRACKETS = re.compile(r"\s?\([^()]{0,40}\)(?=\s?[:：])")
_ASIDE = re.compile(r"\s*\([^()]*\)[\s:.]*$")
_CLOSED = re.compile(r"[.!?؟…][\"'”’»)\]*_\\]*$")


def without_vowel_signs(text: str) -> str:
    """Leave out Arabic vowel signs and the tatweel."""
    return _VOWEL_SIGNS.sub("", text) if not text.isascii() and _VOWEL_SIGNS.search(text) else text


def with_vowel_signs(text: str, start: int) -> int:
    """Tell where a place of the text without vowel signs is in it."""
    letters = (place for place, char in enumerate(text) if without_vowel_signs(char))
    return next(islice(letters, start, None))


def is_closed(text: str) -> bool:
    """Tell whether text ends as a sentence does."""
    return _CLOSED.search(text) is not None


@cache
def _beginnings() -> Expressions:
    """All lists that blocks after the letter's text, and lines of signatures, are compared with at their beginning."""
    return any_of(
        *(
            ("signatures", key)
            for key in ("headings", "inline", "behalf", "connectors", "marks", "roles", "subheadings")
        ),
        *(("addressee", key) for key in ("leads", "offices", "articles")),
        *(("salutation", key) for key in ("dear", "vocatives")),
        *(("footer", key) for key in ("headings", "sections")),
        ("closing", "formulas"),
        ("copies", "leads"),
    )


def begins_known(text: str) -> bool:
    """Tell, very fast, whether a line may begin with words that do anything else than name somebody.

    Such words head, lead in, greet and close, or are an office's; most names begin otherwise.
    """
    return _beginnings().may_match(text.lstrip(_BEFORE_WORDS))


# "Reed League - https://reed.example.org"
_LINKS_AFTER = re.compile(r"(?:\s+(?:[-–—:|,]\s*)?[<(]?(?:https?://|www\.)\S+)+$")


class Words(dict[int, str]):
    """The printed words of each line, without markup, marker and Arabic vowel signs, by its number.

    They are those of the first 600 code points, without the addresses of web sites after them. Each line is read
    once, however many ask.
    """

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self.layout = layout
        self._has_vowel_signs = without_vowel_signs(layout.text) is not layout.text

    def __missing__(self, index: int) -> str:
        line = self.layout.lines[index]
        words = plain(self.layout.text, line.content, min(line.span.end, line.content + _MOST_WORDS))
        if "://" in words or "www." in words:
            words = _LINKS_AFTER.sub("", words) or words
        self[index] = words = without_vowel_signs(words) if self._has_vowel_signs else words
        return words

    def whole(self, index: int) -> str:
        """All that is printed on a line, without markup and marker."""
        if not self._has_vowel_signs and self.length(index) <= _MOST_WORDS:
            return self[index]
        line = self.layout.lines[index]
        return plain(self.layout.text, line.content, line.span.end)

    def length(self, index: int) -> int:
        """About how long the line is, in code points."""
        line = self.layout.lines[index]
        return line.span.end - line.content


@lru_cache(maxsize=LATELY)
def heads_signatures(text: str) -> bool:
    """Tell whether a line is a heading over signatures and nothing else."""
    bare = text.strip(FINAL)
    if ")" in bare:
        bare = _ASIDE.sub("", bare)
    return any_language("signatures", "headings", "inline").fullmatch(bare) is not None


def heads_senders(text: str) -> bool:
    """Tell whether a line at the top of a letter is a heading over those who write it ("From:", "Signatories")."""
    return (
        heads_signatures(text) or any_language("signatures", "self_named").fullmatch(text.strip()) is not None
    )


# A heading over names holds fewer words.
_MOST_HEADING = 14
_WORDS = re.compile(r"\w+")


@lru_cache(maxsize=LATELY)
def tells_of_signing(text: str) -> bool:
    """Tell whether a few words speak of those who sign ("Organisations that have signed so far")."""
    words = _WORDS.findall(text.casefold())
    return len(words) < _MOST_HEADING and not any_words("signatures", "signing").isdisjoint(words)


def asks(text: str) -> bool:
    """Tell whether a line has a verb of asking besides naming who signs ("We, the undersigned, urge you to:")."""
    said, signing = words(text), any_words("signatures", "signing")
    return any(said[found.first] not in signing for found in _phrases(said, "asks", "asks_third", "performs"))


def heads_demands(text: str) -> bool:
    """Tell whether a line leads in what is asked: it has a verb of asking, names demands, says "we" or "you"."""
    # "Les marins :": the article is a pronoun in Spanish.
    if speaks(without_article(text)) or asks(text):
        return True
    return any(found.label == "leads.asking" for found in _phrases(words(text), "leads"))


def _phrases(said: Sequence[str], *sections: str) -> Iterator[Found]:
    """Find the phrases of all languages."""
    return (found for language in languages().values() for found in language.phrases(*sections).find(said))


# A word that says "you" or "we" by its ending has at least so many letters.
_SHORTEST = 5


def speaks(text: str) -> bool:
    """Tell whether a line says "we" or "you", as those do that lead in what is asked."""
    said = _WORDS.findall(text.casefold())
    endings = tuple(any_words("words", "we_endings") | any_words("words", "you_endings"))
    return any(
        word in any_words("words", "we")
        or word in any_words("words", "you")
        or (len(word) >= _SHORTEST and word.endswith(endings))
        for word in said
    )


def heads_footer(text: str, signed: bool = True) -> bool:
    """Tell whether a line opens what is no part of the letter: notes, "About us", a legal notice.

    Before the signatures, headings like "Background" may be a part of it.
    """
    if len(text) > SHORT:
        return False
    bare = text.strip(FINAL)
    headings = (
        any_language("footer", "headings", "sections") if signed else any_language("footer", "headings")
    )
    if headings.fullmatch(bare):
        return True
    if not _CONTROLS.search(bare):
        return False
    parts = [part for part in _CONTROLS.split(bare) if part.strip()]
    # "View this post: Print · PDF · Share"
    known = sum(any_language("footer", "headings").fullmatch(part.strip(FINAL)) is not None for part in parts)
    return known * 2 > len(parts) > 1


_CONTROLS = re.compile(r"[|·•/]\s*|[:：]\s")


def copies_lead(text: str) -> int:
    """Tell where the names begin in a line that opens the list of those who get a copy; 0 in another line."""
    bare = without_vowel_signs(text)
    if len(bare) < len(text):
        start = copies_lead(bare)
        return start and with_vowel_signs(text, start)
    found = any_language("copies", "leads").match(text, 1 if text[:1] in {"(", "["} else 0)
    if found is None:
        return 0
    end = found.end()
    if said := _SAID_IN_BRACKETS.match(text, end):
        end = said.end()
    return end + len(text[end:]) - len(text[end:].lstrip(" \t:：./-–—"))


def opens_addressees(text: str) -> bool:
    """Tell whether a line after the letter's text opens the list of its addressees ("Addressed to: …")."""
    found = any_language("addressee", "leads").match(text)
    if found is None:
        return False
    return text[found.end() :].lstrip()[:1] in {":", "：", "/"} or found[0].count(" ") >= _SENTENCE


# What stands beside a name at its end.
_BESIDE = re.compile(r"[(,،–—/|-](?:(?<=\()|(?<=[,،])\s|(?<=\s[-–—/|])\s)([^(),،]+)\)?$")


def ends_with_country(text: str) -> bool:
    """Tell a name with a country, or a region, beside it ("xnet - Spain", "Lake Trust (Chad)")."""
    found = _BESIDE.search(text)
    return found is not None and heads_names(found[1])


@lru_cache(maxsize=LATELY)
def heads_names(text: str) -> bool:
    """Tell a heading inside a list of names ("Organisations", "Individuals / Experts") from a name."""
    bare = text.strip(FINAL)
    headings = any_language("signatures", "subheadings")
    if bare.casefold() in any_words("signatures", "countries"):
        return True
    if headings.fullmatch(bare):
        return True
    parts = _TOGETHER.split(bare) if _TOGETHER.search(bare) else ()
    return len(parts) > 1 and all(headings.fullmatch(part.strip()) for part in parts)


_TOGETHER = re.compile("[/&,]")
_AFFILIATION = re.compile(r"[,،(:]|\s[-–—/|]\s")
# Names have fewer words.
_NAME_WORDS = 15
_ALPHABETIC = re.compile(r"(?<!\w)[^\W\d_]{4,}")


def mostly_small(text: str) -> bool:
    """Tell whether most words of some length are in small letters."""
    longer = _ALPHABETIC.findall(text)
    return sum(map(str.islower, longer)) * 2 > len(longer)


@lru_cache(maxsize=LATELY)
def name_like(text: str) -> bool:
    """Tell whether a short text looks like the name of a person or an organisation."""
    text = text.strip(" ,;،؛*_-–—")
    if (
        not any(map(str.isalpha, text))
        or len(text) > 250
        or text[-1] in ":!?؟"
        or text[0] == "#"
        or text.count(" ") > 25
    ):
        return False
    if text[-1] in ".…":
        last = text.rsplit(None, 1)[-1]
        if "." not in last[:-1] and (len(last) > 6 or last[0].islower()):
            return False
        if text[-1] == "." and any_language("signatures", "presents").search(text):
            return False
    if any_language("closing", "formulas").fullmatch(text.strip(FINAL)):
        return False
    first = text.lstrip("\"'“«‘([")[:1]
    if first.islower() and not text[1:2].isupper():
        return False
    # What is long is no name, if most of it is in small letters.
    long = text.count(" ") > _NAME_WORDS
    told_by = text if long else _AFFILIATION.split(text, maxsplit=1)[0]
    if mostly_small(told_by):
        # "Ligue des droits humains": where names are not capitalised throughout, their first word tells.
        head = _ALPHABETIC.findall(told_by)[0].casefold()
        return not long and head in any_words("signatures", "organisations") and first.isupper()
    return first.isupper() or first.isdigit() or text.count(" ") <= 12


def is_prose(layout: Layout, block: Block) -> bool:
    """Tell whether a block is made of sentences rather than of a name, a heading, an address."""
    length = block.content.end - block.content.start
    if block.kind == "heading" or length < 60:
        return False
    if len(block.lines) > 2 and all(b - a < 60 and layout.text[b - 1] == "," for a, b in block.lines[:-1]):
        # An address: "The Minister of Water, / Lake House, / Reedham."
        return False
    if length > _MOST_PRINTED:
        return True
    tail = layout.text[max(block.content.start, block.content.end - 12) : block.content.end]
    closed = bool(_CLOSED.search(tail)) or (length > 100 and tail[-1] in ":;؛")
    return closed and not _is_address(layout.text, block.content.start)


# No address in one paragraph takes more code points.
_MOST_PRINTED = 400


def _is_address(text: str, start: int) -> bool:
    """Tell an address in one line, which may end with a full stop: "To: Ms. X, Mayor of Y, and all members."."""
    lead = any_language("addressee", "leads").match(text, start)
    colon = _AFTER_LEAD.match(text, lead.end()) if lead else None
    return colon is not None and any(known(key).match(text, colon.end()) for key in NAMING)


_AFTER_LEAD = re.compile(r"\s?[:：]\s*(?:the\s)?", re.IGNORECASE)
