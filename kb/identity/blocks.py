"""What names have in common: only those that share a block are compared; the fewer have a word the more it tells."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence

from kb.identity.comparison import LONG
from kb.identity.names import Name

__all__ = ["BLOCK", "Blocks", "block_keys", "is_bounded", "word_key", "word_keys"]

BLOCK = 24
"""Names a block may hold before it is too common to tell anything."""

_LARGEST = 60  # names of equal words that are compared each with each
_NEIGHBOURS = 3  # names of more equal words that each is compared with
_HASHES = 1 << 24  # by which keys of blocks are counted
_WHOLE = "whole "


class Blocks:
    """Which of some names share a block. Most keys are those of one name only, and are never held.

    `count` tells how many names have a key, where there are others than these.
    """

    def __init__(self, names: Sequence[Name], count: Callable[[str], int] | None = None) -> None:
        self._members: list[list[int]] = []
        self._of = [array("L") for _ in names]
        shared = _Shared(names)
        numbers: dict[str, int] = {}
        for node, name in enumerate(names):
            for key in filter(shared.__contains__, block_keys(name)):
                number = numbers.setdefault(key, len(self._members))
                if number == len(self._members):
                    self._members.append([])
                self._members[number].append(node)
                self._of[node].append(number)
        for key, number in numbers.items():
            if is_bounded(key) and (count(key) if count else len(self._members[number])) > BLOCK:
                self._members[number] = []  # too common to tell anything

    def beside(self, node: int) -> set[int]:
        """The later names to compare a name with; of a very large block its neighbours, which read alike."""
        found: set[int] = set()
        for number in self._of[node]:
            nodes = self._members[number]
            after = bisect_right(nodes, node)
            found.update(nodes[after:] if len(nodes) <= _LARGEST else nodes[after : after + _NEIGHBOURS])
        return found


class _Shared:
    """The keys that several names have, and by chance a few others."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._seen = bytearray(_HASHES)
        for name in names:
            for key in block_keys(name):
                at = hash(key) % _HASHES
                self._seen[at] = min(2, self._seen[at] + 1)

    def __contains__(self, key: str) -> bool:
        return self._seen[hash(key) % _HASHES] > 1


def is_bounded(key: str) -> bool:
    """Whether a block tells nothing if more than `BLOCK` names share it: all but those of equal words."""
    return not key.startswith(_WHOLE)


def word_key(word: str) -> str:
    """The key that all names with a word have (by the word's own key)."""
    return f"word {word}"


def word_keys(name: Name) -> Iterator[str]:
    """The keys of a name's words: how many names have one tells what it weighs."""
    return (word_key(key) for key in {key for form in name.forms for key in form.words})


def block_keys(name: Name) -> set[str]:
    """The blocks of a name; two names that may be one share at least one.

    All its words (these blocks have no bound), all but one, each distinctive word, a long one with a consonant
    left out, the letters without spaces, acronyms stated or possible, a second name.
    """
    keys: set[str] = set()
    kind = name.kind
    if name.compact:
        keys.add(f"letters {name.compact}")
    keys.update(f"acronym {each}" for each in (*name.acronyms, *name.initials, name.acronym) if each)
    keys.update(f"{kind} rest {_together(alias.keys)}" for alias in name.aliases)
    for form in name.forms:
        telling = sorted(key for key, word in form.words.items() if word.kind != "legal")
        if not telling:
            continue
        keys.add(f"{_WHOLE}{kind} {_together(telling)}")
        keys.add(f"{kind} rest {_together(telling)}")
        if 1 < len(telling) <= 12:
            for at in range(len(telling)):
                keys.add(f"{kind} rest {_together(telling[:at] + telling[at + 1 :])}")
        brands = [key for key in telling if form.words[key].kind == "brand"]
        if brands:
            keys.add(f"{kind} brands {_together(brands)}")
        for key in brands:
            keys.add(f"{kind} brand {key}")
            if len(key) > 3 and len(form.words[key].text) >= LONG:
                keys.update(f"{kind} brand {key[:cut]}{key[cut + 1 :]}" for cut in range(1, len(key)))
    return keys


def _together(keys: Iterable[str]) -> str:
    return " ".join(sorted(keys))
