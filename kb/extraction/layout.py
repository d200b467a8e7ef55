"""How a letter is laid out: lines, blocks, list items, pages and furniture, over a text that is never changed.

`lay_out` cuts the text into blocks: paragraphs and list items, each a run of lines. `Reading` is the text of a
block made fit for reading (lines joined, hyphens at line ends mended, markup taken out) that keeps a map back to
offsets of the letter's text, so that whatever is found in it can be quoted verbatim.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kb.letter import Span

__all__ = ["Block", "Layout", "Line", "Reading", "lay_out", "read"]


@dataclass(frozen=True, slots=True)
class Reading:
    """Text made fit for reading: `offsets[i]` is where `text[i]` stands in the letter's text."""

    text: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        """The place in the letter's text of `self.text[start:end]` (not empty)."""
        return Span(self.offsets[start], self.offsets[end - 1] + 1)


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line: `span` without the line's end and outer white space, `marker` if a list item begins here."""

    span: Span
    indent: int
    marker: str | None
    furniture: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or a list item. `content` leaves out an item's marker; `marker` is it as printed ("3", "a", "-").

    `level` is the nesting depth of a list item, from 0. `lines` are the places of its lines, furniture left out.
    """

    kind: Literal["paragraph", "item", "heading"]
    span: Span
    content: Span
    lines: tuple[Span, ...]
    marker: str | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """The lines and blocks of a text, in order."""

    text: str
    lines: tuple[Line, ...]
    blocks: tuple[Block, ...]


def lay_out(text: str, page_starts: tuple[int, ...] = ()) -> Layout:
    """Cut `text` into blocks."""
    raise NotImplementedError


def read(text: str, spans: tuple[Span, ...]) -> Reading:
    """The reading text of those spans of `text` (the lines of a block), joined by single spaces."""
    raise NotImplementedError
