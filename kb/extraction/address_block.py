"""The lines of an address, or of a list of those who get a copy: which they are, and whom they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal

from kb.extraction.address import AddressLine, put_together
from kb.extraction.heading import Titled
from kb.extraction.layout import Layout
from kb.extraction.lines import Line, cells
from kb.extraction.naming import addressee_of, named_in, trusted
from kb.extraction.offices import (
    NAMING,
    begins_with_office,
    begins_with_place,
    is_dated,
    is_place,
    known,
    led,
    names_office,
    without_article,
)
from kb.extraction.printed_names import is_contact, kind_of_name
from kb.extraction.reading import Reading, read
from kb.extraction.wordings import FIELD, SHORT, Zone, copies_lead, is_prose
from kb.extraction.zones import Zones
from kb.letter import Addressee, Span

__all__ = ["read_address", "read_audiences", "read_copies", "read_inset", "read_lone_name"]


def read_address(layout: Layout, zones: Zones, zone: Zone, title: Titled | None) -> list[Addressee]:
    """Read the addressees of the lines of a zone, a title and the sender's letterhead left out."""
    runs = list(zones.runs(zone))
    blocks = [b for b in layout.blocks if runs and b.first < runs[-1].stop and b.last >= runs[0].start]
    prose = {
        i
        for b in blocks
        if zone == "heading" and is_prose(layout, b)
        for i in range(b.first, b.last + 1)
        if not _presents(layout, layout.lines[i])
    }
    lines = [
        index
        for run in runs
        for index in run
        if index not in prose and not (title and _within(layout.lines[index].span, title.span))
    ]
    address, told = _address_lines(zones, lines)
    addressees = put_together(address)
    if told:
        return addressees
    signed = [layout.text[start:end] for start, end in zones.spans("signatures")]
    # A name that signs too is a sender's letterhead.
    found = [a for a in addressees if trusted(a) and not _signs(a, signed)]
    return _below_the_date(found, address)


def _presents(layout: Layout, line: Line) -> bool:
    """Tell a line that names somebody, though it ends like a sentence: "Ms. X, Minister of Roads in the North."."""
    text = layout.text[line.content : line.span.end]
    return len(text) <= SHORT and known("forms").match(text) is not None and names_office(text)


def read_lone_name(layout: Layout, zones: Zones, title: Titled | None) -> Addressee | None:
    """Read a name above the salutation with nothing beside it but where to write to: "X Y / E-mail: …"."""
    heading = [index for run in zones.runs("heading") for index in run]
    for index, below in reversed(list(pairwise(heading))):
        line, text, address = layout.lines[index], zones.words[index], zones.words[below]
        if is_dated(text) or is_dated(address) or (title and _within(line.span, title.span)):
            return None
        written = layout.lines[below].furniture or is_contact(address) or is_place(address)
        if written and not layout.lines[below].gap and not is_place(text) and _is_persons(text):
            name = addressee_of(read(layout.text, (line.span,)), 0, line.span.end - line.span.start)
            signed = [layout.text[start:end] for start, end in zones.spans("signatures")]
            return name if name and not _signs(name, signed) else None
    return None


def _is_persons(text: str) -> bool:
    """Tell what may be a person's name by its capitals."""
    words = text.rstrip(" ,").split()
    # "Ana da Silva"
    named = words[:1] and all(word[0].isupper() or len(word) < _LEAST_WORD for word in words)
    return bool(named) and len(words) in _NAME and kind_of_name(text) != "organisation"


# So many words may be somebody's name.
_NAME = range(2, 6)
_LEAST_WORD = 4


def read_inset(layout: Layout, zones: Zones) -> list[Addressee]:
    """Read the addressees of short lines among the first paragraphs, as where a newspaper introduces a letter."""
    blocks = [
        block
        for block in zones.blocks("body")[:_INSET]
        if block.kind != "item" and not is_prose(layout, block)
    ]
    address, told = _address_lines(zones, [i for block in blocks for i in range(block.first, block.last + 1)])
    return [a for a in put_together(address) if told or known("forms").match(a.name)]


# So many blocks may introduce a letter and its address.
_INSET = 8


def read_audiences(layout: Layout, zones: Zones) -> Iterator[Addressee]:
    """Read those whom headings over points name: "To the Government of X: / - Open the road."."""
    for block, below in pairwise(layout.blocks):
        if block.kind == "item" or below.kind != "item" or zones.of_line[block.first] not in _BEFORE_POINTS:
            continue
        reading = layout.reading(block)
        start, leads = led(reading.text)
        if leads and reading.text[start:].strip() and not is_prose(layout, block):
            yield from filter(trusted, named_in(reading, start, len(reading.text)))


_BEFORE_POINTS = {"heading", "body"}


def read_copies(layout: Layout, zones: Zones) -> Iterator[Addressee]:
    """Read those who get a copy: a list of addressees, one a line, or several, or as many addresses."""
    for run in zones.runs("copies"):
        lines = [_after_lead(line, reading) for line, reading in _printed(layout, run)]
        yield from put_together(_listed(lines))


def _after_lead(line: Line, reading: Reading) -> AddressLine:
    """Leave out the "CC:" of a line."""
    return AddressLine(reading, copies_lead(reading.text), line.gap, line.marker is not None)


def _listed(lines: Sequence[AddressLine]) -> list[AddressLine]:
    """Tell which lines each begin an entry of a list that isn't marked as one.

    All do that stand alike; where blank lines set groups of them apart, the first of each group.
    """
    entries = [line for line in lines if line.text]
    if any(line.listed for line in entries):
        return entries
    gaps = {line.gap > 0 for line in entries[1:]}
    alike = len(gaps) < 2
    return [
        replace(line, listed=alike or line.gap > 0 or line is entries[0], alone=alike) for line in entries
    ]


# ------------------------------------------------------------------------------------ lines as they are printed

_COLONS = frozenset(":：")
_Row = tuple[Line, Sequence[Span]]
_SEMICOLON = re.compile("[;؛]")
# Where semicolons part the names of a list.
_Parted = Literal["no", "within", "at the end"]
# A line is full, if the next word would have gone beyond so much of the width; it is no shorter than so much.
_FULL = 0.9
_LEAST_FULL = 40
# No list of addressees in one line takes more code points than this.
_LONGEST_LIST = 2000
# In a list parted by semicolons a line of so many goes on, whatever the width.
_LONG = 60


def _printed(layout: Layout, lines: Iterable[int]) -> Iterator[tuple[Line, Reading]]:
    """Give the words of lines that aren't too long, those together that go on with each other.

    Of addresses side by side, those of one are given after the other.
    """
    rows: list[_Row] = []
    for index in lines:
        line = layout.lines[index]
        if line.furniture or line.span.end - line.content > _LONGEST_LIST:
            continue
        filled = [cell for cell in cells(layout.text, line.content, line.span.end) if cell.end > cell.start]
        if rows and (line.gap or len(filled) != len(rows[0][1])):
            yield from _column_by_column(layout, rows)
            rows = []
        rows.append((line, filled))
    yield from _column_by_column(layout, rows)


def _column_by_column(layout: Layout, rows: Sequence[_Row]) -> Iterator[tuple[Line, Reading]]:
    """Give rows cell by cell if somebody is named in each cell of the first; else line by line."""
    text = layout.text
    named = rows[0][1] if len(rows) > 1 else ()
    if len(named) < 2 or not all(known("forms").match(text, *cell) for cell in named):
        yield from _line_by_line(layout, [line for line, _ in rows])
        return
    for column in zip(*(row for _, row in rows), strict=True):
        for number, cell in enumerate(column):
            yield rows[number][0]._replace(gap=int(number == 0)), read(text, (cell,))


def _line_by_line(layout: Layout, lines: Sequence[Line]) -> Iterator[tuple[Line, Reading]]:
    """Give lines that no blank one parts, those together that go on with each other."""
    taken: list[Line] = []
    parted: _Parted = "no"
    for line in lines:
        if taken and not _goes_on(layout, taken, line, parted):
            yield taken[0], _read_lines(layout, taken)
            taken = []
        taken.append(line)
        if semicolon := _SEMICOLON.search(layout.text, line.content, line.span.end):
            parted = "at the end" if semicolon.end() == line.span.end or parted == "at the end" else "within"
    if taken:
        yield taken[0], _read_lines(layout, taken)


def _read_lines(layout: Layout, lines: Sequence[Line]) -> Reading:
    return read(layout.text, [Span(line.content, line.span.end) for line in lines])


def _goes_on(layout: Layout, taken: Sequence[Line], line: Line, parted: _Parted) -> bool:
    """Tell whether a line goes on with the names of those before it, which broke off or was full.

    `parted` says where semicolons part the names of the lines so far.
    """
    before = layout.text[taken[0].content : taken[-1].span.end]
    text = layout.text[line.content : line.span.end]
    if line.marker or line.heading or taken[-1].heading or before[-1] in ";؛":
        return False
    *others, last = before.split()
    broken = bool(others) and known("connectors").fullmatch(last) is not None
    length = taken[-1].span.end - taken[-1].span.start
    room = layout.width * _FULL - length - 1
    full = length > _LEAST_FULL and layout.width > 0 and room < len(text.split(None, 1)[0])
    if parted != "no":
        unfinished = last[-1] in ",،" or known("unfinished").fullmatch(last) is not None
        broken |= unfinished or parted == "at the end"
        full |= length > _LONG
    may_go_on = broken or full or text[0].islower()
    if not may_go_on or len(before) > _LONGEST_LIST or _begins_anew(text):
        return False
    first = text.split(None, 1)[0]
    article = known("articles").match(text) is not None
    if broken or (first.islower() and known("connectors").fullmatch(first) and not (article or led(text)[1])):
        return True
    begins = names_office(text) or any(known(key).match(without_article(text)) for key in NAMING)
    return not (begins or begins_with_place(text))


def _begins_anew(text: str) -> bool:
    """Tell a line with a lead of its own ("CC: …", "Attn: …", "To the …", "Date: …")."""
    if copies_lead(text) or FIELD.match(text) or (led(text)[1] and not text[0].islower()):
        return True
    return _attention(text) or known("delivered").match(text) is not None


def _address_lines(zones: Zones, lines: Iterable[int]) -> tuple[list[AddressLine], bool]:
    """Take the lines that may be of an address, and tell whether one says so ("To: …")."""
    address: list[AddressLine] = []
    attended = told = sent = False
    for line, reading in _printed(zones.layout, lines):
        sent = _is_sender(reading.text) or (sent and not line.gap and not led(reading.text)[1])
        if sent:
            # "From: / The board / of the Harbour Trust"
            continue
        if known("delivered").match(reading.text):
            # "By fax to …": how it is sent.
            continue
        if _attention(reading.text):
            if not attended and put_together(address):
                return _last_group(address), True
            attended = True
            if not led(reading.text)[1]:
                continue
        start, leads = led(reading.text)
        if leads and not told and _is_label(reading.text, start) and not any(map(_speaks_to, address)):
            # Above "To:" is who writes.
            address.clear()
        told |= leads
        if not start and FIELD.match(reading.text):
            told &= known("senders").match(reading.text) is None
            continue
        address.append(AddressLine(reading, start, line.gap, line.marker is not None))
    return _listed_below_lead(address), told


def _is_label(text: str, start: int) -> bool:
    """Tell a lead that is set like a field ("To: X"), or stands alone, from one that goes on ("and to")."""
    alone = text[:start].rstrip()[-1:] in _COLONS or not text[start:].strip()
    return alone and not known("and_to").match(text)


def _speaks_to(line: AddressLine) -> bool:
    """Tell a line that names somebody with a form of address, or after "to"."""
    return line.start > 0 or known("forms").match(line.text) is not None


def _is_sender(text: str) -> bool:
    """Tell a line that only says that those below it write ("From:")."""
    return text[-1:] in _COLONS and known("senders").fullmatch(text.rstrip(" :：")) is not None


def _last_group(address: list[AddressLine]) -> list[AddressLine]:
    """Take the lines since the last blank one: a sender's letterhead stands apart from whom he writes to."""
    last = max((number for number, line in enumerate(address) if line.gap), default=0)
    return address[last:] if put_together(address[last:]) else address


def _listed_below_lead(address: list[AddressLine]) -> list[AddressLine]:
    """Take three lines or more under "To:" for a list if each names an office or a body, and none a street."""
    lead = next((number for number, line in enumerate(address) if line.start and not line.text), None)
    if lead is None:
        return address
    below = address[lead + 1 :]
    named = all(any(known(key).search(line.text) for key in _NAMED) for line in below)
    if len(below) < _LEAST_LISTED or not named or any(line.gap or is_place(line.text) for line in below[1:]):
        return address
    return [*address[: lead + 1], *_listed(below)]


_NAMED = ("offices", "bodies", "states")
_LEAST_LISTED = 3


# ------------------------------------------------------------------------------------------------ letterheads


def _below_the_date(addressees: list[Addressee], address: Sequence[AddressLine]) -> list[Addressee]:
    """Leave out a letterhead's officers: those above the date, if somebody is addressed below it."""
    dates = [line.end for line in address if is_dated(line.text)]
    below = [a for a in addressees if dates and a.span.start >= dates[-1]]
    addressed = any(a.office or known("forms").match(a.name) or begins_with_office(a.name) for a in below)
    return below if addressed else addressees


def _signs(addressee: Addressee, signed: Iterable[str]) -> bool:
    """Tell whether a name is among the signatures, or one of those is in it ("President X")."""
    return any(
        addressee.name in names
        or any(" " in line and line in addressee.name for line in map(str.strip, names.splitlines()[:20]))
        for names in signed
    )


def _within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.end and inner.start < outer.end


def _attention(text: str) -> bool:
    found = known("attention").match(text)
    return found is not None and text[found.end() : found.end() + 1] in {":", " "}
