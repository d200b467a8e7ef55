"""Who signed a letter: the names of its signature block, one by one, as they are printed.

The block may be numbered or not, a table, a list in running text; it may have headings inside, names broken
over lines, roles and places below a name. All its lines are read together: each may begin a name, add to the
last one, list several, head others or be none of these, and the reading that fits best is taken. What is
certainly no name (a closing formula that slipped into the list, a placeholder) becomes a remark.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Literal, NamedTuple

from kb.extraction.dates import find_dates, may_hold_date
from kb.extraction.language import any_language, any_words
from kb.extraction.layout import Block, Layout, Reading, plain, read
from kb.extraction.zones import (
    FIELD,
    Words,
    Zones,
    heads_footer,
    heads_names,
    heads_signatures,
    inline_names,
    is_prose,
    name_like,
)
from kb.letter import Remark, SignatoryKind, Signature, Span

__all__ = ["find_signatures", "kind_of_name"]


class _Entry(NamedTuple):
    """A name and its place; `kind` where something beside it tells."""

    name: str
    span: Span
    kind: SignatoryKind | None = None


def find_signatures(layout: Layout, zones: Zones) -> tuple[tuple[Signature, ...], tuple[Remark, ...]]:
    """Read the signatures of a letter, in order, and what in the block is none."""
    block = _SignatureBlock(layout, zones.words)
    for run in zones.runs("signatures"):
        block.read(run)
    if not block.entries:
        block.entries.extend(_at_the_top(layout, zones))
    if not block.entries and "salutation" in zones.of_line:
        block.entries.extend(_told_of(layout))
    remarks = block.remarks
    if not block.entries:
        remarks.append(Remark("no-signatures", "No signature block was found."))
    kinds = _kinds(block.entries)
    signatures = tuple(
        Signature(entry.name, entry.span, position, kind)
        for position, (entry, kind) in enumerate(zip(block.entries, kinds, strict=True), 1)
    )
    return signatures, tuple(remarks)


# ----------------------------------------------------------------------------------------- the block

# Writers are presented in the last paragraphs.
_PRESENTED = 12
_EDGES = " \t,;،؛*_|•·"
_FOOTNOTE = re.compile(r"\[\d{1,3}\]|[¹²³⁴⁵⁶⁷⁸⁹]")


class _Piece(NamedTuple):
    """A printed line of the block, or a cell of a table, and how it is set."""

    text: str
    span: Span
    gap: int = 0
    marker: str | None = None
    heading: bool = False
    # Whether a comma or a semicolon stands after it.
    goes_on: bool = False


class _SignatureBlock:
    """Reads the signature block, and keeps what was read."""

    def __init__(self, layout: Layout, words: Words) -> None:
        self.layout = layout
        self.words = words
        self.entries: list[_Entry] = []
        self.remarks: list[Remark] = []
        # Of what kind those below the last heading are.
        self._section: SignatoryKind | None = None

    def read(self, run: range) -> None:
        """Read the lines `run`: its tables, and what stands between them."""
        pieces: list[_Piece] = []
        left_out = 0
        for index in run:
            line = self.layout.lines[index]
            whole = "" if line.furniture else self.words.whole(index)
            text = whole.strip(_EDGES)
            if not text or _FOOTNOTE.match(text):
                left_out += 1
                continue
            span = Span(line.content, line.span.end)
            goes_on = whole[-1] in ",،;؛"
            pieces.append(_Piece(text, span, line.gap + left_out, line.marker, line.heading, goes_on))
            left_out = 0
        rows = _rows(self.layout.text, pieces)
        for tabular, group in groupby(zip(pieces, rows, strict=True), lambda pair: pair[1] is not None):
            if tabular:
                self._read_table([row for _, row in group if row])
            else:
                self._read_pieces([piece for piece, _ in group])

    def _read_pieces(self, pieces: Sequence[_Piece]) -> None:
        """Read pieces that stand one below the other."""
        names = _Names(self.layout.text, self._section)
        for line, move in _best_reading(pieces):
            if move == "aside":
                self._remark(line)
            names.take(line, move)
        names.end_list()
        self.entries.extend(names.entries)
        self._section = names.section

    def _remark(self, line: _Line) -> None:
        """Say what stands where a name should."""
        piece = line.piece
        if line.placeholder:
            self.remarks.append(Remark("placeholder", f"“{piece.text}” is to be filled in.", piece.span))
        elif piece.marker and not line.tells_more:
            message = f"“{piece.text}” stands among the signatories."
            self.remarks.append(Remark("not-a-name", message, piece.span))

    def _read_table(self, rows: Sequence[list[_Piece]]) -> None:
        """Read a table: a name in each row, with role and organisation beside it, or names side by side."""
        if _side_by_side(rows):
            before = len(self.entries)
            for column in range(max(map(len, rows))):
                self._read_pieces([row[column] for row in rows if column < len(row) and row[column].text])
            self.entries[before:] = sorted(self.entries[before:], key=lambda entry: entry.span.start)
            return
        columns: list[int] = []
        names: list[_Piece] = []
        for number, row in enumerate(rows):
            cells = [cell for cell in row if cell.text]
            heads = [_heads_column(cell.text, "subheadings") for cell in cells]
            if sum(heads) >= 2 or (all(heads) and not number):
                columns = [place for place, cell in enumerate(row) if _heads_column(cell.text, "columns")]
                continue
            chosen = [row[place] for place in columns if place < len(row)] or _with_affiliation(cells)
            chosen = [cell for cell in chosen if cell.text and not _CONTACT.search(cell.text)]
            if chosen:
                span = Span(chosen[0].span.start, chosen[-1].span.end)
                # Each row is a name of its own, as if numbered.
                names.append(_Piece(", ".join(cell.text for cell in chosen), span, marker="|"))
        self._read_pieces(names)


# ------------------------------------------------------------------------------------------- a table

_CELLS = re.compile(r"\s*\|\s*|\t+| {4,}")
_RULE = re.compile(r"[\s|:+-]+")
_INITIAL = re.compile(r"[^\W\d_]\.\s?[^\W\d_]")


def _rows(text: str, pieces: Sequence[_Piece]) -> list[list[_Piece] | None]:
    """Give the cells of each line that is a row of a table, none for a rule between rows; None for other lines."""
    raws = [text[piece.span.start : piece.span.end] for piece in pieces]
    rows: list[list[_Piece] | None] = []
    for number, (piece, raw) in enumerate(zip(pieces, raws, strict=True)):
        barred = "|" in raw and any("|" in raws[n] for n in (number - 1, number + 1) if 0 <= n < len(raws))
        if _RULE.fullmatch(raw):
            rows.append([])
        elif barred or "\t" in raw or "    " in raw:
            cells = list(_cells(text, piece))
            filled = sum(bool(cell.text) for cell in cells)
            rows.append(cells if filled > 1 or (filled and raw[0] == "|") else None)
        else:
            rows.append(None)
    return rows


def _cells(text: str, row: _Piece) -> Iterator[_Piece]:
    start = row.span.start + (text[row.span.start] == "|")
    for found in (*_CELLS.finditer(text, start, row.span.end), None):
        stop = found.start() if found else row.span.end
        cell = plain(text, start, stop).strip(_EDGES)
        lead = len(text[start:stop]) - len(text[start:stop].lstrip())
        yield _Piece(cell, Span(start + lead, max(stop, start + lead)), row.gap)
        start = found.end() if found else stop


def _side_by_side(rows: Sequence[list[_Piece]]) -> bool:
    """Tell whether the columns hold the same kind of thing: names beside names, offices beside offices."""
    alike = 0
    for row in rows:
        cells = [cell.text for cell in row if cell.text]
        if len(cells) < 2:
            continue
        for test in (_signed, _has_organisation, _is_office, _is_person):
            told = sum(bool(test(cell)) for cell in cells[:2])
            if told:
                alike += 1 if told == 2 else -1
                break
        alike -= any(heads_names(cell) or cell.rstrip(".)").isdecimal() for cell in cells)
    return alike > 0


def _heads_column(text: str, key: str) -> bool:
    """Tell whether a cell heads a column of that list ("Name", "Profession/Affiliation")."""
    known = any_language("signatures", key)
    return bool(text) and all(known.fullmatch(part.strip(" .:")) for part in re.split("[/&,]", text))


def _with_affiliation(cells: Sequence[_Piece]) -> list[_Piece]:
    """Give the cells of a row that are the name: a person's has a role and an organisation beside it."""
    cells = [cell for cell in cells if not cell.text.rstrip(".)").isdecimal()]
    if not cells:
        return []
    first, *others = cells
    if kind_of_name(first.text) == "organisation" or not any(_has_organisation(cell.text) for cell in others):
        return [first]
    return [first, *(cell for cell in others if not heads_names(cell.text))]


def _is_person(text: str) -> bool:
    """Tell whether a cell is surely a person's name: by a form of address, an initial, a given name, a title."""
    return kind_of_name(text) == "person" or _INITIAL.match(text) is not None or _is_member(text)


# ------------------------------------------------------------------------------------------- a line

_OPEN = re.compile(r"[(\[«“][^)\]»”]*$")
_TAIL = ("-", "–", "—", ":", "/", "&", ",", "،")
_PLACEHOLDER = re.compile(r"\$\{|\{\{|_{3,}|\.{4,}|<<|\[\s*\]|…{2,}|[xX]{4,}")
_DIGIT = re.compile(r"\d")
_ODD = re.compile(r"[${\[<(_.…Xx]")
_CONTACT = re.compile(r"\S@\S|https?://|www\.", re.IGNORECASE)
_TELEPHONE = re.compile(r"\(?(?:tel|phone|fax|mob|tél|e-?mail)\b\.?:?", re.IGNORECASE)
# The initials of who wrote and who typed a letter ("GS/mk").
_TYPIST = re.compile(r"[A-Z]{1,4}[/:][a-z]{1,4}")
_POSTAL_CODE = re.compile(r"(?:[A-Z]{1,2}-)?\d{4,6}\s+[^\W\d_]")
# No name has more code points; what seems to go on after so many doesn't.
_LONGEST_NAME = 600
# Blank lines, or lines left out, that may stand within a name.
_NOTED = 2
# A line of more code points may have been wrapped.
_WRAPPED = 60
# No page and no column that names stand in is narrower.
_NARROW = 40
# How surely text without a comma lists several names.
_ONE_NAME = -9.0
# Names of persons in a script without capitals have fewer words.
_ROLE_WORDS = 5


class _Line:
    """A piece of the block, what its words say of it, and how well it fits as each part of a name."""

    # What a piece with a marker begins with is a name, or none at all: more need not be known of it.
    start = 0
    apart = True
    card = place = note = aside = heading = office = whole = behalf = full = small = named = False
    opens: int | None = None
    kind: SignatoryKind | None = None
    listing = -9.0
    broken = -4.0

    def __init__(self, piece: _Piece, before: _Line | None, width: int) -> None:
        self.piece = piece
        self.before = before
        text = self.text = piece.text
        bare = text.strip("[]<>{}() ")
        odd = _ODD.search(text) is not None
        self.tells_more = any_language("signatures", "more").fullmatch(bare.rstrip(".…")) is not None
        self.placeholder = (odd and _PLACEHOLDER.search(text) is not None) or (
            (odd or len(bare) < 40) and any_language("signatures", "placeholders").fullmatch(bare) is not None
        )
        self.none = (
            self.tells_more
            or any_language("signatures", "connectors").fullmatch(text) is not None
            or self.placeholder
            or any_language("closing", "formulas").fullmatch(text.rstrip(" ,.!،")) is not None
            or (text[0] == "(" and heads_footer(text.strip("().")))
        )
        if piece.marker:
            self.none |= text[-1] == "." and not name_like(text.rstrip("."))
            self.organisation = kind_of_name(text) == "organisation"
            self.numbered = True
            return
        self.apart = before is None or piece.gap > 0
        self.numbered = before is not None and before.numbered and not self.apart
        self.start = _name_start(text)
        self.behalf = any_language("signatures", "behalf").match(text) is not None
        name = text[self.start :]
        self.kind = kind_of_name(name)
        self.organisation = self.kind == "organisation"
        self.office = _is_office(text)
        self.whole = self.office and _names_its_organisation(_beside_office(text))
        self.small = text[0].islower() and not _starts_small(text)
        self.opens = inline_names(text)
        self.heading = self.opens is None and _heads(text, piece.heading)
        self.aside = _is_aside(text)
        self.named = name_like(_without_stop(name)) or _short_name(name)
        self.broken = self._is_broken(width)
        self.listing = 6.0 if self.opens is not None else _listing(text)
        self.note = text[0].isdecimal() and before is not None and (before.numbered or before.note)

    def _is_broken(self, width: int) -> float:
        """Tell how surely the line goes on with the words of the one before."""
        if self.before is None:
            return -4
        last = self.before.text
        if _OPEN.search(last) and self.piece.gap <= _NOTED:
            return 5
        if self.apart:
            return -4
        if _is_cut_off(last) or self.text[0] in "([":
            return 4
        if self.small:
            return 3
        self.full = width >= _NARROW and len(last) + 1 + len(self.text.split(None, 1)[0]) > width
        head = _AFFILIATION.split(self.text, maxsplit=1)[0]
        if self.full and self.kind != "person" and not self.before.organisation:
            parts = _AFFILIATION.split(last)
            goes_on = _has_organisation(head) and not _has_organisation(parts[-1]) if " " in head else True
            if len(parts) > 1 and goes_on:
                return 3
        if self.numbered and len(last) > _WRAPPED:
            return 3
        return 2.6 if " " not in head and _has_organisation(head) else -4

    def moves(self, state: _State) -> Iterator[tuple[_Move, _State, float]]:
        """Give what the line may do after a name of that state, what that makes of it, and how well it fits."""
        begun: _State = "organisation" if self.organisation else "person"
        if self.none:
            yield "aside", "nobody", 0
            return
        if self.piece.marker:
            yield "begins", begun, 0
            return
        if self.heading:
            yield "heading", "nobody", 5
        yield "aside", "nobody", self.left_out(state)
        yield "begins", begun, self.begins()
        yield "lists", "list", self.listing
        if state == "list":
            yield "more", "list", self.lists_on()
        elif state != "nobody":
            gap = min(self.piece.gap, _NOTED)
            yield "more", state, self.broken
            yield "role", "whole" if self.whole else "role", self.role(state) - gap
            yield "affiliation", "whole", self.affiliation(state) - 2 * gap

    def left_out(self, state: _State) -> float:
        """Tell how well it fits that the line is no part of a name."""
        if self.aside or self.note:
            return 4
        return 0.8 if self.office or not self.named else -1

    def begins(self) -> float:
        """Tell how well it fits that the line begins a name."""
        told = (1 if _has_organisation(_AFFILIATION.split(self.text, maxsplit=1)[0]) else 3) * self.office
        return (2.0 if self.named else -2.0) - told - 2.5 * (self.numbered or self.note) - 2 * self.small

    def lists_on(self) -> float:
        """Tell how well it fits that names in running text, begun before, go on in the line."""
        joined = self.broken > 0 or self.full or (self.before is not None and self.before.piece.goes_on)
        if self.apart or not joined:
            return -4
        return max(self.listing + 1, 3 if self.broken > 0 else 1.9 if self.listing == _ONE_NAME else -4)

    def role(self, state: _State) -> float:
        """Tell how well it fits that the line says what the person is whose name stands before it."""
        if self.office:
            whole = any_language("addressee", "offices").fullmatch(self.text) is not None
            return 3.4 if whole or state != "organisation" else -1
        if self.place:
            return 4
        if state == "organisation" or self.kind == "person":
            return -4
        if _may_be_role(self.text):
            return 2.6
        return 1.5 if not self.named and not self.aside else -4

    def affiliation(self, state: _State) -> float:
        """Tell how well it fits that the line is the organisation of the person whose name stands before it."""
        if self.numbered:
            return 2.5
        if self.card and not self.place:
            return 4
        if self.kind == "person" or self.aside or self.office or state in {"organisation", "whole"}:
            return -4
        if state == "role":
            return 2.8 if self.organisation or self.behalf else 2.2
        return 3 if self.behalf else -1


def _heads(text: str, marked_up: bool) -> bool:
    """Tell a heading inside the block."""
    bare = text.rstrip(" :.：").lstrip("#* ")
    return heads_names(bare) or marked_up or text.endswith((":", "：")) or heads_signatures(bare)


def _is_aside(text: str) -> bool:
    """Tell what is printed below names and is none: an address, a telephone number, a date, initials."""
    return (
        _CONTACT.search(text) is not None
        or _TELEPHONE.match(text) is not None
        or _TYPIST.fullmatch(text) is not None
        or _is_dated(text)
        or _is_address(text)
    )


# ---------------------------------------------------------------------------------- the best reading

# What stands last once a line was taken in: nothing that can go on, an organisation's name, a person's or one that
# may be, a person's with an office, one to which nothing is to be added, names in running text.
_State = Literal["nobody", "organisation", "person", "role", "whole", "list"]
# What a line does: begins a name; goes on with the words of the last line; says what the person is, or of which
# organisation; lists names in running text; heads the names below it; is nothing of the kind (an address, a note).
_Move = Literal["begins", "more", "role", "affiliation", "lists", "heading", "aside"]


class _Path(NamedTuple):
    """The last step of a reading, and those before it."""

    before: _Path | None
    line: _Line
    move: _Move


def _best_reading(pieces: Sequence[_Piece]) -> list[tuple[_Line, _Move]]:
    """Tell what each piece does, by the reading of all that fits best (Viterbi's algorithm)."""
    width = max((len(piece.text) for piece in pieces), default=0)
    best: dict[_State, tuple[float, _Path | None]] = {"nobody": (0.0, None)}
    for line in _lines(pieces, width):
        reached: dict[_State, tuple[float, _Path | None]] = {}
        for state, (score, path) in best.items():
            for move, after, gain in line.moves(state):
                if after not in reached or score + gain > reached[after][0]:
                    reached[after] = (score + gain, _Path(path, line, move))
        best = reached
    path = max(best.values(), key=itemgetter(0))[1]
    steps: list[tuple[_Line, _Move]] = []
    while path:
        steps.append((path.line, path.move))
        path = path.before
    return steps[::-1]


def _lines(pieces: Sequence[_Piece], width: int) -> list[_Line]:
    """Give what the words of each piece say, and what those around it do."""
    lines: list[_Line] = []
    for piece in pieces:
        lines.append(_Line(piece, lines[-1] if lines else None, width))
    groups: list[list[_Line]] = []
    for line in lines:
        if not groups or line.piece.gap or line.piece.marker:
            groups.append([])
        groups[-1].append(line)
    if len(lines) == 1 and not lines[0].piece.marker:
        lines[0].listing += 2
    cards = [group for group in groups if 1 < len(group) < 5 and _is_card(group)]
    if len(cards) > 1 and len(cards) * 2 >= len(groups):
        for group in cards:
            for line in group[1:]:
                line.card, line.place = True, _is_member(group[0].text)
    for line in lines:
        if (
            line.before
            and not line.apart
            and _POSTAL_CODE.match(line.text)
            and line.before.text[-1].isdigit()
        ):
            # A street.
            line.before.aside = True
    if len(groups) > 2:
        for group in groups:
            if len(group) == 1 and _stands_alone(group[0]):
                group[0].named, group[0].small = True, False
    return lines


def _is_card(group: Sequence[_Line]) -> bool:
    """Tell a person's name with lines below it that say who that is, none of them by an office."""
    first, *rest = group
    if first.piece.marker or first.none or first.heading or _CELLS.search(first.text):
        return False
    person = first.kind == "person" or (first.kind is None and 1 < len(first.text.split()) < 6)
    told = any(line.kind == "person" for line in rest) or all(line.office for line in rest)
    sure = len(group) > 2 or _has_organisation(rest[0].text) or _is_member(first.text)
    return person and not told and sure


def _is_member(name: str) -> bool:
    """Tell a name with letters after it ("Ada Okello MP"): the place below it is what the person speaks for."""
    return name.rsplit(None, 1)[-1].casefold() in any_words("signatures", "after_names")


def _stands_alone(line: _Line) -> bool:
    """Tell a name in small letters ("mailbox (Germany)") that is set off by blank lines like those around it."""
    if line.piece.marker or line.none:
        return False
    name, _, place = line.text.partition(" (")
    return name.count(" ") < 2 and (not place or place.endswith(")")) and line.text[-1] not in ":!?…."


class _Names:
    """Puts the names together from what each line does."""

    def __init__(self, text: str, section: SignatoryKind | None) -> None:
        self.text = text
        self.section = section
        self.entries: list[_Entry] = []
        # What the last person is, kept until an organisation tells of which.
        self._role = ""
        self._listed: list[Span] = []
        self._start = 0

    def take(self, line: _Line, move: _Move) -> None:
        """Take a line in."""
        if self._listed and move != "more":
            self.end_list()
        if move == "begins":
            self._begin(line)
        elif move == "heading":
            self.section = _kind_of_heading(line.text)
        elif move == "lists":
            self._listed, self._start = [line.piece.span], line.opens or _after_heading(line.text)
        elif move == "more" and self._listed:
            self._listed.append(line.piece.span)
        elif move == "more":
            self._add(line, f" {line.text}")
        elif move == "role":
            self._tell(line)
        elif move == "affiliation":
            text = line.text if line.numbered else line.text[line.start :]
            self._add(line, "".join(f", {part}" for part in (self._role, text) if part))
            self._role = ""

    def _begin(self, line: _Line) -> None:
        name, end = line.text[line.start :], line.piece.span.end
        start = (
            self.text.find(name[0], line.piece.span.start + line.start)
            if line.start
            else line.piece.span.start
        )
        if not line.piece.marker and _capitalised(name):
            name, end = name[:-1], end - 1
        self._role = ""
        self.entries.append(_Entry(name, Span(start, end), self.section))

    def _tell(self, line: _Line) -> None:
        """Take in what the last person is; it is part of the name where it names an organisation."""
        last = self.entries[-1]
        self.entries[-1] = last._replace(kind=last.kind or "person")
        if line.numbered or line.whole:
            self._add(line, f", {line.text}")
        else:
            self._role = f"{self._role}, {line.text}" if self._role else line.text

    def _add(self, line: _Line, more: str) -> None:
        last = self.entries[-1]
        span = Span(last.span.start, line.piece.span.end)
        self.entries[-1] = last._replace(name=last.name + more, span=span)

    def end_list(self) -> None:
        """Take in the names of the running text that was gathered."""
        if self._listed:
            reading = read(self.text, self._listed)
            self.entries.extend(_running_entries(reading, self._start, section=self.section))
            self._listed = []


def _kind_of_heading(text: str) -> SignatoryKind | None:
    """Tell of what kind the names below a heading are."""
    words = {word.casefold() for word in re.findall(r"\w+", text)}
    persons = not words.isdisjoint(any_words("signatures", "person_headings"))
    organisations = not words.isdisjoint(_organisation_words())
    if persons == organisations:
        return None
    return "person" if persons else "organisation"


def _name_start(text: str) -> int:
    """Tell where the name begins after "and", "with", "on behalf of the", "Sgd.:", "The president:"; 0 mostly."""
    if signed := _signed(text):
        return signed
    found = any_language("signatures", "connectors").match(text)
    if found and not found[0].islower():
        found = None
    found = found or any_language("signatures", "behalf").match(text)
    if not found or (found.end() < len(text) and not text[found.end()].isspace()):
        return 0
    rest = text[found.end() :].lstrip(_EDGES + ":")
    return len(text) - len(rest) if rest else 0


def _signed(text: str) -> int:
    """Tell where the name begins after "Sgd.:", "The president:"; 0 if there is no such mark."""
    for found in (
        any_language("signatures", "marks").match(text),
        any_language("addressee", "offices").match(text),
    ):
        if found and text[found.end() :].lstrip(" .").startswith((":", "：")):
            name = text[found.end() :].lstrip(" .:：")
            return len(text) - len(name) if name else 0
    return 0


def _listing(text: str) -> float:
    """Tell how surely a line lists several names rather than one with its role and place."""
    if ";" in text or "؛" in text or "•" in text or text.count(" / ") > 1:
        return 5
    if _between_dashes(text):
        return 4
    parts = [part.strip() for part in _COMMAS.split(_BRACKETS.sub("", text)) if part.strip()]
    if len(parts) < 2:
        return _ONE_NAME
    kinds = [kind_of_name(part) for part in parts]
    several = kinds[0] == "organisation"
    score = -1.5 + 2 * max(0, len(parts) - _MOST_PARTS)
    for part, kind in zip(parts[1:], kinds[1:], strict=True):
        joined = any_language("signatures", "connectors").match(part)
        if joined or any_language("signatures", "more").fullmatch(part.rstrip(".…")):
            score += 1.5
        elif part[0].islower() or _is_office(part):
            score -= 2.5
        elif part.casefold() in any_words("signatures", "after_names") or heads_names(part):
            score -= 1.5
        elif kind == "person":
            score, several = score + 2, True
        elif " " not in part:
            # A town, or an acronym.
            score -= 0.5
        elif kind == "organisation":
            score += 2 if several else -0.8 if kinds[0] == "person" else 0.3
        else:
            score += 1 if several else 0.5
    return score + 1.5 * (_last_connector(parts[-1], 0, len(parts[-1]), listed=True) is not None)


# -------------------------------------------------------------------------------------- what words say


def _after_heading(text: str) -> int:
    """Tell where the names begin in a line "FRANCE : A ; B ; C"."""
    colon = re.search(r"\s?[:：]\s", text[:80])
    return colon.end() if colon and heads_names(text[: colon.start()]) else 0


# Among names, what has so few words and does not end as a sentence is one, however it is capitalised.
_FEW_WORDS = 7


def _short_name(text: str) -> bool:
    return text[:1].isupper() and text[-1] not in ":!?…." and text.count(" ") < _FEW_WORDS


def _without_stop(text: str) -> str:
    return text[:-1] if _capitalised(text) else text


def _capitalised(text: str) -> bool:
    """Tell a name with a full stop after it: short, with a capital at the head of each longer word."""
    if not text.endswith(".") or "." in text[:-1] or text.count(" ") >= _FEW_WORDS:
        return False
    longer = re.findall(r"[^\W\d_]{4,}", text)
    # "Inc.", "Ltd.": an abbreviation.
    whole = bool(longer) and text[:-1].endswith(longer[-1])
    return whole and all(word[0].isupper() for word in longer) and name_like(text[:-1])


def _is_dated(text: str) -> bool:
    return len(text) < _WRAPPED and may_hold_date(text) and any(True for _ in find_dates(text, "day"))


def _starts_small(text: str) -> bool:
    """Tell a name that begins with a small letter on purpose (iPEN), or a connecting word before one."""
    return text[1:2].isupper() or any_language("signatures", "connectors").match(text) is not None


def _is_office(text: str) -> bool:
    """Tell whether a line is a role ("Executive Director", "President, Bar Association")."""
    found = any_language("addressee", "offices").match(text) or any_language("signatures", "roles").match(
        text
    )
    if not found:
        return False
    rest = text[found.end() :].lstrip()
    return (
        not rest
        or rest[0] in ",-–—(/&،"
        or any_language("addressee", "connectors").match(rest) is not None
        # Arabic puts nothing between an office and the body it is of.
        or (rest[0].upper() == rest[0].lower() and _has_organisation(rest))
        # "Président national", "Directora ejecutiva": an office in lower case.
        or (rest.islower() and rest.count(" ") < 3)
    )


def _is_cut_off(name: str) -> bool:
    """Tell whether a name surely goes on: it ends in a dash, a comma, "of"."""
    last = name.rsplit(None, 1)[-1]
    if last.endswith(_TAIL):
        return True
    return last.islower() and any_language("addressee", "connectors").fullmatch(last) is not None


def _may_be_role(text: str) -> bool:
    """Tell a role from a name by its length, in a script that has no capitals."""
    caseless = text.upper() == text.lower()
    plain_words = caseless and _AFFILIATION.search(text) is None and not _has_organisation(text)
    return plain_words and text.count(" ") + 1 >= _ROLE_WORDS and kind_of_name(text) != "person"


def _beside_office(text: str) -> str:
    found = any_language("addressee", "offices").match(text)
    return text[found.end() :].strip() if found else text


def _names_its_organisation(text: str) -> bool:
    """Tell whether what stands beside an office is an organisation's name, as its words or its capitals tell."""
    if _has_organisation(text):
        return not text.islower()
    head = _NAME_WORDS.match(text, 2) if text.startswith(", ") else None
    return head is not None and sum(map(str.isupper, head[0])) > 1


def _is_address(text: str) -> bool:
    """Tell a line of an address: a street with its number, a town with its postal code."""
    return _DIGIT.search(text) is not None and (
        any_language("addressee", "places").search(text) is not None or _POSTAL_CODE.match(text) is not None
    )


# ------------------------------------------------------------------------------------- running text

# A name, two roles or places, a country: a line with more commas than that is a list.
_MOST_PARTS = 4
_PARTS = re.compile(r"[;؛•|\n]|\s/\s")
_COMMAS = re.compile(r"[,،]\s")
_BRACKETS = re.compile(r"\([^()]{0,200}\)|«[^«»]{0,200}»|“[^“”]{0,200}”")
_DASHES = re.compile(r"\s[-–—]\s")


def _between_dashes(text: str) -> bool:
    """Tell whether a line lists names parted by dashes: many, or three or more, most of them of organisations."""
    parts = _DASHES.split(text) if text.count(" ") > _FEW_WORDS else []
    return (
        len(parts) > 2
        and all(name_like(part) and not _is_office(part) for part in parts)
        and (
            len(parts) > _MOST_PARTS
            or sum(kind_of_name(part) == "organisation" for part in parts) * 2 > len(parts)
        )
    )


def _inside(brackets: Sequence[tuple[int, int]], place: int) -> bool:
    """Tell whether a place is within one of the brackets, which are in order."""
    before = bisect_left(brackets, place, key=itemgetter(0))
    return before > 0 and place < brackets[before - 1][1]


def _split_names(reading: Reading) -> Iterator[tuple[str, Span]]:
    """Split running text into names: at semicolons, else at commas and the last "and"."""
    text = reading.text
    separator = _PARTS if _PARTS.search(text) else _DASHES if _between_dashes(text) else _COMMAS
    brackets = [found.span() for found in _BRACKETS.finditer(text)]
    ends = [found.span() for found in separator.finditer(text) if not _inside(brackets, found.start())]
    starts = [0, *(end for _, end in ends)]
    stops = [*(start for start, _ in ends), len(text)]
    pieces = list(zip(starts, stops, strict=True))
    if separator is _COMMAS:
        last = pieces.pop()
        if pieces and text[slice(*last)].lstrip()[:1].islower():
            # "…, and X, lawyer": what the last one is.
            last = (pieces.pop()[0], last[1])
        found = _last_connector(text, *last, listed=len(pieces) > 0)
        pieces.extend([(last[0], found[0]), (found[1], last[1])] if found else [last])
    for start, stop in pieces:
        piece = text[start:stop]
        connector = any_language("signatures", "connectors").match(piece.lstrip())
        if connector and connector.end() < len(piece.lstrip()) and piece.lstrip()[connector.end()].isspace():
            start += len(piece) - len(piece.lstrip()) + connector.end()
            piece = text[start:stop]
        name = piece.strip(_EDGES + ".:…") if piece.rstrip().count(".") <= 1 else piece.strip(_EDGES + ":")
        if name:
            begin = start + piece.index(name)
            yield name, reading.span(begin, begin + len(name))


def _last_connector(text: str, start: int, stop: int, listed: bool) -> tuple[int, int] | None:
    """Find the "and" between the last two names in running text; `listed` if others stand before them.

    "X and Y Association" may be one name: two names alone are parted only if the first is an organisation's, or
    both look like persons'.
    """
    brackets = [found.span() for found in _BRACKETS.finditer(text, start, stop)]
    for found in any_language("signatures", "connectors").finditer(text, start, stop):
        if _inside(brackets, found.start()):
            continue
        before, after = text[start : found.start()].strip(), text[found.end() : stop].strip()
        if not before:
            # "…, and X": the last name has been reached.
            return None
        if any_language("signatures", "more").fullmatch(after.rstrip(".…!")):
            # "… and many signatures follow"
            return found.span()
        if after[:1].islower():
            continue
        persons = not _has_organisation(after) and len(before.split()) > 1 < len(after.split())
        if listed or persons or _has_organisation(before):
            return found.span()
    return None


# ------------------------------------------------------------------------------------------ at the top


def _at_the_top(layout: Layout, zones: Zones) -> Iterator[_Entry]:
    """Read signatures a letter names before its text: "A, B and C, on behalf of the members of D"."""
    for block in layout.blocks:
        zone = zones.of_line[block.first]
        if zone not in {"heading", "salutation", "body"}:
            continue
        prose = is_prose(layout, block) or block.kind == "item"
        reading = read(layout.text, _field(layout, block))
        lead = any_language("signatures", "self_named").match(reading.text)
        start = lead.end() if lead else inline_names(reading.text)
        if start is not None and reading.text[start:].strip(_EDGES):
            yield from _running_entries(reading, start)
            return
        if zone == "body" and prose:
            return
        if prose:
            continue
        if heads_signatures(reading.text):
            yield from _listed_below(layout, zones, block.last + 1)
            return
        byline = any_language("signatures", "bylines").match(reading.text)
        if byline and _names_persons(reading.text[byline.end() :], least=2):
            yield from _running_entries(reading, byline.end())
            return
        behalf = any_language("signatures", "behalf").search(reading.text)
        if (
            behalf
            and behalf.start() > 0
            and not any_language("title", "kinds").match(reading.text)
            and _names_organisation(reading.text[behalf.end() :])
            and _names_persons(reading.text[: behalf.start()])
        ):
            yield from _running_entries(reading, 0, behalf.start())
            yield from _running_entries(reading, behalf.end())
            return


def _field(layout: Layout, block: Block) -> Sequence[Span]:
    """Give the lines of a block up to the next field of a form: "From: … / To: … / Date: …"."""
    lines = block.lines[:20]
    for number, line in enumerate(lines[1:], 1):
        if FIELD.match(plain(layout.text, *line)):
            return lines[:number]
    return lines


def _listed_below(layout: Layout, zones: Zones, index: int) -> Iterator[_Entry]:
    """Read the names, one a line, that stand below a heading at the top of a letter."""
    block = _SignatureBlock(layout, zones.words)
    first = index
    while index < len(layout.lines) and zones.of_line[index] == "heading":
        if index > first and layout.lines[index].gap > layout.lines[first + 1].gap:
            break
        index += 1
    block.read(range(first, index))
    yield from block.entries


def _told_of(layout: Layout) -> Iterator[_Entry]:
    """Read the names of writers whom the last paragraphs present: "X is a lawyer in Y."."""
    told: list[_Entry] = []
    for block in reversed(layout.blocks[-_PRESENTED:]):
        reading = read(layout.text, block.lines[:5])
        found = any_language("signatures", "presents").search(reading.text)
        if found and 0 < found.start() < 60 and _names_persons(reading.text[: found.start()]):
            told.extend(_running_entries(reading, 0, found.start(), "person"))
        elif told:
            break
    yield from reversed(told)


def _names_organisation(text: str) -> bool:
    """Tell whether text begins with a name: in capitals, or with a word of organisations."""
    head = _NAME_WORDS.search(text)
    if head is None:
        return False
    return head[0][0].isupper() or head[0].casefold() in _organisation_words()


def _names_persons(text: str, least: int = 1) -> bool:
    """Tell whether text lists the names of `least` persons or more, and nothing else."""
    names = [name for name, _ in _split_names(Reading(text.rstrip(_EDGES), (0,), (0,)))]
    offices = any_language("addressee", "offices")
    if any(offices.search(name) or kind_of_name(name) == "organisation" for name in names):
        return False
    return len(names) >= least and all(1 < len(name.split()) <= 5 and name_like(name) for name in names)


def _running_entries(
    reading: Reading, start: int, stop: int | None = None, section: SignatoryKind | None = None
) -> Iterator[_Entry]:
    part = reading.text[start:stop].rstrip(_EDGES)
    for name, span in _split_names(Reading(part, (0,), (0,))):
        if any_language("signatures", "more").fullmatch(name.rstrip(".…!")):
            continue
        if name[:1].islower() and (article := any_language("addressee", "articles").match(name)):
            # "Signed: the League of …; the Union of …"
            bare = name[article.end() :].lstrip()
            span = Span(span.end - len(bare), span.end)
            name = bare
        if name_like(name):
            yield _Entry(name, reading.span(start + span.start, start + span.end), section)


# ----------------------------------------------------------------------------------------------- kinds


def _organisation_words() -> frozenset[str]:
    return any_words("signatures", "organisations")


def _person_headings() -> frozenset[str]:
    return any_words("signatures", "person_headings")


_NAME_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ASCII_NAME_WORDS = re.compile(r"[a-z]+(?:'[a-z]+)?")
_AFFILIATION = re.compile(r"(?=[\s,،(:])(?:\s[-–—]\s|,\s|،\s|\s?\(|:\s)")


def _name_words(text: str) -> list[str]:
    return (_ASCII_NAME_WORDS if text.isascii() else _NAME_WORDS).findall(text.casefold())


def _has_organisation(text: str) -> bool:
    return not _organisation_words().isdisjoint(_name_words(text))


def kind_of_name(name: str) -> SignatoryKind | None:
    """Tell whether a printed name is a person's or an organisation's, None where the words don't tell."""
    parts = _AFFILIATION.split(name, maxsplit=1)
    head = _name_words(parts[0])
    if not head:
        return "organisation"
    if head[0] in any_words("signatures", "persons") and len(head) > 1:
        return "person"
    if not _organisation_words().isdisjoint(head):
        return "organisation"
    if len(head) == 1 or (parts[0].isupper() and len(head) > 4):
        return "organisation"
    if len(parts) > 1 and (_is_office(parts[1]) or any_language("signatures", "behalf").match(parts[1])):
        return "person"
    if 1 < len(head) < 5 and _without_accents(head[0]) in any_words("signatures", "given_names"):
        return "person"
    return "organisation" if len(head) > 5 else None


def _without_accents(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _kinds(entries: Sequence[_Entry]) -> list[SignatoryKind]:
    """Tell the kind of each; those whose words don't tell are what most of the others in the list are."""
    known = [entry.kind or kind_of_name(entry.name) for entry in entries]
    persons = sum(kind == "person" for kind in known)
    organisations = sum(kind == "organisation" for kind in known)
    rest: SignatoryKind = "organisation" if organisations > persons else "person"
    return [kind or rest for kind in known]
