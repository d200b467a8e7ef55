"""Lists of regular expressions of which most lines match none, and which tell so at once.

A line is asked dozens of times whether it is a closing formula, a heading, an office. `Expressions` knows how a
text begins that one of them matches, so that a line that begins otherwise costs next to nothing, however long
the lists grow; and in a long text it looks only where one of these beginnings stands.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache, cached_property

# What `re` itself reads expressions with; it has been the same, under another name, since Python 2.
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from kb.memo import Memo

__all__ = ["Expressions"]

# So many characters of a text are looked at; a class of more characters than that may be any.
_HEAD = 6
_LARGEST_CLASS = 100
# Beginnings whose answer is kept.
_MOST_ASKED = 1 << 12
# In a text of more characters than that, expressions are looked for by so many characters of their beginnings, if
# these have at least so many, and are no more than that.
_LONG = 100
_STEM = 6
_LEAST_STEM = 2
_MOST_STEMS = 64
# What stands in a head for all digits, for any characters from there on, and for the end of a word.
_DIGIT, _ANYTHING, _END = "0", "\0", "\1"
_WORD = re.compile(r"\w")
# Lists with more heads are looked for only at places where a match may begin.
_MANY_HEADS = 128
_AFTER_NO_WORD = re.compile(r"(?<!\w).", re.DOTALL)


class Expressions:
    """Regular expressions, any of which is looked for as whole words, whatever the case; the longest first.

    The methods are those of `re.Pattern`. Without expressions nothing matches.
    """

    def __init__(self, expressions: Iterable[str]) -> None:
        self._all = sorted(set(expressions), key=lambda expression: (-len(expression), expression))
        self._known_heads = self._heads(_HEAD)
        self._may_begin = Memo(self._begins, _MOST_ASKED)

    def _heads(self, size: int) -> frozenset[str]:
        return frozenset(head for expression in self._all for head in _heads(expression, size))

    @property
    def pattern(self) -> str:
        """One expression for all."""
        return rf"(?<!\w)(?:{'|'.join(self._all)})(?!\w)" if self._all else r"(?!)"

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.IGNORECASE)

    def _begins(self, head: str) -> bool:
        """Whether an expression may match a text that begins so."""
        head = "".join(map(_plain, head))
        heads = self._known_heads
        for size in range(_HEAD):
            ends = _WORD.match(head, size) is None
            if head[:size] + _ANYTHING in heads or (ends and head[:size] + _END in heads):
                return True
        return head in heads

    @cached_property
    def _stems(self) -> frozenset[str]:
        """The letters with which all texts begin that an expression matches; none if only looking tells."""
        stems = frozenset(head.rstrip(_ANYTHING + _END) for head in self._heads(_STEM))
        # "le" finds what "lesson" does.
        stems -= {stem for stem in stems for size in range(1, len(stem)) if stem[:size] in stems}
        good = all(len(stem) >= _LEAST_STEM and _DIGIT not in stem for stem in stems)
        return stems if good and len(stems) <= _MOST_STEMS else frozenset()

    def may_match(self, text: str) -> bool:
        """Tell, very fast, whether `match` may find anything at the beginning of text."""
        return self._may_begin[text[:_HEAD]]

    def match(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """Match at `start`."""
        head = start + _HEAD
        if self._may_begin[text[start : head if head < end else end]]:
            return self._compiled.match(text, start, end)
        return None

    def fullmatch(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """Match all of `text[start:end]`."""
        head = start + _HEAD
        if self._may_begin[text[start : head if head < end else end]]:
            return self._compiled.fullmatch(text, start, end)
        return None

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """Find the first match."""
        return next(self.finditer(text, start, end), None)

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """Find all matches that don't overlap, in order."""
        if min(end, len(text)) - start > _LONG and self._stems:
            return self._found(text, _places(self._stems, text, start, end), end)
        if len(self._known_heads) > _MANY_HEADS:
            places = (found.start() for found in _AFTER_NO_WORD.finditer(text, start, end))
            return self._found(text, places, end)
        return self._compiled.finditer(text, start, end)

    def _found(self, text: str, places: Iterable[int], end: int) -> Iterator[re.Match[str]]:
        """Match at each of those places, those within a match left out."""
        last = 0
        for place in places:
            if place >= last and (found := self.match(text, place, end)):
                yield found
                last = found.end()

    def sub(self, replacement: str, text: str) -> str:
        """Replace all matches."""
        return self._compiled.sub(replacement, text)


def _places(stems: Iterable[str], text: str, start: int, end: int) -> list[int]:
    """Where a word begins with one of the stems in `text[start:end]`, whatever its case, in order."""
    lowered = text[start:end].lower()
    if len(lowered) != len(text[start:end]):  # "İ" becomes two characters
        lowered = "".join(map(_plain, text[start:end]))
    places = set()
    for stem in stems:
        place = lowered.find(stem)
        while place >= 0:
            if not (place and lowered[place - 1].isalnum()):
                places.add(start + place)
            place = lowered.find(stem, place + 1)
    return sorted(places)


@cache
def _heads(expression: str, size: int) -> frozenset[str]:
    """How texts begin that `expression` matches as whole words: as much as `size` characters."""
    found = {(head + _END)[:size] for head in _beginnings(parser.parse(expression), size)}
    return frozenset("".join(head.partition(_ANYTHING)[:2]) for head in found)


def _plain(char: str) -> str:
    return _DIGIT if char.isdecimal() else char.lower()[:1]


def _beginnings(items: Iterable[tuple[Any, Any]], size: int) -> set[str]:
    """How texts begin that parts of an expression match one after the other."""
    found = {""}
    for kind, value in items:
        if all(len(head) >= size or _ANYTHING in head for head in found):
            break
        nexts = _beginnings_of(kind, value, size)
        found = {
            head if _ANYTHING in head else (head + following)[:size] for head in found for following in nexts
        }
    return found


def _beginnings_of(kind: Any, value: Any, size: int) -> set[str]:
    """How texts begin that one part of an expression matches; "" if it may match nothing."""
    if kind in (kinds.AT, kinds.ASSERT, kinds.ASSERT_NOT):
        return {""}
    if kind is kinds.LITERAL:
        return {_plain(chr(value))}
    if kind is kinds.IN:
        return _characters(value)
    if kind is kinds.SUBPATTERN:
        return _beginnings(value[-1], size)
    if kind is kinds.BRANCH:
        return {head for branch in value[1] for head in _beginnings(branch, size)}
    if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT):
        least, most, repeated = value
        once = _beginnings(repeated, size)
        if most > 1:
            once = {(head + _ANYTHING)[:size] for head in once}
        return once if least else {"", *once}
    return {_ANYTHING}


def _characters(members: Iterable[tuple[Any, Any]]) -> set[str]:
    """The characters of a class."""
    found: set[str] = set()
    for kind, value in members:
        if kind is kinds.LITERAL:
            found.add(_plain(chr(value)))
        elif kind is kinds.RANGE and value[1] - value[0] < _LARGEST_CLASS:
            found |= {_plain(chr(code)) for code in range(value[0], value[1] + 1)}
        elif (kind, value) == (kinds.CATEGORY, kinds.CATEGORY_DIGIT):
            found.add(_DIGIT)
        else:
            return {_ANYTHING}
    return found
