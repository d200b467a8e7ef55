"""The points of lists: where a list ends, what belongs to each point, points that run on within a paragraph."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from kb.extraction.layout import Block
from kb.extraction.lines import last_printed
from kb.letter import Span

__all__ = ["Point", "inline_marks", "list_end", "marker_of", "numbered_anew", "points_of", "succeeds"]

# A longer paragraph between two points is no heading or note (code points).
_LONGEST_LABEL = 120


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a list: a list item with the paragraphs that belong to it."""

    marker: str | None
    level: int
    span: Span
    blocks: tuple[Block, ...]


def numbered_anew(points: Sequence[Point], number: int, text: str) -> Iterator[Point]:
    """Give the points after one that ends with a colon if they are numbered from one again."""
    before = points[number - 1]
    if (
        text[before.span.end - 1] not in ":："
        or not (before.marker or "").isdecimal()
        or before.marker == "1"
    ):
        return
    for count, point in enumerate(points[number:], 1):
        if point.marker != str(count) or (count > 1 and point.marker == str(int(before.marker or 0) + 1)):
            return
        yield point


def list_end(text: str, blocks: Sequence[Block], start: int, goes_on: Callable[[Block], bool]) -> int:
    """Tell where a list ends: paragraphs between two points that are numbered on belong to it.

    `goes_on` tells whether a paragraph is one with which a letter goes on after a list.
    """
    number = start + 1
    last = blocks[start].marker
    while number < len(blocks):
        if blocks[number].kind == "item":
            last = blocks[number].marker if blocks[number].level == blocks[start].level else last
            number += 1
            continue
        following = number
        while following < len(blocks) and blocks[following].kind == "paragraph" and following - number < 4:
            following += 1
        between = blocks[number:following]
        if not between or any(last_printed(text, block.content) == ":" for block in between):
            break
        if following < len(blocks) and succeeds(last, blocks[following]):
            number = following
            continue
        # The last point has a paragraph of its own too, if all the others do.
        points = [block for block in blocks[start:number] if block.kind == "item"]
        if len(points) > 1 and number - start == 2 * len(points) - 1 and not goes_on(between[0]):
            number += 1
        break
    return number


def succeeds(marker: str | None, block: Block) -> bool:
    """Tell whether a block is the point after the one that has that marker: 4 after 3."""
    return bool(
        block.marker
        and marker
        and block.marker.isdecimal()
        and marker.isdecimal()
        and int(block.marker) == int(marker) + 1
    )


def points_of(text: str, blocks: Sequence[Block]) -> list[Point]:
    """Give the points of a list, each with the paragraphs that belong to it."""
    points: list[Point] = []
    for block in blocks:
        if block.kind == "item":
            points.append(Point(block.marker, block.level, block.content, (block,)))
        elif points and _says(text, block):
            last = points[-1]
            points[-1] = replace(
                last, span=Span(last.span.start, block.content.end), blocks=(*last.blocks, block)
            )
    return points


def _says(text: str, block: Block) -> bool:
    """Tell a paragraph from a heading or a note between two points."""
    closed = last_printed(text, block.content) in _STOPS
    return (closed or block.content.end - block.content.start > _LONGEST_LABEL) and not _NOTE.match(
        text, block.content.start
    )


_STOPS = ".!?…؟:;؛"
_NOTE = re.compile(r"\[\^?\d{1,3}\]|[¹²³⁴⁵⁶⁷⁸⁹]")


_INLINE = re.compile(
    r"(?<=[\s:;,.])\(?(?:(?P<marker>[a-z]|[ivx]{2,4}|\d{1,2}|[ء-ي])\)\s*|(?P<number>\d{1,2})[.-]\s+)(?=\w)"
)
_POINT = re.compile(r"[.-](?<=\d.)\s")
# Points set off by dashes, the first after a colon, each with a capital or after a mark.
_FIRST_DASH = re.compile(r":\s+(?P<marker>[-–—•*·▪])\s+(?=[^\W\d_])")
_DASH = re.compile(r"(?<=\s)(?P<marker>[-–—•*·▪])\s+(?:(?<=[:;,.،؛]\s.\s)(?=\w)|(?=[^\W\d_a-z]))")
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"),
    tuple(str(number) for number in range(1, 40)),
    "أبجدهوزحطيكلمن",
    "ابجدهوزحطيكلمن",
)


def inline_marks(text: str) -> list[re.Match[str]]:
    """Find the marks of the points that run on in a paragraph: those in order, or the dashes after a colon."""
    first = _FIRST_DASH.search(text)
    if first:
        marks = _DASH.finditer(text, first.start() + 1)
        return [mark for mark in marks if mark["marker"] == first["marker"]]
    return _in_order(list(_INLINE.finditer(text))) if ")" in text or _POINT.search(text) else []


def marker_of(mark: re.Match[str]) -> str:
    """Give the marker of a point that runs on in a paragraph: "a", "3", "–"."""
    return str(mark["marker"] or mark["number"])


def _in_order(marks: list[re.Match[str]]) -> list[re.Match[str]]:
    """Keep the marks that follow each other in a row from its beginning: (a), (b), (c)."""
    best: list[re.Match[str]] = []
    for row in _ROWS:
        kept: list[re.Match[str]] = []
        for mark in marks:
            if len(kept) < len(row) and marker_of(mark) == row[len(kept)]:
                kept.append(mark)
        best = max(best, kept, key=len)
    return best
