"""A letter's text with everything that was read out of it marked in place.

Spans may nest (a resolution named inside a demand) and, when a person moved one, overlap. The text is cut at
every boundary, and each piece knows the spans it lies in: overlapping marks become neighbouring pieces, and
nothing of the text is ever lost or doubled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Mark", "Piece", "cut"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the text to mark: code points `start` to `end`, what it is, where it leads."""

    start: int
    end: int
    kind: str
    id: str = ""
    label: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text and the marks around it, widest first; `first` are those that begin here."""

    text: str
    marks: tuple[Mark, ...]
    first: tuple[Mark, ...]


def cut(text: str, marks: Iterable[Mark]) -> Iterator[Piece]:
    """The pieces of `text`, in order; joined, their texts are `text`."""
    inside = sorted(
        {m for m in marks if 0 <= m.start < m.end <= len(text)},
        key=lambda m: (m.start, -m.end, m.kind, m.id),
    )
    bounds = sorted({0, len(text), *(m.start for m in inside), *(m.end for m in inside)})
    open_marks: list[Mark] = []
    coming = iter(inside)
    upcoming = next(coming, None)
    for start, end in pairwise(bounds):
        open_marks = [m for m in open_marks if m.end > start]
        while upcoming is not None and upcoming.start == start:
            open_marks.append(upcoming)
            upcoming = next(coming, None)
        around = tuple(sorted(open_marks, key=lambda m: (m.start - m.end, m.start, m.kind, m.id)))
        yield Piece(text[start:end], around, tuple(m for m in around if m.start == start))
