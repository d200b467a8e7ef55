"""What a letter's heading tells: its title, and the date it bears."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from kb.extraction.dates import Order, PrintedDate, date_order, find_dates, may_hold_date
from kb.extraction.language import Language, any_language, any_words
from kb.extraction.layout import Layout
from kb.extraction.offices import may_be_person, names_holder
from kb.extraction.reading import plain, read
from kb.extraction.sentences import split_sentences
from kb.extraction.wordings import FIELD, Words, Zone, is_prose
from kb.extraction.zones import Zones
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
_SET_OFF = re.compile(r"\s[|•·–—-]$")
_SET_OFF_AFTER = re.compile(r"\s*[|•·>»]")
# "(original in French)"
_COLUMN = re.compile(r"\t| {4,}")
_ASIDE = re.compile(r"\s*\([^()]*\)")
_MAIL = re.compile(r"\S+@\S+\s?|\[email\s?protected\]\s?")
_LETTERS = re.compile(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)*")
_CLOCK = re.compile(
    r"\d{1,2}[:.]\d{2}\s*(?:[ap]\.?m\.?|h|hrs|GMT|UTC|[صم](?!\w))?|\d{1,2}\s*[ap]m\b|\d{1,2}\s?h\s?\d{2}",
    re.I,
)
# What stands beside the date in a line that gives it: a weekday, a place ("Geneva, 5 May 2020").
_BESIDE = 4
_STROKE = re.compile(r"\s[|•·–—-]\s")
# Before the last day of a time: "15 June – 3 July 2020", "15 to 20 June 2020".
_PERIOD = re.compile(r"(?<!\d)\d{1,2}(?:\s[^\W\d_]+)?\s?[-–—]$|(?<!\d)\d{1,2}$")
_BETWEEN_PLACES = re.compile(r"[,،/|&–—()]|\s-")
# Words in the name of a place.
_IN_A_PLACE = 2


def find_date(layout: Layout, zones: Zones, language: Language) -> Dated:
    """Find the date the letter bears: in its heading, before its text, after it, in a byline.

    Dates of events don't count: only a line that is hardly more than a date gives the letter's.
    """
    candidates = _likely(layout, zones, language)
    if any(candidate.printed.fault == "ambiguous" for candidate in candidates):
        candidates = _likely(layout, zones, language, date_order(layout.text, language))
    remarks: list[Remark] = []
    possible: tuple[str, ...] = ()
    for candidate in _in_order(candidates):
        printed, span = candidate.printed, candidate.span
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


# Where a date may stand, the likeliest place first.
_HEADING, _IN_DATELINE, _AROUND_BODY, _AFTER, _AT_THE_END = range(5)
# How a line gives a date, the surest form first: with the place where the letter was written; alone; with a few
# names; as that of sending or publishing, of a later change; as one of several things parted by strokes.
_OWN, _ALONE, _WITH_NAMES, _PUBLISHED, _UPDATED, _SET_APART = range(6)


class _Candidate(NamedTuple):
    """A date that may be the letter's: where it stands, how it is given; `far` it is from the salutation."""

    place: int
    form: int
    far: int
    printed: PrintedDate
    span: Span


def _in_order(candidates: Iterable[_Candidate]) -> list[_Candidate]:
    """Sort candidates, the best first.

    Where one is given with the place where the letter was written, it is the letter's; those before it in
    the heading are the page's, if they aren't earlier.
    """
    ordered = sorted(candidates, key=lambda candidate: candidate[:3])
    own = [candidate for candidate in ordered if candidate.form == _OWN and candidate.printed.value]
    if len(own) == 1 and (value := own[0].printed.value):
        best = next(candidate.printed.value for candidate in ordered if candidate.printed.value)
        if best and value[:7] <= best[: len(value)][:7] and value[: len(best)] <= best:
            ordered.remove(own[0])
            ordered.insert(0, own[0])
    return ordered


def _likely(layout: Layout, zones: Zones, language: Language, order: Order | None = None) -> list[_Candidate]:
    """Give the dates that may be the letter's: those of its heading, and others unless these are sure."""
    places = list(_places(zones))
    found = list(_candidates(layout, zones, [place for place in places if place[0] == _HEADING], order))
    dated = {candidate.form for candidate in found if candidate.printed.value}
    if _OWN in dated:
        return found
    # Above the text it may be the date of the page that it stands on.
    found += _candidates(layout, zones, [place for place in places if place[0] != _HEADING], order)
    if not dated and (dateline := _dateline(layout, zones, order)):
        found.append(dateline)
    return found or list(_sent(layout, zones, language, order))


def _candidates(
    layout: Layout, zones: Zones, places: Iterable[tuple[int, range]], order: Order | None = None
) -> Iterator[_Candidate]:
    """Give the dates in those places that may be the letter's."""
    greeted = "salutation" in zones.of_line
    for place, run in places:
        if not run or not may_hold_date(
            layout.text, layout.lines[run[0]].span.start, layout.lines[run[-1]].span.end
        ):
            continue
        for group in _groups(layout, run):
            first, last = layout.lines[group[0]], layout.lines[group[-1]]
            if not may_hold_date(layout.text, first.span.start, last.span.end):
                continue
            reading = read(layout.text, [layout.lines[index].span for index in group])
            for printed in find_dates(reading.text, order):
                span = reading.span(printed.start, printed.end)
                form = _form(layout, group, span)
                # Web pages print their own date first, letters theirs near the salutation.
                near = greeted and place == _HEADING and form in (_OWN, _ALONE)
                if form is not None:
                    yield _Candidate(place, form, -group[-1] if near else 0, printed, span)


def _places(zones: Zones) -> Iterator[tuple[int, range]]:
    """Give the runs of lines a letter's date may stand in, and what place that is."""
    for run in zones.runs("heading"):
        yield _HEADING, run
    for run in zones.runs("body"):
        # The last lines ("Done at Geneva, 5 May 2020"), and the first ones after the salutation.
        last = range(max(run.start, run.stop - 4), run.stop)
        yield _AROUND_BODY, last
        yield _AROUND_BODY, range(run.start, min(last.start, run.start + 3))
    after: tuple[tuple[int, Zone], ...] = (
        (_AFTER, "closing"),
        (_AFTER, "signatures"),
        (_AT_THE_END, "copies"),
        (_AT_THE_END, "footer"),
    )
    for place, zone in after:
        for run in zones.runs(zone):
            yield place, run if len(run) <= 60 else range(run.start, run.start + 20)
            if len(run) > 60:
                yield place, range(run.stop - 40, run.stop)


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


def _form(layout: Layout, group: list[int], span: Span) -> int | None:
    """Say how lines give the date in them; None if it is that of an event."""
    number = next(i for i, index in enumerate(group) if layout.lines[index].span.end > span.start)
    lines = [layout.lines[index] for index in group[number:] if layout.lines[index].span.start < span.end]
    if lines[0].marker and span.start >= lines[0].content:
        # Web pages list who published what, and when.
        told = any_language("dates", "bylines").match(layout.text, lines[0].content)
        return _PUBLISHED if told and span.start - told.end() < _BYLINE else None
    if number and _goes_on(plain(layout.text, *layout.lines[group[number - 1]].span)):
        return None
    start = min(lines[0].content, span.start)
    # Beside a letterhead the date has a column of its own.
    start = max((found.end() for found in _COLUMN.finditer(layout.text, start, span.start)), default=start)
    before = _MAIL.sub("", plain(layout.text, start, span.start))
    after = plain(layout.text, span.end, lines[-1].span.end)
    if _PERIOD.search(before) or (
        after[:1] in {",", "،"} and before.casefold() in any_words("dates", "unfinished")
    ):
        return None
    if _ASIDE.fullmatch(after):
        after = ""
    if (not before and _SLUG.match(layout.text, span.start)) or (not after and _is_dated_title(before)):
        return _PUBLISHED
    if (_SET_OFF.search(before) and (not after or _SET_OFF_AFTER.match(after))) or (
        before.endswith("(") and after == ")"
    ):
        return _SET_APART
    if not before and _SET_OFF_AFTER.match(after):
        return _SET_APART
    return _form_around(before, after)


# "2020-05-05 Letter on …", as files are named.
_SLUG = re.compile(r"\d{4}-\d\d-\d\d ")


def _is_dated_title(text: str) -> bool:
    """Tell a title that only has the date after it: "Open letter on the water of the Lakes 5 May 2020"."""
    words = _LETTERS.findall(text)
    told = any_language("title", "kinds").match(text) and len(words) > _BESIDE
    return bool(told) and text.endswith(words[-1]) and words[-1][0].isupper()


def _form_around(before: str, after: str) -> int | None:
    """Say how a line gives a date that has these words before and after it."""
    if not _LETTERS.search(before) and not _LETTERS.search(after):
        return _PUBLISHED if _CLOCK.search(f"{before} {after}") else _ALONE
    last = _STROKE.split(before)[-1]
    if any(any_language("dates", key).match(last) for key in ("updated", "bylines")):
        before = last
    around = f"{before} {after}".strip(" -–—:*_#")
    signed, updated, published, kind = (
        any_language(section, key).match(around)
        for section, key in (
            ("dates", "signed"),
            ("dates", "updated"),
            ("dates", "bylines"),
            ("title", "kinds"),
        )
    )
    told = signed or updated or published
    rest = _CLOCK.sub(" ", around[kind.end() :] if kind else around)
    for key in ("weekdays", "signed", "updated", "bylines"):
        rest = any_language("dates", key).sub(" ", rest)
    parts = [[word for word in _LETTERS.findall(part) if not _is_small(word)] for part in _STROKE.split(rest)]
    names = [word for part in parts for word in part]
    if max(map(len, parts)) > (_BESIDE + 4 if told else _BESIDE) or len(names) > _BESIDE + 4:
        return None
    if not told and not all(word[0].isupper() if kind else not word[0].islower() for word in names):
        return None
    if updated:
        return _UPDATED
    if published or kind or _CLOCK.search(around):
        return _PUBLISHED
    if signed or (names and not _LETTERS.search(after) and _names_places(before)):
        return _OWN
    return _WITH_NAMES if names else _ALONE


def _names_places(text: str) -> bool:
    """Tell names that may be those of places: "Geneva, ", "Oslo and Bergen – ", "Lagos / New York, "."""
    if text[0].islower() or any(map(str.isdecimal, text)):
        return False
    parts = _BETWEEN_PLACES.split(text)
    return all(sum(not _is_small(word) for word in _LETTERS.findall(part)) <= _IN_A_PLACE for part in parts)


def _goes_on(text: str) -> bool:
    """Tell a line whose last word says that the sentence goes on in the next one."""
    words = _LETTERS.findall(text)
    return (
        bool(words) and text.endswith(words[-1]) and words[-1].casefold() in any_words("dates", "unfinished")
    )


def _is_small(word: str) -> bool:
    """Tell an article or a preposition within the name of a place ("Villa de los Montes") from its words."""
    return word.islower() and len(word) <= 3


# So many code points stand between "Published" and the date.
_BYLINE = 4
# "By", "Le": too little to say that a sentence is about the text.
_LEAST_BYLINE = 4
# "(5 May 2020)", "(5 May 2020, Geneva, Lake News)"
_CLOSING = re.compile(r"(?:[,،][^()\[\]]{1,60})?[)\]]")
_AFTER_DATELINE = re.compile(r"\s?[)\]]?\s?(?:\([^()]{1,20}\)\s?)?(?:\.\s|\.?\s?[-–—:])")


def _dateline(layout: Layout, zones: Zones, order: Order | None) -> _Candidate | None:
    """Find a newspaper's dateline: "GENEVA, 5 May 2020 – We, the undersigned …"."""
    for block in (*zones.blocks("heading"), *zones.blocks("body")[:2]):
        start, end = block.content
        reading = read(layout.text, (Span(start, min(end, start + 120)),))
        printed = next(find_dates(reading.text, order), None)
        if (
            printed
            and _opens_with(reading.text, printed, is_prose(layout, block))
            and not any_language("dates", "bylines").match(reading.text)
        ):
            return _Candidate(_IN_DATELINE, _WITH_NAMES, 0, printed, reading.span(printed.start, printed.end))
    return None


def _sent(layout: Layout, zones: Zones, language: Language, order: Order | None) -> Iterator[_Candidate]:
    """Find sentences that say when a text was sent or published: "Sent on 5 May 2020, by registered mail."."""
    for block in (*zones.blocks("heading"), *zones.blocks("body")[:1]):
        if not may_hold_date(layout.text, *block.content):
            continue
        reading = layout.reading(block)
        for start, end in split_sentences(reading.text, language):
            byline = any_language("dates", "bylines").match(reading.text, start, end)
            told = any_language("dates", "told").match(reading.text, start, end)
            if not told and (not byline or byline.end() - start < _LEAST_BYLINE):
                continue
            printed = next(find_dates(reading.text[start:end], order), None)
            if printed is None:
                continue
            first, last = start + printed.start, start + printed.end
            at_the_end = told is not None and end - last < _LEAST_BYLINE
            if at_the_end or _form_around(reading.text[start:first], reading.text[last:end]) == _PUBLISHED:
                yield _Candidate(_AT_THE_END, _PUBLISHED, 0, printed, reading.span(first, last))


def _opens_with(text: str, printed: PrintedDate, prose: bool) -> bool:
    """Tell whether `text` opens with a date, or a place and a date, set off from what follows."""
    before, after = text[: printed.start], _AFTER_DATELINE.match(text, printed.end)
    opened = before[:1] in ("(", "[") or before[-1:] in ("(", "[")
    bracketed = opened and _CLOSING.match(text, printed.end) is not None
    words = _LETTERS.findall(before)
    if len(before.split()) > 4 or any(word[0].islower() for word in words[:1]):
        return False
    if after and "." in after[0]:
        return bool(words) and words[0].casefold() not in any_words("dates", "unfinished")
    return prose and (bracketed or after is not None)


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
    if _is_date(text) or not _LETTERS.search(text) or _leads(text):
        return None
    if any_language("title", "subjects").match(text):
        return 4
    if line.heading:
        return 0
    if any_language("title", "kinds").search(text) and not FIELD.match(text):
        if len(_LETTERS.findall(text)) <= _LEAST_TITLE:
            return 3
        # "Letter to …", below a headline that tells of it
        return 1 if any_language("title", "kinds").match(text) else 2
    if index > 0 or len(text.split()) <= _LEAST_HEADLINE or FIELD.match(text):
        return None
    return None if _names_addressee(text) or _is_holder(layout, index) else 4


# So many words are only what kind of text it is.
_LEAST_TITLE = 2
# A text's first line of more words may be its headline.
_LEAST_HEADLINE = 3


def _leads(text: str) -> bool:
    """Tell "Petition to: X", "Petition is directed to" from a title."""
    lead = any_language("addressee", "leads").match(text)
    return lead is not None and text[lead.end() :].lstrip()[:1] in {"", ":", "："}


def _names_addressee(text: str) -> bool:
    cell = text.lstrip("| ")
    if cell[:1].islower() and not any_language("addressee", "leads").match(cell):
        # "… and / government action against floods"
        return False
    if any_language("addressee", "and_to").match(cell):
        # "Open letter to A / and to B"
        return False
    if any(any_language("addressee", key).match(cell) for key in ("forms", "offices", "leads", "states")):
        return True
    return names_holder(cell)


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
    title = plain(layout.text, *layout.lines[index].span)
    if any_language("title", "subjects").match(title):
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
        if FIELD.match(text) or _names_addressee(text) or _greets(text) or _is_holder(layout, number):
            break
        if _is_byline(text) or all(map(any_language("addressee", "intro").search, (text, title))):
            # "Petition to …", "X started this petition to …"
            break
        taken.append(number)
    for number in reversed(heads[max(0, place - 2) : place]):
        line = layout.lines[taken[0]]
        text = plain(layout.text, *layout.lines[number].span)
        if line.gap or line.heading or len(text) > 120 or _is_date(text) or FIELD.match(text):
            break
        if text.isupper() and not plain(layout.text, *line.span).isupper():
            # A headline that tells of the letter
            break
        if any_language("addressee", "forms").match(text) and not any_language("title", "kinds").search(text):
            # "Ms. Mayor Vale / Subject: memorandum"
            break
        taken.insert(0, number)
    return taken


def _is_holder(layout: Layout, number: int) -> bool:
    """Tell the line of a name from that of a title: right below stands an office ("Ann Vale / Mayor of Reedham")."""
    below = layout.lines[number + 1 : number + 2]
    if not below or below[0].gap or not may_be_person(plain(layout.text, *layout.lines[number].span)):
        return False
    return any_language("addressee", "offices").match(plain(layout.text, *below[0].span)) is not None


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
