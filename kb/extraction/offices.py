"""What the words of a text tell of whom it names: a form of address, an office, a body, a place.

The words are those of `[addressee]` in `languages/*.toml`.
"""

from __future__ import annotations

import re

from kb.extraction.dates import find_dates
from kb.extraction.expressions import Expressions
from kb.extraction.language import any_language

__all__ = [
    "EDGES",
    "NAMING",
    "begins_with",
    "begins_with_office",
    "begins_with_place",
    "is_called_office",
    "is_dated",
    "is_further_office",
    "is_headline",
    "is_office_here",
    "is_place",
    "is_plain_office",
    "known",
    "led",
    "may_be_person",
    "names_holder",
    "names_office",
    "office_near",
    "without_article",
    "without_forms",
]


def known(key: str) -> Expressions:
    """Give the list `key` of the words of addresses, in all languages."""
    return any_language("addressee", key)


EDGES = " \t,.:;،؛*_-–—ـ|\"'“”«»"
# "United States Secretary of State": words before an office.
_MOST_BEFORE = 3
_NUMBER = re.compile(r"\d+ ")
# What tells that somebody is named.
NAMING = ("forms", "offices", "states", "bodies")
# What tells by itself that somebody is addressed.
_TELLING = ("forms", "offices", "states")
# So many words may be somebody's name.
_NAME = range(2, 5)
# A line of more words is no street.
_STREET_WORDS = 6


def without_forms(text: str) -> str:
    """Leave out the forms of address that text begins with, but not "Ambassador of X"."""
    while (found := known("forms").match(text)) and not is_office_here(text, 0):
        text = text[found.end() :].lstrip(" .,،")
    return text


def without_article(text: str) -> str:
    """Leave out the article that text begins with."""
    article = known("articles").match(text)
    return text[article.end() :].lstrip(" ’'") if article else text


def begins_with(text: str, key: str) -> bool:
    """Tell whether text begins with a word of that list, an article before it left out."""
    return known(key).match(without_article(text)) is not None


def begins_with_office(text: str) -> bool:
    """Tell whether text begins with an office, states or a body of theirs, an article before it left out."""
    return any(begins_with(text.lstrip(), key) for key in ("offices", "states"))


def is_further_office(text: str) -> bool:
    """Tell an office ("Permanent Representative of …") from somebody with one ("Foreign Minister X")."""
    found = known("offices").match(text)
    rest = text[found.end() :].strip() if found else text
    if known("forms").match(without_article(rest)):
        # "Senator the Hon. X"
        return False
    return not rest or any(known(key).match(rest) for key in ("connectors", "ranks"))


def is_plain_office(text: str) -> bool:
    """Tell an office, also with a body beside it ("Secretary-General, United Nations"), from "President X"."""
    found = known("offices").match(text)
    return (
        found is not None
        and (
            text.upper() == text.lower()  # where there are no capitals, the words don't tell
            or text[found.end() : found.end() + 1] in {",", "/", "("}
            or is_further_office(text)
        )
    )


def is_office_here(text: str, start: int) -> bool:
    """Tell "Ambassador of X", which says what somebody is, from "Ambassador X"."""
    office = known("offices").match(text, start)
    rest = text[office.end() :].lstrip() if office else ""
    return any(known(key).match(rest) for key in ("connectors", "ranks"))


def is_called_office(text: str) -> bool:
    """Tell somebody whose name is an office, too ("Ann Pope"), from an office ("the Pope", "Pope X")."""
    before, *others = text.split(maxsplit=1)
    if not others or not before[0].isupper() or before.isupper() or known("offices").match(text):
        return False
    found = known("offices").search(others[0])
    return found is not None and found[0].istitle() and known("surnames").fullmatch(found[0]) is not None


def names_office(text: str) -> bool:
    """Tell a line "Name, Office …" from others; a country may stand before the office."""
    return any(office_near(text, comma.end()) for comma in re.finditer(r"[,،]\s+|\s[-–—]\s", text))


def office_near(text: str, start: int) -> bool:
    """Tell whether an office begins at `start`, or after up to three words with capitals."""
    office = known("offices").search(text, start)
    before = text[start : office.start()].split() if office else ()
    return office is not None and len(before) <= _MOST_BEFORE and all(word[0].isupper() for word in before)


def is_headline(text: str) -> bool:
    """Tell a headline that names a body ("Unions ask the Council to act") from the body's name."""
    text = without_article(text)
    end = max((found.end() for key in ("bodies", "states") if (found := known(key).match(text))), default=0)
    return end > 0 and known("title_ends").match(text[end:].lstrip()) is not None


def is_dated(text: str) -> bool:
    """Tell whether text holds a date."""
    return any(map(str.isdecimal, text)) and any(True for _ in find_dates(text, "day"))


def is_place(text: str) -> bool:
    """Tell a street, a town, a number from what names an addressee."""
    numbered = any(map(str.isdecimal, text)) and not any(known(k).match(text) for k in ("forms", "offices"))
    return numbered or begins_with_place(text)


def begins_with_place(text: str) -> bool:
    """Tell a line that begins with a number, a street or a town."""
    number = _NUMBER.match(text)
    if text[:1].isdecimal() and not (number and any(known(k).match(text, number.end()) for k in _TELLING)):
        return True
    street = text.partition(",")[0]
    short = len(street.split()) < _STREET_WORDS and not known("forms").match(street)
    if short and known("streets").search(street):
        return True
    found = known("places").match(text)
    return found is not None and (found.end() == len(text) or text[found.end()] in " ,.،-")


def led(text: str) -> tuple[int, bool]:
    """Tell where the words after "To:", "To the" begin, and whether there is such a lead."""
    lead = known("leads").match(text)
    if not lead:
        return 0, False
    rest = text[lead.end() :]
    if not rest.strip(" ,،") or rest.lstrip()[0] in ":：/":
        return lead.end() + len(rest) - len(rest.lstrip(" :：/,،")), True
    after = lead.end() + len(rest) - len(rest.lstrip())
    article = known("articles").match(text, after)
    if article:
        after = article.end() + len(text[article.end() :]) - len(text[article.end() :].lstrip())
    # "To 15 member states"
    number = _NUMBER.match(text, after)
    # A line in small letters may go on with the one before it: "… / to the north".
    article = None if text[0].islower() else article
    held = names_holder(text[after:])
    if article or held or any(known(key).match(text, number.end() if number else after) for key in _TELLING):
        return after, True
    return 0, False


def may_be_person(name: str) -> bool:
    """Tell a few words with a capital each, as names of persons are printed."""
    words = name.split()
    return len(words) in _NAME and all(word[0].isupper() for word in words)


def names_holder(text: str) -> bool:
    """Tell whether text names somebody and an office: "Ann Vale, Mayor of Reedham"."""
    return may_be_person(text.partition(",")[0]) and names_office(text)
