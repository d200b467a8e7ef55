"""Names in running text: telling a list of names from a name with its role and place, and taking it apart."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from kb.extraction.language import any_language
from kb.extraction.layout import Reading
from kb.extraction.offices import without_article
from kb.extraction.printed_names import (
    EDGES,
    FEW_WORDS,
    has_organisation,
    is_member,
    is_role,
    kind_of_name,
    tells_more,
)
from kb.extraction.zones import heads_names, name_like
from kb.letter import SignatoryKind, Span


class Entry(NamedTuple):
    """A name and its place; `kind` where something beside it tells."""

    name: str
    span: Span
    kind: SignatoryKind | None = None


# A name, two roles or places, a country: a line with more commas than that is a list.
_MOST_PARTS = 4
_PARTS = re.compile(r"[;؛•|\n]|\s[/·]\s")
_SEPARATED = re.compile(r"[;؛•|,،]|\s[/·–—-]\s")
_BARS = (" / ", " | ")
_COMMAS = re.compile(r"[,،]\s")
_DASHES = re.compile(r"\s[-–—]\s")
_BRACKETS = re.compile(r"\([^()]{0,200}\)|«[^«»]{0,200}»|“[^“”]{0,200}”")

# ------------------------------------------------------------------------------------- telling a list

# How surely text without a comma lists several names.
ONE_NAME = -9.0


def listing(text: str) -> float:
    """Tell how surely a line lists several names rather than one with its role and place."""
    if not _SEPARATED.search(text):
        return ONE_NAME
    if any(mark in text for mark in ";؛•") or " · " in text or max(map(text.count, _BARS)) > 1:
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
    """Tell whether a line lists names parted by dashes: many, or three or more, most of them of organisations."""
    parts = _DASHES.split(text) if text.count(" ") > FEW_WORDS else []
    if len(parts) < 3 or not all(name_like(part) and not is_role(part) for part in parts):
        return False
    organisations = sum(kind_of_name(part) == "organisation" or part[-1] == ")" for part in parts)
    return len(parts) > _MOST_PARTS or organisations * 2 > len(parts)


# ------------------------------------------------------------------------------------- taking it apart


_COLON = re.compile(r"\s?[:：]\s")
# A heading takes fewer code points.
_SHORT = 80


def after_heading(text: str) -> int:
    """Tell where the names begin in a line "FRANCE : A ; B ; C"."""
    colon = _COLON.search(text, 0, _SHORT)
    return colon.end() if colon and heads_names(text[: colon.start()]) else 0


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
        if name_like(name) and not tells_more(name):
            yield Entry(name, reading.span(start + at, start + at + len(name)), section)


def split_names(text: str) -> Iterator[tuple[str, int]]:
    """Split running text into names, each with its place: at semicolons, else at commas and the last "and"."""
    separator = _PARTS if _PARTS.search(text) else _DASHES if _between_dashes(text) else _COMMAS
    brackets = [found.span() for found in _BRACKETS.finditer(text)]
    ends = [found.span() for found in separator.finditer(text) if not _inside(brackets, found.start())]
    starts = [0, *(end for _, end in ends)]
    stops = [*(start for start, _ in ends), len(text)]
    pieces = list(zip(starts, stops, strict=True))
    if separator is _COMMAS:
        pieces = _with_what_is_beside(text, pieces)
    if separator is not _DASHES:
        last = pieces.pop()
        found = _last_connector(text, *last, listed=len(pieces) > 0)
        if found and separator is _PARTS and not _are_two(text[last[0] : found[0]], text[found[1] : last[1]]):
            # "…; Farm and Forest"
            found = None
        pieces.extend([(last[0], found[0]), (found[1], last[1])] if found else [last])
    for start, stop in pieces:
        piece = text[start:stop].lstrip()
        connector = any_language("signatures", "connectors").match(piece)
        if connector and piece[connector.end() : connector.end() + 1].isspace():
            piece = piece[connector.end() :]
        name = piece.strip(EDGES + ".:…") if piece.rstrip().count(".") <= 1 else piece.strip(EDGES + ":")
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
        if _inside(brackets, found.start()):
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
