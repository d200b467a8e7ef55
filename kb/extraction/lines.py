"""The lines of a letter: what is printed on each, how it is set, which are furniture.

Markup around a line, the markers of list items and the front matter of a site are told here; the text is never
changed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from kb.documents import front_matter
from kb.extraction.language import any_language
from kb.extraction.reading import BLANK, INVISIBLE
from kb.letter import Span

__all__ = [
    "PAGE_GAP",
    "PICTURES",
    "SENTENCE_STOP",
    "SHORTEST_TURN",
    "SOME_LENGTH",
    "WIDEST_PAGE",
    "Line",
    "cells",
    "is_page_number",
    "last_printed",
    "read_lines",
    "stops",
]

# An item of fewer code points has no room for a sentence and a new address to the reader.
SHORTEST_TURN = 60
# A line of more code points than this was not wrapped by hand or by a page's width.
WIDEST_PAGE = 130
# A line of fewer code points may be a name, and say nothing about how the next goes on.
SOME_LENGTH = 40
# Blank lines that stand for the break between two pages.
PAGE_GAP = 3
_INVISIBLE = re.compile(f"[{INVISIBLE}]")


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


_NUMBER = (
    r"\(?\d{1,5})(?:st|nd|rd|th)?(?:[ \t]?(?:\\?[.)\]/\-–—ـ°º]){1,3}"
    r"(?!\d)(?=[\s*_\W]|[^\W\da-zß-öø-ÿ]|(?<=[.)\]°º])\w)|\t)"
)
_LETTER = (
    r"(?P<letter>\(?(?:[a-zA-Z]|[ivxIVX]{2,5}|هـ(?=[.)])|[ء-ي]))"
    r"(?:\\?\)|\\?\.(?=\s|$)|(?<=[ء-ي])[ـ\-–](?=\s))"
)
# The private use area: what symbol fonts leave in texts copied out of Word.
_BULLETS = "•·▪▫●○◦‣⁃∙■□◆◇►▶➢➤✓✔✦❖→➔➜▸▹◾◽★☆♦\ue000-\uf8ff"
# Pictures in one list may differ.
PICTURES = "✅☑➡🔹🔸🔴🔵👉"
_BULLET = rf"(?P<bullet>[{_BULLETS}{PICTURES}]|[-–—]{{1,2}}(?=[\s\w\"'“«‘(\[*])|\+(?=\s)|[*\\][*-]?(?=\s))"
# An emoji may have a mark after it that says so.
_REST = rf"[\s\ufe0f{INVISIBLE}]*"
_MARKER = re.compile(
    rf"(?:<(?:strong|b|em|i|u|span)(?:\s[^<>]{{0,300}})?>\s*)?[*_]{{0,3}}(?:{_BULLET}{_REST}(?:(?P<inner>{_NUMBER})?|(?P<number>{_NUMBER}|{_LETTER})[*_]{{0,3}}{_REST}"
)
_MARKER_STARTS = re.compile(
    rf"[<*_(\[\\\d{_BULLETS}{PICTURES}+–—-]|(?:[a-zA-Zء-ي]|[ivxIVX]{{2,5}})[.)ـ\-–\\]"
)
# Letters that symbol fonts show as circles, arrows and ticks.
_LETTER_BULLETS = "oØü§vq¨"
_LETTER_BULLET = re.compile(rf"([{_LETTER_BULLETS}])(?:\t|[ \u00a0])\s*(?=[^\W\d_]|[\"“«*])")
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


def read_lines(text: str, page_starts: Sequence[int]) -> list[Line]:
    """Give the printed lines of `text`; `page_starts` are offsets at which a page is known to begin."""
    lines = list(_printed_lines(text, page_starts))
    _mark_running_heads(text, lines)
    _mark_letterheads(text, lines)
    for mark in (_checked, _with_ordinals, _with_bare_numbers, _with_letter_bullets, _in_front):
        lines = mark(text, lines)
    return lines


def _printed_lines(text: str, page_starts: Sequence[int]) -> Iterator[Line]:
    begin = end = gap = 0
    pages = iter((*page_starts, len(text) + 1))
    page = next(pages)
    # Without marks that are not printed, `strip` of white space does, and is faster.
    blank = None if text.isascii() or not _INVISIBLE.search(text) else BLANK
    for raw in _raw_lines(text):
        begin, end = end, end + len(raw)
        if begin >= page:
            gap += PAGE_GAP
            while begin >= page:
                page = next(pages)
        if "\x0c" in raw:
            gap += PAGE_GAP
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
        yield line
        gap = 0


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
    start, tags = 0, ""
    if before := _TAGS_BEFORE.match(line):
        start, tags = before.end(), before[0].lower()
    elif line.startswith("_ ") or (line.startswith(("** ", "__ ")) and line.count(line[:2]) % 2 == 0):
        start = len(line) - len(line.lstrip("*_ "))
    body = _without_tags_after(line[start:])
    if body.endswith((" *", " **", " _", " __")):
        body = body.rstrip("*_ ")
    elif body.endswith("\\") and not body.endswith("\\\\"):
        body = body[:-1].rstrip(BLANK)
    apart = any(tag in tags for tag in ("<p", "<div", "<h"))
    return _Bare(start, body, apart, _HEADING_TAG.search(tags) is not None, "•" if "<li" in tags else None)


def _without_tags_after(body: str) -> str:
    for _ in range(_MOST_TAGS):
        start = body.rfind("<") if body.endswith(">") else -1
        if start < 0 or not _ONE_TAG.fullmatch(body, start):
            break
        body = body[:start].rstrip(BLANK)
    return body


# All of a front matter but its title and what the page is about is furniture.
_ABOUT = re.compile(
    r"(?P<key>title|subtitle|description|summary|excerpt)[ \t]?[:=][ \t]*[\"']?(?=[^\s\"'>|])", re.IGNORECASE
)


def _in_front(text: str, lines: list[Line]) -> list[Line]:
    """Leave of the front matter what the title and a summary say."""
    begins, told = front_matter.end(text), False
    for index, line in enumerate(lines):
        if line.span.start >= begins:
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
        if len(raw) > WIDEST_PAGE and place < _TOP:
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
        if after is None or line[dear.start()].islower() or len(line) - after.end() < SHORTEST_TURN:
            continue
        if not any_language("addressee", "generic").fullmatch(line[dear.end() : after.start()].strip()):
            return dear.start(), after.end()
    return ()


def _mark_running_heads(text: str, lines: list[Line]) -> None:
    """Mark as furniture what stands right beside a page number, and elsewhere in the same words."""
    numbers = [n for n, line in enumerate(lines) if line.furniture and is_page_number(text, line)]
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
    return line.marker is None and line.span.end - line.span.start < _LONGEST_TITLE and not stops(text, line)


def is_page_number(text: str, furniture: Line) -> bool:
    """Tell the number of a page from other furniture."""
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
    # The last capital, or Arabic letter, that is a marker, with the mark after it.
    last_letter = ""
    for index, line in enumerate(lines):
        if line.furniture:
            continue
        marker = line.marker
        letter = _capital(text, line)
        if marker and not (
            _begins_item(text, lines, index, previous, open_marker, printed)
            and (not letter.endswith(".") or _goes_on(letter, last_letter))
        ):
            line = lines[index] = line._replace(marker=None, content=line.span.start)
            marker = None
        if marker:
            open_marker = marker
            last_letter = letter or last_letter
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
            if previous is None or line.gap or stops(text, previous) or joined:
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
        if text[line.content] not in _LETTER_BULLETS or line.marker:
            continue
        if letter := _LETTER_BULLET.match(text, line.content, line.span.end):
            found.setdefault(letter[1], []).append((index, letter.end()))
            # In small letters it may be a word with which a sentence goes on ("or" in Spanish).
            before = lines[index - 1] if index and not line.gap else None
            capital = not text[letter.end()].islower()
            sure[letter[1]] += capital or before is None or stops(text, before) or _joins(text, before)
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
    if marker.isalpha() and _INITIALS.match(text, line.span.start):
        return False
    if _capital(text, line).endswith("."):
        return _succeeds(marker, printed)
    if previous is None or line.gap or stops(text, previous) or previous.span.end - previous.span.start < 50:
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


# "c. c.", "J. K. Smith", "أ. د."
_INITIALS = re.compile(r"(?:[a-z]\. ?[a-z]|[A-Z]\. ?[A-Z]|[ء-ي]\. ?[ء-ي])\.")


def _capital(text: str, line: Line) -> str:
    """Give the capital, or the letter without case, that marks a line, with the mark after it; "" for another."""
    marker = line.marker or ""
    if not marker.isalpha() or marker.islower():
        return ""
    place = text.find(marker, line.span.start)
    return text[place : place + len(marker) + 1]


def _goes_on(letter: str, last: str) -> bool:
    """Tell whether a letter begins a row, or stands next to `last` in one: "د." is a title where no "ج." is above."""
    row = _ARABIC_ROW if letter[0] in _ARABIC_ROW else ""
    place = row.find(letter[0])
    return place <= 0 or (last[:1] == row[place - 1] and last[1:] == letter[1:])


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
_CLOSERS = "\"'”’»)]*_\\" + BLANK
_STOPS = ".!?:;؟؛…。"
SENTENCE_STOP = re.compile(rf"[.!?؟][{re.escape(_CLOSERS)}]*")


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


def stops(text: str, line: Line) -> bool:
    """Tell whether a line ends as a sentence or a point does, and not with a title before a name."""
    return last_printed(text, line.span) in _STOPS and not _titles(text, line)


def _titles(text: str, line: Line) -> bool:
    """Tell whether a line of some length ends in a form of address that a name must follow ("…, Mr.")."""
    if text[line.span.end - 1] != "." or line.span.end - line.content < SOME_LENGTH:
        return False
    last = text[line.span.end - 12 : line.span.end].rsplit(None, 1)[-1]
    return any_language("addressee", "forms").fullmatch(last) is not None
