"""A Document becomes a Letter: layout, zones, then each field from its zone."""

from __future__ import annotations

from dataclasses import replace

from kb.documents import Document
from kb.extraction.demands import find_demands
from kb.extraction.language import detect_language
from kb.extraction.layout import lay_out, plain
from kb.extraction.types import classify
from kb.extraction.zones import find_zones
from kb.letter import Demand, Letter, Remark, slug

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
        demands=_typed(text, demands.made, language.code),
        reported=_typed(text, demands.reported, language.code),
        warnings=tuple(Remark(code, message) for code, message in document.notes),
        metadata=tuple(sorted(document.metadata.items())),
    )


def _typed(text: str, demands: tuple[Demand, ...], language: str) -> tuple[Demand, ...]:
    return tuple(replace(demand, types=classify(plain(text, *demand.span), language)) for demand in demands)
