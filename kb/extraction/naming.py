"""Text that names one addressee or several, taken apart: into addressees, and each into name, office and body."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.extraction.language import any_language
from kb.extraction.offices import (
    EDGES,
    begins_with_office,
    known,
    without_article,
)
from kb.extraction.reading import Reading
from kb.extraction.splitting import split_addressees
from kb.letter import Addressee

__all__ = ["addressee_of", "named_in", "office_and_body", "trusted"]

_MAIL = re.compile(r"[<(\[]?[^\s@<>()]{1,64}@[^\s@<>()]{1,200}[>)\]]?")
_OPENED = {")": "(", "]": "["}
_NOTE = re.compile(r"\[\^?\w{1,3}\]")
# "To Ms. X : the road must be opened", but not "the Ministry (Attn: Ms. X)"
_SAID = re.compile(r"\s?:\s(?![^()]{0,80}\))")
# A house's number and the street's name after a comma.
_STREET = re.compile(r"[,،]\s+\d{1,4}[A-Za-z]?,?\s[^\W\d]")
_OFFICE_AFTER = re.compile(r"\s*[,،(–—|]\s*|\s+-\s+")


def addressee_of(reading: Reading, start: int, end: int) -> Addressee | None:
    """Take the name of one addressee apart: name, office, body, as far as punctuation tells."""
    part = reading.text[start:end].rstrip(EDGES)
    before, _, last = part.rpartition(" ")
    if known("and").fullmatch(last):
        # A list that was cut off.
        part = before.rstrip(EDGES)
    lead = len(part) - len(part.lstrip(EDGES))
    if (joint := known("and").match(part, lead)) and part[joint.end() : joint.end() + 1].isspace():
        # The last line of a list.
        lead = joint.end() + 1
    text = _NOTE.sub("", _MAIL.sub("", part[lead:])).strip(' \t,:;،؛*_-–—|"“”«»')
    if text[-1:] in _OPENED and _OPENED[text[-1]] not in text:
        # "(Copy to: A; B)"
        text = text[:-1].rstrip(EDGES)
    if street := _STREET.search(text):
        text = text[: street.start()]
    honour = known("suffixes").search(text)
    if honour and honour.end() == len(text):
        text = text[: honour.start()].rstrip(EDGES)
    bare = without_article(text)
    if len(bare) < len(text) and begins_with_office(bare) and not _says_more(text):
        lead, text = lead + len(text) - len(bare), bare
    if not text or not any(map(str.isalpha, text)):
        return None
    span = reading.span(start + lead, start + lead + len(text))
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


def _says_more(text: str) -> bool:
    """Tell "all members", "The Honourable X" from a mere article."""
    return known("every").match(text) is not None or known("forms").match(text) is not None


def named_in(reading: Reading, start: int, stop: int, entry: bool = False) -> Iterator[Addressee]:
    """Give whom that part of a reading names, one after the other; it may be an `entry` of a list."""
    said = _SAID.search(reading.text, start + 1, stop)
    if said and not known("forms").match(reading.text, said.end()):
        stop = said.start()
    yield from filter(
        None, (addressee_of(reading, *part) for part in split_addressees(reading.text, start, stop, entry))
    )


def office_and_body(text: str) -> tuple[str, str | None]:
    """Part an office from the body it is of: "Secretary-General of the United Nations"."""
    for joint in re.finditer(r"\s*,\s+|\s+of\s+(?:the\s+)?", text):
        rest = text[joint.end() :]
        if known("bodies").fullmatch(rest):
            return text[: joint.start()], rest
    return text, None


def trusted(addressee: Addressee) -> bool:
    """Tell an addressee from a letterhead: it has an office, a form of address, or is of states."""
    if any_language("title", "kinds").search(addressee.name) and not addressee.office:
        return False
    if addressee.office or known("forms").match(addressee.name):
        return True
    found = known("offices").search(addressee.name) or known("states").search(addressee.name)
    # "Proposals for the Security Council" is a title.
    return found is not None and not known("title_ends").search(addressee.name, 0, found.start())
