"""Where the text of a letter ends, and what follows it: closing, signatures, copies, footer.

Block by block, all are read together: each is of one kind by what it says and how it is set, kinds fit a zone more
or less well, and so does one zone after another; the reading that fits best is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Literal, NamedTuple

from kb.extraction.best_reading import best_reading
from kb.extraction.language import any_language
from kb.extraction.layout import Block, Layout
from kb.extraction.lines import Line, last_printed
from kb.extraction.name_lists import inline_names, may_be_name, names_led_in, names_listed
from kb.extraction.printed_names import (
    is_aside,
    is_cut_off,
    is_known,
    is_person,
    is_role,
    kind_of_name,
    parts_of,
    tells_more,
    without_stop,
)
from kb.extraction.wordings import (
    FIELD,
    FINAL,
    SHORT,
    Words,
    Zone,
    asks,
    begins_known,
    copies_lead,
    ends_with_country,
    heads_demands,
    heads_footer,
    heads_names,
    heads_signatures,
    is_closed,
    is_prose,
    mostly_small,
    name_like,
    opens_addressees,
    tells_of_signing,
    without_vowel_signs,
)

__all__ = ["list_end", "tell_ending"]

# ----------------------------------------------------------------------------------- what a block is

# fmt: off
Kind = Literal[
    # What letters say, and may be names or not by how it is set.
    "prose", "sentence", "point", "colon", "asking", "short", "item", "known item", "odd item", "name", "known name",
    "odd name", "role", "run", "row",
    # What is told by its words.
    "heading", "lead", "group", "inline", "behalf", "greeting", "formula", "more", "note", "aside", "about", "footer",
    "section", "list",
]
# fmt: on


class Stretch(NamedTuple):
    """A block, of what kind it is, and how it stands to those before it.

    A blank line or a rule sets it `apart`; its number `follows` that of the last item; it is `barred` from the
    signatures by a heading that ends the letter right above it.
    """

    block: Block
    kind: Kind
    apart: bool
    ruled: bool = False
    follows: bool = False
    barred: bool = False


# No point of a letter that may be a name, and no name, takes more code points.
_LONGEST_NAME = 250
# A courtesy, names in running text with what leads them in, a list of copies with its lead.
_LONGEST_LEAD = 500
_LONGEST_OPENING = 300
_DASHES = {"-", "–", "—"}
# What the letter itself says, without a word that leads on to names.
_SAID = {"prose", "sentence", "point"}
_NAMES = {"name", "known name"}
_LEADS_IN = {"prose", "sentence", "asking"}
# What may be an odd name takes fewer, and if it has no marker, fewer words.
_FEW_WORDS = 4
_ODD = 60
# Words without marks.
_PLAIN = re.compile(r"[^\W\d_][\w '’-]*")
_NOTE = re.compile(r"\[\^?\d{1,3}\]|[¹²³⁴⁵⁶⁷⁸⁹*]\s*\S")
_RULE = re.compile(r"(?:[-–—_=*~#ـ]\s*){3,}")


def stretches(layout: Layout, words: Words, begin: int) -> Iterator[Stretch]:
    """Give the blocks from line `begin` on, each with its kind; of a list of copies only the first."""
    number = 0
    before = begin - 1
    before_it: Kind | None = None
    barred = led = False
    points = _Points(layout)
    for index, block in enumerate(layout.blocks):
        if block.first < begin:
            continue
        text = words[block.first]
        if _opens_list(block, words, text):
            begin = list_end(layout, words, block.first)
            kind: Kind = "list"
        elif block.marker in _DASHES and not _is_listed(layout.blocks, index):
            kind = _kind_of_name(text) or "point"
        else:
            kind = _kind_of(layout, words, block)
        between = layout.lines[before + 1 : block.first]
        ruled = bool(between) and any(_is_rule(layout, line) for line in between)
        marker = int(block.marker) if block.marker and block.marker.isdecimal() else 0
        fits = marker >= number if block.kind == "item" else kind in _UNMARKED
        leads_in = kind == "asking" or (kind == "sentence" and text[-1] in ":：" and heads_demands(text))
        apart = layout.lines[block.first].gap > 0 or ruled
        barred = kind in _ENDS or (barred and kind not in _GO_ON)
        if points.take(block, fits, leads_in):
            kind = "point"
        elif kind in _NAMES and before_it in _SAID and _is_cut_off(layout, index, text):
            # "In January, forty of our mem": the text is cut off there.
            kind = "short"
        elif led and len(text) > _ODD and (kind in _NAMES or (block.kind == "item" and mostly_small(text))):
            # "We ask you to: / Brief the Human Rights Council on …", "… immediately provide: / - Support for …"
            kind = "point"
        led = (kind in _LEADS_IN and last_printed(layout.text, block.content) == ":") or (
            led and kind == "point"
        )
        before_it = kind
        yield Stretch(block, kind, apart, ruled, marker == number + 1 > 1, barred)
        number = marker or (0 if kind == "asking" else number)
        before = block.last


class _Points:
    """Tells which blocks are points of what is asked: those after what leads them in that are set as the first."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._asked = False
        self._setting: str | None = None

    def take(self, block: Block, fits: bool, leads_in: bool) -> bool:
        """Tell whether the next block is a point, which it must fit; or take it for what leads in points."""
        if leads_in:
            self._asked, self._setting = True, None
            return False
        setting = self._set(block, first=self._setting is None)
        self._asked = self._asked and fits and self._setting in (None, setting)
        self._setting = setting
        return self._asked

    def _set(self, block: Block, first: bool) -> str:
        """Tell how it is set: numbered, lettered, by which bullet, or as a line or a paragraph without a marker.

        Of the `first` it doesn't count that it stands right below what leads it in.
        """
        if block.kind == "item":
            marker = block.marker or "-"
            return "1" if marker.isdecimal() else "a" if marker.isalpha() else marker
        lines = self._layout.lines
        below = lines[block.last + 1 : block.last + 2]
        tight = (bool(below) and below[0].gap == 0) or (lines[block.first].gap == 0 and not first)
        return "line" if tight else "paragraph"


def _is_listed(blocks: Sequence[Block], index: int) -> bool:
    """Tell whether the item of that number is one of several: a lone dash may stand before who signs."""
    return any(
        block.kind == "item" for block in (*blocks[max(0, index - 1) : index], *blocks[index + 1 : index + 2])
    )


def _is_cut_off(layout: Layout, index: int, text: str) -> bool:
    """Tell the last block of a text for a sentence without its end: it is long, and mostly in small letters."""
    return index == len(layout.blocks) - 1 and len(text) > _ODD and mostly_small(text)


def _is_rule(layout: Layout, line: Line) -> bool:
    return line.furniture and _RULE.fullmatch(layout.text, *line.span) is not None


def _opens_list(block: Block, words: Words, text: str) -> bool:
    """Tell whether a block opens the list of those who get a copy, or to whom the letter is addressed."""
    if block.kind == "item" or not begins_known(text):
        return False
    return words.length(block.first) <= _LONGEST_OPENING and (copies_lead(text) > 0 or opens_addressees(text))


def _kind_of(layout: Layout, words: Words, block: Block) -> Kind:
    length = block.content.end - block.content.start
    text = words[block.first]
    if block.kind == "item":
        return _kind_of_item(text, length)
    if block.last > block.first:
        if length <= _LONGEST_LEAD and heads_signatures(text):
            return "heading"
        text = without_vowel_signs(layout.reading(block).text[:_LONGEST_LEAD])
    if length < SHORT and (kind := _kind_of_heading(text)):
        return kind
    inline = length <= _LONGEST_LEAD and begins_known(text) and inline_names(text) is not None
    if not inline and length < SHORT and _PLAIN.fullmatch(text) and _kind_of_name(text) == "known name":
        return "lead" if tells_of_signing(text) else "known name"
    if length <= _LONGEST_LEAD:
        if _is_courtesy(text):
            return "formula"
        if inline or inline_names(text) is not None:
            return "inline"
        if _is_row(printed := layout.text[block.content.start : block.content.end]) and not is_closed(text):
            return "short" if _COUNTS.search(printed) else "row"
    if names_listed(text) or names_led_in(text) is not None:
        return "run"
    if _NOTE.match(text):
        return "note"
    if is_prose(layout, block):
        return "sentence" if length < SHORT and _is_within(layout, block) else "prose"
    return _kind_of_line(layout, block, text, length)


# A cell with a large number, a share or a sum: a table of things, not of names.
_COUNTS = re.compile(r"[|\t]\s*(?:[$€£]\s?\d[\d.,]*|\d{1,3}(?:[.,]\d{3})+|\d[\d.,]*\s?[%$€£])\s*(?:[|\t]|$)")


def _is_row(text: str) -> bool:
    """Tell whether text is parted into cells, by tabs, bars or wide spaces."""
    return "\t" in text or "|" in text or "    " in text


def _kind_of_item(text: str, length: int) -> Kind:
    """Tell the item of a list that may be a name from a point of the letter."""
    if length > _LONGEST_NAME or not text or text[-1] in ";؛:?!؟" or is_cut_off(text):
        return "point"
    name = _kind_of_name(text)
    if name and (text[-1] != "." or not _has_capitals(text) or without_stop(text) != text):
        return "known item" if name == "known name" else "item" if _has_capitals(text) else "odd item"
    return "odd item" if length < _ODD and not text[0].islower() else "point"


def _has_capitals(text: str) -> bool:
    return text[:1].isupper() or text.upper() != text.lower()


_CONTROLS = re.compile(r"[|·•/:：]")


def _kind_of_heading(text: str) -> Kind | None:
    """Tell what a short line heads, or whose office it is."""
    if not text:
        return "short"
    if not begins_known(text) and not _CONTROLS.search(text):
        return "group" if heads_names(text) else None
    if heads_signatures(text):
        return "heading"
    if any_language("closing", "formulas").fullmatch(text.strip(FINAL)):
        return "formula"
    if text[-1] in ":：" and asks(text):
        return "asking"
    if _greets(text):
        return "greeting"
    if heads_footer(text):
        if _speaks_for_others(text):
            return "about"
        return "footer" if heads_footer(text, signed=False) else "section"
    if _speaks_for_others(text) and not is_closed(text) and not (text[-1] in ":：" and heads_demands(text)):
        return "behalf"
    if heads_names(text):
        return "group"
    return "role" if is_role(text) else None


def _greets(text: str) -> bool:
    """Tell a line that greets or addresses somebody: with it a letter begins."""
    if any_language("salutation", "dear").match(text):
        return not is_closed(text)
    if any_language("salutation", "vocatives").match(text) and text[-1] in ",،:;؛":
        return True
    lead = any_language("addressee", "leads").match(text)
    if lead is None or text[lead.end() : lead.end() + 1] not in {" ", ":", "：", ""}:
        return False
    return any_language("addressee", "offices").search(text, lead.end()) is not None


def _speaks_for_others(text: str) -> bool:
    """Tell a line that says on behalf of whom somebody signs; in Arabic it may also be about them."""
    return any_language("signatures", "behalf").match(text) is not None


def _is_courtesy(text: str) -> bool:
    return any_language("closing", "sentences").search(text) is not None


def _kind_of_line(layout: Layout, block: Block, text: str, length: int) -> Kind:
    """Tell the kind of what is no prose: a name, a heading, an address."""
    if length < SHORT:
        if tells_of_signing(text) and not is_closed(text):
            return "lead"
        if tells_more(text):
            return "more"
        if is_aside(text):
            return "aside"
        if text[-1] in ":：":
            return "asking" if heads_demands(text) else "colon"
    if length <= _LONGEST_NAME and not _is_broken_sentence(layout, block) and (kind := _kind_of_name(text)):
        return kind
    if is_closed(text):
        return "sentence"
    return (
        "odd name" if length < _ODD and text[-1] not in ",،;؛" and text.count(" ") < _FEW_WORDS else "short"
    )


def _kind_of_name(text: str) -> Kind | None:
    """Tell what looks like a name, and is known for one by its words, or by the country beside it."""
    bare = without_stop(text)
    if ends_with_country(bare):
        return "known name"
    if not name_like(bare):
        return None
    if _has_capitals(bare):
        return "known name" if kind_of_name(bare) or is_person(bare) else "name"
    if is_known(bare):
        return "known name"
    return "name" if (may_be_name(text) and text[-1].isalpha()) or _is_told_of(text) else None


def _is_told_of(text: str) -> bool:
    """Tell a name, in a script without capitals, by what is beside it: brackets, a dash, what the person is."""
    head, *beside = parts_of(text, most=1)
    if not beside or is_closed(text) or " " not in head or not may_be_name(head):
        return False
    return text[len(head) :].lstrip()[0] in "(–—-" or is_role(beside[0])


def _is_within(layout: Layout, block: Block) -> bool:
    """Tell a line with others right above and below it, as names have ("Reed League (Ghent). Reed Union.")."""
    below = layout.lines[block.last + 1 : block.last + 2]
    return layout.lines[block.first].gap == 0 and bool(below) and below[0].gap == 0


def _is_broken_sentence(layout: Layout, block: Block) -> bool:
    """Tell a short sentence over several lines from a name: it ends with a full stop, and goes on in small letters."""
    if block.last == block.first or not is_closed(layout.text[block.lines[-1].start : block.content.end]):
        return False
    return all(layout.text[line.start].islower() for line in block.lines[1:])


# ----------------------------------------------------------------------------------- the best reading

# The zone of what was read last, and of signatures how the last was set: what heads them, an item of a list or not.
_State = Literal["body", "closing", "signatures", "item", "name", "footer"]
_BODY: _State = "body"
_ZONES: Mapping[_State, Zone] = {
    "body": "body",
    "closing": "closing",
    "signatures": "signatures",
    "item": "signatures",
    "name": "signatures",
    "footer": "footer",
}
_Follower = Literal["body", "closing", "signatures", "footer"]
_FOLLOWING: Mapping[_State, Sequence[_Follower]] = {
    "body": ("body", "closing", "signatures", "footer"),
    "closing": ("closing", "signatures", "footer", "body"),
    "signatures": ("signatures", "footer"),
    "item": ("signatures", "footer"),
    "name": ("signatures", "footer"),
    "footer": ("footer", "signatures"),
}
_HEADS = {"heading", "lead", "colon", "group", "inline", "list"}
# What no signatures follow right below, and what tells that the letter goes on there.
_ENDS = {"footer", "section"}
_GO_ON = {"heading", "inline", "prose", "sentence"}
# What needs no blank line above it, unless it ends the letter's text.
_STANDS_OUT = {"heading", "inline", "formula", "greeting", "footer", "section", "list"}
# With what alone a footer follows the letter's text, but for a rule, and signatures follow a footer.
_OPEN_FOOTER = {"footer", "section", "about", "note", "aside"}
_RESUMES = {"heading", "inline"}
_ITEMS = {"item", "known item", "odd item", "point"}
_UNMARKED = {"name", "known name", "odd name", "short"}

# How well a kind fits the signatures, the footer or the closing rather than the text, and what it adds to that how a
# zone follows another, or a name another one. Blocks and zones are a hidden Markov model, its weights those of a
# conditional random field: of greatest likelihood on letters annotated by hand, and on some thousand variants of them
# in other layouts (names moved, numbered, bulleted, in tables, in running text; with other headings, none, with notes
# below), with a Gaussian prior of variance 1. On letters of a lot that was left out they do as well.
_FITS: Mapping[Kind, Mapping[_State, float]] = {
    "prose": {"signatures": -5.5, "footer": -1.1},
    "sentence": {"signatures": -3.6, "footer": -1.6},
    "point": {"signatures": -1.7, "footer": -0.1},
    "item": {"signatures": -0.7, "footer": -1.9},
    "known item": {"signatures": 1.4, "footer": -1.6},
    "odd item": {"signatures": -3.1, "footer": -0.1},
    "colon": {"signatures": -1.3, "footer": -0.7},
    "short": {"signatures": -1.5, "footer": -0.5},
    "name": {"signatures": 0.7, "footer": 0.4},
    "known name": {"signatures": 1.8, "footer": 0.4},
    "odd name": {"signatures": -2.6, "footer": -0.7},
    "role": {"signatures": -0.3, "footer": -1.6},
    "run": {"signatures": 4.6, "footer": -1.6},
    "row": {"signatures": 2.4, "footer": -1.7},
    "behalf": {"signatures": 0.4, "footer": -1.4},
    "about": {"signatures": -1.1, "footer": 3.5},
    "asking": {"signatures": -1.2, "footer": -2.1},
    "greeting": {"signatures": -4.4, "footer": -1.2},
    "heading": {"signatures": 0.8, "footer": -0.9},
    "lead": {"signatures": 1.3, "footer": -2.3},
    "group": {"signatures": 2.7, "footer": -1.0},
    "inline": {"signatures": 5.2, "footer": -0.6},
    "formula": {"closing": 1.6, "signatures": 0.5, "footer": -1.8},
    "note": {"signatures": 0.5, "footer": 2.3},
    "aside": {"signatures": 0.6, "footer": 0.3},
    "more": {"signatures": 1.4, "footer": -1.2},
    "footer": {"footer": 5.0},
    "section": {"footer": 2.7},
}
_STEPS: Mapping[tuple[Zone, _State], float] = {
    ("body", "closing"): 1.4,
    ("body", "signatures"): -0.1,
    ("body", "footer"): -1.6,
    ("closing", "body"): -5.1,
    ("closing", "signatures"): 2.4,
    ("closing", "footer"): -1.7,
    ("signatures", "footer"): -2.6,
    ("footer", "signatures"): -2.7,
}
_WAYS: Mapping[tuple[_State, _State], float] = {
    ("signatures", "signatures"): 1.1,
    ("signatures", "item"): 1.0,
    ("signatures", "name"): 0.7,
    ("item", "signatures"): -1.4,
    ("item", "item"): 1.5,
    ("item", "name"): 0.2,
    ("name", "signatures"): -0.8,
    ("name", "item"): -0.6,
    ("name", "name"): 0.4,
}
_APART: Mapping[_State, float] = {"signatures": 0.4, "item": -0.5, "name": -0.5}
_TIGHT: Mapping[_State, float] = {"body": -0.9, "closing": 0.0, "signatures": -1.7, "footer": -2.5}
_RULED: Mapping[_State, float] = {"signatures": 0.6, "footer": 3.3}
_LISTED: Mapping[Zone, float] = {
    "body": 1.0,
    "closing": 1.8,
    "signatures": 0.7,
    "footer": -1.1,
    "copies": -1.8,
}


def _after(zone: _State, kind: Kind) -> _State:
    """Give the state after a block of that kind in a zone."""
    if zone != "signatures":
        return zone
    return "signatures" if kind in _HEADS else "item" if kind in _ITEMS else "name"


_Moves = tuple[tuple[Zone, _State, float], ...]


@cache
def _moves(kind: Kind, apart: bool, ruled: bool, follows: bool, barred: bool) -> Mapping[_State, _Moves]:
    """Give for each state the zones a block of that kind may be in after it, as `_moves_in` does."""
    return {state: _moves_in(state, kind, apart, ruled, follows, barred) for state in _ZONES}


def _moves_in(state: _State, kind: Kind, apart: bool, ruled: bool, follows: bool, barred: bool) -> _Moves:
    """Give the zones a block of that kind may be in after a state, the state then, and how well that fits."""
    before = _ZONES[state]
    if kind == "list":
        listed: tuple[Zone, _State, float] = (
            "copies",
            "closing" if state == "body" else state,
            _LISTED[before],
        )
        return (listed, ("body", "body", _LISTED["copies"])) if state == "body" else (listed,)
    moves: list[tuple[Zone, _State, float]] = []
    for zone in _FOLLOWING[state]:
        if (zone != "body" and zone not in _FITS[kind]) or (zone == "signatures" and barred):
            continue
        if state == "body" and zone == "footer" and not (ruled or kind in _OPEN_FOOTER):
            continue
        after = _after(zone, kind)
        fits = _FITS[kind].get(zone, 0.0)
        if before != zone:
            tight = not apart and (kind not in _STANDS_OUT or (before == "body" and kind in _ENDS))
            fits += _STEPS[before, zone] + tight * _TIGHT[zone] + ruled * _RULED.get(zone, 0.0)
        elif zone == "signatures":
            fits += _WAYS[state, after] + apart * _APART[state]
        if state != "footer" or zone == "footer" or kind in _RESUMES or follows:
            moves.append((zone, after, fits))
    return tuple(moves)


def tell_ending(layout: Layout, words: Words, begin: int) -> list[Zone]:
    """Give the zone of each line from line `begin` on."""
    zones: list[Zone] = ["body"] * (len(layout.lines) - begin)
    last: Zone = "body"
    start = begin
    read = best_reading(
        stretches(layout, words, begin), _BODY, lambda stretch: _moves(*stretch[1:]).__getitem__
    )
    for stretch, zone in read:
        first, stop = stretch.block.first, stretch.block.last + 1
        zones[start - begin : first - begin] = [last] * (first - start)
        last = zone
        if zone == "copies":
            stop = list_end(layout, words, first)
            zone = "copies" if copies_lead(words[first]) else "addressees"
            last = "closing" if "signatures" not in zones else "signatures"
        zones[first - begin : stop - begin] = [zone] * (stop - first)
        start = stop
    zones[start - begin :] = [last] * (len(layout.lines) - start)
    return zones


# ----------------------------------------------------------------------------------- lists of others


def list_end(layout: Layout, words: Words, index: int) -> int:
    """Tell where the list of those copied ends that line `index` opens."""
    lines = layout.lines
    text = words[index]
    lead = copies_lead(text)
    if not lead and (found := any_language("addressee", "leads").match(text)):
        lead = found.end()
    alone = not text[lead:].strip(FINAL)
    allowed = lines[index + 1].gap if alone and index + 1 < len(lines) else 0
    number = index + 1
    while number < len(lines):
        line = lines[number]
        if line.furniture and not line.gap and not _is_rule(layout, line):
            # An e-mail address
            number += 1
            continue
        continued = layout.text[lines[number - 1].span.end - 1] in ",;،؛" and words.length(number) < 250
        if line.furniture or (
            line.gap > allowed
            and not (continued or (line.marker and lines[number - 1].marker))
            and not (alone and _is_card(lines, words, number))
        ):
            break
        text = words[number] if not line.marker else ""
        if text and (heads_footer(text) or heads_signatures(text) or _is_field(text)):
            break
        if text and any_language("salutation", "dear").match(text):
            break
        if text and any_language("salutation", "vocatives").fullmatch(text.rstrip(" ,:،")):
            break
        if text and words.length(number) > _LONGEST_NAME and is_closed(text):
            # The letter's text
            break
        number += 1
    return number


def _is_field(text: str) -> bool:
    """Tell another line of a form ("Date: …") from an office and who holds it ("Chair: Ms. X")."""
    return FIELD.match(text) is not None and any_language("addressee", "offices").match(text) is None


def _is_card(lines: Sequence[Line], words: Words, number: int) -> bool:
    """Tell whether somebody's name, with an office below it, begins at that line."""
    return (
        number + 1 < len(lines)
        and lines[number + 1].gap == 0
        and any_language("addressee", "forms").match(words[number]) is not None
        and any_language("addressee", "offices").match(words[number + 1]) is not None
    )
