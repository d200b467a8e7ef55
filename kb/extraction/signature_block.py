"""The signature block, read line by line: "Ada Okello / Director / River League" is one signature.

All lines are read together: each may begin a name, add to the last one, list several, head others or be none of
these, and the reading that fits best is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import Literal

from kb.extraction.best_reading import best_reading
from kb.extraction.language import any_language, any_words
from kb.extraction.layout import Layout
from kb.extraction.name_lists import (
    MARKS,
    ONE_NAME,
    Entry,
    is_motto,
    listing,
    names_led_in,
    names_listed,
    running_entries,
    separator_of,
)
from kb.extraction.offices import without_article
from kb.extraction.printed_names import (
    EDGES,
    FEW_WORDS,
    begins_with_organisation,
    has_organisation,
    has_postal_code,
    is_aside,
    is_contact,
    is_cut_off,
    is_member,
    is_named,
    is_no_name,
    is_open,
    is_place,
    is_placeholder,
    is_role,
    kind_of_name,
    may_be_role,
    name_start,
    parts_of,
    role_of_organisation,
    speaks_for,
    starts_small,
    tells_more,
    without_handle,
    without_stop,
)
from kb.extraction.reading import read
from kb.extraction.signature_tables import Piece, columns_of, heads_column, rows_of
from kb.extraction.wordings import (
    Words,
    begins_known,
    ends_with_country,
    heads_names,
    heads_signatures,
    name_like,
    tells_of_signing,
)
from kb.letter import Remark, SignatoryKind, Span

_FOOTNOTE_MARKS = "[¹²³⁴⁵⁶⁷⁸⁹"
# "**Regional groups**"
_STRONG = re.compile(r"([*_]{1,3})[^*_]+\1|<(?:b|strong|em|i)>[^<>]+</\w+>")
_FOOTNOTE = re.compile(r"\[\d{1,3}\]|[¹²³⁴⁵⁶⁷⁸⁹]")


class SignatureBlock:
    """Reads the signature block, and keeps what was read."""

    def __init__(self, layout: Layout, words: Words) -> None:
        self.layout = layout
        self.words = words
        self.entries: list[Entry] = []
        self.remarks: list[Remark] = []
        # Of what kind those below the last heading are.
        self._section: SignatoryKind | None = None

    def read(self, run: range) -> None:
        """Read the lines `run`: its tables, and what stands between them."""
        pieces = list(self._pieces(run))
        rows = rows_of(self.layout.text, pieces)
        for tabular, group in groupby(zip(pieces, rows, strict=True), lambda pair: pair[1] is not None):
            before = len(self.entries)
            if tabular:
                for column in columns_of([row for _, row in group if row is not None]):
                    self._read_pieces(column)
                self.entries[before:] = sorted(self.entries[before:], key=lambda entry: entry.span.start)
            else:
                self._read_pieces([piece for piece, _ in group])

    def _pieces(self, run: range) -> Iterator[Piece]:
        left_out = 0
        for index in run:
            line = self.layout.lines[index]
            whole = "" if line.furniture else self.words.whole(index)
            text = whole.strip(EDGES)
            if not text or (text[0] in _FOOTNOTE_MARKS and _FOOTNOTE.match(text)):
                left_out += 1
                continue
            span = Span(line.content, line.span.end) if line.content > line.span.start else line.span
            goes_on = whole[-1] in ",،;؛"
            emphasised = self.layout.text[span.start] in "*_<"
            strong = emphasised and _STRONG.fullmatch(self.layout.text, *span) is not None
            yield Piece(text, span, line.gap + left_out, line.marker, line.heading, goes_on, strong=strong)
            left_out = 0

    def _read_pieces(self, pieces: Sequence[Piece]) -> None:
        """Read pieces that stand one below the other."""
        markers = [piece.marker for piece in pieces if piece.marker]
        if len(markers) == 1 < len(pieces) and not markers[0].isdecimal():
            # No list: a bishop's cross, a dash before who signs.
            pieces = [piece._replace(marker=None) for piece in pieces]
        names = _Names(self.layout.text, self._section)
        for line, move in best_reading(_lines(pieces), _NOBODY, lambda line: line.moves):
            if move == "aside":
                self._remark(line.piece)
            names.take(line, move)
        names.end_list()
        self.entries.extend(names.entries)
        self._section = names.section

    def _remark(self, piece: Piece) -> None:
        """Say what stands where a name should."""
        if is_placeholder(piece.text):
            self.remarks.append(Remark("placeholder", f"“{piece.text}” is to be filled in.", piece.span))
        elif piece.marker and not tells_more(piece.text):
            message = f"“{piece.text}” stands among the signatories."
            self.remarks.append(Remark("not-a-name", message, piece.span))


# ---------------------------------------------------------------------------------- the best reading

# What stands last once a line was taken in: nothing that can go on, an organisation's name, a person's or one that
# may be, a person's with an office, one to which nothing is to be added, names in running text.
_State = Literal["nobody", "organisation", "person", "role", "whole", "list"]
_NOBODY: _State = "nobody"
# What a line does: begins a name; goes on with the words of the last line; says what the person is, or of which
# organisation; lists names in running text; heads the names below it; is nothing of the kind (an address, a note).
_Move = Literal["begins", "more", "role", "affiliation", "lists", "heading", "aside"]


# ------------------------------------------------------------------------------------------- a line

# What a line surely is not.
_NEVER = -4.0
_DIGIT = re.compile(r"\d")
_MARKS = re.compile(r"[^\w\s'’-]|\d|\s-")
# Blank lines, or lines left out, that may stand within a name.
_NOTED = 2
# A line of more code points may have been wrapped.
_WRAPPED = 60
# A heading among names takes fewer code points.
_LONGEST_HEADING = 80
# No page and no column that names stand in is narrower.
_NARROW = 40


class _Line:
    """A piece of the block, what its words say of it, and how well it fits as each part of a name."""

    # More need not be known of a piece with a marker: it begins a name, or is none.
    start = 0
    kind: SignatoryKind | None = None
    opens: int | None = None
    broken = _NEVER
    listing = ONE_NAME
    office = whole = behalf = heading = aside = note = small = named = located = full = False
    # What stands before the names says only whose they are: "For the farms: Ada Okello".
    labelled = False
    # What those around it tell: it is below the name of a person, and says of what organisation, or of which place
    # a member speaks for; it is an office over a name.
    card = place = above = False
    # Lines like it, each with an office below, or all of two parts, stand above and below.
    begun = paired = False

    def __init__(self, piece: Piece, before: _Line | None, width: int) -> None:
        self.piece = piece
        self.before = before
        self.width = width
        text = self.text = piece.text
        self.none = is_no_name(text) or is_motto(text)
        self.apart = before is None or piece.gap > 0
        below = before is not None and not self.apart and before.numbered
        self.numbered: bool = piece.marker is not None or below
        if piece.marker:
            self.none |= self._is_closed()
            self.organisation = kind_of_name(text) == "organisation"
            return
        # Only letters: no list, no address.
        bare = _MARKS.search(text) is None
        if not bare or begins_known(text):
            self._read_beginning()
        if not bare:
            self._read_marks()
        name = text[self.start :]
        self.kind = kind_of_name(name)
        self.organisation = self.kind == "organisation"
        self.heading = self.opens is None and self._is_heading(self.apart or below)
        # "xnet - Spain"
        placed = not bare and ends_with_country(text)
        self.small = text[0].islower() and not (self.behalf or starts_small(text) or placed)
        # "For the board": of what is not told.
        self.named = (placed or is_named(name) or self._joins()) and not (
            self.behalf and " " not in name and has_organisation(name)
        )
        self.broken = self._broken()
        if self.numbered and len(text) > _LONGEST_HEADING and not names_listed(text):
            self.none |= self._is_closed()

    def _is_closed(self) -> bool:
        """Tell a sentence from a name that ends with a full stop."""
        return self.text[-1] == "." and not name_like(self.text.rstrip("."))

    def _read_beginning(self) -> None:
        """Tell what the words do with which it begins."""
        self.start = name_start(self.text)
        self.behalf = speaks_for(self.text)
        self.office = is_role(self.text)
        self.whole = self.office and role_of_organisation(self.text)
        self.opens = names_led_in(self.text)
        if self.opens is not None:
            self.listing = 6.0

    def _joins(self) -> bool:
        """Tell a name that "and" joins to those above a blank line: "and the families of …"; it begins after that."""
        found = any_language("signatures", "connectors").match(self.text) if self.apart else None
        if not found or not found[0].islower() or not self.text[found.end() :][:1].isspace():
            return False
        rest = without_article(self.text[found.end() :].lstrip())
        if not rest or not begins_with_organisation(rest) or self.none:
            return False
        self.start = len(self.text) - len(rest)
        return True

    def _read_marks(self) -> None:
        """Tell what its digits and marks say."""
        text, before = self.text, self.before
        self.aside = is_aside(text)
        self.note = text[0].isdecimal() and before is not None and (before.numbered or before.note)
        self.located = not self.apart and is_place(text)
        if self.opens is None and not is_contact(text):
            self.listing = listing(text)

    def _is_heading(self, apart: bool) -> bool:
        """Tell whether it heads the names below it; `apart` from the names above."""
        text = self.text
        if self.piece.heading or text[-1] in ":：":
            return True
        # "Secondly: individuals"
        if len(text) < _LONGEST_HEADING and heads_names(text.rpartition(": ")[2].lstrip("#* ")):
            return True
        return apart and (heads_signatures(text) or (tells_of_signing(text) and not self._is_named()))

    def _is_named(self) -> bool:
        """Tell whether the words are those of a name, not of those who sign ("Organisations that have signed")."""
        words = {word.casefold() for word in self.text.split()}
        return self.kind is not None and words.isdisjoint(any_words("signatures", "group_words"))

    def _broken(self) -> float:
        """Tell how surely the line goes on with the words of the one before."""
        if self.before is None or self.before.heading or self.piece.whole:
            return _NEVER
        last = self.before.text
        if is_open(last) and self.piece.gap <= _NOTED:
            return 5
        if self.apart:
            return _NEVER
        # Whether the line above is so full that the first word of this one had no room there.
        words = self.text.split(None, 1)
        self.full = self.width >= _NARROW and len(last) + 1 + len(words[0]) > self.width
        if is_cut_off(last) or self.text[0] in "([":
            return 4
        if self.small or (self.full and self._is_wrapped()) or (self.numbered and len(last) > _WRAPPED):
            return 3
        head = parts_of(self.text)[0] if len(words) > 1 else self.text
        if " " not in head and has_organisation(head) and not ends_with_country(self.text):
            # "… Women's / Movement": what kind of organisation it is, not a name.
            return 2.6 + 1.5 * (len(last) + len(head) >= self.width)
        return _NEVER

    def _is_wrapped(self) -> bool:
        """Tell whether it may be the rest of what is said of the person above."""
        above = self.before.text if self.before else ""
        sure = self.width >= _WRAPPED and kind_of_name(above) is None
        if self.kind == "person" or not (sure or kind_of_name(above) == "person"):
            return False
        head, said = parts_of(self.text)[0], parts_of(above)[1:]
        goes_on = " " not in head or (
            has_organisation(head) and not has_organisation(said[-1] if said else "")
        )
        return bool(said) and goes_on

    def moves(self, state: _State) -> Iterator[tuple[_Move, _State, float]]:
        """Give what the line may do after a name of that state, what that makes of it, and how well it fits."""
        if self.none:
            yield "aside", "nobody", 0
            return
        if self.labelled:
            several = self.listing > 0
            yield ("lists", "list", 5) if several else ("begins", "whole", 5)
            return
        begun: _State = "organisation" if self.organisation else "person"
        if self.piece.marker:
            yield "begins", begun, 0
            return
        if self.heading:
            yield "heading", "nobody", 5 if self.apart else 3.5
        yield "aside", "nobody", self._left_out(state)
        yield "begins", begun, self._begins()
        if self.listing > _NEVER:
            yield "lists", "list", self.listing
        if state == "list":
            yield "more", "list", self._lists_on()
        elif state != "nobody":
            gap = min(self.piece.gap, _NOTED)
            if self.broken > _NEVER:
                yield "more", state, self.broken
            if (role := self._role(state)) > _NEVER:
                yield "role", "whole" if self.whole else "role", role - gap
            if (affiliation := self._affiliation(state)) > _NEVER:
                yield "affiliation", "whole", affiliation - 2 * gap

    def _left_out(self, state: _State) -> float:
        """Tell how well it fits that the line is no part of a name."""
        if self.aside or self.note:
            return 4
        if self.located and state in {"role", "whole"}:
            return 4.2
        return 0.8 if self.office or not self.named else -1

    def _begins(self) -> float:
        """Tell how well it fits that the line begins a name."""
        told = (1 if has_organisation(parts_of(self.text)[0]) else 3) if self.office else 0
        return (
            (2.0 if self.named else -2.0)
            - told
            - 2.5 * (self.numbered or self.note)
            - 2 * (self.small + self.aside)
        )

    def _lists_on(self) -> float:
        """Tell how well it fits that names in running text, begun before, go on in the line."""
        joined = self.broken > 0 or self.full or (self.before is not None and self.before.piece.goes_on)
        if self.apart or not joined or self.opens is not None:
            return _NEVER
        return max(self.listing + 1, 3 if self.broken > 0 else 1.9 if self.listing == ONE_NAME else _NEVER)

    def _role(self, state: _State) -> float:
        """Tell how well it fits that the line says what the person is whose name stands before it."""
        if self.office:
            if self.above:
                return -1
            sure = state != "organisation" or any_language("addressee", "offices").fullmatch(self.text)
            return 3.4 if sure else -1
        if self.place:
            return 4
        if state == "organisation" or self.kind == "person":
            return _NEVER
        if may_be_role(self.text):
            return 2.6
        return 1.5 if not self.named and not self.aside else _NEVER

    def _affiliation(self, state: _State) -> float:
        """Tell how well it fits that the line is the organisation of the person whose name stands before it."""
        if self.numbered:
            return 2.5
        if self.card and not self.place:
            return 4
        if (
            self.kind == "person"
            or self.aside
            or self.office
            or self.begun
            or state in {"organisation", "whole"}
        ):
            return _NEVER
        if state == "role":
            return 2.8 if self.organisation or self.behalf else 2.2
        return 3 if self.behalf else -1


# ------------------------------------------------------------------------------ what those around it tell


def _lines(pieces: Sequence[Piece]) -> list[_Line]:
    """Give what the words of each piece say, and what those around it do."""
    by_length = sorted((piece.text for piece in pieces), key=len, reverse=True)
    width = next((len(text) for text in by_length if not _DIGIT.search(text)), 0)
    lines: list[_Line] = []
    groups: list[list[_Line]] = []
    for piece in pieces:
        line = _Line(piece, lines[-1] if lines else None, width)
        lines.append(line)
        if piece.marker:
            continue
        if line.apart or lines[-2].piece.marker:
            groups.append([])
        groups[-1].append(line)
        if not line.apart and has_postal_code(line.text) and line.text and lines[-2].text[-1].isdecimal():
            # A street.
            lines[-2].aside = True
    for group in groups:
        _tell_labels(group)
        _tell_pairs(group)
    _tell_headings(groups)
    for line, after in pairwise(lines):
        # Alone between two lists with markers, it heads the second.
        over = line.apart and after.piece.marker is not None
        between = over and line.before is not None and line.before.piece.marker is not None
        line.heading |= (over and _heads_groups(line.text)) or (
            between and not (has_organisation(line.text) or line.aside)
        )
    if len(lines) == 1 and groups:
        # What is all of the block lists names rather.
        lines[0].listing += 2
    for group in groups:
        below = [line for line in group if not line.heading]
        if (
            len(below) > 1
            and not any(line.labelled or line.paired for line in below)
            and _runs_on(below, width)
        ):
            for line in below:
                line.listing, line.full = 6, True
    _tell_by_place([group for group in groups if len(group) > 1])
    _tell_cards(groups)
    if len(groups) > 2:
        for group in groups:
            if len(group) == 1 and _stands_alone(group[0].text):
                group[0].named, group[0].small = True, False
    return lines


# A label takes fewer code points and words; what parts it from the names is a colon, or a dash after a heading.
_LABEL = re.compile(r"([^:：]{2,60}?)\s?[:：]\s(?=\S)|([^:：]{2,30}?)\s[—–-]\s(?=\S)")
_LABEL_WORDS = 8
_MAY_LABEL = re.compile("[:：—–-]")


def _label(text: str) -> int:
    """Tell where the names begin after what only says whose they are; 0 where nothing of the kind stands."""
    found = _LABEL.match(text) if _MAY_LABEL.search(text) else None
    if found is None or is_contact(text):
        return 0
    label = found[1] or found[2]
    rest = text[found.end() :]
    if found[2] is not None and not (heads_names(label) and MARKS[0].search(rest)):
        return 0
    known = (
        speaks_for(label) or heads_names(label) or _heads_groups(label) or label.isupper() > rest.isupper()
    )
    told = known or not (has_organisation(label) or label.count(" ") >= _LABEL_WORDS or heads_column(label))
    return found.end() if told and name_like(rest.rstrip(".")[:_LONGEST_HEADING]) else 0


def _tell_labels(group: Sequence[_Line]) -> None:
    """Tell lines that each say first whose the names are: "For the farms: A; B / For the mills: C"."""
    places = [_label(line.text) if not line.none else 0 for line in group]
    if sum(map(bool, places)) * 2 < max(len(group), 4):
        return
    for line, place in zip(group, places, strict=True):
        if place:
            line.start = line.opens = place
            line.labelled, line.heading, line.behalf = True, False, False
            line.listing = listing(line.text[place:])


def _tell_pairs(group: Sequence[_Line]) -> None:
    """Tell lines of which each has one bar or stroke: "Reedham / Ada Okello" is one name."""
    for mark in MARKS[2:]:
        if len(group) > 1 and all(len(mark.findall(line.text)) == 1 for line in group):
            for line in group:
                line.paired = line.named = True
                line.broken, line.listing = _NEVER, ONE_NAME


# Names that a heading stands over, on average.
_LEAST_HEADED = 2


def _tell_headings(groups: Sequence[Sequence[_Line]]) -> None:
    """Tell emphasised headings: each group has one, below which names stand, or a list of them."""
    headed = [group for group in groups if group[0].piece.strong and len(group) > 1]
    firsts = [group[0] for group in headed]
    if len(headed) < _LEAST_HEADED or any(line.kind == "person" or line.heading for line in firsts):
        return
    below = [line for group in headed for line in group[1:]]
    lists = sum(line.listing > 0 for line in below)
    roles = sum(line.piece.strong or line.office for line in below)
    if roles * 2 < len(below) and (lists == len(below) or len(below) >= _LEAST_HEADED * len(headed)):
        for line in firsts:
            line.heading = True


def _runs_on(group: Sequence[_Line], width: int) -> bool:
    """Tell lines of names in running text: most hold what parts them, or all are full but the last."""
    printed = [f"{line.text}," if line.piece.goes_on else line.text for line in group]
    text = " ".join(printed)[group[0].opens or 0 :]
    if group[0].opens is None and not names_listed(text):
        return False
    separator = separator_of(text)
    if separator not in MARKS and group[0].opens is None and listing(text) < 0:
        # "Ada Okello, Lecturer of / Chemistry, Mill University"
        return False
    if separator in MARKS and sum(separator.search(line.text) is not None for line in group) * 2 > len(group):
        return True
    return width > _NARROW and all(
        len(line) + 1 + len(after.split(None, 1)[0]) > width for line, after in pairwise(printed)
    )


# So many lines tell that a name and an office stand by turns.
_LEAST_PAIRED = 4


def _tell_by_place(groups: Sequence[list[_Line]]) -> None:
    """Tell headings and offices by where they stand among the lines between two blank ones."""
    for place in range(1, 4):
        told = [group[place] for group in groups if len(group) > place]
        if sum(line.office and not begins_with_organisation(line.text) for line in told) * 2 >= len(told) > 1:
            # What stands below the other names as an office does is one.
            for line in told:
                line.office |= not (line.organisation or line.none or line.aside)
    for group in groups:
        pairs = [line for line in group if not line.heading]
        if len(pairs) >= _LEAST_PAIRED and all(
            line.office == number % 2 for number, line in enumerate(pairs)
        ):
            # "Ada Okello / Director / Ben Tarr / Writer"
            for line in pairs[::2]:
                line.begun = True
    capitals = [group[0] for group in groups if _is_headed_by_capitals(group)]
    if len(capitals) > 1:
        for line in capitals:
            line.heading = True
    for first, second, *more in groups:
        first.heading |= bool(more) and _heads_groups(first.text)
        # "The president, / Ada Okello"
        first.above = first.office and second.named and not (second.office or second.organisation)


def _is_headed_by_capitals(group: Sequence[_Line]) -> bool:
    """Tell lines of which only the first is all capitals."""
    return group[0].text.isupper() and not any(line.text.isupper() for line in group[1:])


def _heads_groups(text: str) -> bool:
    """Tell a heading by its last or first word ("Regional organisations", "Associations de la diaspora")."""
    first, *rest = text.split()
    known = any_words("signatures", "group_words")
    if not rest or len(rest) > FEW_WORDS:
        return False
    return rest[-1] in known or (first.casefold() in known and all(not word[0].isupper() for word in rest))


def _tell_cards(groups: Sequence[list[_Line]]) -> None:
    """Tell what says who somebody is, where most names have lines below them that do, none of them by an office."""
    cards = [group for group in groups if 1 < len(group) < 5 and _is_card(group)]
    if len(cards) > 1 and len(cards) * 2 >= len(groups):
        for first, *rest in cards:
            for line in rest:
                line.card = True
                line.place = is_member(first.text) and not has_organisation(line.text)


def _is_card(group: Sequence[_Line]) -> bool:
    """Tell a person's name with lines below it that say who that is."""
    first, *rest = group
    person = first.kind == "person" or (first.kind is None and 1 < len(first.text.split()) < 6)
    if first.none or first.heading or not person:
        return False
    told = any(line.kind == "person" and not line.office for line in rest) or all(
        line.office for line in rest
    )
    return not told and (len(group) > 2 or has_organisation(rest[0].text) or is_member(first.text))


def _stands_alone(text: str) -> bool:
    """Tell a name in small letters ("mailbox (Germany)"), if it is set off by blank lines like those around it."""
    name, _, place = text.partition(" (")
    return name.count(" ") < 2 and (not place or place.endswith(")")) and text[-1] not in ":!?…."


# ------------------------------------------------------------------------------------------- the names


class _Names:
    """Puts the names together from what each line does."""

    def __init__(self, text: str, section: SignatoryKind | None) -> None:
        self.text = text
        self.section = section
        self.entries: list[Entry] = []
        # What the last person is, kept until an organisation tells of which.
        self._role = ""
        # Whether the organisation that the persons speak for is named already.
        self._spoken_for = False
        self._listed: list[Span] = []
        self._start = 0

    def take(self, line: _Line, move: _Move) -> None:
        """Take a line in."""
        if move == "more" and self._listed:
            self._listed.append(line.piece.span)
            return
        self.end_list()
        if move == "begins":
            self._begin(line)
        elif move == "heading":
            self.section = _kind_of_heading(line.text)
        elif move == "lists":
            self._listed, self._start = [line.piece.span], line.opens or 0
        elif move == "more":
            self._add(line, f" {line.text}")
        elif move == "role":
            self._tell(line)
        elif move == "affiliation":
            text = line.text if line.numbered else line.text[line.start :]
            self._add(line, "".join(f", {part}" for part in (self._role, text) if part))
            self._role = ""

    def end_list(self) -> None:
        """Take in the names of the running text that was gathered."""
        if self._listed:
            reading = read(self.text, self._listed)
            self.entries.extend(running_entries(reading, self._start, section=self.section))
            self._listed = []

    def _begin(self, line: _Line) -> None:
        name, span = without_handle(line.text[line.start :]), line.piece.span
        if line.start:
            span = Span(self.text.find(name[0], span.start + line.start), span.end)
        if not line.piece.marker and without_stop(name) != name:
            name, span = name[:-1], Span(span.start, span.end - 1)
        self._role = ""
        self._spoken_for |= line.behalf
        self.entries.append(Entry(name, span, self.section))

    def _tell(self, line: _Line) -> None:
        """Take in what the last person is; it is part of the name where it names an organisation."""
        last = self.entries[-1]
        self.entries[-1] = last._replace(kind=last.kind or "person")
        if line.numbered or (line.whole and not self._spoken_for):
            self._add(line, f", {line.text}")
        else:
            self._role = f"{self._role}, {line.text}" if self._role else line.text

    def _add(self, line: _Line, more: str) -> None:
        last = self.entries[-1]
        span = Span(last.span.start, line.piece.span.end)
        self.entries[-1] = last._replace(name=last.name + more, span=span)


def _kind_of_heading(text: str) -> SignatoryKind | None:
    """Tell of what kind the names below a heading are."""
    words = {word.casefold() for word in re.findall(r"\w+", text)}
    persons = not words.isdisjoint(any_words("signatures", "person_headings"))
    organisations = not words.isdisjoint(any_words("signatures", "organisations"))
    if persons == organisations:
        return None
    return "person" if persons else "organisation"
