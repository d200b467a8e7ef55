"""Whether a text is a letter: it needs signs of one, and those of another kind of text speak against it."""

from __future__ import annotations

from collections.abc import Sequence

from kb.extraction.language import Language, any_language, words
from kb.extraction.layout import Block, plain
from kb.extraction.requests import Sentence
from kb.extraction.zones import FIELD, Zones
from kb.letter import Demand

__all__ = ["is_letter"]

# Points a text needs to be a letter; a salutation alone will do.
_ENOUGH = 2
# Paragraphs that begin like those of a resolution, and are one together.
_RESOLUTION = 3
# Blocks in which a text tells its kind; blocks and code points of each that are looked at at all.
_TOP = 12
_MOST = 60
_HEAD = 160
# A request is surely one that the text makes itself.
_SURE = 0.9
_EDGES = " ,.:;!،؛"
# A word that says "you" by its ending has more letters than this.
_SHORTEST = 5


def is_letter(
    zones: Zones, language: Language, addressed: bool, signed: bool, made: Sequence[Demand]
) -> bool:
    """Tell whether a text is a letter: by its zones, its demands, whether anyone is addressed or signs."""
    top = _labels(zones, zones.layout.blocks[:_TOP], language)
    points = (
        2 * ("salutation" in zones.of_line)
        + addressed
        + signed
        + ("closing" in zones.of_line)
        + ("kind.letter" in top)
        + ("kind.letter" in _labels(zones, zones.layout.blocks[:1], language, 1))
        + any(demand.explicitness == "explicit" for demand in made)
        + (sum(demand.explicitness == "explicit" and demand.certainty >= _SURE for demand in made) > 1)
        - 2 * ("kind.press" in top)
        - 6 * ("kind.other" in top)
    )
    if _is_circular(zones, language):
        return False
    # Points of a letter may begin as a resolution's do; that one greets nobody, and nobody signs it.
    corresponds = signed and {"salutation", "closing"} <= set(zones.of_line)
    if "kind.resolution" in top and not corresponds and _is_resolution(zones, language):
        return False
    return points >= _ENOUGH or (points == _ENOUGH - 1 and _speaks_to_someone(zones, language))


def _is_circular(zones: Zones, language: Language) -> bool:
    """Tell a mail to colleagues about a letter: it greets nobody else, and has no title that says it is one."""
    layout = zones.layout
    greetings = [plain(layout.text, *span).strip(_EDGES) for span in zones.spans("salutation")]
    peers = any_language("salutation", "peers")
    if not greetings or not all(peers.fullmatch(greeting) for greeting in greetings):
        return False
    titles = [block for block in zones.blocks("heading") if not FIELD.match(_head(zones, block))]
    return "kind.letter" not in _labels(zones, titles, language)


def _labels(zones: Zones, blocks: Sequence[Block], language: Language, latest: int = _HEAD) -> set[str]:
    """What the first words of those blocks say the text is; that it is a letter up to word `latest`."""
    return {
        found.label
        for block in blocks
        for found in language.phrases("kind").find(words(_head(zones, block)))
        if found.first <= 1 or (found.label == "kind.letter" and found.first <= latest)
    }


def _head(zones: Zones, block: Block) -> str:
    return plain(zones.layout.text, block.content.start, min(block.content.end, block.content.start + _HEAD))


def _is_resolution(zones: Zones, language: Language) -> bool:
    """Whether several paragraphs begin as those of a resolution do ("Recalling …", "Decides …")."""
    begin = sum(
        "kind.resolution" in _labels(zones, [block], language) for block in zones.layout.blocks[:_MOST]
    )
    return begin >= _RESOLUTION


def _speaks_to_someone(zones: Zones, language: Language) -> bool:
    """Whether the body has a "we" and a "you"."""
    heads = [_head(zones, block) for block in zones.blocks("body")[:_MOST]]
    endings = tuple(language.folded("words", "you_endings"))
    body = {word for head in heads for word in words(head)}
    you = not body.isdisjoint(language.folded("words", "you")) or any(
        len(word) > _SHORTEST and word.endswith(endings) for word in body if endings
    )
    return you and any(Sentence(head, language).has("cues.subject") for head in heads)
