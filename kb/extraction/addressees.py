"""Whom a letter is addressed and copied to: names, offices and bodies, wherever the letter names them.

In order of trust: a block of address lines before the salutation or after the signatures; the salutation,
where it names somebody; the title, or a line that introduces the letter ("… to Justice Minister …").
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, product

from kb.extraction.address_block import (
    read_address,
    read_audiences,
    read_copies,
    read_inset,
    read_lone_name,
)
from kb.extraction.heading import Titled
from kb.extraction.language import any_language, any_words, word_places
from kb.extraction.layout import Layout
from kb.extraction.naming import addressee_of, named_in, trusted
from kb.extraction.offices import begins_with, begins_with_office, known, led, without_article, without_forms
from kb.extraction.reading import Reading, read
from kb.extraction.requests import ASKING, Prose
from kb.extraction.splitting import kept_places, names_next
from kb.extraction.wordings import QUOTES
from kb.extraction.zones import Zones
from kb.letter import Addressee, Demand, Span

__all__ = ["find_addressees", "find_called_upon"]


def find_addressees(
    layout: Layout, zones: Zones, title: Titled | None
) -> tuple[tuple[Addressee, ...], tuple[Addressee, ...]]:
    """Read whom a letter is addressed to, and whom it is copied to, in the order they are printed."""
    copied = tuple(read_copies(layout, zones)) or tuple(_told_of_copies(layout))
    block = _different(
        [*read_address(layout, zones, "heading", title), *read_address(layout, zones, "addressees", title)]
    )
    audiences = list(read_audiences(layout, zones))
    addressed = [] if audiences or "salutation" in zones.of_line else _addressed(layout, zones)
    if block and not all(addressee in audiences for addressee in block):
        return tuple(addressed if _same(block, addressed) else block), copied
    greeted = list(_greeted(layout, zones))
    named = [addressee for addressee, _ in greeted] if any(specific for _, specific in greeted) else []
    titled = list(_titled(layout, title))
    if not titled or _same(titled, addressed):
        # "A letter was sent to trustees" says less than "Dear Trustee".
        titled = addressed or [
            each for each in _introduced(layout, zones) if not (greeted and each.name.islower())
        ]
    if named and titled and _same(named, titled):
        named = titled
    elif len(named) == len(titled) == 1 and _officeless(named[0]) and _nameless(titled[0]):
        # "Letter to the Mayor of X": "Dear Ms. Y".
        named = [replace(named[0], office=titled[0].name, body=titled[0].body)]
    elif greeted and not named and (lone := read_lone_name(layout, zones, title)):
        # "X Y / E-mail: …": "Dear Mr President"
        named = [replace(lone, office=without_forms(greeted[0][0].name))]
    return tuple(
        named
        or titled
        or audiences
        or read_inset(layout, zones)
        or [addressee for addressee, _ in greeted]
        or _spoken_to(layout, zones)
    ), copied


# An addressee is printed twice within so many.
_NEAR = 4


def _different(addressees: Iterable[Addressee]) -> list[Addressee]:
    """Leave out an addressee who was printed before, in the same words or among more of them."""
    different: list[tuple[set[str], Addressee]] = []
    for addressee in addressees:
        words = _tokens([addressee])
        near = different[-_NEAR:]
        if any(words <= other for other, _ in near):
            continue
        different[-_NEAR:] = [(other, before) for other, before in near if not other < words]
        different.append((words, addressee))
    return [addressee for _, addressee in different]


def _same(named: list[Addressee], titled: list[Addressee]) -> bool:
    """Tell whether the title names those the salutation greets, and more fully."""
    greeted = _tokens(named) - _form_tokens(named)
    return greeted <= _tokens(titled) and len(_tokens(titled)) > len(_tokens(named))


def _officeless(addressee: Addressee) -> bool:
    """Tell a person named without an office."""
    return bool(known("forms").match(addressee.name)) and not _has_office(addressee)


def _nameless(addressee: Addressee) -> bool:
    """Tell an office named without the person who holds it."""
    return addressee.office is None and begins_with_office(addressee.name)


def _has_office(addressee: Addressee) -> bool:
    name = without_forms(addressee.name)
    return addressee.office is not None or known("offices").search(name) is not None


def _tokens(addressees: Iterable[Addressee]) -> set[str]:
    return {
        word.casefold()
        for a in addressees
        for word in re.findall(r"\w+", f"{a.name} {a.office or ''} {a.body or ''}")
    }


def _form_tokens(addressees: Iterable[Addressee]) -> set[str]:
    """Give the words of forms of address and offices, which a title may leave out."""
    return {
        word.casefold()
        for addressee in addressees
        for key in ("forms", "offices")
        for found in known(key).finditer(addressee.name)
        for word in re.findall(r"\w+", found[0])
    }


def _greeted(layout: Layout, zones: Zones) -> Iterator[tuple[Addressee, bool]]:
    """Give whom the salutation greets, and whether it says who that is."""
    for run in zones.runs("salutation"):
        for index in run:
            line = layout.lines[index]
            reading = read(layout.text, (Span(line.content, line.span.end),))
            start = len(reading.text) - len(reading.text.lstrip(QUOTES))
            dear = any_language("salutation", "dear").match(reading.text, start)
            start = dear.end() if dear else start
            for addressee in named_in(reading, start, len(reading.text)):
                rest = without_forms(addressee.name)
                if not rest and known("offices").fullmatch(addressee.name):
                    # "Dear Ambassador"
                    rest = addressee.name
                if rest and not any(known("generic").fullmatch(text) for text in (addressee.name, rest)):
                    yield addressee, _specific(f"{rest} {addressee.office or ''} {addressee.body or ''}")


def _specific(text: str) -> bool:
    """Tell whether there is more than an office: "Prime Minister" is nobody yet, "Prime Minister of X" is."""
    rest = known("offices").sub(" ", text)
    rest = known("forms").sub(" ", rest)
    return any(len(word) > 2 for word in re.findall(r"[^\W\d_]+", known("connectors").sub(" ", rest)))


_CUT = re.compile(r"\s[-–—|]\s|[:;!?؟(\[\n]|(?<!\b[^\W\d_])\.(?:\s|$)|,\s(?=[^\W\d_])")


def _titled(layout: Layout, title: Titled | None) -> Iterator[Addressee]:
    """Read the addressee out of a title: "Open letter to … about …"."""
    if title is None:
        return
    reading = read(layout.text, (title.span,))
    found = known("intro").search(reading.text)
    start, leads = led(reading.text)
    if found and any_language("title", "kinds").search(reading.text):
        yield from _after(reading, found.end(), plainly=True)
    elif leads:
        yield from _after(reading, start, plainly=False)


def _introduced(layout: Layout, zones: Zones) -> Iterator[Addressee]:
    """Read the addressee out of a line that introduces the letter, or out of a heading right over it."""
    seen = 0
    for block in layout.blocks[:_INTRODUCTION]:
        zone = zones.of_line[block.first]
        if zone not in {"heading", "body"}:
            break
        seen += zone == "body"
        end = min(block.content.end, block.content.start + 600)
        reading = read(layout.text, (Span(block.content.start, end),))
        over = block.kind == "heading" and any_language("title", "kinds").search(reading.text)
        if seen > _FIRST_PARAGRAPHS and not over:
            continue
        for found in known("intro").finditer(reading.text):
            addressees = list(_after(reading, found.end(), plainly=False))
            if addressees:
                yield from addressees
                return


# A letter is introduced in one of the first paragraphs, or blocks if it is a heading that does.
_FIRST_PARAGRAPHS = 3
_INTRODUCTION = 30
# One of the first blocks of a page may address it.
_FIRST_BLOCKS = 12
_COLONS = {":", "："}
_COMMA = re.compile(r"[,،]\s+")


def _addressed(layout: Layout, zones: Zones) -> list[Addressee]:
    """Read the addressees of a line above the text, whatever the page says first: "To the Council and the Mayor:"."""
    begun: list[Addressee] = []
    for block in layout.blocks[:_FIRST_BLOCKS]:
        if block.kind == "item" or zones.of_line[block.first] not in {"heading", "body"}:
            continue
        end = min(block.content.end, block.content.start + _WITHIN)
        if all(layout.text.find(colon, block.content.start, end) < 0 for colon in _COLONS):
            continue
        reading = read(layout.text, (Span(block.content.start, end),))
        if addressed := _named_above(reading):
            return addressed
        if not begun and block.first == block.last:
            begun = _named_first(reading)
    return begun


def _named_above(reading: Reading) -> list[Addressee]:
    """Give whom a whole line speaks to that ends with a colon: "To X:"; "Messrs. X and Y:"."""
    text = reading.text.rstrip()
    if text[-1:] not in _COLONS:
        return []
    lead, form = known("leads").match(text), known("forms").match(text)
    if not (lead or form):
        return []
    start, leads = led(text)
    start, _ = _begin(text, start or (lead.end() if lead else 0))
    named = list(named_in(reading, start, len(text) - 1))
    # "Au nom du Conseil :" speaks to nobody, "Au Conseil et à la Maire :" does.
    several = len(named) > 1 and (lead is None or known("and_to").search(text))
    told = leads or several or (lead is not None and " " in lead[0])
    sure = any(map(trusted, named)) if lead else all(map(trusted, named))
    # "To the Council, we say:"
    further = [without_article(part) for each in named for part in _COMMA.split(each.name)[1:]]
    said = any(part[:1].islower() and not begins_with_office(part) for part in further)
    return named if told and sure and not said else []


def _named_first(reading: Reading) -> list[Addressee]:
    """Give whom a line speaks to before it says what they shall do: "To the Council: open the road"."""
    text = reading.text
    start, leads = led(text)
    if not leads or text[_end(text, start) :][:1] not in _COLONS:
        return []
    return list(_after(reading, start, plainly=False))


def _told_of_copies(layout: Layout) -> Iterator[Addressee]:
    """Read who gets a copy out of a sentence that says so: "We are copying this letter to the Minister of …"."""
    for found in any_language("copies", "told").finditer(layout.text):
        number = bisect_right(layout.blocks, found.end(), key=lambda block: block.span.start) - 1
        end = layout.blocks[number].content.end if number >= 0 else 0
        if found.end() < end:
            reading = read(layout.text, (Span(found.end(), min(end, found.end() + 600)),))
            yield from _after(reading, 0, plainly=False)


def find_called_upon(text: str, demands: Iterable[Demand], prose: Prose) -> tuple[Addressee, ...]:
    """Read whom an appeal that is addressed to nobody calls upon, in the first request that names them.

    `demands` are those of the letter whose text is `text`, `prose` what it says.
    """
    for demand in demands:
        reading = read(text, (demand.span,))
        sentence = prose.sentence(reading.text)
        asked = [cue for section in ASKING for cue in sentence.cues(section) if cue.key == demand.force]
        if asked and demand.explicitness == "explicit":
            first = min(asked, key=lambda cue: (cue.first, -cue.last))
            start = word_places(reading.text)[first.last - 1][1]
            if called := tuple(_after(reading, start, plainly=False)):
                return called
    return ()


# What sets somebody off who is spoken to; so much of a paragraph is looked at, and of one that may begin so.
_SET_OFF = re.compile(r"\s*[,،.:!؛]")
_WITHIN = 600
_AT_THE_HEAD = 80


def _spoken_to(layout: Layout, zones: Zones) -> Iterator[Addressee]:
    """Read who is spoken to in the first paragraphs or the closing, or a later one begins with.

    "Good evening, Mr. President."
    """
    body = zones.blocks("body")
    first = product((*body[:3], *zones.blocks("closing")), (_WITHIN,))
    for block, length in chain(first, product(body[3:], (_AT_THE_HEAD,))):
        end = min(block.content.end, block.content.start + length)
        reading = read(layout.text, (Span(block.content.start, end),))
        for form in known("forms").finditer(reading.text):
            if length == _AT_THE_HEAD and form.start() > 0:
                break
            office = known("offices").match(reading.text, form.end() + 1)
            stop = _set_off(reading.text, office.end()) if office else None
            addressee = addressee_of(reading, form.start(), stop) if stop else None
            if addressee:
                yield addressee
                return


def _set_off(text: str, stop: int) -> int | None:
    """Tell where an office that ends at `stop` is set off from what is said, the body that it is of taken in."""
    honour = known("suffixes").match(text, stop + 1)
    if honour or _SET_OFF.match(text, stop):
        return stop
    mark = _SET_OFF.search(text, stop)
    if mark is None:
        return None
    start = stop + 1
    while joint := known("connectors").match(text, start, mark.start()):
        start = joint.end() + 1
    named = any(known(key).fullmatch(text, start, mark.start()) for key in ("bodies", "states"))
    return mark.start() if named else None


def _after(reading: Reading, start: int, plainly: bool) -> Iterator[Addressee]:
    """Give whom the words from `start` on name, up to where they turn to something else."""
    text = reading.text
    start, article = _begin(text, start)
    stop = _end(text, start)
    first = text[start : start + 1]
    opens = any(known(key).match(text, start) for key in ("states", "offices", "forms"))
    if not first or (first.islower() and not (opens or (article and plainly))):
        return
    named = [each for each in named_in(reading, start, stop) if not known("generic").fullmatch(each.name)]
    # Who is named beside somebody with an office is addressed as well, before it a body.
    beside = any(map(trusted, named))
    for addressee in named:
        plainly = plainly or trusted(addressee)
        if plainly or (beside and begins_with(addressee.name, "bodies")):
            yield addressee


def _begin(text: str, start: int) -> tuple[int, bool]:
    """Tell where names begin that stand after `start`, and whether an article stands before them."""
    start += len(text[start:]) - len(text[start:].lstrip())
    spoken = known("generic").match(text, start)
    if spoken and text[spoken.end() : spoken.end() + 1] in {",", "،"}:
        # "We write to you, the ministers of …"
        start = spoken.end() + 2
    article = any(known("articles").fullmatch(word) for word in text[:start].rsplit(None, 1)[-1:])
    for key in ("leads", "articles"):
        if found := known(key).match(text, start):
            start = found.end() + len(text[found.end() :]) - len(text[found.end() :].lstrip(" ’'"))
            article |= key == "articles"
    return start, article


def _end(text: str, start: int) -> int:
    """Tell where names end that begin at `start`: where a sentence ends, or says what it is about."""
    stop = len(text)
    for cut in _CUT.finditer(text, start):
        word = text.rfind(" ", start, cut.start()) + 1 or start
        form = known("forms").match(text, word) if cut[0][0] == "." else None
        if form and form.end() > cut.start():
            # "Mr. X"
            continue
        if cut[0][0] != "," or (text[cut.end()].islower() and not names_next(text, cut.start())):
            stop = cut.start()
            break
    kept = kept_places(text, start, stop)
    for found in known("title_ends").finditer(text, start + 1, stop):
        if found.start() in kept:
            continue
        target = text[start : found.start()]
        named = len(target.split()) > 1 or target[:1].isupper() or known("offices").search(target)
        if named and not _belongs(text, found):
            return found.start()
    return stop


def _belongs(text: str, found: re.Match[str]) -> bool:
    """Tell "High Commissioner for Human Rights", "Committee on Torture" from what a letter is about."""
    if found[0].casefold() in any_words("addressee", "senders"):
        # "to the European Commission from Chios"
        return False
    before = text[: found.start()].rstrip()
    last = before.rsplit(None, 1)[-1] if before else ""
    after = text[found.end() :].lstrip()
    if last.isupper() and known("articles").match(after):
        # "TO THE SECURITY COUNCIL ON THE SITUATION IN …"
        return False
    if any(mandate.end() == len(before) for mandate in known("mandates").finditer(before)):
        # "Special Rapporteur on the right to water"
        return True
    return known("portfolios").fullmatch(last) is not None and without_article(after)[:1].isupper()
