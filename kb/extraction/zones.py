"""The zones of a letter: heading, salutation, body, closing, signatures, copies, footer.

Every line of the layout belongs to one zone. A letter need not have them all, and they need not stand in that
order: signatories may be named at the top, copies before the signatures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from kb.extraction.ending import list_end, tell_ending
from kb.extraction.language import any_language
from kb.extraction.layout import Block, Layout
from kb.extraction.offices import is_plain_office
from kb.extraction.reading import plain
from kb.extraction.wordings import (
    QUOTES,
    SHORT,
    Words,
    Zone,
    copies_lead,
    is_closed,
    is_prose,
    opens_addressees,
)
from kb.letter import Span

__all__ = ["Zone", "Zones", "find_zones"]


@dataclass(frozen=True, slots=True)
class Zones:
    """The zone of each line of `layout.lines`, and the runs of lines of one zone in `parts`."""

    layout: Layout
    of_line: tuple[Zone, ...]
    parts: tuple[tuple[Zone, range], ...]
    words: Words = field(repr=False, compare=False)

    def blocks(self, zone: Zone) -> tuple[Block, ...]:
        """Return the blocks that begin in that zone."""
        return tuple(block for block in self.layout.blocks if self.of_line[block.first] == zone)

    def runs(self, zone: Zone) -> Iterator[range]:
        """Return the runs of lines of that zone, as ranges of indices in `layout.lines`."""
        return (run for name, run in self.parts if name == zone)

    def spans(self, zone: Zone) -> tuple[Span, ...]:
        """Return the places of those runs in the text."""
        lines = self.layout.lines
        return tuple(Span(lines[run[0]].span.start, lines[run[-1]].span.end) for run in self.runs(zone))


# A place and a date, or a greeting that isn't wrapped, take fewer code points.
_DATELINE = 60
# A text that was cut off may greet late, before a paragraph, but not after so many code points.
_LATEST = 2000
# No longer greeting ends with an exclamation mark.
_GREETING = 80
# An item of fewer code points ("+ 1") is no point of a letter.
_LEAST_POINT = 3
# The longest block that may open the list of those who get a copy.
_LONGEST_LEAD = 600


def find_zones(layout: Layout) -> Zones:
    """Tell the zones of a text apart. A text without lines has none."""
    words = Words(layout)
    salutation = _find_salutation(layout, words)
    begin = salutation.stop if salutation else _first_prose(layout)
    zones: list[Zone] = ["heading"] * begin
    if salutation:
        zones[salutation.start : salutation.stop] = ["salutation"] * len(salutation)
    zones += tell_ending(layout, words, begin)
    _copies_at_the_top(layout, words, zones, begin)
    return Zones(layout, tuple(zones), tuple(_parts(zones)), words)


def _parts(zones: Sequence[Zone]) -> Iterator[tuple[Zone, range]]:
    start = 0
    for zone, run in groupby(zones):
        stop = start + len(list(run))
        yield zone, range(start, stop)
        start = stop


# ------------------------------------------------------------------------------- where the body begins


def _find_salutation(layout: Layout, words: Words) -> range | None:
    """Return the first lines that greet the addressee, unless the letter is well under way there."""
    prose = 0
    limit = len(layout.text) * 3 // 5
    for block in layout.blocks:
        late = block.span.start > limit
        if late and block.span.start > _LATEST:
            break
        if is_prose(layout, block):
            prose += 1
        for index in range(block.first, block.last + 1):
            if late and not (index + 1 < len(layout.lines) and words.length(index + 1) > SHORT):
                continue
            if _greets(layout, words, index) and (
                prose <= 3 or words[index].lstrip(QUOTES).casefold().startswith("dear")
            ):
                stop = index + 1
                while (
                    stop < len(layout.lines) and layout.lines[stop].gap <= 1 and _greets(layout, words, stop)
                ):
                    stop += 1
                return range(index, stop)
    return None


def _greets(layout: Layout, words: Words, index: int) -> bool:
    line = layout.lines[index]
    if line.furniture or words.length(index) > SHORT:
        return False
    # A letter may be quoted.
    text = words[index].lstrip(QUOTES)
    form = any_language("addressee", "forms").match(text)
    if line.marker:
        # "- Madam President of the Council," over others like it.
        return (
            form is not None
            and text[-1] in ",،:"
            and any_language("addressee", "offices").search(text) is not None
        )
    following = layout.lines[index + 1] if index + 1 < len(layout.lines) else None
    if any_language("salutation", "dear").match(text):
        if len(text) > _DATELINE and following and not following.gap and text[-1] not in ",،:!؛;":
            # "Dear all, below is the letter as we sent it. Thanks / to all …"
            return False
        # "Cordial saludo."
        whole = any_language("salutation", "dear").fullmatch(text.rstrip(" .")) is not None
        return whole or not is_closed(text) or text.endswith("!")
    if text.endswith("!") and len(text) > _GREETING:
        # "Mr. President, our country must vote for the ban!"
        return False
    prose_follows = following and following.gap and not following.marker and words.length(index + 1) > 60
    holder = form or (any_language("addressee", "offices").match(text) and not is_plain_office(text))
    if holder and prose_follows and text[-1] in ",:" and text.count(" ") < 4:
        # "Mr. Marsh:", "President Marsh,"
        return True
    vocative = any_language("salutation", "vocatives").match(text) is not None
    if not vocative and not any_language("addressee", "offices").fullmatch(text.rstrip(" ,،:")):
        return False
    bare = any_language("salutation", "vocatives").fullmatch(text.rstrip(" ,،:"))
    if following is not None and following.marker and not bare:
        return False
    if text[-1] not in ",،:!؛;":
        # "Señores / COMISIÓN DE CAMINOS" is an address.
        subject = following and any_language("title", "subjects").match(words[index + 1])
        if not bare or not (following is None or subject or words.length(index + 1) > _DATELINE):
            return False
    # A date or a subject may stand between it and the text.
    soon = bare and index + 2 < len(layout.lines) and words.length(index + 2) > _DATELINE
    return (
        following is None
        or following.gap > 0
        or words.length(index + 1) > _DATELINE
        or bool(soon)
        or _greets(layout, words, index + 1)
    )


def _first_prose(layout: Layout) -> int:
    addressed = False
    for block in layout.blocks:
        length = block.content.end - block.content.start
        listed = block.kind == "item" and length > _LEAST_POINT
        text = plain(layout.text, *block.content) if length < _LONGEST_LEAD else ""
        if text and copies_lead(text):
            continue
        prose = is_prose(layout, block) and not opens_addressees(text)
        if prose or (listed and not addressed) or _speaks(layout, block):
            return block.first
        addressed = listed or _is_lone_lead(text)
    return len(layout.lines)


def _is_lone_lead(text: str) -> bool:
    """Tell whether a line says no more than that those below are addressed ("To:")."""
    return (
        len(text) < SHORT and any_language("addressee", "leads").fullmatch(text.rstrip(" :：/,،")) is not None
    )


def _speaks(layout: Layout, block: Block) -> bool:
    """Tell whether the signatories begin to speak: "We, members of …,", "RECALLING that …;"."""
    text = plain(layout.text, block.content.start, min(block.content.end, block.content.start + 200))
    return text[-1:] in {",", ";", ":", "،", "؛"} and any_language("layout", "speaks").match(text) is not None


def _copies_at_the_top(layout: Layout, words: Words, zones: list[Zone], begin: int) -> None:
    for index in range(begin):
        if zones[index] == "heading" and not layout.lines[index].marker and copies_lead(words[index]):
            last = list_end(layout, words, index)
            stop = next(
                (n for n in range(index, min(begin, last)) if zones[n] != "heading"), min(begin, last)
            )
            zones[index:stop] = ["copies"] * (stop - index)
