"""Whom a letter is addressed and copied to: names, offices and bodies, wherever the letter names them.

In order of trust: a block of address lines before the salutation or after the signatures; the salutation,
where it names somebody; the title, or a line that introduces the letter ("… to Justice Minister …").
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import Literal, NamedTuple

from kb.extraction.dates import find_dates
from kb.extraction.heading import Titled
from kb.extraction.language import any_language
from kb.extraction.layout import Layout, Reading, plain, read
from kb.extraction.zones import FIELD, Zone, Zones, is_prose, opens_copies
from kb.letter import Addressee, Span

__all__ = ["find_addressees"]


def find_addressees(
    layout: Layout, zones: Zones, title: Titled | None
) -> tuple[tuple[Addressee, ...], tuple[Addressee, ...]]:
    """Read whom a letter is addressed to, and whom it is copied to, in the order they are printed."""
    copied = tuple(_copied(layout, zones))
    block = _different(
        [*_block(layout, zones, "heading", title), *_block(layout, zones, "addressees", title)]
    )
    if block:
        return tuple(block), copied
    greeted = list(_greeted(layout, zones))
    named = [addressee for addressee, _ in greeted] if any(specific for _, specific in greeted) else []
    titled = list(_titled(layout, title)) or list(_introduced(layout, zones))
    if named and titled and _same(named, titled):
        named = titled
    elif len(named) == len(titled) == 1 and _officeless(named[0]) and _nameless(titled[0]):
        # "Letter to the Mayor of X": "Dear Ms. Y".
        named = [replace(named[0], office=titled[0].name, body=titled[0].body)]
    last_resort = [addressee for addressee, _ in greeted] or list(_called_upon(layout, zones))
    return tuple(named or titled or last_resort), copied


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
    return bool(any_language("addressee", "forms").match(addressee.name)) and not _has_office(addressee)


def _nameless(addressee: Addressee) -> bool:
    """Tell an office named without the person who holds it."""
    return addressee.office is None and _begins_with_office(addressee.name)


def _begins_with_office(text: str) -> bool:
    """Tell whether text begins with an office, states or a body of theirs, an article before it left out."""
    return any(_begins_with(text.lstrip(), key) for key in ("offices", "states"))


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
        for found in any_language("addressee", key).finditer(addressee.name)
        for word in re.findall(r"\w+", found[0])
    }


# -------------------------------------------------------------------------------------- a printed name

_EDGES = " \t,.:;،؛*_-–—|\"'“”«»"
_BETWEEN = {"", ",", "،", ";", "؛", "&"}
# The "and" that Arabic writes together with what follows.
_AND = re.compile(r"(?:[,،]\s?|\s)و(?=\w)")
_SEPARATOR = re.compile(r"[;؛•|]|\s/\s")
# No addressee takes more code points than this.
_LONGEST = 400
_MAIL = re.compile(r"[<(\[]?[^\s@<>()]{1,64}@[^\s@<>()]{1,200}[>)\]]?")
# "United States Secretary of State": words before an office.
_MOST_BEFORE = 3
# A line of more words is no street.
_STREET_WORDS = 6
_OFFICE_AFTER = re.compile(r"\s*[,،(–—]\s*|\s+-\s+")


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of reading text that names one addressee."""

    text: str
    start: int


def _addressee(reading: Reading, part: _Part) -> Addressee | None:
    """Take a piece apart: name, office, body, as far as punctuation tells."""
    lead = len(part.text) - len(part.text.lstrip(_EDGES))
    connector = any_language("addressee", "and").match(part.text, lead)
    if connector and part.text[connector.end() : connector.end() + 1].isspace():
        lead = connector.end() + 1
    text = _MAIL.sub("", part.text[lead:]).strip(' \t,:;،؛*_-–—|"“”«»')
    honour = any_language("addressee", "suffixes").search(text)
    if honour and honour.end() == len(text):
        text = text[: honour.start()].rstrip(_EDGES)
    if not text or not any(map(str.isalpha, text)):
        return None
    span = reading.span(part.start + lead, part.start + lead + len(text))
    for comma in _OFFICE_AFTER.finditer(text):
        rest = text[comma.end() :].rstrip(") ")
        if ")" in rest and "(" in comma[0]:
            # "United Nations (UN) Human Rights Council"
            continue
        if any_language("addressee", "offices").match(rest):
            office, body = _office_and_body(rest)
            return Addressee(text[: comma.start()], span, office, body)
        if any_language("addressee", "bodies").match(rest):
            return Addressee(text[: comma.start()], span, None, rest)
    return Addressee(text, span)


def _office_and_body(text: str) -> tuple[str, str | None]:
    for joint in re.finditer(r"\s*,\s+|\s+of\s+(?:the\s+)?", text):
        rest = text[joint.end() :]
        if any_language("addressee", "bodies").fullmatch(rest):
            return text[: joint.start()], rest
    return text, None


def _parts(reading: Reading, start: int, stop: int) -> Iterator[_Part]:
    """Split text that may name several: at forms of address and at offices that can't go on."""
    text = reading.text
    found = [
        (m.end(), "separator")
        for m in _SEPARATOR.finditer(text, start, stop)
        if not ("/" in m[0] and _shared(text[start : m.start()], text[m.end() : stop]))
    ]
    found.extend(
        (m.end(), "separator")
        for m in _AND.finditer(text, start, stop)
        if any_language("addressee", "forms").match(text[m.end() : m.end() + 60])
    )
    for key in ("forms", "offices"):
        found.extend(
            (m.start(), key)
            for m in any_language("addressee", key).finditer(text, start, stop)
            # "the ministers of the states members of the league": a word in small letters begins no name.
            if not text[m.start()].islower() or text[: m.start()].rstrip()[-1:] in _BETWEEN
            if key == "offices" or not _is_office_here(text, m.start())
        )
    whole = deque(m.span() for m in any_language("addressee", "states").finditer(text, start, stop))
    cuts = [start]
    for place, key in sorted(found):
        while whole and whole[0][1] <= place:
            whole.popleft()
        if whole and whole[0][0] < place:
            continue
        before = text[max(cuts[-1], place - _LONGEST) : place]
        complete = _ends_one(before, key) or (key == "offices" and _ends_named(before))
        if key == "offices" and _share(before, text[place:stop]):
            complete = False
        if key == "offices" and _is_of_states(text, before, place):
            complete = False
        if key == "forms" and _is_holder(before, text[place:stop]):
            complete = False
        if key == "separator" or complete:
            cuts.append(place)
    for begin, end in zip(cuts, [*cuts[1:], stop], strict=True):
        piece = text[begin:end].rstrip(_EDGES)
        trailing = re.search(rf"\s(?:{any_language('addressee', 'and').pattern})$", piece, re.IGNORECASE)
        yield _Part(piece[: trailing.start()] if trailing else piece, begin)


def _is_bare_office(text: str) -> bool:
    """Tell an office alone ("President of the League") from somebody with one ("President X")."""
    return any_language("addressee", "offices").match(text) is not None and _is_further_office(text)


def _ends_named(before: str) -> bool:
    """Tell "Prime Minister, X and", after which somebody else's office comes, from "X, President and"."""
    words = before.split()
    if len(words) < 3 or any_language("addressee", "and").fullmatch(words[-1]) is None:
        return False
    office, comma, name = " ".join(words[:-1]).rpartition(", ")
    offices = any_language("addressee", "offices")
    return bool(comma) and offices.search(name) is None and offices.match(office) is not None


def _is_of_states(text: str, before: str, place: int) -> bool:
    """Tell "Security Council Member States", where the office goes on with a body's name."""
    bodies = any_language("addressee", "states").finditer(before.rstrip())
    return any(body.end() == len(before.rstrip()) for body in bodies) and (
        any_language("addressee", "members").match(text, place) is not None
    )


def _share(before: str, after: str) -> bool:
    """Tell offices that are of the same: "Ministers and Ambassadors of the member states"."""
    several = any_language("addressee", "several")
    second = several.match(after)
    first = several.match(before.lstrip())
    if not (
        first and second and any_language("addressee", "connectors").match(after[second.end() :].lstrip())
    ):
        return False
    between = before.lstrip()[first.end() :].strip()
    return not between or any_language("addressee", "and").fullmatch(between) is not None


def _is_office_here(text: str, start: int) -> bool:
    """Tell "Ambassador of X", which says what somebody is, from "Ambassador X"."""
    office = any_language("addressee", "offices").match(text, start)
    return office is not None and (
        any_language("addressee", "connectors").match(text[office.end() :].lstrip()) is not None
    )


def _shared(before: str, after: str) -> bool:
    """Tell two offices of one person: "High Representative / Vice-President X"."""
    offices = any_language("addressee", "offices")
    return offices.fullmatch(before.strip(_EDGES)) is not None and offices.match(after) is not None


def _is_holder(office: str, name: str) -> bool:
    """Tell the name of who holds an office from another addressee, where Arabic puts nothing between them."""
    offices = any_language("addressee", "offices")
    return (
        office.upper() == office.lower()
        and office.rstrip(_EDGES) == office.rstrip()
        and offices.match(_without_forms(office.lstrip())) is not None
        and offices.match(_without_forms(name)) is None
    )


def _ends_one(before: str, key: str) -> bool:
    """Tell whether an addressee is complete where a form of address or an office begins."""
    words = before.split()
    if len(words) < 2 or not before[-1:].isspace():
        return False
    last = words[-1].strip("(")
    joined = any_language("addressee", "and").fullmatch(last)
    if key == "forms":
        if any_language("addressee", "forms").fullmatch(last) or last.endswith(("-", "–", "—")):
            return False
        if any_language("addressee", "offices").fullmatch(before.strip()):
            # "Prime Minister Sheikha X"
            return False
        if last.endswith((",", "،")) and _is_bare_office(before.strip(_EDGES)):
            # "President of the League, Mr. X"
            return False
        form = any_language("addressee", "forms").match(before.lstrip())
        rest = before.lstrip()[form.end() :].strip(_EDGES) if form else before
        if not rest or any_language("addressee", "and").fullmatch(rest):
            # "Mr. and Mrs. X": one form of address, so far.
            return False
        return bool(joined) or not any_language("addressee", "connectors").fullmatch(last)
    if last.endswith((",", "،", "(", "/")) or any_language("addressee", "connectors").fullmatch(last):
        return False
    if last.lower() == last.upper():
        # Without capitals, and with nothing between: "the president of the council of advisers" in Arabic.
        return False
    if any_language("addressee", "forms").fullmatch(last):
        return False
    if last.isupper() and any_language("addressee", "connectors").fullmatch(words[-2]):
        # "Envoy of the AU Chair"
        return False
    return any_language("addressee", "offices").search(before) is not None


# ---------------------------------------------------------------------------------- a block of address


def _block(layout: Layout, zones: Zones, zone: Zone, title: Titled | None) -> list[Addressee]:
    """Read address lines: "H.E. Mr. X / Secretary-General / United Nations / New York" is one addressee."""
    words = zones.words
    runs = list(zones.runs(zone))
    blocks = [b for b in layout.blocks if runs and b.first < runs[-1].stop and b.last >= runs[0].start]
    prose = {i for b in blocks if is_prose(layout, b) for i in range(b.first, b.last + 1)}
    lines = [
        index
        for run in runs
        for index in run
        if not (layout.lines[index].furniture or index in prose or words.length(index) > _LONGEST)
        and not (title and _within(layout.lines[index].span, title.span))
    ]
    address: list[_AddressLine] = []
    attended = led = False
    for index in lines:
        line = layout.lines[index]
        reading = read(layout.text, (Span(line.content, line.span.end),))
        if _attention(reading.text):
            if not attended and _put_together(address):
                break
            attended = True
            if not _led(reading.text)[1]:
                # "Via e-mail": how it is sent.
                continue
        start, leads = _led(reading.text)
        led |= leads
        if not start and FIELD.match(reading.text):
            led &= any_language("addressee", "senders").match(reading.text) is None
            continue
        address.append(_AddressLine(reading, start, line.gap, line.marker is not None))
    addressees = _put_together(address)
    if led:
        return addressees
    signed = [layout.text[start:end] for start, end in zones.spans("signatures")]
    # A name that signs too is a sender's letterhead.
    return [a for a in addressees if _trusted(a) and not _signs(a, signed)]


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
# What a line does: begins an addressee; is the office, the holder of the office, the body of the last one, or more
# of its words; is nothing of the kind (a street, a date).
_Move = Literal["begins", "office", "holder", "body", "more", "aside"]

# What each line may add to an addressee, and what that makes of it.
_JOINS: dict[_State, dict[_Move, _State]] = {
    "nobody": {},
    "name": {"office": "holder", "body": "complete", "more": "name"},
    "plain name": {"office": "holder", "body": "complete"},
    "office": {"holder": "holder", "body": "complete", "more": "office"},
    "styled": {"office": "holder", "holder": "holder", "body": "complete", "more": "styled"},
    "several": {"body": "complete", "more": "several"},
    "holder": {"office": "holder", "body": "complete", "more": "holder"},
    "body": {"office": "complete", "more": "body"},
    "complete": {"more": "complete"},
}
# What a blank line more than usual between two lines speaks against their belonging together.
_APART = 1.6
# Whether lines are double-spaced can't be told of fewer.
_DOUBLE_SPACED = 3


def _put_together(lines: Sequence[_AddressLine]) -> list[Addressee]:
    """Put addressees together from the lines of an address, by the reading of all lines that fits best.

    Each line may begin an addressee, add to the last one, or neither (`_JOINS`); words and spacing tell how well
    each fits, and the sum over the lines decides (Viterbi's algorithm).
    """
    # An address may be double-spaced.
    spacing = min((line.gap for line in lines[1:]), default=0) if len(lines) > _DOUBLE_SPACED else 0
    headed = False
    best: dict[_State, tuple[float, _Path | None]] = {"nobody": (0.0, None)}
    before = ""
    for line in lines:
        if not line.text:
            headed |= line.start > 0
            continue
        fits = _Fits(line, before, headed)
        reached: dict[_State, tuple[float, _Path | None]] = {}
        for state, (score, path) in best.items():
            for move, after, gain in fits.moves(state, max(0, line.gap - spacing)):
                if after not in reached or score + gain > reached[after][0]:
                    reached[after] = (score + gain, _Path(path, line, move))
        best = reached
        before = line.text
    path = max(best.values(), key=lambda reading: reading[0])[1]
    steps: list[_Path] = []
    while path:
        steps.append(path)
        path = path.before
    addressees: list[Addressee] = []
    for step in reversed(steps):
        _take(addressees, step.line, step.move)
    return addressees


class _Path(NamedTuple):
    """The last step of a reading, and those before it."""

    before: _Path | None
    line: _AddressLine
    move: _Move


class _Fits:
    """How well a line fits as each part of an address, after the line `before` it."""

    def __init__(self, line: _AddressLine, before: str, headed: bool) -> None:
        text = line.text.strip(_EDGES)
        self.line = line
        bare = _without_forms(text)
        self.form = any_language("addressee", "forms").match(text) is not None
        named = any_language("addressee", "offices").match(_without_article(bare))
        self.office = named is not None
        caseless = text.upper() == text.lower()
        self.plain_office = self.office and (caseless or _is_plain_office(_without_article(bare)))
        self.titled = not self.plain_office and (self.office or _names_office(text))
        self.holds_none = any_language("addressee", "offices").search(text) is None
        self.several = any_language("addressee", "several").match(_without_article(bare)) is not None
        self.body = _begins_with(text, "bodies") and not _is_headline(text)
        if not self.plain_office and any_language("addressee", "bodies").fullmatch(_without_article(text)):
            # "The Hon. Minister's Office"
            self.form = self.office = self.titled = False
        self.aside = _is_dated(text) or _is_place(text)
        generic = any_language("addressee", "generic").fullmatch(text)
        self.none = not text or (generic is not None and line.text[-1] in ",،:!")
        self.kind = any_language("title", "kinds").fullmatch(text) is not None
        self.led = line.start > 0 or headed
        self.before = before.strip(_EDGES)
        self.small = text[:1].islower() and not (self.form or self.office or self.body or line.listed)
        self.short = len(text) < 80 and line.text[-1] != ":"

    def moves(self, state: _State, gap: int) -> Iterator[tuple[_Move, _State, float]]:
        """Give what the line may do after an addressee of that state, what that makes of it, and how well it fits."""
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
        sure = 2.0 * self.line.listed + 2.5 * (self.led and state == "nobody") + 0.1 * (gap > 0)
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
        return 2.6 if self.body else 0.4 if self.short and state not in {"name", "plain name"} else -1


def _breaks_off(text: str, state: _State) -> bool:
    """Tell whether a line broke off: "Members of the International / Support Group", "Madam / X"."""
    if not text:
        return False
    last = text.rsplit(None, 1)[-1]
    if any_language("addressee", "connectors").fullmatch(last) or any_language(
        "addressee", "forms"
    ).fullmatch(text):
        return True
    return (
        state not in {"holder", "complete"}
        and any_language("addressee", "unfinished").fullmatch(last) is not None
    )


def _is_headline(text: str) -> bool:
    """Tell a headline that names a body ("Unions ask the Council to act") from the body's name."""
    found = any_language("addressee", "bodies").match(_without_article(text))
    rest = _without_article(text)[found.end() :].lstrip() if found else ""
    return bool(rest) and any_language("addressee", "title_ends").match(rest) is not None


def _without_article(text: str) -> str:
    article = any_language("addressee", "articles").match(text)
    return text[article.end() :].lstrip() if article else text


def _take(addressees: list[Addressee], line: _AddressLine, move: _Move) -> None:
    """Take a line in as that part of the addressees."""
    if move == "begins":
        parts = _parts(line.reading, line.start, len(line.reading.text))
        addressees.extend(filter(None, (_addressee(line.reading, part) for part in parts)))
    if move in {"begins", "aside"} or not addressees:
        return
    known, text = addressees[-1], line.text.strip(_EDGES)
    if move == "holder":
        known = replace(known, name=_bare_name(text), office=known.name)
    elif move == "body":
        known = replace(known, body=text)
    elif move == "more":
        if known.body:
            known = replace(known, body=f"{known.body} {text}")
        elif known.office:
            known = replace(known, office=f"{known.office} {text}")
        else:
            known = replace(known, name=f"{known.name} {text}")
    elif known.office is None:
        role, body = _office_and_body(text)
        known = replace(known, office=role, body=body or known.body)
    addressees[-1] = replace(known, span=Span(known.span.start, line.end))


def _has_office(addressee: Addressee) -> bool:
    name = _without_forms(addressee.name)
    return addressee.office is not None or any_language("addressee", "offices").search(name) is not None


def _bare_name(text: str) -> str:
    """Take off what is said after a name in courtesy ("the esteemed")."""
    honour = any_language("addressee", "suffixes").search(text)
    return text[: honour.start()].rstrip(_EDGES) if honour and honour.end() == len(text) else text


def _is_further_office(text: str) -> bool:
    """Tell an office ("Permanent Representative of …") from somebody with one ("Foreign Minister X")."""
    found = any_language("addressee", "offices").match(text)
    rest = text[found.end() :].strip() if found else text
    return not rest or any_language("addressee", "connectors").match(rest) is not None


def _is_plain_office(text: str) -> bool:
    """Tell an office, also with a body beside it ("Secretary-General, United Nations"), from "President X"."""
    found = any_language("addressee", "offices").match(text)
    return found is not None and (
        text[found.end() : found.end() + 1] in {",", "/", "("} or _is_further_office(text)
    )


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
    found = any_language("addressee", "attention").match(text)
    return found is not None and text[found.end() : found.end() + 1] in {":", " "}


def _led(text: str) -> tuple[int, bool]:
    """Tell where the words after "To:", "To the" begin, and whether there is such a lead."""
    lead = any_language("addressee", "leads").match(text)
    if not lead:
        return 0, False
    rest = text[lead.end() :]
    if not rest.strip(" ,،") or rest.lstrip()[0] in ":：/":
        return lead.end() + len(rest) - len(rest.lstrip(" :：/,،")), True
    article = any_language("addressee", "articles").match(rest.lstrip())
    named = rest.lstrip()[article.end() :].lstrip() if article else rest.lstrip()
    if named[:1].isupper() and any(
        any_language("addressee", key).match(named) for key in ("forms", "offices")
    ):
        # "To the Foreign Ministers of …"
        return len(text) - len(named), True
    after = lead.end() + len(rest) - len(rest.lstrip())
    article = any_language("addressee", "articles").match(text, after)
    if article:
        after = article.end() + len(text[article.end() :]) - len(text[article.end() :].lstrip())
    if article or any(
        any_language("addressee", key).match(text, after) for key in ("forms", "offices", "states")
    ):
        return after, True
    return 0, False


def _is_dated(text: str) -> bool:
    return any(map(str.isdecimal, text)) and any(True for _ in find_dates(text, "day"))


def _is_place(text: str) -> bool:
    """Tell a street, a town, a number from what names an addressee."""
    if text[:1].isdecimal() or (
        any(map(str.isdecimal, text))
        and not any(any_language("addressee", k).match(text) for k in ("forms", "offices"))
    ):
        return True
    if len(text.split()) < _STREET_WORDS and any_language("addressee", "streets").search(text):
        return True
    found = any_language("addressee", "places").match(text)
    return found is not None and (found.end() == len(text) or text[found.end()] in " ,.،-")


def _names_office(text: str) -> bool:
    """Tell a line "Name, Office …" from others; a country may stand before the office."""
    return any(_office_near(text, comma.end()) for comma in re.finditer(r"[,،]\s+|\s[-–—]\s", text))


def _office_near(text: str, start: int) -> bool:
    """Tell whether an office begins at `start`, or after up to three words with capitals."""
    office = any_language("addressee", "offices").search(text, start)
    before = text[start : office.start()].split() if office else ()
    return office is not None and len(before) <= _MOST_BEFORE and all(word[0].isupper() for word in before)


def _trusted(addressee: Addressee) -> bool:
    """Tell an addressee from a letterhead: it has an office, a form of address, or is of states."""
    if any_language("title", "kinds").search(addressee.name) and not addressee.office:
        return False
    text = f"{addressee.name}, {addressee.office or ''}"
    return bool(
        any_language("addressee", "forms").match(addressee.name)
        or any_language("addressee", "offices").search(text)
        or any_language("addressee", "states").search(addressee.name)
    )


# ---------------------------------------------------------------------------- salutation, title, intro


def _greeted(layout: Layout, zones: Zones) -> Iterator[tuple[Addressee, bool]]:
    """Give whom the salutation greets, and whether it says who that is."""
    for run in zones.runs("salutation"):
        for index in run:
            line = layout.lines[index]
            reading = read(layout.text, (Span(line.content, line.span.end),))
            dear = any_language("salutation", "dear").match(reading.text)
            start = dear.end() if dear else 0
            parts = (
                part
                for begin, end in _listed(reading.text, start, len(reading.text))
                for part in _parts(reading, begin, end)
            )
            for part in parts:
                text = part.text.strip(_EDGES)
                if not text or any_language("addressee", "generic").fullmatch(text):
                    continue
                rest = _without_forms(text)
                if not rest or any_language("addressee", "generic").fullmatch(rest):
                    continue
                addressee = _addressee(reading, part)
                if addressee:
                    yield addressee, _specific(rest)


def _without_forms(text: str) -> str:
    while found := any_language("addressee", "forms").match(text):
        text = text[found.end() :].lstrip(" .,،")
    return text


def _specific(text: str) -> bool:
    """Tell whether there is more than an office: "Prime Minister" is nobody yet, "Prime Minister of X" is."""
    rest = any_language("addressee", "offices").sub(" ", text)
    rest = any_language("addressee", "forms").sub(" ", rest)
    return any(
        len(word) > 2
        for word in re.findall(r"[^\W\d_]+", any_language("addressee", "connectors").sub(" ", rest))
    )


_CUT = re.compile(r"\s[-–—|]\s|[:;!?؟(\[\n]|\.(?:\s|$)|,\s(?=[a-z])")


def _titled(layout: Layout, title: Titled | None) -> Iterator[Addressee]:
    """Read the addressee out of a title: "Open letter to … about …"."""
    if title is None:
        return
    reading = read(layout.text, (title.span,))
    found = any_language("addressee", "intro").search(reading.text)
    start, led = _led(reading.text)
    if found and any_language("title", "kinds").search(reading.text):
        yield from _after(reading, found.end(), plainly=True)
    elif led:
        yield from _after(reading, start, plainly=False)


def _introduced(layout: Layout, zones: Zones) -> Iterator[Addressee]:
    """Read the addressee out of a line that introduces the letter."""
    seen = 0
    for block in layout.blocks:
        zone = zones.of_line[block.first]
        if zone not in {"heading", "body"} or seen == 3:
            break
        seen += zone == "body"
        end = min(block.content.end, block.content.start + 600)
        reading = read(layout.text, (Span(block.content.start, end),))
        for found in any_language("addressee", "intro").finditer(reading.text):
            addressees = list(_after(reading, found.end(), plainly=False))
            if addressees:
                yield from addressees
                return


# What sets somebody off who is spoken to.
_SET_OFF = re.compile(r"\s*[,،.:!؛]")


def _called_upon(layout: Layout, zones: Zones) -> Iterator[Addressee]:
    """Read who is spoken to in the first paragraphs: "Good evening, Mr. President."."""
    for block in zones.blocks("body")[:3]:
        end = min(block.content.end, block.content.start + 600)
        reading = read(layout.text, (Span(block.content.start, end),))
        for form in any_language("addressee", "forms").finditer(reading.text):
            office = any_language("addressee", "offices").match(reading.text, form.end() + 1)
            if not office:
                continue
            stop = office.end()
            honour = any_language("addressee", "suffixes").match(reading.text, stop + 1)
            if honour or _SET_OFF.match(reading.text, stop):
                addressee = _addressee(reading, _Part(reading.text[form.start() : stop], form.start()))
                if addressee:
                    yield addressee
                    return


def _after(reading: Reading, start: int, plainly: bool) -> Iterator[Addressee]:
    """Give whom the words from `start` on name, up to where they turn to something else."""
    text = reading.text
    start += len(text[start:]) - len(text[start:].lstrip())
    article = any_language("addressee", "articles").match(text, start)
    if article:
        start = article.end() + len(text[article.end() :]) - len(text[article.end() :].lstrip())
    stop = len(text)
    for cut in _CUT.finditer(text, start):
        last = text[start : cut.start()].rsplit(None, 1)[-1:]
        if cut[0][0] == "." and last and any_language("addressee", "forms").fullmatch(last[0]):
            # "Mr. X"
            continue
        if not (cut[0][0] == "," and _begins_with_office(text[cut.end() : cut.end() + _LONGEST])):
            stop = cut.start()
            break
    for found in any_language("addressee", "title_ends").finditer(text, start + 1, stop):
        target = text[start : found.start()]
        named = len(target.split()) > 1 or any_language("addressee", "offices").search(target)
        if named and not _belongs(text, found):
            stop = found.start()
            break
    first = text[start : start + 1]
    known = any(any_language("addressee", key).match(text, start) for key in ("states", "offices", "forms"))
    if not first or (first.islower() and not article and not known):
        return
    for begin, end in _listed(text, start, stop):
        name = text[begin:end].strip(_EDGES)
        if not name or any_language("addressee", "generic").fullmatch(name):
            continue
        if not plainly and not _trusted(Addressee(name, Span(0, 0))):
            continue
        for part in _parts(reading, begin, end):
            addressee = _addressee(reading, part)
            if addressee:
                yield addressee


def _belongs(text: str, found: re.Match[str]) -> bool:
    """Tell "High Commissioner for Human Rights", "Committee on Torture" from what a letter is about."""
    before = text[: found.start()].rstrip()
    last = before.rsplit(None, 1)[-1] if before else ""
    after = text[found.end() :].lstrip()
    if last.isupper() and any_language("addressee", "articles").match(after):
        # "TO THE SECURITY COUNCIL ON THE SITUATION IN …"
        return False
    return any_language("addressee", "portfolios").fullmatch(last) is not None and after[:1].isupper()


def _listed(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Split "the Secretary-General and the Security Council" where each part names somebody."""
    begin = start
    joint = re.compile(
        rf"\s*[,،]?\s+(?:{any_language('addressee', 'and').pattern})\s*"
        rf"(?:(?:{any_language('addressee', 'articles').pattern})\s)?"
        rf"|[,،]\s+(?:(?:{any_language('addressee', 'articles').pattern})\s)?",
        re.IGNORECASE,
    )
    offices = [found.span() for found in any_language("addressee", "offices").finditer(text, start, stop)]
    for found in joint.finditer(text, start, stop):
        if any(a < found.start() < b for a, b in offices):
            continue
        before, after = text[begin : found.start()], text[found.end() : stop]
        arabic = "\u0600" < after[:1] < "\u06ff"
        comma = found[0].strip()[:1] in {",", "،"} and not _joins(found[0])
        if comma and _presents(before, after):
            continue
        if comma and not arabic:
            several = _begins_with_office(before) and _begins_with_office(after)
            if not several and not _begins_with_person(after):
                continue
        elif not arabic and (
            not (_names_one(before) and _names_one(after))
            or _share(before, after)
            or _goes_on_listing(before, after)
        ):
            continue
        yield begin, found.start()
        begin = found.end()
    yield begin, stop


def _begins_with_person(text: str) -> bool:
    """Tell a form of address with a name after it ("Justice X") from the word alone ("Justice, and …")."""
    form = any_language("addressee", "forms").match(text)
    return form is not None and text[form.end() :].lstrip(" .")[:1] not in {",", "&"}


def _goes_on_listing(before: str, after: str) -> bool:
    """Tell what several hold an office for: "Ministers of the Interior, Justice, and Economy of the member states"."""
    several = any_language("addressee", "several").match(_without_article(before.lstrip())) is not None
    begins = any(_begins_with(after, key) for key in ("forms", "offices", "states", "bodies"))
    return several and not begins and not _office_near(after, 0)


def _joins(between: str) -> bool:
    """Tell whether the words between two addressees hold an "and"."""
    return any_language("addressee", "and").search(between) is not None


def _presents(name: str, office: str) -> bool:
    """Tell whether the second text is the office of the person the first one names: "Mr. X, the envoy …"."""
    name, office = name.strip(), office.strip()
    offices = any_language("addressee", "offices")
    forms = any_language("addressee", "forms")
    if offices.match(name) and forms.match(office) and not offices.search(office):
        # "The High Commissioner, Mr. X".
        return True
    return forms.match(name) is not None and not offices.search(name) and offices.match(office) is not None


def _names_one(text: str) -> bool:
    return bool(
        any_language("addressee", "forms").match(text)
        or any_language("addressee", "offices").search(text)
        or any_language("addressee", "states").search(text)
    )


# ---------------------------------------------------------------------------------------------- copies


def _copied(layout: Layout, zones: Zones) -> Iterator[Addressee]:
    """Read those who get a copy: one a line, or several parted by semicolons."""
    for run in zones.runs("copies"):
        entries: list[list[int]] = []
        printed: list[str] = []
        for index in run:
            line = layout.lines[index]
            if line.furniture:
                continue
            text = plain(layout.text, line.content, line.span.end)
            before = layout.text[layout.lines[index - 1].span.end - 1] if entries else ""
            broken = (
                entries
                and not line.marker
                and (
                    (text[:1].islower() and not opens_copies(text))
                    or (before in ",،" and any_language("addressee", "offices").match(text))
                    or _tells_of(printed, text)
                )
            )
            if broken:
                entries[-1].append(index)
                printed.append(text)
            else:
                entries.append([index])
                lead = any_language("copies", "leads").match(text)
                printed = [text[lead.end() :].strip(_EDGES) if lead else text]
        for entry in entries:
            first = layout.lines[entry[0]]
            spans = [Span(first.content, first.span.end), *(layout.lines[index].span for index in entry[1:])]
            reading = read(layout.text, spans)
            lead = any_language("copies", "leads").match(reading.text)
            start = lead.end() if lead else 0
            start += len(reading.text[start:]) - len(reading.text[start:].lstrip(" :.：-–—\t"))
            if start < len(reading.text):
                yield from _copies_of(reading, start)


def _tells_of(printed: Sequence[str], text: str) -> bool:
    """Tell whether a line is the office of the person named above it, or the body of that office."""
    offices = any_language("addressee", "offices")
    if len(printed) > 1:
        return offices.match(printed[-1]) is not None and _begins_with(text, "bodies")
    name = printed[0]
    return (
        bool(name)
        and not re.search("[,،;؛]", name)
        and offices.search(_without_forms(name)) is None
        and offices.match(text) is not None
        and _is_plain_office(text)
    )


def _begins_with(text: str, key: str) -> bool:
    article = any_language("addressee", "articles").match(text)
    rest = text[article.end() :].lstrip() if article else text
    return any_language("addressee", key).match(rest) is not None


def _and() -> str:
    return any_language("addressee", "and").pattern


def _copies_of(reading: Reading, start: int) -> Iterator[Addressee]:
    text = reading.text[start:]
    commas = list(re.finditer(rf"[,،]\s+(?:(?:{_and()})\s)?|\s(?:{_and()})\s", text))
    parts = [
        text[a:b] for a, b in pairwise((0, *chain.from_iterable(map(re.Match.span, commas)), len(text)))
    ][::2]
    offices = any_language("addressee", "offices").search(text) is not None
    plain_list = ";" not in text and (
        # "President of X, President of Y and Secretary-General"
        len(parts) > 1 and all(_is_plain_office(_without_article(part.strip(" ."))) for part in parts)
        if offices
        else len(commas) >= 2
    )
    cuts = [0, *(comma.end() for comma in commas)] if plain_list else [0]
    ends = [*(comma.start() for comma in commas), len(text)] if plain_list else [len(text)]
    for begin, end in zip(cuts, ends, strict=True):
        for part in _parts(reading, start + begin, start + end):
            addressee = _addressee(reading, part)
            if addressee:
                yield addressee
