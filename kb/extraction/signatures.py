"""Who signed a letter: the names of its signature block, one by one, as they are printed.

The block may be numbered or not, a table, a list in running text; it may have headings inside, names broken
over lines, roles and places below a name. What is certainly no name (a closing formula that slipped into the
list, a placeholder) becomes a remark.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

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
    lists_names,
    name_like,
)
from kb.letter import Remark, SignatoryKind, Signature, Span

__all__ = ["find_signatures", "kind_of_name"]


class _Entry(NamedTuple):
    """A name and its place; `kind` where something beside it tells; `numbered` if it has a marker."""

    name: str
    span: Span
    kind: SignatoryKind | None = None
    numbered: bool = False
    role: str = ""


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


# ---------------------------------------------------------------------------------------- line by line

# No name has more code points; what seems to go on after so many doesn't.
_LONGEST_NAME = 600
# Writers are presented in the last paragraphs.
_PRESENTED = 12
_EDGES = " \t,;،؛*_|•·"
_OPEN = re.compile(r"[(\[«“][^)\]»”]*$")
_TAIL = ("-", "–", "—", ":", "/", "&", ",", "،")
_PLACEHOLDER = re.compile(r"\$\{|\{\{|_{3,}|\.{4,}|<<|\[\s*\]|…{2,}|[xX]{4,}")
_DIGIT = re.compile(r"\d")
_FOOTNOTE = re.compile(r"\[\d{1,3}\]|[¹²³⁴⁵⁶⁷⁸⁹]")
_ODD = re.compile(r"[${\[<(_.…Xx]")
_CONTACT = re.compile(r"\S@\S|https?://|www\.", re.IGNORECASE)
_SIGN_OF_CONTACT = re.compile("[@/.]")
_TELEPHONE = re.compile(r"\(?(?:tel|phone|fax|mob|tél|e-?mail)\b\.?:?", re.IGNORECASE)
_CELLS = re.compile(r"\s*\|\s*|\t+| {4,}")
# The initials of who wrote and who typed a letter ("GS/mk").
_TYPIST = re.compile(r"[A-Z]{1,4}[/:][a-z]{1,4}")
_POSTAL_CODE = re.compile(r"(?:[A-Z]{1,2}-)?\d{4,6}\s+[^\W\d_]")
_RULE = re.compile(r"[\s|:+-]+")


class _SignatureBlock:
    """Reads the lines of the signature block in order, and keeps what was read."""

    def __init__(self, layout: Layout, words: Words) -> None:
        self.layout = layout
        self.words = words
        self.entries: list[_Entry] = []
        self.remarks: list[Remark] = []
        self._section: SignatoryKind | None = None
        self._columns: list[int] | None = None
        self._side_by_side = False
        self._last_line = -1
        self._only = False
        self._open = False
        self._below: frozenset[int] = frozenset()
        # Whether names run on from the line before.
        self._running = False
        # The lines that are read, and how many code points the longest of them has, once it is asked for.
        self._lines: list[int] = []
        self._width = 0

    def read(self, run: range) -> None:
        """Read the lines `run`."""
        lines = [index for index in run if not self.layout.lines[index].furniture]
        self._only = len(lines) == 1
        self._below = _below_names(self.layout, lines)
        self._lines = lines
        self._width = 0
        blocks = {block.first: block for block in self.layout.blocks if run.start <= block.first < run.stop}
        read_to = -1
        for index in lines:
            block = blocks.get(index)
            if (
                block
                and block.last > block.first
                and lists_names(self.layout, block)
                and not self._has_one_a_line(block)
            ):
                # Names in running text, over several lines.
                reading = read(self.layout.text, block.lines)
                self.entries.extend(_running_entries(reading, 0, section=self._section))
                read_to = block.last
            elif index > read_to:
                known = len(self.entries), self.entries[-1] if self.entries else None
                self._read_line(index)
                self._open = known != (len(self.entries), self.entries[-1] if self.entries else None)
            self._last_line = index

    def _has_one_a_line(self, block: Block) -> bool:
        """Tell persons' names with what they are, a line each or broken over two, from names that run on."""
        lines = [self.words[index] for index in range(block.first, block.last + 1)]
        if any(sum(_has_title(part.strip()) for part in _COMMAS.split(line)) > 1 for line in lines):
            return False
        parts = _COMMAS.split(" ".join(lines))
        if len(parts) <= _MOST_PARTS and kind_of_name(parts[0]) != "organisation":
            return any(_is_office(part) or _has_organisation(part) for part in parts[1:])
        persons = sum(kind_of_name(line) == "person" for line in lines)
        return persons > 1 and persons * 3 >= len(lines)

    def _read_line(self, index: int) -> None:
        layout, line = self.layout, self.layout.lines[index]
        text = self.words.whole(index).strip(_EDGES)
        if not text or _FOOTNOTE.match(text):
            return
        raw = layout.text[line.content : line.span.end]
        if ("|" in raw or "\t" in raw or "    " in raw) and self._read_row(index, raw):
            return
        if self._is_none(text, line.span) or (text[0] == "(" and heads_footer(text.strip("()."))):
            return
        if line.marker is None:
            if inline_names(text) is not None or (self._running and not line.gap):
                self._read_running(index)
                return
            if self._is_heading(text, line.heading) or self._continues(index, text):
                return
            if (
                _lists(text, self._only)
                or ";" in text
                or "•" in text
                or text.count(" / ") > 1
                or _between_dashes(text)
            ):
                self._read_running(index, _after_heading(text))
                return
            text, start = self._without_connector(text, line.content)
            end = line.span.end
            if _capitalised(text):
                text, end = text[:-1], end - 1
            if text[:1].isdecimal() and self.entries and self.entries[-1].numbered:
                # A note below a numbered list.
                return
            if (
                not (name_like(text) or _short_name(text) or self._stands_alone(index, text))
                or _is_contact(text)
                or _is_dated(text)
                or self._is_address(index, text)
                or _TYPIST.fullmatch(text)
            ):
                return
            self.entries.append(_Entry(text, Span(start, end), self._section))
            return
        if text[-1] == "." and not name_like(text.rstrip(".")):
            self.remarks.append(Remark("not-a-name", f"“{text}” stands among the signatories.", line.span))
            return
        self.entries.append(_Entry(text, Span(line.content, line.span.end), self._section, numbered=True))

    def _is_none(self, text: str, span: Span) -> bool:
        """Tell what surely is no name, and say so in a remark."""
        marked = self.layout.lines[self._last_line].marker if self._last_line >= 0 else None
        if any_language("closing", "formulas").fullmatch(text.rstrip(" ,.!،")):
            if self.entries and marked:
                self.remarks.append(Remark("not-a-name", f"“{text}” stands among the signatories.", span))
            return True
        bare = text.strip("[]<>{}() ")
        if any_language("signatures", "more").fullmatch(bare.rstrip(".…")):
            return True
        odd = _ODD.search(text) is not None
        if (odd and _PLACEHOLDER.search(text)) or (
            (odd or len(bare) < 40) and any_language("signatures", "placeholders").fullmatch(bare)
        ):
            self.remarks.append(Remark("placeholder", f"“{text}” is to be filled in.", span))
            return True
        return False

    def _is_heading(self, text: str, marked_up: bool) -> bool:
        """Tell a heading inside the block; those below it are of the kind it names."""
        bare = text.rstrip(" :.：").lstrip("#* ")
        if not (heads_names(bare) or marked_up or text.endswith((":", "：")) or heads_signatures(bare)):
            return False
        if kind_words := [word.casefold() for word in re.findall(r"\w+", bare)]:
            persons = any(word in _person_headings() for word in kind_words)
            organisations = any(word in _organisation_words() for word in kind_words)
            self._section = (
                "person" if persons and not organisations else "organisation" if organisations else None
            )
            if persons and organisations:
                self._section = None
        return True

    def _continues(self, index: int, text: str) -> bool:
        """Join a line that goes on with the name before it: broken, in brackets, a role, an organisation."""
        if not self.entries or self._last_line < 0:
            return False
        line, previous = self.layout.lines[index], self.entries[-1]
        # A line between the two that was no part of the name (a note) parts them.
        apart = line.gap > 0 or self._last_line != index - 1 or not self._open
        if len(previous.name) > _LONGEST_NAME:
            return False
        cut = _OPEN.search(previous.name) or _is_cut_off(previous.name)
        if index in self._below and not apart:
            self._extend(line.span.end, f"{previous.name}, {text}")
            return True
        if not apart and (
            cut or text.startswith(("(", "[")) or (text[:1].islower() and not _starts_small(text))
        ):
            self._extend(line.span.end, f"{previous.name} {text}")
            return True
        if cut and line.gap <= 2 and _OPEN.search(previous.name):
            self._extend(line.span.end, f"{previous.name} {text}")
            return True
        if _is_office(text) and (
            any_language("addressee", "offices").fullmatch(text)
            or kind_of_name(previous.name) != "organisation"
        ):
            role = text if not apart else previous.role
            self.entries[-1] = previous._replace(
                role=role, kind=previous.kind or ("person" if not apart else None)
            )
            if not apart and _names_its_organisation(_beside_office(text)):
                self._extend(line.span.end, f"{previous.name}, {text}")
                self.entries[-1] = self.entries[-1]._replace(role="")
            return True
        if apart:
            return False
        if self._is_wrapped(index, text):
            self._extend(line.span.end, f"{previous.name} {text}")
            return True
        if not previous.numbered and _may_be_role(text) and kind_of_name(previous.name) == "person":
            return True
        if previous.role and not previous.numbered and kind_of_name(text) != "person":
            behalf = any_language("signatures", "behalf").match(text)
            text = text[behalf.end() :].strip() if behalf else text
            joined = ", ".join(part for part in (previous.name, previous.role, text) if part)
            self._extend(line.span.end, joined)
            self.entries[-1] = self.entries[-1]._replace(role="")
            return True
        if previous.numbered:
            # A long line was wrapped; a short one is a name, and what stands below it a role or a place.
            wrapped = self.words.length(index - 1) > _WRAPPED
            self._extend(line.span.end, f"{previous.name}{' ' if wrapped else ', '}{text}")
            return True
        return False

    def _is_wrapped(self, index: int, text: str) -> bool:
        """Tell whether the line above, a person's with an affiliation, was so full that it broke."""
        above = self.words[index - 1]
        self._width = self._width or max(len(self.words[number]) for number in self._lines)
        if self._width < _WRAPPED or len(above) + 1 + len(text.split(maxsplit=1)[0]) <= self._width:
            return False
        head = _AFFILIATION.split(text, maxsplit=1)[0]
        parts = _AFFILIATION.split(above)
        goes_on = _has_organisation(head) and not _has_organisation(parts[-1]) if " " in head else True
        return (
            len(parts) > 1
            and goes_on
            and kind_of_name(text) != "person"
            and kind_of_name(self.entries[-1].name) != "organisation"
        )

    def _extend(self, end: int, name: str) -> None:
        previous = self.entries[-1]
        self.entries[-1] = previous._replace(name=name, span=Span(previous.span.start, end))

    def _without_connector(self, text: str, start: int) -> tuple[str, int]:
        """Take "and", "with", "on behalf of the", "Sgd.:" off the beginning of a line."""
        if signed := _signed(text):
            return text[signed:], self.layout.text.find(text[signed], start + signed)
        found = any_language("signatures", "connectors").match(text)
        if found and not found[0].islower():
            found = None
        found = found or any_language("signatures", "behalf").match(text)
        if not found or (found.end() < len(text) and not text[found.end()].isspace()):
            return text, start
        rest = text[found.end() :].strip(_EDGES + ":")
        place = self.layout.text.find(rest[:1], start + found.end()) if rest else start
        return rest, place

    def _stands_alone(self, index: int, text: str) -> bool:
        """Tell a name in small letters ("mailbox (Germany)") that is set off by blank lines like those around it."""
        layout = self.layout
        following = layout.lines[index + 1] if index + 1 < len(layout.lines) else None
        before, _, place = text.partition(" (")
        return (
            len(self.entries) > 1
            and layout.lines[index].gap > 0
            and self._last_line == index - 1
            and (following is None or following.gap > 0)
            and before.count(" ") < 2
            and (not place or place.endswith(")"))
            and text[-1] not in ":!?…."
        )

    def _is_address(self, index: int, text: str) -> bool:
        """Tell a line of an address: a street with its number, a town with its postal code."""
        if not _DIGIT.search(text):
            return False
        following = self.words[index + 1] if index + 1 < len(self.layout.lines) else ""
        return (
            any_language("addressee", "places").search(text) is not None
            or _POSTAL_CODE.match(text) is not None
            or (text[-1:].isdigit() and _POSTAL_CODE.match(following) is not None)
        )

    # ---------------------------------------------------------------------------- tables, running text

    def _read_row(self, index: int, raw: str) -> bool:
        """Read a row of a table: the name, with its role and organisation, without number and country."""
        line = self.layout.lines[index]
        if _RULE.fullmatch(raw):
            return True
        cells = [
            (plain(self.layout.text, start, end).strip(_EDGES), Span(start, end))
            for start, end in _cells(raw, line.content)
        ]
        cells = [(text, span) for text, span in cells if text]
        if len(cells) < 2:
            return False
        signed = [_signed(text) for text, _ in cells]
        if all(signed):
            # "Sgd.: A        Sgd.: B"
            self.entries.extend(
                _Entry(text[at:], Span(span.end - len(text) + at, span.end), self._section)
                for at, (text, span) in zip(signed, cells, strict=True)
            )
            return True
        heads = [_heads_column(text, "subheadings") for text, _ in cells]
        if sum(heads) >= 2 or (all(heads) and not self.entries):
            self._columns = [
                number for number, (text, _) in enumerate(cells) if _heads_column(text, "columns")
            ]
            return True
        if self._is_none(cells[0][0], line.span):
            return True
        if self._columns is not None:
            chosen = [cells[number] for number in self._columns if number < len(cells)]
        else:
            chosen = [cell for cell in cells if not cell[0].rstrip(".)").isdecimal()]
            persons = len(chosen) > 1 and all(_is_person(text) for text, _ in chosen)
            organisations = len(chosen) > 1 and all(_has_organisation(text) for text, _ in chosen[:2])
            if (
                self._side_by_side
                and not (persons or organisations)
                and self._last_line == index - 1
                and not line.gap
            ):
                # What stands below names side by side: places, roles.
                return True
            self._side_by_side |= persons or organisations
            if self._side_by_side:
                self.entries.extend(
                    _Entry(text, span, self._section) for text, span in chosen if name_like(text)
                )
                return True
            chosen = _with_affiliation(chosen)
        chosen = [cell for cell in chosen if not _is_contact(cell[0])]
        if chosen:
            name = ", ".join(text for text, _ in chosen)
            self.entries.append(_Entry(name, Span(chosen[0][1].start, chosen[-1][1].end), self._section))
        return True

    def _read_running(self, index: int, start: int = 0) -> None:
        """Read names in running text: "Signed by A, B and C"; from `start` on if there is no such lead."""
        line = self.layout.lines[index]
        reading = read(self.layout.text, (Span(line.content, line.span.end),))
        start = inline_names(reading.text) or start
        self._running = reading.text.rstrip()[-1:] in ",،"
        self.entries.extend(_running_entries(reading, start, section=self._section))


def _signed(text: str) -> int:
    """Tell where the name begins after "Sgd.:"; 0 if there is no such mark."""
    found = any_language("signatures", "marks").match(text)
    if not found or not text[found.end() :].lstrip(" .").startswith((":", "：")):
        return 0
    name = text[found.end() :].lstrip(" .:：")
    return len(text) - len(name) if name else 0


def _heads_column(text: str, key: str) -> bool:
    """Tell whether a cell heads a column of that list ("Name", "Profession/Affiliation")."""
    known = any_language("signatures", key)
    return all(known.fullmatch(part.strip(" .:")) for part in re.split("[/&,]", text))


def _with_affiliation(cells: list[tuple[str, Span]]) -> list[tuple[str, Span]]:
    """Give the cells of a row that are the name: a person's has a role and an organisation beside it."""
    first, *others = cells
    if kind_of_name(first[0]) == "organisation" or not any(_has_organisation(text) for text, _ in others):
        return [first]
    return [first, *(cell for cell in others if not heads_names(cell[0]))]


_INITIAL = re.compile(r"[^\W\d_]\.\s?[^\W\d_]")


def _is_person(text: str) -> bool:
    """Tell whether a cell is surely a person's name: by a form of address, an initial, a given name, a title."""
    last = text.rsplit(None, 1)[-1].casefold()
    return (
        kind_of_name(text) == "person"
        or _INITIAL.match(text) is not None
        or (last in any_words("signatures", "after_names") and " " in text)
    )


def _below_names(layout: Layout, lines: Sequence[int]) -> frozenset[int]:
    """The lines that say who somebody is whose name stands above, where two or more persons are printed so.

    Such are groups of two to four lines between blank ones, the first a person's name, and no other one is.
    """
    groups: list[list[int]] = []
    for index in lines:
        if not groups or layout.lines[index].gap:
            groups.append([])
        groups[-1].append(index)
    cards = [group for group in groups if 1 < len(group) < 5 and _is_card(layout, group)]
    if len(cards) < 2 or len(cards) * 2 < len(groups):
        return frozenset()
    return frozenset(index for group in cards for index in group[1:])


def _is_card(layout: Layout, group: Sequence[int]) -> bool:
    texts = [plain(layout.text, layout.lines[i].content, layout.lines[i].span.end) for i in group]
    if any(layout.lines[i].marker for i in group) or _CELLS.search(texts[0]) or not texts[0]:
        return False
    kinds = [kind_of_name(text) for text in texts]
    told = any(_is_office(text) for text in texts[1:])
    named = kinds[0] == "person" or (kinds[0] is None and 1 < len(texts[0].split()) < 6)
    return (
        named and "person" not in kinds[1:] and not told and (len(group) > 2 or _has_organisation(texts[1]))
    )


def _cells(raw: str, offset: int) -> Iterator[tuple[int, int]]:
    start = 0
    for found in _CELLS.finditer(raw):
        if found.start() > start:
            yield offset + start, offset + found.start()
        start = found.end()
    if start < len(raw):
        yield offset + start, offset + len(raw)


def _after_heading(text: str) -> int:
    """Tell where the names begin in a line "FRANCE : A ; B ; C"."""
    colon = re.search(r"\s?[:：]\s", text[:80])
    return colon.end() if colon and heads_names(text[: colon.start()]) else 0


# Among names, what has so few words and does not end as a sentence is one, however it is capitalised.
_FEW_WORDS = 7


def _short_name(text: str) -> bool:
    return text[:1].isupper() and text[-1] not in ":!?…." and text.count(" ") < _FEW_WORDS


def _is_contact(text: str) -> bool:
    """Tell an address on the web, of mail, a telephone number."""
    if _TELEPHONE.match(text):
        return True
    return _SIGN_OF_CONTACT.search(text) is not None and _CONTACT.search(text) is not None


def _capitalised(text: str) -> bool:
    """Tell a name with a full stop after it: short, with a capital at the head of each longer word."""
    if not text.endswith(".") or "." in text[:-1] or text.count(" ") >= _FEW_WORDS:
        return False
    longer = re.findall(r"[^\W\d_]{4,}", text)
    # "Inc.", "Ltd.": an abbreviation.
    whole = bool(longer) and text[:-1].endswith(longer[-1])
    return whole and all(word[0].isupper() for word in longer) and name_like(text[:-1])


def _is_dated(text: str) -> bool:
    return may_hold_date(text) and any(True for _ in find_dates(text, "day"))


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


# Names of persons have fewer words.
_ROLE_WORDS = 5


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


def _lists(text: str, alone: bool) -> bool:
    """Tell whether a line lists several names rather than one with its role and place.

    A line that is the whole block may list as few as three, if the first is no person's.
    """
    parts = [part.strip() for part in re.split("[,،]", text)]
    parts = [part for part in parts if part.casefold() not in any_words("signatures", "after_names")]
    if sum(_has_title(part) for part in parts) > 1:
        return True
    if len(parts) < 3 or any(map(_is_office, parts)):
        return len(parts) > _MOST_PARTS
    if sum(kind_of_name(part) == "organisation" for part in parts) >= max(3, len(parts) - 1):
        # One organisation, and its town and state, are none.
        surely = sum(_has_organisation(part) or (part.isupper() and len(part) > 2) for part in parts)
        return surely > 1 or len(parts) > _MOST_PARTS
    return len(parts) > _MOST_PARTS or len(text) > 120 or (alone and kind_of_name(parts[0]) == "organisation")


def _has_title(text: str) -> bool:
    """Tell whether a name begins with a form of address ("Dr. X", not "Professor of Law")."""
    head = _NAME_WORDS.match(text)
    titled = head is not None and head[0].casefold() in any_words("signatures", "persons")
    return titled and not _is_office(text)


# A line of more code points may have been wrapped.
_WRAPPED = 60
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
