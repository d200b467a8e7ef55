"""An address, read line by line: "H.E. Mr. X / Secretary-General / United Nations / New York" is one addressee."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from kb.extraction.best_reading import best_reading
from kb.extraction.heading import Titled
from kb.extraction.language import any_language
from kb.extraction.layout import Layout, Line, Reading, cells, read
from kb.extraction.naming import named_in, office_and_body, trusted
from kb.extraction.offices import (
    EDGES,
    begins_with,
    begins_with_office,
    is_dated,
    is_headline,
    is_office_here,
    is_place,
    is_plain_office,
    known,
    led,
    names_office,
    without_article,
    without_forms,
)
from kb.extraction.splitting import LONGEST
from kb.extraction.wordings import FIELD, Zone, is_prose
from kb.extraction.zones import Zones
from kb.letter import Addressee, Span

__all__ = ["read_address", "read_inset"]


def read_address(layout: Layout, zones: Zones, zone: Zone, title: Titled | None) -> list[Addressee]:
    """Read the addressees of the lines of a zone, a title and the sender's letterhead left out."""
    runs = list(zones.runs(zone))
    blocks = [b for b in layout.blocks if runs and b.first < runs[-1].stop and b.last >= runs[0].start]
    prose = {
        i for b in blocks if zone == "heading" and is_prose(layout, b) for i in range(b.first, b.last + 1)
    }
    lines = [
        index
        for run in runs
        for index in run
        if index not in prose and not (title and _within(layout.lines[index].span, title.span))
    ]
    address, told = _address_lines(zones, lines)
    addressees = _put_together(address)
    if told:
        return addressees
    signed = [layout.text[start:end] for start, end in zones.spans("signatures")]
    # A name that signs too is a sender's letterhead.
    found = [a for a in addressees if trusted(a) and not _signs(a, signed)]
    return _below_the_date(found, address)


def read_inset(layout: Layout, zones: Zones) -> list[Addressee]:
    """Read the addressees of short lines among the first paragraphs, as where a newspaper introduces a letter."""
    blocks = [
        block
        for block in zones.blocks("body")[:_INSET]
        if block.kind != "item" and not is_prose(layout, block)
    ]
    address, told = _address_lines(zones, [i for block in blocks for i in range(block.first, block.last + 1)])
    return [a for a in _put_together(address) if told or known("forms").match(a.name)]


_Row = tuple[Line, Sequence[Span]]


def _pieces(layout: Layout, lines: Iterable[int]) -> Iterator[tuple[Line, Reading]]:
    """Give the words of lines that aren't too long; of addresses side by side, those of one after the other."""
    rows: list[_Row] = []
    for index in lines:
        line = layout.lines[index]
        if line.furniture or line.span.end - line.content > LONGEST:
            continue
        filled = [cell for cell in cells(layout.text, line.content, line.span.end) if cell.end > cell.start]
        if rows and (line.gap or len(filled) != len(rows[0][1])):
            yield from _column_by_column(layout.text, rows)
            rows = []
        rows.append((line, filled))
    yield from _column_by_column(layout.text, rows)


def _column_by_column(text: str, rows: Sequence[_Row]) -> Iterator[tuple[Line, Reading]]:
    """Give rows cell by cell if somebody is named in each cell of the first; else each as it stands."""
    named = rows[0][1] if len(rows) > 1 else ()
    if len(named) < 2 or not all(known("forms").match(text, *cell) for cell in named):
        for line, _ in rows:
            yield line, read(text, (Span(line.content, line.span.end),))
        return
    for column in zip(*(row for _, row in rows), strict=True):
        for number, cell in enumerate(column):
            yield rows[number][0]._replace(gap=int(number == 0)), read(text, (cell,))


def _address_lines(zones: Zones, lines: Iterable[int]) -> tuple[list[_AddressLine], bool]:
    """Take the lines that may be of an address, and tell whether one says so ("To: …")."""
    address: list[_AddressLine] = []
    attended = told = False
    for line, reading in _pieces(zones.layout, lines):
        if known("delivered").match(reading.text):
            # "By fax to …": how it is sent.
            continue
        if _attention(reading.text):
            if not attended and _put_together(address):
                break
            attended = True
            if not led(reading.text)[1]:
                continue
        start, leads = led(reading.text)
        told |= leads
        if not start and FIELD.match(reading.text):
            told &= known("senders").match(reading.text) is None
            continue
        address.append(_AddressLine(reading, start, line.gap, line.marker is not None))
    return address, told


def _below_the_date(addressees: list[Addressee], address: Sequence[_AddressLine]) -> list[Addressee]:
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


@dataclass(frozen=True, slots=True)
class _AddressLine:
    """A line of an address: its words from `start` on (after "To:"), and how it is set."""

    reading: Reading
    start: int
    gap: int
    listed: bool

    @property
    def text(self) -> str:
        return self.reading.text[self.start :].strip()

    @property
    def end(self) -> int:
        return self.reading.span(self.start, len(self.reading.text)).end


# What the last addressee is once a line of an address was taken in: nobody yet, a name with a form of address or
# without, an office, an office with a form of address ("Monsieur le Président"), an office of several, a name with
# an office, a body, one to whom nothing can be added.
_State = Literal["nobody", "name", "plain name", "office", "styled", "several", "holder", "body", "complete"]
_NOBODY: _State = "nobody"
# What a line does: begins an addressee; is the office, the holder of the office, the body of the last one, or more
# of its words; is nothing of the kind (a street, a date).
_Move = Literal["begins", "office", "holder", "body", "more", "aside"]
# What each line may add to an addressee, and what that makes of it.
_JOINS: dict[_State, dict[_Move, _State]] = {
    "nobody": {},
    "name": {"office": "holder", "body": "complete", "more": "name"},
    "plain name": {"office": "holder", "body": "complete", "more": "plain name"},
    "office": {"holder": "holder", "body": "complete", "more": "office"},
    "styled": {"office": "holder", "holder": "holder", "body": "complete", "more": "styled"},
    "several": {"body": "complete", "more": "several"},
    "holder": {"office": "holder", "body": "complete", "more": "holder"},
    "body": {"office": "complete", "body": "complete", "more": "body"},
    "complete": {"more": "complete"},
}
# Names of offices and bodies are shorter.
_SHORT = 80
_UNNAMED: frozenset[_State] = frozenset({"office", "styled", "several", "body"})
# So many words may be somebody's name.
_NAME = range(2, 5)
# So many blocks may introduce a letter and its address.
_INSET = 8
# What a blank line more than usual between two lines speaks against their belonging together.
_APART = 1.6
# Whether lines are double-spaced can't be told of fewer.
_DOUBLE_SPACED = 3


def _put_together(lines: Sequence[_AddressLine]) -> list[Addressee]:
    """Put addressees together from the lines of an address, by the reading of all lines that fits best.

    Each line may begin an addressee, add to the last one, or neither (`_JOINS`); words and spacing tell how well
    each fits, and the sum over the lines decides.
    """
    # An address may be double-spaced.
    spacing = min((line.gap for line in lines[1:]), default=0) if len(lines) > _DOUBLE_SPACED else 0
    addressees: list[Addressee] = []
    for fits, move in best_reading(_fitting(lines, spacing), _NOBODY, _Fits.moves):
        _take(addressees, fits.line, move)
    return addressees


def _fitting(lines: Sequence[_AddressLine], spacing: int) -> Iterator[_Fits]:
    """Give how well each line that has words fits; `spacing` is how many blank lines are usual between two."""
    headed = False
    before = ""
    for line in lines:
        if line.text:
            yield _Fits(line, before, headed, spacing)
            before = line.text
        else:
            headed |= line.start > 0


class _Fits:
    """How well a line fits as each part of an address, after the line `before` it.

    What its words tell is looked up when it is asked for.
    """

    def __init__(self, line: _AddressLine, before: str, headed: bool, spacing: int) -> None:
        self.line = line
        self.spacing = spacing
        self.text = line.text.strip(EDGES)
        self.before = before.strip(EDGES)
        self.headed = headed

    @cached_property
    def bare(self) -> str:
        """The line without forms of address and article."""
        return self.text if is_office_here(self.text, 0) else without_article(without_forms(self.text))

    @cached_property
    def form(self) -> bool:
        """Whether the line begins with a form of address; "Ambassador of X" is an office."""
        formal = known("forms").match(self.text) is not None
        return formal and not self.whole_body and not is_office_here(self.text, 0)

    @cached_property
    def office(self) -> bool:
        """Whether an office is the first that the line names."""
        return known("offices").match(self.bare) is not None and not self.whole_body

    @cached_property
    def plain_office(self) -> bool:
        """Whether the line names an office, and nobody who holds it."""
        return is_plain_office(self.bare)

    @cached_property
    def titled(self) -> bool:
        """Whether the line names somebody with an office."""
        if self.plain_office or self.whole_body:
            return False
        return self.office or names_office(self.text)

    @cached_property
    def several(self) -> bool:
        """Whether the line names an office of several persons."""
        return known("several").match(self.bare) is not None

    @cached_property
    def body(self) -> bool:
        """Whether the line begins with the name of a body."""
        return any(begins_with(self.text, key) for key in ("bodies", "states")) and not is_headline(self.text)

    @cached_property
    def whole_body(self) -> bool:
        """Whether the line is the name of a body, though it begins like a person's: "The Hon. Minister's Office"."""
        return known("bodies").fullmatch(without_article(self.text)) is not None and not self.plain_office

    @cached_property
    def holds_none(self) -> bool:
        """Whether the line names no office at all."""
        return known("offices").search(self.text) is None

    @cached_property
    def full_name(self) -> bool:
        """Whether the line may be somebody's name by its capitals alone."""
        named = self.holds_none and not self.body
        return named and len(self.text.split()) in _NAME and self.text.istitle()

    @cached_property
    def aside(self) -> bool:
        """Whether the line is a date or a place, which end an address."""
        # "To 15 member states" is no street.
        text = self.text.lstrip("0123456789 ") if self.line.start else self.text
        return is_place(text) or (is_dated(text) and not self.office)

    @cached_property
    def none(self) -> bool:
        """Whether the line says nothing: it is empty, or greets whoever it may be."""
        last = self.line.text[-1]
        return not self.text or (last in ",،:!" and known("generic").fullmatch(self.text) is not None)

    @cached_property
    def kind(self) -> bool:
        """Whether the line only says what kind of text it is."""
        return any_language("title", "kinds").fullmatch(self.text) is not None

    @cached_property
    def small(self) -> bool:
        """Whether the line begins with a small letter, as no addressee does."""
        told = self.line.listed or self.line.start > 0
        return self.text[:1].islower() and not (told or self.form or self.office or self.body)

    @property
    def short(self) -> bool:
        """Whether the line may be the name of an office or a body that is not known."""
        return len(self.text) < _SHORT and self.line.text[-1] != ":"

    def moves(self, state: _State) -> Iterator[tuple[_Move, _State, float]]:
        """Give what the line may do after an addressee of that state, what that makes of it, and how well it fits."""
        # Offices and bodies set apart are as many addressees; a name goes on, double-spaced, with its office.
        gap = self.line.gap if state in _UNNAMED else max(0, self.line.gap - self.spacing)
        if self.none:
            yield "aside", state, 0
            return
        if self.aside:
            yield "aside", "nobody", 3
            return
        yield "aside", "nobody" if gap else state, self.left_out(state)
        if self.small:
            return
        if not self.kind:
            yield "begins", *self.begins(state, gap)
        if self.line.listed or self.line.start:
            return
        for move, after in _JOINS[state].items():
            yield move, after, self.joins(state, move) - gap * _APART

    def left_out(self, state: _State) -> float:
        """Tell how well it fits that the line is no part of the address."""
        if self.form:
            return -1.5
        return -0.5 if self.body and state not in {"nobody", "complete"} else 0

    def begins(self, state: _State, gap: int) -> tuple[_State, float]:
        """Tell what addressee the line begins, and how well it does."""
        led = self.line.start > 0 or (self.headed and state == "nobody")
        # "The Rapporteur on … / The Working Group on …"
        alike = all(known("articles").match(text) for text in (self.text, self.before))
        sure = 2.0 * self.line.listed + 2.5 * led + 0.1 * (gap > 0) + 3.5 * alike
        if self.titled:
            return "holder", 3 + sure
        if self.several:
            return "several", 2.6 + sure
        if self.office:
            # A name without an office has most likely the one below it.
            alone = state in {"name", "plain name"}
            return "styled" if self.form else "office", 2.2 + sure - alone
        if self.form:
            return "name", 3 + sure
        if self.body:
            return "body", sure + (1 if state == "nobody" or gap else -0.5)
        return "plain name", sure - 0.6

    def joins(self, state: _State, move: _Move) -> float:
        """Tell how well the line fits as a further part of an addressee."""
        if move == "more":
            return 5 if _breaks_off(self.before, state) else -4
        if move == "holder":
            if state == "styled" and not self.form and self.full_name:
                # "Señor Embajador / X Y"
                return 0.8
            return 3.5 if self.form and self.holds_none else -4
        if move == "office":
            if self.several:
                return -4
            if self.body and self.titled and state == "name":
                # "United Nations, Secretary-General"
                return 3.4
            named = state in {"name", "plain name", "body"}
            if self.office and not self.form and (self.plain_office or named):
                return 3.4
            return (
                0.3 if state == "name" and self.short and not (self.form or self.titled or self.body) else -4
            )
        if self.form or self.office or self.titled or self.several:
            return -4
        if state == "body":
            # "Working Group on … / Office of the …", but mostly streets and houses
            return 0.4 if self.body else -4
        return 2.6 if self.body else 0.4 if self.short and state not in {"name", "plain name"} else -1


def _breaks_off(text: str, state: _State) -> bool:
    """Tell whether a line broke off: "Members of the International / Support Group", "Madam / X"."""
    if not text:
        return False
    last = text.rsplit(None, 1)[-1]
    if known("connectors").fullmatch(last) or known("forms").fullmatch(text):
        return True
    return state not in {"holder", "complete"} and known("unfinished").fullmatch(last) is not None


def _take(addressees: list[Addressee], line: _AddressLine, move: _Move) -> None:
    """Take a line in as that part of the addressees."""
    if move == "begins":
        addressees.extend(named_in(line.reading, line.start, len(line.reading.text)))
    if move in {"begins", "aside"} or not addressees:
        return
    known, text = addressees[-1], line.text.strip(EDGES)
    if move == "holder":
        known = replace(known, name=_bare_name(text), office=known.name)
    elif move == "body":
        known = replace(known, body=f"{known.body}, {text}" if known.body else text)
    elif move == "more":
        if known.body:
            known = replace(known, body=f"{known.body} {text}")
        elif known.office:
            known = replace(known, office=f"{known.office} {text}")
        else:
            known = replace(known, name=f"{known.name} {text}")
    elif known.office is None:
        role, body = office_and_body(text)
        known = replace(known, office=role, body=body or known.body)
    addressees[-1] = replace(known, span=Span(known.span.start, line.end))


def _bare_name(text: str) -> str:
    """Take off what is said after a name in courtesy ("the esteemed")."""
    honour = known("suffixes").search(text)
    return text[: honour.start()].rstrip(EDGES) if honour and honour.end() == len(text) else text
