"""What a letter's heading tells: its title, and the date it bears."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kb.extraction.dates import Order, PrintedDate, date_order, find_dates, may_hold_date
from kb.extraction.language import Language, any_language
from kb.extraction.layout import Layout, plain, read
from kb.extraction.zones import FIELD, Words, Zone, Zones, is_prose
from kb.letter import Remark, Span

__all__ = ["Dated", "Titled", "find_date", "find_title"]


@dataclass(frozen=True, slots=True)
class Titled:
    """The title as printed, white space folded, and its place."""

    title: str
    span: Span


@dataclass(frozen=True, slots=True)
class Dated:
    """The letter's date (ISO 8601, to the day or the month; None if none is read), its place, and doubts."""

    value: str | None = None
    span: Span | None = None
    remarks: tuple[Remark, ...] = ()


# -------------------------------------------------------------------------------------------- the date

# A date at the end of a line, set off from what stands before it, or at its beginning.
_SET_OFF = re.compile(r"\s[|–—-]$")
_SET_OFF_AFTER = re.compile(r"\s*[|•·]")
_LETTERS = re.compile(r"[^\W\d_]+")
_CLOCK = re.compile(
    r"\d{1,2}[:.]\d{2}\s*(?:[ap]\.?m\.?|h|hrs|GMT|UTC|[صم](?!\w))?|\d{1,2}\s*[ap]m\b|\d{1,2}\s?h\s?\d{2}",
    re.I,
)
# What stands beside the date in a line that gives it: a weekday, a place ("Geneva, 5 May 2020").
_BESIDE = 4


def find_date(layout: Layout, zones: Zones, language: Language) -> Dated:
    """Find the date the letter bears: in its heading, before its text, after it, in a byline.

    Dates of events don't count: only a line that is hardly more than a date gives the letter's.
    """
    places = list(_places(zones))
    candidates = list(_candidates(layout, zones, [place for place in places if place[0] == 0]))
    ambiguous = any(printed.fault == "ambiguous" for _, printed, _ in candidates)
    if ambiguous or not any(printed.value for _, printed, _ in candidates):
        # None but the heading's rank before these; few letters need them.
        candidates = _candidates_anywhere(layout, zones, places)
        if any(printed.fault == "ambiguous" for _, printed, _ in candidates):
            candidates = _candidates_anywhere(layout, zones, places, date_order(layout.text, language))
    remarks: list[Remark] = []
    possible: tuple[str, ...] = ()
    for _, printed, span in sorted(candidates, key=lambda candidate: candidate[0]):
        if printed.value and (not possible or printed.value in possible):
            return Dated(printed.value, span, tuple(remarks))
        words = plain(layout.text, *span)
        if printed.fault == "ambiguous" and not possible:
            possible = printed.readings
            text = f"“{words}” is {' or '.join(possible)}: the order of day and month is not known."
            remarks.append(Remark("ambiguous-date", text, span))
        elif printed.fault == "impossible":
            remarks.append(Remark("impossible-date", f"“{words}” is no day of the calendar.", span))
    return Dated(remarks=tuple(remarks))


# A date that may be the letter's, with its rank (the least is best) and place.
_Candidate = tuple[int, PrintedDate, Span]


def _candidates_anywhere(
    layout: Layout, zones: Zones, places: Iterable[tuple[int, range]], order: Order | None = None
) -> list[_Candidate]:
    """Give the dates in the letter that may be its own, that of a dateline too."""
    dateline = _dateline(layout, zones, order)
    return [*_candidates(layout, zones, places, order), *([dateline] if dateline else [])]


def _candidates(
    layout: Layout, zones: Zones, places: Iterable[tuple[int, range]], order: Order | None = None
) -> Iterator[_Candidate]:
    """Give the dates in those places that may be the letter's."""
    greeted = "salutation" in zones.of_line
    for rank, run in places:
        for group in _groups(layout, run):
            lines = [layout.lines[index] for index in group]
            if not may_hold_date(layout.text, lines[0].content, lines[-1].span.end):
                continue
            reading = read(layout.text, [line.span for line in lines])
            for printed in find_dates(reading.text, order):
                span = reading.span(printed.start, printed.end)
                doubt = _doubt(layout, group, span)
                if doubt == 0 and greeted and zones.of_line[run[0]] == "heading":
                    # Web pages print their own date first, letters theirs near the salutation.
                    doubt = -group[-1] if _stands_alone(layout, group, span) else 0
                if doubt is not None:
                    yield rank + doubt, printed, span


def _stands_alone(layout: Layout, group: list[int], span: Span) -> bool:
    """Tell a line that is a date and nothing else, or has a place before it ("Geneva, 5 May 2020")."""
    lines = [layout.lines[index] for index in group if _overlap(layout.lines[index].span, span)]
    before = plain(layout.text, lines[0].content, span.start)
    after = plain(layout.text, span.end, lines[-1].span.end)
    place = _LETTERS.findall(any_language("dates", "weekdays").sub(" ", before))
    return not _LETTERS.search(after) and len(place) <= 1 and all(word[0].isupper() for word in place)


def _places(zones: Zones) -> Iterator[tuple[int, range]]:
    """Give the runs of lines a letter's date may stand in, with a rank each."""
    for run in zones.runs("heading"):
        yield 0, run
    for run in zones.runs("body"):
        # The last lines ("Done at Geneva, 5 May 2020"), and the first ones after the salutation.
        yield 20, range(max(run.start, run.stop - 4), run.stop)
        yield 20, range(run.start, min(run.stop, run.start + 3))
    after: tuple[tuple[int, Zone], ...] = (
        (30, "closing"),
        (30, "signatures"),
        (40, "copies"),
        (40, "footer"),
    )
    for rank, zone in after:
        for run in zones.runs(zone):
            yield rank, run if len(run) <= 60 else range(run.start, run.start + 20)
            if len(run) > 60:
                yield rank, range(run.stop - 40, run.stop)


def _groups(layout: Layout, run: range) -> Iterator[list[int]]:
    """Cut a run of lines at blank lines, furniture and prose."""
    group: list[int] = []
    for index in run:
        line = layout.lines[index]
        if (
            line.furniture
            or line.span.end - line.span.start > 200
            or (group and (line.gap or len(group) == 8))
        ):
            if group:
                yield group
            group = []
        if not line.furniture and line.span.end - line.span.start <= 200:
            group.append(index)
    if group:
        yield group


def _doubt(layout: Layout, group: list[int], span: Span) -> int | None:
    """Say how far from a date line the lines are that hold a date: 0 is one; None, it is of an event."""
    lines = [layout.lines[index] for index in group if _overlap(layout.lines[index].span, span)]
    if lines[0].marker:
        return None
    before = plain(layout.text, lines[0].content, span.start)
    after = plain(layout.text, span.end, lines[-1].span.end)
    around = f"{before} {after}"
    if (_SET_OFF.search(before) and not after) or (before.endswith("(") and after == ")"):
        return 5
    if not before and _SET_OFF_AFTER.match(after):
        return 5
    clock = _CLOCK.search(around)
    byline = any_language("dates", "bylines").match(around.strip(" -–—:*_"))
    known = any_language("dates", "weekdays").sub(" ", any_language("dates", "bylines").sub(" ", around))
    rest = [word for word in _LETTERS.findall(_CLOCK.sub(" ", known)) if not _is_small(word)]
    if any(word[0].islower() for word in rest) and not byline:
        return None
    if len(rest) > (_BESIDE + 4 if byline else _BESIDE):
        return None
    return 1 if clock or byline else 0


def _is_small(word: str) -> bool:
    """Tell an article or a preposition within the name of a place ("Villa de los Montes") from its words."""
    return word.islower() and len(word) <= 3


def _overlap(a: Span, b: Span) -> bool:
    return a.start < b.end and b.start < a.end


_DATELINE = re.compile(r"[^\W\d_][^\n.;:?!]{0,50}?$")
_AFTER_DATELINE = re.compile(r"\s?\)?\s?(?:\.\s?)?[-–—:]")


def _dateline(layout: Layout, zones: Zones, order: Order | None) -> _Candidate | None:
    """Find a newspaper's dateline: "GENEVA, 5 May 2020 – We, the undersigned …"."""
    heading = [block for block in zones.blocks("heading") if is_prose(layout, block)]
    for block in (*heading[:2], *zones.blocks("body")[:2]):
        start, end = block.content
        reading = read(layout.text, (Span(start, min(end, start + 120)),))
        for printed in find_dates(reading.text, order):
            before = reading.text[: printed.start].strip(" (,")
            short = (not before or before[0].isupper()) and len(before.split()) <= 4
            if short and _AFTER_DATELINE.match(reading.text, printed.end):
                return 10, printed, reading.span(printed.start, printed.end)
            break
    return None


# ------------------------------------------------------------------------------------------- the title


def find_title(layout: Layout, zones: Zones) -> Titled | None:
    """Find the title: a heading, or the first lines that name the kind of text, or the subject."""
    words = zones.words
    heads = [index for run in zones.runs("heading") for index in run if not layout.lines[index].furniture]
    best: tuple[int, int] | None = None
    for index in heads:
        rank = _title_rank(layout, words, index)
        if rank is not None and (best is None or rank < best[0]):
            best = (rank, index)
    if best is None:
        return _subject(layout, zones, words)
    return _titled(layout, _title_lines(layout, heads, best[1]))


def _title_rank(layout: Layout, words: Words, index: int) -> int | None:
    line = layout.lines[index]
    if line.marker or words.length(index) > 250:
        return None
    text = words[index]
    if _is_date(text) or not _LETTERS.search(text):
        return None
    if any_language("title", "subjects").match(text):
        return 3
    if line.heading:
        return 0
    if any_language("title", "kinds").search(text) and not FIELD.match(text):
        return 1 if len(_LETTERS.findall(text)) > 2 else 2
    if index == 0 and len(text.split()) > 3 and not FIELD.match(text) and not _names_addressee(text):
        return 3
    return None


def _names_addressee(text: str) -> bool:
    cell = text.lstrip("| ")
    return any(any_language("addressee", key).match(cell) for key in ("forms", "offices", "leads"))


def _is_date(text: str) -> bool:
    return any(len(_LETTERS.findall(text[: d.start] + text[d.end :])) <= 1 for d in find_dates(text, "day"))


def _is_byline(text: str) -> bool:
    """Tell a line that says who published a text, and when: "By A. B.", "A. B. | 5 May 2020"."""
    byline = any_language("dates", "bylines").match(text) and text[:1].isupper() and not text.isupper()
    return bool(byline) or any(
        len(_LETTERS.findall(text[: printed.start] + text[printed.end :])) <= _BESIDE + 2
        for printed in find_dates(text, "day")
    )


def _title_lines(layout: Layout, heads: list[int], index: int) -> list[int]:
    """Take the lines around line `index` that are one title with it."""
    taken = [index]
    if any_language("title", "subjects").match(plain(layout.text, *layout.lines[index].span)):
        return taken
    place = heads.index(index)
    prose = {
        i
        for block in layout.blocks
        if block.last > block.first + 2
        for i in range(block.first, block.last + 1)
    }
    for number in heads[place + 1 : place + 4]:
        line = layout.lines[number]
        text = plain(layout.text, *line.span)
        if line.gap or line.heading or line.marker or number in prose or len(text) > 120 or _is_date(text):
            break
        if FIELD.match(text) or _names_addressee(text) or _greets(text):
            break
        if _is_byline(text):
            break
        taken.append(number)
    for number in reversed(heads[max(0, place - 2) : place]):
        line = layout.lines[taken[0]]
        text = plain(layout.text, *layout.lines[number].span)
        if line.gap or line.heading or len(text) > 120 or _is_date(text) or FIELD.match(text):
            break
        taken.insert(0, number)
    return taken


def _greets(text: str) -> bool:
    return any(any_language("salutation", key).match(text) for key in ("dear", "vocatives"))


def _titled(layout: Layout, taken: list[int]) -> Titled:
    first, last = layout.lines[taken[0]], layout.lines[taken[-1]]
    reading = read(
        layout.text, [Span(first.content, first.span.end), *(layout.lines[i].span for i in taken[1:])]
    )
    return Titled(reading.text.strip(), Span(first.content, last.span.end))


def _subject(layout: Layout, zones: Zones, words: Words) -> Titled | None:
    """Find a line "Re: …", before or after the salutation."""
    for zone in ("heading", "body"):
        for run in zones.runs(zone):
            for index in run[:12]:
                found = any_language("title", "subjects").match(words[index])
                if found and words.length(index) < 250 and not layout.lines[index].furniture:
                    return _titled(layout, [index])
    return None
