"""Who speaks in a letter besides those who sign it: names by which it speaks of those who write."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice

from kb.extraction.language import any_language, any_words
from kb.extraction.zones import Zones

__all__ = ["called_for_short", "self_called", "speaking", "spoken_for", "standing"]

# Who speaks is named at the head of one of so many blocks.
_FIRST_BLOCKS = 3
# As much as is read of a block of which only the beginning matters, in code points.
_HEAD = 200
_PROPER = re.compile(r"\s+((?:[^\W\da-z][^\s,;:.]*|of|for|and|the|in|on|de|des|&)(?:\s+|$)){1,14}")


def spoken_for(text: str) -> Iterator[str]:
    """Give the names in whose name a letter says it is written: "I write on behalf of the Federation of …"."""
    for behalf in islice(any_language("signatures", "speaks_for").finditer(text), 4):
        named = _PROPER.match(text, behalf.end(), behalf.end() + 200)
        if named:
            yield " ".join(named[0].split())


def speaking(zones: Zones) -> Iterator[str]:
    """Give the names that the body begins with, of who takes a stand: "The Guild of Bakers is alarmed at …"."""
    stands = any_language("signatures", "takes_stand")
    for block in islice(zones.blocks("body"), _FIRST_BLOCKS):
        text = zones.layout.reading(block).text[:_HEAD]
        named = _PROPER.match(f" {text}")
        if named is None or not stands.match(text, named.end() - 1):
            continue
        name = named[0].split()
        for together, part in groupby(name, lambda word: word in any_words("words", "conjunctions")):
            several = list(part)
            if not together and (len(several) > 1 or (len(several[0]) > 2 and several[0].isupper())):
                yield " ".join(several)


# What is called by its initials, at the head of a sentence: "The ABC urges …".
_INITIALS = re.compile(r"(?:(?<=[.!?:]\s)|(?<=\n))(?:[^\W\d_]{2,4}\s)?([A-Z]{3,8})(?=\s)")


def standing(text: str) -> Iterator[str]:
    """Give the initials of who takes a stand at the head of two sentences or more: "The ABC is alarmed at …"."""
    stands = any_language("signatures", "takes_stand")
    found = Counter(named[1] for named in _INITIALS.finditer(text) if stands.match(text, named.end() + 1))
    yield from (name for name, count in found.items() if count > 1)


def self_called(text: str) -> Iterator[str]:
    """The nouns by which the signatories speak of themselves: "The undersigned organisations …"."""
    for found in islice(any_language("signatures", "self_called").finditer(text), 8):
        yield from filter(None, found.groups())


def called_for_short(signed: Sequence[str], addressed: Iterable[str]) -> Iterator[str]:
    """What the one organisation that signs may be called, unless somebody addressed is: "the Coalition"."""
    if len(signed) != 1:
        return
    others = {word.casefold() for name in addressed for word in name.split()}
    for word in signed[0].split():
        short = word.casefold()
        if short in any_words("signatures", "called_for_short") and short not in others:
            yield word
