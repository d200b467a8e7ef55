"""Names in running text: telling a list of names from a name with its role and place, and taking it apart."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from kb.extraction.language import any_language, any_words
from kb.extraction.offices import without_article
from kb.extraction.printed_names import (
    EDGES,
    FEW_WORDS,
    has_organisation,
    is_known,
    is_member,
    is_person,
    is_placeholder,
    is_role,
    kind_of_name,
    parts_of,
    tells_more,
)
from kb.extraction.reading import Reading
from kb.extraction.wordings import (
    FINAL,
    LATELY,
    heads_names,
    heads_signatures,
    name_like,
    speaks,
    tells_of_signing,
    with_vowel_signs,
    without_vowel_signs,
)
from kb.letter import SignatoryKind, Span


class Entry(NamedTuple):
    """A name and its place; `kind` where something beside it tells."""

    name: str
    span: Span
    kind: SignatoryKind | None = None


# A name, two roles or places, a country: a line with more commas than that is a list.
_MOST_PARTS = 4
# What parts names: marks that hardly stand within one, dashes and commas, which do.
MARKS = tuple(map(re.compile, (r"[;؛]\s*|\n", r"\s*•\s*|\s·\s?|·\s", r"\s*\|\s*", r"\s/\s")))
_MAY_MARK = re.compile(r"[;؛•·|/\n]")
# A class of characters first is found fastest, what stands before it is looked at then.
_SEPARATED = re.compile(r"[;؛•|,،/·–—-](?:(?<=[;؛•|,،])|(?<=\s.)(?=\s)|(?<=\s·)|(?<=·)(?=\s))")
_COMMAS = re.compile(r"[,،]\s")
_DASHES = re.compile(r"\s[-–—]\s")
_BRACKETS = re.compile(r"\([^()]{0,200}\)|«[^«»]{0,200}»|“[^“”]{0,200}”")
# What no names hold: addresses, another line of a form, the end of a sentence.
_NO_NAMES = re.compile(
    r"[@.:!?](?:(?<=@)|(?<=www\.)|(?<=http:)|(?<=https:)|(?<=[^\W\d_]:) |(?<=[a-z]{5}[.!?]) [A-Z][^\W\d_]+ )"
)
# So much of running text tells whether it lists names, if there are so many, most of them like names.
_BEGINNING = 600
_LEAST_NAMES = 3
_MOST_ODD = 0.2
_MOST_WORDS = 12
# In a script without capitals, what has so few words, none of them a small one, may be a name.
_CASELESS_WORDS = 5


def separator_of(text: str) -> re.Pattern[str]:
    """Tell what parts names in running text: the mark that stands most often in it, else dashes, else commas."""
    counts = [len(mark.findall(text)) for mark in MARKS] if _MAY_MARK.search(text) else ()
    if any(counts):
        return MARKS[counts.index(max(counts))]
    return _DASHES if _between_dashes(text) else _COMMAS


def names_listed(text: str, least: int = _LEAST_NAMES) -> int:
    """Tell how many names running text lists, by its beginning: 0 if it is no list of `least` names or more."""
    beginning = text[:_BEGINNING].rstrip(" .")
    first = _SEPARATED.search(beginning)
    if first is None or not may_be_name(beginning[: first.start()]) or _NO_NAMES.search(beginning):
        return 0
    beginning = _BRACKETS.sub("", beginning)
    separator = separator_of(beginning)
    parts = [part for part in separator.split(beginning) if part.strip()]
    if not parts:
        return 0
    named = parts[0]
    if len(text) > _BEGINNING:
        parts.pop()
    elif found := _last_connector(parts[-1], 0, len(parts[-1]), listed=len(parts) > 1):
        parts[-1:] = [parts[-1][: found[0]], parts[-1][found[1] :]]
    if len(parts) < least or not may_be_name(_told(named, separator)):
        return 0
    odd = sum(not (may_be_name(_told(part, separator)) or tells_more(part.strip())) for part in parts)
    most = len(parts) * _MOST_ODD if len(parts) > _MOST_PARTS else 0
    return len(parts) if odd <= most else 0


def is_motto(text: str) -> bool:
    """Tell what an organisation writes under its name: "Peace • Justice • Rights"."""
    if "•" not in text and "·" not in text:
        return False
    parts = [without_article(part.strip(EDGES)).casefold() for part in separator_of(text).split(text)]
    return sum(part in any_words("signatures", "mottoes") for part in parts) * 2 > len(parts)


def _told(part: str, separator: re.Pattern[str]) -> str:
    """Leave out what may be told of a person beside the name, where it can't be another name."""
    return part if separator is _COMMAS else parts_of(part)[0]


def may_be_name(part: str) -> bool:
    """Tell whether a part of running text may be a name."""
    part = part.strip(EDGES)
    if connector := any_language("signatures", "connectors").match(part):
        part = part[connector.end() :].lstrip()
    words = part.split()
    if not words or len(words) > _MOST_WORDS or not name_like(part):
        return False
    if part.upper() != part.lower():
        return True
    small = any_words("detection", "function_words")
    return is_known(part) or (len(words) <= _CASELESS_WORDS and small.isdisjoint(words))


# ------------------------------------------------------------------------------------- telling a list

# How surely text without a comma lists several names.
ONE_NAME = -9.0


def listing(text: str) -> float:
    """Tell how surely a line lists several names rather than one with its role and place."""
    if not _SEPARATED.search(text):
        return ONE_NAME
    if _MAY_MARK.search(text):
        counts = [len(mark.findall(text)) for mark in MARKS]
        if any(counts[:2]) or max(counts) > 1:
            return 5
    if _between_dashes(text):
        return 4
    parts = [part.strip() for part in _COMMAS.split(_BRACKETS.sub("", text)) if part.strip()]
    if len(parts) < 2:
        return ONE_NAME
    first, *others = [kind_of_name(part) for part in parts]
    several = first == "organisation"
    score = -1.5 + 2 * max(0, len(parts) - _MOST_PARTS)
    for part, kind in zip(parts[1:], others, strict=True):
        if any_language("signatures", "connectors").match(part) or tells_more(part):
            score += 1.5
        elif _is_beside(part, first):
            score -= 2.5
        elif kind == "person":
            score, several = score + 2, True
        elif " " not in part:
            # A town, or an acronym.
            score -= 0.5
        elif kind == "organisation":
            score += 2 if several else -0.8 if first == "person" else 0.3
        else:
            score += 1 if several else 0.5
    last = parts[-1]
    return score + 1.5 * (" " in last and _last_connector(last, 0, len(last), listed=True) is not None)


def _is_beside(part: str, before: SignatoryKind | None) -> bool:
    """Tell what is said beside a name of that kind (a role, letters, a country) from another name."""
    role = is_role(part) and not (has_organisation(part) and before == "organisation")
    return role or part[0].islower() or heads_names(part) or (" " not in part and is_member(part))


def _between_dashes(text: str) -> bool:
    """Tell whether a line lists names parted by dashes: three or more, with nothing that is told of the one before."""
    parts = _DASHES.split(text) if text.count(" ") >= _LEAST_NAMES else []
    if len(parts) > _LEAST_NAMES and tells_more(parts[-1].strip(EDGES)):
        parts.pop()
    if len(parts) >= _LEAST_NAMES and all(map(has_organisation, parts)):
        return True
    if (
        text.count(" ") <= FEW_WORDS
        or len(parts) < _LEAST_NAMES
        or not all(name_like(part) and not is_role(part) for part in parts)
    ):
        return False
    several = all(" " in part for part in parts) or len(parts) > _MOST_PARTS
    return several and not any(heads_names(_COMMAS.split(part)[0]) for part in parts[1:])


# ------------------------------------------------------------------------------------- taking it apart


_COLON = re.compile("[:：]")
# A heading takes fewer code points and words.
_SHORT = 80
_FEW = 9


def inline_names(text: str) -> int | None:
    """Tell where the names begin in a line that says who signs: "Signed by A, B and C"."""
    return _names_from(text, _heads_list)


@lru_cache(maxsize=LATELY)
def names_led_in(text: str) -> int | None:
    """The same for any few words with a colon before a list of names ("In alphabetical order: A; B; C")."""
    return _names_from(text, _leads_in)


def _names_from(text: str, leads: Callable[[str, str], bool]) -> int | None:
    bare = without_vowel_signs(text)
    if len(bare) < len(text):
        start = _names_from(bare, leads)
        return None if start is None else with_vowel_signs(text, start)
    if found := any_language("signatures", "inline").match(text):
        start = found.end()
    elif (colon := _COLON.search(text, 0, _SHORT)) and leads(text[: colon.start()], text[colon.end() :]):
        start = colon.end()
    else:
        return None
    rest = text[start:].strip(FINAL)
    if article := any_language("addressee", "articles").match(rest):
        # "Signed: the League of …; the Union of …"
        rest = rest[article.end() :].lstrip()
    return start if rest and not rest[0].islower() and not rest[0].isdecimal() else None


def _heads_list(lead: str, rest: str) -> bool:
    """Tell a heading, or "Supporting organisations: A; B; C", whatever the lead says else."""
    if heads_signatures(lead):
        return True
    words = re.findall(r"\w+", lead.casefold())
    if len(words) > _FEW or any_words("signatures", "group_words").isdisjoint(words):
        return False
    return names_listed(rest, least=2) > 0


def _leads_in(lead: str, rest: str) -> bool:
    if _heads_list(lead, rest) or heads_names(lead):
        return True
    told = not speaks(lead) or tells_of_signing(lead)
    return told and lead.count(" ") < _FEW and names_listed(rest) > 0


def running_entries(
    reading: Reading, start: int, stop: int | None = None, section: SignatoryKind | None = None
) -> Iterator[Entry]:
    """Read the names in running text, from `start` on; `section` is of what kind they are."""
    for name, at in split_names(reading.text[start:stop].rstrip(EDGES)):
        article = any_language("addressee", "articles").match(name) if name[0].islower() else None
        if article:
            # "Signed: the League of …; the Union of …"
            at += len(name) - len(name[article.end() :].lstrip())
            name = name[article.end() :].lstrip()
        if name_like(name) and not tells_more(name) and not is_placeholder(name):
            yield Entry(name, reading.span(start + at, start + at + len(name)), section)


def split_names(text: str) -> Iterator[tuple[str, int]]:
    """Split running text into names, each with its place: at semicolons, else at commas and the last "and"."""
    separator = separator_of(text)
    brackets = [found.span() for found in _BRACKETS.finditer(text)]
    ends = [found.span() for found in separator.finditer(text) if not _inside(brackets, found.start())]
    starts = [0, *(end for _, end in ends)]
    stops = [*(start for start, _ in ends), len(text)]
    pieces = list(zip(starts, stops, strict=True))
    if separator is _COMMAS:
        pieces = list(_persons_apart(text, _with_what_is_beside(text, pieces)))
    if separator is not _DASHES:
        last = pieces.pop()
        found = _last_connector(text, *last, listed=len(pieces) > 0)
        if found and separator in MARKS and not _are_two(text[last[0] : found[0]], text[found[1] : last[1]]):
            # "…; Farm and Forest"
            found = None
        pieces.extend([(last[0], found[0]), (found[1], last[1])] if found else [last])
    for start, stop in pieces:
        if (
            separator is MARKS[0]
            and text.count(",", start, stop) >= _LEAST_NAMES
            and listing(text[start:stop]) > 0
        ):
            # "Ada Okello, Ben Tarr, Eva Moss and Dan Vale; and the Mill Union"
            yield from ((name, start + at) for name, at in split_names(text[start:stop]))
            continue
        piece = text[start:stop].lstrip()
        connector = any_language("signatures", "connectors").match(piece)
        if connector and piece[connector.end() : connector.end() + 1].isspace():
            piece = piece[connector.end() :]
        name = piece.strip(EDGES + ".:…") if _ends_with_stop(piece) else piece.strip(EDGES + ":")
        if name:
            yield name, text.index(name, stop - len(piece))


def _with_what_is_beside(text: str, pieces: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join what is said beside a name to it: "Ada Okello, lawyer, Ben Tarr, nurse, and Mill Union"."""
    joined: list[tuple[int, int]] = []
    kind: SignatoryKind | None = None
    for start, stop in pieces:
        piece = text[start:stop].strip()
        begins = any(
            any_language(section, key).match(piece)
            for section, key in (("signatures", "connectors"), ("addressee", "articles"))
        )
        if joined and piece and not begins and not tells_more(piece) and _is_beside(piece, kind):
            joined[-1] = joined[-1][0], stop
        else:
            joined.append((start, stop))
            kind = kind_of_name(piece)
    return joined


# "Ada O."
_WITH_INITIAL = re.compile(r"[^\W\d_]{2,} [^\W\d_]\.?(?: \([^()]*\))?")


def _persons_apart(text: str, pieces: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Part two persons between whom an "and" stands within a list: "Ada O. and Ben T. (Accra), Eva M."."""
    for start, stop in pieces:
        found = any_language("signatures", "connectors").search(text, start, stop)
        sides = (text[start : found.start()].strip(), text[found.end() : stop].strip()) if found else ()
        if found and all(
            _WITH_INITIAL.fullmatch(side) or (" " in side and is_person(side)) for side in sides
        ):
            yield start, found.start()
            start = found.end()
        yield start, stop


def _ends_with_stop(piece: str) -> bool:
    """Tell whether the full stop at the end is none of an abbreviation's, or an initial's ("Ada O.")."""
    printed = piece.rstrip()
    *before, last = printed[:-1].split() if printed.endswith(".") else [""]
    if printed.count(".") <= 1:
        return not (before and len(last) == 1 and last.isupper())
    return last.isalpha() and last.islower() and len(last) > 3


def _inside(brackets: Sequence[tuple[int, int]], place: int) -> bool:
    """Tell whether a place is within one of the brackets, which are in order."""
    before = bisect_left(brackets, place, key=itemgetter(0))
    return before > 0 and place < brackets[before - 1][1]


def _are_two(before: str, after: str) -> bool:
    """Tell two names at the end of a list ("…; Mill Union and Dockers' League") from one ("Farm and Forest")."""
    if tells_more(after.strip()):
        return True
    return all(has_organisation(name) and len(name.split()) > 1 for name in (before, after))


def _last_connector(text: str, start: int, stop: int, listed: bool) -> tuple[int, int] | None:
    """Find the "and" between the last two names in running text; `listed` if others stand before them.

    "X and Y Association" may be one name: two names alone are parted only if the first is an organisation's, or
    both look like persons'.
    """
    brackets = [found.span() for found in _BRACKETS.finditer(text, start, stop)]
    connectors = any_language("signatures", "connectors").finditer(text, start, stop)
    # "A & B and C": a sign is rather part of a name than a word is.
    for found in sorted(connectors, key=lambda connector: connector[0] == "&"):
        if _inside(brackets, found.start()) or (
            found[0].isupper() and text[found.end() : found.end() + 1] == "."
        ):
            # An initial
            continue
        before, after = text[start : found.start()].strip(), text[found.end() : stop].strip()
        if not before:
            # "…, and X": the last name has been reached.
            return None
        if tells_more(after.rstrip("!")):
            # "… and many signatures follow"
            return found.span()
        if without_article(after)[:1].islower():
            continue
        persons = not has_organisation(after) and len(before.split()) > 1 < len(after.split())
        if listed or persons or has_organisation(before):
            return found.span()
    return None
