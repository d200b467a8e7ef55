"""Plain text and Markdown: the file's own characters, since these are what a writer reads and quotes."""

from __future__ import annotations

from kb.documents import front_matter
from kb.documents.content import Content
from kb.documents.encoding import decode

__all__ = ["page_starts", "read"]


def read(data: bytes) -> Content:
    """The text of a file, not changed but for its byte order mark; a form feed begins a page.

    Metadata are from a front matter, which Markdown may have, also if it was saved as `.txt`.
    """
    text, notes = decode(data)
    return Content(text, page_starts(text), front_matter.metadata(text), notes)


def page_starts(text: str) -> tuple[int, ...]:
    """The offsets after each form feed."""
    return tuple(i + 1 for i, character in enumerate(text) if character == "\f") if "\f" in text else ()
