"""How a letter is laid out: lines, blocks, list items and furniture, over a text that is never changed.

`lay_out` cuts the text into blocks: paragraphs, headings and list items, each a run of lines. `Reading` is
a stretch of the text made fit for reading (lines joined, hyphens at line ends mended, markup taken out) that
keeps a map back to offsets of the letter's text, so that whatever is found in it can be quoted verbatim.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Literal, NamedTuple

from kb.extraction.language import any_language, any_words, languages
from kb.letter import Span

__all__ = [
    "INVISIBLE",
    "Block",
    "Layout",
    "Line",
    "Reading",
    "cells",
    "last_printed",
    "lay_out",
    "plain",
    "read",
]

# Zero-width characters and marks of writing direction: in the text, but not printed.
INVISIBLE = (
    "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_BLANK = "".join(map(chr, (c for c in range(0x3001) if chr(c).isspace()))) + INVISIBLE

# An item of fewer code points has no room for a sentence and a new address to the reader.
_SHORTEST_TURN = 60
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
# A line of more code points than this was not wrapped by hand or by a page's width.
_WIDEST_PAGE = 130
# Lines of a narrow column are shorter; a text has so many full lines at least where it was wrapped at all.
_WIDEST_COLUMN = 48
_LEAST_WRAPPED = 3
_LEAST_LINES = 10
# A line of fewer code points may be a name, and say nothing about how the next goes on.
_SOME_LENGTH = 40
# Blank lines that stand for the break between two pages.
_PAGE_GAP = 3


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


class Line(NamedTuple):
    """A printed line: `span` without the line's end, outer white space and quotation marks of e-mail (`>`).

    `content` is where its text begins after a list marker or a heading's `#`; `marker` is that of a list item
    ("3", "a", "-"), None where none begins here; `gap` counts the blank lines before it (a page break is
    several); `heading` says that it is marked up as one.
    """

    span: Span
    content: int
    gap: int
    indent: int
    marker: str | None = None
    heading: bool = False
    furniture: bool = False


class Block(NamedTuple):
    """A paragraph, a heading or a list item. `marker` is an item's as printed, `content` leaves it out.

    `level` is the nesting depth of a list item, from 0. `lines` are the places of its lines, furniture and
    marker left out. `first` is the index of its first line in `Layout.lines`, `last` that of its last.
    """

    kind: Literal["paragraph", "item", "heading"]
    span: Span
    content: Span
    lines: tuple[Span, ...]
    first: int
    last: int
    marker: str | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """The lines and blocks of a text, in order; `width` is that of a page (0: lines were not wrapped)."""

    text: str
    lines: tuple[Line, ...]
    blocks: tuple[Block, ...]
    width: int
    _readings: dict[tuple[int, int], Reading] = field(default_factory=dict, repr=False, compare=False)

    def reading(self, *blocks: Block) -> Reading:
        """The reading text of one of the blocks, or of several that follow each other; made once."""
        place = blocks[0].content.start, len(blocks)
        reading = self._readings.get(place)
        if reading is None:
            lines = [line for block in blocks for line in block.lines]
            reading = self._readings[place] = read(self.text, lines)
        return reading


def lay_out(text: str, page_starts: tuple[int, ...] = ()) -> Layout:
    """Cut `text` into lines and blocks; `page_starts` are offsets at which a page is known to begin."""
    lines = _in_front(text, _lines(text, page_starts))
    width = _width(lines)
    blocks = tuple(_blocks(text, lines, width))
    return Layout(text, tuple(lines), blocks, width)


# ---------------------------------------------------------------------------------------------------- lines

_NUMBER = (
    r"\(?\d{1,5})(?:[ \t]?(?:\\?[.)\]/\-–—ـ°º]){1,3}"
    r"(?!\d)(?=[\s*_\W]|[^\W\da-zß-öø-ÿ]|(?<=[.)\]°º])\w)|\t)"
)
_LETTER = (
    r"(?P<letter>\(?(?:[a-zA-Z]|[ivxIVX]{2,5}|هـ(?=[.)])|[ء-ي]))"
    r"(?:\\?\)|\\?\.(?=\s|$)|(?<=[ء-ي])[ـ\-–](?=\s))"
)
# The private use area: what symbol fonts leave in texts copied out of Word.
_BULLETS = "•·▪▫●○◦‣⁃∙■□◆◇►▶➢➤✓✔✦❖→➔➜▸▹◾◽★☆♦\ue000-\uf8ff"
# Pictures in one list may differ.
_PICTURES = "✅☑➡🔹🔸🔴🔵👉"
_BULLET = rf"(?P<bullet>[{_BULLETS}{_PICTURES}]|[-–—]{{1,2}}(?=[\s\w\"'“«‘(\[*])|\+(?=\s)|[*\\][*-]?(?=\s))"
# An emoji may have a mark after it that says so.
_REST = rf"[\s\ufe0f{INVISIBLE}]*"
_MARKER = re.compile(
    rf"(?:<(?:strong|b|em|i|u|span)(?:\s[^<>]{{0,300}})?>\s*)?[*_]{{0,3}}(?:{_BULLET}{_REST}(?:(?P<inner>{_NUMBER})?|(?P<number>{_NUMBER}|{_LETTER})[*_]{{0,3}}{_REST}"
)
_MARKER_STARTS = re.compile(
    rf"[<*_(\[\\\d{_BULLETS}{_PICTURES}+–—-]|(?:[a-zA-Zء-ي]|[ivxIVX]{{2,5}})[.)ـ\-–\\]"
)
# Letters that symbol fonts show as circles, arrows and ticks.
_LETTER_BULLET = re.compile(r"([oØü§vq¨])(?:\t|[ \u00a0])\s*(?=[^\W_]|[\"“«*])")
_BARE_NUMBER = re.compile(r"(\d{1,4})[ \u00a0]+(?=[^\W\da-zß-öø-ÿ])")
_EMPHASIS = re.compile(r"[*_]{1,3}")
_AFTER_ORDINALS = (",", ":", "،", ".", "-", "*", " –", " -", " —")
_HEADING = re.compile(r"#{1,6}\s+")
_QUOTED = re.compile(r"(?:>\s*)+")

# A number with a full stop or a bracket after it is a marker, and so is a dash before a word other than "page".
_BEGINS_FURNITURE = re.compile(
    r"[-–—](?!\s+[^\W\d_pص])|[^\w\s–—-]|ـ|\d{1,3}(?![\d.)])|p|صفحة|t[eé]l|fax|هاتف", re.IGNORECASE
)
# Most lines begin with a word, and are neither furniture nor items.
_BEGINS_ODDLY = re.compile(rf"{_BEGINS_FURNITURE.pattern}|{_MARKER_STARTS.pattern}", re.IGNORECASE)
_PAGE = r"(?:[-–—\s]|page|p\.|صفحة|página|pág\.)*\d{1,3}(?:\s*(?:/|of|de|sur|من)\s*\d{1,3})?[-–—\s]*"
_PAGE_NUMBER = re.compile(_PAGE, re.IGNORECASE)
_TITLE_WITH_PAGE = re.compile(
    r"[\s|·,–—-](?:page|صفحة|página|pág\.)\s*\d{1,3}\s*(?:/|of|de|sur|من)\s*\d{1,3}\Z"
    r"|(?:\s{3}|[|·–—]\s?)(?:page|صفحة|página|pág\.)\s*\d{1,3}\Z",
    re.IGNORECASE,
)
_LONGEST_TITLE = 100
_LONGEST_ASIDE = 200
_FURNITURE = re.compile(
    _PAGE
    + r"""
    | (?:\[?\s*!\[[^\]]{0,300}\]\([^)]{0,1000}\)\s*\]?(?:\([^)\s]{0,1000}\))?\s*)+  # images
    | \]\([^)\s]{0,1000}\)  # the end of a link
    | \[\^?[\w-]{1,20}\]:\s*<?(?:https?://|www\.)\S{1,1000}  # where a link leads
    | [-–—_=*~ـ\#\s]{3,}  # a rule
    | <[^<>]{1,300}>  # a lone tag
    | \{:?[^{}]{0,300}\}  # attributes of what stands above, a site's template
    | \[\^[\w-]{1,20}\]:\s.*  # a note at the foot
    | [←⇐↩⬅◀⏪].{1,80}  # the way back in a site
    | (?:\#[^\W\d]\w{1,80}\s*)+  # hashtags
    | (?:(?:e-?mail|courriel|correo(?:\ electrónico)?|web(?:site)?|البريد\ الإلكتروني)\s*:?\s*)?
      \[?(?:email\s?protected|[\w.+-]{1,64}@[\w.-]{1,200}|@\w{1,40}|(?:https?://|www\.)\S{1,1000})\]?(?:\([^)\s]{1,1000}\))?
    | (?:tel|phone|fax|tél|teléfono|هاتف)[.:\s]*[+\d][\d\s().+-]{5,40}
    | \+\d[\d\s().-]{6,40}
    """,
    re.IGNORECASE | re.VERBOSE,
)


# Tags of paragraphs, lists and headings around what is printed in a line of Markdown.
_TAG = r"</?(?:p|div|section|article|ul|ol|li|dl|dt|dd|br|blockquote|center|h[1-6])(?:\s[^<>]{0,300})?/?>"
_TAGS_BEFORE = re.compile(rf"(?:{_TAG}\s*)+", re.IGNORECASE)
_MOST_TAGS = 10
_ONE_TAG = re.compile(_TAG, re.IGNORECASE)
_HEADING_TAG = re.compile(r"<h[1-6]")


def _lines(text: str, page_starts: Sequence[int]) -> list[Line]:
    lines: list[Line] = []
    begin = end = gap = 0
    pages = iter((*page_starts, len(text) + 1))
    page = next(pages)
    # Without marks that are not printed, `strip` of white space does, and is faster.
    blank = None if text.isascii() or not _INVISIBLE.search(text) else _BLANK
    for raw in _raw_lines(text):
        begin, end = end, end + len(raw)
        if begin >= page:
            gap += _PAGE_GAP
            while begin >= page:
                page = next(pages)
        if "\x0c" in raw:
            gap += _PAGE_GAP
        body = raw.strip(blank)
        indent = raw.find(body)
        if body.startswith(">") and (quoted := _QUOTED.match(body)):
            indent += quoted.end()
            body = body[quoted.end() :]
        bare = _undressed(body) if body[:1] in _DRESSED or body[-1:] in _DRESSED else _Bare(0, body)
        if not bare.body:
            gap += 1
            continue
        line = _line(bare.body, begin + indent + bare.start, gap or int(bare.apart), indent)
        if bare.heading or bare.marker:
            line = line._replace(heading=bare.heading, marker=line.marker or bare.marker)
        lines.append(line)
        gap = 0
    _mark_running_heads(text, lines)
    _mark_letterheads(text, lines)
    return _with_letter_bullets(text, _with_bare_numbers(text, _with_ordinals(text, _checked(text, lines))))


class _Bare(NamedTuple):
    """What is printed of a line, from `start` on, and what the markup around it says of how it is set."""

    start: int
    body: str
    apart: bool = False
    heading: bool = False
    marker: str | None = None


# With one of these a line begins or ends that markup may stand around.
_DRESSED = frozenset("<>*_\\")


def _undressed(line: str) -> _Bare:
    """Take off the tags around a line, emphasis with a blank within ("** Dear all**"), Markdown's line break."""
    start, body, tags = 0, line, ""
    if before := _TAGS_BEFORE.match(line):
        start, tags = before.end(), before[0].lower()
    elif line.startswith("_ ") or (line.startswith(("** ", "__ ")) and line.count(line[:2]) % 2 == 0):
        start = len(line) - len(line.lstrip("*_ "))
    body = _without_tags_after(line[start:])
    if body.endswith((" *", " **", " _", " __")):
        body = body.rstrip("*_ ")
    elif body.endswith("\\") and not body.endswith("\\\\"):
        body = body[:-1].rstrip(_BLANK)
    apart = any(tag in tags for tag in ("<p", "<div", "<h"))
    return _Bare(start, body, apart, _HEADING_TAG.search(tags) is not None, "•" if "<li" in tags else None)


def _without_tags_after(body: str) -> str:
    for _ in range(_MOST_TAGS):
        start = body.rfind("<") if body.endswith(">") else -1
        if start < 0 or not _ONE_TAG.fullmatch(body, start):
            break
        body = body[:start].rstrip(_BLANK)
    return body


# What a site's generator is told of a page, in YAML or TOML: all but its title and what it is about is furniture.
_FRONT_MATTER = re.compile(r"\s*(---|\+\+\+)[ \t]*\r?\n((?:.*\r?\n){1,200}?)\1[ \t]*(?:\r?\n|\Z)")
_SETTING = re.compile(r"[\w.-]{1,40}[ \t]?[:=]|\s|[-#\[\]]|\Z")
_ABOUT = re.compile(
    r"(?P<key>title|subtitle|description|summary|excerpt)[ \t]?[:=][ \t]*[\"']?(?=[^\s\"'>|])", re.IGNORECASE
)


def _in_front(text: str, lines: list[Line]) -> list[Line]:
    """Leave of the front matter what the title and a summary say."""
    found = _FRONT_MATTER.match(text)
    if not found or not all(map(_SETTING.match, found[2].splitlines())):
        return lines
    end, told = found.end(), False
    for index, line in enumerate(lines):
        if line.span.start >= end:
            break
        about = _ABOUT.match(text, *line.span)
        # What is said goes on in lines that are set in.
        told = about is not None or (told and line.indent > 0 and line.marker is None)
        if about:
            start = about.end()
            said = text[start : line.span.end].rstrip("\"' ")
            heading = about["key"].lower() == "title"
            line = Line(Span(start, start + len(said)), start, 1, 0, heading=heading)
        elif not told:
            line = line._replace(furniture=True, marker=None, heading=False, content=line.span.start)
        lines[index] = line
    return lines


# A greeting within a line is looked for among so many code points of the text; it takes no more than so many.
_TOP = 2000
_GREETING = 120
_AFTER_GREETING = re.compile(r"[,:!]\s*(?=[^\W\d_a-zß-öø-ÿ])")


def _raw_lines(text: str) -> Iterator[str]:
    """Cut text at its line ends, and where these were lost: around a greeting, before the items of a list."""
    place = 0
    for raw in _by_tags(text) if "<" in text and _TAG_WITHIN.search(text) else text.splitlines(keepends=True):
        cuts: Sequence[int] = ()
        if len(raw) > _WIDEST_PAGE and place < _TOP:
            cuts = _run_on_greeting(raw)
        if not cuts and ("•" in raw or "·" in raw):
            cuts = _run_on_items(raw)
        place += len(raw)
        if cuts:
            yield from filter(None, (raw[start:end] for start, end in pairwise((0, *cuts, len(raw)))))
        else:
            yield raw


# A line of a web page ends where a tag says so: "Ann Vale, Reed<br>League, Paul Ford<br>of the Lake".
_TAG_WITHIN = re.compile(r"[^\s>][ \t]*<(?:br|p|li)\b[^<>\n]{0,300}>[ \t]*[^\s<]", re.IGNORECASE)
_LINE_TAG = re.compile(r"<br\b[^<>]{0,300}>|</(?:p|li|div|h[1-6])>|(?=<(?:p|li|div|h[1-6])\b)", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n[ \t\r]*\n\s*")


def _by_tags(text: str) -> Iterator[str]:
    """Cut text at blank lines, and what stands between them at tags where one stands within a line."""
    start = 0
    for end in (*(gap.end() for gap in _BLANK_LINES.finditer(text)), len(text)):
        part, start = text[start:end], end
        if _TAG_WITHIN.search(part):
            # The blank lines at its end are no part of its last line.
            ends = [*(tag.end() for tag in _LINE_TAG.finditer(part)), len(part.rstrip()), len(part)]
            yield from filter(None, (part[a:b] for a, b in pairwise((0, *sorted(ends)))))
        else:
            yield from part.splitlines(keepends=True)


def _run_on_items(line: str) -> Sequence[int]:
    """Tell where the items of a list begin that stand in one line: "• Open the road. • Pay for the mill."."""
    for bullet, before in _BEFORE_ITEM.items():
        first = line.find(bullet)
        if first >= 0 and line[:first].rstrip()[-1:] in {"", ":", "："}:
            return [found.end() for found in before.finditer(line, first)]
    return ()


_BEFORE_ITEM = {bullet: re.compile(rf"\s(?={bullet}\s?\w)") for bullet in "•·"}


def _run_on_greeting(line: str) -> Sequence[int]:
    """Tell where a greeting begins and ends within a long line: "… 5 May 2020 Dear Ms. X, We write …"."""
    for dear in any_language("layout", "greetings").finditer(line, 0, min(len(line), _TOP)):
        after = _AFTER_GREETING.search(line, dear.end(), dear.end() + _GREETING)
        if after is None or line[dear.start()].islower() or len(line) - after.end() < _SHORTEST_TURN:
            continue
        if not any_language("addressee", "generic").fullmatch(line[dear.end() : after.start()].strip()):
            return dear.start(), after.end()
    return ()


def _mark_running_heads(text: str, lines: list[Line]) -> None:
    """Mark as furniture what stands right beside a page number, and elsewhere in the same words."""
    numbers = [n for n, line in enumerate(lines) if line.furniture and _is_page_number(text, line)]
    beside = [n for number in numbers for n in (number - 1, number + 1) if 0 < n < len(lines)]
    if beside:
        printed = Counter(text[line.span.start : line.span.end] for line in lines)
        for n in beside:
            if printed[text[lines[n].span.start : lines[n].span.end]] > 1:
                lines[n] = lines[n]._replace(furniture=True, marker=None)


# A letterhead of so many lines, printed on so many pages.
_LETTERHEAD = 3
_LEAST_PAGES = 3


def _mark_letterheads(text: str, lines: list[Line]) -> None:
    """Mark as furniture the letterhead of all pages but the first: lines printed in a row several times."""
    printed = [text[line.span.start : line.span.end] if _may_head(text, line) else "" for line in lines]
    rows = Counter(zip(*(printed[shift:] for shift in range(_LETTERHEAD)), strict=False))
    repeated = {row for row, count in rows.items() if count >= _LEAST_PAGES and all(row)}
    seen: set[tuple[str, ...]] = set()
    for index in range(len(printed) - _LETTERHEAD + 1) if repeated else ():
        row = tuple(printed[index : index + _LETTERHEAD])
        if row in repeated and row in seen:
            for n in range(index, index + _LETTERHEAD):
                lines[n] = lines[n]._replace(furniture=True, marker=None)
        seen.add(row)


def _may_head(text: str, line: Line) -> bool:
    """Tell a line that may be of a letterhead from a sentence and a point."""
    return line.marker is None and line.span.end - line.span.start < _LONGEST_TITLE and not _stops(text, line)


def _is_page_number(text: str, furniture: Line) -> bool:
    return _PAGE_NUMBER.fullmatch(text, *furniture.span) is not None


def _line(body: str, start: int, gap: int, indent: int) -> Line:
    span = Span(start, start + len(body))
    odd = _BEGINS_ODDLY.match(body) is not None
    aside = len(body) < _LONGEST_ASIDE and any_language("layout", "furniture").fullmatch(body)
    if aside or (len(body) < 1500 and _is_furniture(body, odd)):
        return Line(span, start, gap, indent, furniture=True)
    if not odd:
        return Line(span, start, gap, indent)
    if body.startswith("#") and (heading := _HEADING.match(body)):
        return Line(span, start + heading.end(), gap, indent, heading=True)
    if (found := _MARKER.match(body)) and found.end() < len(body):
        marker = found[found.lastgroup or "bullet"].lstrip("(\\").rstrip("ـ")
        return Line(span, start + found.end(), gap, indent, marker)
    return Line(span, start, gap, indent)


def _is_furniture(body: str, odd: bool) -> bool:
    """Tell a page number, an address, a rule; most lines that don't begin oddly are told fast to be none."""
    begins = odd and _BEGINS_FURNITURE.match(body) is not None
    addressed = "@" in body or "://" in body or ("." in body and "www." in body.lower())
    if (begins or addressed) and _FURNITURE.fullmatch(body):
        return True
    if not body[-1].isdecimal():
        return False
    page = _TITLE_WITH_PAGE.search(body, 1)
    return page is not None and page.start() <= _LONGEST_TITLE


def _checked(text: str, lines: list[Line]) -> list[Line]:
    """Take back the markers that are none: an initial ("A. Smith"), a dash that begins a wrapped line."""
    printed = {line.marker for line in lines if line.marker}
    previous: Line | None = None
    open_marker: str | None = None
    for index, line in enumerate(lines):
        if line.furniture:
            continue
        marker = line.marker
        if marker and not _begins_item(text, lines, index, previous, open_marker, printed):
            line = lines[index] = line._replace(marker=None, content=line.span.start)
            marker = None
        if marker:
            open_marker = marker
        elif line.gap:
            open_marker = None
        previous = line
    return lines


def _with_ordinals(text: str, lines: list[Line]) -> list[Line]:
    """Mark the paragraphs of a row "First, … Second, …" as items, which keep the word in their content."""
    found: list[tuple[int, str]] = []
    previous: Line | None = None
    ordinals = any_language("layout", "ordinals")
    for index, line in enumerate(lines):
        if line.furniture or line.heading:
            continue
        word = None if line.marker else ordinals.match(text, _printed_start(text, line))
        if word and text.startswith(_AFTER_ORDINALS, word.end()):
            joined = found and previous is not None and _joins(text, previous)
            if previous is None or line.gap or _stops(text, previous) or joined:
                found.append((index, word[0]))
        previous = line
    if len({word.casefold() for _, word in found}) > 1:
        for index, marker in found:
            lines[index] = lines[index]._replace(marker=marker)
    return lines


def _printed_start(text: str, line: Line) -> int:
    """Tell where the words of a line begin, after a mark of emphasis."""
    if text[line.content] in "*_" and (emphasis := _EMPHASIS.match(text, line.content, line.span.end)):
        return emphasis.end()
    return line.content


def _joins(text: str, line: Line) -> bool:
    """Tell whether a line ends in "and", as the last point but one of a list may."""
    last = text[line.content : line.span.end].rsplit(None, 1)[-1:]
    return bool(last) and any_language("signatures", "connectors").fullmatch(last[0]) is not None


def _with_bare_numbers(text: str, lines: list[Line]) -> list[Line]:
    """Mark the lines of a row "1 One", "2 Two", "3 Three", whose numbers have no sign after them."""
    row: list[tuple[int, re.Match[str]]] = []
    for index, line in enumerate(lines):
        if line.marker or not text[line.content].isdecimal():
            continue
        found = _BARE_NUMBER.match(text, line.content, line.span.end)
        if not found:
            continue
        if row and int(found[1]) != int(row[-1][1][1]) + 1:
            row = []
        if row or int(found[1]) == 1:
            row.append((index, found))
        for place, match in row if len(row) == 3 else row[3:][-1:]:
            lines[place] = lines[place]._replace(marker=match[1], content=match.end())
    return lines


def _with_letter_bullets(text: str, lines: list[Line]) -> list[Line]:
    """Mark the lines of a text that begin with the same letter, standing alone, as items: "o One", "o Two"."""
    found: dict[str, list[tuple[int, int]]] = {}
    sure: Counter[str] = Counter()
    for index, line in enumerate(lines):
        letter = text[line.content] in "oØü§vq¨" and _LETTER_BULLET.match(text, line.content, line.span.end)
        if letter and not line.marker:
            found.setdefault(letter[1], []).append((index, letter.end()))
            # In small letters it may be a word with which a sentence goes on ("or" in Spanish).
            before = lines[index - 1] if index and not line.gap else None
            capital = not text[letter.end()].islower()
            sure[letter[1]] += capital or before is None or _stops(text, before) or _joins(text, before)
    for bullet, places in found.items():
        for index, content in places if len(places) > 1 and sure[bullet] * 2 > len(places) else ():
            lines[index] = lines[index]._replace(marker=bullet, content=content)
    return lines


def _begins_item(
    text: str,
    lines: list[Line],
    index: int,
    previous: Line | None,
    open_marker: str | None,
    printed: set[str],
) -> bool:
    line = lines[index]
    marker = line.marker or ""
    if marker.isalpha() and not marker.islower():
        after = text.find(marker, line.span.start) + len(marker)
        if text[after] == ".":
            return _succeeds(marker, printed)
    if previous is None or line.gap or _stops(text, previous) or previous.span.end - previous.span.start < 50:
        return True
    following = lines[index + 1] if index + 1 < len(lines) else None
    if marker.isdecimal():
        number = int(marker)
        if open_marker and open_marker.isdecimal():
            return number - int(open_marker) in range(12) or number == 1
        return number == 1
    if marker.isalpha():
        return True
    return open_marker == marker or (following is not None and following.marker == marker)


def _succeeds(marker: str, printed: set[str]) -> bool:
    """Tell whether `marker` is one of a row of letters: its neighbour is printed as a marker too."""
    if marker in _ROMAN:
        place = _ROMAN.index(marker)
        if any(other in printed for other in _ROMAN[max(0, place - 1) : place + 2] if other != marker):
            return True
    if len(marker) > 1:
        return False
    row = _ARABIC_ROW if marker in _ARABIC_ROW else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    place = row.find(marker)
    # The whole row up to it: initials of names hardly ever make one.
    return place >= 0 and all(letter in printed for letter in row[: max(2, place + 1)])


_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_ARABIC_ROW = "أبجدهوزحطيكلمنسعفصقرشت"
_CLOSERS = "\"'”’»)]*_\\" + _BLANK
_STOPS = ".!?:;؟؛…。"
_SENTENCE_STOP = re.compile(rf"[.!?؟][{re.escape(_CLOSERS)}]*")


_BETWEEN_CELLS = re.compile(r"\s*\|\s*|\t+| {4,}")


def cells(text: str, start: int, end: int) -> Iterator[Span]:
    """Give the places of the cells of a row, empty ones too: bars, tabs and wide spaces part them."""
    for found in _BETWEEN_CELLS.finditer(text, start, end):
        yield Span(start, found.start())
        start = found.end()
    yield Span(start, end)


def last_printed(text: str, span: Span) -> str:
    """Return the last printed character of `span`, closing quotes, brackets and markup aside."""
    last = text[span.end - 1]
    if last not in _CLOSERS:
        return last
    tail = text[max(span.start, span.end - 12) : span.end].rstrip(_CLOSERS)
    return tail[-1:]


def _stops(text: str, line: Line) -> bool:
    """Tell whether a line ends as a sentence or a point does, and not with a title before a name."""
    return last_printed(text, line.span) in _STOPS and not _titles(text, line)


def _titles(text: str, line: Line) -> bool:
    """Tell whether a line of some length ends in a form of address that a name must follow ("…, Mr.")."""
    if text[line.span.end - 1] != "." or line.span.end - line.content < _SOME_LENGTH:
        return False
    last = text[line.span.end - 12 : line.span.end].rsplit(None, 1)[-1]
    return any_language("addressee", "forms").fullmatch(last) is not None


def _width(lines: Sequence[Line]) -> int:
    """Return the width lines were wrapped at, in code points; 0 where they weren't wrapped."""
    lengths = [line.span.end - line.span.start for line in lines if not line.furniture]
    total = sum(lengths)
    long = sum(length for length in lengths if length > _WIDEST_PAGE)
    if not lengths or long * 3 > total:
        return 0
    full = sorted(length for length in lengths if 45 <= length <= _WIDEST_PAGE)
    if len(full) < _LEAST_WRAPPED:
        return 0
    return full[len(full) * 9 // 10]


def _column(text: str, lines: Sequence[Line]) -> int:
    """Return the width of a narrow column lines were wrapped at, in code points; 0 where they weren't.

    In a column, hardly a line is longer, and most lines that others follow are so full that their next word
    would not have had room.
    """
    lengths = sorted(line.span.end - line.span.start for line in lines if not line.furniture)
    if len(lengths) < _LEAST_LINES or lengths[len(lengths) * 9 // 10] >= _WIDEST_COLUMN:
        return 0
    width = lengths[len(lengths) * 8 // 10]
    pairs = [(a, b) for a, b in pairwise(lines) if not (b.gap or b.marker or a.furniture or b.furniture)]
    full = sum(
        a.span.end - a.span.start + 1 + len(_word(text, b)) > width and not _stops(text, a) for a, b in pairs
    )
    return width if full >= _LEAST_LINES // 2 and full * 2 > len(pairs) else 0


def _word(text: str, line: Line) -> str:
    """Return the first word of a line."""
    return text[line.content : line.span.end].split(None, 1)[0]


def _ended_points(text: str, lines: Sequence[Line]) -> frozenset[int]:
    """Return the lines that end a point, by their numbers.

    Of lines without a gap all semicolons end one, or all lines but the last end with a comma before a capital.
    """
    ended: set[int] = set()
    starts = [index for index, line in enumerate(lines) if index == 0 or line.gap or line.marker]
    for start, stop in pairwise([*starts, len(lines)]):
        parted = sum(text.count(";", *line.span) + text.count("؛", *line.span) for line in lines[start:stop])
        if parted < _LEAST_POINTS:
            if _are_parted_by_commas(text, lines[start:stop]):
                ended.update(range(start, stop - 1))
            continue
        ending = [n for n in range(start, stop) if _ENDS_POINT.search(text, *lines[n].span)]
        if len(ending) == parted:
            ended.update(ending)
    return frozenset(ended)


def _are_parted_by_commas(text: str, lines: Sequence[Line]) -> bool:
    """Tell points of one long line each, with a comma after all but the last: an address has short ones."""
    if len(lines) <= _LEAST_POINTS or any(
        line.span.end - line.content <= _WIDEST_COLUMN for line in lines[:-1]
    ):
        return False
    ended = all(text[line.span.end - 1] == "," for line in lines[:-1])
    return ended and all(text[line.content].isupper() for line in lines)


_LEAST_POINTS = 2
_ENDS_POINT = re.compile(r"[;؛][\s\u200b-\u200f]*(?:(?:and|or|et|ou|y|e|o|و)[\s,]*)?\Z")


def _lists_lines(text: str, lines: Sequence[Line]) -> frozenset[int]:
    """Return the lines of a narrow column that stand one by one, by their numbers: names, an address.

    They are runs of lines without a gap that all begin with a capital or, in scripts without, with a word that
    names begin with.
    """
    alone: set[int] = set()
    starts = [index for index, line in enumerate(lines) if index == 0 or line.gap or line.marker]
    for start, stop in pairwise([*starts, len(lines)]):
        if stop - start > 1 and all(_begins_name(_word(text, line)) for line in lines[start:stop]):
            alone.update(range(start, stop))
    return frozenset(alone)


def _begins_name(word: str) -> bool:
    if word.upper() != word.lower():
        return word[0].isupper() or not word[0].isalpha()
    bare = word.strip("،.,:").casefold()
    return any(bare in any_words("signatures", key) for key in ("organisations", "persons", "given_names"))


# --------------------------------------------------------------------------------------------------- blocks


def _blocks(text: str, lines: Sequence[Line], width: int) -> list[Block]:
    blocks: list[Block] = []
    run: list[int] = []
    stack: list[tuple[str, int]] = []
    column = 0 if width else _column(text, lines)
    alone = _lists_lines(text, lines) if column else frozenset()
    ended = _ended_points(text, lines)
    for index, line in enumerate(lines):
        if line.furniture:
            continue
        if run and run[-1] in ended:
            blocks += _split(text, _block(text, lines, run, stack))
            run = []
        if column and run and _goes_on(text, lines, run, index, column, alone):
            run.append(index)
            continue
        if run and not _continues(text, lines, run, index, width):
            blocks += _split(text, _block(text, lines, run, stack))
            run = []
        run.append(index)
    if run:
        blocks += _split(text, _block(text, lines, run, stack))
    return blocks


def _split(text: str, block: Block) -> tuple[Block, ...]:
    """End an item where the writer turns to the addressee anew: what follows is a paragraph."""
    if block.kind != "item" or block.content.end - block.content.start <= _SHORTEST_TURN:
        return (block,)
    cut = _turn(text, block)
    if cut is None:
        return (block,)
    start, end = block.span
    stop = start + len(text[start:cut].rstrip(_BLANK))
    before = [Span(a, min(b, stop)) for a, b in block.lines if a < stop]
    after = [Span(max(a, cut), b) for a, b in block.lines if b > cut]
    middle = block.first + len(before) - 1
    item = block._replace(
        span=Span(start, stop),
        content=Span(block.content.start, stop),
        lines=tuple(before),
        last=middle,
    )
    rest = Span(cut, end)
    return item, Block("paragraph", rest, rest, tuple(after), block.last - len(after) + 1, block.last)


def _turn(text: str, block: Block) -> int | None:
    """Where a sentence of the block begins with a form of address."""
    for stop in _SENTENCE_STOP.finditer(text, *block.content):
        if any_language("layout", "vocatives").match(text, stop.end(), block.content.end):
            return stop.end()
    return None


def _continues(text: str, lines: Sequence[Line], run: list[int], index: int, width: int) -> bool:
    """Tell whether line `index` goes on with the block whose lines are `run`."""
    line, first, previous = lines[index], lines[run[0]], lines[run[-1]]
    if line.marker or line.heading or previous.heading:
        return False
    last = last_printed(text, previous.span)
    stopped = _stops(text, previous)
    # Furniture stood between, or blank lines: only a sentence that was cut goes on.
    gap = line.gap
    for between in range(run[-1] + 1, index):
        gap += lines[between].gap + 1
    if gap and stopped:
        return False
    head = text[line.content : line.content + 40].lstrip("*_\"'“«‘(")
    begins_low = head[:1].islower() and not _leads_copies(head)
    length = previous.span.end - previous.span.start
    unfinished = not stopped and (_is_unfinished(text, previous) or last == ".")
    if gap:
        if _vocative(head):
            return False
        if unfinished and gap >= _PAGE_GAP:
            return True
        if begins_low:
            listed = text[first.content : first.content + 1].islower() and not first.marker
            greets = last in ",،" and any_language("salutation", "dear").match(text, previous.content)
            return gap >= _PAGE_GAP or (last in ",،" and not greets) or (length >= 60 and not listed)
        over_page = any(_is_page_number(text, each) for each in lines[run[-1] + 1 : index])
        return gap >= _PAGE_GAP and length >= 60 and (over_page or line.span.end - line.span.start >= 60)
    if unfinished or (begins_low and not stopped):
        return True
    if stopped and _vocative(head):
        return False
    if first.marker and line.indent > first.indent:
        return True
    if not width:
        # Lines that were never wrapped are paragraphs, a broken sentence aside.
        if last in ",،" and any_language("closing", "formulas").fullmatch(
            text, previous.content, previous.span.end - 1
        ):
            return False
        in_brackets = length >= 60 and text[line.content] == "("
        return not stopped and (in_brackets or (last in ",،-–" and length > 20))
    word = head.split(None, 1)[0] if head.strip() else ""
    return length + 1 + len(word) > width * 0.9 and length > 40


def _leads_copies(head: str) -> bool:
    """Tell a line such as "cc: …" from one that goes on with a sentence."""
    found = any_language("copies", "leads").match(head)
    return found is not None and (not found[0].isalpha() or found[0] == "cc")


def _goes_on(
    text: str, lines: Sequence[Line], run: list[int], index: int, column: int, alone: frozenset[int]
) -> bool:
    """Tell whether line `index` of a narrow column goes on with a sentence: the line before it was full."""
    previous, line = lines[run[-1]], lines[index]
    if (
        line.gap
        or line.marker
        or line.heading
        or previous.heading
        or index in alone
        or _stops(text, previous)
    ):
        return False
    if _vocative(text[line.content : line.content + 40]):
        return False
    return previous.span.end - previous.span.start + 1 + len(_word(text, line)) > column


def _is_unfinished(text: str, line: Line) -> bool:
    """Tell whether a line of some length ends in a word with which no sentence and no name ends ("of the")."""
    start, end = max(line.content, line.span.end - 8), line.span.end
    if end - line.content < _SOME_LENGTH or not text[end - 1].islower():
        return False
    last = text[start:end].rsplit(None, 1)
    # "…; and" ends the last point but one of a list.
    return len(last) > 1 and last[1] in _small_words() and last[0][-1] not in ";؛"


@cache
def _small_words() -> frozenset[str]:
    """The articles, prepositions and conjunctions of all languages."""
    return frozenset(
        word
        for language in languages().values()
        for word in language.section("layout").get("small_words", ())
    )


def _block(text: str, lines: Sequence[Line], run: list[int], stack: list[tuple[str, int]]) -> Block:
    first, last = lines[run[0]], lines[run[-1]]
    begin = Span(first.content, first.span.end) if first.content > first.span.start else first.span
    if len(run) == 1:
        span, content = first.span, begin
        spans: tuple[Span, ...] = (begin,)
    else:
        span = Span(first.span.start, last.span.end)
        content = Span(first.content, last.span.end)
        spans = (begin, *[lines[i].span for i in run[1:]])
    if first.marker:
        level = _level(first, stack)
        return Block("item", span, content, spans, run[0], run[-1], first.marker, level)
    # A list goes on after a paragraph that belongs to an item, so the stack is kept; it is short.
    heading = first.heading or (
        len(run) == 1
        and text[span.start] in "*_<"
        and _BOLD.fullmatch(text, span.start, span.end) is not None
    )
    return Block("heading" if heading else "paragraph", span, content, spans, run[0], run[-1])


_BOLD = re.compile(r"(?:\*\*|__|<(?:b|strong)>)[^*_<>\n]{1,119}[^*_<>\n.:;!?,،؛](?:\*\*|__|</(?:b|strong)>)")


def _level(line: Line, stack: list[tuple[str, int]]) -> int:
    """Return how deep an item is nested: `stack` holds marker kind and indent of each open level."""
    kind = _kind(line.marker or "")
    for depth, (open_kind, indent) in enumerate(stack):
        if open_kind == kind and (line.indent <= indent + 1 or kind not in "-*•"):
            del stack[depth + 1 :]
            return depth
        if line.indent < indent:
            del stack[depth:]
            break
    stack.append((kind, line.indent))
    return len(stack) - 1


def _kind(marker: str) -> str:
    if len(marker) == 1 and marker in _PICTURES:
        return _PICTURES
    if marker.isdecimal():
        return "1"
    if len(marker) == 1 or set(marker.lower()) <= set("ivx"):
        return marker if not marker.isalpha() else "a" if marker.islower() else "A"
    return "first"


def _vocative(head: str) -> bool:
    return any_language("layout", "vocatives").match(head) is not None


# -------------------------------------------------------------------------------------------------- reading

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
