"""How a letter is laid out: lines and blocks (paragraphs, headings, list items), over a text that is never changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Literal, NamedTuple

from kb.extraction.language import any_language, any_words, languages
from kb.extraction.lines import (
    PAGE_GAP,
    PICTURES,
    SENTENCE_STOP,
    SHORTEST_TURN,
    SOME_LENGTH,
    WIDEST_PAGE,
    Line,
    is_page_number,
    last_printed,
    read_lines,
    stops,
)
from kb.extraction.reading import BLANK, Reading, read
from kb.letter import Span

__all__ = ["Block", "Layout", "lay_out"]

# Lines of a narrow column are shorter; a text has so many full lines at least where it was wrapped at all.
_WIDEST_COLUMN = 48
_LEAST_WRAPPED = 3
_LEAST_LINES = 10


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
    lines = read_lines(text, page_starts)
    width = _width(lines)
    blocks = tuple(_blocks(text, lines, width))
    return Layout(text, tuple(lines), blocks, width)


def _width(lines: Sequence[Line]) -> int:
    """Return the width lines were wrapped at, in code points; 0 where they weren't wrapped."""
    lengths = [line.span.end - line.span.start for line in lines if not line.furniture]
    total = sum(lengths)
    long = sum(length for length in lengths if length > WIDEST_PAGE)
    if not lengths or long * 3 > total:
        return 0
    full = sorted(length for length in lengths if 45 <= length <= WIDEST_PAGE)
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
        a.span.end - a.span.start + 1 + len(_word(text, b)) > width and not stops(text, a) for a, b in pairs
    )
    return width if full >= _LEAST_LINES // 2 and full * 2 > len(pairs) else 0


def _word(text: str, line: Line) -> str:
    """Return the first word of a line."""
    return text[line.content : line.span.end].split(None, 1)[0]


def _without_gap(lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """Give where each run of lines begins and ends that no blank line parts, nor a marker."""
    starts = (index for index, line in enumerate(lines) if index == 0 or line.gap or line.marker)
    return pairwise((*starts, len(lines)))


def _ended_points(text: str, lines: Sequence[Line]) -> frozenset[int]:
    """Return the lines that end a point, by their numbers.

    Of lines without a gap all semicolons end one, or all lines but the last end with a comma before a capital.
    """
    ended: set[int] = set()
    for start, stop in _without_gap(lines):
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
    for start, stop in _without_gap(lines):
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
    if block.kind != "item" or block.content.end - block.content.start <= SHORTEST_TURN:
        return (block,)
    cut = _turn(text, block)
    if cut is None:
        return (block,)
    start, end = block.span
    stop = start + len(text[start:cut].rstrip(BLANK))
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
    for stop in SENTENCE_STOP.finditer(text, *block.content):
        if any_language("layout", "vocatives").match(text, stop.end(), block.content.end):
            return stop.end()
    return None


def _continues(text: str, lines: Sequence[Line], run: list[int], index: int, width: int) -> bool:
    """Tell whether line `index` goes on with the block whose lines are `run`."""
    line, first, previous = lines[index], lines[run[0]], lines[run[-1]]
    if line.marker or line.heading or previous.heading:
        return False
    last = last_printed(text, previous.span)
    stopped = stops(text, previous)
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
        if unfinished and gap >= PAGE_GAP:
            return True
        if begins_low:
            listed = text[first.content : first.content + 1].islower() and not first.marker
            greets = last in ",،" and any_language("salutation", "dear").match(text, previous.content)
            return gap >= PAGE_GAP or (last in ",،" and not greets) or (length >= 60 and not listed)
        over_page = any(is_page_number(text, each) for each in lines[run[-1] + 1 : index])
        return gap >= PAGE_GAP and length >= 60 and (over_page or line.span.end - line.span.start >= 60)
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
    if line.gap or line.marker or line.heading or previous.heading or index in alone or stops(text, previous):
        return False
    if _vocative(text[line.content : line.content + 40]):
        return False
    return previous.span.end - previous.span.start + 1 + len(_word(text, line)) > column


def _is_unfinished(text: str, line: Line) -> bool:
    """Tell whether a line of some length ends in a word with which no sentence and no name ends ("of the")."""
    start, end = max(line.content, line.span.end - 8), line.span.end
    if end - line.content < SOME_LENGTH or not text[end - 1].islower():
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
    if len(marker) == 1 and marker in PICTURES:
        return PICTURES
    if marker.isdecimal():
        return "1"
    if len(marker) == 1 or set(marker.lower()) <= set("ivx"):
        return marker if not marker.isalpha() else "a" if marker.islower() else "A"
    return "first"


def _vocative(head: str) -> bool:
    return any_language("layout", "vocatives").match(head) is not None
