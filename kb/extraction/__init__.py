"""A Document becomes a Letter: layout, zones, then each field from its zone."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from dataclasses import replace
from itertools import chain
from pathlib import Path

from kb import __version__, resources
from kb.documents import Document
from kb.extraction.addressees import find_addressees, find_called_upon
from kb.extraction.demands import asking_part, find_demands
from kb.extraction.heading import Dated, find_date, find_title
from kb.extraction.kind import Kind, tell_kind
from kb.extraction.language import Language, detect_language
from kb.extraction.layout import Layout, lay_out
from kb.extraction.reading import plain
from kb.extraction.references import find_references
from kb.extraction.requests import Names, Prose
from kb.extraction.signatures import find_signatures
from kb.extraction.speakers import called_for_short, self_called, speaking, spoken_for, standing
from kb.extraction.types import classify_all
from kb.extraction.zones import find_zones
from kb.letter import Addressee, Demand, Letter, Reference, Remark, slug

__all__ = ["EXTRACTOR_VERSION", "extract"]


def _version() -> str:
    """The program's version, and a digest of what it reads by: code, words, vocabulary."""
    here = Path(__file__).parent
    files = [*here.rglob("*.py"), *here.rglob("*.toml"), *resources.folder("ontology").glob("*.ttl")]
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.name):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return f"{__version__}+{digest.hexdigest()[:12]}"


# Changes whenever the same file may be read differently: builds read again what an earlier version read.
EXTRACTOR_VERSION = _version()


def extract(document: Document) -> Letter:
    """Read a letter out of a document. Never fails: what could not be told is missing, or warned of."""
    text = document.text
    language = detect_language(text)
    layout = lay_out(text, document.page_starts)
    zones = find_zones(layout)
    title = find_title(layout, zones)
    dated = find_date(layout, zones, language)
    addressees, copied = find_addressees(layout, zones, title)
    signatures, doubts = find_signatures(layout, zones)
    greeted = any(zones.runs("salutation"))
    names = chain(
        (signature.name for signature in signatures),
        spoken_for(text),
        standing(text),
        speaking(zones) if greeted or signatures else (),
    )
    short = called_for_short(
        [signature.name for signature in signatures], (each.name for each in (*addressees, *copied))
    )
    prose = Prose(language, Names(names, language, chain(self_called(text), short)))
    demands = find_demands(zones, prose)
    references, unsure = find_references(
        [layout.reading(block) for block in layout.blocks if zones.of_line[block.first] != "signatures"],
        prose.words,
    )
    references = _not_addressed(references, [*addressees, *copied])
    kind = tell_kind(zones, prose, bool(addressees), bool(signatures), demands.made)
    if kind.letter and not addressees:
        addressees = find_called_upon(text, demands.made, prose)
    doubted = _doubt(kind, len(demands.made), bool(addressees))
    # What the file says of itself counts only where the text is silent.
    named = title.title if title else document.metadata.get("title")
    day = document.metadata.get("date") if dated == Dated() else dated.value
    subject = named or ""
    notes = tuple(Remark(code, message) for code, message in document.notes)
    return Letter(
        id=slug(document.path.stem),
        path=str(document.path),
        sha256=document.sha256,
        text=text,
        language=language.code,
        kind="letter" if kind.letter else "other",
        title=named,
        title_span=title.span if title else None,
        date=day,
        date_span=dated.span,
        addressees=addressees,
        copied=copied,
        signatures=signatures,
        demands=_completed(layout, demands.made if kind.letter else (), language, subject, references),
        reported=_completed(layout, demands.reported, language, subject, references),
        references=references,
        warnings=(*notes, *doubted, *dated.remarks, *doubts, *unsure),
        metadata=tuple(sorted(document.metadata.items())),
    )


def _doubt(kind: Kind, asked: int, addressed: bool) -> tuple[Remark, ...]:
    """Warn of a text that may be no letter, of one taken for none that asks, and of a letter to nobody."""
    if kind.letter:
        message = "This may be no letter: look whether what it asks is asked by its signatories."
        unsure = () if kind.sure else (Remark("perhaps-no-letter", message),)
        unaddressed = () if addressed else (Remark("no-addressees", "No addressee was found."),)
        return (*unsure, *unaddressed)
    if not asked:
        return ()
    what = "1 sentence that asks is" if asked == 1 else f"{asked} sentences that ask are"
    return (Remark("taken-for-no-letter", f"This reads like no letter: {what} left out."),)


def _completed(
    layout: Layout,
    demands: tuple[Demand, ...],
    language: Language,
    title: str,
    references: tuple[Reference, ...],
) -> tuple[Demand, ...]:
    """Give the demands their types, and the documents that each of them names."""

    def paragraph(number: int) -> str:
        starts_after = bisect_right(
            layout.blocks, demands[number].span.start, key=lambda block: block.span.start
        )
        return layout.reading(layout.blocks[starts_after - 1]).text

    texts = [asking_part(plain(layout.text, *demand.span), language) for demand in demands]
    types = classify_all(texts, language.code, title, paragraph)
    return tuple(
        replace(demand, types=its_types, references=_within(demand, references))
        for demand, its_types in zip(demands, types, strict=True)
    )


def _not_addressed(references: tuple[Reference, ...], addressed: list[Addressee]) -> tuple[Reference, ...]:
    """Leave out treaties in whose name a body or an office is addressed ("Executive Secretary of the …")."""
    spans = [addressee.span for addressee in addressed]
    return tuple(
        reference
        for reference in references
        if reference.symbol or not any(span.start <= reference.span.start < span.end for span in spans)
    )


def _within(demand: Demand, references: tuple[Reference, ...]) -> tuple[str, ...]:
    """Give the keys of the documents named within the quote, each once."""
    named = bisect_left(references, demand.span.start, key=lambda reference: reference.span.start)
    keys: dict[str, None] = {}
    for reference in references[named:]:
        if reference.span.start >= demand.span.end:
            break
        keys[reference.key] = None
    return tuple(keys)
