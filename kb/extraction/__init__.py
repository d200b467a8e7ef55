"""A Document becomes a Letter: layout, zones, then each field from its zone."""

from __future__ import annotations

from kb.documents import Document
from kb.extraction.demands import find_demands
from kb.extraction.language import detect_language
from kb.extraction.layout import lay_out
from kb.extraction.zones import find_zones
from kb.letter import Letter, Remark, slug

__all__ = ["EXTRACTOR_VERSION", "extract"]

# Changes whenever the same file may be read differently: builds read again what an earlier version read.
EXTRACTOR_VERSION = "1"


def extract(document: Document) -> Letter:
    """Read a letter out of a document. Never fails: what could not be told is missing, or warned of."""
    text = document.text
    language = detect_language(text)
    layout = lay_out(text, document.page_starts)
    zones = find_zones(layout)
    demands = find_demands(zones, language)
    return Letter(
        id=slug(document.path.stem),
        path=str(document.path),
        sha256=document.sha256,
        text=text,
        language=language.code,
        kind="letter",
        demands=demands.made,
        reported=demands.reported,
        warnings=tuple(Remark(code, message) for code, message in document.notes),
        metadata=tuple(sorted(document.metadata.items())),
    )
