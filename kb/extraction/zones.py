"""The zones of a letter: heading, salutation, body, closing, signatures, copies, footer.

Every line of the layout belongs to one zone. A letter need not have them all, and they need not stand in that
order: signatories may be named at the top, copies before the signatures.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Literal

from kb.extraction.dates import may_hold_date
from kb.extraction.language import any_language, any_words
from kb.extraction.layout import Block, Layout, Line, plain
from kb.letter import Span

__all__ = ["FIELD", "Zone", "Zones", "find_zones"]

Zone = Literal["heading", "salutation", "body", "closing", "signatures", "copies", "addressees", "footer"]


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


class Words(dict[int, str]):
    """The printed words of each line, without markup, marker and Arabic vowel signs, by its number.

    They are those of the first 600 code points. Each line is read once, however many ask.
    """

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self.layout = layout
        self._whole: dict[int, str] = {}

    def __missing__(self, index: int) -> str:
        line = self.layout.lines[index]
        if line.span.end - line.content > _MOST_WORDS:
            words = plain(self.layout.text, line.content, line.content + _MOST_WORDS)
        else:
            words = self.whole(index)
        self[index] = words = words if words.isascii() else _VOWEL_SIGNS.sub("", words)
        return words

    def whole(self, index: int) -> str:
        """All that is printed on a line, without markup and marker."""
        words = self._whole.get(index)
        if words is None:
            line = self.layout.lines[index]
            words = self._whole[index] = plain(self.layout.text, line.content, line.span.end)
        return words

    def length(self, index: int) -> int:
        """About how long the line is, in code points."""
        line = self.layout.lines[index]
        return line.span.end - line.content


_MOST_WORDS = 600
_VOWEL_SIGNS = re.compile(r"[\u064b-\u065f\u0670\u0640]+")
_FINAL = " \t,.:;،؛*-–—_"
# A line of more code points than this is prose, not a heading, a salutation or a formula.
_SHORT = 160
# A place and a date, or a greeting that isn't wrapped, take fewer.
_DATELINE = 60
# A courtesy that closes a letter with no signature heading after it stands among its last blocks.
_LAST_BLOCKS = 12
# Headings over names, and most names, have fewer.
_FEW_WORDS = 9
# Lines that look like names before a heading like "Notes" are the signatures if there are so many.
_LEAST_NAMES = 3
# An item of fewer code points ("+ 1") is no point of a letter.
_LEAST_POINT = 3
# Lines below the signatures that are no names.
_MOST_NOTES = 2
# No name takes more code points.
_LONGEST_NAME = 250
# Paragraphs that may follow names: what goes on after more of them is the letter.
_MOST_PROSE = 3
# Paragraphs of notes, or about the publisher, that may follow a letter.
_ASIDE_PROSE = 12
# A lead of so many spaces is a sentence ("This letter was sent to …"), and needs no colon.
_SENTENCE = 4
# "CC (by e-mail):"
_SAID_IN_BRACKETS = re.compile(r"\s?\([^()]{0,40}\)(?=\s?[:：])")
_ASIDE = re.compile(r"\s*\([^()]*\)[\s:.]*$")
# Another line of a form: "Date: …", "Subject: …".
FIELD = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)? ?[:：] ?(?=\S)")
_CLOSED = re.compile(r"[.!?؟…][\"'”’»)\]*_\\]*$")


def find_zones(layout: Layout) -> Zones:
    """Tell the zones of a text apart. A text without lines has none."""
    count = len(layout.lines)
    words = Words(layout)
    zones: list[Zone] = ["body"] * count
    salutation = _find_salutation(layout, words)
    begin = salutation.stop if salutation else _first_prose(layout)
    zones[:begin] = ["heading"] * begin
    if salutation:
        zones[salutation.start : salutation.stop] = ["salutation"] * len(salutation)
    end = _body_end(layout, words, begin)
    _name_the_end(layout, words, zones, end)
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
        if block.span.start > limit:
            break
        if is_prose(layout, block):
            prose += 1
        for index in range(block.first, block.last + 1):
            if _greets(layout, words, index) and (prose <= 3 or words[index].casefold().startswith("dear")):
                stop = index + 1
                while (
                    stop < len(layout.lines) and layout.lines[stop].gap <= 1 and _greets(layout, words, stop)
                ):
                    stop += 1
                return range(index, stop)
    return None


def _greets(layout: Layout, words: Words, index: int) -> bool:
    line = layout.lines[index]
    if line.furniture or words.length(index) > _SHORT:
        return False
    text = words[index]
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
        return whole or not _CLOSED.search(text) or text.endswith("!")
    prose_follows = following and following.gap and not following.marker and words.length(index + 1) > 60
    if form and prose_follows and text[-1] == ":" and text.count(" ") < 4:
        # "Mr. Marsh:"
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
    return (
        following is None
        or following.gap > 0
        or words.length(index + 1) > 60
        or _greets(layout, words, index + 1)
    )


def _first_prose(layout: Layout) -> int:
    addressed = False
    for block in layout.blocks:
        listed = block.kind == "item" and block.content.end - block.content.start > _LEAST_POINT
        if block.content.end - block.content.start < _MOST_WORDS and copies_lead(
            plain(layout.text, *block.content)
        ):
            continue
        if is_prose(layout, block) or (listed and not addressed) or _speaks(layout, block):
            return block.first
        addressed = listed or _is_lone_lead(plain(layout.text, *block.content))
    return len(layout.lines)


def _is_lone_lead(text: str) -> bool:
    """Tell whether a line says no more than that those below are addressed ("To:")."""
    return (
        len(text) < _SHORT
        and any_language("addressee", "leads").fullmatch(text.rstrip(" :：/,،")) is not None
    )


def _speaks(layout: Layout, block: Block) -> bool:
    """Tell whether the signatories begin to speak: "We, members of …,", "RECALLING that …;"."""
    text = plain(layout.text, block.content.start, min(block.content.end, block.content.start + 200))
    return text[-1:] in {",", ";", "،", "؛"} and any_language("layout", "speaks").match(text) is not None


def is_prose(layout: Layout, block: Block) -> bool:
    """Tell whether a block is made of sentences rather than of a name, a heading, an address."""
    length = block.content.end - block.content.start
    if block.kind == "heading" or length < 60:
        return False
    if len(block.lines) > 2 and all(b - a < 60 and layout.text[b - 1] == "," for a, b in block.lines[:-1]):
        # An address: "The Minister of Water, / Lake House, / Reedham."
        return False
    tail = layout.text[max(block.content.start, block.content.end - 12) : block.content.end]
    return bool(_CLOSED.search(tail)) or length > 400 or (length > 100 and tail[-1] in ":;؛")


# --------------------------------------------------------------------------------- where the body ends


def _body_end(layout: Layout, words: Words, begin: int) -> int:
    """Tell the line at which the closing, the signatures or the footer begin."""
    blocks = [block for block in layout.blocks if block.first >= begin]
    headed: int | None = None
    for number, block in enumerate(blocks):
        length = block.content.end - block.content.start
        if block.kind == "item" or length > 500:
            continue
        text = words[block.first]
        if (
            block.last > block.first
            and heads_signatures(text)
            and not _prose_from(layout, blocks, number + 1)
        ):
            return _closing_sentence(layout, blocks, number)
        if length <= _SHORT:
            opens = any_language("closing", "formulas").fullmatch(text.strip(_FINAL)) or heads_signatures(
                text
            )
            if opens and _names_follow(layout, words, block.last + 1):
                return _closing_sentence(layout, blocks, number)
        if inline_names(text) is not None and not _prose_from(layout, blocks, number + 1):
            return block.first
        if number and _ends_body(text) and not _prose_from(layout, blocks, number + 1, _ASIDE_PROSE):
            if heads_footer(text, signed=False):
                headed = _last_heading(words, blocks) if headed is None else headed
                if number < headed:
                    # A press release tells whom to ask, and then gives the letter.
                    continue
            return _without_heading(layout, words, blocks[:number], block.first)
    return _without_heading(layout, words, blocks, len(layout.lines))


def _last_heading(words: Words, blocks: list[Block]) -> int:
    """The number of the last block that begins with a heading over signatures; -1 if there is none."""
    texts = ((number, words[blocks[number].first]) for number in reversed(range(len(blocks))))
    return next((number for number, text in texts if len(text) <= _SHORT and heads_signatures(text)), -1)


def _without_heading(layout: Layout, words: Words, blocks: list[Block], end: int) -> int:
    """Tell where the body ends if nothing is printed over the signatures; at line `end` at the latest."""
    for number in _sections(words, blocks):
        names = _names_before(layout, words, blocks[:number], blocks[number].first)
        if blocks[number].first - names >= _LEAST_NAMES:
            return names
    for block in blocks[-_LAST_BLOCKS:]:
        if _is_courtesy(layout, block) and _names_follow(layout, words, block.last + 1):
            return block.first
    if (many := _many_names(layout, words, blocks, end)) < end:
        return many
    dated = len(blocks) > 1 and _is_dateline(words[blocks[-1].first])
    if dated and _names_run_on(layout, words, blocks[-2]):
        return blocks[-2].first
    for noted in range(_MOST_NOTES + 1):
        # A line or two below the names may tell where more of them are.
        kept = blocks[: len(blocks) - noted]
        below = blocks[len(blocks) - noted :]
        if not kept or (below and below[0].content.end - below[0].content.start > _SHORT):
            break
        stop = below[0].first if below else end
        names = _names_before(layout, words, kept, stop)
        if stop - names >= (_LEAST_NAMES if noted else 1):
            return names
    if blocks and _names_run_on(layout, words, blocks[-1]):
        return blocks[-1].first
    return end


def _many_names(layout: Layout, words: Words, blocks: list[Block], end: int) -> int:
    """Tell where the last long list of names begins, whatever notes stand below it; else `end`."""
    if not any(is_prose(layout, block) for block in blocks):
        return end
    prose = others = 0
    stop = end
    # Whether the list may end there.
    ends = True
    for number in range(len(blocks), 0, -1):
        last = blocks[number - 1]
        running = lists_names(layout, last)
        if ends or running:
            names = last.first if running and _names_run_on(layout, words, last) else stop
            names = min(names, _names_before(layout, words, blocks[:number], stop))
            if names < stop and _is_long_list(layout, blocks[:number], names):
                return names
        ends = not (last.kind == "item" or _is_bare_name(layout, words, last))
        prose += last.kind != "item" and is_prose(layout, last)
        others += ends
        if prose > _MOST_PROSE or others > _ASIDE_PROSE:
            break
        stop = last.first
    return end


def _is_long_list(layout: Layout, blocks: list[Block], first: int) -> bool:
    """Tell whether many names stand from line `first` on, and prose above them."""
    names = sum(
        len(_BETWEEN_NAMES.split(plain(layout.text, *block.content))) if lists_names(layout, block) else 1
        for block in blocks
        if block.first >= first
    )
    return names >= _MANY_NAMES and any(is_prose(layout, block) for block in blocks if block.first < first)


def _is_dateline(text: str) -> bool:
    """Tell a line that gives a place and a date, which may stand below the names."""
    return len(text) < _DATELINE and may_hold_date(text)


def _names_run_on(layout: Layout, words: Words, block: Block) -> bool:
    """Tell names in running text with nothing over them; without capitals, their first words must tell."""
    if not lists_names(layout, block):
        return False
    text = words[block.first]
    if any(map(str.isupper, text)):
        return True
    parts = [part.split(None, 1)[0].casefold() for part in _BETWEEN_NAMES.split(text) if part.strip()]
    known = sum(any(part in any_words("signatures", key) for key in _TELL_NAMES) for part in parts)
    return known * 3 > len(parts) * 2


def _sections(words: Words, blocks: list[Block]) -> list[int]:
    """Give the first headings that may stand after a letter, or in it ("Notes", "Background")."""
    sections = (
        number
        for number, block in enumerate(blocks)
        if number and block.kind != "item" and block.content.end - block.content.start < 60
        if heads_footer(words[block.first])
    )
    return list(islice(sections, 4))


def _prose_from(layout: Layout, blocks: list[Block], number: int, most: int = _MOST_PROSE) -> bool:
    """Tell whether more than `most` paragraphs of prose follow: then the letter is not over yet."""
    seen = 0
    for block in blocks[number:]:
        seen += block.kind != "item" and is_prose(layout, block)
        if seen > most:
            return True
    return False


def _closing_sentence(layout: Layout, blocks: list[Block], number: int) -> int:
    """Tell where the closing begins before block `number`: a courtesy may fill paragraphs of its own."""
    for block in blocks[max(0, number - 3) : number]:
        if _is_courtesy(layout, block):
            return block.first
    return blocks[number].first


def _is_courtesy(layout: Layout, block: Block) -> bool:
    if block.kind == "item" or block.content.end - block.content.start > 500:
        return False
    return any_language("closing", "sentences").search(layout.text, *block.content) is not None


def heads_signatures(text: str) -> bool:
    """Tell whether a line is a heading over signatures and nothing else."""
    bare = text.strip(_FINAL)
    if ")" in bare:
        bare = _ASIDE.sub("", bare)
    return any_language("signatures", "headings", "inline").fullmatch(bare) is not None


_COLON = re.compile("[:：]")


def inline_names(text: str) -> int | None:
    """Tell where the names begin in a line that says who signs: "Signed by A, B and C"."""
    bare = text if text.isascii() else _VOWEL_SIGNS.sub("", text)
    if len(bare) < len(text):
        start = inline_names(bare)
        return None if start is None else _with_vowel_signs(text, start)
    if found := any_language("signatures", "inline").match(text):
        start = found.end()
    elif (colon := _COLON.search(text, 0, _SHORT)) and (
        heads_signatures(text[: colon.start()]) or _heads_list(text[: colon.start()], text[colon.end() :])
    ):
        start = colon.end()
    else:
        return None
    rest = text[start:].strip(_FINAL)
    if article := any_language("addressee", "articles").match(rest):
        # "Signed: the League of …; the Union of …"
        rest = rest[article.end() :].lstrip()
    return start if rest and not rest[0].islower() and not rest[0].isdecimal() else None


def _heads_list(lead: str, rest: str) -> bool:
    """Tell "Supporting organisations: A; B; C", whatever the lead says else, from other lines with a colon."""
    words = re.findall(r"\w+", lead.casefold())
    if len(words) > _FEW_WORDS or any_words("signatures", "group_words").isdisjoint(words):
        return False
    parts = [part.strip(" .") for part in _BETWEEN_NAMES.split(rest[:_LISTED])]
    return len(parts) > 1 and all(part.count(" ") < _FEW_WORDS and name_like(part) for part in parts[:-1])


def _with_vowel_signs(text: str, start: int) -> int:
    """Tell where a place of the text without vowel signs is in it."""
    letters = (place for place, char in enumerate(text) if not _VOWEL_SIGNS.match(char))
    return next(islice(letters, start, None))


def heads_footer(text: str, signed: bool = True) -> bool:
    """Tell whether a line opens what is no part of the letter: notes, "About us", a legal notice.

    Before the signatures, headings like "Background" may be a part of it.
    """
    if len(text) > _SHORT:
        return False
    bare = text.strip(_FINAL)
    headings = (
        any_language("footer", "headings", "sections") if signed else any_language("footer", "headings")
    )
    if headings.fullmatch(bare):
        return True
    parts = [part for part in _CONTROLS.split(bare) if part.strip()]
    if len(parts) == 1:
        return False
    # "View this post: Print · PDF · Share"
    known = sum(
        any_language("footer", "headings").fullmatch(part.strip(_FINAL)) is not None for part in parts
    )
    return known * 2 > len(parts)


_CONTROLS = re.compile(r"\s*[|·•/]\s*|[:：]\s")


def _ends_body(text: str) -> bool:
    return heads_footer(text, signed=False) or copies_lead(text) > 0 or opens_addressees(text)


def copies_lead(text: str) -> int:
    """Tell where the names begin in a line that opens the list of those who get a copy; 0 in another line."""
    bare = text if text.isascii() else _VOWEL_SIGNS.sub("", text)
    if len(bare) < len(text):
        start = copies_lead(bare)
        return start and _with_vowel_signs(text, start)
    found = any_language("copies", "leads").match(text, 1 if text[:1] in {"(", "["} else 0)
    if found is None:
        return 0
    end = found.end()
    if said := _SAID_IN_BRACKETS.match(text, end):
        end = said.end()
    return end + len(text[end:]) - len(text[end:].lstrip(" \t:：./-–—"))


def opens_addressees(text: str) -> bool:
    """Tell whether a line after the letter's text opens the list of its addressees ("Addressed to: …")."""
    found = any_language("addressee", "leads").match(text)
    if found is None:
        return False
    return text[found.end() :].lstrip()[:1] in {":", "：", "/"} or found[0].count(" ") >= _SENTENCE


def _names_follow(layout: Layout, words: Words, index: int) -> bool:
    """Tell whether names come next, or nothing at all."""
    seen = 0
    if any(lists_names(layout, block) for block in islice(_blocks_from(layout, index), 1)):
        return True
    for number in range(index, min(len(layout.lines), index + 20)):
        if layout.lines[number].furniture:
            continue
        text = words[number]
        if words.length(number) <= 250 and (name_like(text) or heads_names(text) or heads_signatures(text)):
            return True
        if inline_names(text) is not None or any_language("signatures", "behalf").match(text):
            return True
        courtesy = any_language("closing", "sentences").search(text) or len(text) <= 60
        seen += 1
        if seen == 3 or not courtesy:
            return False
    return seen == 0 or len(layout.lines) - index < 3


def _blocks_from(layout: Layout, index: int) -> Iterator[Block]:
    """The blocks that begin at line `index` or later."""
    return islice(layout.blocks, bisect_left(layout.blocks, index, key=lambda block: block.first), None)


def _names_before(layout: Layout, words: Words, body: Sequence[Block], end: int) -> int:
    """Tell where a list of names without heading begins among the blocks before line `end`; else `end`."""
    blocks = list(body)
    taken: list[Block] = []
    pending: list[Block] = []
    while blocks:
        block = blocks[-1]
        listed = block.kind == "item"
        if taken and not listed and heads_names(words[block.first]):
            pending.append(blocks.pop())
            continue
        # Names without markers hardly follow a list of names with them, nor the other way about.
        changes = taken and not pending and listed != (taken[-1].kind == "item")
        if changes or not (listed or _is_bare_name(layout, words, block)):
            odd = not listed and len(pending) * 5 < len(taken) and _is_stray(layout, words, block, taken)
            if not odd:
                break
            pending.append(blocks.pop())
            continue
        restarts = listed and taken and not pending and taken[-1].marker == "1" != block.marker
        if restarts or block.content.end - block.content.start > _LONGEST_NAME:
            break
        taken.extend((*pending, blocks.pop()))
        pending.clear()
    if not taken:
        return end
    while pending and not heads_names(words[pending[-1].first]):
        blocks.append(pending.pop())
    if taken[-1].kind == "item":
        before = blocks[-1] if blocks and not pending else None
        led_in = (
            before is not None and before.kind != "item" and layout.text[before.content.end - 1] in ":：;؛"
        )
        items = [block for block in taken if block.kind == "item"]
        named = sum(name_like(words[block.first]) for block in items)
        dashed = len(items) <= 2 and all(item.marker in _DASHES for item in items)
        if led_in or (len(items) < 3 and not dashed) or named * 5 < len(items) * 4:
            return end
    return (pending or taken)[-1].first


def _is_bare_name(layout: Layout, words: Words, block: Block) -> bool:
    """Tell what looks like a name and has no marker."""
    return (
        block.content.end - block.content.start <= _LONGEST_NAME
        and not is_prose(layout, block)
        and name_like(words[block.first])
        and not _is_broken_sentence(layout, block)
    )


def _is_stray(layout: Layout, words: Words, block: Block, below: Sequence[Block]) -> bool:
    """Tell a line that stands in a long list and doesn't look like a name: an odd one, or a heading of a few words."""
    last = below[-1]
    least = _LEAST_NAMES if last.kind == "item" else _MANY_NAMES
    if len(below) < least or block.content.end - block.content.start > _SHORT:
        return False
    if last.kind == "item":
        apart = layout.lines[block.first].gap > 0 and layout.lines[last.first].gap > 0
        return apart and name_like(words[block.first])
    return layout.lines[block.first].gap == layout.lines[last.first].gap == 0


def _is_broken_sentence(layout: Layout, block: Block) -> bool:
    """Tell a short sentence over several lines from a name: it ends with a full stop, and goes on in small letters."""
    if block.last == block.first or not _CLOSED.search(
        layout.text[block.lines[-1].start : block.content.end]
    ):
        return False
    return all(layout.text[line.start].islower() for line in block.lines[1:])


def heads_names(text: str) -> bool:
    """Tell a heading inside a list of names ("Organisations", "Individuals / Experts") from a name."""
    bare = text.strip(_FINAL)
    headings = any_language("signatures", "subheadings")
    if bare.casefold() in any_words("signatures", "countries"):
        return True
    if headings.fullmatch(bare):
        return True
    parts = _TOGETHER.split(bare) if _TOGETHER.search(bare) else ()
    return len(parts) > 1 and all(headings.fullmatch(part.strip()) for part in parts)


_TOGETHER = re.compile("[/&,]")
_AFFILIATION = re.compile(r"[,،(:]|\s[-–—]\s")
_DASHES = {"-", "–", "—"}
_ALPHABETIC = re.compile(r"(?<!\w)[^\W\d_]{4,}")


def name_like(text: str) -> bool:
    """Tell whether a short text looks like the name of a person or an organisation."""
    text = text.strip(" ,;،؛*_-–—")
    if not text or len(text) > 250 or text[-1] in ":!?؟" or text[0] == "#" or text.count(" ") > 25:
        return False
    last = text.rsplit(None, 1)[-1]
    if text[-1] in ".…" and "." not in last[:-1] and (len(last) > 6 or last[0].islower()):
        return False
    if any_language("closing", "formulas").fullmatch(text.strip(_FINAL)):
        return False
    if text[-1] == "." and any_language("signatures", "presents").search(text):
        return False
    first = text.lstrip("\"'“«‘([")[:1]
    if first.islower() and not text[1:2].isupper():
        return False
    longer = _ALPHABETIC.findall(_AFFILIATION.split(text, maxsplit=1)[0])
    capital = sum(not word.islower() for word in longer)
    if capital * 2 < len(longer):
        # "Ligue des droits humains": where names are not capitalised throughout, their first word tells.
        return longer[0].casefold() in any_words("signatures", "organisations") and first.isupper()
    return first.isupper() or first.isdigit() or text.count(" ") <= 12


_BETWEEN_NAMES = re.compile(r"[,;،؛•|]\s|\s[/–—-]\s")
_NO_NAMES = re.compile(r"@|www\.|https?:|[^\W\d_]: |[a-z]{5}[.!?] [A-Z][^\W\d_]+ ")
_IN_BRACKETS = re.compile(r"\([^()]{0,200}\)")
_LISTED = 600
# Words that names begin with, where there are no capitals to tell them.
_TELL_NAMES = ("organisations", "persons", "given_names")
# In a list of so many names, one in five may look like none ("Rights Now!").
_MANY_NAMES = 6


def lists_names(layout: Layout, block: Block) -> bool:
    """Tell whether a paragraph is a list of names in running text: three or more, and nothing else."""
    start, end = block.content
    if block.kind == "item" or end - start < 30:
        return False
    text = plain(layout.text, start, min(end, start + _LISTED)).rstrip(" .")
    if _NO_NAMES.search(text):
        return False
    text = _IN_BRACKETS.sub("", text)
    # Between semicolons, each name may have its role beside it, parted by a comma.
    rows = re.split(r"[;؛]\s", text)
    parts = rows if len(rows) > 2 else _BETWEEN_NAMES.split(text)
    parts = parts[:-1] if end - start > _LISTED else parts
    if len(parts) < 3:
        return False
    odd = sum(part.count(" ") >= 12 or not name_like(part) for part in parts[:-1])
    return odd == 0 or (len(parts) >= _MANY_NAMES and odd * 5 <= len(parts))


# --------------------------------------------------------------------------------- what comes after it


def _name_the_end(layout: Layout, words: Words, zones: list[Zone], end: int) -> None:
    lines = layout.lines
    closed = {
        i
        for block in layout.blocks
        if block.first >= end and _prose_after(layout, block) and inline_names(words[block.first]) is None
        if not lists_names(layout, block) and not heads_signatures(words[block.first])
        if not _is_within(layout, block)
        for i in range(block.first, block.last + 1)
    }
    zone: Zone = "closing"
    highest = names = 0
    index = end
    while index < len(lines):
        line = lines[index]
        text = words[index] if not line.marker and words.length(index) <= 300 else ""
        list_of: Zone | None = "copies" if text and copies_lead(text) else None
        if text and opens_addressees(text):
            list_of = "addressees"
        if list_of:
            stop = _copies_end(layout, words, index)
            zones[index:stop] = [list_of] * (stop - index)
            zone = "footer" if zone == "footer" else "signatures"
            index = stop
            continue
        if line.furniture:
            if zone == "signatures" and (names or highest) and _rules_off(layout, words, index):
                zone = "footer"
            zones[index] = zone
            index += 1
            continue
        if zone == "closing" and not _still_closing(layout, words, index, text, index in closed):
            zone = "signatures"
        apart = line.gap > 0 or zones[index - 1] in {"copies", "addressees"}
        if zone == "signatures" and (
            index in closed or (text and _opens_footer(text, apart, begun=names + highest > 0))
        ):
            zone = "footer"
        elif (
            zone == "footer"
            and line.marker
            and line.marker.isdecimal()
            and int(line.marker) == highest + 1 > 1
        ) or (
            zone == "footer" and text and heads_signatures(text) and _names_follow(layout, words, index + 1)
        ):
            zone = "signatures"
        elif zone == "signatures" and names > 2 and not highest and _begins_notes(layout, words, index):
            zone = "footer"
        names += zone == "signatures" and not line.marker
        if zone == "signatures" and line.marker and line.marker.isdecimal():
            highest = int(line.marker)
        zones[index] = zone
        index += 1


def _is_within(layout: Layout, block: Block) -> bool:
    """Tell a line with others right above and below it, as names have ("Reed League (Ghent). Reed Union.")."""
    below = layout.lines[block.last + 1 : block.last + 2]
    tight = layout.lines[block.first].gap == 0 and bool(below) and below[0].gap == 0
    return tight and block.first == block.last and block.content.end - block.content.start <= _SHORT


def _opens_footer(text: str, signed: bool, begun: bool) -> bool:
    """Tell whether a line after the letter's text opens the footer; `begun` if names stand above it."""
    if not heads_footer(text, signed) or heads_signatures(text):
        return False
    # In Arabic, "About the network" is "For the network" as well.
    return begun or any_language("signatures", "behalf").match(text) is None


_RULE = re.compile(r"(?:[-–—_=*~ـ]\s*){3,}")


def _rules_off(layout: Layout, words: Words, index: int) -> bool:
    """Tell whether that line is a rule, and no name stands below it, but who publishes the letter, or other texts."""
    lines = layout.lines
    if not _RULE.fullmatch(layout.text, lines[index].content, lines[index].span.end):
        return False
    below = next((n for n in range(index + 1, len(lines)) if not lines[n].furniture), None)
    if below is None or lines[below].marker:
        return False
    text = words[below]
    if heads_signatures(text) or heads_names(text) or copies_lead(text) or _is_dateline(text):
        return False
    return not name_like(text) or text.count(" ") >= _FEW_WORDS or any(map(str.isdecimal, text))


def _begins_notes(layout: Layout, words: Words, index: int) -> bool:
    """Tell whether a numbered line after names without numbers is a note: "(1) See the report of 5 May."."""
    line = layout.lines[index]
    return line.marker == "1" and line.gap > 0 and _CLOSED.search(words[index]) is not None


def _prose_after(layout: Layout, block: Block) -> bool:
    """Tell whether a block after the closing is prose, which names are not."""
    length = block.content.end - block.content.start
    if block.kind == "item":
        return length > 400
    if block.kind == "heading" or length < 100:
        return False
    tail = layout.text[max(block.content.start, block.content.end - 12) : block.content.end]
    return length > 400 or bool(_CLOSED.search(tail))


def _still_closing(layout: Layout, words: Words, index: int, text: str, prose: bool) -> bool:
    if layout.lines[index].marker:
        return False
    if (prose or _CLOSED.search(text)) and any_language("closing", "sentences").search(words[index]):
        return True
    return not prose and any_language("closing", "formulas").fullmatch(text.strip(_FINAL)) is not None


def _copies_end(layout: Layout, words: Words, index: int) -> int:
    """Tell where the list of those copied ends that line `index` opens."""
    lines = layout.lines
    text = words[index]
    lead = copies_lead(text)
    if not lead and (found := any_language("addressee", "leads").match(text)):
        lead = found.end()
    alone = not text[lead:].strip(_FINAL)
    allowed = lines[index + 1].gap if alone and index + 1 < len(lines) else 0
    number = index + 1
    while number < len(lines):
        line = lines[number]
        continued = layout.text[lines[number - 1].span.end - 1] in ",;،؛" and words.length(number) < 250
        if line.furniture or (
            line.gap > allowed
            and not (continued or (line.marker and lines[number - 1].marker))
            and not (alone and _is_card(lines, words, number))
        ):
            break
        text = words[number] if not line.marker else ""
        if text and (heads_footer(text) or heads_signatures(text) or FIELD.match(text)):
            break
        if text and any_language("salutation", "dear").match(text):
            break
        number += 1
    return number


def _is_card(lines: Sequence[Line], words: Words, number: int) -> bool:
    """Tell whether somebody's name, with an office below it, begins at that line."""
    return (
        number + 1 < len(lines)
        and lines[number + 1].gap == 0
        and any_language("addressee", "forms").match(words[number]) is not None
        and any_language("addressee", "offices").match(words[number + 1]) is not None
    )


def _copies_at_the_top(layout: Layout, words: Words, zones: list[Zone], begin: int) -> None:
    for index in range(begin):
        if zones[index] == "heading" and not layout.lines[index].marker and copies_lead(words[index]):
            last = _copies_end(layout, words, index)
            stop = next(
                (n for n in range(index, min(begin, last)) if zones[n] != "heading"), min(begin, last)
            )
            zones[index:stop] = ["copies"] * (stop - index)
