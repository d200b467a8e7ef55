"""Text made fit for reading, and a map back to where each character of it stands in the letter's text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from kb.letter import Span

__all__ = ["BLANK", "INVISIBLE", "Reading", "plain", "read"]

# Zero-width characters and marks of writing direction: in the text, but not printed.
INVISIBLE = (
    "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2066\u2067\u2068\u2069\ufeff"
)
BLANK = "".join(map(chr, (c for c in range(0x3001) if chr(c).isspace()))) + INVISIBLE


@dataclass(frozen=True, slots=True)
class Reading:
    """Text made fit for reading: `text[marks[i]]` and what follows stand at `places[i]` of the letter."""

    text: str
    marks: tuple[int, ...]
    places: tuple[int, ...]

    def place(self, index: int) -> int:
        """Where `self.text[index]` stands in the letter's text."""
        piece = bisect_right(self.marks, index) - 1
        return self.places[piece] + index - self.marks[piece]

    def span(self, start: int, end: int) -> Span:
        """Give the place in the letter's text of `self.text[start:end]` (not empty)."""
        return Span(self.place(start), self.place(end - 1) + 1)


_MARKUP = re.compile(
    rf"""(?x)
    (?=[\s*_<!\[\\\-\u2010{INVISIBLE}])(?:                                       # fails fast at all else
    (?P<hyphen>(?<=[^\W\d])[-\u00ad\u2010][^\S\n]*\r?\n\s*(?=[^\W\dA-ZÀ-Þ]))   # a word cut at the line's end
    | (?P<space>\\?\s*[\n\r\x0b\x0c\x85\u2028\u2029]\s*(?:>\s?)*|[^\S ]\s*|[ ]\s+)
    | !\[[^\]\n]{{0,300}}\]\([^()\s]{{0,1000}}\)                               # an image
    | (?P<link>\[(?P<label>[^\[\]\n]{{1,400}})\]
      \([^()\s]{{0,1000}}(?:\([^()\s]{{0,200}}\)[^()\s]{{0,200}})?\))
    | </?(?!https?:|www\.|mailto:)[A-Za-z][^<>\n]{{0,500}}>                    # a tag
    | \*{{1,3}}(?=\S)|(?<=\S)\*{{1,3}} | (?<!\w)_{{1,3}}(?=\w) | (?<=[\w.,;:!?،؛؟])_{{1,3}}(?!\w)
    | \\(?:(?P<escaped>[!-/:-@\[-`{{-~])|\Z)
    | [{INVISIBLE}]+
    )"""
)
_CARE = re.compile(rf"[\n\r\t\x0b-\x0d\x85\u00a0\u2000-\u200a\u2028\u2029\u202f\u3000*_<\[\\{INVISIBLE}]")
_CUT_WORD = re.compile(r"(?<=[^\W\d])[-\u2010]")
_GOES_ON = re.compile(r"[^\W\dA-ZÀ-Þ]")


# "S I N C E R E L Y", in words two blanks apart.
_SPACED = re.compile(r"(?:[^\W\d_] ){3,}[^\W\d_][.,:]?(?: {2,}(?:[^\W\d_] )*[^\W\d_][.,:]?)*")


def _needs_care(text: str, start: int, end: int) -> bool:
    return (
        _CARE.search(text, start, end) is not None
        or text.find("  ", start, end) >= 0
        or (text.startswith(" ", start + 1) and _is_spaced(text, start, end))
    )


def _is_spaced(text: str, start: int, end: int) -> bool:
    return text[start + 1 : start + 6 : 2] == "   " and _SPACED.fullmatch(text, start, end) is not None


def read(text: str, spans: Sequence[Span]) -> Reading:
    """Return the reading text of those spans of `text` (the lines of a block), joined by single spaces."""
    if len(spans) == 1 and not _needs_care(text, *spans[0]):
        start, end = spans[0]
        return Reading(text[start:end], (0,), (start,))
    printed = _Printed(text)
    mended = False
    for number, (start, end) in enumerate(spans):
        if number and not mended:
            printed.space(start - 1)
        mended = number + 1 < len(spans) and _is_cut(text, end, spans[number + 1].start)
        printed.stretch(start, end - mended)
    return Reading("".join(printed.pieces), tuple(printed.marks), tuple(printed.places))


class _Printed:
    """What is printed of a text, piece by piece: where each begins in what is printed, and in the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pieces: list[str] = []
        self.marks: list[int] = []
        self.places: list[int] = []
        self.size = 0

    def take(self, start: int, end: int) -> None:
        """Take `text[start:end]` in as it stands."""
        if end > start:
            self.marks.append(self.size)
            self.places.append(start)
            self.pieces.append(self.text[start:end])
            self.size += end - start

    def space(self, start: int) -> None:
        """Take one space in for the white space at `start`, unless there is one before it, or nothing."""
        if self.size and self.pieces[-1][-1] != " ":
            self.marks.append(self.size)
            self.places.append(start)
            self.pieces.append(" ")
            self.size += 1

    def stretch(self, start: int, end: int) -> None:
        """Take `text[start:end]` in without its markup."""
        if _is_spaced(self.text, start, end):
            self.unspace(start, end)
            return
        if _needs_care(self.text, start, end):
            for found in _MARKUP.finditer(self.text, start, end):
                self.take(start, found.start())
                start = found.end()
                if found["space"]:
                    self.space(found.start())
                elif found["link"]:
                    self.stretch(*found.span("label"))
                elif found["escaped"]:
                    self.take(*found.span("escaped"))
        self.take(start, end)

    def unspace(self, start: int, end: int) -> None:
        """Take in words in spaced letters."""
        for at in range(start, end):
            if self.text[at] != " ":
                self.take(at, at + 1)
            elif self.text[at + 1] == " ":
                self.space(at)


def _is_cut(text: str, end: int, start: int) -> bool:
    """Tell whether the line that ends at `end` cuts a word, which the line that begins at `start` goes on with."""
    return bool(_CUT_WORD.match(text, end - 1) and _GOES_ON.match(text, start) and text[end:start].isspace())


def plain(text: str, start: int, end: int) -> str:
    """Return the printed words of `text[start:end]`: markup and marks taken out, white space folded."""
    if not _needs_care(text, start, end):
        return text[start:end].strip()
    return read(text, (Span(start, end),)).text.strip()
