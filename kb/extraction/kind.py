"""Whether a text is a letter: evidence for and against it is weighed, and in between a person should look."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from kb.extraction.language import Language, any_language, words
from kb.extraction.layout import Block
from kb.extraction.printed_names import has_organisation
from kb.extraction.reading import plain
from kb.extraction.requests import Prose
from kb.extraction.wordings import FIELD, is_closed, name_like
from kb.extraction.zones import Zones
from kb.letter import Demand

__all__ = ["Kind", "tell_kind"]

# What each piece of evidence weighs that `_evidence` finds.
_WEIGHTS: Mapping[str, int] = {
    "salutation": 4,
    "closing": 2,
    "signed": 2,
    "addressed": 1,
    "titled": 2,
    "named": 1,
    "petition": 2,
    "asks": 1,
    "asks again": 1,
    "asks itself": 1,
    "asks much": 1,
    "speaks to somebody": 1,
    "nobody speaks": -2,
    "dateline": -1,
    "byline": -2,
    "quotes": -1,
    "reports": -2,
    "speech": -6,
    "press": -3,
    "article": -3,
    "resolution": -6,
    "other": -9,
    "circular": -9,
}
# What stands there is said of signatories and by the page, not by the letter.
_APART = frozenset({"signatures", "footer"})
# A text that weighs so much is a letter; one that weighs less may be one, down to `_PERHAPS`.
_SURELY = 4
_PERHAPS = 2
# So many paragraphs that begin like those of a resolution are one; so many that tell what was said, a report.
_RESOLUTION = 3
_REPORT = 2
# So many paragraphs that open a quotation are somebody's speech in a report.
_SPEECH = 3
_OPENING_QUOTES = frozenset('“«"')
# Blocks in which a text tells its kind; blocks and code points of each that are looked at at all.
_TOP = 12
_MOST = 40
_HEAD = 160
# The longest line that only says what a text is, or who wrote it.
_LABEL = 60
# A text that makes so many requests is made of them, as the statement of a congress is.
_MANY = 8
# A request is surely one that the text makes itself.
_SURE = 0.8
# One that is made to "you" or by "us".
_CERTAIN = 0.9
_EDGES = " ,.:;!،؛"
# A word that says "you" or "we" by its ending has at least so many letters.
_SHORTEST = 5
_QUOTED = re.compile(r"[“«\"][^”»\"]*(?:[”»\"]|$)")
# "GENEVA, 4 May (Agency) –", "Lima, 4 de mayo.-"
_DATELINE = re.compile(r"\(?[^\W\d_][^.!?:;–—-]{1,60}?(?:\.[-–—]|\)?,? ?[–—]|\)?,? --?) (?!\d)")


class Kind(NamedTuple):
    """Whether a text is a letter, and whether that is sure."""

    letter: bool
    sure: bool


def tell_kind(zones: Zones, prose: Prose, addressed: bool, signed: bool, made: Sequence[Demand]) -> Kind:
    """Tell whether a text is a letter: by its zones, words, demands, and whether anyone is addressed or signs."""
    weight = sum(_WEIGHTS[name] for name in _evidence(zones, prose, addressed, signed, made))
    return Kind(weight >= _PERHAPS, not _PERHAPS <= weight < _SURELY)


class _Head(NamedTuple):
    """The beginning of a block: its text, its words outside quotations, and where which phrases of `[kind]` are."""

    text: str
    words: list[str]
    labels: Mapping[str, int]


def _evidence(zones: Zones, prose: Prose, addressed: bool, signed: bool, made: Sequence[Demand]) -> list[str]:
    """Give the names of the evidence that the text holds."""
    of_line = set(zones.of_line)
    blocks = (block for block in zones.layout.blocks if zones.of_line[block.first] not in _APART)
    heads = [_head(zones, block, prose) for block in islice(blocks, _MOST)]
    top = heads[:_TOP]
    begins = {label for head in top for label, first in head.labels.items() if first <= 1}
    certain = [demand.certainty for demand in made if demand.explicitness == "explicit"]
    asked = sum(certainty >= _SURE for certainty in certain)
    said = sum("says" in head.labels for head in heads)
    resolving = sum(head.labels.get("resolution", _MOST) <= 1 for head in heads)
    we = _says(heads, prose.language, "we") or _names_itself(heads, prose.language)
    you = _says(heads, prose.language, "you")
    itself = max(certain, default=0) >= _CERTAIN
    circular = _is_circular(zones, prose)
    found = {
        "salutation": "salutation" in of_line and not circular,
        "closing": "closing" in of_line,
        "signed": signed,
        "addressed": addressed,
        "titled": any(_is_title(head) for head in top) or any("letter" in head.labels for head in top[:1]),
        "named": any("letter" in head.labels for head in top),
        "petition": any("petition" in head.labels for head in heads),
        "asks": asked > 0,
        "asks again": asked > 1,
        "asks itself": itself,
        "asks much": asked >= _MANY,
        "speaks to somebody": we and you,
        "nobody speaks": not (we or you or itself or asked > 1),
        "dateline": any(len(head.text) > _LABEL and _has_dateline(head, prose.language) for head in top),
        "byline": any(map(_is_byline, top)),
        "quotes": said > 0,
        "reports": said >= _REPORT,
        "speech": sum(head.text[:1] in _OPENING_QUOTES for head in heads) >= _SPEECH,
        "press": "press" in begins,
        "article": any(head.labels.get("article") == 0 and len(head.text) < _LABEL for head in top)
        or any(head.labels.get("author") == 0 for head in heads),
        "circular": circular,
        "other": "other" in begins,
        "resolution": "body" in begins and resolving >= _RESOLUTION and not we,
    }
    return [name for name, holds in found.items() if holds]


def _head(zones: Zones, block: Block, prose: Prose) -> _Head:
    text = _beginning(zones.layout.reading(block).text)
    spoken = words(_QUOTED.sub(" ", text)) if _QUOTED.search(text) else prose.words(text)
    labels: dict[str, int] = {}
    for found in prose.language.phrases("kind").find(spoken):
        labels.setdefault(found.key, found.first)
    return _Head(text, spoken, labels)


def _beginning(text: str) -> str:
    """The first `_HEAD` code points of a text, to the end of a word."""
    return text if len(text) <= _HEAD else text[:_HEAD].rpartition(" ")[0]


def _says(heads: Sequence[_Head], language: Language, person: str) -> bool:
    """Whether the text speaks in that person, "we" or "you", by a word or by the ending of one."""
    known = language.folded("words", person)
    if not all(known.isdisjoint(head.words) for head in heads):
        return True
    endings = tuple(language.folded("words", f"{person}_endings"))
    return bool(endings) and any(
        len(word) >= _SHORTEST and word.endswith(endings) for head in heads for word in head.words
    )


def _names_itself(heads: Sequence[_Head], language: Language) -> bool:
    """Whether the signatories speak of themselves in the third person ("The undersigned …")."""
    names = language.folded("cues", "by_name")
    return any(not names.isdisjoint(head.words) for head in heads)


def _is_title(head: _Head) -> bool:
    """Tell a line that says what the text is: "Open letter to the ministers of …"."""
    return head.labels.get("letter", _MOST) == 0 and len(head.text) < _HEAD and not is_closed(head.text)


def _has_dateline(head: _Head, language: Language) -> bool:
    """Tell whether a paragraph begins with a place and a dash; so may one that says who speaks ("We – …")."""
    we = language.folded("words", "we")
    return _DATELINE.match(head.text) is not None and we.isdisjoint(head.words[:1])


def _is_byline(head: _Head) -> bool:
    """Tell a line that only names who wrote an article: "By Ada Okello, staff writer"; a body speaks for itself."""
    by = any_language("signatures", "bylines").match(head.text) if len(head.text) < _LABEL else None
    if by is None or not name_like(head.text[by.end() :]):
        return False
    return not has_organisation(head.text[by.end() :])


def _is_circular(zones: Zones, prose: Prose) -> bool:
    """Tell a mail to colleagues about a letter: it greets nobody else, and has no title that says it is one."""
    layout = zones.layout
    greetings = [plain(layout.text, *span).strip(_EDGES) for span in zones.spans("salutation")]
    peers = any_language("salutation", "peers")
    if not greetings or not all(peers.fullmatch(greeting) for greeting in greetings):
        return False
    heads = [_head(zones, block, prose) for block in zones.blocks("heading")]
    return not any("letter" in head.labels for head in heads if not FIELD.match(head.text))
