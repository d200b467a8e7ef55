"""Text that names one addressee or several, taken apart: into addressees, and each into name, office and body."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from kb.extraction.language import any_language
from kb.extraction.layout import Reading
from kb.extraction.offices import (
    EDGES,
    begins_with,
    begins_with_office,
    begins_with_person,
    is_bare_office,
    is_office_here,
    known,
    names_one,
    office_near,
    without_article,
    without_forms,
)
from kb.letter import Addressee

_BETWEEN = {"", ",", "،", ";", "؛", "&"}
# The "and" that Arabic writes together with what follows.
_AND = re.compile(r"(?:[,،]\s?|\s)و(?=\w)")
_SEPARATOR = re.compile(r"[;؛•|]|\s/\s")
# No addressee takes more code points than this.
LONGEST = 400
_MAIL = re.compile(r"[<(\[]?[^\s@<>()]{1,64}@[^\s@<>()]{1,200}[>)\]]?")
_OFFICE_AFTER = re.compile(r"\s*[,،(–—]\s*|\s+-\s+")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of reading text that names one addressee."""

    text: str
    start: int


def addressee_of(reading: Reading, part: Part) -> Addressee | None:
    """Take a piece apart: name, office, body, as far as punctuation tells."""
    lead = len(part.text) - len(part.text.lstrip(EDGES))
    connector = known("and").match(part.text, lead)
    if connector and part.text[connector.end() : connector.end() + 1].isspace():
        lead = connector.end() + 1
    text = _MAIL.sub("", part.text[lead:]).strip(' \t,:;،؛*_-–—|"“”«»')
    honour = known("suffixes").search(text)
    if honour and honour.end() == len(text):
        text = text[: honour.start()].rstrip(EDGES)
    if not text or not any(map(str.isalpha, text)):
        return None
    span = reading.span(part.start + lead, part.start + lead + len(text))
    for comma in _OFFICE_AFTER.finditer(text):
        rest = text[comma.end() :].rstrip(") ")
        if ")" in rest and "(" in comma[0]:
            # "United Nations (UN) Human Rights Council"
            continue
        if known("offices").match(rest):
            office, body = office_and_body(rest)
            return Addressee(text[: comma.start()], span, office, body)
        if known("bodies").match(rest):
            return Addressee(text[: comma.start()], span, None, rest)
    return Addressee(text, span)


def named_in(reading: Reading, start: int, stop: int) -> Iterator[Addressee]:
    """Give whom that part of a reading names, one after the other."""
    yield from filter(None, (addressee_of(reading, part) for part in parts(reading, start, stop)))


def office_and_body(text: str) -> tuple[str, str | None]:
    """Part an office from the body it is of: "Secretary-General of the United Nations"."""
    for joint in re.finditer(r"\s*,\s+|\s+of\s+(?:the\s+)?", text):
        rest = text[joint.end() :]
        if known("bodies").fullmatch(rest):
            return text[: joint.start()], rest
    return text, None


def parts(reading: Reading, start: int, stop: int) -> Iterator[Part]:
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
        if known("forms").match(text[m.end() : m.end() + 60])
    )
    for key in ("forms", "offices"):
        found.extend(
            (m.start(), key)
            for m in known(key).finditer(text, start, stop)
            # "the ministers of the states members of the league": a word in small letters begins no name.
            if not text[m.start()].islower() or text[: m.start()].rstrip()[-1:] in _BETWEEN
            if key == "offices" or not is_office_here(text, m.start())
        )
    whole = deque(m.span() for m in known("states").finditer(text, start, stop))
    cuts = [start]
    for place, key in sorted(found):
        while whole and whole[0][1] <= place:
            whole.popleft()
        if whole and whole[0][0] < place:
            continue
        before = text[max(cuts[-1], place - LONGEST) : place]
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
        piece = text[begin:end].rstrip(EDGES)
        trailing = re.search(rf"\s(?:{any_language('addressee', 'and').pattern})$", piece, re.IGNORECASE)
        yield Part(piece[: trailing.start()] if trailing else piece, begin)


def _ends_named(before: str) -> bool:
    """Tell "Prime Minister, X and", after which somebody else's office comes, from "X, President and"."""
    words = before.split()
    if len(words) < 3 or known("and").fullmatch(words[-1]) is None:
        return False
    office, comma, name = " ".join(words[:-1]).rpartition(", ")
    offices = known("offices")
    return bool(comma) and offices.search(name) is None and offices.match(office) is not None


def _is_of_states(text: str, before: str, place: int) -> bool:
    """Tell "Security Council Member States", where the office goes on with a body's name."""
    bodies = known("states").finditer(before.rstrip())
    return any(body.end() == len(before.rstrip()) for body in bodies) and (
        known("members").match(text, place) is not None
    )


def _share(before: str, after: str) -> bool:
    """Tell offices that are of the same: "Ministers and Ambassadors of the member states"."""
    several = known("several")
    second = several.match(after)
    first = several.match(before.lstrip())
    if not (first and second and known("connectors").match(after[second.end() :].lstrip())):
        return False
    between = before.lstrip()[first.end() :].strip()
    return not between or known("and").fullmatch(between) is not None


def _shared(before: str, after: str) -> bool:
    """Tell two offices of one person: "High Representative / Vice-President X"."""
    offices = known("offices")
    return offices.fullmatch(before.strip(EDGES)) is not None and offices.match(after) is not None


def _is_holder(office: str, name: str) -> bool:
    """Tell the name of who holds an office from another addressee, where Arabic puts nothing between them."""
    offices = known("offices")
    return (
        office.upper() == office.lower()
        and office.rstrip(EDGES) == office.rstrip()
        and offices.match(without_forms(office.lstrip())) is not None
        and offices.match(without_forms(name)) is None
    )


def _ends_one(before: str, key: str) -> bool:
    """Tell whether an addressee is complete where a form of address or an office begins."""
    words = before.split()
    if len(words) < 2 or not before[-1:].isspace():
        return False
    last = words[-1].strip("(")
    joined = known("and").fullmatch(last)
    if key == "forms":
        if known("forms").fullmatch(last) or last.endswith(("-", "–", "—")):
            return False
        if known("offices").fullmatch(before.strip()):
            # "Prime Minister Sheikha X"
            return False
        if last.endswith((",", "،")) and is_bare_office(before.strip(EDGES)):
            # "President of the League, Mr. X"
            return False
        form = known("forms").match(before.lstrip())
        rest = before.lstrip()[form.end() :].strip(EDGES) if form else before
        if not rest or known("and").fullmatch(rest):
            # "Mr. and Mrs. X": one form of address, so far.
            return False
        return bool(joined) or not known("connectors").fullmatch(last)
    if last.endswith((",", "،", "(", "/")) or known("connectors").fullmatch(last):
        return False
    if last.lower() == last.upper():
        # Without capitals, and with nothing between: "the president of the council of advisers" in Arabic.
        return False
    if known("forms").fullmatch(last):
        return False
    if last.isupper() and known("connectors").fullmatch(words[-2]):
        # "Envoy of the AU Chair"
        return False
    return known("offices").search(before) is not None


def listed(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Split "the Secretary-General and the Security Council" where each part names somebody."""
    begin = start
    joint = re.compile(
        rf"\s*[,،]?\s+(?:{any_language('addressee', 'and').pattern})\s*"
        rf"(?:(?:{any_language('addressee', 'articles').pattern})\s)?"
        rf"|[,،]\s+(?:(?:{any_language('addressee', 'articles').pattern})\s)?",
        re.IGNORECASE,
    )
    offices = [found.span() for found in known("offices").finditer(text, start, stop)]
    for found in joint.finditer(text, start, stop):
        if any(a < found.start() < b for a, b in offices):
            continue
        before, after = text[begin : found.start()], text[found.end() : stop]
        arabic = "\u0600" < after[:1] < "\u06ff"
        comma = found[0].strip()[:1] in {",", "،"} and not _joins(found[0])
        if comma and _presents(before, after):
            continue
        if comma and not arabic:
            several = begins_with_office(before) and begins_with_office(after)
            if not several and not begins_with_person(after):
                continue
        elif not arabic and (
            not (names_one(before) and names_one(after))
            or _share(before, after)
            or _goes_on_listing(before, after)
        ):
            continue
        yield begin, found.start()
        begin = found.end()
    yield begin, stop


def _goes_on_listing(before: str, after: str) -> bool:
    """Tell what several hold an office for: "Ministers of the Interior, Justice, and Economy of the member states"."""
    several = known("several").match(without_article(before.lstrip())) is not None
    begins = any(begins_with(after, key) for key in ("forms", "offices", "states", "bodies"))
    return several and not begins and not office_near(after, 0)


def _joins(between: str) -> bool:
    """Tell whether the words between two addressees hold an "and"."""
    return known("and").search(between) is not None


def _presents(name: str, office: str) -> bool:
    """Tell whether the second text is the office of the person the first one names: "Mr. X, the envoy …"."""
    name, office = name.strip(), office.strip()
    offices = known("offices")
    forms = known("forms")
    if offices.match(name) and forms.match(office) and not offices.search(office):
        # "The High Commissioner, Mr. X".
        return True
    return forms.match(name) is not None and not offices.search(name) and offices.match(office) is not None


def trusted(addressee: Addressee) -> bool:
    """Tell an addressee from a letterhead: it has an office, a form of address, or is of states."""
    if any_language("title", "kinds").search(addressee.name) and not addressee.office:
        return False
    text = f"{addressee.name}, {addressee.office or ''}"
    return bool(
        known("forms").match(addressee.name)
        or known("offices").search(text)
        or known("states").search(addressee.name)
    )
