"""Whether a text is a letter: it needs signs of one, and those of another kind of text speak against it."""

from __future__ import annotations

from collections.abc import Sequence

from kb.extraction.language import Language, words
from kb.extraction.layout import plain
from kb.extraction.zones import Zones
from kb.letter import Demand

__all__ = ["is_letter"]

# Points a text needs to be a letter; a salutation alone will do.
_ENOUGH = 2
_RESOLUTION = 3
_TOP = 12


def is_letter(
    zones: Zones, language: Language, addressed: bool, signed: bool, made: Sequence[Demand]
) -> bool:
    """Tell whether a text is a letter: by its zones, its demands, whether anyone is addressed or signs."""
    layout = zones.layout
    heads = [
        plain(layout.text, block.content.start, min(block.content.end, block.content.start + 160))
        for block in layout.blocks
    ]
    body = " ".join(
        plain(layout.text, block.content.start, min(block.content.end, block.content.start + 2000))
        for block in zones.blocks("body")
    )
    cues = {found.label for found in language.phrases("cues").find(words(body[:20_000]))}
    signs = {
        "salutation": 2 * ("salutation" in zones.of_line),
        "addressee": int(addressed),
        "signatures": int(signed),
        "closing": int("closing" in zones.of_line),
        "title": int(_begins(heads[:_TOP], language, "kind.letter", anywhere=True) > 0),
        "asks": int(any(demand.explicitness == "explicit" for demand in made)),
        "speaks": int("cues.subject" in cues and "cues.you" in cues),
        "press": -2 * (_begins(heads[:_TOP], language, "kind.press") > 0),
        "resolution": -9 * (_begins(heads, language, "kind.resolution") >= _RESOLUTION),
    }
    return sum(signs.values()) >= _ENOUGH


def _begins(heads: Sequence[str], language: Language, label: str, anywhere: bool = False) -> int:
    """Count the heads of blocks that begin with a phrase of that label, or have one `anywhere`."""
    phrases = language.phrases("kind")
    return sum(
        any(found.label == label and (anywhere or found.first <= 1) for found in phrases.find(words(head)))
        for head in heads
    )
