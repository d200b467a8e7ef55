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
    """A stretch of the text to mark: code points `start` to `end`, and what it is.

    `href` leads to what was read there: from a note behind the stretch where it has a `number`, else from its words.
    """

    start: int
    end: int
    kind: str
    id: str = ""
    label: str = ""
    href: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text and the marks around it, widest first; `first` begin here, `last` end here."""

    text: str
    marks: tuple[Mark, ...]
    first: tuple[Mark, ...]
    last: tuple[Mark, ...]

    @property
    def href(self) -> str:
        """Where the words lead: with the narrowest mark whose words do."""
        return next((m.href for m in reversed(self.marks) if m.href and not m.number), "")


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
        first = tuple(m for m in around if m.start == start)
        yield Piece(text[start:end], around, first, tuple(m for m in around if m.end == end))
