"""Who signed a letter: the names of its signature block, one by one, as they are printed.

Where there is no such block, the names are read where a letter tells them otherwise: before its text, in its first
sentence, in a line about its writers. What is certainly no name (a closing formula that slipped into the list, a
placeholder) becomes a remark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kb.extraction.language import any_language, any_words
from kb.extraction.layout import Block, Layout
from kb.extraction.name_lists import Entry, inline_names, running_entries, split_names
from kb.extraction.offices import without_article
from kb.extraction.printed_names import EDGES, begins_with_name, kind_of_name
from kb.extraction.reading import Reading, plain, read
from kb.extraction.signature_block import SignatureBlock
from kb.extraction.wordings import FIELD, heads_senders, is_prose, name_like
from kb.extraction.zones import Zones
from kb.letter import Remark, SignatoryKind, Signature, Span

__all__ = ["find_signatures"]


def find_signatures(layout: Layout, zones: Zones) -> tuple[tuple[Signature, ...], tuple[Remark, ...]]:
    """Read the signatures of a letter, in order, and what in the block is none."""
    block = SignatureBlock(layout, zones.words)
    for run in zones.runs("signatures"):
        block.read(run)
    entries = block.entries
    if not entries and all(remark.code != "placeholder" for remark in block.remarks):
        entries = list(_at_the_top(layout, zones))
    if not entries and "salutation" in zones.of_line:
        entries = list(_told_of(layout))
    remarks = block.remarks
    if not entries:
        remarks.append(Remark("no-signatures", "No signature block was found."))
    signatures = tuple(
        Signature(entry.name, entry.span, position, kind)
        for position, (entry, kind) in enumerate(zip(entries, _kinds(entries), strict=True), 1)
    )
    return signatures, tuple(remarks)


def _kinds(entries: Sequence[Entry]) -> list[SignatoryKind]:
    """Tell the kind of each; those whose words don't tell are what most of the others in the list are."""
    known = [entry.kind or kind_of_name(entry.name) for entry in entries]
    persons = sum(kind == "person" for kind in known)
    organisations = sum(kind == "organisation" for kind in known)
    rest: SignatoryKind = "organisation" if organisations > persons else "person"
    return [kind or rest for kind in known]


# ------------------------------------------------------------------------------------------ at the top

_WORDS = re.compile(r"[^\s,;]+")
# Names in a sentence take fewer code points.
_LONGEST_LIST = 2000
_LEAST_SPEAKERS = 2
# The name of an organisation takes fewer.
_LONGEST_BODY = 100


def _at_the_top(layout: Layout, zones: Zones) -> Iterator[Entry]:
    """Read signatures a letter names before its text: "A, B and C, on behalf of the members of D"."""
    for block in layout.blocks:
        zone = zones.of_line[block.first]
        if zone not in {"heading", "salutation", "body"}:
            continue
        prose = is_prose(layout, block) or block.kind == "item"
        reading = read(layout.text, _field(layout, block))
        lead = any_language("signatures", "self_named").match(reading.text)
        start = lead.end() if lead else inline_names(reading.text)
        if start is not None and reading.text[start:].strip(EDGES):
            yield from running_entries(reading, start)
            return
        if prose:
            speakers = list(_speaking(reading))
            yield from speakers
            if speakers or zone == "body":
                return
            continue
        if heads_senders(reading.text):
            yield from _listed_below(layout, zones, block.last + 1)
            return
        byline = any_language("signatures", "bylines").match(reading.text)
        written = reading.text[byline.end() :] if byline else ""
        if byline and (_names_persons(written, least=2) or _names_body(written)):
            yield from running_entries(reading, byline.end())
            return
        behalf = any_language("signatures", "behalf").search(reading.text)
        if (
            behalf
            and behalf.start() > 0
            and not any_language("title", "kinds").match(reading.text)
            and begins_with_name(reading.text[behalf.end() :])
            and _names_persons(reading.text[: behalf.start()])
        ):
            yield from running_entries(reading, 0, behalf.start())
            yield from running_entries(reading, behalf.end())
            return


def _speaking(reading: Reading) -> Iterator[Entry]:
    """Read the names of those who speak in the first sentence: "We, the undersigned organisations A, B and C, …"."""
    lead = any_language("signatures", "self_speaking").match(reading.text)
    stop = lead.end() if lead else 0
    for word in _WORDS.finditer(reading.text, stop, stop + _LONGEST_LIST):
        small = word[0][0].islower() and not any(
            any_language(section, key).fullmatch(word[0])
            for section, key in (
                ("addressee", "connectors"),
                ("addressee", "articles"),
                ("signatures", "connectors"),
            )
        )
        if small or reading.text[word.start() - 1] in ".:!?":
            break
        stop = word.end()
    if lead:
        entries = list(running_entries(reading, lead.end(), stop))
        # "We, the Centre for Law and Justice, …" is one.
        yield from entries if len(entries) > _LEAST_SPEAKERS else ()


def _field(layout: Layout, block: Block) -> Sequence[Span]:
    """Give the lines of a block up to the next field of a form: "From: … / To: … / Date: …"."""
    lines = block.lines[:20]
    for number, line in enumerate(lines[1:], 1):
        if FIELD.match(plain(layout.text, *line)):
            return lines[:number]
    return lines


def _listed_below(layout: Layout, zones: Zones, index: int) -> Iterator[Entry]:
    """Read the names, one a line, that stand below a heading at the top of a letter."""
    block = SignatureBlock(layout, zones.words)
    first = index
    while index < len(layout.lines) and zones.of_line[index] == "heading":
        if index > first and layout.lines[index].gap > layout.lines[first + 1].gap:
            break
        index += 1
    block.read(range(first, index))
    yield from block.entries


# Writers are presented in the last paragraphs.
_PRESENTED = 12


def _told_of(layout: Layout) -> Iterator[Entry]:
    """Read the names of writers whom the last paragraphs present: "X is a lawyer in Y."."""
    told: list[Entry] = []
    for block in reversed(layout.blocks[-_PRESENTED:]):
        reading = read(layout.text, block.lines[:5])
        found = any_language("signatures", "presents").search(reading.text)
        if found and 0 < found.start() < 60 and _names_persons(reading.text[: found.start()]):
            told.extend(running_entries(reading, 0, found.start(), "person"))
        elif told:
            break
    yield from reversed(told)


def _names_body(text: str) -> bool:
    """Tell whether text is the name of one organisation, by its first word: "the League of Boatmen"."""
    name = without_article(text.strip(EDGES))
    first, *rest = name.split() or [""]
    called = first.casefold() in any_words("signatures", "called_for_short")
    return called and bool(rest) and len(name) < _LONGEST_BODY and name_like(name)


def _names_persons(text: str, least: int = 1) -> bool:
    """Tell whether text lists the names of `least` persons or more, and nothing else."""
    names = [name for name, _ in split_names(text.rstrip(EDGES))]
    offices = any_language("addressee", "offices")
    if any(offices.search(name) or kind_of_name(name) == "organisation" for name in names):
        return False
    return len(names) >= least and all(1 < len(name.split()) <= 5 and name_like(name) for name in names)
